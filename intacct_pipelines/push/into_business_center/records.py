"""Accounts and vendors of Intacct that Business Center is to have: which go there, which wait and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from intacct_pipelines.domain.keys import read_source_mark
from intacct_pipelines.domain.names import fold
from intacct_pipelines.domain.push import Item, Operation, canonical_json, content_revision
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.push.changes import changes_of
from intacct_pipelines.push.into_bill.merging import Shared, to_send
from intacct_pipelines.push.into_bill.requests import told
from intacct_pipelines.push.into_business_center.cells import needed, optional
from intacct_pipelines.push.list_updates import nested, revision_key
from intacct_pipelines.push.planner import Held
from intacct_pipelines.push.sources import text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from intacct_pipelines.domain.keys import ItemKey
    from intacct_pipelines.push.planner import Context, Decision
    from intacct_pipelines.push.sources import Row

INACTIVE = "inactive"


class IntoCenterPlanner:
    """Decides about the records of one list of one link's way into Business Center; a subclass says which."""

    object_name: ClassVar[str]
    reads: ClassVar[tuple[str, ...]]
    rule: ClassVar[str]
    """The rule by which the object travels."""
    id: ClassVar[str]
    """Intacct's column with the id that people use, which becomes Business Center's."""
    title: ClassVar[str] = "name"
    """Intacct's column with the name."""
    mark: ClassVar[str] = ""
    """Intacct's column that names the record of Business Center from which it came; empty if there is none."""
    is_one_way: ClassVar[bool] = False
    """Whether Intacct is the master of every record."""
    inactive_too: ClassVar[bool] = False
    """Whether a record goes there too that is not in use."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._sources = sources = context.sources
        self._link = sources.link
        self._pushed = pushed = PUSHED[self.object_name]
        self._key = pushed.target.key[0]
        self._twins = sources.twins(self.object_name)
        self._rows = sources.by(pushed.source.qualified_name)
        theirs = sources.live(pushed.target.qualified_name)
        self._codes = {fold(text(row, self._key)) for row in theirs}
        self._names = {fold(text(row, "name")): text(row, self._key) for row in theirs}

    def details(self, row: Row) -> dict[str, str]:  # noqa: ARG002  # for objects that have more than a name
        """Return what a new record has beside id, name and state, by the column of the file."""
        return {}

    def shared(self, row: Row, twin: Row) -> Iterator[Shared]:
        """Yield the fields that both sides hold, but whether the record is in use."""
        yield Shared("name", text(row, self.title).strip(), text(twin, "name"))

    # --- the contract of planners ---------------------------------------------------------------------------------

    def rows(self) -> list[Row]:
        """Return Intacct's records by number."""
        return [row for _, row in sorted(self._rows.items())]

    def is_shown(self, decision: Decision) -> bool:
        """Show what is decided."""
        return decision is not None

    def decide(self, row: Row) -> Decision:
        """Return what is to be done with a record of Intacct; None if Business Center has it as it should."""
        twin = self._twins.get(row["record_no"])
        try:
            if twin is not None:
                return self._mend(row, twin)
            return self._create(row) if self._travels(row) else None
        except Held as held:
            return held.hold(self.object_name, str(row["record_no"]), self.label(row))

    def label(self, row: Row) -> str:
        """Return a short name for people."""
        return f"{self._pushed.word} {text(row, self.id)} {text(row, self.title)}".strip()

    def pairs(self) -> Iterator[tuple[Row, Row]]:
        """Yield Intacct's records that Business Center has, each with Business Center's."""
        for number, twin in self._twins.items():
            if number in self._rows:
                yield self._rows[number], twin

    def all_shared(self, row: Row, twin: Row) -> Iterator[Shared]:
        """Yield every field that both sides hold."""
        yield Shared("status", _state(row), _state(twin))
        yield from self.shared(row, twin)

    def _travels(self, row: Row) -> bool:
        """Return whether Business Center is expected to have a record: of the link's entity, or of all."""
        is_wanted = self.inactive_too or _state(row) != INACTIVE
        return is_wanted and text(row, "owner_entity_id") in {"", self._link.entity.entity_id}

    # --- creating -------------------------------------------------------------------------------------------------

    def _create(self, row: Row) -> Item:
        number = str(row["record_no"])
        self._check_readable((self._pushed.source.qualified_name, number))
        self._check_new(row)
        pushed = self._pushed
        columns = {self._key: text(row, self.id).strip(), "name": text(row, self.title).strip()}
        content = needed({pushed.field(column): value for column, value in columns.items()})
        self._check_double(columns)
        details, warnings = optional(self.details(row))
        content |= {pushed.field("status"): _state(row), **details}
        return Item(
            key=self._revision_key(number, Operation.CREATE, canonical_json(content)),
            object_name=self.object_name,
            operation=Operation.CREATE,
            source_id=number,
            natural_key={pushed.field(self._key): columns[self._key]},
            payload=nested(content),
            source_revision=self._context.revisions.get((self.object_name, number), ""),
            label=self.label(row),
            warnings=warnings,
        )

    def _check_new(self, row: Row) -> None:
        if (self.object_name, str(row["record_no"])) in self._context.posted:
            reason = "it was put into Business Center before and is not its pair any more"
            remedy = "Pair it by hand with the record that took its place."
            raise Held("deleted_in_business_center", "S-IDM-06", reason, remedy)
        mark = read_source_mark(text(row, self.mark)) if self.mark else None
        if mark is not None and mark[0] == "business_center":
            reason = f"it came from Business Center's record {mark[1]}, which is not its pair"
            raise Held("came_from_business_center", "S-SCH-05", reason, "Pair the two with `map`.")

    def _check_double(self, columns: Mapping[str, str]) -> None:
        """Refuse an id or a name that is in use: nothing else tells such a record from ours."""
        if fold(columns[self._key]) in self._codes:
            reason = f"Business Center has {columns[self._key]} already, and it is not its pair"
            raise Held("duplicate", self.rule, reason, "Confirm the pair with `map`, or change the id on one side.")
        if (taken := self._names.get(fold(columns["name"]))) and not self.is_one_way:
            reason = f"Business Center has the name already, as {taken}"
            raise Held("ambiguous", self.rule, reason, "Confirm the pair with `map`, or give the two different names.")

    # --- changing -------------------------------------------------------------------------------------------------

    def _mend(self, row: Row, twin: Row) -> Item | None:
        number, key = str(row["record_no"]), str(twin[self._key])
        changes = to_send(
            self.all_shared(row, twin),
            self._context.agreed.get((self._pushed.reconciliation, key, number), {}),
            rows=(row, twin),
            is_master=self.is_one_way,
            object_name=self._pushed.reconciliation,
            policy=self._link.conflicts,
        )
        if not changes:
            return None
        if key in self._sources.unconfirmed(self._pushed.reconciliation) and "name" in changes and not self.is_one_way:
            reason = f"nobody confirmed that it is Business Center's {key}, and the names differ"
            raise Held("unconfirmed_pair", "S-VEN-08", reason, "Confirm the pair with `map`, or correct the wrong id.")
        names = (self._pushed.source.qualified_name, number), (self._pushed.target.qualified_name, key)
        self._check_readable(*names)
        return self._update(row, twin, changes)

    def _update(self, row: Row, twin: Row, changes: Mapping[str, str]) -> Item | None:
        pushed, number, key = self._pushed, str(row["record_no"]), str(twin[self._key])
        sent, warnings = optional({pushed.field(column): value for column, value in changes.items()})
        if not sent:
            return None
        columns = (*pushed.natural_key, *pushed.content)
        state = content_revision(told(twin.get(column)) for column in columns)
        shown = ((column, told(twin.get(column)), value) for column, value in changes.items())
        return Item(
            # An update starts from a certain state of its target: the way back and forth again is another operation.
            key=self._revision_key(
                number, Operation.UPDATE, canonical_json(sent) + state + str(row.get("modified_at"))
            ),
            object_name=self.object_name,
            operation=Operation.UPDATE,
            source_id=number,
            natural_key={pushed.field(self._key): key},
            payload=nested({pushed.field(self._key): key, **sent}),
            source_revision=self._context.revisions.get((self.object_name, number), ""),
            target_id=key,
            target_revision=state,
            changes=changes_of(*shown),
            label=self.label(row),
            warnings=warnings,
        )

    def _check_readable(self, *names: tuple[str, str]) -> None:
        if any(name in self._context.quarantined for name in names):
            reason = "a newer copy of it is in quarantine"
            raise Held("quarantined", "S-ERR-41", reason, "Correct what the quarantine names, then sync.")

    def _revision_key(self, number: str, operation: Operation, content: str) -> ItemKey:
        return revision_key(self._context, self.object_name, number, operation, content, system="intacct")


def _state(row: Row) -> str:
    return INACTIVE if fold(text(row, "status")) == INACTIVE else "active"
