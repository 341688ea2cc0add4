"""Bringing a database to this version's tables: numbered SQL files, then the tables of the catalog, then the views.

The files in ``migrations`` run once each, in the order of their numbers. The sources' tables need no file: what the
catalog declares and the database lacks is created. A column that vanished or has another type is never altered
silently, since every row would have to be read again: it is a ``SchemaDriftError`` that a numbered file must solve.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Final

import psycopg
from psycopg import sql

from intacct_pipelines.domain.catalog import TABLES, Table
from intacct_pipelines.errors import ConfigurationError, SchemaDriftError
from intacct_pipelines.warehouse.marts import drop_stale_views, make_views
from intacct_pipelines.warehouse.place import names
from intacct_pipelines.warehouse.tables import COMMENTS, VERSION_COLUMNS, column_types, parent_name, version_name

_LOCK_KEY: Final = 0x1A7ACC7
_VIEWS_BEGAN: Final = 4
"""The migration from which on there are views."""
_SUMMARY: Final = sql.SQL("CREATE INDEX ON {} USING brin ({}) WITH (pages_per_range = 32, autosummarize = on)")
"""Finds what is recent: rows that were written lately stand together. It costs a load next to nothing."""
_FILE_NAME: Final = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")
_LEDGER: Final = """
    CREATE SCHEMA IF NOT EXISTS ops;
    CREATE TABLE IF NOT EXISTS ops.migration (
        number integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT clock_timestamp());
    COMMENT ON TABLE ops.migration IS 'The numbered SQL files that have run.'
"""


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered SQL file."""

    number: int
    name: str
    statements: str


def migrations() -> list[Migration]:
    """Return the numbered files in order.

    Raises:
        ConfigurationError: Two files have the same number, or a name is not ``NNNN_words.sql``.
    """
    found: dict[int, Migration] = {}
    for entry in sorted(resources.files(__package__).joinpath("migrations").iterdir(), key=lambda each: each.name):
        if not entry.name.endswith(".sql"):
            continue
        match = _FILE_NAME.fullmatch(entry.name)
        if match is None or int(match[1]) in found:
            raise ConfigurationError(f"the migration {entry.name} has no number of its own; name it NNNN_words.sql")
        found[int(match[1])] = Migration(int(match[1]), entry.name, entry.read_text(encoding="utf-8"))
    return [found[number] for number in sorted(found)]


def migrate(connection: psycopg.Connection, tables: Iterable[Table] = TABLES.values()) -> None:
    """Bring the database to this version, in the caller's transaction; others who try meanwhile wait.

    Raises:
        SchemaDriftError: A stored column vanished from the catalog or has another type there.
    """
    connection.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK_KEY])
    connection.execute(_LEDGER)
    applied = {number for (number,) in connection.execute("SELECT number FROM ops.migration")}
    pending = [migration for migration in migrations() if migration.number not in applied]
    if _VIEWS_BEGAN in applied:
        drop_stale_views(connection, must=bool(pending))
    for migration in pending:
        connection.execute(migration.statements.encode())
        connection.execute(
            "INSERT INTO ops.migration (number, name) VALUES (%s, %s)", [migration.number, migration.name]
        )
    stored = _stored_columns(connection)
    for table in tables:
        migrate_table(connection, table, stored)
    make_views(connection)


def migrate_table(
    connection: psycopg.Connection, table: Table, stored: Mapping[tuple[str, str], Mapping[str, str]]
) -> None:
    """Create what the catalog declares and the database lacks: the table, its versions, and columns of both.

    Raises:
        SchemaDriftError: See ``migrate``.
    """
    current = (table.schema, table.name)
    versions = ("versions", f"{table.schema}_{table.name}")
    declared = column_types(table)
    kept = {**declared, **VERSION_COLUMNS}
    if current not in stored:
        connection.execute(_create(parent_name(table), declared, (*table.key, "entity"), partitioned=True))
        if table.parent_key:
            parent_key = sql.Identifier(table.parent_key)
            connection.execute(sql.SQL("CREATE INDEX ON {} ({})").format(parent_name(table), parent_key))
        if table.looked_up_by:
            columns = names(table.looked_up_by)
            connection.execute(sql.SQL("CREATE INDEX ON {} ({})").format(parent_name(table), columns))
        connection.execute(_SUMMARY.format(parent_name(table), sql.Identifier("_synced_at")))
        _comment(connection, table)
    else:
        _alter(connection, parent_name(table), table, stored[current], declared)
    if versions not in stored:
        connection.execute(_create(version_name(table), kept, ("entity", *table.key, "valid_from"), partitioned=False))
        connection.execute(_SUMMARY.format(version_name(table), sql.SQL("valid_from, valid_to")))
        words = sql.Literal(f"Earlier versions of {table.qualified_name}.")
        connection.execute(sql.SQL("COMMENT ON TABLE {} IS {}").format(version_name(table), words))
    else:
        _alter(connection, version_name(table), table, stored[versions], kept)


