"""Windows of Intacct tables: which rows are asked for, and the tally that proves them complete."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, localcontext
from itertools import pairwise

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scripted_intacct import ScriptedIntacct, client_of, failure, reply, result
from typed_rows import texts_of

from intacct_pipelines.clients.intacct import Page
from intacct_pipelines.domain.catalog import TABLES, Kind
from intacct_pipelines.domain.money import DECIMAL_TEXT
from intacct_pipelines.domain.records import SourceField, Window, WindowKind
from intacct_pipelines.errors import PermissionDeniedError, UnknownFieldError
from intacct_pipelines.extract.intacct import (
    EntityDetails,
    IntacctExtraction,
    changed_since,
    discover_entities,
    exact_sum,
    joined,
    latest_time,
    read_closed_period,
)

BILL = TABLES["intacct.ap_bill"]
LINE = TABLES["intacct.ap_bill_line"]
ALL = Window(WindowKind.ALL)


def bill(number: int, **fields: str | None) -> dict[str, str | None]:
    """A bill as the gateway shows it."""
    empty: dict[str, str | None] = {column.source: None for column in BILL.columns}
    money = {column.source: "10.00" for column in BILL.columns if column.kind is Kind.MONEY}
    facts = {
        "RECORDNO": str(number),
        "STATE": "Posted",
        "VENDORID": "V-1",
        "WHENCREATED": "02/03/2026",
        "CURRENCY": "USD",
        "BASECURR": "USD",
        "WHENMODIFIED": "02/03/2026 04:05:06",
    }
    return {**empty, **money, **facts, **fields}


def line(number: int, parent: int) -> dict[str, str | None]:
    """A line as the gateway shows it."""
    empty: dict[str, str | None] = {column.source: None for column in LINE.columns}
    return {**empty, "RECORDNO": str(number), "RECORDKEY": str(parent), "TRX_AMOUNT": "1.00", "CURRENCY": "USD"}


def received(extraction: IntacctExtraction, column: str = "record_no") -> list[str]:
    return sorted((cell or "" for batch in extraction for cell in texts_of(batch.rows, column)), key=int)


@given(st.lists(st.integers(1, 9), max_size=12), st.integers(1, 40))
def test_pages_are_joined_in_order_up_to_so_many_cells(counts: list[int], cells: int) -> None:
    """No row is lost or moves, and what is joined has no more cells, unless one page alone has."""
    total = sum(counts)
    numbers = iter(map(str, range(total)))
    pages = [
        Page(("A", "B"), {name: pa.array(values) for name in "AB"}, total, count, 0)
        for count in counts
        for values in [[next(numbers) for _ in range(count)]]
    ]
    whole = list(joined(iter(pages), cells))
    assert [text for page in whole for text in page.columns["B"].to_pylist()] == [
        str(number) for number in range(total)
    ]
    assert [page.count for page in whole] == [len(page.columns["A"]) for page in whole]
    assert all(page.total_count == total for page in whole)
    assert all(page.count * 2 <= cells or page.count in counts for page in whole)
    assert all(one.count + other.count > cells // 2 for one, other in pairwise(whole))


def test_a_whole_table_is_tallied() -> None:
    """Announced = received, requests, control total to the cent, and the latest of the server's own timestamps."""
    rows = [bill(number, TRX_TOTALENTERED=f"{number}.01") for number in range(1, 10)]
    rows[3]["WHENMODIFIED"] = "12/31/2025 23:59:59"
    rows[5]["WHENMODIFIED"] = "02/04/2026 00:00:00"
    with client_of(ScriptedIntacct({"APBILL": rows}), page_size=4) as client:
        extraction = IntacctExtraction(client.session(), BILL, ALL)
        assert received(extraction) == [str(number) for number in range(1, 10)]
    tally = extraction.tally
    assert (tally.announced, tally.received, tally.requests, tally.in_order) == (9, 9, 4, True)
    assert tally.control_total == Decimal("45.09")
    assert tally.watermark == "02/04/2026 00:00:00"


