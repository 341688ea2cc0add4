"""Where a load puts its rows, and the pieces of SQL that every statement about one entity's rows shares."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg import sql

from intacct_pipelines.domain.catalog import Table
from intacct_pipelines.domain.records import Window
from intacct_pipelines.warehouse.tables import column_types, part_name


@dataclass(frozen=True, slots=True)
class Place:
    """One table of one entity, seen from one run."""

    connection: psycopg.Connection
    table: Table
    entity: str
    window: Window
    run_id: str
    started_at: datetime

    @property
    def part(self) -> sql.Identifier:
        """The entity's partition."""
        return sql.Identifier("partitions", part_name(self.table, self.entity))

    @property
    def copied(self) -> tuple[str, ...]:
        """The columns that COPY brings, in order."""
        return (*self.table.column_names, "custom_fields", "_hash")

    @property
    def stored(self) -> tuple[str, ...]:
        """All columns of the table, in order."""
        return tuple(column_types(self.table))

    @property
    def age_column(self) -> str:
        """The column that tells an older copy of a record from a newer one; empty if the source has none."""
        if self.table.cursor:
            return self.table.cursor
        return "modified_at" if "modified_at" in self.table.column_names else ""


def names(columns: tuple[str, ...], alias: str = "") -> sql.Composed:
    """Return a list of columns, such as ``t.a, t.b``."""
    return sql.SQL(", ").join(sql.Identifier(alias, name) if alias else sql.Identifier(name) for name in columns)


def same_key(table: Table, left: str, right: str) -> sql.Composed:
    """Return the condition that two rows have the same key."""
    return sql.SQL(" AND ").join(
        sql.SQL("{} = {}").format(sql.Identifier(left, name), sql.Identifier(right, name)) for name in table.key
    )


def key_text(table: Table, alias: str) -> sql.Composed:
    """Return the key as the text that rejects, deletions and quarantine carry."""
    if len(table.key) == 1:
        return sql.SQL("{}::text").format(sql.Identifier(alias, table.key[0]))
    return sql.SQL("concat_ws('/', {})").format(names(table.key, alias))


def scalar(
    connection: psycopg.Connection, query: sql.Composed | sql.SQL, facts: dict[str, str] | None = None
) -> object:
    """Return the first value of the first row; None if there is no row."""
    row = connection.execute(query, facts).fetchone()
    return row[0] if row else None
