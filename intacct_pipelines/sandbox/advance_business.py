"""What vendors are paid ahead of any bill, in Intacct alone, with dice of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import TYPE_CHECKING, Final

from intacct_pipelines.domain.money import minor_unit_digits
from intacct_pipelines.sandbox.business import Line
from intacct_pipelines.sandbox.rates import exchange_rate, usd_rate

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from intacct_pipelines.sandbox.business import Entity, Vendor
    from intacct_pipelines.sandbox.dice import Dice

PREPAID_ACCOUNT: Final = "1400"
_BILLS_PER_ADVANCE: Final = 20
_SPLIT_SHARE: Final = 0.3


@dataclass(frozen=True, slots=True)
class Advance:
    """Money to a vendor that no bill asked for yet, in the vendor's currency."""

    key: int
    entity_id: str
    vendor_key: int
    number: str
    advance_date: date
    currency: str
    exchange_rate: Decimal
    """Entity currency for one unit of `currency`, on `advance_date`."""
    lines: tuple[Line, ...]
    created_at: datetime
    modified_at: datetime


def make_advances(dice: Dice, entities: Sequence[Entity], vendors: Sequence[Vendor], bills: int) -> tuple[Advance, ...]:
    """Make an advance for every so many bills, shared evenly by the entities, and at least one for each.

    Args:
        dice: Where chance comes from.
        entities: The legal entities.
        vendors: Whom they buy from.
        bills: Number of bills of the company: what its size is.
    """
    keys = count(1)
    advances: list[Advance] = []
    for entity in entities:
        known = [
            one
            for one in vendors
            if one.intacct_id and one.intacct_status == "active" and one.entity_id in {"", entity.entity_id}
        ]
        how_many = max(bills // len(entities) // _BILLS_PER_ADVANCE, 1) if known else 0
        advances += [_advance(dice, next(keys), entity, dice.choice(known)) for _ in range(how_many)]
    return tuple(advances)


def _advance(dice: Dice, key: int, entity: Entity, vendor: Vendor) -> Advance:
    day = dice.day(dice.first_day, dice.last_bill_day)
    number = f"ADV-{key:05d}"
    location = dice.choice(entity.location_ids)
    texts = ("Deposit on order",) if dice.share() >= _SPLIT_SHARE else ("Deposit on order", "Retainer")
    lines = tuple(Line(_amount(dice, vendor.currency), PREPAID_ACCOUNT, "", location, "", text) for text in texts)
    created = dice.instant(day, day + timedelta(days=1))
    rate = exchange_rate(vendor.currency, entity.currency, day)
    modified = dice.later(created)
    return Advance(key, entity.entity_id, vendor.key, number, day, vendor.currency, rate, lines, created, modified)


def _amount(dice: Dice, currency: str) -> Decimal:
    digits = minor_unit_digits(currency)
    dollars = 250 + 4000 * dice.share()
    return Decimal(int(dollars / float(usd_rate(currency)) * 10**digits)).scaleb(-digits)
