"""At which local time of the day an entity is synced."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, StringConstraints

_MINUTES: Final = 60


def is_zone(name: str) -> str:
    """Return the name of a time zone.

    Raises:
        ValueError: There is no such zone.
    """
    try:
        ZoneInfo(name)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        msg = "not a time zone such as America/New_York"
        raise ValueError(msg) from None
    return name


def _as_clock(value: object) -> object:
    """YAML reads 6:30 without quotes as so many minutes."""
    is_minutes = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 24 * _MINUTES
    return f"{value // _MINUTES:02}:{value % _MINUTES:02}" if is_minutes and isinstance(value, int) else value


def _in_four_digits(value: str) -> str:
    """Write a time in one way, so that the same one is never two."""
    return value.zfill(len("00:00"))


Zone = Annotated[str, AfterValidator(is_zone)]
ClockTime = Annotated[
    str,
    BeforeValidator(_as_clock),
    StringConstraints(pattern="^([01]?[0-9]|2[0-3]):[0-5][0-9]$"),
    AfterValidator(_in_four_digits),
]


@dataclass(frozen=True, slots=True, order=True)
class DailyTime:
    """A local time of the day.

    Args:
        at: Such as ``06:30``.
        zone: Such as ``America/New_York``.
    """

    at: str = "05:00"
    zone: str = "UTC"

    @property
    def cron(self) -> str:
        """The time in the words of cron; what summer time skips or repeats is Dagster's to decide."""
        hour, minute = self.at.split(":")
        return f"{int(minute)} {int(hour)} * * *"

    @property
    def name(self) -> str:
        """What a schedule at this time is called: the usual one has the plain name."""
        if self == DailyTime():
            return "daily_sync"
        words = f"{self.at.replace(':', '')}_{self.zone.replace('+', '_plus_').replace('-', '_minus_')}"
        return f"daily_sync_{words.replace('/', '_')}"
