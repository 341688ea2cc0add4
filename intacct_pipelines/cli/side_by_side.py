"""Runs of several entities side by side, each in a process of its own, as Dagster's daemon would start them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from multiprocessing import connection, get_context, parent_process
from threading import Thread
from typing import TYPE_CHECKING, Final

import click

from intacct_pipelines.cli.jobs import JobOutcome, instance, run_job

if TYPE_CHECKING:
    import dagster as dg

    from intacct_pipelines.domain.keys import EntityKey

RunForEach = Callable[[str, "Iterable[EntityKey]", Callable[[str], None]], Mapping[str, JobOutcome]]
"""Runs a job for each of some entities, tells of each that is over, and returns all outcomes in the entities' order."""
_ORPHANED: Final = 1
_worker: list[dg.DagsterInstance] = []
"""The instance of a worker process, for as long as the process lives."""

at_once_option = click.option(
    "--at-once",
    type=click.IntRange(min=1),
    default=2,
    show_default=True,
    help="Entities that are worked on at the same time. Dagster's pools still say how many talk to a system at once.",
)


@contextmanager
def side_by_side(opened: dg.DagsterInstance, at_once: int) -> Iterator[RunForEach]:
    """Give a way to run a job for several entities; whoever interrupts waits for no run that has not begun.

    Args:
        opened: The instance, for a single run at a time: that needs no other process.
        at_once: Most runs at once.
    """
    if at_once <= 1:
        yield lambda job, entities, advance: _one_by_one(opened, job, entities, advance)
        return
    # Not forked: the connections and threads of this process are not for others.
    pool = ProcessPoolExecutor(at_once, mp_context=get_context("spawn"), initializer=_begin)
    try:
        yield lambda job, entities, advance: _in_pool(pool, job, entities, advance)
    finally:
        pool.shutdown(cancel_futures=True)


def _one_by_one(
    opened: dg.DagsterInstance, job: str, entities: Iterable[EntityKey], advance: Callable[[str], None]
) -> dict[str, JobOutcome]:
    outcomes: dict[str, JobOutcome] = {}
    for name in map(str, entities):
        outcomes[name] = run_job(opened, job, partition_key=name)
        advance(name)
    return outcomes


def _in_pool(
    pool: ProcessPoolExecutor, job: str, entities: Iterable[EntityKey], advance: Callable[[str], None]
) -> dict[str, JobOutcome]:
    runs = {pool.submit(_run, job, name): name for name in map(str, entities)}
    for run in as_completed(runs):
        run.result()  # a run that fails is an outcome; an error here is one of the settings, and ends everything
        advance(runs[run])
    return {name: run.result() for run, name in runs.items()}


def _begin() -> None:
    parent = parent_process()
    assert parent is not None  # noqa: S101 - a worker has one; this tells the type checker
    Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()
    _worker.append(instance().__enter__())


def _end_with(sentinel: int) -> None:
    """End this process as soon as the one that began it is gone: nobody would ever read what it finds."""
    connection.wait([sentinel])
    os._exit(_ORPHANED)


def _run(job: str, name: str) -> JobOutcome:
    return run_job(_worker[0], job, partition_key=name)
