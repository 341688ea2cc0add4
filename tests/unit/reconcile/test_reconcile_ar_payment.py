"""Reconciling receipts from customers: pairs, the invoices that each pays, voids and convenience fees."""

from __future__ import annotations

from decimal import Decimal

import pytest
from receivables_cases import DAY, ReceivablesCase
from reconcile_cases import make_link, shown, verdicts

from intacct_pipelines.domain.keys import source_mark

MISSING_IN_INTACCT = "missing_in_intacct"
MISSING_IN_PLATFORM = "missing_in_platform"


def rule(number):
    """One case whose id ends with the rule that it is about."""
    return pytest.mark.parametrize("number", [pytest.param(number, id=f"[{number}]")])


def case_of():
    """Two invoices that both sides know."""
    return ReceivablesCase(link=make_link()).customers().invoices(1).invoices(2)


def pair_of(ours=None, theirs=None):
    case = case_of()
    case.bill_receipt(**(ours or {}))
    case.intacct_receipt(**(theirs or {}))
    return case


def result_of(case):
    return case.reconcile("ar_payment")


def found(case):
    return verdicts(result_of(case))


def the_reason(case):
    ((reason,),) = shown(result_of(case), "reason")
    return reason


# Pairs


def test_equal_receipts_are_equal():
    """Money, customer, day and invoices agree."""
    assert found(pair_of()) == []


@pytest.mark.parametrize(("ours", "theirs"), [(None, "R-1"), ("R-1", None), (None, None)])
def test_without_a_reference_customer_day_and_amount_make_a_pair(ours, theirs):
    """If they stand once on each side; two receipts alike do not pair by chance."""
    case = pair_of({"reference": ours}, {"reference": theirs})
    assert list(result_of(case).matches["method"]) == ["natural_key"]
    case.bill_receipt("r2", reference=ours)
    assert len(result_of(case).matches) == 0


def test_another_reference_is_another_receipt():
    """Of the same day and amount, both with a number of their own."""
    assert len(result_of(pair_of({"reference": "R-7"})).matches) == 0


def test_a_receipt_entered_twice_is_a_duplicate():
    """It would be counted twice."""
    case = pair_of().cross("r1", 31, "ar_payment")
    case.intacct_receipt(32)
    assert found(case) == [("duplicate", "", "break", "")]


# Only on one side


@rule("S-ARP-01")
def test_receipts_travel_from_bill_to_intacct_only(number):
    """One made in Intacct is not expected in BILL; one made in BILL is missing in Intacct."""
    case = case_of()
    case.bill_receipt()
    case.intacct_receipt(reference="R-2", applied=[(12, "100.00")])
    assert found(case) == [(MISSING_IN_INTACCT, "", "break", ""), (MISSING_IN_PLATFORM, "", "expected", number)]


@rule("S-ARP-01")
def test_a_scheduled_receipt_is_in_flight_however_old(number):
    """It comes on its day."""
    case = case_of()
    case.bill_receipt(status="SCHEDULED")
    assert found(case) == [(MISSING_IN_INTACCT, "", "in_flight", number)]


@rule("S-ARP-03")
def test_what_was_undone_before_it_travelled_and_reversals_are_expected_alone(number):
    """BILL marks its receipt as void; Intacct keeps both the reversed one and its opposite."""
    case = case_of()
    case.bill_receipt(status="VOID")
    case.intacct_receipt(41, reference="R-9", state="Reversed")
    case.intacct_receipt(42, "-100.00", reference="R-9", state="Reversal", applied=[(11, "-100.00")])
    assert {(verdict, cited) for _, _, verdict, cited in found(case)} == {("expected", number)}


@rule("S-ARP-03")
def test_a_receipt_voided_on_both_sides_is_a_pair_without_difference(number):
    """Its reversal stands alone and is expected."""
    case = pair_of({"status": "VOID"}, {"state": "Reversed"})
    case.intacct_receipt(42, "-100.00", state="Reversal", applied=[(11, "-100.00")])
    assert found(case) == [(MISSING_IN_PLATFORM, "", "expected", number)]


@rule("S-CRM-01")
def test_a_record_that_only_applies_a_credit_memo_is_no_receipt(number):
    """It holds no money."""
    case = case_of()
    case.intacct_memo(used=[(11, "30.00")])
    assert found(case) == [(MISSING_IN_PLATFORM, "", "expected", number)]


@pytest.mark.parametrize(
    "why", ["as an advance", "deleted in Intacct", "customer is not in Intacct", "deleted in BILL"]
)
def test_a_break_says_why_the_partner_is_not_there(why):
    """So that the reader knows where to begin."""
    case = case_of()
    if why == "deleted in BILL":
        case.bill_receipt(_deleted=True)
        case.intacct_receipt(description=source_mark("bill", "r1"))
    elif why == "customer is not in Intacct":
        case.bill_receipt(customer_id="c9")
    else:
        case.bill_receipt()
    if why == "deleted in Intacct":
        case.intacct_receipt(_deleted=True)
    if why == "as an advance":
        amount, own = Decimal("100.0"), {"customer_id": "C-1", "currency": "USD", "receipt_date": DAY}
        case.add("intacct.ar_advance", record_no=31, reference_no="R-1", trx_total_entered=amount, **own)
    assert all(word in the_reason(case) for word in why.split())
    assert [verdict for _, _, verdict, _ in found(case)] == ["break"]


