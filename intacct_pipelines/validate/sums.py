"""Whether what the catalog says adds up does: one reading of the lines, one of the headers, exact to the last digit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Context, Decimal
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from intacct_pipelines.domain.catalog import TABLES, Table
from intacct_pipelines.domain.catalog.sums import Slack, Sum, Term, currency_of, terms
from intacct_pipelines.domain.money import minor_unit_digits

if TYPE_CHECKING:
    import pandas as pd

Frames: TypeAlias = Mapping[str, "pd.DataFrame"]
"""Frames by qualified table name."""
Finding: TypeAlias = tuple[str, str]
"""Key of the row that fails, and the value that shows why."""
Amounts: TypeAlias = dict[str | None, Decimal]
"""By currency; None where none is named."""

_ACCOUNTING: Final = Context(prec=200)
"""Sums are exact: the usual 28 digits would round a total of many long amounts."""
_ZERO: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class Side:
    """The terms of one table: the header's, or the lines'."""

    table: Table
    terms: tuple[Term, ...]
    currency: str
    places: Mapping[str, int]
    """Column → its place in the rows that are read."""
    plain: int | None
    """Place of the only term, if that is a column as it stands."""

    @staticmethod
    def of(name: str, texts: Iterable[str], *more: str) -> Side:
        """The side of a table, with the columns that are read beside its terms; empty ones are no columns."""
        table, own = TABLES[name], terms(texts)
        currency = currency_of(table, own)
        names = (currency, *more, *(column for term in own for column in term.columns))
        known = [name for name in dict.fromkeys(names) if name in table.column_names]
        is_plain = own == (Term(own[0].columns[:1]),) if own else False
        plain = known.index(own[0].columns[0]) if is_plain else None
        return Side(table, own, currency, {name: place for place, name in enumerate(known)}, plain)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are read, in order."""
        return tuple(self.places)

    def cell(self, row: Sequence[Any], name: str) -> Any:
        """A row's cell; None where the table has no such column."""
        return row[self.places[name]] if name in self.places else None

    def value(self, row: Sequence[Any], term: Term) -> Decimal | None:
        """A term's value in a row; None where the source leaves it empty."""
        found = Decimal(1)
        for name in term.columns:
            cell = self.cell(row, name)
            if cell is None:
                return None
            found = _ACCOUNTING.multiply(found, Decimal(cell))
        if term.is_positive_only and found < 0:
            return _ZERO
        return -found if term.is_subtracted else found

    def amount(self, row: Sequence[Any]) -> Decimal:
        """All terms of a row together, empty ones as zero."""
        if self.plain is not None:
            return row[self.plain] or _ZERO
        total = _ZERO
        for term in self.terms:
            total = _ACCOUNTING.add(total, self.value(row, term) or _ZERO)
        return total


@dataclass(slots=True)
class _Lines:
    """What the lines of one document add up to."""

    count: int = 0
    amounts: Amounts = field(default_factory=dict)
    is_converted: bool = False

    def add(self, currency: str | None, amount: Decimal) -> None:
        self.count += 1
        self.amounts[currency] = _ACCOUNTING.add(self.amounts.get(currency, _ZERO), amount)


