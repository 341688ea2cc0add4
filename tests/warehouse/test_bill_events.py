"""BILL's events in Postgres: each once, each in one burst, whatever comes at the same time."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from intacct_pipelines.domain.notification import Judged, Notification, Verdict
from intacct_pipelines.warehouse.bill_events import Waiting, answered, gather, starts_since, store, waiting, without_run
from intacct_pipelines.warehouse.connection import Warehouse
from intacct_pipelines.warehouse.syncing import alone, is_under_way

FOREVER = datetime(9999, 1, 1, tzinfo=UTC)


def event(event_id: str, entity: str = "acme:100", verdict: Verdict = Verdict.ACCEPTED, link: str = "us") -> Judged:
    return Judged(link, entity, Notification(event_id, "bill.updated", "008"), verdict, "0" * 64)


def test_an_event_is_stored_once_and_counted_each_time(warehouse: Warehouse):
    """The first tells that it is new, and further ones count."""
    assert [store(warehouse, event("a")) for _ in range(3)] == [True, False, False]
    with warehouse.transaction() as connection:
        row = connection.execute("SELECT times_received, last_received_at > received_at FROM ops.bill_event").fetchone()
    assert row == (3, True)


def test_only_what_was_accepted_waits(warehouse: Warehouse):
    """Neither what is too old nor what a key does not speak for asks for anything."""
    for number, verdict in enumerate(Verdict):
        store(warehouse, event(f"e{number}", verdict=verdict))
    (one,) = waiting(warehouse)
    assert (one.entity, one.events) == ("acme:100", 1)


def test_an_event_belongs_to_one_burst_for_good(warehouse: Warehouse):
    """What came until an instant is gathered, what came later waits; what comes again begins nothing."""
    store(warehouse, event("a"))
    (first,) = waiting(warehouse)
    store(warehouse, event("b"))
    burst = gather(warehouse, "acme:100", until=first.last_at)
    assert burst is not None
    assert burst.events == 1
    assert gather(warehouse, "acme:100", until=first.last_at) is None
    store(warehouse, event("a"))
    assert [one.events for one in waiting(warehouse)] == [1]
    assert without_run(warehouse) == [burst]
    answered(warehouse, burst.burst_id, "r1")
    assert without_run(warehouse) == []
    gather(warehouse, "acme:100", until=FOREVER, run_id="r2")
    assert (waiting(warehouse), without_run(warehouse)) == ([], [])


def test_the_same_id_under_two_links_is_two_events(warehouse: Warehouse):
    """Nobody can take an id away from another organisation's link."""
    assert store(warehouse, event("a", link="us"))
    assert store(warehouse, event("a", link="eu", entity="acme:200"))
    burst = gather(warehouse, "acme:100", until=FOREVER)
    assert burst is not None
    assert [(one.entity, one.events) for one in waiting(warehouse)] == [("acme:200", 1)]


def test_events_that_arrive_at_the_same_time_are_stored_and_gathered_once(warehouse: Warehouse):
    """Eight workers deliver the same forty events in their own orders while two gather: none is lost or doubled."""
    names = [f"e{number}" for number in range(40)]
    begin = threading.Barrier(10)

    def deliver(shift: int) -> int:
        begin.wait()
        return sum(store(warehouse, event(name)) for name in [*names[shift:], *names[:shift]])

    def collect() -> int:
        begin.wait()
        bursts = [gather(warehouse, "acme:100", until=FOREVER) for _ in range(20)]
        return sum(burst.events for burst in bursts if burst)

    with ThreadPoolExecutor(10) as pool:
        stored = [pool.submit(deliver, 5 * shift) for shift in range(8)]
        collected = [pool.submit(collect) for _ in range(2)]
        assert sum(one.result() for one in stored) == len(names)
        gathered = sum(one.result() for one in collected)
    rest = gather(warehouse, "acme:100", until=FOREVER)
    assert gathered + (rest.events if rest else 0) == len(names)


def test_a_burst_is_over_when_nothing_comes_or_it_has_lasted():
    """Quiet for long enough, or old enough."""
    quiet, at_most = timedelta(seconds=30), timedelta(seconds=300)
    now = datetime(2026, 11, 26, tzinfo=UTC)

    def is_over(first: int, last: int) -> bool:
        one = Waiting("acme:100", 2, now - timedelta(seconds=first), now - timedelta(seconds=last), now)
        return one.is_over(quiet, at_most)

    assert [is_over(30, 30), is_over(299, 29), is_over(300, 0)] == [True, False, True]


def test_one_sync_of_an_entity_at_a_time(warehouse: Warehouse):
    """A second run waits until the first is over, says so once, and then begins; another entity's does not wait."""
    told: list[str] = []
    order: list[str] = []
    is_in, may_end = threading.Event(), threading.Event()

    def first() -> None:
        with alone(warehouse, "acme:100", job="sync", run_id="r1", tell=told.append):
            is_in.set()
            may_end.wait(20)
            order.append("first ends")

    def second() -> None:
        def look_up(_seconds: float) -> None:
            may_end.set()
            running.join(20)

        with alone(warehouse, "acme:100", job="sync", run_id="r2", tell=told.append, sleep=look_up):
            order.append("second begins")

    running = threading.Thread(target=first)
    running.start()
    assert is_in.wait(20)
    assert is_under_way(warehouse, "acme:100")
    assert not is_under_way(warehouse, "acme:200")
    with alone(warehouse, "acme:200", job="sync", run_id="r3", tell=told.append):
        order.append("another entity's")
    second()
    assert order == ["another entity's", "first ends", "second begins"]
    assert told == ["Another run has the sync of acme:100; waiting for it."]
    assert not is_under_way(warehouse, "acme:100")
    runs = [run for run, _ in starts_since(warehouse, "acme:100", "sync", datetime(2020, 1, 1, tzinfo=UTC))]
    assert runs == ["r2", "r1"]


def test_a_connection_that_fails_while_a_run_waits_does_not_fail_it(warehouse: Warehouse, make_database):
    """Whoever waits connects again and again; that a busy server lets one wait too long ends nothing."""
    gone = Warehouse(warehouse.dsn)
    tries: list[float] = []

    def come_back(seconds: float) -> None:
        tries.append(seconds)
        if len(tries) == 2:
            gone.dsn = warehouse.dsn

    with alone(gone, "acme:100", job="sync", run_id="r0", tell=print):
        pass  # its pool is open, as that of a run that waits is
    gone.dsn = make_database().replace("/test_", "/nowhere_").replace("127.0.0.1", "127.0.0.2")
    with alone(gone, "acme:100", job="sync", run_id="r1", tell=print, sleep=come_back):
        assert is_under_way(warehouse, "acme:100")
    assert len(tries) == 2
    gone.close()
