"""Adjustments, card transactions, receipts, deposits and transfers of the Intacct twin (§5.10, §5.15 to §5.19)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from intacct_books import NOW, Books, bill, create_bill, item, numbers, status, texts
from lxml import etree

from intacct_pipelines.sandbox.business import Account
from intacct_pipelines.sandbox.cards import CardAccount, CardProgramme
from intacct_pipelines.sandbox.clock import Clock
from intacct_pipelines.sandbox.intacct import IntacctTwin, Options

CARDS = CardProgramme((CardAccount("100", "DIVVY-MAIN", "Divvy", "USD", "100-B"),))
BANK = "OPERATING-100"


class CardBooks(Books):
    """Books of a company with a card account, and a clearing account beside its bank."""

    def __init__(self, *bills: Any, extra: tuple[Account, ...] = (), **options: Any) -> None:
        super().__init__(*bills)
        accounts = (
            *self.business.accounts,
            Account("1090", "Undeposited", "balancesheet", "debit", frozenset(), "BANK"),
        )
        self.business = replace(self.business, cards=CARDS, accounts=(*accounts, *extra))
        self.twin = IntacctTwin(self.business, Options(**options), Clock(NOW))

    def send(self, function: str) -> etree._Element:
        """Send a function in the entity's session."""
        return self.result(function, entity_id="100")


def day(name: str, month: int, number: int) -> str:
    """A date of a legacy function."""
    return f"<{name}><year>2026</year><month>{month:02}</month><day>{number:02}</day></{name}>"


def charge(amount: str = "42.10", location: str = "<locationid>100-A</locationid>", **changes: str) -> str:
    """The sample of §5.15."""
    words = {"card": "DIVVY-MAIN", "account": "6700", "date": day("paymentdate", 2, 3)} | changes
    return (
        f"<record_cctransaction><chargecardid>{words['card']}</chargecardid>{words['date']}"
        "<referenceno>tx_77120</referenceno><payee>Office Depot</payee><description>Supplies</description>"
        "<supdocid>DIVVY-77120</supdocid><currency>USD</currency><exchratetype>Intacct Daily Rate</exchratetype>"
        f"<ccpayitems><ccpayitem><glaccountno>{words['account']}</glaccountno><description>Paper</description>"
        f"<paymentamount>{amount}</paymentamount><departmentid>ENG</departmentid>{location}"
        "<classid>GRANT-A</classid></ccpayitem></ccpayitems></record_cctransaction>"
    )


def adjustment(*amounts: str, **changes: str) -> str:
    """The sample of §5.10."""
    words = {"vendor": "V-1", "action": "Submit", "date": day("datecreated", 2, 3)} | changes
    lines = "".join(
        f"<lineitem><glaccountno>6700</glaccountno><amount>{amount}</amount><memo>Returned cable</memo>"
        "<locationid>100-A</locationid><departmentid>ENG</departmentid></lineitem>"
        for amount in amounts
    )
    return (
        f"<create_apadjustment><vendorid>{words['vendor']}</vendorid>{words['date']}"
        f"<adjustmentno>VC-311</adjustmentno><action>{words['action']}</action><billno>INV-9001</billno>"
        "<description>BILL credit 0ab12</description><basecurr>USD</basecurr><currency>USD</currency>"
        f"<exchratetype>Intacct Daily Rate</exchratetype><apadjustmentitems>{lines}</apadjustmentitems>"
        "</create_apadjustment>"
    )


def receipt(where: str = "<undepglaccountno>1090</undepglaccountno>", amount: str = "12.00") -> str:
    """The sample of §5.19.2."""
    return (
        f"<record_otherreceipt>{day('paymentdate', 2, 5)}<payee>Cashback</payee>{day('receiveddate', 2, 5)}"
        f"<paymentmethod>EFT</paymentmethod>{where}<refid>CB-2</refid><description>Q4</description>"
        f"<receiptitems><lineitem><glaccountno>6700</glaccountno><amount>{amount}</amount>"
        "<locationid>100-A</locationid></lineitem></receiptitems></record_otherreceipt>"
    )


