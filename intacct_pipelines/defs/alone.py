"""Runs that have their entity to themselves: whichever way they were started, one waits for the other."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager, nullcontext
from typing import Final

import dagster as dg

from intacct_pipelines.defs.failures import FIRST_WAIT_SECONDS, RETRIES
from intacct_pipelines.defs.systems import Systems
from intacct_pipelines.errors import WarehouseUnavailableError
from intacct_pipelines.warehouse.connection import Warehouse
from intacct_pipelines.warehouse.syncing import alone

ALONE: Final = frozenset({"sync", "sweep", "extract_only"})
"""The jobs that read an entity's tables whole or by their watermarks."""
PARTITION_TAG: Final = "dagster/partition"


def to_itself(systems: Systems, context: dg.InitResourceContext) -> AbstractContextManager[None]:
    """Return what a run holds while it works: its entity's sync, if that is what it does.

    It is entered before the first step, so that a run that waits has no place in a pool, which the other may need.

    Args:
        systems: Those of the run.
        context: Of the resource, at the beginning of the run.
    """
    run = context.run
    entity = run.tags.get(PARTITION_TAG) if run is not None else None
    if run is None or entity is None or run.job_name not in ALONE:
        return nullcontext()
    tell = context.log.info if context.log is not None else _silent
    return alone(_warehouse(systems), entity, job=run.job_name, run_id=run.run_id, tell=tell)


def _warehouse(systems: Systems) -> Warehouse:
    """Open the warehouse as patiently as a step would; a step is started again, the beginning of a run is not."""
    for number in range(RETRIES):
        try:
            return systems.warehouse
        except WarehouseUnavailableError:
            time.sleep(FIRST_WAIT_SECONDS * 2.0**number)
    return systems.warehouse


def _silent(_words: str) -> None:
    """Nobody listens where a resource is made without a run's log."""
