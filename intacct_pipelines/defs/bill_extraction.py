"""Extract, judge and load one table of BILL with what is embedded in it; plain functions, without Dagster."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from intacct_pipelines.defs.extraction import load_documents, store
from intacct_pipelines.domain.catalog import BILL_TABLES, Table, select
from intacct_pipelines.domain.records import Certificate, Window, WindowKind
from intacct_pipelines.extract.bill import BillExtraction, ByParentExtraction, changed_since
from intacct_pipelines.warehouse.due_parents import due_parents

if TYPE_CHECKING:
    from intacct_pipelines.defs.systems import Systems
    from intacct_pipelines.domain.keys import EntityKey


def sync_bill(
    systems: Systems, entity: EntityKey, table: Table, run_id: str, *, whole: bool = False
) -> tuple[Certificate, ...] | None:
    """Bring one table of the entity's organisation, and what is embedded in it, up to date from one reading.

    The first time the whole table is read, afterwards what changed since the watermark. BILL deletes nothing: what is
    taken out of use is archived, and a record that does not arrive in a whole reading is marked as deleted.

    Args:
        systems: What to talk to.
        entity: The entity.
        table: The table; not one that is embedded in another.
        run_id: The run.
        whole: Read the whole table.

    Returns:
        A certificate for each table of ``with_embedded``, in its order; None when no link ends at the entity, or
        when the table is only in the older API and that is not configured, or
        when no files are to be asked for.
    """
    if table.is_asked_by_parent:
        return _sync_by_parent(systems, entity, table, run_id, whole=whole)
    window = Window(WindowKind.ALL) if whole else _window(systems, entity, table)
    extraction = bill_extraction(systems, entity, table, window)
    return None if extraction is None else load_documents(systems, str(entity), extraction, run_id)


def bill_extraction(
    systems: Systems, entity: EntityKey, table: Table, window: Window, *, months: Sequence[date] = ()
) -> BillExtraction | None:
    """Return the reading of a table of the entity's organisation; None as for ``sync_bill``.

    Args:
        systems: What to talk to.
        entity: The entity.
        table: The table; not one that is embedded in another.
        window: How much to read.
        months: First days of the months that it is counted by.
    """
    link = systems.link(entity)
    if link is None:
        return None
    is_older = table.source_object.startswith("/List/")
    session = systems.older_bill(entity) if is_older else systems.bill(entity)
    if session is None:
        return None
    currencies = party_currencies(systems, entity, table)
    return BillExtraction(session, link.organization_id, table, window, currencies, months)


def party_of(table: Table) -> Table | None:
    """Return the list of vendors or customers that a table's documents are with; None if they are with none."""
    return select(BILL_TABLES, table.party.removesuffix("_id")) if table.party else None


def _sync_by_parent(
    systems: Systems, entity: EntityKey, table: Table, run_id: str, *, whole: bool
) -> tuple[Certificate, ...] | None:
    """Ask for the rows of the parents that changed since, as many as one run may; the others stay due."""
    found = systems.connections.link(entity)
    limit = systems.connections.bill[found[1].bill].files_per_run if found else 0
    if found is None or not limit:
        return None
    due = due_parents(systems.warehouse, table, str(entity), limit=limit, again=whole)
    extraction = ByParentExtraction(systems.bill(entity), found[0].organization_id, table, due.alive, due.gone)
    with systems.warehouse.load(table, str(entity), run_id=run_id, window=extraction.window) as load:
        store(load, extraction)
        return (load.finish(extraction.tally),)


def party_currencies(systems: Systems, entity: EntityKey, table: Table) -> dict[str, str]:
    """Return the currency of each vendor or customer that a table's documents are with; empty if they are with none."""
    party = party_of(table)
    if party is None:
        return {}
    rows = systems.warehouse.read_frame(party, str(entity), columns=["id", "currency"], include_deleted=True)
    return dict(zip(rows["id"], rows["currency"], strict=True))


def _window(systems: Systems, entity: EntityKey, table: Table) -> Window:
    watermark = systems.warehouse.watermark(table, str(entity))
    if not watermark or not table.cursor:
        return Window(WindowKind.ALL)
    found = systems.connections.link(entity)
    hours = systems.connections.bill[found[1].bill].overlap_hours if found else 0
    return Window(WindowKind.CHANGED, since=changed_since(watermark, timedelta(hours=hours)))
