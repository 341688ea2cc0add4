"""Migrations against a real Postgres."""

from __future__ import annotations

import threading

import psycopg
import pytest
from warehouse_rows import BILL, ENTITY, bill, store

from intacct_pipelines.domain.catalog import TABLES
from intacct_pipelines.errors import SchemaDriftError
from intacct_pipelines.warehouse.connection import Warehouse
from intacct_pipelines.warehouse.migrate import migrations


def structure(dsn: str) -> list[tuple[object, ...]]:
    """Return every column of every table with its type and comment, in order."""
    with psycopg.connect(dsn) as connection:
        return connection.execute(
            "SELECT format('%s.%s', relnamespace::regnamespace, relname), attname, format_type(atttypid, atttypmod), "
            "col_description(attrelid, attnum) "
            "FROM pg_attribute JOIN pg_class c ON c.oid = attrelid WHERE attnum > 0 AND NOT attisdropped "
            "AND c.relkind IN ('r', 'p') AND relnamespace::regnamespace::text !~ '^(pg_|information)' "
            "ORDER BY 1, attname"
        ).fetchall()


def test_an_empty_database_gets_every_table_and_a_second_time_nothing_changes(empty_dsn: str) -> None:
    """From empty, each declared column exists with its description; migrating twice is migrating once."""
    with Warehouse(empty_dsn) as warehouse:
        warehouse.migrate()
        once = structure(empty_dsn)
        warehouse.migrate()
    assert structure(empty_dsn) == once
    stored = {(row[0], row[1]): row[3] for row in once}
    for table in TABLES.values():
        for column in table.columns:
            assert stored[table.qualified_name, column.name] == column.description
            assert (f"versions.{table.schema}_{table.name}", column.name) in stored


def test_migrating_at_the_same_time_is_migrating_once(empty_dsn: str) -> None:
    """Of several processes that start together, one migrates and the others wait."""
    failures: list[Exception] = []

    def run() -> None:
        with Warehouse(empty_dsn) as warehouse:
            try:
                warehouse.migrate()
            except psycopg.Error as error:
                failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    with psycopg.connect(empty_dsn) as connection:
        assert connection.execute("SELECT count(*) FROM ops.migration").fetchone() == (len(migrations()),)


def test_a_column_that_an_earlier_version_lacked_is_added(warehouse: Warehouse) -> None:
    """The rows of before stay, in the table, in its partitions and in its versions; the column is empty in them."""
    store(warehouse, [bill(1)])
    with warehouse.transaction() as connection:
        for name in ("intacct.ap_bill", "versions.intacct_ap_bill"):
            connection.execute(f"ALTER TABLE {name} DROP COLUMN attachment_id CASCADE".encode())
    warehouse.migrate()
    assert list(warehouse.read_frame(BILL, ENTITY)["attachment_id"]) == [None]
    changed = bill(1, attachment_id="A1", modified_at="2026-06-01T00:00:00Z")
    assert store(warehouse, [changed]).updated == 1
    assert list(warehouse.history(BILL, ENTITY, "1")["attachment_id"]) == [None, "A1"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("ALTER COLUMN due_date TYPE text", "due_date is text, declared date"),
        ("ADD COLUMN dropped_by_us text", "dropped_by_us vanished"),
    ],
)
def test_a_vanished_or_changed_column_is_drift_and_nothing_is_altered(
    warehouse: Warehouse, warehouse_dsn: str, change: str, words: str
) -> None:
    """The error names table, column and both types."""
    with warehouse.transaction() as connection:
        connection.execute("DROP VIEW company.ap_bill, marts.intacct_ap_bill_versions CASCADE")
        connection.execute(f"ALTER TABLE intacct.ap_bill {change}".encode())
    before = structure(warehouse_dsn)
    with pytest.raises(SchemaDriftError, match=words):
        warehouse.migrate()
    assert structure(warehouse_dsn) == before


def indexes(dsn: str) -> list[str]:
    """Return the definitions of all indexes of versions, without their names."""
    with psycopg.connect(dsn) as connection:
        rows = connection.execute(
            "SELECT substring(pg_get_indexdef(indexrelid) FROM ' ON .*') "
            "FROM pg_index JOIN pg_class AS c ON c.oid = indrelid "
            "WHERE c.relnamespace = 'versions'::regnamespace ORDER BY 1"
        ).fetchall()
    return [definition for (definition,) in rows]


def test_versions_of_an_earlier_build_get_the_indexes_of_new_ones(warehouse: Warehouse) -> None:
    """A tree by the end of versions, and a summary of their beginning, give way to one summary of both."""
    fresh = indexes(warehouse.dsn)
    with psycopg.connect(warehouse.dsn) as connection:
        table = "versions.intacct_ap_bill"
        connection.execute("DROP INDEX versions.intacct_ap_bill_valid_from_valid_to_idx")
        connection.execute(f"CREATE INDEX ON {table} (entity, valid_to)")
        connection.execute(f"CREATE INDEX ON {table} USING brin (valid_from) WITH (pages_per_range = 32)")
        connection.execute("DELETE FROM ops.migration WHERE number = 66")
    warehouse.migrate()
    assert [one for one in indexes(warehouse.dsn) if "ap_bill " in one] == [one for one in fresh if "ap_bill " in one]
