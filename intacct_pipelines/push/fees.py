"""Convenience fees: what customers paid BILL on top of a receipt, as journal entries of their own (S-FEE-01).

The vendor's sync does not enter them reliably, so a link has to name them in ``also_pushed``.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar, Final

from intacct_pipelines.domain.names import fold
from intacct_pipelines.domain.payments import UNDER_WAY, UNDONE_IN_BILL
from intacct_pipelines.domain.push import Hold, Item
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.push.clearing_entries import ClearingEntries, Move, named
from intacct_pipelines.push.documents import allowed_currency, check_not_posted, check_readable, hold_of
from intacct_pipelines.push.planner import Held
from intacct_pipelines.push.sources import text

if TYPE_CHECKING:
    from intacct_pipelines.domain.keys import ItemKey
    from intacct_pipelines.push.planner import Context, Decision
    from intacct_pipelines.push.sources import Row

OBJECT: Final = "convenience_fee"
_RULE: Final = "S-FEE-01"
_RECEIPT: Final = "ar_payment"
_PUSHED: Final = PUSHED[OBJECT]
_RECEIVED: Final = "PAID"
_ACCOUNT: Final = "receivables.fee_account"


class FeePlanner:
    """Decides about the fees of the receipts of one link."""

    object_name: ClassVar[str] = OBJECT
    reads: ClassVar[tuple[str, ...]] = (*ClearingEntries.reads, "bill.ar_payment")

    def __init__(self, context: Context) -> None:
        sources = context.sources
        self._context = context
        self._link = sources.link
        self._currency = self._link.clearing.currency or sources.base_currency
        self._entries = ClearingEntries(context, self._link.clearing.money_in)
        self._received = sources.matched(_RECEIPT)
        receipts = sources.live("bill.ar_payment")
        self._numbers = Counter(fold(text(row, "reference_no")) for row in receipts if row.get("reference_no"))
        self._rows: list[Row] = [
            {**row, "amount": row["convenience_fee_amount"]}
            for row in sorted(receipts, key=lambda row: (row["payment_date"], row["id"]))
            if row.get("is_online") and row.get("convenience_fee_amount")
        ]

    def rows(self) -> list[Row]:
        """Return BILL's receipts with a fee by date; their amount is the fee."""
        return self._rows

    def is_shown(self, decision: Decision) -> bool:
        """Return True for all that is decided."""
        return decision is not None

    def decide(self, fee: Row) -> Decision:
        """Return what is to be done with the fee of a receipt; None if Intacct has it, or it is still to come."""
        try:
            return self._decide(fee)
        except Held as held:
            return hold_of(OBJECT, fee, _label(fee), held)

    def _decide(self, fee: Row) -> Item | None:
        found = self._entries.of(fee["id"], text(fee, "reference_no"))
        stands, status = sum(entry.amount for entry in found) != 0, text(fee, "status")
        if status in UNDER_WAY | UNDONE_IN_BILL:
            if stands:
                reason = f"BILL calls its receipt {status}, Intacct's {named(found)} stands"
                raise Held("void_in_bill", _RULE, reason, "Reverse the entry in Intacct.")
            return None
        if found and not stands:
            reason = f"Intacct's {named(found)} was taken back, BILL's receipt stands"
            raise Held("voided_in_intacct", _RULE, reason, "Enter the fee in Intacct again, by hand.")
        if found:
            return None
        if status != _RECEIVED:
            reason = f"BILL calls its receipt {status or 'nothing'}, so it may not have been received"
            raise Held("unknown_state", _RULE, reason, "Look at it in BILL; enter it by hand if it was paid.")
        return self._create(fee)

    def _create(self, fee: Row) -> Item:
        check_readable(self._context, _PUSHED, fee)
        check_not_posted(self._context, _PUSHED, fee)
        if fee["amount"] < 0:
            raise Held("not_positive", _RULE, f"it is {fee['amount']}", "Enter it in Intacct by hand.")
        allowed_currency(self._context, fee)
        if text(fee, "currency") != self._currency:
            reason = f"it is in {text(fee, 'currency')}, and BILL moves money in {self._currency or 'an unknown one'}"
            raise Held("currency", "S-CUR-01", reason, "Enter it in Intacct by hand.")
        clearing, account = self._link.clearing.money_in, self._link.receivables.fee_account
        for found, rule, setting in ((clearing, "S-CFG-03", "clearing.money_in"), (account, _RULE, _ACCOUNT)):
            if not found:
                raise Held("missing_account", rule, f"the link does not name {setting}", "Name the account there.")
        receipt = self._receipt_of(fee)
        self._check_stranger(fee)
        name = text(fee, "reference_no")
        move = Move(
            debit=clearing,
            credit=account,
            amount=fee["amount"],
            currency=self._currency,
            day=fee["payment_date"],
            number=self._entries.number(name if self._numbers[fold(name)] == 1 else "", fee["id"]),
            what=_PUSHED.word,
            rule=_RULE,
            place_rule="S-CFG-20",
        )
        return self._entries.item(_PUSHED, fee, move, _label(fee), () if receipt is None else (receipt,))

    def _receipt_of(self, fee: Row) -> ItemKey | None:
        """Return the item that enters the receipt; None if Intacct has it.

        Raises:
            Held: The receipt is held, or not pushed.
        """
        record = (_RECEIPT, fee["id"])
        if fee["id"] in self._received:
            return None
        decision = self._context.decisions.get(record)
        if isinstance(decision, Hold):
            reason = f"it waits for {decision.label}, which is held: {decision.reason}"
            raise Held(decision.kind, decision.rule, reason, decision.remedy, held_by=fee["id"])
        item = decision if isinstance(decision, Item) else self._context.in_hand.get(record)
        if item is None:
            reason = "its receipt is not in Intacct, and the fee alone would stay on clearing"
            raise Held("missing_reference", _RULE, reason, "Enter the receipt first.", held_by=fee["id"])
        return item.key

    def _check_stranger(self, fee: Row) -> None:
        """Refuse what a person may have entered without the receipt's number."""
        days, day = timedelta(days=self._link.clearing.days), fee["payment_date"]
        strangers = [
            entry
            for entry in self._entries.entries
            if entry.amount == fee["amount"]
            and abs(entry.day - day) <= days
            and not entry.source_id
            and entry.number not in self._numbers
        ]
        if strangers:
            reason = f"Intacct's {named(strangers)} has the same amount about the same day and is nobody's pair"
            remedy = f"If it is this fee, write BILL:{fee['id']} into its title; else enter the fee by hand."
            raise Held("duplicate", "S-IDM-04", reason, remedy)


def _label(fee: Row) -> str:
    return f"convenience fee of receipt {text(fee, 'reference_no') or fee['id']}"
