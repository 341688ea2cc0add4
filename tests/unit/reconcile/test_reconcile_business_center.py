"""Business Center's vendors and bills against Intacct's: what pairs, what differs, which rule explains it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from business_center_cases import BusinessCenterCase
from hypothesis import given, settings
from hypothesis import strategies as st
from reconcile_cases import NOW, shown, verdicts

BREAK, EXPECTED = ("break", ""), ("expected", "S-PMT-05")
UNPAID = Decimal(0)


def one(result):
    """Kind, field, verdict, rule and reason of the only difference."""
    (found,) = shown(result, "kind", "field", "verdict", "rule", "reason")
    return found


def test_vendors_travel_both_ways_and_pair_by_name():
    """S-PMT-03, S-PMT-04: one that a side lacks never arrived, unless it is young or out of use."""
    case = BusinessCenterCase().vendors()
    case.center_vendor("v2", "Only here")
    case.center_vendor("v3", "New here", when=NOW)
    case.center_vendor("v4", "Old here", status="INACTIVE")
    case.intacct_vendor(5, "Only there")
    case.intacct_vendor(6, "Old there", status="inactive")
    result = case.reconcile("business_center_vendor")
    assert list(result.matches["platform_id"]) == ["v1"]
    found = {row[0] or row[1]: row[2:] for row in shown(result, "platform_id", "intacct_record_no", "verdict", "rule")}
    assert found == {
        "v2": BREAK,
        "v3": ("in_flight", "S-SCH-04"),
        "v4": ("expected", "S-PMT-03"),
        5: BREAK,
        6: ("expected", "S-PMT-03"),
    }


def test_two_vendors_of_one_name_are_a_break_for_no_rule_says_what_happens():
    """S-VEN-03 is BILL's rule; Business Center's page says nothing of names."""
    case = BusinessCenterCase().vendors()
    case.center_vendor("v2", "vendor 1")
    assert {row[2:] for row in verdicts(case.reconcile("business_center_vendor"))} == {BREAK}


def test_a_vendor_out_of_use_or_renamed_on_one_side_is_a_break():
    """S-PMT-03: a change should have travelled."""
    case = BusinessCenterCase().vendors()
    case.rows["business_center.vendor"][0]["status"] = "Inactive"
    assert one(case.reconcile("business_center_vendor"))[:4] == ("state", "status", *BREAK)
    case.rows["intacct.vendor"][0]["_deleted"] = True
    case.rows["business_center.vendor"][0]["status"] = "active"
    assert "deleted in Intacct" in one(case.reconcile("business_center_vendor"))[4]


def test_the_same_bill_on_both_sides_is_no_difference():
    """Vendor and number find the pair; equal in all that the export carries."""
    result = BusinessCenterCase().vendors().both().bills()
    assert list(result.matches["is_equal"]) == [True]
    assert result.differences.empty


@pytest.mark.parametrize(
    ("status", "place"),
    [("ready_to_pay", BREAK), ("Paid", BREAK), ("in_approval", EXPECTED), ("declined", EXPECTED)],
)
def test_only_bills_that_are_ready_to_pay_are_expected_in_intacct(status, place):
    """S-PMT-05: one that is ready, or was and is paid, must be there; any other need not."""
    case = BusinessCenterCase().vendors()
    case.center_bill(status=status)
    assert one(case.bills())[:4] == ("missing_in_intacct", "", *place)


def test_the_words_of_an_export_are_the_links_own():
    """S-PMT-11: no contract is published, so an export may word its states otherwise."""
    case = BusinessCenterCase(ready_statuses=frozenset({"Payable Now"})).vendors()
    case.center_bill("b1", status="payable now")
    case.center_bill("b2", number="INV-2", status="ready_to_pay")
    assert shown(case.bills(), "platform_id", "verdict") == [("b1", "break"), ("b2", "expected")]


@pytest.mark.parametrize(
    ("facts", "place"),
    [
        ({}, BREAK),
        ({"state": "Draft"}, EXPECTED),
        ({"state": "Reversed"}, EXPECTED),
        ({"state": "Paid", "trx_total_paid": Decimal(100)}, ("expected", "S-PMT-10")),
        ({"state": "Partially Paid", "trx_total_paid": Decimal(1)}, ("expected", "S-PMT-10")),
        ({"amount": "-100.00"}, ("expected", "S-PMT-10")),
    ],
)
def test_only_open_bills_of_intacct_are_expected_in_business_center(facts, place):
    """S-PMT-05, S-PMT-10: payments and credits are not listed as synced, so they are not expected."""
    case = BusinessCenterCase().vendors()
    case.intacct_bill(**facts)
    assert one(case.bills())[:4] == ("missing_in_platform", "", *place)


def test_why_a_ready_bill_is_not_in_intacct_is_told_by_its_vendor_or_its_deletion():
    """S-PMT-04, S-PMT-05: the bills of one missing vendor are mended together."""
    case = BusinessCenterCase()
    case.center_vendor()
    case.center_bill()
    assert "vendor is not in Intacct" in one(case.bills())[4]
    assert list(case.bills().differences["root"]) == ["vendor v1"]
    case.intacct_vendor(1, "Vendor 1")
    case.intacct_bill(_deleted=True)
    assert "deleted in Intacct" in one(case.bills())[4]
    case.intacct_vendor(2, "Vendor 1")
    del case.rows["intacct.ap_bill"][:]
    assert "Several vendors" in one(case.bills())[4]


def test_a_bill_that_business_center_deleted_and_intacct_keeps_is_told_so():
    """No rule says that a deletion travels, so it is a break."""
    case = BusinessCenterCase().vendors().both(center={"_deleted": True}).cross("b1", 11, "business_center_bill")
    assert "gone from Business Center" in one(case.bills())[4]


@pytest.mark.parametrize(
    ("center", "intacct", "field", "stake"),
    [
        ({"amount": Decimal("90.00")}, {}, "amount", "10.00"),
        ({"currency": "EUR"}, {}, "currency", "100.00"),
        ({"bill_date": date(2026, 2, 2)}, {}, "bill_date", "100.00"),
        ({"due_date": date(2026, 3, 4)}, {}, "due_date", "100.00"),
        ({}, {"lines": [{"account_no": "6100"}]}, "lines", "100.00"),
        ({}, {"lines": [{"location_id": "L9"}]}, "lines", "100.00"),
        ({}, {"lines": [{"department_id": "D9"}]}, "lines", "100.00"),
    ],
)
def test_what_differs_in_a_ready_bill_is_a_break_and_in_any_other_not_sent_yet(center, intacct, field, stake):
    """S-PMT-05: until a bill is ready, what is changed in Business Center stays there."""
    coded = [{"location_id": "L1", "department_id": "D1"}]
    theirs = [{"location_id": "L1", "department_id": "D1", **line} for line in intacct.get("lines", [{}])]
    case = BusinessCenterCase().vendors()
    case.center_bill(**{"lines": coded, **center})
    case.intacct_bill(lines=theirs)
    assert one(case.bills())[1:4] == (field, *BREAK)
    assert list(case.bills().differences["money_at_stake"]) == [Decimal(stake)]
    case.rows["business_center.ap_bill"][0]["status"] = "in_approval"
    assert one(case.bills())[1:4] == (field, *EXPECTED)


def test_number_and_vendor_are_compared_where_a_person_confirmed_the_pair():
    """A confirmed pair may differ in what else would have found it."""
    case = BusinessCenterCase().vendors(1).vendors(2)
    case.both(vendor_id="V-2", number="INV-9").cross("b1", 11, "business_center_bill")
    assert {row[1:] for row in verdicts(case.bills())} == {("document_no", *BREAK), ("vendor_id", *BREAK)}


def test_what_an_export_never_fills_is_not_compared():
    """S-PMT-11: accounts, dimensions and due dates are optional columns of the files."""
    case = BusinessCenterCase().vendors()
    lines = [{"account_no": "6000", "department_id": "D1", "location_id": "L1", "class_id": "C1"}]
    case.both(center={"lines": [{"gl_account_no": None}], "due_date": None}, lines=lines)
    assert case.bills().differences.empty
    case.rows["business_center.ap_bill_line"][0]["department_id"] = "D2"
    assert one(case.bills())[1] == "lines"


@pytest.mark.parametrize(
    ("status", "state", "paid", "place"),
    [
        ("ready_to_pay", "Paid", "100.00", BREAK),
        ("ready_to_pay", "Partially Paid", "40.00", ("expected", "S-PMT-10")),
        ("ready_to_pay", "Posted", "0", None),
        ("paid", "Posted", "0", ("expected", "S-PMT-10")),
        ("paid", "Paid", "100.00", None),
        ("in_approval", "Paid", "100.00", ("expected", "S-PMT-10")),
    ],
)
def test_payments_do_not_travel_but_what_may_be_paid_twice_is_a_break(status, state, paid, place):
    """S-PMT-10: paid in Intacct and ready to pay in Business Center is the one that costs money."""
    case = BusinessCenterCase().vendors().both(center={"status": status}, state=state, trx_total_paid=Decimal(paid))
    found = verdicts(case.bills())
    assert found == ([("state", "paid", *place)] if place else [])


@pytest.mark.parametrize(("status", "place"), [("ready_to_pay", [("state", "state", *BREAK)]), ("declined", [])])
def test_a_bill_undone_in_intacct_must_not_be_ready_to_pay(status, place):
    """It would be paid without being owed."""
    case = BusinessCenterCase().vendors().both(center={"status": status}, state="Reversed")
    assert verdicts(case.bills()) == place


AMOUNTS = st.sampled_from(["0.00", "-5.00", "100.00", "9999999999999.99", "1200"])
BILLS = st.lists(st.tuples(AMOUNTS, AMOUNTS, st.sampled_from(["ready_to_pay", "paid", "other"])), max_size=5)


@given(BILLS, st.randoms(use_true_random=False))
@settings(max_examples=20, deadline=None)
def test_every_cent_has_its_place_in_any_order(bills, random):
    """The classes add up to both sides' totals, and the order of the rows changes nothing."""
    case = BusinessCenterCase().vendors()
    for number, (ours, theirs, status) in enumerate(bills):
        case.center_bill(f"b{number}", ours, f"INV-{number}", status=status, bill_date=date(2024, 2, 29))
        case.intacct_bill(100 + number, theirs, f"INV-{number if ours == theirs else -number}")
    first = case.bills()
    for rows in case.rows.values():
        random.shuffle(rows)
    second = case.bills()
    assert first.differences.equals(second.differences)
    assert first.totals.equals(second.totals)
    assert sum(first.totals["platform_total"]) == sum(Decimal(ours) for ours, _, _ in bills)
    assert sum(first.totals["intacct_total"]) == sum(Decimal(theirs) for _, theirs, _ in bills)
