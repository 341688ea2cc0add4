"""The ground of the outbox: its transactions, the steps of items, and the journal that proves each of them."""

from __future__ import annotations

import contextlib
import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from psycopg.rows import dict_row

from intacct_pipelines.warehouse.outbox.items import NOT_SENT
from intacct_pipelines.warehouse.outbox.revisions import stored_revisions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import psycopg

    from intacct_pipelines.warehouse.connection import Warehouse
    from intacct_pipelines.warehouse.outbox.items import OutboxItem, Outcome

    Revisions = Callable[[str, str, Sequence[str]], Mapping[str, str]]
    """Entity, object and source ids in; the current revision of each record that exists out."""

_LONG_NUMBER: Final = re.compile(r"\d{7,}(?=\d{2})")
_DETAIL_LENGTH: Final = 1000


def utc_now() -> datetime:
    """Return the present instant."""
    return datetime.now(UTC)


class Journal:
    """What every part of the outbox stands on.

    Args:
        warehouse: Where it is stored.
        now: Clock for what is written down.
        source_revisions: Tells the present revision of source records; by default read from the warehouse's own tables.
    """

    def __init__(
        self, warehouse: Warehouse, *, now: Callable[[], datetime] = utc_now, source_revisions: Revisions | None = None
    ) -> None:
        self._warehouse = warehouse
        self._now = now
        self._revisions = source_revisions or self.stored_revisions

    def verify_journal(self) -> list[str]:
        """Prove the journal: return one sentence for every entry that is broken; an empty list is the proof.

        Checked are the chain of hashes, the absence of gaps, and that each item stands where its last entry left it.
        """
        with self._transaction() as cursor:
            rows = cursor.execute(_BROKEN_ENTRIES).fetchall()
            strays = cursor.execute(_STRAY_ITEMS).fetchall()
        broken = [f"journal entry {row['seq']} does not follow from the one before it" for row in rows]
        return broken + [f"item {row['item_key']} is {row['state']}, the journal says {row['last']}" for row in strays]

    def stored_revisions(self, entity: str, object_name: str, source_ids: Sequence[str]) -> dict[str, str]:
        """Return the revision of each source record as the warehouse holds it now.

        Absent are deleted records, and those of which a newer copy is in quarantine: what is held of them is old.
        """
        with self._transaction() as cursor:
            return stored_revisions(cursor, entity, object_name, source_ids)

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[psycopg.Cursor[dict[str, Any]]]:
        with self._warehouse.transaction() as connection, connection.cursor(row_factory=dict_row) as cursor:
            yield cursor

    def _move(self, cursor: psycopg.Cursor[dict[str, Any]], outcomes: Sequence[Outcome], actor: str) -> None:
        """Set states and write the journal, in one go; the database refuses an illegal step."""
        if not outcomes:
            return
        cursor.execute(_MOVE, {"moves": json.dumps([_move_row(outcome) for outcome in outcomes]), "now": self._now()})
        plans = {row["item_key"]: row["plan_id"] for row in cursor.fetchall()}
        entries = [entry(o.key, plans[o.key], o.event, _detail(o)) for o in outcomes]
        self._write_journal(cursor, actor, entries)

    def _write_journal(
        self, cursor: psycopg.Cursor[dict[str, Any]], actor: str, entries: Sequence[Mapping[str, object]]
    ) -> None:
        cursor.execute(_APPEND, {"entries": json.dumps(entries), "actor": actor, "now": self._now()})

    def _stale(self, items: Sequence[OutboxItem]) -> list[OutboxItem]:
        """Return the items whose source record is not what it was when they were planned."""
        wanted: dict[tuple[str, str], list[str]] = {}
        for item in items:
            wanted.setdefault((item.entity, item.object_name), []).append(item.source_id)
        present = {
            (entity, name, source_id): revision
            for (entity, name), ids in wanted.items()
            for source_id, revision in self._revisions(entity, name, ids).items()
        }
        # what is there no more has none, as it had none when its item was planned for just that
        return [i for i in items if present.get((i.entity, i.object_name, i.source_id), "") != i.source_revision]


def _mask(text: str) -> str:
    """Keep the last two digits of long numbers: the vendor's words may repeat bank data."""
    return _LONG_NUMBER.sub("***", text)[:_DETAIL_LENGTH]


def entry(key: str | None, plan_id: str, event: str, detail: Mapping[str, object]) -> dict[str, object]:
    """Return one entry of the journal, of an item or of a plan as a whole."""
    return {"item_key": key, "plan_id": plan_id, "event": event, "detail": json.dumps(detail, ensure_ascii=False)}


def _detail(outcome: Outcome) -> dict[str, object]:
    detail: dict[str, object] = {"to": outcome.state.value}
    if outcome.reason is not None:
        detail |= {"class": outcome.reason.kind, "rule": outcome.reason.rule, "reason": _mask(outcome.reason.text)}
    if outcome.record_id is not None:
        detail["record_id"] = outcome.record_id
    return detail


def _move_row(outcome: Outcome) -> dict[str, object]:
    reason = outcome.reason
    return {
        "item_key": outcome.key,
        "state": outcome.state.value,
        "refused": outcome.refused,
        "reason_class": reason.kind if reason else "",
        "rule": reason.rule if reason else "",
        "reason": _mask(reason.text) if reason else "",
        "remedy": reason.remedy if reason else "",
        "record_id": outcome.record_id,
        # A sending of which nothing can have run does not count.
        "uncounted": int(outcome.event == NOT_SENT),
    }


_MOVE: Final = """
UPDATE push.item AS i SET state = m.state, refused = m.refused, updated_at = %(now)s,
    attempts = i.attempts - m.uncounted,
    record_id = coalesce(m.record_id, i.record_id),
    reason_class = m.reason_class, rule = m.rule, reason = m.reason, remedy = m.remedy
FROM jsonb_to_recordset(%(moves)s::jsonb) AS m (item_key text, state text, refused boolean, reason_class text,
    rule text, reason text, remedy text, record_id text, uncounted integer)
WHERE i.item_key = m.item_key
RETURNING i.item_key, i.plan_id
"""

_APPEND: Final = """
INSERT INTO push.journal (item_key, plan_id, at, actor, event, detail)
SELECT e.item_key, e.plan_id, %(now)s, %(actor)s, e.event, e.detail
FROM jsonb_to_recordset(%(entries)s::jsonb) AS e (item_key text, plan_id text, event text, detail text)
"""

_BROKEN_ENTRIES: Final = """
SELECT seq FROM (
    SELECT j.seq, j.prev_hash, j.hash, push.journal_digest(j) AS digest,
        lag(j.hash, 1, repeat('0', 64)) OVER (ORDER BY j.seq) AS before,
        lag(j.seq, 1, 0::bigint) OVER (ORDER BY j.seq) AS before_seq
    FROM push.journal AS j
) AS chain
WHERE hash <> digest OR prev_hash <> before OR seq <> before_seq + 1 ORDER BY seq
"""

_STRAY_ITEMS: Final = """
SELECT i.item_key, i.state, coalesce(last.state, 'nothing') AS last FROM push.item AS i LEFT JOIN LATERAL (
    SELECT j.detail::jsonb ->> 'to' AS state FROM push.journal AS j
    WHERE j.item_key = i.item_key ORDER BY j.seq DESC LIMIT 1
) AS last ON true
WHERE i.state IS DISTINCT FROM last.state ORDER BY i.item_key
"""
