"""How the company pays its bills: payments, vendor credits and their use, bank accounts and funds transfers.

Only plain values belong here; `payment_maker.py` makes them from the bills, and each system's twin shows them in its
own words. What a bill says is paid is explained to the cent, in each system, by the payments that count there and the
credits used there (:meth:`Settlements.paid`).

A record's fields hold the truth. Where one system's copy says something else, `intacct_changes` or `bill_changes` name
these very fields with the value that its copy has instead, as for bills. `difference` is the planted kind, empty for a
record on which both systems agree.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Literal, TypeVar

if TYPE_CHECKING:
    from datetime import date, datetime

    from intacct_pipelines.sandbox.business import Line

OPERATING_BANK: Final = "1000"
MONEY_OUT_CLEARING: Final = "1070"
"""The account that payments by BILL are drawn on; a funds transfer from the bank brings it back to zero."""

System = Literal["bill", "intacct"]
UNPAYING: Final = frozenset({"SCHEDULED", "CANCELED", "VOIDED", "FUNDING_FAILED_VOIDED"})
"""BILL's `singleStatus` words with which a payment pays nothing: not yet, or not any more."""

PAYMENT_DIFFERENCES: Final = {
    "only_in_intacct": "Made in Intacct; BILL never hears of it (S-PAY-01).",
    "in_process": "Scheduled in BILL for a day to come; not in Intacct yet.",
    "voided_in_bill_only": "Voided in BILL; Intacct still has it (S-PAY-04).",
    "voided_in_intacct_only": "Voided in Intacct and paid again there; BILL has the first one still (S-PAY-04).",
    "memo_lost": "Recorded in BILL as paid outside; its memo does not reach Intacct (S-PAY-05).",
    "redated": "Intacct has it on another day.",
}
CREDIT_DIFFERENCES: Final = {
    "adjustment": "An Intacct adjustment, which does not travel (S-VCR-05).",
    "only_in_bill": "Not used yet, and not in Intacct yet.",
    "only_in_intacct": "A negative bill of Intacct, not used, and yet not in BILL.",
    "applied_in_intacct": "Used in Intacct, which does not travel; in BILL it is still open (S-VCR-04, S-VCR-08).",
    "over_ten_million": "Arrived in Intacct as 0 (S-BIL-07).",
    "archived_in_bill": "Taken out of use in BILL; Intacct still has it.",
}
TRANSFER_DIFFERENCES: Final = {
    "missing_in_intacct": "It never reached Intacct, so clearing keeps its payments (S-AFT-01).",
    "only_in_intacct": "Entered in Intacct by hand once more; no payment is behind it.",
}
USE_DIFFERENCE: Final = "other_credit_used"
"""BILL used another credit than the oldest, which is the one that Intacct used (S-VCR-03)."""


@dataclass(frozen=True, slots=True)
class BankAccount:
    """An account at a bank, or a clearing account that Intacct keeps as one."""

    entity_id: str
    intacct_id: str
    """The checking account's id in Intacct."""
    bill_id: str
    """`bac…`; empty for a clearing account, which BILL does not know."""
    name: str
    bank_name: str
    account_no: str
    """The general-ledger account behind it."""
    currency: str
    number: str
    """The number at the bank; invented, nine digits."""
    routing_number: str
    archived: bool = False


@dataclass(frozen=True, slots=True)
class VendorCredit:
    """What a vendor owes us, to be used instead of money; positive amounts."""

    key: int
    entity_id: str
    vendor_key: int
    number: str
    """Reference number in BILL, bill number of the negative bill in Intacct."""
    credit_date: date
    currency: str
    exchange_rate: Decimal
    """Entity currency for one unit of `currency`, on `credit_date`."""
    lines: tuple[Line, ...]
    description: str
    intacct_form: Literal["negative_bill", "adjustment"]
    """How Intacct keeps it (S-VCR-05, S-VCR-06)."""
    in_intacct: bool
    in_bill: bool
    bill_id: str
    """`vcr…`."""
    created_at: datetime
    modified_at: datetime
    archived: bool = False
    """In BILL; Intacct knows no such thing."""
    intacct_changes: dict[str, object] = field(default_factory=dict)
    difference: str = ""
    """One of `CREDIT_DIFFERENCES`, or empty."""

    @property
    def total(self) -> Decimal:
        """The sum of the lines, in the credit's currency."""
        return sum((line.amount for line in self.lines[1:]), start=self.lines[0].amount)

    def in_system(self, system: System) -> VendorCredit:
        """The credit as one system holds it."""
        return _changed(self, self.intacct_changes) if system == "intacct" else self


@dataclass(frozen=True, slots=True)
class CreditUse:
    """Some of a credit used on one bill, with a payment or without.

    Where the systems used different credits there are two uses, one in each.
    """

    key: int
    credit_key: int
    bill_key: int
    payment_key: int | None
    """None: the bill was settled by the credit alone."""
    amount: Decimal
    applied_on: date
    in_intacct: bool
    in_bill: bool
    bill_id: str
    """`bcr…`."""
    difference: str = ""
    """`USE_DIFFERENCE`, `applied_in_intacct`, or empty."""


