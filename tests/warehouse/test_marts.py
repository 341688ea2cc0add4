"""The views that analysts query, over a real sync of the sandbox's company."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal

import psycopg
import pytest
from pipeline_world import World
from warehouse_rows import BILL, bill, store

from intacct_pipelines.domain.catalog import INTACCT_TABLES, TABLES
from intacct_pipelines.domain.catalog.marts import MARTS
from intacct_pipelines.errors import SchemaDriftError
from intacct_pipelines.warehouse.connection import Warehouse

ENTITY = TABLES["intacct.entity"]


@pytest.fixture(scope="module")
def synced(make_database: Callable[..., str], migrated_template: str) -> Iterator[tuple[World, psycopg.Connection]]:
    """A company whose entity was extracted once, and a connection to its warehouse."""
    dsn = make_database(migrated_template)
    world = World(dsn, bills=120)
    world.extract()
    with psycopg.connect(dsn, autocommit=True) as connection:
        yield world, connection


def test_every_mart_has_the_columns_that_its_description_promises(warehouse: Warehouse):
    """Names, order and types are those declared, and each column carries its description."""
    with warehouse.transaction() as connection:
        for mart in MARTS.values():
            found = connection.execute(
                "SELECT attname, format_type(atttypid, atttypmod), col_description(attrelid, attnum) "
                "FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 ORDER BY attnum",
                [mart.qualified_name],
            ).fetchall()
            declared = [
                (
                    column.name,
                    column.postgres_type.replace("timestamptz", "timestamp with time zone"),
                    column.description,
                )
                for column in mart.columns
            ]
            assert found == declared, mart.qualified_name


def test_a_record_that_several_entities_see_stands_once_and_as_last_changed(warehouse: Warehouse):
    """`company` holds one row per company and record: the copy that was changed last, of each company its own."""
    store(warehouse, [bill(1), bill(2)], entity="acme:100")
    store(warehouse, [bill(1, description="newer", modified_at="2026-05-01T00:00:00Z")], entity="acme:200")
    store(warehouse, [bill(1)], entity="other:100")
    with warehouse.transaction() as connection:
        rows = connection.execute(
            "SELECT company_id, record_no, description FROM company.ap_bill ORDER BY 1, 2"
        ).fetchall()
    assert rows == [("acme", 1, "newer"), ("acme", 2, None), ("other", 1, None)]
    assert {table.schema for table in INTACCT_TABLES} == {BILL.schema}


def test_the_trial_balance_of_any_day_is_the_ledgers_and_adds_up_to_zero(synced):
    """Per account and currency the figures are those of the sandbox's own ledger, in transaction and base currency."""
    world, connection = synced
    ledger = world.sandbox.intacct.ledger
    today = date.today()  # noqa: DTZ011 - the day on which the sandbox made the company
    for day in (today, today - timedelta(days=200)):
        expected: dict[tuple[str, str, str], list[Decimal]] = {}
        for posting in ledger.postings():
            month, number, year = map(int, posting.entry_date.split("/"))
            if date(year, month, number) > day:
                continue
            for line in posting.lines:
                sums = expected.setdefault(
                    (line.entity_id, posting.currency, line.account_no), [Decimal(0), Decimal(0)]
                )
                sums[0] += line.trx_amount * line.side
                sums[1] += line.base_amount * line.side
        rows = connection.execute(
            "SELECT entity_id, currency, account_no, trx_balance, balance FROM marts.trial_balance_on(%s)", [day]
        ).fetchall()
        assert {(entity, currency, account): [trx, base] for entity, currency, account, trx, base in rows} == expected
        assert len(expected) > 5
        assert sum(row[4] for row in rows) == 0


def test_movements_of_the_months_add_up_to_the_balance(synced):
    """`gl_by_period` and `trial_balance` tell the same story, account by account."""
    _, connection = synced
    differing = connection.execute(
        "SELECT account_no FROM (SELECT account_no, currency, sum(movement) AS movement FROM marts.gl_by_period "
        "GROUP BY 1, 2) AS moved FULL JOIN (SELECT account_no, currency, sum(balance) AS balance "
        "FROM marts.trial_balance_on('infinity') GROUP BY 1, 2) AS stands USING (account_no, currency) "
        "WHERE movement IS DISTINCT FROM balance"
    ).fetchall()
    assert differing == []
    assert connection.execute("SELECT count(DISTINCT period) > 12 FROM marts.gl_by_period").fetchone() == (True,)


