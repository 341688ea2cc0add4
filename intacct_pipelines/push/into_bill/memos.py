"""Credit memos of Intacct that BILL is to have, where a link names them: the vendor's sync carries none (S-CRM-01)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from intacct_pipelines.push.coded_lines import intacct_line
from intacct_pipelines.push.into_bill.coded import CodedForBill
from intacct_pipelines.push.into_bill.credits import CreditsIntoBill
from intacct_pipelines.push.into_bill.invoices import priced
from intacct_pipelines.push.into_bill.parties import CUSTOMERS
from intacct_pipelines.push.invoice_lines import InvoiceLines
from intacct_pipelines.push.planner import Held
from intacct_pipelines.push.sources import text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from intacct_pipelines.domain.push import Fields
    from intacct_pipelines.push.into_bill.parties import PartyKind
    from intacct_pipelines.push.planner import Context
    from intacct_pipelines.push.sources import Row


class MemosIntoBill(CreditsIntoBill):
    """Decides about negative adjustments of receivables, with their lines as those of invoices."""

    object_name: ClassVar[str] = "bill_credit_memo"
    reads: ClassVar[tuple[str, ...]] = (
        *CodedForBill.reads, *InvoiceLines.reads, *CUSTOMERS.reads, "intacct.ar_adjustment",
        "intacct.ar_adjustment_line", "bill.credit_memo", "bill.credit_memo_line",
    )  # fmt: skip
    parties: ClassVar[PartyKind] = CUSTOMERS._replace(document="credit memo")
    rule: ClassVar[str] = "S-CRM-01"
    day: ClassVar[str] = "adjustment_date"
    keepers: ClassVar[tuple[str, ...]] = ("intacct.ar_adjustment",)
    is_reckoned: ClassVar[bool] = True

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._sold = InvoiceLines(context.sources)

    def line(self, line: Fields) -> Fields:
        """Return a line with its amount as the price of one."""
        return priced(line)

    def in_words(self, rows: Iterable[Row]) -> str:
        """Return Intacct's lines, with BILL's sign, by what they come to for each coding."""
        return self._sold.in_words(map(intacct_line, rows))

    def bills_words(self, twin: Row, rows: Sequence[Row]) -> str:
        """Return the same of BILL's lines and sales tax."""
        return self._sold.bills_words(twin, rows, text(twin, "currency"))

    def check_twin(self, twin: Row) -> None:
        """Refuse to change one with a sales tax, too.

        Raises:
            Held: As of vendor credits, or BILL reckons the tax by an item of its own.
        """
        super().check_twin(twin)
        if twin.get("tax_amount"):
            reason = "it changed, and BILL reckons the sales tax of it by an item of its own"
            raise Held("sales_tax", "S-INV-03", reason, "Make the change in BILL too.")

    def warnings(self, row: Row) -> tuple[str, ...]:  # noqa: ARG002  # as vendor credits have it
        """Return nothing: there is no sync of the vendor's that would bring it back."""
        return ()
