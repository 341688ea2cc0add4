"""One sync of a BILL link both ways, with no more than its plans take: Dagster's job `sync`, without Dagster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from intacct_pipelines.defs.bill_extraction import sync_bill
from intacct_pipelines.defs.comparing import left_out, reconcile
from intacct_pipelines.defs.optional import sync_or_skip
from intacct_pipelines.defs.planning import confirm_and_plan, leaned_on
from intacct_pipelines.domain.catalog import BILL_TABLES, INTACCT_TABLES
from intacct_pipelines.domain.catalog.intacct.audit import AUDIT_EVENT
from intacct_pipelines.domain.link import INTO_BILL
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.domain.reconciled import RECONCILED
from intacct_pipelines.push.plan import PLANNERS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from intacct_pipelines.defs.planning import Planned
    from intacct_pipelines.defs.systems import Systems
    from intacct_pipelines.domain.keys import EntityKey
    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.domain.pushed import Pushed


def tables_for(objects: Iterable[Pushed]) -> set[str]:
    """Return the names of the tables that planning, comparing and confirming objects takes."""
    objects = list(objects)
    needed = {table for name in leaned_on(objects) for table in RECONCILED[name].tables}
    needed |= {table for one in objects for table in (*PLANNERS[one.name].reads, *one.helped_by)}
    return needed | {one.target.qualified_name for one in objects}


def both_ways(systems: Systems, entity: EntityKey) -> list[Link]:
    """Return the BILL link at an entity, and its way into BILL if it opens one."""
    return [link for name in ("bill", INTO_BILL) if (link := systems.link(entity, name)) is not None]


def read_both_sides(systems: Systems, entity: EntityKey, run_id: str) -> None:
    """Read of both systems what planning both ways takes.

    Raises:
        RemoteSystemError: A system did not answer; what was read before is stored, and the next reading goes on.
    """
    needed = tables_for(_objects(both_ways(systems, entity)))
    # What was deleted is told by the audit history, so it comes first.
    sync_or_skip(systems, entity, AUDIT_EVENT, run_id)
    for table in INTACCT_TABLES:
        if table.qualified_name in needed:
            sync_or_skip(systems, entity, table, run_id)
    for table in BILL_TABLES:
        if table.qualified_name in needed and not table.embedded_in:
            sync_bill(systems, entity, table, run_id)


def sync_both_ways(systems: Systems, entity: EntityKey, run_id: str) -> dict[str, Planned]:
    """Read both sides of the BILL link at an entity, compare them, confirm, and plan each way.

    Returns:
        The plan of each way, by the name of its link; that into BILL only where the link opens it.

    Raises:
        RemoteSystemError: As ``read_both_sides`` does.
    """
    links = both_ways(systems, entity)
    read_both_sides(systems, entity, run_id)
    for name in leaned_on(_objects(links)):
        if not left_out(systems, entity, RECONCILED[name]):
            reconcile(systems, links[0], name, run_id)
    return {link.name: confirm_and_plan(systems, link, run_id) for link in links}


def _objects(links: Iterable[Link]) -> list[Pushed]:
    return [one for link in links for one in PUSHED.values() if one.platform == link.platform and one.is_let_by(link)]
