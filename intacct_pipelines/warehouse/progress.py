"""How far the pipeline is: the last readings, and the figures that `status` and `explain` show. Nothing is written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import sql
from psycopg.rows import dict_row

from intacct_pipelines.domain.catalog import Table
from intacct_pipelines.warehouse.connection import Warehouse
from intacct_pipelines.warehouse.place import key_text
from intacct_pipelines.warehouse.tables import parent_name


@dataclass(frozen=True, slots=True)
class Reading:
    """The last reading of one table of one entity."""

    table_name: str
    entity: str
    time_window: str
    received: int
    quarantined: int
    requests: int
    watermark: str
    finished_at: datetime


def last_readings(warehouse: Warehouse) -> list[Reading]:
    """Return the last reading of every table of every entity."""
    with warehouse.transaction("reading certificates") as connection, connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(
            "SELECT DISTINCT ON (entity, table_name) table_name, entity, time_window, received, quarantined, requests, "
            "watermark, finished_at FROM ops.certificate ORDER BY entity, table_name, id DESC"
        ).fetchall()
    return [Reading(**row) for row in rows]


def find_records(warehouse: Warehouse, table: Table, words: str) -> list[dict[str, Any]]:
    """Return an object's rows that ``words`` names: by key, by business id or by document number, deleted ones too."""
    asked = [*table.key, *(name for name in (table.business_key, "document_no") if name in table.column_names)]
    matches = sql.SQL(" OR ").join(
        sql.SQL("t.{}::text = %(words)s").format(sql.Identifier(name)) for name in dict.fromkeys(asked)
    )
    query = sql.SQL("SELECT * FROM {} AS t WHERE {} ORDER BY entity, {}").format(
        parent_name(table), matches, key_text(table, "t")
    )
    with (
        warehouse.transaction(f"finding {table.qualified_name}") as connection,
        connection.cursor(row_factory=dict_row) as cursor,
    ):
        return cursor.execute(query, {"words": words}).fetchall()
