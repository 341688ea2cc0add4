"""Runs of several entities at once, each in a process of its own."""

from __future__ import annotations

import inspect
import os
import pickle
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from intacct_pipelines import errors
from intacct_pipelines.cli.jobs import discover, instance
from intacct_pipelines.cli.offline import write_connections
from intacct_pipelines.cli.side_by_side import side_by_side
from intacct_pipelines.domain.keys import EntityKey
from intacct_pipelines.errors import ConfigurationError, ErrorDetail, IntacctPipelinesError, RemoteSystemError
from intacct_pipelines.sandbox.server import SandboxOptions, SandboxServer

CONFIGURATION = Path(__file__).parents[2] / "dagster_home" / "dagster.yaml"
BEGIN_AND_WAIT = """
from intacct_pipelines.cli.jobs import discover, instance
from intacct_pipelines.cli.side_by_side import side_by_side
if __name__ == "__main__":
    with instance() as opened:
        entities = [entity for entity in discover(opened) if entity.entity_id]
        with side_by_side(opened, 2) as run_for_each:
            run_for_each("apply_plan", entities, lambda _: None)
            print("begun", flush=True)
            input()
"""

RUN_ONE_TABLE = """
import sys, dagster as dg
from intacct_pipelines.cli.jobs import instance, run_job
with instance() as opened:
    departments = dg.AssetKey(["intacct", "department"])
    outcome = run_job(opened, sys.argv[1], partition_key=sys.argv[2], selection=[departments])
    print(outcome.run_id if outcome.is_success else outcome.failure_lines, flush=True)
"""


@pytest.fixture
def home(tmp_path, monkeypatch, make_database, warehouse_dsn) -> Iterator[Path]:
    """A home beside a running sandbox of two entities, whose plans nobody has made yet."""
    shutil.copy(CONFIGURATION, tmp_path / "dagster.yaml")
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    monkeypatch.setenv("DAGSTER_POSTGRES_URL", make_database())
    monkeypatch.setenv("INTACCT_PIPELINES_WAREHOUSE_URL", warehouse_dsn)
    with SandboxServer(SandboxOptions(seed=5, entities=2, bills=10)) as server:
        write_connections(tmp_path, server.sandbox.describe(), auto_items=0, auto_amount=0)
        yield tmp_path


@pytest.mark.usefixtures("home")
def test_two_entities_run_in_processes_of_their_own_and_are_told_of_in_order():
    """Both runs are Dagster's own, in the instance that everybody sees; none of them ran in this process."""
    advanced: list[str] = []
    with instance() as opened:
        entities = [entity for entity in discover(opened) if entity.entity_id][::-1]
        with side_by_side(opened, 2) as run_for_each:
            outcomes = run_for_each("apply_plan", entities, advanced.append)
        told = [entry.user_message for outcome in outcomes.values() for entry in opened.all_logs(outcome.run_id)]
    processes = {
        found[1] for message in told if (found := re.match(r"Executing steps in process \(pid: (\d+)", message))
    }
    assert list(outcomes) == [str(entity) for entity in entities]
    assert sorted(advanced) == sorted(outcomes)
    assert all(outcome.is_success for outcome in outcomes.values())
    assert processes
    assert str(os.getpid()) not in processes


def test_an_error_of_the_settings_comes_back_in_its_own_words(home):
    """What is wrong for every entity is one error, with rule and remedy, though another process met it."""
    (home / "connections.yaml").write_text("companies: 7", encoding="utf-8")
    with (
        instance() as opened,
        pytest.raises(ConfigurationError, match="companies"),
        side_by_side(opened, 2) as run_for_each,
    ):
        run_for_each("apply_plan", [EntityKey("a", "1"), EntityKey("a", "2")], lambda _: None)


@pytest.mark.usefixtures("home")
def test_no_process_outlives_the_one_that_began_it():
    """A command that is killed leaves nobody behind who goes on or waits for ever."""
    with subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-c", BEGIN_AND_WAIT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as command:
        assert command.stdout is not None
        assert command.stdout.readline() == "begun\n"
        begun = _children(command.pid)
        assert len(begun) >= 2
        command.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 20
    while any(_is_alive(child) for child in begun) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not [child for child in begun if _is_alive(child)]


@pytest.mark.usefixtures("home")
def test_runs_of_one_entity_wait_for_each_other_and_all_succeed():
    """S-SCH-02, S-SCH-05: three begun at once in processes of their own; no step of one lies within another's."""
    with instance() as opened:
        entity = str(next(entity for entity in discover(opened) if entity.entity_id))
        begun = [
            subprocess.Popen(  # noqa: S603 - our own interpreter and code
                [sys.executable, "-c", RUN_ONE_TABLE, job, entity], stdout=subprocess.PIPE, text=True
            )
            for job in ("sync", "sync", "sweep")
        ]
        runs = [process.communicate(timeout=300)[0].strip() for process in begun]
        spans = sorted(
            (min(step.start_time for step in steps), max(step.end_time for step in steps))
            for steps in map(opened.get_run_step_stats, runs)
        )
    assert all(earlier[1] <= later[0] for earlier, later in pairwise(spans)), spans


def _children(process: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text("ascii").split()]


def _is_alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.mark.parametrize(
    "kind",
    [
        kind
        for _, kind in inspect.getmembers(errors, inspect.isclass)
        if issubclass(kind, IntacctPipelinesError) and kind.__module__ == errors.__name__
    ],
)
def test_every_error_crosses_to_another_process_whole(kind):
    """Type, words, rule, remedy and the vendor's own message are the same on the other side."""
    where = {"system": "intacct", "details": (ErrorDetail("BL01", support_id="x1"),)}
    error = kind(
        "It went wrong", rule="S-BIL-06", remedy="Mend it.", **(where if issubclass(kind, RemoteSystemError) else {})
    )
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own, just now
    assert type(again) is kind
    assert (str(again), vars(again), again.args) == (str(error), vars(error), error.args)
