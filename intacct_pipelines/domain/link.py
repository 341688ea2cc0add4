"""A link: one platform account joined to one Intacct company, at its top level or at one entity, and what may pass."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

from intacct_pipelines.domain.conflicts import ConflictPolicy
from intacct_pipelines.domain.keys import EntityKey
from intacct_pipelines.domain.routes import Routes

CODE_PATTERN: Final = r"^\s*(\S+)"
"""The first word."""


class Mode(StrEnum):
    """Whether this product stands beside the vendor's sync or in its place."""

    OBSERVE = "observe"
    SYNC = "sync"


class ClosedPeriod(StrEnum):
    """What happens to a document whose date lies in a closed period (S-IDM-08)."""

    HOLD = "hold"
    FIRST_OPEN = "first_open"
    """Post on the first open day; the document keeps its own date, so that both are known."""


class Gate(StrEnum):
    """Who approves a plan."""

    MANUAL = "manual"
    AUTO = "auto"
    """By itself within ``auto_approve_items`` and ``auto_approve_amount``, else by a person."""


@dataclass(frozen=True, slots=True)
class Form1099:
    """A 1099 form and box; never invented (S-BP-03)."""

    form: str
    box: str


class Reporting(StrEnum):
    """What the lines of a 1099 vendor on an account count for, where no form of its own is given (S-BP-04)."""

    VENDOR = "vendor"
    """The vendor's form and box."""
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class CardPolicy:
    """How the charges of a card platform stand in Intacct.

    Args:
        account: Intacct's card account to which they post (S-CRD-02); empty: that of the records that the platform
            claims.
        account_by_card: Card id or last four digits → card account, where a card has one of its own.
        account_by_holder: User id or e-mail address → card account, where a cardholder has one of his own.
        fields: ``account``, ``department``, ``location`` or ``class`` → name of the custom field that carries it; one
            that is not named here is looked for by its usual name, and not compared if there is none.
        code_pattern: Regular expression whose first group is Intacct's id in a value such as ``6400 Travel``.
        time_zone: Where the day of a purchase is taken.
        claims_document_no: Whether the sync's claims name the document's number instead of the record's (S-CRD-10).
        compares_receipts: Whether a receipt on one side only is a difference (S-ATT-01).
        statement_day: Day of the month on which a statement closes, 1 to 28; 0: the last day of the month.
        offset_account: Number of the ledger account behind ``account``, which Intacct does not tell; what that requires
            is looked at only if it is named (S-CRD-04).
    """

    account: str = ""
    account_by_card: Mapping[str, str] = field(default_factory=dict)
    account_by_holder: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    code_pattern: str = CODE_PATTERN
    time_zone: str = "UTC"
    claims_document_no: bool = False
    compares_receipts: bool = True
    statement_day: int = 0
    offset_account: str = ""

    @property
    def accounts(self) -> tuple[str, ...]:
        """The card accounts to which charges post by these settings, each once."""
        named = {self.account, *self.account_by_card.values(), *self.account_by_holder.values()}
        return tuple(sorted(named - {""}))


@dataclass(frozen=True, slots=True)
class StatementPayments:
    """When a card platform draws what a statement of its charges comes to; its API tells of no payment.

    Args:
        since: Statements that close before this day are left alone; None: no payment is entered.
        days: Days after the close on which the platform draws.
    """

    since: date | None = None
    days: int = 0


@dataclass(frozen=True, slots=True)
class Reimbursements:
    """How what people laid out is written into Intacct (S-CRD-09).

    Args:
        statuses: The platform's words for reimbursements that are entered; it does not publish all of its words.
        people: User id or e-mail address → Intacct's id of the employee, or of the vendor.
    """

    statuses: frozenset[str] = frozenset()
    people: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Clearing:
    """The accounts on which BILL's money rests between a document and the bank.

    Args:
        money_out: Ledger account on which payments by BILL are drawn; empty if there is none.
        money_in: Ledger account to which receipts through BILL go; empty if there is none. Both may be one account.
        currency: Currency in which BILL moves money (S-CUR-02), ISO 4217; empty: the entity's.
        days: How long money may rest there before what it waits for is overdue.
    """

    money_out: str = ""
    money_in: str = ""
    currency: str = ""
    days: int = 10

    @property
    def accounts(self) -> tuple[str, ...]:
        """The named accounts, each once."""
        return tuple(sorted({self.money_out, self.money_in} - {""}))


