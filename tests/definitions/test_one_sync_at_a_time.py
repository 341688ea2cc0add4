"""Two syncs of one entity never run at once, whoever began them: the schedule, an event, the UI, or a command."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime

import dagster as dg
import pytest
from dagster_office import Office
from notices import KEY, notice, signed

from intacct_pipelines.domain.keys import EntityKey
from intacct_pipelines.settings import Connections
from intacct_pipelines.warehouse.bill_events import store
from intacct_pipelines.warehouse.connection import Warehouse
from intacct_pipelines.warehouse.syncing import alone, is_under_way
from intacct_pipelines.webhooks import Listener, Receiver

ONE_TABLE = [dg.AssetKey(["intacct", "department"])]
HOLD = """
import sys
from intacct_pipelines.warehouse.connection import Warehouse
from intacct_pipelines.warehouse.syncing import alone
with Warehouse(sys.argv[1]) as warehouse, alone(warehouse, sys.argv[2], job="sync", run_id="r", tell=print):
    print("has it", flush=True)
    input()
"""


@pytest.fixture
def office(make_office: Callable[..., Office]) -> Office:
    """A company of two entities."""
    return make_office(entities=2)


def statuses(office: Office, entity: EntityKey) -> list[dg.DagsterRunStatus]:
    return [run.status for run in office.instance.get_runs(dg.RunsFilter(tags={"dagster/partition": str(entity)}))]


def wait_for(is_so: Callable[[], bool]) -> None:
    """Wait until something is so; a minute at most."""
    ticks = threading.Event()
    for _ in range(600):
        if is_so():
            return
        ticks.wait(0.1)
    pytest.fail("it never came to be so")


@contextmanager
def in_background(work: Callable[[], dg.ExecuteInProcessResult]) -> Iterator[Callable[[], dg.ExecuteInProcessResult]]:
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(work)
        yield lambda: running.result(120)


def test_a_run_that_waits_says_so_and_touches_nothing_until_it_is_its_turn(office: Office, warehouse_dsn: str):
    """It is started, has no step, no place in a pool; then it goes on. The top level and other jobs do not wait."""
    entity, _ = office.entities
    with ExitStack() as held, Warehouse(warehouse_dsn) as warehouse:
        held.enter_context(alone(warehouse, str(entity), job="sync", run_id="a-command", tell=print))
        assert office.run("sync", office.top, selection=ONE_TABLE).success
        assert office.run("apply_plan", entity).success
        before = len(statuses(office, entity))
        with in_background(lambda: office.run("sync", entity, selection=ONE_TABLE)) as outcome:
            wait_for(lambda: len(statuses(office, entity)) > before)
            (run,) = office.instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED]))
            words = f"Another run has the sync of {entity}; waiting for it."
            wait_for(lambda: any(words in entry.user_message for entry in office.instance.all_logs(run.run_id)))
            assert office.instance.get_run_step_stats(run.run_id) == []
            held.close()
            assert outcome().success
        assert not is_under_way(warehouse, str(entity))


def test_a_sync_that_was_killed_holds_up_nobody(office: Office, warehouse_dsn: str):
    """Its lock goes with its connection."""
    entity, _ = office.entities
    with subprocess.Popen(  # noqa: S603 - our own interpreter and code
        [sys.executable, "-c", HOLD, warehouse_dsn, str(entity)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=dict(os.environ),
    ) as command:  # fmt: skip
        assert command.stdout is not None
        assert command.stdout.readline() == "has it\n"
        command.send_signal(signal.SIGKILL)
    assert office.run("sync", entity, selection=ONE_TABLE).success


def test_schedule_event_and_command_ask_for_what_can_stand_together(office: Office, monkeypatch: pytest.MonkeyPatch):
    """The sensor asks for nothing beside the day's run, whose sync answers the event; afterwards nothing is left."""
    entity, _ = office.entities
    monkeypatch.setenv("WEBHOOK_KEY", KEY)
    document = office.connections.model_dump(mode="json")
    for link in document["links"].values():
        link["webhook_keys"] = [{"env": "WEBHOOK_KEY"}]
    document["webhooks"] = {"quiet_seconds": 0, "at_most_seconds": 0}
    office.connections = Connections.model_validate(document)
    office.rebuild()
    organization = next(
        link.organization_id for link, _ in office.connections.listening_links() if link.entity == entity
    )
    listener = Listener("us", str(entity), organization, (KEY,))
    definitions = office.definitions.get_repository_def()

    def tick() -> list[dg.RunRequest | dg.SkipReason]:
        with dg.build_sensor_context(
            instance=office.instance, definitions=office.definitions, resources={"systems": office.resource()}
        ) as context:
            return list(definitions.get_sensor_def("bill_events")(context))

    assert tick() == [dg.SkipReason("no event of BILL waits")]
    with office.systems() as systems:
        body = notice(organization_id=organization)
        receiver = Receiver([listener], lambda judged: store(systems.warehouse, judged))
        assert receiver.receive(signed(body), body).status == 200
        with alone(systems.warehouse, str(entity), job="sync", run_id="the day's", tell=print):
            assert tick() == [dg.SkipReason(f"{entity}: a sync is under way")]
    (request,) = tick()
    assert isinstance(request, dg.RunRequest)
    assert request.partition_key == str(entity)
    assert str(request.run_key).startswith(f"bill_events:{entity}:")
    at = datetime(2026, 11, 22, 5, tzinfo=UTC)
    with dg.build_schedule_context(instance=office.instance, scheduled_execution_time=at) as context:
        asked = list(definitions.get_schedule_def("daily_sync")(context))
    assert str(entity) in {one.partition_key for one in asked}
    result = office.run("sync", entity, tags={"dagster/run_key": str(request.run_key)}, selection=ONE_TABLE)
    assert result.success
    assert tick() == [dg.SkipReason("no event of BILL waits")]
