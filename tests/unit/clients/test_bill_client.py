"""BILL's client against a scripted server at the transport."""

from __future__ import annotations

import json
import logging
import threading
import traceback
from decimal import Decimal
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scripted_bill import DEV_KEY, ORGANIZATION, PASSWORD, Clock, ScriptedBill, make_client, problem

from intacct_pipelines.clients.bill import Credentials, Filter, Options
from intacct_pipelines.clients.json_http.body import TruncatedBodyError, parse_body, write_body
from intacct_pipelines.errors import (
    ConfigurationError,
    CredentialsRejectedError,
    DuplicateRecordError,
    FunctionRejectedError,
    IncompleteResultError,
    IntacctPipelinesError,
    PermissionDeniedError,
    RateLimitedError,
    RecordNotFoundError,
    SessionExpiredError,
    TransportError,
    UnknownFieldError,
    UnreadableResponseError,
)

VENDORS = "/v3/vendors"


def vendors(count: int) -> list[dict[str, Any]]:
    return [{"id": f"009{number:05d}", "name": f"Vendor {number}"} for number in range(count)]


def read_ids(server: ScriptedBill, **options: Any) -> list[str]:
    with make_client(server, **options) as client:
        return [record["id"] for page in client.session(ORGANIZATION).list(VENDORS) for record in page.results]


# ---- sessions ---------------------------------------------------------------------------------------------------


def test_login_sends_the_key_in_the_body_and_afterwards_in_the_header() -> None:
    """The developer key travels in the login's body, and as a header with the session id in every later call."""
    server = ScriptedBill({VENDORS: vendors(1)})
    read_ids(server)
    login, read = server.requests
    assert json.loads(login.content) == {
        "username": "sync@example.com",
        "password": PASSWORD,
        "organizationId": ORGANIZATION,
        "devKey": DEV_KEY,
    }
    assert "devKey" not in login.headers
    assert (read.headers["devKey"], read.headers["sessionId"]) == (DEV_KEY, "session-that-nobody-may-see-1")


def test_session_is_cached_per_organization() -> None:
    """Asking for an organisation twice gives the same session, and one login serves all its reads."""
    server = ScriptedBill({VENDORS: vendors(1)})
    with make_client(server) as client:
        session = client.session(ORGANIZATION)
        assert client.session(ORGANIZATION) is session
        list(session.list(VENDORS))
        list(session.list(VENDORS))
        assert (server.logins, client.requests, session.requests) == (1, 3, 3)


def test_session_that_expires_mid_page_is_renewed_once_and_the_page_replayed() -> None:
    """A 401 between two pages costs one login, and no record is lost or doubled."""
    server = ScriptedBill({VENDORS: vendors(25)})
    server.before_page = lambda offset: server.sessions.clear() if offset == 10 and server.logins == 1 else None
    server.script = [None, problem(401, "BDC_1109", "Session is invalid. Please log in.")]
    assert read_ids(server, page_size=10) == [vendor["id"] for vendor in vendors(25)]
    assert server.logins == 2


def test_expired_session_is_known_by_its_code_whatever_the_status() -> None:
    """BDC_1109 means an ended session even with another status than 401."""
    server = ScriptedBill({VENDORS: vendors(1)})
    server.script = [problem(400, "BDC_1109", "Session is invalid.")]
    assert len(read_ids(server)) == 1
    assert server.logins == 2


def test_second_refusal_of_a_fresh_session_is_a_credentials_problem() -> None:
    """A session refused right after login is not renewed for ever."""
    server = ScriptedBill({VENDORS: vendors(1)})
    server.script = [problem(401, "BDC_1109", "no"), problem(401, "BDC_1109", "no")]
    with pytest.raises(CredentialsRejectedError, match="just opened"):
        read_ids(server)
    assert server.logins == 2


def test_idle_session_is_renewed_before_use() -> None:
    """A session unused for longer than BILL keeps one is not tried first."""
    clock, server = Clock(), ScriptedBill({VENDORS: vendors(1)})
    with make_client(server, clock) as client:
        session = client.session(ORGANIZATION)
        list(session.list(VENDORS))
        clock.sleep(31 * 60)
        list(session.list(VENDORS))
    assert server.logins == 2


