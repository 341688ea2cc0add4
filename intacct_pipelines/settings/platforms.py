"""Accounts of the platforms that are connection and link at once: Spend & Expense, Business Center."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final, Literal

from pydantic import Field, field_validator, model_validator

from intacct_pipelines.domain.link import (
    CODE_PATTERN,
    INTO_BUSINESS_CENTER,
    INTO_SPEND,
    CardPolicy,
    Entries,
    Link,
    Reimbursements,
    StatementPayments,
    way_back_name,
)
from intacct_pipelines.domain.names import fold
from intacct_pipelines.extract.business_center import DateOrder, Layout
from intacct_pipelines.settings.daily import Zone
from intacct_pipelines.settings.sections import (
    WHERE_REQUIRED,
    Budgeted,
    Compared,
    IntoBusinessCenterSettings,
    IntoSpendSettings,
    Secret,
    Section,
    Text,
    TextMap,
    WhereRequired,
    Written,
)

_STATEMENT_PAYMENT: Final = "card_statement_payment"
_ENTERED_AS: Final = {"expense_report": "reimbursement_report", "bill": "reimbursement_bill"}


class CardSettings(Section):
    """How the charges of a card platform stand in Intacct."""

    account: str = Field(
        "",
        description="Id of Intacct's card account to which they post (S-CRD-02); empty: that of the records that the "
        "vendor's sync claims to have made.",
    )
    offset_account: Text = Field(
        "",
        description="Number of the ledger account behind the card account (S-SET-27), which Intacct does not tell; "
        "`check` looks at it and `provision` makes it, and what it requires is asked of charges (S-CRD-04).",
    )
    account_by_card: TextMap = Field(
        default_factory=dict, description="Card id or last four digits to card account, where a card has its own."
    )
    account_by_holder: TextMap = Field(
        default_factory=dict, description="User id or e-mail to card account, where a cardholder has an own one."
    )
    fields: dict[Literal["account", "department", "location", "class"], str] = Field(
        default_factory=dict,
        description="Name of the custom field that carries each; without one GL Account, Department, Location and "
        "Class are looked for, and what is not there is not compared.",
    )
    code_pattern: str = Field(
        CODE_PATTERN, description="Regular expression whose first group is Intacct's id in a value like `6400 Travel`."
    )
    accounts: TextMap = Field(default_factory=dict, description="Id or text of a value to Intacct account number.")
    departments: TextMap = Field(default_factory=dict, description="Id or text of a value to Intacct department id.")
    locations: TextMap = Field(default_factory=dict, description="Id or text of a value to Intacct location id.")
    classes: TextMap = Field(default_factory=dict, description="Id or text of a value to Intacct class id.")
    default_location: str = Field(
        "", description="Location of what names none (S-CRD-03), where Intacct's card account cannot be read."
    )
    where_required: WhereRequired = Field(default_factory=dict, description=WHERE_REQUIRED)
    time_zone: Zone = Field("UTC", description="Where the day of a purchase is taken; the platform does not say.")
    claims: Literal["record_no", "document_no"] = Field(
        "record_no", description="What the transaction id of the vendor's sync names in Intacct (S-CRD-10)."
    )
    receipts: bool = Field(True, description="Whether a receipt on one side only is told (S-ATT-01).")
    statement_day: int = Field(
        0, ge=0, le=28, description="Day of the month on which a statement closes; 0: the last day of the month."
    )

    @field_validator("code_pattern")
    @classmethod
    def _has_a_group(cls, pattern: str) -> str:
        try:
            groups = re.compile(pattern).groups
        except re.error as error:
            msg = f"not a regular expression: {error}"
            raise ValueError(msg) from None
        if groups != 1:
            msg = "needs exactly one group, which is Intacct's id"
            raise ValueError(msg)
        return pattern

    @property
    def policy(self) -> CardPolicy:
        """What these settings state for comparing."""
        return CardPolicy(
            account=self.account,
            account_by_card=self.account_by_card,
            account_by_holder=self.account_by_holder,
            fields={str(dimension): name for dimension, name in self.fields.items()},
            code_pattern=self.code_pattern,
            time_zone=self.time_zone,
            claims_document_no=self.claims == "document_no",
            compares_receipts=self.receipts,
            statement_day=self.statement_day,
            offset_account=self.offset_account,
        )


class StatementPaymentSettings(Section):
    """Whether and how the payments of card statements are written into Intacct."""

    bank: Text = Field(
        "",
        description="Ledger account of the bank from which the platform draws; empty: payments are not entered. With "
        "it `since`, `days` and `journal` have to be said, and `account` and `offset_account` of `cards`.",
    )
    since: date | None = Field(
        None, description="Statements that close before this day are left alone: their payments are entered already."
    )
    days: int | None = Field(
        None,
        ge=0,
        le=60,
        description="Days after a statement's close on which the platform draws, which no API tells: see the bank's "
        "statement.",
    )
    journal: Text = Field("", description="Symbol of Intacct's journal.")
    location: Text = Field("", description="Location of the entries; without it, cards.default_location.")
    department: Text = Field("", description="Department of the entries.")

    @property
    def policy(self) -> StatementPayments:
        """What these settings state of when they are entered."""
        return StatementPayments(self.since if self.bank else None, self.days or 0)

    @property
    def entries(self) -> Entries:
        """What these settings state of how they are entered."""
        return Entries(self.journal, self.bank, self.location, self.department)

    def lacks(self, cards: CardSettings) -> list[str]:
        """Return the names of settings without which no payment could be entered."""
        needed = {
            "cards.account": cards.account,
            "cards.offset_account": cards.offset_account,
            "statement_payments.days": self.days is not None,
            "statement_payments.journal": self.journal,
            "statement_payments.since": self.since,
        }
        return [name for name, said in needed.items() if self.bank and not said]


class ReimbursementSettings(Section):
    """Whether and how what people laid out is written into Intacct."""

    entered_as: Literal["", "expense_report", "bill"] = Field(
        "", description="What one becomes: expense_report, or bill; empty: they are not entered (S-CRD-09)."
    )
    statuses: frozenset[str] = Field(
        frozenset({"APPROVED", "READY_TO_PAY", "PAID"}),
        description="The platform's words for those that are entered; it does not publish all of its words.",
    )
    people: TextMap = Field(
        default_factory=dict,
        description="User id or e-mail to Intacct's employee, or to the vendor where they become bills.",
    )

    @property
    def policy(self) -> Reimbursements:
        """What these settings state for pushing."""
        return Reimbursements(self.statuses, {fold(who): record for who, record in self.people.items()})


class SpendAccount(Budgeted, Compared, Written):
    """One platform account of BILL Spend & Expense, or of a white label of it, and the entity to which it posts."""

    company: str = Field(description="Name of the company in this file.")
    entity: str = Field("", description="Entity id; empty for the top level (S-CRD-05).")
    token: Secret
    currency: str = Field(pattern="^[A-Z]{3}$", description="Currency of the account, which its API does not tell.")
    url: str = Field("https://gateway.prod.bill.com/connect", description="Base address; a white label's may differ.")
    label: str = Field("BILL Spend & Expense", description="What people call it, such as JPMorgan Spend Center.")
    calls_per_minute: int = Field(
        60, ge=1, description="Most calls in any minute of one run; the platform allows 60 a token."
    )
    grace_hours: int = Field(
        24, ge=24, description="Younger differences are in flight: at least one cycle of the vendor's sync (S-SCH-03)."
    )
    cards: CardSettings = Field(default_factory=CardSettings)
    statement_payments: StatementPaymentSettings = Field(default_factory=StatementPaymentSettings)
    reimbursements: ReimbursementSettings = Field(default_factory=ReimbursementSettings)
    overlap_hours: int = Field(1, ge=0, le=168, description="How far back of the watermark an extraction reads.")
    reread_days: int = Field(
        70,
        ge=0,
        le=3660,
        description="Transactions of so many days are read again each time: a sync's result may come without a new "
        "time of change (S-CRD-10), as long as a sync may still happen (S-CRD-08).",
    )
    into_spend: IntoSpendSettings | None = Field(
        None,
        description="How lists of Intacct become values of custom fields; without it nothing is planned that way.",
    )

    @model_validator(mode="after")
    def _is_said_in_one_place(self) -> SpendAccount:
        named = sorted(self.also_pushed & set(_ENTERED_AS.values()))
        if named:
            msg = f"{', '.join(named)} is not named in also_pushed; set reimbursements.entered_as (S-CRD-09)"
            raise ValueError(msg)
        if _STATEMENT_PAYMENT in self.also_pushed:
            msg = f"{_STATEMENT_PAYMENT} is not named in also_pushed; set statement_payments.bank"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _says_how_statements_are_paid(self) -> SpendAccount:
        lacking = self.statement_payments.lacks(self.cards)
        if lacking:
            msg = f"statement_payments.bank needs {', '.join(lacking)} too"
            raise ValueError(msg)
        return self

    def way_back(self, link: Link) -> Link | None:
        """Return the way of a link from Intacct into the platform, with name, mode and approval of its own."""
        if self.into_spend is None:
            return None
        return self.into_spend.allowed(replace(link, name=way_back_name(link.name, INTO_SPEND), platform=INTO_SPEND))

    def allowed(self, link: Link) -> Link:
        """Return a link with what these settings let it write; a reimbursement is entered in one way or not at all."""
        link = replace(
            super().allowed(link),
            reimbursements=self.reimbursements.policy,
            statement_payments=self.statement_payments.policy,
            entries=self.statement_payments.entries,
        )
        entered_as, is_paid = self.reimbursements.entered_as, bool(self.statement_payments.bank)
        asked = {name for name, is_asked in ((_STATEMENT_PAYMENT, is_paid),) if is_asked}
        return replace(
            link, also_pushed=link.also_pushed | asked | ({_ENTERED_AS[entered_as]} if entered_as else set())
        )


class BusinessCenterCompany(Compared, Written):
    """One Paymentus Business Center company: the folder with its files, and the entity with which it syncs."""

    company: str = Field(description="Name of the company in this file.")
    entity: str = Field("", description="Entity id; empty for a company without entities (S-PMT-06).")
    folder: Path = Field(description="Where its files are dropped; only ever read.")
    complete_when: Literal["manifest", "quiet"] = Field(
        "manifest",
        description="A file counts when its manifest lies beside it, or once it has not changed for a while.",
    )
    quiet_minutes: int = Field(10, ge=0, le=1440, description="How long a file must lie still.")
    encoding: str = Field("utf-8", description="Encoding of the files.")
    delimiter: str = Field(",", min_length=1, max_length=1, description="Between cells.")
    decimal_mark: Literal[".", ","] = Field(".", description="Within amounts.")
    date_order: Literal["ymd", "mdy", "dmy"] = Field("ymd", description="Order of year, month and day.")
    columns: dict[Literal["accounts", "vendors", "bills"], dict[str, str]] = Field(
        default_factory=dict, description="By kind of file: its header to the contract's column, where they differ."
    )
    ignored_columns: frozenset[str] = Field(frozenset(), description="Headers that carry nothing for us.")
    ready_statuses: frozenset[str] = Field(
        frozenset({"ready_to_pay"}),
        description="Words of a bill's status that say that it is ready to pay, and so is sent to Intacct (S-PMT-05).",
    )
    paid_statuses: frozenset[str] = Field(
        frozenset({"paid"}), description="Words of a bill's status that say that it is paid."
    )
    default_location: str = Field("", description="Location for lines without one (S-CFG-20).")
    where_required: WhereRequired = Field(default_factory=dict, description=WHERE_REQUIRED)
    into_business_center: IntoBusinessCenterSettings | None = Field(
        None, description="How records of Intacct are handed over in files; without it nothing is planned that way."
    )

    @property
    def folders(self) -> tuple[Path, ...]:
        """Its folders: that which is read, and that which is written into, if there is one."""
        return (self.folder, self.into_business_center.folder) if self.into_business_center else (self.folder,)

    def way_back(self, link: Link) -> Link | None:
        """Return the way of a link from Intacct into Business Center, with name, mode and approval of its own."""
        if self.into_business_center is None:
            return None
        name = way_back_name(link.name, INTO_BUSINESS_CENTER)
        return self.into_business_center.allowed(replace(link, name=name, platform=INTO_BUSINESS_CENTER))

    def allowed(self, link: Link) -> Link:
        """Return a link with what these settings say of its bills, and let it write."""
        return replace(
            super().allowed(link),
            ready_statuses=self.ready_statuses,
            paid_statuses=self.paid_statuses,
            default_location=self.default_location,
            where_required={str(name): given for name, given in self.where_required.items()},
        )

    def layout(self, kind: str) -> Layout:
        """Return how the files of a kind are written: ``accounts``, ``vendors`` or ``bills``."""
        return Layout(
            columns=self.columns.get(kind, {}),  # type: ignore[call-overload]  # one of these words
            ignored_columns=self.ignored_columns,
            decimal_mark=self.decimal_mark,
            date_order=DateOrder(self.date_order),
        )
