"""The hash of a row: the same for the same content, whatever the batch; another for any other content."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import blake2b

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from intacct_pipelines.domain.catalog import Kind
from intacct_pipelines.domain.columns import ARROW_TYPES
from intacct_pipelines.warehouse.row_hash import hash_rows

KINDS = (Kind.INTEGER, Kind.TEXT, Kind.MONEY, Kind.DATE, Kind.INSTANT, Kind.FLAG, Kind.TEXT)
CELLS = {
    Kind.INTEGER: st.integers(-(2**63), 2**63 - 1),
    Kind.TEXT: st.text(min_size=1, max_size=6),
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


@given(ROWS, st.data())
def test_a_hash_depends_on_its_own_row_alone(rows: list[tuple[object, ...]], data: st.DataObject) -> None:
    """Neither the rows beside it, nor its place, nor a slice of a larger column changes a row's hash."""
    alone = [hashes([row])[0] for row in rows]
    assert hashes(rows) == alone
    start = data.draw(st.integers(0, len(rows) - 1))
    assert hashes(rows, start) == alone[start:]


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


def test_the_layout_is_the_one_that_is_written_down() -> None:
    """A stored hash must outlive every library: these bytes, put together by hand, are what is hashed."""
    laid = b"".join(
        [
            b"\0" + (7).to_bytes(8, "little", signed=True),
            b"\0" + (-1_500_000_000_000).to_bytes(16, "little", signed=True),
            b"\0" + (-1).to_bytes(4, "little", signed=True),
            b"\1" + bytes(8),
            b"\0" + b"\1",
            (3).to_bytes(4, "little"),
            (-1).to_bytes(4, "little", signed=True),
            "éx".encode(),
        ]
    )
    row = (7, "éx", Decimal("-1.50"), date(1969, 12, 31), None, True, None)
    expected = int.from_bytes(blake2b(laid, digest_size=8).digest(), "big", signed=True)
    assert hashes([row]) == [expected] == [KNOWN]


KNOWN = -1474456026159356230
"""As first computed; if it changes, every row of every warehouse is written anew."""
