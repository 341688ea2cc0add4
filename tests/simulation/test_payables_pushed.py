"""What settles bills, from BILL into Intacct and back: each once, confirmed, and not planned again."""

from __future__ import annotations

from collections import Counter

import pytest
from pipeline_world import World

from intacct_pipelines.sandbox.ledger import AP_ACCOUNT
from intacct_pipelines.warehouse.outbox import Outbox

SIDES = {"debit": 1, "credit": -1}


@pytest.fixture
def world(warehouse_dsn: str) -> World:
    policy = {"credits_without_approval": True}
    return World(warehouse_dsn, grace_hours=0, closed_period="first_open", not_pushed=["ap_bill"], payables=policy)


def states(world, object_name):
    """How many items of an object stand where."""
    with world.systems() as systems:
        items = Outbox(systems.warehouse).items()
    return Counter(item.state.value for item in items if item.object_name == object_name)


def balances(world):
    """Debits less credits by transaction currency and account, over all entities."""
    sums = Counter()
    for (_, currency, account), amount in world.sandbox.intacct.ledger.balances().items():
        sums[currency, account] += amount
    return {place: amount for place, amount in sums.items() if amount}


def foretold(world, before, plan):
    """What the ledger must come to, by what the plan says of the items that Intacct took."""
    with world.systems() as systems:
        accepted = {item.key for item in Outbox(systems.warehouse).items() if item.state.value == "accepted"}
    sums = Counter(before)
    for item in plan.items:
        for line in item.ledger_effect if item.key in accepted else ():
            account = AP_ACCOUNT if line.account == "accounts payable" else line.account
            sums[line.currency, account] += line.amount * SIDES[line.side]
    return {place: amount for place, amount in sums.items() if amount}


def test_vendor_credits_reach_intacct_once_and_reduce_what_is_owed(world):
    """Sync, approve by policy, apply, sync: confirmed; the next plan has none of them (S-VCR-02)."""
    facts = world.sandbox.business.settlements.credits
    planned = world.sync()
    items = [item for item in planned.plan.items if item.object_name == "vendor_credit"]
    assert {item.source_id for item in items} == {one.bill_id for one in facts if one.difference == "only_in_bill"}
    before = balances(world)
    world.apply()
    assert balances(world) == foretold(world, before, planned.plan)
    again = world.sync()
    assert states(world, "vendor_credit") == {"confirmed": len(items)}
    assert not [item for item in again.plan.items if item.object_name == "vendor_credit"]
    assert not any(world.sandbox.intacct.ledger.trial_balance().values())
