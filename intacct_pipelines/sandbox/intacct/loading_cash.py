"""Loads cash management: bank and card accounts, and what moved through them."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from intacct_pipelines.sandbox.business import Line
from intacct_pipelines.sandbox.intacct.card_transactions import CARD_TRANSACTION
from intacct_pipelines.sandbox.intacct.cash import (
    RECEIPT,
    Part,
    deposit_lines,
    deposit_posting,
    transfer_lines,
    transfer_posting,
)
from intacct_pipelines.sandbox.intacct.fields import RAW_STATES
from intacct_pipelines.sandbox.intacct.financial import FinancialAccount, operating_account
from intacct_pipelines.sandbox.intacct.loading_documents import DocumentLoader, RowMaker
from intacct_pipelines.sandbox.intacct.values import round_amount
from intacct_pipelines.sandbox.ledger import BANK_ACCOUNT, CARD_ACCOUNT
from intacct_pipelines.sandbox.rates import exchange_rate
from intacct_pipelines.sandbox.receivables_business import CLEARING_ACCOUNT, UNDEPOSITED_ACCOUNT, seen_by

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from intacct_pipelines.sandbox.business import Business
    from intacct_pipelines.sandbox.cards import CardAccount, CardTransaction
    from intacct_pipelines.sandbox.intacct.state import State
    from intacct_pipelines.sandbox.receivables_business import Deposit
    from intacct_pipelines.sandbox.settlements import FundsTransfer

_CASHBACK: Final = Decimal("0.01")


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


class CashLoader:
    """Fills the cash management of an empty company: card transactions, cashback, transfers, deposits.

    Args:
        rows: Makes the rows.
        business: What to load.
    """

    def __init__(self, rows: RowMaker, business: Business) -> None:
        self._rows = rows
        self._state = rows.state
        self._business = business

    def load(self) -> None:
        """Load everything."""
        transactions = [one for one in self._business.cards.transactions if one.in_intacct]
        for transaction in sorted(transactions, key=lambda one: one.intacct_record_no or 0):
            self._load_card_transaction(transaction)
        for account in self._business.cards.accounts:
            self._load_cashback(account, [one for one in transactions if one.entity_id == account.entity_id])
        for transfer in self._business.settlements.transfers:
            if transfer.in_intacct:
                self._load_transfer(transfer)
        for deposit in seen_by("intacct", self._business.receivables.deposits):
            self._load_deposit(deposit)

    def _load_card_transaction(self, one: CardTransaction) -> None:
        """The charge as the vendor's sync wrote it, under the number that the platform claims (S-CRD-10)."""
        account = next(card for card in self._business.cards.accounts if card.entity_id == one.entity_id)
        header = {
            "FINANCIALENTITY": account.card_id,
            "WHENCREATED": self._state.instants.day(one.posting_date),
            "RECORDID": f"SE-{one.key}",
            "DESCRIPTION": one.merchant,
            "CURRENCY": one.currency,
            "EXCHANGE_RATE": self._rate(one.currency, one.entity_id, one.posting_date),
            "STATE": "Posted",
            "RAWSTATE": RAW_STATES["Posted"],
            "CLEARED": "F",
        }
        loader = DocumentLoader(self._rows, CARD_TRANSACTION)
        times = (one.occurred_at, one.intacct_modified_at)
        loader.load(header, one.intacct_lines, one.entity_id, times, offset_account=CARD_ACCOUNT)

    def _load_cashback(self, account: CardAccount, transactions: Sequence[CardTransaction]) -> None:
        """What the card's issuer pays back for each quarter that is over, as another receipt."""
        quarters: dict[date, Decimal] = defaultdict(Decimal)
        for one in transactions:
            quarters[_quarter_end(one.posting_date)] += one.total
        today = self._state.clock.now().date()
        for day, spent in sorted(quarters.items()):
            amount = round_amount(spent * _CASHBACK, account.currency)
            if amount > 0 and day < today:
                line = Line(amount, self._business.expense_account, "", account.location_id, "", "Cashback")
                made = datetime.combine(day, time(12), UTC)
                header = {
                    "FINANCIALENTITY": operating_account(account.entity_id),
                    "WHENCREATED": self._state.instants.day(day),
                    "RECORDID": f"CB-{day:%Y%m}",
                    "DESCRIPTION": f"Cashback {account.label}",
                    "CURRENCY": account.currency,
                    "EXCHANGE_RATE": self._rate(account.currency, account.entity_id, day),
                    "STATE": "Posted",
                }
                loader = DocumentLoader(self._rows, RECEIPT)
                loader.load(header, [line], account.entity_id, (made, made), offset_account=BANK_ACCOUNT)

    def _load_transfer(self, transfer: FundsTransfer) -> None:
        state, table = self._state, self._state.tables["FUNDSTRANSFER"]
        base_currency = state.currency_of(transfer.entity_id)
        rate = Decimal(self._rate(transfer.currency, transfer.entity_id, transfer.process_date))
        amount, sides = transfer.amount, (transfer.from_account_no, transfer.to_account_no)
        if amount < 0:  # money that comes back: a transfer's amount is above zero, its direction says the rest
            amount, sides = -amount, (transfer.to_account_no, transfer.from_account_no)
        header = {
            "RECORDID": transfer.name,
            "DESCRIPTION": "BILL funds transfer",
            "WHENCREATED": state.instants.day(transfer.process_date),
            "CURRENCY": transfer.currency,
            "BASECURR": base_currency,
            "TOTALENTERED": str(round_amount(amount * rate, base_currency)),
            "STATE": "Posted",
        }
        row = self._rows.row(table, header, transfer.entity_id, (transfer.created_at, transfer.modified_at))
        table.put(row)
        for item in transfer_lines(state, row, *sides):
            state.tables["FUNDSTRANSFERENTRY"].put(item)
        state.ledger.post(transfer_posting(state, row, *sides, amount))

    def _load_deposit(self, deposit: Deposit) -> None:
        """What customers paid, from BILL's clearing account or from undeposited funds to the bank."""
        state, table = self._state, self._state.tables["DEPOSIT"]
        base_currency = state.currency_of(deposit.entity_id)
        base = round_amount(deposit.amount * deposit.exchange_rate, base_currency)
        header = {
            "RECORDID": deposit.reference,
            "FINANCIALENTITY": operating_account(deposit.entity_id),
            "DESCRIPTION": "BILL funds transfer" if deposit.kind == "transfer" else "Checks",
            "WHENCREATED": state.instants.day(deposit.deposit_date),
            "CURRENCY": deposit.currency,
            "BASECURR": base_currency,
            "TOTALENTERED": str(base),
            "STATE": "Posted",
        }
        row = self._rows.row(table, header, deposit.entity_id, (deposit.created_at, deposit.modified_at))
        table.put(row)
        source = CLEARING_ACCOUNT if deposit.kind == "transfer" else UNDEPOSITED_ACCOUNT
        parts = [Part(source, deposit.amount, base, deposit.reference)]
        for item in deposit_lines(state, row, parts):
            state.tables["DEPOSITENTRY"].put(item)
        state.ledger.post(deposit_posting(state, row, parts, BANK_ACCOUNT))

    def _rate(self, currency: str, entity_id: str, day: date) -> str:
        return str(exchange_rate(currency, self._state.currency_of(entity_id), day))


def _quarter_end(day: date) -> date:
    """The last day of the quarter."""
    month = (day.month + 2) // 3 * 3
    return day.replace(month=month, day=30 if month in {6, 9} else 31)