def test_clock_that_jumps_back_does_not_end_a_session() -> None:
    """A clock set back an hour makes no session look idle and no login look forbidden."""
    clock, server = Clock(), ScriptedBill({VENDORS: vendors(1)})
    with make_client(server, clock) as client:
        list(client.session(ORGANIZATION).list(VENDORS))
        clock.sleep(-3600)
        list(client.session(ORGANIZATION).list(VENDORS))
    assert server.logins == 1


@pytest.mark.parametrize("wrong", [{"password": "another"}, {"dev_key": "another"}])
def test_wrong_credentials_are_told_and_not_tried_again(wrong: dict[str, str]) -> None:
    """A wrong password or developer key is a clear error; a second use does not ask BILL again."""
    server = ScriptedBill({VENDORS: vendors(1)})
    with make_client(server, **wrong) as client:
        for _ in range(2):
            with pytest.raises(CredentialsRejectedError):
                list(client.session(ORGANIZATION).list(VENDORS))
    assert len(server.requests) == 1


def test_unknown_organization_is_told() -> None:
    """An organisation that BILL does not know is named in the error, with BILL's own reason."""
    server = ScriptedBill()
    with make_client(server) as client, pytest.raises(CredentialsRejectedError, match="00801OTHER") as caught:
        client.session("00801OTHER").get("/v3/organizations/00801OTHER")
    assert caught.value.details[0].number == "BDC_1171"


def test_session_of_another_organization_is_refused() -> None:
    """A login answer that names another organisation never mixes two companies' books."""
    server = ScriptedBill()
    server.login_script = [httpx.Response(200, json={"sessionId": "s", "organizationId": "00801OTHER"})]
    with make_client(server) as client, pytest.raises(UnreadableResponseError, match="another organisation"):
        client.session(ORGANIZATION).get("/v3/users")


def test_logins_stay_under_the_hourly_limit() -> None:
    """The 201st login within an hour is not sent; an hour later it is."""
    clock, server = Clock(), ScriptedBill({VENDORS: vendors(1)})
    with make_client(server, clock, idle_seconds=-1) as client:
        session = client.session(ORGANIZATION)
        for _ in range(200):
            list(session.list(VENDORS))
        with pytest.raises(RateLimitedError) as caught:
            list(session.list(VENDORS))
        assert (server.logins, caught.value.retry_after_seconds) == (200, 3600)
        clock.sleep(3600)
        list(session.list(VENDORS))
    assert server.logins == 201


