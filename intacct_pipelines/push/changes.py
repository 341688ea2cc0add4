"""What an update changes, as people read it: each field with what it was and what it becomes."""

from __future__ import annotations

from decimal import Decimal
from itertools import zip_longest
from typing import TYPE_CHECKING

from intacct_pipelines.domain.push import Change

if TYPE_CHECKING:
    from collections.abc import Sequence

    from intacct_pipelines.push.coded_lines import Line


def changes_of(*fields: tuple[str, object, object]) -> tuple[Change, ...]:
    """Return a change for each field that differs; a field is what people call it, what Intacct has, and what is sent.

    Amounts are equal if they come to the same; what is empty is equal however it is empty.
    """
    return tuple(Change(name, _told(old), _told(new)) for name, old, new in fields if (old or "") != (new or ""))


def line_changes(old: Sequence[Line], new: Sequence[Line]) -> tuple[Change, ...]:
    """Return the changes of a document's lines, of which each takes the place of the one there."""
    found: list[Change] = []
    for position, (before, line) in enumerate(zip_longest(old, new), start=1):
        if before is None or line is None:
            found.append(Change(f"line {position}", _whole(before), _whole(line)))
            continue
        found += changes_of_line(position, before, line)
    return tuple(found)


def changes_of_line(position: int, before: Line, line: Line) -> tuple[Change, ...]:
    """Return what becomes of one line."""
    return changes_of(
        (f"line {position} amount", before.amount, line.amount),
        (f"line {position} account", before.account_no, line.account_no),
        (f"line {position} department", before.department_id, line.department_id),
        (f"line {position} location", before.location_id, line.location_id),
        (f"line {position} class", before.class_id, line.class_id),
        (f"line {position} text", before.description, line.description),
    )


def _told(value: object) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else str(value or "")


def _whole(line: Line | None) -> str:
    if line is None:
        return ""
    codes = (line.account_no, line.department_id, line.location_id, line.class_id)
    return f"{line.amount:f} to {', '.join(filter(None, codes))}"
