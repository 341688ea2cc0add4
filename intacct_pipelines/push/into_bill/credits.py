"""Credits of Intacct that BILL is to have: posted and fully unused ones, with their coding, and what of them changed.

Intacct keeps what a vendor owes us back as a negative bill or as a negative adjustment; BILL has one object for both.
Credit memos of customers are in ``memos``.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from itertools import zip_longest
from typing import TYPE_CHECKING, ClassVar, Final

from intacct_pipelines.domain.keys import read_source_mark
from intacct_pipelines.domain.money import LARGEST_CARRIED
from intacct_pipelines.domain.names import fold
from intacct_pipelines.domain.push import UNDONE_STATES, Item, Operation, canonical_json, document_state
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.push.bill_words import lines_in_words, mark_in_bill, own_words
from intacct_pipelines.push.changes import changes_of
from intacct_pipelines.push.coded_lines import intacct_line
from intacct_pipelines.push.credit_words import said_of_credit, turned, words_of_credit
from intacct_pipelines.push.into_bill.coded import CodedForBill
from intacct_pipelines.push.into_bill.line_names import LineNames, with_names
from intacct_pipelines.push.into_bill.merging import Shared, edits_to_send
from intacct_pipelines.push.into_bill.parties import VENDORS, PartiesInBill
from intacct_pipelines.push.into_bill.requests import as_it_is, over, told
from intacct_pipelines.push.into_bill.routing import Routing
from intacct_pipelines.push.list_updates import revision_key
from intacct_pipelines.push.planner import Held
from intacct_pipelines.push.sources import text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from intacct_pipelines.domain.push import Fields
    from intacct_pipelines.push.into_bill.parties import PartyKind
    from intacct_pipelines.push.planner import Context, Decision
    from intacct_pipelines.push.sources import Row

_LINES: Final = "lines"
_NAMES: Final = "line_names"


class CreditsIntoBill:
    """Decides about the credits of one table of Intacct; a subclass says which.

    One that is made or changed carries the key of its item in its description.
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
    is_reckoned: ClassVar[bool] = False
    """Whether BILL reckons what lines come to, so that they are agreed on only when both sides are read alike."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._link = context.sources.link
        self._pushed = pushed = PUSHED[self.object_name]
        sources = context.sources
        self._rows = sources.by(pushed.source.qualified_name)
        self._lines = sources.lines(pushed.source_lines[0].qualified_name)
        self._twins = sources.twins(self.object_name)
        (self._line_table,) = (one for one in pushed.target_lines if one.name == f"{pushed.target.name}_line")
        self._twin_lines = sources.lines(self._line_table.qualified_name)
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

    def in_words(self, rows: Iterable[Row]) -> str:
        """Return Intacct's lines, with BILL's sign, as one text."""
        return lines_in_words(intacct_line(row).coding for row in rows)

    def bills_words(self, twin: Row, rows: Sequence[Row]) -> str:  # noqa: ARG002  # credit memos have a tax besides
        """Return the same of BILL's lines."""
        return lines_in_words(map(self._coded.back, rows))

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

    def pairs(self) -> Iterator[tuple[Row, Row]]:
        """Yield Intacct's credits that BILL has, each with BILL's."""
        for row in self.rows():
            if (twin := self._twins.get(row["record_no"])) is not None:
                yield row, twin

    def all_shared(self, row: Row, twin: Row) -> Iterator[Shared]:
        """Yield every field that both sides hold, in Intacct's words."""
        lines, present = self._lines.get(row["record_no"], []), self._twin_lines.get(twin["id"], [])
        said = said_of_credit(twin, self._party, self._parties.intacct_id(text(twin, self._party)))
        theirs = {**said, _LINES: self.bills_words(twin, present), _NAMES: self._names.bills_words(present)}
        for column, ours in {**self._words(row), _NAMES: self._names.in_words(lines)}.items():
            yield Shared(column, ours, theirs[column])

    def decide(self, row: Row) -> Decision:
        """Return what is to be done with a credit of Intacct; None if it stays, or BILL has it as it should."""
        twin = self._twins.get(row["record_no"])
        if not self._travels(row) or (twin is None and self._routing.is_elsewhere(row)):
            return None
        try:
            return self._create(row) if twin is None else self._mend(row, twin)
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
        self._check_new(row)
        party_id = self._parties.id_in_bill(text(row, self._party), text(row, "currency"))
        self._check_copies(row, party_id, "")
        content: Fields = {**self._header(row, party_id), self._line_table.embedded_in: self._coded_lines(row)}
        words = text(row, "description")
        item = self._item(row, Operation.CREATE, content, canonical_json(content) + words, words)
        return replace(item, natural_key=self._named(party_id, _number(row)), agrees=self._to_agree(self._words(row)))

    def _item(self, row: Row, operation: Operation, content: Fields, seed: str, words: str) -> Item:
        key = str(row["record_no"])
        item_key = revision_key(self._context, self.object_name, key, operation, seed, system="intacct")
        return Item(
            key=item_key,
            object_name=self.object_name,
            operation=operation,
            source_id=key,
            natural_key={},
            payload={**content, "description": mark_in_bill(int(key), item_key, words)},
            source_revision=self._context.revisions.get((self.object_name, key), ""),
            amount=-row["trx_total_entered"],
            currency=text(row, "currency"),
            label=self._label(row),
            warnings=(*self.warnings(row), *self._names.not_carried(self._lines.get(row["record_no"], []))),
        )

    def _named(self, party_id: str, number: str) -> dict[str, str]:
        return {self._pushed.field(self._party): party_id, self._pushed.field("reference_no"): number}

    def _header(self, row: Row, party_id: str) -> Fields:
        return {**self._named(party_id, _number(row)), self._pushed.field("credit_date"): text(row, self.day)}

    def _words(self, row: Row) -> dict[str, str]:
        lines = turned(self._lines.get(row["record_no"], []))
        return {**words_of_credit(row, self._party, self.day), _LINES: self.in_words(lines)}

    def _to_agree(self, words: Mapping[str, str]) -> dict[str, str]:
        """Return what both sides say once it is sent."""
        left = {_LINES, _NAMES} if self.is_reckoned else set()
        return {column: value for column, value in words.items() if value and column not in left}

    def _coded_lines(self, row: Row) -> list[Fields]:
        rows = self._lines.get(row["record_no"], [])
        if any(one["trx_amount"] >= 0 for one in rows):
            reason = "not all its lines are negative, and BILL takes lines of one sign only"
            raise Held("mixed_signs", self.rule, reason, "Split it in Intacct, or enter it in BILL by hand.")
        total, currency = -row["trx_total_entered"], text(row, "currency")
        lines = self._coded.translate(turned(rows), total, currency, self._pushed.word)
        named = with_names(lines, [self._names.of_line(at, one) for at, one in enumerate(rows, start=1)])
        return [self.line(one) for one in named]

    def _check_source(self, row: Row) -> None:
        key, lines = str(row["record_no"]), self._lines.get(row["record_no"], [])
        source, of_lines = self._pushed.source, self._pushed.source_lines[0]
        names = [(source, key), *((of_lines, str(line["record_no"])) for line in lines)]
        if any((table.qualified_name, name) in self._context.quarantined for table, name in names):
            reason = "a newer copy of it is in quarantine"
            raise Held("quarantined", "S-ERR-41", reason, "Correct in Intacct what the quarantine names, then sync.")
        if not _number(row):
            reason = "it has no number, without which it could not be looked up"
            raise Held("missing_field", "S-IDM-03", reason, "Give it a number in Intacct.")

    def _check_new(self, row: Row) -> None:
        if (self.object_name, str(row["record_no"])) in self._context.posted:
            reason = "it was created in BILL before and is not its pair any more"
            raise Held("deleted_in_bill", "S-IDM-06", reason, "Pair it by hand with the credit that took its place.")
        if (mark := read_source_mark(text(row, "description"))) is not None:
            reason = f"it came from BILL's {self._pushed.word} {mark[1]}, which is not its pair any more"
            raise Held("came_from_bill", "S-SCH-05", reason, "Pair the two with `map`, or make the one in BILL anew.")

    def _check_copies(self, row: Row, party_id: str, own: str) -> None:
        word, owner, number = self._pushed.word, self.parties.word, _number(row)
        if taken := [one for one in self._taken[party_id, fold(number)] if one != own]:
            reason = f"BILL has {word} {number} of this {owner} already, as {', '.join(taken)}, and it is not its pair"
            remedy = "Confirm the pair with `map`, or correct the number on the wrong side."
            raise Held("duplicate", "S-IDM-04", reason, remedy)
        if self._entered[self._name(row)] > 1:
            reason = f"Intacct has {number} of this {owner} several times as a credit"
            raise Held("duplicate", "S-IDM-04", reason, "Reverse the copy in Intacct, or correct its number.")

    # --- changing -------------------------------------------------------------------------------------------------

    def check_twin(self, twin: Row) -> None:
        """Refuse to change a credit of BILL that is not free any more.

        Raises:
            Held: It is used or archived, or a newer copy of it could not be read.
        """
        word, rule = self._pushed.word, self._pushed.left_alone.settled
        if twin.get("is_archived"):
            reason = "it is archived in BILL, and was edited in Intacct since both agreed"
            raise Held("archived", rule, reason, "Undo the edit in Intacct, or reverse it there.")
        if text(twin, "status") not in {"", "NOT_APPLIED"} or twin.get("applied_amount"):
            reason = f"it is {text(twin, 'status') or 'used'} in BILL, where only an unused {word} is edited"
            raise Held("record_locked", rule, reason, f"Undo the edit in Intacct, or correct it by another {word}.")
        if (self._pushed.target.qualified_name, twin["id"]) in self._context.quarantined:
            reason = f"a newer copy of BILL's {word} is in quarantine"
            raise Held("quarantined", "S-ERR-41", reason, "Correct in BILL what the quarantine names, then sync.")

    def _mend(self, row: Row, twin: Row) -> Item | None:
        """Return the update of what only Intacct changed since both sides agreed; what they never agreed on stays."""
        self._routing.check_pair(row, twin)
        known, changes = edits_to_send(self._context, self._pushed, (row, twin), self.all_shared(row, twin))
        if not changes:
            return None
        self._check_source(row)
        self.check_twin(twin)
        party_id = self._parties.id_in_bill(text(row, self._party), text(row, "currency"))
        self._check_copies(row, party_id, twin["id"])
        content = self._changed(row, twin, party_id, changes.keys())
        pushed = self._pushed
        state = document_state(told(twin.get(column)) for column in (*pushed.natural_key, *pushed.looked_up))
        # An update starts from a certain state of its target: the way back and forth again is another operation.
        seed = canonical_json(content) + state
        item = self._item(row, Operation.UPDATE, content, seed, own_words(text(twin, "description")))
        shown = ((one.column.replace("_", " "), one.theirs, one.ours) for one in known if one.column in changes)
        return replace(
            item,
            natural_key=self._named(text(twin, self._party), text(twin, "reference_no")),
            target_id=twin["id"],
            target_revision=state,
            changes=changes_of(*shown),
            agrees=self._to_agree(changes),
        )

    def _changed(self, row: Row, twin: Row, party_id: str, columns: Collection[str]) -> Fields:
        """Return what BILL's PATCH takes, the lines; or the whole, with what Intacct did not change as BILL has it."""
        place, present = self._line_table.embedded_in, self._twin_lines.get(twin["id"], [])
        lines = there = [as_it_is(self._line_table, line) for line in present]
        if {_LINES, _NAMES} & {*columns}:
            coded, rule = self._coded_lines(row), self._pushed.left_alone.settled
            changed = self._coded.in_places(
                present, coded, self._names, has_changed=_NAMES in columns, rule=rule, document=self._pushed.word
            )
            lines = [over(old, line) if old else line for old, line in zip_longest(there, changed)]
        if {*columns} <= {_LINES, _NAMES}:
            return {place: lines}
        ours, theirs = self._header(row, party_id), as_it_is(self._pushed.target, twin)
        kept = {
            field: value if column in columns else theirs.get(field, "")
            for column in (self._party, "reference_no", "credit_date")
            for field, value in [(self._pushed.field(column), ours[self._pushed.field(column)])]
        }
        return {**kept, place: lines}

    def _name(self, row: Row) -> tuple[str, str]:
        return text(row, self._party), fold(_number(row))

    def _label(self, row: Row) -> str:
        party = text(row, f"{self.parties.word}_name") or text(row, self._party)
        return f"{self._pushed.word} {_number(row) or row['record_no']} of {party}"


_VENDOR_CREDITS: Final = (
    *CodedForBill.reads, *VENDORS.reads, "intacct.ap_bill", "intacct.ap_adjustment", "bill.vendor_credit",
    "bill.vendor_credit_line",
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
