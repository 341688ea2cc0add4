"""Planning takes the pairs that its own run has stored, and finds them anew once anything beneath them moved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from pipeline_world import World

from intacct_pipelines.defs.comparing import reconcile
from intacct_pipelines.defs.extraction import sync_intacct_table
from intacct_pipelines.defs.planning import confirm_and_plan
from intacct_pipelines.domain.catalog import TABLES
from intacct_pipelines.warehouse.recon import Recon

OBJECTS = ("vendor", "ap_bill")


@pytest.fixture(scope="module")
def compared(make_database: Callable[..., str], migrated_template: str) -> World:
    """Everything is read once; each test then compares."""
    world = World(make_database(migrated_template), bills=24, gate="manual")
    world.extract()
    return world


@pytest.fixture
def forged(compared: World) -> World:
    """A run has compared both objects, and a pair of its result was taken out by hand: so one sees who reads it."""
    compared.run += 1
    with compared.systems() as systems:
        link = systems.link(compared.entity)
        for name in OBJECTS:
            reconcile(systems, link, name, f"run-{compared.run}")
        with systems.warehouse.transaction() as connection:
            connection.execute(
                "DELETE FROM recon.match WHERE (link, object, platform_id) = (SELECT link, object, min(platform_id) "
                "FROM recon.match WHERE object = 'ap_bill' GROUP BY link, object)"
            )
    return compared


def planned(world: World, run_id: str) -> str:
    with world.systems() as systems:
        return confirm_and_plan(systems, systems.link(world.entity), run_id).plan.content_hash


def anew(world: World) -> str:
    return planned(world, "")


def test_a_run_takes_the_pairs_that_it_stored(forged):
    assert planned(forged, f"run-{forged.run}") != anew(forged)


def test_another_run_finds_them_anew(forged):
    """It may be of another version of this product."""
    assert planned(forged, "another") == anew(forged)


def read_again(world: World) -> None:
    with world.systems() as systems:
        sync_intacct_table(systems, world.entity, TABLES["intacct.ap_bill"], "meanwhile")


def read_a_list_again(world: World) -> None:
    with world.systems() as systems:
        sync_intacct_table(systems, world.entity, TABLES["intacct.vendor"], "meanwhile")


def decide(world: World) -> None:
    with world.systems() as systems:
        link = systems.link(world.entity)
        row = Recon(systems.warehouse).matches(link.name, "vendor").iloc[0]
        Recon(systems.warehouse).decide(
            link=link.name,
            object_name="vendor",
            platform_id=row["platform_id"],
            intacct_record_no=row["intacct_record_no"],
            status="confirmed",
            decided_by="A. Person",
        )


def compare_vendors_again(world: World) -> None:
    with world.systems() as systems:
        reconcile(systems, systems.link(world.entity), "vendor", f"run-{world.run}")


@pytest.mark.parametrize(
    "move", [read_again, read_a_list_again, decide, compare_vendors_again], ids=lambda m: m.__name__
)
def test_pairs_are_found_anew_when_something_beneath_them_moved(forged: World, move: Callable[[World], None]):
    """Rows that were loaded, a person's word, or other partners: each could make another pair (S-IDM-04)."""
    move(forged)
    assert planned(forged, f"run-{forged.run}") == anew(forged)


def test_pairs_are_found_anew_under_other_settings(forged):
    """A link's maps say which account is which."""
    with forged.systems() as systems:
        link = systems.link(forged.entity)
        other = replace(link, account_map={**link.account_map, "none": "0"})
        assert (
            confirm_and_plan(systems, other, f"run-{forged.run}").plan.content_hash
            == confirm_and_plan(systems, other).plan.content_hash
        )
