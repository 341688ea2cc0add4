"""Fixtures for every level: a clean environment, and a real Postgres with a fresh database for whoever asks."""

from __future__ import annotations

import os
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from vendor_sdk import installed

from intacct_pipelines.warehouse.connection import Warehouse
from intacct_pipelines.warehouse.embedded import EmbeddedPostgres

_OURS = ("INTACCT_PIPELINES_", "DAGSTER_", "PG", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_")


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide from every test what the machine's own environment says about us."""
    for name in list(os.environ):
        if name.upper().startswith(_OURS):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def cluster() -> Iterator[EmbeddedPostgres]:
    """One embedded cluster per test process; durability is off, as it does not outlive the session."""
    with tempfile.TemporaryDirectory(prefix="intacct-pipelines-tests-") as home:
        # Not pytest's own directory: that is closed to the user to whom root drops.
        Path(home).chmod(0o755)
        postgres = EmbeddedPostgres(Path(home))
        postgres.start()
        with psycopg.connect(postgres.dsn("postgres"), autocommit=True) as connection:
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                connection.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
            connection.execute("SELECT pg_reload_conf()")
        yield postgres
        postgres.remove()


@pytest.fixture(scope="session")
def make_database(cluster: EmbeddedPostgres) -> Callable[..., str]:
    """Return a function that makes a database, a copy of ``template`` or empty, and returns its address."""

    def make(template: str = "template1") -> str:
        name = f"test_{uuid.uuid4().hex}"
        with psycopg.connect(cluster.dsn("postgres"), autocommit=True) as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
            )
        return cluster.dsn(name)

    return make


@pytest.fixture(scope="session")
def migrated_template(cluster: EmbeddedPostgres) -> str:
    """Return the name of a migrated database that fresh ones are copied from: faster than migrating each."""
    with Warehouse(cluster.dsn("warehouse")) as warehouse:
        warehouse.migrate()
    return "warehouse"


@contextmanager
def _dropped(cluster: EmbeddedPostgres, dsn: str) -> Iterator[str]:
    """Lend a database and drop it: a thousand of them are not written to disk before the cluster goes."""
    yield dsn
    name = psycopg.conninfo.conninfo_to_dict(dsn)["dbname"]
    with psycopg.connect(cluster.dsn("postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(str(name))))


@pytest.fixture
def empty_dsn(cluster: EmbeddedPostgres, make_database: Callable[..., str]) -> Iterator[str]:
    """Lend the address of a fresh, empty database."""
    with _dropped(cluster, make_database()) as dsn:
        yield dsn


@pytest.fixture
def warehouse_dsn(
    cluster: EmbeddedPostgres, make_database: Callable[..., str], migrated_template: str
) -> Iterator[str]:
    """Lend the address of a fresh, migrated warehouse."""
    with _dropped(cluster, make_database(migrated_template)) as dsn:
        yield dsn


@pytest.fixture
def warehouse(warehouse_dsn: str) -> Iterator[Warehouse]:
    """Lend a fresh, migrated warehouse."""
    with Warehouse(warehouse_dsn) as opened:
        yield opened


@pytest.fixture(scope="module")
def module_warehouse(make_database: Callable[..., str], migrated_template: str) -> Iterator[Warehouse]:
    """Lend a migrated warehouse that the tests of one module share."""
    with Warehouse(make_database(migrated_template)) as opened:
        yield opened


@pytest.fixture(scope="session")
def vendor_sdk(pytestconfig: pytest.Config) -> Path:
    """Return where the vendor's own client for Node is installed."""
    assert pytestconfig.cache
    return installed(pytestconfig.cache.mkdir("intacct-sdk"))
