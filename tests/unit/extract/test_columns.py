"""Whole columns against single cells: the quick ways accept nothing that a cell by itself would not be."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from intacct_pipelines.domain.catalog import Kind
from intacct_pipelines.domain.columns import ARROW_TYPES, TEXT
from intacct_pipelines.domain.money import minor_unit_digits
from intacct_pipelines.extract.cells import (
    UnreadableCellError,
    read_day,
    read_decimal,
    read_flag,
    read_instant,
    read_integer,
    read_text,
)
from intacct_pipelines.extract.columns import type_column

ZONES = st.sampled_from(
    ["UTC", "America/Los_Angeles", "Asia/Kolkata", "Australia/Lord_Howe", "Asia/Kathmandu", "Europe/Berlin"]
)
NUMBERS = (
    st.from_regex(r"-?[0-9]{1,26}(\.[0-9]{0,14})?", fullmatch=True)
    | st.from_regex(r"-?[0-9]{0,3}\.?[0-9]{0,3}", fullmatch=True)
    | st.text("-./0123456789", max_size=8)
    | st.text("-+.,eE_ \n0123456789xNa", max_size=6)
    | st.sampled_from(["9223372036854775807", "-9223372036854775808", "9223372036854775808", "1e5", "NaN", "٣"])
)
STAMPS = (
    st.from_regex(r"[01][0-9]/[0-3][0-9]/(19|20)[0-9]{2} [0-2][0-9]:[0-6][0-9]:[0-6][0-9]", fullmatch=True)
    | st.datetimes().map("{:%m/%d/}".format).flatmap(
        lambda day: st.from_regex(r"[0-9]{4} [0-9]{2}:[0-5][0-9]:[0-5][0-9]", fullmatch=True).map(day.__add__)
    )
    | st.sampled_from(["02/29/2025 00:00:00", "02/29/2024 00:00:00", "11/01/2026 01:30:00", "03/08/2026 02:30:00",
                       "12/31/9999 23:00:00", "01/01/0001 00:00:00", "00/00/0000 00:00:00", "2/3/2026 4:05:06",
                       "02/03/2026", "2026-02-03T04:05:06Z", "02-03-2026 04:05:06", "02/03/2026T04:05:06", "é"])
)  # fmt: skip
CELLS: dict[Kind, tuple[st.SearchStrategy[str], Callable[[str], object]]] = {
    Kind.TEXT: (st.text(max_size=4) | st.sampled_from(["", "\0", "a\0b"]), read_text),
    Kind.INTEGER: (NUMBERS, read_integer),
    Kind.RATE: (NUMBERS, read_decimal),
    Kind.FLAG: (st.sampled_from(["true", "false", "T", "F", "1", "0", "maybe", "", "TRUE"]), read_flag),
    Kind.DATE: (st.dates().map("{:%m/%d/%Y}".format) | st.text("0123456789/-", max_size=10), read_day),
}


def by_cell(texts: list[str | None], read: Callable[[int, str], object]) -> tuple[list[object], dict[int, str]]:
    values: list[object] = []
    failures: dict[int, str] = {}
    for at, text in enumerate(texts):
        try:
            values.append(None if text is None else read(at, text))
        except UnreadableCellError as error:
            values.append(None)
            failures[at] = error.check
    return values, failures


@pytest.mark.parametrize("kind", CELLS)
@settings(deadline=None, max_examples=200)
@given(data=st.data())
def test_a_column_is_read_like_its_cells(kind: Kind, data: st.DataObject) -> None:
    """The same values, the same failures at the same places, in slices of larger columns too."""
    strategy, read = CELLS[kind]
    texts = data.draw(st.lists(st.none() | strategy, max_size=8))
    start = data.draw(st.integers(0, len(texts)))
    typed, failures = type_column(kind, pa.array(texts, TEXT).slice(start), currencies=None, zone="UTC")
    assert typed.type == ARROW_TYPES[kind]
    assert (typed.to_pylist(), failures) == by_cell(texts[start:], lambda _, text: read(text))


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("123456789012345678901234.123456789012", True), ("1234567890123456789012345", False),
        ("1.0000000000000", False), (".0000000000000", False), ("-.000000000001", True),
    ],
)  # fmt: skip
def test_only_decimals_of_the_agreed_length_are_read(text: str, fits: bool) -> None:
    """24 digits before the point and 12 behind it; one more, even a zero, is refused as the single cell is."""
    typed, failures = type_column(Kind.RATE, pa.array([text, "1"], TEXT), currencies=None, zone="UTC")
    assert failures == ({} if fits else {0: "decimal"})
    assert typed.to_pylist() == [Decimal(text) if fits else None, Decimal(1)]


@settings(deadline=None, max_examples=300)
@example([("1.5", "JPY"), (None, None)])
@example([("1.005", None), ("1.00", "USD")])
@given(st.lists(st.tuples(st.none() | NUMBERS, st.sampled_from([None, "USD", "EUR", "JPY", "KWD", "XXX"])), max_size=8))
def test_amounts_are_read_like_their_cells(rows: list[tuple[str | None, str | None]]) -> None:
    """Currencies may mix; each amount is held to the minor unit of its own."""
    texts = [text for text, _ in rows]
    currencies = [currency for _, currency in rows]
    digits = [None if currency is None else minor_unit_digits(currency) for currency in currencies]
    typed, failures = type_column(Kind.MONEY, pa.array(texts, TEXT), currencies=pa.array(currencies, TEXT), zone="UTC")
    assert (typed.to_pylist(), failures) == by_cell(texts, lambda at, text: read_decimal(text, digits[at]))


@settings(deadline=None, max_examples=300)
@given(st.lists(st.none() | STAMPS, max_size=6), ZONES)
def test_instants_are_read_like_their_cells(texts: list[str | None], zone: str) -> None:
    """By the places of the digits or one by one: the same instants, on days when clocks change too."""
    typed, failures = type_column(Kind.INSTANT, pa.array(texts, TEXT), currencies=None, zone=zone)
    assert (typed.to_pylist(), failures) == by_cell(texts, lambda _, text: read_instant(text, zone))
