"""The outbox: plans, items, their states and the journal. All SQL of pushing lives here; nothing here sends anything.

Every method is one transaction. The key and payload of an item are stored with its plan, long before anything is sent;
an item becomes ``sending`` in a committed transaction before its request leaves. So a crash at any instruction leaves a
state from which the next run continues: what is ``sending`` without a living worker is looked up first.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import psycopg
from psycopg.rows import dict_row

from intacct_pipelines.domain.keys import ItemKey
from intacct_pipelines.domain.link import Gate
from intacct_pipelines.domain.push import OPEN, UNSENT, Operation, State
from intacct_pipelines.errors import NotApprovedError, PushError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.domain.push import Plan
    from intacct_pipelines.warehouse.connection import Warehouse

    Revisions = Callable[[str, str, Sequence[str]], Mapping[str, str]]
    """Entity, object and source ids in; the current revision of each record that exists out."""

_LONG_NUMBER: Final = re.compile(r"\d{7,}(?=\d{2})")
_DETAIL_LENGTH: Final = 1000
NOT_SENT: Final = "not_sent"
"""Event of a sending of which it is certain that nothing ran."""
_PERHAPS_DELETED: Final = frozenset({"deleted_in_intacct", "repeat_refused"})


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an item stands where it stands.

    Args:
        kind: Class of the reason, such as ``period_closed``.
        rule: Number of the rule, or empty.
        text: What is wrong, with the vendor's words where there are any.
        remedy: What to do next.
    """

    kind: str
    rule: str
    text: str
    remedy: str


