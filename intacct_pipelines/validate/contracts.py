"""Contracts of single rows: a pandera schema for each table, derived from the catalog, and the verdict on a batch.

Belongs here: whether a readable value is allowed. Whether it is readable at all, and how fine an amount may be, is
decided when the source's text is typed; whether documents fit together is in ``documents``.

pandas and pandera are imported inside the functions: together they cost more than a second, and every run worker and
code server that only knows the contracts' names would pay it.
"""

from __future__ import annotations

import json
import re
from datetime import date
from decimal import Context, Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from intacct_pipelines.domain.catalog import TABLES, Column, Kind, Table
from intacct_pipelines.domain.records import Batch, Reject, Rows, Verdict

if TYPE_CHECKING:
    import pandera.pandas as pa

REQUIRED: Final = "required"
ONE_OF: Final = "one_of"
MAX_LENGTH: Final = "max_length"
MASK: Final = "***"
_SHOWN_CHARACTERS: Final = 200
_EVERY_DIGIT: Final = Context(prec=38)
_RULE: Final = re.compile(r"\((S-[A-Z0-9]+-\d+)\)")
_RULE_OF: Final = {
    ("bill.ap_bill", "currency"): "S-CUR-02",
    ("bill.ap_bill", "amount"): "S-IDM-07",
    ("bill.ap_bill_line", "amount"): "S-IDM-07",
    ("intacct.ap_bill", "trx_total_entered"): "S-IDM-07",
    ("intacct.ap_bill_line", "trx_amount"): "S-IDM-07",
    ("intacct.ap_bill", "state"): "S-BIL-01",
}
"""Rules of columns whose description cites none."""


def rule_of(table: Table, column: Column) -> str:
    """Return the rule of sync behaviour behind a column's contract: the one its description cites, or empty."""
    cited = _RULE.search(column.description)
    return cited.group(1) if cited else _RULE_OF.get((table.qualified_name, column.name), "")


def contract(table: Table) -> pa.DataFrameSchema:
    """Return the table's contract: required columns, known values, longest texts.

    Only columns with something to check are in it; others pass. It checks typed columns, as ``Rows`` holds them.
    """
    return _contract(table.qualified_name) if TABLES.get(table.qualified_name) is table else _build(table)


def check_batch(rows: Rows) -> Verdict:
    """Judge typed rows by their table's contract.

    Args:
        rows: Typed rows; the more at once, the cheaper each.

    Returns:
        One reject for each row that breaks the contract, in the rows' order; it names the first such column.
    """
    import pandas as pd  # noqa: PLC0415 - see the module's docstring
    import pandera.errors  # noqa: PLC0415 - likewise

    names = [column.name for column in _constrained(rows.table)]
    if not names or not len(rows):
        return Verdict()
    # pandas looks at the Arrow columns where they are
    frame = pd.DataFrame({name: pd.Series(pd.arrays.ArrowExtensionArray(rows.columns[name])) for name in names})
    try:
        contract(rows.table).validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as error:
        return _verdict(rows, error.failure_cases)
    return Verdict()


def screen_batch(batch: Batch) -> Batch:
    """Return the batch with the rows that break their contract moved to its rejects; none is lost."""
    verdict = check_batch(batch.rows)
    return Batch(batch.rows.without(verdict.rejected_positions), (*batch.rejects, *verdict.rejects))


def _constrained(table: Table) -> list[Column]:
    return [column for column in table.columns if column.required or column.one_of or column.max_length]


@lru_cache(maxsize=64)
def _contract(qualified_name: str) -> pa.DataFrameSchema:
    return _build(TABLES[qualified_name])


def _build(table: Table) -> pa.DataFrameSchema:
    import pandera.pandas as pa  # noqa: PLC0415 - see the module's docstring

    def checks(column: Column) -> list[Any]:
        found = []
        if column.one_of:
            known = [int(word) for word in column.one_of] if column.kind is Kind.INTEGER else column.one_of
            found.append(pa.Check.isin(known, error=ONE_OF))
        if column.max_length:
            found.append(pa.Check.str_length(max_value=column.max_length, error=MAX_LENGTH))
        return found

    return pa.DataFrameSchema(
        {
            column.name: pa.Column(nullable=not column.required, checks=checks(column), description=column.description)
            for column in _constrained(table)
        },
        name=table.qualified_name,
        description=table.description,
    )


def _verdict(rows: Rows, failure_cases: Any) -> Verdict:
    order = {name: place for place, name in enumerate(rows.table.column_names)}
    first: dict[int, tuple[int, str, str]] = {}
    for column, check, index in zip(
        failure_cases["column"], failure_cases["check"], failure_cases["index"], strict=True
    ):
        name = REQUIRED if check == "not_nullable" else str(check)
        candidate = (order[column], str(column), name)
        position = int(index)
        first[position] = min(first.get(position, candidate), candidate)
    rejects = tuple(_reject(rows, at, column, check) for at, (_, column, check) in sorted(first.items()))
    return Verdict(rejects, frozenset(first))


def _reject(rows: Rows, position: int, column_name: str, check: str) -> Reject:
    table = rows.table
    column = table.column(column_name)
    row = {name: _text(cells[position].as_py()) for name, cells in rows.columns.items()}
    harmless = {declared.name for declared in table.columns if not declared.pii}
    shown = {name: cell if name in harmless else MASK for name, cell in row.items() if cell is not None}
    return Reject(
        table=table.qualified_name,
        key="/".join(row[name] or "" for name in table.key),
        column=column.name,
        check=check,
        value=MASK if column.pii else (row[column.name] or "")[:_SHOWN_CHARACTERS],
        rule=rule_of(table, column),
        fragment=json.dumps(shown, ensure_ascii=False, sort_keys=True),
    )


def _text(value: object) -> str | None:
    """Write a typed value the way that a person reads it in quarantine."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal):
        return format(value.normalize(_EVERY_DIGIT), "f")
    if isinstance(value, date):
        return value.isoformat()
    return None if value is None else str(value)
