"""The views that analysts query, made anew whenever their SQL or the catalog changes.

``company`` holds, for each table of Intacct, one row per company and record: an entity's partition also holds what
belongs to the top level, so the same record may stand in several. The files beside this module build on these views.
Packages that know one company read ``sage_intacct_<company>``: the views of ``sage_intacct``, cut to that company.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from importlib import resources
from typing import Final, NamedTuple

import psycopg
from psycopg import errors, sql

from intacct_pipelines.domain.catalog import INTACCT_TABLES, TABLES, Table
from intacct_pipelines.domain.catalog.marts import MARTS
from intacct_pipelines.domain.money import MINOR_DIGITS
from intacct_pipelines.errors import SchemaDriftError
from intacct_pipelines.warehouse.marts.as_of import as_of_objects
from intacct_pipelines.warehouse.marts.change_log import change_log
from intacct_pipelines.warehouse.tables import column_types

COMPANY_SCHEMA: Final = "company"
_PACKAGE_SCHEMA: Final = "sage_intacct"
_OUR_SCHEMAS: Final = f"^({COMPANY_SCHEMA}|marts|{_PACKAGE_SCHEMA}(_.+)?)$"
_FILE_NAME: Final = re.compile(r"\d\d_[a-z0-9_]+\.sql")


def drop_stale_views(connection: psycopg.Connection, *, must: bool) -> None:
    """Drop our views before tables change under them: if what they are made of has changed, or if they ``must`` go.

    Raises:
        SchemaDriftError: Somebody else's view stands on one of these and would have to be dropped with it.
    """
    made = _made(connection)
    existing = set(_objects(connection))
    if must or made.fingerprint != _fingerprint(connection) or not existing.issuperset(made.objects):
        _drop(connection, [name for name in made.objects if name in existing])
        connection.execute("DELETE FROM ops.made_view")


def make_views(connection: psycopg.Connection) -> None:
    """Make all views, in the caller's transaction, unless they are there; then those of companies that are new."""
    if not _made(connection).fingerprint:
        _make_all(connection)
    _make_for_companies(connection)


def _make_all(connection: psycopg.Connection) -> None:
    before = set(_objects(connection))
    for statement in _statements(connection):
        connection.execute(statement.encode())
    made = [name for name in _objects(connection) if name not in before]
    _comment(connection)
    connection.execute(
        "INSERT INTO ops.made_view (fingerprint, objects) VALUES (%s, %s)", [_fingerprint(connection), made]
    )


def _make_for_companies(connection: psycopg.Connection) -> None:
    """Cut the views for packages to each company whose entities are known and that has none yet."""
    companies = connection.execute(
        "SELECT DISTINCT company_id, %s || lower(company_id) FROM company.entity "
        "WHERE to_regclass(quote_ident(%s || lower(company_id)) || '.gl_detail') IS NULL ORDER BY 1",
        [f"{_PACKAGE_SCHEMA}_", f"{_PACKAGE_SCHEMA}_"],
    ).fetchall()
    if not companies:
        return
    before = set(_objects(connection))
    views = connection.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = %s::regnamespace AND relkind = 'v' ORDER BY oid",
        [_PACKAGE_SCHEMA],
    ).fetchall()
    cut = sql.SQL("CREATE VIEW {} AS SELECT * FROM {} WHERE company_id = {}")
    for company, schema in companies:
        connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(schema)))
        for (name,) in views:
            whole = sql.Identifier(_PACKAGE_SCHEMA, name)
            connection.execute(cut.format(sql.Identifier(schema, name), whole, sql.Literal(company)))
    made = [name for name in _objects(connection) if name not in before]
    connection.execute("UPDATE ops.made_view SET objects = objects || %s", [made])


class _Made(NamedTuple):
    fingerprint: str
    objects: list[str]


def _made(connection: psycopg.Connection) -> _Made:
    row = connection.execute("SELECT fingerprint, objects FROM ops.made_view").fetchone()
    return _Made(*row) if row else _Made("", [])


