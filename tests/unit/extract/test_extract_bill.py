"""BILL's records → batches, and what an extraction proves, against a scripted server at the transport."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scripted_bill import ORGANIZATION, ScriptedBill, make_client
from typed_rows import text_row, texts_of

from intacct_pipelines.domain.catalog import BILL_TABLES, Table, select
from intacct_pipelines.domain.records import Batch, Window, WindowKind
from intacct_pipelines.errors import ConfigurationError
from intacct_pipelines.extract.bill import BillExtraction, changed_since

ALL = Window(WindowKind.ALL)
BILLS = "/v3/bills"
VENDORS = "/v3/vendors"
CURRENCIES = {"009A": "USD", "009B": "JPY"}


def table(name: str) -> Table:
    return select(BILL_TABLES, name)


def day(number: int) -> str:
    return f"2026-01-{number:02d}T09:00:00.000+00:00"


def make_bill(number: int, **other: Any) -> dict[str, Any]:
    bill = {
        "id": f"00n{number:04d}",
        "archived": False,
        "recordStatus": "ACTIVE",
        "vendorId": "009A",
        "amount": 30.25,
        "invoice": {"invoiceNumber": f"INV-{number}", "invoiceDate": "2026-01-02"},
        "dueDate": "2026-02-01",
        "approvalStatus": "APPROVED",
        "billLineItems": [{"id": f"bli{number:04d}a", "amount": 30}, {"id": f"bli{number:04d}b", "amount": 0.25}],
        "createdTime": day(1),
        "updatedTime": day(1),
    }
    return {key: value for key, value in {**bill, **other}.items() if value is not None}


def read_bills(
    server: ScriptedBill,
    window: Window = ALL,
    *,
    currencies: Mapping[str, str] = CURRENCIES,
    page_size: int = 100,
    months: Sequence[date] = (),
) -> tuple[BillExtraction, list[tuple[Batch, Batch]]]:
    with make_client(server, page_size=page_size) as client:
        session = client.session(ORGANIZATION)
        extraction = BillExtraction(session, ORGANIZATION, table("ap_bill"), window, currencies, months)
        return extraction, [(bills, lines) for bills, lines, *_ in extraction]


def read(
    server: ScriptedBill, name: str, window: Window = ALL, page_size: int = 100
) -> tuple[BillExtraction, list[Batch]]:
    with make_client(server, page_size=page_size) as client:
        extraction = BillExtraction(client.session(ORGANIZATION), ORGANIZATION, table(name), window, CURRENCIES)
        return extraction, [batch for batch, *_ in extraction]


def column(batches: list[Batch], name: str) -> list[str | None]:
    return [cell for batch in batches for cell in texts_of(batch.rows, name)]


# ---- completeness -----------------------------------------------------------------------------------------------


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 28), st.integers(0, 3)), max_size=60), st.integers(1, 100))
def test_every_bill_and_line_arrives_once(shapes: list[tuple[int, int]], page_size: int) -> None:
    """For any number of bills and lines and any page size: all arrive once, counted, in order, to the cent."""
    bills = [
        make_bill(at, createdTime=day(created), billLineItems=[{"amount": 0.5}] * lines)
        for at, (created, lines) in enumerate(shapes)
    ]
    extraction, pairs = read_bills(ScriptedBill({BILLS: bills}), page_size=page_size)
    assert sorted(column([bill for bill, _ in pairs], "id")) == [bill["id"] for bill in bills]
    assert len(set(column([line for _, line in pairs], "id"))) == sum(lines for _, lines in shapes)
    assert extraction.tally.announced == extraction.tally.received == len(bills)
    assert extraction.tallies["ap_bill_line"].received == sum(lines for _, lines in shapes)
    assert extraction.tally.in_order
    assert extraction.tally.control_total == Decimal("30.25") * len(bills)
    assert extraction.tallies["ap_bill_line"].control_total == Decimal("0.5") * sum(lines for _, lines in shapes)


@settings(max_examples=100, deadline=None)
@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15, places=2))
def test_amounts_round_trip_to_the_digit(amount: Decimal) -> None:
    """An amount in BILL's JSON is the same decimal in the row, whatever its digits."""
    body = json.dumps({"results": [make_bill(1, amount="@")]}).replace('"@"', format(amount, "f"))
    server = ScriptedBill()
    server.script = [httpx.Response(200, content=body)]
    _, [(bills, _)] = read_bills(server)
    assert texts_of(bills.rows, "amount") == [format(amount.normalize() + 0, "f")]


