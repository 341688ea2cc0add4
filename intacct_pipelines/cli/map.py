"""`map`: which record of BILL is which record of Intacct; review proposed pairs, confirm them or refuse them."""

from __future__ import annotations

import getpass

import click

from intacct_pipelines.cli.output import EXIT_CODES, as_json, print_json, print_table, reports_errors
from intacct_pipelines.defs.systems import Systems
from intacct_pipelines.domain.catalog import TABLES
from intacct_pipelines.errors import ConfigurationError
from intacct_pipelines.warehouse.progress import find_records
from intacct_pipelines.warehouse.recon import Recon, Status

_OBJECTS = {"bill": "ap_bill", "vendor": "vendor"}


@click.command("map", epilog=EXIT_CODES)
@click.argument("kind", type=click.Choice(sorted(_OBJECTS)))
@click.argument("bill_id", required=False, default="")
@click.argument("record_no", required=False, type=int)
@click.option("--link", "link_name", default="", help="Name of the link; may be left out when there is only one.")
@click.option("--confirm/--refuse", "is_confirmed", default=None, help="Your decision about the pair.")
@click.option("--by", default=getpass.getuser, help="Who decides; your user name by default. It is written down.")
@as_json
@reports_errors
def map_pairs(
    kind: str, bill_id: str, record_no: int | None, link_name: str, is_confirmed: bool | None, by: str, is_json: bool
) -> None:
    """List pairs of a KIND of record that wait for a decision, or decide about one.

    BILL_ID is BILL's id, RECORD_NO Intacct's record number. A confirmed pair is used by the next sync; a refused one
    is never proposed or used again. A name alone never pairs (S-VEN-04).
    """
    with Systems() as systems:
        recon = Recon(systems.warehouse)
        links = _links(systems, link_name)
        if is_confirmed is None:
            _show(recon, links, _OBJECTS[kind], bill_id, is_json=is_json)
            return
        if not bill_id or record_no is None or len(links) != 1:
            raise ConfigurationError(
                "A decision needs BILL's id, Intacct's record number and one link.", remedy="See `map --help`."
            )
        intacct_id = _prove(systems, _OBJECTS[kind], links[0], bill_id, record_no)
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


def _prove(systems: Systems, object_name: str, link_name: str, bill_id: str, record_no: int) -> str:
    """Return the id that people use in Intacct; a decision about records that are not there would be a slip.

    Raises:
        ConfigurationError: One of the two records is not in the warehouse at the link's entity.
    """
    link = systems.connections.links[link_name]
    entity = f"{systems.connections.companies[link.company].company_id}:{link.entity or 'top'}"
    found = {}
    for schema, key in (("bill", bill_id), ("intacct", str(record_no))):
        table = TABLES[f"{schema}.{object_name}"]
        rows = [row for row in find_records(systems.warehouse, table, key) if row["entity"] == entity]
        rows = [row for row in rows if str(row[table.key[0]]) == key]
        if not rows:
            raise ConfigurationError(
                f"{table.qualified_name} of {entity} has no record {key}.", remedy="Sync first, or correct the id."
            )
        found[schema] = rows[0]
    return str(found["intacct"].get("vendor_id" if object_name == "vendor" else "document_no") or "")


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
