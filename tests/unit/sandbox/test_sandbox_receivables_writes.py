"""Writing receivables to the Intacct twin, in the words of the vendor's schema: rules, states, postings, audit."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from intacct_books import Books
from lxml import etree

from intacct_pipelines.sandbox.receivables_business import Customer, Receivables


def customer(key: int, **changes: Any) -> Customer:
    """A customer of entity 100 that pays in dollars."""
    facts: dict[str, Any] = {
        "key": key,
        "name": f"Globex {key}",
        "entity_id": "100",
        "currency": "USD",
        "intacct_id": f"C-{key}",
        "bill_ids": {},
        "intacct_status": "active",
        "bill_archived": False,
        "email": "",
        "phone": "",
        "address": {},
        "term": "Net 30",
        "created_at": datetime(2025, 1, 1, tzinfo=UTC),
        "modified_at": datetime(2025, 1, 1, tzinfo=UTC),
    }
    return Customer(**(facts | changes))


def books() -> Books:
    """A company with an ordinary customer, an inactive one, and one of another entity."""
    customers = (customer(1), customer(2, intacct_status="inactive"), customer(3, entity_id="200"), customer(4))
    return Books(facts={"receivables": Receivables(customers=customers)})


def day(name: str, text: str) -> str:
    """A date as the schema wants it."""
    month, number, year = text.split("/")
    return f"<{name}><year>{year}</year><month>{month}</month><day>{number}</day></{name}>"


def invoice(number: str = "AR-1", amount: str = "500.00", **more: str) -> str:
    """`create_invoice` with one line."""
    words = {"customerid": "C-1", "created": "02/03/2026", "account": "6700", "fx": "", "memo": "Work"} | more
    return (
        f"<create_invoice><customerid>{words['customerid']}</customerid>{day('datecreated', words['created'])}"
        f"{day('datedue', '03/05/2026')}<invoiceno>{number}</invoiceno>{words['fx']}"
        f"<invoiceitems><lineitem><glaccountno>{words['account']}</glaccountno><amount>{amount}</amount>"
        f"<memo>{words['memo']}</memo><locationid>100-A</locationid></lineitem></invoiceitems></create_invoice>"
    )


def receipt(amount: str, *items: tuple[str, str], customerid: str = "C-1", received: str = "02/20/2026") -> str:
    """`create_arpayment` into the operating account."""
    inside = "".join(
        f"<arpaymentitem><invoicekey>{key}</invoicekey><amount>{part}</amount></arpaymentitem>" for key, part in items
    )
    return (
        f"<create_arpayment><customerid>{customerid}</customerid><paymentamount>{amount}</paymentamount>"
        f"<bankaccountid>OPERATING-100</bankaccountid><refid>R-1</refid>{day('datereceived', received)}"
        f"<paymentmethod>EFT</paymentmethod>{inside}</create_arpayment>"
    )


def memo(amount: str) -> str:
    """`create_aradjustment` with one line."""
    return (
        f"<create_aradjustment><customerid>C-1</customerid>{day('datecreated', '02/05/2026')}"
        f"<adjustmentno>CM-1</adjustmentno><aradjustmentitems><lineitem><glaccountno>6700</glaccountno>"
        f"<amount>{amount}</amount><locationid>100-A</locationid></lineitem></aradjustmentitems></create_aradjustment>"
    )


def write(company: Books, function: str, entity_id: str = "100") -> str:
    """The key that a successful function returns."""
    result = company.result(function, entity_id=entity_id)
    assert result.findtext("status") == "success", etree.tostring(result)
    return result.findtext("key") or result.findtext("data/arpymt/RECORDNO") or ""


def refused(company: Books, function: str, entity_id: str = "100") -> list[str]:
    """The error numbers of a refused function; nothing was changed by it."""
    before = [company.twin.records(name) for name in ("ARINVOICE", "ARPYMT", "ARADJUSTMENT", "ARPYMTDETAIL")]
    result = company.result(function, entity_id=entity_id)
    assert result.findtext("status") == "failure"
    assert [company.twin.records(name) for name in ("ARINVOICE", "ARPYMT", "ARADJUSTMENT", "ARPYMTDETAIL")] == before
    assert company.balanced()
    return [one.text or "" for one in result.findall("errormessage/error/errorno")]


def one(company: Books, object_name: str, key: str) -> dict[str, str]:
    """A record by RECORDNO."""
    return next(row for row in company.twin.records(object_name) if row["RECORDNO"] == key)


def balance(company: Books, account_no: str) -> Decimal:
    """An account's debits less credits in entity 100, in dollars."""
    return company.twin.ledger.balances().get(("100", "USD", account_no), Decimal(0))


