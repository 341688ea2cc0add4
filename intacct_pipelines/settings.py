"""The environment and the connections file, read once into typed settings; the only place that reads either.

Secrets never stand in the connections file: it names an environment variable or a file, which is read when a
connection is made, not before. Opening a connection is not done here.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Annotated, Final, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)

from intacct_pipelines.domain.budget import Account, Budget
from intacct_pipelines.domain.close import ClosePolicy
from intacct_pipelines.domain.keys import EntityKey
from intacct_pipelines.domain.link import CODE_PATTERN, CardPolicy, Clearing, ClosedPeriod, Form1099, Gate, Link, Mode
from intacct_pipelines.errors import ConfigurationError

CONNECTIONS_VARIABLE: Final = "INTACCT_PIPELINES_CONNECTIONS"
WAREHOUSE_VARIABLE: Final = "INTACCT_PIPELINES_WAREHOUSE_URL"
REPORTS_VARIABLE: Final = "INTACCT_PIPELINES_REPORTS"
DAGSTER_VARIABLE: Final = "DAGSTER_POSTGRES_URL"
_MAX_FILE_BYTES: Final = 1_000_000
_NOT_NAMED: Final = "name either `env` or `file`, never the secret itself"


@dataclass(frozen=True, slots=True)
class DatabaseUrls:
    """External databases; None means the embedded cluster."""

    warehouse: str | None
    dagster: str | None


def database_urls(environment: Mapping[str, str] = os.environ) -> DatabaseUrls:
    """Return the databases named in the environment."""
    return DatabaseUrls(
        warehouse=environment.get(WAREHOUSE_VARIABLE) or None,
        dagster=environment.get(DAGSTER_VARIABLE) or None,
    )


def dagster_home(environment: Mapping[str, str] = os.environ) -> Path:
    """Return the absolute ``DAGSTER_HOME``; without one, ``dagster_home`` in the current folder.

    Raises:
        ConfigurationError: ``DAGSTER_HOME`` is relative, which Dagster refuses.
    """
    named = environment.get("DAGSTER_HOME")
    if not named:
        return Path.cwd() / "dagster_home"
    home = Path(named)
    if not home.is_absolute():
        raise ConfigurationError(f"DAGSTER_HOME is {named!r}.", remedy="Give an absolute path.")
    return home


def instance_home(environment: Mapping[str, str] = os.environ) -> Path:
    """Return ``dagster_home`` if it is one; a mistyped one would be made anew and be empty.

    Raises:
        ConfigurationError: It has no ``dagster.yaml``, or is relative.
    """
    home = dagster_home(environment)
    if not (home / "dagster.yaml").is_file():
        raise ConfigurationError(
            f"{home} has no dagster.yaml.",
            remedy="Set DAGSTER_HOME to the project's dagster_home folder, absolute, or start in the project's folder.",
        )
    return home


def reports_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Return the absolute folder of reports: the one named in the environment, or ``reports`` in ``DAGSTER_HOME``."""
    named = environment.get(REPORTS_VARIABLE)
    return Path(named).resolve() if named else dagster_home(environment) / "reports"


class _Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Secret(_Settings):
    """Where a secret is: the name of an environment variable, or a file that holds nothing else."""

    env: str | None = Field(None, description="Name of an environment variable.")
    file: Path | None = Field(None, description="File that holds the secret and nothing else.")

    @model_validator(mode="before")
    @classmethod
    def _is_named(cls, value: object) -> object:
        if not isinstance(value, dict):
            raise ValueError(_NOT_NAMED)  # noqa: TRY004 - pydantic reports this one with its place
        return value

    @model_validator(mode="after")
    def _exactly_one(self) -> Secret:
        if (self.env is None) == (self.file is None):
            raise ValueError(_NOT_NAMED)
        return self

    def read(self, environment: Mapping[str, str] = os.environ) -> str:
        """Return the secret.

        Raises:
            ConfigurationError: The variable is not set, or the file cannot be read or is empty.
        """
        if self.env is not None:
            value = environment.get(self.env, "")
            if not value:
                raise ConfigurationError(
                    f"The environment variable {self.env} is not set.", remedy="Set it to the secret it stands for."
                )
            return value
        assert self.file is not None  # noqa: S101 - the validator guarantees it; this tells the type checker
        try:
            value = self.file.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ConfigurationError(
                f"The secret file {self.file} cannot be read: {error.strerror}.",
                remedy="Create it, readable by you only.",
            ) from error
        if not value:
            raise ConfigurationError(f"The secret file {self.file} is empty.", remedy="Write the secret into it.")
        return value


