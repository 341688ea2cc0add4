"""JSON as BILL writes and reads it: exact numbers, absent instead of null, errors as arrays."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from json.encoder import encode_basestring, encode_basestring_ascii
from typing import TYPE_CHECKING, Any, Final

from intacct_pipelines.sandbox.http import Reply

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_BODY_BYTES = 6 * 1024 * 1024
_DEEPEST = 20


@dataclass
class BillError(Exception):
    """A refusal: an HTTP status and one entry per thing that is wrong."""

    status: int
    entries: list[dict[str, Any]] = field(default_factory=list)


def refusal(status: int, code: str, message: str) -> BillError:
    """A refusal with one entry; codes of our own invention begin with ``SANDBOX-``."""
    return BillError(status, [{"code": code, "message": message}])


def invalid(messages: list[str]) -> BillError:
    """A refusal of a body's fields: one entry per field, and no code, as BILL does it."""
    return BillError(400, [{"message": message} for message in messages])


def json_reply(status: int, value: Any) -> Reply:
    """A reply with null and empty fields left out."""
    return Reply(status, {"Content-Type": "application/json;charset=UTF-8"}, encode(value).encode())


def error_reply(error: BillError, now: datetime) -> Reply:
    """A refusal as BILL words it: a JSON array."""
    entries = [
        {
            "timestamp": format_instant(now),
            "code": entry.get("code"),
            "severity": "ERROR",
            "category": "REQUEST" if entry.get("code") else None,
            "message": entry["message"],
        }
        for entry in error.entries
    ]
    return json_reply(error.status, entries)


def encode(value: Any) -> str:
    """Write JSON: decimals as plain numbers, dates and instants in BILL's form, nothing null and nothing empty."""
    kind = type(value)
    if kind is dict:
        fields = [f"{_quote(key)}:{encode(item)}" for key, item in value.items() if not _is_absent(item)]
        return "{" + ",".join(fields) + "}"
    if kind is list or kind is tuple:
        return "[" + ",".join([encode(item) for item in value]) + "]"
    return _WRITERS.get(kind, json.dumps)(value)


def _quote(text: str) -> str:
    """Write a string; one with half a surrogate pair, which UTF-8 cannot hold, with escapes."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return encode_basestring_ascii(text)
    return encode_basestring(text)


def _is_absent(value: Any) -> bool:
    # Lists stay: an empty page and a bulk of nothing are answers.
    if value is None or value == "":
        return True
    return type(value) is dict and all(_is_absent(item) for item in value.values())


def format_instant(instant: datetime) -> str:
    """Write an instant as ``2026-12-30T23:15:23.127+00:00``."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds")


_WRITERS: Final[dict[type, Callable[[Any], str]]] = {
    str: _quote,
    Decimal: lambda amount: format(amount, "f"),
    datetime: lambda instant: f'"{format_instant(instant)}"',
    date: lambda day: f'"{day.isoformat()}"',
}


def decode(body: bytes) -> Any:
    """Read a body.

    Raises:
        BillError: It is too large or no JSON.
    """
    if len(body) > MOST_BODY_BYTES:
        raise refusal(413, "SANDBOX-1413", "Request body is too large.")
    try:
        value = json.loads(body or b"{}", parse_float=Decimal, parse_int=Decimal, parse_constant=_no_constant)
        depth = _depth(value)
    except (ValueError, RecursionError) as error:
        raise refusal(400, "SANDBOX-1400", "Request body is not valid JSON.") from error
    if depth > _DEEPEST:
        raise refusal(400, "SANDBOX-1400", "Request body is nested too deeply.")
    return value


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _depth(value: Any) -> int:
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max((_depth(child) for child in children), default=0)


def to_amount(value: Any, digits: int) -> Decimal | None:
    """Read an amount, given as a number or as text; None when it is no finite number of so many decimals."""
    if isinstance(value, bool) or not isinstance(value, (Decimal, str)):
        return None
    try:
        amount = Decimal(value)
        rounded = amount.quantize(Decimal(1).scaleb(-digits))
    except InvalidOperation:
        return None
    return rounded if rounded == amount else None


def to_date(value: Any) -> date | None:
    """Read ``yyyy-MM-dd``; None when it is something else."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None  # noqa: PLR2004  # yyyy-MM-dd
    except ValueError:
        return None
