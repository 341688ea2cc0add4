"""Reconciling customers' invoices: sales tax, what was received, and one test for each reason of a difference."""

from __future__ import annotations

from decimal import Decimal

import pytest
from receivables_cases import DAY, ReceivablesCase
from reconcile_cases import JUST_NOW, LATER, make_link, shown, verdicts

from intacct_pipelines.domain.keys import source_mark

MISSING_IN_INTACCT = "missing_in_intacct"
MISSING_IN_PLATFORM = "missing_in_platform"


def rule(number):
    """One case whose id ends with the rule that it is about."""
    return pytest.mark.parametrize("number", [pytest.param(number, id=f"[{number}]")])


def case_of(**policy):
    return ReceivablesCase(link=make_link(**policy)).customers()


def result_of(case):
    return case.reconcile("ar_invoice")


def found(case):
    return verdicts(result_of(case))


def reasons(case):
    return [(field, verdict, reason) for field, verdict, reason in shown(result_of(case), "field", "verdict", "reason")]


# Pairs


@pytest.mark.parametrize("method", ["crosswalk", "mark", "natural_key"])
def test_invoices_pair_as_bills_do(method):
    """By what was confirmed, by our mark, by customer and number; and equal ones are equal."""
    case = case_of()
    case.bill_invoice()
    case.intacct_invoice(description=source_mark("bill", "i1") if method == "mark" else None)
    if method == "crosswalk":
        case.cross("i1", 11, "ar_invoice")
    result = result_of(case)
    assert list(result.matches["method"]) == [method]
    assert verdicts(result) == []


def test_the_second_copy_of_an_invoice_is_a_duplicate():
    """It would be collected twice."""
    case = case_of().invoices().cross("i1", 11, "ar_invoice")
    case.intacct_invoice(12)
    assert found(case) == [("duplicate", "", "break", "")]


# Only on one side


@rule("S-INV-01")
@pytest.mark.parametrize(
    ("state", "received", "expected"),
    [("Posted", "0", False), ("Paid", "100.00", True), ("Posted", "5.00", True), ("Draft", "0", True)],
)
def test_only_fully_unpaid_invoices_travel_to_bill(state, received, expected, number):
    """An invoice of which something is received, or that is not posted, is not expected in BILL."""
    case = case_of()
    case.intacct_invoice(state=state, received=received)
    ((kind, _, verdict, cited),) = found(case)
    assert (kind, verdict, cited) == (MISSING_IN_PLATFORM, *(("expected", number) if expected else ("break", "")))


@rule("S-INV-02")
@pytest.mark.parametrize(
    ("row", "expected"),
    [({}, False), ({"record_status": "DRAFT", "is_archived": True}, True), ({"is_archived": True}, True)],
    ids=["live", "draft", "cancelled"],
)
def test_live_invoices_travel_to_intacct(row, expected, number):
    """A live invoice that never arrived is a break; drafts look archived and are told as drafts."""
    case = case_of()
    case.bill_invoice(**row)
    ((kind, _, verdict, cited),) = found(case)
    assert (kind, verdict, cited) == (MISSING_IN_INTACCT, *(("expected", number) if expected else ("break", "")))
    assert ("draft" in reasons(case)[0][2]) == (row.get("record_status") == "DRAFT")


@rule("S-TAX-01")
def test_with_advanced_sales_tax_invoices_are_made_in_intacct(number):
    """What was made in BILL cannot travel; what was made in Intacct must still reach BILL [S-TAX-02]."""
    case = case_of(advanced_sales_tax=True)
    case.bill_invoice()
    case.intacct_invoice(number="AR-2")
    assert found(case) == [(MISSING_IN_INTACCT, "", "expected", number), (MISSING_IN_PLATFORM, "", "break", "")]


@rule("S-TRM-02")
def test_a_term_that_intacct_lacks_is_why_an_invoice_is_missing(number):
    """The break names it; terms that were never read say nothing."""
    case = ReceivablesCase()
    case.bill_customer(ap_term_id="t9")
    case.intacct_customer()
    case.add("bill.ap_term", id="t9", name="Net 9", due_days=9)
    case.bill_invoice()
    assert not any(number in reason for *_, reason in reasons(case))
    case.add("intacct.ar_term", record_no=1, name="Net 30")
    ((_, verdict, reason),) = reasons(case)
    assert (verdict, number in reason) == ("break", True)


