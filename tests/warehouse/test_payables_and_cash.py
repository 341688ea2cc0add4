"""Payables, card and cash transactions in the warehouse: whole, as the source has them, and tied to the ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from pipeline_world import World
from psycopg import sql

from intacct_pipelines.domain.catalog.intacct.cash import CASH_TABLES
from intacct_pipelines.domain.catalog.intacct.payables import AP_ADJUSTMENT, AP_BILL, PAYABLES_TABLES
from intacct_pipelines.domain.catalog.table import Kind, Table
from intacct_pipelines.domain.records import Certificate

DOCUMENTS = [table for table in (*PAYABLES_TABLES, *CASH_TABLES) if table.document_date or table.parent]
NUMBERS = {Kind.MONEY, Kind.RATE, Kind.INTEGER}

Synced = tuple[World, dict[str, Certificate], psycopg.Connection]


@pytest.fixture(scope="module")
def synced(make_database: Callable[..., str], migrated_template: str) -> Iterator[Synced]:
    """A company whose entity was extracted once, its certificates, and a connection to its warehouse."""
    dsn = make_database(migrated_template)
    world = World(dsn, bills=400)
    certificates = world.extract()
    with psycopg.connect(dsn, autocommit=True) as connection:
        yield world, certificates, connection


def ask(connection: psycopg.Connection, query: str, *values: str, **names: str) -> list[tuple[Any, ...]]:
    """The rows of a query, with values for its placeholders and columns or tables for its names."""
    identifiers = {word: sql.Identifier(name) for word, name in names.items()}
    return connection.execute(sql.SQL(query).format(**identifiers), values).fetchall()  # type: ignore[arg-type]  # ours


@pytest.mark.parametrize("table", DOCUMENTS, ids=lambda table: table.name)
def test_every_document_and_line_is_stored_and_certified(synced: Synced, table: Table) -> None:
    """Announced, received and stored are one number, nothing is in quarantine, and the control total agrees."""
    world, certificates, _ = synced
    certificate = certificates[table.qualified_name]
    assert certificate.is_whole
    assert certificate.announced == certificate.stored == len(world.sandbox.intacct.records(table.source_object)) > 0
    assert certificate.quarantined == 0
    assert certificate.control_total_source == certificate.control_total_stored


@pytest.mark.parametrize("table", DOCUMENTS, ids=lambda table: table.name)
def test_every_field_is_what_the_source_says(synced: Synced, table: Table) -> None:
    """Texts and numbers in the warehouse are those of the source's records, row by row."""
    world, _, connection = synced
    columns = [column for column in table.columns if column.kind in NUMBERS | {Kind.TEXT}]
    names = sql.SQL(", ").join(sql.Identifier(column.name) for column in columns)
    query = sql.SQL("SELECT {} FROM {} ORDER BY record_no").format(names, sql.Identifier("intacct", table.name))
    for row, record in zip(connection.execute(query), world.sandbox.intacct.records(table.source_object), strict=True):
        texts = [record[column.source] or None for column in columns]
        expected = [
            Decimal(text) if text and column.kind in NUMBERS else text
            for column, text in zip(columns, texts, strict=True)
        ]
        assert list(row) == expected


def test_paid_bills_are_read_and_every_paid_amount_is_explained(synced: Synced) -> None:
    """Partly and fully paid bills, which never reach BILL, are here (S-BIL-02), with the details that paid them."""
    _, _, connection = synced
    states = dict(ask(connection, "SELECT state, count(*) FROM intacct.ap_bill GROUP BY state"))
    assert states["Paid"] > 0
    assert states["Partially Paid"] > 0
    unexplained = ask(
        connection,
        """
        WITH live AS (
            SELECT d.* FROM intacct.ap_payment_detail d
            JOIN intacct.ap_payment p ON p.record_no = d.payment_record_no AND p.state = 'Posted'
        ), moved AS (
            SELECT bill_record_no AS record_no,
                   coalesce(trx_payment_amount, 0) + coalesce(trx_adjustment_amount, 0) + coalesce(trx_inline_amount, 0)
                       AS amount
            FROM live
            UNION ALL
            SELECT inline_record_no, -trx_inline_amount FROM live WHERE inline_record_no IS NOT NULL
        ), paid AS (SELECT record_no, sum(amount) AS amount FROM moved GROUP BY record_no)
        SELECT b.record_no FROM intacct.ap_bill b LEFT JOIN paid USING (record_no)
        WHERE b.trx_total_paid <> coalesce(paid.amount, 0) OR b.trx_total_due <> b.trx_total_entered - b.trx_total_paid
        """,
    )
    assert unexplained == []


