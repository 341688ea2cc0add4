"""What receivables post: invoices and adjustments by line, receipts and advances by what they settle."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from intacct_pipelines.sandbox.intacct.documents import totals
from intacct_pipelines.sandbox.intacct.posting import Coding, Entry, coding_of, journal_entry
from intacct_pipelines.sandbox.intacct.values import round_amount
from intacct_pipelines.sandbox.ledger import CREDIT, DEBIT, EXCHANGE_ACCOUNT, Posting, PostingKind
from intacct_pipelines.sandbox.receivables_business import DEPOSITS_ACCOUNT, RECEIVABLE_ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from intacct_pipelines.sandbox.intacct.state import Row, State, Table

ZERO: Final = Decimal(0)
INVOICE: Final = PostingKind("AR invoice", "ARJ", "4.AR", "ri")
ORDER_INVOICE: Final = PostingKind("AR invoice", "ARJ", "8.SO", "ri")
ADJUSTMENT: Final = PostingKind("AR adjustment", "ARADJ", "4.AR", "ra")
RECEIPT: Final = PostingKind("AR payment", "CRJ", "4.AR", "rp")
ADVANCE: Final = PostingKind("AR advance", "CRJ", "4.AR", "rr")


@dataclass(slots=True)
class OpenItem:
    """What is still open of an invoice (positive) or a credit memo (negative), in both currencies."""

    trx_due: Decimal
    base_due: Decimal
    rate: Decimal
    base_currency: str

    def settle(self, trx: Decimal) -> Decimal:
        """Take an amount off, with the sign of what is open; return its base amount.

        The last amount takes the rest, so that an item that is wholly settled leaves nothing in base currency either.
        """
        base = self.base_due if trx == self.trx_due else round_amount(trx * self.rate, self.base_currency)
        self.trx_due -= trx
        self.base_due -= base
        return base


@dataclass(frozen=True, slots=True)
class Cash:
    """The money of a receipt."""

    account_no: str
    trx: Decimal
    rate: Decimal
    base_currency: str

    def base(self, trx: Decimal) -> Decimal:
        """A part of the money in base currency."""
        return round_amount(trx * self.rate, self.base_currency)


def document_posting(
    state: State, table: Table, lines: Table, row: Row, items: Sequence[Row], kind: PostingKind
) -> Posting:
    """The journal entry of an invoice or adjustment: debit receivables, credit the accounts of its lines."""
    owner = row[table.owner_at]
    entries: list[Entry] = []
    for item in items:
        coding = coding_of(state, lines, item, owner)
        trx, base = Decimal(lines.get(item, "TRX_AMOUNT")), Decimal(lines.get(item, "AMOUNT"))
        entries.append(Entry(DEBIT, RECEIVABLE_ACCOUNT, trx, base, coding))
        entries.append(Entry(CREDIT, lines.get(item, "ACCOUNTNO"), trx, base, coding))
    return journal_entry(state, table, row, kind, table.get(row, "WHENPOSTED"), entries)


def receipt_entries(cash: Cash | None, settled: Sequence[tuple[Decimal, Decimal]], coding: Coding) -> list[Entry]:
    """Debits and credits of a receipt, or of a credit that is applied; empty where nothing moves.

    Items are relieved at the rate at which they were entered, so a difference in base currency is realised. What the
    money does not settle stays on the customer's account at the money's own rate.

    Args:
        cash: The money; None where only a credit is applied.
        settled: Transaction and base amount of each item: an invoice's is positive, a credit's negative.
        coding: Where it belongs.
    """
    entries = [Entry(CREDIT, RECEIVABLE_ACCOUNT, trx, base, coding) for trx, base in settled]
    gain = -sum((base for _, base in settled), ZERO)
    if cash:
        money = cash.base(cash.trx)
        rest = cash.trx - sum((trx for trx, _ in settled), ZERO)
        gain += money
        entries.insert(0, Entry(DEBIT, cash.account_no, cash.trx, money, coding))
        if rest:
            kept = cash.base(rest)
            gain -= kept
            entries.append(Entry(CREDIT, DEPOSITS_ACCOUNT, rest, kept, coding))
    elif not gain:
        return []
    return entries + exchange_entries(gain, coding)


def exchange_entries(gain: Decimal, coding: Coding) -> list[Entry]:
    """The realised exchange difference in base currency, negative for a loss; nothing where there is none."""
    return [Entry(CREDIT if gain > 0 else DEBIT, EXCHANGE_ACCOUNT, ZERO, abs(gain), coding)] if gain else []


def open_totals(table: Table, row: Row, item: OpenItem) -> dict[str, str]:
    """Totals and state of a header from what is still open of it."""
    trx, base = Decimal(table.get(row, "TRX_TOTALENTERED")), Decimal(table.get(row, "TOTALENTERED"))
    state = "Paid" if trx and not item.trx_due else "Posted" if item.trx_due == trx else "Partially Paid"
    return {"STATE": state, **totals(trx, base, trx - item.trx_due, base - item.base_due)}


def opposite(entries: Sequence[Entry]) -> list[Entry]:
    """The same the other way round, as a reversal posts it."""
    return [entry._replace(side=-entry.side) for entry in entries]
