"""Replies about payables, card and cash transactions, shaped and redacted like a company's, into typed rows."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from intacct_pipelines.clients.intacct import Function
from intacct_pipelines.clients.intacct.reply import read_query
from intacct_pipelines.domain.catalog import TABLES
from intacct_pipelines.domain.catalog.intacct.cash import CASH_TABLES
from intacct_pipelines.domain.catalog.intacct.payables import PAYABLES_TABLES
from intacct_pipelines.domain.catalog.table import Table
from intacct_pipelines.extract.typing import type_rows
from intacct_pipelines.validate.contracts import screen_batch

FILES = Path(__file__).parent / "intacct"
ZONE = "America/Los_Angeles"
"""WHENMODIFIED is in the company's zone, AUWHENCREATED in UTC."""

# table → for each record of its reply, what must come out of it
EXPECTED: dict[str, list[dict[str, Any]]] = {
    "ap_adjustment": [
        {
            "record_no": 3519,
            "record_type": "pa",
            "document_no": "VC-311",
            "vendor_name": "Redacted & Co",
            "adjustment_date": date(2026, 2, 3),
            "due_date": None,
            "currency": "EUR",
            "exchange_rate": Decimal("1.0955"),
            "trx_total_entered": Decimal(-40),
            "trx_total_paid": Decimal("-15.5"),
            "trx_total_due": Decimal("-24.5"),
            "total_due": Decimal("-26.84"),
            "attachment_id": None,
            "created_by": "12",
            "created_at": datetime(2026, 2, 10, 18, 3, 11, tzinfo=UTC),
            "modified_at": datetime(2026, 2, 10, 18, 3, 12, tzinfo=UTC),
            "owner_entity_id": "110",
        }
    ],
    "ap_adjustment_line": [
        {"record_no": 20411, "adjustment_record_no": 3519, "trx_amount": Decimal(-40), "project_id": "RIVER"}
    ],
    "ap_payment": [
        {
            "record_no": 812,
            "state": "Submitted",
            "raw_state": "S",
            "description": None,
            "payment_method": "EFT",
            "financial_account_id": "BILL-CLEARING",
            "payment_date": date(2026, 2, 10),
            "paid_date": None,
            "trx_total_entered": Decimal("80.5"),
        },
        {"record_no": 813, "state": "Voided", "financial_account_id": None, "trx_total_entered": Decimal(0)},
    ],
    "ap_payment_detail": [
        {
            "payment_record_no": 812,
            "bill_record_no": 3430,
            "bill_line_record_no": 20391,
            "trx_payment_amount": Decimal("80.5"),
            "adjustment_record_no": None,
            "trx_adjustment_amount": None,
        },
        {
            "bill_line_record_no": None,
            "trx_payment_amount": None,
            "adjustment_record_no": 3519,
            "adjustment_line_record_no": 20411,
            "trx_adjustment_amount": Decimal(40),
        },
    ],
    "ap_advance": [
        {
            "record_no": 901,
            "state": "Partially Paid",
            "vendor_name": "Redacted & Co",
            "financial_account_id": "OPERATING",
            "advance_date": date(2026, 2, 9),
            "currency": "EUR",
            "trx_total_entered": Decimal(500),
            "trx_total_paid": Decimal("120.5"),
            "total_due": Decimal("415.74"),
            "cleared_date": None,
            "created_at": datetime(2026, 2, 9, 18, 3, 11, tzinfo=UTC),
            "owner_entity_id": "110",
        },
        {"record_no": 902, "record_type": None, "payment_date": None, "trx_total_entered": Decimal(100000)},
    ],
    "ap_advance_line": [
        {"advance_record_no": 901, "account_no": "1400", "trx_amount": Decimal(500), "trx_total_paid": Decimal("120.5")}
    ],
    "card_transaction": [
        {
            "record_no": 77,
            "document_no": "tx_77120",
            "card_account_id": "DIVVY-MAIN",
            "description": "Café « Nord »",
            "trx_total_entered": Decimal("-42.1"),
            "transaction_date": date(2026, 2, 3),
        }
    ],
    "card_transaction_line": [
        {"transaction_record_no": 77, "amount": Decimal("-42.1"), "vendor_id": "V-0042", "employee_id": "E-7"}
    ],
    "funds_transfer": [
        {
            "record_no": 81,
            "total_entered": Decimal(100000),
            "base_currency": "JPY",
            "modified_at": datetime(2026, 2, 13, 7, 30, tzinfo=UTC),
        }
    ],
    "funds_transfer_line": [
        {"account_no": "1000", "amount": Decimal(-100000)},
        {"account_no": "1070", "amount": Decimal(100000)},
    ],
    "other_receipt": [{"record_no": 9, "financial_account_id": None, "total_entered": Decimal(12)}],
    "other_receipt_line": [{"receipt_record_no": 9, "account_no": "4900", "description": None}],
    "deposit": [{"record_no": 4, "financial_account_id": "OPERATING", "modified_at": None}],
    "deposit_line": [{"deposit_record_no": 4, "account_no": "1090", "amount": Decimal(12)}],
}


