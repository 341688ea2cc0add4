"""Bills of Intacct that Business Center is to have: posted, and nothing paid of them (S-PMT-05).

A bill goes there once; what differs later the reconciliation tells.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar

from intacct_pipelines.domain.keys import read_source_mark
from intacct_pipelines.domain.names import fold
from intacct_pipelines.domain.push import Hold, Item, Operation, canonical_json
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.domain.pushed_into_business_center import BILL_ID
from intacct_pipelines.push.into_business_center.cells import needed, optional
from intacct_pipelines.push.list_updates import revision_key
from intacct_pipelines.push.planner import Held
from intacct_pipelines.push.sources import text

if TYPE_CHECKING:
    from intacct_pipelines.domain.keys import ItemKey
    from intacct_pipelines.domain.push import Fields
    from intacct_pipelines.push.planner import Context, Decision
    from intacct_pipelines.push.sources import Row

_VENDOR = "center_vendor"
_PLATFORMS = {"bill": "BILL", "business_center": "Business Center", "spend": "Spend & Expense"}


class BillsIntoCenter:
    """Decides about the bills of one link's way into Business Center."""

    object_name: ClassVar[str] = "center_bill"
    reads: ClassVar[tuple[str, ...]] = (
        "intacct.vendor",
        "intacct.ap_bill",
        "intacct.ap_bill_line",
        "business_center.vendor",
        "business_center.ap_bill",
    )

    def __init__(self, context: Context) -> None:
        self._context = context
        self._sources = sources = context.sources
        self._pushed = PUSHED[self.object_name]
        self._twins = sources.twins(self.object_name)
        self._lines = sources.lines("intacct.ap_bill_line")
        self._vendors = sources.by("intacct.vendor", "vendor_id")
        self._vendor_twins = sources.twins(_VENDOR)
        self._taken = {text(row, "id") for row in sources.live("business_center.ap_bill")}
        self._numbers = {
            (text(row, "vendor_id"), fold(text(row, "document_no"))) for row in sources.live("business_center.ap_bill")
        }

    def rows(self) -> list[Row]:
        """Return the bills by day."""
        return sorted(self._sources.live("intacct.ap_bill"), key=lambda row: (row["bill_date"], row["record_no"]))

    def is_shown(self, decision: Decision) -> bool:
        """Return True for all that is decided: every bill is waited for."""
        return decision is not None

    def decide(self, bill: Row) -> Decision:
        """Return what is to be done with a bill; None if Business Center has it, or has no use for it."""
        if bill["record_no"] in self._twins or not self._travels(bill):
            return None
        try:
            return self._create(bill)
        except Held as held:
            amount, currency = bill["trx_total_entered"], text(bill, "currency")
            return held.hold(self.object_name, str(bill["record_no"]), _label(bill), amount, currency)

    def _travels(self, bill: Row) -> bool:
        is_own = text(bill, "owner_entity_id") == self._sources.link.entity.entity_id
        is_open = text(bill, "state") == "Posted" and not bill.get("trx_total_paid")
        return is_own and is_open and (bill.get("trx_total_entered") or Decimal(0)) > 0

    def _create(self, bill: Row) -> Item:
        number = str(bill["record_no"])
        self._check_new(bill, number)
        vendor_id, parent = self._vendor(bill)
        if (vendor_id, fold(text(bill, "document_no"))) in self._numbers:
            reason = f"Business Center has a bill {text(bill, 'document_no')} of {vendor_id} that is not its pair"
            raise Held("duplicate", "S-IDM-04", reason, "Confirm the pair with `map`, or change a number.")
        bill_id, amount = f"{BILL_ID}{number}", bill["trx_total_entered"]
        content: Fields = {
            **needed(
                {
                    "bill_id": bill_id,
                    "vendor_id": vendor_id,
                    "bill_number": text(bill, "document_no").strip(),
                    "bill_date": _day(bill.get("bill_date")),
                    "amount": _amount(amount),
                    "currency": text(bill, "currency"),
                    "status": "posted",
                }
            )
        }
        due = _day(bill.get("due_date"))
        content |= {"due_date": due} if due else {}
        lines, warnings = self._lines_of(bill, amount)
        content["lines"] = lines
        return Item(
            key=revision_key(
                self._context, self.object_name, number, Operation.CREATE, canonical_json(content), system="intacct"
            ),
            object_name=self.object_name,
            operation=Operation.CREATE,
            source_id=number,
            natural_key={"bill_id": bill_id},
            payload=content,
            source_revision=self._context.revisions.get((self.object_name, number), ""),
            amount=amount,
            currency=text(bill, "currency"),
            depends_on=() if parent is None else (parent,),
            label=_label(bill),
            warnings=warnings,
        )

    def _check_new(self, bill: Row, number: str) -> None:
        rows = [("intacct.ap_bill", number), *(("intacct.ap_bill_line", str(r["record_no"])) for r in self._of(bill))]
        if any(name in self._context.quarantined for name in rows):
            reason = "a newer copy of it is in quarantine"
            raise Held("quarantined", "S-ERR-41", reason, "Correct in Intacct what the quarantine names, then sync.")
        if (self.object_name, number) in self._context.posted:
            reason = "it was put into Business Center before and is not its pair any more"
            remedy = "Pair it by hand with the bill that took its place."
            raise Held("deleted_in_business_center", "S-IDM-06", reason, remedy)
        mark = read_source_mark(text(bill, "description"))
        if mark is not None:
            came_from = _PLATFORMS[mark[0]]
            reason = f"it came from {came_from}'s {mark[1]}, where it is to be paid"
            raise Held(f"came_from_{mark[0]}", "S-SCH-05", reason, f"Pay it in {came_from}, or pair it with `map`.")
        if f"{BILL_ID}{number}" in self._taken:
            reason = "Business Center has its id, and it is not its pair"
            raise Held("duplicate", "S-IDM-04", reason, "Confirm the pair with `map`.")

    def _vendor(self, bill: Row) -> tuple[str, ItemKey | None]:
        """Return Business Center's id of the bill's vendor, and the item that brings it there, if one has yet to."""
        vendor_id = text(bill, "vendor_id")
        vendor = self._vendors.get(vendor_id)
        number = vendor["record_no"] if vendor else 0
        if number in self._vendor_twins:
            return str(self._vendor_twins[number]["id"]), None
        record = (_VENDOR, str(number))
        coming = self._context.in_hand.get(record) or self._context.decisions.get(record)
        if coming is None or isinstance(coming, Hold):
            reason = f"its vendor {vendor_id} is not in Business Center"
            raise Held("parent_waits", "S-PMT-03", reason, "See what keeps the vendor.", held_by=str(number))
        return str(coming.natural_key["vendor_id"]), coming.key

    def _of(self, bill: Row) -> list[Row]:
        return self._lines.get(bill["record_no"], [])

    def _lines_of(self, bill: Row, amount: Decimal) -> tuple[list[Fields], tuple[str, ...]]:
        rows = self._of(bill)
        if not rows or sum((row["trx_amount"] for row in rows), Decimal(0)) != amount:
            reason = "its lines do not add up to its total"
            raise Held("lines_differ", "S-IDM-07", reason, "Sync its lines anew, or look at it in Intacct.")
        lines: list[Fields] = []
        warnings: dict[str, None] = {}
        for position, row in enumerate(rows, start=1):
            coded = needed({"account": text(row, "account_no"), "line_amount": _amount(row["trx_amount"])})
            told, left = optional(
                {
                    "department": text(row, "department_id"),
                    "location": text(row, "location_id"),
                    "description": text(row, "description").strip(),
                }
            )
            lines.append({"line_no": str(position), **coded, **told})
            warnings |= dict.fromkeys(left)
        return lines, tuple(warnings)


def _amount(value: Decimal) -> str:
    return format(value, "f")


def _day(value: object) -> str:
    return str(value)[:10] if value else ""


def _label(bill: Row) -> str:
    return f"bill {text(bill, 'document_no')} of {text(bill, 'vendor_id')}"
