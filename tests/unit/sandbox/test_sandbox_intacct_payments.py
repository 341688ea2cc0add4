"""AP payments of the Intacct twin: what they settle, what they post, and what is refused (§5.11)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape

import pytest
from intacct_books import Books, bill, create_bill, item, line, numbers, status, texts
from lxml import etree

BANK = "OPERATING-100"
DAYS = (date(2026, 2, 2), date(2026, 2, 9))


def detail(**fields: str) -> str:
    """A detail of a payment."""
    inside = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in fields.items())
    return f"<APPYMTDETAIL>{inside}</APPYMTDETAIL>"


def payment(*details: str, **changes: str) -> str:
    """A generic create of a payment, as in the reference; a field set to nothing is left out."""
    header = {
        "FINANCIALENTITY": BANK,
        "PAYMENTMETHOD": "EFT",
        "PAYMENTREQUESTMETHOD": "bill",
        "VENDORID": "V-1",
        "DOCNUMBER": "P-55012",
        "DESCRIPTION": "BILL payment 0aa9",
        "PAYMENTDATE": "02/10/2026",
        "CURRENCY": "USD",
        "BASECURR": "USD",
    } | changes
    inside = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in header.items() if value)
    return f"<create><APPYMT>{inside}<APPYMTDETAILS>{''.join(details)}</APPYMTDETAILS></APPYMT></create>"


def money(amount: str, record_no: int = 1, **fields: str) -> str:
    """A detail that pays a bill with money."""
    return detail(RECORDKEY=str(record_no), TRX_PAYMENTAMOUNT=amount, **fields)


def pay(books: Books, function: str, entity_id: str = "100") -> etree._Element:
    """Send a payment in the entity's session."""
    return books.result(function, entity_id=entity_id)


def amounts(books: Books, record_no: int = 1) -> tuple[str, Decimal, Decimal, Decimal]:
    """State, paid, due and selected of a bill."""
    fields = books.twin.bill(record_no).fields
    figures = (Decimal(fields[f"TRX_TOTAL{word}"]) for word in ("PAID", "DUE", "SELECTED"))
    return (fields["STATE"], *figures)  # type: ignore[return-value]  # three figures


def with_credit(amount: str = "-40.00", **changes: Any) -> Books:
    """A bill of 120.50 in two lines, and a negative bill of the same vendor."""
    return Books(bill(1, "100.00", "20.50"), bill(2, amount, number="CR-1", **changes))


def test_the_sample_of_the_reference_pays_with_money_and_a_credit() -> None:
    """§5.11: one detail pays with money, another uses a negative bill; the bill is paid by both (S-VCR-06)."""
    books = with_credit()
    result = pay(books, payment(money("80.50"), detail(RECORDKEY="1", INLINEKEY="2", TRX_INLINEAMOUNT="40.00")))
    assert status(result) == "success", texts(result)
    assert result.findtext("data/appymt/RECORDNO") == "1"
    assert amounts(books) == ("Paid", Decimal("120.50"), 0, 0)
    assert amounts(books, 2) == ("Paid", Decimal("-40.00"), 0, 0)
    (made,) = books.twin.records("APPYMT")
    assert {name: made[name] for name in ("STATE", "RAWSTATE", "TRX_TOTALENTERED", "WHENCREATED", "RECORDTYPE")} == {
        "STATE": "Posted",
        "RAWSTATE": "C",
        "TRX_TOTALENTERED": "80.50",
        "WHENCREATED": "02/10/2026",
        "RECORDTYPE": "pp",
    }
    assert [
        (row["ENTRYKEY"], row["TRX_PAYMENTAMOUNT"], row["INLINEKEY"], row["TRX_INLINEAMOUNT"])
        for row in books.twin.records("APPYMTDETAIL")
    ] == [("1", "80.50", "", ""), ("1", "", "2", "19.50"), ("2", "", "2", "20.50")]
    assert books.twin.ledger.balances()["100", "USD", "1000"] == Decimal("-80.50")
    assert books.twin.ledger.balances()["100", "USD", "2000"] == 0
    assert books.balanced()


def test_a_payment_is_the_document_behind_its_ledger_lines() -> None:
    """GLDETAIL shows the payment's number and vendor, and the memo that BILL's sync would lose is there (S-PAY-05)."""
    books = Books(bill(1, "10.00"))
    pay(books, payment(money("10.00"), DESCRIPTION="offline memo"))
    rows = books.rows(
        books.select(
            "GLDETAIL",
            "ACCOUNTNO,TR_TYPE,TRX_AMOUNT,DOCNUMBER,VENDORID",
            "<equalto><field>RECORDTYPE</field><value>pp</value></equalto>",
        )
    )
    assert [tuple(row.values()) for row in rows] == [
        ("2000", "1", "10.00", "P-55012", "V-1"),
        ("1000", "-1", "-10.00", "P-55012", "V-1"),
    ]
    assert books.twin.records("APPYMT")[0]["DESCRIPTION"] == "offline memo"