def test_whole_reading_has_no_filter_and_cannot_be_shifted_by_changes() -> None:
    """All bills come in the order of their making, archived ones and drafts too, whatever changes meanwhile."""
    bills = [make_bill(1, archived=True, recordStatus="INACTIVE"), make_bill(2, archived=True, recordStatus="DRAFT")]
    server = ScriptedBill({BILLS: bills})
    _, [(batch, _)] = read_bills(server)
    assert dict(server.reads[0].url.params) == {"max": "100", "sort": "createdTime:asc"}
    assert texts_of(batch.rows, "record_status") == ["INACTIVE", "DRAFT"]
    assert texts_of(batch.rows, "is_archived") == ["t", "t"]


def test_records_out_of_order_spoil_the_proof() -> None:
    """A page whose order is not the one asked for is counted as a broken proof, so nothing of it is stored."""
    server = ScriptedBill()
    results = [make_bill(1, createdTime=day(2)), make_bill(2, createdTime=day(1))]
    server.script = [httpx.Response(200, json={"results": results})]
    extraction, _ = read_bills(server)
    assert not extraction.tally.in_order


def test_record_that_arrives_twice_is_handed_on_once() -> None:
    """A page delivered twice doubles nothing."""
    server = ScriptedBill()
    results = [make_bill(1), make_bill(2)]
    server.script = [
        httpx.Response(200, json={"results": results, "nextPage": "a"}),
        httpx.Response(200, json={"results": results}),
    ]
    extraction, pairs = read_bills(server)
    assert column([bill for bill, _ in pairs], "id") == ["00n0001", "00n0002"]
    assert extraction.tally.received == 2
    assert extraction.tally.control_total == Decimal("60.50")


# ---- windows and watermark --------------------------------------------------------------------------------------


def test_changed_window_asks_by_time_in_order_of_change() -> None:
    """Only what changed since is asked for; the watermark is the newest change as BILL wrote it."""
    server = ScriptedBill({BILLS: [make_bill(number, updatedTime=day(number)) for number in range(1, 9)]})
    extraction, pairs = read_bills(server, Window(WindowKind.CHANGED, since="2026-01-05T00:00:00.000Z"))
    assert server.reads[0].url.params["filters"] == 'updatedTime:gte:"2026-01-05T00:00:00.000Z"'
    assert server.reads[0].url.params["sort"] == "updatedTime:asc"
    assert len(column([bill for bill, _ in pairs], "id")) == 4
    assert extraction.tally.watermark == day(8)
    assert extraction.window_of(table("ap_bill_line")) == Window(
        WindowKind.PARENTS, parent_keys=("00n0005", "00n0006", "00n0007", "00n0008")
    )


def test_nothing_changed_costs_one_request_and_moves_no_watermark() -> None:
    """An empty window is one request and leaves the watermark alone."""
    server = ScriptedBill({BILLS: [make_bill(1)]})
    extraction, _ = read_bills(server, Window(WindowKind.CHANGED, since="2026-02-01T00:00:00.000Z"))
    assert (len(server.reads), extraction.tally.watermark) == (1, "")


def test_bill_changed_while_changes_are_read_pushes_no_other_past_the_reader() -> None:
    """A bill edited between two pages moves to the end; each other still arrives, and the edit in the next window."""
    bills = [make_bill(number, updatedTime=day(number)) for number in range(1, 6)]
    server, pages = ScriptedBill({BILLS: bills}), iter(range(100))

    def edit(_offset: int) -> None:
        if next(pages) == 1:
            bills[0]["updatedTime"], bills[4]["updatedTime"] = day(20), day(21)

    server.before_page = edit
    extraction, pairs = read_bills(server, Window(WindowKind.CHANGED, since=day(1)), page_size=2)
    assert column([bill for bill, _ in pairs], "id") == [f"00n000{number}" for number in range(1, 6)]
    assert extraction.tally.watermark == "2026-01-20T09:00:00.000Z"
    later, pairs = read_bills(server, Window(WindowKind.CHANGED, since=extraction.tally.watermark))
    assert column([bill for bill, _ in pairs], "id") == ["00n0001", "00n0005"]
    assert later.tally.watermark == day(21)


