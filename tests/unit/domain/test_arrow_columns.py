"""Columns of decimals in another scale: the same amounts, or none at all."""

from __future__ import annotations

from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from intacct_pipelines.domain.columns import DECIMAL, with_decimals

AMOUNTS = st.decimals(-(10**9), 10**9, places=2) | st.decimals(-(10**25), 10**25, places=12) | st.none()


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
