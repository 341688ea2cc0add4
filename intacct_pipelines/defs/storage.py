"""Where Dagster keeps its runs, events and schedules: Postgres always, embedded unless an address is set.

``dagster.yaml`` names this class, so every process of Dagster passes here first. Nothing else of ours is imported.
"""

# No postponed annotations: Dagster reads those of its configurable classes.
import atexit
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar, Final, Self, cast

import click
import dagster as dg
import psycopg
from dagster._core.storage.base_storage import DagsterStorage
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from dagster._serdes import ConfigurableClassData
from dagster_postgres import DagsterPostgresStorage, PostgresEventLogStorage

from intacct_pipelines.errors import ConfigurationError, WarehouseUnavailableError
from intacct_pipelines.settings import DAGSTER_VARIABLE, dagster_home, database_urls
from intacct_pipelines.warehouse.connection import dagster_url, describe, resolve_url
from intacct_pipelines.warehouse.failures import connection_failure

_LOCK_KEY: Final = 0x1A7DA65
_STATEMENT_TIMEOUT_MS: Final = 60_000
_RECYCLE_SECONDS: Final = 600
_MAX_OVERFLOW: Final = 20
_BATCH_VARIABLE: Final = "DAGSTER_EVENT_BATCH_SIZE"
_BATCH_SIZE: Final = "500"
"""Events stored at once where a step or a run has many of them: months of a history, all that a run plans."""
_VALIDATING: Final = "DAGSTER_IS_DEFS_VALIDATION_CLI"
"""Dagster sets it for `definitions validate`, which stores nothing."""


class _WrongStorageError(ConfigurationError, click.ClickException):  # type: ignore[misc]  # both set one `message`
    """Dagster's own commands print it as one line: they are made with click."""

    transient: ClassVar[bool] = False
    format_message = ConfigurationError.__str__


class _StorageUnavailableError(WarehouseUnavailableError, click.ClickException):  # type: ignore[misc]  # see above
    """See ``_WrongStorageError``."""

    transient: ClassVar[bool] = True
    format_message = WarehouseUnavailableError.__str__


class Storage(DagsterPostgresStorage):
    """Dagster's Postgres storage with an address found by us, tables made once, and pooled connections."""

    @classmethod
    def config_type(cls) -> dict[str, dg.Field]:
        """Say what ``dagster.yaml`` may set below ``config``."""
        pooled = dg.Field(
            dg.BoolSource,
            is_required=False,
            default_value=True,
            description="Keep connections open between events; switch off behind a pgBouncer in transaction mode.",
        )
        return {"pooled": pooled}

    @classmethod
    def from_config_value(  # type: ignore[override]  # while validating it is not Postgres
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> DagsterStorage:
        """Open the storage; the embedded cluster starts here if no address is set.

        Raises:
            ConfigurationError: The address is wrong.
            WarehouseUnavailableError: Postgres cannot be reached.
        """
        if os.environ.get(_VALIDATING):
            # Whoever looks at definitions needs no database, and none shall be started or left running for it.
            folder = tempfile.TemporaryDirectory(prefix="intacct-pipelines-")
            atexit.register(folder.cleanup)
            return DagsterSqliteStorage(folder.name, inst_data)
        try:
            address = resolve_url(
                database_urls().dagster, database="dagster", home=dagster_home(), setting=DAGSTER_VARIABLE
            )
            opened = cls._create(address, inst_data)
        except ConfigurationError as error:
            raise _WrongStorageError(error.message, rule=error.rule, remedy=error.remedy) from None
        except WarehouseUnavailableError as error:
            raise _StorageUnavailableError(error.message, rule=error.rule, remedy=error.remedy) from None
        os.environ.setdefault(_BATCH_VARIABLE, _BATCH_SIZE)
        events = cast("PostgresEventLogStorage", opened.event_log_storage)
        _remember_tables(events)
        _begin_pools_in_turn(events, address)
        if config_value.get("pooled", True):
            for part in (opened.run_storage, opened.event_log_storage, opened.schedule_storage):
                # By default each event opens a connection of its own: 72 ms an event instead of 25.
                part.optimize_for_webserver(
                    statement_timeout=_STATEMENT_TIMEOUT_MS, pool_recycle=_RECYCLE_SECONDS, max_overflow=_MAX_OVERFLOW
                )
        return opened

    @classmethod
    def _create(cls, address: str, inst_data: ConfigurableClassData | None) -> Self:
        """Make the tables in one process while others wait: Dagster's own retries lose that race now and then."""
        try:
            with _in_turn(address):
                return cls(postgres_url=dagster_url(address), inst_data=inst_data)
        except psycopg.Error as error:
            raise connection_failure(error, describe(address)) from None


@contextmanager
def _in_turn(address: str) -> Iterator[None]:
    """Let one process at a time change what all share."""
    with psycopg.connect(address, autocommit=True, connect_timeout=10) as lock:
        lock.execute("SELECT pg_advisory_lock(%s)", [_LOCK_KEY])
        yield


def _remember_tables(events: PostgresEventLogStorage) -> None:
    """Ask once whether a table is there: Dagster asks the server with every event, though its tables never go."""
    ask, there = events.has_table, set[str]()

    def has_table(table_name: str) -> bool:
        if table_name not in there and ask(table_name):
            there.add(table_name)
        return table_name in there

    events.has_table = has_table  # type: ignore[method-assign]  # Dagster makes the object itself


def _begin_pools_in_turn(events: PostgresEventLogStorage, address: str) -> None:
    """Begin each pool once: of two runs that are the first to use it, Dagster lets one fail, and of a new limit any."""
    begin = events.initialize_concurrency_limit_to_default

    def initialize(concurrency_key: str) -> bool:
        with _in_turn(address):
            limits = {pool.name: pool.limit for pool in events.get_pool_limits()}
            if concurrency_key in limits:
                wanted = events._instance.global_op_concurrency_default_limit  # noqa: SLF001 - as Dagster asks it
                if limits[concurrency_key] == wanted:
                    return True
                events.delete_concurrency_limit(concurrency_key)
            return begin(concurrency_key)

    events.initialize_concurrency_limit_to_default = initialize  # type: ignore[method-assign]  # see above
