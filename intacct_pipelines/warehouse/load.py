"""Loading one window of one table: rows, versions, deletions, quarantine, certificate, watermark, all or nothing."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from types import TracebackType
from typing import Final, Self

import psycopg
from psycopg import sql

from intacct_pipelines.domain.catalog import Table
from intacct_pipelines.domain.records import Certificate, Deletion, Reject, Rows, Tally, Window, rejected_rows
from intacct_pipelines.errors import DataContractError, WarehouseError
from intacct_pipelines.warehouse.audit import reported_deletions
from intacct_pipelines.warehouse.copy_binary import blocks
from intacct_pipelines.warehouse.copy_stream import CopyStream
from intacct_pipelines.warehouse.first_load import FirstLoad
from intacct_pipelines.warehouse.merge import GONE, Merge, delete_gone
from intacct_pipelines.warehouse.parents import cross_off, note_written
from intacct_pipelines.warehouse.place import Place, scalar
from intacct_pipelines.warehouse.quarantine import resolve, store_rejects
from intacct_pipelines.warehouse.tables import part_name

_LOCK_TIMEOUT: Final = "600s"
"""How long a load waits for another one of the same table and entity."""


class Load:
    """One load; made by ``Warehouse.load``. Add all rows and rejects, then finish.

    Args:
        connection: A connection in a transaction of its own.
        table: The declared table.
        entity: The entity's partition key.
        run_id: The run, as noted on each row that is written.
        window: What the rows cover; decides which absent rows are deleted.
    """

    def __init__(
        self, connection: psycopg.Connection, table: Table, entity: str, *, run_id: str, window: Window
    ) -> None:
        connection.execute(sql.SQL("SET LOCAL lock_timeout = {}").format(sql.Literal(_LOCK_TIMEOUT)))
        part = part_name(table, entity)
        lock_part(connection, table, entity)
        self._place = Place(connection, table, entity, window, run_id, _instant(connection))
        exists = scalar(
            connection, sql.SQL("SELECT to_regclass({}) IS NOT NULL").format(sql.Literal(f"partitions.{part}"))
        )
        self._target = Merge(self._place) if exists else FirstLoad(self._place)
        self._copying = contextlib.ExitStack()
        self._copy: CopyStream | None = None
        self._added = 0
        self._rejects: list[Reject] = []
        self.is_finished = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._copying.__exit__(kind, error, trace)

    def reported_deletions(self) -> list[Deletion]:
        """Return what the stored audit history says was deleted; call it before the source is asked for rows."""
        return reported_deletions(self._place)

    def add(self, rows: Rows) -> None:
        """Send a batch of good rows; this happens beside the caller, who must not change them.

        Raises:
            DataContractError: The batch is not of this table; or this one or an earlier one lacks a column, or Postgres
                could not hold a text of it, which at the latest ``finish`` says.
        """
        if rows.table.qualified_name != self._place.table.qualified_name:
            raise DataContractError(
                f"rows of {rows.table.qualified_name} were given to {self._place.table.qualified_name}"
            )
        self._opened().add(blocks(rows))
        self._added += len(rows)

    def reject(self, rejects: Iterable[Reject]) -> None:
        """Put rejected rows aside for quarantine."""
        self._rejects.extend(rejects)

    def finish(
        self, tally: Tally, *, watermark: str | None = None, deletions: Sequence[Deletion] = (), requests: int = 0
    ) -> Certificate:
        """Write everything and return the proof of completeness.

        Args:
            tally: What the extraction counted.
            watermark: How far the table is read now, as the server wrote it; None or empty leaves it.
            deletions: What the source reports as deleted.
            requests: HTTP requests, if other than the tally's.

        Raises:
            DataContractError: A row that was announced is neither stored nor in quarantine, or totals differ; or see
                ``add``.
        """
        self._end_copy()
        total = self._target.control_total()
        inserted, updated = self._target.apply(self._added)
        rejected_keys = sorted({reject.key for reject in self._rejects})
        arrived = self._target.source
        resolve(self._place, arrived, deletions, rejected_keys)
        store_rejects(self._place, self._rejects)
        staged = arrived if isinstance(self._target, Merge) else None
        deleted = delete_gone(self._place, staged, deletions, rejected_keys)
        if inserted or updated:
            note_written(self._place, arrived)
        if deleted:
            note_written(self._place, GONE)
        cross_off(self._place)
        certificate = self._certify(
            tally, total, (inserted, updated, deleted), watermark=watermark or "", requests=requests or tally.requests
        )
        self._store(certificate)
        self.is_finished = True
        return certificate

    def _opened(self) -> CopyStream:
        """Begin the COPY with the first batch: nothing is held in Postgres while the first page is on its way."""
        if self._copy is None:
            stream = CopyStream(self._place.connection, self._target.prepare())
            self._copy = self._copying.enter_context(stream)
        return self._copy

    def _end_copy(self) -> None:
        """Wait until Postgres has read all rows.

        Raises:
            DataContractError: It counts other than was sent.
        """
        count = self._opened().finish()
        self._copying.close()
        if count != self._added:
            raise DataContractError(
                f"{self._place.table.qualified_name} of {self._place.entity}: {self._added} rows were sent, "
                f"Postgres read {count}; nothing was stored"
            )

    def _certify(
        self, tally: Tally, total: Decimal, written: tuple[int, int, int], *, watermark: str, requests: int
    ) -> Certificate:
        inserted, updated, deleted = written
        certificate = Certificate(
            table=self._place.table.qualified_name,
            entity=self._place.entity,
            window=str(self._place.window),
            announced=tally.announced,
            received=tally.received,
            stored=self._added,
            quarantined=rejected_rows(self._rejects),
            inserted=inserted,
            updated=updated,
            unchanged=self._added - inserted - updated,
            deleted=deleted,
            in_order=tally.in_order,
            control_total_source=tally.control_total,
            control_total_stored=total,
            requests=requests,
            watermark=watermark,
            started_at=self._place.started_at,
            finished_at=_instant(self._place.connection),
            run_id=self._place.run_id,
        )
        if not certificate.is_whole:
            raise DataContractError(
                f"{certificate.table} of {certificate.entity}, {certificate.window}: not whole, so nothing was stored: "
                f"{certificate.announced} announced, {certificate.received} received, {certificate.stored} good, "
                f"{certificate.quarantined} rejected, {'in order' if certificate.in_order else 'out of order'}, "
                f"total {certificate.control_total_source} at the source, {certificate.control_total_stored} read."
            )
        return certificate

    def _store(self, certificate: Certificate) -> None:
        values = dataclasses.asdict(certificate)
        values["table_name"] = values.pop("table")
        values["time_window"] = values.pop("window")
        columns = sql.SQL(", ").join(map(sql.Identifier, values))
        places = sql.SQL(", ").join(map(sql.Placeholder, values))
        connection = self._place.connection
        connection.execute(sql.SQL("INSERT INTO ops.certificate ({}) VALUES ({})").format(columns, places), values)
        if certificate.watermark:
            connection.execute(
                "INSERT INTO ops.watermark (table_name, entity, watermark, run_id, updated_at) "
                "VALUES (%(table_name)s, %(entity)s, %(watermark)s, %(run_id)s, %(finished_at)s) "
                "ON CONFLICT (table_name, entity) DO UPDATE SET watermark = excluded.watermark, "
                "run_id = excluded.run_id, updated_at = excluded.updated_at",
                values,
            )


def lock_part(connection: psycopg.Connection, table: Table, entity: str) -> None:
    """Wait until no load of the table and entity is under way; until the transaction ends none begins."""
    # Of two loads of one table and entity, the second sees what the first stored.
    connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [part_name(table, entity)])


@contextlib.contextmanager
def load(connection: psycopg.Connection, table: Table, entity: str, *, run_id: str, window: Window) -> Iterator[Load]:
    """Lend a load on a connection whose transaction the caller ends.

    Raises:
        WarehouseError: The load was left without ``finish``; the caller's transaction must not be committed.
    """
    with Load(connection, table, entity, run_id=run_id, window=window) as loading:
        yield loading
        if not loading.is_finished:
            raise WarehouseError(f"the load of {table.qualified_name} of {entity} was not finished; nothing was stored")


def _instant(connection: psycopg.Connection) -> datetime:
    row = connection.execute("SELECT clock_timestamp()").fetchone()
    if row is None or not isinstance(row[0], datetime):
        raise WarehouseError("Postgres does not say what time it is")
    return row[0]
