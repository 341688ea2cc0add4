"""Makes what settles invoices: receipts, credit memos, and the deposits that take receipts to the bank."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import TYPE_CHECKING, Final

from intacct_pipelines.sandbox.rates import exchange_rate
from intacct_pipelines.sandbox.receivables_business import (
    Application,
    CreditMemo,
    Deposit,
    Invoice,
    Method,
    Receipt,
    Receivables,
    SaleLine,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from intacct_pipelines.sandbox.business import Entity
    from intacct_pipelines.sandbox.dice import Dice

RECEIPT_DIFFERENCES: Final = {
    # Most telling first; the figure is the share of all receipts.
    "only_in_bill": 0.01,  # may be pushed
    "received_yesterday": 0.004,  # in flight (S-SCH-04)
    "applied_only_in_bill": 0.004,  # Intacct has the money, and has not applied it (S-ARP-02)
    "voided_in_bill": 0.004,  # its void did not reach Intacct (S-ARP-03)
    "fee_only_in_bill": 0.01,  # Intacct's books lack the convenience fee (S-FEE-01)
    "voided": 0.004,  # agrees: voided in both
}
CREDIT_DIFFERENCES: Final = {
    # Credit memos travel in neither direction (S-CRM-01); the figure is the share of all credit memos.
    "only_in_bill": 0.05,
    "only_in_intacct": 0.05,
    "applied_only_in_bill": 0.05,
}
DEPOSIT_DIFFERENCES: Final = ("only_in_bill", "amount_in_intacct")
"""A transfer that did not reach Intacct, and one that was typed there with another amount (S-RFT-01)."""
_MOST_YESTERDAY: Final = 4
"""Receipts per entity; keeps the last day's changes few in a company of any size."""
_INVOICES_PER_MEMO: Final = 14
_FEE_SHARE: Final = Decimal("0.029")


