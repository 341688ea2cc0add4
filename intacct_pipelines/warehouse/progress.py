"""How far the pipeline is: the last readings, which `status` shows. Nothing is written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import dict_row

from intacct_pipelines.warehouse.connection import Warehouse


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
