"""Source text → text that Postgres reads as the declared type, column by column.

Belongs here: whether a cell is readable as its column's kind, and how it is then written. Whether a readable value is
*allowed* (required, one of, length) is the contract's business, in ``validate``.

A column is checked as a whole first (one regular expression over the joined column, or one look at its distinct
values); cell by cell only when that fails. Values are never guessed at: what is not exactly of the declared form
makes its row a ``Reject``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from intacct_pipelines.domain.catalog import Column, Kind, Table
from intacct_pipelines.domain.money import DECIMAL_TEXT, minor_unit_digits
from intacct_pipelines.domain.records import Batch, Reject, Rows, TextColumn

CUSTOM_FIELDS: Final = "custom_fields"
MASK: Final = "***"
UTC_FIELDS: Final = frozenset({"AUWHENCREATED"})
"""Fields that are in UTC whatever the company's zone is (recorded: seven hours ahead of WHENMODIFIED)."""

_SHOWN_CHARACTERS: Final = 200
_INTEGER: Final = re.compile(r"-?[0-9]{1,19}")
_INTEGERS: Final = re.compile(r"-?[0-9]{1,18}(?:\n-?[0-9]{1,18})*")
_BIGINT: Final = 2**63
_NO_CURRENCY: Final = -1
_FLAGS: Final[Mapping[str | None, str | None]] = {
    None: None,
    "true": "t",
    "True": "t",
    "T": "t",
    "t": "t",
    "Y": "t",
    "1": "t",
    "false": "f",
    "False": "f",
    "F": "f",
    "f": "f",
    "N": "f",
    "0": "f",
}
_AMERICAN_DAY: Final = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_ISO_DAY: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_TIME: Final = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,9}))?)?(Z|[+-][0-9]{2}:?[0-9]{2})?")
# mm/dd/yyyy hh: how long the part of a server's timestamp is that decides the offset from UTC
_HOUR_LENGTH: Final = 13
_FAST_PREFIX: Final = re.compile(r"[0-9]{2}/[0-9]{2}/[0-9]{4} [0-9]{2}")
_FAST_TAIL: Final = re.compile(r":[0-5][0-9]:[0-5][0-9]")

Failures = dict[int, str]
"""Row position → the check that its cell failed."""


def type_rows(table: Table, columns: Mapping[str, Sequence[str | None]], *, zone: str = "UTC") -> Batch:
    """Turn one page of source text into rows that Postgres reads, and rejects.

    Args:
        table: The declared table.
        columns: Every declared source field → its texts, None for empty; all equally long. Fields beyond the
            declared ones become the JSON object ``custom_fields``.
        zone: IANA name of the zone of timestamps that carry none.

    Returns:
        The good rows, and for each row with an unreadable cell one ``Reject`` that names the first such column.

    Raises:
        ValueError: A declared field is missing, or columns differ in length.
    """
    _check_shape(table, columns)
    typed: dict[str, TextColumn] = {}
    failures: dict[int, tuple[Column, str]] = {}
    for column in table.columns:
        values, failed = _type_column(table, column, columns, zone)
        typed[column.name] = values
        for position, check in failed.items():
            failures.setdefault(position, (column, check))
    custom = _custom_fields(table, columns)
    if custom is not None:
        typed[CUSTOM_FIELDS] = custom
    rejects = tuple(
        _reject(table, columns, position, column, check) for position, (column, check) in sorted(failures.items())
    )
    if failures:
        typed = {name: [cell for at, cell in enumerate(cells) if at not in failures] for name, cells in typed.items()}
    return Batch(Rows(table, typed), rejects)


def reject_row(
    table: Table, columns: Mapping[str, Sequence[str | None]], position: int, *, column: str, check: str, rule: str = ""
) -> Reject:
    """Return the quarantine record of one source row.

    Args:
        table: The declared table.
        columns: The page as for ``type_rows``.
        position: Which row, from 0.
        column: Name of the declared column that is at fault.
        check: Which check it failed.
        rule: Number of the rule of sync behaviour, if one applies.
    """
    return _reject(table, columns, position, table.column(column), check, rule=rule)


def _check_shape(table: Table, columns: Mapping[str, Sequence[str | None]]) -> None:
    missing = [column.source for column in table.columns if column.source not in columns]
    if missing:
        msg = f"{table.qualified_name}: fields are missing: {', '.join(missing)}"
        raise ValueError(msg)
    if len({len(cells) for cells in columns.values()}) > 1:
        msg = f"{table.qualified_name}: columns differ in length"
        raise ValueError(msg)


def _type_column(
    table: Table, column: Column, columns: Mapping[str, Sequence[str | None]], zone: str
) -> tuple[TextColumn, Failures]:
    cells = columns[column.source]
    if column.kind is Kind.MONEY:
        return _type_money(cells, columns[table.column(column.currency).source])
    if column.kind is Kind.INSTANT:
        return _type_instants(cells, "UTC" if column.source in UTC_FIELDS else zone)
    return _PLAIN_KINDS[column.kind](cells)


# ---- text -------------------------------------------------------------------------------------------------------


