"""Business Center as it takes the files that are handed to it: answers each row, and exports what it holds then.

The contract is documented in `docs/business-center-files.md`; the other half of the twin writes its first exports.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from intacct_pipelines.sandbox.business_center import deliver

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    Row = dict[str, str]

_IDS: Final = {"accounts": "account_number", "vendors": "vendor_id", "bills": "bill_id"}


def _takes_all(_kind: str, _row: Row) -> str:
    return ""


@dataclass
class Taker:
    """One company of Business Center.

    Args:
        folder: Where its exports lie.
        out: Where files for it are written.
        refuses: Says for the kind of file and a row why it is refused; empty if it is not.
        answers: Whether it writes answers.
        moves: Whether it moves what it took into ``taken``.
    """

    folder: Path
    out: Path
    refuses: Callable[[str, Row], str] = _takes_all
    answers: bool = True
    moves: bool = True
    seen: dict[str, str] = field(default_factory=dict)
    """What it said to each item that it did not refuse."""

    def take(self, now: datetime) -> int:
        """Take every file that lies there, and export anew what changed; return the number of files."""
        files = sorted(path for path in self.out.glob("*.csv") if path.is_file())
        for path in files:
            self.take_file(path, now)
        return len(files)

    def take_file(self, path: Path, now: datetime) -> None:
        """Take one file, which may be one that was taken before."""
        kind = path.name.partition("_")[0]
        items: dict[str, list[Row]] = {}
        for row in _read(path)[1]:
            items.setdefault(row["item_key"], []).append(row)
        answers = {key: self._answer(kind, rows) for key, rows in items.items()}
        fresh = [rows for key, rows in items.items() if not answers[key] and key not in self.seen]
        if fresh:
            self._export(kind, fresh, now)
        self.seen |= {key: "accepted" for key, words in answers.items() if not words}
        if self.answers:
            self._write_answer(path, answers)
        if self.moves and path.parent == self.out:
            (self.out / "taken").mkdir(exist_ok=True)
            path.replace(self.out / "taken" / path.name)

    def _answer(self, kind: str, rows: Sequence[Row]) -> str:
        """Return why an item is refused; one that was taken before is taken again, and changes nothing."""
        if rows[0]["item_key"] in self.seen:
            return ""
        return next((words for row in rows if (words := self.refuses(kind, row))), "")

    def _export(self, kind: str, items: Sequence[Sequence[Row]], now: datetime) -> None:
        newest = max(self.folder.glob(f"{kind}_*.csv"), key=lambda path: path.name)
        header, rows = _read(newest)
        name = _IDS[kind]
        for item in items:
            held = [row for row in rows if row[name] == item[0][name]]
            if not held:
                rows += [{column: row.get(column, "") for column in header} for row in item]
            for row, given in zip(held, item, strict=False):
                # An empty cell says nothing.
                row.update({column: given[column] for column in header if given.get(column)})
        total = sum((Decimal(row["line_amount"]) for row in rows), Decimal(0)) if kind == "bills" else None
        deliver(self.folder, kind, header, [[row[column] for column in header] for row in rows], now, total=total)

    def _write_answer(self, path: Path, answers: dict[str, str]) -> None:
        text = io.StringIO(newline="")
        table = [[key, "refused" if words else "accepted", words] for key, words in answers.items()]
        csv.writer(text).writerows([["item_key", "status", "words"], *table])
        part = self.out / f".{path.name}.ack.part"
        part.write_text(text.getvalue(), encoding="utf-8", newline="")
        part.replace(self.out / f"{path.name}.ack")


def _read(path: Path) -> tuple[list[str], list[Row]]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        return list(rows.fieldnames or ()), list(rows)
