"""Intacct's objects → batches of typed rows with a tally that proves them complete. Nothing is written or dropped here.

Which rows a window covers is decided here; how pages are cut and proven, in ``clients.intacct.reading``.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Context, Decimal
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from intacct_pipelines.clients.intacct import (
    Condition,
    Filter,
    Operator,
    Page,
    Query,
    Session,
    all_of,
    any_of,
    format_date,
    format_timestamp,
)
from intacct_pipelines.domain.catalog import OBJECT_NAME, Table
from intacct_pipelines.domain.columns import of_texts, text_bytes
from intacct_pipelines.domain.money import DECIMAL_TEXT
from intacct_pipelines.domain.records import Batch, SourceField, Tally, Window, WindowKind
from intacct_pipelines.errors import UnknownFieldError
from intacct_pipelines.extract.typing import type_rows

COMPANY_ZONE: Final = "America/Los_Angeles"
"""Zone of WHENMODIFIED unless the connection says otherwise; recorded replies point to it."""
PARENTS_PER_QUERY: Final = 1000
"""The gateway takes at most so many values in one ``in``."""

_CELLS_AT_ONCE: Final = 300_000
"""Cells that are typed together: each call costs something for each column, and many wide rows take much memory."""
_STAMP_LENGTH: Final = len("mm/dd/yyyy hh:mm:ss")
_DIGITS: Final = 76
"""All that arrow's decimals can have: no sum of amounts runs over."""
_ACCOUNTING: Final = Context(prec=_DIGITS)
_SERVER_TIME: Final = re.compile(r"([0-9]{2})/([0-9]{2})/([0-9]{4})(?: ([0-9]{2}:[0-9]{2}:[0-9]{2}))?")


@dataclass(frozen=True, slots=True)
class EntityDetails:
    """One entity that the user may enter."""

    entity_id: str
    name: str
    currency: str


class IntacctExtraction:
    """One reading of one table over one window; satisfies ``domain.records.Extraction``.

    Args:
        session: Where to read.
        table: What to read.
        window: Which rows.
        zone: IANA name of the zone of the company's timestamps.
        fields: Fields that the company has: its own become ``custom_fields``, and optional ones that it lacks stay
            empty. Without any, what is declared is asked for.
    """

    def __init__(
        self,
        session: Session,
        table: Table,
        window: Window,
        *,
        zone: str = COMPANY_ZONE,
        fields: Sequence[SourceField] = (),
    ) -> None:
        self.table = table
        self.window = window
        self.tally = Tally()
        self._session = session
        self._zone = zone
        self._missing, self._absent = _lacking(table, fields)
        known = {OBJECT_NAME, *self._absent}
        declared = dict.fromkeys(column.source for column in table.columns if column.source not in known)
        self._fields = tuple(dict.fromkeys((*declared, *(field.name for field in fields if field.is_custom))))
        self._cursor = table.column(table.cursor).source if table.cursor else ""
        self._filters = _window_filters(table, window)

    def __iter__(self) -> Iterator[Batch]:
        """Yield batches.

        Raises:
            UnknownFieldError: The company, or this user, does not have a field; names it if ``fields`` tell which.
            IncompleteResultError: Rows are missing or out of order.
            RemoteSystemError: Any other failure.
        """
        if self._missing:
            raise self._unknown_fields(self._missing)
        before = self._session.requests
        for condition in self._filters:
            yield from self._read(condition)
            self.tally.requests = self._session.requests - before

    def _read(self, condition: Filter | None) -> Iterator[Batch]:
        key = self.table.column(self.table.key[-1]).source
        query = Query(self.table.source_object, self._fields, condition, key=key)
        announced = 0
        for page in joined(self._session.read_pages(query), _CELLS_AT_ONCE):
            announced = page.total_count
            self.tally.received += page.count
            self._note(page)
            absent = {name: pa.nulls(page.count, pa.string()) for name in self._absent}
            yield type_rows(self.table, {**page.columns, **absent, **self._object_name(page.count)}, zone=self._zone)
            del page  # a page is large: it must not wait here while the next one is read
        self.tally.announced += announced

    def _object_name(self, rows: int) -> dict[str, pa.Array]:
        """The column with the object's name, where the table is one of several objects."""
        if all(column.source != OBJECT_NAME for column in self.table.columns):
            return {}
        return {OBJECT_NAME: of_texts([self.table.source_object] * rows)}

    def _note(self, page: Page) -> None:
        """Add the page's control total and watermark to the tally."""
        if self.table.control_total:
            total = exact_sum(page.columns[self.table.column(self.table.control_total).source])
            self.tally.control_total = _ACCOUNTING.add(self.tally.control_total, total)
        if self._cursor:
            self.tally.watermark = latest_time(page.columns[self._cursor], self.tally.watermark)

    def _unknown_fields(self, absent: frozenset[str]) -> UnknownFieldError:
        names = ", ".join(sorted(absent))
        return UnknownFieldError(
            f"{self.table.source_object} has no {names} for this company and user",
            system="intacct",
            operation="query",
            remedy="Give the user's role access to the fields, or take them out of the catalog.",
        )


