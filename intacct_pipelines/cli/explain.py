"""`explain`: one record's whole story, in one screen and as JSON."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click
from rich.markup import escape

from intacct_pipelines.cli.findings import entity_named
from intacct_pipelines.cli.output import (
    EXIT_CODES,
    MISCONFIGURED,
    as_json,
    console,
    print_json,
    print_table,
    reports_errors,
)
from intacct_pipelines.cli.story import called, print_story, standing
from intacct_pipelines.defs.systems import Systems
from intacct_pipelines.domain.reconciled import BY_WORD, Reconciled
from intacct_pipelines.errors import ConfigurationError
from intacct_pipelines.warehouse.stories import Story, tell
from intacct_pipelines.warehouse.subjects import Subject, subjects_named

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST_SHOWN = 20


@click.command(epilog=EXIT_CODES)
@click.argument("kind", type=click.Choice(sorted(BY_WORD)))
@click.argument("name")
@click.option("--entity", default="", help="Entity, as <company>:<id>, where several have a record of that name.")
@as_json
@reports_errors
def explain(kind: str, name: str, entity: str, is_json: bool) -> None:
    """Tell the whole story of a KIND of record called NAME: either system's key, its number, its id or its name.

    Both sides with their present values, how they were paired and by whom, what differs and by which rule, whose turn
    it is, who changed what when, what was planned, held and sent. Where several are called so, they are listed,
    each with a name of its own, such as `intacct:1234`.
    """
    one = BY_WORD[kind]
    wanted = str(entity_named(entity)) if entity else ""
    with Systems() as systems:
        links = {link.name: str(link.entity) for link in systems.connections.platform_links(one.platform)}
        found = [
            subject
            for subject in subjects_named(systems.warehouse, one, name, links=links)
            if wanted in {"", subject.entity}
        ]
        if not found:
            raise ConfigurationError(
                f"No {one.spoken} is called {name} on either side{f' of {wanted}' if wanted else ''}.",
                remedy="Sync first, or look for another id.",
            )
        named = {at: link for link, at in links.items()}
        stories = [
            tell(systems.warehouse, one, subject, named.get(subject.entity, "")) for subject in found[:_MOST_SHOWN]
        ]
    if len(found) > 1:
        _choose(one, found, stories, name, is_json=is_json)
        sys.exit(MISCONFIGURED)
    if is_json:
        print_json({**stories[0], "standing": standing(stories[0])})
    else:
        print_story(one, stories[0])


def _choose(one: Reconciled, found: Sequence[Subject], stories: Sequence[Story], name: str, *, is_json: bool) -> None:
    rows: list[dict[str, Any]] = [
        {**asdict(subject), "name": handle(one, subject), "called": called(story), "standing": standing(story)}
        for subject, story in zip(found, stories, strict=False)
    ]
    if is_json:
        print_json({"several": rows, "found": len(found)})
        return
    print_table(
        escape(f"{len(found)} {one.spoken}s are called {name}"),
        ("entity", "name of its own", "called", "how it stands"),
        [(row["entity"], row["name"], row["called"], row["standing"]) for row in rows],
    )
    more = f" {len(found) - len(rows)} more are not shown." if len(found) > len(rows) else ""
    at = " and its --entity" if len({subject.entity for subject in found}) > 1 else ""
    console().print(f"Choose one: `explain {one.word}` with the name of its own{at}.{more}")


def handle(one: Reconciled, subject: Subject) -> str:
    """Return a name that no other record of the object and entity has."""
    if subject.record_no is not None:
        return f"intacct:{subject.record_no}"
    return f"{one.platform}:{subject.platform_id}"
