"""When, and in what state of the books, two sides are compared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Moment:
    """When and in what state of the books the two sides are compared.

    Args:
        now: The instant at which ages are taken, aware.
        closed_through: Last day of the entity's closed books; None if nothing is closed.
    """

    now: datetime
    closed_through: date | None = None
