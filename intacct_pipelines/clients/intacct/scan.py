"""Rows of a ``query`` straight from the bytes of a reply, all columns at once: the fast path beside libxml2's tree.

It takes only what the gateway really writes: ``<OBJECT>`` with the selected fields, each once, in the selected order,
without attributes, white space, comments or sections, and nothing else. The places of ``<`` cut the bytes into markup
and values; the markup of every record is compared byte by byte with what the query must bring. Whatever differs in one
byte is left to libxml2, which reads or refuses it; so this path can be slow to accept but never decides differently,
and a test holds the two against each other.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from intacct_pipelines.domain.columns import of_flags, of_numbers, of_texts

Columns = dict[str, pa.Array]
"""Field → an arrow array of its texts; an empty element is null."""

_FIRST_PRINTABLE: Final = 0x20
_TAB, _LINE_FEED = 0x09, 0x0A
_NONCHARACTERS: Final = ("\ufffe", "\uffff")
_LINE_END: Final = re.compile(rb"\r\n?")
_EMPTY_ELEMENT: Final = re.compile(rb"<([A-Za-z_][A-Za-z0-9_.-]*)/>")
_BLOCK: Final = 1 << 18
_ROWS: Final = 100
"""Bytes, and records, that are looked at together, so that what is made for it stays in the processor's cache."""
_LONGEST_TEXT: Final = 10_000_000
"""libxml2 refuses longer ones."""
_ENTITY: Final = re.compile(r"&(?:(amp|lt|gt|quot|apos)|#([0-9]{1,7})|#x([0-9A-Fa-f]{1,6}));")
_NAMED: Final = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_CHARACTER: Final = re.compile("[\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 can carry."""


class _NotPlainError(Exception):
    """The bytes are not of the one form that is read here."""


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
) -> tuple[Columns, int] | None:
    """Read the rows between two places of a reply.

    Args:
        body: The reply, in UTF-8.
        begin: Where the first record begins.
        end: Where the last one ends.
        object_name: Name of the object.
        fields: The selected fields.

    Returns:
        The columns and the number of rows; None if the bytes are not of the plain form.
    """
    if body.find(b"\r", begin, end) >= 0:
        # a parser makes one of all line ends
        body = _LINE_END.sub(b"\n", body[begin:end])
        begin, end = 0, len(body)
    found = _scan(body, begin, end, object_name, fields)
    if found is None and body.find(b"/>", begin, end) >= 0:
        rows = _EMPTY_ELEMENT.sub(rb"<\1></\1>", body[begin:end])
        found = _scan(rows, 0, len(rows), object_name, fields)
    return found


def _scan(body: bytes, begin: int, end: int, name: str, fields: tuple[str, ...]) -> tuple[Columns, int] | None:
    if begin == end:
        return {field: pa.nulls(0, pa.string()) for field in fields}, 0
    try:
        _check_characters(body, begin, end)
        return _columns(np.frombuffer(body, np.uint8, end - begin, begin), name, fields)
    except _NotPlainError:
        return None


def _check_characters(body: bytes, begin: int, end: int) -> None:
    """Refuse what XML cannot carry, and carriage returns; each look at the whole page costs no copy of it."""
    rows = np.frombuffer(body, np.uint8, end - begin, begin)
    if rows.min() < _FIRST_PRINTABLE and not np.isin(rows[rows < _FIRST_PRINTABLE], (_TAB, _LINE_FEED)).all():
        raise _NotPlainError
    # the search for one byte is ten times faster than that for three
    if body.find(b"]", begin, end) >= 0 and body.find(b"]]>", begin, end) >= 0:
        raise _NotPlainError
    if body.isascii():
        return
    try:
        text = str(memoryview(body)[begin:end], "utf-8")
    except UnicodeDecodeError:
        raise _NotPlainError from None
    if any(character in text for character in _NONCHARACTERS):
        raise _NotPlainError


def _columns(rows: npt.NDArray[np.uint8], name: str, fields: tuple[str, ...]) -> tuple[Columns, int]:
    tags = [f"<{name}>", *(tag for field in fields for tag in (f"<{field}>", f"</{field}>")), f"</{name}>"]
    pieces, count = _cut(rows, np.array([len(tag.encode()) for tag in tags], np.int32))
    _check_markup(pieces, tags, count)
    # value k of the page, row by row, is piece 2k + 1; taken field by field, every column is a slice of one array
    order = np.arange(1, len(pieces), 2, dtype=np.int32).reshape(count, -1).T.ravel()
    values = _resolved(_with_nulls(pieces.take(of_numbers(order, pa.int32()))))
    return {field: values.slice(at * count, count) for at, field in enumerate(fields)}, count


