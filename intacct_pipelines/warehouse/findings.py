"""Findings: one for each root cause of differences. They open and close by what reconciliation stores, never by hand.

The differences of one root (a missing vendor, closed books) are one finding; those without a root are one for each
object, kind, field and cause. A cause that is mended closes its finding with all its records at once (S-ERR-44),
however many they are (S-ERR-45).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from psycopg import sql
from psycopg.rows import dict_row

from intacct_pipelines.domain.reconciled import NO_ONE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    import psycopg

    from intacct_pipelines.warehouse.connection import Warehouse

_KEY: Final = ("link", "object", "kind", "field", "cause", "root")
_FACTS: Final = (
    "entity",
    "root_name",
    "verdict",
    "rule",
    "turn",
    "reason",
    "remedy",
    "records",
    "differences",
    "money_at_stake",
    "oldest_at",
    "examples",
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One root cause and what it touches; the columns are those of ``ops.finding``.

    ``money_at_stake`` is by currency. ``examples`` are up to five records with ``platform_id``, ``intacct_record_no``,
    ``intacct_id``, ``field``, ``platform_value``, ``intacct_value``, ``money_at_stake`` and ``currency``, all as text.
    """

    finding_id: int
    link: str
    entity: str
    object: str
    kind: str
    field: str
    cause: str
    root: str
    root_name: str
    verdict: str
    rule: str
    turn: str
    reason: str
    remedy: str
    records: int
    differences: int
    money_at_stake: dict[str, Decimal]
    oldest_at: datetime
    examples: list[dict[str, str | None]]
    first_seen_at: datetime
    last_seen_at: datetime
    closed_at: datetime | None
    run_id: str

    @property
    def is_open_break(self) -> bool:
        """Whether something is wrong that no rule explains."""
        return self.closed_at is None and self.verdict == "break"

    @property
    def awaits_a_person(self) -> bool:
        """Whether it is open and a person has to do something about it."""
        return self.closed_at is None and self.turn not in NO_ONE


def store_findings(connection: psycopg.Connection, run: Mapping[str, object]) -> None:
    """Renew the findings of one link and object from its current differences.

    Args:
        connection: In the transaction that stored the differences.
        run: ``link``, ``object``, ``run_id`` and ``now``.
    """
    connection.execute("DROP TABLE IF EXISTS staged_finding")
    # What was just stored is unknown to the planner, which then joins row by row: of thousands, all with all.
    connection.execute("SET LOCAL enable_nestloop = off")
    connection.execute(_STAGE, run)
    connection.execute("SET LOCAL enable_nestloop = on")
    connection.execute(_CLOSE, run)
    connection.execute(_OPEN_OR_RENEW, run)


def findings(
    warehouse: Warehouse,
    *,
    entity: str | None = None,
    links: Sequence[str] | None = None,
    object_name: str | None = None,
    with_closed: bool = False,
) -> list[Finding]:
    """Return findings, the worst first: breaks, then what a person has to do, then most records.

    Args:
        warehouse: Where they are.
        entity: Partition key of the entity; all by default.
        links: Names of links; all by default.
        object_name: One object; all by default.
        with_closed: Also those that are no longer found, newest first after all open ones.
    """
    with warehouse.transaction("reading findings") as connection:
        return read_findings(connection, entity=entity, links=links, object_name=object_name, with_closed=with_closed)


def read_findings(
    connection: psycopg.Connection,
    *,
    entity: str | None = None,
    links: Sequence[str] | None = None,
    object_name: str | None = None,
    with_closed: bool = False,
) -> list[Finding]:
    """Return findings as ``findings`` does, within a transaction."""
    asked = {"entity": entity, "links": links, "object": object_name, "with_closed": with_closed}
    with connection.cursor(row_factory=dict_row) as cursor:
        return [_finding(row) for row in cursor.execute(_READ, asked).fetchall()]


def _finding(row: dict[str, Any]) -> Finding:
    money = {currency: Decimal(amount) for currency, amount in sorted(row["money_at_stake"].items())}
    return Finding(**{**row, "money_at_stake": money})


def _names(columns: tuple[str, ...], table: str = "") -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(table, name) if table else sql.Identifier(name) for name in columns)


