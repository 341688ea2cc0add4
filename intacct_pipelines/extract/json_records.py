"""One page of JSON records → typed rows and rejects of one table."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Context, Decimal
from typing import Any, Final, TypeAlias

from intacct_pipelines.domain.catalog import Table
from intacct_pipelines.domain.money import DECIMAL_TEXT
from intacct_pipelines.domain.records import Batch, Tally, TextColumn
from intacct_pipelines.extract.typing import reject_row, type_rows

Record: TypeAlias = dict[str, Any]
Fault: TypeAlias = tuple[str, str, str]
"""Column, check and rule of a row that is rejected before it is typed."""

ENCLOSING: Final = "^"
"""In a source: the record around an embedded one, such as ``^id``; ``^^id`` goes two up."""
POSITION: Final = "#position"
"""A source: the place of an embedded record in its array, from 1."""
KEY: Final = "#key"
"""A source: the id of the record around an embedded one, and its place."""
_ACCOUNTING: Final = Context(prec=200)
"""Sums are exact: the usual 28 digits would round a total of many long amounts."""
_LONGEST_EXPONENT: Final = 60


def type_records(table: Table, records: Sequence[Record], faults: Mapping[int, Fault], tally: Tally) -> Batch:
    """Return the records as rows and rejects, and add to the tally's control total.

    Args:
        table: What they are.
        records: As they were sent, completed.
        faults: Position → why a record is rejected whatever its cells say.
        tally: Of the table.
    """
    columns, misshapen = _columns(table, records)
    if table.control_total:
        add_up(columns[table.column(table.control_total).source], tally)
    early = {**misshapen, **faults}
    rejects = tuple(
        reject_row(table, columns, at, column=column, check=check, rule=rule)
        for at, (column, check, rule) in sorted(early.items())
    )
    if early:
        columns = {name: [cell for at, cell in enumerate(cells) if at not in early] for name, cells in columns.items()}
    batch = type_rows(table, columns)
    return Batch(batch.rows, (*rejects, *batch.rejects))


def _columns(table: Table, records: Sequence[Record]) -> tuple[dict[str, TextColumn], dict[int, Fault]]:
    columns: dict[str, TextColumn] = {}
    misshapen: dict[int, Fault] = {}
    for column in table.columns:
        cells: TextColumn = []
        for at, record in enumerate(records):
            value = walk(record, column.source)
            if isinstance(value, dict | list):
                misshapen.setdefault(at, (column.name, "scalar", ""))
            cells.append(cell_text(value))
        columns[column.source] = cells
    return columns, misshapen


def walk(record: Record, source: str) -> Any:
    """Follow a source's path; a value in the place of an object comes back in a list, so that it is seen."""
    while source.startswith(ENCLOSING):
        record, source = record[ENCLOSING], source.removeprefix(ENCLOSING)
    value: Any = record
    for name in source.split("."):
        if value is None:
            return None
        if not isinstance(value, dict):
            return [value]
        value = value.get(name)
    return value


def cell_text(value: Any) -> str | None:
    """Return a value of JSON as the text that is typed; None if it is not set."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        # Written out, 1E+999999 would fill the memory; as it stands it is no plain decimal and goes to quarantine.
        return format(value, "f") if abs(value.adjusted()) <= _LONGEST_EXPONENT else str(value)
    return json.dumps(value, default=str)


def add_up(cells: TextColumn, tally: Tally) -> None:
    """Add the readable amounts to a tally's control total."""
    for cell in cells:
        if cell is not None and DECIMAL_TEXT.fullmatch(cell):
            tally.control_total = _ACCOUNTING.add(tally.control_total, Decimal(cell))
