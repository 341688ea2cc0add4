"""Expiring: what is planned or approved, and was not sent, when what it was planned from is not so any more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from intacct_pipelines.domain.inputs import what_changed
from intacct_pipelines.domain.push import OPEN, State
from intacct_pipelines.warehouse.outbox.items import Outcome, Reason, select_items
from intacct_pipelines.warehouse.outbox.journal import entry
from intacct_pipelines.warehouse.outbox.reading import Reading

if TYPE_CHECKING:
    from collections.abc import Sequence

    import psycopg

    from intacct_pipelines.domain.inputs import Inputs
    from intacct_pipelines.domain.keys import ItemKey
    from intacct_pipelines.warehouse.outbox.items import OutboxItem

_UNSENT: Final = [State.PLANNED.value, State.APPROVED.value]


class Expiring(Reading):
    """Letting plans and items expire."""

    def expire_changed(self, link: str, inputs: Inputs, *, actor: str) -> list[str]:
        """Expire the open and the approved plans of a link that were made from other inputs; return their ids.

        What of them is sent already stays as it is.
        """
        with self._transaction() as cursor:
            lock_link(cursor, link)
            rows = cursor.execute(
                "SELECT plan_id, inputs FROM push.plan WHERE link = %s AND state IN ('planned', 'approved') FOR UPDATE",
                (link,),
            ).fetchall()
            changed = {row["plan_id"]: what_changed(row["inputs"], inputs) for row in rows}
            for plan_id, words in changed.items():
                if words:
                    self._expire_plan(cursor, plan_id, " and ".join(words), actor)
            return [plan_id for plan_id, words in changed.items() if words]

    def _expire_plan(self, cursor: psycopg.Cursor[dict[str, Any]], plan_id: str, why: str, actor: str) -> None:
        """Expire all of a plan that was not sent."""
        items = select_items(cursor, "plan_id = %s AND state = ANY(%s) FOR UPDATE", (plan_id, _UNSENT))
        self._expire_items(cursor, items, why, actor)
        self._write_journal(cursor, actor, [entry(None, plan_id, "plan_expired", {"reason": why})])
        cursor.execute(_END_PLANS, ([plan_id], sorted(OPEN)))

    def _expire_outdated(
        self, cursor: psycopg.Cursor[dict[str, Any]], keys: Sequence[ItemKey], newer: str, actor: str
    ) -> None:
        """Expire approved items that a newer plan does not find to be right any more."""
        items = select_items(cursor, "item_key = ANY(%s) AND state = 'approved' FOR UPDATE", (list(keys),))
        self._expire_items(cursor, items, f"plan {newer} was made since and does not say so any more", actor)
        plans = sorted({item.plan_id for item in items})
        cursor.execute(_END_PLANS, (plans, sorted(OPEN)))
        cursor.execute("UPDATE push.plan SET replaced_by = %s WHERE plan_id = ANY(%s)", (newer, plans))

    def _expire_items(
        self, cursor: psycopg.Cursor[dict[str, Any]], items: Sequence[OutboxItem], why: str, actor: str
    ) -> None:
        reason = Reason("expired", "", why, "Read the newer plan, or make one.")
        self._move(cursor, [Outcome(item.key, State.EXPIRED, "expired", reason) for item in items], actor)


def lock_link(cursor: psycopg.Cursor[dict[str, Any]], link: str) -> None:
    """Let one transaction at a time plan, approve or expire for a link."""
    cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 12))", (link,))


_END_PLANS: Final = """
UPDATE push.plan AS p SET state = CASE WHEN EXISTS (
        SELECT FROM push.item AS i WHERE i.plan_id = p.plan_id AND i.state IN ('accepted', 'confirmed')
    ) THEN 'done' ELSE 'expired' END
WHERE p.plan_id = ANY(%s) AND NOT EXISTS (
    SELECT FROM push.item AS i WHERE i.plan_id = p.plan_id AND i.state = ANY(%s) AND i.state <> 'accepted')
"""
"""A plan of which nothing is left to send or to resolve is over."""
