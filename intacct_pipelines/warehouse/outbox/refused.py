"""What Intacct refused: planned again once its cause may be mended, or when a person asks for it; never blindly."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from intacct_pipelines.domain.catalog import TABLES
from intacct_pipelines.domain.keys import ItemKey
from intacct_pipelines.domain.push import State
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.errors import PushError
from intacct_pipelines.warehouse.outbox.ids import typed
from intacct_pipelines.warehouse.outbox.items import item_of, select_items
from intacct_pipelines.warehouse.outbox.journal import Journal, entry

if TYPE_CHECKING:
    from intacct_pipelines.domain.inputs import Inputs
    from intacct_pipelines.warehouse.outbox.items import OutboxItem

_ASKED: Final = "retry_asked"


class Refusing(Journal):
    """Which items are not planned again by themselves."""

    def refused(self, link: str, inputs: Inputs) -> dict[ItemKey, OutboxItem]:
        """Return the items that Intacct refused, or never answered, and whose cause is as it was.

        A cause may be mended when settings, closed books or people's decisions are others than those of the refused
        plan, or when a record of Intacct that the item names, changes or settles was written since. Nobody can see
        other causes, such as a permission: then a person asks for it with ``retry``.
        """
        asked = {"link": link, "inputs": json.dumps(inputs.document()), "asked": _ASKED}
        with self._transaction() as cursor:
            rows = cursor.execute(_REFUSED, asked).fetchall()
        return {ItemKey(row["item_key"]): item_of(row) for row in rows}

    def retry(self, source_id: str, *, by: str) -> int:
        """Let the next plan take up what was refused of a source record; return the number of items.

        Args:
            source_id: Its key; of a record of Intacct with the object before it, such as ``bill_vendor:27``.
            by: Who asks.

        Raises:
            PushError: Nothing of it was refused, or it is planned again already.
        """
        name, _, key = source_id.partition(":") if source_id.partition(":")[0] in PUSHED else ("", "", source_id)
        numbered = [one.name for one in PUSHED.values() if one.source.schema == "intacct"]
        asked = (key, name, numbered, name)
        with self._transaction() as cursor:
            items = select_items(cursor, f"{_IS_ASKED} AND {_IS_REFUSED} FOR UPDATE", asked)
            entries = [entry(item.key, item.plan_id, _ASKED, {"to": item.state.value}) for item in items]
            self._write_journal(cursor, by, entries)
        if not items:
            raise PushError(f"nothing of {source_id} was refused", remedy="Look at it with `explain`.")
        return len(items)


_IS_ASKED: Final = "source_id = %s AND CASE %s WHEN '' THEN object_name <> ALL(%s) ELSE object_name = %s END"
_IS_REFUSED: Final = f"(state = '{State.REJECTED}' OR state = '{State.HELD}' AND reason_class = 'uncertain')"
_IS_NAMED: Final = (
    *dict.fromkeys(
        (one.target.qualified_name, one.people_id if one.target.schema == "intacct" else one.target.key[0])
        for one in PUSHED.values()
        if one.is_list or one.target.schema != "intacct"
    ),
    *((f"intacct.{name}_account", "bank_account_id") for name in ("checking", "savings")),
    ("intacct.card_account", "card_id"),
)
"""Lists that items name, and the column with the id by which they do."""


def _written_since() -> str:
    named = " UNION ALL ".join(
        f"SELECT entity, {column} AS name, _synced_at FROM {table}"  # noqa: S608  # names from the catalog
        for table, column in _IS_NAMED
    )
    changed = " ".join(
        f"""WHEN '{one.name}' THEN EXISTS (
            SELECT FROM {one.target.qualified_name} AS t WHERE t.entity = i.entity
            AND t.{one.target.key[0]} = {typed(one.target, "i.target_id")} AND t._synced_at > i.updated_at)"""
        for one in PUSHED.values()
    )
    settled = " UNION ALL ".join(
        f"""SELECT '{one.name}' AS object_name, '{name}' AS place, entity, {TABLES[table].key[0]}::text AS id,
            _synced_at FROM {table}"""  # noqa: S608  # names from the registry
        for one in PUSHED.values()
        for table, names in one.stands_on.items()
        for name in names
    )
    return f"""
    EXISTS (
        SELECT FROM jsonb_path_query(i.payload::jsonb, '$.**') AS v (told) JOIN ({named}) AS t
            ON t.name = v.told #>> '{{}}' AND t._synced_at > i.updated_at
            AND t.entity IN (i.entity, split_part(i.entity, ':', 1) || ':top')
        WHERE jsonb_typeof(v.told) = 'string')
    OR CASE i.object_name {changed} ELSE false END
    OR EXISTS (
        SELECT FROM ({settled}) AS t
            CROSS JOIN jsonb_path_query(i.payload::jsonb, ('$.**."' || t.place || '"')::jsonpath) AS v (told)
        WHERE t.object_name = i.object_name AND t.entity = i.entity AND t._synced_at > i.updated_at
            AND t.id = v.told #>> '{{}}')"""  # noqa: S608  # names from the catalog


_REFUSED: Final = f"""
SELECT i.* FROM (SELECT * FROM push.item WHERE link = %(link)s AND {_IS_REFUSED}) AS i
JOIN push.plan AS p USING (plan_id)
WHERE p.inputs = %(inputs)s::jsonb AND NOT EXISTS (
    SELECT FROM push.journal AS j WHERE j.item_key = i.item_key AND j.event = %(asked)s AND j.seq > (
        SELECT max(k.seq) FROM push.journal AS k WHERE k.item_key = i.item_key AND k.event <> %(asked)s)
) AND NOT ({_written_since()})
ORDER BY i.item_key
"""  # noqa: S608  # names from the catalog
