"""A check of the webhooks of a BILL organisation: is there a subscription to our address, and is it on?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from intacct_pipelines.doctor.bill import BILL_SIGN_IN
from intacct_pipelines.doctor.places import Place, Scope
from intacct_pipelines.doctor.probe import Probe
from intacct_pipelines.domain.checkup import Verdict, doubtful

_SUBSCRIPTIONS: Final = "/v3/subscriptions"
_WANTED: Final = frozenset({"bill.created", "bill.updated"})
_ADDRESS: Final = "`webhooks.url` names the address; docs/connections.md shows how to subscribe."


@dataclass(frozen=True, slots=True)
class Listening:
    """What is listened to, and the subscriptions of the organisation."""

    url: str
    subscriptions: Sequence[Mapping[str, Any]]


def judge_webhooks(listening: Listening | None) -> Sequence[Verdict]:
    """Without its events a link is synced by the day only, so nothing here is worse than doubtful."""
    if listening is None:
        return []
    if not listening.url:
        return [doubtful("the link has webhook keys, and the address to which BILL sends is not stated",
                         "the address that the subscriptions name", f"State it: {_ADDRESS}", "S-SCH-01")]  # fmt: skip
    ours = [one for one in listening.subscriptions if one.get("notificationUrl") == listening.url]
    if not ours:
        found = f"none of {len(listening.subscriptions)} subscriptions sends to {listening.url}"
        return [doubtful(found, "a subscription to it", f"Subscribe, or correct the address: {_ADDRESS}", "S-SCH-01")]
    return [*(verdict for one in ours for verdict in _judge(one)), *_missing(ours)]


def _judge(subscription: Mapping[str, Any]) -> Sequence[Verdict]:
    status = subscription.get("status")
    if not isinstance(status, dict) or status.get("enabled") is not False:
        return []
    return [
        doubtful(
            f"the subscription {subscription.get('id')} is switched off",
            "a subscription that is on; BILL switches it off when five tries in a row fail",
            "See that the endpoint answers and knows the key; then PATCH the subscription with "
            '{"status": {"enabled": true}}, and sync once for what was missed.',
            "S-SCH-01",
        )
    ]


def _missing(subscriptions: Sequence[Mapping[str, Any]]) -> Sequence[Verdict]:
    types = {
        str(event.get("type") or event.get("value"))
        for one in subscriptions
        for event in one.get("events") or ()
        if isinstance(event, dict)
    }
    if missing := sorted(_WANTED - types):
        mend = "PUT the subscription with all events that docs/connections.md lists."
        return [doubtful(f"nothing is subscribed that tells of {', '.join(missing)}", "events of bills", mend)]
    return []


def _listening(place: Place) -> Listening | None:
    if not place.reach.webhook_keys(place.entity):
        return None
    url = place.connections.webhooks.url
    if not url:
        return Listening("", ())
    pages = place.reach.bill_events(place.entity).list(_SUBSCRIPTIONS, may_be_plain=True)
    return Listening(url, [one for page in pages for one in page.results])


WEBHOOK_PROBES: Final[tuple[Probe[Any], ...]] = (
    Probe("webhooks of BILL", ("S-SCH-01",), "bill", Scope.LINK, _listening, judge_webhooks, (BILL_SIGN_IN,)),
)
