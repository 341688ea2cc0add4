"""The seam between pushing and the system that is written to: what a channel does, and what a look-up proves.

The outbox, the states of items, recovery and the order of sending know no system. What one wants, a *channel* does:
``wire`` and ``uploads`` are Intacct's, ``into_bill`` is BILL's, ``into_business_center``
Business Center's, ``into_spend`` Spend & Expense's.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, Protocol

from intacct_pipelines.domain.attached import Reference, read_contents, references
from intacct_pipelines.domain.attached_in_bill import KEPT, files_sent
from intacct_pipelines.domain.push import (
    UNDONE_STATES,
    Operation,
    State,
    content_revision,
    document_state,
    target_revision,
)
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.domain.pushed_object import SYSTEMS
from intacct_pipelines.errors import DuplicateRecordError, PermissionDeniedError, RecordNotFoundError
from intacct_pipelines.push.recoded import coding_told, is_recoded, recoding_revision
from intacct_pipelines.warehouse.outbox import Outcome, Reason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from intacct_pipelines.errors import RemoteSystemError
    from intacct_pipelines.warehouse.outbox import OutboxItem

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


class Channel(Protocol):
    """How items get into one system, and how it is asked what became of them."""

    def look_up(self, items: Sequence[OutboxItem]) -> dict[str, list[Found]]:
        """Return, for each item's key, the records that the system has under that key or under its natural key.

        Raises:
            RemoteSystemError: It could not be asked; nothing is known then.
        """
        ...

    def is_looked_up_first(self, item: OutboxItem) -> bool:
        """Say whether a new record is looked for just before it is sent for the first time, too."""
        ...

    def requests_of(self, items: Sequence[OutboxItem], most: int) -> list[Sequence[OutboxItem]]:
        """Return items in requests of at most ``most``."""
        ...

    def send(self, items: Sequence[OutboxItem]) -> list[Outcome]:
        """Send one request of ``requests_of``; return an outcome for each of its items.

        Raises:
            Stopped: It is not sent, because of the one item that is in it.
            RemoteSystemError: As the client has it; ``apply`` says what each kind means for the items.
        """
        ...


class Stopped(Exception):  # noqa: N818  # not an error: it carries what becomes of an item that cannot be sent now
    """An item is not sent.

    Args:
        outcome: What becomes of it; None if nothing is known and the next run tries again. Without an error too, its
            earlier request may still be at work, and this run looks no further.
        error: What stood in the way then.
    """

    def __init__(self, outcome: Outcome | None, error: RemoteSystemError | None = None) -> None:
        super().__init__(str(error or outcome))
        self.outcome = outcome
        self.error = error


@dataclass(frozen=True, slots=True)
class Found:
    """One record of the system that is written to, as a look-up found it.

    Args:
        record_id: Its key.
        text: The field that holds the key of the item that wrote it last; empty where the object has none.
        fields: What was read.
        hashes: Of an attachment: SHA-256 of each of its files, hexadecimal; empty for one that cannot be read.
        lines: Of a bill that is reclassified: its lines, by field.
        state: The word of its system for how far a document is paid, as its channel finds it; empty for a list record.
        is_settled: Whether a document has been paid or used there, in part or in whole, so that it is not edited.
    """

    record_id: str
    text: str
    fields: Mapping[str, str]
    hashes: frozenset[str] = frozenset()
    lines: tuple[Mapping[str, str], ...] = ()
    state: str = ""
    is_settled: bool = False


def revision_now(item: OutboxItem, record: Found) -> str:
    """Return the state of an item's target, comparable with that of its plan."""
    pushed = PUSHED[item.object_name]
    natural_key = [record.fields.get(pushed.field(column), "") for column in pushed.natural_key]
    total = Decimal(record.fields.get("TRX_TOTALENTERED") or "0")
    if item.operation is Operation.RECLASSIFY:
        coding = map(coding_told, record.lines)
        return recoding_revision(natural_key, state=record.state, total=total, description=record.text, lines=coding)
    if not item.is_marked:
        return content_revision([*natural_key, *(record.fields[pushed.field(column)] for column in pushed.content)])
    if pushed.target.schema == "bill":
        return document_state([*natural_key, *(record.fields[pushed.field(column)] for column in pushed.looked_up)])
    return target_revision(
        natural_key,
        state=record.state,
        total=total,
        description=record.text,
    )


