"""Rows for a table that has rows of the entity already: staged, compared, and only what differs is written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final

from psycopg import sql

from intacct_pipelines.domain.records import Deletion, WindowKind
from intacct_pipelines.warehouse.covering import is_in_month
from intacct_pipelines.warehouse.first_load import control_total, keep_newest
from intacct_pipelines.warehouse.place import Place, key_text, names, same_key, scalar
from intacct_pipelines.warehouse.tables import column_types, version_name

_STAGE: Final = sql.Identifier("pg_temp", "stage")
GONE: Final = sql.Identifier("pg_temp", "gone")
"""The keys of the rows that a load marks as deleted."""
_LATER: Final = sql.SQL("greatest(%(at)s, t._synced_at + interval '1 microsecond')")
"""The instant of a change: now, but never before the version that it ends, should the clock have jumped back."""


class Merge:
    """Rows of a table that has rows of the entity."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self.source = _STAGE
        """The table with the rows that arrived."""

    def prepare(self) -> sql.Composed:
        """Make the staging table and return its COPY statement."""
        types = column_types(self._place.table)
        columns = sql.SQL(", ").join(
            sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(types[name])) for name in self._place.copied
        )
        connection = self._place.connection
        connection.execute(sql.SQL("CREATE TEMP TABLE stage ({}) ON COMMIT DROP").format(columns))
        return sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(_STAGE, names(self._place.copied))

    def control_total(self) -> Decimal:
        """Return the sum over the rows as Postgres read them."""
        return control_total(self._place, self.source)

    def apply(self, _added: int) -> tuple[int, int]:
        """Write new and changed rows; return rows inserted and rows updated."""
        place = self._place
        key = names(place.table.key)
        # Without figures the planner takes the stage for small and may join it row by row.
        place.connection.execute(sql.SQL("ANALYZE {} ({})").format(_STAGE, key))
        doubled = sql.SQL("SELECT count(*) <> count(DISTINCT ({})) FROM {}").format(key, _STAGE)
        if scalar(place.connection, doubled):
            keep_newest(place, _STAGE)
        # Few of many rows are looked up by their key: at the price of a disk's arm the planner would read them all.
        place.connection.execute("SET LOCAL random_page_cost = 1.1")
        # A night's rows are joined in memory; more than that goes through a file.
        place.connection.execute("SET LOCAL work_mem = '32MB'")
        at = scalar(place.connection, sql.SQL("SELECT clock_timestamp()"))
        facts = {"at": at, "run_id": place.run_id, "entity": place.entity}
        written = place.connection.execute(self._write(), facts).fetchone()
        return written or (0, 0)

    def _write(self) -> sql.Composed:
        """Return the statement that writes what differs and counts rows inserted and rows updated.

        Each pair of an arrived row and the stored one is looked up and compared once, and only where both stand is kept
        of it: reading a row by its place costs less than carrying eighty columns. Nobody else writes to the entity's
        part, and all parts of the statement see the rows as they were before it.
        """
        place = self._place
        return sql.SQL(
            "WITH pairs AS MATERIALIZED ({pairs}), "
            "kept AS (INSERT INTO {versions} ({stored}, valid_from, valid_to) "
            "SELECT {old}, t._synced_at, p.later FROM pairs AS p JOIN {part} AS t ON t.ctid = p.stands_at), "
            "updated AS (UPDATE {part} AS t SET {assigned}, _synced_at = p.later, _run_id = %(run_id)s, "
            "_deleted = false, _deleted_at = NULL, _deleted_by = NULL "
            "FROM pairs AS p JOIN {stage} AS s ON s.ctid = p.arrived_at WHERE t.ctid = p.stands_at RETURNING 1), "
            "inserted AS (INSERT INTO {part} (entity, {copied}, _synced_at, _run_id) "
            "SELECT %(entity)s, {new}, %(at)s, %(run_id)s FROM pairs AS p JOIN {stage} AS s ON s.ctid = p.arrived_at "
            "WHERE p.stands_at IS NULL RETURNING 1) "
            "SELECT (SELECT count(*) FROM inserted), (SELECT count(*) FROM updated)"
        ).format(
            pairs=self._pairs(),
            versions=version_name(place.table),
            part=place.part,
            stage=_STAGE,
            stored=names(place.stored),
            old=names(place.stored, "t"),
            copied=names(place.copied),
            new=names(place.copied, "s"),
            assigned=sql.SQL(", ").join(
                sql.SQL("{} = {}").format(sql.Identifier(name), sql.Identifier("s", name))
                for name in place.copied
                if name not in place.table.key
            ),
        )

    def _pairs(self) -> sql.Composed:
        """Return the query for the pairs that are to be written: where the arrived row is, and where the stored one.

        ``stands_at`` is null for a new record; ``later`` is the instant of a stored one's change.
        """
        place = self._place
        differs: sql.Composable = sql.SQL("t._hash <> s._hash OR t._deleted")
        newer: sql.Composable = sql.SQL("true")
        if place.age_column:
            old, new = sql.Identifier("t", place.age_column), sql.Identifier("s", place.age_column)
            # A copy with another time of change is another one, were its hash the same.
            differs = sql.SQL("{} OR {new} <> {old}").format(differs, new=new, old=old)
            newer = sql.SQL("({new} >= {old} OR {new} IS NULL OR {old} IS NULL)").format(new=new, old=old)
        return sql.SQL(
            "SELECT s.ctid AS arrived_at, t.ctid AS stands_at, {later} AS later FROM {stage} AS s "
            "LEFT JOIN {part} AS t ON t.entity = %(entity)s AND {same} "
            "WHERE t.entity IS NULL OR (({differs}) AND {newer})"
        ).format(
            later=_LATER,
            stage=_STAGE,
            part=place.part,
            same=same_key(place.table, "t", "s"),
            differs=differs,
            newer=newer,
        )


