"""Answers about cards, shaped like BILL's own, redacted: JSON in, rows out."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from scripted_bill import ORGANIZATION, ScriptedBill, make_client
from typed_rows import text_row

from intacct_pipelines.domain.catalog import BILL_TABLES, select
from intacct_pipelines.domain.records import Window, WindowKind
from intacct_pipelines.errors import UnreadableResponseError
from intacct_pipelines.extract.bill import BillExtraction
from intacct_pipelines.validate.contracts import screen_batch

HERE = Path(__file__).parent
ALL = Window(WindowKind.ALL)
TIMES = {"created_at": "2026-01-05T09:00:00+00:00", "modified_at": "2026-01-06T23:15:23.127000+00:00"}


def read(name: str, content: bytes) -> tuple[list[dict[str, str]], ScriptedBill]:
    server = ScriptedBill()
    server.script = [httpx.Response(200, content=content, headers={"Content-Type": "application/json"})]
    with make_client(server) as client:
        extraction = BillExtraction(client.session(ORGANIZATION), ORGANIZATION, select(BILL_TABLES, name), ALL)
        ((batch,),) = extraction
    screened = screen_batch(batch)
    assert screened.rejects == ()
    assert extraction.tally.announced == extraction.tally.received == len(screened.rows)
    return [text_row(screened.rows, at) for at in range(len(screened.rows))], server


def test_cards_of_banks_become_rows() -> None:
    """They are an array of an object, and which cards are meant must be said."""
    rows, server = read("funding_card", (HERE / "funding_cards.json").read_bytes())
    assert rows == [
        {
            "id": "cac01REDACTEDCARD0001",
            "name_on_account": "Redacted Paper Co",
            "issuing_bank_name": "Redacted Bank",
            "brand": "MASTERCARD",
            "card_type": "CREDIT_CARD",
            "status": "ACTIVE",
            "last_digits": "0000",
            "expiration_year": "2028",
            "expiration_month": "02",
            "is_default_for_payables": "t",
            "is_archived": "f",
            **TIMES,
        }
    ]
    assert server.reads[0].url.params["cardUserStatus"] == "VERIFIED"


def test_cards_of_bills_own_become_rows() -> None:
    """They are a bare array, whole by itself."""
    rows, _ = read("ap_card", (HERE / "ap_cards.json").read_bytes())
    assert rows == [
        {
            "id": "apc01REDACTEDCARD0001",
            "name_on_account": "Redacted Paper Co",
            "status": "ACTIVE",
            "balance": "1240.5",
            "credit_limit": "25000",
            **TIMES,
        },
        {"id": "apc02REDACTEDCARD0002", "status": "CLOSED"},
    ]


@pytest.mark.parametrize("content", [b'{"rates": {}}', b'{"cards": {"id": "x"}}', b'{"cards": ["x"]}'])
def test_an_answer_without_a_list_of_cards_is_not_taken_for_none(content: bytes) -> None:
    """Otherwise every stored card would be marked as deleted."""
    with pytest.raises(UnreadableResponseError, match="no list of cards"):
        read("funding_card", content)
