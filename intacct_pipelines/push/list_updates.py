"""Changing records of lists: only what differs, only what BILL changed last, never what belongs to another level."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from intacct_pipelines.domain.conflicts import ConflictPolicy, Conflicts
from intacct_pipelines.domain.keys import item_key
from intacct_pipelines.domain.names import fold
from intacct_pipelines.domain.push import Item, Operation, canonical_json, content_revision
from intacct_pipelines.push.changes import changes_of
from intacct_pipelines.push.planner import Held
from intacct_pipelines.push.sources import text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from intacct_pipelines.domain.keys import ItemKey
    from intacct_pipelines.domain.push import Fields
    from intacct_pipelines.domain.pushed import Pushed
    from intacct_pipelines.push.planner import Context
    from intacct_pipelines.push.sources import Row


_NAMES: Final = ("title", "name")
"""Columns with the name of a record, of which it has one."""


class ListUpdates:
    """Makes the updates of one list.

    Args:
        context: What the planners are told.
        pushed: The list.
    """

    def __init__(self, context: Context, pushed: Pushed) -> None:
        self._context = context
        self._pushed = pushed

    def status(self, row: Row, paired: Row) -> dict[str, str] | None:
        """Return the change that makes a record inactive which BILL archived, or None if both are in use.

        Empty if both are out of use, or if it is Intacct that changed it: such a record is left as it is.

        Raises:
            Held: Intacct has made the record inactive; it is not used again by itself (S-VEN-05).
        """
        is_inactive = text(paired, "status") == "inactive"
        was_archived = self._agreed(row, paired).get("is_archived")
        if row.get("is_archived"):
            # What both had out of use and Intacct uses again goes the other way.
            return {} if is_inactive or was_archived == "true" else {"status": "inactive"}
        if not is_inactive:
            return None
        if was_archived == "false":
            return {}
        reason = f"{paired[self._pushed.people_id]} is inactive in Intacct, and in use in BILL"
        raise Held("inactive", "S-VEN-05", reason, "Archive it in BILL, or activate it in Intacct.")

    def item(self, row: Row, paired: Row, changes: Mapping[str, str], label: str) -> Item:
        """Return the item that brings some columns of a record to what BILL says.

        Args:
            row: BILL's record.
            paired: Intacct's.
            changes: New values by Intacct's column.
            label: A short name for people.

        Raises:
            Held: The record may not be changed from here.
        """
        self._check(row, paired, changes)
        self._check_agreed(row, paired, changes)
        pushed, record_no = self._pushed, str(paired["record_no"])
        places = {pushed.place(Operation.UPDATE, column): value for column, value in changes.items()}
        state = content_revision(text(paired, column) for column in (*pushed.natural_key, *pushed.content))
        # An update starts from a certain state of its target: the way back and forth again is another operation.
        seed = canonical_json(places) + state + str(paired.get("modified_at"))
        return Item(
            key=revision_key(self._context, pushed.name, row["id"], Operation.UPDATE, seed),
            object_name=pushed.name,
            operation=Operation.UPDATE,
            source_id=row["id"],
            natural_key={pushed.field(column): text(paired, column) for column in pushed.natural_key},
            payload={"RECORDNO": record_no, **nested(places)},
            source_revision=self._context.revisions.get((pushed.name, row["id"]), ""),
            target_id=record_no,
            target_revision=state,
            changes=changes_of(
                *((column.replace("_", " "), text(paired, column), value) for column, value in changes.items())
            ),
            label=label,
            agrees=in_shared_words(changes),
        )

    def _check(self, row: Row, paired: Row, changes: Mapping[str, str]) -> None:
        owner, own = text(paired, "owner_entity_id"), self._context.sources.link.entity.entity_id
        if owner != own:
            reason = f"the record belongs to {owner or 'the top level'}, this link to {own or 'the top level'}"
            raise Held("ownership_level", "S-CFG-11", reason, "Change it at the level that owns it.")
        names = ((self._pushed.source, row["id"]), (self._pushed.target, str(paired["record_no"])))
        if any((table.qualified_name, key) in self._context.quarantined for table, key in names):
            reason = "a newer copy of it is in quarantine"
            raise Held("quarantined", "S-ERR-41", reason, "Correct what the quarantine names, then sync.")
        if self._is_changed_in_bill_alone(row, paired, changes):
            return
        changed, edited = row.get("modified_at"), paired.get("modified_at")
        if known := self._context.known_until.get(self._key(row, paired)):
            changed = max(changed, known) if changed else known
        if changed is None or (edited is not None and edited > changed):
            reason = "Intacct's record was changed after BILL's, so Intacct's word stands"
            raise Held("conflict", "S-CFG-21", reason, "Correct BILL, or change it there again if BILL is right.")

    def _is_changed_in_bill_alone(self, row: Row, paired: Row, changes: Mapping[str, str]) -> bool:
        """Say whether every changed field is BILL's to tell, whatever else Intacct changed since.

        Intacct still says of it what both agreed on, or BILL's word stands where both changed it.
        """
        before, wanted = self._agreed(row, paired), in_shared_words(changes)
        ours = in_shared_words({column: text(paired, column) for column in changes})
        return len(ours) == len(changes) and all(
            column in before and self._is_bills(column, before[column], ours[column], wanted[column]) for column in ours
        )

    def _is_bills(self, column: str, before: str, ours: str, theirs: str) -> bool:
        """Say whether a field is BILL's to tell: BILL alone changed it, or both did and BILL's word stands."""
        if fold(ours) == fold(before):
            return True
        policy = self._context.sources.link.conflicts or ConflictPolicy()
        stands = policy.of(self._pushed.reconciliation, column) is Conflicts.PLATFORM
        return stands and fold(theirs) != fold(before)

    def _check_agreed(self, row: Row, paired: Row, changes: Mapping[str, str]) -> None:
        """Refuse a name that Intacct changed too since both sides agreed on one (S-CFG-21)."""
        before = self._agreed(row, paired).get("name")
        column = next((one for one in _NAMES if one in changes), None)
        if before and column and not self._is_bills("name", before, text(paired, column), changes[column]):
            reason = f"Intacct changed its name since both sides agreed on {before!r}"
            remedy = "The plan into BILL carries it; say with `resolve` whose name is right where that is held."
            raise Held("conflict", "S-CFG-21", reason, remedy)

    def _agreed(self, row: Row, paired: Row) -> Mapping[str, str]:
        """Return what both sides last agreed on, by BILL's column; nothing is known without a way into BILL."""
        return self._context.agreed.get(self._key(row, paired), {})

    def _key(self, row: Row, paired: Row) -> tuple[str, str, str]:
        return self._pushed.reconciliation, str(row["id"]), str(paired["record_no"])


def in_shared_words(values: Mapping[str, str]) -> dict[str, str]:
    """Return name and use of a record of Intacct by BILL's column; other columns are not shared under one word."""
    shared: dict[str, str] = {}
    for column, value in values.items():
        if column in _NAMES:
            shared["name"] = value
        elif column == "status":
            shared["is_archived"] = "true" if value == "inactive" else "false"
    return shared


def revision_key(
    context: Context, object_name: str, source_id: str, operation: Operation, content: str, *, system: str = "bill"
) -> ItemKey:
    """Return the key of the operation that writes some content (S-IDM-01)."""
    return item_key(
        link=context.sources.link.name,
        source_system=system,
        object_name=object_name,
        source_id=source_id,
        operation=operation,
        revision=hashlib.sha256(content.encode()).hexdigest(),
    )


def nested(places: Mapping[str, str]) -> Fields:
    """Return fields by their place; a dot goes into what is nested."""
    fields: Fields = {}
    for place, value in places.items():
        *above, name = place.split(".")
        inner = fields
        for one in above:
            found = inner.setdefault(one, {})
            if not isinstance(found, dict):
                msg = f"{place} goes into a text"
                raise TypeError(msg)
            inner = found
        inner[name] = value
    return fields
