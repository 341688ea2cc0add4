"""Two BILL accounts at one place: what is made in Intacct arrives in the right one, what BILL has in Intacct, once."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest
from two_accounts_world import WEST, Home, shared_sandbox

VENDORS_SYNC = "77"
OBJECTS = ("bill_vendor", "bill_ap_bill", "bill_vendor_credit")


@pytest.fixture
def homes(make_database, migrated_template):
    """The homes of east and west, with one table in both files, and one vendor that both accounts got from Intacct."""
    sandbox = shared_sandbox()
    [east, *_] = [one["id"] for one in sandbox.describe()["bill"]["organizations"]]
    here, there = sorted(location.id for location in sandbox.business.locations)[:2]
    routes = {
        "accounts": {"east": east, "west": WEST},
        "rows": [{"vendors": ["EAST-ONLY"], "to": "east"}, {"locations": [here], "to": "east"},
                 {"locations": [there], "to": "west"}],
        "sync_users": [VENDORS_SYNC],
    }  # fmt: skip
    both = [Home(make_database(migrated_template), sandbox, one, routes, *OBJECTS) for one in (east, WEST)]
    both[0].make_vendor("QUARRY-1", "Zenith Quarries")
    both[0].make_vendor("EAST-ONLY", "Eastern Paper")
    for home in both:
        home.routes = routes
        home.here, home.there = {"LOCATIONID": here}, {"LOCATIONID": there}
        home.round()
        home.plan()
    return both


def numbers(home):
    """Numbers of the bills and credits that the BILL account has, each as often as it has it."""
    bills = [row["invoice"]["invoiceNumber"] for row in home.in_bill("bill_ap_bill")]
    return Counter(bills + [row["referenceNumber"] for row in home.in_bill("bill_vendor_credit")])


def booked(home):
    """Numbers of Intacct's bills, negative ones too, and adjustments."""
    return Counter(row["RECORDID"] for name in ("APBILL", "APADJUSTMENT") for row in home.sandbox.intacct.records(name))


def held_documents(plan):
    """Why documents are held; what the company has of vendors with one name is no matter here."""
    return [(hold.kind, hold.rule) for hold in plan.holds if hold.object_name not in {"vendor", "bill_vendor"}]


def entered_in_bill(home, number, amount, location):
    """Enter a bill in BILL, coded to a location of Intacct."""
    [vendor] = home.in_bill("bill_vendor", name="Zenith Quarries")
    lists = home.organization().collections
    codes = {
        "chartOfAccountId": next(
            i for i, row in lists["chart-of-accounts"].items() if row["account"]["number"] == home.account()
        ),
        "locationId": next(i for i, row in lists["locations"].items() if row["shortName"] == location),
        "departmentId": next(
            i for i, row in lists["departments"].items() if row["shortName"] == home.listed("departments")
        ),
    }
    line = {"amount": Decimal(amount), "classifications": codes}
    invoice = {"invoiceNumber": number, "invoiceDate": "2026-11-20"}
    return home.enter("bills", vendorId=vendor["id"], invoice=invoice, dueDate="2026-12-20", billLineItems=[line])


def test_every_document_arrives_in_its_account_and_a_further_sync_of_both_changes_nothing(homes):
    """S-CFG-10, S-CFG-01, S-SCH-05: by location and by vendor, bills and credits; what leads to both is held in both.

    What one account brought into Intacct goes into no other, wherever it would lead, and pairs with nothing there, even
    with a bill of the same vendor and number. A table that changes afterwards brings nothing into a second account.
    """
    east, west = homes
    east.make_bill("QUARRY-1", "I-EAST", ("100.00", east.here))
    east.make_bill("QUARRY-1", "I-WEST", ("40.00", east.there), ("60.00", east.there))
    east.make_bill("QUARRY-1", "C-WEST", ("-30.00", east.there))
    east.make_bill("QUARRY-1", "MIXED", ("40.00", east.here), ("60.00", east.there))
    east.make_bill("EAST-ONLY", "BY-VENDOR", ("40.00", east.here), ("60.00", east.there))
    by_sync = east.make_bill("QUARRY-1", "BY-SYNC", ("70.00", east.there))
    east.sandbox.intacct.plant("APBILL", int(by_sync), CREATEDBY=VENDORS_SYNC)
    # Each account's own bill is coded to where the other's documents lead.
    entered_in_bill(east, "B-EAST", "11.00", east.there["LOCATIONID"])
    entered_in_bill(west, "B-WEST", "12.00", east.here["LOCATIONID"])
    entered_in_bill(west, "B-EAST", "11.00", east.there["LOCATIONID"])
    for home in (east, west):
        home.round()

    assert numbers(east) == {"I-EAST": 1, "BY-VENDOR": 1, "B-EAST": 1}
    assert numbers(west) == {"I-WEST": 1, "C-WEST": 1, "B-WEST": 1, "B-EAST": 1}
    every = {"I-EAST", "I-WEST", "C-WEST", "MIXED", "BY-VENDOR", "BY-SYNC", "B-EAST", "B-WEST"}
    assert booked(east) == dict.fromkeys(every, 1)

    before = numbers(east), numbers(west), booked(east)
    for home in (east, west):
        home.network.writes.clear()
        plan, sent, back, applied = home.round()
        assert (plan.items, sent, back.items, applied, home.network.writes) == ((), {}, (), {}, [])
        assert held_documents(plan) == [("several_routes", "S-CFG-10")]
        assert held_documents(back) == ([] if home is east else [("duplicate", "S-IDM-04")])
    assert (numbers(east), numbers(west), booked(east)) == before

    mixed = {"MIXED": ("expected", "routed_to_several"), "BY-SYNC": ("expected", "made_by_a_sync")}
    elsewhere = ("expected", "routed_elsewhere")
    negative = ("expected", "negative_in_intacct")
    told, outside = east.told("ap_bill")
    assert told == {**mixed, "I-WEST": elsewhere, "C-WEST": negative}
    assert outside == {"S-CFG-10": 1}
    told, outside = west.told("ap_bill")
    alone = told.pop("B-EAST")
    assert told == {**mixed, "I-EAST": elsewhere, "BY-VENDOR": elsewhere, "C-WEST": negative}
    # The copy that somebody entered in the west too is that account's matter: young, then a break, and never a pair.
    assert alone == ("in_flight", "young")
    assert outside == {"S-CFG-10": 1}
    assert east.told("vendor_credit")[0] == {"C-WEST": elsewhere}
    assert west.told("vendor_credit")[0] == {}

    # From now on all leads east; what the west has already, or may have, goes there no more.
    for home in (east, west):
        home.route({**home.routes, "rows": [{"to": "east"}]})
    plan = east.plan().plan
    assert [item.label.split()[1] for item in plan.items] == ["MIXED"]
    assert held_documents(plan) == [("rerouted", "S-CFG-10")] * 2
    plan = west.plan().plan
    assert (plan.items, held_documents(plan)) == ((), [("rerouted", "S-CFG-10")] * 2), "its bill and its credit"
