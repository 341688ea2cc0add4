"""The hash of a row's content, by which a load tells what changed. Pure.

A stored hash is compared with that of a copy which may arrive years later, through other versions of every library and
in another batch. So it is BLAKE2b over bytes that are laid out here, not over what a library happens to write:

* for each column that is no text, whether it is null, and its value as a little-endian integer of fixed width: days or
  microseconds since 1970, 0 or 1, 10⁻¹² for decimals (so 1.5 and 1.50 are the same); zero for null;
* for each text its length in bytes, -1 for null;
* the texts, one after the other; their lengths say where each ends, so no two rows are laid out alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any, Final, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from intacct_pipelines.domain.columns import TEXT

_HASH_BYTES: Final = 8
"""A row is compared with its own earlier copy only, so 64 bits are plenty; a bigint is read faster than a UUID."""
_LENGTH_BYTES: Final = 4
_Bytes: TypeAlias = "np.ndarray[Any, np.dtype[np.uint8]]"


def hash_rows(columns: Sequence[pa.Array]) -> pa.Array:
    """Return the hash of each row.

    Args:
        columns: The columns of the table in their order, equally long; types as in ``domain.columns``.
    """
    size = len(columns[0])
    texts = [column for column in columns if column.type == TEXT]
    fixed = [_whole_bytes(column) for column in columns if column.type != TEXT]
    head = np.zeros((size, sum(1 + _width(column) for column in fixed) + _LENGTH_BYTES * len(texts)), np.uint8)
    place = 0
    for column in fixed:
        width = _width(column)
        _lay_value(head[:, place : place + 1 + width], column, width)
        place += 1 + width
    for text in texts:
        head[:, place : place + _LENGTH_BYTES] = _lengths(text)
        place += _LENGTH_BYTES
    heads = pa.FixedSizeBinaryArray.from_buffers(pa.binary(head.shape[1]), size, [None, pa.py_buffer(head)])
    parts = [heads.cast(pa.binary()), *[text.cast(pa.binary()) for text in texts], b""]
    rows = pc.binary_join_element_wise(*parts, null_handling="replace", null_replacement=b"")
    digests = b"".join([blake2b(row, digest_size=_HASH_BYTES).digest() for row in rows.to_pylist()])
    return pa.array(np.frombuffer(digests, ">i8").astype(np.int64))


def _whole_bytes(column: pa.Array) -> pa.Array:
    return column.cast(pa.int8()) if pa.types.is_boolean(column.type) else column


def _width(column: pa.Array) -> int:
    return int(column.type.bit_width) // 8


def _lay_value(place: _Bytes, column: pa.Array, width: int) -> None:
    """Write a column's null marks and values into their place of each row's head."""
    start = column.offset * width
    data = np.frombuffer(column.buffers()[1], np.uint8)[start : start + len(column) * width]
    place[:, 1:] = data.reshape(len(column), width)
    if column.null_count:
        is_null = column.is_null().to_numpy(zero_copy_only=False)
        place[is_null, 1:] = 0
        place[:, 0] = is_null


def _lengths(text: pa.Array) -> _Bytes:
    bounds = np.frombuffer(text.buffers()[1], np.int32)[text.offset : text.offset + len(text) + 1]
    lengths = np.diff(bounds).astype("<i4")
    if text.null_count:
        lengths[text.is_null().to_numpy(zero_copy_only=False)] = -1
    return lengths.view(np.uint8).reshape(len(text), _LENGTH_BYTES)