@dataclass(frozen=True, slots=True)
class Payables:
    """How what settles bills is written into Intacct.

    Args:
        credit_sign: Sign of the lines of an adjustment that reduces what a vendor is owed, -1 or 1; Intacct does not
            document which it is, so the first ones that come back are looked at.
        credits_without_approval: Whether vendor credits that nobody has used yet pass, though BILL does not say whether
            they are approved (S-VCR-07).
        method_by_bill: Intacct's payment method of what BILL pays itself (S-PAY-06).
        method_to_print: That of a check which Intacct is to print.
        method_outside: That of what was paid outside and recorded in BILL.
        bank_accounts: Ledger account number → Intacct's bank account id, where several banks have one ledger account.
        account_labels: Whether lines name accounts by their label, not their number (S-COA-02).
        reclassify: Whether a paid bill that was only coded anew is reclassified where Intacct allows it (S-BIL-06).
    """

    credit_sign: int = -1
    credits_without_approval: bool = False
    method_by_bill: str = "EFT"
    method_to_print: str = "Printed Check"
    method_outside: str = "Cash"
    bank_accounts: Mapping[str, str] = field(default_factory=dict)
    account_labels: bool = False
    reclassify: bool = True


@dataclass(frozen=True, slots=True)
class Entries:
    """How the journal entries of money in transit are written into Intacct.

    Args:
        journal: Symbol of the journal; without it they are held.
        bank: Ledger account of the bank that BILL debits and credits, where BILL's own accounts do not tell one.
        location: The one location of the entries (S-AFT-02); empty: ``default_location`` of the link.
        department: Their department; empty: none.
        returns: Whether money that came back is entered too; how BILL tells of it is not documented.
    """

    journal: str = ""
    bank: str = ""
    location: str = ""
    department: str = ""
    returns: bool = False


RECEIPT_METHODS: Final[Mapping[str, str]] = {
    "ACH": "EFT",
    "CASH": "Cash",
    "CHECK": "Printed Check",
    "CREDIT_CARD": "Credit Card",
    "WALLET": "EFT",
}
"""Usual payment methods; BILL does not publish all of its words."""


@dataclass(frozen=True, slots=True)
class Receivables:
    """How what settles invoices is written into Intacct.

    Args:
        undeposited_account: Ledger account of undeposited funds, to which receipts go that BILL only recorded; empty:
            such receipts are held.
        methods: BILL's word for how a receipt was paid → Intacct's payment method; another word is held.
        fee_account: Ledger account of convenience fees; empty: they are held (S-FEE-01).
        advance_account: Ledger account of what customers paid ahead; empty: receipts on no invoice are held.
        account_labels: Whether lines name accounts by their label, not their number (S-COA-02).
    """

    undeposited_account: str = ""
    methods: Mapping[str, str] = field(default_factory=lambda: dict(RECEIPT_METHODS))
    fee_account: str = ""
    advance_account: str = ""
    account_labels: bool = False


_PICTURES: Final = frozenset({"gif", "heic", "jpeg", "jpg", "png", "tif", "tiff"})
FILE_TYPES: Final = _PICTURES | {"csv", "doc", "docx", "msg", "odt", "pdf", "rtf", "txt", "xls", "xlsx"}
"""Types of files that usually come with documents."""


@dataclass(frozen=True, slots=True)
class Files:
    """How the files of documents are put into Intacct (S-ATT-01).

    Args:
        folder: Folder of Intacct in which they are kept; it is made if it is not there.
        max_bytes: Largest file that is sent; what Intacct takes at most is not published.
        types: Types that are sent, in lower case without dot.
        scan_statuses: BILL's words for what the scan for viruses said with which a file passes; of some files it says
            nothing, and those pass.
        per_plan: Most files of which one plan finds out what is in them.
    """

    folder: str = "BILL"
    max_bytes: int = 5_000_000
    types: frozenset[str] = FILE_TYPES
    scan_statuses: frozenset[str] = frozenset({"CLEAN"})
    per_plan: int = 200


