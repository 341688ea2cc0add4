"""Coded lines of Intacct in BILL's words: the ids of what they name, as the other direction reads them back."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from itertools import zip_longest
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

from intacct_pipelines.domain.money import format_amount
from intacct_pipelines.push.coded_lines import intacct_line
from intacct_pipelines.push.planner import Held
from intacct_pipelines.push.sources import text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from intacct_pipelines.domain.push import Fields
    from intacct_pipelines.push.coded_lines import Line
    from intacct_pipelines.push.into_bill.line_names import LineNames
    from intacct_pipelines.push.sources import Row, Sources


class _Named(NamedTuple):
    """What a line may name, the link's setting that maps it, and where BILL has it."""

    word: str
    setting: str
    field: str
    rule: str


_ACCOUNT: Final = _Named("account", "accounts", "chartOfAccountId", "S-COA-01")
_DIMENSIONS: Final = (
    _Named("department", "departments", "departmentId", "S-DEP-01"),
    _Named("location", "locations", "locationId", "S-LOC-01"),
    _Named("class", "classes", "accountingClassId", "S-CLS-01"),
)

_BY_HAND: Final = "Make the change in BILL too; the rest follows by itself."


class CodedForBill:
    """Translates the lines of one link's documents into BILL's words.

    An id of BILL stands for what the way into Intacct makes of it, so that nothing changes on the way there and back.

    Args:
        sources: The rows.
    """

    reads: ClassVar[tuple[str, ...]] = (
        "bill.gl_account", "bill.department", "bill.location", "bill.accounting_class", "bill.ap_term",
    )  # fmt: skip

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        coding = sources.coding
        self._ids = {
            "account": _backwards(sources, "gl_account", coding.account_no),
            "department": _backwards(sources, "department", coding.department_id),
            "location": _backwards(sources, "location", coding.location_id),
            "class": _backwards(sources, "accounting_class", coding.class_id),
        }

    def translate(self, rows: Sequence[Row], total: Decimal, currency: str, document: str) -> list[Fields]:
        """Return lines as BILL takes them, proven to add up to the header.

        Args:
            rows: Intacct's lines, in order.
            total: Amount of the header.
            currency: ISO 4217.
            document: What the document is called, such as ``bill``.

        Raises:
            Held: They do not add up, or what one names has no counterpart in BILL.
        """
        added = sum((row["trx_amount"] for row in rows), start=Decimal(0))
        if not rows or added != total:
            reason = f"its {len(rows)} lines add up to {added}, the header says {total}"
            raise Held("unbalanced", "S-IDM-07", reason, f"Correct the {document} in Intacct.")
        return [self._line(position, intacct_line(row), currency) for position, row in enumerate(rows, start=1)]

    @staticmethod
    def in_places(
        present: Sequence[Row],
        lines: Sequence[Fields],
        names: LineNames,
        *,
        has_changed: bool,
        rule: str,
        document: str,
    ) -> list[Fields]:
        """Return lines, each in the place of one that is there; BILL's PATCH takes no line and no code away.

        Args:
            present: BILL's lines, in order.
            lines: From ``translate``, in order.
            names: Knows what else lines name.
            has_changed: Whether that was changed in Intacct.
            rule: By which BILL's lines are changed.
            document: What the document is called, such as ``bill``.

        Raises:
            Held: A line or a code is gone.
        """
        if len(lines) < len(present):
            reason = f"BILL's {document} has {len(present)} lines, Intacct's {len(lines)}, and a change removes none"
            raise Held("lines_removed", rule, reason, _BY_HAND)
        for position, (old, line) in enumerate(zip(present, lines, strict=False), start=1):
            codes = line["classifications"]
            assert isinstance(codes, dict)  # noqa: S101 - as ``translate`` made them; this tells the type checker
            lost = [one.word for one in _DIMENSIONS if old.get(f"{one.word}_id") and one.field not in codes]
            if lost:
                reason = f"line {position} has no {lost[0]} any more, which a change does not take away"
                raise Held("lost_dimension", rule, reason, _BY_HAND)
        return [
            names.in_place_of(old, line, has_changed=has_changed, rule=rule) if old else line
            for old, line in zip_longest(present, lines)
        ]

    def back(self, row: Row) -> tuple[Decimal, str, str, str, str]:
        """Return a line of BILL in Intacct's words, a question mark for what has none there."""
        coding = self._sources.coding
        account, department, location, class_id = (
            "?" if word is None else word
            for word in (
                coding.account_no(text(row, "gl_account_id")),
                coding.department_id(text(row, "department_id")),
                coding.location_id(text(row, "location_id")),
                coding.class_id(text(row, "class_id")),
            )
        )
        return row["amount"], account, department, location, class_id

    def _line(self, position: int, line: Line, currency: str) -> Fields:
        if not line.account_no:
            reason = f"line {position} has no account"
            raise Held("missing_account", "S-BP-12", reason, "Code the line in Intacct.")
        codes: Fields = {_ACCOUNT.field: self._id(position, _ACCOUNT, line.account_no)}
        values = (line.department_id, line.location_id, line.class_id)
        for named, value in zip(_DIMENSIONS, values, strict=True):
            if value and (found := self._id(position, named, value)):
                codes[named.field] = found
        try:
            fields: Fields = {"amount": format_amount(line.amount, currency)}
        except ValueError as error:
            raise Held("amount", "S-IDM-07", str(error), "Correct the amount in Intacct.") from error
        if line.description:
            fields["description"] = line.description
        return {**fields, "classifications": codes}

    def _id(self, position: int, named: _Named, value: str) -> str:
        """Return BILL's id; empty for the location that BILL's lines without one have by the link's settings."""
        found = self._ids[named.word].get(value, [])
        if len(found) == 1:
            return found[0]
        if not found and named.word == "location" and value == self._sources.link.default_location:
            return ""
        if found:
            reason = f"line {position}: {', '.join(found)} of BILL all stand for {named.word} {value}"
            remedy = f"Archive all but one of them in BILL, or name one in `{named.setting}` of the link."
            raise Held("ambiguous", named.rule, reason, remedy)
        reason = f"line {position}: {named.word} {value} has no counterpart in use in BILL"
        remedy = "The sync after it is there brings this one; what does not travel is made there, or mapped."
        if named.word == "location" and value == self._sources.link.entity.entity_id:
            remedy = "An entity is no location of BILL: name it as default_location of the link, for lines without one."
        raise Held("missing_reference", named.rule, reason, remedy)


def _backwards(sources: Sources, table: str, word_of: Callable[[str | None], str | None]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for row in sources.live(f"bill.{table}"):
        word = word_of(text(row, "id"))
        if word and not row.get("is_archived"):
            found[word].append(row["id"])
    return found
