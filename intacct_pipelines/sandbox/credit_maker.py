"""Makes one entity's vendor credits: some used on bills, in one system or both, and some still open."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import cycle
from typing import TYPE_CHECKING, Final

from intacct_pipelines.domain.money import minor_unit_digits
from intacct_pipelines.sandbox.rates import exchange_rate
from intacct_pipelines.sandbox.settlements import CREDIT_DIFFERENCES, USE_DIFFERENCE, CreditUse, VendorCredit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from intacct_pipelines.sandbox.business import Bill, Entity
    from intacct_pipelines.sandbox.dice import Dice

_ONE_USED_IN: Final = 25
"""Of so many paid bills, one was paid with a credit."""
_ONE_OPEN_IN: Final = 100
_TEN_MILLION: Final = Decimal(10_000_000)
_WAYS: Final = ("whole", "other", "part", "alone")
"""The credit is used up; another is used than Intacct's; some of it stays open; it pays the bill without money."""


class CreditMaker:
    """Makes credits and their use.

    Args:
        dice: Where chance comes from.
        entity: Whose credits.
        keys: Gives each record its key.
    """

    def __init__(self, dice: Dice, entity: Entity, keys: Mapping[str, Iterator[int]]) -> None:
        self._dice = dice
        self._entity = entity
        self._keys = keys
        self.credits: list[VendorCredit] = []
        self._uses: list[CreditUse] = []
        self._used: dict[int, Decimal] = {}

    def used_on(self, bill_key: int) -> Decimal:
        """How much of a bill is paid by credits."""
        return self._used.get(bill_key, Decimal(0))

    def with_payments(self, payment_of: Mapping[int, int]) -> list[CreditUse]:
        """All uses, each with the payment that it came with.

        Args:
            payment_of: Bill key → payment key; a bill without one was settled by credits alone.
        """
        return [replace(use, payment_key=payment_of.get(use.bill_key)) for use in self._uses]

    def use_some(self, paid: Sequence[Bill], paid_in_intacct: Sequence[Bill]) -> None:
        """Use credits on some bills that are paid in full.

        Args:
            paid: Bills that both systems see paid.
            paid_in_intacct: Bills that only Intacct sees paid.
        """
        whole = [bill for bill in paid if bill.paid == bill.total and self._part(bill)]
        for bill, way in zip(whole[1::_ONE_USED_IN], cycle(_WAYS), strict=False):
            amount = bill.total if way == "alone" else self._part(bill)
            credit = self._credit(bill, amount * 2 if way == "part" else amount)
            self.credits.append(credit)
            if way != "other":
                self._use(credit, bill, amount)
                continue
            older = replace(self._credit(bill, amount), credit_date=credit.credit_date - timedelta(days=20))
            self.credits.append(older)
            self._use(credit, bill, amount, in_intacct=False, difference=USE_DIFFERENCE)
            self._use(older, bill, amount, in_bill=False, difference=USE_DIFFERENCE)
        only_there = [bill for bill in paid_in_intacct if self._part(bill)]
        for bill in only_there[::_ONE_USED_IN]:
            credit = self._credit(bill, self._part(bill))
            self.credits.append(replace(credit, difference="applied_in_intacct"))
            self._use(credit, bill, credit.total, in_bill=False, difference="applied_in_intacct")

    def leave_some(self, bills: Sequence[Bill]) -> None:
        """Make credits that nobody has used yet, with every difference that such a credit can have.

        Args:
            bills: Where vendors, coding and days come from.
        """
        kinds = cycle(("", *(kind for kind in CREDIT_DIFFERENCES if kind != "applied_in_intacct")))
        for bill, kind in zip(bills[:: max(1, min(_ONE_OPEN_IN, len(bills) // 8))], kinds, strict=False):
            amount = self._part(bill) or bill.total
            credit = self._credit(bill, amount + (_TEN_MILLION if kind == "over_ten_million" else 0))
            self.credits.append(self._open(credit, kind))

    @staticmethod
    def _open(credit: VendorCredit, kind: str) -> VendorCredit:
        match kind:
            case "adjustment":
                return replace(credit, intacct_form="adjustment", in_bill=False, difference=kind)
            case "only_in_bill":
                return replace(credit, in_intacct=False, difference=kind)
            case "only_in_intacct":
                return replace(credit, in_bill=False, difference=kind)
            case "over_ten_million":
                nothing = tuple(replace(line, amount=line.amount * 0) for line in credit.lines)
                return replace(credit, intacct_changes={"lines": nothing}, difference=kind)
            case "archived_in_bill":
                return replace(credit, archived=True, difference=kind)
        return credit

    @staticmethod
    def _part(bill: Bill) -> Decimal:
        """About a fifth of a bill; 0 when that would be less than a unit."""
        unit = Decimal(1).scaleb(-minor_unit_digits(bill.currency))
        part = (bill.total / 5).quantize(unit)
        return part if 0 < part < bill.total else Decimal(0)

    def _credit(self, bill: Bill, amount: Decimal) -> VendorCredit:
        """A credit of the bill's vendor, coded as the bill's first line, given between the bill and its payment."""
        dice = self._dice
        key = next(self._keys["credit"])
        day = dice.day(bill.bill_date, bill.intacct_modified_at.date())
        made = bill.created_at + (bill.intacct_modified_at - bill.created_at) / 2
        made = made.replace(microsecond=0)
        return VendorCredit(
            key=key,
            entity_id=self._entity.entity_id,
            vendor_key=bill.vendor_key,
            number=f"CR-{1000 + key}",
            credit_date=day,
            currency=bill.currency,
            exchange_rate=self._rate(bill.currency, day),
            lines=(replace(bill.lines[0], amount=amount, description="Returned goods"),),
            description=f"Credit for {bill.number}",
            intacct_form="negative_bill",
            in_intacct=True,
            in_bill=True,
            bill_id=dice.identifier("vcr"),
            created_at=made,
            modified_at=max(made, bill.bill_modified_at),
        )

    def _rate(self, currency: str, day: date) -> Decimal:
        return exchange_rate(currency, self._entity.currency, day)

    def _use(
        self,
        credit: VendorCredit,
        bill: Bill,
        amount: Decimal,
        *,
        in_bill: bool = True,
        in_intacct: bool = True,
        difference: str = "",
    ) -> None:
        if in_intacct:  # both systems' uses of one bill add up alike, so one side's is what money need not pay
            self._used[bill.key] = self.used_on(bill.key) + amount
        self._uses.append(
            CreditUse(
                key=next(self._keys["use"]),
                credit_key=credit.key,
                bill_key=bill.key,
                payment_key=None,
                amount=amount,
                applied_on=bill.intacct_modified_at.date(),
                in_intacct=in_intacct,
                in_bill=in_bill,
                bill_id=self._dice.identifier("bcr"),
                difference=difference,
            )
        )
