"""Links: which BILL organisation is joined to which company, and what is agreed between them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from intacct_pipelines.domain.keys import EntityKey
from intacct_pipelines.domain.link import (
    INTO_BILL,
    RECEIPT_METHODS,
    Clearing,
    Entries,
    Form1099,
    Link,
    Payables,
    Receivables,
    Reporting,
    into_bill_name,
)
from intacct_pipelines.settings.daily import ClockTime, Zone
from intacct_pipelines.settings.platforms import CardSettings
from intacct_pipelines.settings.sections import (
    WHERE_REQUIRED,
    IntoBillSettings,
    Secret,
    Section,
    Text,
    TextMap,
    WhereRequired,
    Written,
)


class Form1099Setting(Section):
    """A 1099 form and box."""

    form: str = Field(min_length=1)
    box: Text = Field(min_length=1)

    @property
    def policy(self) -> Form1099:
        """What these settings state for pushing."""
        return Form1099(self.form, self.box)


class ClearingSettings(Section):
    """The accounts on which BILL's money rests between a document and the bank."""

    money_out: Text = Field("", description="Number of Intacct's account on which payments by BILL are drawn.")
    money_in: Text = Field("", description="Number of Intacct's account to which receipts through BILL go.")
    currency: str = Field(
        "",
        pattern="^([A-Z]{3})?$",
        description="Currency in which BILL moves money, ISO 4217; empty: the entity's (S-CUR-02).",
    )
    days: int = Field(10, ge=0, le=366, description="How many days money may rest there before it is overdue.")

    @property
    def policy(self) -> Clearing:
        """What these settings state for reconciling."""
        return Clearing(self.money_out, self.money_in, self.currency, self.days)


class PayablesSettings(Section):
    """How what settles bills is written into Intacct."""

    credit_sign: Literal["negative", "positive"] = Field(
        "negative", description="Sign of an adjustment's lines that reduces what a vendor is owed."
    )
    credits_without_approval: bool = Field(
        default=False,
        description="Whether unused vendor credits pass; BILL does not say which are approved (S-VCR-07).",
    )

    method_by_bill: str = Field("EFT", description="Intacct's payment method of what BILL pays itself (S-PAY-06).")
    method_to_print: str = Field("Printed Check", description="That of a check which Intacct is to print.")
    method_outside: str = Field("Cash", description="That of what was paid outside and recorded in BILL.")
    bank_accounts: TextMap = Field(
        default_factory=dict, description="Ledger account to Intacct's bank account id, where several banks share one."
    )

    account_labels: bool = Field(
        default=False,
        description="Whether lines name accounts by their label in use; without just one they are held (S-COA-02).",
    )
    reclassify: bool = Field(
        default=True,
        description="Whether a paid bill that was only coded anew is reclassified where Intacct allows it (S-BIL-06).",
    )

    @property
    def policy(self) -> Payables:
        """What these settings state for pushing."""
        return Payables(
            -1 if self.credit_sign == "negative" else 1,
            self.credits_without_approval,
            self.method_by_bill,
            self.method_to_print,
            self.method_outside,
            self.bank_accounts,
            self.account_labels,
            self.reclassify,
        )


class ReceivablesSettings(Section):
    """How what settles invoices is written into Intacct."""

    undeposited_account: Text = Field(
        "", description="Number of Intacct's account of undeposited funds, for receipts that BILL only recorded."
    )
    methods: TextMap = Field(
        default_factory=dict,
        description="BILL's word for how a receipt was paid to Intacct's payment method, beside the usual ones.",
    )

    fee_account: Text = Field("", description="Number of Intacct's account of convenience fees (S-FEE-01).")
    advance_account: Text = Field("", description="Number of Intacct's account of what customers paid ahead.")

    account_labels: bool = Field(
        default=False,
        description="Whether lines name accounts by their label in use; without just one they are held (S-COA-02).",
    )

    @property
    def policy(self) -> Receivables:
        """What these settings state for pushing."""
        methods = {**RECEIPT_METHODS, **self.methods}
        return Receivables(
            self.undeposited_account, methods, self.fee_account, self.advance_account, self.account_labels
        )


class EntriesSettings(Section):
    """How the journal entries of money in transit are written into Intacct."""

    journal: Text = Field("", description="Symbol of Intacct's journal; without it they are held (S-AFT-01).")
    bank: Text = Field(
        "", description="Ledger account of the bank that BILL debits, where BILL's own accounts do not tell one."
    )
    location: Text = Field(
        "", description="The one location of the entries (S-AFT-02); without it, default_location of the link."
    )
    department: Text = Field("", description="Department of the entries.")
    returns: bool = Field(
        default=False, description="Whether money that came back is entered too; BILL does not document how it tells."
    )

    @property
    def policy(self) -> Entries:
        """What these settings state for pushing."""
        return Entries(self.journal, self.bank, self.location, self.department, self.returns)