def _cut(rows: npt.NDArray[np.uint8], lengths: npt.NDArray[np.int32]) -> tuple[pa.Array, int]:
    """The bytes as markup, value, markup …, value, markup, taking every record's tags to be of these lengths."""
    if len(rows) > np.iinfo(np.int32).max:
        raise _NotPlainError
    opened = _places(rows, "<")
    count, rest = divmod(len(opened), len(lengths))
    if not count or rest:
        raise _NotPlainError
    starts = opened.reshape(count, -1)
    offsets = np.zeros(count * (len(lengths) - 2) + 2, np.int32)
    bounds = offsets[1:-1].reshape(count, -1)
    bounds[:, 0::2] = starts[:, 1:-1:2] + lengths[1:-1:2]
    bounds[:, 1::2] = starts[:, 2:-1:2]
    offsets[-1] = len(rows)
    sizes = np.diff(offsets)
    if sizes.min() < 0 or sizes.max() > _LONGEST_TEXT:
        raise _NotPlainError
    return pa.Array.from_buffers(pa.binary(), len(sizes), [None, pa.py_buffer(offsets), pa.py_buffer(rows)]), count


def _places(data: npt.NDArray[np.uint8], character: str) -> npt.NDArray[np.int32]:
    """Where a character of ASCII stands."""
    blocks = range(0, max(len(data), 1), _BLOCK)
    found = (np.flatnonzero(data[at : at + _BLOCK] == ord(character)) + at for at in blocks)
    return np.concatenate([places.astype(np.int32) for places in found])


def _check_markup(pieces: pa.Array, tags: Sequence[str], count: int) -> None:
    """Compare all markup of the page with that of ``count`` records, some records at once.

    Every piece of markup begins at a ``<`` and holds as many of them as it must, so if all of them together are equal,
    each is. The piece between two records ends one and begins the other, so it is looked at with both.
    """
    begins, ends, record = "".join(tags[:2]).encode(), "".join(tags[-2:]).encode(), "".join(tags).encode()
    width = len(tags) - 2
    for at in range(0, count, _ROWS):
        beyond = min(at + _ROWS, count)
        places = np.arange(at * width, beyond * width + 1, 2, dtype=np.int32)
        expected = (ends if at else b"") + record * (beyond - at) + (begins if beyond < count else b"")
        if _data(pieces.take(of_numbers(places, pa.int32()))).tobytes() != expected:
            raise _NotPlainError


def _with_nulls(values: pa.Array) -> pa.Array:
    present = np.packbits(np.diff(_offsets(values)) > 0, bitorder="little")
    return pa.Array.from_buffers(pa.string(), len(values), [pa.py_buffer(present), *values.buffers()[1:]])


def _resolved(values: pa.Array) -> pa.Array:
    """The values with their entities resolved; only the cells that hold one become Python strings."""
    places = _places(_data(values), "&")
    if not len(places):
        return values
    cells = np.unique(np.searchsorted(_offsets(values), places, side="right") - 1)
    texts = [_without_entities(cell) for cell in values.take(of_numbers(cells, pa.int64())).to_pylist()]
    mask = np.zeros(len(values), dtype=bool)
    mask[cells] = True
    return pc.replace_with_mask(values, of_flags(mask), of_texts(texts))


def _without_entities(text: str) -> str:
    if text.count("&") != len(_ENTITY.findall(text)):
        raise _NotPlainError
    return _ENTITY.sub(_character, text)


def _character(match: re.Match[str]) -> str:
    """Resolve XML's own five entities and references to characters; all else is left to libxml2."""
    name, decimal, hexadecimal = match.groups()
    if name:
        return _NAMED[name]
    code = int(decimal) if decimal else int(hexadecimal, 16)
    character = chr(code) if code <= sys.maxunicode else ""
    if not _CHARACTER.fullmatch(character):
        raise _NotPlainError
    return character


def _offsets(array: pa.Array) -> npt.NDArray[np.int32]:
    """Where the texts of an unsliced array begin and end in its data."""
    return np.frombuffer(array.buffers()[1], np.int32, len(array) + 1)


def _data(array: pa.Array) -> npt.NDArray[np.uint8]:
    """The bytes of all texts of an unsliced array."""
    used = int(_offsets(array)[-1])
    return np.frombuffer(array.buffers()[2], np.uint8, used) if used else np.empty(0, np.uint8)
