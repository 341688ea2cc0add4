"""Documents with what is embedded in them: one reading, batches of several tables.

BILL sends a bill with its lines and approvers, a payment with its share for each bill and the credits used on it; Spend
& Expense a card transaction with its coding and receipts. Each such array is a table of its own in the catalog
(`embedded_in`), and comes from the very answer that its document came from: an array cannot be newer or older than its
document.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from intacct_pipelines.domain.catalog import Table
from intacct_pipelines.domain.records import Batch, Tally, Window, WindowKind
from intacct_pipelines.extract.json_records import ENCLOSING, KEY, POSITION, Fault, Record, type_records, walk
from intacct_pipelines.extract.months import MonthCounts


class DocumentExtraction:
    """Batches of one table over one window, with those of the tables that are embedded in it.

    Iterate once: each page is a tuple of batches, one for each of ``tables``. Once exhausted, ``tallies`` has what was
    counted of each table by name, and ``window_of`` says what of an embedded table is covered: rows of the documents
    that arrived which are stored and did not arrive are gone.

    Args:
        tables: The table and those that are embedded in it.
        window: How much is read.
        pages: The documents, as they come.
        tally: Of the documents; counted by whoever yields the pages.
        months: First days of the months that the reading is counted by.
        expected: Keys of the documents that are stored of a month: those that do not arrive are gone, with what is
            embedded in them.
    """

    def __init__(
        self,
        tables: tuple[Table, ...],
        window: Window,
        pages: Iterable[Sequence[Record]],
        tally: Tally,
        *,
        months: Sequence[date] = (),
        expected: Sequence[str] = (),
    ) -> None:
        self.table = tables[0]
        self.tables = tables
        self.window = window
        self.tally = tally
        self.tallies = {one.name: tally if one is self.table else Tally() for one in tables}
        self._pages = pages
        self.months = MonthCounts(tables, months) if months else None
        self._document_ids = dict.fromkeys(expected)
        self._seen: dict[str, set[tuple[str, ...]]] = {one.name: set() for one in tables}

    def window_of(self, table: Table) -> Window:
        """What of a table is covered: the reading's own window, or the embedded rows of the documents that arrived."""
        if table is self.table or self.window.kind is WindowKind.ALL:
            return self.window
        return Window(WindowKind.PARENTS, parent_keys=tuple(self._document_ids))

    def complete(self, documents: Sequence[Record]) -> tuple[list[Record], dict[int, Fault]]:
        """Return the documents with what the source leaves to others to know, and those that are at fault."""
        return list(documents), {}

    def __iter__(self) -> Iterator[tuple[Batch, ...]]:
        id_source = self.table.column(self.table.key[0]).source
        for page in self._pages:
            documents, faults = self.complete(page)
            embedded = {table.name: self._embedded(table, documents, faults) for table in self.tables[1:]}
            # Only now is every fault of a document known, which its embedded rows share.
            parts = [self._typed(table, embedded[table.name], faults) for table in self.tables[1:]]
            if self.window.kind is not WindowKind.ALL:
                ids = (walk(document, id_source) for document in documents)
                self._document_ids |= dict.fromkeys(one for one in ids if isinstance(one, str))
            if self.months:
                self.months.note(documents, embedded)
            yield (type_records(self.table, documents, faults, self.tally), *parts)

    @staticmethod
    def _embedded(table: Table, documents: Sequence[Record], faults: dict[int, Fault]) -> list[tuple[int, Record]]:
        """The records of one array with their document's place; a document whose array is none is at fault itself."""
        found: list[tuple[int, Record]] = []
        for at, document in enumerate(documents):
            own = _records_of(table, document)
            if own is None:
                faults.setdefault(at, ("id", "line_items", ""))
            found += [(at, record) for record in own or ()]
        return found

    def _typed(self, table: Table, found: Sequence[tuple[int, Record]], faults: Mapping[int, Fault]) -> Batch:
        own_faults: dict[int, Fault] = {}
        for row, (at, record) in enumerate(found):
            if fault := self._fault_of(table, record, faults.get(at)):
                own_faults[row] = fault
        tally = self.tallies[table.name]
        tally.announced += len(found)
        tally.received += len(found)
        return type_records(table, [record for _, record in found], own_faults, tally)

    def _fault_of(self, table: Table, row: Record, of_document: Fault | None) -> Fault | None:
        key = tuple(str(walk(row, table.column(name).source)) for name in table.key)
        seen = self._seen[table.name]
        if key in seen:
            return (table.key[0], "unique", "")
        seen.add(key)
        if of_document is None:
            return None
        column, check, rule = of_document
        # What has no such column still does not stand without its document.
        return (column if column in table.column_names else table.parent_key, check, rule)


def _records_of(table: Table, document: Record) -> list[Record] | None:
    """Return what is embedded in a document as records of its table; None when it is not lists of objects."""
    level = [document]
    for name in table.embedded_in.split("."):
        below: list[Record] = []
        for outer in level:
            items = outer.get(name)
            if items is None:
                continue  # What is not set is left out.
            if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
                return None
            around = outer.get("id") or outer.get(KEY)
            below += [
                {**item, ENCLOSING: outer, POSITION: Decimal(number), KEY: f"{around}:{number}"}
                for number, item in enumerate(items, start=1)
            ]
        level = below
    if table.column(table.key[0]).source != "id":
        return level
    # Position stands in for an id that is left out.
    return [{**record, "id": record.get("id") or record[KEY]} for record in level]
