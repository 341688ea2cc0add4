"""Reading a notification whose signature is right: hostile until its parts are the words they should be."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any, Final

from intacct_pipelines.domain.notification import Notification
from intacct_pipelines.errors import DataContractError

_WORD: Final = re.compile(r"[A-Za-z0-9_.:-]{1,100}")


def read_notification(body: bytes) -> Notification:
    """Return what a body says.

    Args:
        body: JSON with ``metadata`` and one record, or the same as a JSON text, as BILL's pages show both.

    Raises:
        DataContractError: It is not that; the message repeats nothing of it.
    """
    document = _parsed(body)
    if isinstance(document, str):
        document = _parsed(document)
    metadata = document.get("metadata") if isinstance(document, dict) else None
    if not isinstance(metadata, dict):
        raise DataContractError("The notification has no metadata.")
    event_type = _word(metadata, "eventType")
    record = next((one for name, one in document.items() if name != "metadata" and isinstance(one, dict)), {})
    return Notification(
        event_id=_word(metadata, "eventId"),
        event_type=event_type,
        organization_id=_word(metadata, "organizationId"),
        subscription_id=_word(metadata, "subscriptionId", may_lack=True),
        object_id=_word(record, "id", may_lack=True),
        happened_at=_instant(record, event_type),
    )


def _parsed(body: bytes | str) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise DataContractError("The notification is not JSON.") from None


def _word(part: dict[str, Any], name: str, *, may_lack: bool = False) -> str:
    value = part.get(name)
    if isinstance(value, str) and _WORD.fullmatch(value):
        return value
    if may_lack:
        return ""
    raise DataContractError(f"The notification has no {name} that can be one.")


def _instant(record: dict[str, Any], event_type: str) -> datetime | None:
    """When the record changed. When it was made says that of its creation alone."""
    value = record.get("updatedTime") or (record.get("createdTime") if event_type.endswith(".created") else None)
    try:
        instant = datetime.fromisoformat(value) if isinstance(value, str) else None
        return instant.astimezone(UTC) if instant is not None and instant.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None