def test_a_named_line_is_paid_and_no_other() -> None:
    """ENTRYKEY pays one line (S-PAY-03)."""
    books = Books(bill(1, "100.00", "20.50"))
    pay(books, payment(money("20.50", ENTRYKEY="2")))
    assert [one["TRX_TOTALPAID"] for one in books.twin.bill(1).lines] == ["", "20.50"]
    refused = pay(books, payment(money("0.01", ENTRYKEY="2")))
    assert "no due on the bill" in texts(refused)


@pytest.mark.parametrize(
    ("details", "changes", "text"),
    [
        ((money("120.51"),), {}, "exceeds total amount due (120.50)"),
        ((money("100.00"), money("20.51")), {}, "exceeds total amount due (20.50)"),
        ((money("0"),), {}, "exceeds total amount due"),
        ((money("1", 9),), {}, "we can't find this transaction"),
        ((money("1", ENTRYKEY="9"),), {}, "we can't find this transaction"),
        ((detail(RECORDKEY="1", INLINEKEY="2", TRX_INLINEAMOUNT="40.01"),), {}, "exceeds what is open of the credit"),
        (
            (
                detail(RECORDKEY="1", INLINEKEY="2", TRX_INLINEAMOUNT="30"),
                detail(RECORDKEY="1", INLINEKEY="2", TRX_INLINEAMOUNT="11"),
            ),
            {},
            "exceeds what is open of the credit",
        ),
        ((detail(RECORDKEY="2", TRX_PAYMENTAMOUNT="1"),), {}, "no due on the bill"),
        ((detail(RECORDKEY="1", TRX_PAYMENTAMOUNT="1", INLINEKEY="2", TRX_INLINEAMOUNT="1"),), {}, "either"),
        ((detail(TRX_PAYMENTAMOUNT="1"),), {}, "RECORDKEY is missing"),
        ((detail(RECORDKEY="1", ADVANCEKEY="1"),), {}, "no advances"),
        ((detail(RECORDKEY="1", DISCOUNTDATE="02/10/2026"),), {}, "no discounts"),
        ((), {}, "No line items found"),
        ((money("1"),), {"VENDORID": "V-2"}, "another VENDORID"),
        ((money("1"),), {"CURRENCY": "EUR"}, "another CURRENCY"),
        ((money("1"),), {"VENDORID": "V-3"}, "Activate the vendor"),
        ((money("1"),), {"FINANCIALENTITY": ""}, "FINANCIALENTITY is missing"),
        ((money("1"),), {"FINANCIALENTITY": "OPERATING-200"}, "is not valid"),
        ((money("1"),), {"PAYMENTMETHOD": "Barter"}, "PAYMENTMETHOD is not valid"),
        ((money("1"),), {"PAYMENTDATE": ""}, "PAYMENTDATE is missing"),
        ((money("1"),), {"PAYMENTDATE": "01/15/2026"}, "closed period"),
        ((money("1"),), {"NONSENSE": "1"}, "NONSENSE does not exist"),
    ],
)
def test_what_a_payment_may_not_do_is_refused_and_leaves_nothing(
    details: tuple[str, ...], changes: dict[str, str], text: str
) -> None:
    """Too much, a document or account that is not there, another vendor, a closed period: nothing stays."""
    books = with_credit()
    before = books.twin.ledger.postings()
    result = pay(books, payment(*details, **changes))
    assert status(result) == "failure"
    assert text in texts(result)
    assert books.twin.records("APPYMT") == books.twin.records("APPYMTDETAIL") == []
    assert books.twin.ledger.postings() == before
    assert amounts(books) == ("Posted", 0, Decimal("120.50"), 0)


def test_a_bill_that_is_paid_already_has_no_due() -> None:
    """A second payment of a paid bill fails with the vendor's words (S-PAY-09)."""
    books = Books(bill(1, "10.00"))
    pay(books, payment(money("10.00")))
    assert "There is no due on the bill" in texts(pay(books, payment(money("10.00"))))