def deposit(*keys: str, bank: str = BANK) -> str:
    """A deposit of receipts."""
    inside = "".join(f"<receiptkey>{key}</receiptkey>" for key in keys)
    return (
        f"<record_deposit><bankaccountid>{bank}</bankaccountid>{day('depositdate', 2, 9)}<depositid>D-1</depositid>"
        f"<receiptkeys>{inside}</receiptkeys><description>Week 6</description></record_deposit>"
    )


def balances(books: Books) -> dict[str, Decimal]:
    """Balances of entity 100 in dollars, by account."""
    return {key[2]: value for key, value in books.twin.ledger.balances().items() if key[:2] == ("100", "USD") and value}


# --- adjustments --------------------------------------------------------------------------------------------------


def test_a_vendor_credit_is_a_negative_adjustment() -> None:
    """The sample of §5.10 gives a document with the sign as sent, and posts the opposite of a bill (S-VCR-05)."""
    books = CardBooks()
    result = books.send(adjustment("-40.00"))
    assert status(result) == "success", texts(result)
    (made,) = books.twin.records("APADJUSTMENT")
    shown = ("RECORDTYPE", "STATE", "RECORDID", "DOCNUMBER", "TRX_TOTALENTERED", "TRX_TOTALDUE", "VENDORNAME")
    assert [made[field] for field in shown] == ["pa", "Posted", "VC-311", "INV-9001", "-40.00", "-40.00", "Vendor 1"]
    assert balances(books) == {"6700": Decimal("-40.00"), "2000": Decimal("40.00")}


def test_a_vendor_credit_pays_a_bill_and_is_then_protected() -> None:
    """A payment of credits alone needs no account and posts nothing; the credit then stands like a paid bill.

    Its number follows that of the bill: no number stands for both.
    """
    books = CardBooks(bill(1, "100.00"))
    books.send(adjustment("-15.00", "-25.00"))
    pays = (
        "<create><APPYMT><VENDORID>V-1</VENDORID><PAYMENTDATE>02/10/2026</PAYMENTDATE><CURRENCY>USD</CURRENCY>"
        "<APPYMTDETAILS><APPYMTDETAIL><RECORDKEY>1</RECORDKEY><ADJUSTMENTKEY>2</ADJUSTMENTKEY>"
        "<TRX_ADJUSTMENTAMOUNT>{}</TRX_ADJUSTMENTAMOUNT></APPYMTDETAIL></APPYMTDETAILS></APPYMT></create>"
    )
    postings = books.twin.ledger.postings()
    result = books.send(pays.format("30.00"))
    assert status(result) == "success", texts(result)
    assert books.twin.ledger.postings() == postings
    (credit,) = books.twin.records("APADJUSTMENT")
    assert (credit["STATE"], credit["TRX_TOTALPAID"], credit["TRX_TOTALDUE"]) == ("Partially Paid", "-30.00", "-10.00")
    assert [one["TRX_TOTALPAID"] for one in books.twin.records("APADJUSTMENTITEM")] == ["-15.00", "-15.00"]
    assert books.twin.bill(1).fields["TRX_TOTALDUE"] == "70.00"
    assert "exceeds what is open" in texts(books.send(pays.format("10.01")))
    assert numbers(books.send('<delete_apadjustment key="2"/>'))[0] == "SANDBOX-BILL-PAID"
    assert numbers(books.send('<update_apadjustment key="2"><vendorid>V-2</vendorid></update_apadjustment>'))[0] == (
        "SANDBOX-BILL-PAID"
    )


