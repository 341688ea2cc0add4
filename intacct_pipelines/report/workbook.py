"""The report as a workbook: sums are live formulas with their values beside, headings stay in sight, text stays text.

A spreadsheet keeps 15 digits of a number. An amount that needs more is written as text, and so are the sums it is
part of: exact, and visibly not a number.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from intacct_pipelines.report.reconciliation import ReconciliationReport
from intacct_pipelines.report.sheet import Cell, Field, Sheet, Sort
from intacct_pipelines.report.words import money, safe

_DIGITS: Final = 15
_WITH_DIFFERENCE: Final = ("totals", "months")
"""Sheets whose difference is a formula over the totals beside it."""
_MAX_ROWS: Final = 1_000_000
"""Rows of one worksheet; a longer sheet goes on in another one."""
_ZERO: Final = Decimal(0)


def write_workbook(report: ReconciliationReport, path: Path) -> None:
    """Write the workbook.

    Args:
        report: What to write.
        path: File to make or replace.
    """
    # Only a report needs it.
    import xlsxwriter  # noqa: PLC0415 - see above

    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_date_format": "yyyy-mm-dd",
    }
    with xlsxwriter.Workbook(path, options) as book:
        book.set_properties(
            {
                "title": f"Reconciliation of {safe(report.inputs.entity)}",
                "created": report.inputs.at.replace(tzinfo=None),
            }
        )
        writer = _Writer(book)
        _summary(writer, report)
        for sheet in report.sheets:
            if sheet.name != "turns":  # the summary shows it
                _sheet(writer, sheet)


def fits(amounts: Sequence[Decimal | None]) -> bool:
    """Say whether a spreadsheet can hold these amounts and their sum exactly."""
    known = [amount for amount in amounts if amount is not None]
    return all(len(amount.normalize().as_tuple().digits) <= _DIGITS for amount in (*known, sum(known, start=_ZERO)))


def rounded(formula: str, amount: Decimal) -> str:
    """Return a formula whose result has as many decimals as the amount: sums of floats leave dust behind the cent."""
    return f"=ROUND({formula.removeprefix('=')},{max(0, -int(amount.as_tuple().exponent))})"


class _Writer:
    """A workbook with the formats that its cells share."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}

    def format(self, **facts: Any) -> Any:
        """Return a format; equal facts share one."""
        key = tuple(sorted(facts.items()))
        if key not in self._formats:
            self._formats[key] = self.book.add_format({"valign": "top", **facts})
        return self._formats[key]

    def money(self, amount: Decimal, **facts: Any) -> Any:
        """Return the format of an amount with as many decimals as it has."""
        places = max(0, -int(amount.as_tuple().exponent))
        return self.format(num_format="#,##0" + (f".{'0' * places}" if places else ""), **facts)

    def amount(self, page: Any, row: int, column: int, amount: Decimal, **facts: Any) -> None:
        """Write an amount, as text where a spreadsheet would round it."""
        if fits([amount]):
            page.write_number(row, column, float(amount), self.money(amount, **facts))
        else:
            page.write_string(row, column, money(amount), self.format(align="right", **facts))

    def sum(self, page: Any, row: int, column: int, formula: str, amounts: Sequence[Decimal | None]) -> None:
        """Write a sum as a formula with its value, or as exact text."""
        total = sum((amount for amount in amounts if amount is not None), start=_ZERO)
        if fits(amounts):
            page.write_formula(row, column, rounded(formula, total), self.money(total), float(total))
        else:
            page.write_string(row, column, money(total), self.format(align="right"))


def _sheet(writer: _Writer, sheet: Sheet) -> None:
    for part, first in enumerate(range(0, max(len(sheet.rows), 1), _MAX_ROWS)):
        page = writer.book.add_worksheet(sheet.name.capitalize() + (f" {part + 1}" if part else ""))
        rows = sheet.rows[first : first + _MAX_ROWS]
        page.freeze_panes(1, 0)
        _for_printing(page, heading_rows=1)
        page.autofilter(0, 0, max(len(rows), 1), len(sheet.fields) - 1)
        for column, field in enumerate(sheet.fields):
            page.set_column(column, column, field.width)
        _heading(writer, page, 0, sheet.fields)
        for number, row in enumerate(rows, start=1):
            _row(writer, page, number, sheet, row)


