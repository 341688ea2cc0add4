"""Records of Intacct's objects, shaped like a company's and redacted, through parser and typing into rows."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import httpx
import pytest
from intacct_samples import FILES, asked_of, body_of, expected, read, rows_of, samples
from scripted_intacct import ScriptedIntacct, client_of

from intacct_pipelines.domain.catalog import TABLES
from intacct_pipelines.errors import UnreadableResponseError
from intacct_pipelines.extract.intacct_lists import ListExtraction
from intacct_pipelines.validate.contracts import screen_batch

OWN_FIELDS = {
    "ap_bill": "VOUCHER_NUMBER",
    "ar_invoice": "CUST_REGION",
    "vendor": "GLDIMGRANT_CYCLE",
    "project": "FUNDING_SOURCE",
}
"""Fields that only this company has; a sync asks for them beside the declared ones."""


def test_every_sample_says_what_must_come_of_it() -> None:
    """No sample is read and not compared."""
    assert set(samples()) == set(expected())


@pytest.mark.parametrize("name", samples())
def test_records_become_rows(name: str) -> None:
    """Every cell: empty is nothing, amounts are decimals, days are days, instants UTC, texts are unescaped."""
    table = TABLES[f"intacct.{name}"]
    fields = asked_of(table, *(field for own, field in OWN_FIELDS.items() if own == name))
    batch = read(table, body_of(samples()[name], fields), fields)
    assert batch.rejects == ()
    rows = rows_of(batch)
    assert rows == expected()[name]
    assert [kinds(row) for row in rows] == [kinds(row) for row in expected()[name]]


def kinds(row: dict[str, Any]) -> dict[str, object]:
    """The types of a row's cells, and the offset of instants: a number is no flag, and 02:00+02:00 no 00:00Z."""
    offsets = {name: cell.utcoffset() for name, cell in row.items() if isinstance(cell, datetime)}
    return {name: offsets.get(name, type(cell)) for name, cell in row.items()}


@pytest.mark.parametrize(
    ("name", "old", "new", "column"),
    [
        ("ar_invoice", "<STATE>Partially Paid<", "<STATE>Partly Paid<", "state"),
        ("ar_invoice", "<TRX_TOTALENTERED>1084<", "<TRX_TOTALENTERED>1,084<", "trx_total_entered"),
        ("ar_invoice", "<WHENCREATED>02/03/2026<", "<WHENCREATED>03.02.2026<", "invoice_date"),
        ("ar_invoice_line", "<RECORDKEY>195501</", "<RECORDKEY></", "invoice_record_no"),
        ("ar_adjustment", "<TRX_TOTALENTERED>-2500<", "<TRX_TOTALENTERED>-2500.5<", "trx_total_entered"),
        ("ar_payment", "<RECEIPTDATE>02/12/2026</", "<RECEIPTDATE></", "receipt_date"),
        ("ar_payment_detail", "<TRX_PAYMENTAMOUNT>540<", "<TRX_PAYMENTAMOUNT>5.4E2<", "trx_payment_amount"),
        ("ar_advance", "<AUWHENCREATED>02/12/2026 23:30:00<", "<AUWHENCREATED>02/12/2026 24:30:00<", "created_at"),
        ("journal_entry", "<BATCH_DATE>02/28/2026<", "<BATCH_DATE>02/29/2026<", "entry_date"),
        ("journal_entry_line", "<TR_TYPE>-1<", "<TR_TYPE>2<", "tr_type"),
        ("gl_detail", "<DEBITAMOUNT>2492.5<", "<DEBITAMOUNT>2492.505<", "debit_amount"),
        ("purchasing_document", "<DOCPARID>Purchase Order</", "<DOCPARID></", "definition"),
        ("order_entry_document", "<STATE>In Progress<", "<STATE>G<", "state"),
        ("expense_report_line", "<TRX_AMOUNT>-10.05</", "<TRX_AMOUNT></", "trx_amount"),
        ("project", "<CONTRACTAMOUNT>12500.125<", "<CONTRACTAMOUNT>12500.1255<", "contract_amount"),
        ("user", "<STATUS>lockedout<", "<STATUS>locked<", "status"),
    ],
)
def test_what_is_not_of_the_documented_shape_goes_to_quarantine_by_its_column(
    name: str, old: str, new: str, column: str
) -> None:
    """Words, amounts, days and keys that the vendor never writes so: the row waits, and the others are read."""
    table = TABLES[f"intacct.{name}"]
    fields = asked_of(table)
    text = body_of(samples()[name], fields).decode()
    assert old in text
    batch = read(table, text.replace(old, new, 1).encode(), fields)
    assert [reject.column for reject in batch.rejects] == [column]
    assert len(batch.rows) == len(expected()[name]) - 1


@pytest.mark.parametrize("name", ["ar_invoice", "journal_entry_line", "expense_report"])
def test_a_field_that_was_not_asked_for_or_is_missing_is_never_passed_over(name: str) -> None:
    """A record of another layout is refused whole: its cells could stand in the wrong columns."""
    table = TABLES[f"intacct.{name}"]
    fields = asked_of(table)
    with pytest.raises(UnreadableResponseError, match=r"missing: \[\]; unknown: \['WHENMODIFIED'\]"):
        read(table, body_of(samples()[name], fields), [field for field in fields if field != "WHENMODIFIED"])
    with pytest.raises(UnreadableResponseError, match="NEWFIELD"):
        read(table, body_of(samples()[name], fields), [*fields, "NEWFIELD"])


def test_attachments_are_listed_with_the_name_of_their_last_file_and_never_their_contents() -> None:
    """Lower-case elements, nested files, an element that closes itself; what a file holds is not kept (S-ATT-01)."""
    table = TABLES["intacct.attachment"]
    assert table.call is not None
    gateway = ScriptedIntacct()
    gateway.script = [httpx.Response(200, content=(FILES / "reply_attachment.xml").read_bytes())]
    with client_of(gateway) as client:
        (batch,) = ListExtraction(client.session(), table, table.call, zone="UTC")
    screened = screen_batch(batch)
    assert screened.rejects == ()
    assert rows_of(screened) == expected_attachments()
    assert "JVBERi0" not in repr(screened)


def expected_attachments() -> list[dict[str, Any]]:
    """The rows of the two attachments in the reply."""
    return [
        {
            "record_no": 1,
            "attachment_id": "ATT-00001",
            "name": "Invoice <123> & more",
            "folder": "Bills",
            "creation_date": date(2026, 4, 20),
            "created_by": "svc_pipelines",
            "file_name": "PDF 0",
            "file_type": "pdf",
        },
        {
            "record_no": 2,
            "attachment_id": "ATT-00002",
            "name": "Lorem ipsum",
            "folder": "Bills",
            "description": "two files",
            "creation_date": date(2024, 2, 29),
            "file_name": "PDF 0",
            "file_type": "pdf",
        },
    ]
