"""A file shaped like an export with headers, days and amounts of its own, redacted: CSV in, rows and rejects out."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typed_rows import text_row, texts_of

from intacct_pipelines.clients.business_center import CompleteWhen, Folder, Options
from intacct_pipelines.domain.catalog import BUSINESS_CENTER_TABLES, select
from intacct_pipelines.domain.records import Batch
from intacct_pipelines.extract.business_center import BusinessCenterExtraction, DateOrder, Layout
from intacct_pipelines.validate.contracts import screen_batch

HERE = Path(__file__).parent
LAYOUT = Layout(
    columns={
        "Bill ID": "bill_id",
        "Vendor ID": "vendor_id",
        "Invoice #": "bill_number",
        "Invoice Date": "bill_date",
        "Due": "due_date",
        "Total": "amount",
        "Currency": "currency",
        "State": "status",
        "Line": "line_no",
        "GL Account": "account",
        "Dept": "department",
        "Location": "location",
        "Line Total": "line_amount",
        "Memo": "description",
    },
    ignored_columns=frozenset({"Printed By"}),
    decimal_mark=",",
    date_order=DateOrder.DAY_FIRST,
)


@pytest.fixture
def read(tmp_path: Path) -> tuple[Batch, Batch]:
    """Bills and lines of the export."""
    shutil.copy(HERE / "bills_export.csv", tmp_path / "bills_export.csv")
    options = Options(folder=tmp_path, complete_when=CompleteWhen.QUIET, quiet=timedelta(0), delimiter=";")
    folder = Folder(options, now=lambda: datetime.now(UTC) + timedelta(minutes=1))
    (delivery,) = folder.deliveries("bills")
    with folder.open(delivery) as file:
        table = select(BUSINESS_CENTER_TABLES, "ap_bill")
        ((bills, lines),) = BusinessCenterExtraction(file, delivery, table, LAYOUT)
    assert (bills.rows.table.name, lines.rows.table.name) == ("ap_bill", "ap_bill_line")
    return screen_batch(bills), screen_batch(lines)


def test_bills_of_another_layout_become_rows(read: tuple[Batch, Batch]) -> None:
    """Headers, day order, decimal comma and delimiter are the connection's; ready-to-pay stays as worded (S-PMT-05)."""
    bills, lines = read
    assert text_row(bills.rows, 0) == {
        "id": "B-1",
        "vendor_id": "V-1",
        "document_no": "R-0001",
        "bill_date": "2026-01-31",
        "due_date": "2026-03-02",
        "currency": "EUR",
        "amount": "1234.5",
        "status": "Ready to Pay",
    }
    assert text_row(lines.rows, 1) == {
        "bill_id": "B-1",
        "line_no": "2",
        "currency": "EUR",
        "amount": "234.5",
        "gl_account_no": "6300",
        "department_id": "40",
        "location_id": "200-MUC",
        "description": 'Beratung "Q1"',
    }
    assert texts_of(bills.rows, "id") == ["B-1", "B-2"]
    assert texts_of(lines.rows, "bill_id") == ["B-1", "B-1", "B-2"]


def test_what_is_not_as_stated_waits_in_quarantine_with_its_reason(read: tuple[Batch, Batch]) -> None:
    """S-PMT-11: each bad row is kept with what is wrong; none is dropped, guessed at or rounded."""
    bills, lines = read
    assert {reject.key: (reject.column, reject.check) for reject in bills.rejects} == {
        "B-3": ("amount", "decimal"),
        "B-4": ("bill_date", "date"),
        "B-5": ("id", "formula"),
        "B-6": ("amount", "lines_add_up"),
        "B-7": ("id", "cells"),
    }
    assert len(lines.rejects) == 5


@pytest.mark.parametrize(
    ("kind", "name", "expected", "column"),
    [
        (
            "vendors",
            "vendor",
            [
                {
                    "id": "V-1",
                    "name": 'Redacted, "R" & Co',
                    "email": "ap@vendor.example",
                    "phone": "+1 555 0100",
                    "address_line1": "1 Redacted Rd",
                    "address_city": "Troy",
                    "address_state": "NY",
                    "address_zip": "01218",
                    "address_country": "US",
                    "status": "Active",
                },
                {"id": "V-2", "name": "日本商事", "status": "On hold"},
            ],
            "id",
        ),
        (
            "accounts",
            "gl_account",
            [
                {"account_no": "06100", "name": "Office supplies", "account_type": "Expense", "status": "Active"},
                {"account_no": "1010", "name": 'Bank – "main"'},
            ],
            "name",
        ),
    ],
)
def test_lists_become_rows_and_what_has_no_id_or_name_waits(
    tmp_path: Path, kind: str, name: str, expected: list[dict[str, str]], column: str
) -> None:
    """Numbers keep their zeros, empty cells are nothing, quotes and commas are part of a name (S-PMT-01, S-PMT-03)."""
    shutil.copy(HERE / f"{kind}_export.csv", tmp_path)
    options = Options(folder=tmp_path, complete_when=CompleteWhen.QUIET, quiet=timedelta(0))
    folder = Folder(options, now=lambda: datetime.now(UTC) + timedelta(minutes=1))
    (delivery,) = folder.deliveries(kind)
    with folder.open(delivery) as file:
        ((batch,),) = BusinessCenterExtraction(file, delivery, select(BUSINESS_CENTER_TABLES, name), Layout())
    screened = screen_batch(batch)
    assert [text_row(screened.rows, at) for at in range(len(screened.rows))] == expected
    assert [reject.column for reject in screened.rejects] == [column]