class _Budgeted(_Settings):
    """An account whose API calls are counted."""

    monthly_calls: int | None = Field(
        None, ge=1, description="API calls that the contract allows in a calendar month; without it nothing is refused."
    )
    stop_at: Decimal = Field(
        Decimal("0.95"), gt=0, le=1, description="Share of monthly_calls beyond which none is made."
    )
    backfill_reserve: Decimal = Field(
        Decimal("0.2"), ge=0, lt=1, description="Share of monthly_calls that backfills leave to syncs and pushes."
    )

    @model_validator(mode="after")
    def _leaves_something(self) -> Self:
        if self.backfill_reserve >= self.stop_at:
            msg = "backfill_reserve must be less than stop_at, or no backfill could ever run"
            raise ValueError(msg)
        return self

    @property
    def budget(self) -> Budget:
        """The budget that these settings state."""
        return Budget(self.monthly_calls, self.stop_at, self.backfill_reserve)


class CloseSettings(_Settings):
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


class Company(_Budgeted):
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
    requests_in_flight: int = Field(2, ge=1, le=6, description="Requests at a time in one run.")
    page_size: int = Field(2000, ge=1, le=2000, description="Rows a page.")
    functions_per_request: int = Field(25, ge=1, le=100, description="Records written in one request.")
    overlap_hours: int = Field(24, ge=0, le=168, description="How far back of the watermark an extraction reads.")
    objects: dict[str, str] = Field(
        default_factory=dict,
        description="Table → the object's name in this company, for the few that the vendor does not document.",
    )
    close: CloseSettings = Field(default_factory=CloseSettings)
    fields: dict[str, str] = Field(
        default_factory=dict,
        description="`table.column` → the field's name in this company, for the few that the vendor does not document.",
    )


class Bill(_Budgeted):
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
    requests_in_flight: int = Field(2, ge=1, le=3, description="Requests at a time for one organisation.")
    files_per_run: int = Field(
        500,
        ge=0,
        le=20_000,
        description="For how many bills, vendors, customers and invoices each a run asks which files they have: BILL "
        "tells of one record at a time. What changed last comes first, the others wait for the next run. 0: for none.",
    )
    overlap_hours: int = Field(1, ge=0, le=168, description="How far back of the watermark an extraction reads.")


class _Compared(_Settings):
    """What a platform account that is connection and link at once says of comparing."""

    grace_hours: int = Field(24, ge=0, description="Younger differences are in flight, not breaks (S-SCH-04).")
    tolerance: dict[str, Decimal] = Field(default_factory=dict, description="Largest ignored difference by currency.")


def _as_text_map(value: object) -> object:
    return {str(key): str(text) for key, text in value.items()} if isinstance(value, dict) else value


_TextMap = Annotated[dict[str, str], BeforeValidator(_as_text_map)]


def _as_text(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


_Text = Annotated[str, BeforeValidator(_as_text)]
"""A number that YAML may read as one, such as that of an account."""


class CardSettings(_Settings):
    """How the charges of a card platform stand in Intacct."""

    account: str = Field(
        "",
        description="Id of Intacct's card account to which they post (S-CRD-02); empty: that of the records that the "
        "vendor's sync claims to have made.",
    )
    account_by_card: _TextMap = Field(
        default_factory=dict, description="Card id or last four digits to card account, where a card has its own."
    )
    account_by_holder: _TextMap = Field(
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
    accounts: _TextMap = Field(default_factory=dict, description="Id or text of a value to Intacct account number.")
    departments: _TextMap = Field(default_factory=dict, description="Id or text of a value to Intacct department id.")
    locations: _TextMap = Field(default_factory=dict, description="Id or text of a value to Intacct location id.")
    classes: _TextMap = Field(default_factory=dict, description="Id or text of a value to Intacct class id.")
    default_location: str = Field(
        "", description="Location of what names none (S-CRD-03), where Intacct's card account cannot be read."
    )
    time_zone: str = Field("UTC", description="Where the day of a purchase is taken; the platform does not say.")
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

    @field_validator("time_zone")
    @classmethod
    def _is_a_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ValueError, ZoneInfoNotFoundError):
            msg = "not a time zone such as America/New_York"
            raise ValueError(msg) from None
        return name

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
        )