@dataclass(frozen=True, slots=True)
class OutboxItem:
    """One stored item; the fields are those of ``domain.push.Item`` and what has happened to it since."""

    key: ItemKey
    plan_id: str
    link: str
    entity: str
    object_name: str
    operation: Operation
    source_id: str
    natural_key: Mapping[str, str]
    payload_text: str
    source_revision: str
    target_record_no: int | None
    target_revision: str
    amount: Decimal
    currency: str
    depends_on: tuple[ItemKey, ...]
    label: str
    state: State
    attempts: int
    sent_at: datetime | None
    refused: bool
    reason: Reason
    record_no: int | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one item.

    Args:
        key: The item.
        state: Its next state.
        event: Word for the journal.
        reason: Why, if there is something to say.
        record_no: Intacct's key of the record, once known.
        refused: For ``uncertain``: Intacct said no, but a look-up has yet to prove that the record is not there.
    """

    key: ItemKey
    state: State
    event: str
    reason: Reason | None = None
    record_no: int | None = None
    refused: bool = False


@dataclass(frozen=True, slots=True)
class PlanStatus:
    """One stored plan and the number of its items by state."""

    plan_id: str
    link: str
    entity: str
    state: str
    content_hash: str
    created_at: datetime
    approved_by: str
    counts: Mapping[str, int]


def utc_now() -> datetime:
    """Return the present instant."""
    return datetime.now(UTC)


class Outbox:
    """The outbox in one warehouse.

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

    # Planning and approving

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
            self._write_journal(cursor, actor, [_entry(None, plan.plan_id, "plan_stored", {"items": len(plan.items)})])
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
            items = _select(cursor, "plan_id = %s AND state = 'planned' ORDER BY position FOR UPDATE", (plan_id,))
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
            self._write_journal(cursor, by, [_entry(None, plan_id, "plan_approved", {"content_hash": content_hash})])
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

    def plan(self, plan_id: str) -> PlanStatus:
        """Return one plan.

        Raises:
            NotApprovedError: There is no such plan.
        """
        found = self._plans("p.plan_id = %s", (plan_id,))
        if not found:
            raise NotApprovedError(f"there is no plan {plan_id}", remedy="List the plans with `status`.")
        return found[0]

    def plans(self, link: str | None = None, *, limit: int = 50) -> list[PlanStatus]:
        """Return the latest plans, newest first, of one link or of all."""
        return self._plans("(%s::text IS NULL OR p.link = %s)", (link, link), limit)

    def approved_plans(self, link: str | None = None) -> list[PlanStatus]:
        """Return approved plans with something left to send or to resolve, oldest first."""
        found = self._plans("p.state = 'approved' AND (%s::text IS NULL OR p.link = %s)", (link, link))
        unfinished = (State.APPROVED, State.SENDING, State.UNCERTAIN)
        return [plan for plan in reversed(found) if any(plan.counts.get(state, 0) for state in unfinished)]

    def document(self, plan_id: str) -> str:
        """Return the plan's document as it was stored, byte for byte.

        Raises:
            NotApprovedError: There is no such plan.
        """
        with self._transaction() as cursor:
            row = cursor.execute("SELECT document FROM push.plan WHERE plan_id = %s", (plan_id,)).fetchone()
        if row is None:
            raise NotApprovedError(f"there is no plan {plan_id}", remedy="List the plans with `status`.")
        return str(row["document"])

    # Sending

    @contextlib.contextmanager
    def worker(self, name: str) -> Iterator[None]:
        """Be alive as ``name`` for the time of the block.

        The sign of life is a lock of a database session of its own: it goes when the process dies, however it dies.

        Args:
            name: Unique to this process and run.

        Raises:
            PushError: A living worker has this name.
        """
        with psycopg.connect(self._warehouse.dsn, autocommit=True, connect_timeout=10) as connection:
            row = connection.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 11))", (name,)).fetchone()
            if row is None or not row[0]:
                raise PushError(f"a worker called {name} is at work", remedy="Give every worker a name of its own.")
            yield

    def claim(self, link: str, *, worker: str, limit: int) -> list[OutboxItem]:
        """Take up to ``limit`` approved items whose parents are in Intacct, and store that they are being sent.

        An item expires instead if since the plan its source record changed, its target did, or another record came
        that has its natural key; all as the warehouse knows it. Two workers never get the same item.
        """
        with self._transaction() as cursor:
            while items := self._claimable(cursor, link, limit):
                stale = {item.key for item in self._stale(items)} | _overtaken(cursor, items)
                words = "its source or its place in Intacct changed after the plan was made"
                reason = Reason("expired", "", words, "Make a new plan.")
                self._move(cursor, [Outcome(key, State.EXPIRED, "expired", reason) for key in sorted(stale)], worker)
                fresh = [item for item in items if item.key not in stale]
                if fresh:
                    self._start(cursor, fresh, worker, "sending")
                    return [replace(item, attempts=item.attempts + 1) for item in fresh]
            return []

    @staticmethod
    def _claimable(cursor: psycopg.Cursor[dict[str, Any]], link: str, limit: int) -> list[OutboxItem]:
        return _select(
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
            items = _select(
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
            items = _select(
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

    # Confirming

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
            rows = cursor.execute(_RETURNED, {"link": link, "entity": entity}).fetchall()
            outcomes = [
                Outcome(ItemKey(row["item_key"]), State.CONFIRMED, "confirmed", record_no=row["record_no"])
                for row in rows
            ]
            self._move(cursor, outcomes, actor)
            for row in rows:
                values = {**row, "link": link, "actor": actor, "now": self._now()}
                cursor.execute(_FORMER_PAIR, values)
                cursor.execute(_CROSSWALK, values)
            return len(rows)

    # Reading

    def items(
        self, *, link: str | None = None, plan_id: str | None = None, states: Sequence[State] | None = None
    ) -> list[OutboxItem]:
        """Return items, in the order in which they are sent, narrowed by link, plan and states."""
        with self._transaction() as cursor:
            return _select(
                cursor,
                """(%s::text IS NULL OR link = %s) AND (%s::text IS NULL OR plan_id = %s)
                AND (%s::text[] IS NULL OR state = ANY(%s)) ORDER BY created_at, position""",
                (link, link, plan_id, plan_id, _values(states), _values(states)),
            )

    def in_hand(self, link: str) -> list[OutboxItem]:
        """Return the items that are approved, on their way, or posted and not yet confirmed."""
        return self.items(link=link, states=sorted(OPEN))

    def posted(self, link: str) -> set[tuple[str, str]]:
        """Return object and source id of every record that we have created in Intacct and are not to create again.

        Besides the confirmed ones these are the ones that a person deleted there, or that may have been.
        """
        return {
            (item.object_name, item.source_id)
            for item in self.items(link=link, states=[State.CONFIRMED, State.HELD])
            if item.operation is Operation.CREATE
            and (item.state is State.CONFIRMED or item.reason.kind in _PERHAPS_DELETED)
        }

    def counts(self, link: str | None = None) -> dict[str, int]:
        """Return the number of items by state."""
        with self._transaction() as cursor:
            rows = cursor.execute(
                """SELECT state, count(*) AS n FROM push.item WHERE (%s::text IS NULL OR link = %s)
                GROUP BY state ORDER BY state""",
                (link, link),
            ).fetchall()
        return {row["state"]: row["n"] for row in rows}

    def explain(self, source_id: str) -> dict[str, list[dict[str, Any]]]:
        """Return all that was ever planned, held and done for one source record: ``items``, ``holds``, ``journal``."""
        with self._transaction() as cursor:
            items = cursor.execute(
                "SELECT * FROM push.item WHERE source_id = %s ORDER BY created_at, position", (source_id,)
            ).fetchall()
            holds = cursor.execute(
                """SELECT h.*, p.created_at FROM push.hold AS h JOIN push.plan AS p USING (plan_id)
                WHERE h.source_id = %s ORDER BY p.created_at, h.position""",
                (source_id,),
            ).fetchall()
            journal = cursor.execute(
                "SELECT * FROM push.journal WHERE item_key = ANY(%s) ORDER BY seq",
                ([row["item_key"] for row in items],),
            ).fetchall()
        return {"items": items, "holds": holds, "journal": journal}

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
        query = _VENDOR_REVISIONS if object_name == "vendor" else _BILL_REVISIONS
        with self._transaction() as cursor:
            rows = cursor.execute(query, {"entity": entity, "ids": list(source_ids)}).fetchall()
        return {row["id"]: row["revision"] for row in rows}

    # Parts

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[psycopg.Cursor[dict[str, Any]]]:
        with self._warehouse.transaction() as connection, connection.cursor(row_factory=dict_row) as cursor:
            yield cursor

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
            _entry(item.key, plan.plan_id, "planned_again" if item.key in stored else "planned", {"to": "planned"})
            for item in plan.items
        ]
        self._write_journal(cursor, actor, entries)

    def _supersede_others(self, cursor: psycopg.Cursor[dict[str, Any]], plan: Plan, actor: str) -> None:
        old = _select(cursor, "link = %s AND plan_id <> %s AND state = 'planned' FOR UPDATE", (plan.link, plan.plan_id))
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
        return [i for i in items if present.get((i.entity, i.object_name, i.source_id)) != i.source_revision]

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

    def _move(self, cursor: psycopg.Cursor[dict[str, Any]], outcomes: Sequence[Outcome], actor: str) -> None:
        """Set states and write the journal, in one go; the database refuses an illegal step."""
        if not outcomes:
            return
        cursor.execute(_MOVE, {"moves": json.dumps([_move_row(outcome) for outcome in outcomes]), "now": self._now()})
        plans = {row["item_key"]: row["plan_id"] for row in cursor.fetchall()}
        entries = [_entry(o.key, plans[o.key], o.event, _detail(o)) for o in outcomes]
        self._write_journal(cursor, actor, entries)

    def _write_journal(
        self, cursor: psycopg.Cursor[dict[str, Any]], actor: str, entries: Sequence[Mapping[str, object]]
    ) -> None:
        cursor.execute(_APPEND, {"entries": json.dumps(entries), "actor": actor, "now": self._now()})

    def _plans(self, condition: str, values: tuple[object, ...], limit: int = 1000) -> list[PlanStatus]:
        query = f"""SELECT p.*, coalesce((SELECT jsonb_object_agg(c.state, c.n) FROM (
                SELECT state, count(*) AS n FROM push.item AS i WHERE i.plan_id = p.plan_id GROUP BY state) AS c),
                '{{}}'::jsonb) AS counts
            FROM push.plan AS p WHERE {condition} ORDER BY p.created_at DESC, p.plan_id LIMIT {limit:d}"""  # noqa: S608  # our own constants
        with self._transaction() as cursor:
            rows = cursor.execute(query, values).fetchall()
        return [
            PlanStatus(
                row["plan_id"],
                row["link"],
                row["entity"],
                row["state"],
                row["content_hash"],
                row["created_at"],
                row["approved_by"] or "",
                row["counts"],
            )
            for row in rows
        ]


def _values(states: Sequence[State] | None) -> list[str] | None:
    return None if states is None else [state.value for state in states]


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _mask(text: str) -> str:
    """Keep the last two digits of long numbers: the vendor's words may repeat bank data."""
    return _LONG_NUMBER.sub("***", text)[:_DETAIL_LENGTH]


def _entry(key: str | None, plan_id: str, event: str, detail: Mapping[str, object]) -> dict[str, object]:
    return {"item_key": key, "plan_id": plan_id, "event": event, "detail": json.dumps(detail, ensure_ascii=False)}


def _detail(outcome: Outcome) -> dict[str, object]:
    detail: dict[str, object] = {"to": outcome.state.value}
    if outcome.reason is not None:
        detail |= {"class": outcome.reason.kind, "rule": outcome.reason.rule, "reason": _mask(outcome.reason.text)}
    if outcome.record_no is not None:
        detail["record_no"] = outcome.record_no
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
        "record_no": outcome.record_no,
        # A sending of which nothing can have run does not count.
        "uncounted": int(outcome.event == NOT_SENT),
    }


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


def _select(cursor: psycopg.Cursor[dict[str, Any]], condition: str, values: tuple[object, ...]) -> list[OutboxItem]:
    # The condition is one of this module's own constants; values travel as parameters.
    cursor.execute(f"SELECT * FROM push.item WHERE {condition}", values)  # noqa: S608  # see above
    return [_item(row) for row in cursor.fetchall()]


def _item(row: Mapping[str, Any]) -> OutboxItem:
    return OutboxItem(
        key=ItemKey(row["item_key"]),
        plan_id=row["plan_id"],
        link=row["link"],
        entity=row["entity"],
        object_name=row["object_name"],
        operation=Operation(row["operation"]),
        source_id=row["source_id"],
        natural_key=row["natural_key"],
        payload_text=row["payload"],
        source_revision=row["source_revision"],
        target_record_no=row["target_record_no"],
        target_revision=row["target_revision"],
        amount=row["amount"],
        currency=row["currency"],
        depends_on=tuple(ItemKey(key) for key in row["depends_on"]),
        label=row["label"],
        state=State(row["state"]),
        attempts=row["attempts"],
        sent_at=row["sent_at"],
        refused=row["refused"],
        reason=Reason(row["reason_class"], row["rule"], row["reason"], row["remedy"]),
        record_no=row["record_no"],
    )


def _lock_link(cursor: psycopg.Cursor[dict[str, Any]], link: str) -> None:
    """Let one transaction at a time plan or approve for a link."""
    cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 12))", (link,))


