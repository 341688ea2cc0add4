"""The endpoint over real HTTP and a real Postgres: what it takes, what it refuses, and how little a stranger can do."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import httpx
import pytest
import yaml
from notices import KEY, LISTENERS, notice, signed

from intacct_pipelines.warehouse.bill_events import store, waiting
from intacct_pipelines.warehouse.connection import Warehouse
from intacct_pipelines.webhooks import HEADER, Limits, Receiver, WebhookServer

CONFIGURATION = Path(__file__).parents[2] / "dagster_home" / "dagster.yaml"
SMALL = Limits(body_bytes=2_000, seconds=1.5, connections=3)


class Endpoint:
    """A running endpoint, and what it said."""

    def __init__(self, server: WebhookServer, said: list[str]) -> None:
        self.port = server.port
        self.said = said

    def post(
        self, body: bytes, headers: dict[str, str] | None = None, method: str = "POST", path: str = "/bill"
    ) -> int:
        """Send one request; return the status."""
        answer = httpx.request(method, f"http://127.0.0.1:{self.port}{path}", content=body, headers=headers, timeout=15)
        assert answer.content == b""
        return answer.status_code

    def send(self, body: bytes) -> int:
        """Send a notification with its signature."""
        return self.post(body, {HEADER: signed(body)[0]})

    def raw(self, data: bytes) -> bytes:
        """Send bytes as they are, and return all that comes back."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=15) as connection:
            connection.sendall(data)
            received = b""
            try:
                while part := connection.recv(4096):
                    received += part
            except ConnectionError:
                pass  # closed with bytes unread, which is an answer too
            return received


@contextmanager
def serving(warehouse: Warehouse, limits: Limits = SMALL) -> Iterator[Endpoint]:
    said: list[str] = []
    with WebhookServer(Receiver(LISTENERS, partial(store, warehouse)), limits=limits, tell=said.append) as server:
        yield Endpoint(server, said)


@pytest.fixture
def endpoint(warehouse: Warehouse) -> Iterator[Endpoint]:
    with serving(warehouse) as served:
        yield served


def test_a_notification_is_stored_before_it_is_answered(endpoint: Endpoint, warehouse: Warehouse):
    """200 means that it stands in Postgres; a copy changes nothing."""
    assert [endpoint.send(notice()) for _ in range(2)] == [200, 200]
    assert [(one.entity, one.events) for one in waiting(warehouse)] == [("acme:100", 1)]
    assert endpoint.said == [
        "200 accepted: bill.updated e-1 of first",
        "200 accepted: bill.updated e-1 of first, told before",
    ]


def test_a_forgery_is_refused_and_leaves_nothing(endpoint: Endpoint, warehouse: Warehouse):
    """No signature, a wrong one, one of another body, two of them."""
    body = notice()
    right = signed(body)[0]
    for headers in ({}, {HEADER: "x"}, {HEADER: signed(b"other")[0]}, {HEADER: right[:-2]}, {HEADER: "é" * 44}):
        encoded = {name: value.encode("utf-8") for name, value in headers.items()}
        answer = httpx.post(f"http://127.0.0.1:{endpoint.port}/bill", content=body, headers=encoded)
        assert answer.status_code == 401
    doubled = httpx.post(f"http://127.0.0.1:{endpoint.port}/bill", content=body, headers=[(HEADER, right)] * 2)
    assert doubled.status_code == 401
    assert waiting(warehouse) == []
    assert set(endpoint.said) == {"401 refused: the signature is none of ours"}


def test_only_post_is_known(endpoint: Endpoint):
    """Every other word gets the same answer."""
    for method in ("GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"):
        assert endpoint.post(b"", {"Content-Length": "0"}, method) == 405


def test_requests_that_are_none_are_refused_without_an_echo(endpoint: Endpoint):
    """Path, length, size, two readings of where a body ends, and bytes that are no HTTP."""
    assert endpoint.post(b"{}", path="/other") == 404
    assert endpoint.post(b"x" * 2_001) == 413
    head = b"POST /bill HTTP/1.1\r\nHost: x\r\n"
    odd = {
        b"\r\n": b" 411 ",
        b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab": b" 411 ",
        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n": b" 411 ",
        b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\nab": b" 411 ",
        b"Content-Length: -1\r\n\r\n": b" 400 ",
        b"Content-Length: 99999999999999999999\r\n\r\n": b" 400 ",
        b"Content-Length: \xb2\r\n\r\n": b" 400 ",
    }
    for rest, status in odd.items():
        assert status in endpoint.raw(head + rest).split(b"\r\n")[0], rest
    for noise in (b"hush-hush\r\n\r\n", b"POST /hush-hush\x00 HTTP/9.9\r\n\r\n", b"\x16\x03\x01hush-hush\r\n"):
        assert b"hush-hush" not in endpoint.raw(noise)
    assert not [line for line in endpoint.said if "hush" in line]


def test_whoever_drips_or_says_nothing_is_cut_off(endpoint: Endpoint):
    """A whole request has its time; then its place is free again, and others have been served meanwhile."""
    slow = [socket.create_connection(("127.0.0.1", endpoint.port), timeout=15) for _ in range(2)]
    slow[0].sendall(b"POST /bill HTTP/1.1\r\nContent-Length: 500\r\n\r\n")
    assert endpoint.send(notice()) == 200
    assert _drips_until_cut_off(slow[0], drops=400)
    assert slow[1].recv(1) == b""
    for connection in slow:
        connection.close()
    assert endpoint.send(notice("e-2")) == 200


