"""Items as functions of the gateway, its results as outcomes, and the look-up of what became of an item."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, Protocol

from intacct_pipelines.clients.intacct.functions import Function, call, create, read_list, update
from intacct_pipelines.clients.intacct.query import Condition, Operator, Query, all_of, any_of
from intacct_pipelines.domain.attached import Reference, read_contents, references
from intacct_pipelines.domain.push import (
    SETTLED_STATES,
    UNDONE_STATES,
    Operation,
    State,
    content_revision,
    target_revision,
)
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.errors import (
    DuplicateRecordError,
    PermissionDeniedError,
    RateLimitedError,
    RecordNotFoundError,
    SessionExpiredError,
    TransportError,
)
from intacct_pipelines.warehouse.outbox import Outcome, Reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from intacct_pipelines.clients.intacct.listing import RowListing
    from intacct_pipelines.clients.intacct.query import Filter
    from intacct_pipelines.clients.intacct.reply import Page, Result
    from intacct_pipelines.domain.pushed import Pushed
    from intacct_pipelines.errors import RemoteSystemError
    from intacct_pipelines.warehouse.outbox import OutboxItem

_LOOK_UP_AT_ONCE: Final = 50
_KINDS: Final = {
    "S-IDM-08": "period_closed",
    "S-BIL-06": "record_locked",
    "S-ERR-29": "record_locked",
    "S-CFG-11": "ownership_level",
    "S-ERR-09": "missing_dimension",
    "S-VEN-05": "inactive",
    "S-ERR-25": "wrong_account_type",
}
UNKNOWN_REFUSAL: Final = "refused"


class Gateway(Protocol):
    """What pushing needs of a session at one entity."""

    def call(
        self, functions: Sequence[Function], *, transaction: bool = ..., unique: bool = ..., write: bool = ...
    ) -> list[Result]:
        """Send functions in one request; a function's own failure is in its result."""
        ...

    def read_pages(self, query: Query) -> Iterator[Page]:
        """Read all rows of a query."""
        ...

    def read_lists(self, functions: Sequence[Function], row: str) -> list[RowListing]:
        """Run functions that list something; each one's rows are the elements called ``row``."""
        ...


@dataclass(frozen=True, slots=True)
class Found:
    """One record of Intacct that a look-up found.

    Args:
        record_no: Its key.
        text: The field that holds the key of the item that wrote it last; empty where the object has none.
        fields: What was read.
        hashes: Of an attachment: SHA-256 of each of its files, hexadecimal; empty for one that cannot be read.
    """

    record_no: int
    text: str
    fields: Mapping[str, str]
    hashes: frozenset[str] = frozenset()

    @property
    def is_settled(self) -> bool:
        """Whether a document has been paid or used, in part or in whole."""
        paid = Decimal(self.fields.get("TRX_TOTALPAID") or "0")
        return bool(paid) or self.fields.get("STATE") in SETTLED_STATES


def revision_now(item: OutboxItem, record: Found) -> str:
    """Return the state of an item's target, comparable with that of its plan."""
    pushed = PUSHED[item.object_name]
    natural_key = [record.fields.get(pushed.field(column), "") for column in pushed.natural_key]
    if not item.is_marked:
        return content_revision([*natural_key, *(record.fields[pushed.field(column)] for column in pushed.content)])
    return target_revision(
        natural_key,
        state=record.fields.get("STATE", ""),
        total=Decimal(record.fields.get("TRX_TOTALENTERED") or "0"),
        description=record.text,
    )


def is_by(item: OutboxItem, record: Found) -> bool:
    """Return whether a record is as an item leaves it: it carries the item's key, or holds all that was sent.

    What is sent without a key names its record by an id that Intacct keeps unique, so a record that holds the same is
    the one that was wanted, whoever wrote it.
    """
    if item.operation is Operation.REVERSE:
        # Where the reason of a reversal ends up is not documented; its effect is the state, whoever brought it about.
        return record.record_no == item.target_record_no and record.fields.get("STATE") in UNDONE_STATES
    if item.is_marked:
        return item.key in record.text and _holds_files(item, record)
    pushed, payload = PUSHED[item.object_name], json.loads(item.payload_text)
    sent = {pushed.field(column): _at(payload, pushed.place(item.operation, column)) for column in pushed.content}
    written = {name: value for name, value in sent.items() if value is not None}
    return bool(written) and all(record.fields[name].strip() == value.strip() for name, value in written.items())


