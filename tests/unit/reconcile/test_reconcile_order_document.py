"""Reconciling what came of purchase and sales orders: the rest of a bill or invoice is compared by itself."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from receivables_cases import ReceivablesCase
from reconcile_cases import JUST_NOW, LONG_AGO, as_bytes, in_other_order, make_link, shown, verdicts


class OrderCase(ReceivablesCase):
    """A case with documents of Purchasing and Order Entry; the methods add rows and return their key."""

    def order(self, record_no=61, number="PO-7", table="purchasing_document", **more):
        """An order, or with ``made`` the document that became a bill or invoice."""
        made = more.pop("made", None)
        is_purchase = table == "purchasing_document"
        kind = "Vendor Invoice" if made else "Purchase Order"
        defaults = {
            "document_no": number,
            "document_id": f"{kind}-{number}",
            "definition": kind,
            "state": "Closed" if made else "Pending",
            "vendor_id" if is_purchase else "customer_id": "V-1" if is_purchase else "C-1",
            "bill_record_no" if is_purchase else "invoice_record_no": made,
            "order_date": date(2026, 1, 20),
            "currency": "USD",
            "trx_total": Decimal("100.00"),
            "created_at": LONG_AGO,
            "modified_at": LONG_AGO,
            "owner_entity_id": "100",
        }
        return self.add(f"intacct.{table}", **{"record_no": record_no, **defaults, **more})

    def converted(self, *, ours=None, theirs=None, document=None, order=None):
        """An order, its vendor invoice, the bill that it became, and BILL's copy."""
        self.order(61, "PO-7", state="Converted", **(order or {}))
        self.order(62, "INV-1", made=11, created_from="Purchase Order-PO-7", **(document or {}))
        self.intacct_bill(11, **{"module_key": "9.PO", "reference_no": "PO-7", **(theirs or {})})
        if ours is not None:
            self.bill("b1", **{"purchase_order_no": "PO-7", **ours})
        return self


def case_of():
    return OrderCase(link=make_link()).vendors(1)


def found(case, name="purchasing_document"):
    return verdicts(case.reconcile(name))


ORDER = ("missing_in_platform", "", "expected", "S-PUR-03")


def test_an_order_and_what_came_of_it_agree():
    """S-PUR-03, S-PUR-04: the vendor invoice is a pair with BILL's bill, the order is in Intacct alone."""
    case = case_of().converted(ours={})
    result = case.reconcile("purchasing_document")
    assert verdicts(result) == [ORDER]
    assert result.matches[["platform_id", "intacct_record_no", "method", "is_equal"]].values.tolist() == [
        ["b1", 62, "document", True]
    ]


@pytest.mark.parametrize("state", ["Pending", "Draft", "Submitted", "Declined", "Closed"])
def test_an_order_that_was_not_converted_is_out_of_scope(state):
    """S-PUR-01, S-PUR-02: an order reaches BILL only as an unpaid bill."""
    case = case_of()
    case.order(state=state)
    assert found(case) == [("missing_in_platform", "", "expected", "S-PUR-01")]


@pytest.mark.parametrize(("document_id", "word"), [("Purchase Order-PO-7", "Purchase Order-PO-7"), (None, "PO-7")])
def test_a_document_is_shown_with_its_definition(document_id, word):
    """A number alone does not tell an order from what it became."""
    case = case_of()
    case.order(document_id=document_id)
    assert shown(case.reconcile("purchasing_document"), "intacct_value", "intacct_id") == [(word, "PO-7")]


@pytest.mark.parametrize(
    "theirs",
    [
        {"state": "Paid", "trx_total_paid": Decimal(100)},
        {"state": "Partially Paid", "trx_total_paid": Decimal(1)},
        {"state": "Posted", "trx_total_paid": Decimal(1)},
        {"state": "Draft"},
    ],
)
def test_only_an_unpaid_posted_bill_travels(theirs):
    """S-PUR-01, S-BP-07: an order whose bill was settled or not posted need not be in BILL."""
    assert found(case_of().converted(theirs=theirs)) == [ORDER, ("missing_in_platform", "", "expected", "S-PUR-01")]