def test_a_debit_adjustment_is_paid_like_a_bill() -> None:
    """POSADJKEY names an adjustment that is owed."""
    books = CardBooks()
    books.send(adjustment("40.00"))
    paid = books.send(
        f"<create><APPYMT><FINANCIALENTITY>{BANK}</FINANCIALENTITY><PAYMENTMETHOD>EFT</PAYMENTMETHOD>"
        "<VENDORID>V-1</VENDORID><PAYMENTDATE>02/10/2026</PAYMENTDATE><CURRENCY>USD</CURRENCY><APPYMTDETAILS>"
        "<APPYMTDETAIL><POSADJKEY>1</POSADJKEY><TRX_PAYMENTAMOUNT>40.00</TRX_PAYMENTAMOUNT></APPYMTDETAIL>"
        "</APPYMTDETAILS></APPYMT></create>"
    )
    assert status(paid) == "success", texts(paid)
    assert books.twin.records("APADJUSTMENT")[0]["STATE"] == "Paid"
    assert balances(books) == {"6700": Decimal("40.00"), "1000": Decimal("-40.00")}


@pytest.mark.parametrize(
    ("function", "number"),
    [
        (adjustment("-40.00", "1.00"), "SANDBOX-SIGN"),
        (adjustment("-40.00", vendor="V-3"), "SANDBOX-VENDOR-INACTIVE"),
        (adjustment("-40.00", date=day("datecreated", 1, 31)), "SANDBOX-CLOSED-PERIOD"),
        (charge(card="NONE"), "SANDBOX-FINANCIAL-ENTITY"),
        (charge(card=BANK), "SANDBOX-FINANCIAL-ENTITY"),
        (charge(account="6900"), "SANDBOX-ACCOUNT"),
        (charge(date=day("paymentdate", 1, 31)), "SANDBOX-CLOSED-PERIOD"),
        (charge(location="<locationid>200-A</locationid>"), "SANDBOX-DIMENSION-INVALID"),
        (receipt("<undepglaccountno>1</undepglaccountno>"), "SANDBOX-ACCOUNT"),
        (receipt("<bankaccountid>NONE</bankaccountid>"), "SANDBOX-FINANCIAL-ENTITY"),
        (deposit("9"), "SANDBOX-NOT-FOUND"),
        ("<create><FUNDSTRANSFER><AMOUNT>1</AMOUNT></FUNDSTRANSFER></create>", "SANDBOX-READ-ONLY"),
    ],
)
def test_what_the_books_do_not_allow_is_refused(function: str, number: str) -> None:
    """Signs, vendors, accounts, periods and entities are checked as for bills, and nothing stays."""
    books = CardBooks()
    result = books.send(function)
    assert numbers(result)[0] == number
    assert books.twin.ledger.postings() == ()


# --- card transactions --------------------------------------------------------------------------------------------


def test_a_charge_is_recorded_as_in_the_reference() -> None:
    """The sample of §5.15: debit the line's account, credit the card's offset account; a key comes back (S-CRD-10)."""
    books = CardBooks()
    result = books.send(charge())
    assert result.findtext("key") == "1", texts(result)
    (made,) = books.twin.records("CCTRANSACTION")
    shown = ("RECORDID", "FINANCIALENTITY", "WHENCREATED", "DESCRIPTION", "SUPDOCID", "STATE", "TRX_TOTALENTERED")
    assert [made[field] for field in shown] == [
        "tx_77120", "DIVVY-MAIN", "02/03/2026", "Supplies", "DIVVY-77120", "Posted", "42.10",
    ]  # fmt: skip
    assert balances(books) == {"6700": Decimal("42.10"), "2100": Decimal("-42.10")}


def test_a_refund_is_a_negative_charge_and_the_card_gives_the_location() -> None:
    """Negative amounts are refunds; a line without a location gets the card's default (S-CRD-03)."""
    books = CardBooks()
    assert status(books.send(charge("-5.00", location=""))) == "success"
    assert books.twin.records("CCTRANSACTIONENTRY")[0]["LOCATIONID"] == "100-B"
    assert balances(books) == {"6700": Decimal("-5.00"), "2100": Decimal("5.00")}


