"""The first rows of a table for an entity: copied straight into a new partition, which joins the table at the end.

The partition is made in the load's own transaction, so nobody waits for it and, with ``wal_level = minimal``, the
rows are written once. Its indexes are built after the rows, which is several times cheaper than row by row.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from psycopg import errors, sql

from intacct_pipelines.warehouse.place import Place, names, scalar
from intacct_pipelines.warehouse.tables import column_types

_LATE: Final = ("_synced_at", "_deleted", "_deleted_at", "_deleted_by", "_run_id")
"""Columns that are the same in all rows; added once the rows are there, they are kept once, not row by row."""


class FirstLoad:
    """Rows of a table that has none for the entity."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self.source = place.part
        """The table with the rows that arrived."""

    def prepare(self) -> sql.Composed:
        """Make the partition and return its COPY statement."""
        place = self._place
        types = column_types(place.table)
        needed = {*place.table.key, "_hash"}
        columns = [
            sql.SQL("{} {}{}").format(
                sql.Identifier(name), sql.SQL(types[name]), sql.SQL(" NOT NULL" if name in needed else "")
            )
            for name in place.copied
        ]
        place.connection.execute(
            # The entity is in the key, so it is in each row; as a default it need not travel nor be parsed.
            sql.SQL(
                'CREATE TABLE {} ({}, entity text COLLATE "C" NOT NULL DEFAULT {entity} CHECK (entity = {entity}))'
            ).format(place.part, sql.SQL(", ").join(columns), entity=sql.Literal(place.entity))
        )
        return sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary, FREEZE)").format(place.part, names(place.copied))

    def control_total(self) -> Decimal:
        """Return the sum over the rows as Postgres holds them."""
        return control_total(self._place, self.source)

    def apply(self, added: int) -> tuple[int, int]:
        """Let the partition with ``added`` rows join its table; return rows inserted and rows updated."""
        place = self._place
        place.connection.execute(
            sql.SQL(
                "ALTER TABLE {} ALTER entity DROP DEFAULT, ADD _synced_at timestamptz NOT NULL DEFAULT {}, "
                "ADD _deleted boolean NOT NULL DEFAULT false, ADD _deleted_at timestamptz, ADD _deleted_by text, "
                "ADD _run_id text NOT NULL DEFAULT {}"
            ).format(place.part, sql.Literal(place.started_at), sql.Literal(place.run_id))
        )
        place.connection.execute(
            sql.SQL("ALTER TABLE {} ALTER _synced_at DROP DEFAULT, ALTER _run_id DROP DEFAULT").format(place.part)
        )
        try:
            with place.connection.transaction():
                self._attach()
        except errors.UniqueViolation:
            added -= keep_newest(place, self.source)
            self._attach()
        return added, 0

    def _attach(self) -> None:
        place = self._place
        place.connection.execute("SET LOCAL maintenance_work_mem = '256MB'")
        place.connection.execute(
            sql.SQL("ALTER TABLE {} ATTACH PARTITION {} FOR VALUES IN ({})").format(
                sql.Identifier(place.table.schema, place.table.name), place.part, sql.Literal(place.entity)
            )
        )


def control_total(place: Place, source: sql.Identifier) -> Decimal:
    """Return the sum of the table's control column over the rows that arrived; zero if it has no such column."""
    if not place.table.control_total:
        return Decimal(0)
    column = sql.Identifier(place.table.control_total)
    total = scalar(place.connection, sql.SQL("SELECT coalesce(sum({}), 0) FROM {}").format(column, source))
    return Decimal(str(total))


def keep_newest(place: Place, source: sql.Identifier) -> int:
    """Of several copies of one record keep the newest, and return how many went.

    Between equally old ones the hash decides, not the order.
    """
    age = sql.SQL("{} DESC NULLS LAST, ").format(sql.Identifier(place.age_column)) if place.age_column else sql.SQL("")
    return place.connection.execute(
        sql.SQL(
            "DELETE FROM {source} WHERE ctid IN (SELECT ctid FROM (SELECT ctid, row_number() OVER "
            "(PARTITION BY {key} ORDER BY {age}_hash DESC) AS place FROM {source}) AS ranked WHERE place > 1)"
        ).format(source=source, key=names(place.table.key), age=age)
    ).rowcount
