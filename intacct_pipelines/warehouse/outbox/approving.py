"""Approving: what people, or the link's policy, let through. Only what an approved plan holds is ever sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from intacct_pipelines.domain.approval import why_a_person
from intacct_pipelines.domain.push import State
from intacct_pipelines.errors import NotApprovedError
from intacct_pipelines.warehouse.outbox.expiring import Expiring, lock_link
from intacct_pipelines.warehouse.outbox.items import Outcome, Reason, select_items
from intacct_pipelines.warehouse.outbox.journal import entry
from intacct_pipelines.warehouse.outbox.overtaken import overtaken

if TYPE_CHECKING:
    from collections.abc import Sequence

    import psycopg

    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.warehouse.outbox.items import OutboxItem

_POLICY: Final = "policy of "
"""With this the name begins under which a link's policy approves; no person has such a name."""


class Approving(Expiring):
    """Approving plans."""

    def approve(self, plan_id: str, *, by: str, content_hash: str, through: str = "") -> int:
        """Approve a plan as a person read it; return the number of items that may now be sent.

        A plan that needs two people stays open, and 0 is returned, until the second one approves the same content.

        Args:
            plan_id: The plan.
            by: Who approves; stored and journalled.
            content_hash: Hash that the approver saw; proves that this very content is meant.
            through: Who was signed in to the machine, for the journal.

        Raises:
            NotApprovedError: There is no such plan, it is not open any more, its content is another, this person has
                approved it already or has no name, or a record has changed on either side since (the plan is then
                expired).
        """
        name = by.strip()
        if not name or name.casefold().startswith(_POLICY):
            raise NotApprovedError(
                f"{by!r} is no name of a person, so it approves nothing", remedy="Approve by your own name."
            )
        return self._approve(plan_id, name, content_hash, is_person=True, through=through)

    def auto_approve(self, link: Link, plan_id: str) -> bool:
        """Approve a plan by the link's own policy, if it allows that; return whether it did.

        Raises:
            NotApprovedError: As ``approve``.
        """
        items, plan = self.items(plan_id=plan_id), self.plan(plan_id)
        if not items or plan.approvals_needed > 1 or why_a_person(link, items):
            return False
        self._approve(plan_id, f"{_POLICY}{link.name}", plan.content_hash, is_person=False)
        return True

    def _approve(self, plan_id: str, by: str, content_hash: str, *, is_person: bool, through: str = "") -> int:
        """Return the number of approved items."""
        with self._transaction() as cursor:
            plan = _plan_for_approval(cursor, plan_id, content_hash)
            items = select_items(cursor, "plan_id = %s AND state = 'planned' ORDER BY position FOR UPDATE", (plan_id,))
            changed = {item.key for item in self._stale(items)} | overtaken(cursor, items)
            stale = [item for item in items if item.key in changed]
            if stale:
                why = "a record of its plan, or its place in Intacct, changed after the plan was made"
                self._expire_plan(cursor, plan_id, why, by)
            else:
                return self._approved(cursor, plan, items, by, is_person=is_person, through=through)
        labels = ", ".join(item.label or item.source_id for item in stale[:3])
        raise NotApprovedError(
            f"plan {plan_id} has expired: {len(stale)} of its records changed since, {labels} among them",
            remedy="Make a new plan and approve that.",
        )

    def _approved(
        self,
        cursor: psycopg.Cursor[dict[str, Any]],
        plan: dict[str, Any],
        items: Sequence[OutboxItem],
        by: str,
        *,
        is_person: bool,
        through: str,
    ) -> int:
        plan_id, content_hash, needed = plan["plan_id"], plan["content_hash"], plan["approvals_needed"]
        people = [by]
        if is_person:
            people = [*_people(cursor, plan_id, besides=by), by]
            cursor.execute(
                "INSERT INTO push.approval (plan_id, person, content_hash, at) VALUES (%s, %s, %s, %s)",
                (plan_id, by, content_hash, self._now()),
            )
        detail = {"content_hash": content_hash, "approved_by": people, "needed": needed, "through": through}
        if len(people) < needed:
            self._write_journal(cursor, by, [entry(None, plan_id, "plan_approval", detail)])
            return 0
        busy = _busy_records(cursor, plan["link"], items)
        outcomes = [_approval(item, busy) for item in items]
        self._move(cursor, outcomes, by)
        cursor.execute(
            "UPDATE push.plan SET state = 'approved', approved_by = %s, approved_at = %s WHERE plan_id = %s",
            (" and ".join(people), self._now(), plan_id),
        )
        self._write_journal(cursor, by, [entry(None, plan_id, "plan_approved", detail)])
        return sum(outcome.state is State.APPROVED for outcome in outcomes)


