"""Card charges from Spend & Expense into Intacct and back: each once, confirmed, and not planned again."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import psycopg
import pytest
from pipeline_world import World

from intacct_pipelines.sandbox.faults import Rule
from intacct_pipelines.sandbox.ledger import CARD_ACCOUNT
from intacct_pipelines.warehouse.outbox import Outbox

OBJECT = "card_transaction"
POLICY = {
    "mode": "sync",
    "gate": "auto",
    "auto_approve": {"items": 1000, "amount": "1000000000"},
    "closed_period": "first_open",
    "cards": {"account": "CARD-100"},
}


@pytest.fixture
def world(warehouse_dsn: str) -> World:
    return World(warehouse_dsn, bills=20, card_account=POLICY)


def states(world: World) -> Counter[str]:
    with world.systems() as systems:
        return Counter(item.state.value for item in Outbox(systems.warehouse).items())


def balances(world: World) -> Counter[tuple[str, str]]:
    """Debits less credits by transaction currency and account, over all entities."""
    sums: Counter[tuple[str, str]] = Counter()
    for (_, currency, account), amount in world.sandbox.intacct.ledger.balances().items():
        sums[currency, account] += amount
    return sums


def moved(before: Counter[tuple[str, str]], after: Counter[tuple[str, str]]) -> dict[tuple[str, str], Decimal]:
    return {place: after[place] - before[place] for place in after if after[place] != before[place]}


def test_charges_that_the_platform_never_synced_reach_intacct_once(world):
    """What its own sync failed at or never tried is entered, moves the ledger, and comes back confirmed (S-CRD-01)."""
    planned = world.sync_only(OBJECT)
    items = {item.source_id: item for item in planned.plan.items}
    assert items
    assert {hold.rule for hold in planned.plan.holds} <= {"S-CRD-08", "S-CRD-10", "S-CRD-11", "S-IDM-04", "S-BP-12"}
    before = balances(world)
    done = world.apply()
    accepted = [item for item in planned.plan.items if item.source_id in sent(world, "accepted")]
    assert done["accepted"] == len(accepted) > 0
    foretold: Counter[tuple[str, str]] = Counter()
    for item in accepted:
        for line in item.ledger_effect:
            account = CARD_ACCOUNT if line.account == "card account CARD-100" else line.account
            foretold[line.currency, account] += line.amount if line.side == "debit" else -line.amount
    assert moved(before, balances(world)) == {place: amount for place, amount in foretold.items() if amount}
    again = world.sync_only(OBJECT)
    assert states(world)["confirmed"] == len(accepted)
    assert not {item.source_id for item in again.plan.items} & {item.source_id for item in accepted}
    assert not any(world.sandbox.intacct.ledger.trial_balance().values())


def sent(world: World, state: str) -> set[str]:
    with world.systems() as systems:
        return {item.source_id for item in Outbox(systems.warehouse).items() if item.state.value == state}


@pytest.mark.parametrize("fault", ["reset_before", "reset_after"])
def test_a_lost_answer_enters_no_charge_twice(world, warehouse_dsn, fault):
    """Whether the request was carried out is looked up by reference and mark before anything is sent again."""
    planned = world.sync_only(OBJECT)
    world.sandbox.faults.add(Rule(fault, system="intacct", function="record_cctransaction", times=1))
    world.apply()
    with psycopg.connect(warehouse_dsn) as connection:
        (lost,) = connection.execute("SELECT count(*) FROM push.journal WHERE event = 'uncertain'").fetchone() or (0,)
    assert lost > 0
    world.sync_only(OBJECT)
    assert states(world)["confirmed"] > 0
    with world.systems() as systems:
        rows = systems.warehouse.read_frame("intacct.card_transaction", str(world.entity))
    marks = Counter(str(words).split()[0] for words in rows["description"].dropna())
    assert {marks[f"SPEND:{item.source_id}"] for item in planned.plan.items} <= {0, 1}


def test_a_card_account_that_only_observes_is_planned_and_never_sent(warehouse_dsn):
    """In mode observe the plan can be read; applying says that nothing is written."""
    world = World(warehouse_dsn, bills=20, card_account={"cards": {"account": "CARD-100"}})
    assert world.sync_only(OBJECT).plan.items
    world.apply()
    assert set(states(world)) == {"planned"}


def test_what_the_account_behind_a_card_requires_is_filled_before_anything_is_sent(warehouse_dsn):
    """Intacct would refuse every such charge; with the account named none is refused, without a filling all wait."""
    policy = {**POLICY["cards"], "offset_account": CARD_ACCOUNT}
    world = World(warehouse_dsn, bills=20, card_account={**POLICY, "cards": policy})
    accounts = world.sandbox.intacct._state.tables["GLACCOUNT"]
    account = accounts.by_business_key(CARD_ACCOUNT)
    account[accounts.at["REQUIRECLASS"]] = "true"
    planned = world.sync_only(OBJECT).plan
    waiting = {hold.source_id for hold in planned.holds if hold.rule == "S-CRD-04"}
    assert waiting
    (settings,) = world.connections.spend.values()
    (first, *_) = (row["CLASSID"] for row in world.sandbox.intacct.records("CLASS") if row["STATUS"] == "active")
    settings.cards.where_required["class"] = first
    again = world.sync_only(OBJECT).plan
    items = {item.source_id: item for item in again.items}
    assert waiting <= set(items)
    assert all("[S-CRD-04]" in " ".join(items[one].warnings) for one in waiting)
    world.apply()
    assert waiting <= sent(world, "accepted")
