"""What is open of bills and adjustments, line by line, and what payments and credits make of it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from intacct_pipelines.sandbox.intacct.documents import ZERO, Form, fill, lines_of, totals
from intacct_pipelines.sandbox.intacct.fields import LEDGER_STATES, RAW_STATES
from intacct_pipelines.sandbox.intacct.values import round_amount

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from intacct_pipelines.sandbox.intacct.state import Row, State


class OpenLine(NamedTuple):
    """A line and how much of it is open, in transaction currency; negative for a credit."""

    number: str
    due: Decimal


class OpenItem:
    """A bill or an adjustment as something that can be paid or used.

    Args:
        state: The company.
        form: What kind of document it is.
        row: The document as it is now.
    """

    def __init__(self, state: State, form: Form, row: Row) -> None:
        self._state = state
        self.form = form
        self.table = state.tables[form.header]
        self.lines = state.tables[form.lines]
        self.row = row

    @property
    def number(self) -> str:
        """RECORDNO."""
        return self.table.get(self.row, "RECORDNO")

    @property
    def is_posted(self) -> bool:
        """Whether it stands in the ledger, so that it can be settled."""
        state = self.table.get(self.row, "STATE")
        return state in LEDGER_STATES and state not in {"Reversed", "Reversal"}

    @property
    def due(self) -> Decimal:
        """What is open and not selected for another payment; negative for a credit."""
        get = self.table.get
        return Decimal(get(self.row, "TRX_TOTALDUE") or "0") - Decimal(get(self.row, "TRX_TOTALSELECTED") or "0")

    def paid(self, line: Row) -> Decimal:
        """How much of one of its lines is paid or used."""
        return Decimal(self.lines.get(line, "TRX_TOTALPAID") or "0")

    def open_lines(self) -> list[OpenLine]:
        """The lines in order, each with what is open."""
        get = self.lines.get
        return [
            OpenLine(get(item, "RECORDNO"), Decimal(get(item, "TRX_AMOUNT")) - self.paid(item))
            for item in lines_of(self.table, self.lines, self.row)
        ]

    def line(self, number: str) -> Row | None:
        """One of its lines."""
        row = self.lines.rows.get(int(number)) if number.isdecimal() else None
        return row if row is not None and self.lines.get(row, "RECORDKEY") == self.number else None

    def base_of(self, number: str, amount: Decimal) -> Decimal:
        """What settling so much of a line takes off its base amount; together never a minor unit too much."""
        row = self.lines.rows[int(number)]
        before = self.paid(row)
        return self._base_paid(row, before + amount) - self._base_paid(row, before)

    def _base_paid(self, item: Row, paid: Decimal) -> Decimal:
        get = self.lines.get
        if paid == Decimal(get(item, "TRX_AMOUNT")):
            return Decimal(get(item, "AMOUNT"))
        rate, base = Decimal(self.table.get(self.row, "EXCHANGE_RATE") or "1"), self.table.get(self.row, "BASECURR")
        return round_amount(paid * rate, base)

    def settle(self, number: str, amount: Decimal, day: str) -> None:
        """Note that so much of a line was paid or used (or, if it has the other sign, no longer is).

        Args:
            number: RECORDNO of the line.
            amount: In transaction currency; has the line's sign.
            day: ``mm/dd/yyyy``.
        """
        old = self.lines.rows[int(number)]
        item = old.copy()
        paid = self.paid(old) + amount
        fill(self.lines, item, {"TRX_TOTALPAID": str(paid), "TOTALPAID": str(self._base_paid(old, paid))})
        self._state.replace(self.lines, old, self._state.stamped(self.lines, item))
        self._refresh(day)

    def select(self, amount: Decimal) -> None:
        """Note that so much is selected for a payment that waits for approval (or, if negative, no longer is)."""
        selected = Decimal(self.table.get(self.row, "TRX_TOTALSELECTED") or "0") + amount
        self._refresh("", selected)

    def _refresh(self, day: str, selected: Decimal = ZERO) -> None:
        """Bring the header in line with its lines."""
        row = self.row.copy()
        fill(self.table, row, paid_totals(self, selected))
        if day:
            paid = Decimal(self.table.get(row, "TRX_TOTALPAID"))
            fill(self.table, row, {"WHENPAID": day if paid else ""})
        row = self._state.stamped(self.table, row)
        self._state.replace(self.table, self.row, row)
        self.row = row


def paid_totals(item: OpenItem, selected: Decimal = ZERO) -> dict[str, str]:
    """Totals and state of a header from what its lines say."""
    table, lines = item.table, item.lines
    rows = lines_of(table, lines, item.row)
    trx_paid = sum((Decimal(lines.get(one, "TRX_TOTALPAID") or "0") for one in rows), ZERO)
    base_paid = sum((Decimal(lines.get(one, "TOTALPAID") or "0") for one in rows), ZERO)
    trx, base = Decimal(table.get(item.row, "TRX_TOTALENTERED")), Decimal(table.get(item.row, "TOTALENTERED"))
    state = "Paid" if trx_paid == trx else "Partially Paid" if trx_paid else "Posted"
    state = "Selected" if selected else state
    return {
        **totals(trx, base, trx_paid, base_paid),
        "TRX_TOTALSELECTED": str(selected),
        "STATE": state,
        "RAWSTATE": RAW_STATES[state],
    }


class Opening:
    """What is left of an open item while a payment is put together, so that its details add up.

    Args:
        item: The document.
    """

    def __init__(self, item: OpenItem) -> None:
        self.item = item
        self.due = item.due
        self._left = {line.number: line.due for line in item.open_lines()}

    def left(self, line: str = "") -> Decimal:
        """What may still be taken of the document, or of one of its lines; 0 of a line that it does not have."""
        part = self._left.get(line, ZERO) if line else sum(self._left.values(), ZERO)
        return min(part, self.due, key=abs) if part * self.due > 0 else ZERO

    def take(self, amount: Decimal, line: str = "") -> list[OpenLine]:
        """Take an amount, which must not be more than what is left; returns which lines it comes from."""
        chosen = [OpenLine(number, due) for number, due in self._left.items() if line in {"", number}]
        parts = list(spread(chosen, amount))
        for part in parts:
            self._left[part.number] -= part.due
        self.due -= amount
        return parts


def spread(lines: Iterable[OpenLine], amount: Decimal) -> Iterator[OpenLine]:
    """Spread an amount over open lines, first lines first; all that is open, if it is just that.

    Args:
        lines: What is open.
        amount: What is to be spread; has the sign of the sum, and is not more.
    """
    lines = list(lines)
    if amount == sum((line.due for line in lines), ZERO):
        yield from (line for line in lines if line.due)
        return
    sign = 1 if amount > 0 else -1
    left = amount * sign
    for line in lines:
        part = min(left, line.due * sign)
        if part > 0:
            yield OpenLine(line.number, part * sign)
            left -= part
