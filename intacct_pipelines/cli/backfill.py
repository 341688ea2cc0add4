"""`backfill`: an entity's history of documents, planned, run, resumed, and reported month by month."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final

import click
import dagster as dg

from intacct_pipelines.cli.jobs import JobOutcome, discover, instance, run_history, settle_dead_runs
from intacct_pipelines.cli.output import (
    DONE,
    EXIT_CODES,
    FAILED,
    as_json,
    percent,
    print_json,
    print_table,
    progress,
    reports_errors,
)
from intacct_pipelines.cli.run import choose
from intacct_pipelines.defs.forecast import Basis, Forecast, forecast
from intacct_pipelines.defs.history import HISTORY_TABLES
from intacct_pipelines.defs.partitions import HISTORY_START
from intacct_pipelines.defs.systems import Systems
from intacct_pipelines.domain.budget import Purpose
from intacct_pipelines.domain.catalog import Table
from intacct_pipelines.domain.keys import EntityKey
from intacct_pipelines.errors import BudgetSpentError, ConfigurationError
from intacct_pipelines.warehouse.backfills import (
    Backfill,
    ProvenMonth,
    alone,
    begin,
    drift_of,
    finish,
    proven,
)

if TYPE_CHECKING:
    from intacct_pipelines.warehouse.connection import Warehouse

_MOST_MONTHS: Final = 120
_MOST_DRIFT_SHOWN: Final = 20
_LOOK_SECONDS: Final = 0.5


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
@click.option("--object", "objects", multiple=True, help="Table of documents, such as ap_bill; may be repeated. All.")
@click.option("--count", "ask", is_flag=True, help="Ask Intacct how many documents unknown months have: one call each.")
@click.option("--again", is_flag=True, help="Read months again that a stopped backfill of this range had proven.")
@click.option("--dry-run", is_flag=True, help="Show the plan and end.")
@click.option("--yes", is_flag=True, help="Do not ask before starting.")
@as_json
@reports_errors
def backfill(
    entity: str,
    first: date,
    last: date | None,
    objects: tuple[str, ...],
    ask: bool,
    again: bool,
    dry_run: bool,
    yes: bool,
    is_json: bool,
) -> None:
    """Load or re-prove an entity's history of documents, month by month.

    Each month is read whole, with all lines; what it does not hold any more is marked deleted; what is stored is
    counted and summed against Intacct; and what changed since the month was proven before is listed. First the plan is
    shown: calls, time, share of the monthly budget. After a stop, the same command goes on with what is not proven yet.
    """
    if is_json and not (yes or dry_run):
        raise ConfigurationError("--json cannot ask before starting.", remedy="Add --yes, or --dry-run for the plan.")
    tables = _tables(objects)
    with instance() as opened:
        chosen = choose(discover(opened), (entity,))[0]
        months = months_between(first, last or datetime.now(UTC).date())
        with Systems() as systems, alone(systems.warehouse, str(chosen)):
            begun = None if dry_run else begin(systems.warehouse, str(chosen), months, tables, again=again)
            wanted = _wanted(systems.warehouse, chosen, tables, months, begun)
            planned = forecast(systems, chosen, wanted, ask=ask)
            plan = plan_figures(chosen, months, tables, planned)
            if not is_json:
                print_plan(plan)
            if begun is None:
                if is_json:
                    print_json({"plan": plan})
                return
            _refuse_what_does_not_fit(planned)
            if not (yes or is_json):
                click.confirm("Start?", abort=True)
            run_id, failures = _run(opened, systems, chosen, tables, months, begun, planned, is_quiet=is_json)
            found = proven(systems.warehouse, str(chosen), tables, months, begun.started_at)
            is_done = not failures and len(found) == len(tables) * len(months) and all(one.is_proven for one in found)
            if is_done:
                finish(systems.warehouse, begun)
            drift = drift_of(systems.warehouse, [one.proof_id for one in found])
    if is_json:
        rows = [asdict(one) for one in found]
        print_json({"plan": plan, "run_id": run_id, "success": is_done, "months": rows, "drift": drift})
    else:
        print_history(chosen, found)
        print_drift(drift)
    for line in failures:
        click.echo(line, err=True)
    sys.exit(DONE if is_done else FAILED)


def _tables(names: Sequence[str]) -> list[Table]:
    by_name = {table.name: table for table in HISTORY_TABLES}
    for name in names:
        if name not in by_name:
            raise ConfigurationError(
                f"There is no history of {name}.", remedy=f"Choose of: {', '.join(sorted(by_name))}."
            )
    return [by_name[name] for name in dict.fromkeys(names)] or list(HISTORY_TABLES)


def _wanted(
    warehouse: Warehouse, entity: EntityKey, tables: Sequence[Table], months: Sequence[date], begun: Backfill | None
) -> list[tuple[Table, date]]:
    """Return what is left to read: all, but for what this backfill has proven before it was stopped."""
    done: set[tuple[str, date]] = set()
    if begun is not None:
        found = proven(warehouse, str(entity), tables, months, begun.started_at)
        done = {(one.table_name, one.month) for one in found if one.is_proven}
    return [(table, month) for table in tables for month in months if (table.qualified_name, month) not in done]


def _refuse_what_does_not_fit(planned: Forecast) -> None:
    if planned.fits:
        return
    left = planned.usage.left(Purpose.BACKFILL)
    raise BudgetSpentError(
        f"The backfill would take {planned.calls:,} API calls; this month backfills have {left:,} left.",
        remedy="Choose fewer months or objects, go on next month, or raise the budget in the connections file.",
    )


# ---- the plan -----------------------------------------------------------------------------------------------------


def plan_figures(
    entity: EntityKey, months: Sequence[date], tables: Sequence[Table], planned: Forecast
) -> dict[str, Any]:
    """Return the plan as one document."""
    usage = planned.usage
    objects = []
    for table in tables:
        own = [month for month in planned.months if month.table is table]
        known = [month.rows for month in own if month.rows is not None]
        objects.append(
            {
                "object": table.name,
                "months": len(own),
                "documents": sum(known) if len(known) == len(own) else None,
                "calls": sum(month.calls for month in own),
                "basis": {basis.value: count for basis in Basis if (count := [m.basis for m in own].count(basis))},
            }
        )
    return {
        "entity": str(entity),
        "from": months[0],
        "to": months[-1],
        "resumes": len(planned.months) < len(tables) * len(months),
        "objects": objects,
        "calls": planned.calls,
        "is_certain": planned.is_certain,
        "seconds": planned.seconds,
        "seconds_a_call_measured": planned.is_measured,
        "budget": {
            "monthly_calls": usage.budget.monthly_calls,
            "used": usage.used,
            "share_used": percent(usage.share()),
            "share_after": percent(usage.share(planned.calls)),
            "left_for_backfills": usage.left(Purpose.BACKFILL),
        },
    }


def print_plan(plan: dict[str, Any]) -> None:
    """Print what will be done, what it costs, and how sure that is."""
    print_table(
        f"Plan: history of {plan['entity']}, {plan['from']:%Y-%m} to {plan['to']:%Y-%m}"
        + (", going on where it was stopped" if plan["resumes"] else ""),
        ("object", "months to read", "documents", "API calls", "how sure"),
        [
            (
                row["object"],
                row["months"],
                "not known yet" if row["documents"] is None else row["documents"],
                row["calls"],
                ", ".join(f"{count} {basis}" for basis, count in row["basis"].items()) or "nothing to read",
            )
            for row in plan["objects"]
        ],
    )
    budget = plan["budget"]
    about = "" if plan["is_certain"] else "about "
    spent = f"{budget['used']:,} used this month"
    if budget["monthly_calls"] is not None:
        spent += (
            f", {budget['share_used']} of {budget['monthly_calls']:,}; {budget['share_after']} after; "
            f"backfills have {budget['left_for_backfills']:,} left"
        )
    time_basis = "as measured here" if plan["seconds_a_call_measured"] else "at an assumed second a call"
    click.echo(
        f"API calls: {about}{plan['calls']:,}, a sign-in among them; {spent}. "
        f"Time: about {_duration(plan['seconds'])}, {time_basis}."
    )


def _duration(seconds: float) -> str:
    whole = max(0, round(seconds))
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60}:{rest % 60:02d}"


# ---- the work -----------------------------------------------------------------------------------------------------


def _run(
    opened: dg.DagsterInstance,
    systems: Systems,
    entity: EntityKey,
    tables: Sequence[Table],
    months: Sequence[date],
    begun: Backfill,
    planned: Forecast,
    *,
    is_quiet: bool,
) -> tuple[str, list[str]]:
    """Run what is left as one run; return its id and what failed."""
    settle_dead_runs(opened, begun.backfill_id)
    if not planned.months:
        return "", []
    with progress("history", len(planned.months), is_quiet=is_quiet) as advance:
        look = _Watch(systems, entity, tables, months, planned, advance)
        with look.watching():
            outcome: JobOutcome = run_history(
                opened, entity, months, tables, proven_since=begun.started_at, backfill_id=begun.backfill_id
            )
    return outcome.run_id, outcome.failure_lines


class _Watch:
    """Tells of each month as soon as it is proven, from the warehouse, while the run works."""

    def __init__(
        self,
        systems: Systems,
        entity: EntityKey,
        tables: Sequence[Table],
        months: Sequence[date],
        planned: Forecast,
        advance: Callable[[str], None],
    ) -> None:
        self._systems = systems
        self._entity = entity
        self._tables = tables
        self._months = months
        self._planned = {(month.table.qualified_name, month.month): month.calls for month in planned.months}
        self._account = planned.usage.account
        self._advance = advance
        self._begun_at = datetime.now(UTC)
        self._begun = time.monotonic()
        self._told: set[int] = set()
        self._stop = threading.Event()

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Look about twice a second for the time of the block, and once more at its end."""
        thread = threading.Thread(target=self._look_on, name="backfill-progress", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            thread.join()
        self._look()

    def _look_on(self) -> None:
        while not self._stop.wait(_LOOK_SECONDS):
            self._look()

    def _look(self) -> None:
        found = proven(self._systems.warehouse, str(self._entity), self._tables, self._months, self._begun_at)
        left = self._systems.meters.usage(self._account).left(Purpose.BACKFILL)
        budget = "" if left is None else f", {left:,} calls left for backfills"
        for one in found:
            if one.proof_id not in self._told:
                self._told.add(one.proof_id)
                self._planned.pop((one.table_name, one.month), None)
                self._advance(f"{_line(one)}; {_duration(self._seconds_left())} left{budget}")

    def _seconds_left(self) -> float:
        """As long for each month that is left as those told of took on average."""
        return (time.monotonic() - self._begun) * len(self._planned) / max(1, len(self._told))


def _line(one: ProvenMonth) -> str:
    verdict = "proven" if one.is_proven else "NOT PROVEN"
    name = one.table_name.rpartition(".")[2]
    return f"{name} {one.month:%Y-%m}: {one.rows:,} rows, {one.lines:,} lines, {one.calls:,} pages, {verdict}"


# ---- the report ---------------------------------------------------------------------------------------------------


def print_history(entity: EntityKey, found: Sequence[ProvenMonth]) -> None:
    """Print one line for each month that was proven and is not empty."""
    columns = (
        "object", "month", "proven", "at the source", "stored", "lines", "quarantined", "control total", "calls",
        "added", "changed", "deleted", "control total by",
    )  # fmt: skip
    rows = [
        (
            one.table_name.rpartition(".")[2],
            f"{one.month:%Y-%m}",
            one.is_proven,
            one.source_rows,
            one.rows,
            one.lines,
            one.quarantined,
            one.control_total,
            one.calls,
            *((one.added, one.changed, one.deleted, one.control_total_drift) if one.previous_at else ("",) * 4),
        )
        for one in sorted(found, key=lambda one: (one.table_name, one.month))
        if one.source_rows or one.rows or one.deleted or not one.is_proven
    ]
    print_table(f"History of {entity}: each month proven; right: drift since it was proven before", columns, rows)
    if len(found) > len(rows):
        click.echo(f"{len(found) - len(rows)} further months are proven to be empty.")


def print_drift(drift: Sequence[dict[str, Any]]) -> None:
    """Print the first records that drifted; nothing if none did."""
    if not drift:
        return
    rows = [
        (
            record["table_name"].rpartition(".")[2],
            f"{record['month']:%Y-%m}",
            record["kind"],
            record["key"],
            record["amount_before"],
            record["amount_now"],
            "this proof" if record["found_by_proof"] else "a sync before",
        )
        for record in drift[:_MOST_DRIFT_SHOWN]
    ]
    title = f"Drift: {len(drift)} records, the first {len(rows)}; all are in ops.month_drift"
    print_table(title, ("table", "month", "what", "key", "before", "now", "found by"), rows)