def _holds_files(item: OutboxItem, record: Found) -> bool:
    """Return whether an attachment holds the files that an item sent, and still those that it had before."""
    files = files_of(item)
    told = read_contents(record.text) if files else ()
    is_whole = all(any(one.startswith(beginning) for one in record.hashes) for beginning in told)
    return is_whole and {one.sha256 for one in files} <= record.hashes


def _at(payload: Any, place: str) -> str | None:
    for name in place.split("."):
        payload = payload.get(name) if isinstance(payload, Mapping) else None
    return payload if isinstance(payload, str) else None


def files_of(item: OutboxItem) -> list[Reference]:
    """Return the files whose bytes an item sends; none for most."""
    return references(json.loads(item.payload_text)) if PUSHED[item.object_name].is_read_by_call else []


def function_of(item: OutboxItem, contents: Mapping[Reference, bytes] | None = None) -> Function:
    """Return the function that an item is: the same item gives the same bytes for ever (S-IDM-02).

    Args:
        item: The item.
        contents: What is in the files that it names; their hashes are those of the item.
    """
    pushed, fields = PUSHED[item.object_name], json.loads(item.payload_text)
    if contents is not None:
        for file in fields["attachments"]["attachment"]:
            file["attachmentdata"] = base64.b64encode(contents[Reference.parse(file["attachmentdata"])]).decode()
    if item.operation in pushed.functions:
        is_named = item.target_record_no is None or pushed.is_named_inside
        record_no = "" if is_named else str(item.target_record_no)
        return call(item.key, pushed.functions[item.operation], fields, record_no=record_no)
    build = create if item.operation is Operation.CREATE else update
    return build(item.key, pushed.target.source_object, fields)


def outcome_of(item: OutboxItem, result: Result | None) -> Outcome:
    """Return what one result means; all but a plain success is uncertain until a look-up has spoken.

    A refusal may be the answer to a second delivery of a request whose first one was carried out, so even that is
    looked up before it counts.
    """
    if result is None:
        return Outcome(item.key, State.UNCERTAIN, "uncertain", _no_answer("the answer does not name this item"))
    record_no = item.target_record_no if item.operation is Operation.REVERSE else _record_no(result)
    if result.status == "success" and result.error is None and files_of(item):
        words = "Intacct says that it is done; what it holds is read back and compared"
        return Outcome(item.key, State.UNCERTAIN, "uncertain", _no_answer(words))
    if result.status == "success" and result.error is None and record_no is not None:
        return Outcome(item.key, State.ACCEPTED, "accepted", record_no=record_no)
    error = result.error
    if error is None or result.records or isinstance(error, _NOT_DECIDED) or result.status != "failure":
        words = f"Intacct answered {result.status!r}" + (f": {error.message}" if error else " without a record")
        return Outcome(item.key, State.UNCERTAIN, "uncertain", _no_answer(words))
    return Outcome(item.key, State.UNCERTAIN, "refused", reason_of(error), refused=True)


_NOT_DECIDED: Final = (TransportError, RateLimitedError, SessionExpiredError)


def reason_of(error: RemoteSystemError) -> Reason:
    """Return a refusal with class, rule, the vendor's words and what to do (S-ERR-40)."""
    if isinstance(error, DuplicateRecordError):
        kind = "duplicate"
    elif isinstance(error, PermissionDeniedError):
        kind = "permission"
    else:
        fallback = "missing_reference" if isinstance(error, RecordNotFoundError) else UNKNOWN_REFUSAL
        kind = _KINDS.get(error.rule, fallback)
    words = " | ".join(str(detail) for detail in error.details) or error.message
    remedy = error.remedy or "Correct what Intacct names, then plan again."
    return Reason(kind, error.rule or "S-ERR-40", words, remedy)


def lost(item: OutboxItem, error: RemoteSystemError) -> Outcome:
    """Return the outcome of an item whose request left and whose answer did not come or could not be read."""
    return Outcome(item.key, State.UNCERTAIN, "uncertain", _no_answer(error.message))


def unreadable(item: OutboxItem, error: RemoteSystemError) -> Outcome:
    """Return the outcome of an item that, sent alone, breaks the gateway's schema."""
    return Outcome(item.key, State.UNCERTAIN, "refused", replace(reason_of(error), kind="malformed"), refused=True)


