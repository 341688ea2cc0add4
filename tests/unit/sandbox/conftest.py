"""Fixtures for the sandbox's own tests: a fixed clock, a small company, and callers of its BILL twin."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest

from intacct_pipelines.sandbox.bill import BillOptions, BillTwin
from intacct_pipelines.sandbox.business import Business
from intacct_pipelines.sandbox.clock import Clock
from intacct_pipelines.sandbox.generator import generate
from intacct_pipelines.sandbox.http import Request

NOON = datetime(2026, 3, 16, 12, tzinfo=UTC)


@dataclass
class BillCaller:
    """Calls a BILL twin as one organisation's session."""

    twin: BillTwin
    business: Business
    organization_id: str
    session_id: str = ""

    def send(self, method: str, path: str, body: Any = None, **query: Any) -> tuple[int, Any]:
        """Status and parsed body of one call; decimals stay exact."""
        headers = {"devkey": self.business.dev_key, "sessionid": self.session_id}
        content = json.dumps(body).encode() if body is not None else b""
        reply = self.twin.handle(Request(method, f"/connect{path}", urlencode(query), headers, content))
        return reply.status, json.loads(reply.body, parse_float=Decimal)

    def log_in(self, **changes: str) -> tuple[int, Any]:
        """Log in and keep the session, with the right fields but for the changes."""
        body = {
            "username": self.business.bill_username,
            "password": self.business.bill_password,
            "organizationId": self.organization_id,
            "devKey": self.business.dev_key,
        }
        status, answer = self.send("POST", "/v3/login", {**body, **changes})
        if status == 200:
            self.session_id = answer["sessionId"]
        return status, answer

    def read_all(self, path: str, **query: Any) -> list[dict[str, Any]]:
        """All results of a list, page by page."""
        results: list[dict[str, Any]] = []
        for _ in range(1000):
            status, page = self.send("GET", path, **query)
            assert status == 200, page
            results += page["results"]
            if "nextPage" not in page:
                return results
            query["page"] = page["nextPage"]
        raise AssertionError("the list does not end")


@pytest.fixture(scope="session")
def business() -> Business:
    """A company of 300 bills in three entities."""
    return generate(seed=1, bills=300, today=date(2026, 3, 16))


@pytest.fixture
def clock() -> Clock:
    """A clock that stands at noon until it is moved."""
    return Clock(NOON)


@pytest.fixture
def twin(business: Business, clock: Clock) -> BillTwin:
    """A fresh BILL twin."""
    return BillTwin(business, BillOptions(), clock)


@pytest.fixture
def caller_for(twin: BillTwin, business: Business) -> Callable[[int], BillCaller]:
    """Return a function that logs in to the organisation of the entity at an index."""

    def make(index: int) -> BillCaller:
        made = BillCaller(twin, business, business.entities[index].organization_id)
        assert made.log_in()[0] == 200
        return made

    return make


@pytest.fixture
def caller(caller_for: Callable[[int], BillCaller]) -> BillCaller:
    """A caller that is logged in to the first organisation."""
    return caller_for(0)
