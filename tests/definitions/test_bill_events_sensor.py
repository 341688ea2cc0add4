"""From stored events to runs: one for each burst, none beside a sync, whatever order things come in."""

from __future__ import annotations

import uuid
from collections import Counter
from contextlib import AbstractContextManager

import dagster as dg
from dagster._core.remote_origin import RegisteredCodeLocationOrigin, RemoteJobOrigin, RemoteRepositoryOrigin
from dagster._core.storage.tags import PARTITION_NAME_TAG as DAGSTERS_PARTITION_TAG
from dagster._core.storage.tags import RUN_KEY_TAG as DAGSTERS_RUN_KEY_TAG
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from notices import KEY, LISTENERS, OTHER_KEY, OTHER_ORGANIZATION, notice, signed, wrapped

from intacct_pipelines.defs.alone import PARTITION_TAG
from intacct_pipelines.defs.bill_events import RUN_KEY_TAG, requests
from intacct_pipelines.settings import WebhookSettings
from intacct_pipelines.warehouse.bill_events import store, waiting, without_run
from intacct_pipelines.warehouse.connection import Warehouse
from intacct_pipelines.warehouse.syncing import alone
from intacct_pipelines.webhooks import Receiver

ENTITIES = tuple(listener.entity for listener in LISTENERS)
AT_ONCE = WebhookSettings(quiet_seconds=0, at_most_seconds=0)
Status = dg.DagsterRunStatus
ORIGIN = RemoteJobOrigin(RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("here"), "all"), "sync")
"""Without one Dagster takes no run as queued."""


class Daemon:
    """What Dagster's daemon does with requests, on an instance of its own: queue, start, end; each key once.

    The runs do nothing but hold what a sync holds.
    """

    def __init__(self, warehouse: Warehouse, how: WebhookSettings = AT_ONCE) -> None:
        self.warehouse = warehouse
        self.how = how
        self.instance = dg.DagsterInstance.ephemeral()
        self.held: dict[str, AbstractContextManager[None]] = {}
        self.launched: Counter[str] = Counter()

    def ask(self, known: tuple[str, ...] = ENTITIES) -> list[dg.RunRequest]:
        """Evaluate the sensor; what it asks for is not started yet."""
        asked = list(requests(self.warehouse, self.instance, self.how, known))
        self.reasons = [one.skip_message for one in asked if isinstance(one, dg.SkipReason)]
        return [one for one in asked if isinstance(one, dg.RunRequest)]

    def tick(self) -> list[dg.RunRequest]:
        """Evaluate the sensor and queue what it asks for."""
        asked = self.ask()
        for request in asked:
            assert request.run_key
            if not self.instance.get_runs(dg.RunsFilter(tags={RUN_KEY_TAG: request.run_key})):
                self.launched[request.run_key] += 1
                self.queue(str(request.partition_key), request.run_key)
        return asked

    def queue(self, entity: str, run_key: str = "", status: Status = Status.QUEUED) -> str:
        """Add a run of `sync`, by whomever."""
        tags = {PARTITION_TAG: entity, **({RUN_KEY_TAG: run_key} if run_key else {})}
        run = dg.DagsterRun(
            job_name="sync", run_id=str(uuid.uuid4()), tags=tags, status=status, remote_job_origin=ORIGIN
        )
        self.instance.add_run(run)
        return run.run_id

    def runs(self, status: Status, entity: str | None = None) -> list[dg.DagsterRun]:
        """Runs of a status, oldest first."""
        tags = {PARTITION_TAG: entity} if entity else {}
        return list(self.instance.get_runs(dg.RunsFilter(statuses=[status], tags=tags)))[::-1]

    def start(self, entity: str) -> None:
        """Start the oldest queued run, unless another one has the entity: it would wait."""
        queued = self.runs(Status.QUEUED, entity)
        if queued and entity not in self.held:
            self._become(queued[0], Status.STARTED)
            run_id = queued[0].run_id
            self.held[entity] = alone(self.warehouse, entity, job="sync", run_id=run_id, tell=lambda _words: None)
            self.held[entity].__enter__()

    def end(self, entity: str, *, status: Status = Status.SUCCESS, is_killed: bool = False) -> None:
        """End the run that has the entity; of one that is killed nobody notes the end."""
        if entity in self.held:
            (running,) = (run for run in self.runs(Status.STARTED, entity) if run.run_id == self._holder(entity))
            self.held.pop(entity).__exit__(None, None, None)
            if not is_killed:
                self._become(running, status)

    def _holder(self, entity: str) -> str:
        with self.warehouse.transaction() as connection:
            row = connection.execute(
                "SELECT run_id FROM ops.sync_start WHERE entity = %s ORDER BY started_at DESC LIMIT 1", [entity]
            ).fetchone()
        assert row
        return str(row[0])

    def _become(self, run: dg.DagsterRun, status: Status) -> None:
        storage = self.instance.run_storage
        storage.delete_run(run.run_id)
        storage.add_run(run.with_status(status))

    def close(self) -> None:
        """Let everything go."""
        for entity in list(self.held):
            self.end(entity, is_killed=True)
        self.instance.dispose()


