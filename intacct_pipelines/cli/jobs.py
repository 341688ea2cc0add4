"""Runs Dagster's own jobs in this process, against the same instance as the UI, so that a command is no second way."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import click
import dagster as dg

from intacct_pipelines.defs.partitions import entity_month_key
from intacct_pipelines.defs.systems import Systems
from intacct_pipelines.domain.keys import EntityKey
from intacct_pipelines.errors import ConfigurationError
from intacct_pipelines.settings import instance_home

_QUIET: Final = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
_ENTITY: Final = "entity"


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
) -> JobOutcome:
    """Run one job here and now.

    Args:
        opened: The instance that keeps the run.
        job: Name of the job.
        partition_key: Its partition, if it is not a range.
        tags: Further tags, such as a partition range.
        run_config: Config of ops.
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
    )
    failures = tuple(
        StepFailure(event.step_key, _words(event))
        for event in result.all_events
        if event.is_step_failure and event.step_key is not None
    )
    metadata: dict[str, Mapping[str, Any]] = {}
    partitions: dict[str, dict[str, Mapping[str, Any]]] = {}
    # From the log: a step that failed at its end has told of the partitions that were done before.
    for entry in opened.all_logs(result.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION):
        event = entry.dagster_event
        if event is not None:
            materialization = event.step_materialization_data.materialization
            asset = materialization.asset_key.to_user_string()
            facts = {name: value.value for name, value in materialization.metadata.items()}
            metadata[asset] = facts
            partitions.setdefault(asset, {})[str(materialization.partition)] = facts
    return JobOutcome(result.run_id, result.success, time.monotonic() - started, failures, metadata, partitions)


def run_history(opened: dg.DagsterInstance, entity: EntityKey, months: Sequence[date]) -> JobOutcome:
    """Load or re-prove months of one entity in one run; starting a run for each would take longer than the work."""
    tags = {
        "dagster/asset_partition_range_start": entity_month_key(entity, months[0]),
        "dagster/asset_partition_range_end": entity_month_key(entity, months[-1]),
    }
    return run_job(opened, "backfill_history", tags=tags)


def _words(event: dg.DagsterEvent) -> str:
    data = event.step_failure_data
    if data.user_failure_data is not None and data.user_failure_data.description:
        return data.user_failure_data.description
    error = data.error
    while error is not None and error.cause is not None:
        error = error.cause
    return error.message.strip() if error is not None else "failed without a message"