def _lacking(table: Table, fields: Sequence[SourceField]) -> tuple[frozenset[str], frozenset[str]]:
    """Declared fields that the company lacks: those that must be there, and optional ones."""
    if not fields:
        return frozenset(), frozenset()
    known = {field.name for field in fields}
    # fields of related records are not among an object's own
    known.add(OBJECT_NAME)
    lacking = [column for column in table.columns if "." not in column.source and column.source not in known]
    return (
        frozenset(column.source for column in lacking if not column.is_optional),
        frozenset(column.source for column in lacking if column.is_optional),
    )


def changed_since(watermark: str, overlap: timedelta) -> str:
    """Return the server's timestamp ``overlap`` before ``watermark``; for ``Window.since``.

    Raises:
        ValueError: The watermark is not the server's ``mm/dd/yyyy hh:mm:ss``.
    """
    match = _SERVER_TIME.fullmatch(watermark)
    if match is None:
        msg = f"not a timestamp of the server: {watermark[:40]!r}"
        raise ValueError(msg)
    month, day, year, clock = match.groups()
    return format_timestamp(datetime.fromisoformat(f"{year}-{month}-{day}T{clock or '00:00:00'}") - overlap)


def count_months(session: Session, table: Table, first: date, last: date) -> int:
    """Ask how many documents the months from ``first`` to ``last`` have; costs one call, whatever the number.

    Args:
        session: Where to ask.
        table: A table of documents.
        first: Any day of the first month.
        last: Any day of the last month.

    Raises:
        RemoteSystemError: The source does not answer, or refuses.
    """
    return _count(session, table, _months(table, first, last))


