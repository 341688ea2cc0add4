"""Payments of card statements on their whole way: the statement closes, is paid once, comes back, and stays so."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from pipeline_world import World

from intacct_pipelines.sandbox.faults import Rule
from intacct_pipelines.sandbox.ledger import BANK_ACCOUNT, CARD_ACCOUNT
from intacct_pipelines.warehouse.outbox import Outbox

OBJECT = "card_statement_payment"
POLICY = {
    "mode": "sync",
    "gate": "auto",
    "auto_approve": {"items": 1000, "amount": "1000000000"},
    "closed_period": "first_open",
    "cards": {"account": "CARD-100", "offset_account": CARD_ACCOUNT},
    "not_pushed": ["card_transaction"],
}
FAULTS = ("reset_before", "reset_after", "truncated")
PAID = {"bank": BANK_ACCOUNT, "since": "2020-01-01", "days": 10, "journal": "GJ", "location": "100"}


def world_of(dsn: str, **more: object) -> World:
    """A platform account that enters the payments of its statements and nothing else."""
    return World(dsn, bills=80, card_account={**POLICY, "statement_payments": PAID}, **more)


def entries_of(world: World, statement: str) -> list[object]:
    """Intacct's journal entries that name a statement."""
    ledger = world.sandbox.intacct.ledger
    postings = map(ledger.posting, ledger.posting_numbers(None))
    return [one for one in postings if one.text and one.text.title.startswith(f"SPEND:{statement} ")]


def test_statements_are_paid_once_and_a_second_sync_has_nothing_left(warehouse_dsn):
    """S-CRD-01: the ledger moves as foretold, what comes back is confirmed, and the card account lost what it owed."""
    world = world_of(warehouse_dsn)
    planned = world.sync_only(OBJECT).plan
    items = {item.source_id: item for item in planned.items}
    assert items
    assert {hold.rule for hold in planned.holds} == {"S-CRD-01"}
    before = world.balances()
    assert world.apply() == {"accepted": len(items)}
    assert {len(entries_of(world, statement)) for statement in items} == {1}
    world.assert_moved(before, items.values())
    owed = sum((item.amount for item in items.values()), Decimal(0))
    assert world.balances()["USD", CARD_ACCOUNT] == before["USD", CARD_ACCOUNT] + owed
    again = world.sync_only(OBJECT)
    assert (again.confirmed, again.plan.items) == (len(items), ())
    assert {hold.source_id for hold in again.plan.holds} == {hold.source_id for hold in planned.holds}
    assert world.apply() == {}
    ledger = world.sandbox.intacct.ledger
    assert not any([*ledger.trial_balance().values(), *ledger.base_trial_balance().values()])


def test_the_charges_go_first_and_their_statement_follows(warehouse_dsn):
    """A charge of a plan waits to come back; the plan after that pays the statement (S-CRD-01)."""
    world = World(warehouse_dsn, bills=80, card_account={**POLICY, "not_pushed": [], "statement_payments": PAID})
    objects = ("card_transaction", OBJECT)
    first = world.sync_only(*objects).plan
    waiting = {hold.source_id for hold in first.holds if hold.object_name == OBJECT and hold.kind == "waits"}
    assert waiting
    world.apply()
    second = world.sync_only(*objects).plan
    told = {one.source_id for one in (*second.items, *second.holds) if one.object_name == OBJECT}
    assert waiting & {item.source_id for item in second.items}
    assert waiting <= told, "a charge that Intacct refused holds its statement still"


@pytest.mark.parametrize("control_id", ["refuse", "ignore"])
def test_a_payment_whose_answer_is_lost_is_in_the_ledger_once(warehouse_dsn, control_id):
    """Looked up by journal, number and day, or by the key in the title, before anything else (S-IDM-03, S-ERR-42)."""
    world = world_of(warehouse_dsn, company={"functions_per_request": 1})
    world.sandbox.intacct.options.duplicate_control_id = control_id
    items = world.sync_only(OBJECT).plan.items
    assert len(items) >= len(FAULTS)
    for nth, fault in enumerate(FAULTS, start=1):
        world.sandbox.faults.add(Rule(fault, system="intacct", function="create GLBATCH", nth=nth))
    done = world.apply()
    assert (done["accepted"], done["uncertain"]) == (len(items), len(FAULTS))
    assert {len(entries_of(world, item.source_id)) for item in items} == {1}
    assert world.sync_only(OBJECT).confirmed == len(items)


def test_a_charge_that_comes_after_the_payment_is_told_and_never_paid_by_itself(warehouse_dsn):
    """S-CRD-01: the next sync says what was paid and what the charges come to; no second entry is written."""
    world = world_of(warehouse_dsn)
    first = world.sync_only(OBJECT).plan.items[-1]
    world.apply()
    add_charge(world, first.source_id)
    again = world.sync_only(OBJECT).plan
    assert again.items == ()
    (hold,) = [one for one in again.holds if one.source_id == first.source_id]
    assert (hold.kind, hold.rule) == ("paid_other_amount", "S-CRD-01")
    assert f"paid {first.amount}" in hold.reason
    assert len(entries_of(world, first.source_id)) == 1


def test_a_charge_that_comes_before_the_payment_is_sent_stops_it(warehouse_dsn):
    """Both sides are read once more before anything is sent; a payment that would not fit any more expires."""
    world = world_of(warehouse_dsn)
    first = world.sync_only(OBJECT).plan.items[-1]
    add_charge(world, first.source_id)
    world.apply()
    assert entries_of(world, first.source_id) == []
    with world.systems() as systems:
        states = Counter(item.state.value for item in Outbox(systems.warehouse).items())
    assert states["expired"] == 1


def test_without_a_bank_nothing_is_entered(warehouse_dsn):
    """Off by default."""
    world = World(warehouse_dsn, bills=20, card_account={**POLICY, "not_pushed": []})
    assert {item.object_name for item in world.sync_only("card_transaction", OBJECT).plan.items} == {"card_transaction"}


def add_charge(world: World, statement: str) -> None:
    """Let the platform tell of one more charge three days before a statement closed."""
    spend, entity = world.sandbox.spend, world.entity.entity_id
    records = spend.accounts[entity].collections["transactions"].items()
    like = next(key for key, one in records if one["transactionType"] == "CLEAR" and not one["childTransactionUuids"])
    at = datetime.combine(date.fromisoformat(statement[-8:]) - timedelta(days=3), time(12), UTC)
    spend.charge(entity, like, amount=Decimal("12.34"), at=at)