def _for_printing(page: Any, *, heading_rows: int) -> None:
    """Let a worksheet print across one page, with its heading on each."""
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    page.repeat_rows(0, heading_rows - 1)


def _heading(writer: _Writer, page: Any, row: int, fields: Sequence[Field]) -> None:
    for column, field in enumerate(fields):
        is_number = field.sort in {Sort.MONEY, Sort.COUNT}
        look = writer.format(
            bold=True, bg_color="#e2e8f0", bottom=1, text_wrap=True, align="right" if is_number else "left"
        )
        page.write_string(row, column, field.title, look)


def _row(writer: _Writer, page: Any, number: int, sheet: Sheet, row: Sequence[Cell]) -> None:
    for column, (field, cell) in enumerate(zip(sheet.fields, row, strict=True)):
        if (
            isinstance(cell, Decimal)
            and field.name == "difference"
            and sheet.name in _WITH_DIFFERENCE
            and _is_live(sheet, row)
        ):
            name = [_letter(sheet.position(side)) for side in ("platform_total", "intacct_total")]
            formula = f"={name[0]}{number + 1}-{name[1]}{number + 1}"
            page.write_formula(number, column, rounded(formula, cell), writer.money(cell), float(cell))
        else:
            _cell(writer, page, number, column, field, cell)


def _is_live(sheet: Sheet, row: Sequence[Cell]) -> bool:
    names = ("platform_total", "intacct_total", "difference")
    return fits([Decimal(str(row[sheet.position(name)])) for name in names])


def _cell(writer: _Writer, page: Any, row: int, column: int, field: Field, cell: Cell) -> None:
    if cell is None:
        return
    if isinstance(cell, Decimal):
        writer.amount(page, row, column, cell)
    elif isinstance(cell, datetime):
        page.write_datetime(row, column, cell, writer.format(num_format="yyyy-mm-dd hh:mm", align="left", indent=1))
    elif isinstance(cell, date):
        page.write_datetime(row, column, cell, writer.format(num_format="yyyy-mm-dd", align="left", indent=1))
    elif isinstance(cell, int):
        page.write_number(row, column, cell, writer.format(num_format="0" if field.name == "finding" else "#,##0"))
    else:
        page.write_string(row, column, cell, writer.format(text_wrap=field.width >= 50))  # noqa: PLR2004 - sentences


def _letter(column: int) -> str:
    return chr(ord("A") + column)


def _range(sheet: Sheet, name: str) -> str:
    """Return the cells of a column as an absolute range of its worksheet."""
    letter = _letter(sheet.position(name))
    return f"{sheet.name.capitalize()}!${letter}$2:${letter}${len(sheet.rows) + 1}"


def _summary(writer: _Writer, report: ReconciliationReport) -> None:
    page = writer.book.add_worksheet("Summary")
    page.set_column(0, 0, 24)
    page.set_column(1, 7, 20)
    page.freeze_panes(3, 0)
    _for_printing(page, heading_rows=3)
    period = f", {report.inputs.month:%Y-%m}" if report.inputs.month else ""
    title = f"Reconciliation of {safe(report.inputs.entity)}{period}"
    page.write_string(0, 0, title, writer.format(bold=True, font_size=14))
    at = report.inputs.at.strftime("%Y-%m-%d %H:%M UTC")
    what = "Only documents of the month; records of lists have no date. " if period else ""
    page.write_string(
        1, 0, f"As of {at}. {what}Amounts in transaction currency, platform less Intacct.", writer.format()
    )
    row = _turn_block(writer, page, 3, report)
    row = _total_block(writer, page, row + 2, report)
    if report.clearing_accounts.rows:
        row = _clearing_block(writer, page, row + 2, report)
    for name, why in report.inputs.missing.items():
        row += 1
        page.write_string(row, 0, f"Not compared: {name} ({safe(why)})", writer.format())


