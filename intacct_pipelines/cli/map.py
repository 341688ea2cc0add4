"""`map`: which record of BILL is which record of Intacct; review proposed pairs, confirm them or refuse them."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from typing import Any

import click

from intacct_pipelines.cli.output import EXIT_CODES, as_json, print_json, print_table, reports_errors
from intacct_pipelines.defs.systems import Systems
from intacct_pipelines.domain.catalog import TABLES, Table
from intacct_pipelines.errors import ConfigurationError
from intacct_pipelines.warehouse.progress import find_records
from intacct_pipelines.warehouse.recon import Recon, Status

_OBJECTS = {
    "bill": "ap_bill",
    "credit-memo": "credit_memo",
    "customer": "customer",
    "invoice": "ar_invoice",
    "receipt": "ar_payment",
    "vendor": "vendor",
}
_IN_INTACCT = {"credit_memo": "ar_adjustment"}
"""Intacct's name for an object, where it is another one."""


@click.command("map", epilog=EXIT_CODES)
@click.argument("kind", type=click.Choice(sorted(_OBJECTS)))
@click.argument("bill_id", required=False, default="")
@click.argument("record", required=False, default="")
@click.option("--link", "link_name", default="", help="Name of the link; may be left out when there is only one.")
@click.option("--confirm/--refuse", "is_confirmed", default=None, help="Your decision about the pair.")
@click.option("--by", default=getpass.getuser, help="Who decides; your user name by default. It is written down.")
@as_json
@reports_errors
def map_pairs(
    kind: str, bill_id: str, record: str, link_name: str, is_confirmed: bool | None, by: str, is_json: bool
) -> None:
    """List pairs of a KIND of record that wait for a decision, or decide about one.

    BILL_ID is BILL's id; RECORD is the id or number that people use in Intacct, or its record number. A confirmed pair
    is used by the next sync; a refused one is never proposed or used again. A name alone never pairs (S-VEN-04).
    """
    with Systems() as systems:
        recon = Recon(systems.warehouse)
        links = _links(systems, link_name)
        if is_confirmed is None:
            _show(recon, links, _OBJECTS[kind], bill_id, is_json=is_json)
            return
        if not bill_id or not record or len(links) != 1:
            raise ConfigurationError(
                "A decision needs BILL's id, Intacct's id and one link.", remedy="See `map --help`."
            )
        record_no, intacct_id = _prove(systems, _OBJECTS[kind], links[0], bill_id, record)
        status: Status = "confirmed" if is_confirmed else "refused"
        recon.decide(
            link=links[0],
            object_name=_OBJECTS[kind],
            platform_id=bill_id,
            intacct_record_no=record_no,
            intacct_id=intacct_id,
            status=status,
            decided_by=by,
        )
    if is_json:
        print_json({"link": links[0], "bill_id": bill_id, "record_no": record_no, "status": status, "by": by})
    else:
        click.echo(f"{bill_id} and {record_no} are {status}; the next sync takes it up.")


def _links(systems: Systems, name: str) -> list[str]:
    names = sorted(systems.connections.links)
    if name and name not in names:
        raise ConfigurationError(f"There is no link {name}.", remedy=f"Choose of: {', '.join(names) or 'none yet'}.")
    return [name] if name else names


def _prove(systems: Systems, object_name: str, link_name: str, bill_id: str, record: str) -> tuple[int, str]:
    """Return record number and id in Intacct; a decision about records that are not there would be a slip.

    Raises:
        ConfigurationError: One of the two is not in the warehouse at the link's entity, or several are called so.
    """
    link = systems.connections.links[link_name]
    entity = f"{systems.connections.companies[link.company].company_id}:{link.entity or 'top'}"
    bill, intacct = TABLES[f"bill.{object_name}"], TABLES[f"intacct.{_IN_INTACCT.get(object_name, object_name)}"]
    name = f"{object_name}_id" if object_name in {"vendor", "customer"} else "document_no"
    _named(systems, bill, entity, bill_id, bill.key)
    found = _named(systems, intacct, entity, record, (*intacct.key, name))
    return int(found[intacct.key[0]]), str(found[name] or "")


def _named(systems: Systems, table: Table, entity: str, word: str, columns: Sequence[str]) -> dict[str, Any]:
    """Return the entity's one row that has the word in the first column that has it at all."""
    rows = [row for row in find_records(systems.warehouse, table, word) if row["entity"] == entity]
    for column in columns:
        matching = [row for row in rows if str(row[column]) == word]
        if len(matching) > 1:
            numbers = ", ".join(str(row[table.key[0]]) for row in matching)
            raise ConfigurationError(
                f"{table.qualified_name} of {entity} has several records {word}.", remedy=f"Name one of: {numbers}."
            )
        if matching:
            return matching[0]
    raise ConfigurationError(
        f"{table.qualified_name} of {entity} has no record {word}.", remedy="Sync first, or correct the id."
    )


def _show(recon: Recon, links: list[str], object_name: str, bill_id: str, *, is_json: bool) -> None:
    rows = []
    for link in links:
        frame = recon.crosswalk(link)
        frame = frame[frame["object"] == object_name]
        wanted = frame["platform_id"] == bill_id if bill_id else frame["status"] != "confirmed"
        rows += frame[wanted].astype(object).to_dict("records")
    if is_json:
        print_json(rows)
        return
    print_table(
        "Pairs" if bill_id else "Pairs that are proposed or refused",
        ("link", "BILL id", "Intacct record", "Intacct id", "status"),
        [(r["link"], r["platform_id"], r["intacct_record_no"], r["intacct_id"], r["status"]) for r in rows],
    )
