"""Contracts of rows: what the catalog declares is what pandera enforces."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typed_rows import texts_of, typed_rows

from intacct_pipelines.domain.catalog import TABLES, Column, Kind, Table
from intacct_pipelines.domain.records import Batch, Reject, Rows
from intacct_pipelines.validate.contracts import check_batch, contract, rule_of, screen_batch

BILL = TABLES["bill.ap_bill"]
SAMPLES = {
    Kind.TEXT: "x",
    Kind.INTEGER: "1",
    Kind.MONEY: "1.00",
    Kind.RATE: "0.5",
    Kind.DATE: "2026-01-02",
    Kind.INSTANT: "2026-01-02T03:04:05Z",
    Kind.FLAG: "true",
}


def make_rows(table: Table, *rows: dict[str, str | None]) -> Rows:
    """Return rows whose other columns satisfy the contract."""
    full = {
        column.name: column.one_of[0] if column.one_of else SAMPLES[column.kind]
        for column in table.columns
        if column.required
    }
    return typed_rows(table, [full | row for row in rows])


@pytest.mark.parametrize("name", TABLES)
def test_every_table_has_a_contract_that_good_rows_keep(name: str) -> None:
    """A row with its required columns and known values passes, for each table of the catalog."""
    rows = make_rows(TABLES[name], {}, {})
    assert check_batch(rows).rejects == ()


@pytest.mark.parametrize("name", TABLES)
def test_every_declared_constraint_is_enforced(name: str) -> None:
    """Each required column and each list of known values of the catalog rejects a row that breaks it."""
    table = TABLES[name]
    for column in table.columns:
        if column.required:
            (reject,) = check_batch(make_rows(table, {}, {column.name: None})).rejects
            assert (reject.column, reject.check) == (column.name, "required")
        if column.one_of:
            unknown = "7777" if column.kind is Kind.INTEGER else "FROM THE FUTURE"
            (reject,) = check_batch(make_rows(table, {}, {column.name: unknown})).rejects
            assert (reject.column, reject.check, reject.value) == (column.name, "one_of", unknown)


def test_unknown_enumeration_value_is_rejected_with_its_rule() -> None:
    """An approval status that BILL never had goes to quarantine with the rule behind the column [S-APR-02]."""
    verdict = check_batch(make_rows(BILL, {"id": "1"}, {"id": "2", "approval_status": "MAYBE"}))
    assert verdict.rejected_positions == {1}
    (reject,) = verdict.rejects
    assert (reject.table, reject.key, reject.column, reject.check, reject.value, reject.rule) == (
        "bill.ap_bill",
        "2",
        "approval_status",
        "one_of",
        "MAYBE",
        "S-APR-02",
    )


def test_row_that_breaks_several_rules_is_one_reject() -> None:
    """One row is one reject, named by its first bad column, so that counts of rows stay counts of rows."""
    verdict = check_batch(make_rows(BILL, {"id": "1", "record_status": "?", "vendor_id": None, "amount": None}))
    assert [(reject.column, reject.check) for reject in verdict.rejects] == [("vendor_id", "required")]


def test_too_long_a_text_is_rejected() -> None:
    """A longest length is enforced in characters; as long as allowed, or absent, passes."""
    table = Table(
        "bill",
        "note",
        "/v3/notes",
        "Notes.",
        (
            Column("id", Kind.TEXT, "id", "Id.", required=True),
            Column("number", Kind.TEXT, "n", "Number (S-ERR-24).", max_length=3),
        ),
        key=("id",),
    )
    verdict = check_batch(make_rows(table, {"id": "1", "number": "äöü"}, {"id": "2"}, {"id": "3", "number": "1234"}))
    assert [(reject.key, reject.check, reject.rule) for reject in verdict.rejects] == [("3", "max_length", "S-ERR-24")]


def test_personal_data_is_masked_in_rejects() -> None:
    """Names, tax numbers and fields of the company's own are masked; the rest of the row stays readable."""
    table = TABLES["bill.vendor"]
    (reject,) = check_batch(
        make_rows(
            table,
            {"id": "009A", "name": None, "tax_id": "12-3456789", "currency": "USD", "custom_fields": '{"own": "1"}'},
        )
    ).rejects
    assert (reject.key, reject.column, reject.value) == ("009A", "name", "***")
    assert json.loads(reject.fragment) == {"id": "009A", "tax_id": "***", "currency": "USD", "custom_fields": "***"}


def test_screened_batch_loses_nothing() -> None:
    """Rows that break their contract move to the rejects, behind those that could not be typed."""
    earlier = Reject("bill.ap_bill", "0", "amount", "decimal", "x", "", "{}")
    rows = make_rows(BILL, {"id": "1"}, {"id": "2", "amount": None}, {"id": "3"})
    screened = screen_batch(Batch(rows, (earlier,)))
    assert texts_of(screened.rows, "id") == ["1", "3"]
    assert [reject.key for reject in screened.rejects] == ["0", "2"]


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.sampled_from([{}, {"vendor_id": None}, {"approval_status": "?"}, {"record_status": "DRAFT"}]), max_size=40
    )
)
def test_every_row_ends_in_exactly_one_place(changes: list[dict[str, str | None]]) -> None:
    """Whatever is wrong with however many rows: good plus rejected are all, and only bad ones are rejected."""
    rows = make_rows(BILL, *({"id": str(at), **change} for at, change in enumerate(changes)))
    screened = screen_batch(Batch(rows))
    bad = [str(at) for at, change in enumerate(changes) if "vendor_id" in change or "approval_status" in change]
    assert [reject.key for reject in screened.rejects] == bad
    assert [row for row in texts_of(rows, "id") if row not in bad] == texts_of(screened.rows, "id")


def test_rule_is_the_one_that_the_catalog_cites() -> None:
    """A column's rule stands once, in its description; a few that cite none are listed."""
    assert rule_of(BILL, BILL.column("purchase_order_no")) == "S-PUR-04"
    assert rule_of(BILL, BILL.column("currency")) == "S-CUR-02"
    assert rule_of(BILL, BILL.column("due_date")) == ""


def test_contract_knows_every_column_by_its_description() -> None:
    """The schema carries the catalog's words, so that documentation comes from one place."""
    column = contract(BILL).columns["approval_status"]
    assert column.description == BILL.column("approval_status").description


def test_knowing_the_contracts_does_not_import_pandas() -> None:
    """Importing the room is cheap: pandas and pandera cost more than a second and come only with the first check."""
    code = (
        "import sys, intacct_pipelines.validate.contracts, intacct_pipelines.validate.documents;"
        "sys.exit('pandas' in sys.modules or 'pandera' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0  # noqa: S603 - our own code
