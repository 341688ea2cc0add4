"""A column of source text → an Arrow array of its kind, all cells at once.

Each kind has a quick way, which takes a column only if it can prove the whole of it readable: by the range of its
bytes, its lengths, and Arrow's own strict parsers. A column that it does not take goes cell by cell through ``cells``,
which decides. So the quick way may be narrow, but never lenient.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from typing import Any, Final, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from intacct_pipelines.domain.catalog import Kind
from intacct_pipelines.domain.columns import (
    ARROW_TYPES,
    DECIMAL,
    INSTANT,
    TEXT,
    of_numbers,
    of_texts,
    of_values,
    presence,
    text_bytes,
    with_decimals,
)
from intacct_pipelines.domain.money import minor_unit_digits
from intacct_pipelines.extract.cells import (
    UnreadableCellError,
    is_storable,
    named_zone,
    read_day,
    read_decimal,
    read_flag,
    read_instant,
    read_integer,
    read_text,
)

Texts: TypeAlias = "Sequence[str | None] | pa.Array | pa.ChunkedArray"
"""A column as a source hands it over: Arrow strings, or a list."""
Failures: TypeAlias = dict[int, str]
"""Row position → the check that its cell failed."""
Typed: TypeAlias = tuple[pa.Array, Failures]

_DIGITS_AND_SIGNS: Final = (ord("-"), ord("9"))
"""The bytes ``-./0123456789``: no exponent, blank, plus or name of a number is written with them."""
_SAFE_INTEGER_LENGTH: Final = 18
_SAFE_DECIMAL_LENGTH: Final = 13
"""No text of this length can have more digits than ``money.DECIMAL_TEXT`` allows."""
_DECIMAL: Final = r"^-?(?:[0-9]{1,24}(?:\.[0-9]{0,12})?|\.[0-9]{1,12})$"


def type_column(kind: Kind, texts: pa.StringArray, *, currencies: pa.StringArray | None, zone: str) -> Typed:
    """Type one column.

    Args:
        kind: What it holds.
        texts: Its cells.
        currencies: For money: the currency of each cell; it decides how many decimals an amount may have.
        zone: For instants: IANA name of the zone of timestamps that carry none.

    Returns:
        The typed column, null where a cell is empty or unreadable, and the unreadable cells.
    """
    if kind is Kind.MONEY and currencies is not None:
        return _type_money(texts, currencies)
    if kind is Kind.INSTANT:
        return _type_instants(texts, zone)
    return _PLAIN[kind](texts)


def as_strings(cells: Texts) -> tuple[pa.StringArray, list[int]]:
    """Return the texts as one Arrow array, and the positions of those that no Arrow array can hold, as nulls."""
    if isinstance(cells, pa.ChunkedArray):
        cells = cells.combine_chunks()
    if isinstance(cells, pa.Array):
        return (cells if cells.type == TEXT else cells.cast(TEXT)), []
    try:
        return of_texts(cells), []
    except UnicodeEncodeError:
        broken = [at for at, cell in enumerate(cells) if cell is not None and not is_storable(cell.replace("\0", ""))]
        whole = list(cells)
        for at in broken:
            whole[at] = None
        return of_texts(whole), broken


def _is_within(texts: pa.StringArray, bounds: tuple[int, int]) -> bool:
    data = text_bytes(texts)
    return not data.size or bool(data.min() >= bounds[0] and data.max() <= bounds[1])


def _longest(texts: pa.StringArray) -> int:
    return pc.max(pc.binary_length(texts)).as_py() or 0


def _cell_by_cell(texts: pa.StringArray, kind: pa.DataType, read: Callable[[str], object]) -> Typed:
    values: list[object] = []
    failures: Failures = {}
    for at, text in enumerate(texts.to_pylist()):
        try:
            values.append(None if text is None else read(text))
        except UnreadableCellError as error:
            values.append(None)
            failures[at] = error.check
    return of_values(values, kind), failures


def _by_distinct(texts: pa.StringArray, kind: pa.DataType, read: Callable[[str], object]) -> Typed:
    """Read each distinct text once."""
    encoded = texts.dictionary_encode()
    values, failed = _cell_by_cell(encoded.dictionary, kind, read)
    typed = values.take(encoded.indices)
    if not failed:
        return typed, {}
    indices = encoded.indices.to_pylist()
    return typed, {at: failed[index] for at, index in enumerate(indices) if index in failed}


# ---- text and flags ---------------------------------------------------------------------------------------------


def _type_text(texts: pa.StringArray) -> Typed:
    data = text_bytes(texts)
    if data.size and not data.min():
        return _cell_by_cell(texts, TEXT, read_text)
    if pc.min(pc.binary_length(texts)).as_py() == 0:
        texts = pc.if_else(pc.match_substring_regex(texts, "^$"), pa.nulls(1, TEXT)[0], texts)
    return texts, {}


# ---- numbers ----------------------------------------------------------------------------------------------------


def _type_integers(texts: pa.StringArray) -> Typed:
    if _is_within(texts, _DIGITS_AND_SIGNS) and _longest(texts) <= _SAFE_INTEGER_LENGTH:
        try:
            return texts.cast(ARROW_TYPES[Kind.INTEGER]), {}
        except pa.ArrowInvalid:
            pass
    return _cell_by_cell(texts, ARROW_TYPES[Kind.INTEGER], read_integer)


def _type_decimals(texts: pa.StringArray) -> Typed:
    quick = _quick_decimals(texts)
    return (quick, {}) if quick is not None else _cell_by_cell(texts, DECIMAL, read_decimal)


def _quick_decimals(texts: pa.StringArray) -> pa.Array | None:
    if not _is_within(texts, _DIGITS_AND_SIGNS):
        return None
    if _longest(texts) > _SAFE_DECIMAL_LENGTH and not pc.all(pc.match_substring_regex(texts, _DECIMAL)).as_py():
        return None
    try:
        return texts.cast(DECIMAL)
    except pa.ArrowInvalid:
        return None


def _type_money(texts: pa.StringArray, currencies: pa.StringArray) -> Typed:
    amounts = _quick_decimals(texts)
    if amounts is not None and _fit(amounts, currencies):
        return amounts, {}
    digits = iter([None if each is None else minor_unit_digits(each) for each in currencies.to_pylist()])
    values: list[object] = []
    failures: Failures = {}
    for at, (text, allowed) in enumerate(zip(texts.to_pylist(), digits, strict=True)):
        try:
            values.append(None if text is None else read_decimal(text, allowed))
        except UnreadableCellError as error:
            values.append(None)
            failures[at] = error.check
    return of_values(values, DECIMAL), failures


def _fit(amounts: pa.Array, currencies: pa.StringArray) -> bool:
    """Whether no amount is finer than the minor unit of its currency; an amount without a currency may be."""
    by_digits: dict[int, list[str]] = {}
    for currency in currencies.unique().to_pylist():
        if currency is not None:
            by_digits.setdefault(minor_unit_digits(currency), []).append(currency)
    for digits, known in by_digits.items():
        is_only = len(by_digits) == 1 and not currencies.null_count
        own = amounts if is_only else amounts.filter(pc.is_in(currencies, of_texts(known)))
        if with_decimals(own, digits) is None:
            return False
    return True


# ---- instants ---------------------------------------------------------------------------------------------------

# Where the digits and the others stand in mm/dd/yyyy hh:mm:ss
_STAMP_LENGTH: Final = 19
_SEPARATORS: Final = {2: "/", 5: "/", 10: " ", 13: ":", 16: ":"}
_SEPARATOR_PLACES: Final = list(_SEPARATORS)
_SEPARATOR_BYTES: Final = np.frombuffer("".join(_SEPARATORS.values()).encode(), np.uint8)
_DIGIT_PLACES: Final = [place for place in range(_STAMP_LENGTH) if place not in _SEPARATORS]
_HOURS_A_DAY: Final = 24
_SIXTY: Final = 60
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_YEAR: Final = 1970


def _type_instants(texts: pa.StringArray, zone: str) -> Typed:
    quick = _quick_instants(texts, zone)
    return (quick, {}) if quick is not None else _by_distinct(texts, INSTANT, partial(read_instant, zone=zone))


def _quick_instants(texts: pa.StringArray, zone: str) -> pa.Array | None:
    """Read ``mm/dd/yyyy hh:mm:ss`` by the places of its digits; None if any cell is of another form."""
    present = texts.drop_null() if texts.null_count else texts
    if pc.binary_length(present).unique().to_pylist() != [_STAMP_LENGTH]:
        return None
    stamps = text_bytes(present).reshape(len(present), _STAMP_LENGTH)
    digits = stamps[:, _DIGIT_PLACES] - np.uint8(ord("0"))  # wraps around, so that all but digits are above 9
    if digits.max() > 9 or (stamps[:, _SEPARATOR_PLACES] != _SEPARATOR_BYTES).any():  # noqa: PLR2004 - the largest digit
        return None
    tens, ones = digits[:, 0::2].astype(np.int64), digits[:, 1::2]
    month, day, century, years, hour, minute, second = (tens * 10 + ones).T
    months = (century * 100 + years - _EPOCH_YEAR) * 12 + month - 1
    days = months.view("M8[M]").astype("M8[D]") + (day - 1)
    # a day that its month does not have lies in another month
    is_day = month.min() >= 1 and month.max() <= 12 and (days.astype("M8[M]") == months.view("M8[M]")).all()  # noqa: PLR2004 - months
    if not is_day or hour.max() >= _HOURS_A_DAY or minute.max() >= _SIXTY or second.max() >= _SIXTY:
        return None
    hours = days.view(np.int64) * _HOURS_A_DAY + hour
    try:
        starts = _in_utc(hours, zone)
    except (ValueError, OverflowError):
        return None
    return _with_nulls((starts + minute * _SIXTY + second) * 1_000_000, texts)


def _in_utc(hours: np.ndarray[Any, np.dtype[np.int64]], zone: str) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Return local hours since 1970 as seconds in UTC; the zone database is asked once for each distinct hour."""
    distinct, places = np.unique(hours, return_inverse=True)
    return np.array([_hour_in_utc(int(hour), zone) for hour in distinct], np.int64)[places]


