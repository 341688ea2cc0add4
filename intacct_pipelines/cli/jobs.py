"""Runs Dagster's own jobs in this process, against the same instance as the UI, so that a command is no second way."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

import click
import dagster as dg
from dagster_shared.error import SerializableErrorInfo

from intacct_pipelines.defs.history import history_key
from intacct_pipelines.defs.months import HISTORY_TABLES
from intacct_pipelines.defs.partitions import entity_month_key
from intacct_pipelines.defs.systems import Systems
from intacct_pipelines.domain.catalog import Table
from intacct_pipelines.domain.close import Period
from intacct_pipelines.domain.keys import EntityKey
from intacct_pipelines.errors import ConfigurationError
from intacct_pipelines.settings import instance_home

_QUIET: Final = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
_ENTITY: Final = "entity"
_UNFINISHED: Final = [
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]
_BACKFILL_TAG: Final = "intacct_pipelines/backfill"


@dataclass(frozen=True, slots=True)
class StepFailure:
    """One step that failed, in our words."""

    step: str
    message: str


@dataclass(frozen=True, slots=True)
class JobOutcome:
    """What one run did.

    Args:
        run_id: Dagster's id of the run.
        is_success: Whether every step succeeded and no blocking check failed.
        seconds: How long it took.
        failures: Steps that failed.
        metadata: Facts of the last materialization of each asset, by key such as ``intacct/ap_bill``.
        partitions: Facts of each partition of a range, by asset and partition key.
    """

    run_id: str
    is_success: bool
    seconds: float
    failures: tuple[StepFailure, ...] = ()
    metadata: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    partitions: Mapping[str, Mapping[str, Mapping[str, Any]]] = field(default_factory=dict)

    @property
    def failure_lines(self) -> list[str]:
        """One text for each reason, with the steps that it failed: a wrong password fails many in the same way."""
        steps: dict[str, list[str]] = {}
        for failure in self.failures:
            steps.setdefault(failure.message, []).append(failure.step)
        return [f"{', '.join(names)}: {message}" for message, names in steps.items()]


@contextmanager
def instance() -> Iterator[dg.DagsterInstance]:
    """Open the Dagster instance of ``DAGSTER_HOME``.

    Raises:
        ConfigurationError: The home has no ``dagster.yaml``.
    """
    home = instance_home()
    os.environ["DAGSTER_HOME"] = str(home)
    with dg.DagsterInstance.get() as opened:
        yield opened


def discover(opened: dg.DagsterInstance) -> list[EntityKey]:
    """Add a partition for each entity that the companies have; return all of them, in order.

    What kept others from being found is a warning.

    Raises:
        ConfigurationError: There is nothing to connect to.
        IntacctPipelinesError: No entity at all could be found.
    """
    with Systems() as systems:
        if not systems.connections.companies:
            raise ConfigurationError(
                "There is no connection yet.", remedy="Write connections.yaml, or run the demo; the README shows both."
            )
        # Without a place to store anything no run is worth starting, and one error is enough.
        _ = systems.warehouse
        discovery = systems.discover_entities()
    for problem in discovery.problems:
        if not discovery.entities:
            raise problem
        click.echo(f"warning: {problem}", err=True)
    opened.add_dynamic_partitions(_ENTITY, [str(entity) for entity in discovery.entities])
    return list(discovery.entities)


def run_job(
    opened: dg.DagsterInstance,
    job: str,
    *,
    partition_key: str | None = None,
    tags: Mapping[str, str] | None = None,
    run_config: Mapping[str, Any] | None = None,
    selection: Sequence[dg.AssetKey] | None = None,
) -> JobOutcome:
    """Run one job here and now.

    Args:
        opened: The instance that keeps the run.
        job: Name of the job.
        partition_key: Its partition, if it is not a range.
        tags: Further tags, such as a partition range.
        run_config: Config of ops.
        selection: Only these assets of the job.
    """
    # Loading the definitions reads the connections file, whose errors are for the command to report.
    from intacct_pipelines.definitions import defs  # noqa: PLC0415 - see above

    started = time.monotonic()
    result = defs.resolve_job_def(job).execute_in_process(
        instance=opened,
        partition_key=partition_key,
        tags=dict(tags or {}),
        run_config={**_QUIET, **(run_config or {})},
        raise_on_error=False,
        asset_selection=selection,
    )
    failures = tuple(
        StepFailure(event.step_key, _words(event))
        for event in result.all_events
        if event.is_step_failure and event.step_key is not None
    )
    if not (result.success or failures):  # what failed is Dagster itself, between the steps
        failures = tuple(
            StepFailure("run", _innermost(event.job_failure_data.error) or event.message or "failed without a message")
            for event in result.all_events
            if event.event_type is dg.DagsterEventType.RUN_FAILURE
        )
    metadata: dict[str, Mapping[str, Any]] = {}
    partitions: dict[str, dict[str, Mapping[str, Any]]] = {}
    # From the log: a step that failed at its end has told of the partitions that were done before.
    for entry in opened.all_logs(result.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION):
        event = entry.dagster_event
        if event is not None:
            materialization = event.step_materialization_data.materialization
            asset = materialization.asset_key.to_user_string()
            facts = {name: _fact(value) for name, value in materialization.metadata.items()}
            metadata[asset] = facts
            partitions.setdefault(asset, {})[str(materialization.partition)] = facts
    return JobOutcome(result.run_id, result.success, time.monotonic() - started, failures, metadata, partitions)


def run_history(
    opened: dg.DagsterInstance,
    entity: EntityKey,
    months: Sequence[date],
    tables: Sequence[Table] = HISTORY_TABLES,
    *,
    proven_since: datetime | None = None,
    backfill_id: int | None = None,
) -> JobOutcome:
    """Load or re-prove months of one entity in one run; starting a run for each would take longer than the work.

    Args:
        opened: The instance that keeps the run.
        entity: The entity.
        months: First days, without gaps.
        tables: The tables of documents.
        proven_since: Months that were proven since are not read again.
        backfill_id: The backfill by command that the run belongs to.
    """
    tags = {
        "dagster/asset_partition_range_start": entity_month_key(entity, months[0]),
        "dagster/asset_partition_range_end": entity_month_key(entity, months[-1]),
    }
    if backfill_id is not None:
        tags[_BACKFILL_TAG] = str(backfill_id)
    since = proven_since.isoformat() if proven_since else ""
    keys = [history_key(table) for table in tables]
    config = {key.to_python_identifier(): {"config": {"proven_since": since}} for key in keys}
    return run_job(opened, "backfill_history", tags=tags, run_config={"ops": config}, selection=keys)


def run_close(opened: dg.DagsterInstance, period: Period) -> JobOutcome:
    """Tie out one month of one entity from what is stored."""
    return run_job(opened, "close_period", partition_key=entity_month_key(period.entity, period.month))


def settle_dead_runs(opened: dg.DagsterInstance, backfill_id: int) -> None:
    """Say of earlier runs of a backfill that they failed, and give back their places in the pools.

    Only who keeps other backfills of the entity away may call it: then a run that is not finished has no process.
    """
    for run in opened.get_runs(dg.RunsFilter(tags={_BACKFILL_TAG: str(backfill_id)}, statuses=_UNFINISHED)):
        opened.report_run_failed(run, "The process of this run ended before the run did; the backfill went on.")
        opened.event_log_storage.free_concurrency_slots_for_run(run.run_id)


def _fact(value: dg.MetadataValue[Any]) -> object:
    """Return the value without Dagster's classes, so that any of them can be printed; a table is a list of rows."""
    if isinstance(value, dg.TableMetadataValue):
        return [dict(record.data) for record in value.records]
    return value.value


def _words(event: dg.DagsterEvent) -> str:
    data = event.step_failure_data
    if data.user_failure_data is not None and data.user_failure_data.description:
        return data.user_failure_data.description
    return _innermost(data.error) or "failed without a message"


def _innermost(error: SerializableErrorInfo | None) -> str:
    while error is not None and error.cause is not None:
        error = error.cause
    return error.message.strip() if error is not None else ""
