"""Paid bills that were only coded anew in BILL: reclassified where Intacct allows it (S-BIL-06, S-BP-06, S-ERR-07).

A paid bill is never edited. `reclassify_bill` gives lines another coding and sends no amount; the vendor's schema has
it, and what it does is documented nowhere. So all codes of a line are named that is coded anew, no code is taken away,
and whether it was done is told by reading the lines. That lines which are not named stay as they are is assumed.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from operator import attrgetter
from typing import TYPE_CHECKING, Final, NamedTuple

from intacct_pipelines.domain.push import Item, Operation
from intacct_pipelines.push.changes import changes_of, changes_of_line
from intacct_pipelines.push.coded_lines import PAYABLE, filled_warnings, intacct_line, ledger_effect
from intacct_pipelines.push.documents import key_of, marked_text
from intacct_pipelines.push.planner import Held
from intacct_pipelines.push.recoded import recoded_line, recoding_revision
from intacct_pipelines.push.sources import text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from intacct_pipelines.domain.push import Fields
    from intacct_pipelines.push.coded_lines import Line
    from intacct_pipelines.push.planner import Context
    from intacct_pipelines.push.sources import Row

OBJECT: Final = "ap_bill"
_SECURITY: Final = "intacct.transaction_security"
_RULE: Final = "S-BIL-06"
_PAID: Final = frozenset({"Paid", "Partially Paid"})
_DIMENSIONS: Final = ("department_id", "location_id", "class_id")
_CORRECT: Final = "Correct it by a reclassification or a dated reversal."
ALLOW: Final = "In Intacct's global transaction security allow reclassification through the API, at each level."


class _Recoded(NamedTuple):
    """A line that is coded anew, by its number in Intacct."""

    number: int
    line: Line
    before: Row


class BillReclassifications:
    """Decides which paid bills are reclassified.

    Args:
        context: What every planner is told.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._sources = context.sources
        self._link = context.sources.link
        self._source_lines = context.sources.lines("bill.ap_bill_line")
        self._lines = context.sources.lines("intacct.ap_bill_line")

    def check(self, bill: Row, paired: Row, changes: Sequence[str]) -> None:
        """Refuse a change of a paid bill that is no recoding, or that nobody lets us make.

        Args:
            bill: BILL's bill.
            paired: Intacct's, which is settled.
            changes: What differs.

        Raises:
            Held: It cannot be reclassified.
        """
        state = text(paired, "state")
        is_recoded = [*changes] == ["lines"] and self._has_same_amounts(bill, paired)
        if not is_recoded or state not in _PAID or not self._link.payables.reclassify:
            raise _locked(paired)
        self._check_allowed(state)
        if "lines" not in self._context.agreed.get((OBJECT, bill["id"], str(paired["record_no"])), {}):
            reason = f"Intacct's bill is {state}, and on which coding both sides last agreed is not known"
            remedy = "Decide which side is right, and correct the other by hand."
            raise Held("conflict", "S-CFG-21", reason, remedy)

    def item(self, bill: Row, paired: Row, lines: Sequence[Line], *, label: str, agrees: Mapping[str, str]) -> Item:
        """Return the item that codes the lines of Intacct's bill as BILL's are.

        Args:
            bill: BILL's bill.
            paired: Intacct's, which ``check`` let pass.
            lines: BILL's lines in Intacct's words.
            label: A short name for people.
            agrees: What both sides say once it is done.

        Raises:
            Held: A line would lose a code, or go to another entity.
        """
        recoded = self._recoded(paired, lines)
        words, currency = text(bill, "description"), text(paired, "currency")
        content: Fields = {
            "description": words,
            "reclassifyitems": {"reclasslineitem": [recoded_line(*one) for one in recoded]},
        }
        revision = self._revision(paired)
        # As an update: the way back and forth again is another operation.
        start = revision + str(paired.get("modified_at"))
        key = key_of(self._link, OBJECT, bill, Operation.RECLASSIFY, content, start)
        description = marked_text(bill["id"], key, words)
        moves = [line for one in recoded for line in (_taken_out(one.before), one.line)]
        told = [change for one in recoded for change in changes_of_line(one.number, intacct_line(one.before), one.line)]
        return Item(
            key=key,
            object_name=OBJECT,
            operation=Operation.RECLASSIFY,
            source_id=bill["id"],
            natural_key={"VENDORID": text(paired, "vendor_id"), "RECORDID": text(paired, "document_no")},
            payload={**content, "description": description},
            source_revision=self._context.revisions.get((OBJECT, bill["id"]), ""),
            target_id=str(paired["record_no"]),
            target_revision=revision,
            amount=bill["amount"],
            currency=currency,
            ledger_effect=tuple(ledger_effect(moves, currency, 1, PAYABLE)),
            changes=(*told, *changes_of(("description", text(paired, "description"), description))),
            warnings=_warnings(paired, [one.line for one in recoded]),
            label=label,
            agrees=agrees,
        )

    def _has_same_amounts(self, bill: Row, paired: Row) -> bool:
        ours = Counter(row["amount"] for row in self._source_lines.get(bill["id"], []))
        return ours == Counter(row["trx_amount"] for row in self._lines.get(paired["record_no"], []))

    def _check_allowed(self, state: str) -> None:
        switches = [row.get("is_reclassification_disabled") for row in self._sources.live(_SECURITY)]
        if switches == [False]:
            return
        word = "forbids its reclassification" if True in switches else "may forbid its reclassification: nobody can say"
        raise Held("record_locked", _RULE, f"Intacct's bill is {state}, and the company {word}", ALLOW)

    def _recoded(self, paired: Row, lines: Sequence[Line]) -> list[_Recoded]:
        """Return the lines that are coded anew: what is coded alike is the same line, else what has the same amount.

        Raises:
            Held: A line would lose a code, or go to another entity.
        """
        rows = self._lines.get(paired["record_no"], [])
        left = [(row.get("line_no") or at, row) for at, row in enumerate(rows, start=1)]
        _, others = _pairs(lines, left, "coding")
        pairs, _ = _pairs(others, left, "amount")
        for one in pairs:
            self._check_codes(one)
        return sorted(pairs, key=lambda one: one.number)

    def _check_codes(self, one: _Recoded) -> None:
        lost = [name for name in _DIMENSIONS if text(one.before, name) and not getattr(one.line, name)]
        if lost:
            word = lost[0].removesuffix("_id")
            reason = f"line {one.number} of the paid bill has no {word} any more, which cannot be taken away"
            raise Held("lost_dimension", _RULE, reason, "Make the change by hand in Intacct.")
        places = (text(one.before, "location_id"), one.line.location_id)
        before, after = (self._sources.entity_of_location(place) for place in places)
        if before != after:
            reason = f"line {one.number} of the paid bill would go from entity {before or 'none'} to {after or 'none'}"
            raise Held("other_entity", "S-CFG-19", reason, "Undo the edit in BILL, or correct both by hand.")

    def _revision(self, paired: Row) -> str:
        return recoding_revision(
            [text(paired, "vendor_id"), text(paired, "document_no")],
            state=text(paired, "state"),
            total=paired["trx_total_entered"],
            description=text(paired, "description"),
            lines=[intacct_line(row).coding for row in self._lines.get(paired["record_no"], [])],
        )