def _type_text(cells: Sequence[str | None]) -> tuple[TextColumn, Failures]:
    column = list(cells)
    if _is_storable("".join(filter(None, column))):
        return column, {}
    return column, {at: "text" for at, cell in enumerate(column) if cell is not None and not _is_storable(cell)}


def _is_storable(text: str) -> bool:
    """Whether Postgres can store the text: no NUL, no lone surrogate."""
    if "\x00" in text:
        return False
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


# ---- numbers ----------------------------------------------------------------------------------------------------


def _all_match(pattern: re.Pattern[str], texts: list[str]) -> bool:
    """Whether every text matches; ``pattern`` matches a whole column joined by line feeds."""
    if not texts:
        return True
    joined = "\n".join(texts)
    # a line feed inside a value would pass for two values
    return pattern.fullmatch(joined) is not None and joined.count("\n") == len(texts) - 1


def _type_integers(cells: Sequence[str | None]) -> tuple[TextColumn, Failures]:
    column = list(cells)
    if _all_match(_INTEGERS, [cell for cell in column if cell is not None]):
        return column, {}
    return column, {at: "integer" for at, cell in enumerate(column) if cell is not None and not _is_bigint(cell)}


def _is_bigint(text: str) -> bool:
    return _INTEGER.fullmatch(text) is not None and -_BIGINT <= int(text) < _BIGINT


@lru_cache(maxsize=8)
def _decimals_pattern(digits: int) -> re.Pattern[str]:
    """A column of decimals of at most ``digits`` significant decimals, possessive so that nothing backtracks."""
    fraction = r"(?:\.[0-9]{0,12})?+" if digits == _NO_CURRENCY else rf"(?:\.[0-9]{{0,{digits}}}+0*+)?+"
    one = rf"-?+[0-9]{{1,24}}+{fraction}"
    return re.compile(rf"(?:{one}\n)*+{one}")


def _type_money(cells: Sequence[str | None], currencies: Sequence[str | None]) -> tuple[TextColumn, Failures]:
    digits_of = {
        currency: _NO_CURRENCY if currency is None else minor_unit_digits(currency) for currency in set(currencies)
    }
    kinds = set(digits_of.values())
    digits = [kinds.copy().pop()] * len(cells) if len(kinds) == 1 else [digits_of[currency] for currency in currencies]
    return _type_decimals(cells, digits, kinds)


def _type_decimals(
    cells: Sequence[str | None], digits: Sequence[int], kinds: Iterable[int]
) -> tuple[TextColumn, Failures]:
    """Check decimals; ``digits`` says, cell by cell, how many decimals are allowed (its distinct values: ``kinds``)."""
    column = list(cells)
    kinds = set(kinds)
    if len(kinds) == 1:
        groups = {kinds.pop(): [cell for cell in column if cell is not None]}
    else:
        groups = {
            kind: [cell for cell, own in zip(column, digits, strict=True) if own == kind and cell is not None]
            for kind in kinds
        }
    if all(_all_match(_decimals_pattern(kind), texts) for kind, texts in groups.items()):
        return column, {}
    failures: Failures = {}
    for at, (cell, allowed) in enumerate(zip(column, digits, strict=True)):
        if cell is not None and (check := _decimal_failure(cell, allowed)):
            failures[at] = check
    return column, failures


def _decimal_failure(text: str, digits: int) -> str:
    if not DECIMAL_TEXT.fullmatch(text):
        return "decimal"
    fraction = text.partition(".")[2].rstrip("0")
    return "minor_unit" if digits != _NO_CURRENCY and len(fraction) > digits else ""


# ---- flags, days, instants --------------------------------------------------------------------------------------


def _type_distinct(
    cells: Sequence[str | None], convert: Callable[[str], str], check: str
) -> tuple[TextColumn, Failures]:
    """Convert each distinct value once."""
    converted: dict[str | None, str | None] = {None: None}
    bad: set[str] = set()
    for text in set(cells):
        if text is None:
            continue
        try:
            converted[text] = convert(text)
        except ValueError:
            converted[text] = None
            bad.add(text)
    column = [converted[cell] for cell in cells]
    return column, {at: check for at, cell in enumerate(cells) if cell in bad} if bad else {}


def _flag(text: str) -> str:
    flag = _FLAGS.get(text)
    if flag is None:
        msg = f"not a flag: {text[:40]!r}"
        raise ValueError(msg)
    return flag


@lru_cache(maxsize=20_000)
def iso_day(text: str) -> str:
    """Return ``mm/dd/yyyy`` or ``yyyy-mm-dd`` as an ISO day.

    Raises:
        ValueError: The text is neither, or there is no such day.
    """
    if match := _AMERICAN_DAY.fullmatch(text):
        month, day, year = map(int, match.groups())
    elif match := _ISO_DAY.fullmatch(text):
        year, month, day = map(int, match.groups())
    else:
        msg = f"not a date: {text[:40]!r}"
        raise ValueError(msg)
    return date(year, month, day).isoformat()


