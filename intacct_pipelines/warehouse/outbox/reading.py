"""Reading: plans, items and all that was ever done for a record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from intacct_pipelines.domain.push import OPEN, Operation, State
from intacct_pipelines.errors import NotApprovedError
from intacct_pipelines.warehouse.outbox.items import PlanStatus, Standing, select_items
from intacct_pipelines.warehouse.outbox.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from intacct_pipelines.warehouse.outbox.items import OutboxItem

_PERHAPS_DELETED: Final = frozenset({"deleted_in_intacct", "deleted_in_bill", "repeat_refused"})
_BY_MACHINE: Final = ("reconciliation", "confirm")
"""Who writes down pairs that no person decided."""
_DECISIONS: Final = """
SELECT encode(sha256(convert_to(coalesce(string_agg(jsonb_build_array(object, platform_id, intacct_record_no, status)
    ::text, ',' ORDER BY object, platform_id, intacct_record_no), '') || coalesce((
        SELECT ';' || max(id) FROM mapping.resolution WHERE link = %(link)s), ''), 'UTF8')), 'hex') AS hash
FROM mapping.crosswalk WHERE link = %(link)s AND status <> 'proposed' AND decided_by <> ALL(%(by_machine)s)
"""


class Reading(Journal):
    """What the outbox holds."""

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

    def items(
        self, *, link: str | None = None, plan_id: str | None = None, states: Sequence[State] | None = None
    ) -> list[OutboxItem]:
        """Return items, in the order in which they are sent, narrowed by link, plan and states."""
        with self._transaction() as cursor:
            return select_items(
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

    def pair_decisions(self, link: str) -> str:
        """Return a hash of what people decided about pairs of a link; what is found by machine does not count."""
        with self._transaction() as cursor:
            row = cursor.execute(_DECISIONS, {"link": link, "by_machine": list(_BY_MACHINE)}).fetchone()
        return str(row["hash"]) if row else ""

    def counts(self, link: str | None = None) -> dict[str, int]:
        """Return the number of items by state."""
        with self._transaction() as cursor:
            rows = cursor.execute(
                """SELECT state, count(*) AS n FROM push.item WHERE (%s::text IS NULL OR link = %s)
                GROUP BY state ORDER BY state""",
                (link, link),
            ).fetchall()
        return {row["state"]: row["n"] for row in rows}

    def standing(self, links: Sequence[str]) -> list[Standing]:
        """Return how many items of some links stand in each state, and their money, by currency."""
        with self._transaction() as cursor:
            rows = cursor.execute(
                """SELECT state, currency, count(*) AS n, sum(amount) AS amount FROM push.item WHERE link = ANY(%s)
                GROUP BY state, currency ORDER BY state, currency""",
                (list(links),),
            ).fetchall()
        return [Standing(State(row["state"]), row["currency"], row["n"], row["amount"]) for row in rows]

    def explain(self, source_id: str) -> dict[str, list[dict[str, Any]]]:
        """Return all that was ever planned, held and done for one source record: ``items``, ``holds``, ``journal``.

        The journal holds the steps of its items, and the approvals of their plans that waited for a second person.
        """
        with self._transaction() as cursor:
            items = cursor.execute(
                "SELECT * FROM push.item WHERE source_id = %s ORDER BY created_at, position", (source_id,)
            ).fetchall()
            holds = cursor.execute(
                """SELECT h.*, p.created_at, p.link, p.entity FROM push.hold AS h JOIN push.plan AS p USING (plan_id)
                WHERE h.source_id = %s ORDER BY p.created_at, h.position""",
                (source_id,),
            ).fetchall()
            journal = cursor.execute(
                """SELECT * FROM push.journal AS j WHERE item_key = ANY(%(keys)s) OR event = 'plan_approval'
                    AND plan_id IN (SELECT plan_id FROM push.journal WHERE item_key = ANY(%(keys)s)) ORDER BY seq""",
                {"keys": [row["item_key"] for row in items]},
            ).fetchall()
        return {"items": items, "holds": holds, "journal": journal}

    def _plans(self, condition: str, values: tuple[object, ...], limit: int = 1000) -> list[PlanStatus]:
        query = f"""SELECT p.*, coalesce((SELECT jsonb_object_agg(c.state, c.n) FROM (
                SELECT state, count(*) AS n FROM push.item AS i WHERE i.plan_id = p.plan_id GROUP BY state) AS c),
                '{{}}'::jsonb) AS counts,
                ARRAY(SELECT person FROM push.approval AS a WHERE a.plan_id = p.plan_id ORDER BY at) AS approvals
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
                tuple(row["approvals"]),
                row["approvals_needed"],
                row["replaced_by"] or "",
            )
            for row in rows
        ]


def _values(states: Sequence[State] | None) -> list[str] | None:
    return None if states is None else [state.value for state in states]
