"""JSON bodies: exact numbers both ways, and nothing hostile or doubtful gets through."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

_BOM: Final = b"\xef\xbb\xbf"
_ESCAPE_LENGTH: Final = len(r"\u0000")


class MalformedBodyError(ValueError):
    """The body is not JSON as we accept it."""


class TruncatedBodyError(ValueError):
    """The body begins as JSON and ends too early."""


def parse_body(body: bytes, *, max_depth: int) -> Any:
    """Read a JSON body; every number becomes a ``Decimal``.

    Args:
        body: The bytes as received and unpacked.
        max_depth: Deepest nesting of arrays and objects.

    Raises:
        MalformedBodyError: Not UTF-8, not JSON, NaN or Infinity, a key twice in one object, or nested too deeply.
        TruncatedBodyError: The text ends before the value does.
    """
    try:
        text = body.removeprefix(_BOM).decode("utf-8")
    except UnicodeDecodeError as error:
        msg = f"it is not UTF-8 at byte {error.start}"
        if error.reason == "unexpected end of data":
            raise TruncatedBodyError(msg) from error
        raise MalformedBodyError(msg) from error
    try:
        value = json.loads(
            text,
            parse_float=_number,
            parse_int=_number,
            parse_constant=_refuse_constant,
            object_pairs_hook=_object,
        )
    except json.JSONDecodeError as error:
        raise _explain(error, text) from error
    except RecursionError as error:
        msg = f"it is nested more than {max_depth} deep"
        raise MalformedBodyError(msg) from error
    _check_depth(value, max_depth)
    return value


def _explain(error: json.JSONDecodeError, text: str) -> ValueError:
    where = f"{error.msg} at character {error.pos}"
    rest = text[error.pos :].rstrip()
    is_cut_word = any(word.startswith(rest) for word in ("true", "false", "null", "-"))
    is_cut_escape = error.msg.startswith("Invalid \\") and len(rest) < _ESCAPE_LENGTH
    ends_early = error.msg.startswith("Unterminated") or is_cut_word or is_cut_escape
    begins_well = text.lstrip()[:1] in ("{", "[")
    return TruncatedBodyError(where) if begins_well and ends_early else MalformedBodyError(where)


def _number(text: str) -> Decimal | str:
    try:
        return Decimal(text)
    except InvalidOperation:
        # An exponent beyond what Decimal holds: kept as text, so that the row goes to quarantine, not the page.
        return text


def _refuse_constant(name: str) -> None:
    msg = f"it holds {name}, which is not JSON"
    raise MalformedBodyError(msg)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        msg = f"an object has the key {twice[:60]!r} twice"
        raise MalformedBodyError(msg)
    return result


def _check_depth(value: object, max_depth: int) -> None:
    layer = [value]
    for _ in range(max_depth + 1):
        layer = [child for node in layer for child in _children(node)]
        if not layer:
            return
    msg = f"it is nested more than {max_depth} deep"
    raise MalformedBodyError(msg)


def _children(node: object) -> list[object]:
    if isinstance(node, dict):
        return [child for child in node.values() if isinstance(child, dict | list)]
    if isinstance(node, list):
        return [child for child in node if isinstance(child, dict | list)]
    return []


def write_body(value: object) -> bytes:
    """Write a JSON body; a ``Decimal`` becomes its own digits.

    Raises:
        TypeError: The value holds a float, which would not be exact, or something that is no JSON.
        ValueError: A number that is not finite.
    """
    return _write(value).encode("utf-8")


def _write(value: object) -> str:
    if isinstance(value, Decimal):
        if not value.is_finite():
            msg = "a number of a request is not finite"
            raise ValueError(msg)
        return format(value, "f")
    if value is None or isinstance(value, str | bool | int):
        return json.dumps(value)
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{json.dumps(str(name))}:{_write(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(_write(item) for item in value) + "]"
    msg = f"a request may not hold a {type(value).__name__}"
    raise TypeError(msg)
