"""The Intacct client against a scripted gateway: sessions, retries, limits, refusals, secrets."""

from __future__ import annotations

import logging
import threading
import traceback
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from scripted_intacct import (
    ENDPOINT,
    SENDER_PASSWORD,
    SESSION_ID,
    URL,
    USER_PASSWORD,
    Clock,
    ScriptedIntacct,
    client_of,
    credentials,
    data,
    failure,
    numbered,
    refused_request,
    refused_sign_in,
    reply,
    result,
    xml_response,
)

from intacct_pipelines.clients.intacct import Condition, Function, Operator, Options, Query, Session, functions
from intacct_pipelines.errors import (
    ConfigurationError,
    CredentialsRejectedError,
    DuplicateRecordError,
    FunctionRejectedError,
    IncompleteResultError,
    IntacctPipelinesError,
    PermissionDeniedError,
    RemoteSystemError,
    TransportError,
    UnknownFieldError,
    UnreadableResponseError,
)

QUERY = Query("VENDOR", ("RECORDNO", "NAME"))
SECRETS = (SENDER_PASSWORD, USER_PASSWORD, SESSION_ID)
CREATE = functions.create("key-1", "VENDOR", {"NAME": "Acme"})


def vendors(count: int = 3) -> ScriptedIntacct:
    return ScriptedIntacct({"VENDOR": list(numbered(count, NAME="Acme & Sons"))})


def names(session: Session) -> list[str | None]:
    return [name for page in session.read_pages(QUERY) for name in page.columns["NAME"].to_pylist()]


def page_of(rows: int, *, count: int | None = None) -> bytes:
    text = data("VENDOR", QUERY.fields, list(numbered(rows, NAME="Acme")))
    return reply(
        result("query", "query-VENDOR", text if count is None else text.replace('count="3"', f'count="{count}"'))
    )


# ---- reading ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("rows", "requests"), [(0, 2), (1, 2), (4, 2), (5, 3), (41, 12)])
def test_requests_are_pages_and_one_session(rows: int, requests: int) -> None:
    """N records in pages of 4 cost ⌈N/4⌉ + 1 requests; an empty result costs one."""
    with client_of(vendors(rows), page_size=4) as client:
        assert len(names(client.session())) == rows
        assert client.requests == requests


def test_the_returned_endpoint_is_followed() -> None:
    """After the sign-in all requests go where the gateway said."""
    gateway = vendors()
    with client_of(gateway) as client:
        names(client.session())
    assert gateway.urls == [URL, ENDPOINT]


def test_each_entity_has_its_own_session_once() -> None:
    """Sessions are cached by entity; the entity is named in getAPISession."""
    gateway = vendors()
    with client_of(gateway) as client:
        for entity_id in ("", "100", "", "100"):
            names(client.session(entity_id))
        assert client.session("100") is client.session("100")
    assert [
        root.findtext(".//getAPISession/locationid")
        for root in gateway.requests
        if root.find(".//getAPISession") is not None
    ] == [None, "100"]


def test_the_key_is_read_even_if_nobody_selected_it() -> None:
    """Pages are cut by record number; who did not ask for it does not get it."""
    with client_of(vendors(7), page_size=3) as client:
        pages = list(client.session().read_pages(Query("VENDOR", ("NAME",))))
    assert {page.fields for page in pages} == {("NAME",)}
    assert all(set(page.columns) == {"NAME"} for page in pages)
    assert sum(page.count for page in pages) == 7


def test_no_more_requests_are_in_flight_than_allowed() -> None:
    """The limit holds over all threads and sessions of one client."""
    gateway = vendors(60)
    under_way: list[int] = []
    peaks: list[int] = []
    answer = gateway.__call__

    def counted(request: httpx.Request) -> httpx.Response:
        under_way.append(1)
        peaks.append(len(under_way))
        try:
            return answer(request)
        finally:
            under_way.pop()

    with client_of(gateway, page_size=3, in_flight=2) as client:
        client._transport._client = httpx.Client(transport=httpx.MockTransport(counted))  # no other way to see the wire
        threads = [threading.Thread(target=names, args=(client.session(place),)) for place in ("", "100", "200")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=20)
    assert 1 <= max(peaks) <= 2


