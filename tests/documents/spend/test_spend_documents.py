"""Answers shaped like those of Spend & Expense, redacted: JSON in, rows out."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from typed_rows import text_row, texts_of

from intacct_pipelines.clients.spend import Options, SpendClient, Token
from intacct_pipelines.domain.catalog import SPEND_TABLES, select
from intacct_pipelines.domain.records import Batch, Window, WindowKind
from intacct_pipelines.extract.spend import SpendExtraction
from intacct_pipelines.validate.contracts import screen_batch

HERE = Path(__file__).parent
TRANSACTION = select(SPEND_TABLES, "card_transaction")


def serve(request: httpx.Request) -> httpx.Response:
    name = request.url.path.rsplit("/", 1)[-1]
    file = "transactions_page.json" if name == "transactions" else f"child_{name[-3:]}.json"
    return httpx.Response(200, content=(HERE / file).read_bytes(), headers={"Content-Type": "application/json"})


@pytest.fixture
def read() -> tuple[SpendExtraction, dict[str, Batch]]:
    """The extraction, and the batch of each table."""
    options = Options(url="http://localhost:1/connect")
    with SpendClient(Token("t"), options, transport=httpx.MockTransport(serve)) as client:
        extraction = SpendExtraction(client, TRANSACTION, Window(WindowKind.ALL), "USD")
        (batches,) = extraction
    named = zip((table.name for table in extraction.tables), map(screen_batch, batches), strict=True)
    return extraction, dict(named)


def rows(batch: Batch, *names: str) -> list[tuple[str | None, ...]]:
    """Return some columns, row by row."""
    return list(zip(*(texts_of(batch.rows, name) for name in names), strict=True))


def test_a_settled_foreign_purchase_keeps_both_amounts_and_their_currencies(read) -> None:
    """The account's amount and the merchant's stand side by side, exact, each with its currency."""
    _, batches = read
    assert text_row(batches["card_transaction"].rows, 0) == {
        "id": "txn_redacted00000101",
        "legacy_id": "VHJhbnNhY3Rpb246MTAx",
        "transaction_type": "CLEAR",
        "status": "COMPLETE",
        "currency": "USD",
        "amount": "54.69",
        "fees": "0.49",
        "foreign_exchange_fee": "0.49",
        "transacted_amount": "54.2",
        "original_currency": "EUR",
        "original_amount": "50",
        "exchange_rate": "1.084",
        "is_credit": "f",
        "occurred_at": "2026-01-04T17:22:10+00:00",
        "authorized_at": "2026-01-03T17:22:10+00:00",
        "modified_at": "2026-01-06T09:00:00+00:00",
        "merchant_name": "Café Redacted",
        "raw_merchant_name": "CAFE REDACTED 0001",
        "merchant_category": "5812",
        "merchant_country": "AT",
        "user_id": "usr_redacted1",
        "budget_id": "bgt_redacted1",
        "card_id": "crd_redacted1",
        "card_last_four": "4242",
        "card_type": "VIRTUAL",
        "original_authorization_id": "txn_redacted00000100",
        "is_complete": "t",
        "is_locked": "f",
        "is_reconciled": "f",
        "is_receipt_required": "t",
        "receipt_status": "ATTACHED",
        "receipt_sync_status": "NO_ATTACHMENTS",
        "is_review_required": "f",
    }


def test_a_split_has_its_children_as_lines_and_any_other_is_its_own_line(read) -> None:
    """S-CRD-11: children are read by id, in the parent's order; a refund is negative."""
    _, batches = read
    lines = rows(batches["card_transaction_line"], "card_transaction_id", "id", "line_no", "amount", "currency")
    assert lines == [
        ("txn_redacted00000101", "txn_redacted00000101", "1", "54.69", "USD"),
        ("txn_redacted00000102", "txn_redacted00000103", "1", "60.01", "USD"),
        ("txn_redacted00000102", "txn_redacted00000104", "2", "39.99", "USD"),
        ("txn_redacted00000105", "txn_redacted00000105", "1", "-12.5", "USD"),
    ]


def test_coding_has_a_row_for_each_answer_be_it_chosen_or_written(read) -> None:
    """A chosen value, a note and a value that came as bare text are answers; an unanswered field is none."""
    _, batches = read
    coding = rows(batches["card_transaction_coding"], "card_transaction_id", "line_id", "field_name", "value", "note")
    assert coding == [
        ("txn_redacted00000101", "txn_redacted00000101", "GL Account", "6400 Travel", None),
        ("txn_redacted00000101", "txn_redacted00000101", "Purpose", None, "Lunch, two guests"),
        ("txn_redacted00000102", "txn_redacted00000103", "GL Account", "6100 Office supplies", None),
    ]


def test_the_syncs_own_claims_are_kept_word_for_word(read) -> None:
    """S-CRD-10: status, message and the Intacct record number that the vendor's sync claims."""
    _, batches = read
    claims = rows(
        batches["card_transaction_sync"], "card_transaction_id", "sync_status", "sync_message", "intacct_record_no"
    )
    assert claims == [
        ("txn_redacted00000101", "synced", None, "12345"),
        ("txn_redacted00000102", "error", "Department is required", None),
    ]


def test_receipts_keep_their_name_and_never_their_signed_address(read) -> None:
    """A receipt's address opens it for anybody, so it is not stored anywhere."""
    _, batches = read
    assert rows(batches["card_transaction_receipt"], "id", "card_transaction_id", "file_name") == [
        ("rcp_redacted1", "txn_redacted00000101", "lunch.jpg")
    ]
    assert "signature" not in repr(batches)


def test_an_amount_finer_than_its_currency_goes_to_quarantine_with_its_line(read) -> None:
    """1.005 US dollars are no amount: nothing is rounded, the row waits in quarantine; an unknown type is no fault."""
    extraction, batches = read
    (reject,) = batches["card_transaction"].rejects
    assert (reject.key, reject.column) == ("txn_redacted00000106", "amount")
    assert [reject.key for reject in batches["card_transaction_line"].rejects] == ["txn_redacted00000106"]
    assert str(extraction.tally.control_total) == "143.195"
    assert (extraction.tally.announced, extraction.tally.in_order) == (4, True)
