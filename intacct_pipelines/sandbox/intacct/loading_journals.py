"""Loads journal entries that people made: the company's own, and one for each convenience fee (S-FEE-01)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from intacct_pipelines.sandbox.intacct.journals import GENERAL, manual_entry
from intacct_pipelines.sandbox.intacct.posting import Coding, Entry
from intacct_pipelines.sandbox.intacct.values import round_amount
from intacct_pipelines.sandbox.ledger import CREDIT, DEBIT, EntryText
from intacct_pipelines.sandbox.receivables_business import CLEARING_ACCOUNT, FEE_ACCOUNT, Receipt, seen_by

if TYPE_CHECKING:
    from intacct_pipelines.sandbox.business import Business
    from intacct_pipelines.sandbox.intacct.state import State
    from intacct_pipelines.sandbox.journal_business import JournalEntry

_FEE: Final = "BILL convenience fee"


class JournalLoader:
    """Posts the journal entries of a business into a state whose lists are loaded.

    Args:
        state: The company.
        business: What to load.
    """

    def __init__(self, state: State, business: Business) -> None:
        self._state = state
        self._business = business
        self._locations = {entity.entity_id: entity.location_ids[0] for entity in business.entities}

    def load(self) -> None:
        """Post everything."""
        for entry in self._business.journals:
            self._load_entry(entry)
        for receipt in seen_by("intacct", self._business.receivables.receipts):
            # The fee of a voided receipt went back with the money, and nobody journalled either.
            if receipt.fee and receipt.fee_in_intacct and receipt.voided_on is None:
                self._load_fee(receipt)

    def _load_entry(self, entry: JournalEntry) -> None:
        entries = [
            Entry(
                line.side,
                line.account_no,
                line.amount,
                line.amount,
                Coding(entry.entity_id, line.location_id, line.department_id, "", line.description),
            )
            for line in entry.lines
        ]
        text = EntryText(entry.title, entry.reference_no)
        self._state.ledger.post(
            manual_entry(
                self._state,
                GENERAL,
                text,
                entries,
                owner=entry.entity_id,
                currency=entry.currency,
                day=self._state.instants.day(entry.entry_date),
                at=entry.created_at,
            )
        )

    def _load_fee(self, receipt: Receipt) -> None:
        base = round_amount(receipt.fee * receipt.exchange_rate, self._state.currency_of(receipt.entity_id))
        coding = Coding(receipt.entity_id, self._locations[receipt.entity_id], memo=_FEE)
        entries = [
            Entry(DEBIT, CLEARING_ACCOUNT, receipt.fee, base, coding),
            Entry(CREDIT, FEE_ACCOUNT, receipt.fee, base, coding),
        ]
        self._state.ledger.post(
            manual_entry(
                self._state,
                GENERAL,
                EntryText(_FEE, receipt.reference),
                entries,
                owner=receipt.entity_id,
                currency=receipt.currency,
                day=self._state.instants.day(receipt.receipt_date),
                at=receipt.intacct_modified_at,
            )
        )