@lru_cache(maxsize=50_000)
def _hour_in_utc(hour: int, zone: str) -> int:
    """Return when a local hour begins, in seconds since 1970 in UTC.

    Raises:
        ValueError: The offset changes within the hour.
        OverflowError: There is no such instant in UTC.
    """
    start = (_EPOCH + timedelta(hours=hour)).replace(tzinfo=named_zone(zone))
    if start.utcoffset() != (start + timedelta(minutes=59, seconds=59)).utcoffset():
        msg = "the offset is not constant"
        raise ValueError(msg)
    return int((start.astimezone(UTC) - _EPOCH).total_seconds())


def _with_nulls(values: np.ndarray[Any, np.dtype[np.int64]], texts: pa.StringArray) -> pa.Array:
    if not texts.null_count:
        return of_numbers(values, INSTANT)
    present = presence(texts)
    whole = np.zeros(len(texts), np.int64)
    whole[present] = values
    return of_numbers(whole, INSTANT, present)


_PLAIN: Final[Mapping[Kind, Callable[[pa.StringArray], Typed]]] = {
    Kind.TEXT: _type_text,
    Kind.INTEGER: _type_integers,
    Kind.RATE: _type_decimals,
    Kind.DATE: lambda texts: _by_distinct(texts, ARROW_TYPES[Kind.DATE], read_day),
    Kind.FLAG: lambda texts: _by_distinct(texts, ARROW_TYPES[Kind.FLAG], read_flag),
}