def _pairs(wanted: Sequence[Line], left: list[tuple[int, Row]], likeness: str) -> tuple[list[_Recoded], list[Line]]:
    """Take out of Intacct's lines those that are like the wanted ones; return the pairs, and what found none."""
    like = attrgetter(likeness)
    pairs: list[_Recoded] = []
    missing: list[Line] = []
    for line in wanted:
        found = next((one for one in left if like(intacct_line(one[1])) == like(line)), None)
        if found is None:
            missing.append(line)
            continue
        left.remove(found)
        number, before = found
        pairs.append(
            _Recoded(number, replace(line, description=line.description or text(before, "description")), before)
        )
    return pairs, missing


def _locked(paired: Row) -> Held:
    state = text(paired, "state")
    rule = "S-BIL-09" if paired.get("trx_total_due") and state != "Paid" else _RULE
    reason = f"Intacct's bill is {state or 'paid'}; a paid or part-paid bill cannot be edited"
    return Held("record_locked", rule, reason, _CORRECT)


def _taken_out(before: Row) -> Line:
    line = intacct_line(before)
    return replace(line, amount=-line.amount)


def _warnings(paired: Row, lines: Sequence[Line]) -> tuple[str, ...]:
    warnings = [f"the bill is {text(paired, 'state')} in Intacct; only its coding changes [{_RULE}]"]
    if any(line.form_1099 is not None for line in lines):
        warnings.append("what these lines count for on form 1099 stays as it is in Intacct [S-BP-04]")
    return (*warnings, *filled_warnings(lines))