@dataclass(frozen=True, slots=True)
class PaymentShare:
    """The money of one payment for one bill, in the payment's currency; credits come on top."""

    bill_key: int
    amount: Decimal
    bill_id: str
    """`blp…`, the id of this share in BILL."""


@dataclass(frozen=True, slots=True)
class Payment:
    """Money to one vendor for one or more bills."""

    key: int
    entity_id: str
    vendor_key: int
    currency: str
    shares: tuple[PaymentShare, ...]
    way: Literal["platform", "print_check", "outside", "intacct"]
    """By BILL; by a check that Intacct prints; outside, recorded in BILL (S-PAY-06); made in Intacct (S-PAY-01)."""
    method: str
    """BILL's `disbursementType`: ACH, CHECK, VIRTUAL_CARD, RPPS, INTERNATIONAL, OFFLINE."""
    process_date: date
    exchange_rate: Decimal
    """Entity currency for one unit of `currency`, on `process_date`."""
    funding_amount: Decimal
    """What leaves the bank, in the entity's currency."""
    account_no: str
    """The account it is drawn on: `MONEY_OUT_CLEARING` for `platform`, else `OPERATING_BANK`."""
    status: str
    """BILL's `singleStatus`; empty for a payment that BILL does not have."""
    in_intacct: bool
    in_bill: bool
    bill_id: str
    """`stp…`; empty for a payment that BILL does not have."""
    transaction_number: str
    confirmation_number: str
    """Only of a payment by BILL."""
    check_number: str
    memo: str
    created_at: datetime
    modified_at: datetime
    voided_in_intacct: bool = False
    voided_on: date | None = None
    """When it was voided, wherever it was."""
    void_reason: str = ""
    intacct_changes: dict[str, object] = field(default_factory=dict)
    difference: str = ""
    """One of `PAYMENT_DIFFERENCES`, or empty."""

    @property
    def amount(self) -> Decimal:
        """The money, in the payment's currency."""
        return sum((share.amount for share in self.shares[1:]), start=self.shares[0].amount)

    def counts(self, system: System) -> bool:
        """Whether the bills count as paid by it in one system."""
        if system == "intacct":
            return self.in_intacct and not self.voided_in_intacct
        return self.in_bill and self.status not in UNPAYING

    def in_system(self, system: System) -> Payment:
        """The payment as one system holds it."""
        return _changed(self, self.intacct_changes) if system == "intacct" else self


@dataclass(frozen=True, slots=True)
class FundsTransfer:
    """One debit of the bank for the payments of a day: bank → clearing. A credit back has a negative amount."""

    key: int
    entity_id: str
    process_date: date
    currency: str
    amount: Decimal
    payment_keys: tuple[int, ...]
    """Not told by either system: only the day, the bank and the sum are."""
    from_account_no: str
    to_account_no: str
    bill_id: str
    """`mmt…`."""
    name: str
    """The number that BILL gives it; Intacct's reference."""
    status: Literal["0", "1", "2"]
    """BILL's code: sent, confirmed, void. Only confirmed ones travel."""
    in_intacct: bool
    created_at: datetime
    modified_at: datetime
    difference: str = ""
    """One of `TRANSFER_DIFFERENCES`, or empty."""
    in_bill: bool = True


@dataclass(frozen=True)
class Settlements:
    """All of it, with the way from a bill to what settled it."""

    bank_accounts: tuple[BankAccount, ...] = ()
    credits: tuple[VendorCredit, ...] = ()
    uses: tuple[CreditUse, ...] = ()
    payments: tuple[Payment, ...] = ()
    transfers: tuple[FundsTransfer, ...] = ()

    def paid(self, system: System) -> dict[int, Decimal]:
        """Bill key → what has been paid of it in one system, credits included, as the bill itself says."""
        paid = self.credited(system)
        for bill_key, amount in self.paid_in_money(system).items():
            paid[bill_key] = paid.get(bill_key, Decimal(0)) + amount
        return paid

    def paid_in_money(self, system: System) -> dict[int, Decimal]:
        """Bill key → money paid of it in one system."""
        paid: dict[int, Decimal] = defaultdict(Decimal)
        for payment in self.payments:
            if payment.counts(system):
                for share in payment.shares:
                    paid[share.bill_key] += share.amount
        return dict(paid)

    def credited(self, system: System) -> dict[int, Decimal]:
        """Bill key → credits used on it in one system."""
        credited: dict[int, Decimal] = defaultdict(Decimal)
        for use in self.uses:
            if use.in_intacct if system == "intacct" else use.in_bill:
                credited[use.bill_key] += use.amount
        return dict(credited)

    def used(self, system: System) -> dict[int, Decimal]:
        """Credit key → how much of it is used in one system."""
        used: dict[int, Decimal] = defaultdict(Decimal)
        for use in self.uses:
            if use.in_intacct if system == "intacct" else use.in_bill:
                used[use.credit_key] += use.amount
        return dict(used)


R = TypeVar("R", VendorCredit, Payment)


def _changed(record: R, changes: dict[str, object]) -> R:
    return replace(record, **changes) if changes else record  # type: ignore[arg-type]  # names of these very fields
