"""Checks across tables: frames in, a frame of failures out. What a single row may hold is in ``contracts``.

Frames are those of the warehouse: one entity's current rows, money as ``Decimal`` objects. Names of checks are part
of the interface: they stand in the warehouse, in Dagster and in people's notes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from intacct_pipelines.domain.catalog import TABLES, Table, family
from intacct_pipelines.domain.catalog.sums import SUMS, Reference, Sum, Valued
from intacct_pipelines.validate.sums import Finding, Frames, SumCheck, cells

if TYPE_CHECKING:
    import pandas as pd

FAILURE_COLUMNS: Final = ("entity", "table", "key", "check", "value", "rule")


@dataclass(frozen=True, slots=True)
class DocumentCheck:
    """One check across tables.

    Args:
        name: Stable name.
        table: Qualified name of the table whose rows it judges.
        reads: Columns that it looks at, by table; its own table among them.
        rule: Number of the rule of sync behaviour behind it; empty if none.
        description: What a row that passes is like, in one sentence.
        exceptions: What may break it though nothing is wrong; empty if nothing may, and then a failure is an error.
        holds: What is true of every row that passes; a warehouse may look there for those that can fail.
        find: Returns the rows that fail.
    """

    name: str
    table: str
    reads: Mapping[str, tuple[str, ...]]
    rule: str
    description: str
    exceptions: str
    holds: Sum | Reference | Valued
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
    current = {name: _current(frame) for name, frame in frames.items()}
    rows: list[tuple[str, ...]] = [
        (entity, check.table, key, check.name, value, check.rule)
        for check in (DOCUMENT_CHECKS if checks is None else checks)
        if set(check.reads) <= set(current)
        for key, value in check.find(current)
    ]
    return _failures(rows)


def together(found: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Return what ``check_documents`` found in parts, in the order that it has as a whole."""
    return _failures([row for part in found for row in part.itertuples(index=False, name=None)])


def _failures(rows: list[tuple[str, ...]]) -> pd.DataFrame:
    import pandas as pd  # noqa: PLC0415 - costs half a second, which knowing the checks' names must not

    rows.sort(key=_place)
    return pd.DataFrame(rows, columns=list(FAILURE_COLUMNS), dtype=object)


def _place(row: tuple[str, ...]) -> tuple[str, ...]:
    by_name = dict(zip(FAILURE_COLUMNS, row, strict=True))
    return (by_name["check"], by_name["table"], by_name["key"], by_name["value"])


def _current(frame: pd.DataFrame) -> pd.DataFrame:
    if "_deleted" not in frame.columns:
        return frame
    return frame[~frame["_deleted"].fillna(value=False).astype(bool)]


def _sum(declared: Sum) -> DocumentCheck:
    find = SumCheck(declared)
    return DocumentCheck(
        declared.check,
        declared.table,
        find.reads,
        declared.rule,
        declared.description,
        declared.exceptions,
        declared,
        find,
    )


def _line_has_parent(lines: Table, parent: Table, parent_key: str) -> DocumentCheck:
    key, own_key = parent.key[0], lines.key

    def find(frames: Frames) -> Iterator[Finding]:
        known = set(frames[parent.qualified_name][key].tolist())
        for parent_id, *own in cells(frames[lines.qualified_name], parent_key, *own_key):
            if parent_id not in known:
                yield "/".join(map(str, own)), f"no {parent.name} {parent_id}"

    return DocumentCheck(
        "line_has_parent",
        lines.qualified_name,
        {lines.qualified_name: tuple(dict.fromkeys((*own_key, parent_key))), parent.qualified_name: (key,)},
        "",
        "What a line belongs to is there.",
        "It may be in quarantine, or not to be read by our user; or it came between two readings.",
        Reference(lines.qualified_name, parent_key, parent.qualified_name, key),
        find,
    )


def _orphans() -> Iterator[DocumentCheck]:
    for table in TABLES.values():
        if table.parent:
            yield _line_has_parent(table, TABLES[f"{table.schema}.{table.parent}"], table.parent_key)
    yield _line_has_parent(TABLES["intacct.gl_detail"], TABLES["intacct.journal_entry"], "batch_no")


def _vendor_known(bills: str, vendors: str, *, vendor_key: str, rule: str = "") -> DocumentCheck:
    key = TABLES[bills].key[0]

    def find(frames: Frames) -> Iterator[Finding]:
        known = set(frames[vendors][vendor_key].tolist())
        for bill_key, vendor_id in cells(frames[bills], key, "vendor_id"):
            if vendor_id not in known:
                yield str(bill_key), f"no vendor {vendor_id}"

    return DocumentCheck(
        "vendor_known",
        bills,
        {bills: (key, "vendor_id"), vendors: (vendor_key,)},
        rule,
        "A bill's vendor is there.",
        "The vendor may be in quarantine.",
        Reference(bills, "vendor_id", vendors, vendor_key),
        find,
    )


def _has_value(frames: Frames) -> Iterator[Finding]:
    bills = frames["intacct.ap_bill"]
    for record_no, state, amount in cells(bills, "record_no", "state", "trx_total_entered"):
        if not amount and state in (None, "No Value"):
            yield (
                str(record_no),
                f"total {'nothing' if amount is None else format(amount, 'f')}, state {state or 'none'}",
            )


DOCUMENT_CHECKS: Final = tuple(
    sorted(
        (
            DocumentCheck(
                "has_value",
                "intacct.ap_bill",
                {"intacct.ap_bill": ("record_no", "state", "trx_total_entered")},
                "S-BIL-07",
                "A bill has a total or a state; one of over 10 million that the vendor's sync sent comes with neither.",
                "A bill of zero, such as one that is wholly discounted, has no value by right.",
                Valued("intacct.ap_bill", "trx_total_entered"),
                _has_value,
            ),
            *map(_sum, SUMS),
            *_orphans(),
            _vendor_known("bill.ap_bill", "bill.vendor", vendor_key="id"),
            _vendor_known("business_center.ap_bill", "business_center.vendor", vendor_key="id", rule="S-PMT-03"),
            _vendor_known("intacct.ap_bill", "intacct.vendor", vendor_key="vendor_id"),
        ),
        key=lambda check: (check.name, check.table),
    )
)
"""All checks, ordered by name and table: what the catalog says adds up, lines by their parents, and a few more."""


def families() -> dict[str, tuple[DocumentCheck, ...]]:
    """Return the checks by the table at the head of those that they judge: a document with all its lines."""
    heads = {
        member.qualified_name: table.qualified_name
        for table in TABLES.values()
        if not table.parent
        for member in family(table)
    }
    found: dict[str, tuple[DocumentCheck, ...]] = {}
    for check in DOCUMENT_CHECKS:
        head = heads[check.table]
        found[head] = (*found.get(head, ()), check)
    return found
