"""Learning pairs: what reconciliation finds, likeness proposes and people decide, in ``mapping.crosswalk``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from psycopg.types.json import Jsonb

from intacct_pipelines.warehouse.recon_tables import values

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    import psycopg

RECONCILIATION: Final = "reconciliation"
"""Who decided a pair that was found without a person."""


def learn_pairs(connection: psycopg.Connection, run: Mapping[str, object]) -> None:
    """Confirm the pairs that were found, but for those of an id alone (S-VEN-08); what a person refused stays so."""
    connection.execute(_FORGET_REPLACED, run)
    connection.execute(_CONFIRM_FOUND, {**run, "by": RECONCILIATION})


def learn_settled_pairs(connection: psycopg.Connection, run: Mapping[str, object]) -> None:
    """Confirm the pairs that the sieve of this transaction settled."""
    connection.execute(_CONFIRM_SETTLED, {**run, "by": RECONCILIATION})


def decide_pair(connection: psycopg.Connection, pair: Mapping[str, object]) -> None:
    """Write down a decision; a confirmed pair takes the place of older ones of its records."""
    if pair["status"] == "confirmed":
        connection.execute(_FORGET_OTHERS, pair)
    connection.execute(_DECIDE, pair)


def propose_pairs(connection: psycopg.Connection, proposals: pd.DataFrame, run: Mapping[str, object]) -> None:
    """Replace the open proposals; what a person decided stays."""
    columns = ("platform_id", "intacct_record_no", "intacct_id", "likeness", "evidence")
    rows = list(values(proposals, columns))
    connection.execute(
        "DELETE FROM mapping.crosswalk WHERE link = %(link)s AND object = %(object)s AND status = 'proposed' "
        "AND NOT (platform_id, intacct_record_no) IN (SELECT * FROM unnest(%(ids)s::text[], %(record_nos)s::bigint[]))",
        {**run, "ids": [row[0] for row in rows], "record_nos": [row[1] for row in rows]},
    )
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.executemany(
            _PROPOSE,
            [
                {
                    **run,
                    "platform_id": platform_id,
                    "record_no": record_no,
                    "intacct_id": intacct_id,
                    "evidence": Jsonb({"likeness": str(likeness), "why": why}),
                    "by": RECONCILIATION,
                }
                for platform_id, record_no, intacct_id, likeness, why in rows
            ],
        )


# A pair that took a record from another pair: Intacct's record was replaced by a new one (S-BIL-08).
_FORGET_REPLACED: Final = """
DELETE FROM mapping.crosswalk AS c USING staged_match AS s
WHERE c.link = %(link)s AND c.object = %(object)s AND c.status = 'confirmed' AND s.method <> 'crosswalk'
    AND (c.platform_id = s.platform_id OR c.intacct_record_no = s.intacct_record_no)
    AND (c.platform_id, c.intacct_record_no) <> (s.platform_id, s.intacct_record_no)
"""

_CONFIRM: Final = """
INSERT INTO mapping.crosswalk AS c (link, object, platform_id, intacct_record_no, intacct_id, status, evidence,
    decided_by, decided_at)
SELECT %(link)s, %(object)s, platform_id, {record_no}, intacct_id, 'confirmed',
    jsonb_build_object('method', method), %(by)s, %(now)s
FROM {found} WHERE method <> 'crosswalk'{sure}
ON CONFLICT (link, object, platform_id, intacct_record_no) DO UPDATE SET intacct_id = excluded.intacct_id,
    status = excluded.status, evidence = excluded.evidence, decided_by = excluded.decided_by,
    decided_at = excluded.decided_at
WHERE c.status = 'proposed'
"""
# An id alone may have been given to somebody else; such a pair waits until the names agree, or a person confirms it.

# An id alone may have been given to somebody else; such a pair waits until the names agree, or a person confirms it.
_SAME_NAME: Final = """
    AND NOT (method = 'natural_key' AND EXISTS (SELECT FROM staged_difference AS d
        WHERE d.platform_id = staged_match.platform_id AND d.field = 'name'))"""

_CONFIRM_FOUND: Final = _CONFIRM.format(record_no="intacct_record_no", found="staged_match", sure=_SAME_NAME)

_CONFIRM_SETTLED: Final = _CONFIRM.format(record_no="record_no", found="sieve_settled", sure="")

_PROPOSE: Final = """
INSERT INTO mapping.crosswalk (link, object, platform_id, intacct_record_no, intacct_id, status, evidence, decided_by,
    decided_at)
VALUES (%(link)s, %(object)s, %(platform_id)s, %(record_no)s, %(intacct_id)s, 'proposed', %(evidence)s, %(by)s,
    %(now)s)
ON CONFLICT (link, object, platform_id, intacct_record_no) DO NOTHING
"""

_FORGET_OTHERS: Final = """
DELETE FROM mapping.crosswalk WHERE link = %(link)s AND object = %(object)s AND status = 'confirmed'
    AND (platform_id = %(platform_id)s OR intacct_record_no = %(record_no)s)
"""

_DECIDE: Final = """
INSERT INTO mapping.crosswalk (link, object, platform_id, intacct_record_no, intacct_id, status, evidence, decided_by,
    decided_at)
VALUES (%(link)s, %(object)s, %(platform_id)s, %(record_no)s, %(intacct_id)s, %(status)s, %(evidence)s, %(by)s,
    %(now)s)
ON CONFLICT (link, object, platform_id, intacct_record_no) DO UPDATE SET intacct_id = excluded.intacct_id,
    status = excluded.status, evidence = excluded.evidence, decided_by = excluded.decided_by,
    decided_at = excluded.decided_at
"""
