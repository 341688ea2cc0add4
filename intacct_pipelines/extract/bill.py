"""BILL's records as batches of typed rows, with proof that all of them came.

BILL announces no count, so the proof is another one: the cursor was followed until a page named no next one, no
record was handed on twice, and the records came in the order that was asked for. ``announced`` therefore equals
``received``.

How each window is read:

* ``ALL``: ``sort=createdTime:asc``, no filter, so that archived records and drafts come too. That order cannot change
  while pages are read, so nothing is skipped. What changed meanwhile may lie on a page already read: the watermark
  never passes the moment at which BILL, by its own clock, answered the first page (by ours, if it does not say; the
  caller's overlap then also covers how far the clocks differ).
* ``CHANGED``: vendors and bills by ``updatedTime:gte``, ``sort=updatedTime:asc``. What changes meanwhile moves to the
  end, and if page tokens are mere positions (BILL does not say), others slide past the reader. So each page is a
  question of its own, from the last time seen; tokens are followed only where more records than a page holds share
  one instant. A record that comes again, changed, is not handed on twice: the watermark stops at its change, and the
  next window brings it, with its lines as they are then.
  Classifications have no published time filter: they are read newest first until one is older than the window.
  Payment terms are few and have no published sorting: read whole, kept by time.
* ``MONTH``: bills cannot be filtered by their date (it is not in BILL's list of filterable fields), nor does the day
  on which one was entered bound it. All bills are read and those of the month kept; a month costs as many requests
  as the whole. It moves no watermark, because it keeps only a part of what changed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Context, Decimal
from typing import Any, Final, TypeAlias

from intacct_pipelines.clients.bill import BillPage, Filter, Session
from intacct_pipelines.domain.catalog import BILL_TABLES, Table, select
from intacct_pipelines.domain.money import DECIMAL_TEXT
from intacct_pipelines.domain.records import Batch, Tally, TextColumn, Window, WindowKind
from intacct_pipelines.errors import ConfigurationError, IncompleteResultError
from intacct_pipelines.extract.typing import reject_row, type_rows

Record: TypeAlias = dict[str, Any]
Fault: TypeAlias = tuple[str, str, str]
"""Column, check and rule of a row that is rejected before it is typed."""

_BILL: Final = select(BILL_TABLES, "ap_bill")
_LINE: Final = select(BILL_TABLES, "ap_bill_line")
_CREATED: Final = "createdTime"
_UPDATED: Final = "updatedTime"
_FILTERED_BY_TIME: Final = frozenset({"vendor", "ap_bill"})
_SINGLE: Final = "organization"
_UNSORTED: Final = frozenset({"ap_term"})
_CURRENCY_OF_BILL: Final = "S-CUR-02"
_ACCOUNTING: Final = Context(prec=200)
"""Sums are exact: the usual 28 digits would round a total of many long amounts."""
_LONGEST_EXPONENT: Final = 60
_MOST_QUESTIONS: Final = 100_000
_MONTH_LENGTH: Final = len("2026-01")


def changed_since(watermark: str, overlap: timedelta) -> str:
    """Return the time from which the next window reads: the watermark less the overlap, as BILL's filters take it.

    Args:
        watermark: BILL's own timestamp text, such as ``2026-01-05T09:00:00.000+00:00``.
        overlap: How far to go back for records that became visible late.

    Raises:
        ValueError: The watermark is not a timestamp.
    """
    moment = _instant(watermark)
    if moment is None:
        msg = f"not a timestamp of BILL: {watermark[:40]!r}"
        raise ValueError(msg)
    return _write_instant(moment - overlap)


class BillExtraction:
    """Batches of one BILL table over one window; see ``domain.records.Extraction``.

    Args:
        session: Session of the organisation.
        organization_id: The organisation that is meant; must be the session's.
        table: Any table of schema ``bill`` but the lines, which come with their bills.
        window: How much to read.
        vendor_currency: BILL vendor id → currency (ISO 4217); needed for bills, which carry none themselves.

    Raises:
        ConfigurationError: The table, the window or the organisation does not fit.
    """

    def __init__(
        self,
        session: Session,
        organization_id: str,
        table: Table,
        window: Window,
        vendor_currency: Mapping[str, str] | None = None,
    ) -> None:
        self.table = table
        self.window = window
        self.tally = Tally()
        self._vendor_currency = vendor_currency or {}
        self._reader = _Reader(session, organization_id, table, window, self.tally)

    def __iter__(self) -> Iterator[Batch]:
        for records in self._reader:
            faults: dict[int, Fault] = {}
            if self.table.name == _BILL.name:
                records, faults = _with_currency(records, self._vendor_currency)  # noqa: PLW2901 - the same, completed
            yield _type(self.table, records, faults, self.tally)


class BillDocumentsExtraction:
    """Bills and their lines from one reading: pairs of batches.

    Once exhausted, ``tally`` speaks of the bills, ``line_tally`` of the lines, and ``lines_window`` says which
    lines are covered: lines of these bills that are stored and did not arrive are gone. The arguments are those of
    ``BillExtraction``.
    """

    def __init__(
        self,
        session: Session,
        organization_id: str,
        window: Window,
        vendor_currency: Mapping[str, str],
    ) -> None:
        self.table = _BILL
        self.line_table = _LINE
        self.window = window
        self.tally = Tally()
        self.line_tally = Tally()
        self._vendor_currency = vendor_currency
        self._reader = _Reader(session, organization_id, _BILL, window, self.tally)
        self._bill_ids: list[str] = []
        self._line_ids: set[str] = set()

    @property
    def lines_window(self) -> Window:
        """The window of the lines: everything, or the lines of the bills that arrived."""
        if self.window.kind is WindowKind.ALL:
            return Window(WindowKind.ALL)
        return Window(WindowKind.PARENTS, parent_keys=tuple(self._bill_ids))

    def __iter__(self) -> Iterator[tuple[Batch, Batch]]:
        for page in self._reader:
            bills, faults = _with_currency(page, self._vendor_currency)
            lines: list[Record] = []
            line_faults: dict[int, Fault] = {}
            for at, bill in enumerate(bills):
                own = _lines_of(bill)
                if own is None:
                    faults.setdefault(at, ("id", "line_items", ""))
                    continue
                if isinstance(bill.get("id"), str):
                    self._bill_ids.append(bill["id"])
                for line in own:
                    self._judge_line(line, at in faults, len(lines), line_faults)
                    lines.append(line)
            self.line_tally.announced += len(lines)
            self.line_tally.received += len(lines)
            yield (
                _type(_BILL, bills, faults, self.tally),
                _type(_LINE, lines, line_faults, self.line_tally),
            )

    def _judge_line(self, line: Record, bill_is_faulty: bool, at: int, faults: dict[int, Fault]) -> None:
        line_id = str(line["id"])
        if line_id in self._line_ids:
            faults[at] = ("id", "unique", "")
        elif bill_is_faulty:
            faults[at] = ("currency", "vendor_currency", _CURRENCY_OF_BILL)
        self._line_ids.add(line_id)


# ---- reading ----------------------------------------------------------------------------------------------------


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
    if table.name == _SINGLE or table.name in _UNSORTED:
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
    if window.kind is WindowKind.PARENTS:
        raise ConfigurationError("BILL's records are not read by their parents; lines come with their bills.")
    if window.kind is WindowKind.MONTH and not (table.document_date and window.month):
        raise ConfigurationError(f"{table.qualified_name} has no document date, so no months.")
    if window.kind is WindowKind.CHANGED and _instant(window.since) is None:
        raise ConfigurationError(f"{window.since[:40]!r} is not a time from which BILL could read changes.")


class _Reader:
    """Pages of records of one window, each record once, and what they prove."""

    def __init__(self, session: Session, organization_id: str, table: Table, window: Window, tally: Tally) -> None:
        _check(session, organization_id, table, window)
        self._session = session
        self._table = table
        self._window = window
        self._tally = tally
        self._plan = _plan(table, organization_id, window)
        self._since = _instant(window.since)
        self._last: datetime | None = None
        self._newest: tuple[datetime, str] | None = None
        self._ceiling: datetime | None = None
        self._followed_token = False
        self._seen: dict[str, datetime | None] = {}

    def __iter__(self) -> Iterator[list[Record]]:
        before = self._session.requests
        for page in self._pages():
            if page.number == 1 and self._window.kind is WindowKind.ALL:
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
        if self._plan.is_by_time and self._since is not None:
            return self._pages_by_time(self._since)
        return self._session.list(self._plan.path, sort=self._plan.sort, may_be_plain=self._table.name in _UNSORTED)

    def _pages_by_time(self, since: datetime) -> Iterator[BillPage]:
        for _ in range(_MOST_QUESTIONS):
            asked_from = since
            question = Filter(_UPDATED, "gte", _write_instant(since))
            for page in self._session.list(self._plan.path, filters=(question,), sort=self._plan.sort):
                yield page
                if page.is_last:
                    return
                since = max((_to_milliseconds(moment) for moment in _updates(page)), default=since)
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
        if self._window.kind is WindowKind.MONTH and self._window.month is not None:
            day = _walk(record, self._table.column(self._table.document_date).source)
            return not isinstance(day, str) or day[:_MONTH_LENGTH] == f"{self._window.month:%Y-%m}" or not _is_day(day)
        if self._window.kind is WindowKind.CHANGED and self._since is not None:
            updated = _instant(record.get(_UPDATED))
            return updated is None or updated >= self._since
        return True

    def _is_first_copy(self, record: Record) -> bool:
        updated = _instant(record.get(_UPDATED))
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
            moment = _instant(record.get(self._plan.sort_field))
            if moment is None:
                continue
            earlier, later = (moment, self._last) if self._plan.newest_first else (self._last, moment)
            if earlier is not None and later is not None and earlier > later:
                self._tally.in_order = False
            self._last = moment

    def _is_past_window(self, page: BillPage) -> bool:
        if not self._plan.newest_first or self._since is None:
            return False
        return any((_instant(record.get(_UPDATED)) or self._since) < self._since for record in page.results)

    def _watermark(self) -> str:
        if self._newest is None or self._window.kind is WindowKind.MONTH:
            return ""
        moment, text = self._newest
        if self._ceiling is not None and self._ceiling < moment:
            return _write_instant(self._ceiling)
        return text


# ---- records to columns -----------------------------------------------------------------------------------------


def _with_currency(
    bills: Sequence[Record], vendor_currency: Mapping[str, str]
) -> tuple[list[Record], dict[int, Fault]]:
    """Give each bill its vendor's currency; a bill of a vendor without one is at fault, never guessed."""
    completed: list[Record] = []
    faults: dict[int, Fault] = {}
    for at, bill in enumerate(bills):
        vendor_id = bill.get("vendorId")
        currency = vendor_currency.get(vendor_id) if isinstance(vendor_id, str) else None
        # A mapping taken from a frame may hold NaN for a vendor without one.
        is_known = isinstance(currency, str) and bool(currency)
        completed.append({**bill, "currency": currency if is_known else None})
        if not is_known:
            faults[at] = ("currency", "vendor_currency", _CURRENCY_OF_BILL)
    return completed, faults


