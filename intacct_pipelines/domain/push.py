"""What a push is made of: items, holds, plans and the states of an item. Plain values; no SQL, no wire, no clock."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Final, TypeAlias

from intacct_pipelines.domain.inputs import Inputs

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from intacct_pipelines.domain.keys import ItemKey

Fields: TypeAlias = "dict[str, str | Fields | list[Fields]]"
"""Fields of one Intacct object in the order in which they are sent; a list holds the owned lines."""


class Operation(StrEnum):
    """What an item does. Nothing is ever deleted (S-IDM-06)."""

    CREATE = "create"
    UPDATE = "update"
    REVERSE = "reverse"
    """Take back the effect of a record with a day of its own; the record stays, in another state."""
    RECLASSIFY = "reclassify"
    """Code lines of a paid document anew; amounts, payments and days stay (S-BIL-06)."""


class State(StrEnum):
    """Where an item stands."""

    PLANNED = "planned"
    APPROVED = "approved"
    SENDING = "sending"
    """Claimed and perhaps sent; stored before anything is sent."""
    UNCERTAIN = "uncertain"
    """Sent, and the answer was lost or was any word but success; looked up before anything else (S-ERR-42)."""
    ACCEPTED = "accepted"
    """Intacct has it. Posted is not confirmed."""
    REJECTED = "rejected"
    """Intacct refused it for certain, and does not have it."""
    CONFIRMED = "confirmed"
    """It came back through the extract and pairs with its source."""
    HELD = "held"
    """A person has to decide."""
    EXPIRED = "expired"
    """Its source or its target changed after the plan was made; never sent."""
    SUPERSEDED = "superseded"
    """A later plan took its place; never sent."""


OPEN: Final = frozenset({State.APPROVED, State.SENDING, State.UNCERTAIN, State.ACCEPTED})
"""A source record has at most one item in these states, so that it can never be posted under two keys at once."""

UNSENT: Final = frozenset({State.PLANNED, State.REJECTED, State.HELD, State.EXPIRED, State.SUPERSEDED})
"""An item in these states is not in Intacct by our doing, and a new plan may take it up again."""


SETTLED_STATES: Final = frozenset({"Paid", "Partially Paid", "Selected", "Reversed", "Reversal"})
"""States of an Intacct document in which it is never edited (S-BIL-06, S-BIL-09)."""


UNDONE_STATES: Final = frozenset({"Voided", "Reversed", "Reversal"})
"""States of an Intacct document that takes effect no more."""


RECODED_CODES: Final[Mapping[str, str]] = {
    "glaccountno": "account_no",
    "departmentid": "department_id",
    "locationid": "location_id",
    "classid": "class_id",
}
"""Element of a line that is reclassified → column of the line's table, for the codes that both sides have."""


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One line that an item puts into the ledger once it is posted.

    Args:
        side: ``debit`` or ``credit``.
        account: Account number, or ``accounts payable`` for the control account that Intacct chooses itself.
        amount: Positive, in ``currency``.
        currency: ISO 4217.
    """

    side: str
    account: str
    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Change:
    """One field that an update changes, for people.

    Args:
        field: What people call it.
        old: What Intacct has; empty for nothing.
        new: What it gets; empty for nothing.
    """

    field: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Item:
    """One operation on one Intacct record.

    Args:
        key: Identity of the operation; Intacct's function control id.
        object_name: Name of the object, as in ``domain.pushed``.
        operation: What is done.
        source_id: BILL's id of the record.
        natural_key: Fields by which the record is found in Intacct, as ``domain.pushed`` names them.
        payload: Exactly what is sent.
        source_revision: State of the source record when the plan was made.
        target_id: For all but a creation: the record of the system that is written to.
        target_revision: For the same: the state of the record from which it starts.
        amount: Total in ``currency``; zero for what has none.
        currency: ISO 4217; empty where there is no amount.
        ledger_effect: What it does to the ledger.
        depends_on: Items that must be in Intacct first.
        changes: For an update or a reclassification: each field with its old and its new value.
        warnings: What a person should know before approving.
        label: A short name for people, such as ``bill INV-9 of Acme``.
        agrees: What both sides say once it is done, by the platform's column: the base of the next merge (S-CFG-21).
    """

    key: ItemKey
    object_name: str
    operation: Operation
    source_id: str
    natural_key: Mapping[str, str]
    payload: Fields
    source_revision: str
    target_id: str | None = None
    target_revision: str = ""
    amount: Decimal = Decimal(0)
    currency: str = ""
    ledger_effect: tuple[LedgerLine, ...] = ()
    depends_on: tuple[ItemKey, ...] = ()
    changes: tuple[Change, ...] = ()
    warnings: tuple[str, ...] = ()
    label: str = ""
    agrees: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_inactivating(self) -> bool:
        """Whether it takes a list record out of use."""
        out_of_use = self.payload.get("STATUS") == "inactive" or self.payload.get("archived") == "true"
        return self.operation is Operation.UPDATE and out_of_use

    @property
    def payload_text(self) -> str:
        """The payload as text that keeps the order of its fields."""
        return json.dumps(self.payload, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Hold:
    """A source record that is not sent, and why.

    Args:
        object_name: Name of the object, as in ``domain.pushed``.
        source_id: BILL's id of the record.
        label: A short name for people.
        kind: Class of the reason, such as ``period_closed``; the same cause has the same class everywhere.
        rule: Number of the rule that says so.
        reason: What is wrong, in one sentence.
        remedy: What the reader should do next.
        amount: Money that waits, in ``currency``.
        currency: ISO 4217; empty where there is no amount.
        held_by: Source id of the held parent, if the parent is the reason.
    """

    object_name: str
    source_id: str
    label: str
    kind: str
    rule: str
    reason: str
    remedy: str
    amount: Decimal = Decimal(0)
    currency: str = ""
    held_by: str = ""


@dataclass(frozen=True)
class Plan:
    """A proposal of what to write for one link; a document that a person can read and approve.

    Args:
        link: Name of the link.
        entity: Company and entity, as a partition key.
        created_at: When it was made, UTC.
        items: In the order in which they are sent: parents before children.
        holds: What stays behind, and why.
        approvals: How many people have to approve it, unless the link's policy does.
        inputs: What it was made from besides the records; any other input is another content.
        outdated: Approved items that are not right any more, by what was found now.
    """

    link: str
    entity: str
    created_at: datetime
    items: tuple[Item, ...]
    holds: tuple[Hold, ...]
    approvals: int = 1
    inputs: Inputs = field(default_factory=Inputs)
    outdated: tuple[ItemKey, ...] = ()

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 of the document without its date: what a person approves."""
        return hashlib.sha256(canonical_json(self._content()).encode()).hexdigest()

    @cached_property
    def plan_id(self) -> str:
        """Identity of this plan: its content and the instant at which it was made."""
        seed = f"{self.link}\x1f{self.created_at.isoformat()}\x1f{self.content_hash}"
        return "plan-" + hashlib.sha256(seed.encode()).hexdigest()[:16]

    def document(self) -> str:
        """Return the plan as JSON; the same plan gives the same bytes."""
        head = {"plan_id": self.plan_id, "created_at": self.created_at.isoformat(), "content_hash": self.content_hash}
        return canonical_json({**head, **self._content()})

    def _content(self) -> dict[str, object]:
        return {
            "format": 3,
            "link": self.link,
            "entity": self.entity,
            "approvals": self.approvals,
            "inputs": self.inputs.document(),
            "items": [_item_document(item) for item in self.items],
            "holds": [_hold_document(hold) for hold in self.holds],
        }