def test_a_charge_is_updated_and_reversed() -> None:
    """update_cctransaction replaces a line in place; reverse_cctransaction posts the opposite on its day."""
    books = CardBooks()
    books.send(charge())
    update = (
        '<update_cctransaction key="1"><description>Paper and ink</description><updateccpayitems>'
        '<updateccpayitem line_num="1"><paymentamount>50.00</paymentamount></updateccpayitem></updateccpayitems>'
        "</update_cctransaction>"
    )
    result = books.send(update)
    assert status(result) == "success", texts(result)
    assert balances(books) == {"6700": Decimal("50.00"), "2100": Decimal("-50.00")}
    reverse = f'<reverse_cctransaction key="1">{day("datereversed", 2, 20)}<memo>dispute</memo></reverse_cctransaction>'
    assert status(books.send(reverse)) == "success"
    assert [(row["STATE"], row["WHENCREATED"]) for row in books.twin.records("CCTRANSACTION")] == [
        ("Reversed", "02/03/2026"),
        ("Reversal", "02/20/2026"),
    ]
    assert balances(books) == {}
    assert numbers(books.send(update))[0] == "SANDBOX-BILL-STATE"


def test_an_offset_account_that_requires_a_dimension_stops_the_charge() -> None:
    """The card's offset account must not require what the line does not have (S-CRD-04)."""
    offset = Account("2100", "Cards", "balancesheet", "credit", frozenset({"class"}), "OTHER_CURRENT_LIABILITY")
    books = CardBooks(extra=(offset,))
    missing = charge().replace("<classid>GRANT-A</classid>", "")
    assert "requires a Class" in texts(books.send(missing))
    assert status(books.send(charge())) == "success"


def test_no_payment_is_drawn_on_a_cards_offset_account() -> None:
    """A bank account whose ledger account is the offset of a card is refused (S-PAY-08)."""
    books = CardBooks(bill(1, "10.00"))
    state = books.twin._state
    state.financial_accounts["WRONG"] = state.financial_accounts[BANK]._replace(account_id="WRONG", account_no="2100")
    assert numbers(books.send(receipt("<bankaccountid>WRONG</bankaccountid>")))[0] == "SANDBOX-OFFSET-ACCOUNT"
    pays = (
        "<create><APPYMT><FINANCIALENTITY>WRONG</FINANCIALENTITY><PAYMENTMETHOD>EFT</PAYMENTMETHOD>"
        "<VENDORID>V-1</VENDORID><PAYMENTDATE>02/10/2026</PAYMENTDATE><CURRENCY>USD</CURRENCY><APPYMTDETAILS>"
        "<APPYMTDETAIL><RECORDKEY>1</RECORDKEY><TRX_PAYMENTAMOUNT>1.00</TRX_PAYMENTAMOUNT></APPYMTDETAIL>"
        "</APPYMTDETAILS></APPYMT></create>"
    )
    assert numbers(books.send(pays))[0] == "SANDBOX-OFFSET-ACCOUNT"


# --- receipts, deposits, transfers --------------------------------------------------------------------------------


def test_a_receipt_waits_undeposited_until_a_deposit_takes_it_to_the_bank() -> None:
    """§5.19.2: into undeposited funds, then by record_deposit into the bank, once."""
    books = CardBooks()
    for amount in ("12.00", "3.50"):
        assert status(books.send(receipt(amount=amount))) == "success"
    assert balances(books) == {"6700": Decimal("-15.50"), "1090": Decimal("15.50")}
    result = books.send(deposit("1", "2"))
    assert result.findtext("key") == "1", texts(result)
    (made,) = books.twin.records("DEPOSIT")
    assert [made[field] for field in ("RECORDID", "FINANCIALENTITY", "TOTALENTERED", "WHENCREATED")] == [
        "D-1", BANK, "15.50", "02/09/2026",
    ]  # fmt: skip
    assert [row["AMOUNT"] for row in books.twin.records("DEPOSITENTRY")] == ["12.00", "3.50"]
    assert balances(books) == {"6700": Decimal("-15.50"), "1000": Decimal("15.50")}
    assert numbers(books.send(deposit("1")))[0] == "SANDBOX-DEPOSIT"
    assert numbers(books.send('<delete_otherreceipt key="1"/>'))[0] == "SANDBOX-BILL-PAID"


