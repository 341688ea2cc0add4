"""Extract, judge and load one kind of Business Center's files; plain functions, without Dagster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from intacct_pipelines.defs.extraction import load_documents
from intacct_pipelines.domain.catalog import Table, with_embedded
from intacct_pipelines.domain.records import Certificate, Tally, Window, WindowKind
from intacct_pipelines.extract.business_center import (
    OBJECTS,
    BusinessCenterExtraction,
    read_watermark,
)

if TYPE_CHECKING:
    from intacct_pipelines.clients.business_center import Delivery
    from intacct_pipelines.defs.systems import Systems
    from intacct_pipelines.domain.keys import EntityKey


def sync_business_center(
    systems: Systems, entity: EntityKey, table: Table, run_id: str, *, whole: bool = False
) -> tuple[Certificate, ...] | None:
    """Load the newest complete file of a table, and what is embedded in it, if it is newer than what was loaded.

    Args:
        systems: What to talk to.
        entity: The entity.
        table: The table; not one that is embedded in another.
        run_id: The run.
        whole: Load the newest file also if it was loaded before.

    Returns:
        A certificate for each table of ``with_embedded``, in its order; None when no Business Center company syncs
        with the entity.
    """
    company = systems.connections.business_center_company(entity)
    if company is None:
        return None
    folder = systems.business_center(entity)
    watermark = systems.warehouse.watermark(table, str(entity))
    deliveries = folder.deliveries(OBJECTS[table.name])
    if not deliveries or _is_older(deliveries[-1], watermark):
        return _nothing_new(systems, entity, table, run_id, watermark)
    newest = deliveries[-1]
    with folder.open(newest) as file:
        if not whole and watermark and file.sha256 == read_watermark(watermark)[1]:
            return _nothing_new(systems, entity, table, run_id, watermark)
        extraction = BusinessCenterExtraction(file, newest, table, company.layout(OBJECTS[table.name]))
        return load_documents(systems, str(entity), extraction, run_id)


def _is_older(delivery: Delivery, watermark: str) -> bool:
    return bool(watermark) and delivery.exported_at < read_watermark(watermark)[0]


def _nothing_new(
    systems: Systems, entity: EntityKey, table: Table, run_id: str, watermark: str
) -> tuple[Certificate, ...]:
    """Certify that there was no newer file."""
    window = Window(WindowKind.CHANGED, since=watermark or "the beginning")
    certificates = []
    for one in with_embedded(table):
        with systems.warehouse.load(one, str(entity), run_id=run_id, window=window) as load:
            certificates.append(load.finish(Tally()))
    return tuple(certificates)
