"""The values of the dimensions that a company made itself: found at run time, read whole, left out with a reason."""

from __future__ import annotations

import pytest
from pipeline_world import World

from intacct_pipelines.defs.optional import Skipped, sync_or_skip
from intacct_pipelines.domain.catalog import TABLES
from intacct_pipelines.domain.keys import EntityKey
from intacct_pipelines.domain.records import Certificate

TABLE = TABLES["intacct.user_defined_dimension_value"]


@pytest.fixture
def world(warehouse_dsn):
    return World(warehouse_dsn, bills=10)


def read(world: World, run_id: str) -> Certificate | Skipped:
    with world.systems() as systems:
        return sync_or_skip(systems, EntityKey(world.company_id), TABLE, run_id)


def stored(world: World) -> dict[tuple[str, int], str]:
    with world.systems() as systems:
        rows = systems.warehouse.read_frame(TABLE, str(EntityKey(world.company_id)))
    return {(row.dimension, row.record_no): row.name for row in rows.itertuples(index=False)}


def there(world: World, *dimensions: str) -> dict[tuple[str, int], str]:
    records = world.sandbox.intacct.records
    return {(name, int(one["ID"])): one["NAME"] for name in dimensions for one in records(name)}


def test_each_dimension_is_read_whole_and_what_is_gone_is_marked(world):
    """Numbers of two dimensions may be the same; a value and a whole dimension that are gone leave, no other does."""
    intacct = world.sandbox.intacct
    first = read(world, "1")
    assert isinstance(first, Certificate)
    assert first.is_whole
    assert first.announced == first.inserted == 5
    assert stored(world) == there(world, "GRANT_CYCLE", "CHANNEL")
    added = intacct.write("CHANNEL", NAME="Web")
    intacct.write("CHANNEL", 1, NAME="Direct sales")
    intacct.remove("GRANT_CYCLE", 2)
    second = read(world, "2")
    assert isinstance(second, Certificate)
    assert (second.inserted, second.updated, second.deleted, second.unchanged) == (1, 1, 1, 3)
    assert stored(world) == there(world, "GRANT_CYCLE", "CHANNEL")
    assert stored(world)["CHANNEL", added] == "Web"
    intacct.options.own_dimensions = {"CHANNEL"}
    third = read(world, "3")
    assert isinstance(third, Certificate)
    assert third.deleted == 2
    assert stored(world) == there(world, "CHANNEL")


def test_a_dimension_that_may_not_be_read_keeps_its_values_and_is_named(world):
    """The others are read; nothing is taken for deleted because we may not see it."""
    read(world, "1")
    before = stored(world)
    intacct = world.sandbox.intacct
    intacct.options.denied = {("CHANNEL", "read")}
    intacct.write("CHANNEL", NAME="Unseen")
    added = intacct.write("GRANT_CYCLE", NAME="2027 Spring")
    outcome = read(world, "2")
    assert isinstance(outcome, Skipped)
    assert outcome.is_mendable
    assert "CHANNEL: " in outcome.reason
    assert "1 other dimensions" in outcome.reason
    assert stored(world) == {**before, ("GRANT_CYCLE", added): "2027 Spring"}


def test_a_company_without_dimensions_of_its_own_says_so(world):
    """It is nobody's fault; values from before, of which none is there any more, are marked as deleted once."""
    world.sandbox.intacct.options.own_dimensions = set()
    nothing = read(world, "1")
    assert isinstance(nothing, Skipped)
    assert "no dimension of its own" in nothing.reason
    assert not nothing.is_mendable
    world.sandbox.intacct.options.own_dimensions = {"CHANNEL"}
    read(world, "2")
    world.sandbox.intacct.options.own_dimensions = set()
    gone = read(world, "3")
    assert isinstance(gone, Certificate)
    assert gone.deleted == 2
    assert stored(world) == {}
    assert isinstance(read(world, "4"), Skipped)


def test_an_object_with_other_names_is_left_out_until_the_connections_file_tells_them(world):
    """Which field is the key is not documented, so nobody guesses."""
    world.sandbox.intacct.options.hidden_fields = {"CHANNEL.NAME"}
    world.sandbox.intacct.options.custom_fields = {"CHANNEL": {"TITLE": "s"}}
    outcome = read(world, "1")
    assert isinstance(outcome, Skipped)
    assert "CHANNEL has no name" in outcome.reason
    assert {dimension for dimension, _ in stored(world)} == {"GRANT_CYCLE"}
    world.sandbox.intacct.options.own_dimensions = {"CHANNEL"}
    world.connections.companies["sandbox"].fields["user_defined_dimension_value.name"] = "TITLE"
    told = read(world, "2")
    assert isinstance(told, Certificate)
    assert told.inserted == 2