# ---- sessions ---------------------------------------------------------------------------------------------------


def test_a_session_that_expires_between_pages_is_renewed_once() -> None:
    """Reading goes on under a new session, and no row is lost."""
    gateway = vendors(20)
    with client_of(gateway, page_size=4, in_flight=1) as client:
        pages = client.session().read_pages(QUERY)
        received = next(pages).count
        gateway.sessions.clear()
        received += sum(page.count for page in pages)
        assert received == 20
        assert client.requests == 1 + 5 + 2


def test_a_session_that_is_refused_twice_is_a_refused_credential() -> None:
    """Renewing for ever would hammer the gateway."""
    gateway = vendors()
    gateway.script = [refused_sign_in("XL03000006", "Invalid session")] * 2
    with client_of(gateway) as client, pytest.raises(CredentialsRejectedError, match="renewed"):
        names(client.session())


def test_a_session_is_renewed_before_it_ends() -> None:
    """With less than two minutes left the next call signs in first."""
    gateway, clock = vendors(), Clock()
    gateway.lifetime = timedelta(minutes=10)
    with client_of(gateway, clock) as client:
        names(client.session())
        clock.moment += timedelta(minutes=7)
        names(client.session())
        assert len(gateway.sessions) == 1
        clock.moment += timedelta(minutes=8, seconds=30)
        names(client.session())
        assert len(gateway.sessions) == 2


def test_a_clock_that_jumps_back_costs_one_refusal_and_no_row() -> None:
    """Our clock says the session is young, the gateway says it is over: the gateway is right."""
    gateway, clock = vendors(), Clock()
    with client_of(gateway, clock) as client:
        names(client.session())
        clock.moment -= timedelta(days=400)
        gateway.sessions.clear()
        assert len(names(client.session())) == 3


def test_a_short_session_is_not_renewed_before_each_call() -> None:
    """A session of one minute is shorter than the usual margin and still serves several calls."""
    gateway = vendors()
    gateway.lifetime = timedelta(minutes=1)
    with client_of(gateway) as client:
        for _ in range(5):
            names(client.session())
    assert len(gateway.sessions) == 1


@pytest.mark.parametrize(
    "endpoint", ["http://evil.example/x", "https://localhost:1/x", "ftp://localhost/x", "", "http://u:p@localhost/x"]
)
def test_an_endpoint_of_another_house_is_not_followed(endpoint: str) -> None:
    """A session id goes nowhere but to the scheme and domain of the first address."""
    gateway = vendors()
    gateway.endpoint = endpoint
    with client_of(gateway) as client, pytest.raises(UnreadableResponseError, match="not trusted"):
        names(client.session())


@pytest.mark.parametrize(
    "url", ["http://api.intacct.com/x", "ftp://api.intacct.com/x", "api.intacct.com", "http://10.0.0.1/x"]
)
def test_passwords_do_not_travel_in_the_open(url: str) -> None:
    """Plain HTTP is for this machine only, unless a sandbox says otherwise."""
    with pytest.raises(ConfigurationError, match="not https"):
        Options(url=url)
    assert Options(url="http://sandbox.local/x", allow_http=True).trusts_endpoint("http://sandbox.local/y")


