"""From Intacct into BILL on the whole way: made in Intacct, planned, sent, brought back, confirmed, once."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from into_bill_world import IntoBillWorld

from intacct_pipelines.defs.extraction import sync_intacct_table
from intacct_pipelines.domain.catalog import TABLES
from intacct_pipelines.domain.reconciled import RECONCILED
from intacct_pipelines.errors import PushError
from intacct_pipelines.warehouse.outbox import Outbox
from intacct_pipelines.warehouse.stories import tell
from intacct_pipelines.warehouse.subjects import Subject

NAME = "Zenith Quarries"


@pytest.fixture
def world(warehouse_dsn):
    return IntoBillWorld(warehouse_dsn, "bill_vendor").settle()


def planned_vendor(world, vendor_id="QUARRY-1", name=NAME, **more):
    """Make a vendor in Intacct and plan; return its record number and the plan."""
    number = world.make_vendor(vendor_id, name, **more)
    return number, world.plan().plan


def vendor_in_both(world, name=NAME):
    """A vendor that went the whole way; its record number, and BILL's id."""
    number, _ = planned_vendor(world, name=name)
    assert world.send() == {"accepted": 1}
    assert world.plan().confirmed == 1
    [made] = world.in_bill("bill_vendor", name=name)
    return number, made["id"]


def test_a_vendor_made_in_intacct_is_in_bill_once_and_a_second_sync_changes_nothing(world):
    """S-VEN-01: planned from Intacct, made in BILL, confirmed only by the next sync, known to both directions then."""
    number, plan = planned_vendor(world)
    [item] = plan.items
    assert (item.operation.value, item.source_id) == ("create", number)
    assert world.apply() == {"accepted": 1}
    [made] = world.in_bill("bill_vendor", name=NAME)
    assert (made["shortName"], made["email"], made["address"]["country"]) == ("QUARRY-1", "pay@quarry.example", "US")
    again = world.plan()
    assert (again.confirmed, again.plan.items) == (1, ())
    with world.systems() as systems, systems.warehouse.transaction() as connection:
        [pair] = connection.execute(
            "SELECT link, intacct_record_no::text, status FROM mapping.crosswalk WHERE platform_id = %s", (made["id"],)
        ).fetchall()
    assert pair == ("entity-100", number, "confirmed")
    before = world.counts()
    assert (world.apply(), world.plan().plan.items, world.counts()) == ({}, (), before)
    assert not [item for item in world.sync_only("vendor").plan.items if item.source_id == made["id"]]


@pytest.mark.parametrize("loss", ["request", "unreached", "answer", "gateway", "damaged", "nonsense"])
def test_a_lost_request_or_answer_makes_no_second_vendor_and_loses_none(world, loss):
    """S-IDM-03: before or after BILL did it; what is uncertain is looked up before it is sent once more."""
    number, _ = planned_vendor(world)
    world.send(loss)
    world.send()
    assert world.state_of(number) == {"create": ("accepted", "")}
    assert len(world.in_bill("bill_vendor", name=NAME)) == 1
    assert len(world.network.writes) == 1
    assert (world.plan().confirmed, len(world.in_bill("bill_vendor", name=NAME))) == (1, 1)


@pytest.mark.parametrize("loss", ["killed", "killed_before"])
def test_a_killed_run_is_taken_over_without_a_second_vendor(world, loss):
    """The process dies after BILL did it, or right before the request left; the next run looks first."""
    number, _ = planned_vendor(world)
    with pytest.raises(KeyboardInterrupt):
        world.send(loss)
    assert world.send() == {"accepted": 1}
    assert world.state_of(number) == {"create": ("accepted", "")}
    assert len(world.in_bill("bill_vendor", name=NAME)) == 1


def test_a_vendor_renamed_in_bill_before_the_look_up_is_not_made_a_second_time(world):
    """S-IDM-03: what was sent and never answered is looked for by its id too, and left to a person."""
    number, _ = planned_vendor(world)
    with pytest.raises(KeyboardInterrupt):
        world.send("killed")
    [made] = world.in_bill("bill_vendor", name=NAME)
    world.change_in_bill("bill_vendor", made["id"], name="Quite Another Name")
    world.sandbox.clock.advance(3 * 24 * 3600)
    assert world.send() == {"held": 1}
    assert world.state_of(number) == {"create": ("held", "duplicate")}
    assert len(world.network.writes) == 1


def test_a_vendor_that_somebody_enters_in_bill_meanwhile_is_not_doubled(world):
    """BILL keeps no name from being used twice, so each is looked for right before it is made (S-IDM-04)."""
    number, _ = planned_vendor(world)
    stranger = {"id": "00901BYHANDBYHAND001", "name": "zenith quarries", "archived": False}
    now = world.sandbox.clock.now()
    world.organization().vendors[stranger["id"]] = {**stranger, "createdTime": now, "updatedTime": now}
    world.organization().changed("vendors")
    assert world.apply() in ({}, {"expired": 1})
    assert world.state_of(number)["create"][0] == "expired"
    assert not world.in_bill("bill_vendor", name=NAME)
    assert world.plan().plan.items == ()


