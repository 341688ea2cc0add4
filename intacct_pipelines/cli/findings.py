"""`findings`: what is wrong, one for each root cause, and what to do about it."""

from __future__ import annotations

import sys
from dataclasses import asdict
from difflib import get_close_matches

import click

from intacct_pipelines.cli.output import DONE, EXIT_CODES, as_json, console, print_json, print_table, reports_errors
from intacct_pipelines.defs.reconciliation import finding_rows
from intacct_pipelines.defs.systems import Systems
from intacct_pipelines.domain.finding_class import FindingClass
from intacct_pipelines.domain.keys import EntityKey
from intacct_pipelines.errors import ConfigurationError
from intacct_pipelines.reconcile.finding_classes import finding_classes
from intacct_pipelines.report.findings_guide import about, afterwards
from intacct_pipelines.warehouse.findings import Finding, findings

BREAKS_ARE_OPEN = 4
"""All was printed, and something is open that no rule explains."""
_EXIT_CODES = f"{EXIT_CODES.rstrip()} {BREAKS_ARE_OPEN} printed, and at least one break is open.\n"


@click.command("findings", epilog=_EXIT_CODES)
@click.option("--entity", default="", help="Entity, as <company>:<id>; all by default.")
@click.option("--about", "name", default="", help="A class of findings: what it means, and where to mend it.")
@click.option("--all", "is_all", is_flag=True, help="Also what nobody has to act on, and what is closed.")
@as_json
@reports_errors
def findings_command(entity: str, name: str, is_all: bool, is_json: bool) -> None:
    """Show what is wrong, one finding for each root cause: how much, since when, whose turn it is, why, what to do.

    Findings open and close by themselves when an entity is reconciled; nothing here changes them.
    """
    if name:
        _tell(class_named(name), is_json=is_json)
        return
    key = str(entity_named(entity)) if entity else None
    with Systems() as systems:
        found = findings(systems.warehouse, entity=key, with_closed=is_all)
    shown = [one for one in found if is_all or one.awaits_a_person]
    if is_json:
        print_json([asdict(one) for one in shown])
    else:
        _print(shown, others=len(found) - len(shown))
    sys.exit(BREAKS_ARE_OPEN if any(one.is_open_break for one in found) else DONE)


def entity_named(name: str) -> EntityKey:
    """Return the entity that a person means.

    Raises:
        ConfigurationError: It is no name of one.
    """
    try:
        return EntityKey.parse(name)
    except ValueError as error:
        raise ConfigurationError(f"There is no such entity: {error}.", remedy="Write <company>:<entity id>.") from error


def class_named(name: str) -> FindingClass:
    """Return the class of findings that a person means.

    Raises:
        ConfigurationError: It is no name of one.
    """
    classes = {one.name: one for one in finding_classes()}
    if name not in classes:
        near = ", ".join(get_close_matches(name, classes)) or "`findings --all` names them"
        raise ConfigurationError(f"There is no class of findings called {name}.", remedy=f"Did you mean: {near}?")
    return classes[name]


def _tell(one: FindingClass, *, is_json: bool) -> None:
    if is_json:
        print_json({**asdict(one), "afterwards": afterwards(one)})
    else:
        click.echo(about(one))


def _print(shown: list[Finding], *, others: int) -> None:
    rows = [
        (
            one.entity,
            *(value for name, value in finding.items() if name != "class"),
            one.first_seen_at.date(),
            "open" if one.closed_at is None else f"closed {one.closed_at.date()}",
        )
        for one, finding in zip(shown, finding_rows(shown), strict=True)
    ]
    columns = (
        "entity", "object", "what", "verdict", "rule", "records", "at stake", "oldest", "whose turn", "why",
        "what to do", "first seen", "state",
    )  # fmt: skip
    print_table("Findings", columns, rows)
    if others:
        console().print(f"{others} more are in flight or need nothing: `findings --all`.")
    if shown:
        # Names to copy, which a narrow column would break.
        console().print("What they mean, and in which screen they are mended:")
        for one in dict.fromkeys(f"{one.object}: findings --about {one.cause}" for one in shown):
            console().print(f"  {one}")
