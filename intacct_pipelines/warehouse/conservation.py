"""Proof over what is stored: the months of an object add up to its totals, and to the differences that stand alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from psycopg.rows import dict_row

if TYPE_CHECKING:
    from intacct_pipelines.warehouse.connection import Warehouse


def contradictions(warehouse: Warehouse, link: str, object_name: str) -> list[dict[str, Any]]:
    """Return every class whose months do not come to the last run's totals, or to its differences; none is the proof.

    Args:
        warehouse: Where the results are.
        link: Name of the link.
        object_name: One of ``domain.reconciled``.

    Returns:
        ``with`` (``totals`` or ``differences``), ``currency``, ``month`` (None for all of them, or for no date),
        ``class``, ``verdict``, ``rule``, and ``by_month`` and ``other`` with records and difference of both.
    """
    with (
        warehouse.transaction(f"proving the months of {object_name}") as connection,
        connection.cursor(row_factory=dict_row) as cursor,
    ):
        return cursor.execute(_CONTRADICTIONS, {"link": link, "object": object_name}).fetchall()


# A record that stands alone is one difference, with its whole amount; a pair stands in no such difference.
_CONTRADICTIONS: Final = """
WITH period AS (
    SELECT * FROM recon.period_total WHERE link = %(link)s AND object = %(object)s
), last AS (
    SELECT * FROM recon.total WHERE link = %(link)s AND object = %(object)s AND run_id = (
        SELECT run_id FROM recon.total WHERE link = %(link)s AND object = %(object)s
        ORDER BY reconciled_at DESC, run_id LIMIT 1)
), by_class AS (
    SELECT currency, class, verdict, rule, sum(platform_count + intacct_count)::bigint AS records,
        sum(platform_total) AS platform, sum(intacct_total) AS intacct
    FROM period GROUP BY 1, 2, 3, 4
), total AS (
    SELECT currency, class, verdict, rule, platform_count + intacct_count AS records, platform_total AS platform,
        intacct_total AS intacct
    FROM last WHERE platform_count + intacct_count > 0
), alone AS (
    SELECT currency, date_trunc('month', document_date)::date AS month, kind AS class, verdict, rule,
        count(*) AS records, sum(amount_difference) AS difference
    FROM recon.difference
    WHERE link = %(link)s AND object = %(object)s AND (platform_id IS NULL OR intacct_record_no IS NULL)
    GROUP BY 1, 2, 3, 4, 5
), lone_period AS (
    SELECT currency, month, class, verdict, rule, platform_count + intacct_count AS records, difference
    FROM period WHERE class NOT IN ('matched_equal', 'matched_different', 'out_of_scope')
)
SELECT 'totals' AS "with", currency, NULL::date AS month, class, verdict, rule,
    jsonb_build_object('records', m.records, 'difference', (m.platform - m.intacct)::text) AS by_month,
    jsonb_build_object('records', t.records, 'difference', (t.platform - t.intacct)::text) AS other
FROM by_class AS m FULL JOIN total AS t USING (currency, class, verdict, rule)
WHERE (m.records, m.platform, m.intacct) IS DISTINCT FROM (t.records, t.platform, t.intacct)
UNION ALL
SELECT 'differences', coalesce(p.currency, a.currency), coalesce(p.month, a.month), coalesce(p.class, a.class),
    coalesce(p.verdict, a.verdict), coalesce(p.rule, a.rule),
    jsonb_build_object('records', p.records, 'difference', p.difference::text),
    jsonb_build_object('records', a.records, 'difference', a.difference::text)
FROM lone_period AS p FULL JOIN alone AS a
    ON (p.currency, coalesce(p.month, '-infinity'), p.class, p.verdict, p.rule)
        = (a.currency, coalesce(a.month, '-infinity'), a.class, a.verdict, a.rule)
WHERE (p.records, p.difference) IS DISTINCT FROM (a.records, a.difference)
ORDER BY 1, 2, 3, 4, 5, 6
"""
