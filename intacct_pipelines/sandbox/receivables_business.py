"""The receivables behind both systems: customers, items, invoices, receipts, credit memos, deposits.

Only plain values belong here; `receivables_maker.py` makes them, and how each system shows them is the business of its
twin (`intacct/`, `bill/`). The fields hold the truth. A record's ``intacct_changes`` and ``bill_changes`` are names of
its own fields with the value that one system's copy has instead.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Literal, TypeVar

from intacct_pipelines.sandbox.copies import Copied

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

CLEARING_ACCOUNT: Final = "1080"
"""Money In Clearing: what BILL received and has not yet transferred to the bank."""
UNDEPOSITED_ACCOUNT: Final = "1090"
"""Checks and cash that were received and not yet deposited."""
RECEIVABLE_ACCOUNT: Final = "1200"
SALES_TAX_ACCOUNT: Final = "2200"
DEPOSITS_ACCOUNT: Final = "2300"
"""What customers paid ahead: unapplied parts of receipts."""
FEE_ACCOUNT: Final = "4900"
"""Convenience fees that customers paid on top (S-FEE-01)."""

System = Literal["intacct", "bill"]
Kind = Literal["service", "product", "sales_tax"]
Method = Literal["ACH", "CREDIT_CARD", "CHECK"]


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer as the business knows it; a missing id says that a system does not know it."""

    key: int
    name: str
    entity_id: str
    """The owner; empty for the top level."""
    currency: str
    intacct_id: str | None
    bill_ids: dict[str, str]
    """Organisation id → id there, for every organisation that knows the customer."""
    intacct_status: str
    bill_archived: bool
    email: str
    phone: str
    address: dict[str, str]
    """`line1`, `city`, `stateOrProvince`, `zipOrPostalCode`, `country` (two letters), `country_name`."""
    term: str
    created_at: datetime
    modified_at: datetime
    difference: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """What is sold or bought; a sales-tax item is one in BILL and a line on the tax account in Intacct (S-INV-03)."""

    item_id: str
    name: str
    kind: Kind
    price: Decimal
    """In the company's currency; 0 for sales tax."""
    income_account_no: str
    expense_account_no: str
    tax_percentage: Decimal
    """0 unless it is a sales-tax item."""
    created_at: datetime
    modified_at: datetime
    status: str = "active"


@dataclass(frozen=True, slots=True)
class SaleLine:
    """One line of an invoice or credit memo, in the document's currency."""

    amount: Decimal
    """Quantity times price."""
    quantity: Decimal
    price: Decimal
    account_no: str
    item_id: str
    department_id: str
    location_id: str
    class_id: str
    description: str
    is_tax: bool = False


@dataclass(frozen=True, slots=True)
class Invoice(Copied):
    """A customer's invoice."""

    key: int
    entity_id: str
    customer_key: int
    number: str
    invoice_date: date
    due_date: date
    gl_posting_date: date
    currency: str
    exchange_rate: Decimal
    """Entity currency for one unit of `currency`."""
    lines: tuple[SaleLine, ...]
    """The last one is the sales tax, where there is any."""
    tax_item_id: str
    """The sales-tax item of the whole invoice; empty if none is charged."""
    description: str
    po_number: str
    """The customer's purchase order; at most 100 characters."""
    so_number: str
    """Not empty for an invoice that was born from a sales order in Intacct (module 8.SO, S-SAL-03)."""

    @property
    def total(self) -> Decimal:
        """The sum of the lines, tax included, in the invoice's currency."""
        return _total(self.lines)

    @property
    def tax(self) -> Decimal:
        """The sales tax, in the invoice's currency."""
        return sum((line.amount for line in self.lines if line.is_tax), Decimal(0))