def _stored_columns(connection: psycopg.Connection) -> dict[tuple[str, str], dict[str, str]]:
    """Return the types of all columns, by schema and table, as Postgres writes them."""
    rows = connection.execute(
        """
        SELECT n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod)
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p') AND NOT c.relispartition
          AND n.nspname !~ '^(pg_|information_schema$)'
        """
    )
    stored: dict[tuple[str, str], dict[str, str]] = {}
    for schema, name, column, kind in rows:
        stored.setdefault((schema, name), {})[column] = kind
    return stored


def _create(name: sql.Composable, columns: Mapping[str, str], key: Iterable[str], *, partitioned: bool) -> sql.Composed:
    definitions = [_definition(column, kind) for column, kind in columns.items()]
    primary = sql.SQL("PRIMARY KEY ({})").format(sql.SQL(", ").join(sql.Identifier(part) for part in key))
    tail = sql.SQL(" PARTITION BY LIST (entity)") if partitioned else sql.SQL("")
    body = sql.SQL(",\n").join([*definitions, primary])
    return sql.SQL("CREATE TABLE {} (\n{}\n){}").format(name, body, tail)


def _definition(column: str, kind: str) -> sql.Composed:
    # Types come from the catalog's closed list, never from data.
    collation = sql.SQL(' COLLATE "C"') if column == "entity" else sql.SQL("")
    needed = sql.SQL(" NOT NULL") if column in {"entity", "_hash", "_synced_at", "_run_id", "_deleted"} else sql.SQL("")
    default = sql.SQL(" DEFAULT false") if column == "_deleted" else sql.SQL("")
    return sql.SQL("{} {}{}{}{}").format(sql.Identifier(column), sql.SQL(kind), collation, default, needed)


def _alter(
    connection: psycopg.Connection,
    name: sql.Composable,
    table: Table,
    stored: Mapping[str, str],
    declared: Mapping[str, str],
) -> None:
    """Add missing columns; refuse any other difference."""
    vanished = sorted(set(stored) - set(declared))
    changed = sorted(column for column in stored if column in declared and stored[column] != _spelled(declared[column]))
    if vanished or changed:
        parts = [f"{column} vanished" for column in vanished]
        parts += [f"{column} is {stored[column]}, declared {declared[column]}" for column in changed]
        raise SchemaDriftError(
            f"{table.qualified_name} is not what the catalog declares: {'; '.join(parts)}.",
            remedy="Add a numbered file under warehouse/migrations that converts the column.",
        )
    missing = [column for column in declared if column not in stored]
    for column in missing:
        connection.execute(sql.SQL("ALTER TABLE {} ADD COLUMN {}").format(name, _definition(column, declared[column])))
    if missing:
        _comment(connection, table)


def _spelled(kind: str) -> str:
    """Return a type's name as ``format_type`` spells it."""
    return "timestamp with time zone" if kind == "timestamptz" else kind


def _comment(connection: psycopg.Connection, table: Table) -> None:
    """Put the catalog's descriptions where every SQL client shows them."""
    name = parent_name(table)
    connection.execute(sql.SQL("COMMENT ON TABLE {} IS {}").format(name, sql.Literal(table.description)))
    words = {column.name: column.description for column in table.columns} | COMMENTS
    for column, text in words.items():
        place = sql.SQL("{}.{}").format(name, sql.Identifier(column))
        connection.execute(sql.SQL("COMMENT ON COLUMN {} IS {}").format(place, sql.Literal(text)))
