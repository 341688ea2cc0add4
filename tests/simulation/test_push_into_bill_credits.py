"""Vendor credits of Intacct on the whole way into BILL: negative bills and adjustments, each once, not sent back."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from into_bill_world import LEG, IntoBillWorld
from pipeline_world import THAT_DAY

from intacct_pipelines.clients.intacct.functions import call, date_parts
from intacct_pipelines.defs.comparing import reconcile
from intacct_pipelines.defs.conflicts import differing, settle, ways_back
from intacct_pipelines.domain.conflicts import Side
from intacct_pipelines.sandbox.faults import Rule

MONEY = {**LEG, "auto_approve": {"items": 1000, "amount": "100000000"}}
OBJECTS = ("bill_vendor", "bill_vendor_credit", "bill_ap_adjustment")
CREDIT = "BACK-1"


def supplied(warehouse_dsn, **also):
    """A company whose top has brought over what it had, then a vendor that both sides have."""
    world = IntoBillWorld(warehouse_dsn, *OBJECTS, **MONEY, **also).settle()
    world.make_vendor("QUARRY-1", "Zenith Quarries")
    world.plan()
    world.send()
    world.plan()
    world.network.writes.clear()
    return world


@pytest.fixture
def world(warehouse_dsn):
    """One whose link also takes adjustments."""
    return supplied(warehouse_dsn, also_pushed=["bill_ap_adjustment"])


def negative_bill(world, number=CREDIT, **more):
    return world.make_bill("QUARRY-1", number, ("-120.50", {}), ("-9.50", {}), **more)


def adjusted(world, number=CREDIT, *amounts, **more):
    """Enter an adjustment in Intacct; return its record number."""
    codes = {"locationid": world.listed("locations"), "departmentid": world.listed("departments")}
    amounts = amounts or ("-70.00", "-5.25")
    lines = [{"glaccountno": world.account(), "amount": one, "memo": "Broken slate", **codes} for one in amounts]
    day = date_parts(THAT_DAY)
    head = {"vendorid": "QUARRY-1", "datecreated": day, "dateposted": day, "adjustmentno": number, "action": "Submit"}
    money = {"basecurr": "USD", "currency": "USD", "exchratetype": "Intacct Daily Rate"}
    fields = {**head, **more, **money, "apadjustmentitems": {"lineitem": lines}}
    world.sandbox.clock.advance(60)
    with world.systems() as systems:
        [result] = systems.intacct(world.entity).call(
            [call(f"adjust-{number}-{world.sandbox.clock.now()}", "create_apadjustment", fields)], write=True
        )
    assert result.error is None, result.error
    return result.key


def in_bill(world, number=CREDIT):
    return world.in_bill("bill_vendor_credit", referenceNumber=number)


def test_a_negative_bill_is_a_vendor_credit_in_bill_once_and_is_not_sent_back(world):
    """S-VCR-06, S-SCH-05: sign turned, with coding and mark; then both directions leave it alone."""
    number = negative_bill(world, DESCRIPTION="Returned slate")
    [item] = world.plan().plan.items
    assert (item.object_name, item.source_id, item.amount) == ("bill_vendor_credit", number, Decimal("130.00"))
    assert world.send() == {"accepted": 1}
    [made] = in_bill(world)
    [vendor] = world.in_bill("bill_vendor", name="Zenith Quarries")
    assert (made["vendorId"], made["amount"], made["appliedAmount"]) == (vendor["id"], Decimal("130.00"), 0)
    assert (made["creditDate"], made["description"]) == (THAT_DAY, f"INTACCT:{number} {item.key} Returned slate")
    accounts = {row["id"]: row["account"]["number"] for row in world.in_bill("bill_gl_account")}
    told = [
        (line["amount"], accounts[line["classifications"]["chartOfAccountId"]])
        for line in made["vendorCreditLineItems"]
    ]
    assert told == [(Decimal("120.50"), world.account()), (Decimal("9.50"), world.account())]
    again = world.plan()
    assert (again.confirmed, again.plan.items) == (1, ())
    with world.systems() as systems, systems.warehouse.transaction() as connection:
        [pair] = connection.execute(
            "SELECT link, object, intacct_record_no::text, status FROM mapping.crosswalk WHERE platform_id = %s",
            (made["id"],),
        ).fetchall()
    assert pair == ("entity-100", "vendor_credit", number, "confirmed")
    assert (world.send(), world.plan().plan.items, len(in_bill(world))) == ({}, (), 1)
    back = world.sync_only("vendor", "vendor_credit").plan
    assert not [one for one in (*back.items, *back.holds) if one.source_id == made["id"]]


def test_an_adjustment_goes_once_where_the_link_names_it(world):
    """S-VCR-05: lifted; it comes back paired, and the way into Intacct has nothing to say of it."""
    number = adjusted(world)
    [item] = world.plan().plan.items
    assert (item.object_name, item.source_id, item.amount) == ("bill_ap_adjustment", number, Decimal("75.25"))
    assert world.send("answer") == {"uncertain": 1, "accepted": 1}
    [made] = in_bill(world)
    assert [line["amount"] for line in made["vendorCreditLineItems"]] == [Decimal("70.00"), Decimal("5.25")]
    again = world.plan()
    assert (again.confirmed, again.plan.items, len(world.network.writes)) == (1, (), 1)
    back = world.sync_only("vendor", "vendor_credit").plan
    assert not [one for one in (*back.items, *back.holds) if one.source_id == made["id"]]


def test_an_adjustment_stays_where_the_link_does_not_name_it(warehouse_dsn):
    """S-VCR-05: the vendor's sync leaves it behind, which the comparison expects; else it only waits for it."""
    world = supplied(warehouse_dsn)
    number = adjusted(world)
    assert (world.plan().plan.items, world.send(), in_bill(world)) == ((), {}, [])
    assert findings(world, number) == ["excluded_adjustment"]
    world.set(also_pushed=["bill_ap_adjustment"])
    [item] = world.plan().plan.items
    assert (item.source_id, findings(world, number)) == (number, ["young"])


