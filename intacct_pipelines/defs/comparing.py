"""Comparing both sides of one object of a link; plain functions over the warehouse's tables, without Dagster."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from intacct_pipelines.defs.closed_books import closed_books
from intacct_pipelines.defs.optional import Skipped, lacks_module
from intacct_pipelines.defs.sieved import reconcile_through_sieve
from intacct_pipelines.domain.catalog import TABLES, Table
from intacct_pipelines.domain.closed_books import ClosedBooks
from intacct_pipelines.domain.keys import EntityKey
from intacct_pipelines.domain.reconciled import RECONCILED, Reconciled
from intacct_pipelines.domain.sieved import SIEVED
from intacct_pipelines.push.sources import rows_of
from intacct_pipelines.warehouse.compared import begin_comparison, stored_pairs
from intacct_pipelines.warehouse.due_parents import were_parents_asked
from intacct_pipelines.warehouse.recon import Recon

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from intacct_pipelines.defs.systems import Systems
    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.reconcile.moment import Moment
    from intacct_pipelines.reconcile.result import Reconciliation
    from intacct_pipelines.warehouse.compared import Comparison

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

    reads = {name: holder_of(link.entity, TABLES[name]) for name, _ in _read_for(systems, link.entity, one, columns_of)}
    return begin_comparison(systems.warehouse, link, one.name, run_id, reads=reads, after=one.after)


@dataclass(frozen=True, slots=True)
class Paired:
    """What a comparison found of one object.

    Args:
        matches: Pairs.
        proposals: Likely pairs, which a person has still to decide about.
    """

    matches: list[dict[str, Any]]
    proposals: list[dict[str, Any]]


def pairs_of(systems: Systems, link: Link, object_name: str, run_id: str) -> Paired:
    """Return the pairs that this run stored; if what they follow from changed since, or it stored none, find them."""
    if run_id:
        comparison = _begin_comparison(systems, link, RECONCILED[object_name], run_id)
        if (stored := stored_pairs(systems.warehouse, comparison)) is not None:
            return Paired(stored, rows_of(Recon(systems.warehouse).proposed(link.name, object_name)))
    found = _compare(systems, link, object_name)
    return Paired(rows_of(found.matches), rows_of(found.proposals))


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
        if not was_read(systems, table, holder_of(entity, table)):
            return Skipped(f"{name} was never read, so nothing can be known from it", is_mendable=True)
    return None


def holder_of(entity: EntityKey, table: Table) -> str:
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


def was_read(systems: Systems, table: Table, entity: str) -> bool:
    """Say whether a table of a partition was ever read, so that what is not in it is known not to be there."""
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
        if was_read(systems, TABLES[name], holder_of(entity, TABLES[name])):
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
                holder_of(link.entity, TABLES[name]),
                columns=columns,
                include_deleted=True,
                among=among_clearing(link) if name in one.of_clearing else None,
            )
            for name, columns in _read_for(systems, link.entity, one, room.columns_of)
        }
    )
    moment = _moment(systems, link, one)
    return room.reconcile(object_name, link, frames, Recon(warehouse).crosswalk(link.name), moment)


def among_clearing(link: Link) -> tuple[str, tuple[str, ...]]:
    """Return of which rows of the ledger no more is read: what stands on the link's clearing or card accounts."""
    return "account_no", (*link.clearing.accounts, *filter(None, [link.cards.offset_account]))


def _moment(systems: Systems, link: Link, one: Reconciled) -> Moment:
    from intacct_pipelines.reconcile.moment import Moment  # noqa: PLC0415 - as in ``_compare``

    books = closed_books(systems, link) if one.heeds_closed_books else ClosedBooks()
    return Moment(datetime.now(UTC), books.own, books.later)
