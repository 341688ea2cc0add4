"""What a report on one entity is made of, read from the warehouse as it stood at one instant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pandas as pd
from psycopg import sql
from psycopg.rows import dict_row

from intacct_pipelines.warehouse.findings import Finding, read_findings
from intacct_pipelines.warehouse.place import key_text
from intacct_pipelines.warehouse.tables import parent_name

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    import psycopg

    from intacct_pipelines.domain.catalog import Table
    from intacct_pipelines.warehouse.connection import Warehouse


@dataclass(frozen=True)
class Reported:
    """Results of reconciliation of some links.

    Args:
        at: When they were read.
        totals: The classes of each object's last run, as in ``recon.total``.
        period_totals: The same by month of the document's date, as in ``recon.period_total``.
        trend: Of each run, oldest first: ``run_id``, ``reconciled_at``, ``objects``, and pairs and lone records by
            verdict: ``equal``, ``expected``, ``in_flight``, ``breaks``.
        differences: All current differences, as in ``recon.difference``.
        findings: All open findings, the worst first.
        clearing: Balances of clearing accounts, as in ``recon.clearing_account``.
        readings: Of each table of the entity, its last reading: ``table_name``, ``finished_at``, ``quarantined``.
    """

    at: datetime
    totals: pd.DataFrame
    period_totals: pd.DataFrame
    trend: pd.DataFrame
    differences: pd.DataFrame
    findings: list[Finding]
    clearing: pd.DataFrame
    readings: pd.DataFrame


def read_results(warehouse: Warehouse, links: Sequence[str], *, entity: str, runs: int) -> Reported:
    """Return what reconciliation knows of an entity.

    Args:
        warehouse: Where it is stored.
        links: Names of the links that end at the entity.
        entity: The entity's partition key.
        runs: How many runs the trend goes back.
    """
    asked = {"links": list(links), "entity": entity, "runs": runs}
    with warehouse.transaction("reading for the report") as connection:
        # All parts must tell of the same runs, whatever is stored meanwhile.
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        (at,) = connection.execute("SELECT now()").fetchone() or (None,)
        return Reported(
            at=at,
            totals=_frame(connection, _TOTALS, asked),
            period_totals=_frame(connection, _PERIOD_TOTALS, asked),
            trend=_frame(connection, _TREND, asked),
            differences=_frame(connection, _DIFFERENCES, asked),
            findings=read_findings(connection, links=links),
            clearing=_frame(connection, _CLEARING, asked),
            readings=_frame(connection, _READINGS, asked),
        )


def read_records(warehouse: Warehouse, table: Table, entity: str, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return an entity's rows by their keys as text, deleted ones too; keys that are not there are left out."""
    query = sql.SQL("SELECT {key} AS _key, t.* FROM {table} AS t WHERE entity = %(entity)s AND {key} = ANY(%(keys)s)")
    with (
        warehouse.transaction(f"reading records of {table.qualified_name}") as connection,
        connection.cursor(row_factory=dict_row) as cursor,
    ):
        rows = cursor.execute(
            query.format(key=key_text(table, "t"), table=parent_name(table)), {"entity": entity, "keys": list(keys)}
        ).fetchall()
    return {str(row.pop("_key")): row for row in rows}


def _frame(connection: psycopg.Connection, query: str, asked: dict[str, Any]) -> pd.DataFrame:
    cursor = connection.execute(query, asked)
    columns = [column.name for column in cursor.description or ()]
    return pd.DataFrame(cursor.fetchall(), columns=columns, dtype=object)


_TOTALS: Final = """
WITH last AS (
    SELECT DISTINCT ON (link, object) link, object, run_id FROM recon.total WHERE link = ANY(%(links)s)
    ORDER BY link, object, reconciled_at DESC, run_id
)
SELECT link, object, reconciled_at, currency, class, verdict, rule, platform_count, intacct_count, platform_total,
    intacct_total, difference
FROM recon.total JOIN last USING (link, object, run_id)
ORDER BY link, object, currency, class, verdict, rule
"""

_PERIOD_TOTALS: Final = """
SELECT link, object, month, currency, class, verdict, rule, platform_count, intacct_count, platform_total,
    intacct_total, difference
FROM recon.period_total WHERE link = ANY(%(links)s)
ORDER BY link, object, month, currency, class, verdict, rule
"""

# A pair stands on both sides and is one record of the trend.
_TREND: Final = """
WITH last AS (
    SELECT run_id, max(reconciled_at) AS reconciled_at FROM recon.total WHERE link = ANY(%(links)s)
    GROUP BY run_id ORDER BY 2 DESC, 1 LIMIT %(runs)s
), counted AS (
    SELECT run_id, last.reconciled_at, link, object, verdict,
        platform_count + CASE WHEN class LIKE 'matched%%' THEN 0 ELSE intacct_count END AS records
    FROM recon.total JOIN last USING (run_id) WHERE link = ANY(%(links)s)
)
SELECT run_id, reconciled_at, count(DISTINCT (link, object)) AS objects,
    sum(records) FILTER (WHERE verdict = '')::bigint AS equal,
    sum(records) FILTER (WHERE verdict = 'expected')::bigint AS expected,
    sum(records) FILTER (WHERE verdict = 'in_flight')::bigint AS in_flight,
    sum(records) FILTER (WHERE verdict = 'break')::bigint AS breaks
FROM counted GROUP BY run_id, reconciled_at ORDER BY reconciled_at, run_id
"""

_DIFFERENCES: Final = """
SELECT link, object, kind, field, cause, root, root_name, verdict, rule, turn, platform_id, intacct_record_no,
    intacct_id, platform_value, intacct_value, amount_difference, money_at_stake, currency, document_date,
    changed_at, first_seen_at, reason, remedy
FROM recon.difference WHERE link = ANY(%(links)s)
ORDER BY link, object, kind, field, platform_id, intacct_record_no
"""

_CLEARING: Final = """
SELECT link, account_no, currency, role, postings, cleared, groups, balance, items, items_total, oldest_on
FROM recon.clearing_account WHERE link = ANY(%(links)s)
ORDER BY link, account_no, currency
"""

_READINGS: Final = """
SELECT DISTINCT ON (table_name) table_name, finished_at, quarantined FROM ops.certificate WHERE entity = %(entity)s
ORDER BY table_name, id DESC
"""