def _is_dead(cursor: psycopg.Cursor[dict[str, Any]], worker: str) -> bool:
    """Return whether nobody holds a worker's sign of life; it is then ours until the transaction ends."""
    row = cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 11)) AS free", (worker,)).fetchone()
    return row is not None and bool(row["free"])


def _busy_records(
    cursor: psycopg.Cursor[dict[str, Any]], link: str, items: Sequence[OutboxItem]
) -> set[tuple[str, str]]:
    rows = cursor.execute(
        """SELECT object_name, source_id FROM push.item WHERE link = %s AND source_id = ANY(%s)
        AND state IN ('approved', 'sending', 'uncertain', 'accepted')""",
        (link, [item.source_id for item in items]),
    ).fetchall()
    return {(row["object_name"], row["source_id"]) for row in rows}


def _overtaken(cursor: psycopg.Cursor[dict[str, Any]], items: Sequence[OutboxItem]) -> set[ItemKey]:
    """Return the items whose target changed, or whose natural key another record took, after the plan was made."""
    rows = cursor.execute(_OVERTAKEN, {"keys": [item.key for item in items]}).fetchall()
    return {ItemKey(row["item_key"]) for row in rows}


_OVERTAKEN: Final = """
WITH wanted AS (
    SELECT i.*, p.created_at AS planned_at FROM push.item AS i JOIN push.plan AS p USING (plan_id)
    WHERE i.item_key = ANY(%(keys)s)
)
SELECT i.item_key FROM wanted AS i JOIN intacct.vendor AS v
    ON v.entity = i.entity AND v.vendor_id = i.natural_key ->> 'VENDORID'
WHERE i.object_name = 'vendor' AND NOT v._deleted AND position(i.item_key IN coalesce(v.comments, '')) = 0
UNION
SELECT i.item_key FROM wanted AS i JOIN intacct.ap_bill AS b
    ON b.entity = i.entity AND b.vendor_id = i.natural_key ->> 'VENDORID'
    AND lower(btrim(b.document_no)) = lower(btrim(i.natural_key ->> 'RECORDID'))
WHERE i.object_name = 'ap_bill' AND NOT b._deleted AND position(i.item_key IN coalesce(b.description, '')) = 0
    AND b.record_no IS DISTINCT FROM i.target_record_no
UNION
SELECT i.item_key FROM wanted AS i JOIN intacct.ap_bill AS b
    ON b.entity = i.entity AND b.record_no = i.target_record_no
WHERE i.operation = 'update' AND (b._deleted OR b._synced_at > i.planned_at)
    AND position(i.item_key IN coalesce(b.description, '')) = 0
UNION
SELECT i.item_key FROM wanted AS i JOIN intacct.ap_bill_line AS l
    ON l.entity = i.entity AND l.bill_record_no = i.target_record_no
WHERE i.operation = 'update' AND l._synced_at > i.planned_at
"""

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

