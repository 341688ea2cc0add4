"""The way into Spend & Expense: one value, one call, and a look before each.

The platform knows no key that would keep it from making a value twice, so one is looked for right before it is sent, by
its text, and once more after an answer was lost.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, Protocol

from intacct_pipelines.domain.names import fold
from intacct_pipelines.domain.push import State
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.errors import FunctionRejectedError, UnreadableResponseError
from intacct_pipelines.push.channel import Found, lost, no_answer, reason_of
from intacct_pipelines.push.into_spend.values import FIELD
from intacct_pipelines.warehouse.outbox import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from intacct_pipelines.warehouse.outbox import OutboxItem

_FIELDS: Final = "/v3/spend/custom-fields"


class SpendAccount(Protocol):
    """What pushing needs of a platform account."""

    def settled(self, path: str) -> Sequence[Mapping[str, Any]]:
        """Read a list that stands still, to its end."""
        ...

    def add_value(self, field_id: str, value: str) -> object:
        """Let a custom field offer one more value, once."""
        ...


class SpendChannel:
    """A platform account of Spend & Expense as a channel (``push.channel.Channel``).

    Args:
        account: The link's account.
    """

    def __init__(self, account: SpendAccount) -> None:
        self._account = account

    def look_up(self, items: Sequence[OutboxItem]) -> dict[str, list[Found]]:
        """Read all values of the items' fields; those that can no longer be chosen count for nothing."""
        offered = {field: self._offered(field) for field in dict.fromkeys(map(_field, items))}
        return {item.key: [one for one in offered[_field(item)] if _is_alike(item, one)] for item in items}

    def _offered(self, field: str) -> list[Found]:
        values = self._account.settled(f"{_FIELDS}/{field}/values")
        return [_found(field, value) for value in values if not value.get("deleted")]

    def is_looked_up_first(self, item: OutboxItem) -> bool:  # noqa: ARG002  # as the channel has it
        """Say so of every item: nothing else keeps the platform from making a value twice."""
        return True

    def requests_of(self, items: Sequence[OutboxItem], most: int) -> list[Sequence[OutboxItem]]:  # noqa: ARG002  # ditto
        """Return each item alone: what answers several values is not documented."""
        return [[item] for item in items]

    def send(self, items: Sequence[OutboxItem]) -> list[Outcome]:
        """Send the one item of a request. Only an answer that shows the value counts; any other is looked up."""
        (item,) = items
        payload = json.loads(item.payload_text)
        try:
            answer = self._account.add_value(payload[FIELD], payload["value"])
        except FunctionRejectedError as error:
            return [Outcome(item.key, State.UNCERTAIN, "refused", reason_of(error), refused=True)]
        except UnreadableResponseError as error:
            return [lost(item, error)]
        shown = [one for one in _records(answer) if one.get("value") == payload["value"]]
        ids = {one["uuid"] for one in shown if isinstance(one.get("uuid"), str)}
        if len(ids) != 1:
            return [Outcome(item.key, State.UNCERTAIN, "uncertain", no_answer("the answer does not show the value"))]
        return [Outcome(item.key, State.ACCEPTED, "accepted", record_id=ids.pop())]


def _records(answer: object) -> Iterable[Mapping[str, Any]]:
    """Return what an answer may hold as values: one, a list of them, or those of the field."""
    several = answer.get("values", [answer]) if isinstance(answer, dict) else answer
    return [one for one in several if isinstance(one, dict)] if isinstance(several, list) else []


def _field(item: OutboxItem) -> str:
    return item.natural_key[PUSHED[item.object_name].field("custom_field_id")]


def _found(field: str, value: Mapping[str, Any]) -> Found:
    record_id, said = str(value.get("uuid") or ""), str(value.get("value") or "")
    target = next(one.target for one in PUSHED.values() if one.platform == "into_spend")
    names = (target.column(name).source for name in ("id", "custom_field_id", "value"))
    return Found(record_id, "", dict(zip(names, (record_id, field, said), strict=True)))


def _is_alike(item: OutboxItem, record: Found) -> bool:
    place = PUSHED[item.object_name].field("value")
    return fold(record.fields[place]) == fold(item.natural_key[place])
