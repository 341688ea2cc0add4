"""Bills of Intacct that BILL is to have: fully unpaid ones, with their coding, and what of them changed since."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Final

from intacct_pipelines.domain.keys import read_source_mark
from intacct_pipelines.domain.money import LARGEST_CARRIED
from intacct_pipelines.domain.names import fold
from intacct_pipelines.domain.push import UNDONE_STATES, Item, Operation, canonical_json, document_state
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.push.bill_words import (
    is_from_order,
    lines_in_words,
    mark_in_bill,
    order_number,
    own_words,
    words_of,
)
from intacct_pipelines.push.changes import changes_of
from intacct_pipelines.push.into_bill.coded import CodedForBill
from intacct_pipelines.push.into_bill.line_names import LineNames, with_names
from intacct_pipelines.push.into_bill.merging import Shared, edits_to_send
from intacct_pipelines.push.into_bill.parties import VENDORS, PartiesInBill
from intacct_pipelines.push.into_bill.requests import told
from intacct_pipelines.push.into_bill.routing import Routing
from intacct_pipelines.push.list_updates import revision_key
from intacct_pipelines.push.planner import Held
from intacct_pipelines.push.sources import text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from intacct_pipelines.domain.push import Fields
    from intacct_pipelines.push.planner import Context, Decision
    from intacct_pipelines.push.sources import Row

_PUSHED: Final = PUSHED["bill_ap_bill"]
_NAMES: Final = "line_names"
_ORDER_NUMBER_LENGTH: Final = 100


class BillsIntoBill:
    """Decides about the bills of one link's way into BILL (S-BIL-01).

    A new one carries the key of its item in its description: BILL keeps no invoice number from being used twice.
    """

    object_name: ClassVar[str] = "bill_ap_bill"
    reads: ClassVar[tuple[str, ...]] = (
        *CodedForBill.reads, *VENDORS.reads, "intacct.ap_bill", "intacct.ap_bill_line", "bill.ap_bill",
        "bill.ap_bill_line",
    )  # fmt: skip

    def __init__(self, context: Context) -> None:
        self._context = context
        self._sources = sources = context.sources
        self._link = sources.link
        self._rows = sources.by("intacct.ap_bill")
        self._lines = sources.lines("intacct.ap_bill_line")
        self._twins = sources.twins(self.object_name)
        self._twin_lines = sources.lines("bill.ap_bill_line")
        self._vendors = PartiesInBill(context, VENDORS)
        self._coded = CodedForBill(sources)
        self._names = LineNames(context, _PUSHED)
        self._routing = Routing(context, _PUSHED)
        self._taken: dict[tuple[str, str], list[str]] = defaultdict(list)
        for row in sources.live("bill.ap_bill"):
            if not row.get("is_archived"):
                self._taken[row["vendor_id"], fold(text(row, "document_no"))].append(row["id"])
        self._entered = Counter(_name(row) for row in self._rows.values() if text(row, "state") not in UNDONE_STATES)

    def rows(self) -> list[Row]:
        """Return Intacct's bills by date."""
        return sorted(self._rows.values(), key=lambda row: (row["bill_date"], row["record_no"]))

    def is_shown(self, decision: Decision) -> bool:
        """Show what is decided."""
        return decision is not None

    def pairs(self) -> Iterator[tuple[Row, Row]]:
        """Yield Intacct's bills that BILL has, each with BILL's."""
        for number, twin in self._twins.items():
            if number in self._rows:
                yield self._rows[number], twin

    def all_shared(self, row: Row, twin: Row) -> Iterator[Shared]:
        """Yield every field that both sides hold, in Intacct's words."""
        theirs = {
            "vendor_id": self._vendors.intacct_id(text(twin, "vendor_id")),
            "lines": lines_in_words(self._coded.back(line) for line in self._twin_lines.get(twin["id"], [])),
            _NAMES: self._names.bills_words(self._twin_lines.get(twin["id"], [])),
        }
        lines = self._lines.get(row["record_no"], [])
        for column, ours in {**words_of(row, lines), _NAMES: self._names.in_words(lines)}.items():
            yield Shared(column, ours, theirs.get(column, text(twin, column).strip()))

    def decide(self, row: Row) -> Decision:
        """Return what is to be done with a bill of Intacct; None if it does not travel, or BILL has it as it should."""
        twin = self._twins.get(row["record_no"])
        if not self._travels(row) or (twin is None and self._routing.is_elsewhere(row)):
            return None
        try:
            return self._create(row) if twin is None else self._mend(row, twin)
        except Held as held:
            amount, currency = row["trx_total_entered"], text(row, "currency")
            return held.hold(self.object_name, str(row["record_no"]), _label(row), amount, currency)

    def left(self) -> Iterator[tuple[Row, str]]:
        """Yield the documents that are left to other accounts, each with the name of its own."""
        found = (row for row in self.rows() if row["record_no"] not in self._twins and self._travels(row))
        yield from self._routing.left(found)

    def _travels(self, row: Row) -> bool:
        """Return whether BILL is expected to have a bill.

        It is posted and nothing of it is paid (S-BIL-01), of the link's own level (S-CFG-11), no credit (S-VCR-06), and
        of no platform, which would pay it a second time; transactions of some links go one way only (S-CFG-10).
        """
        mark = read_source_mark(text(row, "description"))
        return (
            not self._link.one_way
            and text(row, "state") == "Posted"
            and not row.get("trx_total_paid")
            and row["trx_total_entered"] >= 0
            and text(row, "owner_entity_id") == self._link.entity.entity_id
            and (mark is None or mark[0] == "bill")
        )

    # --- creating -------------------------------------------------------------------------------------------------

    def _create(self, row: Row) -> Item:
        self._routing.check(row)
        self._check_source(row)
        self._check_new(row)
        vendor_id = self._vendors.id_in_bill(text(row, "vendor_id"), text(row, "currency"))
        number = text(row, "document_no").strip()
        self._check_copies(row, vendor_id, number, "")
        content: Fields = {
            "vendorId": vendor_id,
            "invoice": {"invoiceNumber": number, "invoiceDate": text(row, "bill_date")},
            "dueDate": _due(row),
        }
        if order := order_number(row):
            content["purchaseOrderNumber"] = order
        content["billLineItems"] = [*self._coded_lines(row)]
        seed = canonical_json(content) + text(row, "description")
        item = self._item(row, Operation.CREATE, content, seed, text(row, "description"))
        words = words_of(row, self._lines.get(row["record_no"], []))
        agrees = {column: value for column, value in words.items() if value}
        return replace(item, natural_key={"vendorId": vendor_id, "invoice.invoiceNumber": number}, agrees=agrees)

    def _coded_lines(self, row: Row) -> list[Fields]:
        lines = self._lines.get(row["record_no"], [])
        coded = self._coded.translate(lines, row["trx_total_entered"], text(row, "currency"), "bill")
        return with_names(coded, [self._names.of_line(at, line) for at, line in enumerate(lines, start=1)])

    def _item(self, row: Row, operation: Operation, content: Fields, seed: str, words: str) -> Item:
        source_id = str(row["record_no"])
        key = revision_key(self._context, self.object_name, source_id, operation, seed, system="intacct")
        return Item(
            key=key,
            object_name=self.object_name,
            operation=operation,
            source_id=source_id,
            natural_key={},
            payload={**content, "description": mark_in_bill(int(source_id), key, words)},
            source_revision=self._context.revisions.get((self.object_name, source_id), ""),
            amount=row["trx_total_entered"],
            currency=text(row, "currency"),
            label=_label(row),
            warnings=(*_warnings(row), *self._names.not_carried(self._lines.get(row["record_no"], []))),
        )

    def _check_source(self, row: Row) -> None:
        key, lines = str(row["record_no"]), self._lines.get(row["record_no"], [])
        names = [("intacct.ap_bill", key), *(("intacct.ap_bill_line", str(line["record_no"])) for line in lines)]
        if any(name in self._context.quarantined for name in names):
            reason = "a newer copy of it is in quarantine"
            raise Held("quarantined", "S-ERR-41", reason, "Correct in Intacct what the quarantine names, then sync.")
        if len(order_number(row)) > _ORDER_NUMBER_LENGTH:
            reason = f"its order's number has more than {_ORDER_NUMBER_LENGTH} characters, which BILL refuses"
            raise Held("field_length", "S-PUR-06", reason, "Shorten the bill's reference number in Intacct.")
        if row["trx_total_entered"] == 0:
            raise Held("not_positive", "S-BIL-07", "its amount is zero", "Reverse it in Intacct if it is not needed.")
        if not text(row, "document_no").strip():
            reason = "it has no number, without which it could not be looked up"
            raise Held("missing_field", "S-IDM-03", reason, "Give it a number in Intacct.")

    def _check_new(self, row: Row) -> None:
        if (self.object_name, str(row["record_no"])) in self._context.posted:
            reason = "it was created in BILL before and is not its pair any more"
            raise Held("deleted_in_bill", "S-IDM-06", reason, "Pair it by hand with the bill that took its place.")
        if (mark := read_source_mark(text(row, "description"))) is not None:
            reason = f"it came from BILL's bill {mark[1]}, which is not its pair any more"
            raise Held("came_from_bill", "S-SCH-05", reason, "Pair the two with `map`, or restore the bill in BILL.")

    def _check_copies(self, row: Row, vendor_id: str, number: str, own: str) -> None:
        if taken := [one for one in self._taken[vendor_id, fold(number)] if one != own]:
            reason = f"BILL has bill {number} of this vendor already, as {', '.join(taken)}, and it is not its pair"
            remedy = "Confirm the pair with `map`, or correct the number on the wrong side."
            raise Held("duplicate", "S-IDM-04", reason, remedy)
        if self._entered[_name(row)] > 1:
            reason = f"Intacct has several bills {number} of this vendor"
            raise Held("duplicate", "S-IDM-04", reason, "Reverse the copy in Intacct, or correct its number.")

    # --- changing -------------------------------------------------------------------------------------------------

    def _mend(self, row: Row, twin: Row) -> Item | None:
        """Return the update of what only Intacct changed since both sides agreed; what they never agreed on stays."""
        self._routing.check_pair(row, twin)
        known, changes = edits_to_send(self._context, _PUSHED, (row, twin), self.all_shared(row, twin))
        if not changes or twin.get("is_archived"):
            return None
        self._check_source(row)
        self._check_twin(twin)
        vendor_id = self._vendors.id_in_bill(text(row, "vendor_id"), text(row, "currency"))
        number = text(row, "document_no").strip()
        self._check_copies(row, vendor_id, number, twin["id"])
        content = self._changed(row, twin, vendor_id, changes.keys())
        state = document_state(told(twin.get(column)) for column in (*_PUSHED.natural_key, *_PUSHED.looked_up))
        # An update starts from a certain state of its target: the way back and forth again is another operation.
        seed = canonical_json(content) + state + str(twin.get("modified_at"))
        item = self._item(row, Operation.UPDATE, content, seed, own_words(text(twin, "description")))
        shown = ((one.column.replace("_", " "), one.theirs, one.ours) for one in known if one.column in changes)
        return replace(
            item,
            natural_key={"vendorId": text(twin, "vendor_id"), "invoice.invoiceNumber": text(twin, "document_no")},
            target_id=twin["id"],
            target_revision=state,
            changes=changes_of(*shown),
            agrees=changes,
        )

    def _check_twin(self, twin: Row) -> None:
        if text(twin, "payment_status") != "UNPAID" or twin.get("scheduled_amount"):
            reason = f"it is {text(twin, 'payment_status') or 'paid'} in BILL, where only an unpaid bill is edited"
            raise Held("record_locked", "S-BIL-09", reason, "Undo the edit in Intacct, or correct it by another bill.")
        if text(twin, "approval_status") in {"APPROVED", "APPROVING"}:
            reason = "it was edited in Intacct after its approval in BILL"
            raise Held("approved_in_bill", "S-BIL-11", reason, "Withdraw the approval in BILL, or undo the edit.")
        if (_PUSHED.target.qualified_name, twin["id"]) in self._context.quarantined:
            reason = "a newer copy of BILL's bill is in quarantine"
            raise Held("quarantined", "S-ERR-41", reason, "Correct in BILL what the quarantine names, then sync.")

    def _changed(self, row: Row, twin: Row, vendor_id: str, columns: Collection[str]) -> Fields:
        content: Fields = {}
        if "vendor_id" in columns:
            content["vendorId"] = vendor_id
        if {"document_no", "bill_date"} & {*columns}:
            # Whether BILL keeps one of the two when only the other comes is not documented.
            number = text(row, "document_no").strip()
            content["invoice"] = {"invoiceNumber": number, "invoiceDate": text(row, "bill_date")}
        if "due_date" in columns:
            content["dueDate"] = _due(row)
        if "purchase_order_no" in columns:
            content["purchaseOrderNumber"] = order_number(row)
        if {"lines", _NAMES} & {*columns}:
            content["billLineItems"] = self._lines_in_place(row, twin, has_changed=_NAMES in columns)
        return content

    def _lines_in_place(self, row: Row, twin: Row, *, has_changed: bool) -> list[Fields]:
        present, lines = self._twin_lines.get(twin["id"], []), self._coded_lines(row)
        return self._coded.in_places(
            present, lines, self._names, has_changed=has_changed, rule="S-BIL-09", document="bill"
        )


def _due(row: Row) -> str:
    return text(row, "due_date") or text(row, "bill_date")


def _name(row: Row) -> tuple[str, str]:
    return text(row, "vendor_id"), fold(text(row, "document_no"))


def _label(row: Row) -> str:
    return f"bill {text(row, 'document_no') or row['record_no']} of {text(row, 'vendor_name') or row['vendor_id']}"


def _warnings(row: Row) -> tuple[str, ...]:
    warnings = []
    if row["trx_total_entered"] > LARGEST_CARRIED:
        warnings.append("over 10 million: the vendor's own sync would bring it back to Intacct as 0 [S-BIL-07]")
    if is_from_order(row) and not order_number(row):
        warnings.append("it comes from a purchase order, whose number its reference number does not tell [S-PUR-04]")
    return tuple(warnings)
