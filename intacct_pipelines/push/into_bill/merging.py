"""Two-way merge: what of a pair's fields goes into BILL, by what the two last agreed on (S-CFG-21).

A field that only Intacct changed goes into BILL, one that only BILL changed stays for the way into Intacct, and one
that both changed is a conflict, which the link's policy or a person decides. What the two never agreed on while we
looked goes the way of the side that changed last.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from intacct_pipelines.domain.conflicts import ConflictPolicy, Conflicts
from intacct_pipelines.domain.names import fold
from intacct_pipelines.push.planner import Held

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from intacct_pipelines.domain.pushed import Pushed
    from intacct_pipelines.push.planner import Context
    from intacct_pipelines.push.sources import Row


@dataclass(frozen=True, slots=True)
class Shared:
    """One field that both sides hold.

    Args:
        column: BILL's column.
        ours: What Intacct says, in BILL's words; empty if it says nothing, which never empties BILL's field.
        theirs: What BILL says.
    """

    column: str
    ours: str
    theirs: str

    @property
    def is_agreed(self) -> bool:
        """Whether both say the same."""
        return fold(self.ours) == fold(self.theirs)


def agreed(fields: Iterable[Shared]) -> dict[str, str]:
    """Return what two records agree on now, by BILL's column."""
    return {one.column: one.ours for one in fields if one.ours and one.is_agreed}


def edits_to_send(
    context: Context, pushed: Pushed, pair: tuple[Row, Row], fields: Iterable[Shared]
) -> tuple[list[Shared], dict[str, str]]:
    """Return what both sides of a document ever agreed on as it is now, and what of that goes into BILL, by its column.

    What they never agreed on while we looked stays as it is.

    Args:
        context: What the planner is told.
        pushed: The document's entry.
        pair: Intacct's row and BILL's.
        fields: What both sides hold.

    Raises:
        Held: See ``to_send``.
    """
    row, twin = pair
    base = context.agreed.get((pushed.reconciliation, str(twin["id"]), str(row["record_no"])), {})
    known = [one for one in fields if one.column in base]
    policy = context.sources.link.conflicts
    changes = to_send(known, base, rows=pair, is_master=False, object_name=pushed.reconciliation, policy=policy)
    return known, changes


def to_send(
    fields: Iterable[Shared],
    base: Mapping[str, str],
    *,
    rows: tuple[Row, Row],
    is_master: bool,
    object_name: str,
    policy: ConflictPolicy | None,
) -> dict[str, str]:
    """Return what goes into BILL, by its column.

    Args:
        fields: What both sides hold.
        base: What they last agreed on, by BILL's column.
        rows: Intacct's record and BILL's, which say when each changed.
        is_master: Whether Intacct is the master of this record: nothing is a conflict then.
        object_name: As ``domain.reconciled`` names it.
        policy: What happens to what both sides changed; without one it is held.

    Raises:
        Held: Both changed the same field, and a person has to decide.
    """
    changes: dict[str, str] = {}
    for one in fields:
        if not one.ours or one.is_agreed:
            continue
        before = base.get(one.column)
        if is_master or (before is None and _is_newer(*rows)) or (before is not None and _is(one.theirs, before)):
            changes[one.column] = one.ours
        elif before is not None and not _is(one.ours, before):
            word = (policy or ConflictPolicy()).of(object_name, one.column)
            if word is Conflicts.HOLD:
                raise _conflict(one, before)
            if word is Conflicts.INTACCT:
                changes[one.column] = one.ours
    return changes


def _is(value: str, before: str) -> bool:
    return fold(value) == fold(before)


def _is_newer(ours: Row, theirs: Row) -> bool:
    """Say whether Intacct's record changed last; what does not say when it changed, did not."""
    changed, other = ours.get("modified_at"), theirs.get("modified_at")
    return changed is not None and (other is None or changed > other)


def _conflict(one: Shared, before: str) -> Held:
    name = one.column.removeprefix("is_").replace("_", " ")
    reason = f"both sides changed its {name} since they agreed: it was {before!r}"
    remedy = "Say with `resolve` which side is right, or give the field the same value on both."
    return Held("conflict", "S-CFG-21", reason, remedy)
