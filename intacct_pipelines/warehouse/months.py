"""Months of history: proving that what is stored is what the source has, and what drifted since the proof before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

import psycopg
from psycopg import sql

from intacct_pipelines.domain.catalog import TABLES, Table, proven_with
from intacct_pipelines.domain.records import SourceCount
from intacct_pipelines.warehouse.connection import Warehouse
from intacct_pipelines.warehouse.covering import in_month
from intacct_pipelines.warehouse.load import lock_part
from intacct_pipelines.warehouse.place import key_text
from intacct_pipelines.warehouse.tables import parent_name

_ZERO: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class Drift:
    """One record that was added, changed or deleted since its month was proven before."""

    table_name: str
    kind: str
    key: str
    amount_before: Decimal | None
    amount_now: Decimal | None
    found_by_proof: bool


@dataclass(frozen=True, slots=True)
class TableProof:
    """One table of a proven month.

    Args:
        table_name: Qualified name.
        rows: Rows stored in the month, without deleted ones.
        control_total: What they add up to.
        source_rows: Rows that the source has.
        source_control_total: What those add up to.
        quarantined: Rows of these that stand in quarantine.
        added: Rows that came since the proof before; none if there was none.
        changed: Rows that changed since.
        deleted: Rows that went since, to another month or altogether.
        control_total_drift: Control total now less then.
    """

    table_name: str
    rows: int
    control_total: Decimal
    source_rows: int
    source_control_total: Decimal
    quarantined: int
    added: int = 0
    changed: int = 0
    deleted: int = 0
    control_total_drift: Decimal = Decimal(0)

    @property
    def is_proven(self) -> bool:
        """Whether each row of the source is stored, to the cent; with rows in quarantine, whether these are all."""
        if self.quarantined:
            return self.source_rows - self.quarantined <= self.rows <= self.source_rows
        return self.rows == self.source_rows and self.control_total == self.source_control_total


@dataclass(frozen=True, slots=True)
class MonthProof:
    """One reading of one month of a table of documents, with its lines."""

    table_name: str
    entity: str
    month: date
    proven_at: datetime
    run_id: str
    calls: int
    seconds: Decimal
    tables: tuple[TableProof, ...]
    drift: tuple[Drift, ...]
    previous_at: datetime | None
    undated: int | None = None
    """Documents of the same reading that are in no month, for want of a readable date; None if not counted."""

    @property
    def is_proven(self) -> bool:
        """Whether every table of the month is."""
        return all(table.is_proven for table in self.tables)


def prove(
    warehouse: Warehouse,
    table: Table,
    entity: str,
    month: date,
    counts: Sequence[SourceCount],
    run_id: str,
    *,
    calls: int,
    seconds: Decimal,
    undated: int | None = None,
) -> MonthProof:
    """Compare what is stored of a month with what was just read of it, and with what was proven before; note both.

    Args:
        warehouse: Where.
        table: The table of documents.
        entity: The entity's partition key.
        month: The month's first day.
        counts: Of the documents and of each table of their lines, as just read and loaded.
        run_id: The run that loaded them.
        calls: Pages that were read for this month; of a reading that serves several, the first has all.
        seconds: How long that took.
        undated: See ``MonthProof``.
    """
    tables = proven_with(table)
    facts: dict[str, object] = {"entity": entity, "month": month, "run_id": run_id}
    with warehouse.transaction(f"proving {table.qualified_name}") as connection:
        for member in tables:
            # No load is half-way: what is stored before the proof's instant is seen by the proof.
            lock_part(connection, member, entity)
        before = connection.execute(
            "SELECT id, proven_at FROM ops.month_proof WHERE table_name = %s AND entity = %s AND month = %s "
            "ORDER BY id DESC LIMIT 1",
            [table.qualified_name, entity, month],
        ).fetchone()
        previous_id, previous_at = before or (None, None)
        drift: list[Drift] = []
        if previous_at is not None:
            for member in tables:
                drift += _drift(connection, member, {**facts, "at": previous_at})
        by_name = {count.table: count for count in counts}
        proofs = [_table_proof(connection, member, facts, by_name[member.qualified_name], drift) for member in tables]
        row = connection.execute(
            "INSERT INTO ops.month_proof (table_name, entity, month, proven_at, run_id, is_proven, calls, seconds, "
            "previous_id) VALUES (%s, %s, %s, clock_timestamp(), %s, %s, %s, %s, %s) RETURNING id, proven_at",
            [
                table.qualified_name,
                entity,
                month,
                run_id,
                all(proof.is_proven for proof in proofs),
                calls,
                seconds,
                previous_id,
            ],
        ).fetchone()
        assert row is not None  # noqa: S101 - RETURNING gives a row; this tells the type checker
        proof_id, proven_at = row
        _store(connection, proof_id, proofs, drift)
    return MonthProof(
        table.qualified_name,
        entity,
        month,
        proven_at,
        run_id,
        calls,
        seconds,
        tuple(proofs),
        tuple(drift),
        previous_at,
        undated,
    )


def _amount(table: Table, alias: str) -> sql.Composable:
    return sql.Identifier(alias, table.control_total) if table.control_total else sql.SQL("NULL::numeric")


def _table_proof(
    connection: psycopg.Connection,
    table: Table,
    facts: Mapping[str, object],
    count: SourceCount,
    drift: Sequence[Drift],
) -> TableProof:
    row = connection.execute(
        sql.SQL("SELECT count(*), coalesce(sum({}), 0) {}").format(_amount(table, "t"), in_month(table)), facts
    ).fetchone()
    rows, total = row or (0, Decimal(0))
    own = [record for record in drift if record.table_name == table.qualified_name]
    kinds = [record.kind for record in own]
    return TableProof(
        table.qualified_name,
        rows,
        total,
        count.received,
        count.control_total,
        count.quarantined,
        kinds.count("added"),
        kinds.count("changed"),
        kinds.count("deleted"),
        sum((record.amount_now or _ZERO) - (record.amount_before or _ZERO) for record in own) or _ZERO,
    )


def _drift(connection: psycopg.Connection, table: Table, facts: Mapping[str, object]) -> list[Drift]:
    """Return the records of the month that are not what they were at ``at``."""
    query = sql.SQL(
        "WITH past AS (SELECT {key} AS key, {amount} AS amount, t._hash {past}), "
        "present AS (SELECT {key} AS key, {amount} AS amount, t._hash {present}) "
        "SELECT CASE WHEN past.key IS NULL THEN 'added' WHEN present.key IS NULL THEN 'deleted' ELSE 'changed' END, "
        "coalesce(past.key, present.key) AS key, past.amount, present.amount, "
        "EXISTS (SELECT FROM {table} AS t WHERE t.entity = %(entity)s AND (t._run_id = %(run_id)s OR {with_document}) "
        "AND {key} = coalesce(past.key, present.key)) "
        "FROM past FULL JOIN present ON past.key = present.key "
        "WHERE past.key IS NULL OR present.key IS NULL OR past._hash <> present._hash ORDER BY key"
    ).format(
        key=key_text(table, "t"),
        amount=_amount(table, "t"),
        past=in_month(table, sql.SQL("%(at)s")),
        present=in_month(table),
        table=parent_name(table),
        with_document=_came_with_document(table),
    )
    return [Drift(table.qualified_name, *row) for row in connection.execute(query, facts)]


def _came_with_document(table: Table) -> sql.Composable:
    """Return the condition that a line itself stayed as it was, while the run changed its document, or its date."""
    if not table.parent:
        return sql.SQL("false")
    document = TABLES[f"{table.schema}.{table.parent}"]
    return sql.SQL(
        "(t._synced_at <= %(at)s AND EXISTS (SELECT FROM {document} AS d WHERE d.entity = t.entity "
        "AND d._run_id = %(run_id)s AND {key} = {parent}))"
    ).format(
        document=parent_name(document),
        key=sql.Identifier("d", document.key[0]),
        parent=sql.Identifier("t", table.parent_key),
    )


def _store(connection: psycopg.Connection, proof_id: int, proofs: Sequence[TableProof], drift: Sequence[Drift]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO ops.month_total VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                (
                    proof_id,
                    proof.table_name,
                    proof.rows,
                    proof.control_total,
                    proof.source_rows,
                    proof.source_control_total,
                    proof.quarantined,
                    proof.added,
                    proof.changed,
                    proof.deleted,
                    proof.control_total_drift,
                )
                for proof in proofs
            ],
        )
        cursor.executemany(
            "INSERT INTO ops.month_drift VALUES (%s, %s, %s, %s, %s, %s, %s)",
            [
                (
                    proof_id,
                    record.table_name,
                    record.kind,
                    record.key,
                    record.amount_before,
                    record.amount_now,
                    record.found_by_proof,
                )
                for record in drift
            ],
        )


def proven_months(warehouse: Warehouse, table: Table, entity: str, since: datetime) -> set[date]:
    """Return the months of a table that were proven at or after an instant."""
    with warehouse.transaction("reading proven months") as connection:
        rows = connection.execute(
            "SELECT DISTINCT month FROM ops.month_proof "
            "WHERE table_name = %s AND entity = %s AND proven_at >= %s AND is_proven",
            [table.qualified_name, entity, since],
        ).fetchall()
    return {month for (month,) in rows}
