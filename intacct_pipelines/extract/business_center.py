"""A delivered file of Business Center as batches of typed rows, proven against its manifest.

Every file is a whole export: a record that it lacks is gone. The proof: as many rows as the manifest announces, the
same control total, and its hash (the client's business). A row that is not as the contract says goes to quarantine;
a file whose header is not, or whose rows are not those announced, is refused as a whole, so nothing of it is stored.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Context, Decimal
from enum import StrEnum
from typing import Final

from intacct_pipelines.clients.business_center import DeliveredFile, Delivery, FileRow
from intacct_pipelines.domain.catalog import Column, Kind, Table, with_embedded
from intacct_pipelines.domain.formulas import is_formula
from intacct_pipelines.domain.money import DECIMAL_TEXT
from intacct_pipelines.domain.records import Tally, Window, WindowKind
from intacct_pipelines.errors import IncompleteResultError, UnreadableResponseError
from intacct_pipelines.extract.documents import DocumentExtraction
from intacct_pipelines.extract.json_records import Fault, Record

OBJECTS: Final[Mapping[str, str]] = {"gl_account": "accounts", "vendor": "vendors", "ap_bill": "bills"}
"""Table → what its files are called."""

_PAGE: Final = 500
_ACCOUNTING: Final = Context(prec=200)
_FAULT: Final = "fault"
_CONTRACT: Final = "S-PMT-11"
_EXACT: Final = "S-IDM-07"
_HEADER_DIFFERS: Final = "one document, two headers"


class DateOrder(StrEnum):
    """How days are written: with any of ``-``, ``/`` and ``.`` between the parts."""

    YEAR_FIRST = "ymd"
    MONTH_FIRST = "mdy"
    DAY_FIRST = "dmy"


_DAYS: Final = {
    DateOrder.YEAR_FIRST: re.compile(r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})", re.ASCII),
    DateOrder.MONTH_FIRST: re.compile(r"(?P<m>\d{1,2})[-/.](?P<d>\d{1,2})[-/.](?P<y>\d{4})", re.ASCII),
    DateOrder.DAY_FIRST: re.compile(r"(?P<d>\d{1,2})[-/.](?P<m>\d{1,2})[-/.](?P<y>\d{4})", re.ASCII),
}


@dataclass(frozen=True, slots=True)
class Layout:
    """How one company's exports are written.

    Args:
        columns: Header in the file → column of the contract, where they differ.
        ignored_columns: Headers that carry nothing for us.
        decimal_mark: ``.`` or ``,``; there is never a mark between thousands.
        date_order: See ``DateOrder``.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    ignored_columns: frozenset[str] = frozenset()
    decimal_mark: str = "."
    date_order: DateOrder = DateOrder.YEAR_FIRST


def write_watermark(delivery: Delivery, sha256: str) -> str:
    """Return what is noted of a loaded file: when its contents were true, and its hash."""
    return f"{delivery.exported_at.astimezone(UTC).isoformat()} {sha256}"


def read_watermark(watermark: str) -> tuple[datetime, str]:
    """Return instant and hash of a watermark."""
    moment, _, sha256 = watermark.partition(" ")
    return datetime.fromisoformat(moment), sha256


class BusinessCenterExtraction(DocumentExtraction):
    """Batches of one delivered file; see ``DocumentExtraction``.

    Args:
        file: The open file.
        delivery: What was announced of it.
        table: A table of schema ``business_center`` that is not embedded in another.
        layout: How it is written.
    """

    def __init__(self, file: DeliveredFile, delivery: Delivery, table: Table, layout: Layout) -> None:
        tables = with_embedded(table)
        tally = Tally()
        reader = _Reader(file, delivery, tables, layout, tally)
        super().__init__(tables, Window(WindowKind.ALL), reader, tally)

    def complete(self, documents: Sequence[Record]) -> tuple[list[Record], dict[int, Fault]]:
        """Return the documents, and those that are at fault."""
        return list(documents), {at: one[_FAULT] for at, one in enumerate(documents) if _FAULT in one}


