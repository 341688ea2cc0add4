"""The sandbox on a real socket: routes, keep-alive, failing connections, the command and its one line of JSON."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import date
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from intacct_pipelines.cli import main
from intacct_pipelines.sandbox.server import SandboxOptions, SandboxServer

TODAY = date(2026, 3, 16)


@pytest.fixture(scope="module")
def server() -> Iterator[SandboxServer]:
    """One served sandbox for the module."""
    with SandboxServer(SandboxOptions(bills=30, today=TODAY)) as served:
        yield served


@pytest.fixture
def http(server: SandboxServer) -> Iterator[httpx.Client]:
    """A client of the served sandbox, which has no faults at first."""
    server.sandbox.faults.clear()
    with httpx.Client(base_url=server.url, timeout=10, trust_env=False) as client:
        yield client


def _script(http: httpx.Client, *rules: dict[str, Any]) -> None:
    assert http.put("/faults", json={"rules": list(rules)}).status_code == 200


def test_it_answers_on_loopback_only(server: SandboxServer, http: httpx.Client):
    """Health answers, other paths are 404, and the address is a loopback one unless told otherwise."""
    assert http.get("/health").json() == {"status": "ok"}
    assert http.get("/").status_code == 404
    assert http.post("/ia/xml/xmlgw", content=b"<request/>").status_code == 404
    assert server.url == f"http://127.0.0.1:{server.port}"


def test_the_description_has_what_clients_need(server: SandboxServer):
    """Addresses, credentials, entities, locations, accounts, organisations: the contract of `--json`."""
    facts = server.sandbox.describe()
    assert facts["intacct"]["url"] == f"{server.url}/ia/xml/xmlgw.phtml"
    assert set(facts["intacct"]) == {
        *("url", "sender_id", "sender_password", "company_id", "user_id", "user_password"),
        *("entities", "locations", "expense_account", "clearing"),
    }
    assert facts["bill"]["url"] == f"{server.url}/connect"
    assert set(facts["bill"]) >= {"url", "dev_key", "username", "password", "organizations"}
    assert [set(organization) for organization in facts["bill"]["organizations"]] == [{"id", "name", "entity"}] * 3
    assert facts["spend"]["url"] == f"{server.url}/connect"
    assert facts["spend"]["token"] == facts["spend"]["accounts"][0]["token"]
    assert [account["entity"] for account in facts["spend"]["accounts"]] == facts["intacct"]["entities"]
    assert set(facts["spend"]["accounts"][0]) == {"entity", "label", "token", "currency", "card_account"}
    take_url = f"{server.url}/business-center/take"
    assert facts["business_center"] == {"folder": "", "companies": [], "take_url": take_url}
    assert facts["faults"] == {"url": f"{server.url}/faults"}
    assert facts["people"] == {"url": f"{server.url}/people"}
    assert facts["intacct"]["entities"] == ["100", "200", "300"]


def test_one_connection_serves_many_requests(server: SandboxServer):
    """HTTP/1.1 keep-alive: two requests on one socket, each answered whole."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        for _ in range(2):
            connection.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
            reply = connection.recv(4096)
            assert reply.startswith(b"HTTP/1.1 200 OK\r\n")
            assert reply.endswith(b'\r\n\r\n{"status": "ok"}')


def test_chunked_bodies_are_read(server: SandboxServer, http: httpx.Client):
    """A client may send its body in chunks."""
    facts = server.sandbox.describe()["bill"]
    body = {"username": facts["username"], "password": facts["password"], "devKey": facts["dev_key"]}
    body["organizationId"] = facts["organizations"][0]["id"]
    text = json.dumps(body).encode()
    reply = http.post("/connect/v3/login", content=iter([text[:10], text[10:]]))
    assert reply.status_code == 200


def test_oversized_bodies_are_refused_unread(server: SandboxServer):
    """A body that announces more than the limit is refused without being read, whichever way it announces it."""
    for announced in (
        b"Content-Length: 99999999999\r\n\r\n",
        b"Content-Length: -1\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\nFFFFFFFF\r\n",
        b"Transfer-Encoding: chunked\r\n\r\nnonsense\r\n",
    ):
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
            connection.sendall(b"POST /ia/xml/xmlgw.phtml HTTP/1.1\r\nHost: x\r\n" + announced)
            assert connection.recv(4096).startswith(b"HTTP/1.1 413 ")


def test_a_reset_is_a_reset(http: httpx.Client):
    """The connection ends without a byte of an answer, and the next request is served."""
    _script(http, {"fault": "reset_before", "system": "bill"})
    with pytest.raises(httpx.ReadError):
        http.get("/connect/v3/health")
    assert http.get("/connect/v3/health").status_code == 200


def test_a_cut_answer_ends_within_its_body(http: httpx.Client):
    """Head and a part of the body arrive, then the connection is closed."""
    _script(http, {"fault": "cut", "system": "bill"})
    with pytest.raises(httpx.RemoteProtocolError):
        http.get("/connect/v3/health")
    assert http.get("/connect/v3/health").status_code == 200