# ---- paging -----------------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(total=st.integers(0, 350), size=st.integers(1, 100), empty=st.integers(0, 3))
def test_every_record_arrives_once_for_any_total_and_page_size(total: int, size: int, empty: int) -> None:
    """However many records and whatever the page size, an empty page among them: all arrive, once, in order."""
    server = ScriptedBill({VENDORS: vendors(total)})
    server.empty_page_at = empty * size if empty * size < total else None
    pages = max(1, -(-total // size)) + (server.empty_page_at is not None)
    assert read_ids(server, page_size=size) == [vendor["id"] for vendor in vendors(total)]
    assert len(server.reads) == pages


def test_filters_sort_and_size_go_with_every_page() -> None:
    """Whether a page token embeds them is not documented, so nothing is left to it."""
    server = ScriptedBill({VENDORS: [{**vendor, "updatedTime": "2026-01-01T00:00:00Z"} for vendor in vendors(5)]})
    with make_client(server) as client:
        pages = client.session(ORGANIZATION).list(
            VENDORS,
            filters=[("updatedTime", "gte", "2025-12-30T00:00:00.000Z")],
            sort="updatedTime:asc",
            page_size=2,
        )
        assert [page.number for page in pages] == [1, 2, 3]
    sent = [dict(request.url.params) for request in server.reads]
    common = {"max": "2", "filters": 'updatedTime:gte:"2025-12-30T00:00:00.000Z"', "sort": "updatedTime:asc"}
    assert sent == [common, {**common, "page": "p2"}, {**common, "page": "p4"}]


def test_repeated_page_token_is_an_error_not_a_loop() -> None:
    """A server that names the same next page twice cannot hold us for ever."""
    server = ScriptedBill({VENDORS: []})
    server.script = [httpx.Response(200, json={"results": [], "nextPage": "again"}) for _ in range(3)]
    with pytest.raises(IncompleteResultError, match="same next page twice"):
        read_ids(server)


def test_endless_list_is_an_error() -> None:
    """Ever new page tokens end at the bound."""
    server = ScriptedBill({VENDORS: []})
    server.script = [httpx.Response(200, json={"results": [], "nextPage": str(number)}) for number in range(9)]
    with pytest.raises(IncompleteResultError, match="more than 4 pages"):
        read_ids(server, max_pages=4)


@pytest.mark.parametrize(
    "body", ["{}", '{"results":{}}', '{"results":[1]}', "[]", '"x"', '{"results":[],"nextPage":7}']
)
def test_answer_that_is_no_page_is_refused(body: str) -> None:
    """What does not have the shape of a page is an error, never an empty list."""
    server = ScriptedBill({VENDORS: []})
    server.script = [httpx.Response(200, content=body)]
    with pytest.raises(UnreadableResponseError):
        read_ids(server)


def test_bare_array_is_a_whole_list_where_allowed() -> None:
    """Some of BILL's lists are plain arrays; they are whole by themselves."""
    server = ScriptedBill()
    server.script = [httpx.Response(200, json=[{"id": "00p1"}])]
    with make_client(server) as client:
        pages = list(client.session(ORGANIZATION).list("/v3/terms", may_be_plain=True))
    assert [(page.results, page.is_last) for page in pages] == [([{"id": "00p1"}], True)]


def test_page_says_when_it_was_served() -> None:
    """By BILL's own clock; by ours, when the question was asked, if BILL does not say."""
    clock, server = Clock(), ScriptedBill({VENDORS: vendors(1)})
    server.script = [httpx.Response(200, json={"results": [], "nextPage": "p0"})]
    clock.sleep(60)
    with make_client(server, clock) as client:
        pages = list(client.session(ORGANIZATION).list(VENDORS))
    assert [f"{page.served_at:%H:%M:%S}" for page in pages] == ["12:01:00", "12:00:00"]


# ---- limits and retries -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "limited",
    [
        httpx.Response(429, text="slow down"),
        problem(429, "BDC_1322", "Max number of concurrent requests per organization reached."),
        problem(400, "BDC_1322", "Max number of concurrent requests per organization reached."),
        problem(403, "BDC_1322", "Max number of concurrent requests per organization reached."),
    ],
)
def test_limit_is_known_by_status_or_code_and_waited_out(limited: httpx.Response) -> None:
    """The limit's status is not documented: 429 or the code in any 4xx is enough; the read is repeated later."""
    clock, server = Clock(), ScriptedBill({VENDORS: vendors(1)})
    server.script = [limited, limited]
    with make_client(server, clock) as client:
        assert len(list(client.session(ORGANIZATION).list(VENDORS))) == 1
    assert 0.25 <= clock.slept[0] <= 0.5 <= clock.slept[1] <= 1


def test_retry_after_is_honoured() -> None:
    """When BILL says how long to wait, that long is waited."""
    clock, server = Clock(), ScriptedBill({VENDORS: vendors(1)})
    server.script = [
        problem(429, "BDC_1322", "wait", {"Retry-After": "17"}),
        problem(429, "BDC_1322", "wait", {"Retry-After": "Sun, 01 Mar 2026 12:00:27 GMT"}),
    ]
    with make_client(server, clock) as client:
        list(client.session(ORGANIZATION).list(VENDORS))
    assert clock.slept == [17, 10]


def test_hourly_limit_is_not_waited_out_but_told() -> None:
    """The hourly budget is not slept away inside a run: the error says how long until the next hour."""
    clock, server = Clock(), ScriptedBill({VENDORS: vendors(1)})
    clock.sleep(45 * 60)
    server.script = [problem(400, "BDC_1144", "Max number of allowed requests per hour reached: 20000.")]
    with make_client(server, clock) as client, pytest.raises(RateLimitedError) as caught:
        list(client.session(ORGANIZATION).list(VENDORS))
    assert caught.value.retry_after_seconds == 15 * 60
    assert len(server.reads) == 1


def test_attempts_are_bounded() -> None:
    """A gateway that stays down ends in the last error after as many attempts as allowed."""
    server = ScriptedBill({VENDORS: vendors(1)})
    server.script = [httpx.Response(502, text="<html>Bad gateway</html>") for _ in range(9)]
    with pytest.raises(TransportError, match="502"):
        read_ids(server, attempts=3)
    assert len(server.reads) == 3


@pytest.mark.parametrize(
    "fault",
    [
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("slow"),
        httpx.RemoteProtocolError("Server disconnected"),
        httpx.Response(503),
        problem(400, "BDC_1001", "System error"),
        httpx.Response(200, content=b'{"results":[{"id":"00900000","na'),
        httpx.Response(200, content=b"<html>stray page</html>"),
    ],
)
def test_reads_survive_a_passing_fault(fault: httpx.Response | Exception) -> None:
    """A reset, a time-out, a gateway's 5xx, a truncated body or a stray page is asked for again."""
    server = ScriptedBill({VENDORS: vendors(3)})
    server.script = [fault]
    assert len(read_ids(server)) == 3


def test_no_more_requests_in_flight_than_allowed() -> None:
    """Many threads of one organisation never have more than two requests open at once."""
    lock, most, open_now = threading.Lock(), 0, 0
    server = ScriptedBill({VENDORS: vendors(1)})
    meet = threading.Event()

    def slow(request: httpx.Request) -> httpx.Response:
        nonlocal most, open_now
        with lock:
            open_now += 1
            most = max(most, open_now)
            if open_now == 2:
                meet.set()
        meet.wait(0.2)
        with lock:
            answer = server(request)
            open_now -= 1
        return answer

    with make_client(slow) as client:
        session = client.session(ORGANIZATION)
        threads = [threading.Thread(target=lambda: list(session.list(VENDORS))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert most == 2
    assert server.logins == 1


# ---- errors -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (problem(400, "BDC_1002", "Unknown parameter."), UnknownFieldError),
        (problem(404, "BDC_1121", "API not supported."), FunctionRejectedError),
        (httpx.Response(404, json={"message": "no such bill"}), RecordNotFoundError),
        (problem(403, "BDC_9", "no"), PermissionDeniedError),
        (problem(400, "BDC_1361", "untrusted session"), PermissionDeniedError),
        (problem(409, "", "exists"), DuplicateRecordError),
        (httpx.Response(422, json=[{"message": "customer: must not be null"}]), FunctionRejectedError),
        (httpx.Response(400, text="<html>no</html>"), FunctionRejectedError),
        (httpx.Response(302, headers={"Location": "https://elsewhere.example"}), UnreadableResponseError),
    ],
)
def test_refusals_become_the_error_they_mean(answer: httpx.Response, kind: type[IntacctPipelinesError]) -> None:
    """The code decides first, the status second; arrays, plain objects and HTML are all read."""
    server = ScriptedBill()
    server.script = [answer, answer]
    with make_client(server) as client, pytest.raises(kind) as caught:
        client.session(ORGANIZATION).get("/v3/bills/00n1")
    assert type(caught.value) is kind


def test_all_errors_of_a_reply_are_kept() -> None:
    """One entry for each field that BILL refuses; none is dropped."""
    entries = [
        {"message": "vendorId: must not be null"},
        {"code": "BDC_1", "message": "bad", "detail": "d", "help": "h"},
    ]
    server = ScriptedBill()
    server.script = [httpx.Response(400, json=entries)]
    with make_client(server) as client, pytest.raises(FunctionRejectedError) as caught:
        client.session(ORGANIZATION).get("/v3/bills/00n1")
    assert [(detail.number, detail.description) for detail in caught.value.details] == [
        ("", "vendorId: must not be null"),
        ("BDC_1", "bad"),
    ]
    assert "BDC_1: bad d h" in str(caught.value)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"a":NaN}', "NaN"),
        (b'{"a":-Infinity}', "Infinity"),
        (b'{"a":1,"a":2}', "twice"),
        (b"[" * 40 + b"]" * 40, "deep"),
        (b"[" * 200_000, "deep"),
        (b'{"a":"\xff"}', "UTF-8"),
        (b"not json at all", "JSON"),
        (b"", "JSON"),
        (b'{"a":1} {"a":1}', "JSON"),
    ],
)
def test_hostile_or_malformed_json_is_refused(body: bytes, reason: str) -> None:
    """NaN, doubled keys, deep nesting, bad bytes and anything else that is not one JSON value is a clear error."""
    server = ScriptedBill()
    server.script = [httpx.Response(200, content=body), httpx.Response(200, content=body)]
    with make_client(server) as client, pytest.raises(UnreadableResponseError, match=reason):
        client.session(ORGANIZATION).get("/v3/bills/00n1")