@dataclass(frozen=True, slots=True)
class Application:
    """How much of a receipt or credit memo goes to an invoice, in the invoice's currency."""

    invoice_key: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Receipt(Copied):
    """Money from a customer."""

    key: int
    entity_id: str
    customer_key: int
    receipt_date: date
    currency: str
    exchange_rate: Decimal
    amount: Decimal
    """What counts towards invoices or stays on the customer's account; without the fee."""
    applications: tuple[Application, ...]
    fee: Decimal
    """Convenience fee that the customer paid on top; 0 if none."""
    method: Method
    is_online: bool
    """Received through BILL: into clearing, by deposit later into the bank. A check waits undeposited instead.

    BILL receives in the entity's currency only (S-CUR-01).
    """
    reference: str
    description: str
    voided_on: date | None
    deposit_key: int
    """The deposit that took it to the bank; 0 while it waits."""
    fee_in_intacct: bool = True
    """Whether Intacct's books hold the fee, as a journal entry of its own."""

    @property
    def applied(self) -> Decimal:
        """How much of it has found its invoices."""
        return sum((one.amount for one in self.applications), Decimal(0))

    @property
    def unapplied(self) -> Decimal:
        """What stays on the customer's account: an overpayment, or paid ahead."""
        return self.amount - self.applied


@dataclass(frozen=True, slots=True)
class CreditMemo(Copied):
    """A credit to a customer; its lines are positive amounts by which the customer owes less."""

    key: int
    entity_id: str
    customer_key: int
    number: str
    credit_date: date
    currency: str
    exchange_rate: Decimal
    lines: tuple[SaleLine, ...]
    description: str
    applications: tuple[Application, ...]
    applied_on: date | None

    @property
    def total(self) -> Decimal:
        """The sum of the lines, in the memo's currency."""
        return _total(self.lines)

    @property
    def applied(self) -> Decimal:
        """How much of it has been used."""
        return sum((one.amount for one in self.applications), Decimal(0))


@dataclass(frozen=True, slots=True)
class Deposit:
    """Receipts and their fees, together, on their way to the bank.

    A ``transfer`` empties BILL's clearing (S-RFT-01); a ``deposit`` takes undeposited checks to the bank by hand.
    """

    key: int
    kind: Literal["transfer", "deposit"]
    entity_id: str
    deposit_date: date
    currency: str
    exchange_rate: Decimal
    amount: Decimal
    """Its receipts with their fees."""
    receipt_keys: tuple[int, ...]
    reference: str
    in_intacct: bool
    in_bill: bool
    intacct_changes: dict[str, object]
    bill_changes: dict[str, object]
    created_at: datetime
    modified_at: datetime
    bill_id: str
    """Id of the money movement; empty for a deposit by hand."""
    difference: str = ""


Document = TypeVar("Document", Invoice, Receipt, CreditMemo, Deposit)


@dataclass(frozen=True, slots=True)
class Receivables:
    """All of it: the same for the same seed, options and day."""

    customers: tuple[Customer, ...] = ()
    items: tuple[Item, ...] = ()
    invoices: tuple[Invoice, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    credit_memos: tuple[CreditMemo, ...] = ()
    deposits: tuple[Deposit, ...] = ()

    def settled(self, system: System) -> dict[int, Decimal]:
        """How much of each invoice is settled in one system, by receipts that stand and by credit memos.

        An invoice of which nothing is settled is left out.
        """
        sums: dict[int, Decimal] = defaultdict(Decimal)
        for receipt in seen_by(system, self.receipts):
            if receipt.voided_on is None:
                for one in receipt.applications:
                    sums[one.invoice_key] += one.amount
        for memo in seen_by(system, self.credit_memos):
            for one in memo.applications:
                sums[one.invoice_key] += one.amount
        return dict(sums)


def seen_by(system: System, documents: Iterable[Document]) -> list[Document]:
    """One system's copies of those documents that it has."""
    found: list[Document] = []
    for document in documents:
        if document.in_intacct if system == "intacct" else document.in_bill:
            changes = document.intacct_changes if system == "intacct" else document.bill_changes
            found.append(replace(document, **changes) if changes else document)  # type: ignore[arg-type]  # its own fields
    return found


def _total(lines: tuple[SaleLine, ...]) -> Decimal:
    amounts = [line.amount for line in lines]
    return sum(amounts[1:], start=amounts[0])
