"""An invoice in words that both sides share, so that both directions can tell which side changed what (S-CFG-21)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from intacct_pipelines.push.coded_lines import intacct_line
from intacct_pipelines.push.sources import text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from intacct_pipelines.push.invoice_lines import InvoiceLines
    from intacct_pipelines.push.sources import Row


def words_of_invoice(row: Row, lines: Sequence[Row], coded: InvoiceLines) -> dict[str, str]:
    """Return an invoice of Intacct in shared words, by BILL's column."""
    return {
        "customer_id": text(row, "customer_id"),
        "document_no": text(row, "document_no").strip(),
        "invoice_date": text(row, "invoice_date"),
        "due_date": text(row, "due_date") or text(row, "invoice_date"),
        "lines": coded.in_words(intacct_line(line) for line in lines),
    }