def test_a_receipt_may_go_straight_to_the_bank_and_be_deleted() -> None:
    """With a bank account there is nothing to deposit."""
    books = CardBooks()
    into_bank = f"<bankaccountid>{BANK}</bankaccountid>{day('depositdate', 2, 5)}"
    assert status(books.send(receipt(into_bank))) == "success"
    assert balances(books) == {"6700": Decimal("-12.00"), "1000": Decimal("12.00")}
    assert numbers(books.send(deposit("1")))[0] == "SANDBOX-DEPOSIT"
    assert status(books.send('<delete_otherreceipt key="1"/>')) == "success"
    assert balances(books) == {}


def test_a_transfer_moves_money_between_two_accounts_where_the_company_allows_it() -> None:
    """A generic create of FUNDSTRANSFER is documented by nobody, so it is a switch (§5.17, S-AFT-01)."""
    books = CardBooks(funds_transfer_create=True)
    state = books.twin._state
    state.financial_accounts["CLEARING"] = state.financial_accounts[BANK]._replace(
        account_id="CLEARING", account_no="1090"
    )
    fields = {"FROMACCOUNTID": BANK, "TOACCOUNTID": "CLEARING", "AMOUNT": "90.00", "WHENCREATED": "02/12/2026"}
    inside = "".join(f"<{name}>{value}</{name}>" for name, value in fields.items())
    transfer = f"<create><FUNDSTRANSFER>{inside}<RECORDID>FT-81</RECORDID></FUNDSTRANSFER></create>"
    result = books.send(transfer)
    assert status(result) == "success", texts(result)
    assert [(row["ACCOUNTNO"], row["AMOUNT"]) for row in books.twin.records("FUNDSTRANSFERENTRY")] == [
        ("1000", "-90.00"),
        ("1090", "90.00"),
    ]
    assert balances(books) == {"1000": Decimal("-90.00"), "1090": Decimal("90.00")}
    for wrong in (("90.00", "0"), ("CLEARING", BANK), ("02/12/2026", "01/12/2026"), ("90.00", "x")):
        assert status(books.send(transfer.replace(*wrong))) == "failure"


def test_every_document_leaves_an_audit_row_for_each_change() -> None:
    """Create, change and delete of each object can be followed in AUDITHISTORY (§4.8)."""
    books = CardBooks(bill(1, "100.00"))
    books.send(adjustment("-40.00"))
    books.send('<update_apadjustment key="2"><description>x</description></update_apadjustment>')
    books.send('<delete_apadjustment key="2"/>')
    books.send(charge())
    books.send(receipt())
    books.send(deposit("1"))
    books.twin.pay_bill(1, Decimal("1.00"), "02/10/2026")
    trail = [(row["OBJECTTYPE"], row["OBJECTKEY"], row["ACCESSMODE"]) for row in books.twin.records("AUDITHISTORY")]
    assert trail == [
        ("apadjustment", "2", "C"),
        ("apadjustment", "2", "M"),
        ("apadjustment", "2", "D"),
        ("cctransaction", "1", "C"),
        ("otherreceipts", "1", "C"),
        ("otherreceipts", "1", "M"),
        ("deposit", "1", "C"),
        ("apbill", "1", "M"),
        ("appymt", "1", "C"),
    ]


# --- whatever happens ---------------------------------------------------------------------------------------------

_MONEY = st.decimals("0.01", "120", places=2).map(str)
_STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["bill", "credit", "negative bill", "pay", "use", "inline", "void", "delete", "charge", "reverse"]
        ),
        _MONEY,
        st.integers(1, 4),
        st.integers(1, 4),
    ),
    max_size=14,
)


