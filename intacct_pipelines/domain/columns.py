"""What a column of a batch is made of: Arrow arrays, one type for each kind, whatever the source.

``of_texts`` and its like are here because ``pa.array``, ``pa.scalar`` and ``to_numpy`` load pandas to see whether they
were given something of it: 40 MiB and half a second in each process that only reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final, TypeAlias

import numpy as np
import pyarrow as pa

from intacct_pipelines.domain.catalog import Kind

Flags: TypeAlias = np.ndarray[Any, np.dtype[np.bool]]

TEXT: Final = pa.string()
DECIMAL: Final = pa.decimal128(38, 12)
"""Holds every decimal that ``money.DECIMAL_TEXT`` lets pass, exactly; how many decimals are shown is another matter."""
INSTANT: Final = pa.timestamp("us", "UTC")

ARROW_TYPES: Final[Mapping[Kind, pa.DataType]] = {
    Kind.TEXT: TEXT,
    Kind.INTEGER: pa.int64(),
    Kind.MONEY: DECIMAL,
    Kind.RATE: DECIMAL,
    Kind.DATE: pa.date32(),
    Kind.INSTANT: INSTANT,
    Kind.FLAG: pa.bool_(),
}
"""The type of a typed column, by its kind."""
_EPOCH: Final = date(1970, 1, 1).toordinal()


def of_texts(texts: Iterable[str | None]) -> pa.StringArray:
    """Return texts as a column; None becomes null.

    Raises:
        UnicodeEncodeError: A text holds half of a character.
    """
    column = pa.lib.StringBuilder()
    column.append_values(texts)
    return column.finish()


def of_values(values: Sequence[object], kind: pa.DataType) -> pa.Array:
    """Return values as a column of their kind, by way of their texts; None becomes null."""
    if kind == ARROW_TYPES[Kind.DATE]:  # there are many, and writing one as a text takes long
        days = np.array([value.toordinal() - _EPOCH if isinstance(value, date) else 0 for value in values], np.int32)
        return of_numbers(days, kind, np.array([value is not None for value in values], bool))
    return of_texts([None if value is None else str(value) for value in values]).cast(kind)


def of_numbers(numbers: np.ndarray[Any, Any], kind: pa.DataType, present: Flags | None = None) -> pa.Array:
    """Return numbers as a column, without a copy; null where nothing is present.

    Args:
        numbers: As wide as the kind's values are.
        kind: The type of the column.
        present: Where something is; None if everywhere.
    """
    bits = None if present is None else _bits(present)
    return pa.Array.from_buffers(kind, len(numbers), [bits, pa.py_buffer(numbers)])


def of_flags(flags: Sequence[bool] | Flags) -> pa.BooleanArray:
    """Return flags as a column."""
    return pa.Array.from_buffers(pa.bool_(), len(flags), [None, _bits(np.asarray(flags, bool))])


def presence(cells: pa.Array) -> Flags:
    """Return which cells hold something."""
    return np.from_dlpack(cells.is_valid().cast(pa.uint8())).view(bool)


def _bits(flags: Flags) -> pa.Buffer:
    return pa.py_buffer(np.packbits(flags, bitorder="little"))


def text_bytes(texts: pa.Array) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Return the bytes of all texts of a column, one after the other, without a copy."""
    _, offsets, data = texts.buffers()
    if data is None or not len(texts):
        return np.empty(0, np.uint8)
    bounds = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    return np.frombuffer(data, np.uint8)[bounds[0] : bounds[-1]]


def with_decimals(cells: pa.Array, digits: int) -> pa.Array | None:
    """Return a column of ``DECIMAL`` as ``decimal128(38, digits)``; None if one needs more."""
    halves = np.frombuffer(cells.buffers()[1], "<i8", 2 * len(cells), 16 * cells.offset).reshape(len(cells), 2)
    present = presence(cells) if cells.null_count else None
    lower, upper = halves.T if present is None else (halves * present[:, None]).T
    if not np.array_equal(upper, lower >> 63):
        # larger than 64 bits hold
        try:
            return cells.cast(pa.decimal128(DECIMAL.precision, digits))
        except pa.ArrowInvalid:  # a digit would be lost
            return None
    unit = 10 ** (DECIMAL.scale - digits)
    whole = lower // unit
    if not np.array_equal(whole * unit, lower):
        return None
    return of_numbers(np.stack([whole, whole >> 63], axis=1), pa.decimal128(DECIMAL.precision, digits), present)
