"""Rows of a ``query`` straight from the text of a reply, column by column: the fast path beside libxml2's tree.

It takes only what the gateway really writes: ``<OBJECT>`` with the selected fields, each once, in the selected order,
without attributes, white space, comments or sections, and nothing else. All of that is compared, for every record.
Whatever differs in one character is left to libxml2, which reads or refuses it; so this path can be slow to accept but
never decides differently, and a test holds the two against each other.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

# XML 1.0 cannot carry these, and a parser turns carriage returns into line feeds
_NOT_PLAIN: Final = bytes(code for code in range(32) if code not in (9, 10))
_NONCHARACTERS: Final = ("\ufffe", "\uffff")
_ENTITY: Final = re.compile(r"&([^;&]{0,10});?")
_NAMED: Final = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_SEPARATOR: Final = "\x00"


class _NotPlainError(Exception):
    """The text is not of the one form that is read here."""


def split_reply(body: bytes) -> tuple[bytes, int, int] | None:
    """Cut the rows out of a reply.

    Returns:
        The reply with an empty ``data`` element, and where the rows begin and end; None if there is no telling.
    """
    start = body.find(b"<data ")
    begin = body.find(b">", start) + 1
    end = body.rfind(b"</data>")
    if start < 0 or not begin or end < begin or body[begin - 2 : begin - 1] == b"/":
        return None
    skeleton = body[:begin] + body[end:]
    return (skeleton, begin, end) if skeleton.count(b"<data") == 1 else None


def scan_rows(
    body: bytes, begin: int, end: int, object_name: str, fields: tuple[str, ...]
) -> tuple[dict[str, list[str | None]], int] | None:
    """Read the rows between two places of a reply.

    Args:
        body: The reply, in UTF-8.
        begin: Where the first record begins.
        end: Where the last one ends.
        object_name: Name of the object.
        fields: The selected fields.

    Returns:
        The columns and the number of rows; None if the text is not of the plain form.
    """
    if begin == end:
        return {field: [] for field in fields}, 0
    try:
        text = str(memoryview(body)[begin:end], "utf-8")
    except UnicodeDecodeError:
        return None
    if len(body.translate(None, _NOT_PLAIN)) != len(body) or "]]>" in text or any(c in text for c in _NONCHARACTERS):
        return None
    try:
        return _columns(text, object_name, fields)
    except _NotPlainError:
        return None


def _columns(text: str, name: str, fields: tuple[str, ...]) -> tuple[dict[str, list[str | None]], int]:
    # …</F1><F2>value</F2>… falls into pieces "F1><F2>value": each proves the end of one field and the begin of the next
    width = len(fields) + 1
    pieces = text.split("</")
    rows, rest = divmod(len(pieces) - 1, width)
    if rest or text.count("<") != rows * 2 * width or pieces[-1] != f"{name}>":
        raise _NotPlainError
    # the first record has no predecessor whose end its piece could prove
    pieces[0] = f"{name}>{pieces[0]}"
    pieces.pop()
    if pieces[len(fields) :: width].count(f"{fields[-1]}>") != rows:
        raise _NotPlainError
    heads = (f"{name}><{name}><{fields[0]}>", *(f"{one}><{two}>" for one, two in pairwise(fields)))
    columns = {
        field: _values(pieces[position::width], head)
        for position, (field, head) in enumerate(zip(fields, heads, strict=True))
    }
    return columns, rows


def _values(pieces: list[str], head: str) -> list[str | None]:
    """Take ``head`` off every piece; all of them begin with it, or none is taken."""
    joined = _SEPARATOR + _SEPARATOR.join(pieces)
    values: list[str | None] = [*joined.split(_SEPARATOR + head)]
    # NUL occurs nowhere in the text, so as many cuts as pieces means that every piece was cut at its beginning
    if len(values) != len(pieces) + 1:
        raise _NotPlainError
    del values[0]
    if "&" in joined:
        values = [_resolved(value) if value and "&" in value else value for value in values]
    return [value or None for value in values] if "" in values else values


def _resolved(text: str) -> str:
    return _ENTITY.sub(_character, text)


def _character(match: re.Match[str]) -> str:
    """Resolve XML's own five entities; character references and all else are left to libxml2."""
    character = _NAMED.get(match.group(1)) if match.group().endswith(";") else None
    if character is None:
        raise _NotPlainError
    return character
