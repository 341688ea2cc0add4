"""How a declared table stands in Postgres: names, system columns, types. No SQL runs here."""

from __future__ import annotations

import hashlib
from typing import Final

from psycopg import sql

from intacct_pipelines.domain.catalog import Table

SYSTEM_COLUMNS: Final = {
    "custom_fields": "jsonb",
    "_hash": "bigint",
    "_synced_at": "timestamptz",
    "_deleted": "boolean",
    "_deleted_at": "timestamptz",
    "_deleted_by": "text",
    "_run_id": "text",
}
"""Columns of every source table after the declared ones, and their types."""

VERSION_COLUMNS: Final = {"valid_from": "timestamptz", "valid_to": "timestamptz"}
"""What a row of ``versions`` has besides: the instants between which it was the current one."""

COMMENTS: Final = {
    "entity": "The entity's partition key, <company>:<entity id>.",
    "custom_fields": "Fields that the company defined itself, as JSON.",
    "_hash": "Hash of the row's content; rows with the same hash are the same.",
    "_synced_at": "When this version of the row was stored.",
    "_deleted": "Whether the source no longer has the record.",
    "_deleted_at": "When the source deleted it, or when its absence was noticed.",
    "_deleted_by": "Who deleted it, where the source says so.",
    "_run_id": "The run that stored this version.",
}


def column_types(table: Table) -> dict[str, str]:
    """Return every column of a source table and its Postgres type, in order."""
    return {
        "entity": "text",
        **{column.name: column.postgres_type for column in table.columns},
        **SYSTEM_COLUMNS,
    }


def parent_name(table: Table) -> sql.Identifier:
    """Return the table that people query; it is partitioned by entity."""
    return sql.Identifier(table.schema, table.name)


def version_name(table: Table) -> sql.Identifier:
    """Return the table of earlier versions."""
    return sql.Identifier("versions", f"{table.schema}_{table.name}")


def part_name(table: Table, entity: str) -> str:
    """Return the name, in schema ``partitions``, of one entity's part; ids of any length and characters fit."""
    digest = hashlib.sha256(entity.encode()).hexdigest()[:12]
    return f"{table.schema}_{table.name}_{digest}"
