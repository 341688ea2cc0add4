"""`close`: one month of one entity, tied out, with the records that make differences and what changed since."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date

import click

from intacct_pipelines.cli.backfill import month_option
from intacct_pipelines.cli.jobs import instance, run_close
from intacct_pipelines.cli.output import (
    DONE,
    EXIT_CODES,
    FAILED,
    as_json,
    console,
    print_json,
    print_table,
    reports_errors,
)
from intacct_pipelines.cli.run import choose
from intacct_pipelines.defs.close import change_rows, figure_rows, item_rows
from intacct_pipelines.defs.partitions import ENTITIES, HISTORY_START, MONTHS
from intacct_pipelines.defs.systems import Systems
from intacct_pipelines.domain.close import TIE_OUTS, Period
from intacct_pipelines.domain.keys import EntityKey
from intacct_pipelines.errors import ConfigurationError
from intacct_pipelines.warehouse.close import Outcome, read_outcome

DOES_NOT_TIE = 4
"""The month was taken and printed, and at least one tie-out fails."""
_EXIT_CODES = f"{EXIT_CODES.rstrip()} {DOES_NOT_TIE} printed, and at least one tie-out fails.\n"
_SHOWN = 20
_MOST_FIGURES = 8
"""Of more of one tie-out only those are shown that do not tie."""


@click.command("close", epilog=_EXIT_CODES)
@click.option("--entity", required=True, help="Entity, as <company>:<id>.")
@click.option("--month", required=True, callback=month_option, help="The month, as 2026-01.")
@as_json
@reports_errors
def close_command(entity: str, month: date, is_json: bool) -> None:
    """Tie out one month from what is stored: both sides by currency, and the records that make each difference.

    Nothing is read from another system, and nothing is closed there. While the entity's books are open the result is
    provisional; the first one after they are closed is frozen, and each later one says what changed since.
    """
    if not MONTHS.has_partition_key(month.isoformat()):
        raise ConfigurationError(
            f"{month:%Y-%m} is no month from {HISTORY_START:%Y-%m} to now.", remedy="Correct --month."
        )
    with instance() as opened, Systems() as systems:
        warehouse = systems.warehouse
        known = [EntityKey.parse(key) for key in opened.get_dynamic_partitions(ENTITIES.name or "")]
        chosen = choose(known, (entity,))[0]
        period = Period(chosen, month)
        run = run_close(opened, period)
        outcome = read_outcome(warehouse, period, run.run_id)
    if outcome is None:
        for line in run.failure_lines:
            click.echo(line, err=True)
        sys.exit(FAILED)
    left_out = {
        name: facts["left_out"]
        for name, facts in run.metadata.items()
        if name != "close/period" and "left_out" in facts
    }
    if is_json:
        print_json({**asdict(outcome), "status": outcome.status, "ties": outcome.ties, "left_out": left_out})
    else:
        print_outcome(period, outcome)
        for name, why in left_out.items():
            console().print(f"{name}: left out, as {why}.")
    sys.exit(DONE if outcome.ties else DOES_NOT_TIE)


def print_outcome(period: Period, outcome: Outcome) -> None:
    """Print a month's result: a line for each tie-out and currency, what makes differences, what changed."""
    console().print(
        f"[bold]{period.entity} {period.month:%Y-%m}[/bold] is {outcome.status}"
        f" (closed through {outcome.closed_through or 'no day'}), as stored at {outcome.taken_at:%Y-%m-%d %H:%M} UTC"
    )
    rows = [row for name in TIE_OUTS for row in _rows_of(name, outcome)]
    columns = (
        "tie-out", "account", "currency", "documents", "other side", "difference", "base", "difference", "records",
        "ties",
    )  # fmt: skip
    print_table("", columns, rows)
    for one in TIE_OUTS.values():
        items = [item for item in outcome.items if item.tie_out == one.name]
        if items:
            found = item_rows(items[:_SHOWN])
            print_table(
                f"{one.title}: what makes the difference", list(found[0]), [list(row.values()) for row in found]
            )
    if outcome.changes:
        changed = change_rows(outcome.changes[:_SHOWN])
        title = f"Changed since it was frozen at {outcome.frozen_at:%Y-%m-%d %H:%M} UTC: {len(outcome.changes)} rows"
        print_table(title, list(changed[0]), [list(row.values()) for row in changed])


def _rows_of(name: str, outcome: Outcome) -> Iterator[tuple[object, ...]]:
    figures = [figure for figure in outcome.figures if figure.tie_out == name]
    failing = outcome.failing(name)
    is_short = len(figures) <= _MOST_FIGURES
    for row in figure_rows(figures if is_short else failing):
        shown = (
            "account", "currency", "expected", "actual", "difference", "base_currency", "difference_base", "records",
            "ties",
        )  # fmt: skip
        yield (name, *(row[column] for column in shown))
    if not is_short:
        yield (name, f"{len(figures) - len(failing)} more", *[None] * 7, True)
    if not figures:
        yield (name, "nothing", *[None] * 8)
