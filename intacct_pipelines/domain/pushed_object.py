"""One object that is pushed: how its records are known in the system that is written to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from intacct_pipelines.domain.catalog import Table, lines_of
from intacct_pipelines.domain.push import Operation

if TYPE_CHECKING:
    from intacct_pipelines.domain.link import Link

SYSTEMS: Final = {
    "intacct": "Intacct",
    "bill": "BILL",
    "business_center": "Business Center",
    "spend": "Spend & Expense",
}
"""Systems that are written to, by the schema of their tables."""


@dataclass(frozen=True, slots=True)
class LeftAlone:
    """The rules by which Intacct's record is left alone, although an item was to change it.

    Args:
        settled: It is paid or used by now.
        edited: A person edited it while the item was on its way.
        changed: It changed after the plan was made.
        undone: It changed after a reversal of it was planned.
    """

    settled: str = "S-CFG-21"
    edited: str = "S-CFG-21"
    changed: str = "S-CFG-21"
    undone: str = "S-CFG-21"


@dataclass(frozen=True, slots=True)
class Pushed:
    """One object that is pushed.

    Args:
        name: What items, holds and pairs call it.
        word: What people call one record.
        source: Table of the records that are pushed.
        source_lines: Tables of lines that belong to such a record; a change of any is a change of the record.
        target: Table of the records of the system that is written to.
        natural_key: Columns of ``target`` by which a person would find the record; an item's natural key holds their
            fields.
        also_known_by: Columns of ``target`` by which a record is known too, where the other system has no key of its
            own that keeps it from being made twice: one that has the same in any of them is taken for the same.
        asked_by: Those of ``natural_key`` by which the other system's list can be filtered; without any, a look-up
            reads the whole list.
        recognised_by: Columns of ``content`` that are enough to know a record that an item without the mark made; all
            of them, if none is named.
        folded: Those of them that are compared without regard to case and outer blanks.
        people_id: Column of ``target`` with the id that people use, for the crosswalk.
        mark: Text column of ``target`` that carries the key of the item which wrote the record last (S-IDM-04); empty
            where the object has no text of its own. Such a record is known by its natural key, which Intacct keeps
            unique, and by what it holds.
        content: Columns of ``target`` that items write, in the order of sending; an item without the mark is known by
            them.
        arguments: Place of such columns in the arguments of ``functions``; a dot goes into what is nested.
        is_sought_by_mark: Whether people may change the natural key, so that a look-up also asks for the mark.
        looked_up: Further columns of ``target`` that a look-up before an update reads.
        patched: Fields that BILL's PATCH takes, where these are not all: what names another is a PUT of the whole.
        lines_field: Field of the target with its lines, where an update without the mark is known by them too.
        functions: Name of the function that does an operation, such as ``create_apadjustment``, where the gateway has
            no generic one; its arguments are the payload, in order. In BILL the path of a call of its own.
        helped_by: Tables that help to plan and may never have been read, for want of a permission.
        stands_on: Other tables of the other system → names in the payload that hold ids of theirs: an item expires if
            such a record changed since the plan, because what is due of it may have been settled otherwise.
        lifts: Rule by which the vendor's sync does not carry the object, so that it is pushed only if the link names it
            in ``also_pushed``; empty as a rule.
        reconciled_as: The reconciliation that tells of its records, where these are paired with others than ``target``;
            the one of its name, if none is given.
        is_compared: Whether a reconciliation tells of its records; if none does, the planner knows its pairs by itself.
        left_alone: The rules by which a record of it is left alone.
        by_person: Operations that no policy of a link ever approves.
        person_spared_by_policy: Whether one does if it says so, because such an item takes nothing back.
        asked_as: The object that a link names in ``also_pushed`` for this one too; itself, if none is given.
        spans: Where a record is no row but all rows of a period: their tables, each with the column of the day and
            what else counts of a row. Its id ends with the period's days (``domain.statements``); if what counts of any
            of these rows changed, it did.
        is_named_inside: Whether its own functions are told inside their arguments which record they change.
    """

    name: str
    word: str
    source: Table
    source_lines: tuple[Table, ...]
    target: Table
    natural_key: tuple[str, ...]
    people_id: str
    mark: str = ""
    content: tuple[str, ...] = ()
    folded: tuple[str, ...] = ()
    is_sought_by_mark: bool = False
    looked_up: tuple[str, ...] = ()
    also_known_by: tuple[str, ...] = ()
    asked_by: tuple[str, ...] = ()
    recognised_by: tuple[str, ...] = ()
    patched: tuple[str, ...] = ()
    lines_field: str = ""
    functions: Mapping[Operation, str] = field(default_factory=dict)
    helped_by: tuple[str, ...] = ()
    arguments: Mapping[str, str] = field(default_factory=dict)
    lifts: str = ""
    stands_on: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    reconciled_as: str = ""
    is_compared: bool = True
    left_alone: LeftAlone = LeftAlone()
    by_person: frozenset[Operation] = frozenset()
    person_spared_by_policy: bool = False
    asked_as: str = ""
    spans: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    is_named_inside: bool = False

    @property
    def is_list(self) -> bool:
        """Whether it is what documents name, not a document."""
        return not self.source.document_date

    @property
    def is_read_by_call(self) -> bool:
        """Whether its records are not for `query`: they are read by a function, with the files that they hold."""
        return self.target.call is not None and self.target.call.function == "get_list"

    def is_let_by(self, link: Link) -> bool:
        """Say whether a link's settings let it be pushed."""
        is_asked = not self.lifts or (self.asked_as or self.name) in link.also_pushed
        return is_asked and not link.not_pushed & {self.name, self.asked_as}

    def needs_a_person(self, operation: Operation, link: Link) -> bool:
        """Say whether an operation on it waits for a person, whatever the limits of a link's policy."""
        is_spared = self.person_spared_by_policy and link.into_bill.approves_payments
        return operation in self.by_person and not is_spared

    @property
    def reconciliation(self) -> str:
        """Name of the reconciliation that tells of its records; where there is none, that under which pairs stand."""
        return self.reconciled_as or self.name

    @property
    def platform(self) -> str:
        """What a link is called that pushes it: the platform whose records go into Intacct, or one of ``WAYS_BACK``."""
        return self.source.schema if self.target.schema == "intacct" else f"into_{self.target.schema}"

    @property
    def system(self) -> str:
        """What people call the system that is written to."""
        return SYSTEMS[self.target.schema]

    @property
    def origin(self) -> str:
        """What people call the system whose records are pushed."""
        return SYSTEMS.get(self.source.schema, "BILL")

    @property
    def look_up_fields(self) -> tuple[str, ...]:
        """Fields of the target that a look-up reads: key, natural key, mark, and what items depend on or write."""
        marks = [self.mark] if self.mark else []
        columns = dict.fromkeys(
            (self.target.key[0], *self.natural_key, *self.also_known_by, *marks, *self.looked_up, *self.content)
        )
        return tuple(self.field(name) for name in columns)

    def place(self, operation: Operation, column: str) -> str:
        """Return where the payload of an operation has a column of ``content``; a dot goes into what is nested."""
        return self.arguments[column] if operation in self.functions else self.field(column)

    @property
    def target_lines(self) -> tuple[Table, ...]:
        """Tables of the lines of Intacct's records."""
        return lines_of(self.target)

    def field(self, column: str) -> str:
        """Return Intacct's name of a column of ``target``."""
        return self.target.column(column).source
