"""Extract, judge and load one table of Spend & Expense with what belongs to it; plain functions, without Dagster."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from intacct_pipelines.defs.extraction import load_documents
from intacct_pipelines.domain.catalog import Table
from intacct_pipelines.domain.records import Certificate, Window, WindowKind
from intacct_pipelines.extract.spend import SpendExtraction, changed_since

if TYPE_CHECKING:
    from intacct_pipelines.defs.systems import Systems
    from intacct_pipelines.domain.keys import EntityKey


def sync_spend(
    systems: Systems, entity: EntityKey, table: Table, run_id: str, *, whole: bool = False
) -> tuple[Certificate, ...] | None:
    """Bring one table of the entity's platform account, and what belongs to it, up to date from one reading.

    Lists are read whole each time. Of transactions, after the first time, what changed since the watermark and all of
    the last `reread_days`; one that does not arrive in a whole reading is marked as deleted.

    Args:
        systems: What to talk to.
        entity: The entity.
        table: The table; not one that is embedded in another.
        run_id: The run.
        whole: Read the whole table.

    Returns:
        A certificate for each table of ``with_embedded``, in its order; None when no account posts to the entity.
    """
    found = systems.connections.spend_account(entity)
    if found is None:
        return None
    _, account = found
    watermark = "" if whole or not table.cursor else systems.warehouse.watermark(table, str(entity))
    window = Window(WindowKind.ALL)
    if watermark:
        since = changed_since(watermark, timedelta(hours=account.overlap_hours))
        window = Window(WindowKind.CHANGED, since=since)
    reread = timedelta(days=account.reread_days)
    extraction = SpendExtraction(
        systems.spend(entity),
        table,
        window,
        account.currency,
        reread_from=datetime.now(UTC) - reread if reread else None,
    )
    return load_documents(systems, str(entity), extraction, run_id)