def _drips_until_cut_off(connection: socket.socket, drops: int) -> bool:
    for _ in range(drops):
        try:
            connection.sendall(b"x")
        except OSError:
            return True
        time.sleep(0.05)
    return False


def test_beyond_a_few_connections_others_are_closed_at_once(endpoint: Endpoint):
    """Places are few; when they are free again, BILL's next try finds one."""
    taken = [socket.create_connection(("127.0.0.1", endpoint.port), timeout=15) for _ in range(3)]
    time.sleep(0.3)
    with pytest.raises(httpx.TransportError):
        endpoint.send(notice())
    for connection in taken:
        connection.close()
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            assert endpoint.send(notice()) == 200
            break
        except httpx.TransportError:
            time.sleep(0.1)
    assert "closed: too many connections" in endpoint.said


def test_what_cannot_be_stored_is_sent_again_by_bill(warehouse: Warehouse):
    """Without its table nothing is stored and nothing is answered with success; afterwards the same event is taken."""
    with serving(warehouse) as endpoint:
        with warehouse.transaction() as connection:
            connection.execute("ALTER TABLE ops.bill_event RENAME TO bill_event_gone")
        assert endpoint.send(notice()) == 503
        with warehouse.transaction() as connection:
            connection.execute("ALTER TABLE ops.bill_event_gone RENAME TO bill_event")
        assert endpoint.send(notice()) == 200
    assert [one.events for one in waiting(warehouse)] == [1]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, warehouse_dsn: str) -> Path:
    """A home with one link that listens; its key is in a file."""
    shutil.copy(CONFIGURATION, tmp_path / "dagster.yaml")
    (tmp_path / "key").write_text(KEY + "\n", encoding="utf-8")
    secret = {"env": "NOT_NEEDED"}
    document = {
        "companies": {
            "acme": {"company_id": "acme", "sender_id": "s", "sender_password": secret, "user_id": "u",
                     "user_password": secret}
        },
        "bill": {"main": {"dev_key": secret, "username": "u", "password": secret}},
        "links": {
            "us": {"company": "acme", "entity": "100", "bill": "main", "organization_id": LISTENERS[0].organization_id,
                   "webhook_keys": [{"env": "WEBHOOK_KEY_THAT_WAS"}, {"file": str(tmp_path / "key")}]}
        },
    }  # fmt: skip
    (tmp_path / "connections.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    monkeypatch.setenv("INTACCT_PIPELINES_WAREHOUSE_URL", warehouse_dsn)
    monkeypatch.setenv("WEBHOOK_KEY_THAT_WAS", "hush-hush")
    return tmp_path


@pytest.mark.usefixtures("home")
def test_the_command_serves_until_it_is_ended_and_says_no_secret(warehouse: Warehouse):
    """As a process of its own: started, sent to, ended by a signal; its log has ids and no key."""
    command = [sys.executable, "-m", "intacct_pipelines.cli", "webhooks", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:  # noqa: S603
        assert process.stdout is not None
        first = process.stdout.readline()
        found = re.fullmatch(r"Listening at http://127\.0\.0\.1:(\d+)/bill for us \(Ctrl-C ends it\)\n", first)
        assert found, first + process.stdout.read()
        body = notice()
        for value, status in ((signed(body)[0], 200), ("wrong", 401)):
            connection = http.client.HTTPConnection("127.0.0.1", int(found[1]), timeout=15)
            connection.request("POST", "/bill?source=bill", body, {HEADER: value})
            assert connection.getresponse().status == status
            connection.close()
        process.send_signal(signal.SIGTERM)
        rest = process.stdout.read()
    assert process.returncode == 0
    assert re.fullmatch(
        r"\S+Z 200 accepted: bill\.updated e-1 of us\n\S+Z 401 refused: the signature is none of ours\n", rest
    )
    assert [(one.entity, one.events) for one in waiting(warehouse)] == [("acme:100", 1)]


def test_the_command_says_what_it_lacks(home: Path):
    """No link that listens, a key that is not there, a port that is taken: one line, nothing started."""

    def run(*arguments: str, **environment: str) -> tuple[int, str]:
        done = subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "-m", "intacct_pipelines.cli", "webhooks", *arguments],
            capture_output=True, text=True, check=False, timeout=60, env={**os.environ, **environment},
        )  # fmt: skip
        return done.returncode, done.stderr

    with socket.create_server(("127.0.0.1", 0)) as taken:
        code, said = run("--port", str(taken.getsockname()[1]))
    assert (code, "Cannot listen on 127.0.0.1" in said) == (2, True)
    code, said = run("--port", "0", WEBHOOK_KEY_THAT_WAS="")
    assert (code, said.startswith("error: The environment variable WEBHOOK_KEY_THAT_WAS is not set.")) == (2, True)
    path = home / "connections.yaml"
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    document["links"]["us"].pop("webhook_keys")
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    code, said = run("--port", "0")
    assert (code, "has webhook_keys" in said, "hush" in said) == (2, True, False)