def findings(world, number):
    """The causes that the comparison tells of one record of Intacct."""
    with world.systems() as systems:
        told = reconcile(systems, systems.link(world.entity), "vendor_credit", "compare").differences
    return [*told["cause"][told["intacct_record_no"].astype(str) == number]]


def test_a_lost_request_or_answer_makes_no_second_credit_and_loses_none(world):
    """S-IDM-03: before or after BILL did it; what is uncertain is looked up before it is sent once more."""
    losses = ["request", "answer", "nonsense", "unreached", "gateway", "damaged"]
    for at, loss in enumerate(losses, start=1):
        number = (negative_bill if at % 2 else adjusted)(world, f"BACK-{at}")
        world.plan()
        world.send(loss)
        world.send()
        assert world.state_of(number) == {"create": ("accepted", "")}, loss
        assert (len(in_bill(world, f"BACK-{at}")), len(world.network.writes)) == (1, at), loss
    assert (world.plan().confirmed, world.plan().plan.items) == (1, ())
    assert (world.send(), len(world.network.writes)) == ({}, len(losses))


def test_a_killed_run_is_taken_over_and_one_entered_in_bill_meanwhile_is_not_doubled(world):
    """S-IDM-03, S-IDM-04: vendor and number are looked for right before it is made."""
    number = negative_bill(world)
    world.plan()
    with pytest.raises(KeyboardInterrupt):
        world.send("killed")
    assert world.send() == {"accepted": 1}
    assert (world.state_of(number), len(in_bill(world))) == ({"create": ("accepted", "")}, 1)
    other = adjusted(world, "BACK-2")
    [item] = world.plan().plan.items
    with world.systems() as systems:
        line = {"amount": Decimal(7)}
        body = {**item.payload, "description": "", "vendorCreditLineItems": [line]}
        systems.bill(world.entity).post("/v3/vendor-credits", body)
    assert world.send() == {"expired": 1}
    assert (world.state_of(other)["create"][0], len(in_bill(world, "BACK-2"))) == ("expired", 1)


def test_the_same_credit_entered_in_both_ways_goes_in_neither(world):
    """S-IDM-04: as a negative bill and as an adjustment it is one credit of the vendor twice; a person decides."""
    numbers = {negative_bill(world), adjusted(world, CREDIT.lower())}
    plan = world.plan().plan
    assert plan.items == ()
    held = [hold for hold in plan.holds if hold.object_name != "bill_vendor"]
    assert {(hold.source_id, hold.kind, hold.rule) for hold in held} == {
        (number, "duplicate", "S-IDM-04") for number in numbers
    }
    assert len(held) == len(numbers)