def audited(company: Books, object_name: str) -> list[str]:
    """What the audit history says was done to an object's records."""
    return [row["ACCESSMODE"] for row in company.twin.records("AUDITHISTORY") if row["OBJECTTYPE"] == object_name]


def test_an_invoice_is_posted_with_what_follows_from_it():
    """The reply is the key; header, line, totals, owner, ledger and audit row are there."""
    company = books()
    row = one(company, "ARINVOICE", write(company, invoice()))
    assert (row["RECORDID"], row["CUSTOMERNAME"], row["STATE"], row["MODULEKEY"]) == (
        "AR-1",
        "Globex 1",
        "Posted",
        "4.AR",
    )
    assert (row["TRX_TOTALDUE"], row["WHENDUE"], row["MEGAENTITYID"]) == ("500.00", "03/05/2026", "100")
    assert (balance(company, "1200"), balance(company, "6700")) == (500, -500)
    assert audited(company, "arinvoice") == ["C"]
    assert company.balanced()


@pytest.mark.parametrize(
    ("function", "number"),
    [
        (invoice(customerid="C-9"), "SANDBOX-CUSTOMER"),
        (invoice(customerid="C-2"), "SANDBOX-CUSTOMER-INACTIVE"),
        (invoice(customerid="C-3"), "SANDBOX-CUSTOMER"),
        (invoice(created="01/31/2026"), "SANDBOX-CLOSED-PERIOD"),
        (invoice(account="6800"), "SANDBOX-DIMENSION"),
        (invoice(account="6900"), "SANDBOX-ACCOUNT"),
        (invoice(amount="many"), "SANDBOX-AMOUNT"),
    ],
)
def test_an_invoice_that_breaks_a_rule_is_refused(function: str, number: str):
    """Customer, period, dimension, account and amount are checked; nothing is left behind."""
    assert refused(books(), function)[0] == number


def test_a_second_invoice_with_the_number_is_refused_for_the_same_customer_alone():
    """Numbers are unique per customer unless the first is reversed."""
    company = books()
    key = write(company, invoice())
    assert refused(company, invoice())[0] == "BL03002185"
    write(company, invoice(customerid="C-4"))
    write(company, f'<reverse_invoice key="{key}">{day("datereversed", "02/10/2026")}</reverse_invoice>')
    write(company, invoice())


def test_an_invoice_is_changed_while_unpaid_and_not_after():
    """An update replaces lines and postings; once money came the amount stands."""
    company = books()
    key = write(company, invoice())
    change = (
        f'<update_invoice key="{key}"><description>New</description><updateinvoiceitems><updatelineitem line_num="1">'
        "<amount>450.00</amount></updatelineitem></updateinvoiceitems></update_invoice>"
    )
    write(company, change)
    assert (one(company, "ARINVOICE", key)["TRX_TOTALDUE"], balance(company, "1200")) == ("450.00", 450)
    write(company, receipt("50.00", (key, "50.00")))
    assert refused(company, change)[0] == "SANDBOX-BILL-PAID"
    assert company.balanced()


def test_a_credit_memo_is_changed_by_the_function_of_the_schema():
    """`update_aradjustment` (XSD): number and lines, with what they post."""
    company = books()
    key = write(company, memo("-40.00"))
    change = (
        f'<update_aradjustment key="{key}"><adjustmentno>CM-2</adjustmentno><updatearadjustmentitems>'
        '<updatelineitem line_num="1"><amount>-45.00</amount></updatelineitem></updatearadjustmentitems>'
        "</update_aradjustment>"
    )
    write(company, change)
    row = one(company, "ARADJUSTMENT", key)
    assert (row["RECORDID"], row["TRX_TOTALENTERED"], balance(company, "1200")) == ("CM-2", "-45.00", -45)
    assert company.balanced()


def test_an_invoice_of_another_owner_is_not_changed_from_here():
    """Ownership holds for receivables too."""
    company = books()
    key = write(company, invoice())
    text = f'<update_invoice key="{key}"><description>x</description></update_invoice>'
    assert refused(company, text, entity_id="")[0] == "SANDBOX-OWNERSHIP"
    assert refused(company, text, entity_id="200")[0] == "SANDBOX-NOT-FOUND"


