"""The warehouse's door: its address, its pool, its transactions. SQL over the tables lives in the sibling modules."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Final, Self
from urllib.parse import urlsplit

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg_pool import ConnectionPool, PoolTimeout

from intacct_pipelines.domain.catalog import Table
from intacct_pipelines.domain.records import Window
from intacct_pipelines.errors import ConfigurationError, WarehouseUnavailableError
from intacct_pipelines.warehouse.embedded import EmbeddedPostgres
from intacct_pipelines.warehouse.failures import connection_failure, translated
from intacct_pipelines.warehouse.load import Load, load
from intacct_pipelines.warehouse.migrate import migrate
from intacct_pipelines.warehouse.read import Reading

_SCHEMES: Final = ("postgresql", "postgres", "postgresql+psycopg", "postgresql+psycopg2")
_CONNECT_TIMEOUT_SECONDS: Final = 10
_POOL_TIMEOUT_SECONDS: Final = 60.0

SESSION_LOCK_KEY: Final = "hashtextextended(%s, 11)"
"""SQL: the key of the lock of a name, as ``Warehouse.session_lock`` holds it."""


def plain_url(url: str, setting: str = "the address of the warehouse") -> str:
    """Return the address as Postgres' own library reads it, whatever driver its scheme names.

    Args:
        url: ``postgresql://``, ``postgres://``, or either with a SQLAlchemy driver.
        setting: What to call the value in an error.

    Raises:
        ConfigurationError: It is not such an address; the message does not repeat it, as it may hold a password.
    """
    scheme, separator, rest = url.strip().partition("://")
    address = f"postgresql://{rest}"
    problem = f"{setting} is not an address of Postgres."
    remedy = "Write postgresql://user:password@host:port/database."
    if not separator or scheme not in _SCHEMES:
        raise ConfigurationError(problem, remedy=remedy)
    try:
        conninfo_to_dict(address)
        port = urlsplit(address).port
    except (psycopg.ProgrammingError, ValueError):
        raise ConfigurationError(problem, remedy=remedy) from None
    if port == 0:
        raise ConfigurationError(problem, remedy=remedy)
    return address


def dagster_url(url: str, setting: str = "the address of Dagster's storage") -> str:
    """Return the address as Dagster needs it: without a driver, SQLAlchemy 2.1 takes psycopg 3, which breaks Dagster.

    Raises:
        ConfigurationError: See ``plain_url``.
    """
    return plain_url(url, setting).replace("postgresql://", "postgresql+psycopg2://", 1)


def resolve_url(url: str | None, *, database: str, home: Path, setting: str) -> str:
    """Return the given address, or that of the embedded cluster, which is started only then.

    Args:
        url: The address that was set, or None.
        database: ``warehouse`` or ``dagster``, for the embedded cluster.
        home: ``DAGSTER_HOME``; not touched when ``url`` is given.
        setting: The environment variable's name, for errors.

    Raises:
        ConfigurationError: The address is not one of Postgres.
        WarehouseUnavailableError: The embedded cluster did not start.
    """
    if url:
        return plain_url(url, setting)
    cluster = EmbeddedPostgres(home)
    cluster.start()
    return cluster.dsn(database)


def describe(dsn: str) -> str:
    """Return host, port and database of an address, without user or password."""
    parts = conninfo_to_dict(dsn)
    return f"{parts.get('host', 'localhost')}:{parts.get('port', 5432)}/{parts.get('dbname', '')}"


class Warehouse(Reading):
    """A pool of connections to one warehouse; thread-safe; opened by its first use.

    Args:
        dsn: Address of the database; see ``plain_url``.
        max_connections: Most connections held at once.
    """

    def __init__(self, dsn: str, *, max_connections: int = 8) -> None:
        self.dsn = plain_url(dsn)
        self._pool: ConnectionPool[psycopg.Connection] | None = None
        self._opening = threading.Lock()
        self._max_connections = max_connections

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextlib.contextmanager
    def session_lock(self, name: str) -> Iterator[bool]:
        """Hold a lock by a database session of its own for the time of the block: it goes however the process dies.

        Args:
            name: What is locked; it is also the session's name, for whoever looks at the server.

        Yields:
            Whether the lock is ours; False if another session has it.

        Raises:
            WarehouseUnavailableError: Postgres cannot be reached or went away.
        """
        doing = f"taking the lock {name!r}"
        with translated(doing):
            connection = psycopg.connect(
                self.dsn, autocommit=True, connect_timeout=_CONNECT_TIMEOUT_SECONDS, application_name=name[:63]
            )
        with contextlib.closing(connection):
            with translated(doing):
                row = connection.execute(f"SELECT pg_try_advisory_lock({SESSION_LOCK_KEY})", [name]).fetchone()
            try:
                yield row is not None and bool(row[0])
            finally:
                # The server notices a closed session a moment later only; whoever ends in order lets go at once.
                with contextlib.suppress(psycopg.OperationalError):  # a lost session has let go already
                    connection.execute("SELECT pg_advisory_unlock_all()")

    def close(self) -> None:
        """Give all connections back; the warehouse may be used again afterwards."""
        with self._opening:
            if self._pool is not None:
                self._pool.close()
                self._pool = None

    def migrate(self) -> None:
        """Bring the database to this version's tables; nothing happens if it is there.

        Raises:
            SchemaDriftError: A stored column vanished from the catalog or has another type there.
            ConfigurationError: The address is wrong.
            WarehouseUnavailableError: Postgres cannot be reached.
        """
        with self.transaction("migrating the warehouse") as connection:
            migrate(connection)

    @contextlib.contextmanager
    def transaction(self, doing: str = "using the warehouse") -> Iterator[psycopg.Connection]:
        """Lend a connection in a transaction: committed at the end, rolled back by an error.

        Args:
            doing: What is being done, for error messages.

        Raises:
            ConfigurationError: The address is wrong.
            WarehouseUnavailableError: Postgres cannot be reached or went away.
            WarehouseFullError: Postgres has no room left.
        """
        pool = self._opened()
        with translated(doing):
            try:
                with pool.connection() as connection:
                    yield connection
            except PoolTimeout as error:
                raise WarehouseUnavailableError(
                    f"{doing}: no connection to {describe(self.dsn)} within {_POOL_TIMEOUT_SECONDS:.0f} s"
                ) from error

    @contextlib.contextmanager
    def load(self, table: Table, entity: str, *, run_id: str, window: Window) -> Iterator[Load]:
        """Lend a load in a transaction of its own: stored as a whole when the block ends, or not at all.

        Args:
            table: The declared table.
            entity: The entity's partition key.
            run_id: The run, noted on each row that is written.
            window: What the rows cover; decides which absent rows are deleted.

        Raises:
            DataContractError: See ``Load``.
            WarehouseUnavailableError: Postgres went away; nothing was stored.
            WarehouseFullError: Postgres has no room left; nothing was stored.
        """
        doing = f"loading {table.qualified_name} of {entity}"
        with self.transaction(doing) as connection, load(connection, table, entity, run_id=run_id, window=window) as it:
            yield it

    def _opened(self) -> ConnectionPool[psycopg.Connection]:
        with self._opening:
            if self._pool is None:
                self._prove()
                self._pool = ConnectionPool(
                    self.dsn,
                    kwargs={"connect_timeout": _CONNECT_TIMEOUT_SECONDS, "application_name": "intacct_pipelines"},
                    min_size=0,
                    max_size=self._max_connections,
                    timeout=_POOL_TIMEOUT_SECONDS,
                    # A server that was restarted meanwhile must not fail the next run.
                    check=ConnectionPool.check_connection,
                    num_workers=1,
                    open=True,
                )
            return self._pool

    def _prove(self) -> None:
        """Connect once by hand: a pool would hide the reason behind a time-out."""
        try:
            psycopg.connect(self.dsn, connect_timeout=_CONNECT_TIMEOUT_SECONDS).close()
        except psycopg.Error as error:
            raise connection_failure(error, describe(self.dsn)) from None
