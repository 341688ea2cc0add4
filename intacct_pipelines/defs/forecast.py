"""What a backfill will take: calls for each month, how sure that is, the time, and the share of the monthly budget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from intacct_pipelines.defs.extraction import named
from intacct_pipelines.domain.budget import Purpose, Scope
from intacct_pipelines.domain.catalog import Table, family
from intacct_pipelines.extract.intacct import PARENTS_PER_QUERY, count_month
from intacct_pipelines.warehouse.forecast import StoredMonth, seconds_a_call, stored_months
from intacct_pipelines.warehouse.source_fields import SourceFields

if TYPE_CHECKING:
    from intacct_pipelines.defs.systems import Systems
    from intacct_pipelines.domain.budget import Usage
    from intacct_pipelines.domain.keys import EntityKey

SIGN_IN: Final = 1
"""A backfill signs in once; a session that ends meanwhile is renewed, at one call more."""
_USUAL_SECONDS: Final = Decimal(1)
_USUAL_LINES: Final = Decimal(3)


class Basis(StrEnum):
    """How sure the calls of a month are."""

    COUNTED = "counted"
    """From what is stored: right, unless the source changed since."""
    ASKED = "asked"
    """The source said how many documents there are; how many lines they have is estimated."""
    ESTIMATED = "estimated"
    """As many as the other months of the table on average."""
    AT_LEAST = "at least"
    """Nothing is known: one call for the documents and one for each kind of lines."""


@dataclass(frozen=True, slots=True)
class MonthForecast:
    """What one month of one table will take; ``rows`` is None if nobody knows."""

    table: Table
    month: date
    rows: int | None
    calls: int
    basis: Basis


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a backfill will take."""

    months: tuple[MonthForecast, ...]
    objects_unasked: int
    """Objects whose fields were never asked for: one call each."""
    seconds_a_call: Decimal
    is_measured: bool
    """Whether the time of a call was measured at this entity, not assumed."""
    usage: Usage

    @property
    def calls(self) -> int:
        """Calls in all, the sign-in and the questions for objects' fields among them."""
        pages = sum(month.calls for month in self.months)
        return SIGN_IN + self.objects_unasked + pages if self.months else 0

    @property
    def seconds(self) -> int:
        """Expected duration."""
        return round(self.calls * self.seconds_a_call)

    @property
    def is_certain(self) -> bool:
        """Whether every month was counted."""
        return all(month.basis is Basis.COUNTED for month in self.months)

    @property
    def fits(self) -> bool:
        """Whether the budget for backfills has room for it."""
        left = self.usage.left(Purpose.BACKFILL)
        return left is None or self.calls <= left


def forecast(
    systems: Systems,
    entity: EntityKey,
    wanted: Sequence[tuple[Table, date]],
    *,
    ask: bool = False,
) -> Forecast:
    """Forecast a backfill from what is stored.

    Args:
        systems: What to ask.
        entity: The entity.
        wanted: Tables of documents and first days of months.
        ask: Ask the source for the number of documents where nothing is stored: one call for each such month.
    """
    account = systems.connections.account("intacct", entity)
    assert account is not None  # noqa: S101 - Intacct's account is the company; this tells the type checker
    found: list[MonthForecast] = []
    kept = SourceFields(systems.warehouse, str(entity))
    unasked: set[str] = set()
    for table in dict.fromkeys(table for table, _ in wanted):
        months = sorted(month for other, month in wanted if other is table)
        found += _months(systems, entity, table, months, ask=ask)
        objects = {named(systems, entity, member).source_object for member in family(table)}
        unasked |= {name for name in objects if not kept.read(name)}
    measured = seconds_a_call(systems.warehouse, str(entity))
    return Forecast(
        tuple(found),
        len(unasked),
        measured or _USUAL_SECONDS,
        is_measured=measured is not None,
        usage=systems.meters.usage(account),
    )


def _months(
    systems: Systems, entity: EntityKey, table: Table, months: Sequence[date], *, ask: bool
) -> list[MonthForecast]:
    page_size = systems.connections.company(entity).page_size
    stored = stored_months(systems.warehouse, table, str(entity), months, PARENTS_PER_QUERY)
    kinds = len(family(table)) - 1
    counted = {
        month: MonthForecast(table, month, known.rows, _calls(known, page_size), Basis.COUNTED)
        for month, known in stored.items()
    }
    average = _average(list(counted.values()))
    forecasts = []
    for month in months:
        if month in counted:
            forecasts.append(counted[month])
        elif ask:
            with systems.meters.scope(Scope(entity=str(entity), asset="backfill", purpose=Purpose.BACKFILL)):
                rows = count_month(systems.intacct(entity), named(systems, entity, table), month)
            calls = _calls(_guessed(rows, kinds, list(stored.values())), page_size)
            forecasts.append(MonthForecast(table, month, rows, calls, Basis.ASKED))
        elif average is not None:
            forecasts.append(MonthForecast(table, month, None, average, Basis.ESTIMATED))
        else:
            forecasts.append(MonthForecast(table, month, None, 1 + kinds, Basis.AT_LEAST))
    return forecasts


def _calls(month: StoredMonth, page_size: int) -> int:
    """Pages of a month: an empty answer is a call too."""
    questions = [month.rows, *(rows for chunks in month.lines for rows in chunks)]
    return sum(max(1, -(-rows // page_size)) for rows in questions)


def _average(known: Sequence[MonthForecast]) -> int | None:
    busy = [month.calls for month in known if month.rows]
    return -(-sum(busy) // len(busy)) if busy else None


def _guessed(rows: int, kinds: int, known: Sequence[StoredMonth]) -> StoredMonth:
    """Give asked documents as many lines as documents have elsewhere."""
    documents = sum(month.rows for month in known)
    lines = []
    for at in range(kinds):
        ratio = Decimal(sum(sum(month.lines[at]) for month in known)) / documents if documents else _USUAL_LINES
        sizes = [min(PARENTS_PER_QUERY, rows - begin) for begin in range(0, rows, PARENTS_PER_QUERY)]
        lines.append(tuple(round(size * ratio) for size in sizes))
    return StoredMonth(rows, tuple(lines))