_MOVE: Final = """
UPDATE push.item AS i SET state = m.state, refused = m.refused, updated_at = %(now)s,
    attempts = i.attempts - m.uncounted,
    record_no = coalesce(m.record_no, i.record_no),
    reason_class = m.reason_class, rule = m.rule, reason = m.reason, remedy = m.remedy
FROM jsonb_to_recordset(%(moves)s::jsonb) AS m (item_key text, state text, refused boolean, reason_class text,
    rule text, reason text, remedy text, record_no bigint, uncounted integer)
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

_VENDOR_REVISIONS: Final = """
SELECT id, encode(sha256(convert_to(_hash::text, 'UTF8')), 'hex') AS revision FROM bill.vendor
WHERE entity = %(entity)s AND id = ANY(%(ids)s) AND NOT _deleted
    AND id <> ALL (ARRAY (SELECT key FROM quarantine.row
        WHERE resolved_at IS NULL AND entity = %(entity)s AND table_name = 'bill.vendor'))
"""

_BILL_REVISIONS: Final = """
SELECT b.id, encode(sha256(convert_to(
    b._hash::text || coalesce(string_agg(l._hash::text, ',' ORDER BY l.id), ''), 'UTF8')), 'hex') AS revision
FROM bill.ap_bill AS b LEFT JOIN bill.ap_bill_line AS l ON l.entity = b.entity AND l.bill_id = b.id AND NOT l._deleted
WHERE b.entity = %(entity)s AND b.id = ANY(%(ids)s) AND NOT b._deleted
    AND b.id <> ALL (ARRAY (SELECT key FROM quarantine.row
        WHERE resolved_at IS NULL AND entity = %(entity)s AND table_name = 'bill.ap_bill'))
