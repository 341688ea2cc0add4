"""Items of the outbox as values, and how a stored row becomes one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from intacct_pipelines.domain.keys import ItemKey
from intacct_pipelines.domain.push import Operation, State

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from decimal import Decimal

    import psycopg

NOT_SENT: Final = "not_sent"
"""Event of a sending of which it is certain that nothing ran."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an item stands where it stands.

    Args:
        kind: Class of the reason, such as ``period_closed``.
        rule: Number of the rule, or empty.
        text: What is wrong, with the vendor's words where there are any.
        remedy: What to do next.
    """

    kind: str
    rule: str
    text: str
    remedy: str


@dataclass(frozen=True, slots=True)
class OutboxItem:
    """One stored item; the fields are those of ``domain.push.Item`` and what has happened to it since."""

    key: ItemKey
    plan_id: str
    link: str
    entity: str
    object_name: str
    operation: Operation
    source_id: str
    natural_key: Mapping[str, str]
    payload_text: str
    source_revision: str
    target_id: str | None
    target_revision: str
    amount: Decimal
    currency: str
    depends_on: tuple[ItemKey, ...]
    label: str
    state: State
    attempts: int
    sent_at: datetime | None
    refused: bool
    reason: Reason
    record_id: str | None

    @property
    def is_marked(self) -> bool:
        """Whether it writes its key into the record; if not, the record is known by what it holds."""
        return self.key in self.payload_text


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one item.

    Args:
        key: The item.
        state: Its next state.
        event: Word for the journal.
        reason: Why, if there is something to say.
        record_id: The target system's key of the record, once known.
        refused: For ``uncertain``: Intacct said no, but a look-up has yet to prove that the record is not there.
    """

    key: ItemKey
    state: State
    event: str
    reason: Reason | None = None
    record_id: str | None = None
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """How many items stand in a state, and what they add up to in one currency; empty for those without an amount."""

    state: State
    currency: str
    records: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class PlanStatus:
    """One stored plan and the number of its items by state.

    Args:
        approved_by: Who approved it: people, or the link's policy; empty before.
        approvals: The people who have approved it so far.
        approvals_needed: How many have to, unless the policy does.
        replaced_by: The plan that took its place, if it was superseded or expired and there is a newer one.
    """

    plan_id: str
    link: str
    entity: str
    state: str
    content_hash: str
    created_at: datetime
    approved_by: str
    counts: Mapping[str, int]
    approvals: tuple[str, ...]
    approvals_needed: int
    replaced_by: str


def select_items(
    cursor: psycopg.Cursor[dict[str, Any]], condition: str, values: tuple[object, ...]
) -> list[OutboxItem]:
    """Return the stored items for which a condition holds, whose values are passed apart."""
    # The condition is one of this package's own constants; values travel as parameters.
    cursor.execute(f"SELECT * FROM push.item WHERE {condition}", values)  # noqa: S608  # see above
    return [item_of(row) for row in cursor.fetchall()]


def item_of(row: Mapping[str, Any]) -> OutboxItem:
    """Return a row of ``push.item`` as a value."""
    return OutboxItem(
        key=ItemKey(row["item_key"]),
        plan_id=row["plan_id"],
        link=row["link"],
        entity=row["entity"],
        object_name=row["object_name"],
        operation=Operation(row["operation"]),
        source_id=row["source_id"],
        natural_key=row["natural_key"],
        payload_text=row["payload"],
        source_revision=row["source_revision"],
        target_id=row["target_id"],
        target_revision=row["target_revision"],
        amount=row["amount"],
        currency=row["currency"],
        depends_on=tuple(ItemKey(key) for key in row["depends_on"]),
        label=row["label"],
        state=State(row["state"]),
        attempts=row["attempts"],
        sent_at=row["sent_at"],
        refused=row["refused"],
        reason=Reason(row["reason_class"], row["rule"], row["reason"], row["remedy"]),
        record_id=row["record_id"],
    )