@given(
    st.recursive(
        st.none() | st.booleans() | st.text(max_size=8) | st.decimals(allow_nan=False, allow_infinity=False, places=2),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
        max_leaves=12,
    ),
    st.data(),
)
def test_bodies_round_trip_and_every_cut_is_seen_as_one(value: object, data: st.DataObject) -> None:
    """Reading what was written gives the same value, to the digit; the same body cut anywhere is known as cut."""
    body = json.dumps({"x": json.loads(write_body(value), parse_float=str)}, ensure_ascii=False).encode()
    assert parse_body(write_body(value), max_depth=32) == value
    cut = body[: data.draw(st.integers(1, len(body) - 1))]
    with pytest.raises(TruncatedBodyError):
        parse_body(cut, max_depth=32)


def test_truncated_json_that_stays_so_is_no_complete_answer() -> None:
    """A body that always ends early is reported as such, after the bounded attempts."""
    server = ScriptedBill()
    server.script = [httpx.Response(200, content=b'{"id":"00n') for _ in range(9)]
    with make_client(server) as client, pytest.raises(TransportError, match="ends too early"):
        client.session(ORGANIZATION).get("/v3/bills/00n1")
    assert len(server.reads) == 5


def test_oversized_answer_is_refused() -> None:
    """A body beyond the limit is not read to its end."""
    server = ScriptedBill()
    server.script = [httpx.Response(200, content=b"[" + b" " * 5000 + b"]") for _ in range(2)]
    with make_client(server, max_body_bytes=1000) as client, pytest.raises(UnreadableResponseError, match="larger"):
        client.session(ORGANIZATION).get("/v3/bills/00n1")


