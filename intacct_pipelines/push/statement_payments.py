"""Payments of card statements: what a platform draws for a period's charges, as journal entries, and which wait.

The platform tells of no payment, and Intacct documents no function that pays off a card. So each statement that is over
becomes a journal entry that empties the card account's ledger account against the bank, once all of it stands there.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, Final
from zoneinfo import ZoneInfo

from intacct_pipelines.domain.ledger import ACCRUAL, CASH, SUBLEDGERS
from intacct_pipelines.domain.names import fold
from intacct_pipelines.domain.push import UNDONE_STATES, Item
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.domain.statements import end_of, overlapping, statements_to_pay
from intacct_pipelines.push.card_accounts import CardAccounts
from intacct_pipelines.push.card_charges import moved_money
from intacct_pipelines.push.clearing_entries import ClearingEntries, Move, named
from intacct_pipelines.push.documents import check_not_posted, hold_of
from intacct_pipelines.push.planner import Held
from intacct_pipelines.push.sources import text
from intacct_pipelines.push.statement_charges import StatementCharges
from intacct_pipelines.push.transfer_banks import TransferBanks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from intacct_pipelines.domain.statements import Statement
    from intacct_pipelines.push.planner import Context, Decision
    from intacct_pipelines.push.sources import Row

OBJECT: Final = "card_statement_payment"
_PUSHED: Final = PUSHED[OBJECT]
_RULE: Final = "S-CRD-01"
_SETTINGS: Final = "statement_payments of the platform account"
_NEAR: Final = timedelta(days=10)
"""So long after the day of the payment one that somebody entered may be dated."""


class StatementPaymentPlanner:
    """Decides about the statements of one platform account whose payment is due."""

    object_name: ClassVar[str] = OBJECT
    reads: ClassVar[tuple[str, ...]] = (
        "intacct.entity", "intacct.location", "intacct.department", "intacct.accounting_class", "intacct.gl_account",
        "intacct.gl_detail", "intacct.funds_transfer", "intacct.card_transaction", "spend.card_transaction",
        "spend.card_transaction_line", "spend.platform_user",
    )  # fmt: skip

    def __init__(self, context: Context) -> None:
        sources = context.sources
        self._context = context
        self._sources = sources
        self._link = sources.link
        self._account_no = self._link.cards.offset_account
        self._entries = ClearingEntries(context, self._account_no, _SETTINGS, _PUSHED.origin)
        self._banks = TransferBanks(sources, f"bank in {_SETTINGS}")
        self._charges = StatementCharges(context)
        self._statements = statements_to_pay(self._link, context.now)
        self._numbers = {fold(one.number) for one in self._statements}

    def rows(self) -> list[Row]:
        """Return the statements whose payment is due, with their charges; what they come to is their amount."""
        charges = self._by_statement()
        return [
            self._row(one, charges.get((one.account, one.last), [])) for one in self._statements if self._is_due(one)
        ]

    def is_shown(self, decision: Decision) -> bool:
        """Return True for all that is decided."""
        return decision is not None

    def decide(self, row: Row) -> Decision:
        """Return what is to be done with a statement; None if it is paid as it should be, or comes to nothing."""
        try:
            return self._decide(row)
        except Held as held:
            return hold_of(OBJECT, row, _label(row), held)

    def _by_statement(self) -> dict[tuple[str, date], list[Row]]:
        accounts, policy = CardAccounts(self._sources), self._link.cards
        zone, known = ZoneInfo(policy.time_zone), {(one.account, one.last) for one in self._statements}
        found: dict[tuple[str, date], list[Row]] = defaultdict(list)
        for charge in filter(moved_money, self._sources.live("spend.card_transaction")):
            day = charge["occurred_at"].astimezone(zone).date()
            place = (accounts.name_of(charge), end_of(day, policy.statement_day))
            if place in known:
                found[place].append(charge)
        return {place: sorted(charges, key=lambda one: one["id"]) for place, charges in found.items()}

    def _is_due(self, statement: Statement) -> bool:
        """Say whether it is over and drawn, and all that is judged was read since."""
        complete = min([self._context.now, *self._context.read_at.values()])
        today = complete.astimezone(ZoneInfo(self._link.cards.time_zone)).date()
        return statement.last < today and self._day_of(statement) <= today

    def _day_of(self, statement: Statement) -> date:
        return statement.last + timedelta(days=self._link.statement_payments.days)

    def _row(self, statement: Statement, charges: list[Row]) -> dict[str, Any]:
        currencies = {text(one, "currency") for one in charges}
        is_one = len(currencies) == 1
        return {
            "id": statement.id,
            "statement": statement,
            "charges": charges,
            "currencies": currencies,
            "currency": min(currencies) if is_one else "",
            "amount": sum((one["amount"] for one in charges), Decimal(0)) if is_one else Decimal(0),
        }

    def _decide(self, row: Row) -> Item | None:
        found = self._entries.of(row["id"], row["statement"].number)
        if len(row["currencies"]) > 1:
            reason = f"its charges are in {', '.join(sorted(row['currencies']))}, which are never added"
            raise Held(
                "currency", "S-CUR-01", reason, "Enter its payments by hand, or give each currency a card account."
            )
        if found:
            self._check_paid(row, sum((entry.amount for entry in found), Decimal(0)), named(found))
            return None
        return self._create(row) if row["amount"] else None

    def _check_paid(self, row: Row, paid: Decimal, entries: str) -> None:
        """Refuse a statement that was paid with another amount than its charges come to by now.

        A second entry is never made: what came late the platform draws with a later statement, or a person knows why.
        """
        due: Decimal = row["amount"]
        if paid == due:
            return
        if paid == 0:
            reason = f"Intacct's {entries} was taken back, and its charges come to {due}"
            raise Held("voided_in_intacct", _RULE, reason, "Enter the payment in Intacct again, by hand.")
        reason = (
            f"Intacct's {entries} paid {paid}, its charges come to {due} {row['currency']}: {due - paid} is not paid"
        )
        remedy = (
            "Look at the bank's statement for what was drawn; enter the rest in Intacct by hand, with "
            f"SPEND:{row['id']} in the title, or correct the charge."
        )
        raise Held("paid_other_amount", _RULE, reason, remedy)

    def _create(self, row: Row) -> Item:
        statement: Statement = row["statement"]
        check_not_posted(self._context, _PUSHED, row)
        if statement.account != self._link.cards.account:
            reason = f"nothing tells which ledger account is behind card account {statement.account}"
            raise Held("missing_account", "S-CRD-04", reason, "Enter its payment in Intacct by hand.")
        self._charges.check(statement, row["charges"])
        if row["amount"] < 0:
            reason = f"its refunds are more than its charges, by {-row['amount']} {row['currency']}"
            raise Held("not_positive", _RULE, reason, "Look at the bank's statement; enter by hand what was paid back.")
        self._check_other_periods(statement)
        self._check_stranger(row)
        move = Move(
            debit=self._account_no,
            credit=self._banks.ledger_account((), row["currency"]),
            amount=row["amount"],
            currency=row["currency"],
            day=self._day_of(statement),
            number=self._entries.number(statement.number, row["id"]),
            what=_PUSHED.word,
            rule=_RULE,
            place_rule="S-CRD-03",
        )
        return self._entries.item(_PUSHED, row, move, _label(row))

    def _check_other_periods(self, statement: Statement) -> None:
        """Refuse a statement of which some days were paid with another one, before its closing day was changed."""
        others = overlapping(statement, {entry.source_id for entry in self._entries.entries})
        if others:
            reason = f"some of its days were paid as {', '.join(others)}"
            raise Held(
                "duplicate", "S-IDM-04", reason, f"Set since in {_SETTINGS} to a day after these; pay the rest by hand."
            )

    def _check_stranger(self, row: Row) -> None:
        """Refuse what may be paid in Intacct already, in whatever way somebody did that."""
        amount, statement = row["amount"], row["statement"]
        last = self._day_of(statement) + _NEAR
        alike = [
            name
            for name, moved, day in (*self._own_entries(), *self._documents(), *self._transfers())
            if moved == amount and statement.last <= day <= last
        ]
        if alike:
            reason = f"Intacct's {', '.join(alike[:3])} moves the same amount about the day of the payment"
            remedy = (
                f"If it is this payment and a journal entry, write SPEND:{row['id']} into its title; otherwise "
                f"set since in {_SETTINGS} to a day after {statement.last}, or enter the payment by hand."
            )
            raise Held("duplicate", "S-IDM-04", reason, remedy)

    def _own_entries(self) -> Iterator[tuple[str, Decimal, date]]:
        """Yield the journal entries on the account that are no statement's."""
        for entry in self._entries.entries:
            if not entry.source_id and entry.number not in self._numbers:
                yield f"journal entry {entry.record_no}", entry.amount, entry.day

    def _documents(self) -> Iterator[tuple[str, Decimal, date]]:
        """Yield what documents other than card transactions did to the account: a payoff's bill, a payment."""
        charges = {fold(row.get("document_no")) for row in self._sources.live("intacct.card_transaction")}
        groups: dict[tuple[int, str], list[Row]] = defaultdict(list)
        for row in self._sources.live("intacct.gl_detail"):
            module, number = text(row, "module_key"), text(row, "document_no")
            is_theirs = row["account_no"] == self._account_no and module in SUBLEDGERS and text(row, "book") == ACCRUAL
            if is_theirs and not (module == CASH and fold(number) in charges):
                groups[row["batch_no"] or 0, number].append(row)
        for (batch_no, number), rows in sorted(groups.items()):
            debits = sum((row.get("trx_debit_amount") or Decimal(0) for row in rows), Decimal(0))
            credits_ = sum((row.get("trx_credit_amount") or Decimal(0) for row in rows), Decimal(0))
            yield f"document {number or batch_no}", debits - credits_, rows[0]["entry_date"]

    def _transfers(self) -> Iterator[tuple[str, Decimal, date]]:
        for record_no, row in sorted(self._sources.by("intacct.funds_transfer").items()):
            if text(row, "state") not in UNDONE_STATES:
                yield f"funds transfer {record_no}", abs(row["total_entered"]), row["transfer_date"]


def _label(row: Row) -> str:
    return f"payment of {row['statement'].account}'s statement of {row['statement'].last}"
