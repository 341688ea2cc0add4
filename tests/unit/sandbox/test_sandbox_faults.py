"""Faults by script and by seed, before and after a twin has done its work."""

from __future__ import annotations

import json
from contextlib import nullcontext
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest
from sandbox_transport import SandboxTransport

from intacct_pipelines.sandbox.clock import Clock
from intacct_pipelines.sandbox.faults import KINDS, RandomFaults, Rule, bill_call, intacct_call
from intacct_pipelines.sandbox.http import Request
from intacct_pipelines.sandbox.server import Sandbox, SandboxOptions

VENDOR = {
    "name": "Only Once",
    "address": {"line1": "1 Mill Rd", "city": "Troy", "zipOrPostalCode": "12180", "country": "US"},
}
TODAY = date(2026, 3, 16)


@pytest.fixture
def sandbox() -> Sandbox:
    """A small sandbox whose clock stands."""
    return Sandbox(SandboxOptions(bills=60, today=TODAY, clock=Clock(datetime(2026, 3, 16, 12, tzinfo=UTC))))


class BillClient:
    """The thinnest client of BILL: httpx with a session."""

    def __init__(self, sandbox: Sandbox) -> None:
        facts = sandbox.describe()["bill"]
        self.http = httpx.Client(transport=SandboxTransport(sandbox), base_url="http://sandbox/connect")
        login = {
            "username": facts["username"],
            "password": facts["password"],
            "organizationId": facts["organizations"][0]["id"],
            "devKey": facts["dev_key"],
        }
        answer = self.http.post("/v3/login", json=login).json()
        self.http.headers.update({"devKey": facts["dev_key"], "sessionId": answer["sessionId"]})

    def get(self, path: str, **query: Any) -> httpx.Response:
        return self.http.get(path, params=query)

    def create_vendor(self) -> httpx.Response:
        return self.http.post("/v3/vendors", json=VENDOR)

    def vendors_made(self) -> int:
        return len(self.get("/v3/vendors", filters='name:eq:"Only Once"').json()["results"])


@pytest.fixture
def client(sandbox: Sandbox) -> BillClient:
    """A client that is logged in before any fault."""
    return BillClient(sandbox)


def _intacct(sandbox: Sandbox, function: str, path: str = "/ia/xml/xmlgw.phtml", session: str = "") -> httpx.Response:
    facts = sandbox.describe()["intacct"]
    login = (
        f"<login><userid>{facts['user_id']}</userid><companyid>{facts['company_id']}</companyid>"
        f"<password>{facts['user_password']}</password></login>"
    )
    body = (
        f"<request><control><senderid>{facts['sender_id']}</senderid><password>{facts['sender_password']}</password>"
        "<controlid>1</controlid><uniqueid>false</uniqueid><dtdversion>3.0</dtdversion></control><operation>"
        f"<authentication>{f'<sessionid>{session}</sessionid>' if session else login}</authentication>"
        f"<content><function controlid='f'>{function}</function></content></operation></request>"
    )
    with httpx.Client(transport=SandboxTransport(sandbox)) as http:
        headers = {"Content-Type": "application/xml"}
        return http.post(f"http://sandbox{path}", content=body, headers=headers)


@pytest.mark.parametrize(
    ("fault", "done"),
    [("reset_before", 0), ("reset_after", 1), ("server_error", 0), ("server_error_after", 1), ("gateway_timeout", 1)],
)
def test_a_lost_answer_does_not_tell_whether_the_work_was_done(sandbox: Sandbox, client: BillClient, fault, done):
    """Faults before commit leave nothing behind, those after commit leave the record; the client sees no difference."""
    sandbox.faults.add(Rule(fault, function="create_vendor"))
    if fault.startswith("reset"):
        with pytest.raises(httpx.ReadError):
            client.create_vendor()
    else:
        reply = client.create_vendor()
        assert reply.status_code == (524 if fault == "gateway_timeout" else 503)
        assert reply.headers["content-type"].startswith("text/html")
    assert client.vendors_made() == done


