"""Employees' expense reports, in Intacct alone, with dice of their own; the employees are those who hold cards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import TYPE_CHECKING, Final

from intacct_pipelines.domain.money import minor_unit_digits
from intacct_pipelines.sandbox.business import Line
from intacct_pipelines.sandbox.rates import usd_rate

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from intacct_pipelines.sandbox.business import Entity
    from intacct_pipelines.sandbox.cards import Cardholder
    from intacct_pipelines.sandbox.dice import Dice

EMPLOYEE_PAYABLE_ACCOUNT: Final = "2410"
_BILLS_PER_REPORT: Final = 25
_SPENT: Final = (("6400", "Train and taxi"), ("6400", "Hotel, one night"), ("6100", "Stationery"))


@dataclass(frozen=True, slots=True)
class ExpenseReport:
    """What an employee spent and gets back, in the entity's currency."""

    key: int
    entity_id: str
    employee_id: str
    employee_name: str
    number: str
    report_date: date
    description: str
    currency: str
    lines: tuple[Line, ...]
    paid_on: date | None
    attachment_id: str
    """The attachment with its receipts."""
    created_at: datetime
    modified_at: datetime

    @property
    def total(self) -> Decimal:
        """The sum of the lines."""
        return sum((line.amount for line in self.lines[1:]), start=self.lines[0].amount)


def employee_id(holder_key: int) -> str:
    """The id in Intacct of a person who holds cards."""
    return f"E-{holder_key:04d}"


def make_expense_reports(
    dice: Dice, entities: Sequence[Entity], holders: Sequence[Cardholder], bills: int
) -> tuple[ExpenseReport, ...]:
    """Make a report for every so many bills, shared evenly by the entities.

    Args:
        dice: Where chance comes from.
        entities: The legal entities.
        holders: Who may have spent.
        bills: Number of bills of the company: what its size is.
    """
    keys = count(1)
    reports = []
    for entity in entities:
        people = [one for one in holders if one.entity_id == entity.entity_id]
        how_many = -(-bills // len(entities) // _BILLS_PER_REPORT) if people else 0
        reports += [_report(dice, next(keys), entity, dice.choice(people)) for _ in range(how_many)]
    return tuple(reports)


def _report(dice: Dice, key: int, entity: Entity, holder: Cardholder) -> ExpenseReport:
    day = dice.day(dice.first_day, dice.last_bill_day)
    digits = minor_unit_digits(entity.currency)
    lines = []
    for _ in range(1 + int(4 * dice.share() ** 2)):
        account, text = dice.choice(_SPENT)
        dollars = 15 + 240 * dice.share()
        amount = Decimal(int(dollars / float(usd_rate(entity.currency)) * 10**digits)).scaleb(-digits)
        lines.append(Line(amount, account, "10", dice.choice(entity.location_ids), "", text))
    created = dice.instant(day, day + timedelta(days=2))
    is_paid = dice.share() < 0.8 and day + timedelta(days=14) <= dice.last_bill_day  # noqa: PLR2004  # share that is paid
    return ExpenseReport(
        key=key,
        entity_id=entity.entity_id,
        employee_id=employee_id(holder.key),
        employee_name=f"{holder.first_name} {holder.last_name}",
        number=f"ER-{key:05d}",
        report_date=day,
        description=f"Expenses of {day:%B %Y}",
        currency=entity.currency,
        lines=tuple(lines),
        paid_on=day + timedelta(days=14) if is_paid else None,
        attachment_id=f"ER-{key:05d}" if dice.share() < 0.5 else "",  # noqa: PLR2004  # share with receipts
        created_at=created,
        modified_at=dice.later(created + timedelta(days=14)) if is_paid else dice.later(created),
    )
