"""What planning one object takes and gives: the contract of the planners, and what they all are told.

The planner of an object is one class in a module of its own: what is eligible, how it is translated, what is sent, what
it waits for. ``push.plan`` runs them in order; how the object is known in Intacct stands in ``domain.pushed``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar, Final, Protocol, TypeAlias

from intacct_pipelines.domain.keys import source_mark
from intacct_pipelines.domain.push import Hold, Item

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import datetime

    from intacct_pipelines.domain.attached import Content
    from intacct_pipelines.domain.closed_books import ClosedBooks
    from intacct_pipelines.domain.keys import ItemKey
    from intacct_pipelines.push.sources import Row, Sources
    from intacct_pipelines.warehouse.outbox import OutboxItem

_NONE: Final = Decimal(0)

Decision: TypeAlias = Item | Hold | None
"""What is done with a source record; None if it stands in Intacct as it should."""


@dataclass(frozen=True, slots=True)
class Context:
    """What every planner of one link is told.

    Args:
        sources: The rows.
        revisions: Present revision by object and source id.
        currencies: Currencies that the entity may use; empty when that is not known.
        closed: How far the books are closed into which documents go (S-CFG-23).
        posted: Object and source id of records that the system written to has had before: this product created and
            confirmed them, or a confirmed pair says so. They are not created again.
        quarantined: Qualified table name and key of records of which a newer copy could not be read.
        now: When the plan is made, UTC.
        in_hand: Items on their way, by object and source id; such a record is left alone.
        refused: ``Outbox.refused``: what Intacct refused, by key; the same is not planned again.
        decisions: By object and source id, what the planners before this one decided.
        contents: What is known of what is in the platform's files, by table and file id.
        agreed: By reconciliation, the platform's id and Intacct's record number: what both sides last agreed on, by
            BILL's column; with an empty id, to which other account a document without pair was left.
        known_until: By the same key: until when Intacct's edits are no person's objection, since this product wrote the
            record or a person said that the platform's word stands.
        read_at: Until when tables were read, by qualified name, where a whole period has to be there.
        proposed: By pushed object and source id: the records of the other side that may be the same, by the ids that
            people use, while nobody has said whether they are.
    """

    sources: Sources
    revisions: Mapping[tuple[str, str], str]
    currencies: frozenset[str]
    closed: ClosedBooks
    posted: Collection[tuple[str, str]]
    quarantined: Collection[tuple[str, str]]
    now: datetime
    in_hand: Mapping[tuple[str, str], OutboxItem]
    refused: Mapping[ItemKey, OutboxItem] = field(default_factory=dict)
    decisions: dict[tuple[str, str], Decision] = field(default_factory=dict)
    contents: Mapping[tuple[str, str], Content] = field(default_factory=dict)
    agreed: Mapping[tuple[str, str, str], Mapping[str, str]] = field(default_factory=dict)
    known_until: Mapping[tuple[str, str, str], datetime] = field(default_factory=dict)
    proposed: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    read_at: Mapping[str, datetime] = field(default_factory=dict)


class Planner(Protocol):
    """Decides about the records of one object; made anew for each plan."""

    object_name: ClassVar[str]
    """Name of the object in ``domain.pushed``."""
    reads: ClassVar[tuple[str, ...]]
    """Tables that deciding takes; nothing is decided before every one of them was read whole."""

    def __init__(self, context: Context) -> None:
        """Index what deciding needs."""

    def rows(self) -> Iterable[Row]:
        """Return the source's records in the order in which they are decided and sent."""
        ...

    def decide(self, row: Row) -> Decision:
        """Return what is to be done with one record."""
        ...

    def is_shown(self, decision: Decision) -> bool:
        """Return whether the plan shows a decision: a hold that nobody waits for is left out."""
        ...


class Held(Exception):  # noqa: N818  # not an error: it carries one refusal out of nested checks to the one place that catches it
    """A record is not sent.

    Args:
        kind: Class of the reason, as in ``Hold``.
        rule: Number of the rule.
        reason: What is wrong.
        remedy: What to do next.
        held_by: Source id of the held parent, if the parent is the reason.
    """

    def __init__(self, kind: str, rule: str, reason: str, remedy: str, held_by: str = "") -> None:
        super().__init__(reason)
        self.parts = (kind, rule, reason, remedy)
        self.held_by = held_by

    def hold(self, object_name: str, source_id: str, label: str, amount: Decimal = _NONE, currency: str = "") -> Hold:
        """Return what the plan shows of it; arguments as in ``Hold``."""
        return Hold(object_name, source_id, label, *self.parts, amount, currency, self.held_by)


def mark_of(system: str, source_id: str) -> str:
    """Return the words that name a record's source, to be kept in Intacct's record (S-IDM-04).

    Raises:
        Held: The id has characters with which it could not be read back.
    """
    try:
        return source_mark(system, source_id)
    except ValueError as error:
        reason = f"its id {source_id[:80]!r} cannot be written into Intacct so that it is known again"
        raise Held("field_characters", "S-IDM-04", reason, "Enter it in Intacct by hand.") from error
