"""Whether an item's place in Intacct is as it was when it was planned, as the warehouse knows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from intacct_pipelines.domain.catalog import TABLES, Kind
from intacct_pipelines.domain.keys import ItemKey
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.warehouse.outbox.ids import typed

if TYPE_CHECKING:
    from collections.abc import Sequence

    import psycopg

    from intacct_pipelines.domain.pushed import Pushed
    from intacct_pipelines.warehouse.outbox.items import OutboxItem

_NUMBER: Final = "k.number #>> '{}'"


def overtaken(cursor: psycopg.Cursor[dict[str, Any]], items: Sequence[OutboxItem]) -> set[ItemKey]:
    """Return the items whose target or ground changed, or whose natural key another record took, since the plan."""
    rows = cursor.execute(_OVERTAKEN, {"keys": [item.key for item in items]}).fetchall()
    return {ItemKey(row["item_key"]) for row in rows}


def came_before(cursor: psycopg.Cursor[dict[str, Any]], link: str) -> frozenset[ItemKey]:
    """Return the approved items whose key a record carries that was read since the plan."""
    return frozenset(ItemKey(row["item_key"]) for row in cursor.execute(_CAME_BEFORE, {"link": link}).fetchall())


def _taken_or_changed(pushed: Pushed) -> str:
    """Return the query of one object's items whose natural key another record took, or whose target changed."""
    target, key = pushed.target.qualified_name, pushed.target.key[0]
    target_id = typed(pushed.target, "i.target_id")
    unmarked = f"position(i.item_key IN coalesce(t.{pushed.mark}, '')) = 0" if pushed.mark else "true"
    same_key = " AND ".join(_same(pushed, column) for column in pushed.natural_key)
    changed = "".join(
        f"""
        UNION
        SELECT i.item_key FROM wanted AS i JOIN {lines.qualified_name} AS l
            ON l.entity = i.entity AND l.{lines.parent_key} = {target_id}
        WHERE i.object_name = '{pushed.name}' AND i.operation <> 'create' AND l._synced_at > i.planned_at"""  # noqa: S608  # names from the catalog
        for lines in pushed.target_lines
    )
    changed += "".join(
        f"""
        UNION
        SELECT i.item_key FROM wanted AS i CROSS JOIN jsonb_path_query(i.payload::jsonb, '$.**."{name}"') AS k (number)
            JOIN {table} AS t ON t.entity = i.entity AND t.{TABLES[table].key[0]} = {typed(TABLES[table], _NUMBER)}
        WHERE i.object_name = '{pushed.name}' AND (t._deleted OR t._synced_at > i.planned_at)"""  # noqa: S608  # names from the registry
        for table, names in pushed.stands_on.items()
        for name in names
    )
    return f"""
        SELECT i.item_key FROM wanted AS i JOIN {target} AS t ON t.entity = i.entity AND {same_key}
        WHERE i.object_name = '{pushed.name}' AND NOT t._deleted AND {unmarked}
            AND t.{key} IS DISTINCT FROM {target_id}
        UNION
        SELECT i.item_key FROM wanted AS i JOIN {target} AS t
            ON t.entity = i.entity AND t.{key} = {target_id}
        WHERE i.object_name = '{pushed.name}' AND i.operation <> 'create'
            AND (t._deleted OR t._synced_at > i.planned_at) AND {unmarked}{changed}"""  # noqa: S608  # names from the catalog


def _same(pushed: Pushed, column: str) -> str:
    stored, planned = f"t.{column}", f"i.natural_key ->> '{pushed.field(column)}'"
    if pushed.target.column(column).kind is Kind.DATE:
        stored = f"to_char({stored}, 'MM/DD/YYYY')"
    if column in pushed.folded:
        stored, planned = f"lower(btrim({stored}))", f"lower(btrim({planned}))"
    return f"{stored} = {planned}"


_OVERTAKEN: Final = f"""
WITH wanted AS (
    SELECT i.*, coalesce(p.checked_at, p.created_at) AS planned_at
    FROM push.item AS i JOIN push.plan AS p USING (plan_id)
    WHERE i.item_key = ANY(%(keys)s)
)
{" UNION ".join(_taken_or_changed(pushed) for pushed in PUSHED.values())}
"""  # noqa: S608  # names from the catalog

_MARKED: Final = " UNION ALL ".join(
    f"""
    SELECT i.item_key FROM wanted AS i JOIN {pushed.target.qualified_name} AS t
        ON t.entity = i.entity AND t._synced_at > i.planned_at AND NOT t._deleted
    WHERE i.object_name = '{pushed.name}' AND position(i.item_key IN t.{pushed.mark}) > 0"""  # noqa: S608  # ditto
    for pushed in PUSHED.values()
    if pushed.mark
)
_CAME_BEFORE: Final = f"""
WITH wanted AS (
    SELECT i.item_key, i.object_name, i.entity, p.created_at AS planned_at
    FROM push.item AS i JOIN push.plan AS p USING (plan_id)
    WHERE i.link = %(link)s AND i.state = 'approved' AND i.operation = 'create'
)
{_MARKED}
"""  # noqa: S608  # names from the catalog
