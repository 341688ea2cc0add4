"""Held pairs: they differ, and stay as they were compared until something of them or around them changes.

The differences of a certain pair depend on its two rows and their lines, and on what surrounds all pairs: lists, the
link's policy, the last closed day, the words for each reason. So while the surroundings are the same, a pair is
compared again only when it was touched. None is held that waits for its grace to pass: time alone would change what is
told.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from psycopg import sql

from intacct_pipelines.domain.catalog import TABLES
from intacct_pipelines.warehouse.place import names

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from intacct_pipelines.warehouse.sieve import Sieve

HeldSums = dict[tuple[str, "date | None", str, str], tuple[int, Decimal, Decimal]]
"""Currency, first day of the month, worst verdict and its rule → pairs, the platform's money, Intacct's."""


def fingerprint(sieve: Sieve, tables: Iterable[str]) -> str:
    """Return what tells one state of whole lists from another.

    Args:
        sieve: Of the entity that has them.
        tables: Qualified names.
    """
    found = []
    for name in sorted(tables):
        query = sql.SQL(
            "SELECT md5(coalesce(string_agg(concat_ws(',', {key}, t._hash, t._deleted), ';' ORDER BY {key}), '')) "
            "FROM {table} AS t WHERE t.entity = %(entity)s"
        ).format(key=names(TABLES[name].key, "t"), table=sql.Identifier(*name.split(".")))
        row = sieve.connection.execute(query, sieve.place).fetchone()
        found.append(f"{name} {row[0] if row else ''}")
    return "\n".join(found)


def lay_out_certain(sieve: Sieve) -> None:
    """Lay out which of the pairs that were not settled are certain, so that they may be held once they are compared."""
    sieve.connection.execute(
        sql.SQL(_CERTAIN).format(date=sql.Identifier(sieve.sieved.date), undoubted=sieve.undoubted()), sieve.place
    )


def open_held(sieve: Sieve) -> None:
    """Touch every held pair: what surrounds them changed."""
    sieve.connection.execute(_OPEN, sieve.place)


def lay_out_held(sieve: Sieve) -> HeldSums:
    """Lay out the held pairs that nothing touched, and return what they add up to."""
    sieve.connection.execute(_HELD, sieve.place)
    rows = sieve.connection.execute(_SUMS)
    return {
        (currency, month, verdict, rule): (count, ours, theirs)
        for currency, month, verdict, rule, count, ours, theirs in rows
    }


def hold(sieve: Sieve, run: Mapping[str, object]) -> None:
    """Hold of the pairs compared now those that may be, and no others; after matches and differences are staged."""
    sieve.connection.execute(_HELD_NOW)
    sieve.connection.execute(_HOLD, run)


_CERTAIN: Final = """
CREATE TEMP TABLE sieve_certain ON COMMIT DROP AS
SELECT p.key AS platform_id, i.key AS record_no, p.sieve_key,
    date_trunc('month', coalesce(p.{date}, i.{date})::timestamp)::date AS month
FROM sieve_rest_platform AS p JOIN sieve_rest_intacct AS i ON i.key = p.partner
WHERE p.stands AND i.stands AND p.party = i.party AND p.number = i.number AND p.currency = i.currency AND {undoubted}
"""

_OF_DIFFERENCES: Final = """
FROM recon.difference AS d JOIN recon.match AS m
    ON (m.link, m.object, m.platform_id) = (d.link, d.object, d.platform_id) AND m.sieve_key IS NOT NULL
WHERE d.link = %(link)s AND d.object = %(object)s AND NOT EXISTS (
    SELECT FROM sieve_touched AS k WHERE k.platform_id = d.platform_id)
"""

_OPEN: Final = f"""
INSERT INTO sieve_touched
SELECT DISTINCT m.platform_id, m.intacct_record_no, m.currency, m.sieve_month, m.platform_amount, m.intacct_amount,
    m.sieve_key, m.is_equal
{_OF_DIFFERENCES}
"""

# The worst verdict is ranked as in ``reconcile.conclusion``; one in flight is never held.
_HELD: Final = f"""
CREATE TEMP TABLE sieve_held ON COMMIT DROP AS
SELECT DISTINCT ON (m.platform_id) m.platform_id, m.intacct_record_no AS record_no, m.currency, m.sieve_month AS month,
    d.verdict, d.rule, m.platform_amount, m.intacct_amount
{_OF_DIFFERENCES}
ORDER BY m.platform_id, d.verdict <> 'break', d.rule COLLATE "C"
"""

_SUMS: Final = """
SELECT currency, month, verdict, rule, count(*), sum(platform_amount), sum(intacct_amount)
FROM sieve_held GROUP BY 1, 2, 3, 4
"""

_HELD_NOW: Final = """
CREATE TEMP TABLE sieve_held_now ON COMMIT DROP AS
SELECT c.platform_id, c.record_no, c.sieve_key, c.month
FROM sieve_certain AS c JOIN staged_match AS s ON (s.platform_id, s.intacct_record_no) = (c.platform_id, c.record_no)
WHERE s.method = 'crosswalk' AND NOT s.is_equal AND s.predecessor_record_no IS NULL
    AND NOT EXISTS (SELECT FROM staged_difference AS d WHERE d.platform_id = c.platform_id
        AND (d.verdict = 'in_flight' OR d.intacct_record_no IS DISTINCT FROM c.record_no))
    AND NOT EXISTS (SELECT FROM staged_difference AS d WHERE d.intacct_record_no = c.record_no
        AND d.platform_id IS DISTINCT FROM c.platform_id)
"""

_HOLD: Final = """
UPDATE recon.match AS t SET sieve_key = h.sieve_key, sieve_month = h.month
FROM staged_match AS s LEFT JOIN sieve_held_now AS h USING (platform_id)
WHERE t.link = %(link)s AND t.object = %(object)s AND t.platform_id = s.platform_id
    AND (t.sieve_key, t.sieve_month) IS DISTINCT FROM (h.sieve_key, h.month)
"""