GROUP BY b.id, b._hash
HAVING NOT coalesce(array_agg(l.id), '{}') && ARRAY (SELECT key FROM quarantine.row
    WHERE resolved_at IS NULL AND entity = %(entity)s AND table_name = 'bill.ap_bill_line')
"""

# A record pairs with its source when it carries the item's key, which names exactly one operation on one source record.
_RETURNED: Final = """
SELECT i.item_key, i.object_name, i.source_id, r.record_no, r.intacct_id FROM push.item AS i JOIN (
    SELECT 'ap_bill' AS object_name, entity, record_no, document_no AS intacct_id, description AS mark
    FROM intacct.ap_bill WHERE NOT _deleted
    UNION ALL
    SELECT 'vendor', entity, record_no, vendor_id, comments FROM intacct.vendor WHERE NOT _deleted
) AS r ON r.object_name = i.object_name AND r.entity = i.entity AND r.record_no = i.record_no
    AND position(i.item_key IN r.mark) > 0
WHERE i.link = %(link)s AND i.entity = %(entity)s AND i.state = 'accepted' ORDER BY i.created_at, i.position
"""

_DELETED: Final = """
SELECT i.item_key FROM push.item AS i JOIN (
    SELECT 'ap_bill' AS object_name, entity, record_no FROM intacct.ap_bill WHERE _deleted
    UNION ALL
    SELECT 'vendor', entity, record_no FROM intacct.vendor WHERE _deleted
) AS r ON r.object_name = i.object_name AND r.entity = i.entity AND r.record_no = i.record_no
WHERE i.link = %(link)s AND i.entity = %(entity)s AND i.state = 'accepted' ORDER BY i.created_at, i.position
"""

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
