"""Funds transfers: the lump sums between the bank and clearing as journal entries, and which wait (S-AFT-01, S-RFT-01).

Intacct documents no way to write its own object of a transfer, so each is a journal entry between the two accounts.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar, Final

from intacct_pipelines.domain.names import fold
from intacct_pipelines.domain.payments import NOT_FROM_BANK, UNDER_WAY, UNDONE_IN_BILL
from intacct_pipelines.domain.push import UNDONE_STATES, Item
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.push.clearing_entries import ClearingEntries, Move, named
from intacct_pipelines.push.documents import allowed_currency, check_not_posted, check_readable, hold_of
from intacct_pipelines.push.planner import Held
from intacct_pipelines.push.sources import text
from intacct_pipelines.push.transfer_banks import TransferBanks

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date
    from decimal import Decimal

    from intacct_pipelines.push.planner import Context, Decision
    from intacct_pipelines.push.sources import Row

_SENT, _CONFIRMED, _VOID = "0", "1", "2"
_TRANSFER_DAYS: Final = {"intacct.funds_transfer": "transfer_date"}
_DAYS: Final = {**_TRANSFER_DAYS, "intacct.deposit": "deposit_date"}


class TransferPlanner:
    """Decides about the lump sums of one direction of one link.

    Args:
        context: What every planner is told.
    """

    object_name: ClassVar[str]
    rule: ClassVar[str]
    movement_type: ClassVar[str]
    """BILL's code of the sums."""
    usual_sign: ClassVar[int]
    """Sign of a sum that goes its usual way; what has the other one came back."""
    carried: ClassVar[str]
    """Pushed object of what is behind the sums."""
    days: ClassVar[Mapping[str, str]] = _TRANSFER_DAYS
    """Tables of Intacct's own records of such sums, with the column of their day."""
    reads: ClassVar[tuple[str, ...]] = (
        *ClearingEntries.reads, "intacct.funds_transfer", "bill.money_movement", "bill.ap_payment",
    )  # fmt: skip

    def __init__(self, context: Context) -> None:
        sources = context.sources
        self._context = context
        self._sources = sources
        self._link = sources.link
        self._pushed = PUSHED[self.object_name]
        self._currency = self._link.clearing.currency or sources.base_currency
        self._clearing = self._clearing_account()
        self._entries = ClearingEntries(context, self._clearing)
        self._banks = TransferBanks(sources)
        self._paired = sources.matched(self._pushed.reconciliation)
        movements = sources.live("bill.money_movement")
        self._numbers = Counter(fold(text(row, "name")) for row in movements if row.get("name"))
        chosen = [row for row in movements if text(row, "movement_type") == self.movement_type]
        self._rows: list[Row] = [
            {**row, "amount": abs(row["amount"]), "signed": row["amount"], "currency": self._currency}
            for row in sorted(chosen, key=lambda row: (row["process_date"], row["id"]))
        ]

    def rows(self) -> list[Row]:
        """Return BILL's movements by date."""
        return self._rows

    def is_shown(self, decision: Decision) -> bool:
        """Return True for all that is decided."""
        return decision is not None

    def decide(self, movement: Row) -> Decision:
        """Return what is to be done with a movement; None if Intacct has it, or it is not confirmed yet."""
        if movement["id"] in self._paired:
            return None
        try:
            return self._decide(movement)
        except Held as held:
            return hold_of(self.object_name, movement, _label(movement), held)

    def _decide(self, movement: Row) -> Item | None:
        status, found = text(movement, "status"), self._entries.of(movement["id"], text(movement, "name"))
        stands = sum(entry.amount for entry in found) != 0
        if status == _VOID and stands:
            reason = f"BILL voided it, Intacct's {named(found)} stands"
            raise Held("void_in_bill", self.rule, reason, "Reverse the entry in Intacct.")
        if status in {_SENT, _VOID}:
            return None
        if found and not stands:
            reason = f"Intacct's {named(found)} was taken back, BILL's movement stands"
            raise Held("voided_in_intacct", self.rule, reason, "Enter it in Intacct again, or void it in BILL.")
        if found:
            return None
        if status != _CONFIRMED:
            reason = f"BILL calls its state {status or 'nothing'}, so the money may not have moved"
            raise Held("unknown_state", self.rule, reason, "Look at the bank's statement; enter it by hand if it did.")
        return self._create(movement)

    def _create(self, movement: Row) -> Item:
        check_readable(self._context, self._pushed, movement)
        check_not_posted(self._context, self._pushed, movement)
        self._check_direction(movement)
        if not self._clearing:
            reason = "the link names no clearing account, so nothing tells where the money went"
            raise Held("missing_account", "S-CFG-03", reason, "Name it in clearing of the link.")
        is_usual = movement["signed"] * self.usual_sign > 0
        # Of money that came back nothing tells what it is of.
        behind = list(self._behind(movement["process_date"])) if is_usual else []
        if is_usual:
            self._check_behind(behind)
        self._check_stranger(movement)
        bank = self._banks.ledger_account(self._drawn_on(behind), allowed_currency(self._context, movement))
        reaches_bank = movement["signed"] > 0
        name = text(movement, "name")
        number = self._entries.number(name if self._numbers[fold(name)] == 1 else "", movement["id"])
        move = Move(
            debit=bank if reaches_bank else self._clearing,
            credit=self._clearing if reaches_bank else bank,
            amount=movement["amount"],
            currency=self._currency,
            day=movement["process_date"],
            number=number,
            what=self._pushed.word,
            rule=self.rule,
            place_rule="S-AFT-02",
        )
        return self._entries.item(self._pushed, movement, move, _label(movement))

    def _check_direction(self, movement: Row) -> None:
        signed: Decimal = movement["signed"] * self.usual_sign
        if signed == 0:
            raise Held("not_positive", self.rule, "its amount is 0", "Look at it in BILL; nothing is to be entered.")
        if signed < 0 and not self._link.entries.returns:
            reason = "it goes the other way, and BILL does not document that money which came back looks so"
            remedy = "Look at the bank's statement; enter it by hand, or set entries.returns of the link."
            raise Held("came_back", self.rule, reason, remedy)

    def _check_behind(self, behind: list[Row]) -> None:
        """Refuse a sum of which nothing stands on the account: it is of a time before Intacct was kept so."""
        pairs, decisions = self._sources.matched(self.carried), self._context.decisions
        for row in behind:
            record = (self.carried, row["id"])
            if row["id"] in pairs or record in self._context.in_hand or isinstance(decisions.get(record), Item):
                return
        word = PUSHED[self.carried].word
        reason = f"no {word} that is behind it is in Intacct, so it would leave its money on {self._clearing}"
        raise Held("missing_reference", self.rule, reason, f"Enter its {word}s first, or the transfer by hand.")

    def _check_stranger(self, movement: Row) -> None:
        """Refuse what may be in Intacct already, entered by somebody else."""
        size, days = movement["amount"], timedelta(days=self._link.clearing.days)
        # The bank's side is a debit where the account's is a credit.
        moved, day = -movement["signed"], movement["process_date"]
        strangers = [
            f"journal entry {entry.record_no}"
            for entry in self._entries.entries
            if entry.amount == moved
            and abs(entry.day - day) <= days
            and not entry.source_id
            and entry.number not in self._numbers
        ]
        taken = set(self._paired.values())
        for table, column in self.days.items():
            strangers += [
                f"{table.partition('.')[2].replace('_', ' ')} {record_no}"
                for record_no, row in sorted(self._sources.by(table).items())
                if record_no not in taken
                and abs(row["total_entered"]) == size
                and abs(row[column] - day) <= days
                and text(row, "state") not in UNDONE_STATES
                and fold(row.get("document_no")) not in self._numbers
            ]
        if strangers:
            reason = f"Intacct's {', '.join(strangers)} moves the same amount about the same day and is nobody's pair"
            mark = f"write BILL:{movement['id']} into its title"
            raise Held(
                "duplicate", "S-IDM-04", reason, f"If it is this one, {mark} or pair it with `map`; else by hand."
            )

    def _clearing_account(self) -> str:
        raise NotImplementedError

    def _behind(self, day: date) -> Iterable[Row]:
        raise NotImplementedError

    def _drawn_on(self, behind: list[Row]) -> Iterable[str]:
        raise NotImplementedError


