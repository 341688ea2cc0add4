"""Makes records that a set-up needs before anything can be planned, each at most once; asked for by a person, by name.

There is no plan yet, so no outbox: a record is known by the id that people use, which Intacct keeps unique. It is
looked up before it is sent, sent once under a key that says what it is, and looked up again, whatever was answered.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from intacct_pipelines.clients.intacct.functions import Function, call, create
from intacct_pipelines.clients.intacct.query import Condition, Operator, Query
from intacct_pipelines.domain.keys import EntityKey, item_key
from intacct_pipelines.domain.push import Operation, canonical_json
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.errors import RemoteSystemError, TransportError
from intacct_pipelines.push.list_updates import nested

if TYPE_CHECKING:
    from intacct_pipelines.push.wire import Gateway

THERE: Final = "there already"
MADE: Final = "made"
REFUSED: Final = "refused"
UNKNOWN: Final = "unknown"
"""It was sent, and whether it is there could not be found out: the next run looks again before it sends anything."""


@dataclass(frozen=True, slots=True)
class Needed:
    """One record that is needed.

    Args:
        entity: Where it is made.
        object_name: Name of the pushed list, such as ``gl_account``.
        columns: Its values by Intacct's column.
        why: What needs it.
    """

    entity: EntityKey
    object_name: str
    columns: Mapping[str, str]
    why: str

    @property
    def record_id(self) -> str:
        """The id that people use."""
        return self.columns[PUSHED[self.object_name].natural_key[0]]

    def function(self) -> Function:
        """Return the function that makes it: the same record gives the same bytes for ever (S-IDM-01, S-IDM-02)."""
        pushed = PUSHED[self.object_name]
        told = {
            pushed.place(Operation.CREATE, name): self.columns[name] for name in pushed.content if name in self.columns
        }
        key = item_key(
            link=str(self.entity),
            source_system="settings",
            object_name=self.object_name,
            source_id=self.record_id,
            operation=Operation.CREATE,
            revision=hashlib.sha256(canonical_json(told).encode()).hexdigest(),
        )
        if Operation.CREATE in pushed.functions:
            return call(key, pushed.functions[Operation.CREATE], nested(told))
        return create(key, pushed.target.source_object, nested(told))


def make(gateway: Gateway, needed: Needed) -> tuple[str, str]:
    """Make a record that is not there; return what became of it and why.

    Raises:
        RemoteSystemError: It could not be looked up before, so nothing was sent.
    """
    if _is_there(gateway, needed):
        return THERE, ""
    try:
        (result,) = gateway.call([needed.function()], unique=True, write=True)
    except RemoteSystemError as lost:
        error: RemoteSystemError | None = lost
    else:
        error = result.error
    try:
        is_there = _is_there(gateway, needed)
    except RemoteSystemError as lost:
        return UNKNOWN, lost.message
    if is_there:
        return MADE, ""
    if isinstance(error, TransportError) and error.request_left:
        return UNKNOWN, error.message
    return REFUSED, error.message if error else "Intacct said that it was made, and does not have it"


def _is_there(gateway: Gateway, needed: Needed) -> bool:
    pushed = PUSHED[needed.object_name]
    field = pushed.field(pushed.natural_key[0])
    query = Query(pushed.target.source_object, (field,), Condition(field, Operator.EQUAL, (needed.record_id,)))
    return any(page.count for page in gateway.read_pages(query))
