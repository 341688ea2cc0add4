"""One sync of an entity at a time: a lock that goes with the process, whoever began the run."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import Final

from intacct_pipelines.errors import WarehouseUnavailableError
from intacct_pipelines.warehouse.connection import SESSION_LOCK_KEY, Warehouse

PATIENCE: Final = timedelta(hours=2)
_BETWEEN_TRIES_SECONDS: Final = 2.0
_TRIES: Final = 4
_IS_HELD: Final = f"""
SELECT EXISTS (
    SELECT FROM pg_locks AS l JOIN pg_database AS d ON d.oid = l.database
    WHERE d.datname = current_database() AND l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted
        AND ((l.classid::bigint << 32) | l.objid::bigint) = {SESSION_LOCK_KEY})
"""  # noqa: S608 - our own words


@contextmanager
def alone(
    warehouse: Warehouse,
    entity: str,
    *,
    job: str,
    run_id: str,
    tell: Callable[[str], None],
    patience: timedelta = PATIENCE,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[None]:
    """Have an entity's sync to oneself for the time of the block; wait for whoever has it.

    A run that was killed holds nothing: its lock went with its connection.

    Args:
        warehouse: Where the lock is.
        entity: The entity's partition key.
        job: The job, noted with the run.
        run_id: The run that begins.
        tell: Is told once that it waits.
        patience: How long it waits at most.
        sleep: What it waits with.

    Raises:
        WarehouseUnavailableError: It was waited for in vain, or Postgres went away.
    """
    with ExitStack() as held:
        deadline = time.monotonic() + patience.total_seconds()
        is_told = False
        while not (_takes(held, warehouse, entity, sleep) or _holder(warehouse, entity) == run_id):
            if not is_told:
                tell(f"Another run has the sync of {entity}; waiting for it.")
                is_told = True
            if time.monotonic() >= deadline:
                raise WarehouseUnavailableError(
                    f"Another run has had the sync of {entity} for {patience}.",
                    rule="S-SCH-05",
                    remedy="Look at it in the UI; end it if it hangs.",
                )
            sleep(_BETWEEN_TRIES_SECONDS)
        _note(warehouse, entity, job, run_id)
        yield


def _takes(held: ExitStack, warehouse: Warehouse, entity: str, sleep: Callable[[float], None]) -> bool:
    """Try to take the lock. Whoever waits connects often, so one connection that fails is no reason to give up."""
    for tries_left in reversed(range(_TRIES)):
        try:
            is_ours = held.enter_context(warehouse.session_lock(_name(entity)))
        except WarehouseUnavailableError:
            if not tries_left:
                raise
            sleep(_BETWEEN_TRIES_SECONDS)
        else:
            if not is_ours:
                held.close()
            return is_ours
    return False


def is_under_way(warehouse: Warehouse, entity: str) -> bool:
    """Whether a run has an entity's sync to itself at this moment."""
    with warehouse.transaction("looking at a lock") as connection:
        row = connection.execute(_IS_HELD, [_name(entity)]).fetchone()
    return row is not None and bool(row[0])


def _holder(warehouse: Warehouse, entity: str) -> str | None:
    """The run that had the entity to itself last."""
    with warehouse.transaction("reading the last beginning of a sync") as connection:
        row = connection.execute(
            "SELECT run_id FROM ops.sync_start WHERE entity = %s ORDER BY started_at DESC LIMIT 1", [entity]
        ).fetchone()
    return None if row is None else str(row[0])


def _name(entity: str) -> str:
    return f"sync of {entity}"


def _note(warehouse: Warehouse, entity: str, job: str, run_id: str) -> None:
    with warehouse.transaction("noting that a sync begins") as connection:
        connection.execute(
            # The first beginning counts: what came between it and that of a further step was perhaps not read.
            "INSERT INTO ops.sync_start (run_id, job, entity) VALUES (%s, %s, %s) ON CONFLICT (run_id) DO NOTHING",
            [run_id, job, entity],
        )
