"""Answers about files, shaped like BILL's own, redacted: JSON in, rows out."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from scripted_bill import ORGANIZATION, ScriptedBill, make_client, problem
from typed_rows import text_row

from intacct_pipelines.domain.catalog import BILL_TABLES, select
from intacct_pipelines.errors import ConfigurationError, FunctionRejectedError, RecordNotFoundError
from intacct_pipelines.extract.bill import ByParentExtraction
from intacct_pipelines.validate.contracts import screen_batch

HERE = Path(__file__).parent
DOCUMENTS = select(BILL_TABLES, "ap_bill_document")


def answer(name: str) -> httpx.Response:
    return httpx.Response(200, content=(HERE / name).read_bytes(), headers={"Content-Type": "application/json"})


def test_files_become_rows_without_their_links() -> None:
    """Each file once, under its record, whatever page it came on; nothing leads to what is in it (S-ATT-01)."""
    server = ScriptedBill()
    server.script = [answer("documents_page.json"), answer("attachments_page.json")]
    with make_client(server) as client:
        extraction = ByParentExtraction(client.session(ORGANIZATION), ORGANIZATION, DOCUMENTS, ["00n01"], ["00n99"])
        first, last = (screen_batch(batch) for batch in extraction)
    assert (first.rejects, last.rejects) == ((), ())
    assert [text_row(batch.rows, at) for batch in (first, last) for at in range(len(batch.rows))] == [
        {
            "id": "00h01REDACTEDDOCUMENT",
            "ap_bill_id": "00n01",
            "name": "Invoice 9001 – Redacted & Co.pdf",
            "created_at": "2026-02-03T18:03:11+00:00",
            "scan_status": "CLEAN",
            "page_count": "3",
        },
        {
            "id": "00h02REDACTEDDOCUMENT",
            "ap_bill_id": "00n01",
            "name": "請求書.pdf",
            "created_at": "2026-02-04T09:00:00.127000+00:00",
        },
        {
            "id": "0at01REDACTEDATTACHMNT",
            "ap_bill_id": "00n01",
            "name": "W-9 Redacted.pdf",
            "created_at": "2026-01-05T09:00:00+00:00",
        },
    ]
    assert [request.url.path for request in server.reads] == ["/connect/v3/documents/bills/00n01"] * 2
    assert (extraction.tally.announced, extraction.tally.received, extraction.tally.requests) == (3, 3, 3)
    assert extraction.window.parent_keys == ("00n01", "00n99")


@pytest.mark.parametrize(
    ("name", "parent", "path"),
    [
        ("vendor_attachment", "vendor_id", "vendors"),
        ("customer_attachment", "customer_id", "customers"),
        ("ar_invoice_attachment", "ar_invoice_id", "invoices"),
    ],
)
def test_attachments_become_rows(name: str, parent: str, path: str) -> None:
    """Those of vendors, customers and invoices are listed alike, each at an address of its own."""
    server = ScriptedBill()
    server.script = [answer("attachments_page.json")]
    with make_client(server) as client:
        (batch,) = ByParentExtraction(client.session(ORGANIZATION), ORGANIZATION, select(BILL_TABLES, name), ["00x01"])
    assert [text_row(screen_batch(batch).rows, at) for at in range(2)] == [
        {
            "id": "00h02REDACTEDDOCUMENT",
            parent: "00x01",
            "name": "請求書.pdf",
            "created_at": "2026-02-04T09:00:00.127000+00:00",
        },
        {
            "id": "0at01REDACTEDATTACHMNT",
            parent: "00x01",
            "name": "W-9 Redacted.pdf",
            "created_at": "2026-01-05T09:00:00+00:00",
        },
    ]
    assert [request.url.path for request in server.reads] == [f"/connect/v3/attachments/{path}/00x01"]


def test_a_record_that_is_gone_has_no_files() -> None:
    """One that BILL does not know any more holds up nobody."""
    server = ScriptedBill()
    server.script = [problem(404, "BDC_9999", "Not found."), answer("attachments_page.json")]
    with make_client(server) as client:
        extraction = ByParentExtraction(client.session(ORGANIZATION), ORGANIZATION, DOCUMENTS, ["00n01", "00n02"])
        (batch,) = extraction
    assert batch.rows.columns["ap_bill_id"].to_pylist() == ["00n02", "00n02"]


@pytest.mark.parametrize(("code", "error"), [("BDC_9999", RecordNotFoundError), ("BDC_1121", FunctionRejectedError)])
def test_an_address_that_knows_no_record_at_all_is_an_error(code: str, error: type[Exception]) -> None:
    """Otherwise every stored file would be marked as deleted because we ask in the wrong place."""
    server = ScriptedBill()
    server.script = [problem(404, code, "No."), problem(404, code, "No.")]
    with make_client(server) as client:
        extraction = ByParentExtraction(client.session(ORGANIZATION), ORGANIZATION, DOCUMENTS, ["00n01", "00n02"])
        with pytest.raises(error):
            list(extraction)


def test_only_what_is_listed_by_parent_is_read_so() -> None:
    """Bills are not, and another organisation's files are not ours."""
    with make_client(ScriptedBill()) as client:
        session = client.session(ORGANIZATION)
        for organization, table in ((ORGANIZATION, select(BILL_TABLES, "ap_bill")), ("008other", DOCUMENTS)):
            with pytest.raises(ConfigurationError):
                ByParentExtraction(session, organization, table, [])
