"""Bills of Intacct on the whole way into BILL: entered, sent, brought back, confirmed, once, and not sent back."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from into_bill_world import LEG, IntoBillWorld

NUMBER = "SLATE-1"
MONEY = {**LEG, "auto_approve": {"items": 1000, "amount": "100000000"}}


@pytest.fixture
def world(warehouse_dsn):
    return IntoBillWorld(warehouse_dsn, "bill_vendor", "bill_ap_bill", **MONEY).settle()


@pytest.fixture
def supplied(world):
    """A vendor that both sides have, then one bill of it in Intacct."""
    world.make_vendor("QUARRY-1", "Zenith Quarries")
    world.plan()
    world.send()
    world.plan()
    world.network.writes.clear()
    return world


def entered(world, number=NUMBER, *lines, **more):
    """Enter a bill in Intacct and plan; return its record number and the plan."""
    lines = lines or (("120.50", {}), ("-20.50", {}))
    record_no = world.make_bill("QUARRY-1", number, *lines, **more)
    return record_no, world.plan().plan


def in_bill(world, number=NUMBER):
    return [row for row in world.in_bill("bill_ap_bill") if row["invoice"]["invoiceNumber"] == number]


def test_a_bill_entered_in_intacct_is_in_bill_once_and_is_not_sent_back(supplied):
    """S-BIL-01: with its coding, mark and due date; confirmed by the next sync, then both directions leave it alone."""
    world = supplied
    number, plan = entered(world, DESCRIPTION="Slate for the roof")
    [item] = plan.items
    assert (item.operation.value, item.source_id, item.amount) == ("create", number, Decimal("100.00"))
    assert world.send() == {"accepted": 1}
    [made] = in_bill(world)
    [vendor] = world.in_bill("bill_vendor", name="Zenith Quarries")
    assert (made["vendorId"], made["amount"], made["paymentStatus"]) == (vendor["id"], Decimal("100.00"), "UNPAID")
    assert made["description"] == f"INTACCT:{number} {item.key} Slate for the roof"
    account = {row["id"]: row for row in world.in_bill("bill_gl_account")}
    coded = [line["classifications"]["chartOfAccountId"] for line in made["billLineItems"]]
    assert [account[one]["account"]["number"] for one in coded] == [world.account()] * 2
    again = world.plan()
    assert (again.confirmed, again.plan.items) == (1, ())
    with world.systems() as systems, systems.warehouse.transaction() as connection:
        [pair] = connection.execute(
            "SELECT link, object, intacct_record_no::text, status FROM mapping.crosswalk WHERE platform_id = %s",
            (made["id"],),
        ).fetchall()
    assert pair == ("entity-100", "ap_bill", number, "confirmed")
    assert (world.send(), world.plan().plan.items, len(in_bill(world))) == ({}, (), 1)
    back = world.sync_only("vendor", "ap_bill").plan
    assert not [one for one in (*back.items, *back.holds) if one.source_id == made["id"]]


@pytest.mark.parametrize("loss", ["request", "unreached", "answer", "gateway", "damaged", "nonsense"])
def test_a_lost_request_or_answer_makes_no_second_bill_and_loses_none(supplied, loss):
    """S-IDM-03: before or after BILL did it; what is uncertain is looked up before it is sent once more."""
    world = supplied
    number, _ = entered(world)
    world.send(loss)
    world.send()
    assert world.state_of(number) == {"create": ("accepted", "")}
    assert (len(in_bill(world)), len(world.network.writes)) == (1, 1)
    assert (world.plan().confirmed, len(in_bill(world))) == (1, 1)


@pytest.mark.parametrize("loss", ["killed", "killed_before"])
def test_a_killed_run_is_taken_over_without_a_second_bill(supplied, loss):
    """The process dies after BILL did it, or right before the request left; the next run looks first."""
    world = supplied
    number, _ = entered(world)
    with pytest.raises(KeyboardInterrupt):
        world.send(loss)
    assert world.send() == {"accepted": 1}
    assert (world.state_of(number), len(in_bill(world))) == ({"create": ("accepted", "")}, 1)


def test_a_bill_that_somebody_enters_in_bill_meanwhile_is_not_doubled(supplied):
    """S-IDM-04: its vendor and number are looked for right before it is made."""
    world = supplied
    number, plan = entered(world)
    [item] = plan.items
    with world.systems() as systems:
        body = {**json.loads(item.payload_text), "description": ""}
        body["billLineItems"] = [{"amount": Decimal(7)}]
        systems.bill(world.entity).post("/v3/bills", body)
    assert world.send() == {"expired": 1}
    assert (world.state_of(number)["create"][0], len(in_bill(world))) == ("expired", 1)


def test_a_bill_of_a_new_vendor_waits_until_that_is_in_bill(world):
    """BILL gives the vendor its id only then; the sync after brings the bill."""
    vendor = world.make_vendor("QUARRY-1", "Zenith Quarries")
    number, plan = entered(world)
    [held] = [hold for hold in plan.holds if hold.source_id == number]
    assert (held.kind, held.held_by) == ("parent_waits", vendor)
    assert world.send() == {"accepted": 1}
    [item] = world.plan().plan.items
    assert item.source_id == number


def test_a_bill_that_is_paid_in_intacct_meanwhile_is_not_sent(supplied):
    """S-BIL-01, S-PAY-01: BILL would pay it a second time."""
    world = supplied
    number, plan = entered(world)
    assert len(plan.items) == 1
    # An edit moves the time of its last change, so that the sync before sending reads it again.
    world.change("APBILL", RECORDNO=number, DESCRIPTION="Paid by check")
    world.sandbox.intacct.plant("APBILL", int(number), TRX_TOTALPAID="100.00", TRX_TOTALDUE="0.00", STATE="Paid")
    assert world.apply() in ({}, {"expired": 1})
    assert (world.plan().plan.items, in_bill(world)) == ((), [])


def test_a_bill_that_came_from_bill_is_never_made_there_again(world):
    """S-SCH-05: after the other direction brought all of BILL's bills into Intacct, none of them goes back."""
    world.sync_only("vendor", "ap_bill")
    world.apply()
    assert world.sync_only("vendor", "ap_bill").confirmed
    before = world.counts()
    plan = world.plan().plan
    assert not [item for item in plan.items if item.object_name == "bill_ap_bill"]
    assert world.counts() == before


