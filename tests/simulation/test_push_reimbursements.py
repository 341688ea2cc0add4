"""Reimbursements into Intacct and back: once, as reports or as bills, confirmed and paired (S-CRD-09)."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest
from pipeline_world import World

from intacct_pipelines.defs.comparing import reconcile
from intacct_pipelines.sandbox.faults import Rule
from intacct_pipelines.warehouse.outbox import Outbox

WAYS = {
    "expense_report": ("reimbursement_report", "create_expensereport", "EEXPENSES"),
    "bill": ("reimbursement_bill", "create APBILL", "APBILL"),
}


def world_of(dsn: str, entered_as: str) -> World:
    """A platform account that enters reimbursements one way; as bills they are all of one vendor."""
    policy = {
        "mode": "sync",
        "gate": "auto",
        "auto_approve": {"items": 1000, "amount": "1000000000"},
        "closed_period": "first_open",
        "cards": {"account": "CARD-100"},
        "reimbursements": {"entered_as": entered_as},
        "not_pushed": ["card_transaction"],
    }
    world = World(dsn, bills=60, card_account=policy)
    if entered_as == "bill":
        vendors = [row["VENDORID"] for row in world.sandbox.intacct.records("VENDOR") if row["STATUS"] == "active"]
        emails = [one.email for one in world.sandbox.business.cards.holders]
        (settings,) = world.connections.spend.values()
        settings.reimbursements.people.update(dict.fromkeys(emails, vendors[0]))
    return world


@pytest.mark.parametrize("entered_as", WAYS)
def test_reimbursements_are_entered_once_and_pair_by_our_key(warehouse_dsn, entered_as):
    """A lost answer enters none twice, the ledger moves as foretold, the reconciliation pairs them, nothing is left."""
    name, function, target = WAYS[entered_as]
    world = world_of(warehouse_dsn, entered_as)
    planned = world.sync_only(name).plan
    items = {item.source_id: item for item in planned.items}
    assert items
    assert {hold.rule for hold in planned.holds} <= {"S-CRD-09", "S-IDM-04", "S-BP-12", "S-ERR-09"}
    before = world.balances()
    world.sandbox.faults.add(Rule("reset_after", system="intacct", function=function, times=1))
    world.apply()
    with world.systems() as systems:
        accepted = {item.source_id for item in Outbox(systems.warehouse).items() if item.state.value == "accepted"}
    assert accepted == set(items)
    marks = Counter(row["DESCRIPTION"].split(" ")[0] for row in world.sandbox.intacct.records(target))
    assert {marks[f"SPEND:{key}"] for key in items} == {1}
    world.assert_moved(before, items.values())
    again = world.sync_only(name)
    assert (again.confirmed, again.plan.items) == (len(items), ())
    with world.systems() as systems:
        link = systems.link(world.entity, "spend")
        found = reconcile(systems, link, "reimbursement", "told")
    paired = {row.platform_id: row.method for row in found.matches.itertuples()}
    assert {paired[key] for key in items} <= {"crosswalk", "source_mark", "mark"}
    told = [row for row in found.differences.itertuples() if row.platform_id in items and row.verdict == "break"]
    assert told == []
    assert not any(world.sandbox.intacct.ledger.trial_balance().values())


def test_without_a_setting_none_is_entered(warehouse_dsn):
    """They stay on the platform, as the rule has it."""
    world = world_of(warehouse_dsn, "")
    assert world.sync_only("card_transaction").plan.items == ()
    assert Decimal(0) == sum(world.balances().values(), Decimal(0))
