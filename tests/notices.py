"""Notifications as BILL sends them, and the listeners of an invented company."""

from __future__ import annotations

import json
from typing import Any

from intacct_pipelines.webhooks import Listener, signature

KEY = "k3y-of-the-first"
OTHER_KEY = "k3y-of-the-second"
ORGANIZATION = "00801AAAAAAAAAAAAAAA1"
OTHER_ORGANIZATION = "00801BBBBBBBBBBBBBBB2"
LISTENERS = (
    Listener("first", "acme:100", ORGANIZATION, ("an-older-key", KEY)),
    Listener("second", "acme:200", OTHER_ORGANIZATION, (OTHER_KEY,)),
)


def notice(event_id: str = "e-1", organization_id: str = ORGANIZATION, event_type: str = "bill.updated", **record: Any):
    """The bytes of a notification, without whitespace between its parts."""
    metadata = {
        "eventId": event_id,
        "subscriptionId": "s-1",
        "organizationId": organization_id,
        "eventType": event_type,
        "version": "1",
    }
    kind = event_type.partition(".")[0]
    return json.dumps({"metadata": metadata, kind: {"id": "00n1", **record}}, separators=(",", ":")).encode()


def wrapped(body: bytes) -> bytes:
    """The same as a JSON text, as some of BILL's pages show it."""
    return json.dumps(body.decode()).encode()


def signed(body: bytes, key: str = KEY) -> list[str]:
    """The values of the signature's header."""
    return [signature(key, body)]