def test_more_changes_in_one_instant_than_a_page_holds_all_arrive() -> None:
    """Records that share one instant cannot be told apart by time; their pages are followed by token."""
    bills = [make_bill(number, updatedTime=day(2 + number // 7)) for number in range(21)]
    extraction, pairs = read_bills(ScriptedBill({BILLS: bills}), Window(WindowKind.CHANGED, since=day(1)), page_size=3)
    assert sorted(column([bill for bill, _ in pairs], "id")) == [bill["id"] for bill in bills]
    assert extraction.tally.received == 21


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 25),
    st.integers(1, 6),
    st.dictionaries(st.integers(0, 12), st.lists(st.integers(0, 24), max_size=3), max_size=6),
    st.booleans(),
)
def test_whatever_changes_between_pages_the_next_windows_have_it(
    total: int, size: int, edits: dict[int, list[int]], whole_first: bool
) -> None:
    """However bills change while pages are read: once the changes stop, the next windows have brought all of them."""
    bills = [make_bill(number, updatedTime=day(1 + number % 3), description="0") for number in range(total)]
    server, pages = ScriptedBill({BILLS: bills}), iter(range(1000))

    def edit(_offset: int) -> None:
        page = next(pages)
        for number in edits.get(page, []):
            if number < total:
                # The scripted server says that it answers at noon of the first of March.
                bills[number]["updatedTime"] = f"2026-03-01T12:00:{page:02d}.{number:03d}+00:00"
                bills[number]["description"] = str(page)

    server.before_page = edit
    stored: dict[str | None, str | None] = {}
    window = ALL if whole_first else Window(WindowKind.CHANGED, since=day(1))
    while next(pages) < 40:
        extraction, pairs = read_bills(server, window, page_size=size)
        for bill, _ in pairs:
            stored |= dict(zip(texts_of(bill.rows, "id"), texts_of(bill.rows, "description"), strict=True))
        assert extraction.tally.in_order
        window = Window(WindowKind.CHANGED, since=extraction.tally.watermark)
    assert stored == {bill["id"]: bill["description"] for bill in bills}


def test_watermark_of_a_whole_reading_stops_at_its_first_answer() -> None:
    """A change made while everything is read may lie on a page already read; the watermark does not pass its start."""
    server = ScriptedBill({VENDORS: [{"id": "009A", "name": "A", "createdTime": day(1), "updatedTime": "2027-01-01"}]})
    extraction, _ = read(server, "vendor")
    assert extraction.tally.watermark == "2026-03-01T12:00:00.000Z"


def test_overlap_is_subtracted_in_bills_own_form() -> None:
    """The next window starts the overlap earlier, written as BILL's filters take it; what is no time is refused."""
    assert changed_since("2026-01-05T09:00:00.127+00:00", timedelta(minutes=10)) == "2026-01-05T08:50:00.127Z"
    assert changed_since("2026-01-05T09:00:00.127-05:00", timedelta()) == "2026-01-05T14:00:00.127Z"
    with pytest.raises(ValueError, match="not a timestamp"):
        changed_since("yesterday", timedelta())


def test_a_reading_of_everything_is_counted_by_the_months_of_the_dates() -> None:
    """BILL cannot filter by the date: each month has its documents and lines, and what no date tells is in none."""
    dates = ["2026-01-31", "2026-02-01", "2026-02-28", "2026-03-01", "soon", "2026-02-02T23:59:00-08:00"]
    bills = [make_bill(number, invoice={"invoiceDate": text}) for number, text in enumerate(dates)]
    january, february = date(2026, 1, 1), date(2026, 2, 1)
    extraction, pages = read_bills(ScriptedBill({BILLS: bills}), months=(january, february))
    counts = extraction.months
    assert counts is not None
    assert [counts.counted(table("ap_bill"), month).received for month in (january, february)] == [1, 3]
    assert counts.counted(table("ap_bill_line"), february).received == 6
    assert counts.undated == 1
    total = sum(Decimal(str(bill["amount"])) for bill in (bills[1], bills[2], bills[5]))
    assert counts.counted(table("ap_bill"), february).control_total == total
    # what is rejected later is of its document's month, and takes the document's lines along
    (batch, _), *_ = pages
    (reject,) = [each for each in batch.rejects if each.key == "00n0004"]
    bad = replace(reject, key="00n0001")
    counts.reject(table("ap_bill"), [bad, reject])
    assert counts.counted(table("ap_bill"), february).quarantined == 1
    assert counts.counted(table("ap_bill_line"), february).quarantined == 2
    assert counts.counted(table("ap_bill"), january).quarantined == 0


def test_classifications_are_read_newest_first_until_the_window_is_passed() -> None:
    """No time filter is published for classifications: the reading stops at the first page with something older."""
    path = "/v3/classifications/departments"
    records = [
        {"id": f"0de{n:02d}", "name": f"D{n}", "createdTime": day(1), "updatedTime": day(n)} for n in range(1, 29)
    ]
    server = ScriptedBill({path: records})
    extraction, batches = read(server, "department", Window(WindowKind.CHANGED, since=day(25)), page_size=3)
    assert column(batches, "id") == ["0de28", "0de27", "0de26", "0de25"]
    assert (len(server.reads), extraction.tally.in_order, extraction.tally.watermark) == (2, True, day(28))


@pytest.mark.parametrize("plain", [True, False])
def test_payment_terms_come_as_a_list_or_as_a_bare_array(plain: bool) -> None:
    """How BILL pages payment terms is not documented; both shapes are read whole, and kept by time."""
    path = f"/v3/organizations/{ORGANIZATION}/payment-terms"
    terms = [{"id": f"00p{n}", "name": f"Net {n}", "daysDue": n, "updatedTime": day(n)} for n in (10, 20)]
    server = ScriptedBill()
    server.script = [httpx.Response(200, json=terms if plain else {"results": terms})]
    extraction, batches = read(server, "ap_term", Window(WindowKind.CHANGED, since=day(15)))
    assert server.reads[0].url.path == f"/connect{path}"
    assert column(batches, "due_days") == ["20"]
    assert extraction.tally.received == 1


def test_organization_is_one_object() -> None:
    """The organisation is read by itself, nested fields included."""
    server = ScriptedBill()
    server.objects = {
        f"/v3/organizations/{ORGANIZATION}": {"id": ORGANIZATION, "name": "Acme", "address": {"country": "US"}}
    }
    extraction, [batch] = read(server, "organization")
    assert text_row(batch.rows, 0) == {
        "id": ORGANIZATION,
        "name": "Acme",
        "country": "US",
    }
    assert (extraction.tally.received, extraction.tally.requests) == (1, 2)


def test_windows_that_bill_cannot_answer_are_refused() -> None:
    """A month of a list, lines by themselves, a wrong organisation or time: refused before the first call."""
    server = ScriptedBill()
    with make_client(server) as client:
        session = client.session(ORGANIZATION)
        for name, window, organization in (
            ("ap_bill", Window(WindowKind.MONTH, months=(date(2026, 1, 1),)), ORGANIZATION),
            ("ap_bill_line", ALL, ORGANIZATION),
            ("ap_bill", Window(WindowKind.PARENTS, parent_keys=("1",)), ORGANIZATION),
            ("ap_bill", Window(WindowKind.CHANGED, since="lately"), ORGANIZATION),
            ("ap_bill", ALL, "00801OTHER"),
        ):
            with pytest.raises(ConfigurationError):
                BillExtraction(session, organization, table(name), window)
    assert server.requests == []


# ---- bad records ------------------------------------------------------------------------------------------------


def test_bill_of_a_vendor_without_currency_is_quarantined_not_guessed() -> None:
    """BILL's bills carry no currency: without the vendor's, the bill and its lines go to quarantine [S-CUR-02]."""
    extraction, [(bills, lines)] = read_bills(ScriptedBill({BILLS: [make_bill(1), make_bill(2, vendorId="009X")]}))
    assert texts_of(bills.rows, "currency") == ["USD"]
    assert [(reject.key, reject.column, reject.rule) for reject in bills.rejects] == [
        ("00n0002", "currency", "S-CUR-02")
    ]
    assert {reject.key for reject in lines.rejects} == {"bli0002a", "bli0002b"}
    assert extraction.tally.received == len(bills.rows) + len(bills.rejects)
    assert extraction.tallies["ap_bill_line"].received == len(lines.rows) + len(lines.rejects)


@pytest.mark.parametrize(
    ("other", "at_fault", "check"),
    [
        ({"amount": 30.255}, "amount", "minor_unit"),
        ({"vendorId": "009B", "amount": 30.5}, "amount", "minor_unit"),
        ({"amount": "thirty"}, "amount", "decimal"),
        ({"amount": {"value": 3}}, "amount", "scalar"),
        ({"amount": True}, "amount", "decimal"),
        ({"invoice": "INV-1"}, "document_no", "scalar"),
        ({"invoice": {"invoiceDate": "02/30/2026"}}, "bill_date", "date"),
        ({"description": "half \ud800 character"}, "description", "text"),
        ({"description": "nul \x00"}, "description", "text"),
        ({"billLineItems": {"id": "1"}}, "id", "line_items"),
        ({"billLineItems": ["line"]}, "id", "line_items"),
        ({"updatedTime": "recently"}, "modified_at", "instant"),
    ],
)
def test_bad_bill_is_quarantined_and_its_neighbour_is_not(other: dict[str, Any], at_fault: str, check: str) -> None:
    """A record that cannot be typed is kept whole beside the others, with the column and the reason."""
    _, [(bills, _)] = read_bills(ScriptedBill({BILLS: [make_bill(1, **other), make_bill(2)]}))
    assert texts_of(bills.rows, "id") == ["00n0002"]
    assert [(reject.key, reject.column, reject.check) for reject in bills.rejects] == [("00n0001", at_fault, check)]


@pytest.mark.parametrize("number", ["1E+999999999", "1e99999999999999999999999", "1" * 5000, "1e-70"])
def test_absurd_numbers_are_quarantined_without_filling_memory(number: str) -> None:
    """A number of a billion digits is refused as text, not written out."""
    server = ScriptedBill()
    body = json.dumps({"results": [make_bill(1, amount="@"), make_bill(2)]}).replace('"@"', number)
    server.script = [httpx.Response(200, content=body)]
    extraction, [(bills, _)] = read_bills(server)
    assert [(reject.key, reject.column) for reject in bills.rejects] == [("00n0001", "amount")]
    assert extraction.tally.control_total == Decimal("30.25")


def test_line_without_id_is_named_by_its_place() -> None:
    """A line that BILL gives no id has its bill's id and its position, the same in every reading."""
    bill = make_bill(1, billLineItems=[{"amount": 1}, {"amount": 2, "classifications": {"departmentId": "0de1"}}])
    _, [(_, lines)] = read_bills(ScriptedBill({BILLS: [bill]}))
    assert texts_of(lines.rows, "id") == ["00n0001:1", "00n0001:2"]
    assert texts_of(lines.rows, "line_no") == ["1", "2"]
    assert texts_of(lines.rows, "department_id") == [None, "0de1"]
    assert texts_of(lines.rows, "currency") == ["USD", "USD"]


def test_line_id_that_repeats_is_quarantined() -> None:
    """Two lines with one id cannot both be stored; the second goes to quarantine, neither is lost."""
    bill = make_bill(1, billLineItems=[{"id": "bli", "amount": 1}, {"id": "bli", "amount": 2}])
    extraction, [(_, lines)] = read_bills(ScriptedBill({BILLS: [bill]}))
    assert [(reject.key, reject.check) for reject in lines.rejects] == [("bli", "unique")]
    assert (extraction.tallies["ap_bill_line"].received, len(lines.rows)) == (2, 1)


def test_personal_data_is_masked_in_quarantine() -> None:
    """What names a person is masked in the fragment; what explains the fault is not."""
    vendor = {"id": "009A", "name": "Jane Doe", "email": "jane@example.com", "additionalInfo": {"track1099": "maybe"}}
    server = ScriptedBill()
    server.script = [httpx.Response(200, json={"results": [vendor]})]
    _, [batch] = read(server, "vendor")
    (reject,) = batch.rejects
    assert (reject.column, reject.check, reject.value) == ("is_1099", "flag", "maybe")
    assert "Jane" not in reject.fragment
    assert "jane@" not in reject.fragment


# ---- what is embedded -------------------------------------------------------------------------------------------

PAYMENTS = "/v3/payments"


def make_payment(number: int, shares: int, updated: str) -> dict[str, Any]:
    return {
        "id": f"stp{number:03d}",
        "vendorId": "009A",
        "amount": shares,
        "processDate": "2026-01-02",
        "billPayments": [
            {
                "id": f"blp{number:03d}{share}",
                "billId": f"00n{share}",
                "amount": 1,
                "vendorCredits": [{"id": "vcr", "amount": 1}],
            }
            for share in range(shares)
        ],
        "createdTime": day(1),
        "updatedTime": updated,
    }


@settings(max_examples=60, deadline=None)
@example(17, 2, {1: [(0, 0), (0, 0)], 2: [(0, 0)], 4: [(0, 0), (0, 0), (1, 0)], 12: [(13, 0), (0, 0)]})
@given(
    st.integers(1, 20),
    st.integers(1, 5),
    st.dictionaries(
        st.integers(0, 12), st.lists(st.tuples(st.integers(0, 19), st.integers(0, 3)), max_size=3), max_size=6
    ),
)
def test_shares_and_credits_are_those_of_their_payment_however_it_changes(
    total: int, size: int, edits: dict[int, list[tuple[int, int]]]
) -> None:
    """Payments read newest first while they change: once that stops, every payment has its shares, and no old one."""
    payments = [make_payment(number, 1 + number % 3, day(1 + number % 3)) for number in range(total)]
    server, pages = ScriptedBill({PAYMENTS: payments}), iter(range(1000))

    def edit(_offset: int) -> None:
        page = next(pages)
        for at, (number, shares) in enumerate(edits.get(page, [])):
            if number < total:
                # The scripted server says that it answers at noon of the first of March.
                when = f"2026-03-01T12:00:{page:02d}.{at:03d}+00:00"
                payments[number] = make_payment(number, shares, when)

    server.before_page = edit
    stored: dict[str, dict[str, str]] = {"ap_payment_detail": {}, "ap_payment_credit": {}}
    window = ALL
    while next(pages) < 40:
        with make_client(server, page_size=size) as client:
            session = client.session(ORGANIZATION)
            extraction = BillExtraction(session, ORGANIZATION, table("ap_payment"), window, CURRENCIES)
            read_pages = list(extraction)
        for at, part in enumerate(extraction.tables):
            if part.name in stored:
                covered = extraction.window_of(part)
                rows = stored[part.name]
                gone = [
                    k for k, parent in rows.items() if covered.kind is WindowKind.ALL or parent in covered.parent_keys
                ]
                for key in gone:
                    del rows[key]
                for page in read_pages:
                    keys, parents = texts_of(page[at].rows, "id"), texts_of(page[at].rows, "payment_id")
                    rows |= zip(map(str, keys), map(str, parents), strict=True)
        assert extraction.tally.in_order
        window = Window(WindowKind.CHANGED, since=extraction.tally.watermark)
    shares = {share["id"]: payment["id"] for payment in payments for share in payment["billPayments"]}
    assert stored["ap_payment_detail"] == shares
    assert stored["ap_payment_credit"] == {f"{share}:1": payment for share, payment in shares.items()}


def test_a_misshapen_array_holds_back_all_that_came_with_its_document() -> None:
    """If one array of a payment cannot be read, the payment and its other arrays go to quarantine together."""
    payment = {**make_payment(1, 2, day(1)), "voidInfo": "none"}
    server = ScriptedBill({PAYMENTS: [payment, make_payment(2, 1, day(1))]})
    with make_client(server) as client:
        session = client.session(ORGANIZATION)
        extraction = BillExtraction(session, ORGANIZATION, table("ap_payment"), ALL, CURRENCIES)
        ((payments, details, credits_, voids),) = extraction
    assert [(reject.key, reject.check) for reject in payments.rejects] == [("stp001", "line_items")]
    assert {reject.key for reject in details.rejects} == {"blp0010", "blp0011"}
    assert len(credits_.rejects) == 2
    assert texts_of(details.rows, "payment_id") == ["stp002"]
    assert voids.rejects == ()
    for part, batch in zip(extraction.tables, (payments, details, credits_, voids), strict=True):
        assert extraction.tallies[part.name].received == len(batch.rows) + len(batch.rejects)
