"""What an update of a document in Intacct may overwrite, by what both sides last agreed on (S-CFG-21).

The counterpart of ``into_bill.merging``: what only Intacct changed goes the other way and is never overwritten, what
both changed waits for a person unless the link lets one side's word stand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from intacct_pipelines.domain.conflicts import ConflictPolicy, Conflicts
from intacct_pipelines.domain.names import fold
from intacct_pipelines.domain.reconciled import RECONCILED
from intacct_pipelines.push.planner import Held

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from intacct_pipelines.domain.pushed import Pushed
    from intacct_pipelines.domain.reconciled import Reconciled
    from intacct_pipelines.push.planner import Context
    from intacct_pipelines.push.sources import Row


@dataclass(frozen=True, slots=True)
class BothSides:
    """One document as both sides have it, in words that both share, by BILL's column.

    Args:
        reconciled: What it is.
        platform_id: BILL's id.
        ours: What Intacct says.
        theirs: What BILL says; what cannot be put into shared words is empty.
        agreed: What both last agreed on.
        policy: What happens to what both changed; None where nothing goes into BILL.
        known_until: Until when Intacct's edits are no person's objection, if that is known.
    """

    reconciled: Reconciled
    platform_id: str
    ours: Mapping[str, str]
    theirs: Mapping[str, str]
    agreed: Mapping[str, str]
    policy: ConflictPolicy | None
    known_until: datetime | None

    @property
    def differing(self) -> list[str]:
        """Columns of which the two say different things."""
        return [column for column in self.theirs if not self._same(self.theirs, self.ours, column)]

    @property
    def is_for_bill(self) -> bool:
        """Whether all that differs is Intacct's to tell, so that the way into BILL carries it."""
        differing = self.differing
        return (
            self.policy is not None
            and bool(differing)
            and all(
                column in self.agreed and (not self._bill_changed(column) or self._stands(column, Conflicts.INTACCT))
                for column in differing
            )
        )

    def check(self, bill: Row, paired: Row, *, rule: str, is_carried: bool = True) -> None:
        """Refuse an update that would overwrite what was changed in Intacct.

        Args:
            bill: BILL's document.
            paired: Intacct's.
            rule: The rule by which Intacct's later edit stands where nothing tells which field it was.
            is_carried: Whether what Intacct changed still goes into BILL.

        Raises:
            Held: A person has to decide, or the way into BILL comes first.
        """
        edited = [column for column in self.agreed if column in self.ours and self._intacct_changed(column)]
        contested = [column for column in edited if column in self.theirs and self._bill_changed(column)]
        if undecided := [one for one in contested if self._stands(one, Conflicts.HOLD)]:
            reason = f"both sides changed its {_named(undecided)} since they agreed"
            raise Held("conflict", "S-CFG-21", reason, self._remedy())
        if first := [one for one in edited if one not in contested or self._stands(one, Conflicts.INTACCT)]:
            reason = f"both sides were edited since they agreed, and Intacct's word on its {_named(first)} stands"
            carried = "The plan into BILL carries that; this follows by itself."
            raise Held("conflict", "S-CFG-21", reason, carried if self.policy and is_carried else self._remedy())
        if not edited and self._was_edited_later(bill, paired):
            reason = f"Intacct's {self.reconciled.spoken} was edited after BILL's last change"
            raise Held("conflict", rule, reason, self._remedy())

    def _was_edited_later(self, bill: Row, paired: Row) -> bool:
        changed, edited = bill.get("modified_at"), paired.get("modified_at")
        if changed is None or edited is None:
            return False
        return bool(edited > (max(changed, self.known_until) if self.known_until else changed))

    def _remedy(self) -> str:
        if self.policy is None:
            return "Decide which side is right, and correct the other by hand."
        named = f"{self.reconciled.word} {self.platform_id}"
        return f"Say which side is right: intacct-pipelines resolve {named} --side platform, or --side intacct."

    def _stands(self, column: str, word: Conflicts) -> bool:
        return (self.policy or ConflictPolicy()).of(self.reconciled.name, column) is word

    def _bill_changed(self, column: str) -> bool:
        return not self._same(self.theirs, self.agreed, column)

    def _intacct_changed(self, column: str) -> bool:
        return not self._same(self.ours, self.agreed, column)

    @staticmethod
    def _same(one: Mapping[str, str], other: Mapping[str, str], column: str) -> bool:
        return fold(one.get(column, "")) == fold(other.get(column, ""))


def both_sides(
    context: Context, pushed: Pushed, paired: tuple[Row, Row], *, ours: Mapping[str, str], theirs: Mapping[str, str]
) -> BothSides:
    """Return both sides of a pair.

    Args:
        context: What the planners are told.
        pushed: The document's entry.
        paired: BILL's row and Intacct's.
        ours: What Intacct says, in shared words.
        theirs: What BILL says.
    """
    bill, record = paired
    key = (pushed.reconciliation, str(bill["id"]), str(record["record_no"]))
    return BothSides(
        RECONCILED[pushed.reconciliation],
        str(bill["id"]),
        ours,
        theirs,
        context.agreed.get(key, {}),
        context.sources.link.conflicts,
        context.known_until.get(key),
    )


def _named(columns: list[str]) -> str:
    return ", ".join(column.replace("_", " ") for column in columns)
