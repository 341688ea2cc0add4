"""Columns are what Arrow makes of the same values; of decimals in another scale: the same amounts, or none at all."""

from __future__ import annotations

from datetime import UTC
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from intacct_pipelines.domain.catalog import Kind
from intacct_pipelines.domain.columns import (
    ARROW_TYPES,
    DECIMAL,
    of_flags,
    of_numbers,
    of_texts,
    of_values,
    presence,
    with_decimals,
)

AMOUNTS = st.decimals(-(10**9), 10**9, places=2) | st.decimals(-(10**25), 10**25, places=12) | st.none()
VALUES = {
    Kind.TEXT: st.text(),
    Kind.INTEGER: st.integers(-(2**63), 2**63 - 1),
    Kind.MONEY: AMOUNTS,
    Kind.RATE: AMOUNTS,
    Kind.DATE: st.dates(),
    Kind.INSTANT: st.datetimes(timezones=st.just(UTC)),
    Kind.FLAG: st.booleans(),
}


@pytest.mark.parametrize("kind", VALUES)
@settings(deadline=None)  # arrow imports pandas when it first makes an array
@given(st.data())
def test_values_of_each_kind_are_what_arrow_makes_of_them(kind: Kind, data: st.DataObject) -> None:
    """To the last digit and instant, wherever one is missing."""
    values = data.draw(st.lists(st.none() | VALUES[kind], max_size=12))
    found = of_values(values, ARROW_TYPES[kind])
    found.validate(full=True)
    assert found.equals(pa.array(values, ARROW_TYPES[kind]))
    assert presence(found[1:]).tolist() == [value is not None for value in values[1:]]


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(-(2**63), 2**63 - 1), st.booleans()), max_size=20))
def test_numbers_and_flags_are_what_arrow_makes_of_them(pairs: list[tuple[int, bool]]) -> None:
    numbers, present = np.array([number for number, _ in pairs], np.int64), np.array([each for _, each in pairs], bool)
    assert of_numbers(numbers, pa.int64()).equals(pa.array(numbers))
    assert of_numbers(numbers, pa.int64(), present).equals(pa.array(numbers, mask=~present))
    assert of_flags(present).equals(of_flags(present.tolist()))
    assert of_flags(present).equals(pa.array(present))


@pytest.mark.parametrize(("cell", "error"), [("\ud800", UnicodeEncodeError), (1, TypeError)])
def test_what_is_no_text_is_none(cell: object, error: type[Exception]) -> None:
    with pytest.raises(error):
        of_texts(["a", cell])  # type: ignore[list-item]  # that is the point


@settings(deadline=None)
@given(st.lists(AMOUNTS, max_size=12), st.integers(0, 11), st.integers(0, 3))
@example([Decimal("9223372.036854775807"), Decimal("-9223372.04")], 2, 0)
@example([Decimal("9223372.04"), Decimal("-9223372.05"), None], 2, 1)
@example([Decimal("0.01"), None, Decimal("-0.01")], 2, 1)
@example([Decimal("0.01"), Decimal("-0.01")], 1, 0)
@example([Decimal(-1), Decimal(0)], 0, 0)
def test_another_scale_is_what_arrow_makes_of_it(amounts: list[Decimal | None], digits: int, start: int) -> None:
    """However large the amounts, whichever are missing, and wherever in a larger column they stand."""
    cells = pa.array(amounts, DECIMAL).slice(start)
    try:
        expected = cells.cast(pa.decimal128(38, digits))
    except pa.ArrowInvalid:
        assert with_decimals(cells, digits) is None
    else:
        found = with_decimals(cells, digits)
        assert found is not None
        found.validate(full=True)
        assert found.equals(expected)


@pytest.mark.parametrize("hidden", [Decimal("0.001"), Decimal("12345678901234.5")])
def test_what_stands_behind_a_missing_amount_does_not_count(hidden: Decimal) -> None:
    """Arrow leaves any bytes where nothing is."""
    full = pa.array([Decimal("1.25"), hidden], DECIMAL)
    cells = pa.Array.from_buffers(DECIMAL, 2, [pa.py_buffer(b"\x01"), full.buffers()[1]])
    assert with_decimals(cells, 2).to_pylist() == [Decimal("1.25"), None]
