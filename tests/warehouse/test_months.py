"""Months of history on a real Postgres: what a proof compares, and what it lists as drift."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import psycopg
import pytest
from warehouse_rows import BILL, CHANGED, ENTITY, LINE, bill, line, store

from intacct_pipelines.domain.catalog import TABLES, Column, Kind, Table, family
from intacct_pipelines.domain.records import SourceCount, Window, WindowKind
from intacct_pipelines.warehouse.migrate import migrate
from intacct_pipelines.warehouse.months import prove, proven_months

MARCH = date(2026, 3, 1)
MONTH = Window(WindowKind.MONTH, months=(MARCH,))


def prove_certified(warehouse, certificates, run_id):
    """Prove the month by loads that were of this month alone."""
    counts = [SourceCount.of(certificate) for certificate in certificates]
    return prove(warehouse, BILL, ENTITY, MARCH, counts, run_id, calls=len(counts), seconds=Decimal("0.5"))


def _prove(warehouse, bills, lines, run_id="proof"):
    """Load a month and its lines as one reading, and prove it."""
    documents = store(warehouse, bills, window=MONTH, run_id=run_id)
    parents = tuple(warehouse.keys_of_month(BILL, ENTITY, MARCH))
    window = Window(WindowKind.PARENTS, parent_keys=parents)
    read = store(warehouse, lines, table=LINE, window=window, run_id=run_id)
    return prove_certified(warehouse, [documents, read], run_id)


def test_a_first_proof_has_totals_and_no_drift(warehouse):
    """Documents and lines are counted and summed apart, and equal the source's; other months do not count."""
    store(warehouse, [bill(9, bill_date="2026-04-01")])
    proof = _prove(warehouse, [bill(1), bill(2, trx_total_entered="5.00")], [line(11, 1), line(12, 2)])
    assert proof.is_proven
    assert [(table.table_name, table.rows, table.control_total) for table in proof.tables] == [
        ("intacct.ap_bill", 2, Decimal("15.00")),
        ("intacct.ap_bill_line", 2, Decimal("20.00")),
    ]
    assert proof.drift == ()
    assert proof.previous_at is None
    since = datetime(2026, 1, 1, tzinfo=UTC)
    assert proven_months(warehouse, BILL, ENTITY, since) == {MARCH}
    assert proven_months(warehouse, BILL, ENTITY, datetime.now(UTC)) == set()


def test_drift_lists_what_was_added_changed_and_deleted_and_who_found_it(warehouse):
    """What a sync stored since the last proof and what only the proof found are told apart, record by record."""
    _prove(warehouse, [bill(1), bill(2), bill(3)], [line(11, 1), line(12, 2), line(13, 3)], "first")
    later = {"modified_at": "2026-03-20T08:00:00Z"}
    changed = bill(1, trx_total_entered="12.50", **later)
    store(warehouse, [changed], window=CHANGED, run_id="sync")
    proof = _prove(warehouse, [changed, bill(2), bill(4)], [line(11, 1, description="x"), line(12, 2), line(14, 4)])
    assert proof.is_proven
    found = {(drift.table_name.partition(".")[2], drift.kind, drift.key, drift.found_by_proof) for drift in proof.drift}
    assert found == {
        ("ap_bill", "changed", "1", False),
        ("ap_bill", "deleted", "3", True),
        ("ap_bill", "added", "4", True),
        ("ap_bill_line", "changed", "11", True),
        ("ap_bill_line", "deleted", "13", True),
        ("ap_bill_line", "added", "14", True),
    }
    documents = proof.tables[0]
    assert (documents.added, documents.changed, documents.deleted) == (1, 1, 1)
    assert documents.control_total_drift == Decimal("2.50")
    with psycopg.connect(warehouse.dsn) as connection:
        kept = connection.execute(
            "SELECT amount_before, amount_now FROM ops.month_drift WHERE kind = 'changed' AND key = '1'"
        ).fetchall()
        assert kept == [(Decimal("10.00"), Decimal("12.50"))]
        (drift,) = connection.execute(
            "SELECT max(control_total_drift) FROM ops.month_total WHERE table_name = 'intacct.ap_bill'"
        ).fetchone()
        assert drift == Decimal("2.50")
    assert (
        _prove(warehouse, [changed, bill(2), bill(4)], [line(11, 1, description="x"), line(12, 2), line(14, 4)]).drift
        == ()
    )