def test_a_duplicate_delivery_makes_two(sandbox: Sandbox, client: BillClient):
    """BILL knows no idempotency key: what the network delivers twice is done twice."""
    sandbox.faults.add(Rule("duplicate", function="create_vendor"))
    assert client.create_vendor().status_code == 201
    assert client.vendors_made() == 2


def test_bodies_are_cut_truncated_and_damaged(sandbox: Sandbox, client: BillClient):
    """A cut connection is an error of the protocol; truncated and malformed bodies arrive whole and cannot be read."""
    whole = client.get("/v3/bills").content
    sandbox.faults.add(Rule("cut"), Rule("truncated", nth=2), Rule("malformed", nth=3, keep=0.9))
    with pytest.raises(httpx.RemoteProtocolError):
        client.get("/v3/bills")
    for _ in range(2):
        reply = client.get("/v3/bills")
        assert reply.content != whole
        with pytest.raises(ValueError, match=r".+"):
            json.loads(reply.content)
    assert client.get("/v3/bills").content == whole


def test_truncated_xml_is_not_well_formed(sandbox: Sandbox):
    """The gateway's answers are damaged alike."""
    sandbox.faults.add(Rule("truncated", system="intacct"))
    assert "</response>" not in _intacct(sandbox, "<getAPISession/>").text
    assert "</response>" in _intacct(sandbox, "<getAPISession/>").text


def test_limits_speak_the_system_s_language(sandbox: Sandbox, client: BillClient):
    """429 carries BILL's array or the gateway's GW-0010, and a Retry-After only when told."""
    sandbox.faults.add(Rule("rate_limited", system="bill", retry_after=7), Rule("rate_limited", system="intacct"))
    reply = client.get("/v3/bills")
    assert (reply.status_code, reply.headers["retry-after"], reply.json()[0]["code"]) == (429, "7", "BDC_1144")
    reply = _intacct(sandbox, "<getAPISession/>")
    assert reply.status_code == 429
    assert "retry-after" not in reply.headers
    assert "<errorno>GW-0010</errorno>" in reply.text


def test_a_slow_answer_of_the_gateway_holds_its_place(sandbox: Sandbox):
    """With a limit of requests in flight, one too many is refused until an earlier one has been answered."""
    sandbox.options.intacct.concurrent_requests = 2
    request = Request("POST", "/ia/xml/xmlgw.phtml", body=b"<request/>")
    with sandbox.serving(request) as first, sandbox.serving(request) as second:
        assert 429 not in {first.status, second.status}
        assert _intacct(sandbox, "<getAPISession/>").status_code == 429
    assert _intacct(sandbox, "<getAPISession/>").status_code == 200


def test_an_html_page_may_come_with_200(sandbox: Sandbox, client: BillClient):
    """A maintenance page in place of an answer, for the given number of calls."""
    sandbox.faults.add(Rule("html", times=2))
    replies = [client.get("/v3/bills") for _ in range(3)]
    assert [r.headers["content-type"].startswith("text/html") for r in replies] == [True, True, False]
    assert {r.status_code for r in replies} == {200}


def test_a_session_expires_in_mid_page(sandbox: Sandbox, client: BillClient):
    """The second page finds the session gone."""
    sandbox.faults.add(Rule("expire_sessions", function="list_bills", nth=2))
    first = client.get("/v3/bills", max=5).json()
    assert client.get("/v3/bills", max=5, page=first["nextPage"]).status_code == 401


def test_rows_change_between_pages(sandbox: Sandbox, client: BillClient):
    """Before the second page the office has touched a row of each system."""
    first = client.get("/v3/bills", max=100, sort="updatedTime:asc").json()["results"]
    sandbox.faults.add(Rule("rows_change", system="bill"), Rule("rows_change", system="intacct"))
    sandbox.clock.advance(60)
    second = client.get("/v3/bills", max=100, sort="updatedTime:asc").json()["results"]
    assert {b["id"] for b in first} == {b["id"] for b in second}
    assert [b["id"] for b in first] != [b["id"] for b in second]
    before = {bill.record_no: bill.fields["WHENMODIFIED"] for bill in sandbox.intacct.bills()}
    _intacct(sandbox, "<getAPISession/>")
    after = {bill.record_no: bill.fields["WHENMODIFIED"] for bill in sandbox.intacct.bills()}
    assert sum(before[number] != after[number] for number in before) == 1