def test_a_receipt_settles_what_it_names_and_keeps_the_rest():
    """Two invoices from one receipt, the rest on the customer's account (S-ARP-02); details say so."""
    company = books()
    first, second = write(company, invoice("A", "100.00")), write(company, invoice("B", "50.00"))
    key = write(company, receipt("140.00", (first, "100.00"), (second, "30.00")))
    row = one(company, "ARPYMT", key)
    assert [row[field] for field in ("TRX_TOTALENTERED", "TRX_TOTALPAID", "TRX_TOTALDUE", "OVERPAYMENTAMOUNT")] == [
        "140.00",
        "130.00",
        "10.00",
        "10.00",
    ]
    assert [one(company, "ARINVOICE", number)["STATE"] for number in (first, second)] == ["Paid", "Partially Paid"]
    details = [row for row in company.twin.records("ARPYMTDETAIL") if row["PAYMENTKEY"] == key]
    assert [(row["RECORDKEY"], row["TRX_PAYMENTAMOUNT"]) for row in details] == [(first, "100.00"), (second, "30.00")]
    assert (balance(company, "1200"), balance(company, "2300")) == (20, -10)
    assert company.balanced()


def test_a_receipt_by_the_generic_function_keeps_the_overpayment_that_it_tells():
    """ARPYMT has no amount of its own: the details and OVERPAYMENTAMOUNT make it (§5.13)."""
    company = books()
    invoice_no = write(company, invoice("A", "100.00"))
    key = write(
        company,
        "<create><ARPYMT><FINANCIALENTITY>OPERATING-100</FINANCIALENTITY><PAYMENTMETHOD>EFT</PAYMENTMETHOD>"
        "<CUSTOMERID>C-1</CUSTOMERID><DOCNUMBER>R-1</DOCNUMBER><RECEIPTDATE>02/20/2026</RECEIPTDATE>"
        "<CURRENCY>USD</CURRENCY><OVERPAYMENTAMOUNT>25.00</OVERPAYMENTAMOUNT>"
        "<OVERPAYMENTLOCATIONID>100-A</OVERPAYMENTLOCATIONID><ARPYMTDETAILS><ARPYMTDETAIL>"
        f"<RECORDKEY>{invoice_no}</RECORDKEY><TRX_PAYMENTAMOUNT>100.00</TRX_PAYMENTAMOUNT></ARPYMTDETAIL>"
        "</ARPYMTDETAILS></ARPYMT></create>",
    )
    row = one(company, "ARPYMT", key)
    assert (row["TRX_TOTALENTERED"], row["TRX_TOTALPAID"], row["OVERPAYMENTAMOUNT"]) == ("125.00", "100.00", "25.00")
    assert balance(company, "2300") == -25
    assert company.balanced()


@pytest.mark.parametrize(
    ("function", "number"),
    [
        (receipt("10.00", ("1", "501.00")), "SANDBOX-PAYMENT"),
        (receipt("501.00", ("1", "501.00")), "SANDBOX-PAYMENT"),
        (receipt("10.00", ("1", "-10.00")), "SANDBOX-PAYMENT"),
        (receipt("10.00", ("99", "10.00")), "SANDBOX-PAYMENT"),
        (receipt("10.00", ("1", "10.00"), customerid="C-4"), "SANDBOX-PAYMENT"),
        (receipt("10.00", ("1", "10.00"), received="01/15/2026"), "SANDBOX-CLOSED-PERIOD"),
        (receipt("10.00").replace("OPERATING-100", "NOWHERE"), "SANDBOX-FINANCIAL-ENTITY"),
        (receipt("0"), "SANDBOX-PAYMENT"),
    ],
)
def test_a_receipt_that_breaks_a_rule_is_refused(function: str, number: str):
    """Never more than the money or than what is due, never another customer's, never into closed books."""
    company = books()
    write(company, invoice())
    assert refused(company, function)[0] == number


def test_what_a_receipt_has_left_is_applied_later():
    """`apply_arpayment` takes it from the customer's account, and never more than is there."""
    company = books()
    key = write(company, receipt("80.00"))
    assert balance(company, "2300") == -80
    bill = write(company, invoice("A", "60.00"))

    def applying(amount: str) -> str:
        return (
            f"<apply_arpayment><arpaymentkey>{key}</arpaymentkey>{day('paymentdate', '02/22/2026')}<arpaymentitems>"
            f"<arpaymentitem><invoicekey>{bill}</invoicekey><amount>{amount}</amount></arpaymentitem>"
            "</arpaymentitems></apply_arpayment>"
        )

    assert refused(company, applying("80.01"))[0] == "SANDBOX-PAYMENT"
    write(company, applying("60.00"))
    assert (balance(company, "1200"), balance(company, "2300")) == (0, -20)
    assert one(company, "ARPYMT", key)["TRX_TOTALDUE"] == "20.00"
    assert one(company, "ARINVOICE", bill)["STATE"] == "Paid"
    assert company.balanced()