def test_a_vendor_that_intacct_retires_is_archived_in_bill_and_comes_back_with_it(world):
    """S-VEN-05: inactive in Intacct is archived in BILL; an archive call that comes twice changes nothing."""
    number, vendor_id = vendor_in_both(world)
    world.change("VENDOR", RECORDNO=number, STATUS="inactive")
    [item] = world.plan().plan.items
    assert (item.operation.value, item.payload, item.target_id) == ("update", {"archived": "true"}, vendor_id)
    assert world.send("answer") == {"uncertain": 1, "accepted": 1}
    assert world.in_bill("bill_vendor", id=vendor_id, archived=True)
    assert (world.plan().confirmed, world.plan().plan.items) == (1, ())
    world.change("VENDOR", RECORDNO=number, STATUS="active")
    [item] = world.plan().plan.items
    assert item.payload == {"archived": "false"}
    assert world.send() == {"accepted": 1}
    assert world.in_bill("bill_vendor", id=vendor_id, archived=False)


@pytest.mark.parametrize("archives", [False, True])
def test_a_vendor_deleted_in_intacct_stays_or_is_archived_as_the_link_says(world, archives):
    """S-VEN-06: by the rule the deletion stays behind; `archive_deleted` takes the vendor out of use, once."""
    number, vendor_id = vendor_in_both(world)
    world.set(archive_deleted=archives)
    world.sandbox.clock.advance(60)
    world.sandbox.intacct.remove("VENDOR", int(number))
    with world.systems() as systems:
        sync_intacct_table(systems, world.entity, TABLES["intacct.audit_event"], "audit")
    items = world.plan().plan.items
    assert [(item.payload, item.target_id) for item in items] == [({"archived": "true"}, vendor_id)] * archives
    assert world.send("answer") == ({"uncertain": 1, "accepted": 1} if archives else {})
    assert bool(world.in_bill("bill_vendor", id=vendor_id, archived=True)) is archives
    again = world.plan()
    assert (again.confirmed, again.plan.items) == (int(archives), ())
    assert not [item for item in world.sync_only("vendor").plan.items if item.source_id == vendor_id]


def test_a_vendor_whom_bill_still_owes_is_not_archived(world):
    """S-VEN-05: its bills would stand without a vendor in use."""
    number, vendor_id = vendor_in_both(world)
    bill = next(iter(world.organization().bills.values()))
    bill.vendor_id, bill.paid, bill.updated_at = vendor_id, bill.amount * 0, world.sandbox.clock.now()
    world.organization().changed("bills")
    world.change("VENDOR", RECORDNO=number, STATUS="inactive")
    plan = world.plan().plan
    assert [(hold.source_id, hold.kind) for hold in plan.holds if hold.source_id == number] == [(number, "still_used")]
    assert plan.items == ()


def test_what_only_intacct_changed_goes_into_bill_and_what_both_changed_waits(world):
    """S-CFG-21: the base is what both last agreed on, field by field; nobody's word is overwritten unseen."""
    number, vendor_id = vendor_in_both(world)
    world.change_in_bill("bill_vendor", vendor_id, phone="555-0100")
    world.change("VENDOR", RECORDNO=number, DISPLAYCONTACT={"EMAIL1": "new@quarry.example"})
    [item] = world.plan().plan.items
    assert item.payload == {"email": "new@quarry.example"}
    assert world.send() == {"accepted": 1}
    [made] = world.in_bill("bill_vendor", id=vendor_id)
    assert (made["email"], made["phone"]) == ("new@quarry.example", "555-0100")
    assert (world.plan().confirmed, world.plan().plan.items) == (1, ())
    world.change_in_bill("bill_vendor", vendor_id, email="bill@quarry.example")
    world.change("VENDOR", RECORDNO=number, DISPLAYCONTACT={"EMAIL1": "intacct@quarry.example"})
    plan = world.plan().plan
    [held] = [hold for hold in plan.holds if hold.source_id == number]
    assert (plan.items, held.kind, held.rule) == ((), "conflict", "S-CFG-21")
    assert "new@quarry.example" in held.reason


def test_what_only_bill_changed_stays_for_the_other_way(world):
    """A name that people give in BILL is the business of the plan into Intacct (S-VEN-08)."""
    number, vendor_id = vendor_in_both(world)
    world.change_in_bill("bill_vendor", vendor_id, name="Zenith Quarries Inc")
    assert not [one for one in (*world.plan().plan.items, *world.plan().plan.holds) if one.source_id == number]
    [item] = [item for item in world.sync_only("vendor").plan.items if item.source_id == vendor_id]
    assert item.payload["NAME"] == "Zenith Quarries Inc"


def test_a_vendor_that_came_from_bill_is_not_sent_back(world):
    """S-SCH-05: one claim per record; what the other direction made is its pair."""
    now = world.sandbox.clock.now()
    address = {"line1": "1 Road", "city": "Reno", "zipOrPostalCode": "89501", "country": "US"}
    vendor = {"id": "00901FROMBILL0000001", "name": "Bill Born", "archived": False, "address": address}
    world.organization().vendors[vendor["id"]] = {
        **vendor, "billCurrency": "USD", "createdTime": now, "updatedTime": now
    }  # fmt: skip
    world.organization().changed("vendors")
    ours = [item for item in world.sync_only("vendor").plan.items if item.source_id == vendor["id"]]
    assert len(ours) == 1
    assert world.apply()["accepted"] >= 1
    assert world.sync_only("vendor").confirmed >= 1
    world.sandbox.clock.advance(timedelta(hours=1).total_seconds())
    assert world.plan().plan.items == ()