class _Reader:
    """Pages of documents: a row of the file each, or the rows of one bill that stand together."""

    def __init__(
        self, file: DeliveredFile, delivery: Delivery, tables: tuple[Table, ...], layout: Layout, tally: Tally
    ) -> None:
        self._file = file
        self._delivery = delivery
        self._table = tables[0]
        self._lines = tables[1] if len(tables) > 1 else None
        self._layout = layout
        self._tally = tally
        self._columns = {column.source.lstrip("^"): column for one in tables for column in one.columns}
        self._rows = 0
        self._total = Decimal(0)
        self._seen: dict[str | None, Fault | None] = {}

    def __iter__(self) -> Iterator[list[Record]]:
        page: list[Record] = []
        for document in self._documents():
            page.append(self._judged(document))
            if len(page) == _PAGE:
                yield self._counted(page)
                page = []
        self._prove()
        yield self._counted(page)
        self._tally.watermark = write_watermark(self._delivery, self._file.sha256)

    def _counted(self, page: list[Record]) -> list[Record]:
        self._tally.announced += len(page)
        self._tally.received += len(page)
        return page

    def _documents(self) -> Iterator[Record]:
        bill: Record = {}
        for row in self._file.rows():
            if row.number == 1:
                self._check_header(row)
            record = self._read(row)
            self._rows += 1
            if self._lines is None:
                yield record
            elif bill and bill["bill_id"] == record["bill_id"]:
                self._join(bill, record)
            else:
                if bill:
                    yield bill
                bill = {**record, "lines": [record]}
        if bill:
            yield bill

    def _check_header(self, row: FileRow) -> None:
        named = {self._layout.columns.get(header, header): header for header in row.cells}
        missing = sorted(name for name, column in self._columns.items() if column.required and name not in named)
        unknown = sorted(
            header for name, header in named.items() if name not in self._columns and not self._is_ignored(header)
        )
        if row.is_whole and (missing or unknown):
            words = [f"lacks {', '.join(missing)}"] * bool(missing) + [f"has {', '.join(unknown)}"] * bool(unknown)
            raise UnreadableResponseError(
                f"The header of {self._file.name} {' and '.join(words)}.",
                system="business_center",
                operation=self._file.name,
                rule=_CONTRACT,
                remedy="Map it in `columns`, or name it in `ignored_columns`, of the connections file.",
            )

    def _is_ignored(self, header: str) -> bool:
        return header in self._layout.ignored_columns

    def _read(self, row: FileRow) -> Record:
        record: Record = dict.fromkeys(self._columns)
        for header, cell in row.cells.items():
            name = self._layout.columns.get(header, header)
            if name in self._columns:
                self._put(record, self._columns[name], name, cell.strip())
        if not row.is_whole:
            record[_FAULT] = (self._table.key[0], "cells", _CONTRACT)
        self._add_up(record)
        return record

    def _put(self, record: Record, column: Column, name: str, cell: str) -> None:
        record[name] = cell or None
        if column.kind is Kind.TEXT and is_formula(cell):
            record.setdefault(_FAULT, (self._own(column), "formula", _CONTRACT))
        elif column.kind is Kind.DATE and cell:
            day = _DAYS[self._layout.date_order].fullmatch(cell)
            if day is None:
                record.setdefault(_FAULT, (self._own(column), "date", _CONTRACT))
            else:
                record[name] = f"{day['y']}-{int(day['m']):02d}-{int(day['d']):02d}"
        elif column.kind is Kind.MONEY and self._layout.decimal_mark == ",":
            # A full stop in such a file would be a mark between thousands: it is no amount.
            record[name] = cell.replace(".", "'").replace(",", ".") or None

    def _own(self, column: Column) -> str:
        """The column that a fault names: the document's own, or its key for what stands on a line."""
        return column.name if column in self._table.columns else self._table.key[0]

    def _add_up(self, record: Record) -> None:
        text = record.get("line_amount")
        if isinstance(text, str) and DECIMAL_TEXT.fullmatch(text):
            self._total = _ACCOUNTING.add(self._total, Decimal(text))

    def _join(self, bill: Record, row: Record) -> None:
        """Add a line to its bill; both must say the same of the bill."""
        if any(bill[column.source] != row[column.source] for column in self._table.columns):
            bill.setdefault(_FAULT, (self._table.key[0], _HEADER_DIFFERS, _CONTRACT))
        if _FAULT in row:
            bill.setdefault(_FAULT, row[_FAULT])
        bill["lines"].append(row)

    def _judged(self, document: Record) -> Record:
        if self._lines is not None and _FAULT not in document and not _adds_up(document):
            document[_FAULT] = ("amount", "lines_add_up", _EXACT)
        key = document[self._table.column(self._table.key[0]).source]
        if key is not None and key in self._seen:
            # The same reason as the first one's, if it had any: quarantine counts rows by what is wrong with them.
            document.setdefault(_FAULT, self._seen[key] or (self._table.key[0], "unique", _CONTRACT))
        self._seen.setdefault(key, document.get(_FAULT))
        return document

    def _prove(self) -> None:
        announced, total = self._delivery.rows, self._delivery.control_total
        if announced is not None and announced != self._rows:
            raise self._incomplete(f"has {self._rows} rows, and its manifest announces {announced}")
        if announced is None and not self._rows:
            # Taken for a whole export, an empty file would say that everything is gone.
            raise self._incomplete("has no rows, and no manifest says that it has none")
        if total is not None and self._lines is not None and total != self._total:
            raise self._incomplete(f"has lines of {self._total:f} in all, and its manifest announces {total:f}")

    def _incomplete(self, what: str) -> IncompleteResultError:
        return IncompleteResultError(
            f"{self._file.name} {what}.", system="business_center", operation=self._file.name, rule=_CONTRACT
        )


def _adds_up(bill: Record) -> bool:
    """Whether the lines are the bill's amount; what is no amount at all is judged when it is typed."""
    amounts = [bill["amount"], *(line["line_amount"] for line in bill["lines"])]
    if not all(isinstance(amount, str) and DECIMAL_TEXT.fullmatch(amount) for amount in amounts):
        return True
    header, *lines = map(Decimal, amounts)
    return header == sum(lines)
