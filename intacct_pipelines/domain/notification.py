"""What BILL tells of an event: that something changed. It may start a sync; nothing else of it is believed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

AHEAD: Final = timedelta(minutes=15)
"""How far a clock of BILL's may be ahead of ours."""


class Verdict(StrEnum):
    """What became of a notification whose signature is right."""

    ACCEPTED = "accepted"
    """It asks for a sync."""
    TOO_OLD = "too_old"
    """What it tells of lies outside of the window within which a notification counts."""
    NOT_LINKED = "not_linked"
    """It is about an organisation that no link with this key names."""


@dataclass(frozen=True, slots=True)
class Notification:
    """One notification as BILL words it (developer.bill.com, notification payloads).

    Args:
        event_id: BILL's id of the event, the same each time that it is sent.
        event_type: Such as ``bill.updated``.
        organization_id: BILL's id of the organisation.
        subscription_id: BILL's id of the subscription; empty if it does not say.
        object_id: Id of the record that changed; empty if it does not say.
        happened_at: When the record changed; None if it does not say: the notification itself has no time.
    """

    event_id: str
    event_type: str
    organization_id: str
    subscription_id: str = ""
    object_id: str = ""
    happened_at: datetime | None = None

    def is_within(self, window: timedelta, now: datetime) -> bool:
        """Whether it counts at an instant; one without a time does, since its id alone keeps it from coming twice."""
        return self.happened_at is None or now - window <= self.happened_at <= now + AHEAD


@dataclass(frozen=True, slots=True)
class Judged:
    """A notification with what is to be stored of it.

    Args:
        link: Name of the link whose key signed it.
        entity: Partition key of the entity at which the link ends.
        notification: What it says.
        verdict: What becomes of it.
        body_hash: SHA-256 of its bytes, in hex; the bytes hold what is not ours to keep.
    """

    link: str
    entity: str
    notification: Notification
    verdict: Verdict
    body_hash: str
