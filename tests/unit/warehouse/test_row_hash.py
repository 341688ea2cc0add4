"""The hash of a row: the same for the same content, whatever the batch; another for any other content."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Context, Decimal
from hashlib import blake2b

import pyarrow as pa
from hypothesis import example, given, settings
from hypothesis import strategies as st

from intacct_pipelines.domain.catalog import Kind
from intacct_pipelines.domain.columns import ARROW_TYPES
from intacct_pipelines.warehouse.row_hash import hash_rows

KINDS = (Kind.INTEGER, Kind.TEXT, Kind.MONEY, Kind.DATE, Kind.INSTANT, Kind.FLAG, Kind.TEXT)
CELLS = {
    Kind.INTEGER: st.integers(-(2**63), 2**63 - 1),
    Kind.TEXT: st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=30),
    Kind.MONEY: st.decimals(-(10**24) + 1, 10**24 - 1, places=12),
    Kind.DATE: st.dates(),
    Kind.INSTANT: st.datetimes(timezones=st.just(UTC)),
    Kind.FLAG: st.booleans(),
}
ROWS = st.lists(st.tuples(*(st.none() | CELLS[kind] for kind in KINDS)), min_size=1, max_size=8)


def hashes(rows: list[tuple[object, ...]], start: int = 0) -> list[int]:
    columns = [
        pa.array([row[place] for row in rows], ARROW_TYPES[kind]).slice(start) for place, kind in enumerate(KINDS)
    ]
    return hash_rows(columns).to_pylist()


@settings(deadline=None)
@given(ROWS, st.data())
def test_a_hash_depends_on_its_own_row_alone(rows: list[tuple[object, ...]], data: st.DataObject) -> None:
    """Neither the rows beside it, nor its place, nor a slice of a larger column changes a row's hash."""
    alone = [hashes([row])[0] for row in rows]
    assert hashes(rows) == alone
    start = data.draw(st.integers(0, len(rows) - 1))
    assert hashes(rows, start) == alone[start:]


@settings(deadline=None)
@given(ROWS, ROWS)
def test_rows_have_one_hash_only_if_they_are_the_same(
    left: list[tuple[object, ...]], right: list[tuple[object, ...]]
) -> None:
    """Different content, different hash: the layout gives no two rows the same bytes."""
    for one, its_hash in zip(left, hashes(left), strict=True):
        for other, other_hash in zip(right, hashes(right), strict=True):
            assert (its_hash == other_hash) == (one == other)


def test_text_that_moves_between_columns_is_another_row() -> None:
    """The ends of texts count: "ab" and "c" are not "a" and "bc"; null is not zero, false or the first day of 1970."""
    rows = [
        (1, "ab", None, None, None, None, "c"), (1, "a", None, None, None, None, "bc"),
        (1, "abc", None, None, None, None, None), (1, None, None, None, None, None, "abc"),
        (None, None, None, None, None, None, None), (0, None, None, None, None, None, None),
        (None, None, Decimal(0), None, None, None, None), (None, None, None, date(1970, 1, 1), None, None, None),
        (None, None, None, None, datetime(1970, 1, 1, tzinfo=UTC), None, None),
        (None, None, None, None, None, False, None),
    ]  # fmt: skip
    assert len(set(hashes(rows))) == len(rows)


def mix(word: int) -> int:
    """The finaliser of splitmix64, in plain whole numbers."""
    word ^= word >> 30
    word = word * 0xBF58476D1CE4E5B9 % 2**64
    word ^= word >> 27
    word = word * 0x94D049BB133111EB % 2**64
    return word ^ word >> 31


def words_of(value: object) -> list[int]:
    if isinstance(value, str):
        text = value.encode()
        pieces = [text[at : at + 8] for at in range(0, len(text), 8)]
        if len(text) > 64:
            pieces = [blake2b(text, digest_size=8).digest()]
        return [int.from_bytes(piece, "little") for piece in pieces]
    if isinstance(value, Decimal):
        unscaled = int(value.scaleb(12, Context(prec=40)))
        return [unscaled % 2**64 + (unscaled >> 64) * 0xDABA0B6EB09322E3]
    if isinstance(value, datetime):
        return [(value - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)]
    if isinstance(value, date):
        return [(value - date(1970, 1, 1)).days]
    return [] if value is None else [int(value)]


def slowly(row: tuple[object, ...]) -> int:
    """The hash as its module describes it, without any library but the standard one."""
    total = 0
    for number, value in enumerate(row, 1):
        for place, word in enumerate(words_of(value)):
            key = number * 0x9E3779B97F4A7C15 + place * 0xD1B54A32D192ED03
            total += mix((word + key) % 2**64)
    unsigned = mix(total % 2**64)
    return unsigned - 2**64 if unsigned >= 2**63 else unsigned


@settings(deadline=None)
@given(ROWS)
@example([(7, "é" * 33, Decimal("-1.50"), date(1969, 12, 31), None, True, "x" * 64)])
def test_the_hash_is_the_one_that_is_written_down(rows: list[tuple[object, ...]]) -> None:
    """A stored hash must outlive every library: whole numbers by hand give the same."""
    assert hashes(rows) == [slowly(row) for row in rows]


def test_a_known_row_keeps_its_hash() -> None:
    """If this changes, every row of every warehouse is written anew."""
    row = (7, "Zürich", Decimal("-1.50"), date(1969, 12, 31), datetime(2026, 3, 1, tzinfo=UTC), True, "x" * 65)
    assert hashes([row]) == [3454981342777965683]


def test_similar_rows_have_different_hashes() -> None:
    """Hundreds of thousands of rows that differ in a cent, a day or a digit: none like another."""
    size = 300_000
    count = pa.array(range(size), pa.int64())
    none = pa.nulls(size)
    columns = [
        none.cast(pa.int64()), pa.array(["INV-1"] * size), count.cast(pa.decimal128(38, 12)),
        pa.array([at % 1000 for at in range(size)], pa.int32()).cast(pa.date32()),
        none.cast(ARROW_TYPES[Kind.INSTANT]), none.cast(pa.bool_()), count.cast(pa.string()),
    ]  # fmt: skip
    assert len(hash_rows(columns).unique()) == size