def keep_version(place: Place, others: sql.Composable, condition: sql.Composable) -> sql.Composed:
    """Return the statement that copies the rows ``t`` of the condition to the versions before they change."""
    return sql.SQL(
        "INSERT INTO {versions} ({columns}, valid_from, valid_to) SELECT {values}, t._synced_at, {later} "
        "FROM {part} AS t, {others} WHERE {condition}"
    ).format(
        versions=version_name(place.table),
        columns=names(place.stored),
        values=names(place.stored, "t"),
        later=_LATER,
        part=place.part,
        others=others,
        condition=condition,
    )


def delete_gone(
    place: Place, arrived: sql.Identifier | None, deletions: Sequence[Deletion], rejected_keys: Sequence[str]
) -> int:
    """Mark as deleted what the source reports as deleted, and what the window should have brought but did not.

    Args:
        place: The table and entity.
        arrived: The staged rows; None on a first load, when there is nothing to sweep.
        deletions: What the source reports.
        rejected_keys: Keys of rows that arrived but went to quarantine; an empty one stands for a row whose key
            could not be read, and then nothing is swept, since that row might be any of the missing ones.

    Returns:
        How many rows were marked.
    """
    sweeps = arrived is not None and place.window.kind is not WindowKind.CHANGED and "" not in rejected_keys
    if not sweeps and not deletions:
        return 0
    types = column_types(place.table)
    columns = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(types[name])) for name in place.table.key
    )
    place.connection.execute(
        sql.SQL("CREATE TEMP TABLE gone ({}, deleted_at timestamptz, deleted_by text) ON COMMIT DROP").format(columns)
    )
    if deletions:
        _note_reported(place, arrived, deletions)
    if sweeps and arrived is not None:
        _note_missing(place, arrived, rejected_keys)
    return _mark_deleted(place)


def _note_reported(place: Place, arrived: sql.Identifier | None, deletions: Sequence[Deletion]) -> None:
    """Find the stored rows of the reported deletions.

    A record that was changed after the reported deletion is another one with the same id, and stays. Where instants do
    not tell, being equal to the second or missing, a record that arrived just now stays: deletions are read first.
    """
    named = _named(place)
    absent = sql.SQL("false") if arrived is None else _absent(place, arrived)
    younger: sql.Composable = sql.SQL("")
    if place.age_column:
        younger = sql.SQL(" AND coalesce({age} < d.deleted_at OR ({age} = d.deleted_at AND {absent}), true)").format(
            age=sql.Identifier("t", place.age_column), absent=absent
        )
    place.connection.execute(
        sql.SQL(
            "INSERT INTO {gone} SELECT DISTINCT ON ({key}) {key}, d.deleted_at, d.deleted_by FROM {part} AS t JOIN "
            "unnest(%(keys)s::text[], %(instants)s::timestamptz[], %(people)s::text[]) "
            "AS d (key, deleted_at, deleted_by) ON {named} "
            "WHERE t.entity = %(entity)s AND NOT t._deleted AND (d.deleted_at IS NOT NULL OR {absent}){younger} "
            "ORDER BY {key}, d.deleted_at DESC NULLS LAST"
        ).format(
            gone=GONE, key=names(place.table.key, "t"), part=place.part, named=named, absent=absent, younger=younger
        ),
        {
            "keys": [deletion.key for deletion in deletions],
            "instants": [deletion.deleted_at for deletion in deletions],
            "people": [deletion.deleted_by for deletion in deletions],
            "entity": place.entity,
        },
    )


