"""Business Center's vendors and bills into Intacct and back: once, confirmed and paired (S-PMT-04, S-PMT-05)."""

from __future__ import annotations

from collections import Counter

import pytest
from center_files import BILL as OWN_BILL
from center_files import VENDOR as OWN_VENDOR
from center_files import deliver_own
from pipeline_world import World

from intacct_pipelines.defs.comparing import reconcile
from intacct_pipelines.sandbox.faults import Rule
from intacct_pipelines.warehouse.outbox import Outbox

VENDOR, BILL = "business_center_vendor", "business_center_bill"
POLICY = {
    "mode": "sync",
    "gate": "auto",
    "auto_approve": {"items": 1000, "amount": "1000000000"},
    "closed_period": "first_open",
}


def world_of(dsn: str, **policy: object) -> World:
    """A Business Center company with a vendor of its own, who has a bill that is ready to pay."""
    world = World(dsn, bills=60, center={**POLICY, **policy})
    deliver_own(world.folder / world.entity.entity_id)
    return world


@pytest.mark.parametrize("function", ["create VENDOR", "create APBILL"])
def test_vendors_and_bills_are_entered_once_and_pair_by_our_key(warehouse_dsn, function):
    """A lost answer enters none twice, the ledger moves as foretold, the reconciliation pairs them, nothing is left."""
    world = world_of(warehouse_dsn)
    planned = world.sync_only(VENDOR, BILL).plan
    items = {(item.object_name, item.source_id): item for item in planned.items}
    assert {(VENDOR, OWN_VENDOR), (BILL, OWN_BILL)} <= items.keys()
    before = world.balances()
    world.sandbox.faults.add(Rule("reset_after", system="intacct", function=function, times=1))
    world.apply()
    with world.systems() as systems:
        accepted = {
            (item.object_name, item.source_id)
            for item in Outbox(systems.warehouse).items()
            if item.state.value == "accepted"
        }
    assert accepted == items.keys()
    for name, target, text in ((VENDOR, "VENDOR", "COMMENTS"), (BILL, "APBILL", "DESCRIPTION")):
        marks = Counter((row[text] or "").split(" ")[0] for row in world.sandbox.intacct.records(target))
        assert {marks[f"BUSINESS_CENTER:{key}"] for kind, key in items if kind == name} == {1}
    world.assert_moved(before, items.values())
    again = world.sync_only(VENDOR, BILL)
    assert (again.confirmed, again.plan.items) == (len(items), ())
    with world.systems() as systems:
        link = systems.link(world.entity, "business_center")
        for name in (VENDOR, BILL):
            found = reconcile(systems, link, name, "told")
            ours = {key for kind, key in items if kind == name}
            assert {row.platform_id: row.method for row in found.matches.itertuples() if row.platform_id in ours} == (
                dict.fromkeys(ours, "crosswalk")
            )
            assert [row for row in found.differences.itertuples() if row.platform_id in ours] == []
    assert not any(world.sandbox.intacct.ledger.trial_balance().values())


def test_a_company_that_only_observes_is_planned_for_reading_and_nothing_is_sent(warehouse_dsn):
    """As every platform account does until its mode says otherwise."""
    world = world_of(warehouse_dsn, mode="observe")
    before = world.balances()
    planned = world.sync_only(VENDOR, BILL)
    assert planned.plan.items
    assert not planned.is_auto_approved
    world.apply()
    assert world.balances() == before
