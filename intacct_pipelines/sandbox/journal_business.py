"""Journal entries that people make by hand in Intacct alone: payroll and depreciation, month by month.

They have dice of their own, and no counterpart in any platform.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import TYPE_CHECKING, Final

from intacct_pipelines.domain.money import minor_unit_digits
from intacct_pipelines.sandbox.chart import DEPARTMENTS
from intacct_pipelines.sandbox.dice import Dice
from intacct_pipelines.sandbox.rates import usd_rate

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from intacct_pipelines.sandbox.business import Entity

PAYROLL_ACCOUNT: Final = "6050"
ACCRUED_PAYROLL_ACCOUNT: Final = "2400"
DEPRECIATION_ACCOUNT: Final = "6800"
ACCUMULATED_DEPRECIATION_ACCOUNT: Final = "1590"
_DEPARTMENT_IDS: Final = tuple(row[0] for row in DEPARTMENTS)


@dataclass(frozen=True, slots=True)
class JournalLine:
    """One debit (1) or credit (-1), in the entity's currency."""

    side: int
    account_no: str
    amount: Decimal
    department_id: str
    location_id: str
    description: str


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """A journal entry, balanced."""

    key: int
    entity_id: str
    journal: str
    entry_date: date
    title: str
    reference_no: str
    currency: str
    lines: tuple[JournalLine, ...]
    created_at: datetime


def make_journals(dice: Dice, entities: Sequence[Entity], bills: int) -> tuple[JournalEntry, ...]:
    """Make the entries of every month that has ended; a company without bills has none.

    Args:
        dice: Where chance comes from.
        entities: The legal entities.
        bills: Number of bills of the company: what its size is.
    """
    if not bills:
        return ()
    keys = count(1)
    made = []
    for entity in entities:
        for day in _month_ends(dice.first_day, dice.last_bill_day):
            made += [_payroll(dice, next(keys), entity, day), _depreciation(dice, next(keys), entity, day)]
    return tuple(made)


def _month_ends(first: date, last: date) -> list[date]:
    days: list[date] = []
    day = first.replace(day=1)
    while True:
        day = (day + timedelta(days=32)).replace(day=1)
        end = day - timedelta(days=1)
        if end > last:
            return days
        days.append(end)


def _payroll(dice: Dice, key: int, entity: Entity, day: date) -> JournalEntry:
    """Wages of every department at every place, against what is owed to employees."""
    lines = [
        JournalLine(1, PAYROLL_ACCOUNT, _amount(dice, entity, 9_000), department, location, "Wages")
        for location in entity.location_ids
        for department in _DEPARTMENT_IDS
    ]
    return _entry(dice, key, entity, day, "Payroll", lines, ACCRUED_PAYROLL_ACCOUNT)


def _depreciation(dice: Dice, key: int, entity: Entity, day: date) -> JournalEntry:
    lines = [
        JournalLine(1, DEPRECIATION_ACCOUNT, _amount(dice, entity, 700), "", location, "Laboratory equipment")
        for location in entity.location_ids
    ]
    return _entry(dice, key, entity, day, "Depreciation", lines, ACCUMULATED_DEPRECIATION_ACCOUNT)


def _entry(
    dice: Dice, key: int, entity: Entity, day: date, title: str, debits: list[JournalLine], credit_account: str
) -> JournalEntry:
    total = sum((line.amount for line in debits), Decimal(0))
    credit = JournalLine(-1, credit_account, total, "", entity.location_ids[0], title)
    return JournalEntry(
        key=key,
        entity_id=entity.entity_id,
        journal="GJ",
        entry_date=day,
        title=f"{title} {day:%Y-%m}",
        reference_no=f"{title[:3].upper()}-{day:%y%m}",
        currency=entity.currency,
        lines=(*debits, credit),
        created_at=dice.instant(day, day + timedelta(days=3)),
    )


def _amount(dice: Dice, entity: Entity, dollars: int) -> Decimal:
    digits = minor_unit_digits(entity.currency)
    share = Decimal(80 + int(41 * dice.share())) / 100
    return (dollars * share / usd_rate(entity.currency)).quantize(Decimal(1).scaleb(-digits))
