"""The way into BILL: one item, one call, and a look before each.

BILL knows no key that would keep it from doing a thing twice (bill v3 takes one for webhooks only), so a new record is
looked for right before it is sent, and once more after an answer was lost.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Protocol

from intacct_pipelines.domain.attached_in_bill import KEPT
from intacct_pipelines.domain.names import fold
from intacct_pipelines.domain.push import Operation, State
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.errors import FunctionRejectedError, RecordNotFoundError, UnreadableResponseError
from intacct_pipelines.push.channel import at, is_by, lost, no_answer, reason_of
from intacct_pipelines.push.into_bill.open_documents import check_open
from intacct_pipelines.push.into_bill.requests import ARCHIVED, found_in, path_of, write_of
from intacct_pipelines.push.into_bill.uploading import kept_as_whole, upload
from intacct_pipelines.warehouse.outbox import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from intacct_pipelines.domain.pushed import Pushed
    from intacct_pipelines.push.channel import Found
    from intacct_pipelines.push.into_bill.shelf import Shelf
    from intacct_pipelines.warehouse.outbox import OutboxItem


_MADE: Final = "createdTime"
_CLOCKS_APART: Final = timedelta(days=1)
"""How far BILL's clock may be behind ours when it is asked for what was made since something was sent."""


class ListPage(Protocol):
    """One page of a list."""

    @property
    def results(self) -> Sequence[Mapping[str, Any]]:
        """Its records."""
        ...


class BillSession(Protocol):
    """What pushing needs of a session at one organisation."""

    @property
    def organization_id(self) -> str:
        """BILL's id of the organisation."""
        ...

    def get(self, path: str) -> dict[str, Any]:
        """Read one object."""
        ...

    def list(
        self, path: str, *, filters: Sequence[tuple[str, str, str]] = ..., may_be_plain: bool = ...
    ) -> Iterator[ListPage]:
        """Read a list to its end."""
        ...

    def file(self, path: str, *, most: int) -> bytes:
        """Return what is in a file."""
        ...

    def upload(self, path: str, name: str, content: bytes) -> Any:
        """Put a file there, once."""
        ...

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """Create or act, once."""
        ...

    def patch(self, path: str, body: Mapping[str, Any]) -> Any:
        """Change some fields, once."""
        ...

    def put(self, path: str, body: Mapping[str, Any]) -> Any:
        """Give a record anew, once."""
        ...


def _utc_now() -> datetime:
    return datetime.now(UTC)


class BillChannel:
    """BILL as a channel (``push.channel.Channel``).

    Args:
        session: A session at the link's organisation.
        shelf: Where the bytes of Intacct's attachments come from, for links that send some.
        now: Returns the current instant, aware.
    """

    def __init__(
        self, session: BillSession, shelf: Shelf | None = None, *, now: Callable[[], datetime] = _utc_now
    ) -> None:
        self._session = session
        self._shelf = shelf
        self._now = now

    def look_up(self, items: Sequence[OutboxItem]) -> dict[str, list[Found]]:
        """Ask for changed records by their id; for new ones by what BILL can filter by, else read the whole list."""
        found: dict[str, list[Found]] = {item.key: [] for item in items}
        for item in items:
            if item.object_name in KEPT:
                found[item.key] = kept_as_whole(self._session, item)
        for name in dict.fromkeys(item.object_name for item in items if item.object_name not in KEPT):
            pushed = PUSHED[name]
            of_it = [item for item in items if item.object_name == name]
            for record in self._read(pushed, of_it):
                for item in of_it:
                    if _belongs(pushed, item, record) and record not in found[item.key]:
                        found[item.key].append(record)
        return found

    def _read(self, pushed: Pushed, items: Sequence[OutboxItem]) -> Iterator[Found]:
        path = path_of(pushed, self._session.organization_id)
        for target_id in dict.fromkeys(item.target_id for item in items if item.target_id is not None):
            try:
                yield found_in(pushed, self._session.get(f"{path}/{target_id}"))
            except RecordNotFoundError:
                continue
        new = [item for item in items if item.operation is Operation.CREATE]
        for filters in _questions(pushed, new):
            for page in self._session.list(path, filters=filters, may_be_plain=True):
                yield from (found_in(pushed, record) for record in page.results)

    def is_looked_up_first(self, item: OutboxItem) -> bool:  # noqa: ARG002  # as the channel has it
        """Say so of every item: nothing else keeps BILL from making a record twice."""
        return True

    def requests_of(self, items: Sequence[OutboxItem], most: int) -> list[Sequence[OutboxItem]]:  # noqa: ARG002  # ditto
        """Return each item alone: of a bulk call one record that is wrong would refuse all."""
        return [[item] for item in items]

    def send(self, items: Sequence[OutboxItem]) -> list[Outcome]:
        """Send the one item of a request; what BILL refuses is looked up before that counts.

        Raises:
            Stopped: What it records as paid is not open in BILL any more.
            RemoteSystemError: As the session has it.
        """
        (item,) = items
        if item.object_name in KEPT and self._shelf is not None:
            return upload(self._session, self._shelf, item, self._now())
        check_open(item, self._session.get)
        write = write_of(item, self._session.organization_id)
        send = {"POST": self._session.post, "PATCH": self._session.patch, "PUT": self._session.put}[write.method]
        try:
            answer = send(write.path, write.body)
        except FunctionRejectedError as error:
            return [Outcome(item.key, State.UNCERTAIN, "refused", reason_of(error), refused=True)]
        except UnreadableResponseError as error:
            return [lost(item, error)]
        record_id = answer.get("id") if isinstance(answer, dict) else None
        if not isinstance(record_id, str) or record_id != (item.target_id or record_id):
            return [Outcome(item.key, State.UNCERTAIN, "uncertain", no_answer("the answer does not name the record"))]
        return [Outcome(item.key, State.ACCEPTED, "accepted", record_id=record_id)]


