"""Payments made in Intacct, recorded in BILL as made outside (S-PAY-01), so that nobody pays the bills again."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

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

_LONGEST_MEMO: Final = 70
"""Of payments (bill v3, mass payments); of recorded ones nobody says."""


class PaymentsIntoBill(RecordedIntoBill):
    """Decides about the payments of one link's way into BILL."""

    object_name: ClassVar[str] = "bill_ap_payment"
    settling: ClassVar[Settling] = Settling(
        "ap_payment",
        "payment_date",
        "ap_bill",
        "bill",
        PartyKind("vendor", "payment", "S-VEN-01", "S-VEN-05", "S-VEN-08"),
        by_credit=("trx_adjustment_amount", "trx_inline_amount", "trx_advance_amount"),
        shares="billPayments",
        document_field="billId",
        travels="S-PAY-01",
        twice="S-PAY-09",
        undone="S-PAY-04",
        credit="S-VCR-04",
        in_part="S-BIL-02",
    )
    reads: ClassVar[tuple[str, ...]] = settling.reads

    def _content(self, row: Row, party: str, shares: Mapping[int, Decimal]) -> Fields:
        return {
            "vendorId": party,
            "processDate": text(row, "payment_date"),
            "toPrintCheck": "false",
            "billPayments": self._told(shares, text(row, "currency")),
        }

    def _description(self, row: Row, key: ItemKey) -> str:
        words = mark_in_bill(row["record_no"], key, text(row, "document_no"))
        return words[:_LONGEST_MEMO].strip()