@rule("S-CUS-02")
def test_invoices_of_customers_with_one_name_wait_for_the_customers(number):
    """Nobody knows whose they are."""
    case = ReceivablesCase()
    for key in (1, 2):
        case.intacct_customer(key)
    case.bill_customer()
    case.bill_invoice()
    case.intacct_invoice()
    assert {(verdict, cited) for _, _, verdict, cited in found(case)} == {("expected", number)}


@pytest.mark.parametrize("why", ["deleted in Intacct", "customer is not in Intacct", "deleted in BILL"])
def test_a_break_says_why_the_partner_is_not_there(why):
    """So that the reader knows where to begin."""
    case = case_of()
    if why == "deleted in BILL":
        case.bill_invoice(_deleted=True)
        case.intacct_invoice(description=source_mark("bill", "i1"))
    elif why == "deleted in Intacct":
        case.bill_invoice()
        case.intacct_invoice(_deleted=True)
    else:
        case.bill_invoice(customer_id="c9")
    ((_, verdict, reason),) = reasons(case)
    assert verdict == "break"
    assert all(word in reason for word in why.split())


# Sales tax


@rule("S-INV-03")
@pytest.mark.parametrize("told", ["in the header", "as a line"])
def test_the_tax_of_bill_meets_the_tax_line_of_intacct(told, number):
    """However BILL tells it, equal tax is no difference, nor is its line one of coding."""
    case = case_of().tax_item()
    tax = {"price": Decimal("8.00"), "gl_account_id": "a2200"}
    if told == "in the header":
        case.bill_invoice(amount="108.00", tax_amount=Decimal("8.00"))
    else:
        case.bill_invoice(amount="108.00", lines=[{"price": Decimal("100.00")}, tax])
    lines = [{"trx_amount": Decimal("100.00")}, {"trx_amount": Decimal("8.00"), "account_no": "2200"}]
    case.intacct_invoice(amount="108.00", lines=lines)
    assert found(case) == [], number


@rule("S-INV-03")
def test_tax_that_intacct_lacks_is_told_as_tax_and_nothing_else(number):
    """The net totals agree, so only the tax differs, with its money."""
    case = case_of().tax_item()
    case.bill_invoice(amount="108.00", tax_amount=Decimal("8.00"))
    case.intacct_invoice(amount="100.00")
    rows = shown(result_of(case), "field", "verdict", "amount_difference", "money_at_stake")
    assert rows == [("tax_amount", "break", Decimal("8.00"), Decimal("8.00"))]
    assert number in reasons(case)[0][2]


def test_tax_booked_on_a_sales_account_is_told_twice_with_opposite_signs():
    """The totals agree and yet the tax is owed: net and tax differ by the same money."""
    case = case_of().tax_item()
    case.bill_invoice(amount="108.00", tax_amount=Decimal("8.00"))
    case.intacct_invoice(amount="108.00")
    rows = shown(result_of(case), "field", "amount_difference")
    assert rows[:2] == [("amount", Decimal("-8.00")), ("tax_amount", Decimal("8.00"))]


def test_without_any_tax_account_the_totals_are_compared_whole():
    """Intacct's tax cannot be told from its other lines then, and nothing is made up."""
    case = case_of()
    case.bill_invoice(amount="108.00", tax_amount=Decimal("8.00"), lines=[{"price": Decimal("108.00")}])
    case.intacct_invoice(amount="108.00")
    assert found(case) == []


def test_the_lines_of_bill_are_price_times_quantity_in_the_smallest_unit():
    """BILL's lines tell no amount; 3 × 33.335 is 100.01."""
    case = case_of()
    case.bill_invoice(amount="100.01", lines=[{"price": Decimal("33.335"), "quantity": Decimal(3)}])
    case.intacct_invoice(amount="100.01")
    assert found(case) == []


def test_a_line_with_an_item_and_no_account_stands_on_the_account_of_the_item():
    """S-BP-12: what is pushed is coded so, and is no difference when it comes back."""
    case = case_of()
    case.bill_account("a6100", "6100")
    case.add("bill.item", id="hours", item_type="SERVICE", name="Hours", gl_account_id="a6100")
    case.bill_invoice(lines=[{"gl_account_id": None, "item_id": "hours"}])
    case.intacct_invoice(lines=[{"account_no": "6100"}])
    assert found(case) == []


# Both sides