INTO_BILL: Final = "into_bill"
"""What stands in the place of a platform for the way from Intacct into BILL."""
INTO_BUSINESS_CENTER: Final = "into_business_center"
"""The same for Business Center."""
INTO_SPEND: Final = "into_spend"
"""The same for Spend & Expense."""
WAYS_BACK: Final[Mapping[str, str]] = {
    "bill": INTO_BILL,
    "business_center": INTO_BUSINESS_CENTER,
    "spend": INTO_SPEND,
}
"""By platform, what stands in its place for the way from Intacct."""


def into_bill_name(link: str) -> str:
    """Return the name of a link's way into BILL."""
    return way_back_name(link, INTO_BILL)


def way_back_name(link: str, way: str) -> str:
    """Return the name of a link's way from Intacct, one of ``WAYS_BACK``."""
    return f"{link}-{way.replace('_', '-')}"


@dataclass(frozen=True, slots=True)
class IntoBill:
    """What goes from Intacct into BILL.

    Args:
        shared_lists: Whether a link that ends at an entity also makes records in BILL that the company's top level
            owns; without it they are only kept in step where BILL has them.
        vendor_country: Country of vendors whose contact names none, ISO 3166; empty: such vendors are held.
        approves_payments: Whether the link's policy may approve what records money in BILL, within its limits.
        archives_deleted: Whether a vendor that was deleted in Intacct is archived in BILL (S-VEN-06).
    """

    shared_lists: bool = False
    vendor_country: str = ""
    approves_payments: bool = False
    archives_deleted: bool = False


VALUE_TEXT: Final = "{id} {name}"
"""As people write values such as ``6400 Travel``, and as ``CODE_PATTERN`` reads them."""