class SpendAccount(_Budgeted, _Compared):
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
    overlap_hours: int = Field(1, ge=0, le=168, description="How far back of the watermark an extraction reads.")
    reread_days: int = Field(
        70,
        ge=0,
        le=3660,
        description="Transactions of so many days are read again each time: a sync's result may come without a new "
        "time of change (S-CRD-10), as long as a sync may still happen (S-CRD-08).",
    )


class BusinessCenterCompany(_Compared):
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


class AutoApproval(_Settings):
    """Limits within which a plan approves itself when the gate is ``auto``."""

    items: int = Field(0, ge=0, description="Most items in one plan.")
    amount: Decimal = Field(Decimal(0), ge=0, description="Largest total in any one currency.")


class Form1099Setting(_Settings):
    """A 1099 form and box."""

    form: str
    box: str


class ClearingSettings(_Settings):
    """The accounts on which BILL's money rests between a document and the bank."""

    money_out: _Text = Field("", description="Number of Intacct's account on which payments by BILL are drawn.")
    money_in: _Text = Field("", description="Number of Intacct's account to which receipts through BILL go.")
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


class LinkSettings(_Settings):
    """One link: a BILL organisation joined to a company, at an entity or at the top level."""

    company: str = Field(description="Name of the company in this file.")
    entity: str = Field("", description="Entity id; empty for the top level (configurations A to D).")
    bill: str = Field(description="Name of the BILL connection in this file.")
    organization_id: str = Field(description="BILL organisation id.")
    mode: Mode = Field(Mode.OBSERVE, description="observe reads only; sync may write, within approved plans.")
    approved_only: bool = Field(True, description="Push only bills that BILL has approved (S-APR-02).")
    grace_hours: int = Field(24, ge=0, description="Younger differences are in flight, not breaks (S-SCH-04).")
    tolerance: dict[str, Decimal] = Field(default_factory=dict, description="Largest ignored difference by currency.")
    accounts: _TextMap = Field(default_factory=dict, description="BILL account id or number to Intacct account number.")
    departments: _TextMap = Field(default_factory=dict, description="BILL department id or name to Intacct id.")
    locations: _TextMap = Field(default_factory=dict, description="BILL location id or name to Intacct id.")
    classes: _TextMap = Field(default_factory=dict, description="BILL class id or name to Intacct id.")
    terms: _TextMap = Field(default_factory=dict, description="BILL term id or name to Intacct term name.")
    form_1099: dict[str, Form1099Setting] = Field(
        default_factory=dict,
        description="BILL vendor id to 1099 form and box; without one the vendor is held (S-BP-03).",
    )
    one_way: bool = Field(
        default=False,
        description="Whether the vendor's sync carries transactions to Intacct only, as in B and D (S-CFG-10).",
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
    closed_period: ClosedPeriod = Field(ClosedPeriod.HOLD, description="What to do with closed dates (S-IDM-08).")
    clearing: ClearingSettings = Field(
        default_factory=ClearingSettings,
        description="BILL's clearing accounts in Intacct (S-CFG-03); without one nothing is reconciled to zero.",
    )
    gate: Gate = Field(Gate.MANUAL, description="Who approves plans.")
    auto_approve: AutoApproval = Field(default_factory=AutoApproval)


class Connections(_Settings):
    """The whole connections file."""

    companies: dict[str, Company] = Field(default_factory=dict)
    bill: dict[str, Bill] = Field(default_factory=dict)
    links: dict[str, LinkSettings] = Field(default_factory=dict)
    spend: dict[str, SpendAccount] = Field(default_factory=dict)
    business_center: dict[str, BusinessCenterCompany] = Field(default_factory=dict)
    is_sandbox: bool = Field(False, description="Schedules start switched on; for the sandbox only.")

    @model_validator(mode="after")
    def _references_exist(self) -> Connections:
        for name, link in self.links.items():
            if link.company not in self.companies:
                msg = f"link {name} names the company {link.company}, which this file does not have"
                raise ValueError(msg)
            if link.bill not in self.bill:
                msg = f"link {name} names the BILL connection {link.bill}, which this file does not have"
                raise ValueError(msg)
        targets = [(link.bill, link.organization_id) for link in self.links.values()]
        if len(set(targets)) != len(targets):
            msg = "two links name the same BILL organisation; its bills would post twice (S-SCH-05)"
            raise ValueError(msg)
        entities = [(link.company, link.entity) for link in self.links.values()]
        if len(set(entities)) != len(entities):
            msg = "two links name the same entity; configurations B and D need routing rules (S-CFG-10)"
            raise ValueError(msg)
        ids = [company.company_id for company in self.companies.values()]
        if len(set(ids)) != len(ids):
            msg = "two companies have the same company_id"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _accounts_end_somewhere(self) -> Connections:
        kinds: tuple[tuple[str, Mapping[str, SpendAccount | BusinessCenterCompany], str], ...] = (
            ("spend", self.spend, "S-CRD-02"),
            ("business_center", self.business_center, "S-PMT-06"),
        )
        for kind, accounts, rule in kinds:
            for name, account in accounts.items():
                if account.company not in self.companies:
                    msg = f"{kind} {name} names the company {account.company}, which this file does not have"
                    raise ValueError(msg)
            ends = [(account.company, account.entity) for account in accounts.values()]
            if len(set(ends)) != len(ends):
                msg = f"two of {kind} name the same entity; each ends at an entity of its own ({rule})"
                raise ValueError(msg)
        folders = [account.folder for account in self.business_center.values()]
        if len(set(folders)) != len(folders):
            msg = "two of business_center name the same folder; each company has its own (S-PMT-06)"
            raise ValueError(msg)
        return self

    @cached_property
    def by_company_id(self) -> dict[str, Company]:
        """Companies by their Intacct company id, which partition keys carry."""
        return {company.company_id: company for company in self.companies.values()}

    def company(self, entity: EntityKey) -> Company:
        """Return the company of a partition key.

        Raises:
            ConfigurationError: The file does not have it.
        """
        try:
            return self.by_company_id[entity.company_id]
        except KeyError:
            raise ConfigurationError(
                f"No company in the connections file has the id {entity.company_id}.",
                remedy=f"Add it, or choose one of: {', '.join(sorted(self.by_company_id)) or 'none yet'}.",
            ) from None

    @cached_property
    def budgets(self) -> dict[Account, Budget]:
        """The budget of every account whose calls are counted."""
        companies = {Account("intacct", company.company_id): company.budget for company in self.companies.values()}
        bill = {Account("bill", name): account.budget for name, account in self.bill.items()}
        return companies | bill | {Account("spend", name): account.budget for name, account in self.spend.items()}

    def account(self, system: str, entity: EntityKey) -> Account | None:
        """Return the account that calls to a system are charged to for an entity; None if it has none there."""
        if system == "intacct":
            return Account(system, entity.company_id)
        if system == "spend":
            account = self.spend_account(entity)
            return Account(system, account[0]) if account else None
        if system != "bill":
            return None
        found = self.link(entity)
        return Account(system, found[1].bill) if found else None

    def spend_account(self, entity: EntityKey) -> tuple[str, SpendAccount] | None:
        """Return name and settings of the platform account that posts to an entity, if there is one."""
        return next((pair for pair in self.spend.items() if self._ends_at(pair[1], entity)), None)

    def business_center_company(self, entity: EntityKey) -> BusinessCenterCompany | None:
        """Return the Business Center company that syncs with an entity, if there is one."""
        return next((one for one in self.business_center.values() if self._ends_at(one, entity)), None)

    def _ends_at(self, account: SpendAccount | BusinessCenterCompany, entity: EntityKey) -> bool:
        company_id = self.companies[account.company].company_id
        return (company_id, account.entity) == (entity.company_id, entity.entity_id)

    def platform_link(self, platform: str, entity: EntityKey) -> Link | None:
        """Return the link by which a platform is compared with an entity, or None.

        Args:
            platform: ``bill``, ``spend`` or ``business_center``.
            entity: Company and entity.
        """
        if platform == "bill":
            found = self.link(entity)
            return found[0] if found else None
        accounts: Mapping[str, SpendAccount | BusinessCenterCompany] = (
            self.spend if platform == "spend" else self.business_center
        )
        for name, account in accounts.items():
            if self._ends_at(account, entity):
                link = Link(
                    name=f"{platform}:{name}",
                    entity=entity,
                    platform=platform,
                    grace=timedelta(hours=account.grace_hours),
                    tolerance=account.tolerance,
                )
                if isinstance(account, BusinessCenterCompany):
                    return replace(link, ready_statuses=account.ready_statuses, paid_statuses=account.paid_statuses)
                return _card_link(link, account.cards)
        return None

    def platform_links(self, platform: str) -> list[Link]:
        """Return all links of a platform, by name."""
        every: dict[str, Mapping[str, LinkSettings | SpendAccount | BusinessCenterCompany]] = {
            "bill": self.links,
            "spend": self.spend,
            "business_center": self.business_center,
        }
        ends = [EntityKey(self.companies[one.company].company_id, one.entity) for one in every[platform].values()]
        links = [link for entity in ends if (link := self.platform_link(platform, entity))]
        return sorted(links, key=lambda link: link.name)

    def link(self, entity: EntityKey) -> tuple[Link, LinkSettings] | None:
        """Return the link that ends at an entity, or None: such an entity is extracted but not reconciled."""
        for name, settings in self.links.items():
            if self.companies[settings.company].company_id == entity.company_id and settings.entity == entity.entity_id:
                return _link(name, entity, settings), settings
        return None


def _link(name: str, entity: EntityKey, settings: LinkSettings) -> Link:
    return Link(
        name=name,
        entity=entity,
        organization_id=settings.organization_id,
        mode=settings.mode,
        approved_only=settings.approved_only,
        grace=timedelta(hours=settings.grace_hours),
        tolerance=settings.tolerance,
        account_map=settings.accounts,
        department_map=settings.departments,
        location_map=settings.locations,
        class_map=settings.classes,
        term_map=settings.terms,
        form_1099={vendor: Form1099(value.form, value.box) for vendor, value in settings.form_1099.items()},
        one_way=settings.one_way,
        currencies=settings.currencies,
        excluded_vendors=settings.excluded_vendors,
        advanced_sales_tax=settings.advanced_sales_tax,
        default_location=settings.default_location,
        closed_period=settings.closed_period,
        gate=settings.gate,
        auto_approve_items=settings.auto_approve.items,
        auto_approve_amount=settings.auto_approve.amount,
        clearing=settings.clearing.policy,
    )


def _card_link(link: Link, cards: CardSettings) -> Link:
    return replace(
        link,
        account_map=cards.accounts,
        department_map=cards.departments,
        location_map=cards.locations,
        class_map=cards.classes,
        default_location=cards.default_location,
        cards=cards.policy,
    )


def connections_path(environment: Mapping[str, str] = os.environ) -> Path:
    """Return where the connections file is expected.

    That is ``INTACCT_PIPELINES_CONNECTIONS``, else ``connections.yaml`` in ``DAGSTER_HOME``.
    """
    named = environment.get(CONNECTIONS_VARIABLE)
    return Path(named) if named else dagster_home(environment) / "connections.yaml"


def read_connections(environment: Mapping[str, str] = os.environ) -> Connections:
    """Read the connections file; without one there is nothing to connect to, which is legal.

    Raises:
        ConfigurationError: The file is named but missing, unreadable, or contradicts itself.
    """
    path = connections_path(environment)
    if not path.is_file():
        if environment.get(CONNECTIONS_VARIABLE):
            raise ConfigurationError(
                f"{CONNECTIONS_VARIABLE} names {path}, which is no file.",
                remedy="Create it or correct the variable.",
            )
        return Connections()
    if path.stat().st_size > _MAX_FILE_BYTES:
        raise ConfigurationError(f"{path} is larger than {_MAX_FILE_BYTES} bytes.", remedy="Name the right file.")
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(
            f"{path} cannot be read: {error.strerror}.", remedy="Let the user who runs this read it."
        ) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        # Neither error hangs on ours: both quote the file, in which somebody may have written a secret.
        raise ConfigurationError(f"{path} is not readable YAML{_place(error)}.", remedy="Correct it.") from None
    try:
        return Connections.model_validate(document or {})
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(str(part) for part in problem['loc']) or 'file'}: {problem['msg']}"
            for problem in error.errors()
        )
        raise ConfigurationError(f"{path} does not fit: {problems}.", remedy="Correct the places named.") from None


def _place(error: yaml.YAMLError | UnicodeDecodeError) -> str:
    mark = getattr(error, "problem_mark", None)
    return f", line {mark.line + 1}, column {mark.column + 1}: {getattr(error, 'problem', '')}" if mark else ""
