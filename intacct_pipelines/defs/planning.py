"""Confirming what came back, and planning what is still to be written; without Dagster."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from intacct_pipelines.defs.approval import inputs_of
from intacct_pipelines.defs.comparing import among_clearing, holder_of, left_out, pairs_of, was_read
from intacct_pipelines.defs.optional import lacks_module
from intacct_pipelines.defs.platform_files import PlatformFiles
from intacct_pipelines.domain.attached import ATTACHED
from intacct_pipelines.domain.attached_in_bill import ATTACHMENTS, KEPT
from intacct_pipelines.domain.catalog import TABLES, Table
from intacct_pipelines.domain.link import INTO_BILL, INTO_BUSINESS_CENTER, Mode
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.domain.reconciled import RECONCILED
from intacct_pipelines.domain.statements import statements_to_pay
from intacct_pipelines.errors import NotApprovedError
from intacct_pipelines.push.confirm import confirm_items
from intacct_pipelines.push.into_bill.planners import agreements
from intacct_pipelines.push.into_bill.shelf import Shelf, measure_attachments, wanted_attachments
from intacct_pipelines.push.into_business_center.answers import heed_answers
from intacct_pipelines.push.measuring import measure, unread_files
from intacct_pipelines.push.plan import PLANNERS, build_plan
from intacct_pipelines.push.sources import Sources, rows_of
from intacct_pipelines.warehouse.agreed import Agreed, Agreements
from intacct_pipelines.warehouse.file_contents import FileContents
from intacct_pipelines.warehouse.outbox import Outbox, PlanStatus
from intacct_pipelines.warehouse.recon import Recon

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from intacct_pipelines.defs.systems import Systems
    from intacct_pipelines.domain.attached import Content
    from intacct_pipelines.domain.keys import EntityKey
    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.domain.push import Plan
    from intacct_pipelines.domain.pushed import Pushed


def pushed_objects(systems: Systems, link: Link) -> list[Pushed]:
    """Return what a link pushes, parents first: what its platform and the entity both have, and its settings let."""
    return [
        pushed
        for pushed in PUSHED.values()
        if pushed.platform == link.platform
        and pushed.is_let_by(link)
        and not (pushed.is_compared and left_out(systems, link.entity, RECONCILED[pushed.reconciliation]))
        and not _lacks_target(systems, link.entity, pushed.target)
        and not (
            pushed.name in {*ATTACHED, *KEPT} and _lacks_target(systems, link.entity, TABLES["intacct.attachment"])
        )
    ]


def leaned_on(objects: Iterable[Pushed]) -> list[str]:
    """Return the reconciled objects whose pairs planning needs: those of the pushed ones, and what these stand on."""
    names: dict[str, None] = {}
    waiting = [pushed.reconciliation for pushed in objects if pushed.is_compared]
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
    return table.is_optional and not was_read(systems, table, holder_of(entity, table))


def _contents(systems: Systems, objects: Iterable[Pushed], sources: Sources) -> dict[tuple[str, str], Content]:
    """Return what is in the files that the objects may send; what nobody knows yet is read from the platform."""
    objects = [*objects]
    if kept := [pushed.name for pushed in objects if pushed.name in KEPT]:
        return _contents_of_intacct(systems, kept, sources)
    attached = [ATTACHED[pushed.name] for pushed in objects if pushed.name in ATTACHED]
    if not attached:
        return {}
    link = sources.link
    stored = FileContents(systems.warehouse, link.name)
    known = stored.known()
    wanted = [file for one in attached for file in unread_files(sources, one, known)]
    found = measure(PlatformFiles(systems, link), wanted, link.files)
    stored.remember(found)
    return {**known, **found}


def _contents_of_intacct(systems: Systems, objects: list[str], sources: Sources) -> dict[tuple[str, str], Content]:
    """Return what is in the attachments that may go into BILL; what nobody knows yet is read from Intacct."""
    link = sources.link
    stored = FileContents(systems.warehouse, link.name)
    known = stored.known()
    named = {attachment for name in objects for attachment in wanted_attachments(sources, name)}
    rows = [row for row in sources.live(ATTACHMENTS) if row["attachment_id"] in named]
    found = measure_attachments(Shelf(systems.intacct(link.entity)), rows, known, link.files.per_plan)
    stored.remember(found)
    return {**known, **found}


def _source_ids(systems: Systems, link: Link, pushed: Pushed, now: datetime) -> list[str]:
    """Return the ids of the records that may be pushed: of a period's rows there is none to read them from."""
    if pushed.spans:
        return [one.id for one in statements_to_pay(link, now)]
    return systems.warehouse.keys(pushed.source.qualified_name, str(link.entity))


def _read_at(systems: Systems, holders: Mapping[str, str], objects: Iterable[Pushed]) -> dict[str, datetime]:
    """Return until when the tables were read that have to be complete for a period."""
    names = {name for pushed in objects if pushed.spans for name in PLANNERS[pushed.name].reads}
    found = {name: systems.warehouse.last_extracted_at(TABLES[name], holders[name]) for name in sorted(names)}
    return {name: moment for name, moment in found.items() if moment is not None}


def _agreed(systems: Systems, compared: Link, objects: Iterable[Pushed], sources: Sources) -> Agreed:
    """Return what the pairs of lists and partners last agreed on; what goes into BILL tells what they do now."""
    stored = Agreements(systems.warehouse, compared.name)
    known = stored.known()
    found = agreements(sources, [pushed.name for pushed in objects])
    return stored.remember(found, known) if found else known