# Both sides


@pytest.mark.parametrize(
    ("field", "theirs"),
    [
        ("amount", {"trx_total_entered": Decimal("100.01")}),
        ("payment_date", {"receipt_date": DAY.replace(day=2)}),
        ("customer_id", {"customer_id": "C-2"}),
        ("currency", {"currency": "EUR"}),
        ("reference_no", {"reference": "R-2"}),
    ],
)
def test_a_field_that_differs_is_a_break(field, theirs):
    """No rule lets money differ on its way."""
    case = pair_of(None, theirs).cross("r1", 31, "ar_payment")
    assert [(name, verdict) for _, name, verdict, _ in found(case)] == [(field, "break")]


@rule("S-ARP-03")
def test_a_void_that_did_not_travel_is_a_break_on_either_side(number):
    """The reason says that it must be made by hand."""
    case = pair_of({"status": "VOID"}).cross("r1", 31, "ar_payment")
    assert found(case) == [("state", "state", "break", "")]
    assert number in the_reason(case)
    case = pair_of(None, {"state": "Reversed"}).cross("r1", 31, "ar_payment")
    assert found(case) == [("state", "state", "break", "")]
    assert "reversed in Intacct" in the_reason(case)


@rule("S-FEE-01")
def test_a_receipt_with_the_fee_in_it_is_explained_and_another_amount_is_not(number):
    """The fee is told beside BILL's amount; it is added before the two are compared."""
    fee = {"convenience_fee_amount": Decimal("2.90")}
    assert found(pair_of(fee)) == []
    with_fee = {"trx_total_entered": Decimal("102.90"), "trx_total_due": Decimal("2.90")}
    assert found(pair_of(fee, with_fee)) == [("amount", "amount", "expected", number)]
    assert found(pair_of(fee, {"trx_total_entered": Decimal("102.91")})) == [("amount", "amount", "break", "")]


# What it pays


@rule("S-ARP-02")
def test_applications_are_compared_invoice_by_invoice(number):
    """Not by lines, which BILL does not tell; the money that went elsewhere is at stake."""
    ours = {"applied": [("i1", "60.00"), ("i2", "40.00")]}
    assert found(pair_of(ours, {"applied": [(11, "60.00"), (12, "15.00"), (12, "25.00")]})) == []
    case = pair_of(ours, {"applied": [(11, "40.00"), (12, "60.00")]})
    columns = ("kind", "verdict", "platform_value", "intacct_value", "money_at_stake")
    told = ("AR-1 (11): 60.00; AR-2 (12): 40.00", "AR-1 (11): 40.00; AR-2 (12): 60.00")
    assert shown(result_of(case), *columns) == [("application", "break", *told, Decimal("20.00"))]
    assert number in the_reason(case)


def test_what_is_not_applied_is_compared_too():
    """Intacct has the money, and has not applied it as BILL has."""
    case = pair_of({}, {"applied": [(11, "70.00")]})
    values = shown(result_of(case), "platform_value", "intacct_value", "verdict")
    assert values == [("AR-1 (11): 100.00", "AR-1 (11): 70.00; not applied: 30.00", "break")]


@rule("S-ARP-01")
def test_what_intacct_alone_applied_further_does_not_reach_bill(number):
    """Of what BILL has left over, by the receipt itself or by a later record."""
    ours = {"amount": "130.00"}
    assert found(pair_of(ours, {"amount": "130.00"})) == []
    more = {"amount": "130.00", "applied": [(11, "100.00"), (12, "30.00")]}
    assert found(pair_of(ours, more)) == [("application", "applications", "expected", number)]
    later = pair_of(
        {**ours, "applied": [("i1", "100.00"), ("i2", "30.00")]}, {"amount": "130.00", "trx_total_due": None}
    )
    later.intacct_receipt(32, "0", "", applied=())
    later.settle(77, 32, 12, overpayment_record_no=31, trx_overpayment_amount=Decimal("30.00"))
    assert [kind for kind, *_ in found(later)] == [MISSING_IN_PLATFORM]


def test_a_paid_invoice_without_partner_is_named():
    """Its own difference comes first."""
    case = case_of()
    case.bill_invoice("i9", number="AR-9")
    case.bill_receipt(applied=[("i9", "100.00")])
    case.intacct_receipt(applied=())
    assert found(case) == [("application", "applications", "break", "")]
    assert "no partner" in the_reason(case)
