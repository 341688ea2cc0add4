"""What a column of a batch is made of: Arrow arrays, one type for each kind, whatever the source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pyarrow as pa

from intacct_pipelines.domain.catalog import Kind

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
    present = cells.is_valid().to_numpy(zero_copy_only=False) if cells.null_count else None
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
    told = np.stack([whole, whole >> 63], axis=1)
    bits = None if present is None else pa.py_buffer(np.packbits(present, bitorder="little"))
    kind = pa.decimal128(DECIMAL.precision, digits)
    return pa.Array.from_buffers(kind, len(cells), [bits, pa.py_buffer(told)], cells.null_count)
