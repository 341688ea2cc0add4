"""Reads the records of one BILL table over one window, with proof that all of them came.

BILL announces no count, so the proof is another one: the cursor was followed until a page named no next one, no
record was handed on twice, and the records came in the order that was asked for. ``announced`` therefore equals
``received``.

How each window is read:

* ``ALL``: ``sort=createdTime:asc``, no filter, so that archived records and drafts come too. That order cannot change
  while pages are read, so nothing is skipped. What changed meanwhile may lie on a page already read: the watermark
  never passes the moment at which BILL, by its own clock, answered the first page (by ours, if it does not say; the
  caller's overlap then also covers how far the clocks differ).
* ``CHANGED``: vendors, customers, bills, invoices and bank accounts by ``updatedTime:gte``,
  ``sort=updatedTime:asc``. What changes meanwhile moves to the
  end, and if page tokens are mere positions (BILL does not say), others slide past the reader. So each page is a
  question of its own, from the last time seen; tokens are followed only where more records than a page holds share
  one instant. A record that comes again, changed, is not handed on twice: the watermark stops at its change, and the
  next window brings it, with its lines as they are then.
  Payments, received payments, credits, credit memos, money movements, users and classifications have no published
  time filter: they are read newest first until one is older than the window. A record that changes meanwhile moves
  to the front and pushes others back, towards the reader: they come twice and are handed on once, none slides by.
  Payment terms are few and have no published sorting: read whole, kept by time. So are cards, which are read whole
  each time.
There is no window for a month: no document can be filtered by its own date (invoice, credit, payment or process date
are not in BILL's list of filterable fields), nor does the day on which one was entered bound it. Months are counted
from a reading of everything (ADR 0018).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from intacct_pipelines.clients.bill import BillPage, Filter, Session
from intacct_pipelines.domain.catalog import Table
from intacct_pipelines.domain.records import Tally, Window, WindowKind
from intacct_pipelines.errors import ConfigurationError, IncompleteResultError, UnreadableResponseError
from intacct_pipelines.extract.instants import read_instant, to_milliseconds, write_instant
from intacct_pipelines.extract.json_records import Record

_CREATED: Final = "createdTime"
_UPDATED: Final = "updatedTime"
_FILTERED_BY_TIME: Final = frozenset({"vendor", "customer", "ap_bill", "ar_invoice", "bank_account"})
"""Whose lists BILL publishes as filterable by `updatedTime`; of the others that is not known."""
_SINGLE: Final = "organization"
_UNSORTED: Final = frozenset({"ap_term", "ap_card"})
_WITHIN: Final = {"funding_card": ("cards", {"cardUserStatus": "VERIFIED"})}
"""Lists that are an array of an object: its name, and what must be asked for."""
_MOST_QUESTIONS: Final = 100_000


@dataclass(frozen=True, slots=True)
class _Plan:
    """How one table is asked for over one window."""

    path: str
    sort_field: str = ""
    is_by_time: bool = False
    newest_first: bool = False

    @property
    def sort(self) -> str:
        direction = "desc" if self.newest_first else "asc"
        return f"{self.sort_field}:{direction}" if self.sort_field else ""


def _plan(table: Table, organization_id: str, window: Window) -> _Plan:
    path = table.source_object.replace("{organization_id}", organization_id)
    if table.name == _SINGLE or table.name in _UNSORTED or table.name in _WITHIN:
        return _Plan(path)
    if window.kind is not WindowKind.CHANGED:
        return _Plan(path, sort_field=_CREATED)
    if table.name in _FILTERED_BY_TIME:
        return _Plan(path, sort_field=_UPDATED, is_by_time=True)
    return _Plan(path, sort_field=_UPDATED, newest_first=True)


def _check(session: Session, organization_id: str, table: Table, window: Window) -> None:
    if session.organization_id != organization_id:
        raise ConfigurationError(f"The session is of {session.organization_id}, not of {organization_id}.")
    if table.schema != "bill" or table.embedded_in:
        raise ConfigurationError(
            f"{table.qualified_name} is not read from BILL by itself; lines come with their bills."
        )
    if window.kind not in {WindowKind.ALL, WindowKind.CHANGED}:
        raise ConfigurationError(f"BILL's {table.name} cannot be read by the window {window}.")
    if window.kind is WindowKind.CHANGED and read_instant(window.since) is None:
        raise ConfigurationError(f"{window.since[:40]!r} is not a time from which BILL could read changes.")


class Reader:
    """Pages of records of one window, each record once, and what they prove."""

    def __init__(self, session: Session, organization_id: str, table: Table, window: Window, tally: Tally) -> None:
        _check(session, organization_id, table, window)
        self._session = session
        self._table = table
        self._window = window
        self._tally = tally
        self._plan = _plan(table, organization_id, window)
        self._since = read_instant(window.since)
        self._last: datetime | None = None
        self._newest: tuple[datetime, str] | None = None
        self._ceiling: datetime | None = None
        self._began: datetime | None = None
        self._followed_token = False
        self._seen: dict[str, datetime | None] = {}

    def __iter__(self) -> Iterator[list[Record]]:
        before = self._session.requests
        for page in self._pages():
            if page.number == 1:
                self._began = page.served_at
                if self._window.kind is WindowKind.ALL:
                    self._lower_ceiling(page.served_at)
            records = [record for record in page.results if self._is_wanted(record) and self._is_first_copy(record)]
            self._prove_order(page.results)
            self._tally.announced += len(records)
            self._tally.received += len(records)
            self._tally.requests = self._session.requests - before
            yield records
            if self._is_past_window(page):
                break
        self._tally.requests = self._session.requests - before
        self._tally.watermark = self._watermark()

    def _pages(self) -> Iterator[BillPage]:
        if self._table.name == _SINGLE:
            return iter([BillPage([self._session.get(self._plan.path)], 1, is_last=True)])
        if self._table.name in _WITHIN:
            return iter([self._array_of_object(*_WITHIN[self._table.name])])
        if self._plan.is_by_time and self._since is not None:
            return self._pages_by_time(self._since)
        return self._session.list(self._plan.path, sort=self._plan.sort, may_be_plain=self._table.name in _UNSORTED)

    def _array_of_object(self, name: str, question: Mapping[str, str]) -> BillPage:
        records = self._session.get(self._plan.path, question).get(name)
        if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
            raise UnreadableResponseError(
                f"BILL's answer has no list of {name}.", system="bill", operation=f"GET {self._plan.path}"
            )
        return BillPage(records, 1, is_last=True)

    def _pages_by_time(self, since: datetime) -> Iterator[BillPage]:
        for _ in range(_MOST_QUESTIONS):
            asked_from = since
            question = Filter(_UPDATED, "gte", write_instant(since))
            for page in self._session.list(self._plan.path, filters=(question,), sort=self._plan.sort):
                yield page
                if page.is_last:
                    return
                since = max((to_milliseconds(moment) for moment in _updates(page)), default=since)
                if since > asked_from:
                    break
                self._followed_token = True
        raise IncompleteResultError(
            f"BILL's changes did not end within {_MOST_QUESTIONS} pages.",
            system="bill",
            operation=f"GET {self._plan.path}",
        )

    def _is_wanted(self, record: Record) -> bool:
        """Whether the record lies in the window; one that does not say so is wanted, and judged when it is typed."""
        if self._window.kind is WindowKind.CHANGED and self._since is not None:
            updated = read_instant(record.get(_UPDATED))
            return updated is None or updated >= self._since
        return True

    def _is_first_copy(self, record: Record) -> bool:
        updated = read_instant(record.get(_UPDATED))
        if updated is not None and (self._newest is None or updated > self._newest[0]):
            self._newest = (updated, record[_UPDATED])
        record_id = record.get("id")
        if not isinstance(record_id, str):
            return True
        if record_id not in self._seen:
            self._seen[record_id] = updated
            return True
        first = self._seen[record_id]
        if updated != first:
            # Behind a token, the change may have let others slide by: all from its old place on is read again.
            self._lower_ceiling(first if self._followed_token else updated)
        return False

    def _lower_ceiling(self, moment: datetime | None) -> None:
        if moment is not None and (self._ceiling is None or moment < self._ceiling):
            self._ceiling = moment

    def _prove_order(self, records: Sequence[Record]) -> None:
        if not self._plan.sort_field:
            return
        for record in records:
            moment = read_instant(record.get(self._plan.sort_field))
            if moment is None:
                continue
            if self._plan.newest_first and self._began is not None and moment >= self._began:
                # Changed while this is read, so it came to the front, behind which the reading already is.
                continue
            earlier, later = (moment, self._last) if self._plan.newest_first else (self._last, moment)
            if earlier is not None and later is not None and earlier > later:
                self._tally.in_order = False
            self._last = moment

    def _is_past_window(self, page: BillPage) -> bool:
        if not self._plan.newest_first or self._since is None:
            return False
        return any((read_instant(record.get(_UPDATED)) or self._since) < self._since for record in page.results)

    def _watermark(self) -> str:
        if self._newest is None:
            return ""
        moment, text = self._newest
        if self._ceiling is not None and self._ceiling < moment:
            return write_instant(self._ceiling)
        return text


def _updates(page: BillPage) -> list[datetime]:
    moments = (read_instant(record.get(_UPDATED)) for record in page.results)
    return [moment for moment in moments if moment is not None]
