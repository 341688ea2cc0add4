"""What a receipt pays: which invoices of Intacct, how much of each, and what is left over (S-ARP-02)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from intacct_pipelines.domain.money import format_amount
from intacct_pipelines.domain.push import Hold, Item
from intacct_pipelines.push.documents import located
from intacct_pipelines.push.planner import Held
from intacct_pipelines.push.sources import text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from intacct_pipelines.domain.keys import ItemKey
    from intacct_pipelines.domain.push import Fields
    from intacct_pipelines.push.planner import Context
    from intacct_pipelines.push.sources import Row
    from intacct_pipelines.warehouse.outbox import OutboxItem

_OPEN: Final = frozenset({"Posted", "Partially Paid"})
_TAKING: Final = frozenset({"ar_payment", "memo_application"})
"""Objects that are receipts in Intacct."""
_NEVER_MENDED: Final = frozenset({"record_locked", "source_locked"})
"""Classes of reasons why an invoice of Intacct will never be edited; to pay it takes nothing away."""


@dataclass(frozen=True, slots=True)
class Share:
    """How much of one invoice is paid.

    Args:
        invoice: Intacct's invoice.
        amount: In the receipt's currency.
        waits_for: The item that mends the invoice first, if there is one.
    """

    invoice: Row
    amount: Decimal
    waits_for: ItemKey | None = None

    def detail(self, currency: str) -> Fields:
        """Return the detail of a receipt that pays it."""
        return {
            "RECORDKEY": str(self.invoice["record_no"]),
            "TRX_PAYMENTAMOUNT": format_amount(self.amount, currency),
        }


class ReceiptShares:
    """Divides receipts and credit memos of one link; what one takes of an invoice is not there for the next.

    Args:
        context: What the planner is told, once the invoices are decided.
    """

    def __init__(self, context: Context) -> None:
        sources = context.sources
        self._context = context
        self._sources = sources
        self._link = sources.link
        self._pairs = sources.pairs("ar_invoice")
        self._invoices = sources.by("bill.ar_invoice")
        self._details = sources.lines("bill.ar_payment_detail")
        self._taken: dict[str, Decimal] = {}
        items: list[Item | OutboxItem] = list(context.in_hand.values())
        items += [one for one in context.decisions.values() if isinstance(one, Item)]
        for item in items:
            if item.object_name in _TAKING:
                for detail in _details_of(json.loads(item.payload_text)):
                    amount = next(Decimal(value) for name, value in detail.items() if name.startswith("TRX_"))
                    self._add(detail["RECORDKEY"], amount)

    def of(self, receipt: Row, customer_id: str) -> list[Share]:
        """Return what a receipt pays, one share for each invoice.

        Raises:
            Held: Its amounts do not add up, or an invoice is not there, not ready, or has not so much left.
        """
        amounts: dict[str, Decimal] = {}
        for row in self._details.get(receipt["id"], []):
            if row["amount"] <= 0:
                raise Held("amount", "S-IDM-07", f"it pays {row['amount']} of an invoice", "Correct it in BILL.")
            amounts[row["invoice_id"]] = amounts.get(row["invoice_id"], Decimal(0)) + row["amount"]
        left = receipt["amount"] - sum(amounts.values(), Decimal(0))
        told = receipt.get("unapplied_amount")
        if left < 0 or (told is not None and told != left):
            reason = f"its parts leave {left} of {receipt['amount']}, BILL says that {told} is left"
            raise Held("unbalanced", "S-IDM-07", reason, "Correct the receipt in BILL.")
        return [self.share(receipt, customer_id, invoice_id, amount) for invoice_id, amount in amounts.items()]

    def places(self, shares: Sequence[Share]) -> list[str]:
        """Return the locations of the lines of the invoices that are paid."""
        return self._located(int(share.invoice["record_no"]) for share in shares)

    def places_of(self, receipt: Row) -> list[str]:
        """Return the locations of the lines of the invoices that a receipt of BILL pays, and of what is left over."""
        details = self._details.get(receipt["id"], [])
        paired = [self._pairs.get(row["invoice_id"], {}) for row in details]
        is_whole = sum((row["amount"] for row in details), Decimal(0)) == receipt["amount"]
        return self._located(row.get("record_no") for row in paired) + (
            [] if is_whole else [self._link.default_location]
        )

    def places_paid(self, record_no: int) -> list[str]:
        """Return the same of a receipt that stands in Intacct."""
        details = self._sources.lines("intacct.ar_payment_detail").get(record_no, [])
        return self._located(row.get("invoice_record_no") for row in details)

    def _located(self, invoices: Iterable[int | None]) -> list[str]:
        lines = self._sources.lines("intacct.ar_invoice_line")
        return [place for number in invoices for place in located(lines.get(number, []))]

    def take(self, shares: Sequence[Share]) -> None:
        """Count what a planned receipt pays."""
        for share in shares:
            self._add(str(share.invoice["record_no"]), share.amount)

    def _add(self, record_no: str, amount: Decimal) -> None:
        self._taken[record_no] = self._taken.get(record_no, Decimal(0)) + amount

    def share(self, receipt: Row, customer_id: str, invoice_id: str, amount: Decimal) -> Share:
        """Return what a receipt, or a credit memo, pays of one invoice of BILL.

        Raises:
            Held: As ``of``.
        """
        number = text(self._invoices.get(invoice_id, {}), "document_no") or invoice_id
        paired, record = self._pairs.get(invoice_id), ("ar_invoice", invoice_id)
        decision = self._context.decisions.get(record)
        if isinstance(decision, Hold) and (paired is None or decision.kind not in _NEVER_MENDED):
            reason = f"it waits for {decision.label}, which is held: {decision.reason}"
            raise Held(decision.kind, decision.rule, reason, decision.remedy, held_by=invoice_id)
        if paired is None:
            is_coming = isinstance(decision, Item) or record in self._context.in_hand
            reason = f"it waits for invoice {number}, which is {'on its way to' if is_coming else 'not in'} Intacct"
            remedy = "Nothing; it follows once the invoice is confirmed." if is_coming else "Restore the invoice first."
            raise Held("missing_reference", "S-INV-02", reason, remedy, held_by=invoice_id)
        self._check(receipt, customer_id, paired, number)
        mended = decision if isinstance(decision, Item) else self._context.in_hand.get(record)
        total = decision.amount if isinstance(decision, Item) else paired["trx_total_entered"]
        due = (paired.get("trx_total_due") or Decimal(0)) + total - paired["trx_total_entered"]
        due -= self._taken.get(str(paired["record_no"]), Decimal(0))
        if text(paired, "state") not in _OPEN or amount > due:
            reason = f"it pays {amount} of invoice {number}, of which {due} is due in Intacct"
            remedy = "Find out what paid it in Intacct; pair that receipt with `map`, or undo it there."
            raise Held("already_settled", "S-ERR-20", reason, remedy)
        return Share(paired, amount, mended.key if mended else None)

    def _check(self, receipt: Row, customer_id: str, invoice: Row, number: str) -> None:
        owner, own = text(invoice, "owner_entity_id"), self._link.entity.entity_id
        if owner != own:
            reason = f"invoice {number} belongs to {owner or 'the top level'}, the link to {own or 'the top level'}"
            raise Held("ownership_level", "S-CFG-11", reason, "Enter the receipt at the level that owns the invoice.")
        if invoice["customer_id"] != customer_id:
            reason = f"Intacct's invoice {number} is of {invoice['customer_id']}, the receipt of {customer_id}"
            raise Held("other_customer", "S-ARP-02", reason, "Correct the customer on the wrong side.")
        if text(invoice, "currency") != text(receipt, "currency"):
            reason = f"it is in {text(receipt, 'currency')}, Intacct's invoice {number} in {text(invoice, 'currency')}"
            raise Held("currency", "S-CUR-01", reason, "Enter the receipt in Intacct by hand.")


def _details_of(payload: Fields) -> list[dict[str, str]]:
    details = payload.get("ARPYMTDETAILS")
    return details["ARPYMTDETAIL"] if isinstance(details, dict) else []  # type: ignore[return-value]  # as ``Share.detail`` wrote them
