"""`sync` and `backfill`: Dagster's own jobs, run here and now."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

import click

from intacct_pipelines.cli.jobs import JobOutcome, discover, instance, run_history, run_job
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
from intacct_pipelines.defs.partitions import HISTORY_START, entity_month_key
from intacct_pipelines.domain.keys import EntityKey
from intacct_pipelines.errors import ConfigurationError

SYNC_COLUMNS = (
    "entity", "run", "rows read", "written", "requests", "breaks", "planned", "held", "confirmed", "seconds",
)  # fmt: skip
_MOST_MONTHS = 120
_REQUESTS_A_MONTH = 2
"""Least a month costs: one page of documents, one of their lines."""


@click.command(epilog=EXIT_CODES)
@click.option("--entity", "entities", multiple=True, help="Entity, as <company>:<id>; may be repeated. All by default.")
@click.option("--now", is_flag=True, help="Accepted for habit: a sync by command always runs now.")
@as_json
@reports_errors
def sync(entities: tuple[str, ...], now: bool, is_json: bool) -> None:  # noqa: ARG001 - `--now` changes nothing
    """Extract both sides, reconcile, confirm and plan: the whole sync, entity by entity.

    One failing entity does not stop the others. Nothing is written to another system.
    """
    with instance() as opened:
        known = discover(opened)
        wanted = choose(known, entities)
        outcomes: dict[str, JobOutcome] = {}
        with progress("sync", len(wanted), is_quiet=is_json) as advance:
            for entity in wanted:
                outcomes[str(entity)] = run_job(opened, "sync", partition_key=str(entity))
                advance(str(entity))
    show_runs(outcomes, is_json=is_json)


def choose(known: list[EntityKey], names: tuple[str, ...]) -> list[EntityKey]:
    """Return the entities that were asked for.

    Raises:
        ConfigurationError: One of them is not known.
    """
    if not names:
        return known
    by_name = {str(entity): entity for entity in known} | {
        entity.entity_id: entity for entity in known if entity.entity_id
    }
    for name in names:
        if name not in by_name:
            raise ConfigurationError(
                f"There is no entity {name}.",
                remedy=f"Choose of: {', '.join(str(entity) for entity in known) or 'none yet'}.",
            )
    return [by_name[name] for name in names]


def show_runs(outcomes: dict[str, JobOutcome], *, is_json: bool) -> None:
    """Print what the runs did and leave with the code that fits."""
    if is_json:
        print_json(
            {
                entity: {
                    "run_id": outcome.run_id,
                    "success": outcome.is_success,
                    "failures": [{"step": failure.step, "message": failure.message} for failure in outcome.failures],
                    "assets": outcome.metadata,
                }
                for entity, outcome in outcomes.items()
            }
        )
    else:
        rows = [run_row(entity, outcome) for entity, outcome in outcomes.items()]
        print_table("Sync", SYNC_COLUMNS, rows)
        for entity, outcome in outcomes.items():
            for line in outcome.failure_lines:
                click.echo(f"{entity} · {line}", err=True)
    sys.exit(DONE if all(outcome.is_success for outcome in outcomes.values()) else FAILED)


def run_row(entity: str, outcome: JobOutcome) -> tuple[object, ...]:
    """Return one run of the sync as a row of figures."""

    def total(*names: str) -> int:
        return sum(int(facts.get(name, 0)) for facts in outcome.metadata.values() for name in names)

    planned = outcome.metadata.get("push/plan", {})
    return (
        entity,
        "succeeded" if outcome.is_success else "FAILED",
        total("received"),
        total("inserted", "updated", "deleted"),
        total("api_requests"),
        total("breaks"),
        int(planned.get("items", 0)),
        int(planned.get("held", 0)),
        int(planned.get("confirmed_just_now", 0)),
        round(outcome.seconds),
    )


def _month(_: click.Context, __: click.Parameter, value: str | None) -> date | None:
    if value is None:
        return None
    try:
        return datetime.strptime(value, "%Y-%m").replace(tzinfo=UTC).date()
    except ValueError:
        raise click.BadParameter("write a month as 2026-01") from None


def months_between(first: date, last: date) -> list[date]:
    """Return the first days of the months from ``first`` to ``last``, both included.

    Raises:
        ConfigurationError: The range is empty, begins before history does, or is too long for one command.
    """
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    if count < 1 or first < HISTORY_START:
        raise ConfigurationError(
            f"{first:%Y-%m} to {last:%Y-%m} is no range of months since {HISTORY_START:%Y-%m}.",
            remedy="Correct --from and --to.",
        )
    if count > _MOST_MONTHS:
        raise ConfigurationError(f"{count} months are more than {_MOST_MONTHS} at once.", remedy="Split the range.")
    start = first.year * 12 + first.month - 1
    return [date((start + at) // 12, (start + at) % 12 + 1, 1) for at in range(count)]


@click.command(epilog=EXIT_CODES)
@click.option("--entity", required=True, help="Entity, as <company>:<id>.")
@click.option("--from", "first", required=True, callback=_month, help="First month, as 2024-01.")
@click.option("--to", "last", callback=_month, help="Last month; the current one by default.")
@click.option("--yes", is_flag=True, help="Do not ask before starting.")
@as_json
@reports_errors
def backfill(entity: str, first: date, last: date | None, yes: bool, is_json: bool) -> None:
    """Load or re-prove an entity's history of documents, month by month.

    Each month is read whole, what it does not hold any more is marked deleted, and its count and control total are
    proven. Months that are done stay done: after a stop, run the same command again.
    """
    with instance() as opened:
        chosen = choose(discover(opened), (entity,))[0]
        months = months_between(first, last or datetime.now(UTC).date())
        if not is_json:
            click.echo(
                f"{chosen}: {len(months)} months, {months[0]:%Y-%m} to {months[-1]:%Y-%m}; at least "
                f"{_REQUESTS_A_MONTH * len(months)} requests to Intacct."
            )
        if not (yes or is_json):
            click.confirm("Start?", abort=True)
        outcome = run_history(opened, chosen, months)
    facts = outcome.partitions.get("history/ap_bill", {})
    if is_json:
        print_json({"run_id": outcome.run_id, "success": outcome.is_success, "months": facts})
    else:
        print_history(months, chosen, outcome)
    for line in outcome.failure_lines:
        click.echo(line, err=True)
    sys.exit(DONE if outcome.is_success else FAILED)


def print_history(months: Sequence[date], entity: EntityKey, outcome: JobOutcome) -> None:
    """Print one line for each month that was proven."""
    facts = outcome.partitions.get("history/ap_bill", {})
    rows = [
        (
            f"{month:%Y-%m}",
            int(found["announced"]),
            int(found["dagster/partition_row_count"]),
            int(found["quarantined"]),
            int(found["deleted"]),
            Decimal(str(found["control_total"])),
            int(found["api_requests"]),
        )
        for month in months
        if (found := facts.get(entity_month_key(entity, month)))
    ]
    columns = (
        "month",
        "announced",
        "received",
        "quarantined",
        "deleted",
        "control total of all currencies",
        "requests",
    )
    print_table(f"History of bills of {entity}: each month proven", columns, rows)
