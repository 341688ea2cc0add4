"""Period tie-outs: what is proven of an entity's month, and from which tables. The SQL is in ``warehouse/close``."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from intacct_pipelines.domain.keys import EntityKey


@dataclass(frozen=True, slots=True)
class TieOut:
    """One equality that holds at the end of a month, or for the month.

    Args:
        name: What it is called, and its asset below ``close``.
        title: What people call it.
        expected: What the documents' side is.
        actual: What the other side is.
        tables: Qualified names of the source tables that it is made of.
        is_judged_in_currency: Whether a difference in transaction currency fails it.
        is_judged_in_base: Whether a difference in base currency fails it.
        is_informational: Whether its differences are shown and fail nothing, as each may have a rule that expects it.
    """

    name: str
    title: str
    expected: str
    actual: str
    tables: tuple[str, ...]
    is_judged_in_currency: bool = True
    is_judged_in_base: bool = True
    is_informational: bool = False


_LEDGER: Final = ("gl_detail", "location", "entity")
_PAYABLES: Final = (
    "ap_bill", "ap_bill_line", "ap_adjustment", "ap_adjustment_line", "ap_payment", "ap_payment_detail",
    "checking_account", "savings_account", *_LEDGER,
)  # fmt: skip
_RECEIVABLES: Final = (
    "ar_invoice", "ar_invoice_line", "ar_adjustment", "ar_adjustment_line", "ar_payment", "ar_payment_detail",
)  # fmt: skip
_CODED: Final = (
    "ap_bill_line", "ap_adjustment_line", "ar_invoice_line", "card_transaction", "card_transaction_line",
    "other_receipt", "other_receipt_line", "deposit", "deposit_line", "funds_transfer", "funds_transfer_line",
    "journal_entry", "journal_entry_line",
)  # fmt: skip

_IN_BILL: Final = (
    "bill.ap_bill", "bill.ap_payment", "bill.ap_payment_detail", "bill.ap_payment_credit", "bill.vendor_credit_usage",
)  # fmt: skip


def _tables(*names: str) -> tuple[str, ...]:
    return tuple(f"intacct.{name}" for name in dict.fromkeys(names))


TIE_OUTS: Final = {
    one.name: one
    for one in (
        TieOut(
            "ap_control",
            "Payables and their control account",
            "bills and adjustments less what was settled of them",
            "the control account in the ledger",
            _tables(*_PAYABLES, "ap_account_label"),
        ),
        TieOut(
            "ar_control",
            "Receivables and their control account",
            "invoices and adjustments less what was settled of them",
            "the control account in the ledger",
            _tables(*_RECEIVABLES, *_LEDGER, "ar_account_label"),
        ),
        TieOut(
            "ap_ageing",
            "AP ageing",
            "open by documents and what was settled of them",
            "open as Intacct shows it today, carried back to the day",
            _tables(*_PAYABLES),
        ),
        TieOut(
            "ar_ageing",
            "AR ageing",
            "open by documents and what was settled of them",
            "open as Intacct shows it today, carried back to the day",
            _tables(*_RECEIVABLES, "location", "entity"),
        ),
        TieOut(
            "card_account",
            "Card accounts",
            "charges, refunds, payments by card, and what was coded to the account",
            "the cards' account in the ledger",
            _tables(*_CODED, *_PAYABLES, "card_account"),
        ),
        TieOut(
            "bank_account",
            "Bank accounts",
            "payments, receipts, deposits, transfers, and what was coded to the account",
            "the bank's account in the ledger",
            _tables(*_CODED, *_PAYABLES, "ap_advance", "ar_payment", "ar_advance"),
        ),
        TieOut(
            "trial_balance",
            "Trial balance of the month",
            "zero",
            "debits less credits of all accounts",
            _tables(*_LEDGER),
            is_judged_in_currency=False,
        ),
        TieOut(
            "ledger_detail",
            "Journal entries and ledger detail",
            "lines of the month's journal entries",
            "posted lines of the month",
            _tables(*_LEDGER, "journal_entry", "journal_entry_line", "journal"),
        ),
        TieOut(
            "platform_payables",
            "Open bills in BILL and Intacct",
            "open in BILL, of the bills that are paired, by the day on which payments left",
            "open of the same bills in Intacct, by documents",
            (*_tables(*_PAYABLES), *_IN_BILL),
            is_judged_in_base=False,
            is_informational=True,
        ),
    )
}
"""Every tie-out by its name, in the order in which they are shown."""


@dataclass(frozen=True, slots=True)
class Period:
    """One month of one entity.

    Args:
        entity: The entity.
        month: Its first day.
    """

    entity: EntityKey
    month: date

    def __post_init__(self) -> None:
        if self.month.day != 1:
            msg = f"{self.month} is not the first day of a month"
            raise ValueError(msg)

    @property
    def last_day(self) -> date:
        """The month's last day."""
        return self.month.replace(day=calendar.monthrange(self.month.year, self.month.month)[1])


@dataclass(frozen=True, slots=True)
class ClosePolicy:
    """What a company says of its tie-outs.

    Args:
        accounts: By kind of control account (``payables``, ``receivables``, ``cards``): ledger account numbers. A kind
            that is not named is told from the postings.
        tolerance: Largest ignored difference by currency.
    """

    accounts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    tolerance: Mapping[str, Decimal] = field(default_factory=dict)
