"""Records of lists: which of BILL's are created in Intacct, mended there or made inactive, and which wait and why.

One planner for all of them; what is particular to a list is declared in ``lists``. A list without a text of its own has
no place for an item's key: its records are known by the id that people use, so that id is never taken from a stranger.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, ClassVar, Final

from intacct_pipelines.domain.names import fold
from intacct_pipelines.domain.push import Fields, Hold, Item, Operation, canonical_json
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.push.list_updates import ListUpdates, in_shared_words, nested, revision_key
from intacct_pipelines.push.planner import Held, mark_of
from intacct_pipelines.push.sources import text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from intacct_pipelines.domain.keys import ItemKey
    from intacct_pipelines.push.planner import Context, Decision
    from intacct_pipelines.push.sources import Row

_REFUSED_IN_IDS: Final = frozenset("&<>#?\"'")


class ListPlanner:
    """Decides about the records of one list of one link; a subclass says which list, and what only it has."""

    object_name: ClassVar[str]
    reads: ClassVar[tuple[str, ...]]
    rule: ClassVar[str]
    """The rule by which the list travels."""
    title: ClassVar[str] = "name"
    """Intacct's column with the name."""
    code: ClassVar[str] = "short_name"
    """BILL's column with the id that Intacct has or gets."""
    link_map: ClassVar[str] = ""
    """Attribute of the link that maps BILL's records to Intacct's ids; empty if there is none."""
    has_parents: ClassVar[bool] = False
    """Whether a record stands under another, in ``parent_id`` on both sides."""
    lengths: ClassVar[Mapping[str, int]] = {}
    """Longest text by Intacct's column."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._sources = sources = context.sources
        self._link = sources.link
        self._pushed = pushed = PUSHED[self.object_name]
        self._pairs = sources.pairs(self.object_name)
        self._mapped: Mapping[str, str] = getattr(self._link, self.link_map) if self.link_map else {}
        self._updates = ListUpdates(context, pushed)
        self._unconfirmed = sources.unconfirmed(self.object_name)
        self._rows = sources.by(pushed.source.qualified_name)
        records = sources.live(pushed.target.qualified_name)
        taken = {row["record_no"] for row in self._pairs.values()}
        self._ids = {fold(row[self._id]) for row in records}
        self._strangers = {fold(self.shown(row)): row[self._id] for row in records if row["record_no"] not in taken}
        new = [row for row in self._rows.values() if row["id"] not in self._pairs and not row.get("is_archived")]
        self._new_ids = Counter(fold(self.record_id(row)) for row in new)
        self._new_names = Counter(fold(self.name(row)) for row in new)

    @property
    def _id(self) -> str:
        return self._pushed.natural_key[0]

    # --- what a list may have of its own --------------------------------------------------------------------------

    def name(self, row: Row) -> str:
        """Return the name of a record of BILL."""
        return text(row, "name").strip()

    def shown(self, record: Row) -> str:
        """Return the name of a record of Intacct."""
        return text(record, self.title)

    def record_id(self, row: Row) -> str:
        """Return the id that a record of BILL has or gets in Intacct; empty if BILL does not say."""
        words = (row["id"], text(row, self.code), self.name(row))
        return next((self._mapped[word] for word in words if word in self._mapped), text(row, self.code)).strip()

    def stays(self, row: Row) -> bool:  # noqa: ARG002  # for lists of which a part has no place in Intacct
        """Return whether a record of BILL has no place in Intacct at all."""
        return False

    def new(self, row: Row) -> dict[str, str]:  # noqa: ARG002  # for lists that have more than a name
        """Return what a new record has beside id, name, parent and status, by Intacct's column.

        Raises:
            Held: It cannot be said.
        """
        return {}

    def arguments(self, row: Row, columns: Mapping[str, str]) -> dict[str, str]:  # noqa: ARG002  # see the line above
        """Return what creates a record, in the order of sending, by its place in the payload."""
        told = (column for column in self._pushed.content if columns.get(column))
        return {self._pushed.place(Operation.CREATE, column): columns[column] for column in told}

    def check_change(self, row: Row, paired: Row, changes: Mapping[str, str]) -> None:
        """Refuse a change that only this list forbids.

        Raises:
            Held: It does.
        """

    # --- the contract of planners ---------------------------------------------------------------------------------

    def rows(self) -> list[Row]:
        """Return BILL's records, parents before children."""
        return sorted(self._rows.values(), key=lambda row: (self._depth(row), row["id"]))

    def _depth(self, row: Row) -> int:
        seen: set[str] = set()
        while self.has_parents and (parent := self._rows.get(text(row, "parent_id"))) and parent["id"] not in seen:
            seen.add(parent["id"])
            row = parent
        return len(seen)

    def is_shown(self, decision: Decision) -> bool:
        """Leave out what is archived in BILL and was never in Intacct: nobody waits for it."""
        return decision is not None and not (isinstance(decision, Hold) and decision.kind == "archived")

    def decide(self, row: Row) -> Decision:
        """Return what is to be done with a record of BILL; None if it stands in Intacct as it should."""
        paired = self._pairs.get(row["id"])
        try:
            if paired is not None:
                return self._mend(row, paired)
            return None if self.stays(row) else self._create(row)
        except Held as held:
            return held.hold(self.object_name, row["id"], self._label(row))

    def _label(self, row: Row) -> str:
        return f"{self._pushed.word} {self.name(row)}"

    # --- creating -------------------------------------------------------------------------------------------------

    def _create(self, row: Row) -> Item:
        self._check_new(row)
        record_id = self._checked_id(row)
        self._check_double(row, record_id)
        parent_id, parent = self.parent(row)
        columns = {self._id: record_id, self.title: self.name(row), "parent_id": parent_id, "status": "active"}
        columns |= self.new(row)
        if self._pushed.mark:
            columns[self._pushed.mark] = mark_of("bill", row["id"])
        self._check_lengths(columns)
        content = self.arguments(row, columns)
        key = revision_key(self._context, self.object_name, row["id"], Operation.CREATE, canonical_json(content))
        return Item(
            key=key,
            object_name=self.object_name,
            operation=Operation.CREATE,
            source_id=row["id"],
            natural_key={self._pushed.field(self._id): record_id},
            payload=self._marked(content, key),
            source_revision=self._context.revisions.get((self.object_name, row["id"]), ""),
            depends_on=() if parent is None else (parent,),
            label=self._label(row),
            agrees=in_shared_words(columns),
        )

    def _marked(self, content: dict[str, str], key: ItemKey) -> Fields:
        """Return the payload, with the key beside the source in the text that the object has for both (S-IDM-04)."""
        if not self._pushed.mark:
            return nested(content)
        place = self._pushed.place(Operation.CREATE, self._pushed.mark)
        return nested(content | {place: f"{content[place]} {key}"})

    def _check_new(self, row: Row) -> None:
        if row.get("is_archived"):
            raise Held("archived", "S-VEN-05", "it is archived in BILL", "Restore it in BILL if it is still in use.")
        if (self._pushed.source.qualified_name, row["id"]) in self._context.quarantined:
            reason = "a newer copy of it is in quarantine"
            raise Held("quarantined", "S-ERR-41", reason, "Correct in BILL what the quarantine names, then sync.")
        if (self.object_name, row["id"]) in self._context.posted:
            reason = "it was in Intacct before and is not there any more"
            remedy = "Find out who deleted it; pair it by hand with the record that took its place."
            raise Held("deleted_in_intacct", "S-IDM-06", reason, remedy)

    def _checked_id(self, row: Row) -> str:
        record_id = self.record_id(row)
        if not record_id:
            what = self.code.replace("_", " ")
            reason = f"it has no {what} in BILL, which would be its id in Intacct"
            more = ", or map it to an id in the link" if self.link_map else ""
            raise Held("missing_field", "S-VEN-09", reason, f"Give it a {what} in BILL{more}.")
        if not self.name(row):
            raise Held("missing_field", self.rule, "it has no name", "Give it a name in BILL.")
        refused = sorted(_REFUSED_IN_IDS & set(record_id))
        if refused:
            reason = f"its id {record_id} holds {' '.join(refused)}, which Intacct refuses"
            raise Held("field_characters", self.rule, reason, "Change it in BILL.")
        return record_id

    def _check_double(self, row: Row, record_id: str) -> None:
        """Refuse an id or a name that is in use: a look-up could not tell such a record from ours."""
        name = self.name(row)
        if fold(record_id) in self._ids:
            reason = f"Intacct has {record_id} already, and it is not its pair"
            raise Held("duplicate", "S-VEN-08", reason, "Confirm the pair with `map`, or change the id on one side.")
        if fold(name) in self._strangers:
            reason = f"Intacct has the name already, as {self._strangers[fold(name)]}"
            raise Held("ambiguous", self.rule, reason, "Confirm the pair with `map`, or give the two different names.")
        if self._new_ids[fold(record_id)] > 1 or self._new_names[fold(name)] > 1:
            reason = f"several records in BILL have its {'id' if self._new_ids[fold(record_id)] > 1 else 'name'}"
            raise Held("duplicate", self.rule, reason, "Archive or rename them in BILL so that each is one record.")

    def _check_lengths(self, columns: Mapping[str, str]) -> None:
        for column, longest in self.lengths.items():
            if len(columns.get(column, "")) > longest:
                reason = f"its {column.replace('_', ' ')} has {len(columns[column])} characters, more than {longest}"
                raise Held("field_length", self.rule, reason, "Shorten it in BILL.")

    def parent(self, row: Row) -> tuple[str, ItemKey | None]:
        """Return the id in Intacct of the record above, and the item that creates it if it is not there yet.

        Raises:
            Held: The record above is held, or is not there.
        """
        above = text(row, "parent_id") if self.has_parents else ""
        if not above:
            return "", None
        record = (self.object_name, above)
        paired, decision = self._pairs.get(above), self._context.decisions.get(record)
        if paired is not None:
            return paired[self._id], None
        item = self._context.in_hand.get(record) or (decision if isinstance(decision, Item) else None)
        if item is not None:
            return item.natural_key[self._pushed.field(self._id)], item.key
        if isinstance(decision, Hold):
            reason = f"it waits for {decision.label}, which is held: {decision.reason}"
            raise Held(decision.kind, decision.rule, reason, decision.remedy, held_by=above)
        reason = "the record above it is not in Intacct"
        raise Held("missing_reference", self.rule, reason, "Correct the record above it in BILL.")

    # --- changing -------------------------------------------------------------------------------------------------

    def _mend(self, row: Row, paired: Row) -> Item | None:
        changes = self.changes(row, paired)
        if not changes:
            return None
        if row["id"] in self._unconfirmed and fold(self.name(row)) != fold(self.shown(paired)):
            reason = f"only the id makes it a pair of Intacct's {paired[self._id]}, and the names differ"
            raise Held("unconfirmed_pair", "S-VEN-08", reason, "Confirm the pair with `map`, or correct the wrong id.")
        self._check_lengths(changes)
        self.check_change(row, paired, changes)
        return self._updates.item(row, paired, changes, self._label(row))

    def changes(self, row: Row, paired: Row) -> dict[str, str]:
        """Return what differs and is BILL's to say, by Intacct's column.

        Raises:
            Held: Intacct has made the record inactive, which is not undone by itself.
        """
        status = self._updates.status(row, paired)
        if status is not None:
            return status
        wanted = {self.title: self.name(row)}
        above = self._pairs.get(text(row, "parent_id")) if self.has_parents else None
        if above is not None:
            # A parent that is not in Intacct yet moves its children once it is confirmed.
            wanted["parent_id"] = above[self._id]
        return {
            column: value
            for column, value in wanted.items()
            if value and text(paired, column) and fold(value) != fold(text(paired, column))
        }