@pytest.mark.parametrize(
    ("account_no", "open_items"),
    [
        (
            "2000",
            """
            SELECT currency, sum(trx_total_due), sum(total_due)
            FROM (SELECT currency, state, trx_total_due, total_due FROM intacct.ap_bill
                  UNION ALL SELECT currency, state, trx_total_due, total_due FROM intacct.ap_adjustment) documents
            WHERE state NOT IN ('Draft', 'No Value') GROUP BY currency
            """,
        ),
        (
            "2100",
            "SELECT currency, sum(trx_total_due), sum(total_due) FROM intacct.card_transaction GROUP BY currency",
        ),
    ],
)
def test_what_is_open_is_the_balance_of_the_account(synced: Synced, account_no: str, open_items: str) -> None:
    """Open bills and adjustments are the payables account, open charges the cards' account, in both currencies."""
    _, _, connection = synced
    balance = ask(
        connection,
        """
        SELECT currency, sum(coalesce(trx_credit_amount, 0) - coalesce(trx_debit_amount, 0)), -sum(amount)
        FROM intacct.gl_detail WHERE account_no = %s GROUP BY currency
        """,
        account_no,
    )
    assert {row[0]: row[1:] for row in ask(connection, open_items)} == {row[0]: row[1:] for row in balance}
    assert balance


@pytest.mark.parametrize(
    ("record_type", "document"),
    [
        ("pa", "ap_adjustment"),
        ("cx", "card_transaction"),
        ("ct", "funds_transfer"),
        ("cr", "other_receipt"),
        ("cd", "deposit"),
    ],
)
def test_every_document_stands_in_the_ledger(synced: Synced, record_type: str, document: str) -> None:
    """The debits of each kind of document in GL detail, less what is negative, are the documents' totals."""
    _, _, connection = synced
    (posted,) = ask(connection, "SELECT sum(debit_amount) FROM intacct.gl_detail WHERE record_type = %s", record_type)
    (total,) = ask(connection, "SELECT sum(total_entered) FROM intacct.{document}", document=document)
    assert posted == total
    assert total[0]


def test_credits_are_read_in_both_forms(synced: Synced) -> None:
    """Adjustments, which do not sync (S-VCR-05), and negative bills, which are BILL's vendor credits (S-VCR-06)."""
    _, _, connection = synced
    for table in (AP_ADJUSTMENT, AP_BILL):
        found = ask(connection, "SELECT count(*) FROM intacct.{table} WHERE trx_total_entered < 0", table=table.name)
        assert found[0][0] > 0


def test_payments_say_how_they_were_made(synced: Synced) -> None:
    """By BILL, by check to be printed, or outside (S-PAY-06); an outside payment has lost its memo (S-PAY-05)."""
    world, _, connection = synced
    methods = dict(ask(connection, "SELECT payment_method, count(*) FROM intacct.ap_payment GROUP BY 1"))
    assert {"EFT", "Printed Check", "Cash"} <= set(methods)
    lost = [one for one in world.sandbox.business.settlements.payments if one.difference == "memo_lost"]
    assert lost
    assert all(one.memo for one in lost)
    outside = ask(connection, "SELECT DISTINCT description FROM intacct.ap_payment WHERE payment_method = 'Cash'")
    assert outside == [(None,)]