# ---- refusals ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (refused_request("XL03000006", "Incorrect Intacct XML Partner ID or password."), "rejected the sender"),
        (refused_request("GW-0011", "Invalid Request [Request ID: 1]"), "rejected the sender"),
        (refused_request("PL04000055", "The demo company expired"), "rejected the sender"),
        (refused_sign_in("XL03000006", "Sign-in information is incorrect"), "rejected the sign-in"),
        (
            refused_sign_in("XL03000006", "Sender acme, company c", "Invalid Web Services Authorization"),
            "not authorised",
        ),
    ],
    ids=["sender password", "unknown tenant", "demo company", "user password", "sender not authorised"],
)
def test_wrong_credentials_say_which_and_are_not_tried_again(body: bytes, message: str) -> None:
    """Each wrong or missing credential has its own words, a rule and a remedy (S-ERR-28), after one request."""
    gateway = vendors()
    gateway.sign_in_script = [body]
    with client_of(gateway) as client:
        with pytest.raises(CredentialsRejectedError, match=message) as caught:
            names(client.session())
        assert client.requests == 1
    assert caught.value.rule == "S-ERR-28"
    assert caught.value.remedy


def test_an_http_400_with_xml_is_a_refused_sender() -> None:
    """The newer gateway in front answers 400 with an XML body of control level."""
    gateway = vendors()
    gateway.sign_in_script = [xml_response(refused_request("XMLGW_JPP0002", "Sign-in information is incorrect."), 400)]
    with client_of(gateway) as client, pytest.raises(CredentialsRejectedError) as caught:
        names(client.session())
    assert caught.value.details[0].number == "XMLGW_JPP0002"


def test_an_unknown_entity_is_named() -> None:
    """Rule S-ERR-28: the entity id is one of the four things that may be wrong."""
    with (
        client_of(vendors()) as client,
        pytest.raises(CredentialsRejectedError, match="entity 999 of company acme-company"),
    ):
        names(client.session("999"))


def test_a_session_at_another_entity_is_refused() -> None:
    """A user who is locked into one entity would read, or write, in the wrong books."""
    gateway = vendors()
    api = f"<api><sessionid>s</sessionid><endpoint>{ENDPOINT}</endpoint><locationid>200</locationid></api>"
    gateway.sign_in_script = [reply(result("getAPISession", "session", f"<data>{api}</data>"))]
    with client_of(gateway) as client, pytest.raises(CredentialsRejectedError, match="stands at 200"):
        names(client.session("100"))


@pytest.mark.parametrize(
    ("number", "text", "kind"),
    [
        (
            "SANDBOX-PERMISSION",
            "You do not have permission for API operation read on objects of type vendor",
            PermissionDeniedError,
        ),
        ("XL03000010", "Field NAME does not exist for object VENDOR.", UnknownFieldError),
        ("XL03000006", "The following fields cannot be queried: [VENDOR: [NAME] ]", UnknownFieldError),
        ("BL01001973", "Something else", FunctionRejectedError),
    ],
)
def test_a_refused_query_is_raised_once(number: str, text: str, kind: type[RemoteSystemError]) -> None:
    """A missing permission and a missing field are their own errors, and asking again does not help."""
    gateway = vendors()
    gateway.script = [reply(failure("query", "query-VENDOR", number, text))]
    with client_of(gateway) as client:
        with pytest.raises(kind) as caught:
            names(client.session())
        assert client.requests == 2
    assert type(caught.value) is kind
    assert caught.value.details[0].description2 == text


# ---- hostile and broken answers ---------------------------------------------------------------------------------

BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "'
    + b"x" * 1000
    + b'"><!ENTITY c "&a;&a;&a;">]><response>&c;</response>'
)
EXTERNAL = b'<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a SYSTEM "file:///etc/hostname">]><response>&a;</response>'
HIDDEN = b'<?xml version="1.0"?><!-- <response --><!DOCTYPE b [<!ENTITY a "x">]><response>&a;</response>'


