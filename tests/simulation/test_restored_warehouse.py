"""A warehouse that was restored from a backup knows less than Intacct does: what was sent since is not sent again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Literal

import psycopg
import pytest
from pipeline_world import World

from intacct_pipelines.domain.push import State
from intacct_pipelines.warehouse.outbox import Outbox


def backed_up(world: World, make_database: Callable[..., str]) -> str:
    """Copy the warehouse as it is now; return the address of the copy."""
    with psycopg.connect(world.environment["INTACCT_PIPELINES_WAREHOUSE_URL"]) as connection:
        name = connection.info.dbname
    return make_database(name)


def restore(world: World, backup: str) -> None:
    """Go on with the copy."""
    world.environment["INTACCT_PIPELINES_WAREHOUSE_URL"] = backup


def written(world: World) -> Counter[str]:
    """How often Intacct has each bill of BILL that we wrote."""
    texts = [bill.fields["DESCRIPTION"].split() for bill in world.sandbox.intacct.bills()]
    return Counter(words[0] for words in texts if len(words) > 1 and words[0].startswith("BILL:"))


@pytest.fixture
def world(warehouse_dsn: str) -> World:
    """A company that allows a bill number twice, in an Intacct that has forgotten the control ids it ran."""
    made = World(warehouse_dsn)
    made.sandbox.intacct.options.duplicate_bill_number = "allow"
    made.sandbox.intacct.options.duplicate_control_id = "ignore"
    return made


def states(world: World) -> Counter[State]:
    """How many items stand where."""
    with world.systems() as systems:
        return Counter(item.state for item in Outbox(systems.warehouse).items())


@pytest.mark.parametrize("control_id", ["refuse", "ignore"])
def test_what_was_sent_after_the_backup_is_found_by_its_key_and_not_sent_again(
    world: World, make_database: Callable[..., str], control_id: Literal["refuse", "ignore"]
):
    """S-IDM-04: even if somebody applies at once, before any sync."""
    world.sandbox.intacct.options.duplicate_control_id = control_id
    world.sync()
    backup = backed_up(world, make_database)
    world.apply()
    sent = written(world)
    restore(world, backup)
    world.apply()
    assert sent
    assert written(world) == sent
    world.sync()
    assert set(states(world)) == {State.CONFIRMED, State.EXPIRED}
    assert written(world) == sent


def test_a_sync_before_the_first_push_lets_all_expire_that_was_sent_after_the_backup(
    world: World, make_database: Callable[..., str]
):
    """S-IDM-03: what the restored outbox still wants to send is decided once more, and nothing of it is right."""
    world.sync()
    backup = backed_up(world, make_database)
    world.apply()
    sent = written(world)
    restore(world, backup)
    assert world.sync().plan.items == ()
    assert set(states(world)) == {State.EXPIRED}
    assert world.apply() == {}
    assert written(world) == sent


def test_what_the_outbox_never_heard_of_pairs_by_the_mark_and_is_not_planned_again(
    world: World, make_database: Callable[..., str]
):
    """S-IDM-04: the plan itself is younger than the backup."""
    world.extract()
    backup = backed_up(world, make_database)
    world.sync()
    world.apply()
    sent = written(world)
    restore(world, backup)
    assert world.sync().plan.items == ()
    assert written(world) == sent


def test_what_a_person_deleted_after_the_backup_is_planned_again_as_the_runbook_says(
    world: World, make_database: Callable[..., str]
):
    """Neither side tells of it any more; so a person reads the first plan after a restore."""
    world.extract()
    backup = backed_up(world, make_database)
    world.sync()
    world.apply()
    source, *_ = sorted(written(world))
    bill = next(one for one in world.sandbox.intacct.bills() if one.fields["DESCRIPTION"].startswith(f"{source} "))
    world.sandbox.intacct.delete_bill(bill.record_no)
    restore(world, backup)
    assert [f"BILL:{item.source_id}" for item in world.sync().plan.items] == [source]
