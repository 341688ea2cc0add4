"""One cell's text → its value, or why it cannot be read. Exact; what the readers of whole columns are measured by.

Values are never guessed at: what is not exactly of the declared form is unreadable.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from intacct_pipelines.domain.money import DECIMAL_TEXT

FLAGS: Final[Mapping[str, bool]] = {
    **dict.fromkeys(("true", "True", "T", "t", "Y", "1"), True),
    **dict.fromkeys(("false", "False", "F", "f", "N", "0"), False),
}
_INTEGER: Final = re.compile(r"-?[0-9]{1,19}")
_BIGINT: Final = 2**63
_AMERICAN_DAY: Final = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_ISO_DAY: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_TIME: Final = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,9}))?)?(Z|[+-][0-9]{2}:?[0-9]{2})?")


class UnreadableCellError(ValueError):
    """A text that is not of its column's kind."""

    def __init__(self, check: str, text: str) -> None:
        super().__init__(f"not of the form {check}: {text[:40]!r}")
        self.check = check
        """Name of the check that the text failed."""


def is_storable(text: str) -> bool:
    """Whether Postgres can store the text: no NUL, no lone surrogate."""
    if "\x00" in text:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def read_text(text: str) -> str | None:
    """Return the text; None for an empty one.

    Raises:
        UnreadableCellError: Postgres cannot store it.
    """
    if not is_storable(text):
        raise UnreadableCellError("text", text)
    return text or None


def read_integer(text: str) -> int:
    """Return a plain whole number that fits Postgres' bigint.

    Raises:
        UnreadableCellError: It is none.
    """
    if not _INTEGER.fullmatch(text) or not -_BIGINT <= int(text) < _BIGINT:
        raise UnreadableCellError("integer", text)
    return int(text)


def read_decimal(text: str, digits: int | None = None) -> Decimal:
    """Return a plain decimal.

    Args:
        text: The cell.
        digits: How many decimals it may have, trailing zeros beyond them aside; None for as many as can be stored.

    Raises:
        UnreadableCellError: It is none, or it is finer.
    """
    if not DECIMAL_TEXT.fullmatch(text):
        raise UnreadableCellError("decimal", text)
    if digits is not None and len(text.partition(".")[2].rstrip("0")) > digits:
        raise UnreadableCellError("minor_unit", text)
    return Decimal(text)


def read_flag(text: str) -> bool:
    """Return a flag in any of the sources' spellings.

    Raises:
        UnreadableCellError: It is none of them.
    """
    flag = FLAGS.get(text)
    if flag is None:
        raise UnreadableCellError("flag", text)
    return flag


@lru_cache(maxsize=20_000)
def read_day(text: str) -> date:
    """Return ``mm/dd/yyyy`` or ``yyyy-mm-dd`` as a day.

    Raises:
        UnreadableCellError: The text is neither, or there is no such day.
    """
    if match := _AMERICAN_DAY.fullmatch(text):
        month, day, year = map(int, match.groups())
    elif match := _ISO_DAY.fullmatch(text):
        year, month, day = map(int, match.groups())
    else:
        raise UnreadableCellError("date", text)
    try:
        return date(year, month, day)
    except ValueError as error:
        raise UnreadableCellError("date", text) from error


@lru_cache(maxsize=20_000)
def read_instant(text: str, zone: str) -> datetime:
    """Return a timestamp as an instant in UTC.

    Args:
        text: A day as for ``read_day``, then optionally a space or ``T``, a time, and a zone.
        zone: IANA name of the zone if the text carries none. Of an hour that the clocks repeat, the first is meant.

    Raises:
        UnreadableCellError: The text is not readable as an instant.
    """
    day, _, clock = text.replace("T", " ", 1).partition(" ")
    match = _TIME.fullmatch(clock or "00:00:00")
    if match is None:
        raise UnreadableCellError("instant", text)
    hour, minute, second, fraction, offset = match.groups()
    microsecond = int((fraction or "0").ljust(6, "0")[:6])
    try:
        midnight = datetime.combine(read_day(day), datetime.min.time(), named_zone(zone))
        local = midnight.replace(hour=int(hour), minute=int(minute), second=int(second or 0), microsecond=microsecond)
        if offset:
            local = datetime.fromisoformat(f"{local.replace(tzinfo=None).isoformat()}{offset}")
        return local.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise UnreadableCellError("instant", text) from error


@lru_cache(maxsize=64)
def named_zone(name: str) -> ZoneInfo:
    """Return the zone with this IANA name."""
    return ZoneInfo(name)