def _turn_block(writer: _Writer, page: Any, row: int, report: ReconciliationReport) -> int:
    """Write whose turn it is, counted from the sheet of findings; return the row after it."""
    turns, findings = report.turns, report.findings
    page.write_string(row, 0, turns.title, writer.format(bold=True))
    _heading(writer, page, row + 1, turns.fields)
    first = row + 2
    for number, line in enumerate(turns.dicts(), start=first):
        for column, name in enumerate(_TURN_KEY):
            page.write_string(number, column, line[name], writer.format())
        chosen = _chosen(findings, _TURN_KEY, number)
        count = writer.format(num_format="#,##0")
        page.write_formula(number, 3, f"=SUMPRODUCT(1*{chosen})", count, line["findings"])
        page.write_formula(number, 4, f"=SUMPRODUCT({chosen},{_range(findings, 'records')})", count, line["records"])
        if line["at_stake"] is not None:
            amounts = [
                one["at_stake"] for one in findings.dicts() if all(one[name] == line[name] for name in _TURN_KEY)
            ]
            writer.sum(page, number, 5, f"=SUMPRODUCT({chosen},{_range(findings, 'at_stake')})", amounts)
        page.write_datetime(number, 6, line["oldest"], writer.format(num_format="yyyy-mm-dd", align="left", indent=1))
    return first + len(turns.rows)


def _total_block(writer: _Writer, page: Any, row: int, report: ReconciliationReport) -> int:
    """Write both sides and their difference by object and currency, summed from the sheet of totals."""
    totals = report.totals
    page.write_string(row, 0, "Both sides", writer.format(bold=True))
    _heading(writer, page, row + 1, [totals.fields[totals.position(name)] for name in (*_TOTAL_KEY, *_SUMMED)])
    lines = totals.dicts()
    number = row + 2
    for key in dict.fromkeys(tuple(line[name] for name in _TOTAL_KEY) for line in lines):
        group = [line for line in lines if tuple(line[name] for name in _TOTAL_KEY) == key]
        for column, cell in enumerate(key):
            page.write_string(number, column, cell, writer.format())
        chosen = _chosen(totals, _TOTAL_KEY, number)
        for column, summed in enumerate(_SUMMED, start=len(_TOTAL_KEY)):
            if key[-1] or summed.endswith("count"):
                amounts = [Decimal(line[summed]) for line in group]
                writer.sum(page, number, column, f"=SUMPRODUCT({chosen},{_range(totals, summed)})", amounts)
        number += 1
    return number


def _clearing_block(writer: _Writer, page: Any, row: int, report: ReconciliationReport) -> int:
    """Write the balance of each clearing account, summed from the sheet of its items."""
    accounts, items = report.clearing_accounts, report.clearing_items
    page.write_string(row, 0, accounts.title, writer.format(bold=True))
    names = (*_CLEARING_KEY, "items", "balance")
    _heading(writer, page, row + 1, [accounts.fields[accounts.position(name)] for name in names])
    first = row + 2
    for number, line in enumerate(accounts.dicts(), start=first):
        for column, name in enumerate(_CLEARING_KEY):
            page.write_string(number, column, line[name], writer.format())
        chosen = _chosen(items, _CLEARING_KEY, number)
        count = writer.format(num_format="#,##0")
        formula = f"=SUMPRODUCT(1*{chosen})" if items.rows else "=0"
        page.write_formula(number, len(_CLEARING_KEY), formula, count, line["items"])
        amounts = [one["amount"] for one in items.dicts() if all(one[name] == line[name] for name in _CLEARING_KEY)]
        formula = f"=SUMPRODUCT({chosen},{_range(items, 'amount')})" if items.rows else "=0"
        writer.sum(page, number, len(_CLEARING_KEY) + 1, formula, amounts)
    return first + len(accounts.rows)


_CLEARING_KEY: Final = ("account_no", "link", "currency")
_TURN_KEY: Final = ("turn", "verdict", "currency")
_TOTAL_KEY: Final = ("object", "link", "currency")
_SUMMED: Final = ("platform_count", "intacct_count", "platform_total", "intacct_total", "difference")


def _chosen(sheet: Sheet, names: Sequence[str], row: int) -> str:
    """Return the condition that a sheet's rows have the words of this row; EXACT knows no wildcards."""
    return "*".join(f"EXACT({_range(sheet, name)},${_letter(at)}{row + 1})" for at, name in enumerate(names))
