"""`backfill`: an entity's history of documents, planned, run, resumed, and reported month by month."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final

import click
import dagster as dg

from intacct_pipelines.cli.backfill_report import (
    account_name,
    duration,
    object_name,
    plan_figures,
    print_drift,
    print_history,
    print_plan,
)
from intacct_pipelines.cli.jobs import JobOutcome, discover, instance, run_history, settle_dead_runs
from intacct_pipelines.cli.output import (
    DONE,
    EXIT_CODES,
    FAILED,
    as_json,
    print_json,
    progress,
    reports_errors,
)
from intacct_pipelines.cli.run import choose
from intacct_pipelines.defs.forecast import Forecast, forecast
from intacct_pipelines.defs.months import HISTORY_TABLES, has_source, history_name
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
_LOOK_SECONDS: Final = 0.5


def month_option(_: click.Context, __: click.Parameter, value: str | None) -> date | None:
    """Read an option that names a month, as its first day.

    Raises:
        BadParameter: It is no month.
    """
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
@click.option("--from", "first", required=True, callback=month_option, help="First month, as 2024-01.")
@click.option("--to", "last", callback=month_option, help="Last month; the current one by default.")
@click.option(
    "--object",
    "objects",
    multiple=True,
    help="Table, such as ap_bill or bill.ap_bill; may be repeated. All that are read.",
)
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
    counted and summed against its source; and what changed since the month was proven before is listed. BILL and lists
    of Spend & Expense cannot be asked for a month: one reading of all serves every month of the command. First the plan
    is shown: calls, time, share of the monthly budget. After a stop, the same command goes on with what is not proven.
    """
    if is_json and not (yes or dry_run):
        raise ConfigurationError("--json cannot ask before starting.", remedy="Add --yes, or --dry-run for the plan.")
    named = _tables(objects)
    with instance() as opened:
        chosen = choose(discover(opened), (entity,))[0]
        months = months_between(first, last or datetime.now(UTC).date())
        with Systems() as systems, alone(systems.warehouse, str(chosen)):
            tables = _with_source(systems, chosen, named)
            begun = None if dry_run else begin(systems.warehouse, str(chosen), months, tables, again=again)
            wanted = _wanted(systems.warehouse, chosen, tables, months, begun)
            planned = forecast(systems, chosen, tables, wanted, ask=ask)
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
    by_name = {history_name(table): table for table in HISTORY_TABLES}
    for name in names:
        if name not in by_name:
            raise ConfigurationError(
                f"There is no history of {name}.", remedy=f"Choose of: {', '.join(sorted(by_name))}."
            )
    return [by_name[name] for name in dict.fromkeys(names)]


def _with_source(systems: Systems, entity: EntityKey, named: Sequence[Table]) -> list[Table]:
    """Return the named tables; without names, all whose system the entity has an account on.

    What a company may lack is among these only once a sync has read it here.
    """
    for table in named:
        if not has_source(systems, entity, table):
            raise ConfigurationError(
                f"{entity} has no account from which {history_name(table)} could be read.",
                remedy="Choose other objects, or add a link or an account to the connections file.",
            )
    return [*named] or [
        table
        for table in HISTORY_TABLES
        if has_source(systems, entity, table)
        and (not table.is_optional or systems.warehouse.watermark(table, str(entity)))
    ]


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
    for one in planned.accounts:
        if not one.fits:
            left = one.usage.left(Purpose.BACKFILL)
            raise BudgetSpentError(
                f"The backfill would take {one.calls:,} API calls of {account_name(one)}; "
                f"this month backfills have {left:,} left.",
                remedy="Choose fewer months or objects, go on next month, or raise the budget in the connections file.",
            )


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
        self._accounts = {one.usage.account.system: one.usage.account for one in planned.accounts}
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
        for one in found:
            if one.proof_id not in self._told:
                left = self._systems.meters.usage(self._accounts[_system(one)]).left(Purpose.BACKFILL)
                budget = "" if left is None else f", {left:,} calls left for backfills"
                self._told.add(one.proof_id)
                self._planned.pop((one.table_name, one.month), None)
                self._advance(f"{_line(one)}; {duration(self._seconds_left())} left{budget}")

    def _seconds_left(self) -> float:
        """As long for each month that is left as those told of took on average."""
        return (time.monotonic() - self._begun) * len(self._planned) / max(1, len(self._told))


def _system(one: ProvenMonth) -> str:
    return one.table_name.partition(".")[0]


def _line(one: ProvenMonth) -> str:
    verdict = "proven" if one.is_proven else "NOT PROVEN"
    name = object_name(one.table_name)
    return f"{name} {one.month:%Y-%m}: {one.rows:,} rows, {one.lines:,} lines, {one.calls:,} pages, {verdict}"
