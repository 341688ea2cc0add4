"""BILL's documents with what is embedded in them, each with the currency of its party."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from intacct_pipelines.clients.bill import Session
from intacct_pipelines.domain.catalog import Table, with_embedded
from intacct_pipelines.domain.records import Tally, Window
from intacct_pipelines.extract.bill.reading import Reader
from intacct_pipelines.extract.documents import DocumentExtraction
from intacct_pipelines.extract.json_records import Fault, Record, walk

_CURRENCY: Final = "currency"
_CURRENCY_OF_PARTY: Final = "S-CUR-02"


class BillExtraction(DocumentExtraction):
    """Batches of one BILL table over one window, with those of the tables that are embedded in it.

    Args:
        session: Session of the organisation.
        organization_id: The organisation that is meant; must be the session's.
        table: Any table of schema ``bill`` that is not embedded in another.
        window: How much to read.
        currencies: Id of vendor or customer → currency (ISO 4217), for tables with a ``party``: BILL's documents carry
            no currency themselves.
        months: First days of the months that the reading is counted by.

    Raises:
        ConfigurationError: The table, the window or the organisation does not fit.
    """

    def __init__(
        self,
        session: Session,
        organization_id: str,
        table: Table,
        window: Window,
        currencies: Mapping[str, str] | None = None,
        months: Sequence[date] = (),
    ) -> None:
        tally = Tally()
        reader = Reader(session, organization_id, table, window, tally)
        super().__init__(with_embedded(table), window, reader, tally, months=months)
        self._currencies = currencies or {}

    def complete(self, documents: Sequence[Record]) -> tuple[list[Record], dict[int, Fault]]:
        """Give each document its party's currency; one whose party has none is at fault, never guessed."""
        party = self.table.party
        if not party:
            return list(documents), {}
        source = self.table.column(party).source
        completed: list[Record] = []
        faults: dict[int, Fault] = {}
        for at, document in enumerate(documents):
            party_id = walk(document, source)
            currency = self._currencies.get(party_id) if isinstance(party_id, str) else None
            # A mapping taken from a frame may hold NaN for a party without one.
            is_known = isinstance(currency, str) and bool(currency)
            completed.append({**document, _CURRENCY: currency if is_known else None})
            if not is_known:
                faults[at] = (_CURRENCY, f"{party.removesuffix('_id')}_currency", _CURRENCY_OF_PARTY)
        return completed, faults
