"""The tables of the current result of reconciliation, and how a run replaces their rows: only changes are written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from psycopg import sql

from intacct_pipelines.errors import DataContractError
from intacct_pipelines.warehouse.place import names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd
    import psycopg

ANY: Final = "true"
"""The condition that all rows of a link and object are replaced."""


class Current(NamedTuple):
    """A table that holds the current result: what identifies its rows, and what is known of them."""

    table: str
    key: tuple[str, ...]
    facts: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.key, *self.facts)


MATCH: Final = Current(
    "match",
    ("link", "object", "platform_id"),
    (
        "entity",
        "intacct_record_no",
        "intacct_id",
        "method",
        "predecessor_record_no",
        "rule",
        "is_equal",
        "currency",
        "platform_amount",
        "intacct_amount",
    ),
)
DIFFERENCE: Final = Current(
    "difference",
    ("link", "object", "kind", "field", "platform_id", "intacct_record_no"),
    (
        "entity",
        "verdict",
        "rule",
        "intacct_id",
        "platform_value",
        "intacct_value",
        "amount_difference",
        "money_at_stake",
        "currency",
        "document_date",
        "changed_at",
        "reason",
        "remedy",
        "cause",
        "turn",
        "root",
        "root_name",
    ),
)
SETTLEMENT: Final = Current(
    "settlement",
    ("link", "object", "settlement"),
    ("entity", "currency", "movement_total", "payment_total", "difference"),
)
MEMBER: Final = Current(
    "settlement_member",
    ("link", "object", "settlement", "member_object", "member_id"),
    ("entity", "amount"),
)
CLEARING: Final = Current(
    "clearing_account",
    ("link", "object", "account_no", "currency"),
    ("entity", "role", "postings", "cleared", "groups", "balance", "items", "items_total", "oldest_on"),
)
TOTAL_FACTS: Final = (
    "entity",
    "currency",
    "class",
    "verdict",
    "rule",
    "platform_count",
    "intacct_count",
    "platform_total",
    "intacct_total",
    "difference",
)
PERIOD_TOTAL: Final = Current(
    "period_total",
    ("link", "object", "currency", "month", "class", "verdict", "rule"),
    ("entity", "platform_count", "intacct_count", "platform_total", "intacct_total", "difference"),
)


def check_place(frame: pd.DataFrame, place: Mapping[str, str]) -> None:
    """Prove that all rows are of one link, entity and object.

    Raises:
        DataContractError: One is not.
    """
    for column, expected in place.items():
        if len(frame) and not (frame[column] == expected).all():
            msg = f"a result for {column} {expected} holds rows of another one"
            raise DataContractError(msg)


def values(frame: pd.DataFrame, columns: Sequence[str]) -> Iterator[tuple[object, ...]]:
    """Yield the rows of these columns as Postgres takes them, None where a cell is empty."""
    chosen = frame[list(columns)].astype(object)
    return chosen.where(chosen.notna(), None).itertuples(index=False, name=None)


def stage(connection: psycopg.Connection, table: str, columns: tuple[str, ...], frame: pd.DataFrame) -> sql.Identifier:
    """Copy the rows into a temporary table that has the columns of ``recon.<table>``."""
    staged = sql.Identifier(f"staged_{table}")
    connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(staged))
    connection.execute(
        sql.SQL("CREATE TEMPORARY TABLE {} ON COMMIT DROP AS SELECT {} FROM recon.{} LIMIT 0").format(
            staged, names(columns), sql.Identifier(table)
        )
    )
    into = sql.SQL("COPY {} ({}) FROM STDIN").format(staged, names(columns))
    with connection.cursor() as cursor, cursor.copy(into) as copy:
        for row in values(frame, columns):
            copy.write_row(row)
    # Without figures the planner takes a fresh table for a small one and compares row by row.
    connection.execute(sql.SQL("ANALYZE {}").format(staged))
    return staged


def merge(
    connection: psycopg.Connection,
    current: Current,
    frame: pd.DataFrame,
    run: Mapping[str, object],
    stale: str = ANY,
) -> None:
    """Make the stale rows of one link and object those of the frame; write only what changed."""
    staged = stage(connection, current.table, current.columns, frame)
    target = sql.Identifier("recon", current.table)
    # Empty text and 0 are no ids, so they may stand for an absent one; equality then can use a hash.
    same_key = sql.SQL(" AND ").join(
        sql.SQL("coalesce(s.{0}::text, '') = coalesce(t.{0}::text, '')").format(sql.Identifier(column))
        for column in current.key
    )
    connection.execute(
        sql.SQL(
            "DELETE FROM {} AS t WHERE t.link = %(link)s AND t.object = %(object)s AND {} "
            "AND NOT EXISTS (SELECT 1 FROM {} AS s WHERE {})"
        ).format(target, sql.SQL(stale), staged, same_key),
        run,
    )
    connection.execute(
        sql.SQL(
            "INSERT INTO {target} AS t ({columns}, first_seen_at, run_id) "
            "SELECT {columns}, %(now)s, %(run_id)s FROM {staged} ON CONFLICT ({key}) DO UPDATE SET "
            "({facts}, run_id) = ROW ({new}, excluded.run_id) WHERE ({old}) IS DISTINCT FROM ({new})"
        ).format(
            target=target,
            columns=names(current.columns),
            staged=staged,
            key=names(current.key),
            facts=names(current.facts),
            new=names(current.facts, "excluded"),
            old=names(current.facts, "t"),
        ),
        run,
    )
