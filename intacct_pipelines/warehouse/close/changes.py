"""What was posted into, changed in or taken out of a month after its frozen result: record by record, who and when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from intacct_pipelines.domain.catalog import INTACCT_TABLES
from intacct_pipelines.warehouse.close.sides import FROZEN, stage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    import psycopg

    from intacct_pipelines.domain.close import Period

COMPARED: Final = ("ap_control", "ar_control", "card_account", "bank_account", "trial_balance")
"""Ageings are made of what payables and receivables are made of, and journal entries are the trial balance's lines."""
_AUDITED_AS: Final = {table.name: table.audit_type for table in INTACCT_TABLES if table.audit_type} | {
    # the catalog has no audit type for it, since its deletions are found by counting
    "journal_entry": "glbatch"
}


def store_changes(
    connection: psycopg.Connection,
    period: Period,
    accounts: Mapping[str, Sequence[str]],
    frozen_at: datetime,
    run_id: str,
) -> None:
    """Store how the sides of a month differ from those of its frozen result.

    Args:
        connection: In the transaction in which today's sides are staged.
        period: The month.
        accounts: Control accounts, see ``sides.control_accounts``.
        frozen_at: As of when the frozen result was taken.
        run_id: The run whose result is being stored.
    """
    stage(connection, period, accounts, frozen_at, moment=FROZEN, tie_outs=COMPARED)
    connection.execute(
        _STORE,
        {
            "entity": str(period.entity),
            "month": period.month,
            "run_id": run_id,
            "compared": list(COMPARED),
            "tables": list(_AUDITED_AS),
            "audit_types": list(_AUDITED_AS.values()),
        },
    )


# The ledger gives an edited document's postings new numbers, so they are one by the document's key there.
_STORE: Final = """
WITH summed AS (
    SELECT
        tie_out, side, account_no, currency, base_currency, key, day, coded_to,
        CASE side WHEN 'expected' THEN table_name END AS of_table,
        CASE side WHEN 'expected' THEN record_no END AS of_record,
        max(table_name) AS table_name, max(record_no) AS record_no, max(document_no) AS document_no,
        max(party_id) AS party_id,
        coalesce(sum(amount) FILTER (WHERE moment = 'frozen'), 0) AS amount_before,
        coalesce(sum(amount) FILTER (WHERE moment = 'now'), 0) AS amount_now,
        coalesce(sum(amount_base) FILTER (WHERE moment = 'frozen'), 0) AS base_before,
        coalesce(sum(amount_base) FILTER (WHERE moment = 'now'), 0) AS base_now
    FROM staged_side
    WHERE tie_out = ANY(%(compared)s)
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
),
changed AS (SELECT * FROM summed WHERE amount_before <> amount_now OR base_before <> base_now),
-- A posting is its document's doing, where the key tells the document.
document AS (SELECT DISTINCT ON (key) key, table_name, record_no FROM changed WHERE side = 'expected' ORDER BY key, 3),
kind AS (SELECT * FROM unnest(%(tables)s::text[], %(audit_types)s::text[]) AS kind (table_name, audit_type)),
told AS (
    SELECT changed.*, entry.happened_at, entry.user_id
    FROM changed
    LEFT JOIN document ON document.key = changed.key AND changed.side = 'actual' AND changed.tie_out LIKE '%%control'
    LEFT JOIN kind ON kind.table_name = coalesce(document.table_name, changed.table_name)
    LEFT JOIN LATERAL (
        SELECT happened_at, user_id FROM intacct.audit_event AS a
        WHERE a.entity = %(entity)s AND a.object_key = coalesce(document.record_no, changed.record_no)::text
            AND lower(a.object_type) = kind.audit_type
        ORDER BY happened_at DESC, audit_id DESC LIMIT 1
    ) AS entry ON true
)
INSERT INTO close.change (entity, month, run_id, tie_out, account_no, currency, base_currency, position, side,
    table_name, record_no, document_no, party_id, coded_to, day, amount_before, amount_now, base_before, base_now,
    changed_at, changed_by)
SELECT
    %(entity)s, %(month)s, %(run_id)s, tie_out, account_no, currency, base_currency,
    row_number() OVER (
        PARTITION BY tie_out, account_no, currency, base_currency
        ORDER BY greatest(abs(amount_now - amount_before), abs(base_now - base_before)) DESC, key, side, table_name,
            record_no, day, coded_to
    ),
    side, table_name, record_no, document_no, party_id, coded_to, day, amount_before, amount_now, base_before, base_now,
    happened_at, user_id
FROM told
"""
