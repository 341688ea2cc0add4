"""Files on their way into BILL: what BILL lacks of an item by content is fetched from Intacct, proven and posted."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, Protocol

from intacct_pipelines.domain.attached_in_bill import KEPT, LARGEST, files_sent
from intacct_pipelines.domain.push import State
from intacct_pipelines.errors import (
    CredentialsRejectedError,
    FunctionRejectedError,
    RecordNotFoundError,
    RemoteSystemError,
)
from intacct_pipelines.push.channel import Found, Stopped, no_answer, reason_of
from intacct_pipelines.warehouse.outbox import Outcome, Reason

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from intacct_pipelines.push.into_bill.shelf import Shelf
    from intacct_pipelines.warehouse.outbox import OutboxItem

_AT_WORK: Final = timedelta(minutes=30)
"""BILL works on an upload for minutes before it lists it (bill v3, documents); one is not sent again before that."""


class FileSession(Protocol):
    """What uploading needs of a session at an organisation."""

    def list(self, path: str, *, may_be_plain: bool = ...) -> Iterator[Any]:
        """Read a list to its end."""
        ...

    def file(self, path: str, *, most: int) -> bytes:
        """Return what is in a file."""
        ...

    def upload(self, path: str, name: str, content: bytes) -> Any:
        """Put a file there, once."""
        ...


def kept_as_whole(session: FileSession, item: OutboxItem) -> list[Found]:
    """Return BILL's document, if it has all files of an item by content; nothing if it lacks one.

    Raises:
        RemoteSystemError: BILL could not be asked.
    """
    payload = json.loads(item.payload_text)
    held = frozenset(_hashes(session, item.object_name, payload))
    is_whole = {one.sha256 for _, one in files_sent(payload)} <= held
    return [Found(payload["id"], "", {}, held)] if is_whole else []


def _hashes(session: FileSession, object_name: str, payload: Mapping[str, Any]) -> Iterator[str]:
    kept = KEPT[object_name]
    try:
        files = [
            one
            for page in session.list(kept.listing.format(id=payload["id"]), may_be_plain=True)
            for one in page.results
        ]
    except RecordNotFoundError:
        return
    for one in files:
        content = session.file(kept.file.format(id=one["id"]), most=LARGEST)
        yield hashlib.sha256(content).hexdigest()


def _both_sides(
    session: FileSession, shelf: Shelf, object_name: str, payload: Mapping[str, Any]
) -> tuple[dict[str, bytes], set[str]]:
    """Return what is in Intacct's attachment, and the hashes of what BILL has of the document."""
    try:
        return shelf.files(payload["attachment"]), set(_hashes(session, object_name, payload))
    except CredentialsRejectedError:
        raise
    except RemoteSystemError as error:
        # Nothing was posted yet.
        raise Stopped(None, error) from error


def upload(session: FileSession, shelf: Shelf, item: OutboxItem, now: datetime) -> list[Outcome]:
    """Post what BILL lacks of an item; whatever it answers, what it holds is read back before that counts.

    Raises:
        Stopped: A file holds something else by now, or an earlier upload may still be at work.
        RemoteSystemError: As the session has it.
    """
    if item.sent_at is not None and item.attempts > 1 and now - item.sent_at < _AT_WORK:
        raise Stopped(None)
    payload = json.loads(item.payload_text)
    files: Sequence[tuple[str, Any]] = files_sent(payload)
    contents, held = _both_sides(session, shelf, item.object_name, payload)
    for name, wanted in files:
        if hashlib.sha256(contents.get(name, b"")).hexdigest() != wanted.sha256:
            words = f"file {name!r} of attachment {payload['attachment']} holds something else than what was planned"
            reason = Reason("expired", "S-ATT-01", words, "Make a new plan.")
            raise Stopped(Outcome(item.key, State.EXPIRED, "expired", reason) if item.attempts <= 1 else None)
    path = KEPT[item.object_name].listing.format(id=payload["id"])
    for name, wanted in files:
        if wanted.sha256 in held:
            continue
        try:
            session.upload(path, name, contents[name])
        except FunctionRejectedError as error:
            return [Outcome(item.key, State.UNCERTAIN, "refused", reason_of(error), refused=True)]
    return [Outcome(item.key, State.UNCERTAIN, "uncertain", no_answer("BILL has it; what it holds is read back"))]