def _lines_of(bill: Record) -> list[Record] | None:
    """Return the bill's lines as records of their own; None when they are not a list of objects."""
    items = bill.get(_LINE.embedded_in)
    if items is None:
        return []  # BILL leaves out what is not set.
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        return None
    own = {"bill_id": bill.get("id"), "currency": bill.get("currency")}
    return [
        # Position stands in for an id that BILL leaves out.
        {**item, **own, "line_no": Decimal(number), "id": item.get("id") or f"{bill.get('id')}:{number}"}
        for number, item in enumerate(items, start=1)
    ]


def _type(table: Table, records: Sequence[Record], faults: Mapping[int, Fault], tally: Tally) -> Batch:
    columns, misshapen = _columns(table, records)
    if table.control_total:
        _add_up(columns[table.column(table.control_total).source], tally)
    early = {**misshapen, **faults}
    rejects = tuple(
        reject_row(table, columns, at, column=column, check=check, rule=rule)
        for at, (column, check, rule) in sorted(early.items())
    )
    if early:
        columns = {name: [cell for at, cell in enumerate(cells) if at not in early] for name, cells in columns.items()}
    batch = type_rows(table, columns)
    return Batch(batch.rows, (*rejects, *batch.rejects))


def _columns(table: Table, records: Sequence[Record]) -> tuple[dict[str, TextColumn], dict[int, Fault]]:
    columns: dict[str, TextColumn] = {}
    misshapen: dict[int, Fault] = {}
    for column in table.columns:
        cells: TextColumn = []
        for at, record in enumerate(records):
            value = _walk(record, column.source)
            if isinstance(value, dict | list):
                misshapen.setdefault(at, (column.name, "scalar", ""))
            cells.append(_text(value))
        columns[column.source] = cells
    return columns, misshapen