def test_answer_that_drips_is_cut_off() -> None:
    """An answer that keeps coming for longer than allowed is given up, however often bytes arrive."""
    server = ScriptedBill({VENDORS: vendors(1)})
    with make_client(server, total_timeout_seconds=-1) as client, pytest.raises(TransportError, match="took longer"):
        client.session(ORGANIZATION).get("/v3/bills/00n1")
    assert len(server.requests) == 5


def test_lone_surrogates_and_control_characters_survive_as_data() -> None:
    """An escape that is half a character is the row's business, not the page's."""
    server = ScriptedBill()
    server.script = [httpx.Response(200, content=rb'{"id":"a\ud800b\u0000c"}')]
    with make_client(server) as client:
        assert client.session(ORGANIZATION).get("/v3/bills/00n1") == {"id": "a\ud800b\x00c"}


# ---- writes -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "left"),
    [
        (httpx.ConnectError("refused"), False),
        (httpx.ConnectTimeout("slow"), False),
        (httpx.ReadTimeout("slow"), True),
        (httpx.RemoteProtocolError("reset"), True),
        (httpx.Response(503), True),
        (httpx.Response(201, content=b'{"id":"00'), True),
    ],
)
def test_write_is_never_repeated_and_says_whether_it_left(fault: httpx.Response | Exception, left: bool) -> None:
    """A write whose answer is lost is sent once; only a connection never made leaves no doubt."""
    server = ScriptedBill()
    server.script = [fault]
    with make_client(server) as client, pytest.raises(TransportError) as caught:
        client.session(ORGANIZATION).post("/v3/vendors", {"name": "x"})
    assert caught.value.request_left is left
    assert len(server.reads) == 1


def test_write_with_an_ended_session_is_not_replayed_but_the_next_call_logs_in() -> None:
    """An ended session fails the write before it does anything; the caller decides, with a new session."""
    server = ScriptedBill()
    server.script = [problem(401, "BDC_1109", "no"), httpx.Response(201, json={"id": "00901"})]
    with make_client(server) as client:
        session = client.session(ORGANIZATION)
        with pytest.raises(SessionExpiredError):
            session.post("/v3/vendors", {"name": "x"})
        assert session.post("/v3/vendors", {"name": "x"}) == {"id": "00901"}
    assert server.logins == 2


