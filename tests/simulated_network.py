"""The network between the client and the sandbox of a simulated life, and all that can go wrong on it."""

from __future__ import annotations

import re

import httpx
from sandbox_transport import SandboxTransport

from intacct_pipelines.sandbox.faults import Rule
from intacct_pipelines.sandbox.http import Request

REFUSED, LOST, LATE, PAGES = "refused", "lost_request", "late", "rows_change"
"""No connection; the request never arrives; it arrives when nobody waits any more; rows change between pages."""
FAULTS = (
    REFUSED,
    LOST,
    LATE,
    PAGES,
    "expire_sessions",
    "move_endpoint",
    "rate_limited",
    "server_error",
    "html",
    "reset_before",
    "duplicate",
    "gateway_timeout",
    "server_error_after",
    "reset_after",
    "cut",
    "truncated",
    "malformed",
    "latency",
)
REPEATING = {LATE, "duplicate"}
"""Faults by which a request is carried out twice, or after its successor."""
_HARMLESS = {"", PAGES, "duplicate", "expire_sessions", "move_endpoint"}
"""With these the answer comes as it was given."""
_WRITES = re.compile(rb"<(?:create|update|reverse|reclassify|record)(?:_[a-z]+)?[ >]")
_FOLDER = b"<create_supdocfolder>"
"""A folder of attachments is no item: it is made when one is sent that goes there."""
_CONTROL_IDS = re.compile(rb'<function controlid="([^"]*)"')
_SLOW_SECONDS = 600.0


def control_ids(body: bytes) -> list[str]:
    """The control ids of a request's functions: what writes has the keys of its items."""
    return [key.decode() for key in _CONTROL_IDS.findall(body)]


class Network(httpx.BaseTransport):
    """Carries the requests of one life.

    Args:
        life: Whose; it draws the faults and hears of each request.
    """

    def __init__(self, life) -> None:
        self._life = life
        self._sandbox = SandboxTransport(life.company.sandbox)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request, or fail."""
        body = request.read()
        keys = control_ids(body) if _WRITES.search(body) and _FOLDER not in body else []
        self._life.step("before request")
        if keys:
            self._life.laws.sending(keys, body)
        fault = self._life.fault()
        try:
            response = self._carry(fault, request, body)
        finally:
            if keys and fault != REFUSED:
                self._life.laws.left(keys)
        if response.status_code == httpx.codes.TOO_MANY_REQUESTS or b"<errorno>XL03000006" in response.content:
            self._life.laws.did_not_run(keys)
        if not keys and fault in _HARMLESS:
            self._life.laws.looked_up(body)
        self._life.step("after request")
        return response

    def _carry(self, fault: str, request: httpx.Request, body: bytes) -> httpx.Response:
        if fault == REFUSED:
            raise httpx.ConnectError("refused", request=request)
        if fault == LOST:
            raise httpx.ReadError("reset", request=request)
        if fault == LATE:
            headers = {name.lower(): value for name, value in request.headers.items()}
            self._life.late.append(Request("POST", request.url.path, "", headers, body))
            raise httpx.ReadTimeout("slow", request=request)
        if fault == PAGES:
            self._life.disturb()
        elif fault:
            self._life.company.sandbox.faults.add(Rule(fault, system="intacct", seconds=_SLOW_SECONDS))
        return self._sandbox.handle_request(request)