def fields_of(table: Table) -> tuple[str, ...]:
    """The fields that a sync asks for."""
    return tuple(dict.fromkeys(column.source for column in table.columns))


def test_every_document_and_line_has_a_reply() -> None:
    """No table of these areas is without a sample."""
    documents = {table.name for table in (*PAYABLES_TABLES, *CASH_TABLES) if table.document_date or table.parent}
    assert documents - {"ap_bill", "ap_bill_line"} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_reply_becomes_rows(name: str) -> None:
    """Empty elements are nothing, amounts are exact in their currency, days are days and instants UTC."""
    table = TABLES[f"intacct.{name}"]
    body = (FILES / f"reply_{name}.xml").read_bytes()
    function = Function("q", etree.Element("query"))
    listing, _ = read_query(body, function, table.source_object, fields_of(table))
    batch = screen_batch(type_rows(table, listing.columns, zone=ZONE))
    assert batch.rejects == ()
    rows = [
        {column: cells[at].as_py() for column, cells in batch.rows.columns.items()} for at in range(len(batch.rows))
    ]
    assert [{column: row[column] for column in wanted} for row, wanted in zip(rows, EXPECTED[name], strict=True)] == (
        EXPECTED[name]
    )


@pytest.mark.parametrize(
    ("name", "old", "new", "column"),
    [
        ("ap_payment", "<STATE>Submitted</STATE>", "<STATE></STATE>", "state"),
        ("ap_payment", "<TRX_TOTALENTERED>80.5<", "<TRX_TOTALENTERED>80.505<", "trx_total_entered"),
        ("ap_payment_detail", "<PAYMENTKEY>812</PAYMENTKEY>", "<PAYMENTKEY></PAYMENTKEY>", "payment_record_no"),
        ("card_transaction", "<WHENCREATED>02/03/2026<", "<WHENCREATED>02/30/2026<", "transaction_date"),
        ("ap_advance", "<TRX_TOTALENTERED>100000<", "<TRX_TOTALENTERED>100000.5<", "trx_total_entered"),
        ("ap_advance", "<ADVANCEDATE>02/09/2026<", "<ADVANCEDATE><", "advance_date"),
        ("funds_transfer", "<TOTALENTERED>100000<", "<TOTALENTERED>100000.5<", "total_entered"),
    ],
)
def test_what_breaks_the_contract_goes_to_quarantine(name: str, old: str, new: str, column: str) -> None:
    """A missing state or key, a day that does not exist, decimals that the currency does not have."""
    table = TABLES[f"intacct.{name}"]
    body = (FILES / f"reply_{name}.xml").read_text().replace(old, new, 1).encode()
    listing, _ = read_query(body, Function("q", etree.Element("query")), table.source_object, fields_of(table))
    batch = screen_batch(type_rows(table, listing.columns, zone=ZONE))
    assert [reject.column for reject in batch.rejects] == [column]
