"""What the binary COPY stores is what a plain text COPY stores, to the digit, on a real Postgres."""

from __future__ import annotations

import itertools
import json
from datetime import UTC, date, datetime
from decimal import Context, Decimal

import psycopg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from typed_rows import typed_rows

from intacct_pipelines.domain.catalog import Column, Kind, Table
from intacct_pipelines.domain.records import CUSTOM_FIELDS
from intacct_pipelines.warehouse.copy_binary import HEADER, TRAILER, blocks

TABLE = Table(
    "intacct",
    "sample",
    "SAMPLE",
    "A sample.",
    (
        Column("record_no", Kind.INTEGER, "RECORDNO", "Key."),
        Column("name", Kind.TEXT, "NAME", "Name."),
        Column("currency", Kind.TEXT, "CURRENCY", "Currency."),
        Column("amount", Kind.MONEY, "AMOUNT", "Amount.", currency="currency"),
        Column("rate", Kind.RATE, "RATE", "Rate."),
        Column("day", Kind.DATE, "DAY", "Day."),
        Column("modified_at", Kind.INSTANT, "WHENMODIFIED", "Changed."),
        Column("is_open", Kind.FLAG, "OPEN", "Open."),
    ),
    key=("record_no",),
)
TYPES = {column.name: column.postgres_type for column in TABLE.columns} | {CUSTOM_FIELDS: "jsonb"}
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=12)


def decimals(digits: int) -> st.SearchStrategy[str]:
    """Decimals of up to 24 digits before the point and ``digits`` behind it, of all sizes."""
    most = 10 ** (24 + digits) - 1
    sized = st.integers(-most, most) | st.integers(-999, 999) | st.sampled_from([0, 1, -1, most, -most])
    return sized.map(lambda unscaled: format(Decimal(unscaled).scaleb(-digits, Context(prec=36)), "f"))


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "record_no": st.integers(-(2**63), 2**63 - 1).map(str),
            "name": st.none() | TEXTS,
            "currency": st.sampled_from([None, "USD"]),
            "amount": st.none() | decimals(2),
            "rate": st.none() | st.integers(0, 12).flatmap(decimals),
            "day": st.none() | st.dates().map(date.isoformat),
            "modified_at": st.none() | st.datetimes(timezones=st.just(UTC)).map(datetime.isoformat),
            "is_open": st.sampled_from([None, "t", "f"]),
            CUSTOM_FIELDS: st.none() | st.dictionaries(TEXTS, TEXTS, min_size=1, max_size=3).map(json.dumps),
        }
    ),
    min_size=1,
    max_size=10,
)
EXTREMES = [
    {"record_no": str(-(2**63)), "amount": "-0.00", "rate": "0.000000000001", "day": "0001-01-01", "is_open": "t"},
    {"record_no": str(2**63 - 1), "amount": "9" * 24, "rate": "-" + "9" * 24 + "." + "9" * 12, "day": "9999-12-31"},
    {"record_no": "0", "day": "2024-02-29", "modified_at": "9999-12-31T23:59:59.999999+00:00", "name": "\\N"},
    {"record_no": "1", "modified_at": "0001-01-01T00:00:00+00:00", "name": "日本 é 😀\t\r\n\\", "rate": "10000"},
    {
        "record_no": "2",
        "modified_at": "1999-12-31T23:59:59.999999+00:00",
        "rate": "0.0001",
        CUSTOM_FIELDS: '{"é": "😀"}',
    },
    {"record_no": "3", "amount": "0", "rate": "-0"},
]
_NUMBERS = itertools.count()


@pytest.fixture(scope="module")
def connection(make_database):
    with psycopg.connect(make_database(), autocommit=True) as opened:
        yield opened


def make_table(connection: psycopg.Connection, columns: dict[str, str]) -> str:
    name = f"copied_{next(_NUMBERS)}"
    body = ", ".join(f"{column} {kind}" for column, kind in columns.items())
    connection.execute(f"CREATE TABLE {name} ({body})".encode())
    return name


def whole(row: dict[str, str | None]) -> list[str | None]:
    return [row.get(name) for name in TYPES]


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(EXTREMES)
@given(ROWS)
def test_every_value_is_stored_as_a_text_copy_stores_it(connection, rows):
    """All kinds, from the smallest to the largest value, null and not: Postgres finds the two tables equal."""
    binary = make_table(connection, TYPES | {"_hash": "bigint"})
    with connection.cursor() as cursor, cursor.copy(f"COPY {binary} FROM STDIN (FORMAT binary)") as copy:
        for block in (HEADER, *blocks(typed_rows(TABLE, rows)), TRAILER):
            copy.write(block)
    text = make_table(connection, TYPES)
    with connection.cursor() as cursor, cursor.copy(f"COPY {text} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(whole(row))
    names = ", ".join(TYPES)
    compared = f"SELECT {names} FROM {binary} EXCEPT ALL SELECT {names} FROM {text}"  # noqa: S608  # our names
    assert connection.execute(f"SELECT count(*) FROM {binary}").fetchone() == (len(rows),)  # noqa: S608  # likewise
    assert connection.execute(compared).fetchall() == []
    connection.execute(f"DROP TABLE {binary}, {text}")


@pytest.mark.parametrize(
    ("column", "texts", "shown"),
    [
        ("amount", ["10.00", "-0.5", "7"], ["10.00", "-0.50", "7.00"]),
        ("amount", ["10.00", "0.001"], ["10.000", "0.001"]),
        ("rate", ["1", "20"], ["1", "20"]),
        ("rate", ["1.5", "0.000000000001"], ["1.500000000000", "0.000000000001"]),
    ],
)
def test_decimals_are_shown_with_the_fewest_that_hold_the_block(connection, column, texts, shown):
    """An amount that arrives as 10.00 does not become 10.000000000000 for whoever looks at the table."""
    name = make_table(connection, TYPES | {"_hash": "bigint"})
    rows = [{"record_no": str(at), "currency": "KWD", column: text} for at, text in enumerate(texts)]
    with connection.cursor() as cursor, cursor.copy(f"COPY {name} FROM STDIN (FORMAT binary)") as copy:
        for block in (HEADER, *blocks(typed_rows(TABLE, rows)), TRAILER):
            copy.write(block)
    found = connection.execute(f"SELECT {column}::text FROM {name} ORDER BY record_no").fetchall()  # noqa: S608  # likewise
    assert [text for (text,) in found] == shown