def test_a_credit_that_came_from_bill_is_never_made_there_again(world):
    """S-SCH-05: after the other direction brought BILL's vendor credits into Intacct, none of them goes back."""
    world.sync_only("vendor", "vendor_credit")
    assert world.apply().get("accepted")
    assert world.sync_only("vendor", "vendor_credit").confirmed
    before = world.counts()
    plan = world.plan().plan
    assert (plan.items, world.send(), world.counts()) == ((), {}, before)


def told_of(plan, number):
    """Class and rule of what a plan holds of one credit."""
    return [(hold.kind, hold.rule) for hold in plan.holds if hold.source_id == number and "credit" in hold.label]


def readjusted(world, number, **changes):
    """Change an adjustment in Intacct as a person there would, by its own function."""
    world.sandbox.clock.advance(60)
    with world.systems() as systems:
        name = f"edit-{number}-{world.sandbox.clock.now()}"
        [result] = systems.intacct(world.entity).call(
            [call(name, "update_apadjustment", {"@key": number, **changes})], write=True
        )
    assert result.error is None, result.error


def test_an_edit_in_intacct_follows_once_and_one_on_both_sides_is_held_until_a_person_decides(world):
    """S-CFG-21, S-VCR-01, S-VCR-06: even before it is read back, with a lost answer; what BILL alone changed stays."""
    number = negative_bill(world, DESCRIPTION="Returned slate")
    world.plan()
    world.send()
    [made] = in_bill(world)
    world.change("APBILL", RECORDNO=number, RECORDID="BACK-2")
    planned = world.plan()
    [item] = planned.plan.items
    assert (planned.confirmed, item.operation.value, item.target_id) == (1, "update", made["id"])
    assert item.payload["referenceNumber"] == "BACK-2"
    assert world.send("answer") == {"uncertain": 1, "accepted": 1}
    [now] = in_bill(world, "BACK-2")
    untouched = ("id", "vendorId", "creditDate", "amount", "vendorCreditLineItems", "appliedAmount")
    assert {name: now[name] for name in untouched} == {name: made[name] for name in untouched}
    assert now["description"] == f"INTACCT:{number} {item.key} Returned slate"
    again = world.plan()
    assert (again.confirmed, again.plan.items, in_bill(world)) == (1, (), [])
    assert [method for method, _, _ in world.network.writes] == ["POST", "PUT"]
    world.change_in_bill("bill_vendor_credit", made["id"], creditDate=THAT_DAY + timedelta(days=1))
    plan = world.plan().plan
    assert (plan.items, told_of(plan, number)) == ((), [])
    world.change("APBILL", RECORDNO=number, RECORDID="BACK-3")
    world.change_in_bill("bill_vendor_credit", made["id"], referenceNumber="BACK-4")
    plan = world.plan().plan
    assert (plan.items, told_of(plan, number)) == ((), [("conflict", "S-CFG-21")])
    findings(world, number)
    with world.systems() as systems:
        [way] = ways_back(systems)
        [pair] = [one for one in differing(systems, way) if one.platform_id == made["id"]]
        fields = tuple(field for field in pair.fields if field.column == "reference_no")
        settle(systems, pair, fields, Side.INTACCT, by="ana", at=world.sandbox.clock.now())
    [item] = world.plan().plan.items
    assert world.send() == {"accepted": 1}
    [now] = in_bill(world, "BACK-3")
    assert (now["id"], now["creditDate"]) == (made["id"], THAT_DAY + timedelta(days=1))
    assert (world.plan().confirmed, world.plan().plan.items, world.send()) == (1, (), {})


