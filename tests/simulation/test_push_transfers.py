"""Lump sums of the generated company on their whole way: into the ledger once, back, confirmed, and told as such."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from pipeline_world import INTO_INTACCT, World

from intacct_pipelines.defs.comparing import reconcile
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.push.apply import ApplyOptions, apply_plan
from intacct_pipelines.push.into_intacct import IntacctChannel
from intacct_pipelines.sandbox.faults import Rule
from intacct_pipelines.sandbox.ledger import Document
from intacct_pipelines.warehouse.outbox import Outbox

PUSH = ("ap_transfer_entry", "ar_transfer_entry")
FAULTS = ("reset_before", "reset_after", "truncated", "duplicate")
SIDES = {"debit": 1, "credit": -1}


def new_world(warehouse_dsn, **link):
    """A company that pushes lump sums alone; what was entered long ago lies in closed months."""
    own = {"closed_period": "first_open", "entries": {"journal": "GJ", "location": "100", "returns": True}}
    return World(warehouse_dsn, bills=100, not_pushed=sorted(INTO_INTACCT - {*PUSH}), **{**own, **link})


def entries_of(world, source_id):
    """Intacct's journal entries that name a movement as their source."""
    postings = map(world.sandbox.intacct.ledger.posting, world.sandbox.intacct.ledger.posting_numbers(None))
    return [one for one in postings if one.text and one.text.title.split(" ")[0] == f"BILL:{source_id}"]


def balances(world):
    """Debits less credits by currency and account, over all entities."""
    sums = Counter()
    for (_, currency, account), amount in world.sandbox.intacct.ledger.balances().items():
        sums[currency, account] += amount
    return {place: amount for place, amount in sums.items() if amount}


def told(world, name):
    """Causes of the differences of an object, by movement."""
    with world.systems() as systems:
        differences = reconcile(systems, systems.link(world.entity), name, "told").differences
    return {row.platform_id: (row.cause, row.verdict, row.rule) for row in differences.itertuples()}


def test_lump_sums_are_entered_once_and_reconciled(warehouse_dsn):
    """S-AFT-01, S-RFT-01: what never reached Intacct goes into the ledger, comes back, and is no break any more."""
    world = new_world(warehouse_dsn)
    facts = world.sandbox.business
    missing = {one.bill_id for one in facts.settlements.transfers if one.difference == "missing_in_intacct"}
    missing |= {one.bill_id for one in facts.receivables.deposits if one.difference == "only_in_bill"}
    items = world.sync_only(*PUSH).plan.items
    assert {item.source_id for item in items} == missing
    assert {item.object_name for item in items} == {*PUSH}
    before = Counter(balances(world))
    assert world.apply() == {"accepted": len(items)}
    for item in items:
        assert len(entries_of(world, item.source_id)) == 1
        for line in item.ledger_effect:
            before[line.currency, line.account] += line.amount * SIDES[line.side]
    assert balances(world) == {place: amount for place, amount in before.items() if amount}
    again = world.sync_only(*PUSH)
    assert (again.confirmed, again.plan.items, again.plan.holds) == (len(items), (), ())
    for item in items:
        name = PUSHED[item.object_name].reconciliation
        rule = {"ap_funds_transfer": "S-AFT-01", "ar_funds_transfer": "S-RFT-01"}[name]
        cause, verdict, explained_by = told(world, name)[item.source_id]
        assert (cause.removeprefix("ar_"), verdict, explained_by) == ("transfer_in_journal", "expected", rule)
    ledger = world.sandbox.intacct.ledger
    assert not any([*ledger.trial_balance().values(), *ledger.base_trial_balance().values()])


# Journal entries may repeat a number: where the gateway ignores the key, nothing stops a second delivery.
@pytest.mark.parametrize(("control_id", "faults"), [("refuse", FAULTS), ("ignore", FAULTS[:-1])])
def test_a_lump_sum_whose_answer_is_lost_is_in_the_ledger_once(warehouse_dsn, control_id, faults):
    """Looked up by journal, number and day, or by the key in the title, before anything else (S-IDM-03, S-ERR-42)."""
    world = new_world(warehouse_dsn)
    forget_transfers(world, 6)
    world.sandbox.intacct.options.duplicate_control_id = control_id
    items = world.sync_only(*PUSH).plan.items
    assert len(items) >= len(faults)
    for nth, fault in enumerate(faults, start=1):
        world.sandbox.faults.add(Rule(fault, system="intacct", function="create GLBATCH", nth=nth))
    options = ApplyOptions(functions_per_request=1, settle=timedelta(0))
    with world.systems() as systems:
        outbox, link = Outbox(systems.warehouse), systems.link(world.entity)
        channel = IntacctChannel(systems.intacct(world.entity))
        apply_plan(outbox, channel, link, worker="one", options=options, sleep=lambda _: None)
        assert {item.state.value for item in outbox.items()} == {"accepted"}
    assert {one["fault"] for one in world.sandbox.faults.state()["struck"]} >= {"reset_before", "reset_after"}
    assert [len(entries_of(world, item.source_id)) for item in items] == [1] * len(items)


def forget_transfers(world, count):
    """Let Intacct have lost some of its funds transfers, as if they had never been entered."""
    state = world.sandbox.intacct._state
    table = state.tables["FUNDSTRANSFER"]
    numbers = {one.name for one in world.sandbox.business.settlements.transfers if one.in_bill and one.amount > 0}
    for row in [row for row in table.rows.values() if table.get(row, "RECORDID") in numbers][-count:]:
        (posting,) = state.ledger.postings_of(Document("FUNDSTRANSFER", int(table.get(row, "RECORDNO"))))
        state.unpost(posting)
        state.remove(table, row)
