"""The business behind both systems: what a generated company consists of.

Only plain values belong here. The generator is in `generator.py`; how each system shows the same company is the
business of its twin (`intacct/`, `bill/`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from intacct_pipelines.sandbox.cards import CardProgramme
from intacct_pipelines.sandbox.copies import Copied
from intacct_pipelines.sandbox.list_maker import ListRecord
from intacct_pipelines.sandbox.receivables_business import Receivables
from intacct_pipelines.sandbox.settlements import Settlements

if TYPE_CHECKING:
    from datetime import date, datetime
    from decimal import Decimal

    from intacct_pipelines.sandbox.advance_business import Advance
    from intacct_pipelines.sandbox.expense_business import ExpenseReport
    from intacct_pipelines.sandbox.journal_business import JournalEntry
    from intacct_pipelines.sandbox.order_business import Order


@dataclass(frozen=True, slots=True)
class Entity:
    """A place of the Intacct company at which a BILL organisation ends: a legal entity, or the top level (no id)."""

    entity_id: str
    name: str
    currency: str
    organization_id: str
    organization_name: str
    location_ids: tuple[str, ...]
    closed_through: date | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """A general-ledger account; `requires` names the dimensions without which Intacct refuses a line."""

    account_no: str
    title: str
    account_type: str
    """`incomestatement` or `balancesheet`."""
    normal_balance: str
    """`debit` or `credit`."""
    requires: frozenset[str]
    bill_type: str
    """The account type as BILL names it."""
    status: str = "active"


@dataclass(frozen=True, slots=True)
class Dimension:
    """A department, class or location."""

    id: str
    name: str
    parent_id: str = ""
    entity_id: str = ""
    status: str = "active"


@dataclass(frozen=True, slots=True)
class Term:
    """A payment term: due so many days after the bill's date."""

    name: str
    days: int


@dataclass(frozen=True, slots=True)
class Vendor:
    """A vendor as the business knows it; a missing id says that a system does not know it."""

    key: int
    name: str
    entity_id: str
    """The owner; empty for the top level."""
    currency: str
    intacct_id: str | None
    bill_id: str | None
    """The id in the organisation of `entity_id`; a top-level vendor has `bill_ids` instead."""
    intacct_status: str
    bill_archived: bool
    is_1099: bool
    tax_id: str
    email: str
    phone: str
    address: dict[str, str]
    """`line1`, `city`, `stateOrProvince`, `zipOrPostalCode`, `country` (two letters), `country_name`."""
    term: str
    created_at: datetime
    modified_at: datetime
    difference: str = ""
    bill_ids: dict[str, str] = field(default_factory=dict)
    """Organisation id → id there, for every organisation that knows the vendor."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a bill, in the bill's currency."""

    amount: Decimal
    account_no: str
    department_id: str
    location_id: str
    class_id: str
    description: str


@dataclass(frozen=True, slots=True)
class Bill(Copied):
    """A bill of the business."""

    key: int
    entity_id: str
    vendor_key: int
    number: str
    bill_date: date
    due_date: date
    gl_posting_date: date
    currency: str
    exchange_rate: Decimal
    """Entity currency for one unit of `currency`."""
    lines: tuple[Line, ...]
    description: str
    po_number: str
    """Not empty for a bill that was born from a purchase order in Intacct (module 9.PO)."""
    approval_status: str
    """As in BILL: UNASSIGNED, ASSIGNED, APPROVING, APPROVED, DENIED."""
    paid: Decimal
    """How much has been paid, in `currency`."""
    intacct_state: str
    """Intacct's word: Posted, Paid, Partially Paid, Draft, Reversed, No Value; empty when not there."""

    @property
    def total(self) -> Decimal:
        """The sum of the lines, in the bill's currency."""
        amounts = [line.amount for line in self.lines]
        return sum(amounts[1:], start=amounts[0])


@dataclass(frozen=True, slots=True)
class Business:
    """A generated company: the same for the same seed, options and day."""

    seed: int
    company_id: str
    sender_id: str
    sender_password: str
    user_id: str
    user_password: str
    dev_key: str
    bill_username: str
    bill_password: str
    base_currency: str
    entities: tuple[Entity, ...]
    """The places at which a BILL organisation ends; as a rule these are the legal entities."""
    accounts: tuple[Account, ...]
    departments: tuple[Dimension, ...]
    classes: tuple[Dimension, ...]
    locations: tuple[Dimension, ...]
    terms: tuple[Term, ...]
    vendors: tuple[Vendor, ...]
    bills: tuple[Bill, ...]
    expense_account: str
    """The number of an expense account that requires no dimension beyond the location."""
    cards: CardProgramme = field(default_factory=CardProgramme)
    lists: tuple[ListRecord, ...] = ()
    """The lists that only Intacct has."""
    receivables: Receivables = field(default_factory=Receivables)
    journals: tuple[JournalEntry, ...] = ()
    orders: tuple[Order, ...] = ()
    expense_reports: tuple[ExpenseReport, ...] = ()
    advances: tuple[Advance, ...] = ()
    settlements: Settlements = field(default_factory=Settlements)
    """What paid the bills."""
    legal_entities: tuple[Entity, ...] | None = None
    """Intacct's entities, where they are not the places at which an organisation ends; a company may have none."""
    further_accounts: tuple[Entity, ...] = ()
    """More BILL organisations at those places, each opened just now: they have the lists and no documents."""

    @property
    def intacct_entities(self) -> tuple[Entity, ...]:
        """The entities that Intacct has."""
        return self.entities if self.legal_entities is None else self.legal_entities

    @property
    def organizations(self) -> tuple[Entity, ...]:
        """Every BILL organisation, by the place at which it ends."""
        return (*self.entities, *self.further_accounts)
