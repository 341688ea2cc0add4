"""A small Intacct gateway at the transport: sessions, queries over lists of rows; and answers that a test scripts."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.sax.saxutils import escape

import httpx
from lxml import etree

from intacct_pipelines.clients.intacct import Credentials, IntacctClient, Options

SENDER_PASSWORD = "sender-password-that-nobody-may-see"
USER_PASSWORD = "user-password-that-nobody-may-see"
SESSION_ID = "session-id-that-nobody-may-see"
URL = "http://localhost:1/ia/xml/xmlgw.phtml"
ENDPOINT = "http://localhost:1/ia/xml/other.phtml"
Row = Mapping[str, str | None]
Script = bytes | httpx.Response | Exception | None


class Clock:
    """A clock that moves only when told, or when somebody sleeps."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.moment += timedelta(seconds=seconds)


class ScriptedIntacct:
    """Serves rows by object; ``script`` holds what the next calls other than sign-ins get instead, one each.

    None in the script means: answer as usual.
    """

    def __init__(self, tables: Mapping[str, Sequence[Row]] | None = None) -> None:
        self.tables: dict[str, list[Row]] = {name: list(rows) for name, rows in (tables or {}).items()}
        self.functions: dict[str, str] = {}
        self.script: list[Script] = []
        self.sign_in_script: list[Script] = []
        self.requests: list[etree._Element] = []
        self.urls: list[str] = []
        self.entities = {"", "100", "200"}
        self.sessions: set[str] = set()
        self.lifetime = timedelta(hours=6)
        self.endpoint = ENDPOINT
        self.before_query: Callable[[], None] = lambda: None
        self._lock = threading.Lock()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        root = etree.fromstring(request.content)
        signs_in = root.find(".//getAPISession") is not None
        with self._lock:
            self.requests.append(root)
            self.urls.append(str(request.url))
            script = self.sign_in_script if signs_in else self.script
            scripted = script.pop(0) if script else None
        if isinstance(scripted, Exception):
            raise scripted
        if isinstance(scripted, httpx.Response):
            return scripted
        return xml_response(scripted if scripted is not None else self._answer(root))

    def _answer(self, root: etree._Element) -> bytes:
        session_id = root.findtext(".//sessionid")
        if session_id is not None and session_id not in self.sessions:
            return refused_sign_in("XL03000006", "Invalid session EXAMPLE")
        return reply("".join(self._run(function) for function in root.iter("function")), self.lifetime)

    def _run(self, function: etree._Element) -> str:
        control_id, element = function.get("controlid") or "", function[0]
        if element.tag == "getAPISession":
            return self._sign_in(control_id, element.findtext("locationid") or "")
        if element.tag == "query" and element.findtext("object") in self.tables:
            with self._lock:
                self.before_query()
                return result("query", control_id, self._query(element))
        if element.tag in self.functions:
            return self.functions[str(element.tag)].replace("{control_id}", control_id)
        return failure(str(element.tag), control_id, "Query Failed", "Object definition X not found")

    def _sign_in(self, control_id: str, entity_id: str) -> str:
        if entity_id not in self.entities:
            return failure("getAPISession", control_id, "SANDBOX-ENTITY", f"The location {entity_id} is invalid.")
        session_id = f"{SESSION_ID}-{len(self.sessions)}"
        self.sessions.add(session_id)
        api = f"<sessionid>{session_id}</sessionid><endpoint>{self.endpoint}</endpoint>"
        place = f"<locationid>{entity_id}</locationid>"
        return result("getAPISession", control_id, f"<data><api>{api}{place}</api></data>")

    def _query(self, element: etree._Element) -> str:
        name = element.findtext("object") or ""
        fields = [field.text or "" for field in element.findall("select/field")]
        key = element.findtext("orderby/order/field") or ""
        rows = [row for row in self.tables[name] if all(_holds(part, row) for part in element.findall("filter/*"))]
        rows.sort(key=lambda row: int(row[key] or 0), reverse=element.find("orderby/order/descending") is not None)
        page = rows[: int(element.findtext("pagesize") or 100)]
        unknown = [field for row in page[:1] for field in fields if field not in row]
        if unknown:
            return f"</data>{unknown}"
        return data(name, fields, page, total=len(rows))


