"""Rejected rows: kept once per record and reason, closed when a good copy arrives or the record is gone."""

from __future__ import annotations

from collections.abc import Sequence

from psycopg import sql

from intacct_pipelines.domain.records import Deletion, Reject, WindowKind
from intacct_pipelines.warehouse.place import Place, key_text, scalar

_OPEN = sql.SQL("q.table_name = %(table)s AND q.entity = %(entity)s AND q.resolved_at IS NULL")


def store_rejects(place: Place, rejects: Sequence[Reject]) -> None:
    """Keep the rejects; one that is open already is only seen again."""
    latest = {(reject.key or reject.fragment, reject.column, reject.check): reject for reject in rejects}
    if not latest:
        return
    with place.connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO quarantine.row (table_name, entity, key, column_name, check_name, value, rule, fragment, "
            "first_seen_at, last_seen_at, run_id) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, clock_timestamp(), "
            "clock_timestamp(), %s) ON CONFLICT (table_name, entity, (CASE WHEN key = '' THEN md5(fragment) ELSE key "
            "END), column_name, check_name) WHERE resolved_at IS NULL DO UPDATE SET value = excluded.value, "
            "rule = excluded.rule, fragment = excluded.fragment, last_seen_at = excluded.last_seen_at, "
            "run_id = excluded.run_id",
            [
                (
                    *(
                        place.table.qualified_name,
                        place.entity,
                        *map(_storable, (reject.key, reject.column, reject.check)),
                    ),
                    *map(_storable, (reject.value, reject.rule, reject.fragment)),
                    place.run_id,
                )
                for reject in latest.values()
            ],
        )


def resolve(place: Place, arrived: sql.Identifier, deletions: Sequence[Deletion], rejected_keys: Sequence[str]) -> None:
    """Close what is open for records that arrived well now, were deleted, or are not there any more.

    Args:
        place: The table and entity.
        arrived: The table with the good rows that arrived.
        deletions: What the source reports as deleted.
        rejected_keys: Keys of the rows that were rejected now; these stay open.
    """
    facts = {"table": place.table.qualified_name, "entity": place.entity}
    some = scalar(
        place.connection, sql.SQL("SELECT EXISTS (SELECT FROM quarantine.row AS q WHERE {})").format(_OPEN), facts
    )
    if not some:
        return
    # A reading of everything proves that what it did not reject is well or gone.
    settled: sql.Composable = sql.SQL("true")
    if place.window.kind is not WindowKind.ALL:
        settled = sql.SQL(
            "(q.key = ANY (%(deleted)s::text[]) OR EXISTS (SELECT FROM {} AS s WHERE {} = q.key))"
        ).format(arrived, key_text(place.table, "s"))
    place.connection.execute(
        sql.SQL(
            "UPDATE quarantine.row AS q SET resolved_at = clock_timestamp(), resolved_run_id = %(run_id)s "
            "WHERE {} AND q.key <> ALL (%(rejected)s::text[]) AND {}"
        ).format(_OPEN, settled),
        {
            **facts,
            "run_id": place.run_id,
            "rejected": list(rejected_keys),
            "deleted": [deletion.key for deletion in deletions],
        },
    )


def _storable(text: str) -> str:
    """Return a text that Postgres can hold: what it cannot is written as its escape, as nothing may be lost."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")
