"""`check` of webhooks: silent where nothing is configured or all is well, and telling where events would not come."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from sandbox_transport import SandboxTransport
from setup_world import RightCompany, told

URL = "https://hooks.example.com/bill"
CHECK = "webhooks of BILL"
KEY = {"WEBHOOK_KEY": "k"}


@pytest.fixture
def company(make_database: Callable[..., str], migrated_template: str) -> RightCompany:
    return RightCompany(make_database(migrated_template))


def listens(file: dict[str, Any]) -> None:
    """The first link has a key, and the address is stated."""
    file["links"]["entity-100"]["webhook_keys"] = [{"env": "WEBHOOK_KEY"}]
    file["webhooks"] = {"url": URL}


def subscribe(company: RightCompany, *types: str, is_on: bool = True) -> None:
    """Subscribe over the API, as the documentation says."""
    facts = company.sandbox.describe()["bill"]
    with httpx.Client(transport=SandboxTransport(company.sandbox), base_url="http://localhost") as client:
        login = {"username": facts["username"], "password": facts["password"], "devKey": facts["dev_key"]}
        answer = client.post("/connect/v3/login", json={**login, "organizationId": company.organization_id}).json()
        headers = {"devKey": facts["dev_key"], "sessionId": answer["sessionId"], "X-Idempotent-Key": str(uuid.uuid4())}
        body = {
            "name": "sync",
            "status": {"enabled": is_on},
            "notificationUrl": URL,
            "events": [{"type": name, "version": "1"} for name in types],
        }
        assert client.post("/connect-events/v3/subscriptions", json=body, headers=headers).status_code == 200


def test_nothing_is_asked_where_no_link_listens(company: RightCompany):
    """Webhooks are a choice."""
    assert told(company.check()) == []


def test_a_subscription_to_us_that_is_on_is_well(company: RightCompany):
    """The other link does not listen, and nothing is told of it."""
    subscribe(company, "bill.created", "bill.updated")
    assert told(company.check(listens, environment=KEY)) == []


def test_a_key_that_is_not_there_is_wrong(company: RightCompany):
    """The endpoint would not start."""
    assert told(company.check(listens)) == [("wrong", CHECK, "entity-100", "")]


def test_what_keeps_events_from_coming_is_doubtful(company: RightCompany):
    """No address, no subscription, events that are missing, and one that BILL switched off."""

    def finding(edit: Callable[[dict[str, Any]], None] = listens) -> str:
        found = company.check(edit, environment=KEY)
        assert [(standing, check, place) for standing, check, place, _ in told(found)] == [
            ("doubtful", CHECK, "entity-100")
        ]
        return found.not_well[0].verdict.found

    def without_address(file: dict[str, Any]) -> None:
        listens(file)
        file["webhooks"] = {}

    assert "is not stated" in finding(without_address)
    assert finding() == f"none of 0 subscriptions sends to {URL}"
    subscribe(company, "vendor.updated")
    assert finding() == "nothing is subscribed that tells of bill.created, bill.updated"
    subscribe(company, "bill.created", "bill.updated", is_on=False)
    assert "is switched off" in finding()
