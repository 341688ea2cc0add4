"""From a change in BILL to a request for a sync, over real HTTP all the way, with everything that goes wrong on it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from functools import partial
from typing import Any, Self

import dagster as dg
import httpx
import pytest

from intacct_pipelines.defs.bill_events import requests
from intacct_pipelines.sandbox.bill import BillOptions
from intacct_pipelines.sandbox.bill.deliveries import DeliveryOptions
from intacct_pipelines.sandbox.server import SandboxOptions, SandboxServer
from intacct_pipelines.settings import WebhookSettings
from intacct_pipelines.warehouse.bill_events import store, waiting
from intacct_pipelines.warehouse.connection import Warehouse
from intacct_pipelines.webhooks import Listener, Receiver, SignedOver, WebhookServer

ENTITY = "acme:100"
AT_ONCE = WebhookSettings(quiet_seconds=0, at_most_seconds=0)
OFTEN = {"doubled": 0.4, "late": 0.3, "overtaken": 0.3, "wrong_signature": 0.3}


class Bill:
    """A served BILL with a session of its first organisation."""

    def __init__(self, server: SandboxServer) -> None:
        self.twin = server.sandbox.bill
        self.courier = self.twin.subscriptions.courier
        facts = server.sandbox.describe()["bill"]
        self.organization_id = facts["organizations"][0]["id"]
        self._base = server.url
        login = {name: facts[name] for name in ("username", "password")}
        answer = httpx.post(
            f"{facts['url']}/v3/login",
            json={**login, "devKey": facts["dev_key"], "organizationId": self.organization_id},
        ).json()
        self._headers = {"devKey": facts["dev_key"], "sessionId": answer["sessionId"]}

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Call the webhook API."""
        headers = {**self._headers, "X-Idempotent-Key": str(uuid.uuid4())}
        return httpx.request(method, f"{self._base}/connect-events/v3/{path}", json=body, headers=headers).json()

    def subscribe(self, url: str) -> dict[str, Any]:
        """Subscribe to bills; the answer has the key."""
        events = [{"type": f"bill.{act}", "version": "1"} for act in ("created", "updated", "archived", "restored")]
        body = {"name": "sync", "status": {"enabled": True}, "events": events, "notificationUrl": url}
        return dict(self.call("POST", "subscriptions", body))

    def change_bills(self, number: int) -> None:
        """Edit bills, each once."""
        for bill in self.twin.bills(self.organization_id)[:number]:
            self.twin.edit_bill(bill.id, description=f"changed {uuid.uuid4()}")


@pytest.fixture
def bill() -> Iterator[Bill]:
    deliveries = DeliveryOptions(retry_seconds=(0.05, 0.05, 0.05, 0.05), late_seconds=0.2, seed=3)
    options = SandboxOptions(entities=1, bills=40, bill=BillOptions(deliveries=deliveries))
    with SandboxServer(options) as server:
        yield Bill(server)


class Ear:
    """An endpoint whose key comes after its address, as with BILL."""

    def __init__(self, warehouse: Warehouse, bill: Bill, **how: Any) -> None:
        self.said: list[str] = []
        self.listeners: list[Listener] = []
        self._warehouse, self._bill, self._how = warehouse, bill, how

    def __enter__(self) -> Self:
        # The server needs a port before BILL gives a key, so the first one listens to nobody and hands its port on.
        with WebhookServer(Receiver([], lambda _judged: True)) as first:
            port = first.port
        self.subscription = self._bill.subscribe(f"http://127.0.0.1:{port}/bill")
        listener = Listener("us", ENTITY, self._bill.organization_id, (self.subscription["securityKey"],))
        receiver = Receiver([listener], partial(store, self._warehouse), **self._how)
        self._server = WebhookServer(receiver, port=port, tell=self.said.append)
        self._server.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.__exit__(None, None, None)


def asked_for(warehouse: Warehouse) -> list[dg.RunRequest]:
    with dg.DagsterInstance.ephemeral() as instance:
        return [one for one in requests(warehouse, instance, AT_ONCE, [ENTITY]) if isinstance(one, dg.RunRequest)]