def _no_answer(words: str) -> Reason:
    return Reason("uncertain", "S-ERR-42", words, "The next run looks it up; nothing is to be done.")


def _record_no(result: Result) -> int | None:
    texts = [result.key, *(record.get("RECORDNO") or "" for record in result.records)]
    return next((int(text) for text in texts if text.isascii() and text.isdigit()), None)


def look_up(gateway: Gateway, items: Sequence[OutboxItem]) -> dict[str, list[Found]]:
    """Return, for each item's key, the records that Intacct has under that key or under its natural key.

    Raises:
        RemoteSystemError: Intacct could not be asked; nothing is known then.
    """
    found: dict[str, list[Found]] = {item.key: [] for item in items}
    for name, pushed in PUSHED.items():
        wanted = [item for item in items if item.object_name == name]
        for start in range(0, len(wanted), _LOOK_UP_AT_ONCE):
            part = wanted[start : start + _LOOK_UP_AT_ONCE]
            read = _read_listed if pushed.is_read_by_call else _read
            for record in read(gateway, pushed, part):
                for item in part:
                    if _belongs(item, record):
                        found[item.key].append(record)
    return found


def _read(gateway: Gateway, pushed: Pushed, items: Iterable[OutboxItem]) -> Iterator[Found]:
    fields, text = pushed.look_up_fields, pushed.field(pushed.mark) if pushed.mark else ""
    condition = any_of(*(part for item in items for part in _conditions(item)))
    for page in gateway.read_pages(Query(pushed.target.source_object, fields, condition)):
        for values in zip(*(page.columns[field].to_pylist() for field in fields), strict=True):
            row = dict(zip(fields, (value or "" for value in values), strict=True))
            yield Found(int(row["RECORDNO"]), row.get(text, ""), row)


def _read_listed(gateway: Gateway, pushed: Pushed, items: Iterable[OutboxItem]) -> Iterator[Found]:
    """Read attachments one by one with their files, since a list of them would bring the bytes of all."""
    call = pushed.target.call
    assert call is not None  # noqa: S101  # only such objects come here
    (name,) = (pushed.field(column) for column in pushed.natural_key)
    for value in dict.fromkeys(item.natural_key[name] for item in items):
        asked = read_list(
            call.function,
            call.argument,
            call.values[0],
            control_id=f"look-up-{value}",
            page=(0, 1),
            only=(name, "=", value),
        )
        (files,) = gateway.read_lists([asked], "attachment")
        # one without a file has no such row
        (rows,) = (files,) if files.rows else gateway.read_lists([asked], call.row)
        told = [{field: row.get(field) or "" for field in pushed.look_up_fields} for row in rows.rows]
        if told and told[0][name] == value:
            hashes = frozenset(_hash(row.get("attachmentdata") or "") for row in files.rows)
            yield Found(int(told[0][pushed.field("record_no")]), told[0][pushed.field(pushed.mark)], told[0], hashes)


def _hash(data: str) -> str:
    try:
        return hashlib.sha256(base64.b64decode("".join(data.split()), validate=True)).hexdigest()
    except (binascii.Error, ValueError):
        return ""


def _conditions(item: OutboxItem) -> list[Filter | None]:
    if item.operation is not Operation.CREATE:
        return [Condition("RECORDNO", Operator.EQUAL, (str(item.target_record_no),))]
    natural = all_of(*(Condition(name, Operator.EQUAL, (value,)) for name, value in item.natural_key.items()))
    pushed = PUSHED[item.object_name]
    if not pushed.is_sought_by_mark:
        return [natural]
    # A person may have corrected the natural key since; the item's key in the mark stays.
    return [natural, Condition(pushed.field(pushed.mark), Operator.LIKE, (f"%{item.key}%",))]


def _belongs(item: OutboxItem, record: Found) -> bool:
    if item.operation is not Operation.CREATE:
        return record.record_no == item.target_record_no
    natural: dict[str, Any] = dict(item.natural_key)
    # What has no number of its own, such as a check that is yet to be printed, is known by the mark alone.
    has_it = bool(natural) and all(record.fields.get(name) == value for name, value in natural.items())
    return has_it or item.key in record.text
