"""Credit memos of Intacct that BILL is to have, where a link names them: the vendor's sync carries none (S-CRM-01)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from intacct_pipelines.push.into_bill.coded import CodedForBill
from intacct_pipelines.push.into_bill.credits import CreditsIntoBill
from intacct_pipelines.push.into_bill.invoices import priced
from intacct_pipelines.push.into_bill.parties import CUSTOMERS

if TYPE_CHECKING:
    from intacct_pipelines.domain.push import Fields
    from intacct_pipelines.push.into_bill.parties import PartyKind
    from intacct_pipelines.push.sources import Row


class MemosIntoBill(CreditsIntoBill):
    """Decides about negative adjustments of receivables, with their lines as those of invoices."""

    object_name: ClassVar[str] = "bill_credit_memo"
    reads: ClassVar[tuple[str, ...]] = (
        *CodedForBill.reads, *CUSTOMERS.reads, "intacct.ar_adjustment", "intacct.ar_adjustment_line",
        "bill.credit_memo",
    )  # fmt: skip
    parties: ClassVar[PartyKind] = CUSTOMERS._replace(document="credit memo")
    rule: ClassVar[str] = "S-CRM-01"
    day: ClassVar[str] = "adjustment_date"
    keepers: ClassVar[tuple[str, ...]] = ("intacct.ar_adjustment",)

    def line(self, line: Fields) -> Fields:
        """Return a line with its amount as the price of one."""
        return priced(line)

    def warnings(self, row: Row) -> tuple[str, ...]:  # noqa: ARG002  # as vendor credits have it
        """Return nothing: there is no sync of the vendor's that would bring it back."""
        return ()
