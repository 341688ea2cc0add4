"""Vendor credits: which of BILL's are created in Intacct, as adjustments that reduce what is owed, and which wait."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from intacct_pipelines.clients.intacct.functions import date_parts
from intacct_pipelines.domain.money import LARGEST_CARRIED
from intacct_pipelines.domain.names import fold
from intacct_pipelines.domain.push import UNDONE_STATES, Item, Operation
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.push.account_labels import AccountLabels
from intacct_pipelines.push.bill_words import check_not_of_intacct
from intacct_pipelines.push.coded_lines import (
    PAYABLE,
    CodedLines,
    Party,
    filled_warnings,
    ledger_effect,
    line_arguments,
)
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
)
from intacct_pipelines.push.planner import Held
from intacct_pipelines.push.sources import text
from intacct_pipelines.push.vendors import VendorTarget, vendor_of, vendor_targets

if TYPE_CHECKING:
    from datetime import date

    from intacct_pipelines.domain.push import Fields
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
        *CodedLines.reads, "intacct.vendor", "intacct.ap_bill", "intacct.ap_adjustment", "bill.vendor",
        "bill.vendor_credit", "bill.vendor_credit_line",
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
                self._check_same(credit, paired)
                return None
            self._check_source(credit)
            return self._create(credit)
        except Held as held:
            return hold_of(OBJECT, credit, self._label(credit), held)

    def _check_same(self, credit: Row, paired: Row) -> None:
        """Refuse to edit: what differs is told, so that a person mends it."""
        if is_out_of_use(credit) and text(paired, "state") in UNDONE_STATES:
            return
        differs = {
            "amount": credit["amount"] != abs(paired["trx_total_entered"]),
            "number": fold(text(credit, "reference_no")) != fold(text(paired, "document_no")),
            "currency": text(credit, "currency") != text(paired, "currency"),
            "use": is_out_of_use(credit) or text(paired, "state") in UNDONE_STATES,
        }
        names = [name for name, is_different in differs.items() if is_different]
        if names:
            reason = f"it differs from Intacct's {paired['record_no']} in {', '.join(names)}"
            remedy = "Correct the wrong side by hand; this product never edits a vendor credit."
            raise Held("credit_changed", "S-VCR-02", reason, remedy)

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
        vendor = vendor_of(self._vendors, self._link, credit["vendor_id"], "credit")
        number = document_number(text(credit, "reference_no"))
        self._copies.check(credit, vendor.vendor_id, number, None)
        entered = self._negative.get((vendor.vendor_id, fold(number)))
        if entered is not None:
            reason = f"Intacct has a negative bill {number} of {vendor.vendor_id}, {entered}, that is not its pair"
            raise Held("duplicate", "S-VCR-06", reason, "Confirm the pair with `map`, or correct the wrong number.")
        return self._item(credit, vendor, number, self._lines(credit, vendor))

    def _lines(self, credit: Row, vendor: VendorTarget) -> list[Line]:
        rows = self._source_lines.get(credit["id"], [])
        lines = self._coded.translate(rows, credit["amount"], allowed_currency(self._context, credit), "vendor credit")
        if any(line.amount <= 0 for line in lines):
            reason = "not all its lines are positive, and Intacct takes lines of one sign only"
            raise Held("mixed_signs", "S-VCR-02", reason, "Split it in BILL, or enter it in Intacct by hand.")
        return self._labels.named(self._coded.of_party(lines, Party("vendor", vendor.vendor_id)))

    def _item(self, credit: Row, vendor: VendorTarget, number: str, lines: list[Line]) -> Item:
        currency = text(credit, "currency")
        posted_on = posting_day(self._context, credit["credit_date"], [line.location_id for line in lines])
        content = self._content(credit, vendor, number, lines, posted_on)
        key = key_of(self._link, OBJECT, credit, Operation.CREATE, content)
        return Item(
            key=key,
            object_name=OBJECT,
            operation=Operation.CREATE,
            source_id=credit["id"],
            natural_key={"VENDORID": vendor.vendor_id, "RECORDID": number},
            payload={**content, "description": marked_text(credit["id"], key, text(credit, "description"))},
            source_revision=self._context.revisions.get((OBJECT, credit["id"]), ""),
            amount=credit["amount"],
            currency=currency,
            ledger_effect=tuple(ledger_effect(lines, currency, -1, PAYABLE)),
            depends_on=() if vendor.parent is None else (vendor.parent,),
            warnings=_warnings(credit, posted_on, lines),
            label=self._label(credit),
        )

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
