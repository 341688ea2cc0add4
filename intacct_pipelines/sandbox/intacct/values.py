"""Dates, amounts and names as the gateway writes and reads them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from intacct_pipelines.domain.money import DECIMAL_TEXT, minor_unit_digits
from intacct_pipelines.sandbox.intacct.refusals import refusal

if TYPE_CHECKING:
    from collections.abc import Callable

_WORDS: Final = ("Gold", "Silver", "Grant A", "Überprüft", "R&D <pilot>", "2nd floor")
_LARGEST: Final = 10**14
_DATE: Final = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)?")


def format_date(day: date) -> str:
    """``mm/dd/yyyy``."""
    return f"{day.month:02}/{day.day:02}/{day.year:04}"


def format_instant(instant: datetime, zone: ZoneInfo | None = None) -> str:
    """``mm/dd/yyyy hh:mm:ss`` in the zone, UTC if none is given."""
    local = instant.astimezone(zone or UTC)
    return f"{local.month:02}/{local.day:02}/{local.year:04} {local.hour:02}:{local.minute:02}:{local.second:02}"


def sortable(text: str) -> str:
    """Turn a date or instant as the gateway writes it into text that sorts by time."""
    return f"{text[6:10]}{text[0:2]}{text[3:5]}{text[10:]}"


@lru_cache(maxsize=4096)
def _quantum(currency: str) -> Decimal:
    return Decimal(1).scaleb(-minor_unit_digits(currency))


def round_amount(amount: Decimal, currency: str) -> Decimal:
    """Round to the currency's minor unit, half away from zero."""
    return amount.quantize(_quantum(currency), ROUND_HALF_UP)


def read_amount(text: str, currency: str, field: str) -> Decimal:
    """Read an amount of a request and round it.

    Raises:
        FunctionRefusedError: It is not a plain decimal, or has more than 14 digits before the point.
    """
    if not DECIMAL_TEXT.fullmatch(text):
        raise refusal("SANDBOX-AMOUNT", f"The value '{text[:40]}' of {field} is not a valid amount.")
    if abs(Decimal(text)) >= _LARGEST:
        raise refusal("SANDBOX-AMOUNT", f"The value '{text[:40]}' of {field} is too large.")
    return round_amount(Decimal(text), currency)


def normal_date(text: str, field: str) -> str:
    """Read a date of a request; returns it as ``mm/dd/yyyy``.

    Raises:
        FunctionRefusedError: There is no such day.
    """
    return normal_instant(text, field)[:10]


def normal_instant(text: str, field: str) -> str:
    """Read a date with or without a time of a request; returns ``mm/dd/yyyy hh:mm:ss``.

    Raises:
        FunctionRefusedError: There is no such instant.
    """
    match = _DATE.fullmatch(text.strip())
    if match:
        month, day, year, hour, minute, second = (int(part or 0) for part in match.groups())
        try:
            return format_instant(datetime(year, month, day, hour, minute, second, tzinfo=UTC))
        except ValueError:
            match = None
    raise refusal("SANDBOX-DATE", f"Illegal format for date: '{text[:40]}' of {field}; use mm/dd/yyyy.")


def read_day(text: str) -> date:
    """The day of ``mm/dd/yyyy``."""
    return date(int(text[6:10]), int(text[0:2]), int(text[3:5]))


class CachedInstants:
    """Formats instants and remembers days, since a whole company's history is formatted at once.

    Args:
        zone: Name of the zone.
    """

    def __init__(self, zone: str) -> None:
        self.zone = ZoneInfo(zone)
        self.day: Callable[[date], str] = lru_cache(maxsize=8192)(format_date)

    def local(self, instant: datetime) -> str:
        """The instant in the zone."""
        return format_instant(instant, self.zone)


def escape(text: str) -> str:
    """Escape text for an XML element."""
    if "&" in text or "<" in text or ">" in text:
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text


def escape_attribute(text: str) -> str:
    """Escape text for an XML attribute in double quotes."""
    return escape(text).replace('"', "&quot;")


def invented_value(object_name: str, record_no: str, field: str, kind: str) -> str:
    """What a record holds in a field that the company made itself: the same each time; empty for one in five."""
    roll = int(sha256(f"{object_name} {record_no} {field}".encode()).hexdigest()[:8], 16)
    if roll % 5 == 0:
        return ""
    match kind:
        case "i":
            return str(roll % 1000)
        case "d":
            return f"{roll % 100_000}.{roll % 90 + 10}"
        case "b":
            return str(roll % 2 == 0).lower()
        case "D":
            return format_date(date(2024, 1, 1) + timedelta(days=roll % 700))
        case _:
            return _WORDS[roll % len(_WORDS)]