def test_a_file_goes_as_it_is_under_its_name() -> None:
    """S-ATT-01: raw bytes, once; nowhere else than where BILL keeps files of records."""
    server = ScriptedBill()
    server.script = [httpx.Response(200, json={"id": "0du1"}), problem(401, "BDC_1109", "no")]
    with make_client(server) as client:
        session = client.session(ORGANIZATION)
        assert session.upload("/v3/documents/bills/00n1", "Scan 1&2.pdf", b"\x00{}") == {"id": "0du1"}
        with pytest.raises(SessionExpiredError):
            session.upload("/v3/documents/bills/00n1", "Scan.pdf", b"1")
        with pytest.raises(ConfigurationError, match="moves money"):
            session.upload("/v3/payments/stp1", "Scan.pdf", b"1")
    [first, _] = server.reads
    assert (first.method, first.url.params["name"], first.content) == ("POST", "Scan 1&2.pdf", b"\x00{}")
    assert first.headers["Content-Type"] == "application/octet-stream"


def test_amounts_are_written_digit_by_digit() -> None:
    """A decimal goes out as its own digits; a float is refused, it would not be exact."""
    server = ScriptedBill()
    server.script = [httpx.Response(200, json={})]
    with make_client(server) as client:
        session = client.session(ORGANIZATION)
        session.patch("/v3/bills/00n1", {"billLineItems": [{"amount": Decimal("12345678901234567.10"), "n": 2}]})
        with pytest.raises(TypeError, match="float"):
            session.patch("/v3/bills/00n1", {"amount": 0.1})
    assert server.reads[0].content == b'{"billLineItems":[{"amount":12345678901234567.10,"n":2}]}'
    assert server.reads[0].headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    "path",
    [
        "/v3/payments",
        "/v3/Payments",
        "/v3/payments/bulk",
        "/v3/payments/stp1/void",
        "/v3/receivable-payments",
        "/v3/funding-accounts/banks",
        "/v3/vendors/0091/bank-account",
        "/v3/bills/Record-Payment",
        "/v3/bills/record-payment/stp1",
        "/v3/bills/00n1/record-payment",
        "/v3/payments/record-payment",
        "/v3/invoices/record-payment/0rp1",
        "/v3/record-payment",
    ],
)
def test_nothing_that_moves_money_is_ever_sent(path: str) -> None:
    """This product never pays: such a write is refused before any byte leaves, login included."""
    server = ScriptedBill()
    with make_client(server) as client, pytest.raises(ConfigurationError, match="moves money"):
        client.session(ORGANIZATION).post(path, {})
    assert server.requests == []


@pytest.mark.parametrize("path", ["/v3/bills/record-payment", "/v3/invoices/record-payment"])
def test_only_what_records_that_others_paid_is_let_through(path: str) -> None:
    """S-PAY-01, S-ARP-01: these paths alone, and only to be made; nothing of it is changed."""
    server = ScriptedBill()
    server.script = [httpx.Response(200, json={"id": "stp1"})]
    with make_client(server) as client:
        session = client.session(ORGANIZATION)
        assert session.post(path, {"vendorId": "0091"}) == {"id": "stp1"}
        with pytest.raises(ConfigurationError, match="moves money"):
            session.patch(path, {})


# ---- asking -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/v2/bills", "v3/bills", "/v3/../payments", "/v3/bills/a?b", "/v3/bills/a%2Fb", "/v3"]
)
def test_paths_outside_the_api_are_refused(path: str) -> None:
    """An id from elsewhere cannot turn one question into another."""
    with make_client(ScriptedBill()) as client, pytest.raises(ConfigurationError):
        client.session(ORGANIZATION).get(path)


