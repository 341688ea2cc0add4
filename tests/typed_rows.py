"""Typed rows for tests, written as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Context, Decimal

import pyarrow as pa

from intacct_pipelines.domain.catalog import Kind, Table
from intacct_pipelines.domain.columns import TEXT
from intacct_pipelines.domain.records import CUSTOM_FIELDS, Rows
from intacct_pipelines.extract.columns import type_column

Row = dict[str, str | None]


def typed_rows(table: Table, rows: Sequence[Mapping[str, str | None]]) -> Rows:
    """Turn rows of readable text, by column name, into typed columns; what a row does not name is null."""
    names = (*table.column_names, *({CUSTOM_FIELDS} & {name for row in rows for name in row}))
    texts = {name: pa.array([row.get(name) for row in rows], TEXT) for name in names}
    typed = dict(texts)
    for column in table.columns:
        currencies = texts[column.currency] if column.kind is Kind.MONEY else None
        typed[column.name], failures = type_column(column.kind, texts[column.name], currencies=currencies, zone="UTC")
        assert not failures, (column.name, failures)
    return Rows(table, typed)


def texts_of(rows: Rows, name: str) -> list[str | None]:
    """Return a column as texts: days and instants ISO, decimals without trailing zeros, flags ``t`` or ``f``."""
    return [None if value is None else _text(value) for value in rows.columns[name].to_pylist()]


def text_row(rows: Rows, position: int) -> dict[str, str]:
    """Return one row as texts, without its empty cells."""
    row = {name: cells[position].as_py() for name, cells in rows.columns.items()}
    return {name: _text(value) for name, value in row.items() if value is not None}


def _text(value: object) -> str:
    match value:
        case bool():
            return "t" if value else "f"
        case Decimal():
            return format(value.normalize(Context(prec=38)), "f")
        case date():
            return value.isoformat()
    return str(value)
