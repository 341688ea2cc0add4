"""`explain`: one record's whole story, in one screen and as JSON."""

from __future__ import annotations

from typing import Any

import click

from intacct_pipelines.cli.output import EXIT_CODES, as_json, console, print_json, print_table, reports_errors
from intacct_pipelines.defs.systems import Systems
from intacct_pipelines.domain.catalog import TABLES
from intacct_pipelines.errors import ConfigurationError
from intacct_pipelines.warehouse.outbox import Outbox
from intacct_pipelines.warehouse.progress import find_records
from intacct_pipelines.warehouse.recon import Recon

_OBJECTS = {"bill": "ap_bill", "vendor": "vendor"}
_SHOWN = (
    "entity", "id", "record_no", "vendor_id", "name", "document_no", "state", "approval_status", "payment_status",
    "bill_date", "due_date", "currency", "amount", "trx_total_entered", "trx_total_due", "status", "is_archived",
    "description", "comments", "modified_at", "_deleted", "_synced_at",
)  # fmt: skip


@click.command(epilog=EXIT_CODES)
@click.argument("kind", type=click.Choice(sorted(_OBJECTS)))
@click.argument("name")
@as_json
@reports_errors
def explain(kind: str, name: str, is_json: bool) -> None:
    """Tell the whole story of a KIND of record called NAME: either system's id, or its number.

    Both sides with their versions, how they were paired, what differs and by which rule, what was planned or held,
    and every attempt to send it.
    """
    with Systems() as systems:
        story = tell(systems, _OBJECTS[kind], name)
    if not story["bill"] and not story["intacct"] and not story["items"] and not story["holds"]:
        raise ConfigurationError(
            f"No {kind} is called {name} on either side.", remedy="Sync first, or look for another id."
        )
    if is_json:
        print_json(story)
    else:
        _print(story)


def tell(systems: Systems, object_name: str, name: str) -> dict[str, Any]:
    """Return all that the warehouse knows of one record.

    Args:
        systems: The open systems.
        object_name: ``ap_bill`` or ``vendor``.
        name: BILL's id, Intacct's record number or id, or a document number.
    """
    warehouse = systems.warehouse
    ours = find_records(warehouse, TABLES[f"bill.{object_name}"], name)
    theirs = find_records(warehouse, TABLES[f"intacct.{object_name}"], name)
    links = sorted(systems.connections.links)
    matches = _about(links, Recon(warehouse).matches, object_name, ours, theirs)
    # The other side of a pair belongs to the story, also if only one side was named.
    known = {str(row["id"]) for row in ours}, {str(row["record_no"]) for row in theirs}
    for match in matches:
        if str(match["platform_id"]) not in known[0]:
            ours += find_records(warehouse, TABLES[f"bill.{object_name}"], str(match["platform_id"]))
        if str(match["intacct_record_no"]) not in known[1]:
            theirs += find_records(warehouse, TABLES[f"intacct.{object_name}"], str(match["intacct_record_no"]))
    outbox = Outbox(warehouse)
    told = [outbox.explain(str(row["id"])) for row in ours] or [outbox.explain(name)]
    return {
        "bill": ours,
        "intacct": theirs,
        "versions": [
            version
            for table, rows, key in (("bill", ours, "id"), ("intacct", theirs, "record_no"))
            for row in rows
            for version in _versions(systems, f"{table}.{object_name}", row["entity"], str(row[key]))
        ],
        "matches": matches,
        "differences": _about(links, Recon(warehouse).differences, object_name, ours, theirs),
        "items": [item for one in told for item in one["items"]],
        "holds": [hold for one in told for hold in one["holds"]],
        "journal": [entry for one in told for entry in one["journal"]],
    }


def _about(
    links: list[str], read: Any, object_name: str, ours: list[dict[str, Any]], theirs: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    ids = {str(row["id"]) for row in ours}
    numbers = {(row["entity"], int(row["record_no"])) for row in theirs}
    found = []
    for link in links:
        frame = read(link, object_name)
        for row in frame.astype(object).where(frame.notna(), None).to_dict("records"):
            record_no = row["intacct_record_no"]
            if row["platform_id"] in ids or (record_no and (row["entity"], int(record_no)) in numbers):
                found.append(row)
    return found


def _versions(systems: Systems, table: str, entity: str, key: str) -> list[dict[str, Any]]:
    frame = systems.warehouse.history(table, entity, key)
    rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return [{"table": table, **{str(name): value for name, value in row.items()}} for row in rows]


def _print(story: dict[str, Any]) -> None:
    for side, title in (("bill", "BILL"), ("intacct", "Sage Intacct")):
        for row in story[side]:
            facts = [(name, row[name]) for name in _SHOWN if row.get(name) is not None]
            print_table(title, ("field", "value"), facts)
        if not story[side]:
            console().print(f"[bold]{title}[/bold]: no such record")
    print_table(
        "Versions since first load",
        ("table", "valid from", "valid to", "total", "modified"),
        [
            (
                v["table"],
                v["valid_from"],
                v["valid_to"],
                v.get("amount") or v.get("trx_total_entered"),
                v["modified_at"],
            )
            for v in story["versions"]
        ],
    )
    print_table(
        "Pairs",
        ("BILL", "Intacct", "paired by", "equal"),
        [
            (m["platform_id"], m["intacct_id"] or m["intacct_record_no"], m["method"], m["is_equal"])
            for m in story["matches"]
        ],
    )
    print_table(
        "Differences",
        ("kind", "verdict", "rule", "field", "BILL", "Intacct", "why", "what to do"),
        [
            (
                d["kind"],
                d["verdict"],
                d["rule"],
                d["field"],
                d["platform_value"],
                d["intacct_value"],
                d["reason"],
                d["remedy"],
            )
            for d in story["differences"]
        ],
    )
    print_table(
        "Held",
        ("planned at", "rule", "why", "what to do"),
        [(h["created_at"], h["rule"], h["reason"], h["remedy"]) for h in story["holds"][-3:]],
    )
    print_table(
        "Items",
        ("operation", "state", "amount", "currency", "key"),
        [(i["operation"], i["state"], i["amount"], i["currency"], i["item_key"]) for i in story["items"]],
    )
    print_table("Journal", ("at", "who", "what"), [(e["at"], e["actor"], e["event"]) for e in story["journal"]])
