"""The general ledger behind the Intacct twin: every document posts balanced entries, and the trial balance is zero."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

DEBIT: Final = 1
CREDIT: Final = -1
AP_ACCOUNT: Final = "2000"
BANK_ACCOUNT: Final = "1000"
CARD_ACCOUNT: Final = "2100"
EXCHANGE_ACCOUNT: Final = "7000"


class LedgerLine(NamedTuple):
    """One debit or credit; the amounts are what the document says, and may be negative (a credit on a bill)."""

    number: int
    side: int
    account_no: str
    entity_id: str
    trx_amount: Decimal
    base_amount: Decimal
    location_id: str
    department_id: str
    class_id: str
    memo: str


class Document(NamedTuple):
    """The document behind a posting: its object and RECORDNO."""

    object_name: str
    record_no: int


@dataclass(frozen=True, slots=True)
class PostingKind:
    """What a posting says of where it came from.

    Args:
        title: Word in the title of the journal entry, such as ``AP bill``.
        symbol: Journal, such as ``APJ``.
        module_key: Module, such as ``3.AP``.
        record_type: Kind of the document as GLDETAIL codes it, such as ``pi``.
    """

    title: str
    symbol: str
    module_key: str
    record_type: str


@dataclass(frozen=True, slots=True)
class EntryText:
    """What a person wrote on a journal entry of their own.

    Args:
        title: The entry's title.
        reference_no: The reference number.
        attachment_id: The attachment; empty if none.
        reverses: Number of the entry that it undoes; 0 if none.
    """

    title: str
    reference_no: str = ""
    attachment_id: str = ""
    reverses: int = 0


@dataclass(frozen=True, slots=True)
class Posting:
    """One journal entry of one document.

    Args:
        number: Key of the journal entry.
        document: What it posts.
        kind: Where it came from.
        owner: The entity that owns the document; empty at top level.
        currency: Transaction currency, ISO 4217.
        base_currency: Base currency, ISO 4217.
        entry_date: ``mm/dd/yyyy``.
        created: UTC text of the audit time.
        modified: WHENMODIFIED text.
        stamp: WHENMODIFIED in sortable form.
        lines: The debits and credits.
        text: For an entry that a person made: what they wrote on it.
    """

    number: int
    document: Document
    kind: PostingKind
    owner: str
    currency: str
    base_currency: str
    entry_date: str
    created: str
    modified: str
    stamp: str
    lines: tuple[LedgerLine, ...]
    text: EntryText | None = None


class UnbalancedError(ValueError):
    """A posting whose debits and credits differ within an entity; a bug of the sandbox."""


class Ledger:
    """All postings, by document and by line number. The caller holds the twin's lock."""

    def __init__(self) -> None:
        self._by_document: dict[Document, list[Posting]] = {}
        self._postings: dict[int, Posting] = {}
        self._next_posting = 1
        self._next_line = 1
        # Ascending first line numbers and their postings: a line is found by bisection, without an index of its own.
        self._starts: list[int] = []
        self._owners: list[Posting] = []
        self.version = 0
        self.object_names: set[str] = set()
        """Objects whose documents ever posted."""

    def next_numbers(self, lines: int) -> tuple[int, int]:
        """Reserve a posting number and so many line numbers; returns the posting's and the first line's."""
        posting, line = self._next_posting, self._next_line
        self._next_posting += 1
        self._next_line += lines
        return posting, line

    def post(self, posting: Posting) -> None:
        """Add a posting.

        Raises:
            UnbalancedError: Debits and credits of an entity differ.
        """
        _check_balance(posting)
        self._by_document.setdefault(posting.document, []).append(posting)
        self._postings[posting.number] = posting
        self.object_names.add(posting.document.object_name)
        first = posting.lines[0].number
        if not self._starts or first > self._starts[-1]:
            self._starts.append(first)
            self._owners.append(posting)
        else:
            at = bisect_left(self._starts, first)
            self._starts.insert(at, first)
            self._owners.insert(at, posting)
        self.version += 1

    def remove(self, posting: Posting) -> None:
        """Take a posting out again, as an edit or a deletion of its document does."""
        del self._postings[posting.number]
        postings = self._by_document[posting.document]
        postings.remove(posting)
        if not postings:
            del self._by_document[posting.document]
        at = bisect_left(self._starts, posting.lines[0].number)
        del self._starts[at]
        del self._owners[at]
        self.version += 1

    def postings_of(self, document: Document) -> tuple[Posting, ...]:
        """The postings of one document, oldest first."""
        return tuple(self._by_document.get(document, ()))

    def postings(self) -> tuple[Posting, ...]:
        """All postings in the order of their line numbers."""
        return tuple(self._owners)

    def posting(self, number: int) -> Posting | None:
        """The posting with this number; None when there is none any more."""
        return self._postings.get(number)

    def posting_numbers(self, owners: frozenset[str] | None = None) -> list[int]:
        """The numbers of all postings, ascending; ``owners`` limits them to those entities' documents."""
        return sorted(one.number for one in self._owners if owners is None or one.owner in owners)

    def line(self, number: int) -> tuple[Posting, LedgerLine]:
        """The line with this number, with its posting.

        Raises:
            KeyError: There is no such line.
        """
        at = bisect_left(self._starts, number + 1) - 1
        if at >= 0:
            posting = self._owners[at]
            offset = number - self._starts[at]
            if offset < len(posting.lines):
                return posting, posting.lines[offset]
        raise KeyError(number)

    def line_numbers(self, owners: frozenset[str] | None = None) -> list[int]:
        """The numbers of all lines, ascending; ``owners`` limits them to those entities' documents."""
        return [
            line.number
            for posting in self._owners
            if owners is None or posting.owner in owners
            for line in posting.lines
        ]

    def balances(self) -> dict[tuple[str, str, str], Decimal]:
        """Debits less credits by entity, transaction currency and account."""
        sums: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
        for posting in self._owners:
            for line in posting.lines:
                sums[line.entity_id, posting.currency, line.account_no] += line.trx_amount * line.side
        return dict(sums)

    def trial_balance(self) -> dict[tuple[str, str], Decimal]:
        """Debits less credits by entity and transaction currency: always zero."""
        return _sum_sides(self._owners, base=False)

    def base_trial_balance(self) -> dict[tuple[str, str], Decimal]:
        """Debits less credits by entity and base currency, in base amounts: always zero."""
        return _sum_sides(self._owners, base=True)


def _sum_sides(postings: Iterable[Posting], *, base: bool) -> dict[tuple[str, str], Decimal]:
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for posting in postings:
        currency = posting.base_currency if base else posting.currency
        for line in posting.lines:
            amount = line.base_amount if base else line.trx_amount
            sums[line.entity_id, currency] += amount * line.side
    return dict(sums)


def _check_balance(posting: Posting) -> None:
    sums: dict[str, list[Decimal]] = {}
    for line in posting.lines:
        entity = sums.setdefault(line.entity_id, [Decimal(0), Decimal(0)])
        entity[0] += line.trx_amount * line.side
        entity[1] += line.base_amount * line.side
    if any(trx or base for trx, base in sums.values()):
        msg = f"posting {posting.number} of {posting.document} does not balance"
        raise UnbalancedError(msg)
