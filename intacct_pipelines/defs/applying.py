"""Applying approved plans of an entity; without Dagster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from intacct_pipelines.defs.approval import inputs_of
from intacct_pipelines.defs.bill_extraction import sync_bill
from intacct_pipelines.defs.business_center_extraction import sync_business_center
from intacct_pipelines.defs.extraction import sync_intacct_table
from intacct_pipelines.defs.optional import sync_or_skip
from intacct_pipelines.defs.platform_files import PlatformFiles
from intacct_pipelines.defs.spend_extraction import sync_spend
from intacct_pipelines.domain.catalog import TABLES
from intacct_pipelines.domain.catalog.intacct.audit import AUDIT_EVENT
from intacct_pipelines.domain.link import Mode
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.errors import ConfigurationError, NotApprovedError
from intacct_pipelines.push.apply import ApplyOptions, ApplyReport, apply_plan
from intacct_pipelines.push.into_intacct import IntacctChannel
from intacct_pipelines.warehouse.outbox import Outbox

if TYPE_CHECKING:
    from intacct_pipelines.defs.systems import Systems
    from intacct_pipelines.domain.keys import EntityKey
    from intacct_pipelines.domain.link import Link

_SYNC: Final = {"bill": sync_bill, "spend": sync_spend, "business_center": sync_business_center}
"""What reads a platform's records once more."""


def apply(systems: Systems, entity: EntityKey, run_id: str, *, plan_id: str = "") -> ApplyReport:
    """Send what is approved for an entity's links, each item exactly once.

    First both sides are read once more: what was changed, withdrawn or entered by hand since the plan is not sent, nor
    is anything if settings, closed books or people's decisions about pairs are not those of the plan.

    Args:
        systems: What to talk to.
        entity: The entity.
        run_id: Names the worker.
        plan_id: If given, that plan must be the approved one.

    Raises:
        ConfigurationError: No link ends at the entity.
        NotApprovedError: The plan is not approved, or all links only observe.
    """
    links = systems.pushed_links(entity)
    if not links:
        raise ConfigurationError(
            f"No link ends at {entity}.", rule="S-CFG-01", remedy="Add one to the connections file."
        )
    outbox = Outbox(systems.warehouse)
    if plan_id and outbox.plan(plan_id).state not in {"approved", "done"}:
        raise NotApprovedError(f"plan {plan_id} is not approved", remedy="Read it with `plan`, then `approve` it.")
    company = systems.connections.company(entity)
    options = ApplyOptions(functions_per_request=company.functions_per_request, in_flight=company.writes_in_flight)
    report = ApplyReport()
    # of links that all observe, the first one says so
    for link in [link for link in links if link.mode is Mode.SYNC] or links[:1]:
        if link.mode is Mode.SYNC and outbox.approved_plans(link.name):
            outbox.expire_changed(link.name, inputs_of(systems, link), actor=f"run {run_id}")
            _read_again(systems, outbox, link, run_id)
        channel = IntacctChannel(systems.intacct(entity), PlatformFiles(systems, link))
        report.add(apply_plan(outbox, channel, link, worker=f"run {run_id}", options=options))
    return report


def _read_again(systems: Systems, outbox: Outbox, link: Link, run_id: str) -> None:
    """Read both sides of what a link is about to send."""
    # what was deleted since the plan is told by the audit history
    sync_or_skip(systems, link.entity, AUDIT_EVENT, run_id)
    in_hand = {item.object_name for item in outbox.in_hand(link.name)}
    objects = [pushed for pushed in PUSHED.values() if pushed.name in in_hand]
    grounds = [TABLES[name] for pushed in objects for name in pushed.stands_on]
    # attachments come with the bytes of all files, so the few that are sent are looked up just before instead
    whole = [pushed for pushed in objects if not pushed.is_read_by_call]
    targets = [table for pushed in whole for table in (pushed.target, *pushed.target_lines)]
    for table in dict.fromkeys((*targets, *grounds)):
        sync_intacct_table(systems, link.entity, table, run_id)
    for source in dict.fromkeys(pushed.source for pushed in objects):
        _SYNC[link.platform](systems, link.entity, source, run_id)
