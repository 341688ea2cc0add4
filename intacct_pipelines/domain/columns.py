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
