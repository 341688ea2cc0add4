"""What is planned for Business Center's vendors and bills: entered once, left alone, or held (S-PMT-04, S-PMT-05)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from business_center_cases import BusinessCenterCase
from push_cards import books
from push_cards import plan as plan_objects
from push_cases import stored

from intacct_pipelines.domain.push import Operation

VENDOR, BILL = "business_center_vendor", "business_center_bill"


def case_of(*, known=True, vendor=None, **bill):
    """One bill that is ready to pay, coded to 6400 at L1, of a vendor that both sides know, or the files alone."""
    case = books(BusinessCenterCase())
    case.center_vendor(**(vendor or {}))
    if known:
        case.intacct_vendor(1, "Vendor 1")
    case.center_bill(**{"lines": [{"gl_account_no": "6400", "location_id": "L1", "description": "Ink"}], **bill})
    return case


def plan(case, *objects, **more):
    return plan_objects(case, objects=objects or (VENDOR, BILL), **more)


def held(case, **more):
    """Kind and rule of the only hold of the bill, when nothing is planned for it."""
    found = plan(case, **more)
    assert [item for item in found.items if item.object_name == BILL] == []
    (hold,) = [hold for hold in found.holds if hold.object_name == BILL]
    return hold.kind, hold.rule


def test_a_bill_that_is_ready_to_pay_is_entered_with_mark_and_key():
    """All that the file tells of it, in the order in which Intacct takes it, and what it does to the ledger."""
    found = plan(case_of())
    assert found.holds == ()
    (item,) = found.items
    assert (item.operation, item.amount, item.currency) == (Operation.CREATE, Decimal("100.00"), "USD")
    assert item.natural_key == {"VENDORID": "V-1", "RECORDID": "INV-1"}
    assert item.payload == {
        "WHENCREATED": "02/01/2026",
        "WHENPOSTED": "02/01/2026",
        "VENDORID": "V-1",
        "RECORDID": "INV-1",
        "DESCRIPTION": f"BUSINESS_CENTER:b1 {item.key}",
        "WHENDUE": "03/03/2026",
        "CURRENCY": "USD",
        "BASECURR": "USD",
        "ACTION": "Submit",
        "APBILLITEMS": {
            "APBILLITEM": [{"ACCOUNTNO": "6400", "TRX_AMOUNT": "100.00", "ENTRYDESCRIPTION": "Ink", "LOCATIONID": "L1"}]
        },
    }
    assert [(line.side, line.account, line.amount) for line in item.ledger_effect] == [
        ("debit", "6400", Decimal("100.00")),
        ("credit", "accounts payable", Decimal("100.00")),
    ]


def test_a_vendor_that_intacct_lacks_is_made_first_and_its_bill_waits_for_it():
    """S-PMT-04, S-VEN-09: with an id of its own that no renaming changes."""
    case = case_of(known=False, vendor={"email": "a@b.example", "address_line1": "Street 1", "status": "active"})
    made, bill = plan(case).items
    assert (made.object_name, bill.object_name) == (VENDOR, BILL)
    assert bill.depends_on == (made.key,)
    vendor_id = made.natural_key["VENDORID"]
    assert bill.payload["VENDORID"] == vendor_id
    assert vendor_id.startswith("BC-")
    assert len(vendor_id) <= 20
    assert made.payload == {
        "VENDORID": vendor_id,
        "NAME": "Vendor 1",
        "DISPLAYCONTACT": {
            "PRINTAS": "Vendor 1", "COMPANYNAME": "Vendor 1", "EMAIL1": "a@b.example",
            "MAILADDRESS": {"ADDRESS1": "Street 1"},
        },
        "STATUS": "active",
        "COMMENTS": f"BUSINESS_CENTER:v1 {made.key}",
    }  # fmt: skip
    case.rows["business_center.vendor"][0]["name"] = "Renamed"
    assert plan(case).items[0].natural_key == {"VENDORID": vendor_id}


def test_what_both_sides_have_is_left_alone_even_where_it_differs():
    """A file tells no times: nobody could say which side changed last."""
    case = case_of()
    case.intacct_bill(amount="90.00")
    found = plan(case)
    assert (found.items, found.holds) == ((), ())


@pytest.mark.parametrize(
    ("bill", "kind", "rule"),
    [
        ({"status": "in_approval"}, "not_approved", "S-PMT-05"),
        ({"status": ""}, "not_approved", "S-PMT-05"),
        ({"status": "Paid"}, "already_settled", "S-PMT-10"),
        ({"amount": "0.00"}, "not_positive", "S-BIL-07"),
        ({"amount": "-5.00"}, "not_positive", "S-VCR-06"),
        ({"number": ""}, "missing_field", "S-IDM-03"),
        ({"number": "A#1"}, "field_characters", "S-IDM-03"),
        ({"vendor_id": "v9"}, "missing_reference", "S-VEN-01"),
        ({"lines": []}, "unbalanced", "S-IDM-07"),
        ({"lines": [{"gl_account_no": ""}]}, "missing_account", "S-BP-12"),
        ({"lines": [{"gl_account_no": "9999"}]}, "missing_account", "S-BP-12"),
        ({"lines": [{"gl_account_no": "6500", "location_id": "L1"}]}, "missing_dimension", "S-ERR-09"),
        ({"lines": [{"gl_account_no": "6400", "location_id": "L9"}]}, "missing_reference", "S-LOC-01"),
    ],
)
def test_what_cannot_be_entered_as_it_is_waits_and_says_why(bill, kind, rule):
    """Ready to pay, positive, with a number, a vendor, and lines that add up and are coded."""
    assert held(case_of(**bill)) == (kind, rule)


def test_a_closed_day_a_copy_in_quarantine_and_a_deleted_bill_hold_it():
    """S-IDM-08, S-ERR-41, S-IDM-06."""
    case = case_of()
    assert held(case, closed_through=date(2026, 2, 28)) == ("period_closed", "S-IDM-08")
    assert held(case, closed_later={"100": date(2026, 2, 28)}) == ("period_closed", "S-IDM-08")
    assert held(case, quarantined={("business_center.ap_bill_line", "b1/1")}) == ("quarantined", "S-ERR-41")
    assert held(case, posted={(BILL, "b1")}) == ("deleted_in_intacct", "S-IDM-06")


def test_the_same_number_twice_is_nobodys_to_choose():
    """S-IDM-04: in the files, or as a bill of Intacct that is no pair."""
    case = case_of()
    case.center_bill("b2", lines=[{"gl_account_no": "6400", "location_id": "L1"}])
    found = plan(case)
    assert found.items == ()
    assert {(hold.source_id, hold.kind, hold.rule) for hold in found.holds} == {
        ("b1", "duplicate", "S-IDM-04"), ("b2", "duplicate", "S-IDM-04"),
    }  # fmt: skip


def test_a_bill_that_names_ours_as_its_source_is_not_entered_again():
    """S-IDM-04: whatever a person made of its number."""
    case = case_of()
    case.intacct_bill(77, number="OTHER", description="BUSINESS_CENTER:b1 by hand")
    case.intacct_bill(78, number="ANOTHER", description="BUSINESS_CENTER:b1 by hand")
    assert held(case) == ("duplicate", "S-IDM-04")


@pytest.mark.parametrize(
    ("vendor", "others", "kind", "rule"),
    [
        ({"status": "Inactive"}, (), "archived", "S-VEN-05"),
        ({}, ("center",), "duplicate", "S-VEN-03"),
        ({}, ("intacct", "intacct"), "ambiguous", "S-VEN-03"),
    ],
)
def test_a_vendor_that_is_in_doubt_holds_its_bill_by_name(vendor, others, kind, rule):
    """S-VEN-03: a name stands for one vendor, or for none; one out of use is not made."""
    case = case_of(known=False, vendor=vendor)
    for number, side in enumerate(others, start=5):
        if side == "center":
            case.center_vendor(f"v{number}", "vendor 1")
        else:
            case.intacct_vendor(number, "Vendor 1")
    found = plan(case)
    assert found.items == ()
    holds = {hold.source_id: hold for hold in found.holds}
    assert (holds["v1"].kind, holds["v1"].rule) == (kind, rule)
    assert (holds["b1"].kind, holds["b1"].held_by) == (kind, "v1")


def test_an_inactive_vendor_that_nothing_asks_for_is_not_told():
    """Nobody waits for it."""
    case = case_of(vendor={"id_": "v1"})
    case.center_vendor("v2", "Old", status="inactive")
    assert plan(case).holds == ()


def test_a_line_without_location_takes_the_links():
    """S-CFG-20: where the company's settings name one."""
    case = books(BusinessCenterCase(default_location="L2")).vendors()
    case.center_bill(lines=[{"gl_account_no": "6400"}])
    (item,) = plan(case).items
    assert item.payload["APBILLITEMS"]["APBILLITEM"][0]["LOCATIONID"] == "L2"


def test_a_record_on_its_way_is_left_alone():
    """Until its item came back nothing more is decided about it."""
    case = case_of()
    (item,) = plan(case).items
    again = plan(case, in_hand=[stored(item)])
    assert (again.items, again.outdated) == ((), ())
