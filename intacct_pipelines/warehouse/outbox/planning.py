"""Planning and approving: what is proposed, and what a person or the policy lets through."""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from intacct_pipelines.domain.link import Gate
from intacct_pipelines.domain.push import UNSENT, State
from intacct_pipelines.errors import NotApprovedError, PushError
from intacct_pipelines.warehouse.outbox.items import Outcome, Reason, select_items
from intacct_pipelines.warehouse.outbox.journal import entry
from intacct_pipelines.warehouse.outbox.reading import Reading

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    import psycopg

    from intacct_pipelines.domain.keys import ItemKey
    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.domain.push import Plan
    from intacct_pipelines.warehouse.outbox.items import OutboxItem


class Planning(Reading):
    """Storing plans and approving them."""

    def store_plan(self, plan: Plan, *, actor: str) -> str:
        """Store a plan and make it the link's only open proposal; return its id.

        An unapproved older plan is superseded. Storing the same content twice stores it once.

        Raises:
            PushError: An item's key is stored with another payload (S-IDM-05), or its record is on its way already.
        """
        with self._transaction() as cursor:
            _lock_link(cursor, plan.link)
            cursor.execute(
                "SELECT plan_id FROM push.plan WHERE link = %s AND content_hash = %s AND state = 'planned'",
                (plan.link, plan.content_hash),
            )
            same = cursor.fetchone()
            if same is not None:
                return str(same["plan_id"])
            cursor.execute(
                """INSERT INTO push.plan (plan_id, link, entity, created_at, content_hash, document, state)
                VALUES (%s, %s, %s, %s, %s, %s, %s)""",
                (
                    plan.plan_id,
                    plan.link,
                    plan.entity,
                    plan.created_at,
                    plan.content_hash,
                    plan.document(),
                    "planned" if plan.items else "done",
                ),
            )
            self._store_holds(cursor, plan)
            self._store_items(cursor, plan, actor)
            self._supersede_others(cursor, plan, actor)
            self._write_journal(cursor, actor, [entry(None, plan.plan_id, "plan_stored", {"items": len(plan.items)})])
        return plan.plan_id

    def approve(self, plan_id: str, *, by: str, content_hash: str) -> int:
        """Approve a plan as it was read; return the number of items that may now be sent.

        Args:
            plan_id: The plan.
            by: Who approves; stored and journalled.
            content_hash: Hash that the approver saw; proves that this very content is meant.

        Raises:
            NotApprovedError: There is no such plan, it is not open any more, its content is another, or a source
                record has changed since (the plan is then expired).
        """
        stale = self._approve(plan_id, by, content_hash)
        if isinstance(stale, int):
            return stale
        raise NotApprovedError(
            f"plan {plan_id} has expired: {len(stale)} of its records changed since, {', '.join(stale[:3])} among them",
            remedy="Make a new plan and approve that.",
        )

    def _approve(self, plan_id: str, by: str, content_hash: str) -> int | list[str]:
        """Return the number of approved items, or the labels of those that make the plan expire."""
        with self._transaction() as cursor:
            plan = self._plan_for_approval(cursor, plan_id, content_hash)
            items = select_items(cursor, "plan_id = %s AND state = 'planned' ORDER BY position FOR UPDATE", (plan_id,))
            stale = self._stale(items)
            if stale:
                reason = Reason("expired", "", "its source record changed after the plan was made", "Make a new plan.")
                self._move(cursor, [Outcome(i.key, State.EXPIRED, "expired", reason) for i in items], by)
                cursor.execute("UPDATE push.plan SET state = 'expired' WHERE plan_id = %s", (plan_id,))
                return [item.label or item.source_id for item in stale]
            busy = _busy_records(cursor, plan["link"], items)
            outcomes = [self._approval(item, busy) for item in items]
            self._move(cursor, outcomes, by)
            cursor.execute(
                "UPDATE push.plan SET state = 'approved', approved_by = %s, approved_at = %s WHERE plan_id = %s",
                (by, self._now(), plan_id),
            )
            self._write_journal(cursor, by, [entry(None, plan_id, "plan_approved", {"content_hash": content_hash})])
            return sum(outcome.state is State.APPROVED for outcome in outcomes)

    def auto_approve(self, link: Link, plan_id: str) -> bool:
        """Approve a plan by the link's own policy, if it allows that; return whether it did.

        Raises:
            NotApprovedError: As ``approve``.
        """
        if link.gate is not Gate.AUTO:
            return False
        items = self.items(plan_id=plan_id)
        totals: dict[str, Decimal] = {}
        for item in items:
            totals[item.currency] = totals.get(item.currency, Decimal(0)) + abs(item.amount)
        within = len(items) <= link.auto_approve_items and all(t <= link.auto_approve_amount for t in totals.values())
        if not items or not within:
            return False
        status = self.plan(plan_id)
        self.approve(plan_id, by=f"policy of {link.name}", content_hash=status.content_hash)
        return True

    def _store_holds(self, cursor: psycopg.Cursor[dict[str, Any]], plan: Plan) -> None:
        cursor.executemany(
            """INSERT INTO push.hold (plan_id, position, object_name, source_id, label, reason_class, rule, reason,
                remedy, amount, currency, held_by) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)""",
            [
                (
                    plan.plan_id,
                    position,
                    hold.object_name,
                    hold.source_id,
                    hold.label,
                    hold.kind,
                    hold.rule,
                    hold.reason,
                    hold.remedy,
                    hold.amount,
                    hold.currency,
                    hold.held_by,
                )
                for position, hold in enumerate(plan.holds)
            ],
        )

    def _store_items(self, cursor: psycopg.Cursor[dict[str, Any]], plan: Plan, actor: str) -> None:
        stored = {
            row["item_key"]: row
            for row in cursor.execute(
                "SELECT item_key, state, payload_hash FROM push.item WHERE item_key = ANY(%s) FOR UPDATE",
                ([item.key for item in plan.items],),
            ).fetchall()
        }
        again: list[ItemKey] = []
        for item in plan.items:
            earlier = stored.get(item.key)
            if earlier is None:
                continue
            if earlier["payload_hash"] != _hash(item.payload_text):
                raise PushError(f"item {item.key} is stored with another payload", rule="S-IDM-05")
            if State(earlier["state"]) not in UNSENT:
                raise PushError(f"item {item.key} is {earlier['state']} already", rule="S-IDM-01")
            again.append(item.key)
        now = self._now()
        cursor.executemany(_UPSERT_ITEM, [_item_row(plan, position, now) for position in range(len(plan.items))])
        entries = [
            entry(item.key, plan.plan_id, "planned_again" if item.key in stored else "planned", {"to": "planned"})
            for item in plan.items
        ]
        self._write_journal(cursor, actor, entries)

    def _supersede_others(self, cursor: psycopg.Cursor[dict[str, Any]], plan: Plan, actor: str) -> None:
        old = select_items(
            cursor, "link = %s AND plan_id <> %s AND state = 'planned' FOR UPDATE", (plan.link, plan.plan_id)
        )
        reason = Reason("superseded", "", f"plan {plan.plan_id} took its place", "Read the newer plan.")
        self._move(cursor, [Outcome(item.key, State.SUPERSEDED, "superseded", reason) for item in old], actor)
        cursor.execute(
            "UPDATE push.plan SET state = 'superseded' WHERE link = %s AND plan_id <> %s AND state = 'planned'",
            (plan.link, plan.plan_id),
        )

    def _plan_for_approval(
        self, cursor: psycopg.Cursor[dict[str, Any]], plan_id: str, content_hash: str
    ) -> dict[str, Any]:
        row = cursor.execute("SELECT link FROM push.plan WHERE plan_id = %s", (plan_id,)).fetchone()
        if row is None:
            raise NotApprovedError(f"there is no plan {plan_id}", remedy="List the plans with `status`.")
        _lock_link(cursor, row["link"])
        plan = cursor.execute("SELECT * FROM push.plan WHERE plan_id = %s FOR UPDATE", (plan_id,)).fetchone()
        if plan is None or plan["state"] != "planned":
            state = "gone" if plan is None else plan["state"]
            raise NotApprovedError(f"plan {plan_id} is {state}, not open for approval", remedy="Make a new plan.")
        if plan["content_hash"] != content_hash:
            raise NotApprovedError(
                f"plan {plan_id} has the content {plan['content_hash'][:12]}, not {content_hash[:12]}",
                remedy="Read the plan again and approve what it says now.",
            )
        return plan

    @staticmethod
    def _approval(item: OutboxItem, busy: set[tuple[str, str]]) -> Outcome:
        if (item.object_name, item.source_id) not in busy:
            return Outcome(item.key, State.APPROVED, "approved")
        reason = Reason(
            "in_hand", "S-IDM-01", "an earlier item for this record is on its way", "Wait until that one is confirmed."
        )
        return Outcome(item.key, State.HELD, "held", reason)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _item_row(plan: Plan, position: int, now: datetime) -> dict[str, object]:
    item = plan.items[position]
    return {
        "item_key": item.key,
        "plan_id": plan.plan_id,
        "link": plan.link,
        "entity": plan.entity,
        "position": position,
        "object_name": item.object_name,
        "operation": item.operation.value,
        "source_id": item.source_id,
        "natural_key": json.dumps(dict(item.natural_key)),
        "payload": item.payload_text,
        "payload_hash": _hash(item.payload_text),
        "source_revision": item.source_revision,
        "target_record_no": item.target_record_no,
        "target_revision": item.target_revision,
        "amount": item.amount,
        "currency": item.currency,
        "depends_on": list(item.depends_on),
        "label": item.label,
        "now": now,
    }


