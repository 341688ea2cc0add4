"""`status`: where everything stands, from the warehouse alone."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import click

from intacct_pipelines.cli.output import EXIT_CODES, as_json, percent, print_json, print_table, reports_errors
from intacct_pipelines.defs.systems import Systems
from intacct_pipelines.domain.budget import Purpose
from intacct_pipelines.warehouse.outbox import Outbox
from intacct_pipelines.warehouse.progress import last_readings
from intacct_pipelines.warehouse.recon import Recon

_GROUP: Final = ("entity", "object", "verdict", "rule", "kind", "currency", "reason")
_DIFFERENCE: Final = ("entity", "object", "verdict", "rule", "kind", "count", "money_at_stake", "currency", "reason")


@click.command(epilog=EXIT_CODES)
@as_json
@reports_errors
def status(is_json: bool) -> None:
    """Show per entity what was read when, what differs and why, what is planned, on its way, held and confirmed."""
    with Systems() as systems:
        document: dict[str, Any] = {
            "entities": entity_figures(systems),
            "differences": difference_figures(systems),
            "plans": plan_figures(systems),
            "api_calls": budget_figures(systems),
            "journal_problems": Outbox(systems.warehouse).verify_journal(),
        }
    if is_json:
        print_json(document)
        return
    print_table(
        "Last readings",
        ("entity", "tables", "oldest", "newest", "rows", "in quarantine"),
        [tuple(row.values()) for row in document["entities"]],
    )
    print_differences(document["differences"])
    print_table(
        "Plans",
        ("plan", "entity", "state", "made", "approved by", "items by state"),
        [
            (p["plan_id"], p["entity"], _standing(p), p["created_at"], _approval(p), _counts(p["items"]))
            for p in document["plans"]
        ],
    )
    print_table(
        "API calls this month",
        ("system", "account", "made", "of", "share", "left", "left for backfills"),
        [tuple(row.values()) for row in document["api_calls"]],
    )
    for problem in document["journal_problems"]:
        click.echo(f"journal: {problem}", err=True)


def entity_figures(systems: Systems) -> list[dict[str, Any]]:
    """Return one row for each entity that was read."""
    rows: dict[str, dict[str, Any]] = {}
    for reading in last_readings(systems.warehouse):
        row = rows.setdefault(
            reading.entity,
            {"entity": reading.entity, "tables": 0, "oldest": reading.finished_at, "newest": reading.finished_at},
        )
        row["tables"] += 1
        row["oldest"] = min(row["oldest"], reading.finished_at)
        row["newest"] = max(row["newest"], reading.finished_at)
        count, _ = systems.warehouse.counts_and_totals(reading.table_name, reading.entity)
        rejected, _ = systems.warehouse.open_rejects(reading.table_name, reading.entity, limit=1)
        row["rows"] = row.get("rows", 0) + count
        row["quarantined"] = row.get("quarantined", 0) + rejected
    return list(rows.values())


def difference_figures(systems: Systems) -> list[dict[str, Any]]:
    """Return the current differences, counted by entity, object, verdict, rule, kind, currency and reason."""
    groups: dict[tuple[str, ...], dict[str, Any]] = {}
    for name in sorted(systems.connections.links):
        for row in Recon(systems.warehouse).differences(name).astype(object).to_dict("records"):
            key = tuple(str(row[part] or "") for part in _GROUP)
            group = groups.setdefault(
                key, {**dict(zip(_GROUP, key, strict=True)), "count": 0, "money_at_stake": Decimal(0)}
            )
            group["count"] += 1
            group["money_at_stake"] += row["money_at_stake"] or Decimal(0)
    return [groups[key] for key in sorted(groups)]


def print_differences(rows: list[dict[str, Any]]) -> None:
    """Print differences as a table."""
    print_table(
        "Differences, explained",
        ("entity", "object", "verdict", "rule", "kind", "count", "at stake", "currency", "why"),
        [tuple(row[name] for name in _DIFFERENCE) for row in rows],
    )


def plan_figures(systems: Systems) -> list[dict[str, Any]]:
    """Return the latest plans with the number of their items by state."""
    return [
        {
            "plan_id": plan.plan_id,
            "entity": plan.entity,
            "state": plan.state,
            "created_at": _minute(plan.created_at),
            "approved_by": plan.approved_by,
            "approvals": list(plan.approvals),
            "approvals_needed": plan.approvals_needed,
            "replaced_by": plan.replaced_by,
            "items": dict(plan.counts),
        }
        for plan in Outbox(systems.warehouse).plans()
    ]


def _standing(plan: dict[str, Any]) -> str:
    return f"{plan['state']}, now {plan['replaced_by']}" if plan["replaced_by"] else str(plan["state"])


def _approval(plan: dict[str, Any]) -> str:
    if plan["state"] != "planned" or plan["approvals_needed"] == 1:
        return str(plan["approved_by"])
    so_far = f": {', '.join(plan['approvals'])}" if plan["approvals"] else ""
    return f"{len(plan['approvals'])} of {plan['approvals_needed']}{so_far}"


def budget_figures(systems: Systems) -> list[dict[str, Any]]:
    """Return where each account's API budget stands this month."""
    return [
        {
            "system": usage.account.system,
            "account": usage.account.name,
            "made": usage.used,
            "monthly_calls": usage.budget.monthly_calls,
            "share": percent(usage.share()),
            "left": usage.left(),
            "left_for_backfills": usage.left(Purpose.BACKFILL),
        }
        for usage in systems.meters.usages()
    ]


def _minute(instant: datetime) -> str:
    return instant.isoformat(sep=" ", timespec="minutes")


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {state}" for state, count in sorted(Counter(counts).items()))
