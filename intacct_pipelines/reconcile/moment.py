"""When, and in what state of the books, two sides are compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from intacct_pipelines.domain.closed_books import ClosedBooks


@dataclass(frozen=True, slots=True)
class Moment:
    """When and in what state of the books the two sides are compared.

    Args:
        now: The instant at which ages are taken, aware.
        closed_through: Last closed day of the link's own level; None if nothing is closed.
        closed_later: ``ClosedBooks.later``: entities below it whose books are closed later, with their day.
    """

    now: datetime
    closed_through: date | None = None
    closed_later: Mapping[str, date] = field(default_factory=dict)

    @property
    def closed(self) -> ClosedBooks:
        """How far the books are closed into which documents go (S-CFG-23)."""
        return ClosedBooks(self.closed_through, self.closed_later)
