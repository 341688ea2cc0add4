"""What reading months again would take: rows that are stored already are counted, so that no call is spent on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import psycopg
from psycopg import sql

from intacct_pipelines.domain.catalog import TABLES, Table, proven_with
from intacct_pipelines.warehouse.connection import Warehouse
from intacct_pipelines.warehouse.covering import document_day
from intacct_pipelines.warehouse.tables import parent_name


@dataclass(frozen=True, slots=True)
class StoredMonth:
    """What is stored of one month of a table of documents.

    Args:
        rows: Documents.
        lines: For each table of lines, how many rows each question by parents would bring, in order.
    """

    rows: int
    lines: tuple[tuple[int, ...], ...]


def stored_months(
    warehouse: Warehouse, table: Table, entity: str, months: Sequence[date], parents_a_query: int
) -> dict[date, StoredMonth]:
    """Return what is stored of each month that was read whole at some time, or is part of a table that was.

    Args:
        warehouse: Where.
        table: The table of documents.
        entity: The entity's partition key.
        months: First days.
        parents_a_query: How many documents' lines one question asks for.
    """
    members = proven_with(table)
    facts = {"entity": entity, "first": months[0], "last": months[-1], "size": parents_a_query}
    with warehouse.transaction("counting stored months") as connection:
        known = _known(connection, members, entity, months)
        if not known:
            return {}
        counted = sql.SQL("SELECT month, count(*) FROM ({}) AS d WHERE alive GROUP BY month").format(_dated(table))
        rows = dict(connection.execute(counted, facts).fetchall())
        chunks = [_chunks(connection, lines, facts) for lines in members[1:]]
    return {
        month: StoredMonth(rows.get(month, 0), tuple(tuple(of_table.get(month, ())) for of_table in chunks))
        for month in known
    }


def parts_of_months(warehouse: Warehouse, parts: Table, entity: str, months: Sequence[date]) -> dict[date, int]:
    """Return how many rows of a table of parts have an id of their own, not their document's, in each month.

    Args:
        warehouse: Where.
        parts: A table whose documents that are not split are their own only part.
        entity: The entity's partition key.
        months: First days.
    """
    documents = TABLES[f"{parts.schema}.{parts.parent}"]
    query = sql.SQL(
        "SELECT d.month, count(*) FROM {parts} AS t JOIN ({documents}) AS d ON d.key = {parent} "
        "WHERE t.entity = %(entity)s AND NOT t._deleted AND d.alive AND {own} <> {parent} GROUP BY 1"
    ).format(
        parts=parent_name(parts),
        documents=_dated(documents),
        parent=sql.Identifier("t", parts.parent_key),
        own=sql.Identifier("t", parts.key[0]),
    )
    with warehouse.transaction("counting parts") as connection:
        facts = {"entity": entity, "first": months[0], "last": months[-1]}
        return dict(connection.execute(query, facts).fetchall())


def seconds_a_call(warehouse: Warehouse, system: str, entity: str) -> Decimal | None:
    """Return how long a call to a system took on average in what was proven of an entity; None if nothing was."""
    with warehouse.transaction("reading proven months") as connection:
        row = connection.execute(
            "SELECT sum(seconds) / nullif(sum(calls), 0) FROM ops.month_proof "
            "WHERE split_part(table_name, '.', 1) = %s AND entity = %s",
            [system, entity],
        ).fetchone()
    return row[0] if row else None


def _known(connection: psycopg.Connection, members: Sequence[Table], entity: str, months: Sequence[date]) -> list[date]:
    names = [member.qualified_name for member in members]
    row = connection.execute(
        "SELECT count(DISTINCT table_name) FROM ops.certificate "
        "WHERE table_name = ANY (%s) AND entity = %s AND time_window = 'all'",
        [names, entity],
    ).fetchone()
    if row is not None and row[0] == len(names):
        return list(months)
    proven = connection.execute(
        "SELECT DISTINCT month FROM ops.month_proof WHERE table_name = %s AND entity = %s AND month = ANY (%s)",
        [names[0], entity, list(months)],
    )
    return sorted(month for (month,) in proven)


def _dated(table: Table) -> sql.Composed:
    """Rows of the months with their month, deleted ones too, since their lines are asked for as well."""
    key = sql.Identifier("t", table.key[0])
    if table.document_date:
        day = document_day(table, "t")
        return sql.SQL(
            "SELECT {key} AS key, date_trunc('month', {day})::date AS month, NOT t._deleted AS alive FROM {table} AS t "
            "WHERE t.entity = %(entity)s AND {day} >= %(first)s "
            "AND {day} < (%(last)s::date + interval '1 month')::date"
        ).format(key=key, day=day, table=parent_name(table))
    parent = TABLES[f"{table.schema}.{table.parent}"]
    return sql.SQL(
        "SELECT {key} AS key, p.month, NOT t._deleted AS alive FROM {table} AS t JOIN ({parents}) AS p "
        "ON p.key = {parent_key} WHERE t.entity = %(entity)s"
    ).format(
        key=key,
        table=parent_name(table),
        parents=_dated(parent),
        parent_key=sql.Identifier("t", table.parent_key),
    )


def _chunks(connection: psycopg.Connection, lines: Table, facts: dict[str, object]) -> dict[date, list[int]]:
    """Rows of a table of lines by month and by the question that brings them."""
    parent = TABLES[f"{lines.schema}.{lines.parent}"]
    query = sql.SQL(
        "SELECT p.month, p.chunk, count(t.entity) FROM (SELECT key, month, "
        "(row_number() OVER (PARTITION BY month ORDER BY key) - 1) / %(size)s AS chunk FROM ({parents}) AS d) AS p "
        "LEFT JOIN {lines} AS t ON t.entity = %(entity)s AND {parent_key} = p.key AND NOT t._deleted "
        "GROUP BY 1, 2 ORDER BY 1, 2"
    ).format(parents=_dated(parent), lines=parent_name(lines), parent_key=sql.Identifier("t", lines.parent_key))
    found: dict[date, list[int]] = {}
    for month, _, count in connection.execute(query, facts):
        found.setdefault(month, []).append(count)
    return found