def test_the_endpoint_moves(sandbox: Sandbox):
    """A login is answered with another endpoint, and the session lives only there."""
    sandbox.faults.add(Rule("move_endpoint", function="getAPISession", nth=2))
    first, second = (_intacct(sandbox, "<getAPISession/>").text for _ in range(2))
    assert "/ia/xml/xmlgw.phtml</endpoint>" in first
    assert "/ia/xml/node1/xmlgw.phtml</endpoint>" in second
    session = second.split("<sessionid>")[1].split("<")[0]
    query = "<query><object>VENDOR</object><select><field>RECORDNO</field></select></query>"
    moved = _intacct(sandbox, query, "/ia/xml/node1/xmlgw.phtml", session)
    assert '<data listtype="VENDOR"' in moved.text
    assert '<data listtype="VENDOR"' not in _intacct(sandbox, query, session=session).text


def test_the_clock_jumps_back(sandbox: Sandbox, client: BillClient):
    """The sandbox's clock goes back by the seconds of the rule."""
    before = sandbox.clock.now()
    sandbox.faults.add(Rule("clock_back", seconds=600))
    client.get("/v3/bills")
    assert (before - sandbox.clock.now()).total_seconds() == 600


def test_late_answers_are_timeouts_to_an_impatient_client(sandbox: Sandbox, client: BillClient):
    """A delay beyond the client's patience is a time-out, with the work done; a shorter one is only slow."""
    sandbox.faults.add(Rule("latency", function="create_vendor", seconds=30), Rule("latency", seconds=1, times=0))
    with pytest.raises(httpx.ReadTimeout):
        client.create_vendor()
    assert client.vendors_made() == 1


def test_rules_match_function_object_path_method_and_kind(sandbox: Sandbox):
    """A rule sees an Intacct function alone and with its object, and BILL's operation id; reads differ from writes."""
    body = (
        b"<content><function controlid='1'><create><APBILL><X/></APBILL></create></function>"
        b"<function controlid='2'><query><object>VENDOR</object></query></function></content>"
    )
    call = intacct_call(Request("POST", "/ia/xml/xmlgw.phtml", body=body))
    assert call.functions == ("create", "create APBILL", "query", "query VENDOR")
    assert call.writes
    assert not intacct_call(Request("POST", "/ia/x", body=body[body.index(b"</function>") :])).writes
    operation = sandbox.bill.operation(Request("GET", "/connect/v3/bills/00nX"))
    assert bill_call(Request("GET", "/connect/v3/bills/00nX"), operation).functions == ("get_bill",)
    assert Rule("html", function="create AP*").strikes(call)
    assert Rule("html", writes=True).strikes(call)
    assert not Rule("html", function="create VENDOR").strikes(call)
    assert not Rule("html", system="bill").strikes(call)
    assert not Rule("html", path="/connect/*").strikes(call)
    rule = Rule("html", nth=2, times=2)
    assert [rule.strikes(call) for _ in range(4)] == [False, True, True, False]


def test_faults_by_seed_repeat(sandbox: Sandbox):
    """The same seed strikes the same requests with the same faults, and another seed others."""

    def struck(seed: int) -> list[tuple[str, float]]:
        plan = RandomFaults(seed, {"reset_after": 0.3, "truncated": 0.3, "latency": 0.2}, requests=40)
        call = intacct_call(Request("POST", "/ia/xml/xmlgw.phtml"))
        return [(rule.fault, rule.keep) for number in range(1, 100) for rule in plan.draw(number, call)]

    assert struck(1) == struck(1) != struck(2)
    assert 15 < len(struck(1)) < 50
    sandbox.faults.set_random(RandomFaults(3, {"server_error": 1.0}, system="bill"))
    assert "</response>" in _intacct(sandbox, "<getAPISession/>").text
    assert sandbox.handle(Request("GET", "/connect/v3/health")).status == 502


