"""`sync`: Dagster's own job, run here and now."""

from __future__ import annotations

import sys
from collections.abc import Mapping

import click

from intacct_pipelines.cli.jobs import JobOutcome, discover, instance
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
from intacct_pipelines.cli.side_by_side import at_once_option, side_by_side
from intacct_pipelines.defs.plan_files import PLANS
from intacct_pipelines.domain.keys import EntityKey
from intacct_pipelines.errors import ConfigurationError

SYNC_COLUMNS = (
    "entity", "run", "rows read", "written", "requests", "breaks", "planned", "held", "confirmed", "seconds",
)  # fmt: skip


@click.command(epilog=EXIT_CODES)
@click.option("--entity", "entities", multiple=True, help="Entity, as <company>:<id>; may be repeated. All by default.")
@click.option("--now", is_flag=True, help="Accepted for habit: a sync by command always runs now.")
@at_once_option
@as_json
@reports_errors
def sync(entities: tuple[str, ...], now: bool, at_once: int, is_json: bool) -> None:  # noqa: ARG001 - `--now` changes nothing
    """Extract both sides, reconcile, confirm and plan: the whole sync of each entity.

    One failing entity does not stop the others. Nothing is written to another system.
    """
    with instance() as opened:
        known = discover(opened)
        wanted = choose(known, entities)
        with (
            progress("sync", len(wanted), is_quiet=is_json) as advance,
            side_by_side(opened, min(at_once, len(wanted))) as run_for_each,
        ):
            outcomes = run_for_each("sync", wanted, advance)
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


def show_runs(outcomes: Mapping[str, JobOutcome], *, is_json: bool) -> None:
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

    plans = [outcome.metadata.get(f"push/{name}", {}) for name in PLANS.values()]
    return (
        entity,
        "succeeded" if outcome.is_success else "FAILED",
        total("received"),
        total("inserted", "updated", "deleted"),
        total("api_requests"),
        total("breaks"),
        sum(int(facts.get("items", 0)) for facts in plans),
        sum(int(facts.get("held", 0)) for facts in plans),
        sum(int(facts.get("confirmed_just_now", 0)) for facts in plans),
        round(outcome.seconds),
    )
