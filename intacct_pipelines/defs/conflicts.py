"""Fields on which both sides of a pair differ, and a person's word on which side is right; without Dagster."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from intacct_pipelines.defs.planning import pushed_objects, sources_of
from intacct_pipelines.domain.link import INTO_BILL
from intacct_pipelines.domain.names import fold
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.push.into_bill.planners import GO_BOTH_WAYS, shared_fields
from intacct_pipelines.warehouse.agreed import Agreements, Difference
from intacct_pipelines.warehouse.outbox import Outbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from intacct_pipelines.defs.systems import Systems
    from intacct_pipelines.domain.conflicts import Side
    from intacct_pipelines.domain.link import Link


@dataclass(frozen=True, slots=True)
class Differing:
    """One pair of which the two sides say different things.

    Args:
        link: The link whose comparisons found the pair.
        object_name: As ``domain.reconciled`` names it.
        platform_id: The platform's key.
        record_no: Intacct's.
        is_held: Whether the last plan of either way holds it as a conflict.
        fields: What they differ in.
    """

    link: str
    object_name: str
    platform_id: str
    record_no: int
    is_held: bool
    fields: tuple[Difference, ...]

    @property
    def key(self) -> tuple[str, str, str]:
        """The key under which agreements are kept."""
        return self.object_name, self.platform_id, str(self.record_no)


def who_changed(field: Difference) -> str:
    """Return who changed a field since both agreed on it: ``platform``, ``intacct`` or ``both``; empty if unknown."""
    if field.agreed is None:
        return ""
    changed = [name for name in ("platform", "intacct") if fold(getattr(field, name)) != fold(field.agreed)]
    return changed[0] if len(changed) == 1 else "both"


def differing(systems: Systems, way: Link, object_name: str = "") -> list[Differing]:
    """Return the pairs of which the sides differ in what goes both ways.

    Args:
        systems: What to talk to; only the warehouse is read.
        way: A link's way into BILL.
        object_name: As ``domain.reconciled`` names it; all if none is given.

    Raises:
        NotApprovedError: A table has never been read, so nothing could be known from it.
    """
    link = systems.compared(way)
    objects = [
        one
        for one in pushed_objects(systems, way)
        if one.name in GO_BOTH_WAYS and object_name in {"", one.reconciliation}
    ]
    known, held = Agreements(systems.warehouse, link.name).known(), set(_held(systems, link, way))
    found = []
    for (name, platform_id, record_no), fields in shared_fields(
        sources_of(systems, way, objects), [one.name for one in objects]
    ):
        agreed = known.get((name, platform_id, record_no), {})
        differences = tuple(
            Difference(one.column, agreed.get(one.column), one.theirs, one.ours)
            for one in fields
            if one.ours and not one.is_agreed
        )
        if differences:
            is_held = bool({(name, platform_id), (name, record_no)} & held)
            found.append(Differing(link.name, name, platform_id, int(record_no), is_held, differences))
    return found


def settle(
    systems: Systems, pair: Differing, fields: tuple[Difference, ...], side: Side, *, by: str, at: datetime
) -> None:
    """Let one side's word stand on some fields of a pair; the next plans carry it to the other side.

    Args:
        systems: What to talk to.
        pair: The pair.
        fields: Those of its fields.
        side: Whose word.
        by: Who decides.
        at: When, UTC; what is edited in Intacct later is a conflict again.
    """
    Agreements(systems.warehouse, pair.link).settle(pair.key, fields, side, by=by, at=at)


def _held(systems: Systems, *links: Link) -> Iterator[tuple[str, str]]:
    """Yield object and source id of what the last plans of some links hold as conflicts."""
    outbox = Outbox(systems.warehouse)
    for link in links:
        for status in outbox.plans(link.name, limit=1):
            document: dict[str, Any] = json.loads(outbox.document(status.plan_id))
            for hold in document["holds"]:
                if hold["class"] == "conflict":
                    yield PUSHED[hold["object"]].reconciliation, hold["source_id"]


def ways_back(systems: Systems, name: str = "") -> list[Link]:
    """Return the ways into BILL of the links, or of the one that is called so, by the link's name or its way's."""
    ways = systems.connections.platform_links(INTO_BILL)
    return [way for way in ways if name in {"", way.name, systems.compared(way).name}]