def _named(place: Place) -> sql.Composed:
    """Return the condition that a deletion names a row: by its key, or by its business id where it has one.

    Where both exist the business id decides, as one row's id may look like another row's key.
    """
    by_key = sql.SQL("{} = d.key").format(key_text(place.table, "t"))
    if not place.table.business_key:
        return by_key
    return sql.SQL(
        "({own}::text = d.key OR ({by_key} AND NOT EXISTS "
        "(SELECT FROM {part} AS o WHERE o.entity = t.entity AND {other}::text = d.key)))"
    ).format(
        own=sql.Identifier("t", place.table.business_key),
        by_key=by_key,
        part=place.part,
        other=sql.Identifier("o", place.table.business_key),
    )


def _absent(place: Place, arrived: sql.Identifier) -> sql.Composed:
    return sql.SQL("NOT EXISTS (SELECT FROM {} AS s WHERE {})").format(arrived, same_key(place.table, "t", "s"))


def _note_missing(place: Place, arrived: sql.Identifier, rejected_keys: Sequence[str]) -> None:
    """Find the stored rows that the window covers and that did not arrive."""
    covered, parameters = _covered(place)
    place.connection.execute(
        sql.SQL(
            "INSERT INTO {gone} SELECT {key}, NULL, '' FROM {part} AS t WHERE t.entity = %(entity)s "
            "AND NOT t._deleted AND {covered} AND {absent} AND {key_text} <> ALL (%(rejected)s::text[]) "
            "AND NOT EXISTS (SELECT FROM {gone} AS g WHERE {known})"
        ).format(
            gone=GONE,
            key=names(place.table.key, "t"),
            part=place.part,
            covered=covered,
            absent=_absent(place, arrived),
            key_text=key_text(place.table, "t"),
            known=same_key(place.table, "t", "g"),
        ),
        {"entity": place.entity, "rejected": list(rejected_keys), **parameters},
    )


def _covered(place: Place) -> tuple[sql.Composable, dict[str, object]]:
    """Return the condition that the window covers a stored row."""
    window, table = place.window, place.table
    if window.kind is WindowKind.MONTH:
        parts = [sql.SQL("({})").format(is_in_month(table, "t", sql.Literal(month))) for month in window.months]
        return sql.SQL("({})").format(sql.SQL(" OR ").join(parts)), {}
    if window.kind is WindowKind.PARENTS:
        kind = sql.SQL(table.column(table.parent_key).postgres_type)
        parent = sql.Identifier("t", table.parent_key)
        return sql.SQL("{} = ANY (%(parents)s::text[]::{}[])").format(parent, kind), {
            "parents": list(window.parent_keys)
        }
    return sql.SQL("true"), {}


def _mark_deleted(place: Place) -> int:
    same = sql.SQL("t.entity = %(entity)s AND NOT t._deleted AND {}").format(same_key(place.table, "t", "g"))
    at: datetime | object = scalar(place.connection, sql.SQL("SELECT clock_timestamp()"))
    return place.connection.execute(
        sql.SQL(
            "WITH kept AS ({keep}) UPDATE {part} AS t SET _deleted = true, "
            "_deleted_at = coalesce(g.deleted_at, %(at)s), _deleted_by = g.deleted_by, _synced_at = {later}, "
            "_run_id = %(run_id)s FROM {gone} AS g WHERE {same}"
        ).format(
            keep=keep_version(place, sql.SQL("{} AS g").format(GONE), same),
            part=place.part,
            later=_LATER,
            gone=GONE,
            same=same,
        ),
        {"at": at, "run_id": place.run_id, "entity": place.entity},
    ).rowcount
