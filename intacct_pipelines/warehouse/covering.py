"""Which stored rows belong to a month: documents by their date, lines of any depth by their documents."""

from __future__ import annotations

from typing import Final

from psycopg import sql

from intacct_pipelines.domain.catalog import TABLES, Kind, Table
from intacct_pipelines.warehouse.marts.as_of import as_of_name
from intacct_pipelines.warehouse.tables import parent_name

_MONTH: Final = sql.SQL("%(month)s")


def document_day(table: Table, alias: str) -> sql.Composable:
    """Return the day that decides a document's month: its date, or in UTC the day of its instant."""
    day = sql.Identifier(alias, table.document_date)
    if table.column(table.document_date).kind is Kind.INSTANT:
        return sql.SQL("({} AT TIME ZONE 'UTC')::date").format(day)
    return day


def is_in_month(table: Table, alias: str, month: sql.Composable = _MONTH) -> sql.Composed:
    """Return the condition that a document is of the month that begins at ``month``, a parameter unless given."""
    return sql.SQL("{day} >= {month} AND {day} < ({month}::date + interval '1 month')::date").format(
        day=document_day(table, alias), month=month
    )


def in_month(
    table: Table, source: sql.Composable | None = None, *, alive: bool = True, alias: str = "t"
) -> sql.Composed:
    """Return ``FROM … WHERE …`` that yields the rows of a month: documents by their date, lines by their documents.

    It needs the parameters ``entity`` and ``month``, and ``at`` for rows as of an instant.

    Args:
        table: Documents, or lines of any depth.
        source: ``%(at)s`` to read the tables as of that instant; None for what is stored now.
        alive: Whether only rows that the source has are meant.
        alias: What the table is called.
    """
    place = parent_name(table) if source is None else sql.SQL("{}({})").format(as_of_name(table), source)
    row = sql.Identifier(alias)
    there = sql.SQL(" AND NOT {}._deleted").format(row) if alive else sql.SQL("")
    if table.document_date:
        within: sql.Composable = is_in_month(table, alias)
    else:
        parent = TABLES[f"{table.schema}.{table.parent}"]
        within = sql.SQL("{} IN (SELECT {} {})").format(
            sql.Identifier(alias, table.parent_key),
            sql.Identifier(f"{alias}p", parent.key[0]),
            in_month(parent, source, alive=alive, alias=f"{alias}p"),
        )
    return sql.SQL("FROM {place} AS {row} WHERE {row}.entity = %(entity)s AND {within}{there}").format(
        place=place, row=row, within=within, there=there
    )
