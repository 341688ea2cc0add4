"""Reconcile, confirm, plan and apply for one entity; plain functions over the warehouse's tables, without Dagster."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from intacct_pipelines.defs.approval import inputs_of
from intacct_pipelines.defs.bill_extraction import sync_bill
from intacct_pipelines.defs.extraction import sync_intacct_table
from intacct_pipelines.defs.optional import Skipped, lacks_module, sync_or_skip
from intacct_pipelines.defs.sieved import reconcile_through_sieve
from intacct_pipelines.defs.spend_extraction import sync_spend
from intacct_pipelines.domain.catalog import TABLES, Table
from intacct_pipelines.domain.catalog.intacct.audit import AUDIT_EVENT
from intacct_pipelines.domain.keys import EntityKey
from intacct_pipelines.domain.link import Mode
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.domain.reconciled import RECONCILED, Reconciled
from intacct_pipelines.domain.sieved import SIEVED
from intacct_pipelines.errors import ConfigurationError, NotApprovedError
from intacct_pipelines.push.apply import ApplyOptions, ApplyReport, apply_plan
from intacct_pipelines.push.confirm import confirm_items
from intacct_pipelines.push.plan import PLANNERS, build_plan
from intacct_pipelines.push.sources import rows_of
from intacct_pipelines.validate import documents
from intacct_pipelines.warehouse.compared import begin_comparison, stored_pairs
from intacct_pipelines.warehouse.due_parents import were_parents_asked
from intacct_pipelines.warehouse.outbox import Outbox, PlanStatus
from intacct_pipelines.warehouse.recon import Recon

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import pandas as pd

    from intacct_pipelines.defs.systems import Systems
    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.domain.push import Plan
    from intacct_pipelines.domain.pushed import Pushed
    from intacct_pipelines.reconcile.moment import Moment
    from intacct_pipelines.reconcile.result import Reconciliation
    from intacct_pipelines.validate.documents import DocumentCheck
    from intacct_pipelines.warehouse.compared import Comparison
    from intacct_pipelines.warehouse.connection import Warehouse

_JUDGED_AT_A_TIME: Final = 20_000
"""Documents that may not add up and are read at once."""
_OWNED_WITH_THE_LINK: Final = "S-CFG-03"


def reconcile(systems: Systems, link: Link, object_name: str, run_id: str) -> Reconciliation:
    """Compare one object of a link on both sides and store the result, which is empty if the object is left out.

    Of an object with a sieve, the result holds the pairs of what was compared now, and all differences and totals.
    """
    one = RECONCILED[object_name]
    comparison = _begin_comparison(systems, link, one, run_id)
    if object_name in SIEVED:
        from intacct_pipelines.reconcile.frames import columns_of  # noqa: PLC0415 - as in ``_compare``

        tables = dict(_read_for(systems, link.entity, one, columns_of))
        result = reconcile_through_sieve(
            systems.warehouse, link, object_name, tables, _moment(systems, link, one), comparison
        )
        return replace(result, differences=Recon(systems.warehouse).differences(link.name, object_name))
    result = _compare(systems, link, object_name)
    Recon(systems.warehouse).store(
        result,
        link=link.name,
        entity=str(link.entity),
        object_name=object_name,
        run_id=run_id,
        comparison=comparison,
    )
    return result


def _begin_comparison(systems: Systems, link: Link, one: Reconciled, run_id: str) -> Comparison:
    from intacct_pipelines.reconcile.frames import columns_of  # noqa: PLC0415 - as in ``_compare``

    reads = {name: _holder(link.entity, TABLES[name]) for name, _ in _read_for(systems, link.entity, one, columns_of)}
    return begin_comparison(systems.warehouse, link, one.name, run_id, reads=reads, after=one.after)


def _pairs(systems: Systems, link: Link, object_name: str, run_id: str) -> list[dict[str, Any]]:
    """Return the pairs that this run stored; if what they follow from changed since, or it stored none, find them."""
    if run_id:
        comparison = _begin_comparison(systems, link, RECONCILED[object_name], run_id)
        if (stored := stored_pairs(systems.warehouse, comparison)) is not None:
            return stored
    return rows_of(_compare(systems, link, object_name).matches)


def left_out(systems: Systems, entity: EntityKey, one: Reconciled) -> Skipped | None:
    """Return why an object is not compared at an entity, though a link ends there; None if it is."""
    if not one.may_be_left_out:
        return None
    if one.of_clearing and (missing := _lacks_clearing(systems, entity, one)):
        return missing
    for name in one.tables:
        table = TABLES[name]
        if table.module and (missing := lacks_module(systems, entity, table)):
            return missing
        if not _was_read(systems, table, _holder(entity, table)):
            return Skipped(f"{name} was never read, so nothing can be known from it", is_mendable=True)
    return None


def _holder(entity: EntityKey, table: Table) -> str:
    """Return the partition that holds a table's rows for an entity: the top level has what the whole company shares."""
    return str(EntityKey(entity.company_id) if table.is_company_wide else entity)


