"""Checks across tables: frames in, a frame of failures out. What a single row may hold is in ``contracts``.

Frames are those of the warehouse: one entity's current rows, money as ``Decimal`` objects. Names of checks are part
of the interface: they stand in the warehouse, in Dagster and in people's notes.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    import pandas as pd

FAILURE_COLUMNS: Final = ("entity", "table", "key", "check", "value", "rule")
Frames: TypeAlias = Mapping[str, "pd.DataFrame"]
"""Frames by qualified table name."""
Finding: TypeAlias = tuple[str, str]
"""Key of the row that fails, and the value that shows why."""

_ACCOUNTING: Final = Context(prec=200)
"""Sums are exact: the usual 28 digits would round a total of many long amounts."""
_ZERO: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class DocumentCheck:
    """One check across tables.

    Args:
        name: Stable name.
        table: Qualified name of the table whose rows it judges.
        needs: Other tables that it looks at.
        rule: Number of the rule of sync behaviour behind it; empty if none.
        description: What a row that passes is like, in one sentence.
        find: Returns the rows that fail.
    """

    name: str
    table: str
    needs: tuple[str, ...]
    rule: str
    description: str
    find: Callable[[Frames], Iterable[Finding]]


def check_documents(frames: Frames, *, entity: str, checks: Iterable[DocumentCheck] | None = None) -> pd.DataFrame:
    """Run the checks whose tables are all there.

    Args:
        frames: Frames of one entity by qualified table name; soft-deleted rows are left out of account.
        entity: Partition key of the entity.
        checks: Which checks; all of ``DOCUMENT_CHECKS`` by default.

    Returns:
        One row for each failure with ``FAILURE_COLUMNS``, ordered by check, table and key, whatever the order of the
        frames' rows.
    """
    import pandas as pd  # noqa: PLC0415 - costs half a second, which knowing the checks' names must not

    current = {name: _current(frame) for name, frame in frames.items()}
    rows: list[tuple[str, ...]] = [
        (entity, check.table, key, check.name, value, check.rule)
        for check in (DOCUMENT_CHECKS if checks is None else checks)
        if {check.table, *check.needs} <= set(current)
        for key, value in check.find(current)
    ]
    rows.sort(key=_place)
    return pd.DataFrame(rows, columns=list(FAILURE_COLUMNS), dtype=object)


def _place(row: tuple[str, ...]) -> tuple[str, ...]:
    by_name = dict(zip(FAILURE_COLUMNS, row, strict=True))
    return (by_name["check"], by_name["table"], by_name["key"], by_name["value"])


def _current(frame: pd.DataFrame) -> pd.DataFrame:
    if "_deleted" not in frame.columns:
        return frame
    return frame[~frame["_deleted"].fillna(value=False).astype(bool)]


def _cells(frame: pd.DataFrame, *columns: str) -> Iterable[tuple[Any, ...]]:
    """Rows of some columns, with None for everything that is missing."""
    import pandas as pd  # noqa: PLC0415 - see check_documents

    values = [[None if pd.isna(cell) else cell for cell in frame[column].tolist()] for column in columns]
    return zip(*values, strict=True)


def _lines_add_up(
    bills: str, lines: str, *, key: str, parent: str, header_amount: str, line_amount: str
) -> Callable[[Frames], Iterable[Finding]]:
    def find(frames: Frames) -> Iterable[Finding]:
        sums: dict[Hashable, dict[str | None, Decimal]] = {}
        for parent_key, currency, amount in _cells(frames[lines], parent, "currency", line_amount):
            of_bill = sums.setdefault(parent_key, {})
            of_bill[currency] = _ACCOUNTING.add(of_bill.get(currency, _ZERO), amount or _ZERO)
        for bill_key, currency, amount in _cells(frames[bills], key, "currency", header_amount):
            found = _in_currency(sums.get(bill_key, {}), currency)
            if found != {currency: amount}:
                yield str(bill_key), f"header {_write({currency: amount})}, lines {_write(found)}"

    return find


def _in_currency(sums: Mapping[str | None, Decimal], currency: str | None) -> dict[str | None, Decimal]:
    """Sums by currency, where a line that names none is in the bill's; no line at all is a sum of zero."""
    found: dict[str | None, Decimal] = {currency: _ZERO}
    for own, amount in sums.items():
        found[own or currency] = _ACCOUNTING.add(found.get(own or currency, _ZERO), amount)
    return found


