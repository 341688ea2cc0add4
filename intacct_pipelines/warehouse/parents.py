"""Which documents' lines are to be read again: noted by loads of documents, crossed off by loads of their lines.

Lines that a source lists for one document at a time are never read whole at once: their documents are noted from the
beginning, and again when somebody wants to be sure of all (``note_all``).
"""

from __future__ import annotations

from typing import Final

import psycopg
from psycopg import sql

from intacct_pipelines.domain.catalog import TABLES, Table, lines_of
from intacct_pipelines.domain.records import WindowKind
from intacct_pipelines.warehouse.place import Place, key_text, same_key
from intacct_pipelines.warehouse.tables import parent_name

_READ_WHOLE: Final = sql.SQL(
    "EXISTS (SELECT FROM ops.certificate WHERE table_name = %(lines)s AND entity = %(entity)s AND time_window = 'all')"
)


def note_written(place: Place, touched: sql.Identifier) -> None:
    """Note the documents that this load wrote, if their lines were ever read whole: else all are read anyway.

    Args:
        place: The documents' table and entity.
        touched: A table with the keys that arrived or that are gone.
    """
    for lines in lines_of(place.table):
        if not lines.embedded_in:
            _note(place, touched, lines)


def _note(place: Place, touched: sql.Identifier, lines: Table) -> None:
    # The load's own instants are not before its start, so only what it wrote is found.
    place.connection.execute(
        sql.SQL(
            "INSERT INTO ops.unread_parent (table_name, entity, parent_key, noted_at) "
            "SELECT %(lines)s, %(entity)s, {key}, clock_timestamp() FROM {touched} AS s "
            "JOIN {part} AS t ON t.entity = %(entity)s AND {same} WHERE t._synced_at >= %(started_at)s AND {read} "
            "ON CONFLICT (table_name, entity, parent_key) DO UPDATE SET noted_at = excluded.noted_at"
        ).format(
            key=key_text(place.table, "t"),
            touched=touched,
            part=place.part,
            same=same_key(place.table, "t", "s"),
            read=sql.SQL("true") if lines.is_asked_by_parent else _READ_WHOLE,
        ),
        {"lines": lines.qualified_name, "entity": place.entity, "started_at": place.started_at},
    )


def note_all(connection: psycopg.Connection, lines: Table, entity: str, *, only_first: bool) -> None:
    """Note every document that the source still has, where the lines are asked for by document.

    Args:
        connection: A connection whose transaction the caller ends.
        lines: The lines.
        entity: The entity.
        only_first: Do nothing if lines of the entity were ever read: what changed since is noted already.
    """
    parent = TABLES[f"{lines.schema}.{lines.parent}"]
    never_read = sql.SQL(
        "NOT EXISTS (SELECT FROM ops.certificate WHERE table_name = %(lines)s AND entity = %(entity)s)"
    )
    connection.execute(
        sql.SQL(
            "INSERT INTO ops.unread_parent (table_name, entity, parent_key, noted_at) "
            "SELECT %(lines)s, %(entity)s, {key}, clock_timestamp() FROM {parents} AS t "
            "WHERE t.entity = %(entity)s AND NOT t._deleted AND {wanted} ON CONFLICT DO NOTHING"
        ).format(
            key=key_text(parent, "t"),
            parents=parent_name(parent),
            wanted=never_read if only_first else sql.SQL("true"),
        ),
        {"lines": lines.qualified_name, "entity": entity},
    )


def cross_off(place: Place) -> None:
    """Cross off the documents whose lines this load covered, unless they were written again since it began."""
    if not place.table.parent:
        return
    covered = {WindowKind.ALL: sql.SQL("true"), WindowKind.PARENTS: sql.SQL("parent_key = ANY (%(parents)s::text[])")}
    if place.window.kind not in covered:
        return
    place.connection.execute(
        sql.SQL(
            "DELETE FROM ops.unread_parent WHERE table_name = %(table)s AND entity = %(entity)s "
            "AND noted_at < %(started_at)s AND {}"
        ).format(covered[place.window.kind]),
        {
            "table": place.table.qualified_name,
            "entity": place.entity,
            "started_at": place.started_at,
            "parents": list(place.window.parent_keys),
        },
    )