AMOUNTS = st.one_of(
    st.none(),
    st.from_regex(DECIMAL_TEXT, fullmatch=True),
    st.decimals(-10_000, 10_000, places=2).map(str),
    st.sampled_from(
        ["9" * 24 + ".999999999999", "-.5", "3.", "007", "1e3", "NaN", "1,000", " 1", "1\n", "0x1", "", "-"]
    ),
)


@settings(deadline=None)  # arrow imports pandas when it first makes an array
@given(st.lists(AMOUNTS, max_size=30))
def test_a_control_total_is_exact_whatever_its_size(texts: list[str | None]) -> None:
    """To the last digit, with as many decimals as the finest amount has; what is no decimal is left out."""
    decimals = [Decimal(text) for text in texts if text is not None and DECIMAL_TEXT.fullmatch(text)]
    with localcontext(prec=100):
        expected = sum(decimals, Decimal(0))
    found = exact_sum(pa.array(texts, pa.string()))
    assert found == expected
    assert found.as_tuple().exponent == expected.as_tuple().exponent


@settings(deadline=None)  # arrow imports pandas when it first makes an array
@given(
    st.lists(st.one_of(st.none(), st.datetimes(), st.sampled_from(["", "2026-01-01", "01/01/2026\n"])), max_size=9),
    st.sampled_from(["", "02/03/2026 04:05:06"]),
)
def test_a_watermark_is_the_latest_time_by_the_calendar(cells: list[datetime | str | None], before: str) -> None:
    """Not the largest text, which begins by the month; a page without a later one leaves it as it was."""
    texts = [f"{cell:%m/%d}/{cell.year:04} {cell:%H:%M:%S}" if isinstance(cell, datetime) else cell for cell in cells]
    times = [cell.replace(microsecond=0) for cell in cells if isinstance(cell, datetime)]
    if before:
        times.append(datetime(2026, 2, 3, 4, 5, 6))  # noqa: DTZ001  # the server's own, without a zone
    found = latest_time(pa.array(texts, pa.string()), before)
    assert found == (f"{max(times):%m/%d}/{max(times).year:04} {max(times):%H:%M:%S}" if times else "")


def test_rejected_rows_are_counted_and_totalled() -> None:
    """A row that cannot be typed is received, and its readable amount belongs to the control total."""
    rows = [bill(1), bill(2, WHENDUE="never", TRX_TOTALENTERED="5.00"), bill(3, TRX_TOTALENTERED="1e3")]
    with client_of(ScriptedIntacct({"APBILL": rows})) as client:
        extraction = IntacctExtraction(client.session(), BILL, ALL)
        (batch,) = extraction
    assert [reject.column for reject in batch.rejects] == ["due_date", "trx_total_entered"]
    assert (extraction.tally.received, extraction.tally.control_total) == (3, Decimal("15.00"))


def test_changes_cover_equal_seconds_and_rows_without_a_time() -> None:
    """At or after, never after: many rows share one second; and rows nobody touched have no time at all."""
    times = ["02/03/2026 04:05:05", "02/03/2026 04:05:06", "02/03/2026 04:05:06", "01/01/2027 00:00:00", None]
    rows = [bill(number, WHENMODIFIED=text) for number, text in enumerate(times, 1)]
    with client_of(ScriptedIntacct({"APBILL": rows})) as client:
        window = Window(WindowKind.CHANGED, since="02/03/2026 04:05:06")
        assert received(IntacctExtraction(client.session(), BILL, window)) == ["2", "3", "4", "5"]


def test_nothing_changed_costs_one_request() -> None:
    """A quiet day is one page without rows."""
    with client_of(ScriptedIntacct({"APBILL": [bill(1)]})) as client:
        extraction = IntacctExtraction(client.session(), BILL, Window(WindowKind.CHANGED, since="01/01/2030 00:00:00"))
        assert received(extraction) == []
        assert client.requests == 2
    assert (extraction.tally.announced, extraction.tally.watermark) == (0, "")


