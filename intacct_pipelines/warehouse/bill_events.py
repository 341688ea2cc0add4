"""BILL's notifications: stored once each, gathered into bursts, each burst answered by one run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from psycopg.rows import class_row

from intacct_pipelines.domain.notification import Judged
from intacct_pipelines.warehouse.connection import Warehouse

_WAITS: Final = "verdict = 'accepted' AND burst_id IS NULL"
_STATEMENT_TIMEOUT: Final = "SET LOCAL statement_timeout = '5s'"
"""BILL waits ten seconds for its answer."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """The events of an entity that no run answers yet.

    Args:
        entity: Its partition key.
        events: How many.
        first_at: When the first was received.
        last_at: When the last was, or was received again.
        now: The same clock's present instant.
    """

    entity: str
    events: int
    first_at: datetime
    last_at: datetime
    now: datetime

    def is_over(self, quiet: timedelta, at_most: timedelta) -> bool:
        """Whether the burst is over: nothing came for a while, or it has lasted long enough."""
        return self.now - self.last_at >= quiet or self.now - self.first_at >= at_most


@dataclass(frozen=True, slots=True)
class Burst:
    """Events of an entity that one run is to answer."""

    burst_id: int
    entity: str
    events: int
    made_at: datetime


def store(warehouse: Warehouse, judged: Judged) -> bool:
    """Store a notification; return whether its event is new.

    Raises:
        WarehouseError: It is not stored.
    """
    told = judged.notification
    with warehouse.transaction("storing an event of BILL") as connection:
        connection.execute(_STATEMENT_TIMEOUT)
        row = connection.execute(
            "INSERT INTO ops.bill_event AS e (link, event_id, entity, organization_id, subscription_id, event_type, "
            "object_id, happened_at, verdict, body_hash) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) "
            "ON CONFLICT (link, event_id) DO UPDATE SET times_received = e.times_received + 1, "
            "last_received_at = clock_timestamp() RETURNING times_received = 1",
            [
                judged.link,
                told.event_id,
                judged.entity,
                told.organization_id,
                told.subscription_id,
                told.event_type,
                told.object_id,
                told.happened_at,
                judged.verdict.value,
                judged.body_hash,
            ],
        ).fetchone()
    return row is not None and bool(row[0])


def waiting(warehouse: Warehouse) -> list[Waiting]:
    """Return what waits, by entity."""
    with (
        warehouse.transaction("reading events of BILL") as connection,
        connection.cursor(row_factory=class_row(Waiting)) as cursor,
    ):
        return cursor.execute(
            "SELECT entity, count(*) AS events, min(received_at) AS first_at, max(received_at) AS last_at, "  # noqa: S608
            f"clock_timestamp() AS now FROM ops.bill_event WHERE {_WAITS} GROUP BY entity ORDER BY entity"
        ).fetchall()


def gather(warehouse: Warehouse, entity: str, *, until: datetime, run_id: str | None = None) -> Burst | None:
    """Make a burst of the events of an entity that wait; each belongs to one burst for good. None if there are none.

    Args:
        warehouse: Where.
        entity: Its partition key.
        until: Events that were received later go on waiting.
        run_id: The run that has answered them already, if there is one.
    """
    with warehouse.transaction("gathering events of BILL") as connection:
        rows = connection.execute(
            "SELECT event_id, link FROM ops.bill_event WHERE entity = %s AND received_at <= %s "  # noqa: S608 - ours
            f"AND {_WAITS} FOR UPDATE",
            [entity, until],
        ).fetchall()
        if not rows:
            return None
        made = connection.execute(
            "INSERT INTO ops.bill_burst (entity, events, run_id) VALUES (%s, %s, %s) "
            "RETURNING id, entity, events, made_at",
            [entity, len(rows), run_id],
        ).fetchone()
        assert made is not None  # noqa: S101 - RETURNING gives a row; this tells the type checker
        connection.execute(
            "UPDATE ops.bill_event SET burst_id = %s WHERE entity = %s AND event_id = ANY (%s) AND link = ANY (%s)",
            [made[0], entity, [event for event, _ in rows], sorted({link for _, link in rows})],
        )
    return Burst(*made)


def without_run(warehouse: Warehouse) -> list[Burst]:
    """Return the bursts of which no run is known, oldest first."""
    with (
        warehouse.transaction("reading bursts of BILL's events") as connection,
        connection.cursor(row_factory=class_row(Burst)) as cursor,
    ):
        return cursor.execute(
            "SELECT id AS burst_id, entity, events, made_at FROM ops.bill_burst WHERE run_id IS NULL ORDER BY id"
        ).fetchall()


def answered(warehouse: Warehouse, burst_id: int, run_id: str) -> None:
    """Note which run answers a burst."""
    with warehouse.transaction("noting the run of a burst") as connection:
        connection.execute("UPDATE ops.bill_burst SET run_id = %s WHERE id = %s", [run_id, burst_id])


def starts_since(warehouse: Warehouse, entity: str, job: str, since: datetime) -> Sequence[tuple[str, datetime]]:
    """Return run and instant of each beginning of a job for an entity since an instant, latest first."""
    with warehouse.transaction("reading beginnings of syncs") as connection:
        return connection.execute(
            "SELECT run_id, started_at FROM ops.sync_start WHERE entity = %s AND job = %s AND started_at >= %s "
            "ORDER BY started_at DESC",
            [entity, job, since],
        ).fetchall()