def _holds(part: etree._Element, row: Row) -> bool:
    if part.tag in {"and", "or"}:
        return (all if part.tag == "and" else any)(_holds(inner, row) for inner in part)
    cell = row[part.findtext("field") or ""]
    values = [value.text or "" for value in part.findall("value")]
    if part.tag == "isnull":
        return not cell
    if part.tag == "in":
        return cell in values
    if not cell:
        return False
    own, bounds = _comparable(cell), [_comparable(value) for value in values]
    return {
        "equalto": lambda: own == bounds[0],
        "greaterthan": lambda: own > bounds[0],
        "greaterthanorequalto": lambda: own >= bounds[0],
        "lessthan": lambda: own < bounds[0],
        "between": lambda: bounds[0] <= own <= bounds[1],
    }[str(part.tag)]()


def _comparable(text: str) -> Any:
    if text.isdecimal():
        return int(text)
    return text[6:10] + text[:5] + text[10:] if text[2:3] == "/" else text


def data(name: str, fields: Sequence[str], rows: Sequence[Row], *, total: int | None = None) -> str:
    """The ``data`` of a query."""
    total = len(rows) if total is None else total
    cells = "".join(
        f"<{name}>" + "".join(f"<{field}>{escape(row[field] or '')}</{field}>" for field in fields) + f"</{name}>"
        for row in rows
    )
    return (
        f'<data listtype="{name}" totalcount="{total}" offset="0" count="{len(rows)}" '
        f'numremaining="{total - len(rows)}">{cells}</data>'
    )


def result(function: str, control_id: str, inner: str) -> str:
    """A successful ``result``."""
    return (
        f"<result><status>success</status><function>{function}</function><controlid>{control_id}</controlid>"
        f"{inner}</result>"
    )


def errors(number: str, description2: str, description: str = "", correction: str = "") -> str:
    """An ``errormessage`` with one error."""
    return (
        f"<errormessage><error><errorno>{number}</errorno><description>{description}</description>"
        f"<description2>{description2}</description2><correction>{correction}</correction></error></errormessage>"
    )


def failure(function: str, control_id: str, number: str, text: str, *, status: str = "failure") -> str:
    """A refused ``result``."""
    return (
        f"<result><status>{status}</status><function>{function}</function><controlid>{control_id}</controlid>"
        f"{errors(number, text)}</result>"
    )


def reply(results: str, lifetime: timedelta = timedelta(hours=6)) -> bytes:
    """A whole reply whose control and authentication blocks are good."""
    begin = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    return (
        '<?xml version="1.0" encoding="UTF-8"?><response>'
        "<control><status>success</status><senderid>acme</senderid><controlid>c</controlid>"
        "<uniqueid>false</uniqueid><dtdversion>3.0</dtdversion></control>"
        "<operation><authentication><status>success</status><userid>svc</userid><companyid>acme</companyid>"
        f"<locationid></locationid><sessiontimestamp>{begin.isoformat()}</sessiontimestamp>"
        f"<sessiontimeout>{(begin + lifetime).isoformat()}</sessiontimeout></authentication>"
        f"{results}</operation></response>"
    ).encode()


def refused_sign_in(number: str, description2: str, description: str = "") -> bytes:
    """A reply that fails at the authentication level."""
    return (
        "<response><control><status>success</status></control><operation><authentication><status>failure</status>"
        f"<userid></userid><companyid></companyid></authentication>{errors(number, description2, description)}"
        "</operation></response>"
    ).encode()


def refused_request(number: str, description2: str) -> bytes:
    """A reply that fails at the control level."""
    return (f"<response><control><status>failure</status></control>{errors(number, description2)}</response>").encode()


def xml_response(body: bytes, status: int = 200) -> httpx.Response:
    """An XML answer."""
    return httpx.Response(status, content=body, headers={"content-type": "text/xml; charset=UTF-8"})


def credentials() -> Credentials:
    """Invented credentials."""
    return Credentials("acme", SENDER_PASSWORD, "acme-company", "svc", USER_PASSWORD)


def client_of(gateway: ScriptedIntacct, clock: Clock | None = None, **options: Any) -> IntacctClient:
    """A client of the scripted gateway."""
    clock = clock or Clock()
    return IntacctClient(
        credentials(),
        Options(**{"url": URL, **options}),
        transport=httpx.MockTransport(gateway),
        sleep=clock.sleep,
        now=clock.now,
    )


def numbered(count: int, **columns: str | None) -> Iterator[dict[str, str | None]]:
    """Rows with the record numbers from 1 on."""
    return ({"RECORDNO": str(number), **columns} for number in range(1, count + 1))