def test_a_month_is_the_month_of_the_document_date() -> None:
    """First and last day belong to it; leap years as well."""
    days = ["01/31/2024", "02/01/2024", "02/29/2024", "03/01/2024"]
    rows = [bill(number, WHENCREATED=day) for number, day in enumerate(days, 1)]
    with client_of(ScriptedIntacct({"APBILL": rows})) as client:
        extraction = IntacctExtraction(client.session(), BILL, Window(WindowKind.MONTH, months=(date(2024, 2, 1),)))
        assert received(extraction) == ["2", "3"]


def test_lines_are_read_by_their_parents_in_groups() -> None:
    """The gateway takes 1,000 values in one filter; 1,001 parents are two queries, whose counts add up."""
    gateway = ScriptedIntacct({"APBILLITEM": [line(number, number) for number in range(1, 1203)]})
    window = Window(WindowKind.PARENTS, parent_keys=tuple(str(number) for number in range(1, 1002)))
    with client_of(gateway) as client:
        extraction = IntacctExtraction(client.session(), LINE, window)
        assert len(received(extraction)) == 1001
    assert (extraction.tally.announced, extraction.tally.received, extraction.tally.requests) == (1001, 1001, 3)


def test_no_parents_ask_nothing() -> None:
    """Lines of no bill need no request."""
    with client_of(ScriptedIntacct()) as client:
        extraction = IntacctExtraction(client.session(), LINE, Window(WindowKind.PARENTS))
        assert list(extraction) == []
        assert client.requests == 0


def known_fields(*custom: str, without: str = "") -> list[SourceField]:
    """The fields of bills, as a company has them."""
    names = [column.source for column in BILL.columns if column.source != without]
    return [
        *(SourceField(name, is_custom=False) for name in names),
        *(SourceField(name, is_custom=True) for name in custom),
    ]


def test_a_declared_field_that_the_company_lacks_is_named_and_costs_no_request() -> None:
    """With the company's fields at hand nothing is asked; nothing is dropped."""
    with client_of(ScriptedIntacct()) as client:
        fields = known_fields(without="STATE")
        with pytest.raises(UnknownFieldError, match="APBILL has no STATE"):
            list(IntacctExtraction(client.session(), BILL, ALL, fields=fields))
        assert client.requests == 0


def test_the_companys_own_fields_become_custom_fields() -> None:
    """They are asked for beside the declared ones; an empty one is left out."""
    rows = [bill(1, TIER="Gold <1>"), bill(2, TIER=None)]
    with client_of(ScriptedIntacct({"APBILL": rows})) as client:
        (batch,) = IntacctExtraction(client.session(), BILL, ALL, fields=known_fields("TIER"))
    assert batch.rows.columns["custom_fields"].to_pylist() == ['{"TIER": "Gold <1>"}', None]


def test_an_optional_field_that_the_company_lacks_stays_empty() -> None:
    """A company without a subscription has fewer fields; it is not asked for them."""
    table = replace(BILL, columns=tuple(replace(c, is_optional=c.name == "paid_date") for c in BILL.columns))
    row = {name: text for name, text in bill(1).items() if name != "WHENPAID"}
    with client_of(ScriptedIntacct({"APBILL": [row]})) as client:
        (batch,) = IntacctExtraction(client.session(), table, ALL, fields=known_fields(without="WHENPAID"))
    assert batch.rows.columns["paid_date"].to_pylist() == [None]


@pytest.mark.parametrize(
    ("window", "table"),
    [(Window(WindowKind.CHANGED), BILL), (Window(WindowKind.CHANGED, since="x"), LINE),
     (Window(WindowKind.MONTH), BILL),
     (Window(WindowKind.MONTH, months=(date(2026, 1, 1),)), LINE), (Window(WindowKind.PARENTS), BILL)],
)  # fmt: skip
def test_windows_that_a_table_cannot_have_are_refused(window: Window, table: object) -> None:
    """A window without its cursor, month or parent would mean all rows, or none."""
    with client_of(ScriptedIntacct()) as client, pytest.raises(ValueError, match="intacct"):
        IntacctExtraction(client.session(), table, window)  # type: ignore[arg-type]  # a Table