def _walk(record: Record, source: str) -> Any:
    """Follow a dotted path; a value in the place of an object comes back in a list, so that it is seen as misshapen."""
    value: Any = record
    for name in source.split("."):
        if value is None:
            return None
        if not isinstance(value, dict):
            return [value]
        value = value.get(name)
    return value


def _text(value: Any) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        # Written out, 1E+999999 would fill the memory; as it stands it is no plain decimal and goes to quarantine.
        return format(value, "f") if abs(value.adjusted()) <= _LONGEST_EXPONENT else str(value)
    return json.dumps(value, default=str)


def _add_up(cells: TextColumn, tally: Tally) -> None:
    for cell in cells:
        if cell is not None and DECIMAL_TEXT.fullmatch(cell):
            tally.control_total = _ACCOUNTING.add(tally.control_total, Decimal(cell))


# ---- instants ---------------------------------------------------------------------------------------------------


def _instant(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _updates(page: BillPage) -> list[datetime]:
    moments = (_instant(record.get(_UPDATED)) for record in page.results)
    return [moment for moment in moments if moment is not None]


def _to_milliseconds(moment: datetime) -> datetime:
    """Round down to what a filter can say, so that asking from it again includes it."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _write_instant(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def _is_day(text: str) -> bool:
    return _instant(text) is not None
