"""Credit memos of the generated company on their whole way, for a link that asks for them (S-CRM-01)."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from decimal import Decimal

from pipeline_world import INTO_INTACCT, World

from intacct_pipelines.domain.push import State
from intacct_pipelines.push.apply import ApplyOptions, apply_plan
from intacct_pipelines.push.into_intacct import IntacctChannel
from intacct_pipelines.sandbox.faults import Rule
from intacct_pipelines.warehouse.outbox import Outbox


def new_world(warehouse_dsn, **link):
    """A company that lets closed days move, and pushes credit memos alone."""
    others = sorted(INTO_INTACCT - {"credit_memo"})
    return World(warehouse_dsn, bills=300, not_pushed=others, closed_period="first_open", **link)


def memos_of(world, source_id):
    """Intacct's adjustments that name one of BILL's memos as their source."""
    rows = world.sandbox.intacct.records("ARADJUSTMENT")
    return [row for row in rows if row["DESCRIPTION"].split(" ")[0] == f"BILL:{source_id}"]


def balances(world):
    """What the ledger is out of balance by, in transaction and in base currency."""
    ledger = world.sandbox.intacct.ledger
    return {amount for book in (ledger.trial_balance(), ledger.base_trial_balance()) for amount in book.values()}


def test_credit_memos_are_entered_once_and_confirmed_whatever_answer_is_lost(warehouse_dsn):
    """A negative adjustment that reduces what the customer owes; the second round is empty (S-IDM-03)."""
    world = new_world(warehouse_dsn, also_pushed=["credit_memo"])
    items = world.sync_only("credit_memo").plan.items
    assert items
    for nth, fault in enumerate(("reset_before", "reset_after", "duplicate"), start=1):
        world.sandbox.faults.add(Rule(fault, system="intacct", function="create_aradjustment*", nth=nth))
    options = ApplyOptions(functions_per_request=1, settle=timedelta(0))
    with world.systems() as systems:
        outbox, link = Outbox(systems.warehouse), systems.link(world.entity)
        channel = IntacctChannel(systems.intacct(world.entity))
        apply_plan(outbox, channel, link, worker="one", options=options, sleep=lambda _: None)
        assert Counter(item.state for item in outbox.items()) == {State.ACCEPTED: len(items)}
    for item in items:
        (row,) = memos_of(world, item.source_id)
        assert item.key in row["DESCRIPTION"]
        assert Decimal(row["TRX_TOTALENTERED"]) == -item.amount
    again = world.sync_only("credit_memo")
    assert (again.confirmed, again.plan.items) == (len(items), ())
    assert balances(world) == {Decimal(0)}