def _once_in_intacct(systems: Systems, compared: Link, objects: Iterable[Pushed]) -> set[tuple[str, str]]:
    """Return what had a pair in Intacct, whoever made it: without one now it was deleted there (S-IDM-06)."""
    into = {one.name for one in objects if one.target.schema == "intacct" and one.reconciliation == one.name}
    return {(name, key) for name, key in Recon(systems.warehouse).once_paired(compared.name) if name in into}


def _of_one_pairing(systems: Systems, link: Link) -> list[Link]:
    """Return a link, and the other way of its BILL account: what that has made is known before anything is planned.

    A record that went the other way, and was renamed there before it was read, would be taken for a new one.
    """
    other = {"bill": INTO_BILL, INTO_BILL: "bill"}.get(link.platform)
    found = systems.link(link.entity, other) if other else None
    return [link, found] if found else [link]


@dataclass(frozen=True, slots=True)
class Planned:
    """A stored plan, and what confirming before it found."""

    plan: Plan
    status: PlanStatus
    confirmed: int
    is_auto_approved: bool


def sources_of(systems: Systems, link: Link, objects: Sequence[Pushed]) -> Sources:
    """Return the rows that planning some objects of a link reads, with the pairs of the last comparison.

    Raises:
        NotApprovedError: As ``confirm_and_plan``.
    """
    recon, name = Recon(systems.warehouse), systems.compared(link).name
    matches = [row for one in leaned_on(objects) for row in rows_of(recon.matches(name, one))]
    holders = {table: holder_of(link.entity, TABLES[table]) for table in _tables(systems, link, objects)}
    return Sources(link, _rows(systems, link, holders), matches)


def _tables(systems: Systems, link: Link, objects: Sequence[Pushed]) -> list[str]:
    """Return what planning some objects reads, and what helps where it is there."""
    tables = sorted({table for pushed in objects for table in PLANNERS[pushed.name].reads})
    unread = [table for table in tables if not was_read(systems, TABLES[table], holder_of(link.entity, TABLES[table]))]
    if unread:
        raise NotApprovedError(
            f"nothing can be planned for {link.entity}: {', '.join(unread)} has never been read whole",
            remedy="Sync the entity until every table is there.",
        )
    helpful = {table for pushed in objects for table in pushed.helped_by} - set(tables)
    return tables + sorted(
        name for name in helpful if was_read(systems, TABLES[name], holder_of(link.entity, TABLES[name]))
    )


def _rows(systems: Systems, link: Link, holders: Mapping[str, str]) -> dict[str, list[dict[str, Any]]]:
    of_clearing = {table for one in RECONCILED.values() for table in one.of_clearing}
    return {
        table: rows_of(
            systems.warehouse.read_frame(table, holder, among=among_clearing(link) if table in of_clearing else None)
        )
        for table, holder in holders.items()
    }


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
    tables = _tables(systems, link, objects)
    compared = systems.compared(link)
    if link.platform == INTO_BUSINESS_CENTER:
        heed_answers(outbox, link, systems.out_folder(link.entity))
    confirmed = sum(confirm_items(outbox, one, pairs_of=compared.name) for one in _of_one_pairing(systems, link))
    now = datetime.now(UTC)
    # Revisions and inputs come before the rows: if a sync commits in between, the plan expires; no payload is older.
    revisions = {
        (pushed.name, source_id): revision
        for pushed in objects
        for source_id, revision in outbox.stored_revisions(
            name, pushed.name, _source_ids(systems, link, pushed, now)
        ).items()
    }
    inputs = inputs_of(systems, link)
    outbox.expire_changed(link.name, inputs, actor="plan")
    paired = [pairs_of(systems, compared, one, run_id) for one in leaned_on(objects)]
    matches = [row for one in paired for row in one.matches]
    holders = {table: holder_of(link.entity, TABLES[table]) for table in tables}
    rows = _rows(systems, link, holders)
    plan = build_plan(
        link,
        rows,
        matches,
        revisions=revisions,
        closed_through=inputs.closed.own,
        closed_later=inputs.closed.later,
        now=now,
        in_hand=outbox.in_hand(link.name),
        posted=outbox.posted(link.name) | _once_in_intacct(systems, compared, objects),
        quarantined={
            (table, key) for table, holder in holders.items() for key in warehouse.rejected_keys(table, holder)
        },
        objects=[pushed.name for pushed in objects],
        pair_decisions=inputs.pairs,
        refused=outbox.refused(link.name, inputs),
        contents=_contents(systems, objects, Sources(link, rows, matches)),
        agreed=_agreed(systems, compared, objects, Sources(link, rows, matches)),
        known_until=Agreements(warehouse, compared.name).known_until(),
        proposals=[row for one in paired for row in one.proposals],
        read_at=_read_at(systems, holders, objects),
    )
    plan_id = outbox.store_plan(plan, actor="plan")
    # A plan of a link that only observes is for reading; nobody may approve it, not even the policy.
    is_approved = link.mode is Mode.SYNC and bool(plan.items) and outbox.auto_approve(link, plan_id)
    status = outbox.plan(plan_id)
    # If the same content was stored before, it is the earlier plan that can be read and approved.
    plan = replace(plan, created_at=status.created_at.astimezone(UTC))
    return Planned(plan, status, confirmed, is_approved)
