"""A list that comes with the contents of files is read on from where it ended, and whole where that would not do."""

from __future__ import annotations

import pytest
from pipeline_world import World

from intacct_pipelines.defs.extraction import sync_intacct_table
from intacct_pipelines.domain.catalog import TABLES

ATTACHMENT = TABLES["intacct.attachment"]


@pytest.fixture(name="world")
def make_world(warehouse_dsn):
    """A company whose attachments were read once."""
    world = World(warehouse_dsn, bills=60)
    first = sync(world)
    assert first.window == "all"
    assert first.received == len(world.sandbox.intacct.records("SUPDOC")) > 2
    return world


def sync(world, *, whole=False):
    """Read the attachments; return the certificate."""
    world.run += 1
    with world.systems() as systems:
        systems.intacct(world.entity).closed_books_date()  # signed in
        return sync_intacct_table(systems, world.entity, ATTACHMENT, f"run-{world.run}", whole=whole)


def stored(world):
    """Names of the attachments that the warehouse holds, by record number."""
    with world.systems() as systems:
        alive = set(systems.warehouse.keys(ATTACHMENT, str(world.entity)))
        rows = systems.warehouse.read_frame(ATTACHMENT, str(world.entity)).to_dict("records")
    return {int(row["record_no"]): row["name"] for row in rows if str(row["record_no"]) in alive}


def there(world):
    """The same in Intacct."""
    return {int(row["RECORDNO"]): row["SUPDOCNAME"] for row in world.sandbox.intacct.records("SUPDOC")}


def test_where_nothing_changed_no_file_comes_again(world):
    """One request counts, one asks for what is newer."""
    again = sync(world)
    assert (again.requests, again.received, again.inserted, again.updated, again.deleted) == (2, 0, 0, 0, 0)
    assert again.is_whole


def test_what_is_new_comes_alone(world):
    """By the number behind which it stands."""
    made = world.sandbox.intacct.write("SUPDOC", entity_id="", SUPDOCID="NEW-1", SUPDOCNAME="New", FOLDER="F")
    again = sync(world)
    assert (again.window, again.received, again.inserted) == (f"changed since record {made - 1}", 1, 1)
    assert stored(world) == there(world)


def test_what_is_gone_is_found_by_the_count(world):
    """Then all is read, and so it is known which."""
    numbers = sorted(there(world))
    world.sandbox.intacct.remove("SUPDOC", numbers[1])
    again = sync(world)
    assert (again.window, again.deleted) == ("all", 1)
    world.sandbox.intacct.remove("SUPDOC", numbers[-1])
    assert sync(world).deleted == 1
    assert stored(world) == there(world)


def test_what_was_changed_where_it_stood_a_sweep_finds(world):
    """No count tells it."""
    number = min(there(world))
    world.sandbox.intacct.write("SUPDOC", number, SUPDOCNAME="Other")
    assert sync(world).updated == 0
    assert sync(world, whole=True).updated == 1
    assert stored(world) == there(world)
