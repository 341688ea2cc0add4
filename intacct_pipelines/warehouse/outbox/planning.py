"""Planning: storing what is proposed; a link has one open proposal."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Final

from intacct_pipelines.domain.push import UNSENT, State
from intacct_pipelines.errors import PushError
from intacct_pipelines.warehouse.outbox.expiring import Expiring, lock_link
from intacct_pipelines.warehouse.outbox.items import Outcome, Reason, select_items
from intacct_pipelines.warehouse.outbox.journal import entry

if TYPE_CHECKING:
    from datetime import datetime

    import psycopg

    from intacct_pipelines.domain.keys import ItemKey
    from intacct_pipelines.domain.push import Plan


class Planning(Expiring):
    """Storing plans."""

    def store_plan(self, plan: Plan, *, actor: str) -> str:
        """Store a plan and make it the link's only open proposal; return its id.

        An unapproved older plan is superseded, and approved items expire that the plan calls outdated. Storing the
        same content twice stores it once.

        Raises:
            PushError: An item's key is stored with another payload (S-IDM-05), or its record is on its way already.
        """
        with self._transaction() as cursor:
            lock_link(cursor, plan.link)
            cursor.execute(
                "SELECT plan_id FROM push.plan WHERE link = %s AND content_hash = %s AND state = 'planned'",
                (plan.link, plan.content_hash),
            )
            same = cursor.fetchone()
            plan_id = plan.plan_id if same is None else str(same["plan_id"])
            self._expire_outdated(cursor, plan.outdated, plan_id, actor)
            if same is not None:
                cursor.execute(
                    "UPDATE push.plan SET checked_at = greatest(checked_at, %s) WHERE plan_id = %s",
                    (plan.created_at, plan_id),
                )
                return plan_id
            cursor.execute(
                """INSERT INTO push.plan (plan_id, link, entity, created_at, content_hash, document, approvals_needed,
                    inputs, state) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)""",
                (
                    plan.plan_id,
                    plan.link,
                    plan.entity,
                    plan.created_at,
                    plan.content_hash,
                    plan.document(),
                    plan.approvals,
                    json.dumps(plan.inputs.document()),
                    "planned" if plan.items else "done",
                ),
            )
            self._store_holds(cursor, plan)
            self._store_items(cursor, plan, actor)
            self._supersede_others(cursor, plan, actor)
            self._write_journal(cursor, actor, [entry(None, plan.plan_id, "plan_stored", {"items": len(plan.items)})])
        return plan.plan_id

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
            """UPDATE push.plan SET state = CASE state WHEN 'planned' THEN 'superseded' ELSE state END, replaced_by = %s
            WHERE link = %s AND plan_id <> %s AND (state = 'planned' OR state = 'expired' AND replaced_by IS NULL)""",
            (plan.plan_id, plan.link, plan.plan_id),
        )


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
        "target_id": item.target_id,
        "target_revision": item.target_revision,
        "amount": item.amount,
        "currency": item.currency,
        "depends_on": list(item.depends_on),
        "label": item.label,
        "agrees": json.dumps(dict(item.agrees)),
        "now": now,
    }


_UPSERT_ITEM: Final = """
INSERT INTO push.item (item_key, plan_id, link, entity, position, object_name, operation, source_id, natural_key,
    payload, payload_hash, source_revision, target_id, target_revision, amount, currency, depends_on, label,
    agrees, created_at, updated_at)
VALUES (%(item_key)s, %(plan_id)s, %(link)s, %(entity)s, %(position)s, %(object_name)s, %(operation)s, %(source_id)s,
    %(natural_key)s, %(payload)s, %(payload_hash)s, %(source_revision)s, %(target_id)s, %(target_revision)s,
    %(amount)s, %(currency)s, %(depends_on)s, %(label)s, %(agrees)s, %(now)s, %(now)s)
ON CONFLICT (item_key) DO UPDATE SET plan_id = excluded.plan_id, position = excluded.position,
    source_revision = excluded.source_revision, target_revision = excluded.target_revision,
    depends_on = excluded.depends_on, label = excluded.label, agrees = excluded.agrees,
    -- A rejected item is proven not to be in Intacct, so its next sending is a first one again.
    attempts = CASE WHEN item.state = 'rejected' THEN 0 ELSE item.attempts END,
    state = 'planned', worker = '', refused = false, reason_class = '', rule = '', reason = '', remedy = '',
    updated_at = excluded.updated_at
"""