class PayableTransfers(TransferPlanner):
    """Decides about what left the bank for payments, and came back of them."""

    object_name = "ap_transfer_entry"
    rule = "S-AFT-01"
    movement_type = "1"
    usual_sign = -1
    carried = "ap_payment"

    def _clearing_account(self) -> str:
        return self._link.clearing.money_out

    def _behind(self, day: date) -> Iterable[Row]:
        """Yield the payments of that day with money of the bank."""
        for row in self._sources.live("bill.ap_payment"):
            is_from_bank = row.get("is_online") and text(row, "funding_account_type") not in NOT_FROM_BANK
            status = text(row, "single_status") or text(row, "status")
            if row.get("process_date") == day and is_from_bank and status not in UNDER_WAY:
                yield row

    def _drawn_on(self, behind: list[Row]) -> Iterable[str]:
        return (text(row, "funding_account_id") for row in behind)


class ReceivableTransfers(TransferPlanner):
    """Decides about what reached the bank of receipts and fees, and went back to customers."""

    object_name = "ar_transfer_entry"
    rule = "S-RFT-01"
    movement_type = "2"
    usual_sign = 1
    carried = "ar_payment"
    days = _DAYS
    reads = (*TransferPlanner.reads, "intacct.deposit", "bill.ar_payment")

    def _clearing_account(self) -> str:
        return self._link.clearing.money_in

    def _behind(self, day: date) -> Iterable[Row]:
        """Yield what was received through BILL not long before."""
        first = day - timedelta(days=self._link.clearing.days)
        for row in self._sources.live("bill.ar_payment"):
            is_received = row.get("is_online") and text(row, "status") not in UNDER_WAY | UNDONE_IN_BILL
            if is_received and first <= row["payment_date"] <= day:
                yield row

    def _drawn_on(self, behind: list[Row]) -> Iterable[str]:  # noqa: ARG002  # BILL tells no bank of a receipt
        return ()


def _label(movement: Row) -> str:
    return f"funds transfer {text(movement, 'name') or movement['id']} of {movement['process_date']}"
