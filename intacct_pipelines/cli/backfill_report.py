"""What `backfill` shows: its plan before it starts, and what it proved, as documents and as tables."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

import click

from intacct_pipelines.cli.output import percent, print_table
from intacct_pipelines.defs.forecast import AccountForecast, Basis, Forecast
from intacct_pipelines.defs.months import history_name
from intacct_pipelines.domain.budget import Purpose
from intacct_pipelines.domain.catalog import TABLES, Table
from intacct_pipelines.domain.keys import EntityKey
from intacct_pipelines.warehouse.backfills import ProvenMonth

_MOST_DRIFT_SHOWN: Final = 20


def account_name(one: AccountForecast) -> str:
    """Return what an account is called."""
    return f"{one.usage.account.system} {one.usage.account.name}"


def object_name(table_name: str) -> str:
    """Return what a table is called here, as `--object` calls those of documents."""
    return history_name(TABLES[table_name])


# ---- the plan -----------------------------------------------------------------------------------------------------


def plan_figures(
    entity: EntityKey, months: Sequence[date], tables: Sequence[Table], planned: Forecast
) -> dict[str, Any]:
    """Return the plan as one document."""
    objects = []
    for table in tables:
        own = [month for month in planned.months if month.table is table]
        known = [month.rows for month in own if month.rows is not None]
        objects.append(
            {
                "object": history_name(table),
                "months": len(own),
                "documents": sum(known) if len(known) == len(own) else None,
                "calls": sum(month.calls for month in own),
                "one_reading": table.has_no_month_filter,
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
        "budgets": [
            {
                "account": account_name(one),
                "calls": one.calls,
                "monthly_calls": one.usage.budget.monthly_calls,
                "used": one.usage.used,
                "share_used": percent(one.usage.share()),
                "share_after": percent(one.usage.share(one.calls)),
                "left_for_backfills": one.usage.left(Purpose.BACKFILL),
            }
            for one in planned.accounts
        ],
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
                _how_sure(row),
            )
            for row in plan["objects"]
        ],
    )
    about = "" if plan["is_certain"] else "about "
    for budget in plan["budgets"]:
        spent = f"{budget['used']:,} used this month"
        if budget["monthly_calls"] is not None:
            spent += (
                f", {budget['share_used']} of {budget['monthly_calls']:,}; {budget['share_after']} after; "
                f"backfills have {budget['left_for_backfills']:,} left"
            )
        click.echo(f"API calls of {budget['account']}: {about}{budget['calls']:,}, sign-in included; {spent}.")
    time_basis = "as measured here" if plan["seconds_a_call_measured"] else "at an assumed second a call"
    click.echo(f"Time: about {duration(plan['seconds'])}, {time_basis}.")


def _how_sure(row: dict[str, Any]) -> str:
    if not row["basis"]:
        return "nothing to read"
    sure = ", ".join(f"{count} {basis}" for basis, count in row["basis"].items())
    return f"{sure}; one reading of all serves them" if row["one_reading"] else sure


def duration(seconds: float) -> str:
    """Write seconds as minutes or hours."""
    whole = max(0, round(seconds))
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60}:{rest % 60:02d}"


# ---- the report ---------------------------------------------------------------------------------------------------


def print_history(entity: EntityKey, found: Sequence[ProvenMonth]) -> None:
    """Print one line for each month that was proven and is not empty."""
    columns = (
        "object", "month", "proven", "at the source", "stored", "lines", "quarantined", "control total", "calls",
        "added", "changed", "deleted", "control total by",
    )  # fmt: skip
    rows = [
        (
            object_name(one.table_name),
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


def print_history_by_object(entity: EntityKey, found: Sequence[ProvenMonth]) -> None:
    """Print one line for each object: how many months were proven, and what they hold."""
    columns = ("object", "months proven", "not proven", "documents", "lines", "quarantined", "calls")
    by_object: dict[str, list[ProvenMonth]] = {}
    for one in sorted(found, key=lambda one: one.table_name):
        by_object.setdefault(object_name(one.table_name), []).append(one)
    rows = [
        (
            name,
            sum(one.is_proven for one in months),
            sum(not one.is_proven for one in months),
            *(sum(getattr(one, figure) for one in months) for figure in ("rows", "lines", "quarantined", "calls")),
        )
        for name, months in by_object.items()
    ]
    print_table(f"History of {entity}, each month counted and summed against the source", columns, rows)


def print_drift(drift: Sequence[dict[str, Any]]) -> None:
    """Print the first records that drifted; nothing if none did."""
    if not drift:
        return
    rows = [
        (
            object_name(record["table_name"]),
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
