"""Confirming: an item is finished when its record came back through the extract, with the item's key if it has one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from intacct_pipelines.domain.keys import ItemKey
from intacct_pipelines.domain.push import UNDONE_STATES, Operation, State
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.domain.reconciled import RECONCILED
from intacct_pipelines.warehouse.compared import forget_comparisons_without
from intacct_pipelines.warehouse.outbox.items import Outcome, Reason
from intacct_pipelines.warehouse.outbox.journal import Journal

if TYPE_CHECKING:
    from intacct_pipelines.domain.pushed import Pushed


class Confirming(Journal):
    """Confirming what came back."""

    def confirm(self, link: str, entity: str, *, actor: str) -> int:
        """Confirm the accepted items whose record came back through the extract and pairs with its source.

        The crosswalk of the link learns the pair. An item whose record was deleted since is held for a person.
        Returns the number of newly confirmed items.
        """
        with self._transaction() as cursor:
            gone = cursor.execute(_DELETED, {"link": link, "entity": entity}).fetchall()
            reason = Reason(
                "deleted_in_intacct",
                "S-IDM-06",
                "it was posted, and deleted in Intacct since",
                "Find out who deleted it; it is not posted again by itself.",
            )
            held = [Outcome(ItemKey(row["item_key"]), State.HELD, "held", reason) for row in gone]
            self._move(cursor, held, actor)
            asked = {"link": link, "entity": entity, "undone": sorted(UNDONE_STATES)}
            rows = cursor.execute(_RETURNED, asked).fetchall()
            outcomes = [
                Outcome(ItemKey(row["item_key"]), State.CONFIRMED, "confirmed", record_no=row["record_no"])
                for row in rows
            ]
            self._move(cursor, outcomes, actor)
            for row in rows:
                values = {**row, "link": link, "actor": actor, "now": self._now()}
                cursor.execute(_FORMER_PAIR, values)
                cursor.execute(_CROSSWALK, values)
            pairs = [
                (row["object_name"], row["source_id"], row["record_no"])
                for row in rows
                if _is_compared(row["object_name"])
            ]
            forget_comparisons_without(cursor.connection, link, pairs)
            return len(rows)


def _is_compared(object_name: str) -> bool:
    """Say whether a comparison reads the pairs of an object; those of others follow from something else."""
    return object_name in RECONCILED and not RECONCILED[object_name].pairs_follow


def _held(pushed: Pushed) -> str:
    """Return what a record holds of that which an update without a mark writes, by its place in the payload."""
    columns = {pushed.place(Operation.UPDATE, column): column for column in pushed.content}
    pairs = ", ".join(f"'{place}', coalesce({column}, '')" for place, column in columns.items())
    return f"jsonb_build_object({pairs})" if pairs else "NULL::jsonb"


def _state(pushed: Pushed) -> str:
    return "state" if Operation.REVERSE in pushed.functions else "NULL"


_BACK: Final = " UNION ALL ".join(
    f"""SELECT '{pushed.name}' AS object_name, entity, record_no, {pushed.people_id} AS intacct_id,
        {pushed.mark or "NULL"} AS mark, {_state(pushed)} AS state, {_held(pushed)} AS held, _deleted, _synced_at
        FROM {pushed.target.qualified_name}"""  # noqa: S608  # names from the catalog
    for pushed in PUSHED.values()
)
"""Intacct's records of every pushed object."""

# A record pairs with its source when it carries the item's key, which names exactly one operation on one source record.
# A reversal is known by its effect, since nobody documents where its own words end up.
# One without the key is the record whose number Intacct told, once it holds what an update sent or was read since.
_RETURNED: Final = f"""
SELECT i.item_key, i.object_name, i.source_id, r.record_no, r.intacct_id FROM push.item AS i JOIN ({_BACK}) AS r
    ON r.object_name = i.object_name AND r.entity = i.entity AND r.record_no = i.record_no
    AND NOT r._deleted AND CASE
        WHEN i.operation = 'reverse' THEN r.state = ANY(%(undone)s)
        WHEN position(i.item_key IN i.payload) > 0 THEN position(i.item_key IN r.mark) > 0
        ELSE i.operation = 'create' OR r._synced_at > i.sent_at OR NOT EXISTS (
            SELECT 1 FROM jsonb_each_text(r.held) AS h
            WHERE i.payload::jsonb #>> string_to_array(h.key, '.') <> h.value)
        END
WHERE i.link = %(link)s AND i.entity = %(entity)s AND i.state = 'accepted' ORDER BY i.created_at, i.position
"""  # noqa: S608  # names from the catalog

_DELETED: Final = f"""
SELECT i.item_key FROM push.item AS i JOIN ({_BACK}) AS r
    ON r.object_name = i.object_name AND r.entity = i.entity AND r.record_no = i.record_no AND r._deleted
WHERE i.link = %(link)s AND i.entity = %(entity)s AND i.state = 'accepted' ORDER BY i.created_at, i.position
"""  # noqa: S608  # names from the catalog

_FORMER_PAIR: Final = """
UPDATE mapping.crosswalk SET status = 'refused', decided_by = %(actor)s, decided_at = %(now)s
WHERE link = %(link)s AND object = %(object_name)s AND platform_id = %(source_id)s AND status = 'confirmed'
    AND intacct_record_no <> %(record_no)s
"""

_CROSSWALK: Final = """
INSERT INTO mapping.crosswalk (link, object, platform_id, intacct_record_no, intacct_id, status, evidence, decided_by,
    decided_at)
VALUES (%(link)s, %(object_name)s, %(source_id)s, %(record_no)s, coalesce(%(intacct_id)s, ''), 'confirmed',
    jsonb_build_object('item_key', %(item_key)s::text), %(actor)s, %(now)s)
ON CONFLICT (link, object, platform_id, intacct_record_no) DO UPDATE SET intacct_id = excluded.intacct_id,
    status = excluded.status, evidence = excluded.evidence, decided_by = excluded.decided_by,
    decided_at = excluded.decided_at
"""