def _type_instants(cells: Sequence[str | None], zone: str) -> tuple[TextColumn, Failures]:
    try:
        # all of one hour share the offset, so only hours are computed; the minutes and seconds are kept
        return [None if cell is None else _utc_hour(cell[:_HOUR_LENGTH], zone) + _tail(cell) for cell in cells], {}
    except (ValueError, OverflowError):
        return _type_distinct(cells, lambda text: utc_instant(text, zone), "instant")


@lru_cache(maxsize=50_000)
def _utc_hour(prefix: str, zone: str) -> str:
    """Return ``mm/dd/yyyy hh`` of ``zone`` as ``yyyy-mm-ddThh`` of UTC.

    Raises:
        ValueError: Not that form, or the offset changes within the hour or is not of whole hours.
    """
    if not _FAST_PREFIX.fullmatch(prefix):
        msg = "not a day and an hour of two digits"
        raise ValueError(msg)
    start = datetime.strptime(prefix, "%m/%d/%Y %H").replace(tzinfo=_zone(zone))
    offset = start.utcoffset()
    end_offset = (start + timedelta(minutes=59, seconds=59)).utcoffset()
    if offset is None or offset != end_offset or offset % timedelta(hours=1):
        msg = "the offset is not constant and of whole hours"
        raise ValueError(msg)
    return (start.replace(tzinfo=UTC) - offset).isoformat()[:_HOUR_LENGTH]


def _tail(cell: str) -> str:
    return _utc_tail(cell[_HOUR_LENGTH:])


@lru_cache(maxsize=4_000)
def _utc_tail(text: str) -> str:
    if not _FAST_TAIL.fullmatch(text):
        msg = "not minutes and seconds"
        raise ValueError(msg)
    return f"{text}+00:00"


@lru_cache(maxsize=20_000)
def utc_instant(text: str, zone: str) -> str:
    """Return a timestamp as an ISO instant in UTC.

    Args:
        text: A day as for ``iso_day``, then optionally a space or ``T``, a time, and a zone.
        zone: IANA name of the zone if the text carries none. Of an hour that the clocks repeat, the first is meant.

    Raises:
        ValueError: The text is not readable as an instant.
    """
    day, _, clock = text.replace("T", " ", 1).partition(" ")
    year, month, number = map(int, iso_day(day).split("-"))
    match = _TIME.fullmatch(clock or "00:00:00")
    if match is None:
        msg = f"not a timestamp: {text[:40]!r}"
        raise ValueError(msg)
    hour, minute, second, fraction, offset = match.groups()
    microsecond = int((fraction or "0").ljust(6, "0")[:6])
    local = datetime(year, month, number, int(hour), int(minute), int(second or 0), microsecond, tzinfo=_zone(zone))
    if offset:
        local = datetime.fromisoformat(f"{local:%Y-%m-%dT%H:%M:%S.%f}{offset}")
    try:
        return local.astimezone(UTC).isoformat()
    except OverflowError as error:
        msg = f"not a timestamp: {text[:40]!r}"
        raise ValueError(msg) from error


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


_PLAIN_KINDS: Final[Mapping[Kind, Callable[[Sequence[str | None]], tuple[TextColumn, Failures]]]] = {
    Kind.TEXT: _type_text,
    Kind.INTEGER: _type_integers,
    Kind.RATE: lambda cells: _type_decimals(cells, [_NO_CURRENCY] * len(cells), {_NO_CURRENCY}),
    Kind.DATE: lambda cells: _type_distinct(cells, iso_day, "date"),
    Kind.FLAG: lambda cells: _type_distinct(cells, _flag, "flag"),
}


# ---- custom fields and rejects ----------------------------------------------------------------------------------


def _custom_fields(table: Table, columns: Mapping[str, Sequence[str | None]]) -> TextColumn | None:
    declared = {column.source for column in table.columns}
    extra = [field for field in columns if field not in declared]
    if not extra:
        return None
    rows = zip(*(columns[field] for field in extra), strict=True)
    return [_json({field: cell for field, cell in zip(extra, row, strict=True) if cell is not None}) for row in rows]


def _json(values: Mapping[str, str]) -> str | None:
    if not values:
        return None
    shown = {field: _printable(cell) for field, cell in values.items()}
    return json.dumps(shown, ensure_ascii=False, sort_keys=True)


def _printable(text: str) -> str:
    """The text with what Postgres cannot hold written out as an escape."""
    if _is_storable(text):
        return text
    return text.encode("utf-8", "backslashreplace").decode().replace("\x00", "\\x00")


def _reject(
    table: Table,
    columns: Mapping[str, Sequence[str | None]],
    position: int,
    column: Column,
    check: str,
    *,
    rule: str = "",
) -> Reject:
    hidden = {declared.source for declared in table.columns if declared.pii}
    row = {field: cells[position] for field, cells in columns.items()}
    shown = {field: MASK if field in hidden else _printable(cell) for field, cell in row.items() if cell is not None}
    value = row[column.source]
    return Reject(
        table=table.qualified_name,
        key="/".join(_printable(row[table.column(name).source] or "") for name in table.key),
        column=column.name,
        check=check,
        value=MASK if column.pii else _printable(value or "")[:_SHOWN_CHARACTERS],
        rule=rule,
        fragment=json.dumps(shown, ensure_ascii=False, sort_keys=True),
    )