def test_changes_in_bill_become_one_request_for_a_sync(warehouse: Warehouse, bill: Bill):
    """Nine bills are changed, nine events stand in Postgres, one run is asked for; BILL has heard 200 nine times."""
    with Ear(warehouse, bill) as ear:
        bill.change_bills(9)
        assert bill.courier.settle()
        assert [(one.entity, one.events) for one in waiting(warehouse)] == [(ENTITY, 9)]
        (request,) = asked_for(warehouse)
        assert (request.partition_key, request.tags["bill_events"]) == (ENTITY, "9")
        events = bill.call("GET", f"events/subscription/{ear.subscription['id']}")["results"]
    assert [event["statusCode"] for event in events] == [200] * 9


@pytest.mark.parametrize("is_wrapped", [False, True])
def test_copies_delays_wrong_orders_and_wrong_signatures_change_nothing(
    warehouse: Warehouse, bill: Bill, is_wrapped: bool
):
    """Whatever goes wrong on the way: each event once, one request, no forgery, and the subscription stays on."""
    bill.courier.options.rates.update(OFTEN)
    bill.courier.options.is_wrapped = is_wrapped
    with Ear(warehouse, bill) as ear:
        bill.change_bills(25)
        assert bill.courier.settle()
        told = bill.call("GET", f"events/subscription/{ear.subscription['id']}")["results"]
        subscription = bill.call("GET", f"subscriptions/{ear.subscription['id']}")
    with warehouse.transaction() as connection:
        stored = [row[0] for row in connection.execute("SELECT event_id FROM ops.bill_event ORDER BY received_at")]
    assert sorted(stored) == sorted(event["id"] for event in told)
    assert stored != [event["id"] for event in told], "nothing came out of order"
    assert any(line.endswith("told before") for line in ear.said)
    assert any(line.startswith("401 ") for line in ear.said)
    assert subscription["status"] == {"enabled": True}
    assert [request.tags["bill_events"] for request in asked_for(warehouse)] == ["25"]


def test_a_lost_event_is_only_late(warehouse: Warehouse, bill: Bill):
    """BILL's history has it and sends it again on demand; until then the daily sync would have read the change."""
    bill.courier.options.rates["lost"] = 1.0
    with Ear(warehouse, bill) as ear:
        bill.change_bills(1)
        assert bill.courier.settle()
        assert waiting(warehouse) == []
        (event,) = bill.call("GET", f"events/subscription/{ear.subscription['id']}")["results"]
        for _ in range(2):
            bill.call("POST", f"events/subscription/{ear.subscription['id']}/event/{event['id']}")
        assert bill.courier.settle()
    assert [one.events for one in waiting(warehouse)] == [1]


def test_bill_switches_off_what_does_not_answer(warehouse: Warehouse, bill: Bill):
    """While nothing can be stored BILL hears 503 five times, and then stops sending."""
    with Ear(warehouse, bill) as ear:
        with warehouse.transaction() as connection:
            connection.execute("ALTER TABLE ops.bill_event RENAME TO bill_event_gone")
        bill.change_bills(1)
        assert bill.courier.settle()
        assert [line[:3] for line in ear.said] == ["503"] * 5
        assert bill.call("GET", f"subscriptions/{ear.subscription['id']}")["status"] == {"enabled": False}


def test_a_signature_over_the_minified_document_is_known_too(warehouse: Warehouse, bill: Bill):
    """The sandbox signs bytes that have no whitespace, so both readings agree, wrapped in a text only the one."""
    with Ear(warehouse, bill, over=SignedOver.MINIFIED) as ear:
        bill.change_bills(1)
        assert bill.courier.settle()
        assert ear.said[0].startswith("200 ")
        (event,) = bill.call("GET", f"events/subscription/{ear.subscription['id']}")["results"]
    assert json.loads(event["payload"])["metadata"]["organizationId"] == bill.organization_id