def test_lines_of_an_adjustment_follow_in_their_places_whatever_is_lost(world):
    """S-VCR-05, S-IDM-03: amounts alone by PATCH; what BILL's lines have of their own stays."""
    number = adjusted(world)
    world.plan()
    world.send()
    world.plan()
    [made] = in_bill(world)
    customer = min(world.organization().collections["customers"])
    lines = [
        {**line, "classifications": {**line["classifications"], "customerId": customer}}
        for line in made["vendorCreditLineItems"]
    ]
    world.change_in_bill("bill_vendor_credit", made["id"], vendorCreditLineItems=lines)
    world.plan()
    world.network.writes.clear()
    for at, loss in enumerate(["request", "answer", "nonsense"], start=1):
        amount = Decimal(f"-8{at}.00")
        readjusted(
            world,
            number,
            updateapadjustmentitems={
                "updatelineitem": [{"@line_num": "1", "amount": str(amount)}, {"@line_num": "2", "amount": "-5.25"}]
            },
        )
        [item] = world.plan().plan.items
        assert (item.object_name, item.operation.value, item.amount) == (
            "bill_ap_adjustment",
            "update",
            Decimal("5.25") - amount,
        )
        world.send(loss)
        world.send()
        [now] = in_bill(world)
        assert (now["id"], now["amount"], len(world.network.writes)) == (made["id"], Decimal("5.25") - amount, at), loss
        assert [line["classifications"]["customerId"] for line in now["vendorCreditLineItems"]] == [customer] * 2
    assert {method for method, _, _ in world.network.writes} == {"PATCH"}
    assert (world.plan().confirmed, world.plan().plan.items, world.send()) == (1, (), {})


def test_a_credit_that_bill_used_or_archived_is_not_edited_there(world):
    """S-VCR-01: held by the plan; one that is used between plan and sending expires, and stays as it is."""
    number = negative_bill(world)
    world.plan()
    world.send()
    world.plan()
    [made] = in_bill(world)
    world.change("APBILL", RECORDNO=number, RECORDID="BACK-2")
    assert len(world.plan().plan.items) == 1
    used = {"appliedAmount": Decimal("10.00"), "status": "PARTIALLY_APPLIED"}
    world.change_in_bill("bill_vendor_credit", made["id"], **used)
    assert world.send() == {"expired": 1}
    assert told_of(world.plan().plan, number) == [("record_locked", "S-VCR-01")]
    free = {"appliedAmount": Decimal("0.00"), "status": "NOT_APPLIED"}
    world.change_in_bill("bill_vendor_credit", made["id"], **free, archived=True)
    assert told_of(world.plan().plan, number) == [("archived", "S-VCR-01")]
    assert (in_bill(world, "BACK-2"), len(in_bill(world))) == ([], 1)


def test_an_edit_in_bill_follows_into_the_adjustment_and_stays_there_with_a_negative_bill(world):
    """S-VCR-02, S-CFG-21: once, with a lost answer; neither way then has anything to do."""
    world.let(approved_only=False)
    numbers = {"BACK-1": adjusted(world, "BACK-1"), "BACK-2": negative_bill(world, "BACK-2")}
    world.plan()
    world.send()
    assert world.plan().confirmed == len(numbers)
    for number in numbers:
        [made] = in_bill(world, number)
        later = THAT_DAY + timedelta(days=1)
        world.change_in_bill("bill_vendor_credit", made["id"], referenceNumber=f"{number}-B", creditDate=later)
    plan = world.sync_only("vendor", "vendor_credit").plan
    ours = {world_id: number for number in numbers for world_id in [in_bill(world, f"{number}-B")[0]["id"]]}
    [item] = [one for one in plan.items if one.source_id in ours]
    assert (ours[item.source_id], item.operation.value, item.target_id) == ("BACK-1", "update", numbers["BACK-1"])
    [held] = [one for one in plan.holds if one.source_id in ours]
    assert (ours[held.source_id], held.kind, held.rule) == ("BACK-2", "credit_changed", "S-VCR-02")
    world.sandbox.faults.add(Rule("reset_after", system="intacct", function="update_apadjustment*", nth=1))
    assert world.apply()["accepted"] >= 1
    [row] = [one for one in world.sandbox.intacct.records("APADJUSTMENT") if one["RECORDNO"] == numbers["BACK-1"]]
    assert (row["RECORDID"], row["WHENCREATED"]) == ("BACK-1-B", f"{later:%m/%d/%Y}")
    assert (row["TRX_TOTALENTERED"], item.key in row["DESCRIPTION"]) == ("-75.25", True)
    again = world.sync_only("vendor", "vendor_credit")
    assert (again.confirmed >= 1, [one for one in again.plan.items if one.source_id in ours]) == (True, [])
    there = world.plan().plan
    assert (there.items, [told_of(there, number) for number in numbers.values()]) == ((), [[], []])
