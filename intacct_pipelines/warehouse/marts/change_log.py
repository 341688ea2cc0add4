"""What happened to which record, when, and by whom: the view ``marts.change_log``, over every table of the catalog.

Each version of a row is one change: of the version before it, which ended when this one began. Only rows that are asked
for are compared. A record is found by its key and entity, recent changes by the summaries (BRIN) of ``_synced_at`` and
``valid_from``; so neither reads a table whole. Columns that hold personal data show that they changed, not how.
"""

from __future__ import annotations

from typing import Final

from psycopg import sql

from intacct_pipelines.domain.catalog import TABLES, Kind, Table
from intacct_pipelines.domain.catalog.intacct.audit import AUDIT_EVENT, DELETED
from intacct_pipelines.domain.catalog.marts import CHANGE_LOG, LOGGED_TABLES
from intacct_pipelines.domain.records import CUSTOM_FIELDS
from intacct_pipelines.warehouse.marts.as_of import versions_name
from intacct_pipelines.warehouse.place import key_text
from intacct_pipelines.warehouse.tables import SYSTEM_COLUMNS, VERSION_COLUMNS, parent_name, version_name

_NAMES: Final = ("document_no", "reference_no", "name", "title")
"""By what people call a record that has no id of their own making, the best first."""
_MASK: Final = sql.Literal("***")
_NO_INSTANT: Final = sql.SQL("NULL::timestamptz")
_NOT_COMPARED: Final = ["entity", *(name for name in SYSTEM_COLUMNS if name != "custom_fields"), *VERSION_COLUMNS]
_SKEW: Final = sql.SQL("interval '5 minutes'")
"""How far apart the times of a record and of its audit entry may be."""
_IS_FOUND: Final = sql.SQL("(c.change = 'deleted' OR c.own_time IS NULL)")
"""Whether nothing but our finding it tells when it happened: some time after the version before was found."""
_VIEW: Final = """
    CREATE VIEW {view} AS
    SELECT
        c.entity, c.table_name, c.record_no, c.record_id, c.record_name, c.change, c.valid_from,
        nullif(c.valid_to, 'infinity') AS valid_to,
        compared.changes, told.audit_id, told.happened_at AS changed_at,
        coalesce(told.user_id, nullif(c._deleted_by, '')) AS changed_by, told.source AS changed_through, c.run_id
    FROM ({changes}) AS c
    CROSS JOIN LATERAL (
        SELECT coalesce(
            jsonb_object_agg(key, jsonb_build_object('old', {shown_old}, 'new', {shown_new})), '{{}}'
        ) AS changes
        FROM jsonb_each(c.old) AS old JOIN jsonb_each(c.new) AS new USING (key)
        WHERE old.value <> new.value AND key <> ALL ({not_compared})
    ) AS compared
    LEFT JOIN LATERAL (
        SELECT a.audit_id, a.happened_at, a.user_id, a.source
        FROM {audit} AS a
        WHERE a.entity = c.entity AND a.object_key = ANY (c.audit_keys) AND lower(a.object_type) = c.audit_type
            AND (c.is_line OR a.access_mode = ANY (CASE c.change
                WHEN 'added' THEN {created} WHEN 'deleted' THEN {deleted} ELSE {changed} END))
            AND a.happened_at >= CASE WHEN {is_found} THEN c.old_from ELSE c.own_time END - {skew}
            AND a.happened_at <=
                CASE WHEN {is_found} THEN greatest(c.valid_from, c.own_time) ELSE c.own_time END + {skew}
        ORDER BY CASE WHEN NOT {is_found} THEN abs(extract(epoch FROM a.happened_at - c.own_time)) END,
            a.happened_at DESC, a.audit_id DESC
        LIMIT 1
    ) AS told ON true
    WHERE c.change <> 'changed' OR compared.changes <> '{{}}'
"""
_CHANGES_OF_ONE: Final = """
    SELECT
        v.entity, {name}::text AS table_name, {record_no} AS record_no, {record_id} AS record_id,
        {record_name} AS record_name,
        CASE WHEN p.entity IS NULL OR p._deleted AND NOT v._deleted THEN 'added'
            WHEN v._deleted AND NOT p._deleted THEN 'deleted' ELSE 'changed' END AS change,
        v.valid_from, v.valid_to, v._run_id AS run_id, v._deleted_by, to_jsonb(p) AS old, to_jsonb(v) AS new,
        {hidden} AS hidden, {audit_type}::text AS audit_type, {audit_keys} AS audit_keys, {is_line} AS is_line,
        CASE WHEN v._deleted THEN v._deleted_at
            WHEN p.entity IS NULL OR p._deleted THEN {made_at}
            WHEN {modified_at} IS DISTINCT FROM {old_modified_at} THEN {modified_at} END AS own_time,
        coalesce(p.valid_from, v.valid_from) AS old_from
    FROM {versions} AS v LEFT JOIN {earlier} AS p
        ON p.entity = v.entity AND {same} AND p.valid_to = v.valid_from
"""


