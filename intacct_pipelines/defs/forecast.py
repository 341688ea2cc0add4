"""What a backfill will take: calls for each month, how sure that is, the time, and the share of the monthly budget."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from intacct_pipelines.clients import bill, spend
from intacct_pipelines.defs.bill_extraction import party_of
from intacct_pipelines.defs.extraction import named
from intacct_pipelines.domain.budget import Account, Purpose, Scope, Usage
from intacct_pipelines.domain.catalog import SPEND_TABLES, Table, proven_with, select
from intacct_pipelines.extract.intacct import PARENTS_PER_QUERY, count_months
from intacct_pipelines.warehouse.forecast import StoredMonth, parts_of_months, seconds_a_call, stored_months
from intacct_pipelines.warehouse.source_fields import SourceFields

if TYPE_CHECKING:
    from intacct_pipelines.defs.systems import Systems
    from intacct_pipelines.domain.keys import EntityKey

_SIGN_INS: Final = {"intacct": 1, "bill": 1, "spend": 0}
"""Calls to sign in, once a backfill; a session that ends meanwhile is renewed, at one call more."""
_USUAL_SECONDS: Final = Decimal(1)
_USUAL_LINES: Final = Decimal(3)
_PAGE_SIZES: Final = {"bill": bill.MAX_PAGE_SIZE, "spend": spend.MAX_PAGE_SIZE}
_READINGS_OF_A_LIST: Final = {"bill": 1, "spend": 2}
"""How often a list of more than one page is read: those of Spend & Expense sort by nothing that stays."""


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
    """What one month of one table will take; ``rows`` is None if nobody knows.

    Of months that one reading serves, the first has all calls.
    """

    table: Table
    month: date
    rows: int | None
    calls: int
    basis: Basis


@dataclass(frozen=True, slots=True)
class AccountForecast:
    """What a backfill will take from one account, the sign-in and the questions for objects' fields among the calls."""

    usage: Usage
    calls: int
    seconds_a_call: Decimal
    is_measured: bool
    """Whether the time of a call was measured at this entity, not assumed."""

    @property
    def fits(self) -> bool:
        """Whether the account's budget for backfills has room for it."""
        left = self.usage.left(Purpose.BACKFILL)
        return left is None or self.calls <= left


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a backfill will take."""

    months: tuple[MonthForecast, ...]
    accounts: tuple[AccountForecast, ...]

    @property
    def calls(self) -> int:
        """Calls in all."""
        return sum(account.calls for account in self.accounts)

    @property
    def seconds(self) -> int:
        """Expected duration."""
        return round(sum(account.calls * account.seconds_a_call for account in self.accounts))

    @property
    def is_measured(self) -> bool:
        """Whether the times of all calls were measured."""
        return all(account.is_measured for account in self.accounts)

    @property
    def is_certain(self) -> bool:
        """Whether every month was counted."""
        return all(month.basis is Basis.COUNTED for month in self.months)


def forecast(
    systems: Systems,
    entity: EntityKey,
    tables: Sequence[Table],
    wanted: Sequence[tuple[Table, date]],
    *,
    ask: bool = False,
) -> Forecast:
    """Forecast a backfill from what is stored.

    Args:
        systems: What to ask.
        entity: The entity; it has an account on the system of each table.
        tables: Tables of documents.
        wanted: Which months of them are left to read, by their first days.
        ask: Ask Intacct for the number of documents where nothing is stored: one call for each such month.
    """
    found: list[MonthForecast] = []
    for table in dict.fromkeys(table for table, _ in wanted):
        months = sorted(month for other, month in wanted if other is table)
        found += (
            _one_reading(systems, entity, table, months)
            if table.has_no_month_filter
            else _months(systems, entity, table, months, ask=ask)
        )
    accounts = []
    for system in dict.fromkeys(table.schema for table in tables):
        account = systems.connections.account(system, entity)
        assert account is not None  # noqa: S101 - see the arguments; this tells the type checker
        accounts.append(_account(systems, entity, account, [one for one in found if one.table.schema == system]))
    return Forecast(tuple(found), tuple(accounts))


def _account(systems: Systems, entity: EntityKey, account: Account, months: Sequence[MonthForecast]) -> AccountForecast:
    calls = sum(month.calls for month in months)
    if months:
        calls += _SIGN_INS[account.system]
    if account.system == "intacct":
        calls += _objects_unasked(systems, entity, dict.fromkeys(month.table for month in months))
    measured = seconds_a_call(systems.warehouse, account.system, str(entity))
    usage = systems.meters.usage(account)
    return AccountForecast(usage, calls, measured or _USUAL_SECONDS, is_measured=measured is not None)


def _objects_unasked(systems: Systems, entity: EntityKey, tables: Sequence[Table] | dict[Table, None]) -> int:
    """Objects of Intacct whose fields were never asked for: one call each."""
    kept = SourceFields(systems.warehouse, str(entity))
    objects = {named(systems, entity, member).source_object for table in tables for member in proven_with(table)}
    return sum(not kept.read(name) for name in objects)


def _months(
    systems: Systems, entity: EntityKey, table: Table, months: Sequence[date], *, ask: bool
) -> list[MonthForecast]:
    """Months of which each is read by itself."""
    stored = stored_months(systems.warehouse, table, str(entity), months, PARENTS_PER_QUERY)
    is_intacct = table.schema == "intacct"
    cost = _cost_of_intacct(systems, entity) if is_intacct else _cost_of_transactions(systems, entity, months)
    kinds = len(proven_with(table)) - 1 if is_intacct else 0
    counted = {
        month: MonthForecast(table, month, known.rows, cost(month, known), Basis.COUNTED)
        for month, known in stored.items()
    }
    average = _average(list(counted.values()))
    forecasts = []
    for month in months:
        if month in counted:
            forecasts.append(counted[month])
        elif ask and is_intacct:
            with systems.meters.scope(Scope(entity=str(entity), asset="backfill", purpose=Purpose.BACKFILL)):
                rows = count_months(systems.intacct(entity), named(systems, entity, table), month, month)
            calls = cost(month, _guessed(rows, kinds, list(stored.values())))
            forecasts.append(MonthForecast(table, month, rows, calls, Basis.ASKED))
        elif average is not None:
            forecasts.append(MonthForecast(table, month, None, average, Basis.ESTIMATED))
        else:
            forecasts.append(MonthForecast(table, month, None, 1 + kinds, Basis.AT_LEAST))
    return forecasts


def _one_reading(systems: Systems, entity: EntityKey, table: Table, months: Sequence[date]) -> list[MonthForecast]:
    """Months that one reading of everything serves, and one question for new vendors or customers."""
    stored = stored_months(systems.warehouse, table, str(entity), months, PARENTS_PER_QUERY)
    calls = 1 if party_of(table) else 0
    if stored:
        rows, _ = systems.warehouse.counts_and_totals(table, str(entity))
        pages = _pages(rows + len(systems.warehouse.rejected_keys(table, str(entity))), _PAGE_SIZES[table.schema])
        calls += pages * _READINGS_OF_A_LIST[table.schema] if pages > 1 else pages
    else:
        calls += 1
    basis = Basis.COUNTED if stored else Basis.AT_LEAST
    return [
        MonthForecast(table, month, stored[month].rows if month in stored else None, 0 if at else calls, basis)
        for at, month in enumerate(months)
    ]


def _cost_of_intacct(systems: Systems, entity: EntityKey) -> Callable[[date, StoredMonth], int]:
    page_size = systems.connections.company(entity).page_size

    def calls(_: date, month: StoredMonth) -> int:
        return sum(_pages(rows, page_size) for rows in (month.rows, *(rows for each in month.lines for rows in each)))

    return calls


def _cost_of_transactions(
    systems: Systems, entity: EntityKey, months: Sequence[date]
) -> Callable[[date, StoredMonth], int]:
    """Card transactions: each page after the first begins with the last of the page before; parts come one by one."""
    lines = select(SPEND_TABLES, "card_transaction_line")
    parts = parts_of_months(systems.warehouse, lines, str(entity), months)

    def calls(month: date, known: StoredMonth) -> int:
        return _pages(known.rows - 1, spend.MAX_TRANSACTIONS - 1) + parts.get(month, 0)

    return calls


def _pages(rows: int, page_size: int) -> int:
    """Pages of an answer: an empty one is a call too."""
    return max(1, -(-rows // page_size))


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
