"""Records of Intacct's lists that Spend & Expense is to offer as values: which are made, and what is told of others.

A value cannot be changed, and deleting one is final (bill v3, custom field values), so a value that is out of date is
told to a person and left.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from intacct_pipelines.domain.names import fold
from intacct_pipelines.domain.push import Item, Operation, canonical_json
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.push.into_bill.merging import Shared
from intacct_pipelines.push.into_spend.fields import ValuesOffered
from intacct_pipelines.push.list_updates import revision_key
from intacct_pipelines.push.planner import Held
from intacct_pipelines.push.sources import text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from intacct_pipelines.domain.push import Fields
    from intacct_pipelines.push.planner import Context, Decision
    from intacct_pipelines.push.sources import Row

FIELD = "customFieldId"
"""Place in a payload of the id under which the field takes values."""
_GONE = "deleted"


class IntoSpendPlanner:
    """Decides about the records of one list of one link's way into Spend & Expense; a subclass says which."""

    object_name: ClassVar[str]
    reads: ClassVar[tuple[str, ...]]
    rule: ClassVar[str]
    """The rule by which the list travels."""
    dimension: ClassVar[str]
    """What the custom field carries."""
    id: ClassVar[str]
    """Intacct's column with the id that people use."""
    title: ClassVar[str]
    """Intacct's column with the name."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._sources = sources = context.sources
        self._link = sources.link
        self._pushed = PUSHED[self.object_name]
        self._rows = sources.by(self._pushed.source.qualified_name)
        self._offered = ValuesOffered(sources, self.dimension)
        self._is_unread = any(table == self._pushed.target.qualified_name for table, _ in context.quarantined)

    def travels(self, row: Row) -> bool:
        """Return whether a charge may name a record: in use, and of the link's level or the company's (S-CFG-11)."""
        is_in_use = text(row, "status") in {"active", ""}
        return is_in_use and text(row, "owner_entity_id") in {"", self._link.entity.entity_id}

    # --- the contract of planners ---------------------------------------------------------------------------------

    def rows(self) -> list[Row]:
        """Return Intacct's records by number, and those that are gone though a value still stands for them."""
        return [row for _, row in sorted((self._rows | self._gone()).items())]

    def _gone(self) -> dict[int, Row]:
        codes = {row["id"]: code for code, values in self._offered.by_code.items() for row in values}
        return {
            int(number): {"record_no": int(number), self.id: codes[key], "status": _GONE}
            for name, key, number in self._context.agreed
            if name == self.object_name and key in codes and int(number) not in self._rows
        }

    def is_shown(self, decision: Decision) -> bool:
        """Show what is decided."""
        return decision is not None

    def decide(self, row: Row) -> Decision:
        """Return what is to be done with a record of Intacct; None if the platform offers what it should."""
        mine = self._offered.by_code.get(text(row, self.id), [])
        try:
            if not self.travels(row):
                self._check_retired(row, mine)
                return None
            return self._renamed(row, mine) if mine else self._create(row)
        except Held as held:
            return held.hold(self.object_name, str(row["record_no"]), self._label(row))

    def pairs(self) -> Iterator[tuple[Row, Row]]:
        """Yield Intacct's records with each value that is read as it."""
        for row in self._rows.values():
            yield from ((row, value) for value in self._offered.by_code.get(text(row, self.id), []))

    def all_shared(self, row: Row, value: Row) -> Iterator[Shared]:
        """Yield the text."""
        yield Shared("value", self._wanted(row), text(value, "value"))

    def _wanted(self, row: Row) -> str:
        named = {"{id}": text(row, self.id), "{name}": text(row, self.title)}
        # in one pass: a name may hold what stands for another
        worded = re.sub(r"\{(?:id|name)\}", lambda found: named[found[0]], self._link.into_spend.text)
        return " ".join(worded.split())

    def _label(self, row: Row) -> str:
        return f"{self._pushed.word} {self._wanted(row)}".strip()

    # --- making ---------------------------------------------------------------------------------------------------

    def _create(self, row: Row) -> Item:
        if (self.object_name, str(row["record_no"])) in self._context.posted:
            reason = "its value was made before, and somebody took it out"
            remedy = "Let the custom field offer it again in the platform's own screens, if it is needed."
            raise Held("deleted_in_spend", "S-IDM-06", reason, remedy)
        self._offered.check()
        wanted = self._wanted(row)
        self._offered.check_free(text(row, self.id), wanted)
        return self._item(row, wanted)

    def _item(self, row: Row, wanted: str, former: Sequence[Row] = ()) -> Item:
        self._offered.check()
        self._check_readable(row)
        code, number = text(row, self.id), str(row["record_no"])
        if (meaning := self._offered.meaning(wanted)) != code:
            reason = f"{wanted!r} would be read as {meaning!r}, not as {code!r}"
            remedy = "Let `cards.code_pattern` and the maps read what `into_spend.text` writes, or correct the record."
            raise Held("code_pattern", "S-CRD-03", reason, remedy)
        pushed, field = self._pushed, self._offered.field
        payload: Fields = {FIELD: text(field, "legacy_id") or field["id"], "value": wanted}
        # Between two new values of one text lies another that took its place.
        seed = canonical_json(payload) + ",".join(sorted(value["id"] for value in former))
        beside = ", ".join(repr(text(value, "value")) for value in former)
        return Item(
            key=revision_key(self._context, self.object_name, number, Operation.CREATE, seed, system="intacct"),
            object_name=self.object_name,
            operation=Operation.CREATE,
            source_id=number,
            natural_key={pushed.field("custom_field_id"): field["id"], pushed.field("value"): wanted},
            payload=payload,
            source_revision=self._context.revisions.get((self.object_name, number), ""),
            label=self._label(row),
            warnings=(f"it stands beside {beside} until a person takes that out",) if beside else (),
        )

    def _check_readable(self, row: Row) -> None:
        if self._is_unread or (self._pushed.source.qualified_name, str(row["record_no"])) in self._context.quarantined:
            reason = "a newer copy of it, or a value of the platform, is in quarantine"
            raise Held("quarantined", "S-ERR-41", reason, "Correct what the quarantine names, then sync.")

    # --- what is there --------------------------------------------------------------------------------------------

    def _renamed(self, row: Row, mine: Sequence[Row]) -> Item | None:
        """Return the value with a record's new name, beside that with the former one; how people word values is theirs.

        Raises:
            Held: The new one is there, and the former still is.
        """
        wanted = self._wanted(row)
        former = [value for value in mine if self._is_former(row, value, wanted)]
        if not former:
            return None
        if all(fold(text(value, "value")) != fold(wanted) for value in mine):
            return self._item(row, wanted, mine)
        reason = f"Intacct has another name for it now, and people can still choose {_told(former)}"
        raise Held("renamed", self.rule, reason, self._take_out(former))

    def _is_former(self, row: Row, value: Row, wanted: str) -> bool:
        """Say whether a value still says what both sides once agreed on, and Intacct says something else."""
        agreed = self._context.agreed.get((self.object_name, value["id"], str(row["record_no"])), {}).get("value")
        return agreed is not None and fold(agreed) == fold(text(value, "value")) != fold(wanted)

    def _check_retired(self, row: Row, mine: Sequence[Row]) -> None:
        """Tell of values whose record is out of use; of one that is another level's nothing is said.

        Raises:
            Held: There are some.
        """
        if mine and text(row, "status") not in {"active", ""}:
            reason = f"it is {row['status']} in Intacct, and people can still choose {_told(mine)}"
            raise Held("retired", self.rule, reason, self._take_out(mine))

    def _take_out(self, values: Sequence[Row]) -> str:
        return (
            f"Take {_told(values)} out of the custom field {self._offered.name!r} in the platform's own screens; its "
            "API can only delete a value for good, which is left to a person."
        )


def _told(values: Sequence[Row]) -> str:
    return ", ".join(repr(text(value, "value")) for value in values)