def _lacks_clearing(systems: Systems, entity: EntityKey, one: Reconciled) -> Skipped | None:
    """Say so if the link names no clearing account, or one that the entity's chart does not have."""
    link = systems.link(entity, one.platform)
    accounts = link.clearing.accounts if link else ()
    if not accounts:
        return Skipped("the link names no clearing account", _OWNED_WITH_THE_LINK)
    chart = systems.warehouse.read_frame(
        "intacct.gl_account", str(entity), columns=["account_no"], among=("account_no", accounts)
    )
    unknown = sorted(set(accounts) - set(chart["account_no"]))
    if not unknown:
        return None
    reason = f"the link names {', '.join(unknown)} for clearing, which is no account of this entity"
    return Skipped(reason, _OWNED_WITH_THE_LINK, is_mendable=True)


def _was_read(systems: Systems, table: Table, entity: str) -> bool:
    if table.schema == "business_center" and not table.embedded_in:
        # Looking for a file is certified too; only a file that was there leaves a watermark.
        return bool(systems.warehouse.watermark(table, entity))
    if table.is_asked_by_parent:
        return were_parents_asked(systems.warehouse, table, entity)
    return systems.warehouse.last_extracted_at(table, entity) is not None


def _read_for(
    systems: Systems, entity: EntityKey, one: Reconciled, columns_of: Callable[[str], list[str]]
) -> Iterator[tuple[str, list[str]]]:
    """Yield the tables that a comparison reads, each with its columns; none for an object that is left out."""
    if left_out(systems, entity, one):
        return
    for name in one.tables:
        yield name, columns_of(name)
    for name, columns in one.evidence.items():
        if _was_read(systems, TABLES[name], _holder(entity, TABLES[name])):
            yield name, [*columns, "_deleted"] if columns else columns_of(name)


def _compare(systems: Systems, link: Link, object_name: str) -> Reconciliation:
    """Compare one object of a link as the warehouse holds both sides now."""
    # pandas costs half a second, which loading the definitions must not
    from intacct_pipelines import reconcile as room  # noqa: PLC0415 - see above

    warehouse, one = systems.warehouse, RECONCILED[object_name]
    frames = room.Frames(
        {
            name: warehouse.read_frame(
                name,
                _holder(link.entity, TABLES[name]),
                columns=columns,
                include_deleted=True,
                among=_among(link) if name in one.of_clearing else None,
            )
            for name, columns in _read_for(systems, link.entity, one, room.columns_of)
        }
    )
    moment = _moment(systems, link, one)
    return room.reconcile(object_name, link, frames, Recon(warehouse).crosswalk(link.name), moment)


def _among(link: Link) -> tuple[str, tuple[str, ...]]:
    """Return of which rows of the ledger no more is read than what stands on the link's clearing accounts."""
    return "account_no", link.clearing.accounts


def _moment(systems: Systems, link: Link, one: Reconciled) -> Moment:
    from intacct_pipelines.reconcile.moment import Moment  # noqa: PLC0415 - as in ``_compare``

    closed_through = systems.intacct(link.entity).closed_books_date() if one.heeds_closed_books else None
    return Moment(datetime.now(UTC), closed_through)


def check_entity_documents(
    warehouse: Warehouse, entity: str, checks: Iterable[DocumentCheck] = documents.DOCUMENT_CHECKS
) -> pd.DataFrame:
    """Return the documents that do not add up, or name what is not there; one row a failure.

    Postgres finds those that may fail, so the memory that this takes follows their number and not the tables' size.
    """
    found: list[pd.DataFrame] = []
    for check in checks:
        suspected, by = warehouse.suspects(check.holds, entity)
        for start in range(0, len(suspected), _JUDGED_AT_A_TIME):
            block = suspected[start : start + _JUDGED_AT_A_TIME]
            frames = {
                table: warehouse.read_frame(table, entity, columns=columns, among=(by[table], block))
                for table, columns in check.reads.items()
            }
            found.append(documents.check_documents(frames, entity=entity, checks=[check]))
    return documents.together(found)


def pushed_objects(systems: Systems, link: Link) -> list[Pushed]:
    """Return what a link pushes, parents first: what its platform and the entity both have, and its settings let."""
    return [
        pushed
        for pushed in PUSHED.values()
        if pushed.platform == link.platform
        and pushed.name not in link.not_pushed
        and (not pushed.lifts or pushed.name in link.also_pushed)
        and not left_out(systems, link.entity, RECONCILED[pushed.reconciliation])
        and not _lacks_target(systems, link.entity, pushed.target)
    ]


def leaned_on(objects: Iterable[Pushed]) -> list[str]:
    """Return the reconciled objects whose pairs planning needs: those of the pushed ones, and what these stand on."""
    names: dict[str, None] = {}
    waiting = [pushed.reconciliation for pushed in objects]
    while waiting:
        name = waiting.pop()
        if name not in names:
            names[name] = None
            waiting += RECONCILED[name].after
    return sorted(names, key=list(RECONCILED).index)