@settings(max_examples=60, deadline=None)
@given(steps=_STEPS, approval=st.booleans())
def test_whatever_is_paid_used_voided_or_deleted_the_books_agree(
    steps: list[tuple[str, str, int, int]], approval: bool
) -> None:
    """Any sequence keeps the trial balance zero, nothing paid beyond its total, and paid explained by live details."""
    books = CardBooks(bill(1, "80.00", "-10.00"), payment_approval=approval)
    for at, (step, amount, first, second) in enumerate(steps):
        head = "<VENDORID>V-1</VENDORID><PAYMENTDATE>02/25/2026</PAYMENTDATE><CURRENCY>USD</CURRENCY>"
        bank = f"<FINANCIALENTITY>{BANK}</FINANCIALENTITY><PAYMENTMETHOD>EFT</PAYMENTMETHOD>"
        pays = (
            "<create><APPYMT>{}<APPYMTDETAILS><APPYMTDETAIL><RECORDKEY>{}</RECORDKEY>{}</APPYMTDETAIL>"
            "</APPYMTDETAILS></APPYMT></create>"
        )
        keys = f"<appaymentkeys><appaymentkey>{first}</appaymentkey></appaymentkeys>"
        functions = {
            "bill": create_bill(f"N-{at}", item(amount) + item("-0.01")),
            "negative bill": create_bill(f"N-{at}", item(f"-{amount}") + item("-1")),
            "credit": adjustment(f"-{amount}", "-1.00"),
            "pay": pays.format(bank + head, first, f"<TRX_PAYMENTAMOUNT>{amount}</TRX_PAYMENTAMOUNT>"),
            "use": pays.format(
                head,
                first,
                f"<ADJUSTMENTKEY>{second}</ADJUSTMENTKEY><TRX_ADJUSTMENTAMOUNT>{amount}</TRX_ADJUSTMENTAMOUNT>",
            ),
            "inline": pays.format(
                head, first, f"<INLINEKEY>{second}</INLINEKEY><TRX_INLINEAMOUNT>{amount}</TRX_INLINEAMOUNT>"
            ),
            "void": f"<void_appaymentrequest>{keys}</void_appaymentrequest>",
            "delete": f"<delete><object>APBILL</object><keys>{first}</keys></delete>",
            "charge": charge(amount),
            "reverse": f'<reverse_bill key="{first}">{day("datereversed", 2, 26)}</reverse_bill>',
        }
        books.send(functions[step])
        if approval and step in {"pay", "use", "inline"} and second > 2:
            waiting = [row["RECORDNO"] for row in books.twin.records("APPYMT") if row["STATE"] == "Submitted"]
            for number in waiting[-1:]:
                approve = f"<appaymentkeys><appaymentkey>{number}</appaymentkey></appaymentkeys>"
                books.send(f"<approve_appaymentrequest>{approve}</approve_appaymentrequest>")
        assert books.balanced()
        _check_settled(books)


def _check_settled(books: Books) -> None:
    """What documents and lines say is paid is what live details say, and never more than there is."""
    live = [row for row in books.twin.records("APPYMTDETAIL") if row["STATE"] == "C"]
    for form, key, keys in (("APBILL", "APBILLITEM", 0), ("APADJUSTMENT", "APADJUSTMENTITEM", 1)):
        for row in books.twin.records(form):
            total, paid, due = (Decimal(row[f"TRX_TOTAL{word}"]) for word in ("ENTERED", "PAID", "DUE"))
            names = ("RECORDKEY", "INLINEKEY") if not keys else ("POSADJKEY", "ADJUSTMENTKEY")
            assert paid == _of_details(live, row["RECORDNO"], *names)
            assert abs(paid) <= abs(total)
            if row["STATE"] not in {"Reversed", "Reversal"}:
                assert due == total - paid
        lines = [Decimal(line["TRX_TOTALPAID"] or "0") for line in books.twin.records(key)]
        assert sum(lines) == sum(Decimal(row["TRX_TOTALPAID"]) for row in books.twin.records(form))


def _of_details(live: list[dict[str, str]], number: str, target: str, source: str) -> Decimal:
    used = {"INLINEKEY": "TRX_INLINEAMOUNT", "ADJUSTMENTKEY": "TRX_ADJUSTMENTAMOUNT"}
    amounts = ("TRX_PAYMENTAMOUNT", *used.values())
    paid = sum((Decimal(row[one] or "0") for row in live if row[target] == number for one in amounts), Decimal(0))
    return paid - sum((Decimal(row[used[source]] or "0") for row in live if row[source] == number), Decimal(0))
