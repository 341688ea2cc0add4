"""How the sieve compares the lines of two documents: by their sums for each coding, as the ledger sees them.

Nearly all pairs have the same lines, so first each document's lines are put into one number: the sum of a hash of 64
bits for each line's coding and amount, in any order. Where the numbers are the same, so are the lines, as surely as two
versions of a row with the same ``_hash`` are the same. Where they are not, the lines may still come to the same sums,
such as one line here and two halves there; of these few the exact sums are compared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from psycopg import sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from intacct_pipelines.domain.sieved import Sieved

DIMENSIONS: Final = ("account", "department", "location", "class")
SEPARATOR: Final = "\x1f"


def digests(sieved: Sieved, uncoded: Mapping[str, str], scope: str, *, is_platform: bool) -> sql.Composed:
    """Return the query for the lines of one side's documents: ``key``, ``digest`` and whether none lacks its amount.

    Args:
        sieved: Whose lines.
        uncoded: See ``Lookups``.
        scope: Temporary table with the keys of the documents; empty for all.
        is_platform: Which side.
    """
    side = sieved.platform if is_platform else sieved.intacct
    return sql.SQL(
        "SELECT t.{parent} AS key, sum(hash_numeric_extended(t.{amount}, {coding})) AS digest, "
        "count(t.{amount}) = count(*) AS is_whole FROM {table} AS t{among} {lists} "
        "WHERE t.entity = %(entity)s AND NOT t._deleted GROUP BY 1"
    ).format(
        parent=sql.Identifier(side.parent),
        amount=sql.Identifier(side.line_amount),
        coding=_platform_coding(sieved, uncoded) if is_platform else _intacct_coding(sieved),
        table=_table(side.lines),
        among=sql.SQL(" JOIN {} AS s ON s.key = t.{}").format(sql.Identifier(scope), sql.Identifier(side.parent))
        if scope
        else sql.SQL(""),
        lists=_lists(sieved) if is_platform else sql.SQL(""),
    )


def unlike(sieved: Sieved, uncoded: Mapping[str, str]) -> sql.Composed:
    """Return the query for the records of ``sieve_in_doubt`` whose lines have other sums for a coding.

    Args:
        sieved: Whose lines.
        uncoded: See ``Lookups``.
    """
    platform, intacct = sieved.platform, sieved.intacct
    return sql.SQL(
        "SELECT DISTINCT record_no FROM (SELECT record_no FROM ("
        "SELECT s.record_no, {words} AS coding, t.{amount} AS amount "
        "FROM {table} AS t JOIN sieve_in_doubt AS s ON s.platform_id = t.{parent} {lists} "
        "WHERE t.entity = %(entity)s AND NOT t._deleted UNION ALL "
        "SELECT s.record_no, {codes}, -t.{their_amount} "
        "FROM {their_table} AS t JOIN sieve_in_doubt AS s ON s.record_no = t.{their_parent} "
        "WHERE t.entity = %(entity)s AND NOT t._deleted) AS line GROUP BY record_no, coding "
        "HAVING sum(amount) <> 0) AS net"
    ).format(
        words=_platform_coding(sieved, uncoded),
        amount=sql.Identifier(platform.line_amount),
        table=_table(platform.lines),
        parent=sql.Identifier(platform.parent),
        lists=_lists(sieved),
        codes=_intacct_coding(sieved),
        their_amount=sql.Identifier(intacct.line_amount),
        their_table=_table(intacct.lines),
        their_parent=sql.Identifier(intacct.parent),
    )


def _table(name: str) -> sql.Identifier:
    return sql.Identifier(*name.split("."))


def _lists(sieved: Sieved) -> sql.Composed:
    return sql.SQL(" ").join(
        sql.SQL("LEFT JOIN {} AS {name} ON {name}.id = t.{}").format(
            sql.Identifier(f"sieve_{name}"), sql.Identifier(column), name=sql.Identifier(name)
        )
        for name, column in zip(DIMENSIONS, sieved.platform.coding, strict=True)
    )


def _platform_coding(sieved: Sieved, uncoded: Mapping[str, str]) -> sql.Composed:
    """Return the hash of a platform's line's coding in Intacct's words; what has none stands behind a question mark."""
    return _hash(
        sql.SQL("CASE WHEN t.{column} <> '' THEN coalesce({name}.word, '?' || t.{column}) ELSE {none} END").format(
            column=sql.Identifier(column), name=sql.Identifier(name), none=sql.Literal(uncoded[name])
        )
        for name, column in zip(DIMENSIONS, sieved.platform.coding, strict=True)
    )


def _intacct_coding(sieved: Sieved) -> sql.Composed:
    return _hash(sql.SQL("coalesce(t.{}, '')").format(sql.Identifier(column)) for column in sieved.intacct.coding)


def _hash(words: Iterable[sql.Composable]) -> sql.Composed:
    return sql.SQL("hashtextextended(concat_ws({}, {}), 0)").format(sql.Literal(SEPARATOR), sql.SQL(", ").join(words))