def _lacks_target(systems: Systems, entity: EntityKey, table: Table) -> bool:
    """Say whether the company has no such table, or none that we may read, though others may do without it."""
    if table.module and lacks_module(systems, entity, table):
        return True
    return table.is_optional and not _was_read(systems, table, _holder(entity, table))


@dataclass(frozen=True, slots=True)
class Planned:
    """A stored plan, and what confirming before it found."""

    plan: Plan
    status: PlanStatus
    confirmed: int
    is_auto_approved: bool


def confirm_and_plan(systems: Systems, link: Link, run_id: str = "") -> Planned:
    """Confirm what came back, then plan what is still to be written; approve it if the link's policy allows.

    Args:
        systems: What to talk to.
        link: The link.
        run_id: The run that has just compared the link's objects; without one all pairs are found anew.

    Raises:
        NotApprovedError: A table that the plan depends on has never been read, so nothing could be known from it.
    """
    warehouse, name = systems.warehouse, str(link.entity)
    outbox = Outbox(warehouse)
    objects = pushed_objects(systems, link)
    tables = sorted({table for pushed in objects for table in PLANNERS[pushed.name].reads})
    unread = [table for table in tables if not _was_read(systems, TABLES[table], _holder(link.entity, TABLES[table]))]
    if unread:
        raise NotApprovedError(
            f"nothing can be planned for {name}: {', '.join(unread)} has never been read whole",
            remedy="Sync the entity until every table is there.",
        )
    helpful = {table for pushed in objects for table in pushed.helped_by} - set(tables)
    tables += sorted(name for name in helpful if _was_read(systems, TABLES[name], _holder(link.entity, TABLES[name])))
    confirmed = confirm_items(outbox, link)
    now = datetime.now(UTC)
    # Revisions and inputs come before the rows: if a sync commits in between, the plan expires; no payload is older.
    revisions = {
        (pushed.name, source_id): revision
        for pushed in objects
        for source_id, revision in outbox.stored_revisions(
            name, pushed.name, warehouse.keys(pushed.source.qualified_name, name)
        ).items()
    }
    inputs = inputs_of(systems, link)
    outbox.expire_changed(link.name, inputs, actor="plan")
    matches = [row for one in leaned_on(objects) for row in _pairs(systems, link, one, run_id)]
    holders = {table: _holder(link.entity, TABLES[table]) for table in tables}
    of_clearing = {table for one in RECONCILED.values() for table in one.of_clearing}
    plan = build_plan(
        link,
        {
            table: rows_of(warehouse.read_frame(table, holder, among=_among(link) if table in of_clearing else None))
            for table, holder in holders.items()
        },
        matches,
        revisions=revisions,
        closed_through=inputs.closed_through,
        now=now,
        in_hand=outbox.in_hand(link.name),
        posted=outbox.posted(link.name),
        quarantined={
            (table, key) for table, holder in holders.items() for key in warehouse.rejected_keys(table, holder)
        },
        objects=[pushed.name for pushed in objects],
        pair_decisions=inputs.pairs,
        refused=outbox.refused(link.name, inputs),
    )
    plan_id = outbox.store_plan(plan, actor="plan")
    # A plan of a link that only observes is for reading; nobody may approve it, not even the policy.
    is_approved = link.mode is Mode.SYNC and bool(plan.items) and outbox.auto_approve(link, plan_id)
    status = outbox.plan(plan_id)
    # If the same content was stored before, it is the earlier plan that can be read and approved.
    plan = replace(plan, created_at=status.created_at.astimezone(UTC))
    return Planned(plan, status, confirmed, is_approved)


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
    options = ApplyOptions(functions_per_request=company.functions_per_request, in_flight=1)
    report = ApplyReport()
    # of links that all observe, the first one says so
    for link in [link for link in links if link.mode is Mode.SYNC] or links[:1]:
        if link.mode is Mode.SYNC and outbox.approved_plans(link.name):
            outbox.expire_changed(link.name, inputs_of(systems, link), actor=f"run {run_id}")
            _read_again(systems, outbox, link, run_id)
        report.add(apply_plan(outbox, systems.intacct(entity), link, worker=f"run {run_id}", options=options))
    return report


def _read_again(systems: Systems, outbox: Outbox, link: Link, run_id: str) -> None:
    """Read both sides of what a link is about to send."""
    # what was deleted since the plan is told by the audit history
    sync_or_skip(systems, link.entity, AUDIT_EVENT, run_id)
    in_hand = {item.object_name for item in outbox.in_hand(link.name)}
    objects = [pushed for pushed in PUSHED.values() if pushed.name in in_hand]
    grounds = [TABLES[name] for pushed in objects for name in pushed.stands_on]
    targets = [table for pushed in objects for table in (pushed.target, *pushed.target_lines)]
    for table in dict.fromkeys((*targets, *grounds)):
        sync_intacct_table(systems, link.entity, table, run_id)
    sync_source = {"bill": sync_bill, "spend": sync_spend}[link.platform]
    for source in dict.fromkeys(pushed.source for pushed in objects):
        sync_source(systems, link.entity, source, run_id)