@pytest.mark.parametrize(
    "body",
    [
        BOMB,
        EXTERNAL,
        HIDDEN,
        b"<response><control><status>success</control></response>",
        page_of(3).replace(b"<NAME>Acme</NAME>", b"<NAME>A&nope;e</NAME>", 1),
        page_of(3).replace(b"Acme", b"A\x01cme", 1),
        page_of(3).replace(b"Acme", b"A\xff\xfecme", 1),
        b"<other></response>",
        '<?xml version="1.0" encoding="UTF-16"?><response></response>'.encode("utf-16"),
        b'<?xml version="1.0" encoding="ISO-8859-1"?><response></response>',
        b'{"not": "xml"}',
        b"<response></response>",
        reply(""),
        page_of(3).replace(b"<NAME>Acme</NAME>", b"<OTHER>Acme</OTHER>", 1),
        page_of(3).replace(b"<NAME>Acme</NAME>", b"", 1),
        page_of(3).replace(b"<NAME>Acme</NAME>", b"<NAME>Acme</NAME><NAME>Acme</NAME>", 1),
        page_of(3).replace(b"<NAME>Acme</NAME>", b"<NAME>Acme<B>x</B></NAME>", 1),
        page_of(3).replace(b"VENDOR>", b"CUSTOMER>"),
        page_of(3).replace(b'totalcount="3"', b'totalcount="-3"'),
        page_of(3).replace(b'totalcount="3"', b""),
    ],
    ids=lambda body: body[:10].decode("latin-1") if isinstance(body, bytes) else "",
)  # fmt: skip
def test_what_is_not_the_documented_reply_is_refused(body: bytes) -> None:
    """Bombs, external entities, malformed XML, unknown or missing fields: refused at once, nothing is taken."""
    gateway = vendors()
    gateway.script = [body]
    with client_of(gateway) as client, pytest.raises((UnreadableResponseError, CredentialsRejectedError)):
        names(client.session())


@pytest.mark.parametrize("cut", [0.2, 0.5, 0.95, 0.9999])
def test_a_truncated_answer_is_asked_for_again(cut: float) -> None:
    """Rows before a cut are never taken for all rows; the page is simply read again."""
    gateway = vendors()
    body = page_of(3)
    gateway.script = [body[: int(len(body) * cut)]]
    with client_of(gateway) as client:
        assert len(names(client.session())) == 3
        assert client.requests == 3


def test_an_answer_that_stays_truncated_ends_in_an_error() -> None:
    """After the last attempt the failure is raised, not swallowed."""
    gateway = vendors()
    gateway.script = [page_of(3)[:-20]] * 5
    with client_of(gateway) as client, pytest.raises(TransportError, match="cut off"):
        names(client.session())


@pytest.mark.parametrize("count", [2, 4])
def test_announced_and_received_rows_must_agree(count: int) -> None:
    """Fewer or more rows than announced is an error, never a warning (performance trap 1)."""
    gateway = vendors()
    gateway.script = [page_of(3, count=count)] * 5
    with client_of(gateway) as client, pytest.raises((IncompleteResultError, UnreadableResponseError)):
        names(client.session())


def test_reordered_fields_land_under_their_names() -> None:
    """A record whose fields come in another order is read by name, never by position (performance trap 2)."""
    gateway = vendors()
    body = page_of(3)
    gateway.script = [
        body.replace(b"<RECORDNO>2</RECORDNO><NAME>Acme</NAME>", b"<NAME>Acme</NAME><RECORDNO>2</RECORDNO>")
    ]
    with client_of(gateway) as client:
        (page,) = client.session().read_pages(QUERY)
    assert {field: column.to_pylist() for field, column in page.columns.items()} == {
        "RECORDNO": ["1", "2", "3"],
        "NAME": ["Acme"] * 3,
    }


def test_comments_and_instructions_are_no_rows_and_no_text() -> None:
    """What a parser yields as children beside elements does not become data (performance trap 3)."""
    gateway = vendors()
    body = page_of(3).replace(b"<VENDOR>", b"<!-- x --><?y z?><VENDOR>", 1).replace(b"Acme", b"Ac<!-- x -->me", 1)
    gateway.script = [body]
    with client_of(gateway) as client:
        assert names(client.session()) == ["Acme"] * 3