def test_a_receipt_is_reversed_once_on_a_day_of_its_own():
    """The void that the vendor's sync cannot do (S-ARP-03): dated, opposite, and its invoice is open again."""
    company = books()
    bill = write(company, invoice())
    key = write(company, receipt("500.00", (bill, "500.00")))

    def reversing(when: str) -> str:
        return f'<reverse_arpayment key="{key}">{day("datereversed", when)}</reverse_arpayment>'

    assert refused(company, reversing("02/19/2026"))[0] == "SANDBOX-DATE"
    assert refused(company, reversing("01/19/2026"))[0] == "SANDBOX-CLOSED-PERIOD"
    made = one(company, "ARPYMT", write(company, reversing("02/25/2026")))
    assert (made["STATE"], made["PARENTPAYMENTKEY"], made["RECEIPTDATE"]) == ("Reversal", key, "02/25/2026")
    assert one(company, "ARPYMT", key)["STATE"] == "Reversed"
    opened = one(company, "ARINVOICE", bill)
    assert (opened["STATE"], opened["TRX_TOTALDUE"], opened["WHENPAID"]) == ("Posted", "500.00", "")
    assert (balance(company, "1200"), balance(company, "1000")) == (500, 0)
    assert refused(company, reversing("02/26/2026"))[0] == "SANDBOX-RECEIPT-STATE"
    assert company.balanced()


def test_a_receipt_is_neither_changed_nor_deleted():
    """What stands in the ledger is only ever reversed."""
    company = books()
    key = write(company, receipt("80.00"))
    change = f"<update><ARPYMT><RECORDNO>{key}</RECORDNO><DESCRIPTION>x</DESCRIPTION></ARPYMT></update>"
    assert refused(company, change)[0] == "SANDBOX-RECEIPT-STATE"
    gone = f"<delete><object>ARPYMT</object><keys>{key}</keys></delete>"
    assert refused(company, gone)[0] == "SANDBOX-RECEIPT-STATE"


def _applying_memo(bill: str, credit: str, amount: str) -> str:
    return (
        "<create><ARPYMT><CUSTOMERID>C-1</CUSTOMERID><PAYMENTMETHOD>EFT</PAYMENTMETHOD>"
        "<RECEIPTDATE>02/20/2026</RECEIPTDATE><CURRENCY>USD</CURRENCY><ARPYMTDETAILS><ARPYMTDETAIL>"
        f"<RECORDKEY>{bill}</RECORDKEY><ADJUSTMENTKEY>{credit}</ADJUSTMENTKEY>"
        f"<TRX_ADJUSTMENTAMOUNT>{amount}</TRX_ADJUSTMENTAMOUNT></ARPYMTDETAIL></ARPYMTDETAILS></ARPYMT></create>"
    )


def test_a_credit_memo_is_applied_by_its_key():
    """Negative amounts make a credit memo; a receipt without money applies it, never beyond itself (S-CRM-01)."""
    company = books()
    bill, credit = write(company, invoice()), write(company, memo("-40.00"))
    assert one(company, "ARADJUSTMENT", credit)["TRX_TOTALDUE"] == "-40.00"
    assert balance(company, "1200") == 460
    assert refused(company, _applying_memo(bill, credit, "40.01"))[0] == "SANDBOX-PAYMENT"
    write(company, _applying_memo(bill, credit, "40.00"))
    assert one(company, "ARADJUSTMENT", credit)["STATE"] == "Paid"
    assert one(company, "ARINVOICE", bill)["TRX_TOTALDUE"] == "460.00"
    assert balance(company, "1200") == 460
    assert company.balanced()


def test_an_adjustment_has_one_sign():
    """All positive or all negative (5.14)."""
    line = "<lineitem><glaccountno>6700</glaccountno><amount>5</amount><locationid>100-A</locationid></lineitem>"
    mixed = memo("-40.00").replace("</aradjustmentitems>", f"{line}</aradjustmentitems>")
    assert refused(books(), mixed)[0] == "SANDBOX-SIGN"