def test_a_bill_that_is_missing_is_told_of_the_bill_alone():
    """S-PUR-03: the order adds nothing to a break of its bill."""
    case = case_of().converted()
    assert found(case) == [ORDER, ORDER]
    assert verdicts(case.bills()) == [("missing_in_platform", "", "break", "")]


def test_a_document_whose_bill_is_gone_is_a_break():
    """S-PUR-03: what a document says that it became has to be there, unless it was only just written."""
    case = case_of()
    case.order(62, "INV-1", made=11)
    assert found(case) == [("missing_in_platform", "", "break", "")]
    young = case_of()
    young.order(62, "INV-1", made=11, modified_at=JUST_NOW)
    assert found(young) == [("missing_in_platform", "", "in_flight", "S-SCH-04")]


def test_the_number_in_bill_is_that_of_the_order():
    """S-PUR-04: through a receiver too, the number that BILL shows is compared with the very order's."""
    case = case_of()
    case.order(60, "PO-7", state="Converted")
    case.order(61, "R-1", state="Converted", document_id="Receiver-R-1", created_from="Purchase Order-PO-7")
    case.order(62, "INV-1", made=11, created_from="Receiver-R-1")
    case.intacct_bill(11, module_key="9.PO", reference_no="R-1")
    case.bill("b1", purchase_order_no="R-1")
    assert found(case) == [("coding", "order_no", "expected", "S-PUR-04"), ORDER, ORDER]
    result = case.reconcile("purchasing_document")
    assert shown(result, "platform_value", "intacct_value")[0] == ("R-1", "PO-7")
    assert verdicts(case.bills()) == []  # what stands in the reference number agrees


@pytest.mark.parametrize(
    ("ours", "field"),
    [
        ({"amount": "110.00"}, ("amount", "amount", "expected", "S-PUR-05")),
        ({"number": "INV-9"}, ("coding", "document_no", "expected", "S-PUR-05")),
        ({"purchase_order_no": "PO-9"}, ("coding", "order_no", "expected", "S-PUR-05")),
    ],
)
def test_an_edit_in_bill_is_not_allowed(ours, field):
    """S-PUR-05: Intacct's bill is what the document says, so BILL's was edited."""
    case = case_of().converted(ours=ours)
    case.cross("b1", 11)
    assert found(case) == [field, ORDER]


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({"trx_total": Decimal("99.00")}, ("amount", "amount", "break", "")),
        ({"currency": "EUR"}, ("amount", "currency", "break", "")),
        ({"document_no": "INV-8"}, ("coding", "document_no", "break", "")),
        ({"vendor_id": "V-2"}, ("coding", "vendor_id", "break", "")),
    ],
)
def test_a_document_that_is_not_what_it_made_is_a_break(document, field):
    """Bill and BILL agree; the document in Purchasing says something else."""
    case = case_of().converted(ours={}, document=document)
    assert found(case) == [field, ORDER]
    assert verdicts(case.bills()) == []


@pytest.mark.parametrize(
    ("order", "ours", "expected"),
    [
        ({"state": "Pending"}, {}, "still open in Intacct"),
        ({"state": "Converted"}, {}, "was converted in Intacct"),
        ({"state": "Closed"}, {}, None),
        ({"vendor_id": "V-2"}, {}, None),
        ({}, {"purchase_order_no": "PO-8"}, None),
        ({}, {"is_archived": True}, None),
        ({}, {"record_status": "DRAFT"}, None),
    ],
)
def test_a_bill_that_names_an_order_which_it_did_not_come_from_is_a_break(order, ours, expected):
    """S-PUR-03: converting the order would bill it a second time; a number that is no order's says nothing."""
    case = case_of()
    case.order(**order)
    case.bill("b1", **{"purchase_order_no": "po-7", **ours})
    told = [row for row in shown(case.reconcile("purchasing_document"), "platform_id", "verdict", "reason") if row[0]]
    assert [row[:2] for row in told] == ([("b1", "break")] if expected else [])
    assert all(expected in row[2] for row in told)


