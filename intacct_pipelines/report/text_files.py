"""The report as CSV, one file for each sheet: UTF-8 with a mark that spreadsheets know, amounts and instants exact."""

from __future__ import annotations

import csv
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

from intacct_pipelines.report.sheet import Cell, Sheet, Sort

_FORMULA: Final = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""What spreadsheets take for the beginning of a formula."""


def write_text_file(sheet: Sheet, path: Path) -> None:
    """Write one sheet; a text that a spreadsheet would run as a formula begins with an apostrophe."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([field.name for field in sheet.fields])
        sorts = [field.sort for field in sheet.fields]
        for row in sheet.rows:
            writer.writerow([_written(cell, sort) for cell, sort in zip(row, sorts, strict=True)])


def _written(cell: Cell, sort: Sort) -> str:
    if cell is None:
        return ""
    if isinstance(cell, Decimal):
        return format(cell, "f")
    if isinstance(cell, (date, datetime)):
        return cell.isoformat()
    text = str(cell)
    return f"'{text}" if sort is Sort.TEXT and text.lstrip().startswith(_FORMULA) else text
