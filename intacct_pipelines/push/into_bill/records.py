"""Records of Intacct that BILL is to have: which are made there, mended or archived, and which wait and why.

One planner for lists and partners; a subclass says what is particular to one. What stands between creating and a record
is the same for all: it is in use, it belongs to the link's level, nothing in BILL may be taken for it.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, ClassVar

from intacct_pipelines.domain.keys import read_source_mark
from intacct_pipelines.domain.names import fold
from intacct_pipelines.domain.push import Item, Operation, canonical_json, content_revision
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.push.changes import changes_of
from intacct_pipelines.push.into_bill.merging import Shared, to_send
from intacct_pipelines.push.into_bill.requests import told
from intacct_pipelines.push.list_updates import nested, revision_key
from intacct_pipelines.push.planner import Held
from intacct_pipelines.push.sources import text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from intacct_pipelines.push.planner import Context, Decision
    from intacct_pipelines.push.sources import Row

_IN_USE = "is_archived"


class IntoBillPlanner:
    """Decides about the records of one object of one link's way into BILL; a subclass says which."""

    object_name: ClassVar[str]
    reads: ClassVar[tuple[str, ...]]
    rule: ClassVar[str]
    """The rule by which the object travels."""
    doubles: ClassVar[str] = ""
    """The rule by which a name may stand only once; the one above, if it is none of its own."""
    id: ClassVar[str]
    """Intacct's column with the id that people use."""
    title: ClassVar[str] = "name"
    """Intacct's column with the name."""
    code: ClassVar[str] = "short_name"
    """BILL's column that carries Intacct's id."""
    mark: ClassVar[str] = ""
    """Intacct's column that names the record of BILL from which it came, where it did; empty if there is none."""
    is_mastered: ClassVar[bool] = False
    """Whether Intacct is the master of all its records, so that nothing of them is a conflict."""
    is_company_wide: ClassVar[bool] = False
    """Whether Intacct keeps its records for the whole company, so that none has an owner."""
    has_parents: ClassVar[bool] = False
    """Whether a record stands under another, in ``parent_id`` on both sides."""
    lengths: ClassVar[Mapping[str, int]] = {}
    """Longest text by BILL's column; BILL publishes few of them."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._sources = sources = context.sources
        self._link = sources.link
        self._pushed = pushed = PUSHED[self.object_name]
        self._twins = sources.twins(self.object_name)
        self._rows = sources.by(pushed.source.qualified_name)
        theirs = sources.live(pushed.target.qualified_name)
        self._codes = {fold(text(row, self.code)): row["id"] for row in theirs if text(row, self.code)}
        self._names = {fold(self.called(row)): row["id"] for row in theirs}
        new = [row for row in self._rows.values() if row["record_no"] not in self._twins and self._travels(row)]
        self._new_names = Counter(fold(_name(self.named(row))) for row in new)
        self._by_id = {row[self.id]: row for row in self._rows.values()}

    # --- what an object may have of its own -----------------------------------------------------------------------

    def stays(self, row: Row) -> bool:  # noqa: ARG002  # for objects of which a part has no place in BILL
        """Return whether a record has no place in BILL at all."""
        return False

    def named(self, row: Row) -> dict[str, str]:
        """Return what makes the name of Intacct's record, by BILL's column."""
        return {"name": text(row, self.title).strip()}

    def called(self, twin: Row) -> str:
        """Return the name of BILL's record."""
        return text(twin, "name")

    def new(self, row: Row) -> dict[str, str]:  # noqa: ARG002  # for objects that have more than a name
        """Return what a new record has beside code, name and parent, by its place in the payload.

        Raises:
            Held: It cannot be said.
        """
        return {}

    def shared(self, row: Row, twin: Row) -> Iterator[Shared]:
        """Yield the fields that both sides hold, but whether the record is in use."""
        for column, value in self.named(row).items():
            yield Shared(column, value, text(twin, column))
        above = self._by_id.get(row.get("parent_id")) if self.has_parents else None
        parent = self._twins.get(above["record_no"]) if above else None
        if parent is not None:
            # One that is not in BILL yet moves its children once it is there.
            yield Shared("parent_id", parent["id"], text(twin, "parent_id"))

    def check_archiving(self, row: Row, twin: Row) -> None:
        """Refuse to take a record out of use that is still needed there.

        Raises:
            Held: It is.
        """

    def label(self, row: Row) -> str:
        """Return a short name for people."""
        return f"{self._pushed.word} {text(row, self.id)} {text(row, self.title)}".strip()

    # --- the contract of planners ---------------------------------------------------------------------------------

    def rows(self) -> list[Row]:
        """Return Intacct's records, parents before children."""
        return sorted(self._rows.values(), key=lambda row: (self._depth(row), row["record_no"]))

    def _depth(self, row: Row) -> int:
        seen: set[int] = set()
        while self.has_parents and (above := self._by_id.get(row.get("parent_id"))) and above["record_no"] not in seen:
            seen.add(above["record_no"])
            row = above
        return len(seen)

    def is_shown(self, decision: Decision) -> bool:
        """Show what is decided."""
        return decision is not None

    def decide(self, row: Row) -> Decision:
        """Return what is to be done with a record of Intacct; None if BILL has it as it should."""
        twin = self._twins.get(row["record_no"])
        try:
            if twin is not None:
                return self._mend(row, twin)
            return self._create(row) if self._travels(row) else None
        except Held as held:
            return held.hold(self.object_name, str(row["record_no"]), self.label(row))

    def pairs(self) -> Iterator[tuple[Row, Row]]:
        """Yield Intacct's records that BILL has, each with BILL's."""
        for number, twin in self._twins.items():
            if number in self._rows:
                yield self._rows[number], twin

    def all_shared(self, row: Row, twin: Row) -> Iterator[Shared]:
        """Yield every field that both sides hold."""
        is_inactive = text(row, "status") == "inactive"
        yield Shared(_IN_USE, "true" if is_inactive else "false", told(twin.get(_IN_USE)) or "false")
        yield from self.shared(row, twin)

    def _travels(self, row: Row) -> bool:
        """Return whether BILL is expected to have a record: in use, and of the link's own level (S-CFG-11)."""
        if text(row, "status") == "inactive" or self.stays(row):
            return False
        if self.is_company_wide:
            return True
        owner, own = text(row, "owner_entity_id"), self._link.entity.entity_id
        return owner == own or (not owner and self._link.into_bill.shared_lists)

    # --- creating -------------------------------------------------------------------------------------------------

    def _create(self, row: Row) -> Item:
        self._check_new(row)
        named = self.named(row)
        columns = {self.code: text(row, self.id).strip(), **named}
        self._check_double(columns[self.code], _name(named))
        content = {self._pushed.field(column): value for column, value in columns.items() if value}
        if parent := self._parent(row):
            content[self._pushed.field("parent_id")] = parent
        content |= self.new(row)
        self._check_lengths(content)
        key = str(row["record_no"])
        names = {self._pushed.field(column): columns[column] for column in self._pushed.natural_key}
        return Item(
            key=revision_key(
                self._context, self.object_name, key, Operation.CREATE, canonical_json(content), system="intacct"
            ),
            object_name=self.object_name,
            operation=Operation.CREATE,
            source_id=key,
            natural_key=names,
            payload=nested(content),
            source_revision=self._context.revisions.get((self.object_name, key), ""),
            label=self.label(row),
            agrees={one.column: one.ours for one in self.all_shared(row, {}) if one.ours},
        )

    def _check_new(self, row: Row) -> None:
        if (self._pushed.source.qualified_name, str(row["record_no"])) in self._context.quarantined:
            reason = "a newer copy of it is in quarantine"
            raise Held("quarantined", "S-ERR-41", reason, "Correct in Intacct what the quarantine names, then sync.")
        if (self.object_name, str(row["record_no"])) in self._context.posted:
            reason = "it was created in BILL before and is not its pair any more"
            raise Held("deleted_in_bill", "S-IDM-06", reason, "Pair it by hand with the record that took its place.")
        mark = read_source_mark(text(row, self.mark)) if self.mark else None
        if mark is not None and mark[0] == "bill" and self._is_known_here(mark[1]):
            reason = f"it came from BILL's record {mark[1]}, which is not its pair any more"
            raise Held("came_from_bill", "S-SCH-05", reason, "Pair the two with `map`, or restore the record in BILL.")
        if not _name(self.named(row)):
            raise Held("missing_field", self.rule, "it has no name", "Give it a name in Intacct.")

    def _is_known_here(self, record_id: str) -> bool:
        """Say whether this account ever had a record; of several at one place another may, whose lists it gets too."""
        keys = self._sources.keys(self._pushed.target.qualified_name)
        return not self._link.shares_its_place or record_id in keys

    def _check_double(self, code: str, name: str) -> None:
        """Refuse a code or a name that is in use: nothing else tells such a record in BILL from ours."""
        rule = self.doubles or self.rule
        if fold(code) in self._codes:
            reason = f"BILL has {code} already, as {self._codes[fold(code)]}, and it is not its pair"
            raise Held("duplicate", self.rule, reason, "Confirm the pair with `map`, or change the id on one side.")
        if fold(name) in self._names:
            reason = f"BILL has the name already, as {self._names[fold(name)]}"
            raise Held("ambiguous", rule, reason, "Confirm the pair with `map`, or give the two different names.")
        if self._new_names[fold(name)] > 1:
            reason = "several records in Intacct have this name, by which BILL tells them apart"
            raise Held("duplicate", rule, reason, "Rename or inactivate all but one of them in Intacct.")

    def _parent(self, row: Row) -> str:
        """Return BILL's id of the record above; empty if none stands above.

        Raises:
            Held: The record above is not in BILL.
        """
        above = text(row, "parent_id") if self.has_parents else ""
        if not above:
            return ""
        parent = self._by_id.get(above)
        twin = self._twins.get(parent["record_no"]) if parent else None
        if twin is not None:
            return str(twin["id"])
        reason = f"{above}, which stands above it, is not in BILL"
        remedy = "The sync after it is there brings this one; BILL gives it its id only then."
        raise Held("parent_waits", self.rule, reason, remedy, held_by=str(parent["record_no"]) if parent else "")

    def _check_lengths(self, content: Mapping[str, str]) -> None:
        for column, longest in self.lengths.items():
            value = content.get(self._pushed.field(column), "")
            if len(value) > longest:
                reason = f"its {column.replace('_', ' ')} has {len(value)} characters, BILL takes {longest}"
                raise Held("field_length", self.rule, reason, "Shorten it in Intacct.")

    # --- changing -------------------------------------------------------------------------------------------------

    def _mend(self, row: Row, twin: Row) -> Item | None:
        is_top = bool(self._link.entity.entity_id) and not text(row, "owner_entity_id")
        number = str(row["record_no"])
        changes = to_send(
            self.all_shared(row, twin),
            self._context.agreed.get((self._pushed.reconciliation, twin["id"], number), {}),
            rows=(row, twin),
            is_master=is_top or self.is_mastered,
            object_name=self._pushed.reconciliation,
            policy=self._link.conflicts,
        )
        if not changes:
            return None
        if _IN_USE in changes:
            # The two calls that do it take nothing else along.
            changes = {_IN_USE: changes[_IN_USE]}
            if changes[_IN_USE] == "true":
                self.check_archiving(row, twin)
        elif told(twin.get(_IN_USE)) == "true":
            return None
        is_renamed = bool(self.named(row).keys() & changes.keys())
        if is_renamed and twin["id"] in self._sources.unconfirmed(self._pushed.reconciliation):
            reason = f"only its id makes it a pair of BILL's {twin['id']}, and the names differ"
            raise Held("unconfirmed_pair", "S-VEN-08", reason, "Confirm the pair with `map`, or correct the wrong id.")
        names = ((self._pushed.source, number), (self._pushed.target, twin["id"]))
        if any((table.qualified_name, key) in self._context.quarantined for table, key in names):
            reason = "a newer copy of it is in quarantine"
            raise Held("quarantined", "S-ERR-41", reason, "Correct what the quarantine names, then sync.")
        return self._update(row, twin, changes)

    def _update(self, row: Row, twin: Row, changes: Mapping[str, str]) -> Item:
        pushed, key = self._pushed, str(row["record_no"])
        places = {pushed.field(column): value for column, value in changes.items()}
        self._check_lengths(places)
        state = content_revision(told(twin.get(column)) for column in (*pushed.natural_key, *pushed.content))
        # An update starts from a certain state of its target: the way back and forth again is another operation.
        seed = canonical_json(places) + state + str(twin.get("modified_at"))
        shown = ((column, told(twin.get(column)), value) for column, value in changes.items())
        return Item(
            key=revision_key(self._context, self.object_name, key, Operation.UPDATE, seed, system="intacct"),
            object_name=self.object_name,
            operation=Operation.UPDATE,
            source_id=key,
            natural_key={pushed.field(column): told(twin.get(column)) for column in pushed.natural_key},
            payload=nested(places),
            source_revision=self._context.revisions.get((self.object_name, key), ""),
            target_id=str(twin["id"]),
            target_revision=state,
            changes=changes_of(*((column.replace("_", " "), old, new) for column, old, new in shown)),
            label=self.label(row),
            agrees=dict(changes),
        )


def _name(named: Mapping[str, str]) -> str:
    return " ".join(part for part in named.values() if part)
