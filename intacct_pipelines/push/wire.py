"""Items as functions of the gateway, its results as outcomes, and the look-up of what became of an item."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, Protocol

from intacct_pipelines.clients.intacct.functions import Function, call, create, read_list, update
from intacct_pipelines.clients.intacct.query import Condition, Operator, Query, all_of, any_of
from intacct_pipelines.domain.attached import Reference
from intacct_pipelines.domain.push import SETTLED_STATES, Operation, State
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.errors import RateLimitedError, SessionExpiredError, TransportError
from intacct_pipelines.push.channel import Found, files_of, no_answer, reason_of
from intacct_pipelines.push.recoded import lines_query
from intacct_pipelines.warehouse.outbox import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from intacct_pipelines.clients.intacct.listing import RowListing
    from intacct_pipelines.clients.intacct.query import Filter
    from intacct_pipelines.clients.intacct.reply import Page, Result
    from intacct_pipelines.domain.pushed import Pushed
    from intacct_pipelines.warehouse.outbox import OutboxItem

_LOOK_UP_AT_ONCE: Final = 50


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
        is_named = item.target_id is None or pushed.is_named_inside
        record_no = "" if is_named else str(item.target_id)
        return call(item.key, pushed.functions[item.operation], fields, record_no=record_no)
    build = create if item.operation is Operation.CREATE else update
    return build(item.key, pushed.target.source_object, fields)


def outcome_of(item: OutboxItem, result: Result | None) -> Outcome:
    """Return what one result means; all but a plain success is uncertain until a look-up has spoken.

    A refusal may be the answer to a second delivery of a request whose first one was carried out, so even that is
    looked up before it counts.
    """
    if result is None:
        return Outcome(item.key, State.UNCERTAIN, "uncertain", no_answer("the answer does not name this item"))
    is_named = item.operation in {Operation.REVERSE, Operation.RECLASSIFY}
    record_id = item.target_id if is_named else _record_id(result)
    if result.status == "success" and result.error is None and files_of(item):
        words = "Intacct says that it is done; what it holds is read back and compared"
        return Outcome(item.key, State.UNCERTAIN, "uncertain", no_answer(words))
    if result.status == "success" and result.error is None and record_id is not None:
        return Outcome(item.key, State.ACCEPTED, "accepted", record_id=record_id)
    error = result.error
    if error is None or result.records or isinstance(error, _NOT_DECIDED) or result.status != "failure":
        words = f"Intacct answered {result.status!r}" + (f": {error.message}" if error else " without a record")
        return Outcome(item.key, State.UNCERTAIN, "uncertain", no_answer(words))
    return Outcome(item.key, State.UNCERTAIN, "refused", reason_of(error), refused=True)


_NOT_DECIDED: Final = (TransportError, RateLimitedError, SessionExpiredError)


def _record_id(result: Result) -> str | None:
    texts = [result.key, *(record.get("RECORDNO") or "" for record in result.records)]
    return next((str(int(text)) for text in texts if text.isascii() and text.isdigit()), None)


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
            lines = _lines_of(gateway, part)
            for one in read(gateway, pushed, part):
                record = replace(one, lines=tuple(lines[one.record_id]))
                for item in part:
                    if _belongs(item, record):
                        found[item.key].append(record)
    return found


def _lines_of(gateway: Gateway, items: Iterable[OutboxItem]) -> dict[str, list[dict[str, str]]]:
    """Return the lines of the bills that items reclassify, by the bill's number; they are read before the bills."""
    lines: dict[str, list[dict[str, str]]] = defaultdict(list)
    wanted = sorted({str(item.target_id) for item in items if item.operation is Operation.RECLASSIFY})
    for row in _rows(gateway, lines_query(wanted)) if wanted else ():
        lines[row["RECORDKEY"]].append(row)
    return lines


def _rows(gateway: Gateway, query: Query) -> Iterator[dict[str, str]]:
    for page in gateway.read_pages(query):
        for values in zip(*(page.columns[field].to_pylist() for field in query.fields), strict=True):
            yield dict(zip(query.fields, (value or "" for value in values), strict=True))


def _read(gateway: Gateway, pushed: Pushed, items: Iterable[OutboxItem]) -> Iterator[Found]:
    condition = any_of(*(part for item in items for part in _conditions(item)))
    for row in _rows(gateway, Query(pushed.target.source_object, pushed.look_up_fields, condition)):
        yield found_in(pushed, row)


def found_in(pushed: Pushed, row: Mapping[str, str]) -> Found:
    """Return a record of Intacct as a look-up compares it; a document that is paid, used or reversed is settled."""
    text, state = pushed.field(pushed.mark) if pushed.mark else "", row.get("STATE", "")
    is_settled = bool(Decimal(row.get("TRX_TOTALPAID") or "0")) or state in SETTLED_STATES
    return Found(row["RECORDNO"], row.get(text, ""), row, state=state, is_settled=is_settled)


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
            yield Found(told[0][pushed.field("record_no")], told[0][pushed.field(pushed.mark)], told[0], hashes)


def _hash(data: str) -> str:
    try:
        return hashlib.sha256(base64.b64decode("".join(data.split()), validate=True)).hexdigest()
    except (binascii.Error, ValueError):
        return ""


def _conditions(item: OutboxItem) -> list[Filter | None]:
    if item.operation is not Operation.CREATE:
        return [Condition("RECORDNO", Operator.EQUAL, (str(item.target_id),))]
    natural = all_of(*(Condition(name, Operator.EQUAL, (value,)) for name, value in item.natural_key.items()))
    pushed = PUSHED[item.object_name]
    if not pushed.is_sought_by_mark:
        return [natural]
    # A person may have corrected the natural key since; the item's key in the mark stays.
    return [natural, Condition(pushed.field(pushed.mark), Operator.LIKE, (f"%{item.key}%",))]


def _belongs(item: OutboxItem, record: Found) -> bool:
    if item.operation is not Operation.CREATE:
        return record.record_id == item.target_id
    natural: dict[str, Any] = dict(item.natural_key)
    # What has no number of its own, such as a check that is yet to be printed, is known by the mark alone.
    has_it = bool(natural) and all(record.fields.get(name) == value for name, value in natural.items())
    return has_it or item.key in record.text