def empty(warehouse: Warehouse) -> None:
    """Forget all events and runs."""
    with warehouse.transaction() as connection:
        connection.execute("TRUNCATE ops.bill_event, ops.bill_burst, ops.sync_start")


def bodies(number: int) -> tuple[bytes, str]:
    """One of twenty events of two organisations, in one of BILL's two shapes, with the key that signs it."""
    organization, key = (LISTENERS[0].organization_id, KEY) if number % 2 else (OTHER_ORGANIZATION, OTHER_KEY)
    body = notice(f"e-{number % 20}", organization)
    return (wrapped(body) if number % 3 else body), key


_WHERE = st.sampled_from(ENTITIES)
ACTIONS = st.one_of(
    st.tuples(st.just("deliver"), st.integers(0, 59)),
    st.tuples(st.just("deliver"), st.integers(0, 59)),
    st.tuples(st.just("forge"), st.integers(0, 59)),
    st.tuples(st.just("tick"), st.none()),
    st.tuples(st.just("dying tick"), st.none()),
    st.tuples(st.just("queue"), _WHERE),
    st.tuples(st.just("start"), _WHERE),
    st.tuples(st.just("end"), _WHERE),
    st.tuples(st.just("fail"), _WHERE),
    st.tuples(st.just("kill"), _WHERE),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(actions=st.lists(ACTIONS, max_size=30))
def test_any_order_of_deliveries_leads_to_one_run_for_each_burst(module_warehouse: Warehouse, actions):
    """S-SCH-05: copies, forgeries, dying ticks, other people's syncs, failures and kills, in any order.

    No event is in two bursts, no burst has two runs, nothing is asked for beside a sync that is queued or runs, no
    forgery is stored; and in the end each event is answered by a run that began after it came.
    """
    empty(module_warehouse)
    receiver = Receiver(LISTENERS, lambda judged: store(module_warehouse, judged))
    daemon = Daemon(module_warehouse)
    delivered: set[str] = set()

    def act(action: str, value: int | str | None) -> None:
        if action == "deliver":
            body, key = bodies(int(value or 0))
            assert receiver.receive(signed(body, key), body).status == 200
            delivered.add(f"e-{int(value or 0) % 20}")
        elif action == "forge":
            body, key = bodies(int(value or 0))
            assert receiver.receive(signed(body, key + "?"), body).status == 401
        elif action in {"tick", "dying tick"}:
            busy = {run.tags[PARTITION_TAG] for run in daemon.runs(Status.QUEUED)} | set(daemon.held)
            before = {burst.burst_id for burst in without_run(module_warehouse)}
            asked = daemon.tick() if action == "tick" else daemon.ask()
            fresh = [request for request in asked if int(str(request.run_key).rpartition(":")[2]) not in before]
            assert not busy & {request.partition_key for request in fresh}
        else:
            entity = str(value)
            steps = {
                "queue": lambda: daemon.queue(entity),
                "start": lambda: daemon.start(entity),
                "end": lambda: daemon.end(entity),
                "fail": lambda: daemon.end(entity, status=Status.FAILURE),
                "kill": lambda: daemon.end(entity, is_killed=True),
            }
            steps[action]()

    try:
        for action, value in actions:
            act(action, value)
        for _ in range(4):
            act("tick", None)
            for entity in ENTITIES:
                while daemon.runs(Status.QUEUED, entity) or entity in daemon.held:
                    daemon.start(entity)
                    daemon.end(entity)
        assert waiting(module_warehouse) == []
        assert set(daemon.launched.values()) <= {1}
        with module_warehouse.transaction() as connection:
            stored = dict(connection.execute("SELECT event_id, count(*) FROM ops.bill_event GROUP BY 1").fetchall())
            late = connection.execute(
                "SELECT count(*) FROM ops.bill_event AS e JOIN ops.bill_burst AS b ON b.id = e.burst_id "
                "JOIN ops.sync_start AS s USING (run_id) WHERE s.started_at < e.received_at"
            ).fetchone()
            bursts = connection.execute("SELECT count(*), count(run_id) FROM ops.bill_burst").fetchone()
        assert stored == dict.fromkeys(delivered, 1)
        assert late == (0,)
        assert bursts
        assert bursts[0] == bursts[1] >= len(daemon.launched)
    finally:
        daemon.close()


def test_many_events_become_one_run_and_the_same_events_never_another(warehouse: Warehouse):
    """A burst of thirty, each delivered three times; then the whole burst once more."""
    receiver = Receiver(LISTENERS, lambda judged: store(warehouse, judged))
    daemon = Daemon(warehouse)

    def deliver() -> None:
        for number in [*range(30), *range(29, -1, -1), *range(30)]:
            body = notice(f"e-{number}")
            assert receiver.receive(signed(body), body).status == 200

    deliver()
    (request,) = daemon.tick()
    assert (request.partition_key, request.tags["bill_events"]) == ("acme:100", "30")
    deliver()
    assert daemon.tick() == []
    daemon.start("acme:100")
    daemon.end("acme:100")
    deliver()
    assert daemon.tick() == []
    daemon.close()


def test_a_burst_waits_for_quiet_and_no_longer_than_it_may(warehouse: Warehouse):
    """By the clock of Postgres: events that are still coming wait, up to a limit."""
    receiver = Receiver(LISTENERS, lambda judged: store(warehouse, judged))
    daemon = Daemon(warehouse, WebhookSettings())

    def age(event_id: str, seconds: int) -> None:
        with warehouse.transaction() as connection:
            connection.execute(
                "UPDATE ops.bill_event SET received_at = clock_timestamp() - make_interval(secs => %s) "
                "WHERE event_id = %s",
                [seconds, event_id],
            )

    for name in ("a", "b"):
        body = notice(name)
        receiver.receive(signed(body), body)
    age("a", 60)
    assert daemon.tick() == []
    assert daemon.reasons == ["acme:100: more may come"]
    age("b", 31)
    assert len(daemon.tick()) == 1
    daemon.start("acme:100")
    daemon.end("acme:100", status=Status.FAILURE)
    for name in ("c", "d"):
        body = notice(name)
        receiver.receive(signed(body), body)
    age("c", 301)
    assert daemon.ask()[0].tags["bill_events"] == "2"
    daemon.close()


def test_a_tick_that_dies_asks_again_for_the_same_run(warehouse: Warehouse):
    """Under the same key, so that Dagster starts it once; and not at all once the run is known."""
    receiver = Receiver(LISTENERS, lambda judged: store(warehouse, judged))
    daemon = Daemon(warehouse)
    body = notice()
    receiver.receive(signed(body), body)
    first = [request.run_key for request in daemon.ask()]
    assert [request.run_key for request in daemon.ask()] == first != []
    daemon.tick()
    assert daemon.tick() == []
    assert without_run(warehouse) == []
    daemon.close()


def test_a_restored_warehouse_asks_under_keys_of_its_own(warehouse: Warehouse):
    """Its bursts have numbers that Dagster has seen before, and their runs are started all the same."""
    receiver = Receiver(LISTENERS, lambda judged: store(warehouse, judged))
    daemon = Daemon(warehouse)
    for _ in range(2):
        body = notice()
        receiver.receive(signed(body), body)
        assert len(daemon.tick()) == 1
        daemon.start("acme:100")
        daemon.end("acme:100")
        with warehouse.transaction() as connection:
            connection.execute("TRUNCATE ops.bill_event, ops.bill_burst, ops.sync_start RESTART IDENTITY")
    assert len(daemon.launched) == 2
    daemon.close()


def test_a_sync_that_is_queued_or_runs_is_not_doubled(warehouse: Warehouse):
    """What is queued answers what came before it begins; what came during a run is answered after it."""
    receiver = Receiver(LISTENERS, lambda judged: store(warehouse, judged))
    daemon = Daemon(warehouse)

    def deliver(name: str) -> None:
        body = notice(name)
        receiver.receive(signed(body), body)

    daemon.queue("acme:100")
    deliver("before")
    assert (daemon.tick(), daemon.reasons) == ([], ["acme:100: a sync is queued"])
    daemon.start("acme:100")
    deliver("during")
    assert (daemon.tick(), daemon.reasons) == ([], ["acme:100: a sync is under way"])
    daemon.end("acme:100")
    assert daemon.tick() == []
    (after,) = daemon.tick()
    assert after.tags["bill_events"] == "1"
    daemon.close()


def test_a_run_whose_process_was_killed_holds_up_nothing(warehouse: Warehouse):
    """It is still called started, and nobody will ever end it."""
    receiver = Receiver(LISTENERS, lambda judged: store(warehouse, judged))
    daemon = Daemon(warehouse)
    daemon.queue("acme:100")
    daemon.start("acme:100")
    daemon.end("acme:100", is_killed=True)
    body = notice()
    receiver.receive(signed(body), body)
    assert len(daemon.tick()) == 1
    assert daemon.runs(Status.STARTED)
    daemon.close()


def test_events_of_an_entity_that_nobody_discovered_wait(warehouse: Warehouse):
    """No run can be asked for without its partition; the others are not held up."""
    receiver = Receiver(LISTENERS, lambda judged: store(warehouse, judged))
    daemon = Daemon(warehouse)
    for organization, key in ((LISTENERS[0].organization_id, KEY), (OTHER_ORGANIZATION, OTHER_KEY)):
        body = notice("e", organization)
        receiver.receive(signed(body, key), body)
    assert [request.partition_key for request in daemon.ask(known=("acme:200",))] == ["acme:200"]
    assert [one.entity for one in waiting(warehouse)] == ["acme:100"]
    daemon.close()


def test_dagsters_own_words_are_what_they_are_taken_for():
    """The tags by which it knows a key and a partition again."""
    assert (RUN_KEY_TAG, PARTITION_TAG) == (DAGSTERS_RUN_KEY_TAG, DAGSTERS_PARTITION_TAG)
