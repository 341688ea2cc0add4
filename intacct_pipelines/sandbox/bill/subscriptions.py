"""BILL's webhook API: subscriptions of organisations, the events that fit them, and what became of each.

Source: developer.bill.com, "Webhook Events and Subscriptions" and the reference of the Connect Events API.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from intacct_pipelines.sandbox.bill.deliveries import Courier, Delivery
from intacct_pipelines.sandbox.bill.payload import decode, encode, invalid, json_reply, refusal
from intacct_pipelines.sandbox.dice import invented_secret

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from intacct_pipelines.sandbox.bill.organization import Organization
    from intacct_pipelines.sandbox.http import Reply, Request

MOUNT: Final = "/connect-events"
_MOST: Final = 10
_KINDS: Final = {"bills": "bill", "vendors": "vendor", "invoices": "invoice", "payments": "payment"}
_ACTS: Final = {
    "bill": ("created", "updated", "archived", "restored"),
    "vendor": ("created", "updated", "archived", "restored"),
    "invoice": ("created", "updated", "archived", "restored"),
    "payment": ("updated",),
}
CATALOG: Final = tuple(f"{name}.{act}" for name, acts in _ACTS.items() for act in acts)
_GIVEN: Final = ("name", "status", "events", "notificationUrl")
_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")


@dataclass(slots=True)
class Subscription:
    """One subscription with the history of its events."""

    fields: dict[str, Any]
    key: str
    events: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def wants(self) -> frozenset[str]:
        """The types of events that it is about."""
        return frozenset(event["type"] for event in self.fields["events"])


class Subscriptions:
    """The subscriptions of all organisations; the twin's lock is held by whoever calls.

    Args:
        courier: Sends.
        seed: Keys follow from it.
        now: The sandbox's present instant.
    """

    def __init__(self, courier: Courier, seed: int, now: Callable[[], datetime]) -> None:
        self.courier = courier
        self._seed = seed
        self._now = now
        self._made = 0
        self._by_organization: dict[str, dict[str, Subscription]] = {}
        self._seen: dict[tuple[str, str], dict[str, tuple[object, bool]]] = {}
        self._answered: dict[tuple[str, str], dict[str, Any]] = {}

    # What changes

    def notice(self, organization: Organization, kind: str) -> None:
        """Tell of every record of a kind that is not as it was when this was last called."""
        if kind not in _KINDS or organization.id not in self._by_organization:
            return
        before, now = self._seen.get((organization.id, kind)), _states(organization, kind)
        self._seen[organization.id, kind] = now
        if before is None:
            return
        for record_id, (at, archived) in now.items():
            if before.get(record_id) == (at, archived):
                continue
            act = "created" if record_id not in before else "updated"
            if record_id in before and before[record_id][1] != archived:
                act = "archived" if archived else "restored"
            self._tell(organization, f"{_KINDS[kind]}.{act}", kind, record_id)

    def _tell(self, organization: Organization, event_type: str, kind: str, record_id: str) -> None:
        for subscription in self._by_organization[organization.id].values():
            if subscription.fields["status"]["enabled"] and event_type in subscription.wants:
                record = organization.to_single(kind, record_id)
                self._emit(organization.id, subscription, event_type, {_KINDS[kind]: record})

    def _emit(
        self, organization_id: str, subscription: Subscription, event_type: str, parts: dict[str, Any]
    ) -> dict[str, Any]:
        self._made += 1
        event_id = str(uuid.UUID(int=int(_digest(f"event {self._made}", self._seed), 16)))
        metadata = {
            "eventId": event_id,
            "subscriptionId": subscription.fields["id"],
            "organizationId": organization_id,
            "eventType": event_type,
            "version": "1",
        }
        event = {
            "id": event_id,
            "type": event_type,
            "version": "1",
            "subscriptionId": subscription.fields["id"],
            "payload": encode({"metadata": metadata, **parts}),
            "createdTime": self._now(),
        }
        subscription.events[event_id] = event
        self._send(subscription, event)
        return event

    def _send(self, subscription: Subscription, event: dict[str, Any], *, with_faults: bool = True) -> None:
        payload = str(event["payload"])
        body = json.dumps(payload) if self.courier.options.is_wrapped else payload
        delivery = Delivery(
            url=subscription.fields["notificationUrl"],
            body=body.encode(),
            key=subscription.key,
            told=lambda status: event.update(statusCode=status),
            failed=lambda: subscription.fields["status"].update(enabled=False),
        )
        self.courier.send(delivery, with_faults=with_faults)

    # The API

    def answer(self, request: Request, organization: Organization) -> Reply:
        """Answer a call of one organisation's session.

        Raises:
            BillError: It is refused.
        """
        _, _, *rest = request.path.removeprefix(MOUNT).split("/")
        asked = (request.method, *rest)
        answer = (
            self._about_events(asked, organization)
            if rest[:1] == ["events"]
            else self._about(asked, request, organization)
        )
        if answer is None:
            raise refusal(404, "BDC_1121", "API not supported.")
        return json_reply(200, answer)

    def _about_events(self, asked: tuple[str, ...], organization: Organization) -> Any:
        match asked:
            case ("GET", "events", "catalog"):
                return [{"type": name, "versions": ["1"]} for name in CATALOG]
            case ("GET", "events", "subscription", subscription_id):
                return {"results": list(self._found(organization, subscription_id).events.values())}
            case ("POST", "events", "subscription", subscription_id, "event", event_id):
                return self._resend(self._found(organization, subscription_id), event_id)
        return None

    def _about(self, asked: tuple[str, ...], request: Request, organization: Organization) -> Any:
        match asked:
            case ("GET", "subscriptions"):
                return {"results": [one.fields for one in self._of(organization).values()]}
            case ("POST", "subscriptions"):
                return self._create(request, organization)
            case (method, "subscriptions", subscription_id):
                return self._change(method, request, organization, subscription_id)
            # BILL's pages spell it both ways.
            case ("POST", "subscriptions", subscription_id, "security_key" | "security-key"):
                subscription = self._found(organization, subscription_id)
                subscription.key = self._new_key()
                return {"securityKey": subscription.key}
            case ("POST", "subscriptions", subscription_id, "test"):
                return self._test(request, organization, subscription_id)
        return None

    def _of(self, organization: Organization) -> dict[str, Subscription]:
        return self._by_organization.get(organization.id, {})

    def _found(self, organization: Organization, subscription_id: str) -> Subscription:
        if subscription_id not in self._of(organization):
            raise refusal(404, "SANDBOX-1404", "Object not found.")
        return self._of(organization)[subscription_id]

    def _new_key(self) -> str:
        self._made += 1
        return invented_secret(f"webhook {self._made}", self._seed, 40)

    def _create(self, request: Request, organization: Organization) -> dict[str, Any]:
        given = request.headers.get("x-idempotent-key", "")
        try:
            idempotent_key = str(uuid.UUID(given, version=4))
        except ValueError:
            raise refusal(400, "BDC_1002", "X-Idempotent-Key: must be a UUID of version 4") from None
        if remembered := self._answered.get((organization.id, idempotent_key)):
            return remembered
        fields = _read(decode(request.body))
        if len(self._of(organization)) >= _MOST:
            raise refusal(400, "SANDBOX-1430", f"An organization has at most {_MOST} subscriptions.")
        self._made += 1
        subscription_id = str(uuid.UUID(int=int(_digest(f"subscription {self._made}", self._seed), 16)))
        now = self._now()
        fields = {"id": subscription_id, "organizationId": organization.id, **fields, "createdTime": now,
                  "updatedTime": now}  # fmt: skip
        made = Subscription(fields, self._new_key())
        self._by_organization.setdefault(organization.id, {})[subscription_id] = made
        for kind in _KINDS:
            self._seen.setdefault((organization.id, kind), _states(organization, kind))
        answer = {**fields, "status": dict(fields["status"]), "securityKey": made.key}
        self._answered[organization.id, idempotent_key] = answer
        return answer

    def _change(
        self, method: str, request: Request, organization: Organization, subscription_id: str
    ) -> dict[str, Any] | None:
        subscription = self._found(organization, subscription_id)
        if method == "DELETE":
            del self._by_organization[organization.id][subscription_id]
            return {}
        if method in {"PUT", "PATCH"}:
            body = decode(request.body)
            kept = {name: subscription.fields[name] for name in _GIVEN} if method == "PATCH" else {}
            changed = _read({**kept, **body} if isinstance(body, dict) else body)
            subscription.fields.update(changed, updatedTime=self._now())
        elif method != "GET":
            return None
        return subscription.fields

    def _resend(self, subscription: Subscription, event_id: str) -> dict[str, Any]:
        if event_id not in subscription.events:
            raise refusal(404, "SANDBOX-1404", "Object not found.")
        self._send(subscription, subscription.events[event_id], with_faults=False)
        return subscription.events[event_id]

    def _test(self, request: Request, organization: Organization, subscription_id: str) -> dict[str, Any]:
        """Send invented values, as BILL does."""
        subscription = self._found(organization, subscription_id)
        event_type = decode(request.body).get("eventType") or min(subscription.wants)
        if event_type not in subscription.wants:
            raise invalid(["eventType: is not in the subscription"])
        record = {"id": "00n00INVENTED00000001", "updatedTime": self._now()}
        return self._emit(organization.id, subscription, event_type, {event_type.partition(".")[0]: record})


def _states(organization: Organization, kind: str) -> dict[str, tuple[object, bool]]:
    return {
        record_id: (record["updatedTime"], bool(record.get("archived")))
        if isinstance(record, dict)
        else (record.updated_at, record.archived)
        for record_id, record in organization.collections[kind].items()
    }


def _digest(of: str, seed: int) -> str:
    return invented_secret(of, seed, 32).encode().hex()[:32]


def _read(body: Any) -> dict[str, Any]:
    """Read a subscription: its name, status, events of the catalogue, and an address."""
    if not isinstance(body, dict):
        raise invalid(["name: must not be null"])
    wrong = []
    name, status, events, url = (body.get(part) for part in ("name", "status", "events", "notificationUrl"))
    if not isinstance(name, str) or not name:
        wrong.append("name: must not be null")
    if not isinstance(status, dict) or not isinstance(status.get("enabled"), bool):
        wrong.append("status: must not be null")
    is_list = isinstance(events, list) and events and all(isinstance(event, dict) for event in events)
    if not is_list or any(event.get("type") not in CATALOG or event.get("version") != "1" for event in events or ()):
        wrong.append("events: must be events of the catalog")
    if not isinstance(url, str) or not _may_be_sent_to(url):
        wrong.append("notificationUrl: must be https")
    if wrong:
        raise invalid(wrong)
    return {"name": name, "status": dict(status or {}), "events": events, "notificationUrl": url}


def _may_be_sent_to(url: str) -> bool:
    """BILL sends to https only; the sandbox to this machine too, where nobody has a certificate."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    )
