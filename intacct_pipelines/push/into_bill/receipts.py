"""Receipts made in Intacct, recorded in BILL as received outside (S-ARP-01), so that nobody asks for it again."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from intacct_pipelines.domain.money import format_amount
from intacct_pipelines.domain.push import UNDONE_STATES
from intacct_pipelines.push.bill_words import mark_in_bill
from intacct_pipelines.push.into_bill.parties import PartyKind
from intacct_pipelines.push.into_bill.recorded import RecordedIntoBill, Settling
from intacct_pipelines.push.sources import text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from intacct_pipelines.domain.keys import ItemKey
    from intacct_pipelines.domain.push import Fields
    from intacct_pipelines.push.sources import Row

_TYPES: Final = ("CASH", "CHECK", "CREDIT_CARD", "ACH", "PAYPAL")
"""BILL's words for how money came (bill v3, invoices, record-payment); ``OTHER`` for what none of them means."""


class ReceiptsIntoBill(RecordedIntoBill):
    """Decides about the receipts of one link's way into BILL."""

    object_name: ClassVar[str] = "bill_ar_payment"
    settling: ClassVar[Settling] = Settling(
        "ar_payment",
        "receipt_date",
        "ar_invoice",
        "invoice",
        PartyKind("customer", "receipt", "S-CUS-01", "S-CUS-01", "S-CUS-03"),
        by_credit=("trx_credit_amount", "trx_advance_amount", "trx_overpayment_amount"),
        shares="invoicePayments",
        document_field="invoiceId",
        travels="S-ARP-01",
        twice="S-ARP-01",
        undone="S-ARP-03",
        credit="S-CRM-01",
        in_part="S-INV-01",
    )
    reads: ClassVar[tuple[str, ...]] = settling.reads

    def _is_posted(self, row: Row) -> bool:
        """Return whether it stands; which words Intacct has for that is not documented."""
        return text(row, "state") not in UNDONE_STATES and text(row, "state").lower() != "draft"

    def _content(self, row: Row, party: str, shares: Mapping[int, Decimal]) -> Fields:
        currency = text(row, "currency")
        told = self._told(shares, currency)
        methods = self._link.receivables.methods
        of_bill = {methods[word]: word for word in _TYPES if word in methods}
        return {
            "customerId": party,
            "paymentDate": text(row, "receipt_date"),
            "paymentType": of_bill.get(text(row, "payment_method"), "OTHER"),
            # What is not on these invoices stays in Intacct; BILL would keep it as the customer's credit.
            "amount": format_amount(self._sum(shares), currency),
            "invoicePayments": told,
        }

    def _description(self, row: Row, key: ItemKey) -> str:
        return mark_in_bill(row["record_no"], key, text(row, "reference_no") or text(row, "document_no"))