def test_a_vendor_without_an_address_waits_for_it(world):
    """BILL wants street, city, postal code and country of a vendor (S-VEN-01)."""
    number = world.make("VENDOR", VENDORID="BARE-1", NAME="Bare Ltd", DISPLAYCONTACT={"PRINTAS": "Bare Ltd"})
    plan = world.plan().plan
    [held] = [hold for hold in plan.holds if hold.source_id == number]
    assert (held.kind, plan.items) == ("missing_address", ())
    assert all(word in held.reason for word in ("street", "city", "postal code", "country"))


def test_a_refusal_is_told_in_bills_words_and_stops_no_other_vendor(world):
    """S-ERR-43: BILL refuses one; what it said stands with the item, and the same is not sent again blindly."""
    bad = world.make_vendor("QUARRY-2", "Bad Quarry")
    good = world.make_vendor("QUARRY-3", "Good Quarry")
    world.plan()
    world.network.refuse = lambda body: json.loads(body).get("name") == "Bad Quarry"
    assert world.send() == {"uncertain": 1, "rejected": 1, "accepted": 1}
    assert [world.state_of(number)["create"][0] for number in (bad, good)] == ["rejected", "accepted"]
    [held] = [hold for hold in world.plan().plan.holds if hold.source_id == bad]
    assert "size must be" in held.reason


def test_both_ways_together_overwrite_nothing_and_come_to_rest(world):
    """S-CFG-21: what Intacct uses again is not retired anew from BILL, and a name that both changed waits both ways."""
    number, vendor_id = vendor_in_both(world)
    world.change("VENDOR", RECORDNO=number, STATUS="inactive")
    world.plan()
    world.send()
    world.plan()
    world.change("VENDOR", RECORDNO=number, STATUS="active")
    back = world.sync_only("vendor").plan
    assert not [one for one in (*back.items, *back.holds) if one.source_id == vendor_id]
    world.plan()
    assert world.send() == {"accepted": 1}
    world.plan()
    world.change("VENDOR", RECORDNO=number, NAME="Named in Intacct")
    world.change_in_bill("bill_vendor", vendor_id, name="Named in BILL")
    back, there = world.sync_only("vendor").plan, world.plan().plan
    assert (back.items, there.items) == ((), ())
    [held], [also] = (
        [hold for hold in plan.holds if hold.source_id == key] for plan, key in ((back, vendor_id), (there, number))
    )
    assert (held.kind, also.kind) == ("conflict", "conflict")


def test_a_story_tells_what_went_into_bill(world):
    """`explain` shows items, holds and journal of both ways, and of no other record with that number."""
    number, vendor_id = vendor_in_both(world)
    with world.systems() as systems:
        subject = Subject(str(world.entity), vendor_id, int(number))
        story = tell(systems.warehouse, RECONCILED["vendor"], subject, "entity-100")
    assert [(item["operation"], item["record_id"], item["state"]) for item in story["items"]] == [
        ("create", vendor_id, "confirmed")
    ]
    assert [entry["event"] for entry in story["journal"]][:2] == ["planned", "approved"]
    assert story["journal"][-1]["event"] == "confirmed"


def test_what_bill_refused_is_asked_for_by_object_and_number(world):
    """A number of Intacct's alone would name a record of each list (S-ERR-44)."""
    bad = world.make_vendor("QUARRY-2", "Bad Quarry")
    world.plan()
    world.network.refuse = lambda body: json.loads(body).get("name") == "Bad Quarry"
    world.send()
    [held] = [hold for hold in world.plan().plan.holds if hold.source_id == bad]
    assert f"retry bill_vendor:{bad}" in held.remedy
    with world.systems() as systems:
        box = Outbox(systems.warehouse)
        with pytest.raises(PushError):
            box.retry(bad, by="ann")
        assert box.retry(f"bill_vendor:{bad}", by="ann") == 1
    assert [item.source_id for item in world.plan().plan.items] == [bad]


def test_a_vendor_that_is_renamed_in_bill_before_it_is_read_back_is_not_made_a_second_time(world):
    """S-SCH-05: the way into Intacct knows what the other way has just made, whatever it is called by now."""
    number, _ = planned_vendor(world)
    assert world.send() == {"accepted": 1}
    [made] = world.in_bill("bill_vendor", name=NAME)
    world.change_in_bill("bill_vendor", made["id"], name="Quite Another Name")
    world.change("VENDOR", RECORDNO=number, NAME="Named in Intacct")
    back = world.sync_only("vendor").plan
    assert not [item for item in back.items if item.source_id == made["id"]]
    assert [hold.kind for hold in back.holds if hold.source_id == made["id"]] == ["conflict"]
