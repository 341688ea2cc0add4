"""Loads cash management: bank and card accounts, and what moved through them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from intacct_pipelines.sandbox.intacct.financial import FinancialAccount, operating_account
from intacct_pipelines.sandbox.ledger import BANK_ACCOUNT, CARD_ACCOUNT

if TYPE_CHECKING:
    from intacct_pipelines.sandbox.business import Business
    from intacct_pipelines.sandbox.intacct.state import State


def load_financial_accounts(state: State, business: Business) -> None:
    """Every entity and the top level have an operating account; the others are those of the business."""
    found = [FinancialAccount(operating_account(""), "", BANK_ACCOUNT, business.base_currency)]
    found += [
        FinancialAccount(operating_account(entity.entity_id), entity.entity_id, BANK_ACCOUNT, entity.currency)
        for entity in business.entities
    ]
    found += [
        FinancialAccount(bank.intacct_id, bank.entity_id, bank.account_no, bank.currency)
        for bank in business.settlements.bank_accounts
    ]
    found += [
        FinancialAccount(card.card_id, card.entity_id, CARD_ACCOUNT, card.currency, True, card.location_id)  # a card
        for card in business.cards.accounts
    ]
    state.financial_accounts |= {account.account_id: account for account in found}