def find_differing_months(count: Callable[[date, date], int], stored: Mapping[date, int]) -> tuple[date, ...]:
    """Find the months of which the source has another number of rows than is stored, by halving what differs.

    The whole span is counted once, and then one half of each that differs: a single month among 36 takes at most 7
    calls, and no number of months takes more than one a month. Differences that cancel out within a half are not seen.

    Args:
        count: Asks how many rows the months from one to another have.
        stored: Rows by month, by first days; at least one.

    Returns:
        First days, ascending; none if the rows that differ lie outside of the stored months.

    Raises:
        RemoteSystemError: The source does not answer, or refuses.
    """
    months = _span(min(stored), max(stored))
    found: list[date] = []
    ranges = [(months, count(months[0], months[-1]))]
    while ranges:
        span, there = ranges.pop()
        if there == sum(stored.get(month, 0) for month in span):
            continue
        if len(span) == 1:
            found += span
            continue
        early, late = span[: len(span) // 2], span[len(span) // 2 :]
        of_early = count(early[0], early[-1])
        ranges += [(late, there - of_early), (early, of_early)]
    return tuple(found)


def _span(first: date, last: date) -> list[date]:
    """First days of all months from ``first`` to ``last``."""
    numbers = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [date(number // 12, number % 12 + 1, 1) for number in numbers]


def count_all(session: Session, table: Table) -> int:
    """Ask how many rows of a table the session sees; costs one call, whatever the number.

    Raises:
        RemoteSystemError: The source does not answer, or refuses.
    """
    return _count(session, table, None)


def _count(session: Session, table: Table, condition: Filter | None) -> int:
    key = table.column(table.key[0]).source
    query = Query(table.source_object, (key,), condition, page_size=1)
    return next(session.read_pages(query, in_flight=1)).total_count


def read_closed_period(session: Session) -> date | None:
    """Return the last closed day of the session's entity; None if nothing is closed."""
    return session.closed_books_date()


def discover_entities(session: Session) -> list[EntityDetails]:
    """Return the entities that the user may enter, by id; empty for a company without entities."""
    found = [
        EntityDetails(record.get("id") or "", record.get("name") or "", record.get("currency") or "")
        for record in session.entities()
    ]
    return sorted((entity for entity in found if entity.entity_id), key=lambda entity: entity.entity_id)


def _window_filters(table: Table, window: Window) -> list[Filter | None]:
    """The filters whose rows together are the window; each is one query."""
    match window.kind:
        case WindowKind.ALL:
            return [_only(table)]
        case WindowKind.CHANGED:
            return [all_of(_only(table), _changed(table, window.since))]
        case WindowKind.MONTH:
            return _each_month(table, window.months)
        case WindowKind.PARENTS:
            return _parents(table, window.parent_keys)


def _changed(table: Table, since: str) -> Filter | None:
    if not table.cursor or not since:
        msg = f"{table.qualified_name}: a window of changes needs a cursor and a timestamp to begin at"
        raise ValueError(msg)
    cursor = table.column(table.cursor)
    later = Condition(cursor.source, Operator.GREATER_OR_EQUAL, (since,))
    # rows that nobody ever touched have no time of change; without the second half they would never be read
    return later if cursor.required else any_of(later, Condition(cursor.source, Operator.IS_NULL))


def _only(table: Table) -> Filter | None:
    field, values = table.only
    return Condition(field, Operator.IN, values) if field else None


def _each_month(table: Table, months: Sequence[date]) -> list[Filter | None]:
    if not months:
        msg = f"{table.qualified_name}: a window of months needs months"
        raise ValueError(msg)
    return [_months(table, month, month) for month in months]


def _months(table: Table, first: date, last: date) -> Filter:
    if not table.document_date:
        msg = f"{table.qualified_name}: a month needs a document date"
        raise ValueError(msg)
    end = last.replace(day=monthrange(last.year, last.month)[1])
    source = table.column(table.document_date).source
    return Condition(source, Operator.BETWEEN, (format_date(first.replace(day=1)), format_date(end)))


def _parents(table: Table, keys: Sequence[str]) -> list[Filter | None]:
    if not table.parent_key:
        msg = f"{table.qualified_name} has no parent"
        raise ValueError(msg)
    source = table.column(table.parent_key).source
    return [
        Condition(source, Operator.IN, tuple(keys[at : at + PARENTS_PER_QUERY]))
        for at in range(0, len(keys), PARENTS_PER_QUERY)
    ]


def joined(pages: Iterable[Page], cells: int) -> Iterator[Page]:
    """Join pages of one reading, in order, until each has about so many cells; one that has more stays as it is."""
    waiting: list[Page] = []
    for page in pages:
        if waiting and (sum(one.count for one in waiting) + page.count) * len(page.fields) > cells:
            yield _one(waiting)
            waiting = []
        waiting.append(page)
        del page  # as in ``_read``
    if waiting:
        yield _one(waiting)


def _one(pages: list[Page]) -> Page:
    """Return the pages as one, and let go of them."""
    first, last = pages[0], pages[-1]
    if len(pages) == 1:
        pages.clear()
        return first
    columns = {field: pa.concat_arrays([page.columns[field] for page in pages]) for field in first.columns}
    count = sum(page.count for page in pages)
    pages.clear()
    return Page(first.fields, columns, last.total_count, count, last.remaining)


def exact_sum(cells: pa.Array) -> Decimal:
    """The exact sum of what is a decimal; the rest is the typing's business."""
    decimals = cells.filter(pc.match_substring_regex(cells, f"^(?:{DECIMAL_TEXT.pattern})$"))
    if not len(decimals):
        return Decimal(0)
    places = pc.max(pc.binary_length(pc.replace_substring_regex(decimals, r"^[^.]*\.?", ""))).as_py()
    total: Decimal = pc.sum(decimals.cast(pa.decimal256(_DIGITS, places))).as_py()
    return total


def latest_time(cells: pa.Array, latest: str) -> str:
    """The latest of the server's timestamps, as written, ``latest`` among them; empty if none is readable."""
    last = _latest_stamp(cells)
    if not _SERVER_TIME.fullmatch(last):
        # a text that only looks like one comes first, or some have no time
        times = cells.filter(pc.match_substring_regex(cells, f"^(?:{_SERVER_TIME.pattern})$"))
        # mm/dd/yyyy hh:mm:ss → yyyymm/dd hh:mm:ss, of which the largest text is the latest
        parts = (pc.utf8_slice_codeunits(times, *ends) for ends in ((6, 10), (0, 5), (10, None)))
        text = pc.max(pc.binary_join_element_wise(*parts, of_texts([""])[0])).as_py() or ""
        last = text[4:9] + "/" + text[:4] + text[9:] if text else ""
    return max(last, latest, key=_order)


def _latest_stamp(cells: pa.Array) -> str:
    """The latest text, taking all to be of the form ``mm/dd/yyyy hh:mm:ss``; empty if one has another length."""
    present = cells.drop_null()
    if pc.binary_length(present).unique().to_pylist() != [_STAMP_LENGTH]:
        return ""
    stamps = text_bytes(present).reshape(len(present), _STAMP_LENGTH)
    for first, beyond in ((6, 10), (0, 5), (11, 19)):
        # of equally many bytes the larger text is the larger number
        padded = np.zeros((len(stamps), 8), np.uint8)
        padded[:, : beyond - first] = stamps[:, first:beyond]
        numbers = padded.view(">u8").ravel()
        stamps = stamps[numbers == numbers.max()]
    return str(stamps[0].tobytes(), "utf-8", "replace")


def _order(text: str) -> str:
    return text[6:10] + text[:5] + text[10:]