def _plan_for_approval(cursor: psycopg.Cursor[dict[str, Any]], plan_id: str, content_hash: str) -> dict[str, Any]:
    row = cursor.execute("SELECT link FROM push.plan WHERE plan_id = %s", (plan_id,)).fetchone()
    if row is None:
        raise NotApprovedError(f"there is no plan {plan_id}", remedy="List the plans with `status`.")
    lock_link(cursor, row["link"])
    plan = cursor.execute("SELECT * FROM push.plan WHERE plan_id = %s FOR UPDATE", (plan_id,)).fetchone()
    if plan is None or plan["state"] != "planned":
        state = "gone" if plan is None else plan["state"]
        newer = plan and plan["replaced_by"]
        ended = cursor.execute(_WHY_EXPIRED, (plan_id,)).fetchone()
        told = [str(state), ended["why"] if ended else "", f"plan {newer} took its place" if newer else ""]
        raise NotApprovedError(
            f"plan {plan_id} is {', '.join(filter(None, told))}, not open for approval",
            remedy=f"Read {newer} and approve that." if newer else "Make a new plan.",
        )
    if plan["content_hash"] != content_hash:
        raise NotApprovedError(
            f"plan {plan_id} has the content {plan['content_hash'][:12]}, not {content_hash[:12]}",
            remedy="Read the plan again and approve what it says now.",
        )
    return plan


def _people(cursor: psycopg.Cursor[dict[str, Any]], plan_id: str, *, besides: str) -> list[str]:
    """Return who has approved a plan so far.

    Raises:
        NotApprovedError: The one who approves now is among them.
    """
    rows = cursor.execute("SELECT person FROM push.approval WHERE plan_id = %s ORDER BY at", (plan_id,)).fetchall()
    people = [str(row["person"]) for row in rows]
    if besides.casefold() in {person.casefold() for person in people}:
        raise NotApprovedError(
            f"{besides} has approved plan {plan_id} already, and it needs two different people",
            remedy="Let somebody else read it and approve it.",
        )
    return people


def _approval(item: OutboxItem, busy: set[tuple[str, str]]) -> Outcome:
    if (item.object_name, item.source_id) not in busy:
        return Outcome(item.key, State.APPROVED, "approved")
    reason = Reason(
        "in_hand", "S-IDM-01", "an earlier item for this record is on its way", "Wait until that one is confirmed."
    )
    return Outcome(item.key, State.HELD, "held", reason)


def _busy_records(
    cursor: psycopg.Cursor[dict[str, Any]], link: str, items: Sequence[OutboxItem]
) -> set[tuple[str, str]]:
    rows = cursor.execute(
        """SELECT object_name, source_id FROM push.item WHERE link = %s AND source_id = ANY(%s)
        AND state IN ('approved', 'sending', 'uncertain', 'accepted')""",
        (link, [item.source_id for item in items]),
    ).fetchall()
    return {(row["object_name"], row["source_id"]) for row in rows}


_WHY_EXPIRED: Final = """
SELECT detail::jsonb ->> 'reason' AS why FROM push.journal WHERE plan_id = %s AND event = 'plan_expired'
ORDER BY seq DESC LIMIT 1
"""
