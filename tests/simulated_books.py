"""What changed in Intacct since a life began, as the sandbox's own tables and ledger have it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from decimal import Decimal

from intacct_pipelines.sandbox.intacct.journals import OBJECT as ENTRY
from intacct_pipelines.sandbox.intacct.twin import IntacctTwin
from intacct_pipelines.sandbox.ledger import LedgerLine, Posting

Record = Mapping[str, str]
Place = tuple[str, str]
"""An entity or nothing, a currency, an account: two of them."""


class Books:
    """Intacct's records and ledger, compared with what they were. Neither rows nor postings are changed in place.

    Args:
        twin: Intacct.
        names: The objects that are looked at.
    """

    def __init__(self, twin: IntacctTwin, names: Collection[str]) -> None:
        self._twin = twin
        state = twin._state
        self._tables = {name: state.table(name) for name in names if name != ENTRY}
        self._rows = {name: dict(table.rows) for name, table in self._tables.items()}
        self._postings = {posting.number: posting for posting in twin.ledger.postings()}
        self._first = {name: table.next_number for name, table in self._tables.items()}
        self._first[ENTRY] = max(self._postings) + 1
        self._changed: dict[str, tuple[int, list[Record]]] = {}
        self.names = names

    @property
    def version(self) -> int:
        """Another number after each change."""
        return sum(table.version for table in self._tables.values()) + self._twin.ledger.version

    def changed(self, name: str) -> list[Record]:
        """Records of an object that are new, or other than they were."""
        version = self._twin.ledger.version if name == ENTRY else self._tables[name].version
        known = self._changed.get(name)
        if known is None or known[0] != version:
            known = self._changed[name] = (version, list(self._entries() if name == ENTRY else self._records(name)))
        return known[1]

    def new(self, name: str) -> list[Record]:
        """Those of them that are new."""
        return [record for record in self.changed(name) if int(record["RECORDNO"]) >= self._first[name]]

    def _records(self, name: str) -> Iterable[Record]:
        table, before = self._tables[name], self._rows[name]
        for number, row in table.rows.items():
            if before.get(number) is not row:
                yield dict(zip(table.at, row, strict=False))

    def _entries(self) -> Iterable[Record]:
        """Journal entries of their own, with the sum of their debits."""
        for posting in self.posted():
            if posting.text is not None:
                debits = sum((line.trx_amount for line in posting.lines if line.side > 0), Decimal(0))
                yield {
                    "RECORDNO": str(posting.number),
                    "BATCH_TITLE": posting.text.title,
                    "JOURNAL": posting.kind.symbol,
                    "REFERENCENO": posting.text.reference_no,
                    "BATCH_DATE": posting.entry_date,
                    "TRX_TOTALENTERED": str(debits),
                }

    def posted(self) -> list[Posting]:
        """Postings that are new, or other than they were."""
        before = self._postings
        return [posting for posting in self._twin.ledger.postings() if before.get(posting.number) is not posting]

    def late(self) -> list[Posting]:
        """New postings into closed books."""
        closed = self._twin._state.closed_through
        new = [posting for posting in self.posted() if posting.number >= self._first[ENTRY]]
        return [posting for posting in new if _day(posting) <= closed.get(posting.owner, "")]

    def moved(self) -> Counter[Place]:
        """Debits less credits by currency and account, of all that changed in the ledger."""
        return self._sums(lambda posting, line: ((posting.currency, line.account_no), line.trx_amount))

    def is_balanced(self) -> bool:
        """Whether debits and credits of what changed are equal in each entity, in transaction and in base amounts."""
        trx = self._sums(lambda posting, line: ((line.entity_id, posting.currency), line.trx_amount))
        base = self._sums(lambda posting, line: ((line.entity_id, posting.base_currency), line.base_amount))
        return not any((*trx.values(), *base.values()))

    def _sums(self, part: Callable[[Posting, LedgerLine], tuple[Place, Decimal]]) -> Counter[Place]:
        there = {posting.number: posting for posting in self._twin.ledger.postings()}
        gone = [posting for number, posting in self._postings.items() if there.get(number) is not posting]
        sums: Counter[Place] = Counter()
        for postings, sign in ((self.posted(), 1), (gone, -1)):
            for posting in postings:
                for line in posting.lines:
                    place, amount = part(posting, line)
                    sums[place] += amount * line.side * sign
        return sums


def _day(posting: Posting) -> str:
    month, day, year = posting.entry_date.split("/")
    return f"{year}{month}{day}"
