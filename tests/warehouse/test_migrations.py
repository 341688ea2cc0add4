"""Migrations against a real Postgres."""

from __future__ import annotations

import psycopg

from intacct_pipelines.domain.catalog import TABLES
from intacct_pipelines.warehouse.connection import Warehouse


def test_an_empty_database_gets_every_declared_table(empty_dsn: str) -> None:
    """From empty, each table of the catalog and its versions exist, and a second time nothing changes."""
    with Warehouse(empty_dsn) as warehouse:
        warehouse.migrate()
        warehouse.migrate()
    with psycopg.connect(empty_dsn) as connection:
        for table in TABLES.values():
            count = connection.execute(f"SELECT count(*) FROM {table.qualified_name}").fetchone()  # noqa: S608  # the catalog's names
            assert count == (0,)
