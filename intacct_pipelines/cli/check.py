"""`check`: is everything set up as it must be? What is not, is said with what to do, and nothing else is."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from intacct_pipelines.cli.output import (
    DONE,
    EXIT_CODES,
    FAILED,
    as_json,
    print_json,
    print_table,
    progress,
    reports_errors,
)
from intacct_pipelines.defs.systems import Systems
from intacct_pipelines.doctor import check, checks_of
from intacct_pipelines.domain.checkup import Checked, Checkup, Standing
from intacct_pipelines.errors import ConfigurationError
from intacct_pipelines.report.checkup_page import checkup_page
from intacct_pipelines.report.words import SYSTEMS, safe
from intacct_pipelines.settings import connections_path

_COLUMNS = ("standing", "where", "what, expected, and how to mend it", "rule")
_EXIT_CODES = EXIT_CODES.replace("1 started and failed", "1 something is wrong, or could not be looked at")


@click.command("check", epilog=_EXIT_CODES)
@click.option("--all", "is_all", is_flag=True, help="Also what is well.")
@click.option(
    "--html", "page", type=click.Path(dir_okay=False, path_type=Path), help="Write a page for people there as well."
)
@as_json
@reports_errors
def check_command(is_all: bool, page: Path | None, is_json: bool) -> None:
    """Check the set-up of all systems, and say of what is wrong: found, expected, how to mend it, and the rule.

    Only reads. A right set-up gets one line.
    """
    with Systems() as systems:
        if not systems.connections.companies:
            raise ConfigurationError(
                f"There is nothing to check: {connections_path()} names no company.",
                remedy="Write it as docs/connections.md shows; docs/setting-up.md has the steps in each product.",
            )
        # Calls are counted there; without it, that is what has to be said, and not once for each check.
        systems.warehouse  # noqa: B018 - opened by being asked for
        with progress("checking", checks_of(systems), is_quiet=is_json or not sys.stdout.isatty()) as advance:
            found = check(systems, advance)
    if page:
        page.write_text(checkup_page(found), encoding="utf-8")
    if is_json:
        print_json(
            {
                "checks": found.checks,
                "is_well": found.is_well,
                "findings": [one.dict() for one in (found.checked if is_all else found.not_well)],
            }
        )
    else:
        print_checkup(found, is_all=is_all)
    sys.exit(FAILED if found.is_wrong else DONE)


def print_checkup(found: Checkup, *, is_all: bool = False) -> None:
    """Print what is not well, or everything, and how many checks there were; what could not be asked takes one line."""
    shown = [*found.of(Standing.WRONG), *found.of(Standing.DOUBTFUL), *(found.of(Standing.WELL) if is_all else ())]
    rows = [_row(one) for one in shown]
    if rows := [*rows, *_not_asked(found)]:
        print_table("", _COLUMNS, rows)
    if found.is_well:
        click.echo(f"All {found.checks} checks are well.")
    else:
        told = {one.verdict.standing for one in found.not_well}
        counts = ", ".join(f"{len(found.of(standing))} {standing}" for standing in Standing if standing in told)
        click.echo(f"{found.checks} checks: {counts}.")


def _where(one: Checked) -> str:
    return safe(f"{SYSTEMS.get(one.system, one.system)}, {one.place}")


def _row(one: Checked) -> tuple[str, ...]:
    verdict = one.verdict
    lines = [f"{one.check}: {verdict.found}"]
    lines += [f"expected: {verdict.expected}"] if verdict.expected else []
    lines += [f"to mend: {verdict.mend}"] if verdict.mend else []
    return str(verdict.standing), _where(one), "\n".join(map(safe, lines)), verdict.rule


def _not_asked(found: Checkup) -> list[tuple[str, ...]]:
    """One line for each place and cause: what stands in the way is told by its own check."""
    groups: dict[tuple[str, str, str], list[str]] = {}
    for one in found.of(Standing.NOT_ASKED):
        groups.setdefault((_where(one), one.verdict.found, one.verdict.rule), []).append(one.check)
    return [
        (str(Standing.NOT_ASKED), where, safe(f"{', '.join(checks)}: {reason}"), rule)
        for (where, reason, rule), checks in groups.items()
    ]