def _statements(connection: psycopg.Connection) -> list[str]:
    made = [_company_view(table) for table in INTACCT_TABLES] + [as_of_objects(table) for table in TABLES.values()]
    made += [change_log(), _minor_digits()]
    return [statement.as_string(connection) for statement in made] + [_read(name) for name in _files()]


def _fingerprint(connection: psycopg.Connection) -> str:
    return hashlib.sha256("\0".join([*_statements(connection), repr(MARTS)]).encode()).hexdigest()


def _files() -> list[str]:
    entries = resources.files(__package__).iterdir()
    return sorted(entry.name for entry in entries if _FILE_NAME.fullmatch(entry.name))


def _read(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")


def _minor_digits() -> sql.Composed:
    """The decimals of a currency, as ``domain.money`` knows them."""
    cases = [
        sql.SQL("WHEN {} THEN {}").format(sql.Literal(currency), sql.Literal(digits))
        for currency, digits in MINOR_DIGITS.items()
    ]
    return sql.SQL(
        "CREATE FUNCTION marts.minor_digits(currency text) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS "
        "$body$ SELECT CASE $1 {} ELSE 2 END $body$"
    ).format(sql.SQL(" ").join(cases))


def _company_view(table: Table) -> sql.Composed:
    """One row per company and record: the youngest copy of those that the entities' partitions hold."""
    key = [sql.Identifier(name) for name in table.key]
    columns = [sql.Identifier(name) for name in column_types(table) if name != "entity"]
    age = sql.SQL("modified_at DESC NULLS LAST, ") if "modified_at" in table.column_names else sql.SQL("")
    return sql.SQL(
        "CREATE VIEW {view} AS SELECT DISTINCT ON (split_part(entity, ':', 1), {key}) "
        "split_part(entity, ':', 1) AS company_id, {columns} FROM {table} "
        "ORDER BY split_part(entity, ':', 1), {key}, {age}_synced_at DESC"
    ).format(
        view=sql.Identifier(COMPANY_SCHEMA, table.name),
        key=sql.SQL(", ").join(key),
        columns=sql.SQL(", ").join(columns),
        table=sql.Identifier(table.schema, table.name),
        age=age,
    )


def _objects(connection: psycopg.Connection) -> list[str]:
    """Return the views and functions of our schemas as DROP names them, in the order in which they were made."""
    rows = connection.execute(
        "SELECT 'VIEW ' || c.oid::regclass::text AS name, c.oid FROM pg_class c WHERE c.relkind = 'v' "
        "AND c.relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname ~ %(schemas)s) UNION ALL "
        "SELECT 'FUNCTION ' || p.oid::regprocedure::text, p.oid FROM pg_proc p "
        "WHERE p.pronamespace IN (SELECT oid FROM pg_namespace WHERE nspname ~ %(schemas)s) ORDER BY 2",
        {"schemas": _OUR_SCHEMAS},
    )
    return [name for name, _ in rows]


def _comment(connection: psycopg.Connection) -> None:
    """Put the descriptions where every SQL client shows them."""
    for mart in MARTS.values():
        view = sql.Identifier(mart.schema, mart.name)
        connection.execute(sql.SQL("COMMENT ON VIEW {} IS {}").format(view, sql.Literal(mart.description)))
        for column in mart.columns:
            place = sql.SQL("{}.{}").format(view, sql.Identifier(column.name))
            connection.execute(sql.SQL("COMMENT ON COLUMN {} IS {}").format(place, sql.Literal(column.description)))


def _drop(connection: psycopg.Connection, made: Sequence[str]) -> None:
    """Drop what an earlier version made, each before what it stands on; never what somebody else made."""
    try:
        for name in reversed(made):
            connection.execute(f"DROP {name}".encode())  # a name that Postgres itself wrote and quoted
    except errors.DependentObjectsStillExist as error:
        raise SchemaDriftError(
            f"the views of this version cannot be made: {error.diag.message_detail or error.diag.message_primary}.",
            remedy="Drop the views named, start again, then make them anew on the new columns.",
        ) from error