class LinkSettings(Written):
    """One link: a BILL organisation joined to a company, at an entity or at the top level."""

    company: str = Field(description="Name of the company in this file.")
    entity: str = Field("", description="Entity id; empty for the top level (configurations A to D).")
    bill: str = Field(description="Name of the BILL connection in this file.")
    organization_id: str = Field(description="BILL organisation id.")
    webhook_keys: tuple[Secret, ...] = Field(
        (),
        description="Security keys of the organisation's webhook subscriptions at BILL; with one, their events start "
        "syncs of the entity. Several while a key is replaced.",
    )
    daily_at: ClockTime | None = Field(
        None, description="Local time at which this entity is synced each day, where it is not the company's."
    )
    time_zone: Zone | None = Field(None, description="Where that time is taken, where it is not the company's.")
    approved_only: bool = Field(True, description="Push only bills that BILL has approved (S-APR-02).")
    grace_hours: int = Field(24, ge=0, description="Younger differences are in flight, not breaks (S-SCH-04).")
    tolerance: dict[str, Decimal] = Field(default_factory=dict, description="Largest ignored difference by currency.")
    accounts: TextMap = Field(default_factory=dict, description="BILL account id or number to Intacct account number.")
    departments: TextMap = Field(default_factory=dict, description="BILL department id or name to Intacct id.")
    locations: TextMap = Field(default_factory=dict, description="BILL location id or name to Intacct id.")
    classes: TextMap = Field(default_factory=dict, description="BILL class id or name to Intacct id.")
    terms: TextMap = Field(default_factory=dict, description="BILL term id or name to Intacct term name.")
    form_1099: dict[str, Form1099Setting] = Field(
        default_factory=dict,
        description="BILL vendor id to 1099 form and box; without one the vendor is held (S-BP-03).",
    )
    accounts_1099: dict[Text, Reporting | Form1099Setting] = Field(
        default_factory=dict,
        description="Intacct's account to what a 1099 vendor's lines on it count for: vendor, its form and box; never; "
        "or a form and box. Nothing is sent of other lines (S-BP-04).",
    )
    one_way: bool = Field(
        default=False,
        description="Whether transactions go to Intacct only, as by the vendor's sync in B and D; else `routes` of the "
        "company says which of several accounts gets what is made in Intacct (S-CFG-10).",
    )
    currencies: frozenset[Annotated[str, StringConstraints(pattern="^[A-Z]{3}$")]] = Field(
        frozenset(), description="Currencies of the BILL account, ISO 4217 (S-CUR-02); without any, all are taken."
    )
    excluded_vendors: frozenset[str] = Field(frozenset(), description="BILL vendor ids to leave alone (S-VEN-10).")
    advanced_sales_tax: bool = Field(
        default=False,
        description="Whether the company uses Intacct's Advanced Sales Tax: invoices are made in Intacct (S-TAX-01).",
    )
    default_location: str = Field("", description="Location for lines without one (S-CFG-20).")
    where_required: WhereRequired = Field(default_factory=dict, description=WHERE_REQUIRED)
    clearing: ClearingSettings = Field(
        default_factory=ClearingSettings,
        description="BILL's clearing accounts in Intacct (S-CFG-03); without one nothing is reconciled to zero.",
    )
    payables: PayablesSettings = Field(
        default_factory=PayablesSettings, description="How vendor credits and payments are written."
    )
    receivables: ReceivablesSettings = Field(
        default_factory=ReceivablesSettings, description="How receipts are written."
    )
    entries: EntriesSettings = Field(
        default_factory=EntriesSettings, description="How the journal entries of funds transfers and fees are written."
    )
    into_bill: IntoBillSettings | None = Field(
        None, description="How records of Intacct are put into BILL; without it nothing is planned that way."
    )


def link_of(name: str, entity: EntityKey, settings: LinkSettings) -> Link:
    """Return what the rest of the program knows of a link between BILL and a company."""
    link = Link(
        name=name,
        entity=entity,
        organization_id=settings.organization_id,
        approved_only=settings.approved_only,
        grace=timedelta(hours=settings.grace_hours),
        tolerance=settings.tolerance,
        account_map=settings.accounts,
        department_map=settings.departments,
        location_map=settings.locations,
        class_map=settings.classes,
        term_map=settings.terms,
        form_1099={vendor: value.policy for vendor, value in settings.form_1099.items()},
        accounts_1099={
            account: value.policy if isinstance(value, Form1099Setting) else value
            for account, value in settings.accounts_1099.items()
        },
        one_way=settings.one_way,
        currencies=settings.currencies,
        excluded_vendors=settings.excluded_vendors,
        advanced_sales_tax=settings.advanced_sales_tax,
        default_location=settings.default_location,
        where_required={str(name): given for name, given in settings.where_required.items()},
        clearing=settings.clearing.policy,
        payables=settings.payables.policy,
        receivables=settings.receivables.policy,
        entries=settings.entries.policy,
    )
    link = settings.allowed(link)
    # What goes into BILL beyond the vendor's sync is expected there, so comparing has to know of it.
    back = settings.into_bill
    beyond = back.also_pushed if back else frozenset()
    return replace(link, also_pushed=link.also_pushed | beyond, conflicts=back.conflict_policy if back else None)


def into_bill_link_of(link: Link, into_bill: IntoBillSettings) -> Link:
    """Return the way back of a link, from Intacct into BILL: its maps, with name, mode and approval of its own."""
    return into_bill.allowed(replace(link, name=into_bill_name(link.name), platform=INTO_BILL))


def card_link_of(link: Link, cards: CardSettings) -> Link:
    """Return a link of a card platform, with the maps that its account states."""
    return replace(
        link,
        account_map=cards.accounts,
        department_map=cards.departments,
        location_map=cards.locations,
        class_map=cards.classes,
        default_location=cards.default_location,
        where_required={str(name): given for name, given in cards.where_required.items()},
        cards=cards.policy,
    )