def test_a_paid_bill_cannot_be_changed_reversed_or_deleted_until_the_payment_is_voided() -> None:
    """Edits of what stands in the ledger need an unpaid bill; voiding opens it again on the chosen day (S-PAY-04)."""
    books = Books(bill(1, "10.00"))
    pay(books, payment(money("10.00")))
    change = f"<update><APBILL><RECORDNO>1</RECORDNO><APBILLITEMS>{item('9')}</APBILLITEMS></APBILL></update>"
    assert numbers(pay(books, change))[0] == "SANDBOX-BILL-PAID"
    reversed_on = "<datereversed><year>2026</year><month>02</month><day>20</day></datereversed>"
    void = f'<reverse_appayment key="1">{reversed_on}<description>twice</description></reverse_appayment>'
    assert status(pay(books, void)) == "success"
    (made,) = books.twin.records("APPYMT")
    assert [made[name] for name in ("STATE", "RAWSTATE", "DESCRIPTION")] == ["Voided", "V", "twice"]
    assert [row["STATE"] for row in books.twin.records("APPYMTDETAIL")] == ["V"]
    assert amounts(books) == ("Posted", 0, Decimal("10.00"), 0)
    days = [one.entry_date for one in books.twin.ledger.postings() if one.document.object_name == "APPYMT"]
    assert days == ["02/10/2026", "02/20/2026"]
    assert books.twin.ledger.balances()["100", "USD", "1000"] == 0
    assert books.balanced()
    assert status(pay(books, change)) == "success"
    assert numbers(pay(books, void))[0] == "SANDBOX-PAYMENT-STATE"


def test_a_payment_waits_while_approval_is_on() -> None:
    """Submitted is neither paid nor refused: the bill is selected, nothing is posted (S-PAY-07)."""
    books = Books(bill(1, "10.00"), payment_approval=True)
    before = books.twin.ledger.postings()
    pay(books, payment(money("10.00")))
    (made,) = books.twin.records("APPYMT")
    assert (made["STATE"], made["RAWSTATE"], made["WHENPAID"]) == ("Submitted", "S", "")
    assert amounts(books) == ("Selected", 0, Decimal("10.00"), Decimal("10.00"))
    assert books.twin.ledger.postings() == before
    assert "no due on the bill" in texts(pay(books, payment(money("1.00"))))
    keys = "<appaymentkeys><appaymentkey>1</appaymentkey></appaymentkeys>"
    assert status(pay(books, f"<approve_appaymentrequest>{keys}</approve_appaymentrequest>")) == "success"
    assert amounts(books) == ("Paid", Decimal("10.00"), 0, 0)
    assert status(pay(books, f"<void_appaymentrequest>{keys}</void_appaymentrequest>")) == "success"
    assert amounts(books) == ("Posted", 0, Decimal("10.00"), 0)
    assert books.balanced()


def test_a_submitted_payment_may_be_deleted_and_a_posted_one_may_not() -> None:
    """Only what has not taken effect can go without a trace in the ledger."""
    books = Books(bill(1, "10.00"), payment_approval=True)
    pay(books, payment(money("4.00")))
    delete = "<delete><object>APPYMT</object><keys>1</keys></delete>"
    assert status(pay(books, delete)) == "success"
    assert amounts(books) == ("Posted", 0, Decimal("10.00"), 0)
    books.twin.options.payment_approval = False
    pay(books, payment(money("4.00")))
    assert numbers(pay(books, delete.replace("1<", "2<")))[0] == "SANDBOX-PAYMENT-STATE"


def test_a_draft_is_replaced_as_a_whole() -> None:
    """Update works on drafts alone, and what is sent is everything (§5.11)."""
    books = Books(bill(1, "10.00"))
    pay(books, payment(money("4.00"), ACTION="Draft"))
    assert amounts(books) == ("Posted", 0, Decimal("10.00"), 0)
    replaced = payment(money("10.00"), RECORDNO="1").replace("create>", "update>")
    assert status(pay(books, replaced)) == "success"
    assert amounts(books) == ("Paid", Decimal("10.00"), 0, 0)
    assert numbers(pay(books, replaced))[0] == "SANDBOX-PAYMENT-STATE"
    assert len(books.twin.records("APPYMTDETAIL")) == 1


def test_a_payment_request_takes_the_oldest_credit() -> None:
    """`create_paymentrequest` with an amount of credit: Intacct chooses, oldest first (S-VCR-03)."""
    young, old = ({"bill_date": day, "gl_posting_date": day} for day in (DAYS[1], DAYS[0]))
    books = Books(bill(1, "100.00"), bill(2, "-30.00", number="A", **young), bill(3, "-20.00", number="B", **old))
    request = (
        f"<create_paymentrequest><bankaccountid>{BANK}</bankaccountid><vendorid>V-1</vendorid><memo>m</memo>"
        "<paymentmethod>Printed Check</paymentmethod>"
        "<paymentdate><year>2026</year><month>02</month><day>11</day></paymentdate>"
        "<paymentrequestitems><paymentrequestitem><key>1</key><paymentamount>60.00</paymentamount>"
        "<credittoapply>25.00</credittoapply></paymentrequestitem></paymentrequestitems>"
        "<documentnumber>4711</documentnumber></create_paymentrequest>"
    )
    result = pay(books, request)
    assert status(result) == "success", texts(result)
    assert result.findtext("key") == "1"
    assert amounts(books) == ("Partially Paid", Decimal("85.00"), Decimal("15.00"), 0)
    assert amounts(books, 3)[:2] == ("Paid", Decimal("-20.00"))
    assert amounts(books, 2)[:2] == ("Partially Paid", Decimal("-5.00"))
    (made,) = books.twin.records("APPYMT")
    assert (made["PAYMENTMETHOD"], made["DOCNUMBER"], made["CLEARED"]) == ("Printed Check", "4711", "F")


