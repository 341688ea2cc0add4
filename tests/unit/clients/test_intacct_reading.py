"""Pages of a query: every row once, whatever changes meanwhile, with no request too many."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intacct_pipelines.clients.intacct.query import Query
from intacct_pipelines.clients.intacct.reading import Cut, Reading
from intacct_pipelines.clients.intacct.reply import Listing
from intacct_pipelines.errors import IncompleteResultError

UNTIMED = settings(deadline=None)  # arrow imports pandas when it first makes an array
QUERY = Query("VENDOR", ("RECORDNO", "NAME"))


@dataclass
class Held:
    """An answer that is at hand."""

    rows: Listing
    edge: int | None
    remaining: int

    def listing(self) -> Listing:
        return self.rows


@dataclass
class Table:
    """A table on a server; ``before`` runs before each request."""

    rows: dict[int, str]
    before: Callable[[], None] = lambda: None
    cuts: list[Cut] = field(default_factory=list)

    def fetch(self, _query: Query, cut: Cut) -> Held:
        self.before()
        self.cuts.append(cut)
        keys = sorted(
            (key for key in self.rows if (cut.low or 0) < key and (cut.high is None or key < cut.high)),
            reverse=cut.descending,
        )
        page = keys[: cut.size]
        columns = {
            "RECORDNO": pa.array([str(key) for key in page], pa.string()),
            "NAME": pa.array([self.rows[key] for key in page], pa.string()),
        }
        remaining = len(keys) - len(page)
        return Held(Listing(columns, len(keys), len(page), remaining), page[-1] if page else None, remaining)


class AtOnce(Executor):
    """Runs what is submitted at once, in the caller's thread."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


def keys_of(reading: Reading) -> list[int]:
    return [int(text or "") for page in reading.pages() for text in page.columns["RECORDNO"].to_pylist()]


@UNTIMED
@given(keys=st.sets(st.integers(1, 10_000), max_size=120), size=st.integers(1, 17), ahead=st.booleans())
def test_every_row_arrives_once_with_no_request_too_many(keys: set[int], size: int, ahead: bool) -> None:
    """For any rows and page size each row arrives once, in exactly ⌈N/size⌉ requests (an empty result takes one)."""
    table = Table(dict.fromkeys(keys, "x"))
    pages = list(Reading(table, QUERY, size, AtOnce() if ahead else None).pages())
    received = [int(text or "") for page in pages for text in page.columns["RECORDNO"].to_pylist()]
    assert sorted(received) == sorted(keys)
    assert len(table.cuts) == max(1, math.ceil(len(keys) / size))
    assert {page.total_count for page in pages} == {len(keys)}
    assert pages[-1].remaining == 0


@UNTIMED
@given(
    keys=st.sets(st.integers(1, 400), max_size=90),
    size=st.integers(1, 9),
    ahead=st.booleans(),
    changes=st.lists(st.lists(st.tuples(st.booleans(), st.integers(1, 500)), max_size=6), max_size=40),
)
def test_rows_that_change_between_pages_hide_no_other_row(
    keys: set[int], size: int, ahead: bool, changes: list[list[tuple[bool, int]]]
) -> None:
    """Rows come and go before every request; each that was there throughout still arrives, and none twice."""
    table = Table(dict.fromkeys(keys, "x"))
    touched: set[int] = set()
    steps = iter(changes)

    def change() -> None:
        for insert, key in next(steps, []):
            touched.add(key)
            if insert:
                table.rows[key] = "new"
            else:
                table.rows.pop(key, None)

    table.before = change
    received = keys_of(Reading(table, QUERY, size, AtOnce() if ahead else None))
    assert len(received) == len(set(received))
    assert keys - touched <= set(received)
    assert set(received) <= keys | touched


def test_an_insert_and_a_delete_that_keep_the_total_hide_no_row() -> None:
    """The trap of counting: one row leaves an early page, another joins, the total stays, and nothing is missed."""
    table = Table(dict.fromkeys(range(1, 41), "x"))
    before = iter(range(100))

    def change() -> None:
        if next(before) == 2:
            del table.rows[3]
            table.rows[99] = "new"

    table.before = change
    assert set(range(1, 41)) - {3} <= set(keys_of(Reading(table, QUERY, 5, AtOnce())))


