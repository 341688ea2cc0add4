"""The warehouse's ledger is the source's, and its documents tie to it: a real sync of the sandbox, in Postgres."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from decimal import Decimal

import psycopg
import pytest
from pipeline_world import World
from psycopg import sql

from intacct_pipelines.domain.catalog.intacct.ledger import LEDGER_TABLES
from intacct_pipelines.domain.catalog.intacct.orders import ORDER_TABLES
from intacct_pipelines.domain.catalog.intacct.payables import AP_ADVANCE, AP_ADVANCE_LINE
from intacct_pipelines.domain.catalog.intacct.receivables import RECEIVABLES_TABLES
from intacct_pipelines.domain.catalog.table import Kind, Table
from intacct_pipelines.domain.records import Certificate

DOCUMENTS = [AP_ADVANCE, AP_ADVANCE_LINE, *RECEIVABLES_TABLES, *ORDER_TABLES]
TABLES = [*DOCUMENTS, *LEDGER_TABLES]


@pytest.fixture(scope="module")
def synced(
    make_database: Callable[..., str], migrated_template: str
) -> Iterator[tuple[World, dict[str, Certificate], psycopg.Connection]]:
    """A company whose entity was extracted once, its certificates, and a connection to its warehouse."""
    dsn = make_database(migrated_template)
    world = World(dsn, bills=400)
    certificates = world.extract()
    with psycopg.connect(dsn, autocommit=True) as connection:
        yield world, certificates, connection


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_row_of_the_source_is_stored_and_certified(synced, table: Table):
    """Announced, received and stored are one number, of all that the entity has, and the control total agrees."""
    _, certificates, connection = synced
    certificate = certificates[table.qualified_name]
    assert certificate.is_whole
    assert certificate.announced == certificate.stored > 0
    assert certificate.quarantined == 0
    assert certificate.control_total_source == certificate.control_total_stored
    assert bool(certificate.control_total_source) == bool(table.control_total and table.name != "gl_detail")
    stored = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(*_name(table)))).fetchone()
    assert stored == (certificate.stored,)


@pytest.mark.parametrize("table", DOCUMENTS, ids=lambda table: table.name)
def test_every_field_arrives_as_the_source_has_it(synced, table: Table):
    """Text and amounts in the warehouse are those of the source's records, row by row."""
    world, _, connection = synced
    columns = [column for column in table.columns if column.kind in {Kind.TEXT, Kind.MONEY, Kind.INTEGER, Kind.RATE}]
    names = sql.SQL(", ").join(sql.Identifier(column.name) for column in columns)
    rows = connection.execute(
        sql.SQL("SELECT {} FROM {} ORDER BY record_no").format(names, sql.Identifier(*_name(table)))
    ).fetchall()
    records = world.sandbox.intacct.records(table.source_object)
    assert len(rows) == len(records)
    for row, record in zip(rows, records, strict=True):
        assert list(row) == [_value(column.kind, record[column.source]) for column in columns]