@pytest.mark.parametrize(("mart", "account_no", "sign"), [("ap_ageing", "2000", -1), ("ar_ageing", "1200", 1)])
def test_what_is_open_is_the_balance_of_the_control_account(synced, mart: str, account_no: str, sign: int):
    """Ageing ties to the ledger, by currency, in transaction and in base currency."""
    _, connection = synced
    opened = connection.execute(
        f"SELECT currency, sum(trx_total_due), sum(total_due) FROM marts.{mart} GROUP BY 1 ORDER BY 1"  # noqa: S608 - ours
    ).fetchall()
    ledger = connection.execute(
        "SELECT currency, sum(trx_balance) * %(sign)s, sum(balance) * %(sign)s FROM marts.trial_balance_on('infinity') "
        "WHERE account_no = %(account)s GROUP BY 1 HAVING sum(trx_balance) <> 0 OR sum(balance) <> 0 ORDER BY 1",
        {"sign": sign, "account": account_no},
    ).fetchall()
    assert [row for row in opened if row[1] or row[2]] == ledger
    assert len(ledger) > 1


@pytest.mark.parametrize("mart", ["ap_ageing", "ar_ageing"])
def test_the_buckets_of_an_ageing_add_up(synced, mart: str):
    """Every open document stands in exactly one bucket, and the overdue ones in the one of their days."""
    _, connection = synced
    buckets = (
        "coalesce(not_due, 0) + coalesce(overdue_1_30, 0) + coalesce(overdue_31_60, 0) + coalesce(overdue_61_90, 0)"
    )
    query = f"SELECT count(*) FROM marts.{mart} WHERE {buckets} + coalesce(overdue_over_90, 0) <> trx_total_due"  # noqa: S608 - ours
    assert connection.execute(query).fetchone() == (0,)
    assert connection.execute(f"SELECT count(*) > 3 FROM marts.{mart}").fetchone() == (True,)  # noqa: S608 - likewise


def test_vendor_spend_is_what_was_posted_to_payables(synced):
    """Billed in all months is what bills credited to the control account, by currency."""
    _, connection = synced
    spend = connection.execute(
        "SELECT currency, sum(trx_billed) FROM marts.vendor_spend GROUP BY 1 ORDER BY 1"
    ).fetchall()
    posted = connection.execute(
        "SELECT currency, sum(coalesce(trx_credit_amount, 0)) FROM company.gl_detail WHERE account_no = '2000' "
        "AND record_type = 'pi' AND NOT _deleted GROUP BY 1 ORDER BY 1"
    ).fetchall()
    assert [row[0] for row in spend] == [row[0] for row in posted]
    reversed_ = connection.execute(
        "SELECT count(*) FROM company.ap_bill WHERE state IN ('Reversed', 'Reversal')"
    ).fetchone()
    assert reversed_ is not None
    if not reversed_[0]:
        assert spend == posted


def test_a_bank_accounts_balance_is_the_ledgers(synced):
    """What BILL is shown of a bank [S-BAL-01] is what its ledger account says, in its own currency."""
    _, connection = synced
    rows = connection.execute(
        "SELECT bank_account_id, kind, bank_accounts, balance, ledger_balance, last_entry_date FROM marts.bank_balance"
    ).fetchall()
    accounts = {row[0]: row[1:] for row in rows}
    assert len(rows) == len(accounts)
    told = {name: row for name, row in accounts.items() if row[2] is not None}
    assert all(row[2] == row[3] for row in told.values())
    assert {"OPERATING-100", "MONEYOUT-100", "MONEYIN-100"} <= told.keys()
    assert told["OPERATING-100"][3] != 0
    # Two checking accounts and a savings account of the sandbox post to one account of the ledger.
    assert (told["OPERATING-100"][1], told["MONEYOUT-100"][1]) == (3, 1)
    assert {row[0] for row in accounts.values()} == {"checking", "savings"}


def test_cash_closes_at_the_ledgers_balance_and_opens_where_it_closed(synced):
    """Each bank and clearing account closes at the trial balance, and each month begins where the last one ended."""
    _, connection = synced
    closing = connection.execute(
        "SELECT DISTINCT ON (entity_id, account_no, currency) entity_id, account_no, currency, trx_closing, closing "
        "FROM marts.cash_by_clearing_account ORDER BY entity_id, account_no, currency, period DESC"
    ).fetchall()
    ledger = connection.execute(
        "SELECT entity_id, account_no, currency, trx_balance, balance FROM marts.trial_balance_on('infinity') "
        "WHERE account_no IN (SELECT account_no FROM marts.cash_by_clearing_account) ORDER BY 1, 2, 3"
    ).fetchall()
    assert closing == ledger
    assert len({row[1] for row in ledger}) > 1
    broken = connection.execute(
        "SELECT count(*) FROM (SELECT trx_opening, trx_in, trx_out, trx_closing, lag(trx_closing) OVER (PARTITION BY "
        "entity_id, account_no, currency ORDER BY period) AS before FROM marts.cash_by_clearing_account) AS months "
        "WHERE trx_opening + trx_in - trx_out <> trx_closing OR trx_opening <> coalesce(before, 0)"
    ).fetchone()
    assert broken == (0,)