@pytest.mark.parametrize(
    ("part", "text"),
    [
        (Filter("archived", "eq", "false"), "archived:eq:false"),
        (Filter("id", "in", ["00n1", "00n2"]), 'id:in:"00n1,00n2"'),
        (Filter("createdTime", "gte", "2026-12-30T00:00:00.000Z"), 'createdTime:gte:"2026-12-30T00:00:00.000Z"'),
        (Filter("name", "sw", "Hap py"), 'name:sw:"Hap py"'),
    ],
)
def test_filters_are_written_as_bill_reads_them(part: Filter, text: str) -> None:
    """A value with a colon, a comma or a blank, and every list, stands in quotes."""
    assert str(part) == text


@pytest.mark.parametrize("wrong", [("a", "like", "x"), ("a:b", "eq", "x"), ("a", "eq", 'x"y'), ("a", "eq", "")])
def test_filters_that_bill_would_misread_are_refused(wrong: tuple[str, str, str]) -> None:
    """What cannot be written without doubt is not sent at all."""
    with pytest.raises(ConfigurationError):
        str(Filter(*wrong))


@pytest.mark.parametrize("sort", ["updatedTime", "updatedTime:up", "a:asc,b"])
def test_sorting_that_bill_would_ignore_is_refused(sort: str) -> None:
    """A sorting that BILL does not know could be ignored in silence."""
    with make_client(ScriptedBill()) as client, pytest.raises(ConfigurationError):
        list(client.session(ORGANIZATION).list(VENDORS, sort=sort))


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "http://bill.example/connect"},
        {"url": "ftp://bill.example"},
        {"url": "https://user:secret@bill.example"},
        {"url": "https://bill.example/connect?x=1"},
        {"url": "https://bill.example:99999999"},
        {"url": ""},
        {"page_size": 0},
        {"page_size": 101},
        {"in_flight": 0},
        {"attempts": 0},
    ],
)
def test_options_that_cannot_work_are_refused_at_once(wrong: dict[str, Any]) -> None:
    """Plain http, a strange address or an impossible limit is a configuration error before the first call."""
    with pytest.raises(ConfigurationError):
        Options(**wrong)


@pytest.mark.parametrize(
    "url", ["https://x.example/connect", "https://x.example/connect/", "https://x.example/connect/v3/"]
)
def test_version_at_the_end_of_the_address_is_stripped(url: str) -> None:
    """A configured /v3 is not doubled."""
    assert Options(url=url).base_url == "https://x.example/connect"


@pytest.mark.parametrize("wrong", [("", "u", "p"), ("k\n", "u", "p"), ("k", "", "p"), ("k", "u", "")])
def test_missing_credentials_are_refused_at_once(wrong: tuple[str, str, str]) -> None:
    """A missing or unsendable credential is a configuration error that does not show it."""
    with pytest.raises(ConfigurationError):
        Credentials(*wrong)


def test_organization_id_must_be_one() -> None:
    """A stray text cannot become part of a path."""
    with make_client(ScriptedBill()) as client, pytest.raises(ConfigurationError):
        client.session("008/../x")


def test_cookies_of_one_call_do_not_travel_with_the_next() -> None:
    """A cookie set for one organisation never goes out again."""
    server = ScriptedBill({VENDORS: vendors(1)})
    server.script = [httpx.Response(200, json={"results": [], "nextPage": "p0"}, headers={"Set-Cookie": "a=b; Path=/"})]
    read_ids(server)
    assert all("Cookie" not in request.headers for request in server.requests)


# ---- secrets ----------------------------------------------------------------------------------------------------


def _everything_said(error: BaseException) -> str:
    parts = ["".join(traceback.format_exception(error))]
    chain: BaseException | None = error
    while chain is not None:
        parts += [repr(chain), str(chain), repr(vars(chain)), getattr(chain, "doc", "")]
        chain = chain.__cause__ or chain.__context__
    return "\n".join(parts)


