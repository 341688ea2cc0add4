"""Card transactions: what is charged to, or refunded on, a card account."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from intacct_pipelines.sandbox.intacct.documents import RATE_INPUT, Documents, Form, fill
from intacct_pipelines.sandbox.intacct.fields import RAW_STATES, words
from intacct_pipelines.sandbox.intacct.financial import card_account
from intacct_pipelines.sandbox.intacct.refusals import refusal
from intacct_pipelines.sandbox.ledger import DEBIT, PostingKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from intacct_pipelines.sandbox.intacct.state import Row

CARD_TRANSACTION: Final = Form(
    "CCTRANSACTION",
    "CCTRANSACTIONENTRY",
    "card transaction",
    PostingKind("Charge card transaction", "CCJ", "11.CM", "cx"),
    DEBIT,
    RATE_INPUT | words("FINANCIALENTITY WHENCREATED RECORDID DESCRIPTION SUPDOCID INCLUSIVETAX TAXSOLUTIONID"),
)


class CardTransactions(Documents):
    """Writes card transactions."""

    form: ClassVar[Form] = CARD_TRANSACTION

    def _complete_header(self, row: Row, *, draft: bool) -> None:  # noqa: ARG002  # there are no drafts
        table = self._headers
        card = card_account(self._state, table.get(row, "FINANCIALENTITY"), row[table.owner_at])
        if not table.get(row, "WHENCREATED"):
            raise refusal("SANDBOX-REQUIRED", "Required field WHENCREATED is missing.")
        self._complete_money(row, card.currency)
        fill(table, row, {"RAWSTATE": RAW_STATES[table.get(row, "STATE")], "CLEARED": table.get(row, "CLEARED") or "F"})

    def _offset_account(self, row: Row) -> str:
        table = self._headers
        return card_account(self._state, table.get(row, "FINANCIALENTITY"), row[table.owner_at]).account_no

    def _check_lines(self, row: Row, items: Sequence[Row]) -> None:
        """The lines' dimensions stand on the offset account too, which may require more (S-CRD-04)."""
        offset = self._checks.account(self._offset_account(row))
        for item in items:
            self._checks.dimensions(self._lines, item, offset, row[self._headers.owner_at])

    def _line(self, row: Row, values: Mapping[str, str], at: int, old: Row | None) -> Row:
        if old is None and not values.get("LOCATIONID"):
            table = self._headers
            card = card_account(self._state, table.get(row, "FINANCIALENTITY"), row[table.owner_at])
            values = {**values, "LOCATIONID": card.default_location_id}
        return super()._line(row, values, at, old)