def change_log() -> sql.Composed:
    """Return the statement that makes the view."""
    return sql.SQL(_VIEW).format(
        view=sql.Identifier(CHANGE_LOG.schema, CHANGE_LOG.name),
        changes=sql.SQL(" UNION ALL ").join(_changes_of(table) for table in LOGGED_TABLES),
        not_compared=_texts(_NOT_COMPARED),
        audit=parent_name(AUDIT_EVENT),
        created=_texts(["C", "Create"]),
        deleted=_texts(list(DELETED)),
        changed=_texts(["M", "Modify", "W", "Workflow"]),
        shown_old=_shown("old"),
        shown_new=_shown("new"),
        is_found=_IS_FOUND,
        skew=_SKEW,
    )


def _changes_of(table: Table) -> sql.Composed:
    audited = TABLES[f"{table.schema}.{table.parent}"] if table.parent and not table.audit_type else table
    is_line = audited is not table
    modified_at, made_at = _instant(table, "modified_at"), _instant(table, "created_at", "modified_at")
    key_columns = sql.SQL(" AND ").join(
        sql.SQL("p.{key} = v.{key}").format(key=sql.Identifier(name)) for name in table.key
    )
    is_numbered = len(table.key) == 1 and table.column(table.key[0]).kind is Kind.INTEGER
    own_key = sql.Identifier("v", table.key[0])
    return sql.SQL(_CHANGES_OF_ONE).format(
        name=sql.Literal(table.qualified_name),
        record_no=own_key if is_numbered else sql.SQL("NULL::bigint"),
        record_id=sql.SQL("NULL::text") if is_numbered else own_key if len(table.key) == 1 else key_text(table, "v"),
        record_name=_name(table),
        hidden=_texts([column.name for column in table.columns if column.pii] + [CUSTOM_FIELDS]),
        audit_type=sql.Literal(audited.audit_type or None),
        audit_keys=_audit_keys(table, is_line=is_line),
        is_line=sql.Literal(is_line),
        made_at=made_at,
        modified_at=modified_at,
        old_modified_at=_instant(table, "modified_at", alias="p"),
        versions=versions_name(table),
        earlier=version_name(table),
        same=key_columns,
    )


def _shown(side: str) -> sql.Composed:
    return sql.SQL(
        "CASE WHEN key = ANY (c.hidden) AND {value} <> 'null' THEN to_jsonb({mask}::text) ELSE {value} END"
    ).format(value=sql.Identifier(side, "value"), mask=_MASK)


def _instant(table: Table, *names: str, alias: str = "v") -> sql.Composable:
    known = [sql.Identifier(alias, name) for name in names if name in table.column_names]
    return sql.SQL("coalesce({})").format(sql.SQL(", ").join(known)) if known else _NO_INSTANT


def _name(table: Table) -> sql.Composable:
    known = [name for name in (table.business_key, *_NAMES) if name in table.column_names]
    if not known:
        return sql.SQL("NULL::text")
    cell = sql.Identifier("v", known[0])
    return sql.SQL("CASE WHEN {} IS NOT NULL THEN {} END").format(cell, _MASK) if table.column(known[0]).pii else cell


def _audit_keys(table: Table, *, is_line: bool) -> sql.Composable:
    """By what the audit history may name the record, or the document whose line it is."""
    names = [table.parent_key] if is_line else [table.key[0], *filter(None, [table.business_key])]
    return sql.SQL("ARRAY[{}]").format(
        sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier("v", n)) for n in names)
    )


def _texts(words: list[str]) -> sql.Composed:
    return sql.SQL("{}::text[]").format(sql.Literal(words))