def _lock_link(cursor: psycopg.Cursor[dict[str, Any]], link: str) -> None:
    """Let one transaction at a time plan or approve for a link."""
    cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 12))", (link,))


def _busy_records(
    cursor: psycopg.Cursor[dict[str, Any]], link: str, items: Sequence[OutboxItem]
) -> set[tuple[str, str]]:
    rows = cursor.execute(
        """SELECT object_name, source_id FROM push.item WHERE link = %s AND source_id = ANY(%s)
        AND state IN ('approved', 'sending', 'uncertain', 'accepted')""",
        (link, [item.source_id for item in items]),
    ).fetchall()
    return {(row["object_name"], row["source_id"]) for row in rows}


_UPSERT_ITEM: Final = """
INSERT INTO push.item (item_key, plan_id, link, entity, position, object_name, operation, source_id, natural_key,
    payload, payload_hash, source_revision, target_record_no, target_revision, amount, currency, depends_on, label,
    created_at, updated_at)
VALUES (%(item_key)s, %(plan_id)s, %(link)s, %(entity)s, %(position)s, %(object_name)s, %(operation)s, %(source_id)s,
    %(natural_key)s, %(payload)s, %(payload_hash)s, %(source_revision)s, %(target_record_no)s, %(target_revision)s,
    %(amount)s, %(currency)s, %(depends_on)s, %(label)s, %(now)s, %(now)s)
ON CONFLICT (item_key) DO UPDATE SET plan_id = excluded.plan_id, position = excluded.position,
    source_revision = excluded.source_revision, target_revision = excluded.target_revision,
    depends_on = excluded.depends_on, label = excluded.label,
    -- A rejected item is proven not to be in Intacct, so its next sending is a first one again.
    attempts = CASE WHEN item.state = 'rejected' THEN 0 ELSE item.attempts END,
    state = 'planned', worker = '', refused = false, reason_class = '', rule = '', reason = '', remedy = '',
    updated_at = excluded.updated_at
"""
