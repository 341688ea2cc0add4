"""Applying approved plans of an entity; without Dagster."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
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
from intacct_pipelines.domain.link import INTO_BILL, INTO_BUSINESS_CENTER, INTO_SPEND, Mode
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.errors import ConfigurationError, NotApprovedError
from intacct_pipelines.push.apply import ApplyOptions, ApplyReport, apply_plan
from intacct_pipelines.push.into_bill.channel import BillChannel
from intacct_pipelines.push.into_bill.shelf import Shelf
from intacct_pipelines.push.into_business_center.channel import BusinessCenterChannel
from intacct_pipelines.push.into_intacct import IntacctChannel
from intacct_pipelines.push.into_spend.channel import SpendChannel
from intacct_pipelines.push.sources import rows_of
from intacct_pipelines.warehouse.outbox import Outbox, utc_now

if TYPE_CHECKING:
    from intacct_pipelines.defs.systems import Systems
    from intacct_pipelines.domain.catalog import Table
    from intacct_pipelines.domain.keys import EntityKey
    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.push.channel import Channel
    from intacct_pipelines.push.sources import Row

_SYNC: Final = {
    "intacct": sync_intacct_table,
    "bill": sync_bill,
    "spend": sync_spend,
    "business_center": sync_business_center,
}
"""What reads a table once more, by its system."""
_ITEMS_IN_A_FILE: Final = 100
_SETTLE_IN_BILL: Final = timedelta(minutes=3)
"""BILL runs a call twice that comes twice, so one whose answer was lost is waited for longer than any gateway waits.

Spend & Expense is reached by the same gateways, and does too.
"""


def apply(
    systems: Systems,
    entity: EntityKey,
    run_id: str,
    *,
    plan_id: str = "",
    now: Callable[[], datetime] = utc_now,
    sleep: Callable[[float], None] = time.sleep,
) -> ApplyReport:
    """Send what is approved for an entity's links, each item exactly once.

    First both sides are read once more: what was changed, withdrawn or entered by hand since the plan is not sent, nor
    is anything if settings, closed books or people's decisions about pairs are not those of the plan.

    Args:
        systems: What to talk to.
        entity: The entity.
        run_id: Names the worker.
        plan_id: If given, that plan must be the approved one.
        now: Clock.
        sleep: Pause in seconds.

    Raises:
        ConfigurationError: No link ends at the entity.
        NotApprovedError: The plan is not approved, or all links only observe.
    """
    links = systems.pushed_links(entity)
    if not links:
        raise ConfigurationError(
            f"No link ends at {entity}.", rule="S-CFG-01", remedy="Add one to the connections file."
        )
    outbox = Outbox(systems.warehouse, now=now)
    if plan_id and outbox.plan(plan_id).state not in {"approved", "done"}:
        raise NotApprovedError(f"plan {plan_id} is not approved", remedy="Read it with `plan`, then `approve` it.")
    company = systems.connections.company(entity)
    into_intacct = ApplyOptions(functions_per_request=company.functions_per_request, in_flight=company.writes_in_flight)
    limits = {
        INTO_BILL: ApplyOptions(settle=_SETTLE_IN_BILL),
        INTO_SPEND: ApplyOptions(settle=_SETTLE_IN_BILL),
        INTO_BUSINESS_CENTER: ApplyOptions(functions_per_request=_ITEMS_IN_A_FILE, settle=timedelta(0)),
    }
    report = ApplyReport()
    # of links that all observe, the first one says so
    for link in [link for link in links if link.mode is Mode.SYNC] or links[:1]:
        if link.mode is Mode.SYNC and outbox.approved_plans(link.name):
            outbox.expire_changed(link.name, inputs_of(systems, link), actor=f"run {run_id}")
            _read_again(systems, outbox, link, run_id)
        options = limits.get(link.platform, into_intacct)
        channel = channel_of(systems, link)
        report.add(apply_plan(outbox, channel, link, worker=f"run {run_id}", options=options, now=now, sleep=sleep))
    return report


def channel_of(systems: Systems, link: Link) -> Channel:
    """Return the way into the system that a link's items are written to."""
    if link.platform == INTO_BILL:
        return BillChannel(systems.bill(link.entity), Shelf(systems.intacct(link.entity)))
    if link.platform == INTO_BUSINESS_CENTER:
        return BusinessCenterChannel(systems.out_folder(link.entity), partial(_standing, systems, link.entity))
    if link.platform == INTO_SPEND:
        return SpendChannel(systems.spend(link.entity))
    return IntacctChannel(systems.intacct(link.entity), PlatformFiles(systems, link))


def _standing(systems: Systems, entity: EntityKey, table: str, key: str) -> Row | None:
    frame = systems.warehouse.read_frame(table, str(entity), among=(TABLES[table].key[0], [key]))
    # rows in whose key nothing stands are read along
    return next((row for row in rows_of(frame) if row[TABLES[table].key[0]] == key), None)


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
    sources = [table for pushed in objects for table in (pushed.source, *pushed.source_lines)]
    sources += [TABLES[name] for pushed in objects for name in pushed.spans]
    for table in dict.fromkeys(_around(table) for table in (*targets, *grounds, *sources)):
        _SYNC[table.schema](systems, link.entity, table, run_id)


def _around(table: Table) -> Table:
    """Return the table with which one comes: what is embedded comes with the record around it."""
    return _around(TABLES[f"{table.schema}.{table.parent}"]) if table.embedded_in else table
