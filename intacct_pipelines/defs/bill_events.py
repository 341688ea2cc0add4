"""From BILL's stored events to runs of `sync`: each burst gets one, and none that a sync already answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import dagster as dg

from intacct_pipelines.defs.alone import PARTITION_TAG
from intacct_pipelines.settings import WebhookSettings
from intacct_pipelines.warehouse.bill_events import (
    Burst,
    Waiting,
    answered,
    gather,
    starts_since,
    waiting,
    without_run,
)
from intacct_pipelines.warehouse.connection import Warehouse
from intacct_pipelines.warehouse.syncing import is_under_way

SYNC: Final = "sync"
RUN_KEY_TAG: Final = "dagster/run_key"
_QUEUED: Final = [dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.STARTING]
_BEGINNING: Final = timedelta(minutes=3)
"""How long a run may need from its start to its lock; one that is older and holds none has no process any more."""


def run_key_of(burst: Burst) -> str:
    """Return the key under which Dagster starts a burst's run once.

    A warehouse that was restored numbers bursts anew, so the number alone might be that of an earlier run.
    """
    return f"bill_events:{burst.entity}:{burst.made_at.astimezone(UTC):%Y%m%dT%H%M%S.%f}:{burst.burst_id}"


def requests(
    warehouse: Warehouse, instance: dg.DagsterInstance, settings: WebhookSettings, known: Sequence[str]
) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """Yield a run for each burst that needs one; say why other events wait.

    Args:
        warehouse: Where the events are.
        instance: Which runs there are.
        settings: When a burst is over.
        known: Entities that Dagster knows; events of others wait for their entity's first sync.
    """
    asked = list(_asked_before(warehouse, instance))
    reasons = []
    for events in waiting(warehouse):
        found = _next(warehouse, instance, settings, known, events)
        if isinstance(found, Burst):
            asked.append(found)
        else:
            reasons.append(f"{events.entity}: {found}")
    yield from (
        dg.RunRequest(run_key=run_key_of(burst), partition_key=burst.entity, tags={"bill_events": str(burst.events)})
        for burst in asked
        if burst.entity in known
    )
    if not asked:
        yield dg.SkipReason("; ".join(reasons) or "no event of BILL waits")


def _asked_before(warehouse: Warehouse, instance: dg.DagsterInstance) -> Iterator[Burst]:
    """Yield the bursts whose run Dagster does not have: a tick died before it could ask."""
    for burst in without_run(warehouse):
        runs = instance.get_runs(dg.RunsFilter(tags={RUN_KEY_TAG: run_key_of(burst)}), limit=1)
        if runs:
            answered(warehouse, burst.burst_id, runs[0].run_id)
        else:
            yield burst


def _next(
    warehouse: Warehouse,
    instance: dg.DagsterInstance,
    settings: WebhookSettings,
    known: Sequence[str],
    events: Waiting,
) -> Burst | str:
    """Return the burst that is to be answered, or why there is none."""
    if events.entity not in known:
        return "not discovered yet"
    if _is_queued(instance, events.entity):
        return "a sync is queued"
    if is_under_way(warehouse, events.entity) or _is_beginning(instance, events.entity):
        return "a sync is under way"
    answered_by = _answered_by(warehouse, instance, events)
    if answered_by is not None:
        run_id, until = answered_by
        gather(warehouse, events.entity, until=until, run_id=run_id)
        return f"answered by run {run_id}"
    if not events.is_over(settings.quiet, settings.at_most):
        return "more may come"
    return gather(warehouse, events.entity, until=events.now) or "answered meanwhile"


def _is_queued(instance: dg.DagsterInstance, entity: str) -> bool:
    return bool(instance.get_runs(_syncs(entity, _QUEUED), limit=1))


def _is_beginning(instance: dg.DagsterInstance, entity: str) -> bool:
    since = datetime.now(UTC) - _BEGINNING
    records = instance.get_run_records(_syncs(entity, [dg.DagsterRunStatus.STARTED]))
    return any(record.start_time is not None and record.start_time >= since.timestamp() for record in records)


def _syncs(entity: str, statuses: Sequence[dg.DagsterRunStatus]) -> dg.RunsFilter:
    return dg.RunsFilter(job_name=SYNC, tags={PARTITION_TAG: entity}, statuses=list(statuses))


def _answered_by(warehouse: Warehouse, instance: dg.DagsterInstance, events: Waiting) -> tuple[str, datetime] | None:
    """Return the last whole sync that began after an event came and succeeded, and when it began."""
    for run_id, started_at in starts_since(warehouse, events.entity, SYNC, events.first_at):
        run = instance.get_run_by_id(run_id)
        if run is not None and run.status is dg.DagsterRunStatus.SUCCESS and not run.asset_selection:
            return run_id, started_at
    return None
