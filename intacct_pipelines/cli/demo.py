"""`demo`: the main job on real input over real HTTP, end to end, with nothing to install or to configure."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import click

from intacct_pipelines.cli.offline import DEMO_HOME, demo_sandbox, enter_home, prepare_home
from intacct_pipelines.cli.output import DONE, EXIT_CODES, FAILED, console, print_table, reports_errors
from intacct_pipelines.domain.push import Operation

if TYPE_CHECKING:
    import dagster as dg

    from intacct_pipelines.cli.jobs import JobOutcome
    from intacct_pipelines.cli.side_by_side import RunForEach
    from intacct_pipelines.defs.systems import Systems
    from intacct_pipelines.domain.keys import EntityKey

_HISTORY_MONTHS = 24
_AT_ONCE = 2
_CLOSED_MONTHS = 3
"""How many months ago a month was whose books are closed in every entity."""


@click.command(epilog=EXIT_CODES)
@click.option("--seed", default=7, show_default=True, help="Which invented company.")
@click.option("--entities", default=2, show_default=True, help="Its legal entities.")
@click.option("--bills", default=400, show_default=True, help="Its bills in all.")
@click.option("--home", type=click.Path(path_type=Path), default=DEMO_HOME, show_default=True, help="Made anew.")
@reports_errors
def demo(seed: int, entities: int, bills: int, home: Path) -> None:
    """Run everything once against the sandbox, and show it: history, sync, reconciliation, plan, push, confirmation."""
    home = home.resolve()
    enter_home(home)
    prepare_home(home)
    company = ("--seed", str(seed), "--entities", str(entities), "--bills", str(bills))
    with demo_sandbox(home, *company) as facts:
        is_well = _run(facts["intacct"]["url"])
    sys.exit(DONE if is_well else FAILED)


def _run(url: str) -> bool:
    # Dagster reads its home when it is imported, so it must be set before
    from intacct_pipelines.cli import backfill, backfill_report, jobs, side_by_side, status  # noqa: PLC0415 - see above
    from intacct_pipelines.defs.months import HISTORY_TABLES  # noqa: PLC0415 - see above
    from intacct_pipelines.defs.systems import Systems  # noqa: PLC0415 - see above
    from intacct_pipelines.warehouse.backfills import proven  # noqa: PLC0415 - see above

    started = time.monotonic()
    _title(f"1 · Discovery: which entities does the company at {url} have?")
    with jobs.instance() as opened, side_by_side.side_by_side(opened, _AT_ONCE) as run_for_each:
        entities = jobs.discover(opened)
        click.echo(f"Found {', '.join(str(entity) for entity in entities)}.")

        first = next(entity for entity in entities if entity.entity_id)
        _title(f"2 · History: {_HISTORY_MONTHS} months of documents of {first}, each month proven complete")
        today = datetime.now(UTC).date()
        months = backfill.months_between(_months_before(today, _HISTORY_MONTHS - 1), today)
        # The lists of the top level are no part of that history, so they need not wait for it.
        with ThreadPoolExecutor(1) as beside:
            top = beside.submit(run_for_each, "sync", [entity for entity in entities if not entity.entity_id], _silent)
            history = jobs.run_history(opened, first, months)
        with Systems() as systems:
            found = proven(systems.warehouse, str(first), HISTORY_TABLES, months, datetime.fromtimestamp(0, UTC))
        backfill_report.print_history_by_object(first, found)

        _title("3 · Sync: every entity, both sides, reconciled and planned")
        outcomes = {**top.result(), **run_for_each("sync", [e for e in entities if e.entity_id], _silent)}
        _print_runs(outcomes)
        _title("4 · Reconciliation: every difference, with the rule that explains it")
        with Systems() as systems:
            status.print_differences(status.difference_figures(systems))
            _title("5 · Plan: what is to be written to Intacct, approved within the demo's policy")
            _print_plans(systems)
            approved = {entity for _, entity in systems.approved_plans()}

        _title("6 · Apply: approved items, each exactly once")
        applied = _apply(run_for_each, entities)
        _title("7 · Sync again: what was posted must come back and reconcile")
        written = [entity for entity in entities if str(entity) in approved]
        again = run_for_each("sync", written, _silent)
        _print_runs(again)

        closed = _close(opened, first, _months_before(today, _CLOSED_MONTHS))

    with Systems() as systems:
        _title("9 · What is confirmed, what is still open, and why")
        is_settled = _print_result(systems)
    failed = [outcome for outcome in (history, *outcomes.values(), *applied, *again.values()) if not outcome.is_success]
    for outcome in failed:
        for line in outcome.failure_lines:
            click.echo(line, err=True)
    is_well = not failed and is_settled and closed
    click.echo(f"\nThe demo {'is done' if is_well else 'FAILED'} after {time.monotonic() - started:.0f} s.")
    click.echo("Open the UI on this data with:  make dev")
    return is_well


def _title(text: str) -> None:
    console().print(f"\n[bold]{text}[/bold]")


def _months_before(day: date, count: int) -> date:
    month = day.year * 12 + day.month - 1 - count
    return date(month // 12, month % 12 + 1, 1)


def _silent(_: str) -> None:
    """Tell nobody of a run that is over: the demo shows all of them at once."""


def _print_runs(outcomes: Mapping[str, JobOutcome]) -> None:
    from intacct_pipelines.cli import run  # noqa: PLC0415 - see `_run`

    print_table("", run.SYNC_COLUMNS, [run.run_row(entity, outcome) for entity, outcome in outcomes.items()])


def _apply(run_for_each: RunForEach, entities: Sequence[EntityKey]) -> list[JobOutcome]:
    outcomes = run_for_each("apply_plan", [entity for entity in entities if entity.entity_id], _silent)
    states = ("accepted", "rejected", "uncertain", "held", "expired")
    rows = [
        (entity, *(int(outcome.metadata.get("push/item", {}).get(state, 0)) for state in states))
        for entity, outcome in outcomes.items()
    ]
    print_table("", ("entity", *states), rows)
    return list(outcomes.values())


def _close(opened: dg.DagsterInstance, entity: EntityKey, month: date) -> bool:
    """Tie out a closed month; return whether everything ties."""
    from intacct_pipelines.cli import close, jobs  # noqa: PLC0415 - see `_run`
    from intacct_pipelines.defs.systems import Systems  # noqa: PLC0415 - see `_run`
    from intacct_pipelines.domain.close import Period  # noqa: PLC0415 - see `_run`
    from intacct_pipelines.warehouse.close import read_outcome  # noqa: PLC0415 - see `_run`

    _title(f"8 · Close: {month:%B %Y} of {entity}, subledgers, banks and cards against the ledger")
    period = Period(entity, month)
    run = jobs.run_close(opened, period)
    with Systems() as systems:
        outcome = read_outcome(systems.warehouse, period, run.run_id)
    for line in run.failure_lines:
        click.echo(line, err=True)
    if outcome is None:
        return False
    close.print_outcome(period, outcome)
    return outcome.ties


def _print_plans(systems: Systems) -> None:
    from intacct_pipelines.warehouse.outbox import Outbox  # noqa: PLC0415 - see `_run`

    rows = []
    for plan in Outbox(systems.warehouse).plans():
        money: dict[str, Decimal] = {}
        items = Outbox(systems.warehouse).items(plan_id=plan.plan_id)
        for item in items:
            if item.currency:
                money[item.currency] = money.get(item.currency, Decimal(0)) + item.amount
        totals = ", ".join(f"{amount:,} {currency}" for currency, amount in sorted(money.items()))
        creates = sum(item.operation is Operation.CREATE for item in items)
        rows.append((plan.plan_id, plan.entity, creates, len(items) - creates, totals, plan.state, plan.approved_by))
    print_table("", ("plan", "entity", "create", "update", "money", "state", "approved by"), sorted(rows, key=str))


def _print_result(systems: Systems) -> bool:
    """Print confirmed items and open holds; return whether every item that was sent is confirmed."""
    from intacct_pipelines.warehouse.outbox import Outbox  # noqa: PLC0415 - see `_run`

    outbox = Outbox(systems.warehouse)
    counts = outbox.counts()
    print_table("Items by state", ("state", "items"), sorted(counts.items()))
    holds: Counter[tuple[str, str, str]] = Counter()
    for plan_id in {plan.link: plan.plan_id for plan in reversed(outbox.plans())}.values():
        for hold in json.loads(outbox.document(plan_id))["holds"]:
            holds[hold["rule"], hold["class"], hold["remedy"]] += 1
    rows = [(rule, kind, count, remedy) for (rule, kind, remedy), count in sorted(holds.items())]
    print_table("Still open, and why", ("rule", "reason", "records", "what to do"), rows)
    problems = outbox.verify_journal()
    click.echo(f"Journal: {'intact' if not problems else '; '.join(problems)}.")
    unfinished = sum(counts.get(state, 0) for state in ("approved", "sending", "uncertain", "accepted"))
    return not problems and not unfinished and counts.get("confirmed", 0) > 0
