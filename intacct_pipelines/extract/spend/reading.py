"""Spend & Expense's lists, read to their end and proven.

Like BILL, it announces no count. How each window is read:

* Transactions, ``ALL``: by ``occurredTime``, which never changes. Each page is a question of its own, from the last
  time seen, so that neither a record that comes in earlier nor one that vanishes pushes others past the reader; tokens
  are followed only where more transactions than a page holds share one instant. A list has parents only: the children
  of a split are read one by one (S-CRD-11).
* Transactions, ``CHANGED``: the same with ``updatedTime:gte``, and then all that occurred since ``reread_from``,
  whatever their ``updatedTime``. BILL does not say that the vendor's sync touches ``updatedTime`` when it notes its
  result (S-CRD-10), so the span within which a sync may still happen (S-CRD-08) is read again each time. A result
  that is noted later than that, without a new time, is found by the weekly reading of everything.
* Transactions, ``MONTH``: the same between two values of ``occurredTime``; a month is one of UTC. A stored transaction
  of the month that does not come is asked for by its id: it may have moved to another month, and is gone only if it is
  not there, or has become a part of a split, which lists hide. A month moves no watermark.
* Everything else has no filter by time and is read whole. These lists sort by nothing that stays, so a list of more
  than one page is read again until two readings in a row have the same ids.

Unknown parameters and misspelt filters are answered as if they were not there, so each answer is held against its
question: a record outside of it is an error, never passed over.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

from intacct_pipelines.clients.spend import MAX_TRANSACTIONS, Filter, Page, SpendClient
from intacct_pipelines.domain.catalog import Table
from intacct_pipelines.domain.records import Tally, Window, WindowKind
from intacct_pipelines.errors import (
    ConfigurationError,
    IncompleteResultError,
    RecordNotFoundError,
    UnreadableResponseError,
)
from intacct_pipelines.extract.instants import read_instant, to_milliseconds, write_instant
from intacct_pipelines.extract.json_records import Record

CHILDREN_MISSING: Final = "children missing"
"""Key under which a split whose children could not all be read says so."""

_OCCURRED: Final = "occurredTime"
_UPDATED: Final = "updatedTime"
_TRANSACTION: Final = "card_transaction"
_FIELD: Final = "custom_field"
_MOST_QUESTIONS: Final = 100_000
_PAGE: Final = 100


class Reader:
    """Pages of records of one window, each record once, and what they prove.

    Args:
        client: Of the platform account.
        table: A table of schema ``spend`` that is not embedded in another.
        window: How much to read.
        tally: What is counted; complete once the pages are exhausted.
        reread_from: For changes of transactions: from when on all are read again; None for not at all.
        expected: For a month: keys of the transactions that are stored of it.

    Raises:
        ConfigurationError: The table and the window do not fit.
    """

    def __init__(
        self,
        client: SpendClient,
        table: Table,
        window: Window,
        tally: Tally,
        *,
        reread_from: datetime | None = None,
        expected: Sequence[str] = (),
    ) -> None:
        _check(table, window)
        self._client = client
        self._table = table
        self._window = window
        self._tally = tally
        self._reread_from = reread_from
        self._expected = expected
        self._seen: dict[str, datetime | None] = {}
        self._newest: tuple[datetime, str] | None = None
        self._ceiling: datetime | None = None

    def __iter__(self) -> Iterator[list[Record]]:
        before = self._client.requests
        pages = self._transactions() if self._table.name == _TRANSACTION else self._whole_list()
        for records in pages:
            self._tally.announced += len(records)
            self._tally.received += len(records)
            self._tally.requests = self._client.requests - before
            yield records
        self._tally.requests = self._client.requests - before
        self._tally.watermark = self._watermark()

    # Transactions

    def _transactions(self) -> Iterator[list[Record]]:
        for question in self._questions():
            last: datetime | None = None
            for page in self._pages_by_time(question):
                # What changes after this answer may lie on a page that was read before it.
                self._lower_ceiling(page.served_at)
                for record in page.results:
                    moment = read_instant(record.get(_OCCURRED))
                    if moment is not None and last is not None and moment < last:
                        self._tally.in_order = False
                    last = moment or last
                own = (record for record in page.results if question.has(record))
                yield [self._with_parts(record) for record in own if self._is_first_copy(record)]
        if moved := [found for key in self._expected if (found := self._elsewhere(key)) is not None]:
            yield [self._with_parts(record) for record in moved]

    def _questions(self) -> list[_Question]:
        if self._window.kind is WindowKind.ALL:
            return [_Question()]
        if self._window.kind is WindowKind.MONTH:
            return [
                _Question(occurred_from=_midnight(month), occurred_until=_month_end(month))
                for month in self._window.months
            ]
        changed = _Question(updated_from=read_instant(self._window.since))
        return [changed, _Question(occurred_from=self._reread_from)] if self._reread_from else [changed]

    def _pages_by_time(self, question: _Question) -> Iterator[Page]:
        occurred_from = question.occurred_from
        for _ in range(_MOST_QUESTIONS):
            asked_from = occurred_from
            asked = replace(question, occurred_from=occurred_from)
            for page in self._list(self._table.source_object, asked.filters):
                asked.prove(page.results)
                yield page
                if page.is_last:
                    return
                moments = [moment for record in page.results if (moment := read_instant(record.get(_OCCURRED)))]
                occurred_from = max(map(to_milliseconds, moments), default=occurred_from)
                if occurred_from is not None and (asked_from is None or occurred_from > asked_from):
                    break
        raise self._incomplete(f"the transactions did not end within {_MOST_QUESTIONS} pages")

    def _list(self, path: str, filters: Sequence[Filter]) -> Iterator[Page]:
        return self._client.list(
            path,
            filters=filters,
            sort=f"{_OCCURRED}:asc",
            page_size=MAX_TRANSACTIONS,
            params={"includeReceipts": "true"},
        )

    def _is_first_copy(self, record: Record) -> bool:
        updated = read_instant(record.get(_UPDATED))
        if updated is not None and (self._newest is None or updated > self._newest[0]):
            self._newest = (updated, record[_UPDATED])
        key = record.get("uuid")
        if not isinstance(key, str):
            return True
        if key in self._seen:
            if self._seen[key] != updated:
                # It changed between two pages: the next window brings it again as it is then.
                self._lower_ceiling(updated)
            return False
        self._seen[key] = updated
        return True

    def _elsewhere(self, key: str) -> Record | None:
        """Return a stored transaction that did not come with its month; None if the list has it no more."""
        if key in self._seen:
            return None
        try:
            record = self._client.get(f"{self._table.source_object}/{key}", {"includeReceipts": "true"})
        except RecordNotFoundError:
            return None
        is_part = record.get("parentTransactionUuid") or record.get("parentTransactionId")
        return None if is_part or not self._is_first_copy(record) else record

    def _with_parts(self, record: Record) -> Record:
        """Give a transaction its children, each read by its id (S-CRD-11); one that is not split is its own part."""
        ids = record.get("childTransactionUuids") or record.get("childTransactionIds") or []
        if not ids:
            return {**record, "lines": [record], "parts": [record]}
        if not isinstance(ids, list) or not all(isinstance(child_id, str) for child_id in ids):
            return {**record, CHILDREN_MISSING: True}
        try:
            children = [self._client.get(f"{self._table.source_object}/{child_id}") for child_id in ids]
        except RecordNotFoundError:
            return {**record, CHILDREN_MISSING: True}
        return {**record, "lines": children, "parts": [record, *children]}

    def _lower_ceiling(self, moment: datetime | None) -> None:
        if moment is not None and (self._ceiling is None or moment < self._ceiling):
            self._ceiling = moment

    def _watermark(self) -> str:
        if self._newest is None or not self._table.cursor or self._window.kind is WindowKind.MONTH:
            return ""
        moment, text = self._newest
        return write_instant(self._ceiling) if self._ceiling is not None and self._ceiling < moment else text

    # Lists

    def _whole_list(self) -> Iterator[list[Record]]:
        records = [*self._client.settled(self._table.source_object)]
        for start in range(0, len(records), _PAGE):
            page = records[start : start + _PAGE]
            yield [self._with_values(record) for record in page] if self._table.name == _FIELD else page

    def _with_values(self, field: Record) -> Record:
        key = field.get("uuid")
        return {**field, "values": self._client.settled(f"{self._table.source_object}/{key}/values")}

    def _incomplete(self, what: str) -> IncompleteResultError:
        return IncompleteResultError(
            f"Spend & Expense: {what}.", system="spend", operation=f"GET {self._table.source_object}"
        )


@dataclass(frozen=True, slots=True)
class _Question:
    """Between which instants transactions are asked for; the last one itself is not meant."""

    updated_from: datetime | None = None
    occurred_from: datetime | None = None
    occurred_until: datetime | None = None

    @property
    def filters(self) -> list[Filter]:
        # There is no operator for what lies before an instant.
        bounds = (
            (_UPDATED, "gte", self.updated_from),
            (_OCCURRED, "gte", self.occurred_from),
            (_OCCURRED, "lte", self.occurred_until),
        )
        return [Filter(field, op, write_instant(moment)) for field, op, moment in bounds if moment is not None]

    def has(self, record: Record) -> bool:
        """Whether a record of the answer is meant; one that does not say when it occurred is, and is judged later."""
        moment = read_instant(record.get(_OCCURRED))
        return self.occurred_until is None or moment is None or moment < self.occurred_until

    def prove(self, records: Sequence[Record]) -> None:
        """Refuse an answer to another question: filters that are not understood are silently left out.

        Raises:
            UnreadableResponseError: A record lies outside of the question.
        """
        first, last = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
        for field, since, until in (
            (_UPDATED, self.updated_from, None),
            (_OCCURRED, self.occurred_from, self.occurred_until),
        ):
            low, high = to_milliseconds(since or first), until or last
            moments = (read_instant(record.get(field)) for record in records)
            if any(not low <= to_milliseconds(moment) <= high for moment in moments if moment):
                raise UnreadableResponseError(
                    f"Spend & Expense did not heed the filter on {field}.",
                    system="spend",
                    operation="GET /v3/spend/transactions",
                    remedy="Read the table whole (job sweep), and report it: the API may have changed.",
                )


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _month_end(month: date) -> datetime:
    return _midnight((month.replace(day=1) + timedelta(days=31)).replace(day=1))


def _check(table: Table, window: Window) -> None:
    if table.schema != "spend" or table.embedded_in:
        raise ConfigurationError(
            f"{table.qualified_name} is not read from Spend & Expense by itself, but with what it belongs to."
        )
    is_transactions = table.name == _TRANSACTION
    if window.kind is WindowKind.PARENTS or (window.kind is not WindowKind.ALL and not is_transactions):
        raise ConfigurationError(f"{table.qualified_name} cannot be read by the window {window}.")
    if window.kind is WindowKind.MONTH and not window.months:
        raise ConfigurationError("A window that is a month needs to say which.")
    if window.kind is WindowKind.CHANGED and read_instant(window.since) is None:
        raise ConfigurationError(f"{window.since[:40]!r} is not a time from which changes could be read.")
