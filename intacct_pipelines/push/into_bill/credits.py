"""Credits of Intacct that BILL is to have: posted and fully unused ones, with their coding.

Intacct keeps what a vendor owes us back as a negative bill or as a negative adjustment; BILL has one object for both.
Credit memos of customers are in ``memos``.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, ClassVar, Final

from intacct_pipelines.domain.keys import read_source_mark
from intacct_pipelines.domain.money import LARGEST_CARRIED
from intacct_pipelines.domain.names import fold
from intacct_pipelines.domain.push import UNDONE_STATES, Item, Operation, canonical_json
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.push.bill_words import mark_in_bill
from intacct_pipelines.push.into_bill.coded import CodedForBill
from intacct_pipelines.push.into_bill.line_names import LineNames, with_names
from intacct_pipelines.push.into_bill.parties import VENDORS, PartiesInBill
from intacct_pipelines.push.into_bill.routing import Routing
from intacct_pipelines.push.list_updates import revision_key
from intacct_pipelines.push.planner import Held
from intacct_pipelines.push.sources import text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from intacct_pipelines.domain.push import Fields
    from intacct_pipelines.push.into_bill.parties import PartyKind
    from intacct_pipelines.push.planner import Context, Decision
    from intacct_pipelines.push.sources import Row


class CreditsIntoBill:
    """Decides about the credits of one table of Intacct; a subclass says which.

    They are made and not changed. A new one carries the key of its item in its description.
    """

    object_name: ClassVar[str]
    reads: ClassVar[tuple[str, ...]]
    parties: ClassVar[PartyKind]
    rule: ClassVar[str]
    """The rule by which it travels."""
    day: ClassVar[str]
    """Intacct's column with its date."""
    keepers: ClassVar[tuple[str, ...]]
    """Tables of Intacct that keep such a credit; in all of them together its number stands once."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._link = context.sources.link
        self._pushed = pushed = PUSHED[self.object_name]
        sources = context.sources
        self._rows = sources.by(pushed.source.qualified_name)
        self._lines = sources.lines(pushed.source_lines[0].qualified_name)
        self._twins = sources.twins(self.object_name)
        self._parties = PartiesInBill(context, self.parties)
        self._coded = CodedForBill(sources)
        self._names = LineNames(context, pushed)
        self._routing = Routing(context, pushed)
        self._party = f"{self.parties.word}_id"
        self._taken: dict[tuple[str, str], list[str]] = defaultdict(list)
        for row in sources.live(pushed.target.qualified_name):
            if not row.get("is_archived"):
                self._taken[row[self._party], fold(text(row, "reference_no"))].append(row["id"])
        self._entered = Counter(
            self._name(row)
            for table in self.keepers
            for row in sources.live(table)
            if row["trx_total_entered"] < 0 and text(row, "state") not in UNDONE_STATES
        )

    def line(self, line: Fields) -> Fields:
        """Return a line as BILL has it in such a credit."""
        return line

    def warnings(self, row: Row) -> tuple[str, ...]:
        """Return what to know before approving."""
        if -row["trx_total_entered"] <= LARGEST_CARRIED:
            return ()
        return ("over 10 million: the vendor's own sync would bring it back to Intacct as 0 [S-BIL-07]",)

    # --- the contract of planners ---------------------------------------------------------------------------------

    def rows(self) -> list[Row]:
        """Return Intacct's credits by date."""
        found = [row for row in self._rows.values() if row["trx_total_entered"] < 0]
        return sorted(found, key=lambda row: (row[self.day], row["record_no"]))

    def is_shown(self, decision: Decision) -> bool:
        """Show what is decided."""
        return decision is not None

    def decide(self, row: Row) -> Decision:
        """Return what is to be done with a credit of Intacct; None if it does not travel, or BILL has it."""
        if row["record_no"] in self._twins or not self._travels(row) or self._routing.is_elsewhere(row):
            return None
        try:
            return self._create(row)
        except Held as held:
            amount, currency = -row["trx_total_entered"], text(row, "currency")
            return held.hold(self.object_name, str(row["record_no"]), self._label(row), amount, currency)

    def left(self) -> Iterator[tuple[Row, str]]:
        """Yield the documents that are left to other accounts, each with the name of its own."""
        found = (row for row in self.rows() if row["record_no"] not in self._twins and self._travels(row))
        yield from self._routing.left(found)

    def _travels(self, row: Row) -> bool:
        """Return whether BILL is expected to have a credit.

        It is posted and nothing of it is used (S-VCR-01), of the link's own level (S-CFG-11) and of no other platform.
        """
        mark = read_source_mark(text(row, "description"))
        return (
            not self._link.one_way
            and text(row, "state") == "Posted"
            and not row.get("trx_total_paid")
            and text(row, "owner_entity_id") == self._link.entity.entity_id
            and (mark is None or mark[0] == "bill")
        )

    # --- creating -------------------------------------------------------------------------------------------------

    def _create(self, row: Row) -> Item:
        self._routing.check(row)
        self._check_source(row)
        party_id = self._parties.id_in_bill(text(row, self._party), text(row, "currency"))
        number = _number(row)
        self._check_copies(row, party_id, number)
        field, key = self._pushed.field, str(row["record_no"])
        names = {field(self._party): party_id, field("reference_no"): number}
        content: Fields = {**names, "creditDate": text(row, self.day), self._line_field: self._coded_lines(row)}
        seed, words = canonical_json(content) + text(row, "description"), text(row, "description")
        item_key = revision_key(self._context, self.object_name, key, Operation.CREATE, seed, system="intacct")
        return Item(
            key=item_key,
            object_name=self.object_name,
            operation=Operation.CREATE,
            source_id=key,
            natural_key=names,
            payload={**content, "description": mark_in_bill(int(key), item_key, words)},
            source_revision=self._context.revisions.get((self.object_name, key), ""),
            amount=-row["trx_total_entered"],
            currency=text(row, "currency"),
            label=self._label(row),
            warnings=(*self.warnings(row), *self._names.not_carried(self._lines.get(row["record_no"], []))),
        )

    @property
    def _line_field(self) -> str:
        target = self._pushed.target
        return next(table.embedded_in for table in self._pushed.target_lines if table.name == f"{target.name}_line")

    def _coded_lines(self, row: Row) -> list[Fields]:
        rows = self._lines.get(row["record_no"], [])
        if any(one["trx_amount"] >= 0 for one in rows):
            reason = "not all its lines are negative, and BILL takes lines of one sign only"
            raise Held("mixed_signs", self.rule, reason, "Split it in Intacct, or enter it in BILL by hand.")
        turned = [{**one, "trx_amount": -one["trx_amount"]} for one in rows]
        lines = self._coded.translate(turned, -row["trx_total_entered"], text(row, "currency"), self._pushed.word)
        named = with_names(lines, [self._names.of_line(at, one) for at, one in enumerate(rows, start=1)])
        return [self.line(one) for one in named]

    def _check_source(self, row: Row) -> None:
        key, lines = str(row["record_no"]), self._lines.get(row["record_no"], [])
        source, of_lines = self._pushed.source, self._pushed.source_lines[0]
        names = [(source, key), *((of_lines, str(line["record_no"])) for line in lines)]
        if any((table.qualified_name, name) in self._context.quarantined for table, name in names):
            reason = "a newer copy of it is in quarantine"
            raise Held("quarantined", "S-ERR-41", reason, "Correct in Intacct what the quarantine names, then sync.")
        if (self.object_name, key) in self._context.posted:
            reason = "it was created in BILL before and is not its pair any more"
            raise Held("deleted_in_bill", "S-IDM-06", reason, "Pair it by hand with the credit that took its place.")
        if (mark := read_source_mark(text(row, "description"))) is not None:
            reason = f"it came from BILL's {self._pushed.word} {mark[1]}, which is not its pair any more"
            raise Held("came_from_bill", "S-SCH-05", reason, "Pair the two with `map`, or make the one in BILL anew.")
        if not _number(row):
            reason = "it has no number, without which it could not be looked up"
            raise Held("missing_field", "S-IDM-03", reason, "Give it a number in Intacct.")

    def _check_copies(self, row: Row, party_id: str, number: str) -> None:
        word, owner = self._pushed.word, self.parties.word
        if taken := self._taken.get((party_id, fold(number))):
            reason = f"BILL has {word} {number} of this {owner} already, as {', '.join(taken)}, and it is not its pair"
            remedy = "Confirm the pair with `map`, or correct the number on the wrong side."
            raise Held("duplicate", "S-IDM-04", reason, remedy)
        if self._entered[self._name(row)] > 1:
            reason = f"Intacct has {number} of this {owner} several times as a credit"
            raise Held("duplicate", "S-IDM-04", reason, "Reverse the copy in Intacct, or correct its number.")

    def _name(self, row: Row) -> tuple[str, str]:
        return text(row, self._party), fold(_number(row))

    def _label(self, row: Row) -> str:
        party = text(row, f"{self.parties.word}_name") or text(row, self._party)
        return f"{self._pushed.word} {_number(row) or row['record_no']} of {party}"


