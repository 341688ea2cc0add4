"""The sandbox's clock: the machine's time, or a fixed one that tests move by hand."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def _machine_time() -> datetime:
    return datetime.now(UTC)


def _stand_still(at: datetime) -> datetime:
    return at


class Clock:
    """Tells the time in UTC; :meth:`advance` moves it without waiting.

    Args:
        now: Returns the base time; a fixed datetime stands still until advanced.
    """

    def __init__(self, now: Callable[[], datetime] | datetime = _machine_time) -> None:
        self._now: Callable[[], datetime] = partial(_stand_still, now) if isinstance(now, datetime) else now
        self._lock = threading.Lock()
        self._ahead = timedelta(0)

    def now(self) -> datetime:
        """The sandbox's present instant, in UTC."""
        with self._lock:
            return self._now().astimezone(UTC) + self._ahead

    def advance(self, seconds: float) -> None:
        """Move the clock.

        Args:
            seconds: How far; negative lets the clock jump back.
        """
        with self._lock:
            self._ahead += timedelta(seconds=seconds)