def test_another_process_scripts_faults_over_http(client: BillClient):
    """PUT replaces, POST adds, GET shows what is in force and what struck, DELETE ends everything."""
    put = client.http.put("http://sandbox/faults", json={"rules": [{"fault": "html", "function": "list_bills"}]})
    assert put.status_code == 200
    added = client.http.post("http://sandbox/faults", json={"random": {"seed": 1, "rates": {"latency": 0.5}}}).json()
    assert ([rule["fault"] for rule in added["rules"]], added["random"]["seed"]) == (["html"], 1)
    client.get("/v3/bills")
    state = client.http.get("http://sandbox/faults").json()
    assert "html" in {struck["fault"] for struck in state["struck"]}
    assert state["rules"][0]["seen"] == 1
    cleared = client.http.delete("http://sandbox/faults").json()
    assert (cleared["rules"], cleared["random"], cleared["struck"]) == ([], None, [])


@pytest.mark.parametrize(
    "script",
    [
        b"{",
        b"[]",
        b'{"rule": []}',
        b'{"rules": [{"fault": "gremlins"}]}',
        b'{"rules": [{"fault": "html", "when": "now"}]}',
        b'{"rules": [{"fault": "html", "nth": 0}]}',
        b'{"rules": [{"fault": "latency", "seconds": 1e9}]}',
        b'{"rules": ["html"]}',
        b'{"rules": [{"fault": "html", "nth": "x"}]}',
        b'{"random": 3}',
        b'{"random": {"seed": 1, "rates": {"html": 2}}}',
        b'{"random": {"rates": {}}}',
        b'{"random": {"seed": 1, "rates": 5}}',
        b'{"random": {"seed": 1, "rates": {"html": "often"}}}',
        b'{"random": {"seed": 1, "rates": {}, "seconds": -1}}',
        b'{"rules": [{"fault": "cut", "system": 5}]}',
        b'{"rules": [{"fault": "server_error", "status": 9999}]}',
        b'{"rules": [{"fault": "server_error", "status": "x"}]}',
        b'{"rules": [{"fault": "rate_limited", "retry_after": "soon"}]}',
        b'{"rules": [{"fault": "cut", "keep": true}]}',
        b'{"rules": [{"fault": "cut", "writes": "yes"}]}',
    ],
)
def test_a_wrong_script_changes_nothing(sandbox: Sandbox, script: bytes):
    """A typo in a script is an error, and what was in force stays."""
    sandbox.faults.add(Rule("html"))
    assert sandbox.handle(Request("PUT", "/faults", body=script)).status == 400
    assert [rule["fault"] for rule in sandbox.faults.state()["rules"]] == ["html"]


def test_every_fault_can_be_put_in_force(sandbox: Sandbox, client: BillClient):
    """No kind is only a word: each is accepted, strikes, and is recorded."""
    for kind in KINDS:
        sandbox.faults.clear()
        sandbox.faults.add(Rule(kind, seconds=0))
        breaks = kind in {"reset_before", "reset_after", "cut"}
        with pytest.raises(httpx.TransportError) if breaks else nullcontext():
            client.get("/v3/vendors", max=1)
        assert [struck["fault"] for struck in sandbox.faults.state()["struck"]] == [kind]


def test_clearing_brings_the_first_endpoint_back(sandbox: Sandbox):
    """After DELETE a client that knows only the published address works again; moved sessions live on."""
    sandbox.faults.add(Rule("move_endpoint", function="getAPISession"))
    assert "/ia/xml/node1/xmlgw.phtml</endpoint>" in _intacct(sandbox, "<getAPISession/>").text
    assert sandbox.handle(Request("DELETE", "/faults")).status == 200
    assert "/ia/xml/xmlgw.phtml</endpoint>" in _intacct(sandbox, "<getAPISession/>").text
