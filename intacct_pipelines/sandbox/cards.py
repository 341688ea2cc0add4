"""The card programme of a generated company: one platform account per entity, and what each system knows of it.

Only plain values belong here; they are made in `card_maker.py`. A transaction's fields hold the truth; what Intacct's
copy has instead stands in `intacct_changes`, as for bills.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from datetime import date, datetime
    from decimal import Decimal

    from intacct_pipelines.sandbox.business import Line


@dataclass(frozen=True, slots=True)
class CardAccount:
    """A platform account: it belongs to one entity and posts to one card object of Intacct (S-CRD-02, S-CRD-05)."""

    entity_id: str
    card_id: str
    """CARDID of Intacct's CREDITCARD."""
    label: str
    """The brand under which it is sold."""
    currency: str
    location_id: str
    """Default location of the card object; the vendor's sync puts it on every transaction (S-CRD-03)."""


@dataclass(frozen=True, slots=True)
class Cardholder:
    """A person who has cards, and perhaps a role beyond that."""

    key: int
    entity_id: str
    first_name: str
    last_name: str
    email: str
    role: str
    """ADMIN, AUDITOR, BOOKKEEPER, MEMBER or FINANCE_ADMIN."""
    is_retired: bool


@dataclass(frozen=True, slots=True)
class Budget:
    """What may be spent for a purpose; every card draws on one."""

    key: int
    entity_id: str
    name: str
    limit: Decimal
    interval: str
    """MONTHLY, QUARTERLY or YEARLY."""
    start_date: date
    is_retired: bool


@dataclass(frozen=True, slots=True)
class Card:
    """A card of one holder on one budget."""

    key: int
    entity_id: str
    holder_key: int
    budget_key: int
    name: str
    last_four: str
    kind: str
    """PHYSICAL or VIRTUAL."""
    status: str
    """ACTIVE, FROZEN or DELETED."""
    created_at: datetime


@dataclass(frozen=True, slots=True)
class CardTransaction:
    """What happened on a card: an authorisation, its settlement, a refund or a refusal.

    Only settled ones (`kind` CLEAR) may be in Intacct: there one CCTRANSACTION on the entity's card object, dated
    `posting_date`, in the account's currency, with one line for each of `intacct_lines`; negative for a refund.
    """

    key: int
    entity_id: str
    kind: str
    """AUTHORIZATION, CLEAR or DECLINE."""
    card_key: int
    merchant: str
    merchant_category: str
    currency: str
    """The account's."""
    lines: tuple[Line, ...]
    """More than one: the transaction is split into as many children."""
    fees: Decimal
    """Part of the total; all of it a foreign-exchange fee."""
    original_amount: Decimal
    """What the merchant charged, without the fee, in `original_currency`."""
    original_currency: str
    exchange_rate: Decimal
    """Account currency for one unit of `original_currency`."""
    occurred_at: datetime
    modified_at: datetime
    is_complete: bool
    """Whether every required field and the receipt are there; only then does the vendor's sync take it."""
    has_receipt: bool
    original_key: int | None = None
    """Of a settlement: its authorisation. Of a reversal: what it takes back."""
    sync_status: str = ""
    """What the platform claims: SYNCED, ERROR, PENDING, MANUAL_SYNCED, NOT_SYNCED; empty for nothing."""
    sync_message: str = ""
    claimed_record_no: int | None = None
    """The Intacct record number that the platform claims (S-CRD-10)."""
    in_spend: bool = True
    in_intacct: bool = False
    intacct_record_no: int | None = None
    """RECORDNO in Intacct: transactions that are there are numbered from 1 in the order of `CardProgramme`."""
    intacct_changes: dict[str, object] = field(default_factory=dict)
    """Names of these fields with the value that Intacct's copy has instead: `lines`, `modified_at`."""
    difference: str = ""
    """The planted kind (see `card_maker.DIFFERENCES`), empty for a transaction that agrees."""

    @property
    def posting_date(self) -> date:
        """The day on which it settled, which dates Intacct's copy."""
        return self.occurred_at.date()

    @property
    def total(self) -> Decimal:
        """The sum of the lines, in the account's currency."""
        amounts = [line.amount for line in self.lines]
        return sum(amounts[1:], start=amounts[0])

    @property
    def intacct_lines(self) -> tuple[Line, ...]:
        """The lines of Intacct's copy."""
        changed = self.intacct_changes.get("lines")
        return changed if isinstance(changed, tuple) else self.lines

    @property
    def intacct_modified_at(self) -> datetime:
        """When Intacct's copy last changed; later than the platform's if somebody coded it anew there."""
        changed = self.intacct_changes.get("modified_at", self.modified_at)
        return cast("datetime", changed)


@dataclass(frozen=True, slots=True)
class Reimbursement:
    """Money that a person laid out; it never syncs by itself (S-CRD-09)."""

    key: int
    entity_id: str
    holder_key: int
    budget_key: int
    kind: str
    """OUT_OF_POCKET or MILEAGE."""
    status: str
    merchant: str
    note: str
    amount: Decimal
    currency: str
    occurred_date: date
    submitted_at: datetime
    line: Line


@dataclass(frozen=True, slots=True)
class CardProgramme:
    """All accounts of a company with what belongs to them."""

    accounts: tuple[CardAccount, ...] = ()
    holders: tuple[Cardholder, ...] = ()
    budgets: tuple[Budget, ...] = ()
    cards: tuple[Card, ...] = ()
    transactions: tuple[CardTransaction, ...] = ()
    reimbursements: tuple[Reimbursement, ...] = ()
