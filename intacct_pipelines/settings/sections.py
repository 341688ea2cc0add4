"""What all sections of the connections file share, and how a secret is named in it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Annotated, Final, Literal, Self, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)

from intacct_pipelines.domain.approval import ANY
from intacct_pipelines.domain.budget import Budget
from intacct_pipelines.domain.conflicts import ConflictPolicy, Conflicts
from intacct_pipelines.domain.link import (
    FILE_TYPES,
    INTO_BILL,
    VALUE_TEXT,
    ClosedPeriod,
    Files,
    Gate,
    IntoBill,
    IntoSpend,
    Link,
    Mode,
)
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.domain.reconciled import BY_WORD, RECONCILED
from intacct_pipelines.errors import ConfigurationError

_NOT_NAMED: Final = "name either `env` or `file`, never the secret itself"


class Section(BaseModel):
    """A section of the file: what is misspelt is refused, nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Secret(Section):
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


class Budgeted(Section):
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


class Compared(Section):
    """What a platform account that is connection and link at once says of comparing."""

    grace_hours: int = Field(24, ge=0, description="Younger differences are in flight, not breaks (S-SCH-04).")
    tolerance: dict[str, Decimal] = Field(default_factory=dict, description="Largest ignored difference by currency.")


def _as_text_map(value: object) -> object:
    return {str(key): str(text) for key, text in value.items()} if isinstance(value, dict) else value


TextMap = Annotated[dict[str, str], BeforeValidator(_as_text_map)]
"""Texts by text, of which YAML may read some as numbers."""


