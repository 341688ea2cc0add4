"""The accounts that money moves through: bank accounts, clearing accounts and charge cards, with the ledger behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from intacct_pipelines.sandbox.intacct.refusals import refusal

if TYPE_CHECKING:
    from intacct_pipelines.sandbox.intacct.state import State


class FinancialAccount(NamedTuple):
    """One account: what FINANCIALENTITY names."""

    account_id: str
    entity_id: str
    """The owner; empty for the top level."""
    account_no: str
    """The general-ledger account: a bank's own, a card's offset account."""
    currency: str
    is_card: bool = False
    default_location_id: str = ""
    """What a card transaction's line gets that names no location (S-CRD-03)."""


def operating_account(entity_id: str) -> str:
    """The id of an entity's operating bank account."""
    return f"OPERATING-{entity_id}" if entity_id else "OPERATING"


def money_in_account(entity_id: str) -> str:
    """The id of an entity's bank account for what BILL received and has not yet transferred."""
    return f"MONEYIN-{entity_id}" if entity_id else "MONEYIN"


def bank_account(state: State, account_id: str, owner: str) -> FinancialAccount:
    """The account that a payment or transfer is drawn on or goes to.

    Raises:
        FunctionRefusedError: There is none of this owner or the top level, or it is the offset of a card (S-PAY-08).
    """
    account = _account(state, account_id, owner)
    offsets = {one.account_no for one in state.financial_accounts.values() if one.is_card}
    if not account.is_card and account.account_no in offsets:
        raise refusal(
            "SANDBOX-OFFSET-ACCOUNT",
            f"The account {account_id} posts to {account.account_no}, which is the offset account of a charge card.",
            "Use a bank account with a general-ledger account of its own.",
        )
    return account


def card_account(state: State, account_id: str, owner: str) -> FinancialAccount:
    """The card that a transaction is charged to.

    Raises:
        FunctionRefusedError: There is none of this owner or the top level.
    """
    account = _account(state, account_id, owner)
    if not account.is_card:
        raise refusal("SANDBOX-FINANCIAL-ENTITY", f"The charge card '{account_id[:60]}' is not valid.")
    return account


def _account(state: State, account_id: str, owner: str) -> FinancialAccount:
    account = state.financial_accounts.get(account_id)
    if account is None or account.entity_id not in {"", owner}:
        raise refusal("SANDBOX-FINANCIAL-ENTITY", f"The account '{account_id[:60]}' is not valid.")
    return account
