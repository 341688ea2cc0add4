"""A bill in words that both sides share, so that both directions can tell which side changed what (S-CFG-21).

The words are Intacct's: ids of vendors, accounts and dimensions, with lines in an order of their own, since both
systems may order them differently.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from intacct_pipelines.domain.keys import read_intacct_mark, without_intacct_mark
from intacct_pipelines.push.coded_lines import intacct_line
from intacct_pipelines.push.planner import Held
from intacct_pipelines.push.sources import text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from decimal import Decimal

    from intacct_pipelines.domain.keys import ItemKey
    from intacct_pipelines.push.sources import Row

_ORDER_MODULE: Final = "9."
_LONGEST_TEXT: Final = 1000


def mark_in_bill(record_no: int, key: ItemKey, words: str) -> str:
    """Return the text of a bill in BILL that came from Intacct: record, key of the item, its own words (S-IDM-04)."""
    return f"INTACCT:{record_no} {key} {words}".strip()[:_LONGEST_TEXT]


def check_not_of_intacct(row: Row, word: str) -> None:
    """Refuse a document of BILL without a pair whose description says that it came from Intacct.

    Args:
        row: BILL's document.
        word: What people call it, such as ``bill``.

    Raises:
        Held: It came from there.
    """
    if number := read_intacct_mark(text(row, "description")):
        reason = f"it came from Intacct's {word} {number}, which is not its pair any more"
        raise Held("came_from_intacct", "S-SCH-05", reason, "Pair the two with `map`, or archive it in BILL.")


def own_words(words: str) -> str:
    """Return such a text without record and key."""
    return without_intacct_mark(words)


def order_number(row: Row) -> str:
    """Return the order's number of a bill of Intacct that was born from one; empty for any other (S-PUR-04)."""
    return text(row, "reference_no").strip() if is_from_order(row) else ""


def is_from_order(row: Row) -> bool:
    """Return whether a bill of Intacct was born from a purchase order."""
    return text(row, "module_key").startswith(_ORDER_MODULE)


def words_of(row: Row, lines: Sequence[Row]) -> dict[str, str]:
    """Return a bill of Intacct in shared words, by BILL's column."""
    return {
        "vendor_id": text(row, "vendor_id"),
        "document_no": text(row, "document_no").strip(),
        "bill_date": text(row, "bill_date"),
        "due_date": text(row, "due_date") or text(row, "bill_date"),
        "purchase_order_no": order_number(row),
        "lines": lines_in_words(intacct_line(line).coding for line in lines),
    }


def lines_in_words(coding: Iterable[tuple[Decimal, str, str, str, str]]) -> str:
    """Return lines as one text: the same for the same amounts and codes, in whatever order."""
    return "; ".join(sorted(" ".join((f"{amount.normalize():f}", *codes)) for amount, *codes in coding))