def planted_kinds(differences: Mapping[str, float], records: int) -> list[str]:
    """Return the differences to plant among so many records, most telling first.

    Every kind once when there is room for all of them; else as many as half of the records.
    """
    if records < 2 * len(differences):
        return list(differences)[: records // 2]
    return [kind for kind, share in differences.items() for _ in range(max(1, round(records * share)))]


class SettlementMaker:
    """Makes receipts, credit memos and deposits; keys run on from entity to entity.

    Args:
        dice: Where chance comes from.
    """

    def __init__(self, dice: Dice) -> None:
        self._dice = dice
        self._receipt_keys = count(1)
        self._memo_keys = count(1)
        self._deposit_keys = count(1)

    def settle(self, entity: Entity, invoices: Sequence[Invoice]) -> Receivables:
        """Receipts, credit memos and deposits for the invoices of one entity."""
        ordinary = [invoice for invoice in invoices if not invoice.difference]
        credited = ordinary[::_INVOICES_PER_MEMO]
        memos = self._memos(entity, credited)
        # An invoice with a credit memo stays out of receipts: nothing is ever settled twice.
        taken = {invoice.key for invoice in credited}
        payable = [invoice for invoice in ordinary if invoice.key not in taken]
        receipts = [self._receipt(entity, batch) for batch in self._batches(payable)]
        receipts = self._differing(entity, receipts)
        for invoice in invoices:
            if invoice.difference in {"only_in_intacct_paid", "paid_in_intacct"}:
                received = self._receipt(entity, [(invoice, invoice.total)])
                outside = replace(received, method="CHECK", is_online=False, fee=received.fee * 0, in_bill=False)
                receipts.append(replace(outside, difference="received_in_intacct"))
        deposits, receipts = self._deposits(entity, receipts)
        return Receivables(receipts=tuple(receipts), credit_memos=tuple(memos), deposits=tuple(deposits))

    # Receipts

    def _batches(self, invoices: Sequence[Invoice]) -> list[list[tuple[Invoice, Decimal]]]:
        """Invoices that are paid, with the amount, one to three of a customer together: the older, the likelier."""
        dice = self._dice
        of_customer: dict[int, list[Invoice]] = defaultdict(list)
        for invoice in invoices:
            of_customer[invoice.customer_key].append(invoice)
        batches = []
        for own in of_customer.values():
            batch: list[tuple[Invoice, Decimal]] = []
            for invoice in sorted(own, key=lambda one: (one.invoice_date, one.key)):
                share = dice.share()
                if share > min(max((dice.today - invoice.due_date).days + 30, 0) / 100, 0.94):
                    continue
                half = (invoice.total / 2).quantize(invoice.total)
                partial = share < 0.04 and 0 < half < invoice.total  # noqa: PLR2004  # share that is paid in part
                batch.append((invoice, half if partial else invoice.total))
                if dice.share() < 0.6 or len(batch) == 3:  # noqa: PLR2004  # one receipt pays one to three invoices
                    batches.append(batch)
                    batch = []
            if batch:
                batches.append(batch)
        return batches

    def _receipt(self, entity: Entity, batch: Sequence[tuple[Invoice, Decimal]]) -> Receipt:
        dice = self._dice
        first = batch[0][0]
        latest = max(invoice.invoice_date for invoice, _ in batch)
        day = dice.day(latest, min(latest + timedelta(days=45), dice.last_bill_day))
        applications = tuple(Application(invoice.key, amount) for invoice, amount in batch)
        amount = sum((one.amount for one in applications[1:]), start=applications[0].amount)
        fate = dice.share()
        method: Method = "CREDIT_CARD" if fate < 0.25 else "ACH" if fate < 0.8 else "CHECK"  # noqa: PLR2004  # shares of methods
        if first.currency != entity.currency:
            method = "CHECK"  # one BILL account holds one currency (S-CUR-01)
        fee = (amount * _FEE_SHARE).quantize(amount) if method == "CREDIT_CARD" else amount * 0
        overpaid = dice.share() < 0.03  # noqa: PLR2004  # share of receipts with something left over
        created = dice.instant(day, day + timedelta(days=2))
        modified = dice.later(created)
        key = next(self._receipt_keys)
        return Receipt(
            key=key,
            entity_id=entity.entity_id,
            customer_key=first.customer_key,
            receipt_date=day,
            currency=first.currency,
            exchange_rate=exchange_rate(first.currency, entity.currency, day),
            amount=amount + ((amount / 10).quantize(amount) if overpaid else 0),
            applications=applications,
            fee=fee,
            method=method,
            is_online=method != "CHECK",
            reference=f"R{key:07d}",
            description="Thank you" if dice.share() < 0.2 else "",  # noqa: PLR2004  # share with a text
            voided_on=None,
            deposit_key=0,
            in_intacct=True,
            in_bill=True,
            intacct_changes={},
            bill_changes={},
            created_at=created,
            intacct_modified_at=modified,
            bill_modified_at=modified + timedelta(seconds=int(dice.share() * 600)),
            bill_id=dice.identifier("0rp"),
        )

    def _differing(self, entity: Entity, receipts: list[Receipt]) -> list[Receipt]:
        """The receipts with differences planted among them, evenly spread; fees only where there is one."""
        planted = planted_kinds(RECEIPT_DIFFERENCES, len(receipts))
        receipts = list(receipts)
        free = list(range(len(receipts)))[:: max(len(receipts) // max(len(planted), 1), 1)]
        with_fee = [at for at, receipt in enumerate(receipts) if receipt.fee and at not in set(free)]
        yesterday = 0
        for kind in planted:
            source = with_fee if kind == "fee_only_in_bill" else free
            if not source or (kind == "received_yesterday" and yesterday == _MOST_YESTERDAY):
                continue
            yesterday += kind == "received_yesterday"
            at = source.pop()
            receipts[at] = self._planted(entity, receipts[at], kind)
        return receipts

    def _planted(self, entity: Entity, receipt: Receipt, kind: str) -> Receipt:
        dice = self._dice
        receipt = replace(receipt, difference=kind)
        voided_on = dice.day(receipt.receipt_date, dice.last_bill_day)
        match kind:
            case "only_in_bill":
                return replace(receipt, in_intacct=False, fee_in_intacct=False)
            case "received_yesterday":
                late = dice.late_yesterday()
                return replace(
                    receipt, in_intacct=False, fee_in_intacct=False, receipt_date=late.date(), created_at=late,
                    exchange_rate=exchange_rate(receipt.currency, entity.currency, late.date()),
                    intacct_modified_at=late, bill_modified_at=late,
                )  # fmt: skip
            case "applied_only_in_bill":
                return replace(receipt, intacct_changes={"applications": ()})
            case "voided_in_bill":
                return replace(
                    receipt, bill_changes={"voided_on": voided_on}, bill_modified_at=dice.later(_touched(receipt))
                )
            case "voided":
                later = dice.later(_touched(receipt))
                return replace(receipt, voided_on=voided_on, intacct_modified_at=later, bill_modified_at=later)
        return replace(receipt, fee_in_intacct=False)

    # Credit memos

    def _memos(self, entity: Entity, invoices: Sequence[Invoice]) -> list[CreditMemo]:
        memos = [self._memo(entity, invoice) for invoice in invoices]
        for at, kind in enumerate(planted_kinds(CREDIT_DIFFERENCES, len(memos))):
            memo = replace(memos[at], difference=kind)
            match kind:
                case "only_in_bill":
                    memo = replace(memo, in_intacct=False)
                case "only_in_intacct":
                    memo = replace(memo, in_bill=False)
                case "applied_only_in_bill":
                    memo = replace(memo, intacct_changes={"applications": (), "applied_on": None})
            memos[at] = memo
        return memos

    def _memo(self, entity: Entity, invoice: Invoice) -> CreditMemo:
        """A credit for a part of an invoice; one in three waits unapplied."""
        dice = self._dice
        first = invoice.lines[0]
        amount = (first.amount / 2).quantize(first.amount) or first.amount
        day = dice.day(invoice.invoice_date, min(invoice.invoice_date + timedelta(days=30), dice.last_bill_day))
        created = dice.instant(day, day + timedelta(days=2))
        modified = dice.later(created)
        key = next(self._memo_keys)
        applies = dice.share() > 1 / 3
        line = SaleLine(
            amount, Decimal(1), amount, first.account_no, first.item_id, first.department_id, first.location_id,
            first.class_id, f"Credit for {invoice.number}",
        )  # fmt: skip
        return CreditMemo(
            key=key,
            entity_id=entity.entity_id,
            customer_key=invoice.customer_key,
            number=f"CM-{5000 + key}",
            credit_date=day,
            currency=invoice.currency,
            exchange_rate=exchange_rate(invoice.currency, entity.currency, day),
            lines=(line,),
            description=f"Credit for {invoice.number}",
            applications=(Application(invoice.key, amount),) if applies else (),
            applied_on=day if applies else None,
            in_intacct=True,
            in_bill=True,
            intacct_changes={},
            bill_changes={},
            created_at=created,
            intacct_modified_at=modified,
            bill_modified_at=modified,
            bill_id=dice.identifier("0cm"),
        )

    # Deposits

    def _deposits(self, entity: Entity, receipts: list[Receipt]) -> tuple[list[Deposit], list[Receipt]]:
        """One deposit a week and currency for what BILL cleared, and one for checks; the newest receipts wait."""
        groups: dict[tuple[bool, str, date], list[int]] = defaultdict(list)
        for at, receipt in enumerate(receipts):
            friday = receipt.receipt_date + timedelta(days=(4 - receipt.receipt_date.weekday()) % 7)
            stands = receipt.voided_on is None and "voided_on" not in receipt.bill_changes
            if not receipt.is_online and not receipt.in_intacct:
                continue  # the deposit is made in Intacct, of what Intacct has
            if stands and friday <= self._dice.last_bill_day:
                groups[receipt.is_online, receipt.currency, friday].append(at)
        deposits = []
        for (is_online, currency, friday), members in sorted(groups.items()):
            deposit = self._deposit(entity, friday, currency, [receipts[at] for at in members], is_online=is_online)
            deposits.append(deposit)
            for at in members:
                receipts[at] = replace(receipts[at], deposit_key=deposit.key)
        transfers = [at for at, deposit in enumerate(deposits) if deposit.kind == "transfer"]
        for kind, at in zip(DEPOSIT_DIFFERENCES, reversed(transfers), strict=False):
            deposits[at] = _differing_deposit(deposits[at], kind)
        return deposits, receipts

    def _deposit(
        self, entity: Entity, day: date, currency: str, receipts: Sequence[Receipt], *, is_online: bool
    ) -> Deposit:
        created = self._dice.instant(day, day + timedelta(days=1))
        key = next(self._deposit_keys)
        amounts = [receipt.amount + receipt.fee for receipt in receipts]
        return Deposit(
            key=key,
            kind="transfer" if is_online else "deposit",
            entity_id=entity.entity_id,
            deposit_date=day,
            currency=currency,
            exchange_rate=exchange_rate(currency, entity.currency, day),
            amount=sum(amounts[1:], start=amounts[0]),
            receipt_keys=tuple(receipt.key for receipt in receipts),
            reference=f"DEP-{key:05d}",
            in_intacct=True,
            in_bill=is_online,
            intacct_changes={},
            bill_changes={},
            created_at=created,
            modified_at=created,
            bill_id=self._dice.identifier("mmt") if is_online else "",
        )


def _differing_deposit(deposit: Deposit, kind: str) -> Deposit:
    if kind == "only_in_bill":
        return replace(deposit, in_intacct=False, difference=kind)
    other = deposit.amount + 1
    return replace(deposit, intacct_changes={"amount": other}, difference=kind)


def _touched(receipt: Receipt) -> datetime:
    return max(receipt.intacct_modified_at, receipt.bill_modified_at)
