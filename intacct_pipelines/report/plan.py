"""What a plan comes to, for people: counts and money by operation, refusals by rule, what a payload shows of itself.

`plan_text.py` and `plan_page.py` only lay out what stands here; the plan's own document has the same facts as JSON.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from intacct_pipelines.domain.catalog.table import PARTNERS
from intacct_pipelines.domain.money import in_minor_units
from intacct_pipelines.domain.push import Fields, Hold, Item, Plan
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.report.words import money

HIDDEN: Final = "•••"
"""What stands in the place of personal data; the stored document has it."""
_ADDRESS: Final = frozenset({"ADDRESS1", "LINE1", "LINE2", "CITY", "STATE", "ZIP"})


@dataclass(frozen=True, slots=True)
class Sum:
    """What one operation on one object comes to in one currency; empty for records without an amount."""

    operation: str
    object: str
    records: int
    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """Records that are held by one rule for one reason, and are freed by one remedy.

    Args:
        rule: Number of the rule.
        kind: Class of the reason.
        remedy: What to do.
        holds: The records.
    """

    rule: str
    kind: str
    remedy: str
    holds: list[Hold]

    @property
    def money(self) -> list[tuple[str, Decimal]]:
        """What waits, by currency."""
        return by_currency(self.holds)


def sums(plan: Plan) -> list[Sum]:
    """Return what is to be sent, by operation, object and currency, in the order of sending."""
    groups: dict[tuple[str, str, str], list[Item]] = defaultdict(list)
    for item in plan.items:
        groups[item.operation.value, item.object_name, item.currency].append(item)
    order = list(PUSHED)
    return [
        Sum(operation, name, len(items), sum((item.amount for item in items), start=Decimal(0)), currency)
        for (operation, name, currency), items in sorted(
            groups.items(), key=lambda group: (group[0][0], order.index(group[0][1]), group[0][2])
        )
    ]


def written_to(plan: Plan) -> str:
    """Return what people call the system that a plan writes to; without a record nothing says which."""
    names = {item.object_name for item in plan.items} | {hold.object_name for hold in plan.holds}
    systems = {PUSHED[name].system for name in names}
    return min(systems, default="the other system")


def refusals(plan: Plan) -> list[Refusal]:
    """Return what is held, by rule, reason and remedy."""
    groups: dict[tuple[str, str, str], list[Hold]] = defaultdict(list)
    for hold in plan.holds:
        groups[hold.rule, hold.kind, hold.remedy].append(hold)
    return [Refusal(*key, holds) for key, holds in sorted(groups.items())]


def by_currency(records: Iterable[Item | Hold]) -> list[tuple[str, Decimal]]:
    """Return what records add up to in each currency; amounts of different currencies are never added."""
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for record in records:
        if record.currency:
            totals[record.currency] += record.amount
    return sorted(totals.items())


def amount(value: Decimal, currency: str) -> str:
    """Return an amount with the decimals of its currency, and the currency; empty without one."""
    return f"{money(in_minor_units(value, currency))} {currency}" if currency else ""


def payload_rows(item: Item) -> Iterator[tuple[str, str]]:
    """Yield each field that is sent by its place, and its value; personal data is hidden but for names of partners."""
    hidden = _private(item.object_name)
    for place, value in _flat(item.payload):
        name = place.rsplit(".", 1)[-1].upper()
        yield place, HIDDEN if value and name in hidden else value


def _flat(fields: Fields, above: str = "") -> Iterator[tuple[str, str]]:
    for name, value in fields.items():
        if isinstance(value, str):
            yield above + name, value
            continue
        several = value if isinstance(value, list) else [value]
        for position, inner in enumerate(several, start=1):
            number = f"[{position}]" if isinstance(value, list) else ""
            yield from _flat(inner, f"{above}{name}{number}.")


def _private(object_name: str) -> frozenset[str]:
    """Return the last names of the places of an object's personal data, in capitals."""
    pushed = PUSHED[object_name]
    columns = [one for one in pushed.target.columns if one.pii and one.name not in {*PARTNERS, "print_as", "name_1099"}]
    places = [*(one.source for one in columns), *(pushed.arguments.get(one.name, "") for one in columns)]
    return _ADDRESS | {place.rsplit(".", 1)[-1].upper() for place in places if place}
