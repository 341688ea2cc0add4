"""The revision of source records: what an item was planned from, and whether that is still so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from intacct_pipelines.domain.catalog import TABLES, Kind
from intacct_pipelines.domain.pushed import PUSHED

if TYPE_CHECKING:
    from collections.abc import Sequence

    import psycopg

    from intacct_pipelines.domain.catalog import Table
    from intacct_pipelines.domain.pushed import Pushed


def stored_revisions(
    cursor: psycopg.Cursor[dict[str, Any]], entity: str, object_name: str, source_ids: Sequence[str]
) -> dict[str, str]:
    """Return the revision of each record as the warehouse holds it now; see ``Journal.stored_revisions``."""
    rows = cursor.execute(_REVISIONS[object_name], {"entity": entity, "ids": list(source_ids)}).fetchall()
    return {row["id"]: row["revision"] for row in rows}


def _query(pushed: Pushed) -> str:
    """Return the query of one object: a hash over the record's own and its lines'; nothing for what is out of date."""
    source, key = pushed.source.qualified_name, pushed.source.key[0]
    typed_array = "%(ids)s::bigint[]" if pushed.source.column(key).kind is Kind.INTEGER else "%(ids)s"
    hashes = "".join(
        f""" || coalesce((SELECT string_agg(l._hash::text, ',' ORDER BY {_key(lines)}) {_of(lines, key)}), '')"""
        for lines in pushed.source_lines
    )
    held_back = "".join(
        f""" AND NOT EXISTS (SELECT 1 {_of(lines, key)} AND {_key(lines)} = ANY ({_quarantined(lines)}))"""
        for lines in pushed.source_lines
    )
    return f"""
    SELECT s.{key}::text AS id, encode(sha256(convert_to(s._hash::text{hashes}, 'UTF8')), 'hex') AS revision
    FROM {source} AS s
    WHERE s.entity = %(entity)s AND s.{key} = ANY({typed_array}) AND NOT s._deleted
        AND s.{key}::text <> ALL ({_quarantined(pushed.source)}){held_back}"""  # noqa: S608  # names from the catalog


def _key(lines: Table) -> str:
    """Return the key of a line as quarantine carries it."""
    columns = ", ".join(f"l.{name}" for name in lines.key)
    return f"concat_ws('/', {columns})"


def _of(lines: Table, key: str) -> str:
    return f"""FROM {lines.qualified_name} AS l
        WHERE l.entity = s.entity AND l.{lines.parent_key} = s.{key} AND NOT l._deleted"""


def _quarantined(table: Table) -> str:
    return f"""ARRAY (SELECT key FROM quarantine.row
        WHERE resolved_at IS NULL AND entity = %(entity)s AND table_name = '{table.qualified_name}')"""  # noqa: S608  # names from the catalog


def _query_of_spans(pushed: Pushed) -> str:
    """Return the query of an object whose records are all rows of a period: a hash over what counts of these rows.

    A day before and after is taken along, since an instant's day depends on the time zone. Of which period a row in
    quarantine is nobody knows, so each counts for all.
    """
    rows = " UNION ALL ".join(
        f"""SELECT jsonb_build_array('{name}', r.{TABLES[name].key[0]}, {", ".join(f"r.{one}" for one in told)})::text
            FROM {name} AS r
            WHERE r.entity = %(entity)s AND NOT r._deleted AND r.{told[0]} >= w.first - 1 AND r.{told[0]} < w.last + 2
            UNION ALL SELECT jsonb_build_array(table_name, key)::text FROM quarantine.row
            WHERE resolved_at IS NULL AND entity = %(entity)s AND table_name = '{name}'"""  # noqa: S608  # names from the catalog
        for name, told in pushed.spans.items()
    )
    return f"""
    SELECT w.id, encode(sha256(convert_to(coalesce(
        (SELECT string_agg(word, ',' ORDER BY word) FROM ({rows}) AS told (word)), ''), 'UTF8')), 'hex') AS revision
    FROM (SELECT id, to_date(left(right(id, 17), 8), 'YYYYMMDD') AS first, to_date(right(id, 8), 'YYYYMMDD') AS last
        FROM unnest(%(ids)s::text[]) AS wanted (id)) AS w"""  # noqa: S608  # names from the catalog


_REVISIONS: Final = {
    name: _query_of_spans(pushed) if pushed.spans else _query(pushed) for name, pushed in PUSHED.items()
}