def test_an_answer_beyond_the_size_limit_is_refused() -> None:
    """The body is counted while it streams, unpacked."""
    gateway = vendors()
    gateway.script = [b"<" + b"x" * 5000]
    with (
        client_of(gateway, max_body_bytes=4096) as client,
        pytest.raises(UnreadableResponseError, match="longer than 4096"),
    ):
        names(client.session())


# ---- passing failures -------------------------------------------------------------------------------------------

HTML = httpx.Response(
    200, content=b"<html><head><title>Maintenance</title></head></html>", headers={"content-type": "text/html"}
)
PASSING: list[Any] = [
    httpx.ReadTimeout("late"),
    httpx.ConnectError("refused"),
    httpx.RemoteProtocolError("reset"),
    httpx.Response(503, content=b"<html>busy</html>"),
    httpx.Response(502),
    HTML,
    b"",
    reply(failure("query", "query-VENDOR", "DL02000001", "There was an error processing the request.")),
    reply(failure("query", "query-VENDOR", "X", "The Service is Temporarily Off-line")),
    refused_request("GW-0010", "API rate limit exceeded"),
    xml_response(refused_request("GW-0010", "API rate limit exceeded"), 429),
    reply(failure("query", "query-VENDOR", "X", "API rate limit exceeded")),
    refused_request("GW-0001", "Unable to process request"),
]


@pytest.mark.parametrize("answer", PASSING)
def test_passing_failures_of_reads_are_retried(answer: Any) -> None:
    """Time-outs, resets, 5xx, HTML pages and throttling pass; the read is sent again after a pause."""
    gateway, clock = vendors(), Clock()
    gateway.script = [answer, answer]
    with client_of(gateway, clock) as client:
        assert len(names(client.session())) == 3
    assert len(clock.slept) == 2
    assert 0.5 <= clock.slept[0] <= 1 <= clock.slept[1] <= 2


def test_attempts_are_bounded() -> None:
    """After the fifth failure the error is raised as it is."""
    gateway, clock = vendors(), Clock()
    gateway.script = [httpx.Response(503)] * 9
    with client_of(gateway, clock) as client:
        with pytest.raises(TransportError, match="HTTP 503") as caught:
            names(client.session())
        assert client.requests == 6
    assert caught.value.transient
    assert len(clock.slept) == 4


def test_a_cloudflare_timeout_is_not_retried() -> None:
    """At HTTP 524 the work may still go on; asking again would double it."""
    gateway, clock = vendors(), Clock()
    gateway.script = [httpx.Response(524)]
    with client_of(gateway, clock) as client, pytest.raises(TransportError, match="524"):
        names(client.session())
    assert not clock.slept


def test_retry_after_is_honoured() -> None:
    """A server that says how long to wait is obeyed, up to a minute."""
    gateway, clock = vendors(), Clock()
    gateway.script = [httpx.Response(429, headers={"retry-after": seconds}) for seconds in ("30", "9999")]
    with client_of(gateway, clock) as client:
        names(client.session())
    assert clock.slept == [30, 60]


# ---- writing ----------------------------------------------------------------------------------------------------


def test_a_write_carries_its_key_and_asks_for_uniqueness() -> None:
    """Rule S-IDM-02: uniqueid is true and the function's controlid is the given key."""
    gateway = vendors()
    gateway.functions["create"] = result(
        "create",
        "{control_id}",
        '<data listtype="objects" count="1"><vendor><RECORDNO>760</RECORDNO><VENDORID>V-1</VENDORID></vendor></data>',
    )
    with client_of(gateway) as client:
        (outcome,) = client.session().call([CREATE], unique=True, write=True)
    assert (outcome.status, outcome.error, outcome.records) == (
        "success",
        None,
        ({"RECORDNO": "760", "VENDORID": "V-1"},),
    )
    sent = gateway.requests[-1]
    assert (sent.findtext("control/uniqueid"), sent.find("operation").get("transaction")) == ("true", "false")  # type: ignore[union-attr]  # it is there
    assert sent.find(".//function").get("controlid") == "key-1"  # type: ignore[union-attr]  # it is there


