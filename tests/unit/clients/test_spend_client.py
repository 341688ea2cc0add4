"""Spend & Expense's client against a scripted server at the transport."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted_bill import problem

from intacct_pipelines.clients.spend import Filter, Options, SpendClient, Token
from intacct_pipelines.errors import (
    ConfigurationError,
    CredentialsRejectedError,
    IncompleteResultError,
    RateLimitedError,
    RecordNotFoundError,
    RemoteSystemError,
    TransportError,
    UnknownFieldError,
    UnreadableResponseError,
)

TOKEN = "token-that-nobody-may-see"
TRANSACTIONS = "/v3/spend/transactions"
Answer = Callable[[httpx.Request], httpx.Response] | httpx.Response | Exception


class Seconds:
    """A clock that moves only when somebody sleeps."""

    def __init__(self) -> None:
        self.at = 0.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += seconds


class Server:
    """Answers from a script; the last answer repeats."""

    def __init__(self, *script: Answer) -> None:
        self.script = list(script)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx.Response) else answer(request)


def page(records: list[dict[str, Any]], token: str = "") -> httpx.Response:
    body = {"results": records, **({"nextPage": token} if token else {})}
    return httpx.Response(200, content=json.dumps(body))


def client(server: Server, seconds: Seconds | None = None, **options: Any) -> SpendClient:
    seconds = seconds or Seconds()
    return SpendClient(
        Token(TOKEN),
        Options(url="http://localhost:1/connect", **options),
        transport=httpx.MockTransport(server),
        sleep=seconds.sleep,
        now=lambda: datetime(2026, 3, 1, tzinfo=UTC),
        monotonic=seconds.monotonic,
    )


def test_token_travels_in_its_header_and_nothing_logs_in() -> None:
    """One read is one request with the header apiToken; there is no session and no developer key."""
    server = Server(page([{"id": "a"}]))
    with client(server) as spend:
        pages = list(spend.list(TRANSACTIONS))
    assert [record["id"] for one in pages for record in one.results] == ["a"]
    (request,) = server.requests
    assert request.headers["apiToken"] == TOKEN
    assert "devKey" not in request.headers
    assert spend.requests == 1


def test_pages_are_followed_to_the_end_with_the_same_question() -> None:
    """Filters, sorting and page size go with every page; an empty page with a token is not the end."""
    server = Server(page([{"id": "a"}], "t1"), page([], "t2"), page([{"id": "b"}]))
    question = Filter("updatedTime", "gte", "2026-01-01T00:00:00.000Z")
    with client(server) as spend:
        pages = list(spend.list(TRANSACTIONS, filters=(question,), sort="occurredTime:asc", page_size=50))
    assert [one.is_last for one in pages] == [False, False, True]
    asked = [dict(request.url.params) for request in server.requests]
    same = {"max": "50", "sort": "occurredTime:asc", "filters": 'updatedTime:gte:"2026-01-01T00:00:00.000Z"'}
    assert asked == [same, {**same, "page": "t1"}, {**same, "page": "t2"}]


def test_page_token_that_repeats_is_an_error() -> None:
    """A list that goes round in circles is not read for ever, and is not taken for complete."""
    with client(Server(page([{"id": "a"}], "same"))) as spend, pytest.raises(IncompleteResultError, match="twice"):
        list(spend.list(TRANSACTIONS))


@given(gaps=st.lists(st.floats(0, 3), min_size=1, max_size=300), limit=st.integers(1, 60))
def test_no_minute_ever_holds_more_calls_than_the_limit(gaps: list[float], limit: int) -> None:
    """Whatever the rhythm in which calls come, any 60 seconds hold at most the limit (60 a minute per token)."""
    seconds, sent = Seconds(), []

    def note(_request: httpx.Request) -> httpx.Response:
        sent.append(seconds.at)
        return page([])

    with client(Server(note), seconds, calls_per_minute=limit) as spend:
        for gap in gaps:
            seconds.at += gap
            spend.get("/v3/spend/users/current")
    for first, last in zip(sent, sent[limit:], strict=False):
        assert last - first >= 60 - 1e-6


def test_refusal_for_too_many_calls_is_waited_out() -> None:
    """Without a Retry-After the attempts span more than the minute by which BILL counts; with one it is obeyed."""
    seconds = Seconds()
    server = Server(problem(429, "BDC_1322", "slow"), problem(429, "BDC_1322", "slow"), page([]))
    with client(server, seconds) as spend:
        list(spend.list(TRANSACTIONS))
    assert len(seconds.slept) == 2
    assert sum(seconds.slept) >= 20
    seconds = Seconds()
    told = httpx.Response(429, headers={"Retry-After": "7"}, content=b"[]")
    with client(Server(told, page([])), seconds) as spend:
        list(spend.list(TRANSACTIONS))
    assert seconds.slept == [7.0]
    seconds = Seconds()
    with client(Server(problem(429, "BDC_1322", "slow")), seconds) as spend, pytest.raises(RateLimitedError):
        list(spend.list(TRANSACTIONS))
    assert sum(seconds.slept) > 60


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (problem(401, "BDC_1102", "no"), CredentialsRejectedError),
        (httpx.Response(401, content=b"nothing readable"), CredentialsRejectedError),
        (problem(400, "BDC_1002", "filters: what is that"), UnknownFieldError),
        (problem(404, "BDC_1171", "gone"), RecordNotFoundError),
        (httpx.Response(302, headers={"Location": "https://elsewhere.example"}), UnreadableResponseError),
        (httpx.Response(200, content=b"<html>maintenance</html>"), UnreadableResponseError),
        (httpx.Response(200, content=b'{"results": "none"}'), UnreadableResponseError),
        (httpx.Response(200, content=b'{"results": [], "results": []}'), UnreadableResponseError),
        (httpx.Response(200, content=b'{"results": [{"amount": NaN}]}'), UnreadableResponseError),
        (httpx.Response(200, content=b"[" * 100 + b"]" * 100), UnreadableResponseError),
        (httpx.Response(200, content=b'{"results": [{"amo'), TransportError),
        (httpx.Response(503, content=b"busy"), TransportError),
        (httpx.ReadTimeout("slow"), TransportError),
    ],
)
def test_every_answer_that_is_no_answer_has_its_error(
    answer: Answer, error: type[RemoteSystemError], caplog: pytest.LogCaptureFixture
) -> None:
    """Each refusal and each hostile or broken body becomes the error that fits; none shows the token."""
    with (
        caplog.at_level(logging.DEBUG),
        client(Server(answer)) as spend,
        pytest.raises(error) as caught,
    ):
        list(spend.list(TRANSACTIONS))
    assert caught.value.system == "spend"
    assert TOKEN not in str(caught.value) + caplog.text
    assert type(caught.value) is error


def test_broken_answer_is_asked_for_again() -> None:
    """A reset and a truncated body are passing: the read is repeated and nothing is lost or doubled."""
    broken = httpx.Response(200, content=b'{"results": [{"id"')
    server = Server(page([{"id": "a"}], "t"), httpx.ReadError("reset"), broken, page([{"id": "b"}]))
    with client(server) as spend:
        records = [record["id"] for one in spend.list(TRANSACTIONS) for record in one.results]
    assert records == ["a", "b"]
    assert len(server.requests) == 4


def test_amounts_are_exact() -> None:
    """A JSON number becomes the decimal that it says, never a binary fraction (money is decimal)."""
    body = b'{"results": [{"amount": 54.10, "fees": 1e-2, "transactedAmount": 12345678901234567890.12}]}'
    with client(Server(httpx.Response(200, content=body))) as spend:
        (record,) = next(iter(spend.list(TRANSACTIONS))).results
    assert str(record["amount"]) == "54.10"
    assert record == {
        "amount": Decimal("54.10"), "fees": Decimal("0.01"), "transactedAmount": Decimal("12345678901234567890.12"),
    }  # fmt: skip


def test_answer_too_large_is_refused() -> None:
    """An answer beyond the limit is not read to its end."""
    with (
        client(Server(httpx.Response(200, content=b" " * 2_000)), max_body_bytes=1_000) as spend,
        pytest.raises(UnreadableResponseError, match="larger than 1000"),
    ):
        spend.get("/v3/spend/users/current")


@pytest.mark.parametrize("path", ["/v3/vendors", "/v3/spend", "/v3/spend/transactions/../users", "/v3/spend/a?b=c"])
def test_only_paths_of_this_api_are_asked(path: str) -> None:
    """An id from elsewhere cannot change what is asked, and the token is not shown to another API."""
    server = Server(page([]))
    with client(server) as spend, pytest.raises(ConfigurationError):
        spend.get(path)
    assert not server.requests


def test_settings_that_cannot_work_are_refused_at_once() -> None:
    """A blank token, plain http to the network and a pace of nothing are named before anything is sent."""
    for make in (
        lambda: Token(" "),
        lambda: Token("a\nb"),
        lambda: Options(url="http://gateway.example/connect"),
        lambda: Options(calls_per_minute=0),
    ):
        with pytest.raises(ConfigurationError):
            make()
    assert TOKEN not in repr(Token(TOKEN))


def test_a_receipt_is_fetched_from_where_it_lies_without_our_token() -> None:
    """Its address is signed and may be anybody's; the token is for the platform alone."""
    server = Server(httpx.Response(200, content=b"\xff\xd8\xff"))
    with client(server) as spend:
        assert spend.file("https://receipts.storage.example/1?signature=x", most=100) == b"\xff\xd8\xff"
    (request,) = server.requests
    assert "apiToken" not in request.headers
    assert request.url.params["signature"] == "x"


