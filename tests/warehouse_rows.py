"""Rows of bills for the warehouse's tests, with defaults for all that a test does not care about."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from typed_rows import Row, typed_rows

from intacct_pipelines.domain.catalog import TABLES, Table
from intacct_pipelines.domain.records import Certificate, Deletion, Reject, Tally, Window, WindowKind
from intacct_pipelines.warehouse.connection import Warehouse

BILL = TABLES["intacct.ap_bill"]
LINE = TABLES["intacct.ap_bill_line"]
ENTITY = "acme:100"
ALL = Window(WindowKind.ALL)
CHANGED = Window(WindowKind.CHANGED, since="01/01/2026 00:00:00")


def bill(record_no: int, **values: str | None) -> Row:
    """Return a bill of 10.00 US dollars."""
    row: Row = dict.fromkeys(BILL.column_names)
    row.update(
        record_no=str(record_no),
        document_no=f"B-{record_no}",
        state="Posted",
        vendor_id="V1",
        bill_date="2026-03-10",
        currency="USD",
        trx_total_entered="10.00",
        modified_at="2026-03-11T08:00:00Z",
    )
    return row | values


def line(record_no: int, bill_record_no: int, **values: str | None) -> Row:
    """Return a line of 10.00 US dollars."""
    row: Row = dict.fromkeys(LINE.column_names)
    row.update(record_no=str(record_no), bill_record_no=str(bill_record_no), trx_amount="10.00", currency="USD")
    return row | values


def store(
    warehouse: Warehouse,
    rows: Sequence[Row],
    *,
    table: Table = BILL,
    entity: str = ENTITY,
    window: Window = ALL,
    rejects: Sequence[Reject] = (),
    rejected_rows: int | None = None,
    deletions: Sequence[Deletion] = (),
    watermark: str | None = None,
    run_id: str = "run",
) -> Certificate:
    """Load the rows as one window that is whole."""
    rejected = len(rejects) if rejected_rows is None else rejected_rows
    total = (
        sum((Decimal(row[table.control_total] or 0) for row in rows), Decimal(0)) if table.control_total else Decimal(0)
    )
    count = len(rows) + rejected
    tally = Tally(announced=count, received=count, requests=1, control_total=total)
    with warehouse.load(table, entity, run_id=run_id, window=window) as load:
        if rows:
            load.add(typed_rows(table, rows))
        load.reject(rejects)
        return load.finish(tally, watermark=watermark, deletions=deletions)