@settings(max_examples=25, deadline=None)
@given(
    total=st.integers(1, 10**7),
    parts=st.lists(st.integers(1, 10**6), min_size=1, max_size=5),
    rate=st.sampled_from(["1.1", "0.9137", "150.25"]),
)
def test_any_sequence_of_receipts_keeps_the_books_and_the_open_amount(total: int, parts: list[int], rate: str):
    """In euros against dollar books: due and ledger agree after each, and rounding leaves nothing."""
    company = books()
    fx = f"<currency>EUR</currency><exchrate>{rate}</exchrate>"
    amount = Decimal(total).scaleb(-2)
    bill = write(company, invoice("E", str(amount), fx=fx))
    for cents in parts:
        part = Decimal(cents).scaleb(-2)
        due = Decimal(one(company, "ARINVOICE", bill)["TRX_TOTALDUE"])
        money = receipt(str(part), (bill, str(part))).replace(
            "</paymentmethod>", f"</paymentmethod><currency>EUR</currency><exchrate>{rate}5</exchrate>"
        )
        if part > due:
            assert refused(company, money)[0] == "SANDBOX-PAYMENT"
        else:
            write(company, money)
        row = one(company, "ARINVOICE", bill)
        assert company.twin.ledger.balances()["100", "EUR", "1200"] == Decimal(row["TRX_TOTALDUE"])
        assert (row["STATE"] == "Paid") == (Decimal(row["TRX_TOTALDUE"]) == 0) == (Decimal(row["TOTALDUE"]) == 0)
        assert company.balanced()


def test_method_and_date_of_a_receipt_may_be_missing():
    """The schema says so; then it is a check of today."""
    company = books()
    bare = (
        "<create_arpayment><customerid>C-1</customerid><paymentamount>5.00</paymentamount>"
        "<bankaccountid>OPERATING-100</bankaccountid></create_arpayment>"
    )
    row = one(company, "ARPYMT", write(company, bare))
    assert (row["PAYMENTMETHOD"], row["RECEIPTDATE"]) == ("Printed Check", "03/02/2026")


def advance(account: str = "<FINANCIALENTITY>OPERATING-100</FINANCIALENTITY>", **changes: str) -> str:
    """`create ARADVANCE` with one line."""
    words = {"customer": "C-1", "day": "02/20/2026", "amount": "75.00"} | changes
    return (
        f"<create><ARADVANCE><CUSTOMERID>{words['customer']}</CUSTOMERID><PAYMENTMETHOD>EFT</PAYMENTMETHOD>"
        f"<PAYMENTDATE>02/19/2026</PAYMENTDATE><RECEIPTDATE>{words['day']}</RECEIPTDATE>{account}"
        "<DOCNUMBER>R-9</DOCNUMBER><DESCRIPTION>BILL:r9 key</DESCRIPTION><CURRENCY>USD</CURRENCY><ARADVANCEITEMS>"
        f"<ARADVANCEITEM><ACCOUNTNO>2100</ACCOUNTNO><TRX_AMOUNT>{words['amount']}</TRX_AMOUNT>"
        "<LOCATIONID>100-A</LOCATIONID></ARADVANCEITEM></ARADVANCEITEMS></ARADVANCE></create>"
    )


def test_an_advance_stands_on_the_account_that_its_line_names():
    """Money ahead of any invoice: bank against the line's account, all of it open (§5.13)."""
    company = books()
    before = balance(company, "2100")
    assert company.result(advance(), entity_id="100").findtext("status") == "success"
    (row,) = company.twin.records("ARADVANCE")
    told = [row[name] for name in ("CUSTOMERID", "DOCNUMBER", "DESCRIPTION", "RECEIPTDATE", "TRX_TOTALDUE", "STATE")]
    assert told == ["C-1", "R-9", "BILL:r9 key", "02/20/2026", "75.00", "Posted"]
    (line,) = company.twin.records("ARADVANCEITEM")
    assert (line["ACCOUNTNO"], line["TRX_AMOUNT"], line["RECORDKEY"]) == ("2100", "75.00", row["RECORDNO"])
    assert balance(company, "2100") == before - 75
    assert audited(company, "aradvance") == ["C"]
    assert company.balanced()


@pytest.mark.parametrize(
    ("function", "number"),
    [
        (advance(account=""), "SANDBOX-REQUIRED"),
        (advance(day=""), "SANDBOX-REQUIRED"),
        (advance(customer="C-9"), "SANDBOX-CUSTOMER"),
        (advance(day="01/15/2026"), "SANDBOX-CLOSED-PERIOD"),
        (advance(account="<FINANCIALENTITY>NOWHERE</FINANCIALENTITY>"), "SANDBOX-FINANCIAL-ENTITY"),
    ],
)
def test_an_advance_that_breaks_a_rule_is_refused(function: str, number: str):
    """It names a customer, a day in an open period and one account that takes the money."""
    company = books()
    assert refused(company, function)[0] == number
    assert company.twin.records("ARADVANCE") == []
