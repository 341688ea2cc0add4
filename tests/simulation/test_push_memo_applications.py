"""Uses of credit memos of the generated company on their whole way, for a link that asks for them (S-CRM-01)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from pipeline_world import INTO_INTACCT, World

from intacct_pipelines.push.apply import ApplyOptions, apply_plan
from intacct_pipelines.push.into_intacct import IntacctChannel
from intacct_pipelines.sandbox.faults import Rule
from intacct_pipelines.warehouse.outbox import Outbox

PUSH = ("credit_memo", "memo_application")


def applied(world):
    """How much of each credit memo Intacct applied to which invoice."""
    details = world.sandbox.intacct.records("ARPYMTDETAIL")
    return [
        (row["ADJUSTMENTKEY"], row["RECORDKEY"], Decimal(row["TRX_ADJUSTMENTAMOUNT"]))
        for row in details
        if row["ADJUSTMENTKEY"]
    ]


def test_uses_of_credit_memos_are_applied_once_whatever_answer_is_lost(warehouse_dsn):
    """Memos first, their uses once those are back; each relieves invoice and memo and moves no money (S-IDM-03)."""
    others = sorted(INTO_INTACCT - {*PUSH})
    world = World(warehouse_dsn, bills=200, not_pushed=others, also_pushed=list(PUSH), closed_period="first_open")
    world.sync_only(*PUSH)
    world.apply()
    before = applied(world)
    items = [item for item in world.sync_only(*PUSH).plan.items if item.object_name == "memo_application"]
    assert items
    for nth, fault in enumerate(("reset_after", "reset_before", "duplicate"), start=1):
        world.sandbox.faults.add(Rule(fault, system="intacct", function="create ARPYMT", nth=nth))
    options = ApplyOptions(functions_per_request=1, settle=timedelta(0))
    with world.systems() as systems:
        outbox, link = Outbox(systems.warehouse), systems.link(world.entity)
        channel = IntacctChannel(systems.intacct(world.entity))
        apply_plan(outbox, channel, link, worker="one", options=options, sleep=lambda _: None)
    assert "reset_after" in {one["fault"] for one in world.sandbox.faults.state()["struck"]}
    wanted = [
        (detail["ADJUSTMENTKEY"], detail["RECORDKEY"], Decimal(detail["TRX_ADJUSTMENTAMOUNT"]))
        for item in items
        for detail in item.payload["ARPYMTDETAILS"]["ARPYMTDETAIL"]
    ]
    assert sorted(applied(world)) == sorted([*before, *wanted])
    again = world.sync_only(*PUSH)
    assert (again.confirmed, again.plan.items) == (len(items), ())
    ledger = world.sandbox.intacct.ledger
    assert not any([*ledger.trial_balance().values(), *ledger.base_trial_balance().values()])