_STAGE: Final = """
CREATE TEMPORARY TABLE staged_finding ON COMMIT DROP AS
WITH d AS (
    SELECT d.*, CASE root WHEN '' THEN kind ELSE '' END AS found_kind,
        CASE root WHEN '' THEN field ELSE '' END AS found_field,
        concat_ws(chr(31), coalesce(platform_id, ''), intacct_record_no::text) AS record
    FROM recon.difference AS d WHERE link = %(link)s AND object = %(object)s
), per_record AS (
    -- A record that differs in several fields has its money at stake once.
    SELECT cause, root, found_kind, found_field, record, currency, max(money_at_stake) AS money
    FROM d GROUP BY 1, 2, 3, 4, 5, 6
), per_currency AS (
    SELECT cause, root, found_kind, found_field, currency, sum(money) AS money
    FROM per_record WHERE currency <> '' GROUP BY 1, 2, 3, 4, 5
), money AS (
    SELECT cause, root, found_kind, found_field, jsonb_object_agg(currency, money::text) AS money_at_stake
    FROM per_currency GROUP BY 1, 2, 3, 4
), ranked AS (
    SELECT d.*, row_number() OVER (PARTITION BY cause, root, found_kind, found_field, record
                                   ORDER BY money_at_stake DESC, kind, field) AS in_record
    FROM d
), shown AS (
    SELECT *, row_number() OVER (PARTITION BY cause, root, found_kind, found_field
                                 ORDER BY money_at_stake DESC, record) AS place
    FROM ranked WHERE in_record = 1
), examples AS (
    SELECT cause, root, found_kind, found_field, jsonb_agg(jsonb_build_object(
        'platform_id', platform_id, 'intacct_record_no', intacct_record_no::text, 'intacct_id', intacct_id,
        'field', field, 'platform_value', platform_value, 'intacct_value', intacct_value,
        'money_at_stake', money_at_stake::text, 'currency', currency) ORDER BY place) AS examples
    FROM shown WHERE place <= 5 GROUP BY 1, 2, 3, 4
)
SELECT min(link) AS link, min(object) AS object, found_kind AS kind, found_field AS field, cause, root,
    min(entity) AS entity, max(root_name) AS root_name, min(verdict) AS verdict, min(rule) AS rule, min(turn) AS turn,
    min(reason) AS reason, min(remedy) AS remedy, count(DISTINCT record) AS records, count(*) AS differences,
    coalesce(min(money.money_at_stake::text), '{}')::jsonb AS money_at_stake,
    min(coalesce(changed_at, first_seen_at)) AS oldest_at, min(examples.examples::text)::jsonb AS examples
FROM d LEFT JOIN money USING (cause, root, found_kind, found_field)
    JOIN examples USING (cause, root, found_kind, found_field)
GROUP BY cause, root, found_kind, found_field
"""

_CLOSE: Final = """
UPDATE ops.finding AS f SET closed_at = greatest(%(now)s, last_seen_at)
WHERE link = %(link)s AND object = %(object)s AND closed_at IS NULL AND NOT EXISTS (
    SELECT 1 FROM staged_finding AS s
    WHERE (s.kind, s.field, s.cause, s.root) = (f.kind, f.field, f.cause, f.root))
"""

_OPEN_OR_RENEW: Final = sql.SQL(
    "INSERT INTO ops.finding AS f ({key}, {facts}, first_seen_at, last_seen_at, run_id) "
    "SELECT {key}, {facts}, %(now)s, %(now)s, %(run_id)s FROM staged_finding "
    "ON CONFLICT ({key}) WHERE closed_at IS NULL DO UPDATE SET "
    "({facts}, last_seen_at, run_id) = ROW ({new}, greatest(f.last_seen_at, excluded.last_seen_at), excluded.run_id)"
).format(key=_names(_KEY), facts=_names(_FACTS), new=_names(_FACTS, "excluded"))

_READ: Final = """
SELECT finding_id, link, entity, object, kind, field, cause, root, root_name, verdict, rule, turn, reason, remedy,
    records, differences, money_at_stake, oldest_at, examples, first_seen_at, last_seen_at, closed_at, run_id
FROM ops.finding
WHERE (%(entity)s::text IS NULL OR entity = %(entity)s) AND (%(links)s::text[] IS NULL OR link = ANY(%(links)s))
    AND (%(object)s::text IS NULL OR object = %(object)s) AND (closed_at IS NULL OR %(with_closed)s)
ORDER BY closed_at DESC NULLS FIRST, verdict <> 'break', turn IN ('nobody', 'next sync'), records DESC, finding_id
"""
