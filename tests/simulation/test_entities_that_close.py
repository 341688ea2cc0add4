"""A link at the top level: each document heeds the books of the entity that its lines go to (S-CFG-23, S-IDM-08)."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from pipeline_world import INTO_INTACCT, THAT_DAY, World, connections_of
from sandbox_transport import SandboxTransport

from intacct_pipelines.defs.approval import approve
from intacct_pipelines.defs.closed_books import closed_books
from intacct_pipelines.defs.planning import confirm_and_plan
from intacct_pipelines.domain.closed_books import ClosedBooks
from intacct_pipelines.domain.keys import EntityKey, read_source_mark
from intacct_pipelines.domain.link import INTO_BILL
from intacct_pipelines.domain.push import State
from intacct_pipelines.errors import NotApprovedError
from intacct_pipelines.warehouse.outbox import Outbox

ENTITY = "100"
NOT_PUSHED = sorted(INTO_INTACCT - {"vendor", "ap_bill"})
LINK = {"entity": "", "gate": "manual", "approved_only": False}


def at_top_level(dsn):
    """A company without closed books, whose BILL account is linked with the top level; all lines go to one entity."""
    world = World(dsn, bills=40)
    reconnect(world, locations=locations(world))
    world.entity = EntityKey(world.company_id)
    for books in ("", ENTITY):
        world.sandbox.intacct.close_books(books, "")
    return world


def locations(world):
    """BILL's locations, all of them the entity itself."""
    return {one.name: ENTITY for one in world.sandbox.business.locations if one.entity_id == ENTITY}


def reconnect(world, **link):
    """Link the account with the top level under other settings."""
    world.connections = connections_of(world.sandbox, **LINK, not_pushed=NOT_PUSHED, **link)


def close(world, day):
    """Close the books of the entity through a day."""
    world.sandbox.intacct.close_books(ENTITY, f"{day:%Y%m%d}")


def planned_again(world):
    """A plan of what was read last; its bills and what is held for closed books."""
    with world.systems() as systems:
        made = confirm_and_plan(systems, systems.link(world.entity))
    created = {item.source_id: item for item in made.plan.items if item.object_name == "ap_bill"}
    held = {hold.source_id: hold for hold in made.plan.holds if hold.kind == "period_closed"}
    return made.status.plan_id, created, held


def approved(world, plan_id):
    """Approve a plan as a person would."""
    with world.systems() as systems:
        return approve(systems, plan_id, by="ann")


def test_a_top_level_link_heeds_the_closed_books_of_the_entity_that_its_lines_go_to(warehouse_dsn):
    """Held or moved before anything is sent; approving and applying look at the entity's books once more."""
    world = at_top_level(warehouse_dsn)
    last = THAT_DAY - timedelta(days=20)
    world.sync_only("vendor", "ap_bill")
    first, created, held = planned_again(world)
    assert held == {}
    assert created

    close(world, last)
    with pytest.raises(NotApprovedError, match=f"closed later are {ENTITY} {last}, not none"):
        approved(world, first)
    second, kept, held = planned_again(world)
    assert kept.keys() | held.keys() == created.keys()
    assert kept
    assert held
    assert all(hold.reason.endswith(f"closed through {last} at entity {ENTITY}") for hold in held.values())

    approved(world, second)
    close(world, last - timedelta(days=1))
    assert world.apply() == {}, "what was approved for other closed days is not sent"
    close(world, last)

    reconnect(world, locations=locations(world), closed_period="first_open")
    third, moved, held = planned_again(world)
    assert (held, moved.keys()) == ({}, created.keys())
    approved(world, third)
    world.apply()
    with world.systems() as systems:
        sent = Outbox(systems.warehouse).items(states=[State.ACCEPTED, State.REJECTED, State.HELD])
    # a few are numbered like bills of the entity, which the top level does not see
    assert {item.reason.kind for item in sent} <= {"", "repeat_refused"}, "Intacct refuses none for its day"
    accepted = {item.source_id for item in sent if item.state is State.ACCEPTED and item.object_name == "ap_bill"}
    posted = {}
    for record in world.sandbox.intacct.bills():
        mark = read_source_mark(record.fields["DESCRIPTION"])
        if mark is not None and record.fields["WHENPOSTED"]:
            posted[mark[1]] = tuple(record.fields[name] for name in ("WHENCREATED", "WHENPOSTED"))
    first_open = f"{last + timedelta(days=1):%m/%d/%Y}"
    own = {source_id: moved[source_id].payload["WHENCREATED"] for source_id in accepted}
    expected = {one: (day, day if one in kept else first_open) for one, day in own.items()}
    assert {one: posted[one] for one in accepted} == expected
    assert accepted & kept.keys()
    assert accepted - kept.keys()


def test_a_link_at_an_entity_asks_once_and_one_at_the_top_level_each_entity_too(warehouse_dsn):
    """One call for each level or entity whose closed day counts, and one that tells which entities there are."""
    world = at_top_level(warehouse_dsn)
    calls = []
    world.transport = SandboxTransport(
        world.sandbox,
        before=lambda request: calls.extend(re.findall(rb"<(get_closedbooksdate|readEntityDetails)\b", request.body)),
    )
    close(world, THAT_DAY)
    with world.systems() as systems:
        link = systems.link(world.entity)
        assert closed_books(systems, link) == ClosedBooks(None, {ENTITY: THAT_DAY})
        assert Counter(calls) == {b"get_closedbooksdate": 2, b"readEntityDetails": 1}
        for one in (replace(link, entity=EntityKey(world.company_id, ENTITY)), replace(link, platform=INTO_BILL)):
            calls.clear()
            own = THAT_DAY if one.entity.entity_id else None
            assert closed_books(systems, one) == ClosedBooks(own)
            assert calls == [b"get_closedbooksdate"]
