"""Records as a company has them, with all their fields, and what the gateway sends of them when some are asked for."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from lxml import etree
from scripted_intacct import reply, result

from intacct_pipelines.clients.intacct import Function
from intacct_pipelines.clients.intacct.reply import read_query
from intacct_pipelines.domain.catalog import TABLES, Table
from intacct_pipelines.domain.records import Batch
from intacct_pipelines.extract.typing import type_rows
from intacct_pipelines.validate.contracts import screen_batch

FILES = Path(__file__).parent / "documents" / "intacct"
ZONE = "America/Los_Angeles"
"""WHENMODIFIED is in the company's zone, AUWHENCREATED in UTC."""
TABLE_OF = {table.source_object: table for table in TABLES.values() if table.schema == "intacct"}


@lru_cache
def samples() -> dict[str, etree._Element]:
    """The ``data`` of every sampled table, by its name, with the records' own fields in full."""
    parser = etree.XMLParser(remove_blank_text=True)
    files = sorted(FILES.glob("samples_*.xml"))
    found = [data for file in files for data in etree.parse(file, parser).getroot().iter("data")]
    return {TABLE_OF[data.get("listtype", "")].name: data for data in found}


@lru_cache
def expected() -> dict[str, list[dict[str, Any]]]:
    """What must come out of each sample: days, instants and decimals as such; what is empty is not named."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for file in sorted(FILES.glob("expected_*.toml")):
        rows |= read_expected(file)
    return rows


def read_expected(file: Path) -> dict[str, list[dict[str, Any]]]:
    """Rows by table, as a person reviewed them."""
    return tomllib.loads(file.read_text(encoding="utf-8"), parse_float=Decimal)


def asked_of(table: Table, *more: str) -> tuple[str, ...]:
    """The fields that a sync asks for, and some of the company's own."""
    return (*dict.fromkeys(column.source for column in table.columns), *more)


def body_of(data: etree._Element, fields: Sequence[str]) -> bytes:
    """The gateway's reply: of each record the fields that were asked for, as they are written in the sample.

    Raises:
        KeyError: A record has no such field: the catalog reads what the vendor does not send.
    """
    records = []
    for record in data.iterchildren(etree.Element):
        cells = {str(child.tag): etree.tostring(child, encoding="unicode") for child in record}
        records.append(f"<{record.tag}>{''.join(cells[field] for field in fields)}</{record.tag}>")
    head = " ".join(f'{name}="{text}"' for name, text in data.attrib.items())
    return reply(result("query", "q", f"<data {head}>{''.join(records)}</data>"))


def read(table: Table, body: bytes, fields: Sequence[str]) -> Batch:
    """Parse, type and screen a reply as a sync does."""
    listing, _ = read_query(body, Function("q", etree.Element("query")), table.source_object, tuple(fields))
    return screen_batch(type_rows(table, listing.columns, zone=ZONE))


def rows_of(batch: Batch) -> list[dict[str, Any]]:
    """The rows with their typed values, empty cells left out."""
    cells = {name: column.to_pylist() for name, column in batch.rows.columns.items()}
    return [{name: cells[name][at] for name in cells if cells[name][at] is not None} for at in range(len(batch.rows))]