def _as_text(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Text = Annotated[str, BeforeValidator(_as_text)]
"""A number that YAML may read as one, such as that of an account."""


WhereRequired = dict[Literal["department", "class"], Text]
WHERE_REQUIRED: Final = (
    "Intacct's department or class for lines without one whose account requires it; without it they are held "
    "(S-CRD-04, S-ERR-09)."
)


def _is_pushed(system: str, name: str) -> str:
    known = [one.name for one in PUSHED.values() if one.target.schema == system]
    if name not in known:
        msg = f"{name!r} is no object that is pushed; those are: {', '.join(known)}"
        raise ValueError(msg)
    return name


PushedName = Annotated[str, AfterValidator(partial(_is_pushed, "intacct"))]
PushedIntoCenter = Annotated[str, AfterValidator(partial(_is_pushed, "business_center"))]
PushedIntoBill = Annotated[str, AfterValidator(partial(_is_pushed, "bill"))]


_Amount = Annotated[Decimal, Field(ge=0)]
Amounts = _Amount | dict[Annotated[str, StringConstraints(pattern=f"^([A-Z]{{3}}|{ANY})$")], _Amount]
"""One limit for the total in each currency, or limits by currency, of which ``any`` is for those not named."""


def _by_currency(amounts: Decimal | dict[str, Decimal]) -> dict[str, Decimal]:
    return {ANY: amounts} if isinstance(amounts, Decimal) else amounts


class AutoApproval(Section):
    """Limits within which a plan approves itself when the gate is ``auto``."""

    items: int = Field(0, ge=0, description="Most items in one plan.")
    amount: Amounts = Field(
        Decimal(0), description="Largest total in any one currency, or by currency; without a limit a person is asked."
    )


class FilesSettings(Section):
    """How the files of documents are put into Intacct, where ``also_pushed`` names their attachments (S-ATT-01)."""

    folder: str = Field("BILL", min_length=1, max_length=100, description="Folder of Intacct; made if it is missing.")
    max_bytes: int = Field(
        5_000_000, ge=1, le=7_000_000, description="Largest file; what Intacct takes at most is not published."
    )
    types: frozenset[Annotated[str, StringConstraints(pattern="^[a-z0-9]{1,8}$")]] = Field(
        FILE_TYPES, description="Types of files that are sent, in lower case without dot."
    )
    scan_statuses: frozenset[str] = Field(
        frozenset({"CLEAN"}), description="BILL's words for the result of its scan with which a file passes."
    )
    per_plan: int = Field(
        200, ge=1, le=100_000, description="Most files that one plan reads to find out what is in them."
    )

    @property
    def policy(self) -> Files:
        """What these settings state for pushing."""
        return Files(self.folder, self.max_bytes, self.types, self.scan_statuses, self.per_plan)


class Approved(Section):
    """What a link says of who lets its plans through."""

    mode: Mode = Field(Mode.OBSERVE, description="observe reads only; sync may write, within approved plans.")
    gate: Gate = Field(Gate.MANUAL, description="Who approves plans.")
    auto_approve: AutoApproval = Field(default_factory=AutoApproval)
    approvals: Literal[1, 2] = Field(
        1, description="How many different people have to approve a plan that does not approve itself."
    )
    one_approval_up_to: Amounts = Field(
        default_factory=dict,
        description="With two approvals: totals up to which one is enough, in any one currency or by currency.",
    )

    def allowed(self, link: Link) -> Link:
        """Return a link with what these settings let it write."""
        return replace(
            link,
            mode=self.mode,
            gate=self.gate,
            auto_approve_items=self.auto_approve.items,
            auto_approve_amount=_by_currency(self.auto_approve.amount),
            approvals=self.approvals,
            one_approval_up_to=_by_currency(self.one_approval_up_to),
        )


class Written(Approved):
    """What a link says of writing to Intacct."""

    not_pushed: frozenset[PushedName] = Field(
        frozenset(), description="Objects that are never written to Intacct; all others are in mode `sync`."
    )
    also_pushed: frozenset[PushedName] = Field(
        frozenset(), description="Objects that the vendor's sync leaves behind and that are written to Intacct here."
    )
    closed_period: ClosedPeriod = Field(ClosedPeriod.HOLD, description="What to do with closed dates (S-IDM-08).")
    files: FilesSettings = Field(
        default_factory=FilesSettings, description="How the files of documents are put into Intacct (S-ATT-01)."
    )

    def allowed(self, link: Link) -> Link:
        """Return a link with what these settings let it write."""
        return replace(
            super().allowed(link),
            not_pushed=self.not_pushed,
            also_pushed=self.also_pushed,
            closed_period=self.closed_period,
            files=self.files.policy,
        )


_BY_HAND: Final = ("lines", "line_names")
"""Fields of documents that no column of BILL holds."""
FIELDS: Final[Mapping[str, frozenset[str]]] = {
    RECONCILED[one.reconciliation].word: frozenset((*(column.name for column in one.target.columns), *_BY_HAND))
    for one in PUSHED.values()
    if one.platform == INTO_BILL
}
"""By kind of record that goes into BILL, the fields of it that both sides may hold."""


def _is_field(name: str) -> str:
    kind, _, column = name.rpartition(".")
    kinds = [kind] if kind else [*FIELDS]
    if not any(column in FIELDS.get(one, ()) for one in kinds):
        raise ValueError(f"no field of what goes into BILL is called {name!r}; name a column, or kind and column")
    return name


FieldName = Annotated[str, AfterValidator(_is_field)]


class ConflictsSettings(Section):
    """What happens to each field that both sides changed."""

    otherwise: Conflicts = Field(Conflicts.HOLD, description="What happens to fields that are not named.")
    fields: dict[FieldName, Conflicts] = Field(
        default_factory=dict,
        description="By field, such as `due_date`, or by kind and field, such as `vendor.name`: what happens to it.",
    )

    @property
    def policy(self) -> ConflictPolicy:
        """What the rest of the program knows of it."""
        return ConflictPolicy(self.otherwise, {_of_object(name): word for name, word in self.fields.items()})


def _of_object(name: str) -> str:
    kind, dot, column = name.rpartition(".")
    return f"{BY_WORD[kind].name}.{column}" if dot else column


class IntoBillSettings(Approved):
    """What a link says of writing records of Intacct into BILL."""

    not_pushed: frozenset[PushedIntoBill] = Field(
        frozenset(), description="Objects that are never written to BILL; all others are in mode `sync`."
    )
    also_pushed: frozenset[PushedIntoBill] = Field(
        frozenset(), description="Objects that the vendor's sync leaves behind and that are written to BILL here."
    )
    shared_lists: bool = Field(
        default=False,
        description="Whether an entity's BILL account also gets records that the top level owns (S-CFG-11).",
    )
    conflicts: Conflicts | ConflictsSettings = Field(
        Conflicts.HOLD,
        description="What to do with what both sides changed (S-CFG-21): hold it, or let the word of intacct or of the "
        "platform stand; for all fields alike, or by field.",
    )
    vendor_country: str = Field(
        "",
        pattern="^([A-Z]{2})?$",
        description="Country of vendors whose contact in Intacct names none, ISO 3166; BILL wants one.",
    )
    archive_deleted: bool = Field(
        default=False,
        description="Whether a vendor that was deleted in Intacct is archived in BILL, unless it is still owed there "
        "(S-VEN-06).",
    )
    approve_payments: bool = Field(
        default=False,
        description="Whether auto_approve also covers payments and receipts that are recorded in BILL (S-PAY-01).",
    )
    reading_roles: frozenset[str] = Field(
        frozenset({"AUDITOR"}),
        description="BILL's words for roles that may not write; `check` tells if our user has one of them.",
    )

    @property
    def conflict_policy(self) -> ConflictPolicy:
        """What happens to fields that both sides changed."""
        return ConflictPolicy(self.conflicts) if isinstance(self.conflicts, Conflicts) else self.conflicts.policy

    def allowed(self, link: Link) -> Link:
        """Return a link with what these settings let it write."""
        return replace(
            super().allowed(link),
            not_pushed=self.not_pushed,
            also_pushed=self.also_pushed,
            into_bill=IntoBill(self.shared_lists, self.vendor_country, self.approve_payments, self.archive_deleted),
            conflicts=self.conflict_policy,
        )


class IntoBusinessCenterSettings(Approved):
    """What a Business Center company says of what is handed to it in files."""

    folder: Path = Field(description="Where files for it are written; it has to be there.")
    not_pushed: frozenset[PushedIntoCenter] = Field(
        frozenset(), description="Objects that are never handed over; all others are in mode `sync`."
    )
    conflicts: Literal["hold", "intacct"] = Field(
        "hold",
        description="What to do with what both sides changed: hold it, or let intacct's word stand (S-CFG-21).",
    )

    def allowed(self, link: Link) -> Link:
        """Return a link with what these settings let it write."""
        return replace(
            super().allowed(link),
            not_pushed=self.not_pushed,
            also_pushed=frozenset(),
            conflicts=ConflictPolicy(Conflicts(self.conflicts)),
        )


SpendList = Literal["account", "department", "location", "class"]


class IntoSpendSettings(Approved):
    """What a platform account says of the lists of Intacct that become values of its custom fields."""

    lists: frozenset[SpendList] = Field(
        frozenset(get_args(SpendList)),
        description="Lists whose records become values, each of the custom field that `cards.fields` names for it.",
    )
    text: str = Field(
        VALUE_TEXT,
        max_length=100,
        description="How a value is worded, with {id} and {name}; `cards.code_pattern` has to read the id out of it.",
    )
    accounts: str = Field(
        "",
        description="Regular expression of the account numbers that become values; empty: accounts of the income "
        "statement.",
    )

    @field_validator("text")
    @classmethod
    def _names_the_id(cls, text: str) -> str:
        if "{id}" not in text:
            msg = "needs {id}, without which no value says which record it is"
            raise ValueError(msg)
        return text

    @field_validator("accounts")
    @classmethod
    def _can_be_read(cls, pattern: str) -> str:
        try:
            re.compile(pattern)
        except re.error as error:
            msg = f"not a regular expression: {error}"
            raise ValueError(msg) from None
        return pattern

    def allowed(self, link: Link) -> Link:
        """Return a link with what these settings let it write."""
        return replace(
            super().allowed(link),
            not_pushed=frozenset(f"spend_{name}" for name in set(get_args(SpendList)) - self.lists),
            also_pushed=frozenset(),
            into_spend=IntoSpend(self.text, self.accounts),
        )
