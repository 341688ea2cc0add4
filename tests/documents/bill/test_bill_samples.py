"""BILL's lists in answers of its shape, redacted: JSON in, typed rows out, every cell compared."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from intacct_samples import read_expected, rows_of
from scripted_bill import ORGANIZATION, ScriptedBill, make_client

from intacct_pipelines.domain.catalog import BILL_TABLES, select
from intacct_pipelines.domain.records import Batch, Window, WindowKind
from intacct_pipelines.extract.bill import BillExtraction
from intacct_pipelines.validate.contracts import screen_batch

HERE = Path(__file__).parent
SAMPLES: dict[str, Any] = json.loads((HERE / "samples_lists.json").read_text(encoding="utf-8"), parse_float=str)
EXPECTED = read_expected(HERE / "expected_lists.toml")
CURRENCIES = {"00901REDACTEDVENDOR1": "USD", "00901REDACTEDVENDOR2": "JPY", "0cu01REDACTEDCUSTM01": "USD"}


def read(name: str, body: bytes) -> dict[str, Batch]:
    """What one answer holds, by table."""
    server = ScriptedBill()
    server.script = [httpx.Response(200, content=body)]
    with make_client(server) as client:
        session = client.session(ORGANIZATION)
        extraction = BillExtraction(
            session, ORGANIZATION, select(BILL_TABLES, name), Window(WindowKind.ALL), CURRENCIES
        )
        (page,) = extraction
    return {table.name: screen_batch(batch) for table, batch in zip(extraction.tables, page, strict=True)}


def sample(name: str) -> bytes:
    """One answer, its numbers as they are written in the file."""
    text = (HERE / "samples_lists.json").read_text(encoding="utf-8")
    decoder = json.JSONDecoder()
    start = text.index(f'"{name}": ') + len(f'"{name}": ')
    _, end = decoder.raw_decode(text[start:])
    return text[start : start + end].encode()


@pytest.mark.parametrize("name", SAMPLES)
def test_lists_become_rows(name: str) -> None:
    """What is left out, null or empty is nothing; a number of an account keeps its zeros; instants are UTC."""
    batch = read(name, sample(name))[name]
    assert batch.rejects == ()
    assert rows_of(batch) == EXPECTED[name]


def test_approvers_of_a_bill_stand_in_their_order() -> None:
    """Who approves, in which turn, and what they said when; nobody who has not spoken has a time (S-APR-01)."""
    batch = read("ap_bill", (HERE / "bills_page.json").read_bytes())["ap_bill_approver"]
    assert rows_of(batch) == EXPECTED["ap_bill_approver"]


@pytest.mark.parametrize(
    ("name", "old", "new", "column"),
    [
        ("ap_term", '"daysDue": 0', '"daysDue": 0.5', "due_days"),
        ("customer", '{"amount": -25.5}', '{"amount": -25.505}', "balance"),
        ("user", '"role": {', '"role": "ADMINISTRATOR", "was": {', "role"),
        ("item", '"taxable": true', '"taxable": "maybe"', "is_taxable"),
        ("gl_account", '"name": "Parent of all"', '"name": null', "name"),
    ],
)
def test_what_is_not_of_the_documented_shape_goes_to_quarantine(name: str, old: str, new: str, column: str) -> None:
    """Part of a day, part of a cent, a word in the place of an object, no name: the row waits, others are read."""
    text = sample(name).decode()
    assert old in text
    batch = read(name, text.replace(old, new).encode())[name]
    assert [reject.column for reject in batch.rejects] == [column]
    assert len(batch.rows) == len(EXPECTED[name]) - 1


def test_amounts_are_read_as_they_are_written() -> None:
    """12.0001 is a price to its last digit; nothing passes through a float."""
    rows = rows_of(read("item", sample("item").replace(b"12.0001", b"12.000100000001"))["item"])
    assert rows[0]["price"] == Decimal("12.000100000001")