def test_a_late_answer_is_late_and_holds_its_place(server: SandboxServer, http: httpx.Client):
    """Latency passes on the wire, and a request in flight counts against BILL's concurrency until it is answered."""
    facts = server.sandbox.describe()["bill"]
    login = {"username": facts["username"], "password": facts["password"], "devKey": facts["dev_key"]}
    login["organizationId"] = facts["organizations"][0]["id"]
    session = http.post("/connect/v3/login", json=login).json()["sessionId"]
    headers = {"devKey": facts["dev_key"], "sessionId": session}
    _script(http, {"fault": "latency", "function": "list_vendors", "seconds": 0.4, "times": 3})
    statuses: list[int] = []

    def ask() -> None:
        with httpx.Client(base_url=server.url, trust_env=False) as own:
            statuses.append(own.get("/connect/v3/vendors", headers=headers).status_code)

    start = time.perf_counter()
    threads = [threading.Thread(target=ask) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert time.perf_counter() - start >= 0.4
    assert sorted(statuses) == [200, 200, 200, 429, 429]


def test_a_public_address_is_what_clients_are_told():
    """The endpoint of a session and the description name the public address, not the port that is listened on."""
    options = SandboxOptions(entities=1, bills=0, today=TODAY, public_url="https://sandbox.example:8443/")
    with SandboxServer(options) as served:
        facts = served.sandbox.describe()
        assert facts["intacct"]["url"] == "https://sandbox.example:8443/ia/xml/xmlgw.phtml"
        i = facts["intacct"]
        body = (
            f"<request><control><senderid>{i['sender_id']}</senderid><password>{i['sender_password']}</password>"
            "<controlid>1</controlid><uniqueid>false</uniqueid><dtdversion>3.0</dtdversion></control><operation>"
            f"<authentication><login><userid>{i['user_id']}</userid><companyid>{i['company_id']}</companyid>"
            f"<password>{i['user_password']}</password></login></authentication>"
            "<content><function controlid='f'><getAPISession/></function></content></operation></request>"
        )
        url = f"http://127.0.0.1:{served.port}/ia/xml/xmlgw.phtml"
        reply = httpx.post(url, content=body, headers={"Content-Type": "application/xml"}, trust_env=False)
    assert "<endpoint>https://sandbox.example:8443/ia/xml/xmlgw.phtml</endpoint>" in reply.text


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_the_command_prints_one_line_and_ends_cleanly(ending: signal.Signals):
    """The command prints its line once it answers, serves in the foreground, and ends on a signal with code 0."""
    arguments = ["sandbox", "--port", "0", "--seed", "5", "--entities", "2", "--bills", "10", "--json"]
    command = [sys.executable, "-c", "from intacct_pipelines.cli import main; main()", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:  # noqa: S603  # ours
        assert process.stdout
        assert process.stderr
        facts = json.loads(process.stdout.readline())
        health = facts["faults"]["url"].replace("/faults", "/health")
        assert httpx.get(health, trust_env=False).status_code == 200
        assert facts["intacct"]["entities"] == ["100", "200"]
        process.send_signal(ending)
        assert process.wait(timeout=10) == 0
        assert process.stdout.read() == ""
        assert process.stderr.read() == ""


def test_a_taken_port_and_a_wrong_currency_give_one_clear_line(server: SandboxServer):
    """The command says what is wrong instead of a traceback."""
    taken = CliRunner().invoke(main, ["sandbox", "--port", str(server.port), "--bills", "0"])
    assert taken.exit_code != 0
    assert f"Cannot listen on 127.0.0.1:{server.port}" in taken.output
    wrong = CliRunner().invoke(main, ["sandbox", "--port", "0", "--currency", "dollars"])
    assert wrong.exit_code != 0
    assert "currencies must be three-letter" in wrong.output


def test_the_command_can_limit_requests_in_flight():
    """With the switch, one request more than the limit gets HTTP 429 with GW-0010 while another is answered (§7)."""
    arguments = ["sandbox", "--port", "0", "--bills", "0", "--intacct-in-flight", "1", "--json"]
    command = [sys.executable, "-c", "from intacct_pipelines.cli import main; main()", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603  # ours
        assert process.stdout
        facts = json.loads(process.stdout.readline())
        rule = {"fault": "latency", "system": "intacct", "seconds": 0.5, "times": 0}
        httpx.put(facts["faults"]["url"], json={"rules": [rule]}, trust_env=False)
        replies: list[httpx.Response] = []

        def ask() -> None:
            replies.append(httpx.post(facts["intacct"]["url"], content=b"<request/>", trust_env=False))

        threads = [threading.Thread(target=ask) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
    assert sorted(reply.status_code for reply in replies) == [200, 429]
    assert any("GW-0010" in reply.text for reply in replies)