COMPATIBLE = {
    "gl_account": "accountno accounttype category closingaccounttitle normalbalance recordno status title whencreated",
    "gl_batch": "batch_date batch_title batchno journal module recordno referenceno state whenmodified",
    "gl_detail": "accountno accounttitle amount batchkey batch_date bookid creditamount currency customerid "
    "debitamount docnumber document entry_date entry_state line_no recordid recordno recordtype tr_type "
    "trx_amount vendorid whenpaid",
    "ap_bill": "basecurr currency due_in_days recordid recordno state totaldue totalentered totalpaid vendorid "
    "vendorname whencreated whendue whenpaid whenposted",
    "ap_bill_item": "accountno accounttitle amount classid departmentid entry_date exchange_rate line_no locationid "
    "recordkey recordno vendorid",
    "ar_invoice": "currency customerid customername megaentityid recordid recordno state totaldue totalentered "
    "totalpaid whencreated whendue",
    "ar_invoice_item": "accountno accounttitle amount customerid itemid line_no recordkey recordno",
}
"""Columns that the public dbt package builds its models on."""


@pytest.mark.parametrize("name", COMPATIBLE)
def test_the_public_packages_names_are_there_and_identify_each_row_once(synced, name: str):
    """The compatibility views have the columns that the package reads, and one row per record of the company."""
    _, connection = synced
    cursor = connection.execute(f"SELECT * FROM sage_intacct.{name}")  # noqa: S608 - ours
    columns = [column.name for column in cursor.description or ()]
    assert {*COMPATIBLE[name].split(), "_fivetran_synced"} <= set(columns)
    rows = cursor.fetchall()
    assert len(rows) > 3
    at = columns.index("recordno")
    assert len({row[at] for row in rows}) == len(rows)


def test_a_package_that_knows_one_company_reads_the_views_of_that_company(warehouse: Warehouse):
    """Two companies give the same record number; each has its own schema, and a later version makes them anew."""
    for company, number in (("acme", "A-1"), ("Other-2", "O-1")):
        store(warehouse, [bill(1, document_no=number)], entity=f"{company}:100")
        entity = dict.fromkeys(ENTITY.column_names) | {"record_no": "1", "entity_id": "100", "name": "North"}
        store(warehouse, [entity], table=ENTITY, entity=f"{company}:100")
    for _ in range(2):
        warehouse.migrate()
        with warehouse.transaction() as connection:
            found = connection.execute(
                "SELECT recordid FROM sage_intacct_acme.ap_bill UNION ALL "
                'SELECT recordid FROM "sage_intacct_other-2".ap_bill'
            ).fetchall()
            cut = connection.execute(
                "SELECT relname FROM pg_class WHERE relnamespace = 'sage_intacct_acme'::regnamespace ORDER BY 1"
            ).fetchall()
            connection.execute("UPDATE ops.made_view SET fingerprint = 'of an earlier version'")
        assert found == [("A-1",), ("O-1",)]
        assert [name for (name,) in cut] == sorted(COMPATIBLE)


def test_every_account_has_a_category(synced):
    """By it alone the public package tells assets from liabilities; an account without one is in no section."""
    _, connection = synced
    bare = connection.execute("SELECT accountno FROM sage_intacct.gl_account WHERE coalesce(category, '') = ''")
    assert bare.fetchall() == []


def test_a_view_of_somebody_else_on_ours_is_never_dropped(warehouse: Warehouse):
    """A new version says which view is in the way and changes nothing."""
    with warehouse.transaction() as connection:
        connection.execute("CREATE VIEW public.mine AS SELECT * FROM marts.trial_balance")
        connection.execute("UPDATE ops.made_view SET fingerprint = 'of an earlier version'")
    with pytest.raises(SchemaDriftError, match=r"view mine depends on view marts\.trial_balance"):
        warehouse.migrate()
    with warehouse.transaction() as connection:
        connection.execute("DROP VIEW public.mine")
        connection.execute("CREATE VIEW marts.of_my_own AS SELECT 1 AS one")
    warehouse.migrate()
    with warehouse.transaction() as connection:
        assert connection.execute("SELECT one FROM marts.of_my_own").fetchone() == (1,)
        assert connection.execute("SELECT count(*) FROM marts.trial_balance").fetchone() == (0,)