def test_the_trial_balance_is_the_source_s_per_entity_account_period_and_currency(synced):
    """Each month's movement of each account and currency, in transaction and base currency, is the ledger's own."""
    world, _, connection = synced
    expected: dict[tuple[str, str, str], list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for posting in world.sandbox.intacct.ledger.postings():
        month = f"{posting.entry_date[6:]}-{posting.entry_date[:2]}"
        for line in posting.lines:
            sums = expected[line.account_no, month, posting.currency]
            sums[0] += line.trx_amount * line.side
            sums[1] += line.base_amount * line.side
    rows = connection.execute(
        """SELECT account_no, to_char(entry_date, 'YYYY-MM'), currency,
                  sum(coalesce(trx_debit_amount, 0) - coalesce(trx_credit_amount, 0)), sum(amount)
           FROM intacct.gl_detail WHERE NOT _deleted GROUP BY 1, 2, 3"""
    ).fetchall()
    assert {row[:3]: list(row[3:]) for row in rows} == dict(expected)
    assert len({key[1] for key in expected}) > 20
    assert len({key[0] for key in expected}) > 12


def test_open_invoices_and_credits_are_the_receivables_account(synced):
    """The subledger ties to the ledger in SQL, per currency, as an accountant would check it."""
    _, _, connection = synced
    differing = connection.execute(
        """WITH owed AS (SELECT currency, sum(trx_total_due) AS trx, sum(total_due) AS base
                         FROM (SELECT * FROM (SELECT currency, trx_total_due, total_due FROM intacct.ar_invoice) AS i
                               UNION ALL SELECT currency, trx_total_due, total_due FROM intacct.ar_adjustment) AS both_
                         GROUP BY 1),
                stands AS (SELECT currency, sum(coalesce(trx_debit_amount, 0) - coalesce(trx_credit_amount, 0)) AS trx,
                                  sum(amount) AS base
                           FROM intacct.gl_detail WHERE account_no = '1200' GROUP BY 1)
           SELECT * FROM owed FULL JOIN stands USING (currency)
           WHERE owed.trx IS DISTINCT FROM stands.trx OR owed.base IS DISTINCT FROM stands.base"""
    ).fetchall()
    assert differing == []
    assert connection.execute("SELECT count(*) > 100 FROM intacct.ar_invoice").fetchone() == (True,)


def test_advances_to_vendors_stand_in_the_ledger_until_they_are_used(synced):
    """What is left of each vendor's advances is prepaid in the ledger, and came from the bank, line by line."""
    _, _, connection = synced
    posted = connection.execute(
        """SELECT account_no, vendor_id, currency,
                  sum(coalesce(trx_debit_amount, 0) - coalesce(trx_credit_amount, 0)), sum(amount)
           FROM intacct.gl_detail WHERE record_type = 'pr' GROUP BY 1, 2, 3 ORDER BY 1 DESC, 2, 3"""
    ).fetchall()
    left = connection.execute(
        """SELECT vendor_id, currency, sum(trx_total_due), sum(total_due)
           FROM intacct.ap_advance GROUP BY 1, 2 ORDER BY 1, 2"""
    ).fetchall()
    assert len(left) > 5
    prepaid = [("1400", *row) for row in left]
    paid = [("1000", *row[:2], -row[2], -row[3]) for row in left]
    assert posted == prepaid + paid


def test_details_lead_from_each_receipt_to_its_invoices(synced):
    """Every detail's payment and invoice are there, and an invoice's details are what is paid of it (S-ARP-02)."""
    _, _, connection = synced
    lost = connection.execute(
        """SELECT d.record_no FROM intacct.ar_payment_detail AS d
           LEFT JOIN intacct.ar_payment AS p ON p.record_no = d.payment_record_no
           LEFT JOIN intacct.ar_invoice AS i ON i.record_no = d.invoice_record_no
           WHERE p.record_no IS NULL OR i.record_no IS NULL OR i.customer_id <> p.customer_id"""
    ).fetchall()
    assert lost == []
    differing = connection.execute(
        """SELECT i.record_no FROM intacct.ar_invoice AS i LEFT JOIN (
               SELECT invoice_record_no, sum(coalesce(trx_payment_amount, 0) + coalesce(trx_credit_amount, 0)) AS paid
               FROM intacct.ar_payment_detail GROUP BY 1) AS d ON d.invoice_record_no = i.record_no
           WHERE coalesce(d.paid, 0) <> i.trx_total_paid"""
    ).fetchall()
    assert differing == []


def test_each_document_of_an_order_leads_to_its_bill_or_invoice(synced):
    """Orders are read though platforms never see them (S-PUR-02, S-SAL-02); what they became is found by its key."""
    _, _, connection = synced
    for orders, made, key in (
        ("purchasing_document", "ap_bill", "bill_record_no"),
        ("order_entry_document", "ar_invoice", "invoice_record_no"),
    ):
        found = connection.execute(
            sql.SQL(
                "SELECT count(*), count(m.record_no), count(*) FILTER (WHERE m.reference_no = o.reference_no) "
                "FROM intacct.{} AS o LEFT JOIN intacct.{} AS m ON m.record_no = o.{} WHERE o.{} IS NOT NULL"
            ).format(*(sql.Identifier(word) for word in (orders, made, key, key)))
        ).fetchone()
        assert found is not None
        assert found[0] == found[1] == found[2] > 0


def test_attachments_are_read_without_their_contents(synced):
    """Each report's attachment has its folder, file and type (S-ATT-01); what is in the file is kept nowhere."""
    world, certificates, connection = synced
    rows = connection.execute(
        "SELECT r.document_no, a.folder, a.file_name, a.file_type FROM intacct.expense_report AS r "
        "JOIN intacct.attachment AS a USING (attachment_id) ORDER BY 1"
    ).fetchall()
    reports = sorted(one.number for one in world.sandbox.business.expense_reports if one.attachment_id)
    assert rows == [(number, "Expense reports", number, "pdf") for number in reports]
    assert certificates["intacct.attachment"].is_whole
    whole = connection.execute("SELECT a::text FROM intacct.attachment AS a").fetchall()
    assert not any("JVBERi0xLjQK" in text for (text,) in whole)


def _value(kind: Kind, text: str) -> object:
    """What a field of the source is in Postgres."""
    if not text:
        return None
    return text if kind is Kind.TEXT else int(text) if kind is Kind.INTEGER else Decimal(text)


def _name(table: Table) -> tuple[str, str]:
    return table.schema, table.name
