"""The hash of a row's content, by which a load tells what changed. Pure.

A stored hash is compared with that of a copy which may arrive years later, through other versions of every library and
in another batch. So everything that decides it stands here, in whole numbers of 64 bits (addition and multiplication
wrap around):

* a cell is cut into words: a text into 8 bytes each, little-endian, the last one filled up with zeros; a longer text
  than ``_LONG`` is one word, its BLAKE2b; any other value is one word, days or microseconds since 1970, 0 or 1, the
  integer, or 10⁻¹² for decimals (so 1.5 and 1.50 are the same), whose upper half is multiplied and added;
* each word has a key of its own, from the number of its column and its number in the cell; ``_mix`` of both together
  is its share;
* the hash is ``_mix`` of the sum of all shares. A null cell has no words.

``_mix`` is the finaliser of splitmix64: it maps no two words to one, and one changed bit changes half of the bits.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any, Final, TypeAlias

import numpy as np
import pyarrow as pa

from intacct_pipelines.domain.columns import DECIMAL, TEXT, text_bytes

_Words: TypeAlias = "np.ndarray[Any, np.dtype[np.uint64]]"
_Counts: TypeAlias = "np.ndarray[Any, np.dtype[np.int64]]"

_AT_ONCE: Final = 2_000
"""Rows whose words fit into the processor's cache."""
_WORD: Final = 8
_LONG: Final = 64
"""Bytes of the longest text that is cut into words."""
_COLUMN: Final = np.uint64(0x9E3779B97F4A7C15)
_PLACE: Final = np.uint64(0xD1B54A32D192ED03)
_PLACES: Final = np.arange(_LONG // _WORD, dtype=np.uint64) * _PLACE
_UPPER: Final = np.uint64(0xDABA0B6EB09322E3)
_FIRST: Final = np.uint64(0xBF58476D1CE4E5B9)
_SECOND: Final = np.uint64(0x94D049BB133111EB)
_MASKS: Final = np.array([(1 << (8 * size)) - 1 for size in range(_WORD + 1)], np.uint64)
"""What keeps the first bytes of a word."""


def hash_rows(columns: Sequence[pa.Array]) -> pa.Array:
    """Return the hash of each row.

    Args:
        columns: The columns of the table in their order, equally long; types as in ``domain.columns``, no NUL in texts.
    """
    size = len(columns[0])
    parts = [_hash([column.slice(at, _AT_ONCE) for column in columns]) for at in range(0, size, _AT_ONCE)]
    return pa.array(np.concatenate([np.empty(0, np.int64), *parts]))


def _hash(columns: list[pa.Array]) -> np.ndarray[Any, np.dtype[np.int64]]:
    total = np.zeros(len(columns[0]), np.uint64)
    texts = [(number, column) for number, column in enumerate(columns, 1) if column.type == TEXT]
    fixed = [(number, column) for number, column in enumerate(columns, 1) if column.type != TEXT]
    if fixed:
        words = np.stack([_value_words(column) for _, column in fixed])
        words += _keys([number for number, _ in fixed])[:, None]
        _mix(words)
        for share, (_, column) in zip(words, fixed, strict=True):
            if column.null_count:
                share[_is_null(column)] = 0
        total += words.sum(axis=0, dtype=np.uint64)
    if texts:
        total += _text_shares([column for _, column in texts], _keys([number for number, _ in texts]))
    _mix(total)
    return total.view(np.int64)


def _keys(numbers: list[int]) -> _Words:
    return np.array(numbers, np.uint64) * _COLUMN


def _mix(words: _Words) -> None:
    """Mix each word in its place."""
    words ^= words >> np.uint64(30)
    words *= _FIRST
    words ^= words >> np.uint64(27)
    words *= _SECOND
    words ^= words >> np.uint64(31)


def _is_null(column: pa.Array) -> np.ndarray[Any, np.dtype[np.bool_]]:
    return column.is_null().to_numpy(zero_copy_only=False)  # type: ignore[no-any-return]  # Arrow is untyped


def _value_words(column: pa.Array) -> _Words:
    """Return a word for each cell; what null cells have does not matter."""
    if column.type == DECIMAL:
        halves = _values(column, "<u8", 2).reshape(len(column), 2)
        return halves[:, 0] + halves[:, 1] * _UPPER
    if pa.types.is_boolean(column.type):
        column = column.cast(pa.int8())
    return _values(column, f"<i{column.type.bit_width // 8}").astype(np.int64).view(np.uint64)


def _values(column: pa.Array, kind: str, each: int = 1) -> np.ndarray[Any, Any]:
    data = np.frombuffer(column.buffers()[1], kind)
    return data[column.offset * each : (column.offset + len(column)) * each]


# ---- texts ------------------------------------------------------------------------------------------------------


def _text_shares(columns: list[pa.Array], keys: _Words) -> _Words:
    """Return for each row the sum of the shares of its texts."""
    size = len(columns[0])
    pieces = [text_bytes(column) for column in columns]
    bases = np.cumsum([0, *map(len, pieces[:-1])])
    bounds = np.stack([_bounds(column) for column in columns])
    lengths = np.diff(bounds, axis=1).ravel()
    starts = (bounds[:, :-1] - bounds[:, :1] + bases[:, None]).ravel()
    data = np.concatenate([*pieces, np.zeros(_WORD, np.uint8)])
    # a copy, since gathering from places between the words takes four times as long
    words_from = np.ascontiguousarray(np.ndarray((len(data) - _WORD + 1,), "<u8", data, strides=(1,)))
    keys_of = np.repeat(keys, size)
    # nearly every cell has a first word, so all are given one; the shares of those that have none are dropped
    shares = _first_words(words_from, starts, lengths) + keys_of
    _mix(shares)
    shares[(lengths == 0) | (lengths > _LONG)] = 0
    _add_further_words(shares, words_from, starts, lengths, keys_of)
    for cell in np.flatnonzero(lengths > _LONG):
        text = data[starts[cell] : starts[cell] + lengths[cell]].tobytes()
        word = np.frombuffer(blake2b(text, digest_size=_WORD).digest(), "<u8") + keys_of[cell]
        _mix(word)
        shares[cell] = word[0]
    whole: _Words = shares.reshape(len(columns), size).sum(axis=0, dtype=np.uint64)
    return whole


def _first_words(words_from: _Words, starts: _Counts, lengths: _Counts) -> _Words:
    return words_from[starts] & _MASKS[np.minimum(lengths, _WORD)]


def _add_further_words(shares: _Words, words_from: _Words, starts: _Counts, lengths: _Counts, keys_of: _Words) -> None:
    """Add the shares of the second and later words of each text that has them."""
    cells = np.flatnonzero((lengths > _WORD) & (lengths <= _LONG))
    at, rest, own = starts[cells], lengths[cells], keys_of[cells]
    sums = np.zeros(len(cells), np.uint64)
    for place in _PLACES[1:]:
        at += _WORD
        rest -= _WORD
        words = words_from[at]
        is_last = rest <= _WORD
        if is_last.any():
            words &= _MASKS[np.minimum(rest, _WORD)]
        words += own
        words += place
        _mix(words)
        sums += words
        if is_last.any():
            shares[cells[is_last]] += sums[is_last]
            more = ~is_last
            cells, at, rest, own, sums = cells[more], at[more], rest[more], own[more], sums[more]
        if not len(cells):
            return


def _bounds(texts: pa.Array) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Return where each text begins, and where the last one ends."""
    offsets = np.frombuffer(texts.buffers()[1], np.int32) if len(texts) else np.zeros(1, np.int32)
    return offsets[texts.offset : texts.offset + len(texts) + 1].astype(np.int64)
