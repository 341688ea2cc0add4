"""One table of a report, from which page, workbook and text files are made: so all have the same numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from intacct_pipelines.report.words import safe

Cell = str | int | Decimal | date | datetime | None


class Sort(StrEnum):
    """What a column holds."""

    TEXT = "text"
    COUNT = "count"
    MONEY = "money"
    DAY = "day"
    INSTANT = "instant"


@dataclass(frozen=True, slots=True)
class Field:
    """One column: its name in files, its title for people, what it holds and how wide it is in characters."""

    name: str
    title: str
    sort: Sort = Sort.TEXT
    width: int = 16


@dataclass(frozen=True)
class Sheet:
    """Rows of cells in the order of the fields; texts are safe, amounts exact, instants UTC without a zone."""

    name: str
    title: str
    fields: tuple[Field, ...]
    rows: list[tuple[Cell, ...]]

    def column(self, name: str) -> list[Any]:
        """Return the cells of one column."""
        at = self.position(name)
        return [row[at] for row in self.rows]

    def position(self, name: str) -> int:
        """Return the place of a column, from 0."""
        return [field.name for field in self.fields].index(name)

    def dicts(self) -> list[dict[str, Any]]:
        """Return the rows by names of columns."""
        names = [field.name for field in self.fields]
        return [dict(zip(names, row, strict=True)) for row in self.rows]


def sheet(name: str, title: str, fields: Sequence[Field], rows: Iterable[Mapping[Any, Any]]) -> Sheet:
    """Return a sheet with every cell made safe and of its column's sort; other columns of the rows are left out."""
    made = [tuple(_cell(field, row[field.name]) for field in fields) for row in rows]
    return Sheet(name, title, tuple(fields), made)


def _cell(field: Field, cell: Any) -> Cell:
    if cell is None or cell != cell:  # noqa: PLR0124 - pandas' NaN and NaT are absent, too
        return "" if field.sort is Sort.TEXT else None
    match field.sort:
        case Sort.COUNT:
            return int(cell)
        case Sort.MONEY:
            return Decimal(cell)
        case Sort.DAY:
            return cell.astimezone(UTC).date() if isinstance(cell, datetime) else date.fromisoformat(str(cell))
        case Sort.INSTANT:
            instant: datetime = cell.astimezone(UTC).replace(tzinfo=None, microsecond=0)
            return instant
        case _:
            return safe(cell)