def test_two_documents_cannot_have_made_one_bill():
    """Nothing tells which of them it came from."""
    case = case_of().converted(ours={})
    case.order(63, "INV-1b", made=11)
    told = [row for row in found(case) if row != ORDER]
    assert told == [("duplicate", "", "break", "")] * 3


def test_documents_of_another_entity_are_out_of_scope():
    """S-CFG-11: each is counted, and none compared."""
    case = case_of()
    case.order(owner_entity_id="200")
    result = case.reconcile("purchasing_document")
    assert verdicts(result) == []
    assert result.totals[["class", "rule", "intacct_count"]].values.tolist() == [["out_of_scope", "S-CFG-11", 1]]


def test_an_order_number_that_bill_cannot_hold_is_named():
    """S-PUR-06: a bill whose order's number has over 100 characters is refused; the 100th is still fine."""
    for length, is_named in ((100, False), (101, True)):
        case = case_of().converted(theirs={"reference_no": "P" * length})
        (told,) = shown(case.bills(), "verdict", "reason")
        assert told[0] == "break"
        assert ("S-PUR-06" in told[1]) is is_named


def sales(ours=None, theirs=None, document=None, tax=None):
    case = OrderCase(link=make_link()).customers(1)
    case.order(62, "AR-1", "order_entry_document", made=11, **(document or {}))
    case.intacct_invoice(11, module_key="8.SO", **(theirs or {}))
    if ours is not None:
        case.bill_invoice("i1", **({"tax_amount": Decimal(tax)} if tax else {}), **ours)
    return case


def test_invoices_that_came_of_sales_orders():
    """S-SAL-01, S-SAL-02, S-SAL-03: open orders and settled invoices stay behind; an edit in BILL is told."""
    assert found(sales({}), "order_entry_document") == []
    case = sales()
    case.order(61, "SO-7", "order_entry_document")
    assert found(case, "order_entry_document") == [("missing_in_platform", "", "expected", "S-SAL-01")] * 2
    settled = sales(theirs={"state": "Paid", "received": "100.00"})
    assert found(settled, "order_entry_document") == [("missing_in_platform", "", "expected", "S-SAL-01")]
    edited = sales({"amount": "110.00"})
    assert found(edited, "order_entry_document") == [("amount", "amount", "expected", "S-SAL-03")]


@pytest.mark.parametrize("total", ["100.00", "108.00"])
def test_an_order_may_tell_its_total_with_the_sales_tax_or_without(total):
    """S-INV-03: the tax is a line of the invoice; the order may not have it."""
    case = sales({"amount": "108.00"}, {"amount": "108.00"}, {"trx_total": Decimal(total)}, tax="8.00")
    assert found(case, "order_entry_document") == []
    edited = sales({"amount": "119.00"}, {"amount": "108.00"}, {"trx_total": Decimal(total)}, tax="8.00")
    assert found(edited, "order_entry_document") == [("amount", "amount", "expected", "S-SAL-03")]
    other = sales({"amount": "108.00"}, {"amount": "108.00"}, {"trx_total": Decimal("104.00")}, tax="8.00")
    assert found(other, "order_entry_document") == [("amount", "amount", "break", "")]


def test_the_order_of_rows_does_not_matter():
    """The same rows give the same bytes."""
    case = case_of().converted(ours={"amount": "110.00"})
    case.cross("b1", 11)
    for number in range(70, 76):
        case.order(number, f"PO-{number}")
        case.bill(f"b{number}", number=f"N-{number}", purchase_order_no=f"PO-{number}")
    assert as_bytes(case.reconcile("purchasing_document")) == in_other_order(case, "purchasing_document")