@pytest.mark.parametrize(
    ("answer", "left"),
    [
        (httpx.ConnectError("refused"), False),
        (httpx.ConnectTimeout("late"), False),
        (httpx.ReadTimeout("late"), True),
        (httpx.RemoteProtocolError("reset"), True),
        (httpx.Response(502), True),
        (b"<response><cut", True),
        (b"<response><control></response>", True),
        (reply(""), True),
    ],
)
def test_a_write_whose_answer_is_lost_is_never_sent_twice(answer: Any, left: bool) -> None:
    """Whether it was done is unknown, unless the request certainly never left (rules S-ERR-41, S-ERR-42)."""
    gateway, clock = vendors(), Clock()
    gateway.script = [answer]
    with client_of(gateway, clock) as client:
        with pytest.raises(TransportError) as caught:
            client.session().call([CREATE], unique=True, write=True)
        assert client.requests == 2
    assert caught.value.request_left is left
    assert not clock.slept


def test_a_write_whose_sign_in_is_answered_with_rubbish_has_not_left() -> None:
    """Nobody could read the answer to the sign-in; of the write itself nothing was sent (S-ERR-42)."""
    gateway = vendors()
    gateway.sign_in_script = [httpx.Response(200, content=b'<response><"{</response>')]
    with client_of(gateway) as client, pytest.raises(TransportError) as caught:
        client.session().call([CREATE], write=True)
    assert caught.value.request_left is False


def test_a_write_that_cannot_sign_in_has_not_left() -> None:
    """A lost sign-in is no lost write: it may simply be tried again later."""
    gateway = vendors()
    gateway.sign_in_script = [httpx.ReadTimeout("late")] * 5
    with client_of(gateway) as client, pytest.raises(TransportError) as caught:
        client.session().call([CREATE], write=True)
    assert caught.value.request_left is False


def test_a_write_goes_out_once_more_after_a_refused_session() -> None:
    """At the authentication level nothing of the request ran, so the same bytes may be sent under a new session."""
    gateway = vendors()
    gateway.functions["create"] = result("create", "{control_id}", "<key>35</key>")
    with client_of(gateway) as client:
        client.session().call([CREATE], write=True)
        gateway.sessions.clear()
        (outcome,) = client.session().call([CREATE], write=True)
    assert outcome.key == "35"


@pytest.mark.parametrize("status", ["aborted", "failure", "pending", ""])
def test_only_success_is_success(status: str) -> None:
    """``aborted`` and every unknown word are not done (a public client once took ``aborted`` for success)."""
    gateway = vendors()
    gateway.functions["create"] = failure(
        "create",
        "{control_id}",
        "XL03000009",
        "The entire transaction in this operation has been rolled back due to an error.",
        status=status,
    )
    with client_of(gateway) as client:
        (outcome,) = client.session().call([CREATE], write=True)
    assert outcome.status == status
    assert isinstance(outcome.error, FunctionRejectedError)


def test_results_come_in_the_functions_order() -> None:
    """Each function's outcome is its own, matched by control id, not by position."""
    gateway = vendors()
    gateway.script = [
        reply(
            failure("create", "b", "BL34000061", "Another Vendor with the given value(s) V-9  already exists")
            + result("create", "a", "<key>1</key>")
        )
    ]
    with client_of(gateway) as client:
        first, second = client.session().call(
            [Function("a", CREATE.element), Function("b", CREATE.element)], write=True
        )
    assert (first.key, first.error) == ("1", None)
    assert isinstance(second.error, DuplicateRecordError)
    assert second.error.control_id == "b"


def test_two_functions_may_not_share_a_control_id() -> None:
    """Their outcomes could not be told apart."""
    with client_of(vendors()) as client, pytest.raises(ValueError, match="control ids of their own"):
        client.session().call([CREATE, CREATE], write=True)