@pytest.mark.parametrize(
    "answer",
    [
        problem(400, "BDC_1", f"bad key {DEV_KEY} password {PASSWORD} session-that-nobody-may-see-1"),
        httpx.Response(200, content=f"<p>{DEV_KEY} {PASSWORD} session-that-nobody-may-see-1</p>".encode()),
        httpx.Response(200, content=f'{{"{PASSWORD}":1,"{PASSWORD}":2}}'.encode()),
        httpx.ReadTimeout(f"slow {DEV_KEY}"),
        httpx.Response(500, text=PASSWORD),
    ],
)
def test_secrets_are_in_no_error_and_no_log(
    answer: httpx.Response | Exception, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever BILL echoes, no message, cause, excerpt or log line holds a key, password or session id."""
    caplog.set_level(logging.DEBUG, logger="intacct_pipelines")
    server = ScriptedBill()
    server.script = [answer] * 9
    client = make_client(server)
    session = client.session(ORGANIZATION)
    with client, pytest.raises(IntacctPipelinesError) as caught:
        session.get("/v3/bills/00n1")
    said = _everything_said(caught.value) + caplog.text + repr((client, session, vars(session)))
    assert DEV_KEY not in said
    assert PASSWORD not in said
    assert "nobody-may-see" not in _everything_said(caught.value) + caplog.text
    assert "answered" in caplog.text


def test_malformed_login_answer_does_not_show_its_session_id() -> None:
    """A session id is a secret from its first answer on, even when the answer cannot be read."""
    server = ScriptedBill()
    server.login_script = [httpx.Response(200, content=b'{"sessionId":"hidden-session","x":NaN}')] * 2
    with make_client(server) as client, pytest.raises(UnreadableResponseError) as caught:
        client.session(ORGANIZATION).get("/v3/bills/00n1")
    assert "hidden-session" not in _everything_said(caught.value)
    assert "sessionId" in caught.value.excerpt


def test_credentials_do_not_show_themselves() -> None:
    """The representation of credentials holds the user's name only."""
    assert repr(Credentials(DEV_KEY, "sync@example.com", PASSWORD)) == "Credentials(username='sync@example.com')"


FILE = "/v3/documents/00hFILE"
LINK = "https://files.gateway.bill.com/00hFILE?signature=nobody-may-see"


def with_file(link: str | None, body: bytes = b"%PDF-1.4") -> ScriptedBill:
    """A server that tells a link of a file and then answers what stands behind it."""
    server = ScriptedBill()
    server.objects[FILE] = {"id": "00hFILE", "downloadLink": link}
    server.script = [None, httpx.Response(200, content=body)]
    return server


def test_a_file_is_fetched_at_once_by_a_link_that_is_asked_for_anew() -> None:
    """BILL wants the session with it and nothing else of ours; the link's own query stays."""
    server = with_file(LINK.replace("https://files.gateway.bill.com", "http://localhost:1"))
    with make_client(server) as client:
        assert client.session(ORGANIZATION).file(FILE, most=100) == b"%PDF-1.4"
    asked = server.requests[-1]
    assert asked.url.params["signature"] == "nobody-may-see"
    assert asked.headers["sessionId"] in server.sessions
    assert "devKey" not in asked.headers


def test_a_file_that_is_too_long_is_broken_off() -> None:
    """One byte more than asked for tells that it is."""
    server = with_file("http://localhost:1/f", b"x" * 1000)
    with make_client(server) as client:
        assert len(client.session(ORGANIZATION).file(FILE, most=10)) > 10


@pytest.mark.parametrize(
    "link",
    [
        "http://169.254.169.254/latest/meta-data",
        "https://10.0.0.1/f",
        "https://user@localhost:1/f",
        "file:///etc/passwd",
        LINK.replace("bill.com", "bill.example"),
        "https://[::1]/f",
        "not a link",
        "",
        None,
    ],
)
def test_a_link_that_leads_elsewhere_is_not_followed_and_not_shown(link: str | None) -> None:
    """A session is for BILL alone, and nobody is led to a machine inside."""
    server = with_file(link)
    with make_client(server) as client, pytest.raises(UnreadableResponseError) as caught:
        client.session(ORGANIZATION).file(FILE, most=10)
    assert not any(request.url.path.startswith("/latest") for request in server.requests)
    assert not link or link not in str(caught.value)


def test_a_link_that_has_ended_is_told_without_the_link() -> None:
    """Whoever has it is let in, so no message shows it."""
    server = with_file("http://localhost:1/f?signature=nobody-may-see")
    server.script[1] = problem(403, "X", "expired: http://localhost:1/f?signature=nobody-may-see")
    with make_client(server) as client, pytest.raises(PermissionDeniedError) as caught:
        client.session(ORGANIZATION).file(FILE, most=10)
    assert "nobody-may-see" not in repr(caught.value.details) + str(caught.value)
