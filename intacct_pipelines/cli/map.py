"""`map`: which record of a platform is which record of Intacct; review proposed pairs, confirm or refuse them."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING

import click

from intacct_pipelines.cli.output import EXIT_CODES, as_json, print_json, print_table, reports_errors
from intacct_pipelines.defs.systems import Systems
from intacct_pipelines.domain.catalog import TABLES
from intacct_pipelines.domain.reconciled import BY_WORD, Reconciled
from intacct_pipelines.errors import ConfigurationError
from intacct_pipelines.warehouse.recon import Recon, Status
from intacct_pipelines.warehouse.reported import read_records
from intacct_pipelines.warehouse.subjects import NUMBERS, keys_named, subjects_named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.warehouse.connection import Warehouse

_SIDES = {"platform": "the platform", "intacct": "Intacct"}


@click.command("map", epilog=EXIT_CODES)
@click.argument("kind", type=click.Choice(sorted(BY_WORD)))
@click.argument("platform_id", required=False, default="")
@click.argument("record", required=False, default="")
@click.option("--link", "link_name", default="", help="Name of the link; may be left out when there is only one.")
@click.option("--confirm/--refuse", "is_confirmed", default=None, help="Your decision about the pair.")
@click.option("--by", default=getpass.getuser, help="Who decides; your user name by default. It is written down.")
@as_json
@reports_errors
def map_pairs(
    kind: str, platform_id: str, record: str, link_name: str, is_confirmed: bool | None, by: str, is_json: bool
) -> None:
    """List pairs of a KIND of record that wait for a decision, or decide about one.

    PLATFORM_ID is the key of BILL, Spend & Expense or Business Center; RECORD is the record number, id or number in
    Intacct. A confirmed pair is used by the next sync; a refused one is never proposed or used again. A name alone
    never pairs (S-VEN-04).
    """
    one = BY_WORD[kind]
    if one.pairs_follow:
        raise ConfigurationError(
            f"Nobody decides about a {one.spoken}: it follows {one.pairs_follow}.", remedy="Decide about those."
        )
    with Systems() as systems:
        recon, links = Recon(systems.warehouse), _links(systems, one, link_name)
        if is_confirmed is None:
            _show(recon, links, one, platform_id, is_json=is_json)
            return
        if not platform_id or not record or len(links) != 1:
            raise ConfigurationError(
                f"A decision needs the platform's id, Intacct's id and one link; here are {len(links)} links.",
                remedy="See `map --help`.",
            )
        key, _ = _named(systems.warehouse, one, links[0], "platform", platform_id, must_live=is_confirmed)
        record_no, intacct_id = _named(systems.warehouse, one, links[0], "intacct", record, must_live=is_confirmed)
        status: Status = "confirmed" if is_confirmed else "refused"
        recon.decide(
            link=links[0].name,
            object_name=one.name,
            platform_id=key,
            intacct_record_no=int(record_no),
            intacct_id=intacct_id,
            status=status,
            decided_by=by,
        )
    if is_json:
        print_json({"link": links[0].name, "platform_id": key, "record_no": int(record_no), "status": status, "by": by})
    else:
        click.echo(f"{key} and {record_no} are {status}; the next sync takes it up.")


def _links(systems: Systems, one: Reconciled, name: str) -> list[Link]:
    links = systems.connections.platform_links(one.platform)
    chosen = [link for link in links if name in {"", link.name}]
    if name and not chosen:
        known = ", ".join(link.name for link in links) or "none yet"
        raise ConfigurationError(f"No link of a {one.spoken} is called {name}.", remedy=f"Choose of: {known}.")
    return chosen


def _named(
    warehouse: Warehouse, one: Reconciled, link: Link, side: str, words: str, *, must_live: bool
) -> tuple[str, str]:
    """Return key and number of the one record that is meant; a decision about another one would be a slip.

    Raises:
        ConfigurationError: The link's entity has no such record, or several, or it is no record of this kind, or it was
            deleted and could only be refused.
    """
    entity, tables = str(link.entity), one.records_in(side)
    place = f"{' or '.join(tables)} of {entity}"
    keys = _keys(warehouse, tables, entity, words)
    if not keys:
        raise ConfigurationError(f"{place} has no record {words}.", remedy="Sync first, or correct the id.")
    schema = "intacct" if side == "intacct" else one.platform
    ours = [
        key
        for key in keys
        for subject in subjects_named(warehouse, one, f"{schema}:{key}", links={link.name: entity})
        if subject.entity == entity and key in {subject.platform_id, str(subject.record_no)}
    ]
    if not ours:
        raise ConfigurationError(
            f"{words} is in {place}, but no comparison has found it to be a {one.spoken}.",
            remedy="Sync first, or name another kind.",
        )
    if len(ours) > 1:
        raise ConfigurationError(
            f"{place} has several records {words}.", remedy=f"Name one of: {', '.join(sorted(ours))}."
        )
    for table in map(TABLES.__getitem__, tables):
        for row in read_records(warehouse, table, entity, ours).values():
            if row["_deleted"] and must_live:
                raise ConfigurationError(
                    f"{_SIDES[side]} deleted record {ours[0]}, so nothing can pair with it.",
                    remedy="Name the record that took its place.",
                )
            names = [row[name] for name in (table.business_key, *NUMBERS) if row.get(name)]
            return ours[0], str(names[0]) if names else ""
    return ours[0], ""


def _keys(warehouse: Warehouse, tables: Sequence[str], entity: str, words: str) -> list[str]:
    """Return the keys of an entity's records that are called so; who names a key means that, whatever else has it."""
    with warehouse.transaction("finding the records of a pair") as connection:
        for is_key in (True, False):
            found = {
                key
                for name in tables
                for at, key in keys_named(connection, TABLES[name], words, is_key=is_key)
                if at == entity
            }
            if found:
                return sorted(found)
    return []


def _show(recon: Recon, links: Sequence[Link], one: Reconciled, platform_id: str, *, is_json: bool) -> None:
    rows = []
    for link in links:
        frame = recon.crosswalk(link.name)
        frame = frame[frame["object"] == one.name]
        wanted = frame["platform_id"] == platform_id if platform_id else frame["status"] != "confirmed"
        rows += frame[wanted].astype(object).to_dict("records")
    if is_json:
        print_json(rows)
        return
    print_table(
        "Pairs" if platform_id else "Pairs that are proposed or refused",
        ("link", "platform id", "Intacct record", "Intacct id", "status", "why", "by"),
        [
            (
                *(row[name] for name in ("link", "platform_id", "intacct_record_no", "intacct_id", "status")),
                "; ".join(f"{name} {word}" for name, word in row["evidence"].items()),
                row["decided_by"],
            )
            for row in rows
        ],
    )
