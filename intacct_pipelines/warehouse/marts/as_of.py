"""Any table at any instant since its first load: a view and a function for each table of the catalog.

``marts.<schema>_<table>_versions`` has every version of every row, the present one among them, with the instants
between which it was the one that the warehouse held. ``marts.<schema>_<table>_as_of(at)`` has the rows of an instant,
without those that the source was known to have deleted. Both are plain queries that Postgres plans together with the
query around them: an entity, a key or a date is looked up by index.
"""

from __future__ import annotations

from psycopg import sql

from intacct_pipelines.domain.catalog import Table
from intacct_pipelines.warehouse.place import names
from intacct_pipelines.warehouse.tables import column_types, parent_name, version_name


def versions_name(table: Table) -> sql.Identifier:
    """Return the name of the view with all versions."""
    return sql.Identifier("marts", f"{table.schema}_{table.name}_versions")


def as_of_name(table: Table) -> sql.Identifier:
    """Return the function's name."""
    return sql.Identifier("marts", f"{table.schema}_{table.name}_as_of")


def as_of_objects(table: Table) -> sql.Composed:
    """Return the statements that make the view and the function of one table."""
    # What was stored or ended exactly then is seen as it was afterwards.
    return sql.SQL(
        "CREATE VIEW {view} AS SELECT {columns}, _synced_at AS valid_from, 'infinity'::timestamptz AS valid_to "
        "FROM {current} UNION ALL SELECT {columns}, valid_from, valid_to FROM {versions}; "
        "COMMENT ON VIEW {view} IS {of_view}; "
        # The view's own type, as a list of columns would lose the collation by which partitions are chosen.
        "CREATE FUNCTION {function}(at timestamptz) RETURNS SETOF {view} LANGUAGE sql STABLE PARALLEL SAFE AS "
        "$body$ SELECT * FROM {view} WHERE valid_from <= $1 AND valid_to > $1 AND NOT _deleted $body$; "
        "COMMENT ON FUNCTION {function}(timestamptz) IS {of_function}"
    ).format(
        view=versions_name(table),
        function=as_of_name(table),
        columns=names(tuple(column_types(table))),
        current=parent_name(table),
        versions=version_name(table),
        of_view=sql.Literal(f"Every version of each row of {table.qualified_name}, valid from and to."),
        of_function=sql.Literal(
            f"{table.qualified_name} as the warehouse held it at an instant, without deleted rows."
        ),
    )
