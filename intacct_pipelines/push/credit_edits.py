"""Credits of BILL that stand in Intacct as adjustments: what of them BILL changed since, and whether that may be sent.

Intacct has a function that changes an adjustment (XSD: ``update_apadjustment``, ``update_aradjustment``), as it has one
for invoices; what is done here is the same for both.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from intacct_pipelines.domain.names import fold
from intacct_pipelines.domain.push import UNDONE_STATES
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.push.both_sides import both_sides
from intacct_pipelines.push.changes import changes_of, line_changes
from intacct_pipelines.push.coded_lines import intacct_line
from intacct_pipelines.push.credit_words import turned
from intacct_pipelines.push.documents import check_changeable, closed_for, is_out_of_use, is_settled, located
from intacct_pipelines.push.invoice_lines import changed_lines
from intacct_pipelines.push.planner import Held
from intacct_pipelines.push.sources import text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from intacct_pipelines.domain.push import Change, Fields, Item
    from intacct_pipelines.domain.pushed import Pushed
    from intacct_pipelines.push.both_sides import BothSides
    from intacct_pipelines.push.coded_lines import Line
    from intacct_pipelines.push.planner import Context
    from intacct_pipelines.push.sources import Row

_DAY: Final = "adjustment_date"
_ONLY_NEW: Final = frozenset({"action", "basecurr"})
"""Elements of the functions that make an adjustment, which those that change one do not have."""


class CreditEdits:
    """Judges pairs of one kind of credit.

    Args:
        context: What the planner is told.
        pushed: The credit's entry.
        rule: By which it goes into Intacct.
        is_signed: Whether Intacct's sign says that it is a credit; else that is told elsewhere.
    """

    def __init__(self, context: Context, pushed: Pushed, *, rule: str, is_signed: bool) -> None:
        self._context = context
        self._pushed = pushed
        self._rule = rule
        self._is_signed = is_signed
        (lines,) = pushed.target_lines
        self._lines = context.sources.lines(lines.qualified_name)

    def present(self, paired: Row) -> list[Line]:
        """Return the lines of Intacct's adjustment with BILL's sign."""
        return [intacct_line(row) for row in turned(self._lines.get(paired["record_no"], []))]

    def both(
        self, pair: tuple[Row, Row], *, ours: Mapping[str, str], theirs: Mapping[str, str], way_back: str
    ) -> BothSides:
        """Return both sides of a pair; where Intacct's record does not go into BILL, nothing is left to that way.

        Args:
            pair: BILL's credit and Intacct's.
            ours: What Intacct says, in shared words.
            theirs: What BILL says.
            way_back: The object as which Intacct's record would go into BILL.
        """
        found = both_sides(self._context, self._pushed, pair, ours=ours, theirs=theirs)
        is_carried = PUSHED[way_back].is_let_by(self._context.sources.link)
        return found if is_carried else replace(found, policy=None)

    def is_bills_to_tell(self, credit: Row, paired: Row, both: BothSides) -> bool:
        """Return whether BILL changed anything of a credit since both agreed on all in which they differ.

        Raises:
            Held: They differ in what is never sent, or on which they never agreed; or Intacct's is used.
        """
        is_undone = text(paired, "state") in UNDONE_STATES
        if is_out_of_use(credit) and is_undone:
            return False
        currency = text(credit, "currency") != text(paired, "currency")
        self.check_same(paired, {"currency": currency, "use": is_out_of_use(credit) or is_undone})
        if not is_settled(paired) and both.is_for_bill:
            return False
        if not is_settled(paired) and both.differing and both.agreed.keys() >= {*both.differing}:
            return True
        amount = -paired["trx_total_entered"] if self._is_signed else abs(paired["trx_total_entered"])
        number = fold(text(credit, "reference_no")) != fold(text(paired, "document_no"))
        self.check_same(paired, {"amount": credit["amount"] != amount, "number": number})
        return False

    def check_same(self, paired: Row, differs: Mapping[str, bool]) -> None:
        """Refuse what no plan mends.

        Raises:
            Held: Something differs.
        """
        names = [name for name, is_different in differs.items() if is_different]
        if names:
            reason = f"it differs from Intacct's {paired['record_no']} in {', '.join(names)}"
            raise Held("credit_changed", self._rule, reason, "Correct the wrong side by hand; no plan sends that.")

    def check(self, credit: Row, paired: Row, both: BothSides) -> None:
        """Refuse an edit that Intacct forbids or that would overwrite a person's work.

        Raises:
            Held: It does.
        """
        check_changeable(self._context, self._pushed, paired)
        posted_on = paired.get("gl_posting_date") or paired[_DAY]
        closed = closed_for(self._context, located(self._lines.get(paired["record_no"], [])))
        if closed is not None and posted_on <= closed.through:
            reason = f"it stands in the ledger on {posted_on}, which is closed through {closed}"
            raise Held("period_closed", "S-IDM-08", reason, "Open the period, or correct it in an open one.")
        both.check(credit, paired, rule=self._rule)

    def content(self, content: Fields, lines: Sequence[Line], paired: Row, *, sign: int) -> Fields:
        """Return the arguments of the function that changes an adjustment, in their order.

        Args:
            content: Those of the function that makes one; the last are its lines.
            lines: As they become, with BILL's sign.
            paired: What is changed.
            sign: Of amounts as they are sent.

        Raises:
            Held: A line or a code is gone.
        """
        *header, items = (name for name in content if name not in _ONLY_NEW)
        currency, word = text(paired, "currency"), self._pushed.word
        changed = changed_lines(lines, self.present(paired), currency, sign=sign, rule=self._rule, word=word)
        return {**{name: content[name] for name in header}, f"update{items}": changed}

    def changes(self, credit: Row, paired: Row, item: Item, lines: Sequence[Line]) -> tuple[Change, ...]:
        """Return what an update changes, as people read it."""
        party, number = self._pushed.natural_key
        new_party, new_number = item.natural_key.values()
        header = changes_of(
            (party.removesuffix("_id"), paired[party], new_party),
            ("number", paired[number], new_number),
            ("date", paired[_DAY], credit["credit_date"]),
            ("amount", -paired["trx_total_entered"], credit["amount"]),
            ("description", text(paired, "description"), item.payload["description"]),
        )
        return (*header, *line_changes(self.present(paired), lines))