@pytest.mark.parametrize(
    ("watermark", "expected"),
    [("03/01/2024 04:05:06", "02/29/2024 04:05:06"), ("01/01/2026 00:00:00", "12/31/2025 00:00:00"),
     ("03/01/2026", "02/28/2026 00:00:00")],
)  # fmt: skip
def test_the_overlap_is_subtracted_in_the_servers_own_time(watermark: str, expected: str) -> None:
    """Watermark minus a day, as the server writes it; our clock has no part in it."""
    assert changed_since(watermark, timedelta(days=1)) == expected


def test_an_unreadable_watermark_is_an_error() -> None:
    """Reading from some invented moment on would lose rows."""
    with pytest.raises(ValueError, match="not a timestamp"):
        changed_since("2026-03-01", timedelta(days=1))


AUDIT_EVENT = TABLES["intacct.audit_event"]


def audit(number: int, at: str, mode: str = "D") -> dict[str, str | None]:
    facts = {"OBJECTTYPE": "apbill", "OBJECTKEY": "12", "USERID": "ann", "ACCESSTIME": at, "ACCESSMODE": mode}
    return {"ID": str(number), **facts, "SOURCE": "ui", "WORKFLOWACTION": None}


def test_the_audit_history_is_read_from_a_moment_on_without_what_was_only_looked_at() -> None:
    """Its times are UTC whatever the company's zone, its key is its own, and its latest time is the watermark."""
    trail = [
        audit(1, "02/01/2026 00:00:00"),
        audit(2, "02/02/2026 00:00:01"),
        audit(3, "02/02/2026 00:00:00", mode="M"),
        audit(4, "02/04/2026 00:00:00", mode="A"),
    ]
    window = Window(WindowKind.CHANGED, since="02/02/2026 00:00:00")
    with client_of(ScriptedIntacct({"AUDITHISTORY": trail})) as client:
        extraction = IntacctExtraction(client.session(), AUDIT_EVENT, window, zone="America/Los_Angeles")
        (batch,) = extraction
    assert batch.rows.columns["audit_id"].to_pylist() == [2, 3]
    assert batch.rows.columns["happened_at"].to_pylist()[0] == datetime(2026, 2, 2, 0, 0, 1, tzinfo=UTC)
    assert extraction.tally.watermark == "02/02/2026 00:00:01"


def test_a_hidden_audit_history_is_said() -> None:
    """Without the permission the caller has to sweep, so it must hear of it."""
    gateway = ScriptedIntacct()
    gateway.script = [
        reply(failure("query", "query-AUDITHISTORY", "X", "You do not have permission for API operation"))
    ]
    with client_of(gateway) as client, pytest.raises(PermissionDeniedError) as caught:
        list(IntacctExtraction(client.session(), AUDIT_EVENT, Window(WindowKind.ALL)))
    assert caught.value.rule == "S-CFG-16"


def test_entities_are_discovered() -> None:
    """Ids, names and currencies of what the user may enter, by id."""
    gateway = ScriptedIntacct()
    entity = "<locationentity><id>{0}</id><name>Entity {0}</name><currency>USD</currency></locationentity>"
    gateway.functions["readEntityDetails"] = result(
        "readEntityDetails", "{control_id}", f"<data>{entity.format('200')}{entity.format('100')}</data>"
    )
    with client_of(gateway) as client:
        found = discover_entities(client.session())
    assert found == [EntityDetails("100", "Entity 100", "USD"), EntityDetails("200", "Entity 200", "USD")]


def test_the_closed_period_is_read() -> None:
    """The last closed day decides what may still be posted (S-IDM-08)."""
    gateway = ScriptedIntacct()
    gateway.functions["get_closedbooksdate"] = result(
        "get_closedbooksdate",
        "{control_id}",
        "<data><closedbooksdate><year>2026</year><month>1</month><day>31</day></closedbooksdate></data>",
    )
    with client_of(gateway) as client:
        assert read_closed_period(client.session()) == date(2026, 1, 31)
