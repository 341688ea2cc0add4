"""Which of BILL's receipts Intacct holds as advances: money that is on no invoice there (S-ARP-01)."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from intacct_pipelines.domain.keys import read_source_mark
from intacct_pipelines.domain.names import fold
from intacct_pipelines.domain.push import UNDONE_STATES
from intacct_pipelines.push.sources import text

if TYPE_CHECKING:
    from datetime import date

    from intacct_pipelines.push.sources import Row, Sources


class IntacctAdvances:
    """Intacct's advances, by the receipt that they name; those that name none, by customer and reference.

    Args:
        sources: The rows.
    """

    def __init__(self, sources: Sources) -> None:
        self._named: dict[str, list[Row]] = defaultdict(list)
        self._numbered: dict[tuple[str, str], list[Row]] = defaultdict(list)
        self._of_others: dict[tuple[str, str, date], list[Row]] = defaultdict(list)
        for _, row in sorted(sources.by("intacct.ar_advance").items()):
            mark = read_source_mark(row.get("description"))
            number = fold(text(row, "reference_no") or text(row, "document_no"))
            if mark is not None and mark[0] == "bill":
                self._named[mark[1]].append(row)
                self._of_others[row["customer_id"], number, row["receipt_date"]].append(row)
            elif number:
                self._numbered[row["customer_id"], number].append(row)

    def of(self, receipt_id: str, customer_id: str, number: str) -> list[Row]:
        """Return the advances of a receipt: those that name it, else those of its number that name none."""
        return self._named.get(receipt_id) or self._numbered.get((customer_id, fold(number)), [])

    def is_named(self, receipt_id: str) -> bool:
        """Return whether an advance names a receipt."""
        return receipt_id in self._named

    def namesakes(self, customer_id: str, number: str, day: date) -> list[Row]:
        """Return the advances of a number and day that name a receipt: another than one that no advance names."""
        return self._of_others.get((customer_id, fold(number), day), [])

    def standing(self, receipt_id: str, customer_id: str, number: str) -> list[Row]:
        """Return those of a receipt that take effect."""
        found = self.of(receipt_id, customer_id, number)
        return [row for row in found if text(row, "state") not in UNDONE_STATES]
