"""Vendors of documents on their way into BILL: BILL's id of each, or why its documents wait."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from intacct_pipelines.domain.names import fold
from intacct_pipelines.domain.push import Hold, Item
from intacct_pipelines.push.parties import check_account_currency
from intacct_pipelines.push.planner import Held
from intacct_pipelines.push.sources import text

if TYPE_CHECKING:
    from intacct_pipelines.push.planner import Context
    from intacct_pipelines.push.sources import Row


class PartiesInBill:
    """Finds the vendors of one link's documents in BILL.

    Args:
        context: What the planner is told.
    """

    reads: ClassVar[tuple[str, ...]] = ("intacct.vendor", "bill.vendor")

    def __init__(self, context: Context) -> None:
        self._context = context
        self._link = context.sources.link
        self._by_id = context.sources.by("intacct.vendor", "vendor_id")
        self._twins = context.sources.twins("bill_vendor")
        self._unconfirmed = context.sources.unconfirmed("vendor")
        self._ids = {
            row["id"]: text(self._row(number), "vendor_id") for number, row in self._twins.items() if self._row(number)
        }

    def _row(self, number: int) -> Row:
        return self._context.sources.by("intacct.vendor").get(number, {})

    def intacct_id(self, vendor_id: str) -> str:
        """Return Intacct's id of a vendor of BILL; empty for one that is nobody's pair."""
        return self._ids.get(vendor_id, "")

    def id_in_bill(self, vendor_id: str, currency: str) -> str:
        """Return BILL's id of the vendor of a document.

        Args:
            vendor_id: Intacct's id.
            currency: The document's; one of BILL has that of its vendor.

        Raises:
            Held: The vendor is not in BILL, left out, out of use there, or of another currency.
        """
        row = self._by_id.get(vendor_id)
        twin = None if row is None else self._twins.get(row["record_no"])
        if row is None or twin is None:
            raise self._waits(vendor_id, row)
        if twin["id"] in self._link.excluded_vendors:
            remedy = "Remove the vendor from excluded_vendors to let its documents pass."
            raise Held("excluded", "S-VEN-10", "the link excludes its vendor", remedy)
        if twin.get("is_archived"):
            reason = f"vendor {vendor_id} is archived in BILL"
            raise Held("inactive", "S-VEN-05", reason, "Restore the vendor in BILL, or change the bill's in Intacct.")
        if twin["id"] in self._unconfirmed and fold(text(row, "name")) != fold(text(twin, "name")):
            reason = f"only its id makes vendor {vendor_id} a pair of BILL's {twin['id']}, and the names differ"
            raise Held("unconfirmed_pair", "S-VEN-08", reason, "Confirm the pair with `map`, or correct the wrong id.")
        check_account_currency(currency, self._link.currencies, "vendor")
        if text(twin, "currency") not in {"", currency}:
            reason = f"it is in {currency}, and BILL has its vendor in {text(twin, 'currency')}"
            remedy = "Enter it in BILL for a vendor of that currency; a bill of BILL has its vendor's."
            raise Held("currency", "S-CUR-01", reason, remedy)
        return str(twin["id"])

    def _waits(self, vendor_id: str, row: Row | None) -> Held:
        number = "" if row is None else str(row["record_no"])
        decision = self._context.decisions.get(("bill_vendor", number))
        if isinstance(decision, Hold):
            reason = f"it waits for {decision.label}, which is held: {decision.reason}"
            return Held(decision.kind, decision.rule, reason, decision.remedy, held_by=number)
        if isinstance(decision, Item) or ("bill_vendor", number) in self._context.in_hand:
            reason = f"its vendor {vendor_id} is on its way into BILL"
            remedy = "The sync after it is there brings this one; BILL gives it its id only then."
            return Held("parent_waits", "S-VEN-01", reason, remedy, held_by=number)
        reason = f"its vendor {vendor_id} is not in BILL"
        return Held("missing_reference", "S-VEN-01", reason, "Bring the vendor to BILL, or pair it with `map`.")
