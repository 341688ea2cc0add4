"""One page of source text → typed rows and rejects.

Belongs here: whether a row's cells are readable as their columns' kinds, and what becomes of a row of which one is not.
How a column is read stands in ``columns``, how a single cell in ``cells``. Whether a readable value is *allowed*
(required, one of, length) is the contract's business, in ``validate``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

import pyarrow as pa

from intacct_pipelines.domain.catalog import Column, Kind, Table
from intacct_pipelines.domain.columns import of_texts
from intacct_pipelines.domain.records import CUSTOM_FIELDS, Batch, Reject, Rows
from intacct_pipelines.extract.cells import is_storable
from intacct_pipelines.extract.columns import Texts, as_strings, type_column

MASK: Final = "***"
UTC_FIELDS: Final = frozenset({"AUWHENCREATED", "ACCESSTIME"})
"""Fields that are in UTC whatever the company's zone is: recorded seven hours ahead of WHENMODIFIED, and documented for
the audit trail."""

_SHOWN_CHARACTERS: Final = 200
_CHECKS: Final[Mapping[Kind, str]] = {
    Kind.TEXT: "text",
    Kind.INTEGER: "integer",
    Kind.MONEY: "decimal",
    Kind.RATE: "decimal",
    Kind.DATE: "date",
    Kind.INSTANT: "instant",
    Kind.FLAG: "flag",
}
"""The check that a cell of the kind fails if it is no proper text."""


def type_rows(table: Table, columns: Mapping[str, Texts], *, zone: str = "UTC") -> Batch:
    """Turn one page of source text into typed rows, and rejects.

    Args:
        table: The declared table.
        columns: Every declared source field → its texts, None for empty, as a list or as Arrow strings; all equally
            long. Fields beyond the declared ones become the JSON object ``custom_fields``.
        zone: IANA name of the zone of timestamps that carry none.

    Returns:
        The good rows, and for each row with an unreadable cell one ``Reject`` that names the first such column.

    Raises:
        ValueError: A declared field is missing, or columns differ in length.
    """
    _check_shape(table, columns)
    sources = {column.source for column in table.columns}
    texts = {field: as_strings(columns[field]) for field in sources}
    typed: dict[str, pa.Array] = {}
    failures: dict[int, tuple[Column, str]] = {}
    for column in table.columns:
        cells, broken = texts[column.source]
        currencies = texts[table.column(column.currency).source][0] if column.kind is Kind.MONEY else None
        own_zone = "UTC" if column.source in UTC_FIELDS else zone
        typed[column.name], failed = type_column(column.kind, cells, currencies=currencies, zone=own_zone)
        for position, check in (failed | dict.fromkeys(broken, _CHECKS[column.kind])).items():
            failures.setdefault(position, (column, check))
    custom = _custom_fields(columns, [field for field in columns if field not in sources])
    if custom is not None:
        typed[CUSTOM_FIELDS] = custom
    rejects = tuple(
        _reject(table, columns, position, column, check) for position, (column, check) in sorted(failures.items())
    )
    return Batch(Rows(table, typed).without(failures.keys()), rejects)


def reject_row(
    table: Table, columns: Mapping[str, Texts], position: int, *, column: str, check: str, rule: str = ""
) -> Reject:
    """Return the quarantine record of one source row.

    Args:
        table: The declared table.
        columns: The page as for ``type_rows``.
        position: Which row, from 0.
        column: Name of the declared column that is at fault.
        check: Which check it failed.
        rule: Number of the rule of sync behaviour, if one applies.
    """
    return _reject(table, columns, position, table.column(column), check, rule=rule)


def _check_shape(table: Table, columns: Mapping[str, Texts]) -> None:
    missing = [column.source for column in table.columns if column.source not in columns]
    if missing:
        msg = f"{table.qualified_name}: fields are missing: {', '.join(missing)}"
        raise ValueError(msg)
    if len({len(cells) for cells in columns.values()}) > 1:
        msg = f"{table.qualified_name}: columns differ in length"
        raise ValueError(msg)


# ---- custom fields and rejects ----------------------------------------------------------------------------------


def _custom_fields(columns: Mapping[str, Texts], extra: list[str]) -> pa.Array | None:
    if not extra:
        return None
    rows = zip(*(_cells(columns[field]) for field in extra), strict=True)
    found = [{field: cell for field, cell in zip(extra, row, strict=True) if cell is not None} for row in rows]
    return of_texts(_json(values) if values else None for values in found)


def _json(values: Mapping[str, str]) -> str:
    shown = {field: _printable(cell) for field, cell in values.items()}
    return json.dumps(shown, ensure_ascii=False, sort_keys=True)


def _cells(texts: Texts) -> list[str | None]:
    return texts.to_pylist() if isinstance(texts, pa.Array | pa.ChunkedArray) else list(texts)


def _cell(texts: Texts, position: int) -> str | None:
    return texts[position].as_py() if isinstance(texts, pa.Array | pa.ChunkedArray) else texts[position]


def _printable(text: str) -> str:
    """The text with what Postgres cannot hold written out as an escape."""
    if is_storable(text):
        return text
    return text.encode("utf-8", "backslashreplace").decode().replace("\x00", "\\x00")


def _reject(
    table: Table, columns: Mapping[str, Texts], position: int, column: Column, check: str, *, rule: str = ""
) -> Reject:
    # Nobody has said what a company puts into fields of its own: they are hidden as personal data is.
    harmless = {declared.source for declared in table.columns if not declared.pii}
    row = {field: _cell(cells, position) for field, cells in columns.items()}
    given = {field: cell for field, cell in row.items() if cell is not None}
    shown = {field: cell if field in harmless else MASK for field, cell in given.items()}
    value = row[column.source]
    return Reject(
        table=table.qualified_name,
        key="/".join(_printable(row[table.column(name).source] or "") for name in table.key),
        column=column.name,
        check=check,
        value=MASK if column.pii else _printable(value or "")[:_SHOWN_CHARACTERS],
        rule=rule,
        fragment=_json(shown),
    )
