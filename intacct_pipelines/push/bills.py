"""Bills: which of BILL's are created or mended in Intacct, with what content, and which wait and why."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Final

from intacct_pipelines.domain.money import LARGEST_CARRIED
from intacct_pipelines.domain.push import Item, Operation
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.push.account_labels import AccountLabels
from intacct_pipelines.push.bill_fields import bill_fields, check_positive, dating_warnings
from intacct_pipelines.push.bill_reclassifications import BillReclassifications
from intacct_pipelines.push.bill_reversals import BillReversals
from intacct_pipelines.push.bill_words import check_not_of_intacct, lines_in_words, words_of
from intacct_pipelines.push.both_sides import both_sides
from intacct_pipelines.push.changes import changes_of, line_changes
from intacct_pipelines.push.coded_lines import (
    PAYABLE,
    CodedLines,
    Party,
    filled_warnings,
    intacct_line,
    ledger_effect,
)
from intacct_pipelines.push.documents import (
    Copies,
    allowed_currency,
    check_changeable,
    check_not_posted,
    check_readable,
    closed_for,
    document_number,
    hold_of,
    is_out_of_use,
    is_settled,
    key_of,
    located,
    marked_text,
    posting_day,
    stored_revision,
)
from intacct_pipelines.push.form_1099 import Forms1099, form_warnings
from intacct_pipelines.push.planner import Held
from intacct_pipelines.push.sources import text
from intacct_pipelines.push.vendors import VendorTarget, vendor_of, vendor_targets

if TYPE_CHECKING:
    from datetime import date

    from intacct_pipelines.domain.push import Fields
    from intacct_pipelines.push.both_sides import BothSides
    from intacct_pipelines.push.coded_lines import Line
    from intacct_pipelines.push.planner import Context, Decision
    from intacct_pipelines.push.sources import Row

PO_NUMBER_LENGTH: Final = 100
_PUSHED: Final = PUSHED["ap_bill"]


class BillPlanner:
    """Decides about the bills of one link."""

    object_name: ClassVar[str] = "ap_bill"
    reads: ClassVar[tuple[str, ...]] = (
        *CodedLines.reads, "intacct.vendor", "intacct.ap_bill", "intacct.ap_bill_line", "bill.vendor", "bill.ap_bill",
        "bill.ap_bill_line", *BillReversals.reads,
    )  # fmt: skip

    def __init__(self, context: Context) -> None:
        sources = context.sources
        self._context = context
        self._sources = sources
        self._link = sources.link
        self._bills = sorted(sources.live("bill.ap_bill"), key=lambda row: (row["bill_date"], row["id"]))
        self._source_lines = sources.lines("bill.ap_bill_line")
        self._target_lines = sources.lines("intacct.ap_bill_line")
        self._vendors = vendor_targets(context)
        self._coded = CodedLines(sources)
        self._reversals = BillReversals(context)
        self._reclassifications = BillReclassifications(context)
        self._labels = AccountLabels(sources, "intacct.ap_account_label", is_used=self._link.payables.account_labels)
        self._forms = Forms1099(sources)
        self._copies = Copies(context, _PUSHED, party="vendor_id", number="document_no")

    def rows(self) -> list[Row]:
        """Return BILL's bills by date."""
        return self._bills

    def is_shown(self, decision: Decision) -> bool:
        """Return True for all that is decided: every bill is waited for."""
        return decision is not None

    def decide(self, bill: Row) -> Decision:
        """Return what is to be done with a bill of BILL; None if it stands in Intacct as it should."""
        paired = self._sources.pairs("ap_bill").get(bill["id"])
        try:
            if paired is None:
                self._check_source(bill)
                return self._create(bill)
            if self._reversals.is_due(bill, paired):
                return self._reversals.item(bill, paired, _label(bill))
            return self._mend(bill, paired)
        except Held as held:
            return hold_of("ap_bill", bill, _label(bill), held)

    def _check_source(self, bill: Row) -> None:
        """Refuse what BILL itself says is not ready, and what is known to be out of date."""
        check_readable(self._context, _PUSHED, bill)
        if is_out_of_use(bill):
            raise Held("archived", "S-BIL-03", "it is archived or a draft in BILL", "Restore or finish it in BILL.")
        check_positive(bill)
        if self._link.approved_only and text(bill, "approval_status") != "APPROVED":
            reason = f"BILL says {text(bill, 'approval_status') or 'nothing'}, not APPROVED"
            raise Held("not_approved", "S-APR-02", reason, "Approve it in BILL.")

    def _create(self, bill: Row) -> Item:
        check_not_posted(self._context, _PUSHED, bill)
        check_not_of_intacct(bill, "bill")
        vendor = self._vendor(bill)
        number = document_number(text(bill, "document_no"))
        self._copies.check(bill, vendor.vendor_id, number, None)
        return self._item(bill, vendor, number, self._sent_lines(bill, vendor), None)

    def _mend(self, bill: Row, paired: Row) -> Item | None:
        """Return the update of the Intacct bill, or its reclassification if it is paid; None if nothing differs."""
        changes = self._changes(bill, paired)
        if not changes or (not is_settled(paired) and self._both(bill, paired).is_for_bill):
            return None
        self._check_source(bill)
        self._check_target(bill, paired, changes)
        vendor, number = self._vendor(bill), document_number(text(bill, "document_no"))
        self._copies.check(bill, vendor.vendor_id, number, paired)
        lines = self._sent_lines(bill, vendor)
        if is_settled(paired):
            agrees = _to_agree(bill, vendor.vendor_id, lines)
            return self._reclassifications.item(bill, paired, lines, label=_label(bill), agrees=agrees)
        return self._item(bill, vendor, number, lines, paired)

    def _changes(self, bill: Row, paired: Row) -> list[str]:
        """Return the names of what differs; what cannot be translated differs too, and is refused later."""
        vendor = self._vendors.get(bill["vendor_id"])
        differs = {
            "vendor": not isinstance(vendor, VendorTarget) or vendor.vendor_id != paired["vendor_id"],
            "number": text(bill, "document_no") != text(paired, "document_no"),
            "date": bill["bill_date"] != paired["bill_date"],
            "due date": bill.get("due_date") is not None and bill["due_date"] != paired.get("due_date"),
            "amount": bill["amount"] != paired["trx_total_entered"],
            "currency": text(bill, "currency") != text(paired, "currency"),
            "lines": not self._same_lines(bill, paired),
        }
        return [name for name, is_different in differs.items() if is_different]

    def _same_lines(self, bill: Row, paired: Row) -> bool:
        try:
            wanted = [line.coding for line in self._lines(bill)]
        except Held:
            return False
        present = [intacct_line(row).coding for row in self._target_lines.get(paired["record_no"], [])]
        return sorted(wanted) == sorted(present)

    def _check_target(self, bill: Row, paired: Row, changes: list[str]) -> None:
        """Refuse an edit that Intacct forbids or that would overwrite a person's work."""
        check_changeable(self._context, _PUSHED, paired)
        if text(bill, "currency") != text(paired, "currency"):
            reason = f"it is in {text(bill, 'currency')}, Intacct's bill in {text(paired, 'currency')}"
            raise Held("currency", "S-CUR-01", reason, "Reverse Intacct's bill with a date you choose, then plan.")
        if text(paired, "module_key").startswith("9."):
            reason = "it was born from a purchase order in Intacct"
            raise Held("source_locked", "S-PUR-05", reason, "Undo the edit in BILL; change the order in Intacct.")
        if is_settled(paired):
            self._reclassifications.check(bill, paired, changes)
        posted_on = paired.get("gl_posting_date") or paired["bill_date"]
        closed = closed_for(self._context, located(self._target_lines.get(paired["record_no"], [])))
        if closed is not None and posted_on <= closed.through:
            reason = f"it stands in the ledger on {posted_on}, which is closed through {closed}"
            raise Held("period_closed", "S-BIL-09", reason, "Open the period, or correct it in an open one.")
        # A paid bill is none that travels into BILL.
        self._both(bill, paired).check(bill, paired, rule="S-BIL-11", is_carried=not is_settled(paired))

    def _both(self, bill: Row, paired: Row) -> BothSides:
        vendor = self._vendors.get(bill["vendor_id"])
        try:
            lines = lines_in_words(line.coding for line in self._lines(bill))
        except Held:
            lines = ""
        theirs = _said(bill, vendor.vendor_id if isinstance(vendor, VendorTarget) else "")
        ours = words_of(paired, self._target_lines.get(paired["record_no"], []))
        return both_sides(self._context, _PUSHED, (bill, paired), ours=ours, theirs={**theirs, "lines": lines})

    def _vendor(self, bill: Row) -> VendorTarget:
        return vendor_of(self._vendors, self._link, bill["vendor_id"], "bill")

    def _lines(self, bill: Row) -> list[Line]:
        rows = self._source_lines.get(bill["id"], [])
        return self._coded.translate(rows, bill["amount"], allowed_currency(self._context, bill), "bill")

    def _sent_lines(self, bill: Row, vendor: VendorTarget) -> list[Line]:
        lines = self._coded.of_party(self._lines(bill), Party("vendor", vendor.vendor_id))
        return self._forms.told(self._labels.named(lines), bill["vendor_id"])

    def _item(self, bill: Row, vendor: VendorTarget, number: str, lines: list[Line], paired: Row | None) -> Item:
        currency = allowed_currency(self._context, bill)
        old = [] if paired is None else [intacct_line(row) for row in self._target_lines.get(paired["record_no"], [])]
        places = [line.location_id for line in (*old, *lines)]
        posting_date = posting_day(self._context, bill["bill_date"], places)
        operation = Operation.CREATE if paired is None else Operation.UPDATE
        content = self._content(bill, vendor, number, lines, posting_date=posting_date, paired=paired)
        # An update starts from a certain state of its target: the way back and forth again is another operation.
        target_revision = "" if paired is None else stored_revision("ap_bill", paired)
        start = target_revision + str(paired and paired.get("modified_at"))
        key = key_of(self._link, "ap_bill", bill, operation, content, start)
        description = marked_text(bill["id"], key, text(bill, "description"))
        effect = [*ledger_effect(old, currency, -1, PAYABLE), *ledger_effect(lines, currency, 1, PAYABLE)]
        item = Item(
            key=key,
            object_name="ap_bill",
            operation=operation,
            source_id=bill["id"],
            natural_key={"VENDORID": vendor.vendor_id, "RECORDID": number},
            payload={**content, "DESCRIPTION": description},
            source_revision=self._context.revisions.get(("ap_bill", bill["id"]), ""),
            target_id=None if paired is None else str(paired["record_no"]),
            target_revision=target_revision,
            amount=bill["amount"],
            currency=currency,
            ledger_effect=tuple(effect),
            depends_on=() if vendor.parent is None else (vendor.parent,),
            label=_label(bill),
            warnings=self._warnings(bill, posting_date, lines),
            agrees=_to_agree(bill, vendor.vendor_id, lines),
        )
        if paired is None:
            return item
        changes = changes_of(
            ("vendor", paired["vendor_id"], vendor.vendor_id),
            ("number", paired["document_no"], number),
            ("date", paired["bill_date"], bill["bill_date"]),
            ("date in the ledger", paired.get("gl_posting_date"), posting_date),
            ("due date", paired.get("due_date"), bill.get("due_date") or bill["bill_date"]),
            ("amount", paired["trx_total_entered"], bill["amount"]),
            ("description", text(paired, "description"), description),
        )
        return replace(item, changes=(*changes, *line_changes(old, lines)))

    def _content(
        self,
        bill: Row,
        vendor: VendorTarget,
        number: str,
        lines: list[Line],
        *,
        posting_date: date,
        paired: Row | None,
    ) -> Fields:
        return bill_fields(
            vendor_id=vendor.vendor_id,
            number=number,
            dated=bill["bill_date"],
            posted_on=posting_date,
            due_on=bill.get("due_date"),
            currency=text(bill, "currency"),
            base=self._sources.base_currency,
            lines=lines,
            words=text(bill, "description"),
            purchase_order_no=text(bill, "purchase_order_no"),
            record_no=None if paired is None else int(paired["record_no"]),
        )

    def _warnings(self, bill: Row, posting_date: date, lines: list[Line]) -> tuple[str, ...]:
        warnings = filled_warnings(lines) + form_warnings(lines) + dating_warnings(bill["bill_date"], posting_date)
        if abs(bill["amount"]) > LARGEST_CARRIED:
            warnings.append("over 10 million: the vendor's own sync would write 0, this is the true amount [S-BIL-07]")
        if len(text(bill, "purchase_order_no")) > PO_NUMBER_LENGTH:
            warnings.append("its purchase order number has over 100 characters [S-PUR-06]")
        return tuple(warnings)


def _said(bill: Row, vendor_id: str) -> dict[str, str]:
    """Return what BILL says of a bill beside its lines, in shared words."""
    return {
        "vendor_id": vendor_id,
        "document_no": text(bill, "document_no").strip(),
        "bill_date": text(bill, "bill_date"),
        "due_date": text(bill, "due_date") or text(bill, "bill_date"),
    }


def _to_agree(bill: Row, vendor_id: str, lines: list[Line]) -> dict[str, str]:
    """Return what both sides say of a bill once it is written; BILL's lines lack what only an account required."""
    said = _said(bill, vendor_id)
    if any(line.filled for line in lines):
        return said
    return said | {"lines": lines_in_words(line.coding for line in lines)}


def _label(bill: Row) -> str:
    return f"bill {text(bill, 'document_no') or bill['id']} of {text(bill, 'vendor_name') or bill['vendor_id']}"