def is_by(item: OutboxItem, record: Found) -> bool:
    """Return whether a record is as an item leaves it: it carries the item's key, or holds all that was sent.

    What is sent without a key names its record by an id that Intacct keeps unique, so a record that holds the same is
    the one that was wanted, whoever wrote it.
    """
    if item.operation is Operation.REVERSE:
        # Where the reason of a reversal ends up is not documented; its effect is the state, whoever brought it about.
        return record.record_id == item.target_id and record.state in UNDONE_STATES
    if item.operation is Operation.RECLASSIFY:
        return item.key in record.text or is_recoded(json.loads(item.payload_text), record.lines)
    if item.object_name in KEPT:
        return {one.sha256 for _, one in files_sent(json.loads(item.payload_text))} <= record.hashes
    if item.is_marked:
        return item.key in record.text and _holds_files(item, record)
    pushed, payload = PUSHED[item.object_name], json.loads(item.payload_text)
    is_new = item.operation is Operation.CREATE
    columns = (is_new and pushed.recognised_by) or pushed.content
    sent = {pushed.field(column): at(payload, pushed.place(item.operation, column)) for column in columns}
    written = {name: value for name, value in sent.items() if value is not None}
    if not is_new and pushed.lines_field in payload:
        written[pushed.lines_field] = lines_told(payload[pushed.lines_field])
    return bool(written) and all(record.fields[name].strip() == value.strip() for name, value in written.items())


def lines_told(lines: Sequence[Mapping[str, Any]]) -> str:
    """Return lines of a document of BILL as one text: amounts and codes, in whatever order (bill v3, invoices)."""
    told = []
    for line in lines:
        quantity = line.get("quantity")
        amount = Decimal(1 if quantity is None else quantity) * Decimal(line.get("price") or 0)
        codes = sorted(f"{name} {code}" for name, code in (line.get("classifications") or {}).items() if code)
        told.append(" ".join((f"{amount.normalize():f}", *codes)))
    return "; ".join(sorted(told))


def _holds_files(item: OutboxItem, record: Found) -> bool:
    """Return whether an attachment holds the files that an item sent, and still those that it had before."""
    files = files_of(item)
    told = read_contents(record.text) if files else ()
    is_whole = all(any(one.startswith(beginning) for one in record.hashes) for beginning in told)
    return is_whole and {one.sha256 for one in files} <= record.hashes


def at(payload: Any, place: str) -> str | None:
    """Return the text at a place of a payload; a dot goes into what is nested."""
    for name in place.split("."):
        payload = payload.get(name) if isinstance(payload, Mapping) else None
    return payload if isinstance(payload, str) else None


def files_of(item: OutboxItem) -> list[Reference]:
    """Return the files whose bytes an item sends; none for most."""
    return references(json.loads(item.payload_text)) if PUSHED[item.object_name].is_read_by_call else []


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
    remedy = error.remedy or f"Correct what {SYSTEMS.get(error.system, 'Intacct')} names, then plan again."
    return Reason(kind, error.rule or "S-ERR-40", words, remedy)


def lost(item: OutboxItem, error: RemoteSystemError) -> Outcome:
    """Return the outcome of an item whose request left and whose answer did not come or could not be read."""
    return Outcome(item.key, State.UNCERTAIN, "uncertain", no_answer(error.message))


def unreadable(item: OutboxItem, error: RemoteSystemError) -> Outcome:
    """Return the outcome of an item that, sent alone, breaks the gateway's schema."""
    return Outcome(item.key, State.UNCERTAIN, "refused", replace(reason_of(error), kind="malformed"), refused=True)


def no_answer(words: str) -> Reason:
    """Return the reason of an item of which nobody knows what became."""
    return Reason("uncertain", "S-ERR-42", words, "The next run looks it up; nothing is to be done.")
