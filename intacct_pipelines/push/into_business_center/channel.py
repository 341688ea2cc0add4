"""The way into Business Center: many items in one file, which is there whole or not at all.

A file that was written cannot be asked for twice: under the folder's lock, items that lie in a file already, or in an
answer to one, are not written again. So whoever dies between writing and recording loses nothing and doubles nothing.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from intacct_pipelines.clients.business_center import ITEM_KEY, OPERATION, is_refused
from intacct_pipelines.domain.push import Operation, State
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.push.channel import Found
from intacct_pipelines.push.into_bill.requests import told
from intacct_pipelines.warehouse.outbox import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from intacct_pipelines.clients.business_center import OutFolder
    from intacct_pipelines.domain.pushed import Pushed
    from intacct_pipelines.push.sources import Row
    from intacct_pipelines.warehouse.outbox import OutboxItem

KINDS: Final = {"gl_account": "accounts", "vendor": "vendors", "ap_bill": "bills"}
"""Table → what its files are called."""


class BusinessCenterChannel:
    """Business Center's folder as a channel (``push.channel.Channel``).

    Args:
        out: The folder.
        standing: Returns the row of a table of Business Center's with a key, as its newest file has it; None if none.
    """

    def __init__(self, out: OutFolder, standing: Callable[[str, str], Row | None]) -> None:
        self._out = out
        self._standing = standing

    def look_up(self, items: Sequence[OutboxItem]) -> dict[str, list[Found]]:
        """Look for items in the files, answers and taken files; then for their records in what came from there."""
        written = self._written()
        return {item.key: self._found(item, is_written=item.key in written) for item in items}

    def _written(self) -> set[str]:
        return {key for key, handed in self._out.handed().items() if not is_refused(handed)}

    def _found(self, item: OutboxItem, *, is_written: bool) -> list[Found]:
        pushed = PUSHED[item.object_name]
        key = _record_id(item)
        row = self._standing(pushed.target.qualified_name, key)
        if row is None and not (is_written and item.operation is Operation.CREATE):
            return []
        columns = {column.source: column.name for column in pushed.target.columns}
        fields = {name: told((row or {}).get(columns[name])) for name in pushed.look_up_fields}
        if is_written:
            fields |= {name: value for name, value in _payload(item).items() if name in fields}
        return [Found(key, "", fields)]

    def is_looked_up_first(self, item: OutboxItem) -> bool:  # noqa: ARG002  # as the channel has it
        """Say no: what was written is looked for while no other may write."""
        return False

    def requests_of(self, items: Sequence[OutboxItem], most: int) -> list[Sequence[OutboxItem]]:
        """Return items in files: of one plan and one object each."""
        groups: dict[tuple[str, str], list[OutboxItem]] = {}
        for item in items:
            groups.setdefault((item.plan_id, item.object_name), []).append(item)
        return [group[start : start + most] for group in groups.values() for start in range(0, len(group), most)]

    def send(self, items: Sequence[OutboxItem]) -> list[Outcome]:
        """Write one file of the items that lie in none yet; all of them are handed over then."""
        pushed = PUSHED[items[0].object_name]
        with self._out.alone():
            written = self._written()
            rows = [row for item in items if item.key not in written for row in rows_of(item)]
            if rows:
                self._out.write(KINDS[pushed.target.name], items[0].plan_id, columns_of(pushed), rows)
        return [Outcome(item.key, State.ACCEPTED, "accepted", record_id=_record_id(item)) for item in items]


def columns_of(pushed: Pushed) -> tuple[str, ...]:
    """Return the header of the files of an object: that of the inbound contract, after key and operation."""
    tables = (pushed.target, *pushed.target_lines)
    sources = [column.source for table in tables for column in table.columns if not column.source.startswith("^")]
    return (ITEM_KEY, OPERATION, *dict.fromkeys(sources))


def rows_of(item: OutboxItem) -> list[dict[str, str]]:
    """Return the rows of an item: one for each line of a document, each with what is the document's own."""
    payload = dict(_payload(item))
    lines: Sequence[Mapping[str, str]] = payload.pop("lines", [{}])
    return [{ITEM_KEY: item.key, OPERATION: item.operation.value, **payload, **line} for line in lines]


def _record_id(item: OutboxItem) -> str:
    pushed = PUSHED[item.object_name]
    return item.target_id or item.natural_key[pushed.field(pushed.target.key[0])]


def _payload(item: OutboxItem) -> dict[str, Any]:
    payload: dict[str, Any] = json.loads(item.payload_text)
    return payload
