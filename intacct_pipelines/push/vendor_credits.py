"""Vendor credits: which of BILL's are created or mended in Intacct, as adjustments that reduce what is owed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Final

from intacct_pipelines.clients.intacct.functions import date_parts
from intacct_pipelines.domain.money import LARGEST_CARRIED
from intacct_pipelines.domain.names import fold
from intacct_pipelines.domain.push import UNDONE_STATES, Item, Operation
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.push.account_labels import AccountLabels
from intacct_pipelines.push.bill_words import check_not_of_intacct, lines_in_words
from intacct_pipelines.push.coded_lines import (
    PAYABLE,
    CodedLines,
    Party,
    filled_warnings,
    intacct_line,
    ledger_effect,
    line_arguments,
)
from intacct_pipelines.push.credit_edits import CreditEdits
from intacct_pipelines.push.credit_words import said_of_credit, turned, words_of_credit
from intacct_pipelines.push.documents import (
    Copies,
    allowed_currency,
    check_not_posted,
    check_readable,
    document_number,
    hold_of,
    is_out_of_use,
    key_of,
    marked_text,
    posting_day,
    stored_revision,
)
from intacct_pipelines.push.planner import Held
from intacct_pipelines.push.sources import text
from intacct_pipelines.push.vendors import VendorTarget, vendor_of, vendor_targets

if TYPE_CHECKING:
    from datetime import date

    from intacct_pipelines.domain.push import Fields
    from intacct_pipelines.push.both_sides import BothSides
    from intacct_pipelines.push.coded_lines import Line
    from intacct_pipelines.push.planner import Context, Decision
    from intacct_pipelines.push.sources import Row, Sources

OBJECT: Final = "vendor_credit"
NEGATIVE_BILLS: Final = "intacct.ap_bill"
_DAILY_RATE: Final = "Intacct Daily Rate"
_PUSHED: Final = PUSHED[OBJECT]


class VendorCreditPlanner:
    """Decides about the vendor credits of one link."""

    object_name: ClassVar[str] = OBJECT
    reads: ClassVar[tuple[str, ...]] = (
        *CodedLines.reads, "intacct.vendor", "intacct.ap_bill", "intacct.ap_bill_line", "intacct.ap_adjustment",
        "intacct.ap_adjustment_line", "bill.vendor", "bill.vendor_credit", "bill.vendor_credit_line",
    )  # fmt: skip

    def __init__(self, context: Context) -> None:
        sources = context.sources
        self._context = context
        self._sources = sources
        self._link = sources.link
        self._credits = sorted(sources.live("bill.vendor_credit"), key=lambda row: (row["credit_date"], row["id"]))
        self._source_lines = sources.lines("bill.vendor_credit_line")
        self._vendors = vendor_targets(context)
        self._coded = CodedLines(sources)
        self._labels = AccountLabels(sources, "intacct.ap_account_label", is_used=self._link.payables.account_labels)
        self._edits = CreditEdits(context, _PUSHED, rule="S-VCR-02", is_signed=False)
        self._bill_lines = sources.lines(f"{NEGATIVE_BILLS}_line")
        self._copies = Copies(context, _PUSHED, party="vendor_id", number="reference_no")
        self._negative: dict[tuple[str, str], int] = {}
        for record_no, row in sources.by(NEGATIVE_BILLS).items():
            if row["trx_total_entered"] <= 0 and text(row, "state") not in UNDONE_STATES:
                self._negative[row["vendor_id"], fold(row["document_no"])] = record_no
        self._of_other_sign = sorted(
            int(row["record_no"]) for row in sources.pairs(OBJECT).values() if row["trx_total_entered"] > 0
        )

    def rows(self) -> list[Row]:
        """Return BILL's vendor credits by date."""
        return self._credits

    def is_shown(self, decision: Decision) -> bool:
        """Return True for all that is decided: every credit is waited for."""
        return decision is not None

    def decide(self, credit: Row) -> Decision:
        """Return what is to be done with a vendor credit of BILL; None if it stands in Intacct as it should."""
        paired = credit_in_intacct(self._sources, credit["id"])
        try:
            if paired is not None:
                return self._mend(credit, paired)
            self._check_source(credit)
            return self._create(credit)
        except Held as held:
            return hold_of(OBJECT, credit, self._label(credit), held)

    def _mend(self, credit: Row, paired: Row) -> Item | None:
        """Return the update of Intacct's adjustment; a negative bill is edited in Intacct alone."""
        is_bill = credit["id"] not in self._sources.pairs(OBJECT)
        both = self._both(credit, paired, is_bill=is_bill)
        if not self._edits.is_bills_to_tell(credit, paired, both):
            return None
        if is_bill:
            self._edits.check_same(paired, {one.replace("_", " "): True for one in both.differing})
        self._check_source(credit)
        self._edits.check(credit, paired, both)
        return self._item(credit, paired)

    def _both(self, credit: Row, paired: Row, *, is_bill: bool) -> BothSides:
        vendor = self._vendors.get(credit["vendor_id"])
        try:
            lines = lines_in_words(line.coding for line in self._coded_lines(credit))
        except Held:
            lines = ""
        said = said_of_credit(credit, "vendor_id", vendor.vendor_id if isinstance(vendor, VendorTarget) else "")
        rows = turned(self._bill_lines.get(paired["record_no"], [])) if is_bill else []
        present = map(intacct_line, rows) if is_bill else self._edits.present(paired)
        ours = words_of_credit(paired, "vendor_id", "bill_date" if is_bill else "adjustment_date")
        ours["lines"] = lines_in_words(line.coding for line in present)
        way_back = "bill_vendor_credit" if is_bill else "bill_ap_adjustment"
        return self._edits.both((credit, paired), ours=ours, theirs={**said, "lines": lines}, way_back=way_back)

    def _check_source(self, credit: Row) -> None:
        """Refuse what BILL itself says is not ready, and what is known to be out of date."""
        check_readable(self._context, _PUSHED, credit)
        if is_out_of_use(credit):
            raise Held("archived", "S-VCR-02", "it is archived in BILL", "Nothing, if it is not to be used any more.")
        if credit["amount"] <= 0:
            raise Held("not_positive", "S-VCR-02", f"its amount is {credit['amount']}", "Correct it in BILL.")
        is_used = bool(credit.get("applied_amount"))
        if self._link.approved_only and not is_used and not self._link.payables.credits_without_approval:
            reason = "BILL does not say whether it is approved, and it has not been used"
            remedy = "Use it in BILL, or set payables.credits_without_approval."
            raise Held("not_approved", "S-VCR-07", reason, remedy)
        if self._of_other_sign:
            reason = f"Intacct took adjustment {self._of_other_sign[0]} as a debt, not as a credit"
            raise Held("credit_sign", "S-VCR-02", reason, "Undo that one in Intacct, and turn payables.credit_sign.")

    def _create(self, credit: Row) -> Item:
        check_not_posted(self._context, _PUSHED, credit)
        check_not_of_intacct(credit, "credit")
        return self._item(credit, None)

    def _check_copies(self, credit: Row, vendor: VendorTarget, number: str, paired: Row | None) -> None:
        self._copies.check(credit, vendor.vendor_id, number, paired)
        entered = self._negative.get((vendor.vendor_id, fold(number)))
        if entered is not None:
            reason = f"Intacct has a negative bill {number} of {vendor.vendor_id}, {entered}, that is not its pair"
            raise Held("duplicate", "S-VCR-06", reason, "Confirm the pair with `map`, or correct the wrong number.")

    def _coded_lines(self, credit: Row) -> list[Line]:
        rows = self._source_lines.get(credit["id"], [])
        return self._coded.translate(rows, credit["amount"], allowed_currency(self._context, credit), "vendor credit")

    def _lines(self, credit: Row, vendor: VendorTarget) -> list[Line]:
        lines = self._coded_lines(credit)
        if any(line.amount <= 0 for line in lines):
            reason = "not all its lines are positive, and Intacct takes lines of one sign only"
            raise Held("mixed_signs", "S-VCR-02", reason, "Split it in BILL, or enter it in Intacct by hand.")
        return self._labels.named(self._coded.of_party(lines, Party("vendor", vendor.vendor_id)))

    def _item(self, credit: Row, paired: Row | None) -> Item:
        vendor = vendor_of(self._vendors, self._link, credit["vendor_id"], "credit")
        number = document_number(text(credit, "reference_no"))
        self._check_copies(credit, vendor, number, paired)
        lines, currency = self._lines(credit, vendor), text(credit, "currency")
        old = [] if paired is None else self._edits.present(paired)
        posted_on = posting_day(self._context, credit["credit_date"], [line.location_id for line in (*old, *lines)])
        content = self._content(credit, vendor, number, lines, posted_on)
        operation, revision, start = Operation.CREATE, "", ""
        if paired is not None:
            operation, revision = Operation.UPDATE, stored_revision(OBJECT, paired)
            content = self._edits.content(content, lines, paired, sign=self._link.payables.credit_sign)
            # An update starts from a certain state of its target: the way back and forth again is another operation.
            start = revision + str(paired.get("modified_at"))
        key = key_of(self._link, OBJECT, credit, operation, content, start)
        said = said_of_credit(credit, "vendor_id", vendor.vendor_id)
        words = {} if any(line.filled for line in lines) else {"lines": lines_in_words(line.coding for line in lines)}
        item = Item(
            key=key,
            object_name=OBJECT,
            operation=operation,
            source_id=credit["id"],
            natural_key={"VENDORID": vendor.vendor_id, "RECORDID": number},
            payload={**content, "description": marked_text(credit["id"], key, text(credit, "description"))},
            source_revision=self._context.revisions.get((OBJECT, credit["id"]), ""),
            target_id=None if paired is None else str(paired["record_no"]),
            target_revision=revision,
            amount=credit["amount"],
            currency=currency,
            ledger_effect=(*ledger_effect(old, currency, 1, PAYABLE), *ledger_effect(lines, currency, -1, PAYABLE)),
            depends_on=() if vendor.parent is None else (vendor.parent,),
            warnings=_warnings(credit, posted_on, lines),
            label=self._label(credit),
            agrees={column: value for column, value in (said | words).items() if value},
        )
        if paired is None:
            return item
        return replace(item, changes=self._edits.changes(credit, paired, item, lines))

    def _content(self, credit: Row, vendor: VendorTarget, number: str, lines: list[Line], posted_on: date) -> Fields:
        """Return the arguments of ``create_apadjustment`` in their order."""
        currency, base = text(credit, "currency"), self._sources.base_currency
        content: Fields = {
            "vendorid": vendor.vendor_id,
            "datecreated": date_parts(credit["credit_date"]),
            "dateposted": date_parts(posted_on),
            "adjustmentno": number,
            "action": "Submit",
            # Mark and key are put before these words once the key is known, which follows from them too.
            "description": text(credit, "description"),
        }
        if base:
            content["basecurr"] = base
        content["currency"] = currency
        if base and base != currency:
            content["exchratedate"] = date_parts(posted_on)
        content["exchratetype"] = _DAILY_RATE
        sign = self._link.payables.credit_sign
        content["apadjustmentitems"] = {"lineitem": [line_arguments(line, currency, sign=sign) for line in lines]}
        return content

    def _label(self, credit: Row) -> str:
        vendor = self._sources.by("bill.vendor").get(credit["vendor_id"], {})
        number = text(credit, "reference_no") or credit["id"]
        return f"vendor credit {number} of {text(vendor, 'name') or credit['vendor_id']}"


def credit_in_intacct(sources: Sources, credit_id: str) -> Row | None:
    """Return the adjustment or the negative bill that is the pair of a vendor credit of BILL."""
    adjustment = sources.pairs(OBJECT).get(credit_id)
    return adjustment if adjustment is not None else sources.pairs(OBJECT, NEGATIVE_BILLS).get(credit_id)


def _warnings(credit: Row, posted_on: date, lines: list[Line]) -> tuple[str, ...]:
    warnings = filled_warnings(lines)
    if posted_on != credit["credit_date"]:
        warnings.append(f"dated {credit['credit_date']}, in the ledger on {posted_on} [S-IDM-08]")
    if credit["amount"] > LARGEST_CARRIED:
        warnings.append("over 10 million: the vendor's own sync would write 0, this is the true amount [S-BIL-07]")
    return tuple(warnings)
