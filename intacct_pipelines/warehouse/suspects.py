"""Where a declared truth may not hold: Postgres looks at every row, so that only the doubtful ones are read and judged.

Every row that fails is among the suspects; not every suspect fails, since the exceptions (rounding, optional amounts,
several currencies) are the judge's: see ``validate``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from psycopg import sql

from intacct_pipelines.domain.catalog import TABLES, Table
from intacct_pipelines.domain.catalog.sums import Reference, Sum, Valued, currency_of, terms
from intacct_pipelines.warehouse.tables import parent_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from intacct_pipelines.domain.catalog.sums import Term


class Suspects(NamedTuple):
    """How suspects are found and read.

    Args:
        query: Gives one value for each suspect; parameter ``entity``.
        by: For each table that has to be read, the column in which these values stand.
    """

    query: sql.Composed
    by: dict[str, str]


def suspects(holds: Sum | Reference | Valued) -> Suspects:
    """Return how to find the rows for which a declared truth may not hold.

    Raises:
        KeyError: The catalog has no such table or column.
    """
    if isinstance(holds, Reference):
        return _without_other(holds)
    if isinstance(holds, Valued):
        return _without_value(holds)
    return _that_may_not_add_up(holds)


def _that_may_not_add_up(declared: Sum) -> Suspects:
    table = TABLES[declared.table]
    key, own = table.key[0], terms(declared.total)
    facts = {"key": sql.Identifier("h", key), "header": parent_name(table), "total": _amount(own, "h")}
    if not declared.lines:
        query = sql.SQL(
            "SELECT {key} FROM {header} AS h WHERE h.entity = %(entity)s AND NOT h._deleted AND {total} <> 0"
        ).format(**facts)
        return Suspects(query, {declared.table: key})
    lines, parts = TABLES[declared.lines], terms(declared.parts)
    parent_key = declared.parent_key or lines.parent_key
    column, values = declared.only
    query = sql.SQL(
        "SELECT {key} FROM {header} AS h LEFT JOIN (SELECT {parent} AS parent, sum({part}) AS total, "
        "min({currency}) AS currency, count(DISTINCT {currency}) = 1 AND bool_and({currency} IS NOT NULL) AS is_one "
        "FROM {lines} AS l WHERE l.entity = %(entity)s AND NOT l._deleted AND {counts} GROUP BY 1) AS s "
        "ON s.parent = {key} WHERE h.entity = %(entity)s AND NOT h._deleted AND NOT ("
        "{total} = coalesce(s.total, 0) AND (s.parent IS NULL OR s.is_one AND {is_in_it}))"
    ).format(
        **facts,
        parent=sql.Identifier("l", parent_key),
        part=_amount(parts, "l"),
        currency=sql.Identifier("l", currency_of(lines, parts)),
        lines=parent_name(lines),
        counts=sql.SQL("{} IN ({})").format(
            sql.Identifier("l", column), sql.SQL(", ").join(map(sql.Literal, values))
        ) if column else sql.SQL("true"),
        is_in_it=_is_in(table, own),
    )  # fmt: skip
    return Suspects(query, {declared.table: key, declared.lines: parent_key})


def _is_in(table: Table, own: tuple[Term, ...]) -> sql.Composable:
    """Whether the lines are in the header's currency, if it has amounts and says which."""
    currency = currency_of(table, own)
    if not own or currency not in table.column_names:
        return sql.SQL("true")
    column = sql.Identifier("h", currency)
    return sql.SQL("({} IS NULL OR {} = s.currency)").format(column, column)


def _amount(found: Iterable[Term], alias: str) -> sql.Composable:
    """All terms together, empty ones as zero."""
    parts = [
        sql.SQL("{} coalesce({}, 0)").format(sql.SQL("-" if term.is_subtracted else "+"), _value(term, alias))
        for term in found
    ]
    return sql.SQL("({})").format(sql.SQL(" ").join(parts)) if parts else sql.SQL("0")


def _value(term: Term, alias: str) -> sql.Composable:
    product = sql.SQL(" * ").join(sql.Identifier(alias, name) for name in term.columns)
    if not term.is_positive_only:
        return product
    return sql.SQL("CASE WHEN {} < 0 THEN 0 ELSE {} END").format(product, product)


def _without_other(declared: Reference) -> Suspects:
    query = sql.SQL(
        "SELECT DISTINCT {column} FROM {table} AS t WHERE t.entity = %(entity)s AND NOT t._deleted AND NOT EXISTS ("
        "SELECT FROM {other} AS o WHERE o.entity = %(entity)s AND NOT o._deleted AND {other_key} = {column})"
    ).format(
        column=sql.Identifier("t", declared.column),
        table=parent_name(TABLES[declared.table]),
        other=parent_name(TABLES[declared.other]),
        other_key=sql.Identifier("o", declared.other_key),
    )
    return Suspects(query, {declared.table: declared.column, declared.other: declared.other_key})


def _without_value(declared: Valued) -> Suspects:
    table = TABLES[declared.table]
    query = sql.SQL(
        "SELECT {} FROM {} AS t WHERE t.entity = %(entity)s AND NOT t._deleted AND coalesce({}, 0) = 0"
    ).format(sql.Identifier("t", table.key[0]), parent_name(table), sql.Identifier("t", declared.column))
    return Suspects(query, {declared.table: table.key[0]})