@pytest.mark.parametrize(
    ("field", "theirs"),
    [
        ("amount", {"trx_total_entered": Decimal("100.01")}),
        ("invoice_date", {"invoice_date": DAY.replace(day=2)}),
        ("due_date", {"due_date": DAY}),
        ("document_no", {"document_no": "AR-9"}),
        ("customer_id", {"customer_id": "C-2"}),
        ("currency", {"currency": "EUR"}),
        ("lines", {"lines": [{"account_no": "6100"}]}),
        ("state", {"state": "Reversed"}),
    ],
)
@pytest.mark.parametrize("born", ["4.AR", "8.SO"])
def test_a_field_that_differs_is_a_break_unless_an_order_s_invoice_was_edited(field, theirs, born):
    """S-SAL-03 explains an edit in BILL of an invoice from a sales order, of whatever field but its use."""
    case = case_of().cross("i1", 11, "ar_invoice")
    case.bill_invoice(modified_at=LATER)
    case.intacct_invoice(module_key=born, **theirs)
    ((_, name, verdict, cited),) = found(case)
    is_explained = born == "8.SO" and field != "state"
    assert (name, verdict, cited) == (field, *(("expected", "S-SAL-03") if is_explained else ("break", "")))


@rule("S-SAL-03")
def test_an_order_s_invoice_that_was_not_edited_in_bill_is_not_explained(number):
    """Without evidence of an edit the rule says nothing [S-SAL-01]."""
    case = case_of()
    case.bill_invoice()
    case.intacct_invoice(amount="90.00", module_key="8.SO", modified_at=LATER)
    assert (("amount", "", number) in found(case)) is False
    assert [verdict for _, _, verdict, _ in found(case)] == ["break"]


@rule("S-TRM-01")
def test_due_dates_drift_where_terms_differ(number):
    """Each due date follows its own term."""
    case = ReceivablesCase()
    case.bill_customer(ap_term_id="t30")
    case.intacct_customer(term_name="Net 45")
    case.add("bill.ap_term", id="t30", name="Net 30", due_days=30)
    case.bill_invoice()
    case.intacct_invoice(due_date=DAY.replace(month=3, day=18))
    assert found(case) == [("date", "due_date", "expected", number)]


# What was received and credited


@rule("S-ARP-01")
def test_what_was_received_in_intacct_does_not_reach_bill(number):
    """It is expected; what only BILL received is a break."""
    case = case_of()
    case.invoices(1)
    case.rows["intacct.ar_invoice"][-1].update(trx_total_paid=Decimal(40), state="Partially Paid")
    assert found(case) == [("state", "received_amount", "expected", number)]
    case.rows["intacct.ar_invoice"][-1].update(trx_total_paid=Decimal(0), state="Posted")
    case.rows["bill.ar_invoice"][-1].update(due_amount=Decimal(60))
    assert shown(result_of(case), "field", "verdict", "amount_difference") == [
        ("received_amount", "break", Decimal(40))
    ]


@rule("S-ARP-03")
def test_a_void_that_did_not_reach_intacct_is_not_taken_for_a_receipt_made_there(number):
    """The money is gone in BILL, and Intacct counts it still: nothing explains that away."""
    case = case_of()
    case.bill_invoice()
    case.intacct_invoice(received="100.00", state="Paid")
    case.bill_receipt(status="VOID")
    case.intacct_receipt()
    ((field, verdict, reason),) = reasons(case)
    assert (field, verdict, number in reason) == ("received_amount", "break", True)


@rule("S-SCH-04")
def test_what_was_just_received_is_in_flight(number):
    """The receipt is young although the invoice is old."""
    case = case_of()
    case.bill_invoice(received="100.00")
    case.intacct_invoice()
    case.bill_receipt(modified_at=JUST_NOW)
    assert found(case) == [("state", "received_amount", "in_flight", number)]


@rule("S-CRM-01")
def test_a_credit_memo_applied_on_one_side_is_told_as_a_credit(number):
    """It is no money received, and does not travel."""
    case = case_of()
    case.bill_invoice(credited="30.00")
    case.intacct_invoice()
    assert found(case) == [("application", "credited_amount", "expected", number)]
    case = case_of()
    case.bill_invoice(credited="30.00")
    case.intacct_invoice(received="30.00", state="Partially Paid")
    case.intacct_memo(used=[(11, "30.00")])
    assert found(case) == []


def test_what_is_on_its_way_is_not_received_yet():
    """BILL takes it from what is due."""
    case = case_of()
    case.bill_invoice(received="100.00", scheduled_amount=Decimal("100.00"))
    case.intacct_invoice()
    assert found(case) == []
