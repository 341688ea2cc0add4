"""Approving a plan by a person, of what is still so; plain functions over the warehouse's tables, without Dagster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from intacct_pipelines.defs.closed_books import closed_books
from intacct_pipelines.domain.inputs import Inputs, settings_hash
from intacct_pipelines.domain.link import Mode
from intacct_pipelines.errors import ConfigurationError, NotApprovedError
from intacct_pipelines.warehouse.outbox import Outbox, PlanStatus

if TYPE_CHECKING:
    from intacct_pipelines.defs.systems import Systems
    from intacct_pipelines.domain.link import Link


def inputs_of(systems: Systems, link: Link) -> Inputs:
    """Return what a plan of a link would be made from now, besides the records; asks Intacct for its closed books."""
    closed = closed_books(systems, link)
    decisions = Outbox(systems.warehouse).pair_decisions(systems.compared(link).name)
    return Inputs(settings_hash(link), closed, decisions)


def approve(systems: Systems, plan_id: str, *, by: str, content_hash: str = "", through: str = "") -> PlanStatus:
    """Approve a plan as a person read it, after proving that it was made from what is so now.

    Args:
        systems: What to talk to.
        plan_id: The plan.
        by: Who approves.
        content_hash: Hash of the content that was read; empty takes the stored one.
        through: Who is signed in to the machine.

    Raises:
        ConfigurationError: There is no such plan.
        NotApprovedError: Its link is gone or only observes, it is not open any more, its content is another, this
            person has approved it already, or what it was made from changed (it is then expired).
        RemoteSystemError: Intacct could not be asked.
    """
    outbox = Outbox(systems.warehouse)
    status = plan_status(outbox, plan_id)
    link = next((one for one in systems.connections.pushed_links() if one.name == status.link), None)
    if link is None:
        raise NotApprovedError(f"The link {status.link} is gone.", remedy="Restore it, or plan through another.")
    if link.mode is Mode.OBSERVE:
        raise NotApprovedError(
            f"The link {link.name} only observes; nothing of it is sent.", remedy="Set its mode to `sync` first."
        )
    if status.state == "planned":
        outbox.expire_changed(link.name, inputs_of(systems, link), actor=by)
    outbox.approve(plan_id, by=by, content_hash=content_hash or status.content_hash, through=through)
    return outbox.plan(plan_id)


def plan_status(outbox: Outbox, plan_id: str) -> PlanStatus:
    """Return a plan; one that does not exist is a wrong argument, not a refused approval.

    Raises:
        ConfigurationError: There is no such plan.
    """
    try:
        return outbox.plan(plan_id)
    except NotApprovedError as error:
        raise ConfigurationError(error.message, remedy=error.remedy) from error
