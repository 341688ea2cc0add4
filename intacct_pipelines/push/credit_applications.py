"""Applications: vendor credits that BILL used on bills without a payment, applied in Intacct to the same bills."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from intacct_pipelines.domain.keys import read_source_mark
from intacct_pipelines.domain.push import UNDONE_STATES, Item, Operation
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.push.documents import (
    allowed_currency,
    check_readable,
    format_day,
    hold_of,
    key_of,
    marked_text,
    posting_day,
)
from intacct_pipelines.push.payment_shares import PaymentShares
from intacct_pipelines.push.payments import PaymentPlanner
from intacct_pipelines.push.planner import Held
from intacct_pipelines.push.sources import text
from intacct_pipelines.push.vendors import vendor_of, vendor_targets

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from decimal import Decimal

    from intacct_pipelines.domain.push import Fields
    from intacct_pipelines.push.payment_shares import Share
    from intacct_pipelines.push.planner import Context, Decision
    from intacct_pipelines.push.sources import Row

OBJECT: Final = "credit_application"
_PUSHED: Final = PUSHED[OBJECT]


class CreditApplicationPlanner:
    """Decides, credit by credit, what of it is still to be applied in Intacct."""

    object_name: ClassVar[str] = OBJECT
    reads: ClassVar[tuple[str, ...]] = PaymentPlanner.reads

    def __init__(self, context: Context) -> None:
        self._context = context
        self._sources = context.sources
        self._vendors = vendor_targets(context)
        self._shares = PaymentShares(context)
        self._states: dict[str, set[str]] = {}
        for row in context.sources.live("intacct.ap_payment"):
            mark = read_source_mark(row.get("description"))
            if mark is not None and mark[0] == _PUSHED.platform:
                self._states.setdefault(mark[1], set()).add(text(row, "state"))

    def rows(self) -> list[Row]:
        """Return BILL's vendor credits of which some was used without a payment, by date."""
        used = {
            row["vendor_credit_id"] for row in self._sources.live("bill.vendor_credit_usage") if not row["payment_id"]
        }
        rows = [row for row in self._sources.live("bill.vendor_credit") if row["id"] in used]
        return sorted(rows, key=lambda row: (row["credit_date"], row["id"]))

    def is_shown(self, decision: Decision) -> bool:
        """Return True for all that is decided."""
        return decision is not None

    def decide(self, credit: Row) -> Decision:
        """Return what is to be applied of a vendor credit; None if Intacct has it all."""
        try:
            if not self._shares.is_missing(credit["id"]):
                return None
            return self._apply(credit)
        except Held as held:
            return hold_of(OBJECT, credit, _label(credit), held)

    def _apply(self, credit: Row) -> Item:
        check_readable(self._context, _PUSHED, credit)
        allowed_currency(self._context, credit)
        states = self._states.get(credit["id"], set())
        if states & UNDONE_STATES:
            reason = "an application of it was made void in Intacct, and BILL's stands"
            raise Held("voided_in_intacct", "S-VCR-03", reason, "Undo it in BILL too, or apply it in Intacct by hand.")
        if (OBJECT, credit["id"]) in self._context.posted and not states:
            reason = "it was applied in Intacct before, and that is not there any more"
            raise Held("deleted_in_intacct", "S-IDM-06", reason, "Find out who deleted it; apply it by hand.")
        vendor = vendor_of(self._vendors, self._sources.link, credit["vendor_id"], "credit")
        shares = self._shares.applied(credit, vendor.vendor_id)
        item = self._item(credit, vendor.vendor_id, shares)
        self._shares.take(shares)
        return item

    def _item(self, credit: Row, vendor_id: str, shares: Sequence[Share]) -> Item:
        currency = text(credit, "currency")
        # BILL tells no day of a use: it is that of the credit's last change (UTC).
        own: date = max(credit["modified_at"].date(), credit["credit_date"])
        applied_on = posting_day(self._context, own, self._shares.places(shares))
        words = f"vendor credit {text(credit, 'reference_no')}"
        content = self._content(vendor_id, currency, shares, applied_on, words)
        key = key_of(self._sources.link, OBJECT, credit, Operation.CREATE, content)
        amount: Decimal = sum((share.total for share in shares[1:]), shares[0].total)
        is_moved = applied_on != own
        return Item(
            key=key,
            object_name=OBJECT,
            operation=Operation.CREATE,
            source_id=credit["id"],
            natural_key={},
            payload={**content, "DESCRIPTION": marked_text(credit["id"], key, words)},
            source_revision=self._context.revisions.get((OBJECT, credit["id"]), ""),
            amount=amount,
            currency=currency,
            warnings=(f"used on {own}, applied on {applied_on} [S-IDM-08]",) if is_moved else (),
            label=_label(credit),
        )

    def _content(self, vendor_id: str, currency: str, shares: Sequence[Share], applied_on: date, words: str) -> Fields:
        base = self._sources.base_currency
        content: Fields = {}
        if base and base != currency:
            # An empty type is Intacct's own daily rate.
            content |= {"EXCH_RATE_DATE": format_day(applied_on), "EXCH_RATE_TYPE_ID": ""}
        # Mark and key are put before these words once the key is known, which follows from them too.
        content |= {"VENDORID": vendor_id, "DESCRIPTION": words, "PAYMENTDATE": format_day(applied_on)}
        content["CURRENCY"] = currency
        if base:
            content["BASECURR"] = base
        details = [detail for share in shares for detail in share.details(currency)]
        content["APPYMTDETAILS"] = {"APPYMTDETAIL": details}
        return content


def _label(credit: Row) -> str:
    return f"use of vendor credit {text(credit, 'reference_no') or credit['id']}"
