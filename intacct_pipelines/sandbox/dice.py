"""The one seeded source of chance for a generated company."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")
ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
EDITION: Final = "2026-11-27"
"""Part of every seed; another gives other companies. The day on which a company is looked at is none: it is the same
company every day, moved with the calendar."""
_QUIET_DAYS: Final = 3


class Dice:
    """Draws in a fixed order from one seed.

    Args:
        seed: Same seed, same draws.
        today: The day on which the company is looked at. In the three days before it nothing ordinary happens, so that
            a window of the newest changes is small.
        years: How far back the company goes.
    """

    def __init__(self, seed: str, today: date, years: int) -> None:
        # Reproducible, not secret: the point is that the same seed gives the same company.
        self.random = random.Random(seed)  # noqa: S311 - an invented company, no secret
        self.share = self.random.random
        self.today = today
        self.first_day = today - timedelta(days=365 * years)
        self.last_bill_day = today - timedelta(days=_QUIET_DAYS + 6)
        self._quiet_from = datetime.combine(today - timedelta(days=_QUIET_DAYS), time(0), UTC)

    def choice(self, of: Sequence[T]) -> T:
        """One of a sequence, all alike."""
        return of[int(self.share() * len(of))]

    def identifier(self, prefix: str) -> str:
        """An id as BILL makes them: prefix and 17 letters or digits."""
        return prefix + "".join(self.random.choices(ALPHABET, k=17))

    def day(self, first: date, last: date) -> date:
        """A day between two, both included; the last if they are the wrong way round."""
        days = (last - first).days
        return first + timedelta(days=int(self.share() * (days + 1))) if days > 0 else last

    def instant(self, first: date, last: date) -> datetime:
        """Some second of the working hours between two days."""
        day = self.day(first, last)
        seconds = int((8 + 10 * self.share()) * 3600)
        return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(seconds=seconds)

    def later(self, earlier: datetime) -> datetime:
        """An instant after ``earlier`` and before the quiet days, more likely soon."""
        room = max((self._quiet_from - earlier).total_seconds(), 2.0)
        return earlier + timedelta(seconds=1 + int((room - 1) * self.share() ** 3))

    def late_yesterday(self) -> datetime:
        """An instant in the last hour before today."""
        return datetime.combine(self.today, time(0), UTC) - timedelta(seconds=1 + int(3599 * self.share()))


def invented_secret(of: str, seed: int, length: int) -> str:
    """A credential or id that depends on the seed alone, so that a restart with other options keeps it."""
    source = random.Random(f"secret {of} {seed}")  # noqa: S311  # the credentials of an invented company
    return "".join(source.choices(ALPHABET, k=length))
