"""A small BILL at the transport: logins, sessions and lists; and answers that a test scripts."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from intacct_pipelines.clients.bill import BillClient, Credentials, Options

ORGANIZATION = "00801ORGANIZATION0001"
DEV_KEY = "dev-key-that-nobody-may-see"
PASSWORD = "password-that-nobody-may-see"
URL = "http://localhost:1/connect"
Script = httpx.Response | Exception | None


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


class ScriptedBill:
    """Serves lists by path; ``script`` holds what the next calls other than logins get instead, one each.

    None in the script means: answer as usual.
    """

    def __init__(self, lists: dict[str, list[dict[str, Any]]] | None = None) -> None:
        self.lists = lists or {}
        self.objects: dict[str, Any] = {}
        self.script: list[Script] = []
        self.login_script: list[Script] = []
        self.requests: list[httpx.Request] = []
        self.sessions: set[str] = set()
        self.logins = 0
        self.empty_page_at: int | None = None
        self.before_page: Callable[[int], None] = lambda _offset: None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        path = request.url.path.removeprefix("/connect")
        scripted = self._next(self.login_script if path == "/v3/login" else self.script)
        if isinstance(scripted, Exception):
            raise scripted
        if scripted is not None:
            return scripted
        if path == "/v3/login":
            return self._log_in(request)
        if request.headers["devKey"] != DEV_KEY or request.headers.get("sessionId") not in self.sessions:
            return problem(401, "BDC_1109", "Session is invalid. Please log in.")
        if path in self.objects:
            return httpx.Response(200, content=json.dumps(self.objects[path]))
        if path in self.lists:
            return self._list(path, request.url.params)
        return problem(404, "BDC_1121", "API not supported.")

    @property
    def reads(self) -> list[httpx.Request]:
        """The requests that were no logins."""
        return [request for request in self.requests if not request.url.path.endswith("/login")]

    @staticmethod
    def _next(script: list[Script]) -> Script:
        return script.pop(0) if script else None

    def _log_in(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        if body["devKey"] != DEV_KEY or "devKey" in request.headers:
            return problem(400, "BDC_1102", "Developer key is invalid.")
        if body["password"] != PASSWORD:
            return problem(400, "BDC_1101", "User name and/or password do not match our records.")
        if body["organizationId"] != ORGANIZATION:
            return problem(400, "BDC_1171", "Organization not found.")
        self.logins += 1
        session_id = f"session-that-nobody-may-see-{self.logins}"
        self.sessions = {session_id}
        return httpx.Response(200, json={"sessionId": session_id, "organizationId": ORGANIZATION, "userId": "00601"})

    def _list(self, path: str, params: httpx.QueryParams) -> httpx.Response:
        page = params.get("page", "p0")
        offset, size = int(page[1:]), int(params["max"])
        self.before_page(offset)
        records = self._sorted(self._filtered(self.lists[path], params.get("filters", "")), params.get("sort", ""))
        if self.empty_page_at == offset:
            self.empty_page_at = None
            return httpx.Response(200, json={"results": [], "nextPage": f"e{offset}"})
        body: dict[str, Any] = {"results": records[offset : offset + size]}
        if offset + size < len(records):
            body["nextPage"] = f"p{offset + size}"
        return httpx.Response(200, content=json.dumps(body), headers={"Date": "Sun, 01 Mar 2026 12:00:00 GMT"})

    @staticmethod
    def _filtered(records: Sequence[dict[str, Any]], filters: str) -> list[dict[str, Any]]:
        if not filters:
            return list(records)
        field, op, value = filters.split(":", 2)
        assert (field, op) == ("updatedTime", "gte"), filters
        since = datetime.fromisoformat(value.strip('"'))
        return [record for record in records if datetime.fromisoformat(record[field]) >= since]

    @staticmethod
    def _sorted(records: list[dict[str, Any]], sort: str) -> list[dict[str, Any]]:
        if not sort:
            return records
        field, direction = sort.split(":")
        return sorted(records, key=lambda record: record[field], reverse=direction == "desc")


def problem(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> httpx.Response:
    """Return BILL's error array."""
    entry = {"timestamp": "2026-01-05T10:00:00.000+00:00", "code": code, "severity": "ERROR", "message": message}
    return httpx.Response(status, json=[entry], headers=headers)


def make_client(
    server: Callable[[httpx.Request], httpx.Response], clock: Clock | None = None, **options: Any
) -> BillClient:
    """Return a client whose network is ``server`` and whose time is ``clock``."""
    clock = clock or Clock()
    password = options.pop("password", PASSWORD)
    dev_key = options.pop("dev_key", DEV_KEY)
    return BillClient(
        Credentials(dev_key, "sync@example.com", password),
        Options(**{"url": URL, **options}),
        transport=httpx.MockTransport(server),
        sleep=clock.sleep,
        now=clock.now,
    )
