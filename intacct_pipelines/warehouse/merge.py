"""Rows for a table that has rows of the entity already: staged, compared, and only what differs is written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final

from psycopg import sql

from intacct_pipelines.domain.records import Deletion, WindowKind
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
        at = scalar(place.connection, sql.SQL("SELECT clock_timestamp()"))
        facts = {"at": at, "run_id": place.run_id, "entity": place.entity}
        updated = place.connection.execute(self._update(), facts).rowcount
        inserted = place.connection.execute(self._insert(), facts).rowcount
        return inserted, updated

    def _matched(self) -> sql.Composed:
        """Return the join of a stored row with its arriving copy, which differs and is not older."""
        condition = sql.SQL("t.entity = %(entity)s AND {} AND (t._hash <> s._hash OR t._deleted)").format(
            same_key(self._place.table, "t", "s")
        )
        if not self._place.age_column:
            return condition
        age = self._place.age_column
        old, new = sql.Identifier("t", age), sql.Identifier("s", age)
        return sql.SQL("{} AND ({new} >= {old} OR {new} IS NULL OR {old} IS NULL)").format(condition, new=new, old=old)

    def _update(self) -> sql.Composed:
        place = self._place
        assigned = sql.SQL(", ").join(
            sql.SQL("{} = {}").format(sql.Identifier(name), sql.Identifier("s", name))
            for name in place.copied
            if name not in place.table.key
        )
        return sql.SQL(
            "WITH kept AS ({keep}) UPDATE {part} AS t SET {assigned}, _synced_at = {later}, _run_id = %(run_id)s, "
            "_deleted = false, _deleted_at = NULL, _deleted_by = NULL FROM {stage} AS s WHERE {matched}"
        ).format(
            keep=keep_version(place, sql.SQL("{} AS s").format(_STAGE), self._matched()),
            part=place.part,
            assigned=assigned,
            later=_LATER,
            stage=_STAGE,
            matched=self._matched(),
        )

    def _insert(self) -> sql.Composed:
        place = self._place
        return sql.SQL(
            "INSERT INTO {part} (entity, {columns}, _synced_at, _run_id) "
            "SELECT %(entity)s, {values}, %(at)s, %(run_id)s FROM {stage} AS s "
            "WHERE NOT EXISTS (SELECT FROM {part} AS t WHERE t.entity = %(entity)s AND {same})"
        ).format(
            part=place.part,
            columns=names(place.copied),
            values=names(place.copied, "s"),
            stage=_STAGE,
            same=same_key(place.table, "t", "s"),
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

    A record that was changed after the reported deletion is another one with the same id, and stays. Without an
    instant to compare, a record that arrived just now stays.
    """
    named = _named(place)
    alive = sql.SQL("false") if arrived is None else _absent(place, arrived)
    younger: sql.Composable = sql.SQL("")
    if place.age_column:
        younger = sql.SQL(" AND coalesce({} <= d.deleted_at, true)").format(sql.Identifier("t", place.age_column))
    place.connection.execute(
        sql.SQL(
            "INSERT INTO {gone} SELECT DISTINCT ON ({key}) {key}, d.deleted_at, d.deleted_by FROM {part} AS t JOIN "
            "unnest(%(keys)s::text[], %(instants)s::timestamptz[], %(people)s::text[]) "
            "AS d (key, deleted_at, deleted_by) ON {named} "
            "WHERE t.entity = %(entity)s AND NOT t._deleted AND (d.deleted_at IS NOT NULL OR {alive}){younger} "
            "ORDER BY {key}, d.deleted_at DESC NULLS LAST"
        ).format(
            gone=GONE, key=names(place.table.key, "t"), part=place.part, named=named, alive=alive, younger=younger
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
        day = sql.Identifier("t", table.document_date)
        condition = sql.SQL("{day} >= %(month)s AND {day} < (%(month)s::date + interval '1 month')::date").format(
            day=day
        )
        return condition, {"month": window.month}
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