def test_a_bill_takes_its_new_project_along_once_that_is_there(warehouse_dsn):
    """S-PRJ-01, S-IDM-03: the bill waits for it, then names it, once though the answer is lost; both ways then rest."""
    world = IntoBillWorld(warehouse_dsn, "bill_project", "bill_vendor", "bill_ap_bill", **MONEY).settle()
    world.make_vendor("QUARRY-1", "Zenith Quarries")
    world.plan()
    world.send()
    world.plan()
    project = world.make("PROJECT", PROJECTID="BRIDGE-7", NAME="Bridge over the Truckee", PROJECTCATEGORY="Contract")
    number, plan = entered(world, NUMBER, ("40.00", {"PROJECTID": "BRIDGE-7"}), ("60.00", {}))
    [held] = [hold for hold in plan.holds if hold.source_id == number and hold.object_name == "bill_ap_bill"]
    assert (held.kind, held.rule, held.held_by) == ("parent_waits", "S-PRJ-01", project)
    assert world.send() == {"accepted": 1}
    [item] = world.plan().plan.items
    assert (item.source_id, item.warnings) == (number, ())
    world.send("answer")
    [made] = in_bill(world)
    [job] = world.in_bill("bill_project", shortName="BRIDGE-7")
    assert [line["classifications"].get("jobId", "") for line in made["billLineItems"]] == [job["id"], ""]
    again = world.plan()
    assert (again.confirmed, again.plan.items, world.send(), len(in_bill(world))) == (1, (), {}, 1)
    assert world.plan().plan.items == ()


def test_an_edit_in_intacct_follows_once_and_one_on_both_sides_is_held_on_both_ways(supplied):
    """S-CFG-21, S-BIL-09: number and amount; the answer is lost once; then both edit, and nothing is overwritten."""
    world = supplied
    number, _ = entered(world)
    world.send()
    world.plan()
    world.change("APBILL", RECORDNO=number, RECORDID="SLATE-2")
    [item] = world.plan().plan.items
    assert (item.operation.value, item.payload["invoice"]["invoiceNumber"]) == ("update", "SLATE-2")
    assert world.send("answer") == {"uncertain": 1, "accepted": 1}
    [made] = in_bill(world, "SLATE-2")
    assert (made["id"], made["amount"], made["description"].count("INTACCT:")) == (item.target_id, Decimal(100), 1)
    again = world.plan()
    assert (again.confirmed, again.plan.items, in_bill(world)) == (1, (), [])
    world.change("APBILL", RECORDNO=number, RECORDID="SLATE-3")
    with world.systems() as systems:
        changed = {"invoice": {"invoiceNumber": "SLATE-4", "invoiceDate": str(made["invoice"]["invoiceDate"])}}
        world.sandbox.clock.advance(60)
        systems.bill(world.entity).patch(f"/v3/bills/{item.target_id}", changed)
    there, back = world.plan().plan, world.sync_only("vendor", "ap_bill").plan
    assert not [one for one in (*there.items, *back.items) if one.source_id in {number, item.target_id}]
    [held], [also] = (
        [hold for hold in plan.holds if hold.source_id == key]
        for plan, key in ((there, number), (back, item.target_id))
    )
    # The way into Intacct takes approved bills only, and says so before all else.
    assert (held.kind, held.rule, also.rule) == ("conflict", "S-CFG-21", "S-APR-02")


def test_a_correction_between_sending_and_reading_back_follows(supplied):
    """S-CFG-21: what was sent is what both agreed on, also if Intacct's bill was corrected before BILL's was read."""
    world = supplied
    number, _ = entered(world)
    assert world.send() == {"accepted": 1}
    world.change("APBILL", RECORDNO=number, RECORDID="SLATE-5")
    planned = world.plan()
    [item] = planned.plan.items
    assert (planned.confirmed, item.operation.value) == (1, "update")
    assert world.send() == {"accepted": 1}
    world.change("APBILL", RECORDNO=number, RECORDID="SLATE-6")
    assert [item.operation.value for item in world.plan().plan.items] == ["update"]
    assert world.send() == {"accepted": 1}
    assert (in_bill(world), len(in_bill(world, "SLATE-6"))) == ([], 1)
    assert (world.plan().confirmed, world.plan().plan.items) == (1, ())
