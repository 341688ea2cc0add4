"""Projects, items and employees that lines name: BILL's ids of those that it has, where its lines take them."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from intacct_pipelines.domain.names import fold
from intacct_pipelines.domain.push import Item
from intacct_pipelines.push.planner import Held
from intacct_pipelines.push.sources import text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from intacct_pipelines.domain.push import Fields
    from intacct_pipelines.domain.pushed import Pushed
    from intacct_pipelines.push.planner import Context
    from intacct_pipelines.push.sources import Row

CODED: Final = "classifications"
"""Where BILL's lines have the ids of what they are coded to."""
_NONE: Final = "none"


class _List(NamedTuple):
    """What a line may name, BILL's field for it, and the rule by which it travels."""

    word: str
    field: str
    rule: str

    @property
    def column(self) -> str:
        """The column of lines, on both sides."""
        return f"{self.word}_id"


_LISTS: Final = (
    _List("project", "jobId", "S-PRJ-01"),
    _List("item", "itemId", "S-ITM-01"),
    _List("employee", "employeeId", "S-EMP-01"),
)


class LineNames:
    """Finds what the lines of one object name.

    It is known by its pair, else by Intacct's id as its short name. What BILL has not is not carried, and the plan says
    so: unlike an account or department it decides nothing in the ledger.

    Args:
        context: What the planner is told.
        pushed: The object; only what BILL's lines of it take is carried.
    """

    def __init__(self, context: Context, pushed: Pushed) -> None:
        self._context = context
        taken = {column.name for table in pushed.target_lines for column in table.columns}
        told = {column.name for table in pushed.source_lines for column in table.columns}
        self._lists = [one for one in _LISTS if one.column in taken & told]
        self._rows = {one.word: context.sources.by(f"intacct.{one.word}", one.column) for one in self._lists}
        self._by_code: dict[tuple[str, str], list[str]] = defaultdict(list)
        for one in self._lists:
            for row in context.sources.live(f"bill.{one.word}"):
                if not row.get("is_archived"):
                    self._by_code[one.word, fold(text(row, "short_name"))].append(row["id"])

    def of_line(self, position: int, row: Row) -> dict[str, str]:
        """Return BILL's ids of what a line of Intacct names, by BILL's field.

        Raises:
            Held: One of them is on its way into BILL.
        """
        for one in self._lists:
            number = self._number(one, text(row, one.column))
            name = (f"bill_{one.word}", number)
            if number and (isinstance(self._context.decisions.get(name), Item) or name in self._context.in_hand):
                if self._id(one, text(row, one.column)):
                    continue
                reason = f"line {position}: {one.word} {text(row, one.column)} is on its way into BILL"
                remedy = "The sync after it is there brings this one; BILL gives it its id only then."
                raise Held("parent_waits", one.rule, reason, remedy, held_by=number)
        return self._ids(row)

    def not_carried(self, rows: Iterable[Row]) -> tuple[str, ...]:
        """Return what to know before approving: what lines name and BILL has not."""
        return tuple(
            f"line {position}: {one.word} {text(row, one.column)} is not in BILL and is not carried [{one.rule}]"
            for position, row in enumerate(rows, start=1)
            for one in self._lists
            if text(row, one.column) and not self._id(one, text(row, one.column))
        )

    def in_words(self, rows: Iterable[Row]) -> str:
        """Return what Intacct's lines name of what BILL has, as one text, in BILL's ids."""
        return self._told(self._ids(row) for row in rows)

    def bills_words(self, rows: Iterable[Row]) -> str:
        """Return the same of BILL's lines."""
        return self._told({one.field: text(row, one.column) for one in self._lists} for row in rows)

    def in_place_of(self, old: Row, line: Fields, *, has_changed: bool, rule: str) -> Fields:
        """Return a line that takes the place of one in BILL, whose codes stay where Intacct says nothing of them.

        Args:
            old: BILL's line.
            line: What takes its place.
            has_changed: Whether what lines name was changed in Intacct.
            rule: By which BILL's lines are changed.

        Raises:
            Held: A code is to be taken away, which a change in BILL does not.
        """
        kept: Fields = {one.field: text(old, one.column) for one in self._lists if text(old, one.column)}
        told = line[CODED]
        codes = told if isinstance(told, dict) else {}
        if has_changed and (lost := [one.word for one in self._lists if one.field in kept.keys() - codes.keys()]):
            reason = f"a line names no {lost[0]} any more, which a change does not take away"
            remedy = "Make the change in BILL too; the rest follows by itself."
            raise Held("lost_dimension", rule, reason, remedy)
        return {"id": old["id"], **line, CODED: kept | codes}

    def _ids(self, row: Row) -> dict[str, str]:
        found = {one.field: self._id(one, text(row, one.column)) for one in self._lists}
        return {field: value for field, value in found.items() if value}

    def _number(self, one: _List, value: str) -> str:
        row = self._rows[one.word].get(value) if value else None
        return "" if row is None else str(row["record_no"])

    def _id(self, one: _List, value: str) -> str:
        if number := self._number(one, value):
            twin = self._context.sources.twins(f"bill_{one.word}").get(int(number))
            if twin is not None:
                return "" if twin.get("is_archived") else str(twin["id"])
        found = self._by_code.get((one.word, fold(value)), []) if value else []
        return found[0] if len(found) == 1 else ""

    def _told(self, lines: Iterable[dict[str, str]]) -> str:
        found = ([line.get(one.field, "") for one in self._lists] for line in lines)
        return "; ".join(sorted(" ".join(filter(None, ids)) for ids in found if any(ids))) or _NONE


def with_names(lines: Sequence[Fields], names: Sequence[dict[str, str]]) -> list[Fields]:
    """Return lines with what they name beside what they are coded to."""
    return [
        {**line, CODED: {**told, **named}} if isinstance(told := line[CODED], dict) else line
        for line, named in zip(lines, names, strict=True)
    ]
