"""Vendor credits: how they pair, what differs, and which rule explains it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from reconcile_cases import JUST_NOW, make_link, shown, verdicts
from settlement_cases import SettlementCase

from intacct_pipelines.domain.keys import source_mark
from intacct_pipelines.errors import DataContractError

OBJECT = "vendor_credit"


@pytest.fixture
def case():
    return SettlementCase().vendors()


def pairs_of(case):
    matches = case.reconcile(OBJECT).matches
    return list(matches[["platform_id", "intacct_record_no", "method"]].itertuples(index=False, name=None))


@pytest.mark.parametrize("form", ["negative_bill", "adjustment"])
def test_a_credit_pairs_with_either_form_and_its_sign_is_flipped(case, form):
    """A negative bill or an adjustment of the same vendor and number is the credit, to the cent [S-VCR-06]."""
    case.credit()
    record_no = getattr(case, form)()
    result = case.reconcile(OBJECT)
    assert pairs_of(case) == [("c1", record_no, "natural_key")]
    assert len(result.differences) == 0
    assert list(result.matches[["platform_amount", "intacct_amount"]].iloc[0]) == [Decimal("40.00")] * 2
    assert set(result.totals["difference"]) == {Decimal(0)}


def test_a_bill_to_be_paid_is_no_credit(case):
    """Bills with a positive or zero total have no part in this."""
    case.intacct_bill(12, "40.00", "CR-1")
    case.intacct_bill(13, "0.00", "CR-1", state="No Value")
    case.credit()
    result = case.reconcile(OBJECT)
    assert len(result.matches) == 0
    assert sum(result.totals["intacct_count"]) == 0


def test_crosswalk_mark_and_number_decide_in_this_order(case):
    """What a person confirmed goes before the mark, and the mark before the number."""
    case.credit("c1", number="CR-1")
    case.credit("c2", number="CR-2")
    case.credit("c3", number="CR-3")
    case.negative_bill(31, number="CR-3")
    case.adjustment(41, number="CR-1", description=source_mark("bill", "c2"))
    case.negative_bill(32, number="CR-2")
    case.cross("c1", 32, object_=OBJECT)
    assert pairs_of(case) == [("c1", 32, "crosswalk"), ("c2", 41, "mark"), ("c3", 31, "natural_key")]


def test_of_two_with_one_number_date_and_amount_decide_and_else_nothing_does(case):
    """Unambiguous only: two of one number pair by date and amount, or become a group."""
    case.credit("c1", "40.00")
    case.credit("c2", "50.00")
    case.negative_bill(31, "50.00")
    case.adjustment(41, "40.00")
    assert [pair[:2] for pair in pairs_of(case)] == [("c1", 41), ("c2", 31)]
    case.rows["intacct.ap_adjustment"][0]["trx_total_entered"] = Decimal("-50.00")
    result = case.reconcile(OBJECT)
    assert {row[0] for row in verdicts(result)} == {"duplicate"}
    assert set(result.differences["verdict"]) == {"break"}


ALONE_IN_BILL = {
    "S-VCR-02": {"is_archived": True},
    "S-VEN-10": {"vendor_id": "v2"},
    "S-SCH-04": {"modified_at": JUST_NOW},
    "": {},
}


@pytest.mark.parametrize("rule", ALONE_IN_BILL)
def test_why_a_credit_is_only_in_bill(case, rule):
    """Archived or excluded it is expected [S-VCR-02] [S-VEN-10]; fresh it is in flight; else it is missed."""
    case.vendors(2)
    case.link = make_link(excluded_vendors=frozenset({"v2"}))
    case.credit(**ALONE_IN_BILL[rule])
    verdict = {"": "break", "S-SCH-04": "in_flight"}.get(rule, "expected")
    assert verdicts(case.reconcile(OBJECT)) == [("missing_in_intacct", "", verdict, rule)]


def test_a_missing_credit_says_that_it_may_wait_for_approval(case):
    """BILL does not tell whether a credit is approved, so nobody can claim that the filter explains it [S-VCR-07]."""
    case.credit()
    assert "S-VCR-07" in case.reconcile(OBJECT).differences["reason"][0]


def test_a_credit_of_a_link_without_the_filter_waits_for_no_approval(case):
    """S-VCR-07: where unapproved credits travel too, approval is no reason."""
    case.link = replace(case.link, approved_only=False)
    case.credit()
    assert "S-VCR-07" not in case.reconcile(OBJECT).differences["reason"][0]
    assert verdicts(case.reconcile(OBJECT)) == [("missing_in_intacct", "", "break", "")]


ALONE_IN_INTACCT = [
    ("adjustment", {}, "expected", "S-VCR-05"),
    ("adjustment", {"trx_total_paid": Decimal("-40.00")}, "expected", "S-VCR-05"),
    ("adjustment", {"amount": "-40.00"}, "expected", "S-VCR-05"),
    ("negative_bill", {}, "break", ""),
    ("negative_bill", {"trx_total_paid": Decimal("-10.00"), "state": "Partially Paid"}, "expected", "S-VCR-01"),
    ("negative_bill", {"state": "Draft"}, "expected", "S-VCR-01"),
    ("negative_bill", {"state": "Reversed"}, "expected", "S-VCR-01"),
    ("negative_bill", {"vendor_id": "V-2"}, "expected", "S-VEN-10"),
    ("negative_bill", {"modified_at": JUST_NOW}, "in_flight", "S-SCH-04"),
    ("adjustment", {"description": source_mark("bill", "c9")}, "break", ""),
]


@pytest.mark.parametrize(("form", "more", "verdict", "rule"), ALONE_IN_INTACCT)
def test_why_a_credit_is_only_in_intacct(case, form, more, verdict, rule):
    """Adjustments, used and unposted ones do not travel [S-VCR-05] [S-VCR-01]; an unused negative bill must."""
    case.vendors(2)
    case.link = make_link(excluded_vendors=frozenset({"v2"}))
    case.credit("c9", _deleted=True)
    getattr(case, form)(**more)
    assert verdicts(case.reconcile(OBJECT)) == [("missing_in_platform", "", verdict, rule)]


def test_vendors_that_nobody_can_tell_apart_hold_their_credits(case):
    """Two vendors of one name explain that a credit finds no partner [S-VEN-03]."""
    case.bill_vendor("v8", "Twin")
    case.intacct_vendor(8, "Twin")
    case.intacct_vendor(9, "Twin")
    case.credit(vendor_id="v8")
    case.negative_bill(vendor_id="V-9")
    assert {row[2:] for row in verdicts(case.reconcile(OBJECT))} == {("expected", "S-VEN-03")}


def test_a_credit_whose_record_was_deleted_in_intacct_is_a_break(case):
    """It was there once: the remedy is another than for one that never came."""
    case.credit()
    case.adjustment(_deleted=True)
    (difference,) = case.reconcile(OBJECT).differences.itertuples()
    assert (difference.verdict, "deleted" in difference.reason) == ("break", True)


PAIRED = [
    ({"amount": "40.01"}, ("amount", "amount", "break", "")),
    ({"currency": "EUR"}, ("amount", "currency", "break", "")),
    ({"bill_date": date(2026, 2, 28)}, ("date", "credit_date", "break", "")),
    ({"number": "CR-9", "description": source_mark("bill", "c1")}, ("coding", "document_no", "break", "")),
    ({"state": "Reversed"}, ("state", "state", "break", "")),
    ({"lines": [{"account_no": "6100"}]}, ("coding", "lines", "break", "")),
    (
        {"trx_total_paid": Decimal("-40.00"), "state": "Paid"},
        ("state", "applied_amount", "expected", "S-VCR-08"),
    ),
]


@pytest.mark.parametrize(("more", "difference"), PAIRED)
def test_what_differs_in_a_pair(case, more, difference):
    """Amount, currency, date, number, state, coding and what Intacct used of it [S-VCR-08]; each told once."""
    case.credit()
    case.negative_bill(**more)
    assert verdicts(case.reconcile(OBJECT)) == [difference]


def test_a_credit_of_an_excluded_vendor_may_differ(case):
    """Whatever differs is expected, for nothing of this vendor travels [S-VEN-10]."""
    case.link = make_link(excluded_vendors=frozenset({"v1"}))
    case.credit(is_archived=True)
    case.negative_bill(amount="41.00")
    assert {row[2:] for row in verdicts(case.reconcile(OBJECT))} == {("expected", "S-VEN-10")}


def test_what_bill_used_more_is_left_to_the_applications(case):
    """A credit used in BILL only is told bill by bill, not here again."""
    case.credit(applied_amount=Decimal("40.00"))
    case.negative_bill()
    assert len(case.reconcile(OBJECT).differences) == 0


def test_a_large_credit_that_arrived_as_nothing_is_a_break_of_its_whole_amount(case):
    """Over ten million arrives as 0 without state: that is the only difference told [S-BIL-07]."""
    case.credit(amount="10000000.01", is_archived=True)
    case.negative_bill(amount="0.00", state="No Value", lines=[])
    columns = ("field", "amount_difference", "verdict")
    assert shown(case.reconcile(OBJECT), *columns) == [("amount", Decimal("10000000.01"), "break")]


def test_a_credit_of_another_entity_is_out_of_scope(case):
    """Another entity's record is counted, and not missed [S-CFG-11]."""
    case.adjustment(owner_entity_id="200")
    totals = case.reconcile(OBJECT).totals
    assert list(totals[["class", "rule", "intacct_total"]].itertuples(index=False, name=None)) == [
        ("out_of_scope", "S-CFG-11", Decimal("40.00"))
    ]


def test_a_number_that_stands_for_two_records_is_refused(case):
    """A difference could not say which of the two it means."""
    case.adjustment(31)
    case.negative_bill(31)
    with pytest.raises(DataContractError, match="such as 31"):
        case.reconcile(OBJECT)
