"""Sending: who takes which item, what became of it, and what a dead worker left behind."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import psycopg

from intacct_pipelines.domain.keys import ItemKey
from intacct_pipelines.domain.push import State
from intacct_pipelines.errors import PushError
from intacct_pipelines.warehouse.connection import SESSION_LOCK_KEY
from intacct_pipelines.warehouse.outbox.items import Outcome, Reason, select_items
from intacct_pipelines.warehouse.outbox.journal import Journal
from intacct_pipelines.warehouse.outbox.overtaken import came_before, overtaken

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from intacct_pipelines.warehouse.outbox.items import OutboxItem


class Sending(Journal):
    """Claiming items and recording what became of them."""

    @contextlib.contextmanager
    def worker(self, name: str) -> Iterator[None]:
        """Be alive as ``name`` for the time of the block.

        The sign of life is a lock of a database session of its own: it goes when the process dies, however it dies.

        Args:
            name: Unique to this process and run.

        Raises:
            PushError: A living worker has this name.
        """
        with self._warehouse.session_lock(_lock_of(name)) as is_ours:
            if not is_ours:
                raise PushError(f"a worker called {name} is at work", remedy="Give every worker a name of its own.")
            yield

    def claim(self, link: str, *, worker: str, limit: int) -> list[OutboxItem]:
        """Take up to ``limit`` approved items whose parents are in Intacct, and store that they are being sent.

        An item expires instead if since the plan its source record changed, its target did, or another record came
        that has its natural key; all as the warehouse knows it. Two workers never get the same item.
        """
        with self._transaction() as cursor:
            while items := self._claimable(cursor, link, limit):
                stale = {item.key for item in self._stale(items)} | overtaken(cursor, items)
                words = "its source or its place in Intacct changed after the plan was made"
                reason = Reason("expired", "", words, "Make a new plan.")
                self._move(cursor, [Outcome(key, State.EXPIRED, "expired", reason) for key in sorted(stale)], worker)
                fresh = [item for item in items if item.key not in stale]
                if fresh:
                    self._start(cursor, fresh, worker, "sending")
                    return [replace(item, attempts=item.attempts + 1) for item in fresh]
            return []

    def already_there(self, link: str) -> frozenset[ItemKey]:
        """Return the approved items of which a record came back although they were never sent, as the outbox knows.

        So it is once the warehouse was restored from a backup that is older than their sending.
        """
        with self._transaction() as cursor:
            return came_before(cursor, link)

    @staticmethod
    def _claimable(cursor: psycopg.Cursor[dict[str, Any]], link: str, limit: int) -> list[OutboxItem]:
        return select_items(
            cursor,
            """state = 'approved' AND link = %s AND NOT EXISTS (
                SELECT 1 FROM unnest(depends_on) AS d (parent) LEFT JOIN push.item AS p ON p.item_key = d.parent
                WHERE coalesce(p.state, '') NOT IN ('accepted', 'confirmed')
            ) ORDER BY created_at, position LIMIT %s FOR UPDATE SKIP LOCKED""",
            (link, limit),
        )

    def claim_again(self, keys: Sequence[ItemKey], *, worker: str) -> list[OutboxItem]:
        """Store that uncertain items, proven not to be in Intacct, are being sent once more with the same bytes.

        Even if the source has changed meanwhile: should the first request arrive after all, only the same key and bytes
        are sure not to double it; the next plan brings the change.
        """
        with self._transaction() as cursor:
            items = select_items(
                cursor,
                "item_key = ANY(%s) AND state = 'uncertain' AND worker = %s ORDER BY created_at, position FOR UPDATE",
                (list(keys), worker),
            )
            self._start(cursor, items, worker, "sending_again")
            return [replace(item, attempts=item.attempts + 1) for item in items]

    def take_over(self, link: str, *, worker: str) -> list[OutboxItem]:
        """Return the items whose outcome is unknown and that no living worker cares for; they are now this worker's.

        What a dead worker left as ``sending`` becomes ``uncertain``: its request may have reached Intacct.
        """
        with self._transaction() as cursor:
            rows = cursor.execute(
                """SELECT DISTINCT worker FROM push.item WHERE link = %s AND state IN ('sending', 'uncertain')""",
                (link,),
            ).fetchall()
            orphaned = [row["worker"] for row in rows if row["worker"] == worker or _is_dead(cursor, row["worker"])]
            items = select_items(
                cursor,
                """link = %s AND state IN ('sending', 'uncertain') AND worker = ANY(%s)
                ORDER BY created_at, position FOR UPDATE SKIP LOCKED""",
                (link, orphaned),
            )
            lost = [Outcome(item.key, State.UNCERTAIN, "taken_over") for item in items if item.state is State.SENDING]
            self._move(cursor, lost, worker)
            keys = [item.key for item in items]
            cursor.execute("UPDATE push.item SET worker = %s WHERE item_key = ANY(%s)", (worker, keys))
            return items

    def still_own(self, items: Sequence[OutboxItem], *, worker: str) -> list[OutboxItem]:
        """Return those of claimed items that no other worker has taken over since."""
        with self._transaction() as cursor:
            rows = cursor.execute(
                "SELECT item_key FROM push.item WHERE item_key = ANY(%s) AND worker = %s AND state = 'sending'",
                ([item.key for item in items], worker),
            ).fetchall()
        own = {row["item_key"] for row in rows}
        return [item for item in items if item.key in own]

    def record(self, outcomes: Sequence[Outcome], *, worker: str) -> None:
        """Store what became of items that this worker sent or looked up.

        Raises:
            PushError: One of them is not this worker's any more; nothing is stored then.
        """
        if not outcomes:
            return
        with self._transaction() as cursor:
            cursor.execute(
                "SELECT count(*) AS own FROM push.item WHERE item_key = ANY(%s) AND worker = %s",
                ([outcome.key for outcome in outcomes], worker),
            )
            row = cursor.fetchone()
            if row is None or row["own"] != len(outcomes):
                raise PushError(f"items that {worker} sent are another worker's now", remedy="Read the journal.")
            self._move(cursor, outcomes, worker)

    def hold_children(self, link: str, *, actor: str) -> int:
        """Hold approved items whose parent will not come, by the parent's name; return how many."""
        with self._transaction() as cursor:
            rows = cursor.execute(
                """SELECT i.item_key, coalesce(p.label, '') AS label, coalesce(p.state, 'unknown') AS state,
                    coalesce(p.rule, '') AS rule
                FROM push.item AS i CROSS JOIN unnest(i.depends_on) AS d (parent)
                LEFT JOIN push.item AS p ON p.item_key = d.parent
                WHERE i.link = %s AND i.state = 'approved'
                AND coalesce(p.state, 'held') IN ('held', 'rejected', 'expired', 'superseded')
                ORDER BY i.position, i.item_key""",
                (link,),
            ).fetchall()
            reasons = {
                row["item_key"]: Reason(
                    "parent_held",
                    row["rule"],
                    f"it waits for {row['label'] or 'its parent'}, which is {row['state']}",
                    "Mend the parent; the next plan takes both up again.",
                )
                for row in rows
            }
            self._move(cursor, [Outcome(ItemKey(k), State.HELD, "held", why) for k, why in reasons.items()], actor)
            return len(reasons)

    def close_plans(self, link: str) -> None:
        """Mark approved plans of which nothing is left to send or to resolve as done."""
        with self._transaction() as cursor:
            cursor.execute(
                """UPDATE push.plan AS p SET state = 'done' WHERE p.link = %s AND p.state = 'approved' AND NOT EXISTS (
                    SELECT 1 FROM push.item AS i
                    WHERE i.plan_id = p.plan_id AND i.state IN ('approved', 'sending', 'uncertain'))""",
                (link,),
            )

    def _start(
        self, cursor: psycopg.Cursor[dict[str, Any]], items: Sequence[OutboxItem], worker: str, event: str
    ) -> None:
        keys = [item.key for item in items]
        self._move(cursor, [Outcome(key, State.SENDING, event) for key in keys], worker)
        cursor.execute(
            """UPDATE push.item SET worker = %s, attempts = attempts + 1, sent_at = %s, refused = false
            WHERE item_key = ANY(%s)""",
            (worker, self._now(), keys),
        )


def _is_dead(cursor: psycopg.Cursor[dict[str, Any]], worker: str) -> bool:
    """Return whether nobody holds a worker's sign of life; it is then ours until the transaction ends."""
    row = cursor.execute(
        f"SELECT pg_try_advisory_xact_lock({SESSION_LOCK_KEY}) AS free", (_lock_of(worker),)
    ).fetchone()
    return row is not None and bool(row["free"])


def _lock_of(worker: str) -> str:
    """Return the name of the lock that a living worker holds."""
    return f"worker {worker}"