@pytest.mark.parametrize(
    "link", ["http://receipts.example/1", "https://127.0.0.2/1", "https://inside/1", "ftp://x.y/1"]
)
def test_a_receipt_on_a_machine_inside_is_not_fetched(link: str) -> None:
    """What the platform says does not lead us to our own network."""
    server = Server(page([]))
    with client(server) as spend, pytest.raises(UnreadableResponseError):
        spend.file(link, most=100)
    assert server.requests == []


VALUES = "/v3/spend/custom-fields/Q3VzdG9t=/values"


def test_a_value_is_sent_once_and_never_repeated():
    """S-IDM-03: whatever comes instead of an answer, it is for the caller to look up."""
    server = Server(httpx.Response(200, json={"uuid": "tvl_1", "value": "LAB Labs"}))
    assert client(server).add_value("Q3VzdG9t=", "LAB Labs") == {"uuid": "tvl_1", "value": "LAB Labs"}
    [request] = server.requests
    assert (request.method, request.url.path, json.loads(request.content)) == (
        "POST", f"/connect{VALUES}", {"values": ["LAB Labs"]}
    )  # fmt: skip
    for answer, error in (
        (httpx.ReadTimeout("lost"), TransportError),
        (httpx.Response(502), TransportError),
        (httpx.Response(429), RateLimitedError),
        (httpx.Response(200, content=b"<html>"), UnreadableResponseError),
        (httpx.Response(401), CredentialsRejectedError),
    ):
        server = Server(answer)
        with pytest.raises(error):
            client(server).add_value("Q3VzdG9t=", "LAB Labs")
        assert len(server.requests) == 1
    with pytest.raises(ConfigurationError):
        client(server).add_value("../transactions", "LAB Labs")
    assert len(server.requests) == 1


def test_a_list_is_read_until_two_readings_agree():
    """A page that shifts while it is read hides a record, which would then be made a second time (S-IDM-03)."""
    first, second, third = ({"uuid": str(number)} for number in range(3))
    server = Server(
        page([first], "next"), page([third]), page([first], "next"), page([second]), page([first], "next"),
        page([second]),
    )  # fmt: skip
    assert client(server).settled(VALUES) == [first, second]
    server = Server(*(answer for number in range(9) for answer in (page([{"uuid": str(number)}], "next"), page([]))))
    with pytest.raises(IncompleteResultError):
        client(server).settled(VALUES)