def target_revision(natural_key: Sequence[str], *, state: str, total: Decimal, description: str) -> str:
    """Return the state of an Intacct document as far as an update of it depends on that.

    The plan takes it from the warehouse, the sending from Intacct itself.

    Args:
        natural_key: Values of its natural key, in the order of ``domain.pushed``.
        state: As Intacct words it.
        total: In its own currency.
        description: Its free text, with the mark.
    """
    parts = (*natural_key, state, format(total.normalize(), "f"), description.strip())
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def content_revision(values: Iterable[str]) -> str:
    """Return the state of a list record as far as an update of it depends on that.

    The plan takes it from the warehouse, the sending from Intacct itself.

    Args:
        values: Its natural key and what items write of it, in the order of ``domain.pushed``.
    """
    return hashlib.sha256("\x1f".join(value.strip() for value in values).encode()).hexdigest()


_WITH_ZEROS: Final = re.compile(r"^(-?[0-9]+(?:\.[0-9]*[1-9])?)\.?0*$")


def document_state(values: Iterable[str]) -> str:
    """Return the state of a document of BILL as far as an update of it depends on that, as ``content_revision`` does.

    Args:
        values: Its natural key and what a look-up reads beside it; amounts count alike with and without their zeros.
    """
    return content_revision(_WITH_ZEROS.sub(r"\1", value) for value in values)


def canonical_json(value: object) -> str:
    """Return JSON whose bytes depend on the value alone; fields keep the order that their author gave them."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_plain)


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    msg = f"a plan cannot hold a {type(value).__name__}"
    raise TypeError(msg)


def _item_document(item: Item) -> dict[str, object]:
    return {
        "key": item.key,
        "object": item.object_name,
        "operation": item.operation.value,
        "source_id": item.source_id,
        "label": item.label,
        "natural_key": dict(item.natural_key),
        "payload": item.payload,
        "source_revision": item.source_revision,
        "target_id": item.target_id,
        "target_revision": item.target_revision,
        "amount": item.amount,
        "currency": item.currency,
        "ledger_effect": [
            {"side": line.side, "account": line.account, "amount": line.amount, "currency": line.currency}
            for line in item.ledger_effect
        ],
        "depends_on": list(item.depends_on),
        "changes": [{"field": one.field, "old": one.old, "new": one.new} for one in item.changes],
        "warnings": list(item.warnings),
    }


def _hold_document(hold: Hold) -> dict[str, object]:
    return {
        "object": hold.object_name,
        "source_id": hold.source_id,
        "label": hold.label,
        "class": hold.kind,
        "rule": hold.rule,
        "reason": hold.reason,
        "remedy": hold.remedy,
        "amount": hold.amount,
        "currency": hold.currency,
        "held_by": hold.held_by,
    }
