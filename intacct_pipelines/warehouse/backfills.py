"""Backfills by command: begun, taken up again after a kill, finished; and what they have proven so far."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from psycopg.rows import class_row, dict_row

from intacct_pipelines.domain.catalog import Table
from intacct_pipelines.errors import ConfigurationError
from intacct_pipelines.warehouse.connection import Warehouse


@dataclass(frozen=True, slots=True)
class Backfill:
    """One backfill: months from first to last, both included, of some tables of one entity."""

    backfill_id: int
    started_at: datetime


@dataclass(frozen=True, slots=True)
class ProvenMonth:
    """What a backfill knows of a month that it proved; figures of the documents, and calls of the lines too."""

    proof_id: int
    table_name: str
    month: date
    is_proven: bool
    previous_at: datetime | None
    rows: int
    source_rows: int
    quarantined: int
    control_total: Decimal
    lines: int
    added: int
    changed: int
    deleted: int
    control_total_drift: Decimal
    calls: int


@contextmanager
def alone(warehouse: Warehouse, entity: str) -> Iterator[None]:
    """Keep other backfills by command of an entity away; a killed process keeps nobody away.

    Raises:
        ConfigurationError: One is under way.
    """
    with warehouse.session_lock(f"backfill of {entity}") as is_ours:
        if not is_ours:
            raise ConfigurationError(
                f"A backfill of {entity} is under way.", remedy="Wait for it; its months stand in ops.month_proof."
            )
        yield


def begin(
    warehouse: Warehouse, entity: str, months: Sequence[date], tables: Sequence[Table], *, again: bool
) -> Backfill:
    """Return the backfill of the same months and tables that did not finish, or a new one.

    Args:
        warehouse: Where.
        entity: The entity's partition key.
        months: First days, in order.
        tables: The tables of documents.
        again: Begin anew in any case.
    """
    facts = [entity, months[0], months[-1], sorted(table.qualified_name for table in tables)]
    same = "entity = %s AND first_month = %s AND last_month = %s AND tables = %s AND finished_at IS NULL"
    with warehouse.transaction("beginning a backfill") as connection:
        if again:
            connection.execute(
                f"UPDATE ops.backfill SET finished_at = clock_timestamp() WHERE {same}",  # noqa: S608 - our own words
                facts,
            )
        row = connection.execute(
            f"SELECT id, started_at FROM ops.backfill WHERE {same} ORDER BY id DESC LIMIT 1",  # noqa: S608 - likewise
            facts,
        ).fetchone()
        if row is not None:
            return Backfill(*row)
        row = connection.execute(
            "INSERT INTO ops.backfill (entity, first_month, last_month, tables) VALUES (%s, %s, %s, %s) "
            "RETURNING id, started_at",
            facts,
        ).fetchone()
    assert row is not None  # noqa: S101 - RETURNING gives a row; this tells the type checker
    return Backfill(*row)


def finish(warehouse: Warehouse, backfill: Backfill) -> None:
    """Note that every month of a backfill is proven: the same command then begins anew."""
    with warehouse.transaction("finishing a backfill") as connection:
        connection.execute(
            "UPDATE ops.backfill SET finished_at = clock_timestamp() WHERE id = %s", [backfill.backfill_id]
        )


def proven(
    warehouse: Warehouse, entity: str, tables: Sequence[Table], months: Sequence[date], since: datetime
) -> list[ProvenMonth]:
    """Return the last proof since an instant of each of the months of each of the tables, in the order of proving."""
    with (
        warehouse.transaction("reading proven months") as connection,
        connection.cursor(row_factory=class_row(ProvenMonth)) as cursor,
    ):
        return cursor.execute(
            "SELECT * FROM (SELECT DISTINCT ON (p.table_name, p.month) p.id AS proof_id, p.table_name, p.month, "
            "p.is_proven, b.proven_at AS previous_at, d.rows, d.source_rows, d.control_total, d.added, d.changed, "
            "d.deleted, d.control_total_drift, p.calls, l.lines, l.quarantined FROM ops.month_proof p "
            "JOIN ops.month_total d ON d.proof_id = p.id AND d.table_name = p.table_name "
            "CROSS JOIN LATERAL (SELECT (coalesce(sum(t.rows), 0) - d.rows)::bigint AS lines, "
            "coalesce(sum(t.quarantined), 0)::bigint AS quarantined FROM ops.month_total t WHERE t.proof_id = p.id) l "
            "LEFT JOIN ops.month_proof b ON b.id = p.previous_id "
            "WHERE p.entity = %s AND p.table_name = ANY (%s) AND p.month BETWEEN %s AND %s AND p.proven_at >= %s "
            "ORDER BY p.table_name, p.month, p.id DESC) AS latest ORDER BY proof_id",
            [entity, [table.qualified_name for table in tables], months[0], months[-1], since],
        ).fetchall()


def drift_of(warehouse: Warehouse, proof_ids: Sequence[int]) -> list[dict[str, Any]]:
    """Return the records that drifted, as the proofs listed them."""
    with (
        warehouse.transaction("reading drift") as connection,
        connection.cursor(row_factory=dict_row) as cursor,
    ):
        return cursor.execute(
            "SELECT p.month, d.table_name, d.kind, d.key, d.amount_before, d.amount_now, d.found_by_proof "
            "FROM ops.month_drift d JOIN ops.month_proof p ON p.id = d.proof_id WHERE p.id = ANY (%s) "
            "ORDER BY d.table_name, p.month, d.key",
            [list(proof_ids)],
        ).fetchall()