def test_paying_at_another_rate_realises_a_gain_or_loss() -> None:
    """Payables are relieved at the bill's rate, the bank pays at the payment's; both balance."""
    books = Books()
    pay(books, create_bill(CURRENCY="EUR", EXCHANGE_RATE="1.10", lines=item("100.00")))
    pay(books, payment(money("100.00"), CURRENCY="EUR", EXCHANGE_RATE="1.20"))
    assert Decimal(books.twin.bill(1).fields["TOTALDUE"]) == 0
    lines = [
        (entry.account_no, entry.side * entry.base_amount)
        for posting in books.twin.ledger.postings()
        if posting.document.object_name == "APPYMT"
        for entry in posting.lines
    ]
    assert lines == [("2000", Decimal("110.00")), ("1000", Decimal("-120.00")), ("7000", Decimal("10.00"))]
    assert books.balanced()


def test_a_loaded_company_explains_what_was_paid() -> None:
    """A bill that was paid before the sandbox opened has a payment for it, with the old figures."""
    books = Books(bill(1, "100.00", "20.50", intacct_state="Partially Paid", paid=Decimal("110.00")))
    assert amounts(books) == ("Partially Paid", Decimal("110.00"), Decimal("10.50"), 0)
    assert [row["TRX_PAYMENTAMOUNT"] for row in books.twin.records("APPYMTDETAIL")] == ["100.00", "10.00"]
    assert books.twin.ledger.balances()["100", "USD", "1000"] == Decimal("-110.00")
    assert [one["TRX_TOTALPAID"] for one in books.twin.bill(1).lines] == ["100.00", "10.00"]


def test_a_bill_with_a_credit_line_is_paid_line_by_line() -> None:
    """A negative line lowers what is due; paying all settles every line."""
    books = Books(bill(1, "100.00", "-30.00", lines=(line("100.00"), line("-30.00", account_no="6700"))))
    pay(books, payment(money("60.00")))
    pay(books, payment(money("10.00")))
    assert [one["TRX_TOTALPAID"] for one in books.twin.bill(1).lines] == ["100.00", "-30.00"]
    assert amounts(books) == ("Paid", Decimal("70.00"), 0, 0)


def test_lines_of_a_credit_pay_lines_of_a_bill_one_after_the_other() -> None:
    """Each detail pairs a line of the bill with a line of the credit, and neither is used beyond what it has."""
    books = Books(bill(1, "10.00", "10.00"), bill(2, "-8.00", "-12.00", number="CR-1"))
    result = pay(books, payment(detail(RECORDKEY="1", INLINEKEY="2", TRX_INLINEAMOUNT="20.00"), FINANCIALENTITY=""))
    assert status(result) == "success", texts(result)
    assert [
        (row["ENTRYKEY"], row["INLINEENTRYKEY"], row["TRX_INLINEAMOUNT"]) for row in books.twin.records("APPYMTDETAIL")
    ] == [("1", "3", "8.00"), ("1", "4", "2.00"), ("2", "4", "10.00")]


def test_parts_of_a_foreign_bill_relieve_its_whole_base_amount() -> None:
    """However a bill is paid in parts, payables are left with nothing in base currency either."""
    books = Books()
    pay(books, create_bill(CURRENCY="EUR", EXCHANGE_RATE="1.0955", lines=item("0.10") + item("0.07")))
    for part in ("0.05", "0.03", "0.03", "0.02", "0.04"):
        assert status(pay(books, payment(money(part), CURRENCY="EUR", EXCHANGE_RATE="1.0955"))) == "success"
    payables = [
        entry.side * entry.base_amount
        for posting in books.twin.ledger.postings()
        for entry in posting.lines
        if entry.account_no == "2000"
    ]
    assert sum(payables) == 0
    assert Decimal(books.twin.bill(1).fields["TOTALDUE"]) == 0
    assert books.balanced()


def test_what_is_selected_for_one_payment_is_not_there_for_another() -> None:
    """While a payment waits, further ones may take only what it leaves, also in several details."""
    books = Books(bill(1, "10.00"), payment_approval=True)
    pay(books, payment(money("4.00")))
    assert "exceeds total amount due (2.00)" in texts(pay(books, payment(money("4.00"), money("4.00"))))
    assert status(pay(books, payment(money("4.00"), money("2.00")))) == "success"
    assert amounts(books) == ("Selected", 0, Decimal("10.00"), Decimal("10.00"))
