"""Companies of Sage Intacct and connections to BILL."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field

from intacct_pipelines.domain.close import ClosePolicy
from intacct_pipelines.settings.daily import ClockTime, Zone
from intacct_pipelines.settings.routes import RoutesSettings
from intacct_pipelines.settings.sections import Budgeted, Secret, Section


class CloseSettings(Section):
    """Period tie-outs of one company."""

    payables: tuple[str, ...] = Field(
        (), description="Ledger accounts that control payables; empty: those that bills credit and payments debit."
    )
    receivables: tuple[str, ...] = Field(
        (),
        description="Ledger accounts that control receivables; empty: those that invoices debit and receipts credit.",
    )
    cards: tuple[str, ...] = Field(
        (), description="Ledger accounts of card accounts; empty: those that charges credit and no line is coded to."
    )
    tolerance: dict[str, Decimal] = Field(
        default_factory=dict, description="Largest ignored difference of a tie-out by currency."
    )

    @property
    def policy(self) -> ClosePolicy:
        """What these settings state."""
        accounts = {"payables": self.payables, "receivables": self.receivables, "cards": self.cards}
        return ClosePolicy({kind: numbers for kind, numbers in accounts.items() if numbers}, self.tolerance)


class Company(Budgeted):
    """One Sage Intacct company and our own web-services user in it."""

    company_id: str = Field(description="Company id, as at sign-in.")
    sender_id: str = Field(description="Web-services sender id.")
    sender_password: Secret
    user_id: str = Field(description="Web-services user, of our own (never a vendor's sync user).")
    user_password: Secret
    url: str = Field("https://api.intacct.com/ia/xml/xmlgw.phtml", description="First endpoint.")
    modified_zone: str = Field(
        "America/Los_Angeles",
        description="Time zone in which WHENMODIFIED is written; not certain, so calibrate it once per company.",
    )
    daily_at: ClockTime = Field("05:00", description="Local time at which its entities are synced each day.")
    time_zone: Zone = Field("UTC", description="Where that time is taken, such as America/New_York.")
    requests_in_flight: int = Field(2, ge=1, le=6, description="Requests at a time in one run.")
    page_size: int = Field(2000, ge=1, le=2000, description="Rows a page.")
    writes_in_flight: int = Field(1, ge=1, le=6, description="Requests that write at a time in one run.")
    functions_per_request: int = Field(25, ge=1, le=100, description="Records written in one request.")
    overlap_hours: int = Field(24, ge=0, le=168, description="How far back of the watermark an extraction reads.")
    objects: dict[str, str] = Field(
        default_factory=dict,
        description="Table → the object's name in this company, for the few that the vendor does not document.",
    )
    close: CloseSettings = Field(default_factory=CloseSettings)
    routes: RoutesSettings | None = Field(
        None,
        description="Where several BILL accounts end at one place: which of them gets what is made in Intacct, in the "
        "same words in the file of each (S-CFG-10).",
    )
    fields: dict[str, str] = Field(
        default_factory=dict,
        description="`table.column` → the field's name in this company, for the few that the vendor does not document.",
    )


class Bill(Budgeted):
    """One BILL developer key and user (or sync token) that serves one or more organisations."""

    dev_key: Secret
    username: str = Field(description="User, or the name of a sync token.")
    password: Secret
    url: str = Field("https://gateway.prod.bill.com/connect", description="Base address.")
    older_url: str = Field(
        "",
        description="Base address of BILL's API of version 2, such as https://api.bill.com/api/v2: money movements are "
        "in no other. Empty: they are not read.",
    )
    events_url: str = Field(
        "", description="Base address of BILL's webhook API; empty: `/connect-events` beside `/connect` of `url`."
    )
    requests_in_flight: int = Field(2, ge=1, le=3, description="Requests at a time for one organisation.")
    files_per_run: int = Field(
        500,
        ge=0,
        le=20_000,
        description="For how many bills, vendors, customers and invoices each a run asks which files they have: BILL "
        "tells of one record at a time. What changed last comes first, the others wait for the next run. 0: for none.",
    )
    overlap_hours: int = Field(1, ge=0, le=168, description="How far back of the watermark an extraction reads.")
