"""Source text → Postgres-ready text: exact, column by column, no row lost."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typed_rows import text_row, texts_of

from intacct_pipelines.domain.catalog import Column, Kind, Table
from intacct_pipelines.extract.cells import read_day, read_instant
from intacct_pipelines.extract.typing import reject_row, type_rows

TABLE = Table(
    "intacct",
    "sample",
    "SAMPLE",
    "A sample.",
    (
        Column("record_no", Kind.INTEGER, "RECORDNO", "Key."),
        Column("name", Kind.TEXT, "NAME", "Name.", pii=True),
        Column("currency", Kind.TEXT, "CURRENCY", "Currency."),
        Column("amount", Kind.MONEY, "AMOUNT", "Amount.", currency="currency"),
        Column("rate", Kind.RATE, "RATE", "Rate."),
        Column("day", Kind.DATE, "DAY", "Day."),
        Column("modified_at", Kind.INSTANT, "WHENMODIFIED", "Changed."),
        Column("created_at", Kind.INSTANT, "AUWHENCREATED", "Made."),
        Column("is_open", Kind.FLAG, "OPEN", "Open."),
    ),
    key=("record_no",),
)
GOOD = {
    "RECORDNO": "1", "NAME": "Ann", "CURRENCY": "USD", "AMOUNT": "12.50", "RATE": "1.1234567", "DAY": "02/03/2026",
    "WHENMODIFIED": "02/03/2026 04:05:06", "AUWHENCREATED": "02/03/2026 04:05:06", "OPEN": "true",
}  # fmt: skip


def columns(*rows: dict[str, str | None]) -> dict[str, list[str | None]]:
    whole = [{**GOOD, "RECORDNO": str(at), **row} for at, row in enumerate(rows, 1)]
    return {name: [row[name] for row in whole] for name in whole[0]}


def typed(field: str, column: str, *cells: str | None, **more: str) -> list[str | None]:
    batch = type_rows(TABLE, columns(*({field: cell, **more} for cell in cells)), zone="America/Los_Angeles")
    assert not batch.rejects
    return texts_of(batch.rows, column)


def test_every_kind_is_written_as_postgres_reads_it() -> None:
    """ISO days, UTC instants (Pacific +8 h in winter; AUWHENCREATED is in UTC already), plain decimals, t and f."""
    batch = type_rows(TABLE, columns({}), zone="America/Los_Angeles")
    assert text_row(batch.rows, 0) == {
        "record_no": "1", "name": "Ann", "currency": "USD", "amount": "12.5", "rate": "1.1234567", "day": "2026-02-03",
        "modified_at": "2026-02-03T12:05:06+00:00", "created_at": "2026-02-03T04:05:06+00:00", "is_open": "t",
    }  # fmt: skip


def test_empty_cells_stay_empty() -> None:
    """None is null in every kind."""
    batch = type_rows(TABLE, columns(dict.fromkeys(list(GOOD)[1:])))
    assert not batch.rejects
    assert text_row(batch.rows, 0) == {"record_no": "1"}


@pytest.mark.parametrize(
    ("field", "text", "check"),
    [
        ("AMOUNT", "12.505", "minor_unit"), ("AMOUNT", "1e5", "decimal"), ("AMOUNT", "NaN", "decimal"),
        ("AMOUNT", "1,000.00", "decimal"), ("AMOUNT", "1.00\n2.00", "decimal"), ("AMOUNT", "", "decimal"),
        ("AMOUNT", "١٢", "decimal"), ("AMOUNT", "+1", "decimal"), ("AMOUNT", " 1", "decimal"),
        ("RATE", "1/2", "decimal"),
        ("RECORDNO", "1.0", "integer"), ("RECORDNO", "9223372036854775808", "integer"), ("RECORDNO", "१", "integer"),
        ("DAY", "02/30/2026", "date"), ("DAY", "2026-13-01", "date"), ("DAY", "3.2.2026", "date"),
        ("DAY", "00/00/0000", "date"),
        ("WHENMODIFIED", "02/03/2026 25:00:00", "instant"), ("WHENMODIFIED", "soon", "instant"),
        ("WHENMODIFIED", "02/03/2026 04:05:66", "instant"), ("WHENMODIFIED", "12/31/9999 23:00:00", "instant"),
        ("OPEN", "maybe", "flag"), ("NAME", "a\x00b", "text"), ("NAME", "a\ud800b", "text"),
        ("CURRENCY", "\x00", "text"),
    ],
)  # fmt: skip
def test_an_unreadable_cell_rejects_its_row_and_no_other(field: str, text: str, check: str) -> None:
    """The row goes to quarantine whole, with key, column, check and value; its neighbours are stored."""
    batch = type_rows(TABLE, columns({}, {field: text}, {}), zone="America/Los_Angeles")
    assert len(batch.rows) == 2
    (reject,) = batch.rejects
    column = next(column for column in TABLE.columns if column.source == field)
    assert (reject.table, reject.column, reject.check) == ("intacct.sample", column.name, check)
    assert set(json.loads(reject.fragment)) >= {"RECORDNO", "DAY"}
    assert "\x00" not in reject.fragment + reject.value + reject.key
    assert (reject.fragment + reject.value + reject.key).encode()


def test_personal_data_is_masked_in_quarantine() -> None:
    """The fragment is whole but for what identifies a person."""
    (reject,) = type_rows(TABLE, columns({"NAME": "Ann\x00", "AMOUNT": "x"})).rejects
    assert reject.value == "***"
    assert json.loads(reject.fragment)["NAME"] == "***"
    assert "Ann" not in repr(reject)


def test_fields_of_the_companys_own_are_masked_in_quarantine() -> None:
    """Nobody has said what they hold, so they are treated as personal; that they are filled is shown."""
    (reject,) = type_rows(TABLE, columns({"AMOUNT": "x", "SSN_OF_OWNER": "078-05-1120"})).rejects
    assert json.loads(reject.fragment)["SSN_OF_OWNER"] == "***"
    assert "078-05" not in repr(reject)


@pytest.mark.parametrize(
    ("currency", "text", "fits"),
    [("JPY", "100", True), ("JPY", "100.00", True), ("JPY", "100.5", False), ("KWD", "1.005", True),
     ("KWD", "1.0005", False),
     ("USD", "1.10000", True), ("USD", ".5", True), ("USD", "5.", True), ("EUR", "-0.01", True),
     ("USD", "1.001", False)],
)  # fmt: skip
def test_money_has_the_decimals_of_its_currency(currency: str, text: str, fits: bool) -> None:
    """Finer than the minor unit is refused; trailing zeros are no decimals (S-IDM-07). Currencies may mix in a page."""
    batch = type_rows(
        TABLE, columns({}, {"CURRENCY": currency, "AMOUNT": text}, {"CURRENCY": "KWD", "AMOUNT": "1.234"})
    )
    assert [reject.check for reject in batch.rejects] == ([] if fits else ["minor_unit"])


@given(st.lists(st.decimals(-(10**12), 10**12, places=2).map(lambda amount: format(amount, "f")), max_size=20))
def test_amounts_survive_exactly(texts: list[str]) -> None:
    """Decimal text goes through as it is."""
    if texts:
        received = typed("AMOUNT", "amount", *texts)
        assert [Decimal(text or "") for text in received] == [Decimal(text) for text in texts]


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1)),  # noqa: DTZ001  # the server's texts have no zone
    st.sampled_from(
        ["America/Los_Angeles", "UTC", "Asia/Kolkata", "Australia/Lord_Howe", "Asia/Kathmandu", "Europe/Berlin"]
    ),
)
def test_instants_are_those_of_the_zone(moment: datetime, zone: str) -> None:
    """The fast way by the hour and the plain way agree with the zone database, on change-over days too."""
    moment = moment.replace(microsecond=0)
    batch = type_rows(TABLE, columns({"WHENMODIFIED": f"{moment:%m/%d/%Y %H:%M:%S}"}), zone=zone)
    expected = moment.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    assert batch.rows.columns["modified_at"][0].as_py() == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-02-03T04:05:06Z", "2026-02-03T04:05:06+00:00"),
        ("2026-02-03T04:05:06.123+0000", "2026-02-03T04:05:06.123000+00:00"),
        ("2026-02-03T04:05:06-08:00", "2026-02-03T12:05:06+00:00"),
        ("2/3/2026 4:05:06", "2026-02-03T12:05:06+00:00"),
        ("02/03/2026", "2026-02-03T08:00:00+00:00"),
    ],
)
def test_other_spellings_of_instants(text: str, expected: str) -> None:
    """ISO with a zone of its own, single digits and bare days are read."""
    assert read_instant(text, "America/Los_Angeles").isoformat() == expected
    assert typed("WHENMODIFIED", "modified_at", text) == [expected]


def test_days_in_both_spellings() -> None:
    """American and ISO days are the same day."""
    assert {read_day("2/3/2026"), read_day("02/03/2026"), read_day("2026-02-03")} == {date(2026, 2, 3)}


def test_flags_in_all_spellings() -> None:
    """true/false in queries, T/F in codes."""
    assert typed("OPEN", "is_open", "true", "T", "false", "F", None) == ["t", "t", "f", "f", None]


def test_control_characters_that_xml_allows_are_data() -> None:
    """Tabs, line feeds and the C1 block are text like any other."""
    assert typed("NAME", "name", "a\tb\nc\rd\x85") == ["a\tb\nc\rd\x85"]


def test_undeclared_fields_become_custom_fields() -> None:
    """What the catalog does not know is kept as JSON, nulls left out."""
    batch = type_rows(TABLE, {**columns({}, {}), "CUSTOM_A": ["x", None], "CUSTOM_B": ["é", None]})
    first, second = texts_of(batch.rows, "custom_fields")
    assert json.loads(first or "") == {"CUSTOM_A": "x", "CUSTOM_B": "é"}
    assert second is None


def test_a_missing_field_is_an_error() -> None:
    """A declared column without its source is never filled with nulls in silence."""
    with pytest.raises(ValueError, match="AMOUNT"):
        type_rows(TABLE, {name: cells for name, cells in columns({}).items() if name != "AMOUNT"})


def test_columns_of_different_length_are_an_error() -> None:
    """A shifted column would mix up rows."""
    with pytest.raises(ValueError, match="length"):
        type_rows(TABLE, {**columns({}, {}), "NAME": ["a"]})


def test_a_contract_can_reject_a_row_in_the_same_form() -> None:
    """Later checks quarantine with the same masking, and a rule."""
    reject = reject_row(TABLE, columns({}), 0, column="amount", check="required", rule="S-IDM-07")
    assert (reject.key, reject.column, reject.check, reject.rule) == ("1", "amount", "required", "S-IDM-07")
