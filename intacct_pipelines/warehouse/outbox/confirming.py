"""Confirming: an item is finished when its record came back through the extract, with the item's key if it has one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from intacct_pipelines.domain.attached_in_bill import KEPT
from intacct_pipelines.domain.keys import ItemKey
from intacct_pipelines.domain.push import RECODED_CODES, UNDONE_STATES, Operation, State
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.domain.reconciled import RECONCILED
from intacct_pipelines.warehouse.agreed import AGREE
from intacct_pipelines.warehouse.compared import forget_comparisons_without
from intacct_pipelines.warehouse.outbox.ids import typed
from intacct_pipelines.warehouse.outbox.items import Outcome, Reason, select_items
from intacct_pipelines.warehouse.outbox.journal import Journal

if TYPE_CHECKING:
    from datetime import datetime

    from intacct_pipelines.domain.pushed import Pushed


class Confirming(Journal):
    """Confirming what came back."""

    def confirm(self, link: str, entity: str, *, actor: str, pairs_of: str = "") -> int:
        """Confirm the accepted items whose record came back through the extract and pairs with its source.

        The crosswalk learns the pair, and the merge what the two agreed on when the item was done. An item whose record
        was deleted since is held for a person.

        Args:
            link: The link.
            entity: Its entity.
            actor: Who does it, for the journal.
            pairs_of: The link whose crosswalk learns the pairs; the link itself, if none is given.

        Returns:
            The number of newly confirmed items.
        """
        with self._transaction() as cursor:
            gone = cursor.execute(_DELETED, {"link": link, "entity": entity}).fetchall()
            held = [Outcome(ItemKey(row["item_key"]), State.HELD, "held", _gone(row["object_name"])) for row in gone]
            self._move(cursor, held, actor)
            asked = {"link": link, "entity": entity, "undone": sorted(UNDONE_STATES)}
            rows = cursor.execute(_RETURNED, asked).fetchall()
            outcomes = [
                Outcome(ItemKey(row["item_key"]), State.CONFIRMED, "confirmed", record_id=row["record_id"])
                for row in rows
            ]
            self._move(cursor, outcomes, actor)
            # What is uploaded makes no pair: it is of documents that are one already.
            pairs = [_pair(row) for row in rows if row["object_name"] not in KEPT]
            for pair in pairs:
                values = {**pair._asdict(), "link": pairs_of or link, "actor": actor, "now": self._now()}
                cursor.execute(_FORMER_PAIR, values)
                cursor.execute(_CROSSWALK, values)
                if pair.agrees:
                    cursor.execute(AGREE, {**values, "agrees": json.dumps(pair.agrees)})
            compared = [
                (pair.object_name, pair.platform_id, pair.record_no) for pair in pairs if _is_compared(pair.object_name)
            ]
            forget_comparisons_without(cursor.connection, pairs_of or link, compared)
            return len(rows)

    def answer(self, refusals: Mapping[ItemKey, Reason], *, actor: str) -> int:
        """Let go of accepted items that the other system refused after all; return the number of items."""
        with self._transaction() as cursor:
            known = select_items(cursor, "item_key = ANY(%s) AND state = 'accepted' FOR UPDATE", (list(refusals),))
            self._move(cursor, [Outcome(i.key, State.REJECTED, "refused", refusals[i.key]) for i in known], actor)
            return len(known)


class _Pair(NamedTuple):
    """What the crosswalk learns of one confirmed item."""

    object_name: str
    platform_id: str
    record_no: int
    intacct_id: str
    item_key: str
    agrees: Mapping[str, str]
    written_at: datetime | None = None


def _pair(row: Mapping[str, Any]) -> _Pair:
    """Return the pair of a confirmed item; on the way into BILL Intacct's record is the source."""
    pushed, people_id = PUSHED[row["object_name"]], row["people_id"] or ""
    if pushed.target.schema == "intacct":
        told = (people_id, row["item_key"], row["agrees"], row["written_at"])
        return _Pair(pushed.name, row["source_id"], int(row["record_id"]), *told)
    key = row["item_key"]
    return _Pair(pushed.reconciliation, row["record_id"], int(row["source_id"]), people_id, key, row["agrees"])


def _gone(object_name: str) -> Reason:
    pushed = PUSHED[object_name]
    words = f"it was posted, and deleted in {pushed.system} since"
    remedy = "Find out who deleted it; it is not posted again by itself."
    return Reason(f"deleted_in_{pushed.target.schema}", "S-IDM-06", words, remedy)


def _is_compared(object_name: str) -> bool:
    """Say whether a comparison reads the pairs of an object; those of others follow from something else."""
    return object_name in RECONCILED and not RECONCILED[object_name].pairs_follow


def _held(pushed: Pushed) -> str:
    """Return what a record holds of that which an update without a mark writes, by its place in the payload."""
    columns = {pushed.place(Operation.UPDATE, column): column for column in pushed.content}
    pairs = ", ".join(f"'{place}', {_told(pushed, column)}" for place, column in columns.items())
    return f"jsonb_build_object({pairs})" if pairs else "NULL::jsonb"


def _told(pushed: Pushed, column: str) -> str:
    if pushed.target.schema == "business_center" and column == "status":
        # Each export has words of its own; only this one counts.
        return "CASE WHEN lower(btrim(r.status)) = 'inactive' THEN 'inactive' ELSE 'active' END"
    return f"coalesce(r.{column}::text, '')"


