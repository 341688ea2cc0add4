"""Makes what settled the bills of a generated company: it explains each bill's paid amount and changes none.

Chance comes from dice of its own for each entity, so that no other draw of the company shifts.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from itertools import count, cycle, islice
from typing import TYPE_CHECKING, Final

from intacct_pipelines.domain.money import minor_unit_digits
from intacct_pipelines.sandbox.credit_maker import CreditMaker
from intacct_pipelines.sandbox.dice import EDITION, Dice, invented_secret
from intacct_pipelines.sandbox.rates import exchange_rate
from intacct_pipelines.sandbox.receivables_business import CLEARING_ACCOUNT
from intacct_pipelines.sandbox.settlements import (
    MONEY_OUT_CLEARING,
    OPERATING_BANK,
    BankAccount,
    FundsTransfer,
    Payment,
    PaymentShare,
    Settlements,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from intacct_pipelines.sandbox.business import Bill, Business, Entity

_MOST_BILLS: Final = 6
"""Bills in one payment."""
_FRESH_DAYS: Final = 14
_UNDER_WAY: Final = ("FUNDING_STARTED", "PROCESSED", "SENT", "DELIVERED")
_SELDOM: Final = (
    "DISBURSEMENT_ON_HOLD", "DISBURSEMENT_FAILED_ACTION_NEEDED", "DISBURSEMENT_FAILED_VENDOR_BANK_REJECTED",
    "EXPIRING", "VOID_PENDING", "FUNDS_ESCHEATED", "FUNDING_FAILED_ACTION_NEEDED",
)  # fmt: skip
"""Words of which an entity shows each once, on payments by BILL that count as paid."""
_METHODS: Final = ("ACH", "ACH", "ACH", "CHECK", "CHECK", "VIRTUAL_CARD", "RPPS")
_BANKS: Final = {"EUR": "Sandbox Bank AG", "JPY": "Sandbox Ginko", "GBP": "Sandbox Bank plc"}
_NEVER_FUNDED: Final = frozenset({"SCHEDULED", "CANCELED"})


def settle(business: Business, today: date) -> Settlements:
    """Return what settled the bills of a company.

    Args:
        business: The company with its bills.
        today: The day on which it is looked at.
    """
    keys: dict[str, Iterator[int]] = defaultdict(lambda: count(1))
    bills: dict[str, list[Bill]] = {entity.entity_id: [] for entity in business.entities}
    for bill in business.bills:
        bills[bill.entity_id].append(bill)
    parts = [_Maker(business.seed, entity, bills[entity.entity_id], keys, today).make() for entity in business.entities]
    return Settlements(
        bank_accounts=tuple(one for part in parts for one in part.bank_accounts),
        credits=tuple(one for part in parts for one in part.credits),
        uses=tuple(one for part in parts for one in part.uses),
        payments=tuple(one for part in parts for one in part.payments),
        transfers=tuple(one for part in parts for one in part.transfers),
    )


def paid_of(bill: Bill) -> tuple[Decimal, Decimal]:
    """Return how much of a bill is paid in BILL and in Intacct, as each says; 0 where it is not."""
    in_bill = Decimal(str(bill.bill_changes.get("paid", bill.paid))) if bill.in_bill else Decimal(0)
    is_paid = bill.in_intacct and bill.intacct_state in {"Paid", "Partially Paid"}
    return in_bill, Decimal(str(bill.intacct_changes.get("paid", bill.paid))) if is_paid else Decimal(0)


class _Maker:
    """Makes one entity's settlements."""

    def __init__(
        self, seed: int, entity: Entity, bills: Sequence[Bill], keys: dict[str, Iterator[int]], today: date
    ) -> None:
        self._dice = Dice(f"settlements {seed} {entity.entity_id} {EDITION}", today, 1)
        self._seed = seed
        self._entity = entity
        self._keys = keys
        self._today = today
        paid = [(bill, *paid_of(bill)) for bill in bills]
        self._paid = [bill for bill, here, there in paid if here and here == there]
        self._paid_in_intacct = [bill for bill, here, there in paid if there and not here]
        self._unpaid = [
            bill
            for bill, here, there in paid
            if not (here or there or bill.difference or bill.bill_changes) and bill.total > 0
        ]
        self._seldom = iter(_SELDOM)
        self._under_way = cycle(_UNDER_WAY)
        self._payments: list[Payment] = []
        self._credits = CreditMaker(self._dice, entity, keys)

    def make(self) -> Settlements:
        credits_ = self._credits
        credits_.use_some(self._paid, self._paid_in_intacct)
        credits_.leave_some(self._paid + self._unpaid)
        self._pay(self._paid)
        self._pay_in_intacct()
        self._pay_nothing()
        self._plant()
        return Settlements(
            self._banks(),
            tuple(credits_.credits),
            tuple(credits_.with_payments(self._payment_of_bill())),
            tuple(self._payments),
            tuple(self._transfers()),
        )

    # Banks

    def _banks(self) -> tuple[BankAccount, ...]:
        entity_id, currency = self._entity.entity_id, self._entity.currency
        rows = (
            ("OPERATING", "Operating account", OPERATING_BANK, True, False),
            ("OLD", "Former operating account", OPERATING_BANK, True, True),
            ("MONEYOUT", "BILL Money Out Clearing", MONEY_OUT_CLEARING, False, False),
            ("MONEYIN", "BILL Money In Clearing", CLEARING_ACCOUNT, False, False),
        )
        return tuple(
            BankAccount(
                entity_id=entity_id,
                intacct_id=f"{word}-{entity_id}",
                bill_id="bac" + invented_secret(f"bank {entity_id} {word}", self._seed, 17) if in_bill else "",
                name=f"{name} {self._entity.name}",
                bank_name=_BANKS.get(currency, "Sandbox National Bank") if in_bill else "",
                account_no=account_no,
                currency=currency,
                number=f"{100_000_000 + 1_000 * int(entity_id) + at}",
                routing_number="121000358" if in_bill else "",
                archived=archived,
            )
            for at, (word, name, account_no, in_bill, archived) in enumerate(rows)
        )

    # Payments

    def _pay(self, bills: Sequence[Bill]) -> None:
        """Pay bills that both systems see paid, several of a vendor in one payment where their days allow it."""
        by_vendor: dict[int, list[Bill]] = defaultdict(list)
        for bill in bills:
            if self._owed(bill):
                by_vendor[bill.vendor_key].append(bill)
        for of_vendor in by_vendor.values():
            group: list[Bill] = []
            for bill in sorted(of_vendor, key=lambda b: (b.intacct_modified_at, b.key)):
                if group and (len(group) == _MOST_BILLS or bill.created_at.date() > _day(group[0])):
                    self._payments.append(self._payment(group))
                    group = []
                group.append(bill)
            self._payments.append(self._payment(group))

    def _owed(self, bill: Bill) -> Decimal:
        """What is left of a bill's paid amount once credits are taken off."""
        return max(paid_of(bill)) - self._credits.used_on(bill.key)

    def _payment(self, bills: Sequence[Bill]) -> Payment:
        """A payment that both systems have, for all that is owed of these bills."""
        share = self._dice.share()
        # Nine of ten go through BILL; half of the others are a check that Intacct prints.
        way = "platform" if share < 0.9 else "print_check" if share < 0.95 else "outside"  # noqa: PLR2004  # shares
        return self._made(bills, [self._owed(bill) for bill in bills], way)

    def _made(self, bills: Sequence[Bill], amounts: Iterable[Decimal], way: str) -> Payment:
        dice, first, entity = self._dice, bills[0], self._entity
        key = next(self._keys["payment"])
        day = _day(first)
        by_bill = way == "platform"
        shares = tuple(
            PaymentShare(bill.key, amount, dice.identifier("blp")) for bill, amount in zip(bills, amounts, strict=True)
        )
        rate = exchange_rate(first.currency, entity.currency, day)
        modified = max(max(bill.intacct_modified_at, bill.bill_modified_at) for bill in bills)
        begun = datetime.combine(day, time(8), UTC) + timedelta(seconds=int(3600 * dice.share()))
        foreign = first.currency != entity.currency
        method = "INTERNATIONAL" if foreign else dice.choice(_METHODS)
        payment = Payment(
            key=key,
            entity_id=entity.entity_id,
            vendor_key=first.vendor_key,
            currency=first.currency,
            shares=shares,
            way=way,  # type: ignore[arg-type]  # one of the words, from the callers above
            method=method if by_bill else "OFFLINE" if way == "outside" else "CHECK",
            process_date=day,
            exchange_rate=rate,
            funding_amount=Decimal(0),
            account_no=MONEY_OUT_CLEARING if by_bill else OPERATING_BANK,
            status="" if way == "intacct" else self._status(day) if by_bill else "UNDEFINED",
            in_intacct=True,
            in_bill=way != "intacct",
            bill_id="" if way == "intacct" else dice.identifier("stp"),
            transaction_number=f"MS{day:%Y%m%d}{key:07d}",
            confirmation_number=f"P{day:%y%m%d}01 - {key:07d}" if by_bill else "",
            check_number="",
            memo=f"Wire {key}, by hand" if way == "outside" else "",
            created_at=min(begun, modified - timedelta(seconds=1)),
            modified_at=modified,
            difference={"intacct": "only_in_intacct", "outside": "memo_lost"}.get(way, ""),
            intacct_changes={"memo": ""} if way == "outside" else {},
        )
        is_check = payment.method == "CHECK"
        funding = (payment.amount * rate).quantize(Decimal(1).scaleb(-minor_unit_digits(entity.currency)))
        return replace(payment, funding_amount=funding, check_number=str(10_000 + key) if is_check else "")

    def _status(self, day: date) -> str:
        if (self._today - day).days <= _FRESH_DAYS:
            return next(self._under_way)
        return next(self._seldom, "CLEARED") if self._dice.share() < 0.3 else "CLEARED"  # noqa: PLR2004  # spreads them

    def _pay_in_intacct(self) -> None:
        """Pay what only Intacct sees paid: there, or by BILL, where it was then voided."""
        for at, bill in enumerate(self._paid_in_intacct):
            owed = self._owed(bill)
            if not owed:
                continue
            if bill.in_bill and at % 2:
                voided = self._voided(self._made([bill], [owed], "platform"))
                self._payments.append(replace(voided, difference="voided_in_bill_only"))
            else:
                self._payments.append(self._made([bill], [owed], "intacct"))

    def _pay_nothing(self) -> None:
        """Payments that pay nothing: scheduled, cancelled, failed, and voided in both systems."""
        candidates = iter(sorted(self._unpaid, key=lambda bill: (bill.due_date, bill.key), reverse=True))
        for status in ("SCHEDULED", "SCHEDULED", "CANCELED", "FUNDING_FAILED_VOIDED"):
            if bill := next(candidates, None):
                payment = self._made([bill], [bill.total], "platform")
                payment = replace(payment, status=status, in_intacct=False)
                if status == "SCHEDULED":
                    day = self._today + timedelta(days=3)
                    payment = replace(payment, process_date=day, confirmation_number="", difference="in_process")
                self._payments.append(payment)
        for bill in islice((bill for bill in self._paid if bill.paid == bill.total), 0, None, 40):
            voided = self._voided(self._made([bill], [bill.total], "platform"))
            self._payments.append(replace(voided, voided_in_intacct=True))

    def _voided(self, payment: Payment) -> Payment:
        return replace(
            payment, status="VOIDED", voided_on=payment.modified_at.date(), void_reason="Check lost in the mail"
        )

    def _plant(self) -> None:
        """Differences on payments that agreed until now."""
        ordinary = [at for at, payment in enumerate(self._payments) if payment.way == "platform" and _agrees(payment)]
        for at in ordinary[5::60]:
            payment = self._payments[at]
            another = payment.process_date + timedelta(days=1)
            self._payments[at] = replace(payment, intacct_changes={"process_date": another}, difference="redated")
        bills = {bill.key: bill for bill in self._paid}
        for at in ordinary[3::80]:
            payment = self._payments[at]
            again = self._made(
                [bills[share.bill_key] for share in payment.shares],
                [share.amount for share in payment.shares],
                "intacct",
            )
            self._payments[at] = replace(
                payment,
                voided_in_intacct=True,
                voided_on=payment.process_date,
                void_reason="Paid twice",
                difference="voided_in_intacct_only",
            )
            self._payments.append(again)

    def _payment_of_bill(self) -> dict[int, int]:
        """Bill key → the payment that credits were used with: BILL's, where there is one."""
        live = [payment for payment in self._payments if payment.counts("bill") or payment.counts("intacct")]
        live.sort(key=lambda payment: payment.counts("bill"))
        return {share.bill_key: payment.key for payment in live for share in payment.shares}

    # Transfers

    def _transfers(self) -> list[FundsTransfer]:
        days: dict[date, list[Payment]] = defaultdict(list)
        for payment in self._payments:
            if payment.way == "platform" and payment.in_bill and payment.status not in _NEVER_FUNDED:
                days[payment.process_date].append(payment)
        transfers: list[FundsTransfer] = []
        for day in sorted(days):
            payments = days[day]
            # Before and after the bank's cut-off.
            cut = len(payments) // 2 if len(payments) > 1 and self._dice.share() < 0.3 else 0  # noqa: PLR2004  # share
            transfers += [self._transfer(day, lump) for lump in (payments[:cut], payments[cut:]) if lump]
        transfers += [
            self._transfer(payment.voided_on or self._today, [payment], back=True)
            for payment in self._payments
            if payment.way == "platform" and payment.status == "VOIDED"
        ]
        at = next((at for at, transfer in enumerate(transfers) if transfer.in_intacct), None)
        if at is not None:
            transfers[at] = replace(transfers[at], in_intacct=False, difference="missing_in_intacct")
        again = next((one for one in reversed(transfers) if one.in_intacct and one.amount > 0), None)
        if again is not None:
            transfers.append(self._by_hand(again))
        return transfers

    def _by_hand(self, transfer: FundsTransfer) -> FundsTransfer:
        """A transfer that somebody entered in Intacct a day later, though BILL's had arrived."""
        key = next(self._keys["transfer"])
        return replace(
            transfer,
            key=key,
            process_date=transfer.process_date + timedelta(days=1),
            payment_keys=(),
            bill_id="",
            name=f"FT-{key}",
            in_bill=False,
            created_at=transfer.created_at + timedelta(days=1),
            modified_at=transfer.modified_at + timedelta(days=1),
            difference="only_in_intacct",
        )

    def _transfer(self, day: date, payments: Sequence[Payment], *, back: bool = False) -> FundsTransfer:
        key = next(self._keys["transfer"])
        amount = sum((payment.funding_amount for payment in payments[1:]), start=payments[0].funding_amount)
        failed = any(payment.status == "FUNDING_FAILED_VOIDED" for payment in payments)
        is_fresh = (self._today - day).days <= _FRESH_DAYS
        status = "2" if failed and len(payments) == 1 else "0" if is_fresh else "1"
        made = datetime.combine(day, time(15), UTC)
        return FundsTransfer(
            key=key,
            entity_id=self._entity.entity_id,
            process_date=day,
            currency=self._entity.currency,
            amount=-amount if back else amount,
            payment_keys=tuple(payment.key for payment in payments),
            from_account_no=OPERATING_BANK,
            to_account_no=MONEY_OUT_CLEARING,
            bill_id=self._dice.identifier("mmt"),
            name=f"{self._entity.entity_id:0>4}{key:011d}",
            status=status,  # type: ignore[arg-type]  # one of the three
            in_intacct=status == "1",
            created_at=made,
            modified_at=made + timedelta(days=0 if is_fresh else 1),
        )


def _day(bill: Bill) -> date:
    return bill.intacct_modified_at.date()


def _agrees(payment: Payment) -> bool:
    return not payment.difference and payment.counts("bill") and payment.counts("intacct")
