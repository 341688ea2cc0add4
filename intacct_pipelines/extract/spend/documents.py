"""Spend & Expense's documents with what belongs to them: lines, coding, receipts, the vendor sync's claims."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

from intacct_pipelines.clients.spend import SpendClient
from intacct_pipelines.domain.catalog import Table, with_embedded
from intacct_pipelines.domain.records import Tally, Window
from intacct_pipelines.extract.documents import DocumentExtraction
from intacct_pipelines.extract.json_records import Fault, Record
from intacct_pipelines.extract.spend.reading import CHILDREN_MISSING, Reader

_MISSING: Final = ("id", "children", "S-CRD-11")


class SpendExtraction(DocumentExtraction):
    """Batches of one table of Spend & Expense over one window, with those of the tables that belong to it.

    Args:
        client: Of the platform account.
        table: Any table of schema ``spend`` that is not embedded in another.
        window: How much to read; ``CHANGED`` and ``MONTH`` for transactions only.
        currency: The account's currency (ISO 4217), which this API does not tell.
        reread_from: See ``reading.Reader``.
        months: First days of the months that the reading is counted by.
        expected: Keys of the transactions that are stored of a month; see ``reading.Reader``.

    Raises:
        ConfigurationError: The table and the window do not fit.
    """

    def __init__(
        self,
        client: SpendClient,
        table: Table,
        window: Window,
        currency: str,
        *,
        reread_from: datetime | None = None,
        months: Sequence[date] = (),
        expected: Sequence[str] = (),
    ) -> None:
        tally = Tally()
        reader = Reader(client, table, window, tally, reread_from=reread_from, expected=expected)
        super().__init__(with_embedded(table), window, reader, tally, months=months, expected=expected)
        self._currency = currency

    def complete(self, documents: Sequence[Record]) -> tuple[list[Record], dict[int, Fault]]:
        """Give each document its currency and its coding one shape; a split without its children is at fault."""
        faults = {at: _MISSING for at, document in enumerate(documents) if CHILDREN_MISSING in document}
        completed = [{**document, "currency": self._currency} for document in documents]
        for document in completed:
            if "parts" in document:
                document["parts"] = [_with_answers(part) for part in document["parts"]]
        return [_with_answers(document) for document in completed], faults


def _with_answers(document: Record) -> Record:
    """Let each custom field have a list of answers: what was chosen, or one for a note alone."""
    fields = document.get("customFields")
    return (
        {**document, "customFields": [_answered(field) for field in fields]} if isinstance(fields, list) else document
    )


def _answered(field: Any) -> Any:
    if not isinstance(field, dict):
        return field
    chosen = field.get("selectedValues") or ([{}] if field.get("note") else [])
    # One value alone was seen in place of a list of one.
    return {**field, "answers": [{"value": chosen}] if isinstance(chosen, str) else chosen}
