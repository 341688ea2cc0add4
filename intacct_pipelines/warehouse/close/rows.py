"""What a result consists of, as stored in the schema ``close``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Figure:
    """Both sides of a tie-out by currency; the columns are those of ``close.figure``."""

    tie_out: str
    account_no: str
    currency: str
    base_currency: str
    expected: Decimal | None
    actual: Decimal | None
    difference: Decimal | None
    expected_base: Decimal | None
    actual_base: Decimal | None
    difference_base: Decimal | None
    items: int
    ties: bool


@dataclass(frozen=True, slots=True)
class Item:
    """A record of one side that has no equal on the other; the columns are those of ``close.item``."""

    tie_out: str
    account_no: str
    currency: str
    base_currency: str
    position: int
    side: str
    table_name: str
    record_no: int | None
    document_no: str | None
    party_id: str | None
    coded_to: str | None
    day: date
    amount: Decimal | None
    amount_base: Decimal | None


@dataclass(frozen=True, slots=True)
class Aged:
    """What was open by how long it had been due; the columns are those of ``close.ageing``."""

    tie_out: str
    currency: str
    base_currency: str
    bucket: str
    documents: int
    amount: Decimal
    amount_base: Decimal


@dataclass(frozen=True, slots=True)
class Change:
    """A record that changed a side since the frozen result; the columns are those of ``close.change``."""

    tie_out: str
    account_no: str
    currency: str
    base_currency: str
    position: int
    side: str
    table_name: str
    record_no: int | None
    document_no: str | None
    party_id: str | None
    coded_to: str | None
    day: date
    amount_before: Decimal
    amount_now: Decimal
    base_before: Decimal
    base_now: Decimal
    changed_at: datetime | None
    changed_by: str | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """One stored result.

    Args:
        run_id: The run that took it.
        taken_at: As of when the warehouse was read.
        closed_through: Last closed day of the entity's books, if any.
        is_closed: Whether the month was closed; else the result is provisional.
        frozen_run_id: The run with the frozen result of the month; empty if it was never closed.
        frozen_at: As of when that was taken.
        figures: Both sides of each tie-out.
        items: What makes the differences.
        ageing: What was open by how long it had been due.
        changes: What changed since the frozen result.
    """

    run_id: str
    taken_at: datetime
    closed_through: date | None
    is_closed: bool
    frozen_run_id: str
    frozen_at: datetime | None
    figures: tuple[Figure, ...]
    items: tuple[Item, ...]
    ageing: tuple[Aged, ...]
    changes: tuple[Change, ...]

    @property
    def status(self) -> str:
        """``frozen`` for the result that froze the month, ``closed`` for a later one, ``provisional`` while open."""
        if not self.is_closed:
            return "provisional"
        return "frozen" if self.frozen_run_id == self.run_id else "closed"

    def failing(self, tie_out: str) -> list[Figure]:
        """Return the figures of a tie-out that do not tie."""
        return [figure for figure in self.figures if figure.tie_out == tie_out and not figure.ties]

    @property
    def ties(self) -> bool:
        """Whether every figure of every tie-out ties."""
        return all(figure.ties for figure in self.figures)
