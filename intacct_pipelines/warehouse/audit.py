"""What the company's audit history, as stored, says was deleted: handed from its load to the loads of other tables.

An entry counts in the first load of all or all changed rows of its table that begins after the entry was stored. So the
audit history need not be read in the same run, a load that failed is made up for by the next one, and an entry that the
source tells late is not passed over, whatever its own time is.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from psycopg import sql

from intacct_pipelines.domain.catalog import INTACCT_TABLES, Table
from intacct_pipelines.domain.catalog.intacct.audit import AUDIT_EVENT, DELETED
from intacct_pipelines.domain.records import Deletion, WindowKind
from intacct_pipelines.warehouse.place import Place
from intacct_pipelines.warehouse.read import Reading
from intacct_pipelines.warehouse.tables import parent_name, part_name

_COVERING: Final = (WindowKind.ALL, WindowKind.CHANGED)
_CLOCK_SET_BACK: Final = "1 hour"
"""Entries that were stored so long before the last load count again, lest a clock that was set back hide one."""


def reported_deletions(place: Place) -> list[Deletion]:
    """Return what was stored of the table's deletions since its last load of all or all changed rows began.

    Call it before the source is asked for rows: of what arrives afterwards is then known that it is younger. Until the
    transaction ends, nobody stores further entries for the entity, so none falls between this load and the next.
    """
    if not place.table.audit_type or place.window.kind not in _COVERING:
        return []
    connection = place.connection
    # The same lock as a load of the audit history takes, but shared: tables may be loaded beside each other.
    connection.execute(
        "SELECT pg_advisory_xact_lock_shared(hashtextextended(%s, 0))", [part_name(AUDIT_EVENT, place.entity)]
    )
    rows = connection.execute(
        sql.SQL(
            "SELECT object_key, happened_at, coalesce(user_id, '') FROM {} WHERE entity = %(entity)s "
            "AND _synced_at >= (SELECT max(started_at) - %(margin)s::interval FROM ops.certificate "
            "WHERE table_name = %(table)s AND entity = %(entity)s "
            "AND (time_window = 'all' OR time_window LIKE 'changed %%')) "
            "AND lower(object_type) = %(type)s AND access_mode = ANY (%(modes)s) AND object_key IS NOT NULL"
        ).format(parent_name(AUDIT_EVENT)),
        {
            "entity": place.entity,
            "table": place.table.qualified_name,
            "type": place.table.audit_type,
            "modes": list(DELETED),
            "margin": _CLOCK_SET_BACK,
        },
    )
    return [Deletion(*row) for row in rows]


def is_told(warehouse: Reading, table: Table, entity: str) -> bool:
    """Whether the audit history was read since the table was, so that the table's deletions are known up to then."""
    read, loaded = (warehouse.last_extracted_at(name, entity) for name in (AUDIT_EVENT, table))
    return read is not None and (loaded is None or read > loaded)


def audit_begins(warehouse: Reading, entity: str) -> datetime | None:
    """Return from when on the audit history is wanted; None if nothing is stored yet that could have been deleted.

    Whatever was missing when a table was read whole is marked as deleted already.
    """
    audited = [table.qualified_name for table in INTACCT_TABLES if table.audit_type]
    with warehouse.transaction("reading certificates") as connection:
        row = connection.execute(
            "SELECT min(began) FROM (SELECT max(started_at) AS began FROM ops.certificate "
            "WHERE entity = %s AND table_name = ANY (%s) AND time_window = 'all' GROUP BY table_name) AS whole",
            [entity, audited],
        ).fetchone()
    return row[0] if row else None