def _questions(pushed: Pushed, items: Sequence[OutboxItem]) -> Iterable[tuple[tuple[str, str, str], ...]]:
    """Return the filters with which a list is read, once each.

    What was sent before may bear another name by now: so all is asked for that was made since.
    """
    fields = [pushed.field(column) for column in pushed.asked_by]
    payloads = [json.loads(item.payload_text) for item in items]
    asked = [tuple((field, "eq", payload[field]) for field in fields) for payload in payloads]
    sent = [item.sent_at for item in items if item.sent_at is not None]
    if sent and fields and not pushed.source_lines:
        since = min(sent).astimezone(UTC) - _CLOCKS_APART
        asked.append(((_MADE, "gte", f"{since:%Y-%m-%dT%H:%M:%S}.000Z"),))
    return dict.fromkeys(asked)


def _belongs(pushed: Pushed, item: OutboxItem, record: Found) -> bool:
    """Say whether a record is the one that an item changes, or may be taken for the one that it makes."""
    if item.operation is not Operation.CREATE:
        return record.record_id == item.target_id
    if not item.natural_key:
        # Several payments may be alike in all else.
        return item.key in record.text
    payload = json.loads(item.payload_text)
    if pushed.source_lines and not item.is_marked and record.fields.get(ARCHIVED) == "true":
        # The number of a document may be used again once that was withdrawn; it is ours if it holds what was sent.
        return is_by(item, record)
    alike = [
        fold(record.fields[field]) == fold(value) if column in pushed.folded else record.fields[field] == value
        for column in pushed.natural_key
        for field, value in [(pushed.field(column), item.natural_key[pushed.field(column)])]
    ]
    others = (
        (at(payload, pushed.place(Operation.CREATE, column)), record.fields[pushed.field(column)])
        for column in pushed.also_known_by
    )
    is_marked = item.is_marked and item.key in record.text
    if item.is_marked and record.fields.get(ARCHIVED) == "true":
        # A number may be used again once its bill was withdrawn.
        return is_marked
    is_alike = all(alike) or is_marked or any(sent and fold(sent) == fold(there) for sent, there in others)
    return is_alike or (item.sent_at is not None and not pushed.source_lines and _has_its_id(pushed, payload, record))


def _has_its_id(pushed: Pushed, payload: Mapping[str, Any], record: Found) -> bool:
    """Whether a record bears the id that was sent, by which people tell it whatever its name is."""
    sent = at(payload, pushed.place(Operation.CREATE, pushed.people_id))
    return bool(sent) and fold(sent) == fold(record.fields[pushed.field(pushed.people_id)])