class SumCheck:
    """Finds the documents that break a sum."""

    def __init__(self, declared: Sum) -> None:
        self.declared = declared
        self._key = TABLES[declared.table].key[0]
        self.header = Side.of(declared.table, declared.total, self._key, "currency", declared.unless[0])
        self._parent_key = declared.parent_key or (TABLES[declared.lines].parent_key if declared.lines else "")
        self.lines = (
            Side.of(declared.lines, declared.parts, self._parent_key, "currency", declared.only[0])
            if declared.lines
            else None
        )

    @property
    def reads(self) -> dict[str, tuple[str, ...]]:
        """The columns that are needed, by table."""
        return {
            self.declared.table: self.header.columns,
            **({self.declared.lines: self.lines.columns} if self.lines else {}),
        }

    def __call__(self, frames: Frames) -> Iterator[Finding]:
        """Yield the documents that break the sum, with both sides."""
        of_documents = self._sum_lines(frames)
        for row in cells(frames[self.declared.table], *self.header.columns):
            if not self._is_left_alone(row):
                key = self.header.cell(row, self._key)
                yield from self._judge(key, row, of_documents.get(key, _Lines()))

    def _sum_lines(self, frames: Frames) -> Mapping[Hashable, _Lines]:
        found: defaultdict[Hashable, _Lines] = defaultdict(_Lines)
        if self.lines is None:
            return found
        places, (column, values) = self.lines.places, self.declared.only
        parent_at, currency_at = places[self._parent_key], places[self.lines.currency]
        own_at = places.get("currency", currency_at)
        for row in cells(frames[self.declared.lines], *self.lines.columns):
            if not column or row[places[column]] in values:
                document = found[row[parent_at]]
                document.add(row[currency_at], self.lines.amount(row))
                document.is_converted |= row[own_at] not in (None, row[currency_at])
        return found

    def _is_left_alone(self, row: Sequence[Any]) -> bool:
        column, values = self.declared.unless
        if column and self.header.cell(row, column) in values:
            return True
        if not self.header.terms:
            return False
        first, *others = self.header.terms
        if self._is_optional(first) and self.header.value(row, first) is None:
            return True
        # without lines, a header that says nothing of its parts is no contradiction
        return self.lines is None and all(self.header.value(row, term) is None for term in others)

    def _is_optional(self, term: Term) -> bool:
        return not all(self.header.table.column(name).required for name in term.columns)

    def _judge(self, key: Hashable, row: Sequence[Any], lines: _Lines) -> Iterator[Finding]:
        if self.declared.is_of_one_currency and len(lines.amounts) > 1:
            return
        own = self.header.cell(row, self.header.currency)
        if (own is None or not self.header.terms) and len(lines.amounts) == 1:
            own = next(iter(lines.amounts))
        found = _in_currency(lines.amounts, own)
        expected = self.header.amount(row)
        slack = self._slack(row, own, lines)
        is_near = abs(_ACCOUNTING.subtract(found.pop(own), expected)) <= slack
        is_given = not self.header.terms or self.header.value(row, self.header.terms[0]) is not None
        if not is_near or not is_given or any(found.values()) or self._is_in_others(found):
            yield str(key), self._write(row, own, expected if is_given else None, lines)

    def _is_in_others(self, found: Amounts) -> bool:
        """Whether lines are in a currency that their header is not in, even if they cancel out."""
        return bool(self.header.terms) and bool(found)

    def _slack(self, row: Sequence[Any], currency: str | None, lines: _Lines) -> Decimal:
        is_converted = lines.is_converted or self.header.cell(row, "currency") not in (None, currency)
        if self.declared.slack is Slack.NONE or (self.declared.slack is Slack.CONVERTED and not is_converted):
            return _ZERO
        return Decimal(lines.count or len(self.header.terms)).scaleb(-minor_unit_digits(currency or ""))

    def _write(self, row: Sequence[Any], currency: str | None, expected: Decimal | None, lines: _Lines) -> str:
        if self.lines is None:
            parts = (f"{text.lstrip('-')} {_text(self.header.value(row, term))}" for text, term in
                     zip(self.declared.total, self.header.terms, strict=True))  # fmt: skip
            return f"{', '.join(parts)}: {_text(expected)} {currency or '(no currency)'} apart"
        sums = write_amounts(_in_currency(lines.amounts, currency) if self.header.terms else lines.amounts)
        if not self.header.terms:
            return f"lines {sums} where nothing should be left"
        return f"header {write_amounts({currency: expected})}, lines {sums}"


def cells(frame: pd.DataFrame, *columns: str) -> Iterable[tuple[Any, ...]]:
    """Rows of some columns, with None for everything that is missing."""
    import pandas as pd  # noqa: PLC0415 - see documents._failures

    values = [[None if pd.isna(cell) else cell for cell in frame[column].tolist()] for column in columns]
    return zip(*values, strict=True)


def _in_currency(sums: Amounts, currency: str | None) -> Amounts:
    """Sums by currency, where a line that names none is in the header's; no line at all is a sum of zero."""
    found: Amounts = {currency: _ZERO}
    for own, amount in sums.items():
        found[own or currency] = _ACCOUNTING.add(found.get(own or currency, _ZERO), amount)
    return found


def write_amounts(amounts: Mapping[str | None, Decimal | None]) -> str:
    """Amounts with their currencies, for a person."""
    return " + ".join(
        f"{_text(amount)} {currency or '(no currency)'}"
        for currency, amount in sorted(amounts.items(), key=lambda item: item[0] or "")
    )


def _text(amount: Decimal | None) -> str:
    return "nothing" if amount is None else format(amount, "f")
