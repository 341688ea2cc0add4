"""The twin of BILL's webhook API: subscribing, what is told of, and what becomes of what is sent."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from intacct_pipelines.sandbox.http import Request

URL = "https://hooks.example.com/bill"


@pytest.fixture
def bill(caller, twin):
    """A caller of a twin that sends nothing; its history tells what it would have sent."""
    twin.options.deliveries.rates["lost"] = 1.0
    return caller


def call(caller, method: str, path: str, body: Any = None, key: str = "") -> tuple[int, Any]:
    """Status and parsed body of one call of the webhook API."""
    headers = {"devkey": caller.business.dev_key, "sessionid": caller.session_id, "x-idempotent-key": key}
    content = json.dumps(body).encode() if body is not None else b""
    reply = caller.twin.handle(Request(method, f"/connect-events/v3/{path}", "", headers, content))
    return reply.status, json.loads(reply.body)


def asked(*types: str, **changes: Any) -> dict[str, Any]:
    """The body of a subscription."""
    events = [{"type": name, "version": "1"} for name in types]
    return {"name": "sync", "status": {"enabled": True}, "events": events, "notificationUrl": URL, **changes}


def subscribed(caller, *types: str) -> dict[str, Any]:
    status, made = call(caller, "POST", "subscriptions", asked(*types), str(uuid.uuid4()))
    assert status == 200, made
    return dict(made)


def told(caller, subscription: dict[str, Any]) -> list[tuple[str, str]]:
    """Type and record of every event of a subscription, in order."""
    _, answer = call(caller, "GET", f"events/subscription/{subscription['id']}")
    payloads = [json.loads(event["payload"]) for event in answer["results"]]
    return [(p["metadata"]["eventType"], p[p["metadata"]["eventType"].partition(".")[0]]["id"]) for p in payloads]


def test_a_subscription_is_made_once_for_a_key_and_its_secret_is_shown_then_only(bill):
    """The same idempotent key gets the same answer; without one nothing is made; at most ten."""
    key = str(uuid.uuid4())
    status, made = call(bill, "POST", "subscriptions", asked("bill.updated"), key)
    assert (status, made["organizationId"]) == (200, bill.organization_id)
    assert call(bill, "POST", "subscriptions", asked("bill.updated"), key) == (200, made)
    assert call(bill, "POST", "subscriptions", asked("bill.updated"), "no uuid")[0] == 400
    _, listed = call(bill, "GET", "subscriptions")
    assert [one["id"] for one in listed["results"]] == [made["id"]]
    assert "securityKey" not in listed["results"][0]
    _, fresh = call(bill, "POST", f"subscriptions/{made['id']}/security_key")
    assert fresh["securityKey"] != made["securityKey"]
    for _ in range(9):
        subscribed(bill, "bill.updated")
    assert call(bill, "POST", "subscriptions", asked("bill.updated"), str(uuid.uuid4()))[0] == 400


@pytest.mark.parametrize(
    "changes",
    [{"name": ""}, {"status": {}}, {"events": []}, {"events": [{"type": "bill.eaten", "version": "1"}]},
     {"notificationUrl": "http://hooks.example.com"}, {"notificationUrl": "file:///etc/passwd"}],
)  # fmt: skip
def test_what_is_no_subscription_is_refused(bill, changes: dict[str, Any]):
    """Each part is looked at; BILL sends to https only."""
    assert call(bill, "POST", "subscriptions", asked("bill.updated", **changes), str(uuid.uuid4()))[0] == 400


def test_changes_by_a_caller_and_by_hand_are_told_to_whom_they_concern(bill, clock):
    """Made, changed, archived, brought back; nothing of what nobody subscribed to, and nothing while it is off."""
    subscription = subscribed(bill, "bill.updated", "bill.archived", "bill.restored", "vendor.created")
    chosen = bill.twin.bills(bill.organization_id)[0]
    bill.twin.edit_bill(chosen.id, description="changed")
    bill.send("POST", f"/v3/bills/{chosen.id}/archive")
    bill.send("POST", f"/v3/bills/{chosen.id}/archive")
    bill.send("POST", f"/v3/bills/{chosen.id}/restore")
    address = {"line1": "1 Mill Rd", "city": "Troy", "zipOrPostalCode": "12180", "country": "US"}
    body = {"name": "New Vendor", "accountType": "BUSINESS", "address": address, "billCurrency": "USD"}
    _, vendor = bill.send("POST", "/v3/vendors", body)
    bill.send("PATCH", f"/v3/vendors/{vendor['id']}", {"name": "Newer Vendor"})
    expected = [
        ("bill.updated", chosen.id),
        ("bill.archived", chosen.id),
        ("bill.restored", chosen.id),
        ("vendor.created", vendor["id"]),
    ]
    assert told(bill, subscription) == expected
    call(bill, "PATCH", f"subscriptions/{subscription['id']}", {"status": {"enabled": False}})
    clock.advance(1)
    bill.twin.edit_bill(chosen.id, description="changed again")
    assert told(bill, subscription) == expected


def test_another_organisation_hears_nothing(bill):
    """Subscriptions, like everything else, are of one organisation."""
    subscription = subscribed(bill, "bill.updated")
    other = next(one for one in bill.business.entities if one.organization_id != bill.organization_id)
    stranger = type(bill)(bill.twin, bill.business, other.organization_id)
    stranger.log_in()
    assert call(stranger, "GET", f"subscriptions/{subscription['id']}")[0] == 404
    bill.twin.edit_bill(bill.twin.bills(other.organization_id)[0].id, description="changed")
    assert told(bill, subscription) == []
    assert call(bill, "DELETE", f"subscriptions/{subscription['id']}")[0] == 200
    assert call(bill, "GET", f"subscriptions/{subscription['id']}")[0] == 404
    assert call(bill, "GET", "events/catalog")[1][0] == {"type": "bill.created", "versions": ["1"]}
    assert call(bill, "GET", "elsewhere")[0] == 404