def _mark(pushed: Pushed) -> str:
    return f"r.{pushed.mark}" if pushed.mark else "NULL"


def _state(pushed: Pushed) -> str:
    return "r.state" if Operation.REVERSE in pushed.functions else "NULL"


def _written(pushed: Pushed) -> str:
    """Return Intacct's time of a record that is all ours; of a list's record an update writes no more than differs."""
    if pushed.target.schema != "intacct" or "modified_at" not in pushed.target.shown_columns:
        return "NULL::timestamptz"
    return "CASE WHEN i.operation = 'create' THEN r.modified_at END" if pushed.is_list else "r.modified_at"


def _recoded(pushed: Pushed) -> str:
    """Return whether a document's lines are coded as an item reclassifies them."""
    if Operation.RECLASSIFY not in pushed.functions:
        return "false"
    (lines,) = pushed.target_lines
    codes = "".join(
        f" AND coalesce(l.{column}, '') = coalesce(s ->> '{element}', '')" for element, column in RECODED_CODES.items()
    )
    return f"""(i.operation = 'reclassify' AND NOT EXISTS (
            SELECT 1 FROM jsonb_array_elements(i.payload::jsonb #> '{{reclassifyitems,reclasslineitem}}') AS s
            WHERE NOT EXISTS (
                SELECT 1 FROM {lines.qualified_name} AS l
                WHERE l.entity = i.entity AND l.{lines.parent_key} = r.{pushed.target.key[0]} AND NOT l._deleted
                    AND l.line_no::text = s ->> '@line_num'{codes})))"""  # noqa: S608  # names from the catalog


def _came_back(pushed: Pushed) -> str:
    """Return the query of the items of one object that are in the target system, and of the records that they made."""
    target, key = pushed.target, pushed.target.key[0]
    return f"""
        SELECT i.item_key, i.object_name, i.source_id, i.operation, i.payload, i.agrees, i.sent_at, i.created_at,
            i.position, r.{key}::text AS record_id, r.{pushed.people_id} AS people_id, {_mark(pushed)} AS mark,
            {_state(pushed)} AS state, '{target.schema}' AS system, {_held(pushed)} AS held,
            {_recoded(pushed)} AS is_recoded, {_written(pushed)} AS written_at, r._deleted, r._synced_at
        FROM push.item AS i JOIN {target.qualified_name} AS r
            ON r.entity = i.entity AND r.{key} = {typed(target, "i.record_id")}
        WHERE i.object_name = '{pushed.name}' AND i.link = %(link)s AND i.entity = %(entity)s
            AND i.state = 'accepted'"""  # noqa: S608  # names from the catalog


_BACK: Final = " UNION ALL ".join(_came_back(pushed) for pushed in PUSHED.values())
"""What was accepted, with the records that it made, of every pushed object."""

# A record pairs with its source when it carries the item's key, which names exactly one operation on one source record.
# A reversal is known by its effect, since nobody documents where its own words end up; a reclassification by either.
# One without the key is the record whose id its system told, once it holds what an update sent or was read since; what
# lay in files when it was read may be older than a file that nobody has taken yet, so there only the contents count.
_RETURNED: Final = f"""
SELECT b.item_key, b.object_name, b.source_id, b.record_id, b.people_id, b.agrees, b.written_at FROM ({_BACK}) AS b
WHERE NOT b._deleted AND CASE
        WHEN b.operation = 'reverse' THEN b.state = ANY(%(undone)s)
        WHEN b.is_recoded THEN true
        WHEN position(b.item_key IN b.payload) > 0 THEN position(b.item_key IN b.mark) > 0
        ELSE b.operation = 'create' OR (b.system <> 'business_center' AND b._synced_at > b.sent_at) OR NOT EXISTS (
            SELECT 1 FROM jsonb_each_text(b.held) AS h
            WHERE b.payload::jsonb #>> string_to_array(h.key, '.') <> h.value)
        END
ORDER BY b.created_at, b.position
"""  # noqa: S608  # names from the catalog

_DELETED: Final = f"""
SELECT b.item_key, b.object_name FROM ({_BACK}) AS b WHERE b._deleted ORDER BY b.created_at, b.position
"""  # noqa: S608  # names from the catalog

_FORMER_PAIR: Final = """
UPDATE mapping.crosswalk SET status = 'refused', decided_by = %(actor)s, decided_at = %(now)s
WHERE link = %(link)s AND object = %(object_name)s AND status = 'confirmed'
    AND (platform_id = %(platform_id)s) <> (intacct_record_no = %(record_no)s)
"""

_CROSSWALK: Final = """
INSERT INTO mapping.crosswalk (link, object, platform_id, intacct_record_no, intacct_id, status, evidence, decided_by,
    decided_at)
VALUES (%(link)s, %(object_name)s, %(platform_id)s, %(record_no)s, %(intacct_id)s, 'confirmed',
    jsonb_build_object('item_key', %(item_key)s::text), %(actor)s, %(now)s)
ON CONFLICT (link, object, platform_id, intacct_record_no) DO UPDATE SET intacct_id = excluded.intacct_id,
    status = excluded.status, evidence = excluded.evidence, decided_by = excluded.decided_by,
    decided_at = excluded.decided_at
"""
