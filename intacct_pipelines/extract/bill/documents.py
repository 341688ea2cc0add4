"""Documents with what is embedded in them: one reading, batches of several tables.

BILL sends a bill with its lines and approvers, a payment with its share for each bill and the credits used on it. Each
such array is a table of its own in the catalog (`embedded_in`), and comes from the very answer that its document came
from: an array cannot be newer or older than its document.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final

from intacct_pipelines.clients.bill import Session
from intacct_pipelines.domain.catalog import Table, with_embedded
from intacct_pipelines.domain.records import Batch, Tally, Window, WindowKind
from intacct_pipelines.extract.bill.cells import ENCLOSING, KEY, POSITION, Fault, Record, type_records, walk
from intacct_pipelines.extract.bill.reading import Reader

_CURRENCY: Final = "currency"
_CURRENCY_OF_PARTY: Final = "S-CUR-02"


class BillExtraction:
    """Batches of one BILL table over one window, with those of the tables that are embedded in it.

    Iterate once: each page is a tuple of batches, one for each of ``tables``. Once exhausted, ``tallies`` has what was
    counted of each table by name, and ``window_of`` says what of an embedded table is covered: rows of the documents
    that arrived which are stored and did not arrive are gone.

    Args:
        session: Session of the organisation.
        organization_id: The organisation that is meant; must be the session's.
        table: Any table of schema ``bill`` that is not embedded in another.
        window: How much to read.
        currencies: Id of vendor or customer → currency (ISO 4217), for tables with a ``party``: BILL's documents carry
            no currency themselves.

    Raises:
        ConfigurationError: The table, the window or the organisation does not fit.
    """

    def __init__(
        self,
        session: Session,
        organization_id: str,
        table: Table,
        window: Window,
        currencies: Mapping[str, str] | None = None,
    ) -> None:
        self.table = table
        self.window = window
        self.tally = Tally()
        self._reader = Reader(session, organization_id, table, window, self.tally)
        self.tables = with_embedded(table)
        self.tallies = {one.name: self.tally if one is table else Tally() for one in self.tables}
        self._currencies = currencies or {}
        self._document_ids: list[str] = []
        self._seen: dict[str, set[str]] = {one.name: set() for one in self.tables}

    def window_of(self, table: Table) -> Window:
        """What of a table is covered: the reading's own window, or the embedded rows of the documents that arrived."""
        if table is self.table or self.window.kind is WindowKind.ALL:
            return self.window
        return Window(WindowKind.PARENTS, parent_keys=tuple(self._document_ids))

    def __iter__(self) -> Iterator[tuple[Batch, ...]]:
        for page in self._reader:
            documents, faults = self._completed(page)
            embedded = {table.name: self._embedded(table, documents, faults) for table in self.tables[1:]}
            # Only now is every fault of a document known, which its embedded rows share.
            parts = [self._typed(table, embedded[table.name], faults) for table in self.tables[1:]]
            if self.window.kind is not WindowKind.ALL:
                self._document_ids += [one["id"] for one in documents if isinstance(one.get("id"), str)]
            yield (type_records(self.table, documents, faults, self.tally), *parts)

    def _completed(self, documents: Sequence[Record]) -> tuple[list[Record], dict[int, Fault]]:
        """Give each document its party's currency; one whose party has none is at fault, never guessed."""
        party = self.table.party
        if not party:
            return list(documents), {}
        source = self.table.column(party).source
        completed: list[Record] = []
        faults: dict[int, Fault] = {}
        for at, document in enumerate(documents):
            party_id = walk(document, source)
            currency = self._currencies.get(party_id) if isinstance(party_id, str) else None
            # A mapping taken from a frame may hold NaN for a party without one.
            is_known = isinstance(currency, str) and bool(currency)
            completed.append({**document, _CURRENCY: currency if is_known else None})
            if not is_known:
                faults[at] = (_CURRENCY, f"{party.removesuffix('_id')}_currency", _CURRENCY_OF_PARTY)
        return completed, faults

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
        key_column = table.key[0]
        key = str(walk(row, table.column(key_column).source))
        seen = self._seen[table.name]
        if key in seen:
            return (key_column, "unique", "")
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
                continue  # BILL leaves out what is not set.
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
    # Position stands in for an id that BILL leaves out.
    return [{**record, "id": record.get("id") or record[KEY]} for record in level]