def test_a_document_that_moved_to_another_month_has_left_this_one(warehouse):
    """Its date was corrected: the month lost it, with its lines."""
    _prove(warehouse, [bill(1), bill(2)], [line(11, 1), line(12, 2)])
    moved = bill(2, bill_date="2026-04-02", modified_at="2026-03-20T08:00:00Z")
    store(warehouse, [moved], window=CHANGED, run_id="sync")
    proof = _prove(warehouse, [bill(1)], [line(11, 1)])
    assert {(drift.kind, drift.key, drift.found_by_proof) for drift in proof.drift} == {
        ("deleted", "2", False),
        ("deleted", "12", True),
    }


def test_a_month_with_rows_that_the_source_did_not_send_is_not_proven(warehouse):
    """What is stored is counted anew, so a row that should have been swept is seen."""
    documents = store(warehouse, [bill(1)], window=MONTH)
    lines = store(warehouse, [line(11, 1)], table=LINE, window=Window(WindowKind.PARENTS, parent_keys=("1",)))
    store(warehouse, [bill(2)], window=CHANGED)
    proof = prove_certified(warehouse, [documents, lines], "run")
    assert not proof.is_proven
    assert proven_months(warehouse, BILL, ENTITY, datetime(2026, 1, 1, tzinfo=UTC)) == set()


def _lines(name, parent):
    columns = (
        Column("record_no", Kind.INTEGER, "RECORDNO", "Key.", required=True),
        Column("parent_no", Kind.INTEGER, "PARENTKEY", "Parent.", required=True),
    )
    return Table(
        "intacct", name, name.upper(), "Lines.", columns, key=("record_no",), parent=parent, parent_key="parent_no"
    )


@pytest.fixture
def deep_catalog(monkeypatch):
    """Bills have a second kind of lines, and lines have lines of their own."""
    for table in (_lines("ap_bill_tax", "ap_bill"), _lines("ap_bill_line_tax", "ap_bill_line")):
        monkeypatch.setitem(TABLES, table.qualified_name, table)


@pytest.mark.usefixtures("deep_catalog")
def test_lines_of_any_depth_and_kind_belong_to_the_month(empty_dsn):
    """Several kinds of lines, and lines of lines, are noted as unread, counted and compared with their document."""
    from intacct_pipelines.warehouse.connection import Warehouse  # noqa: PLC0415 - beside its only use

    with Warehouse(empty_dsn) as warehouse:
        with warehouse.transaction() as connection:
            migrate(connection)
        tax, deep = TABLES["intacct.ap_bill_tax"], TABLES["intacct.ap_bill_line_tax"]
        assert [table.name for table in family(BILL)] == ["ap_bill", "ap_bill_line", "ap_bill_line_tax", "ap_bill_tax"]

        def row(record_no, parent_no):
            return {"record_no": str(record_no), "parent_no": str(parent_no)}

        def proof(run_id, deep_rows):
            certificates = [
                store(warehouse, [bill(1)], window=MONTH, run_id=run_id),
                store(warehouse, [line(11, 1)], table=LINE, run_id=run_id),
                store(warehouse, deep_rows, table=deep, run_id=run_id),
                store(warehouse, [row(31, 1)], table=tax, run_id=run_id),
            ]
            return prove_certified(warehouse, certificates, run_id)

        first = proof("first", [row(21, 11)])
        assert [(table.table_name, table.rows) for table in first.tables] == [
            ("intacct.ap_bill", 1),
            ("intacct.ap_bill_line", 1),
            ("intacct.ap_bill_line_tax", 1),
            ("intacct.ap_bill_tax", 1),
        ]
        assert warehouse.keys_of_month(deep, ENTITY, MARCH) == ["21"]
        second = proof("second", [row(22, 11)])
        assert {(drift.kind, drift.key) for drift in second.drift} == {("deleted", "21"), ("added", "22")}
        store(warehouse, [bill(1, state="Paid", modified_at="2026-03-20T08:00:00Z")], window=CHANGED)
        assert warehouse.changed_parents(LINE, ENTITY) == ["1"]
        assert warehouse.changed_parents(tax, ENTITY) == ["1"]