def _write(amounts: Mapping[str | None, Decimal | None]) -> str:
    return " + ".join(
        f"{'nothing' if amount is None else format(amount, 'f')} {currency or '(no currency)'}"
        for currency, amount in sorted(amounts.items(), key=lambda item: item[0] or "")
    )


def _line_has_parent(bills: str, lines: str, *, key: str, parent: str) -> Callable[[Frames], Iterable[Finding]]:
    def find(frames: Frames) -> Iterable[Finding]:
        known = set(frames[bills][key].tolist())
        for line_key, parent_key in _cells(frames[lines], key, parent):
            if parent_key not in known:
                yield str(line_key), f"no bill {parent_key}"

    return find


def _vendor_known(bills: str, vendors: str, *, key: str, vendor_key: str) -> Callable[[Frames], Iterable[Finding]]:
    def find(frames: Frames) -> Iterable[Finding]:
        known = set(frames[vendors][vendor_key].tolist())
        for bill_key, vendor_id in _cells(frames[bills], key, "vendor_id"):
            if vendor_id not in known:
                yield str(bill_key), f"no vendor {vendor_id}"

    return find


def _has_value(frames: Frames) -> Iterable[Finding]:
    bills = frames["intacct.ap_bill"]
    for record_no, state, amount in _cells(bills, "record_no", "state", "trx_total_entered"):
        if not amount and state in (None, "No Value"):
            yield (
                str(record_no),
                f"total {'nothing' if amount is None else format(amount, 'f')}, state {state or 'none'}",
            )


DOCUMENT_CHECKS: Final = (
    DocumentCheck(
        "has_value",
        "intacct.ap_bill",
        (),
        "S-BIL-07",
        "A bill has a total or a state; one of over 10 million that the vendor's sync sent arrives with neither.",
        _has_value,
    ),
    DocumentCheck(
        "line_has_parent",
        "bill.ap_bill_line",
        ("bill.ap_bill",),
        "",
        "A line's bill is there.",
        _line_has_parent("bill.ap_bill", "bill.ap_bill_line", key="id", parent="bill_id"),
    ),
    DocumentCheck(
        "line_has_parent",
        "intacct.ap_bill_line",
        ("intacct.ap_bill",),
        "",
        "A line's bill is there.",
        _line_has_parent("intacct.ap_bill", "intacct.ap_bill_line", key="record_no", parent="bill_record_no"),
    ),
    DocumentCheck(
        "lines_add_up",
        "bill.ap_bill",
        ("bill.ap_bill_line",),
        "S-IDM-07",
        "A bill's lines add up to its total, exactly, in its currency.",
        _lines_add_up(
            "bill.ap_bill",
            "bill.ap_bill_line",
            key="id",
            parent="bill_id",
            header_amount="amount",
            line_amount="amount",
        ),
    ),
    DocumentCheck(
        "lines_add_up",
        "intacct.ap_bill",
        ("intacct.ap_bill_line",),
        "S-IDM-07",
        "A bill's lines add up to its total, exactly, in its currency.",
        _lines_add_up(
            "intacct.ap_bill",
            "intacct.ap_bill_line",
            key="record_no",
            parent="bill_record_no",
            header_amount="trx_total_entered",
            line_amount="trx_amount",
        ),
    ),
    DocumentCheck(
        "lines_add_up",
        "spend.card_transaction",
        ("spend.card_transaction_line",),
        "S-CRD-11",
        "A card transaction's parts add up to it, exactly; of a split one these are its children.",
        _lines_add_up(
            "spend.card_transaction",
            "spend.card_transaction_line",
            key="id",
            parent="card_transaction_id",
            header_amount="amount",
            line_amount="amount",
        ),
    ),
    DocumentCheck(
        "vendor_known",
        "bill.ap_bill",
        ("bill.vendor",),
        "",
        "A bill's vendor is there.",
        _vendor_known("bill.ap_bill", "bill.vendor", key="id", vendor_key="id"),
    ),
    DocumentCheck(
        "vendor_known",
        "business_center.ap_bill",
        ("business_center.vendor",),
        "S-PMT-03",
        "A bill's vendor is there.",
        _vendor_known("business_center.ap_bill", "business_center.vendor", key="id", vendor_key="id"),
    ),
    DocumentCheck(
        "vendor_known",
        "intacct.ap_bill",
        ("intacct.vendor",),
        "",
        "A bill's vendor is there.",
        _vendor_known("intacct.ap_bill", "intacct.vendor", key="record_no", vendor_key="vendor_id"),
    ),
)
"""All checks, ordered by name and table."""
