"""Parents whose rows are asked for one parent at a time: which are due, and how many are left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from psycopg import sql

from intacct_pipelines.domain.catalog import TABLES, Table
from intacct_pipelines.warehouse.parents import note_all
from intacct_pipelines.warehouse.place import key_text
from intacct_pipelines.warehouse.tables import parent_name

if TYPE_CHECKING:
    from intacct_pipelines.warehouse.connection import Warehouse


@dataclass(frozen=True, slots=True)
class DueParents:
    """Parents to ask for now, and those that are gone, of which nothing is left to ask."""

    alive: tuple[str, ...]
    gone: tuple[str, ...]


def due_parents(warehouse: Warehouse, table: Table, entity: str, *, limit: int, again: bool) -> DueParents:
    """Return the parents that changed since their rows were read: what changed last first, so that news never wait.

    Args:
        warehouse: Where it is noted.
        table: A table that is asked for by its parents.
        entity: The entity's partition key.
        limit: How many at most; the others stay due.
        again: Let all parents be due, whether they changed or not.
    """
    parent = TABLES[f"{table.schema}.{table.parent}"]
    query = sql.SQL(
        "SELECT u.parent_key, coalesce(t._deleted, true) FROM ops.unread_parent AS u "
        "LEFT JOIN {parents} AS t ON t.entity = u.entity AND {key} = u.parent_key "
        "WHERE u.table_name = %(table)s AND u.entity = %(entity)s "
        "ORDER BY u.noted_at DESC, {age} DESC NULLS LAST, u.parent_key LIMIT %(limit)s"
    ).format(parents=parent_name(parent), key=key_text(parent, "t"), age=sql.Identifier("t", parent.cursor))
    facts = {"table": table.qualified_name, "entity": entity, "limit": limit}
    with warehouse.transaction(f"finding parents of {table.qualified_name}") as connection:
        note_all(connection, table, entity, only_first=not again)
        rows = connection.execute(query, facts).fetchall()
    return DueParents(
        tuple(key for key, is_gone in rows if not is_gone), tuple(key for key, is_gone in rows if is_gone)
    )


def count_due_parents(warehouse: Warehouse, table: Table, entity: str) -> int:
    """Return how many parents are still to be asked for."""
    with warehouse.transaction(f"counting parents of {table.qualified_name}") as connection:
        row = connection.execute(
            "SELECT count(*) FROM ops.unread_parent WHERE table_name = %s AND entity = %s",
            [table.qualified_name, entity],
        ).fetchone()
    return int(row[0]) if row else 0


def were_parents_asked(warehouse: Warehouse, table: Table, entity: str) -> bool:
    """Say whether the rows of any parent were ever asked for; of those that are still due nothing is known."""
    with warehouse.transaction(f"looking for certificates of {table.qualified_name}") as connection:
        row = connection.execute(
            "SELECT EXISTS (SELECT FROM ops.certificate WHERE table_name = %s AND entity = %s)",
            [table.qualified_name, entity],
        ).fetchone()
    return bool(row and row[0])