@dataclass(frozen=True, slots=True)
class IntoSpend:
    """How records of Intacct's lists become values of custom fields in Spend & Expense.

    Args:
        text: How a value is worded, with ``{id}`` and ``{name}`` in the places of the record's.
        accounts: Regular expression of the account numbers that become values; empty: accounts of the income statement.
    """

    text: str = VALUE_TEXT
    accounts: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """One link and its policy.

    Args:
        name: Name of the link in ``connections.yaml``; that of a Spend & Expense or Business Center account has its
            platform before it.
        entity: Company and entity on Intacct's side.
        organization_id: BILL organisation; empty for other platforms.
        platform: ``bill``, ``spend`` or ``business_center``; one of ``WAYS_BACK`` for the way from Intacct.
        mode: Writes are off until this is ``sync``.
        approved_only: Push only bills that BILL has approved (S-APR-02).
        grace: A difference younger than this is in flight, not a break (S-SCH-04).
        tolerance: Largest absolute difference of amounts that is no difference, by currency; absent means zero.
        account_map: BILL account id or number → Intacct account number, where the numbers differ; of a card platform,
            the id or text of a custom field's value → the same. Likewise the next three.
        department_map: BILL department id or name → Intacct department id.
        location_map: BILL location id or name → Intacct location id.
        class_map: BILL class id or name → Intacct class id.
        term_map: BILL term id or name → Intacct term name.
        form_1099: BILL vendor id → form and box; an unmapped 1099 vendor is held (S-BP-03).
        accounts_1099: Intacct's account → what a 1099 vendor's lines on it count for; nothing is sent of lines on other
            accounts (S-BP-04).
        one_way: Whether the vendor's sync carries transactions from BILL to Intacct only, as in configurations B and D
            (S-CFG-10).
        routes: Where several BILL accounts end at the link's place: which of them gets what is made in Intacct; None
            where it is the only one, or transactions go one way.
        currencies: ISO 4217 codes of the BILL account's currencies (S-CUR-02); empty: every one is taken.
        not_pushed: Objects that stay behind, as ``domain.pushed`` names them; all others are pushed in mode ``sync``.
        also_pushed: Objects that the vendor's sync leaves behind, and that are pushed here all the same; of a link to
            BILL also those that its way into BILL takes, since they are expected there.
        excluded_vendors: BILL vendor ids whose documents stay behind (S-VEN-10).
        advanced_sales_tax: Whether the company uses Intacct's Advanced Sales Tax, so that invoices are made in Intacct
            (S-TAX-01).
        default_location: Location for lines without one; empty: such lines are held (S-CFG-20).
        where_required: ``department`` or ``class`` → Intacct's id for lines without one whose account requires it.
        closed_period: What to do with a date in a closed period.
        gate: Who approves.
        auto_approve_items: Most items that a plan may have to approve itself.
        auto_approve_amount: Largest total that a plan may have to approve itself, by currency; ``any`` stands for those
            that are not named. Without a limit, money in a currency needs a person.
        approvals: How many different people have to approve a plan that does not approve itself, 1 or 2.
        one_approval_up_to: With two: totals up to which one person is enough, by currency as above; empty: never.
        ready_statuses: Business Center's words for bills that are ready to pay, which alone are sent (S-PMT-05).
        paid_statuses: Business Center's words for bills that are paid.
        cards: For links of a card platform.
        statement_payments: Likewise.
        reimbursements: Likewise.
        clearing: The clearing accounts of a link to BILL (S-CFG-03).
        payables: How what settles bills is written.
        receivables: How what settles invoices is written.
        entries: How the journal entries of money in transit are written.
        files: How the files of documents are put into Intacct.
        into_bill: How records of Intacct are put into BILL.
        into_spend: How they become values of custom fields in Spend & Expense.
        conflicts: What happens to fields that both sides changed, of a link that has a way from Intacct; None where
            nothing goes that way.
    """

    name: str
    entity: EntityKey
    organization_id: str = ""
    platform: str = "bill"
    mode: Mode = Mode.OBSERVE
    approved_only: bool = True
    grace: timedelta = timedelta(hours=24)
    tolerance: Mapping[str, Decimal] = field(default_factory=dict)
    account_map: Mapping[str, str] = field(default_factory=dict)
    department_map: Mapping[str, str] = field(default_factory=dict)
    location_map: Mapping[str, str] = field(default_factory=dict)
    class_map: Mapping[str, str] = field(default_factory=dict)
    term_map: Mapping[str, str] = field(default_factory=dict)
    form_1099: Mapping[str, Form1099] = field(default_factory=dict)
    accounts_1099: Mapping[str, Form1099 | Reporting] = field(default_factory=dict)
    one_way: bool = False
    routes: Routes | None = None
    currencies: frozenset[str] = frozenset()
    not_pushed: frozenset[str] = frozenset()
    also_pushed: frozenset[str] = frozenset()
    excluded_vendors: frozenset[str] = frozenset()
    advanced_sales_tax: bool = False
    default_location: str = ""
    where_required: Mapping[str, str] = field(default_factory=dict)
    closed_period: ClosedPeriod = ClosedPeriod.HOLD
    gate: Gate = Gate.MANUAL
    auto_approve_items: int = 0
    auto_approve_amount: Mapping[str, Decimal] = field(default_factory=dict)
    approvals: int = 1
    one_approval_up_to: Mapping[str, Decimal] = field(default_factory=dict)
    ready_statuses: frozenset[str] = frozenset()
    paid_statuses: frozenset[str] = frozenset()
    cards: CardPolicy = field(default_factory=CardPolicy)
    statement_payments: StatementPayments = field(default_factory=StatementPayments)
    reimbursements: Reimbursements = field(default_factory=Reimbursements)
    clearing: Clearing = field(default_factory=Clearing)
    payables: Payables = field(default_factory=Payables)
    receivables: Receivables = field(default_factory=Receivables)
    entries: Entries = field(default_factory=Entries)
    files: Files = field(default_factory=Files)
    into_bill: IntoBill = field(default_factory=IntoBill)
    into_spend: IntoSpend = field(default_factory=IntoSpend)
    conflicts: ConflictPolicy | None = None

    @property
    def shares_its_place(self) -> bool:
        """Whether other BILL accounts end where this one does, so that Intacct holds their documents too (S-CFG-10)."""
        return self.one_way or self.routes is not None

    def as_text(self) -> str:
        """Return the link with its whole policy, the same text for the same settings; for hashes."""
        return json.dumps(asdict(self), default=_written, sort_keys=True)


def _written(value: object) -> object:
    return sorted(value) if isinstance(value, frozenset) else str(value)