# ---- small reads ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ("<closedbooksdate><year>2026</year><month>01</month><day>31</day></closedbooksdate>", date(2026, 1, 31)),
        ("<closedbooksdate><year></year><month></month><day></day></closedbooksdate>", None),
        ("<year>2025</year><month>12</month><day>31</day>", date(2025, 12, 31)),
        ("", None),
    ],
)
def test_the_closed_date_is_read(inner: str, expected: date | None) -> None:
    """The last closed day, or none (rule S-IDM-08 needs it before anything is sent)."""
    gateway = vendors()
    gateway.functions["get_closedbooksdate"] = result("get_closedbooksdate", "{control_id}", f"<data>{inner}</data>")
    with client_of(gateway) as client:
        assert client.session().closed_books_date() == expected


def test_permissions_are_read_by_policy() -> None:
    """Rights are separated by bars, policies repeat by application."""
    gateway = vendors()
    policy = "<policy><policyName>{}</policyName><rights>{}</rights></policy>"
    policies = policy.format("Bills", "List|View|Add") + policy.format("Vendors", "List")
    application = (
        f"<appSubscription><applicationName>AP</applicationName><policies>{policies}</policies></appSubscription>"
    )
    gateway.functions["getUserPermissions"] = result(
        "getUserPermissions", "{control_id}", f"<data><permissions>{application}</permissions></data>"
    )
    with client_of(gateway) as client:
        assert client.session().permissions("svc") == {
            "Bills": frozenset({"List", "View", "Add"}),
            "Vendors": frozenset({"List"}),
        }


# ---- secrets ----------------------------------------------------------------------------------------------------


def _failing(gateway: ScriptedIntacct, answer: Any) -> Callable[[], object]:
    gateway.script = [answer]
    return lambda: names(client_of(gateway, attempts=1).session())


@pytest.mark.parametrize(
    "answer",
    [
        httpx.ReadTimeout("late"),
        httpx.Response(500),
        f"<response><control><password>{SENDER_PASSWORD}</password><sessionid>{SESSION_ID}</sessionid></response>".encode(),
        f"<html><sessionid>{SESSION_ID}".encode(),
        reply(failure("query", "query-VENDOR", "BL01001973", "no")),
    ],
)
def test_no_secret_is_shown_anywhere(answer: Any, caplog: pytest.LogCaptureFixture) -> None:
    """Neither messages, arguments, causes nor logs hold a password or a session id."""
    caplog.set_level(logging.DEBUG)
    with pytest.raises(IntacctPipelinesError) as caught:
        _failing(vendors(), answer)()
    error: BaseException | None = caught.value
    shown = [caplog.text, "".join(traceback.format_exception(caught.value)), repr(credentials())]
    while error is not None:
        shown += [str(error), repr(error), repr(error.args), repr(vars(error))]
        assert not isinstance(error, httpx.HTTPError)
        error = error.__cause__ or error.__context__
    assert not [secret for secret in SECRETS for text in shown if secret in text]


def test_sessions_and_clients_show_no_secret() -> None:
    """Their representations may end in a log as well."""
    with client_of(vendors()) as client:
        session = client.session("100")
        names(session)
        shown = f"{client!r} {session!r} {session._token!r} {client.credentials!r} {client.options!r}"
    assert not [secret for secret in SECRETS if secret in shown]


def test_a_filter_travels_with_the_page() -> None:
    """The caller's condition stays on every page, beside the page's own bounds."""
    rows = [{"RECORDNO": str(number), "NAME": "a" if number % 2 else "b"} for number in range(1, 21)]
    gateway = ScriptedIntacct({"VENDOR": rows})
    query = Query("VENDOR", ("RECORDNO", "NAME"), Condition("NAME", Operator.EQUAL, ("a",)))
    with client_of(gateway, page_size=3) as client:
        received = [name for page in client.session().read_pages(query) for name in page.columns["NAME"].to_pylist()]
    assert received == ["a"] * 10