def test_transfers_move_the_clearing_account(synced: Synced) -> None:
    """BILL's funds transfers are here, both sides of each, and add up to nothing (S-AFT-01)."""
    world, _, connection = synced
    (count,) = ask(connection, "SELECT count(*) FROM intacct.funds_transfer")
    assert count[0] == sum(one.in_intacct for one in world.sandbox.business.settlements.transfers)
    sides = ask(connection, "SELECT account_no, sum(amount) FROM intacct.funds_transfer_line GROUP BY 1 ORDER BY 1")
    assert [account for account, _ in sides] == ["1000", "1070"]
    assert sum(amount for _, amount in sides) == 0


def test_what_the_card_platform_claims_can_be_looked_up(synced: Synced) -> None:
    """A claimed record number is a card transaction here, unless the platform is wrong (S-CRD-10)."""
    world, _, connection = synced
    known = {row[0] for row in ask(connection, "SELECT record_no FROM intacct.card_transaction")}
    claims = [one for one in world.sandbox.business.cards.transactions if one.claimed_record_no]
    assert {one.difference for one in claims if one.claimed_record_no not in known} == {"says_synced"}


def test_what_people_do_after_a_sync_arrives_with_the_next(make_database: Any, migrated_template: str) -> None:
    """A payment that waits for approval is read as submitted (S-PAY-07); a void and a deletion come as such."""
    world = World(make_database(migrated_template), bills=60)
    world.extract()
    twin = world.sandbox.intacct
    entity = str(world.entity)
    bill = next(one for one in reversed(twin.bills()) if one.fields["STATE"] == "Posted" and _due(one) > 0)
    adjustments = [row for row in twin.records("APADJUSTMENT") if row["STATE"] == "Posted"]
    world.sandbox.clock.advance(5)
    today = f"{world.sandbox.clock.now():%m/%d/%Y}"
    twin.pay_bill(bill.record_no, _due(bill), today)
    twin.options.payment_approval = True
    other = next(one for one in reversed(twin.bills()) if one.fields["STATE"] == "Posted" and _due(one) > 0)
    twin.pay_bill(other.record_no, Decimal(1), today)
    gone = int(adjustments[-1]["RECORDNO"])
    twin.close_books(adjustments[-1]["MEGAENTITYID"], "")
    twin.delete("APADJUSTMENT", gone)
    paid = max(int(row["RECORDNO"]) for row in twin.records("APPYMT") if row["STATE"] == "Posted")
    certificates = world.extract()
    with world.systems() as systems:
        payments = systems.warehouse.read_frame("intacct.ap_payment", entity).set_index("record_no")
        kept = systems.warehouse.read_frame("intacct.ap_adjustment", entity)
        lines = systems.warehouse.read_frame("intacct.ap_adjustment_line", entity)
        bills = systems.warehouse.read_frame("intacct.ap_bill", entity).set_index("record_no")
    assert certificates["intacct.ap_payment"].is_whole
    assert payments.loc[[paid, paid + 1], "state"].tolist() == ["Posted", "Submitted"]
    assert bills.loc[[bill.record_no, other.record_no], "state"].tolist() == ["Paid", "Selected"]
    assert gone not in set(kept["record_no"])
    assert gone not in set(lines["adjustment_record_no"])
    world.sandbox.clock.advance(5)
    twin.void_payment(paid, today)
    world.extract()
    with world.systems() as systems:
        payments = systems.warehouse.read_frame("intacct.ap_payment", entity).set_index("record_no")
        details = systems.warehouse.read_frame("intacct.ap_payment_detail", entity)
        bills = systems.warehouse.read_frame("intacct.ap_bill", entity).set_index("record_no")
        ledger = systems.warehouse.read_frame("intacct.gl_detail", entity)
    assert payments.loc[paid, "state"] == "Voided"
    assert set(details.loc[details["payment_record_no"] == paid, "state"]) == {"V"}
    assert bills.loc[bill.record_no, "state"] == "Posted"
    assert bills.loc[bill.record_no, "trx_total_paid"] == 0
    assert sum(ledger["amount"].dropna(), Decimal(0)) == 0


def _due(bill: Any) -> Decimal:
    return Decimal(bill.fields["TRX_TOTALDUE"] or "0")