_VENDOR_CREDITS: Final = (
    *CodedForBill.reads, *VENDORS.reads, "intacct.ap_bill", "intacct.ap_adjustment", "bill.vendor_credit",
)  # fmt: skip


class NegativeBillsIntoBill(CreditsIntoBill):
    """Decides about negative bills, which are vendor credits in BILL (S-VCR-06)."""

    object_name: ClassVar[str] = "bill_vendor_credit"
    reads: ClassVar[tuple[str, ...]] = (*_VENDOR_CREDITS, "intacct.ap_bill_line")
    parties: ClassVar[PartyKind] = VENDORS._replace(document="vendor credit")
    rule: ClassVar[str] = "S-VCR-06"
    day: ClassVar[str] = "bill_date"
    keepers: ClassVar[tuple[str, ...]] = ("intacct.ap_bill", "intacct.ap_adjustment")


class AdjustmentsIntoBill(CreditsIntoBill):
    """Decides about adjustments, which the vendor's sync leaves behind (S-VCR-05): only if a link names them."""

    object_name: ClassVar[str] = "bill_ap_adjustment"
    reads: ClassVar[tuple[str, ...]] = (*_VENDOR_CREDITS, "intacct.ap_adjustment_line")
    parties: ClassVar[PartyKind] = NegativeBillsIntoBill.parties
    rule: ClassVar[str] = "S-VCR-05"
    day: ClassVar[str] = "adjustment_date"
    keepers: ClassVar[tuple[str, ...]] = NegativeBillsIntoBill.keepers


def _number(row: Row) -> str:
    return text(row, "document_no").strip()
