"""What one reading of documents had of each month that is to be proven: split by the document's date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date

from intacct_pipelines.domain.catalog import Kind, Table
from intacct_pipelines.domain.records import Reject, SourceCount, Tally, rejected_rows
from intacct_pipelines.extract.instants import read_instant
from intacct_pipelines.extract.json_records import Record, add_up, cell_text, walk


def month_of(table: Table, document: Record) -> date | None:
    """Return the first day of a document's month, that of an instant in UTC; None if its date cannot be read."""
    column = table.column(table.document_date)
    moment = read_instant(walk(document, column.source))
    if moment is None:
        return None
    return (moment.astimezone(UTC) if column.kind is Kind.INSTANT else moment).date().replace(day=1)


class MonthCounts:
    """Counts a reading by month: documents by their date, what is embedded in them by their document.

    Args:
        tables: The table of documents, and those that are embedded in it.
        months: First days of the months that are counted.
    """

    def __init__(self, tables: Sequence[Table], months: Sequence[date]) -> None:
        self._documents, *self._embedded = tables
        self._tallies = {(table.name, month): Tally() for table in tables for month in months}
        self._places: dict[str, dict[str, tuple[date, str]]] = {table.name: {} for table in tables}
        self._rejects: dict[str, dict[str, list[Reject]]] = {table.name: {} for table in tables}
        self.undated = 0
        """Documents whose date is not set or cannot be read: they are in no month."""

    def note(self, documents: Sequence[Record], embedded: Mapping[str, Sequence[tuple[int, Record]]]) -> None:
        """Count one page.

        Args:
            documents: Its documents.
            embedded: For each embedded table by name: its records, each with its document's position.
        """
        found = [month_of(self._documents, document) for document in documents]
        self.undated += found.count(None)
        months = [month if (self._documents.name, month) in self._tallies else None for month in found]
        keys = [_key(self._documents, document) for document in documents]
        self._count(self._documents, [*enumerate(documents)], months, keys)
        for table in self._embedded:
            self._count(table, embedded[table.name], months, keys)

    def _count(
        self,
        table: Table,
        records: Sequence[tuple[int, Record]],
        months: Sequence[date | None],
        document_keys: Sequence[str],
    ) -> None:
        for at, record in records:
            month = months[at]
            if month is None:
                continue
            tally = self._tallies[table.name, month]
            tally.received += 1
            if table.control_total:
                add_up([cell_text(walk(record, table.column(table.control_total).source))], tally)
            self._places[table.name].setdefault(_key(table, record), (month, document_keys[at]))

    def reject(self, table: Table, rejects: Sequence[Reject]) -> None:
        """Note what of a page that was counted before went to quarantine."""
        places, kept = self._places[table.name], self._rejects[table.name]
        for reject in rejects:
            if reject.key in places:
                kept.setdefault(reject.key, []).append(reject)

    def counted(self, table: Table, month: date) -> SourceCount:
        """Return what the source has of a table in a month.

        A row whose document is in quarantine counts as being there too: without its document it stands in no month.
        """
        places, rejects = self._places[table.name], self._rejects[table.name]
        orphans = self._rejects[self._documents.name] if table is not self._documents else {}
        own = [key for key in rejects if places[key][0] == month]
        quarantined = sum(rejected_rows(rejects[key]) for key in own)
        if orphans:
            quarantined += sum(
                place == month and document in orphans and key not in rejects
                for key, (place, document) in places.items()
            )
        tally = self._tallies[table.name, month]
        return SourceCount(table.qualified_name, tally.received, tally.control_total, quarantined)


def _key(table: Table, record: Record) -> str:
    """Return a record's key as rejects carry it."""
    values = (walk(record, table.column(name).source) for name in table.key)
    return "/".join("" if value is None else str(value) for value in values)