def test_rows_that_both_ends_bring_count_once() -> None:
    """Rows between the two ends vanish, so that the two pages under way meet and overlap."""
    table = Table(dict.fromkeys(range(1, 14), "x"))

    def change() -> None:
        if len(table.cuts) == 1:
            for key in (7, 8, 9):
                table.rows.pop(key, None)

    table.before = change
    received = keys_of(Reading(table, QUERY, 4, AtOnce()))
    assert sorted(received) == [1, 2, 3, 4, 5, 6, 10, 11, 12, 13]


def test_two_requests_are_under_way_wherever_two_may_be() -> None:
    """Of 50 pages all but the first and the last travel in pairs: 1 + ⌈50/2⌉ rounds."""
    table = Table(dict.fromkeys(range(1, 501), "x"))
    together = threading.Barrier(2, timeout=20)
    asked = iter(range(100))
    lock = threading.Lock()
    fetch = table.fetch

    def paired(query: Query, cut: Cut) -> Held:
        with lock:
            number = next(asked)
            answer = fetch(query, cut)
        if 0 < number < 49:
            together.wait()
        return answer

    table.fetch = paired  # type: ignore[method-assign]  # the server, slowed down
    with ThreadPoolExecutor(2) as executor:
        received = keys_of(Reading(table, QUERY, 10, executor))
    assert sorted(received) == list(range(1, 501))
    assert len(table.cuts) == 50


@pytest.mark.parametrize("pages", range(1, 14))
def test_real_threads_ask_for_no_page_too_many(pages: int) -> None:
    """Whichever answer overtakes which, p pages take p requests."""
    table = Table(dict.fromkeys(range(1, pages * 3), "x"))
    with ThreadPoolExecutor(2) as executor:
        received = keys_of(Reading(table, QUERY, 3, executor))
    assert sorted(received) == list(range(1, pages * 3))
    assert len(table.cuts) == pages


@pytest.mark.parametrize(
    "keys",
    [["1", "3", "2"], ["1", "1", "2"], ["1", "2", "x"], ["1", "2", None], ["10", "9", "11"], ["1", "0x2", "3"]],
    ids=["out of order", "twice", "no number", "empty", "as text", "hexadecimal"],
)
def test_rows_out_of_order_are_refused(keys: list[str | None]) -> None:
    """A server that does not order by number, or repeats a key, cannot be read in pages."""
    listing = Listing({"RECORDNO": pa.array(keys), "NAME": pa.array([None] * 3, pa.string())}, 3, 3, 0)
    last = keys[-1]

    class Server:
        def fetch(self, _query: Query, _cut: Cut) -> Held:
            return Held(listing, int(last) if last and last.isdecimal() else None, 0)

    with pytest.raises(IncompleteResultError):
        keys_of(Reading(Server(), QUERY, 5))


def test_a_server_that_ignores_the_bounds_is_refused() -> None:
    """Rows outside of the asked interval show that the filter was not applied; nothing is stored twice in silence."""
    table = Table(dict.fromkeys(range(1, 10), "x"))
    fetch = table.fetch
    table.fetch = lambda query, cut: fetch(query, Cut(None, None, cut.descending, cut.size))  # type: ignore[method-assign]  # the fault
    with pytest.raises(IncompleteResultError):
        keys_of(Reading(table, QUERY, 4))


def test_an_empty_page_that_promises_more_is_refused() -> None:
    """No rows and rows remaining would go on for ever."""

    class Server:
        def fetch(self, _query: Query, _cut: Cut) -> Held:
            return Held(Listing(dict.fromkeys(QUERY.fields, pa.array([], pa.string())), 3, 0, 3), None, 3)

    with pytest.raises(IncompleteResultError, match="announces 3"):
        keys_of(Reading(Server(), QUERY, 4))
