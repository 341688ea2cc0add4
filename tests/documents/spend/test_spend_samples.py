"""Lists of Spend & Expense in answers of its shape, redacted: JSON in, typed rows out, every cell compared."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest
from intacct_samples import read_expected, rows_of

from intacct_pipelines.clients.spend import Options, SpendClient, Token
from intacct_pipelines.domain.catalog import SPEND_TABLES, select
from intacct_pipelines.domain.records import Batch, Window, WindowKind
from intacct_pipelines.extract.spend import SpendExtraction
from intacct_pipelines.validate.contracts import screen_batch

HERE = Path(__file__).parent
EXPECTED = read_expected(HERE / "expected_lists.toml")
SAMPLED = ("platform_user", "budget", "card", "custom_field", "reimbursement")


def read(name: str, old: str = "", new: str = "") -> dict[str, Batch]:
    """What the sampled account answers, by table; ``old`` is written as ``new`` in it."""
    text = (HERE / "samples_lists.json").read_text(encoding="utf-8")
    assert old in text

    def serve(request: httpx.Request) -> httpx.Response:
        name = request.url.path.rsplit("/", 1)[-1]
        start = text.index(f'"{name}": ') + len(f'"{name}": ')
        _, length = json.JSONDecoder().raw_decode(text[start:])
        return httpx.Response(200, content=text[start : start + length].replace(old or "\0", new).encode())

    options = Options(url="http://localhost:1/connect")
    with SpendClient(Token("t"), options, transport=httpx.MockTransport(serve)) as client:
        extraction = SpendExtraction(client, select(SPEND_TABLES, name), Window(WindowKind.ALL), "USD")
        (page,) = extraction
    return {table.name: screen_batch(batch) for table, batch in zip(extraction.tables, page, strict=True)}


@pytest.mark.parametrize("name", SAMPLED)
def test_lists_become_rows_with_all_that_they_hold(name: str) -> None:
    """Budgets, cards, people, fields with their values, reimbursements with answers and receipts; instants are UTC."""
    for table, batch in read(name).items():
        assert batch.rejects == (), table
        assert rows_of(batch) == EXPECTED[table], table
        assert "signature" not in repr(batch)


@pytest.mark.parametrize(
    ("name", "old", "new", "column"),
    [
        ("budget", '"limit": 2500', '"limit": 2500.005', "period_limit"),
        ("card", '"spent": 0.01', '"spent": "some"', "period_spent"),
        ("reimbursement", '"occurredDate": "2024-02-29"', '"occurredDate": "2026-02-29"', "occurred_date"),
        ("custom_field", '"required": true', '"required": 2', "is_required"),
    ],
)
def test_what_is_not_of_the_documented_shape_goes_to_quarantine(name: str, old: str, new: str, column: str) -> None:
    """Part of a cent, a word for an amount, a day that is none: the row waits, and others are read."""
    batch = read(name, old, new)[name]
    assert [reject.column for reject in batch.rejects] == [column]
    assert len(batch.rows) == len(EXPECTED[name]) - 1
