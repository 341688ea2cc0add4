"""Answers shaped like BILL's own, redacted: JSON in, rows out."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import httpx
import pytest
from scripted_bill import ORGANIZATION, ScriptedBill, make_client
from typed_rows import text_row

from intacct_pipelines.domain.catalog import BILL_TABLES, select
from intacct_pipelines.domain.records import Window, WindowKind
from intacct_pipelines.errors import UnknownFieldError
from intacct_pipelines.extract.bill import BillExtraction
from intacct_pipelines.validate.contracts import screen_batch

HERE = Path(__file__).parent
ALL = Window(WindowKind.ALL)


def answer(name: str, status: int = 200) -> httpx.Response:
    return httpx.Response(status, content=(HERE / name).read_bytes(), headers={"Content-Type": "application/json"})


def test_vendors_become_rows() -> None:
    """Every declared field of a full vendor is there; a sparse vendor has only what BILL sent."""
    server = ScriptedBill()
    server.script = [answer("vendors_page.json"), answer("vendors_page_last.json")]
    with make_client(server) as client:
        session = client.session(ORGANIZATION)
        (first,), (last,) = BillExtraction(session, ORGANIZATION, select(BILL_TABLES, "vendor"), ALL)
    assert text_row(first.rows, 0) == {
        "id": "00901REDACTEDVENDOR1",
        "name": "Redacted Paper Co",
        "short_name": "RPC",
        "account_number": "ACCT-0001",
        "account_type": "BUSINESS",
        "email": "ap@vendor.example",
        "phone": "555-555-0100",
        "address_line1": "1 Redacted Rd",
        "address_city": "Troy",
        "address_state": "NY",
        "address_zip": "12180",
        "address_country": "US",
        "payee_name": "Redacted Paper",
        "tax_id": "00-0000000",
        "is_1099": "t",
        "ap_term_id": "00p01REDACTEDTERM001",
        "currency": "USD",
        "balance": "228.99",
        "is_archived": "f",
        "created_at": "2026-01-05T09:00:00+00:00",
        "modified_at": "2026-01-06T23:15:23.127000+00:00",
    }
    assert text_row(first.rows, 1) == {
        "id": "00901REDACTEDVENDOR2",
        "name": "株式会社リダクテッド",
        "account_type": "NONE",
        "currency": "JPY",
        "is_archived": "t",
        "created_at": "2026-01-05T09:00:01+00:00",
        "modified_at": "2026-01-05T09:00:01+00:00",
    }
    assert (len(last.rows), first.rejects, last.rejects) == (0, (), ())


def test_bills_become_rows_and_lines() -> None:
    """Bills and lines come from one answer, in the vendor's currency, to the digit, and keep their contracts."""
    server = ScriptedBill()
    server.script = [answer("bills_page.json")]
    currencies = {"00901REDACTEDVENDOR1": "USD", "00901REDACTEDVENDOR2": "JPY"}
    with make_client(server) as client:
        table = select(BILL_TABLES, "ap_bill")
        extraction = BillExtraction(client.session(ORGANIZATION), ORGANIZATION, table, ALL, currencies)
        ((bills, lines, *_),) = extraction
    assert text_row(bills.rows, 0) == {
        "id": "00n01REDACTEDBILL001",
        "vendor_id": "00901REDACTEDVENDOR1",
        "vendor_name": "Redacted Paper Co",
        "document_no": "RP-1001",
        "bill_date": "2026-01-02",
        "due_date": "2026-01-31",
        "purchase_order_no": "PO-77",
        "currency": "USD",
        "amount": "228.99",
        "paid_amount": "0",
        "due_amount": "228.99",
        "credit_amount": "0",
        "scheduled_amount": "0",
        "funding_amount": "228.99",
        "exchange_rate": "1",
        "payment_status": "UNPAID",
        "approval_status": "ASSIGNED",
        "record_status": "ACTIVE",
        "is_archived": "f",
        "created_at": "2026-01-02T10:00:00+00:00",
        "modified_at": "2026-01-02T10:00:00+00:00",
    }
    assert text_row(bills.rows, 1)["document_no"] == "請求書-7"
    assert text_row(bills.rows, 1)["exchange_rate"] == "0.006711409"
    assert text_row(lines.rows, 0) == {
        "id": "bli01REDACTEDLINE001",
        "bill_id": "00n01REDACTEDBILL001",
        "line_no": "1",
        "currency": "USD",
        "amount": "149",
        "quantity": "2",
        "price": "74.5",
        "description": "Paper",
        "gl_account_id": "0ca01REDACTEDACCT001",
        "department_id": "0de01REDACTEDDEPT001",
        "location_id": "0lo01REDACTEDLOCA001",
        "class_id": "0ac01REDACTEDCLSS001",
    }
    assert text_row(lines.rows, 2) == {
        "id": "00n01REDACTEDBILL002:1",
        "bill_id": "00n01REDACTEDBILL002",
        "line_no": "1",
        "currency": "JPY",
        "amount": "12000000",
    }
    assert extraction.tally.control_total == extraction.tallies["ap_bill_line"].control_total == Decimal("12000228.99")
    assert extraction.tally.watermark == "2026-01-04T10:00:00.000+00:00"
    assert screen_batch(bills).rejects == screen_batch(lines).rejects == ()


def test_error_array_becomes_an_error_with_all_its_reasons() -> None:
    """BILL's array of errors is kept whole: codes, messages, details and help."""
    server = ScriptedBill()
    server.script = [answer("error_array.json", 400)]
    with make_client(server) as client, pytest.raises(UnknownFieldError) as caught:
        client.session(ORGANIZATION).get("/v3/bills")
    assert [str(detail) for detail in caught.value.details] == [
        "BDC_1002: Unknown parameter. invoice.invoiceDate is not filterable See the filterable fields.",
        ": max: should be given",
    ]
