"""Extract, judge and load one table of Spend & Expense with what belongs to it; plain functions, without Dagster."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
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
    watermark = "" if whole or not table.cursor else systems.warehouse.watermark(table, str(entity))
    window = Window(WindowKind.ALL)
    if watermark:
        since = changed_since(watermark, timedelta(hours=found[1].overlap_hours))
        window = Window(WindowKind.CHANGED, since=since)
    extraction = spend_extraction(systems, entity, table, window)
    return None if extraction is None else load_documents(systems, str(entity), extraction, run_id)


def spend_extraction(
    systems: Systems,
    entity: EntityKey,
    table: Table,
    window: Window,
    *,
    months: Sequence[date] = (),
    expected: Sequence[str] = (),
) -> SpendExtraction | None:
    """Return the reading of a table of the entity's platform account; None when no account posts to the entity.

    Args:
        systems: What to talk to.
        entity: The entity.
        table: The table; not one that is embedded in another.
        window: How much to read.
        months: First days of the months that it is counted by.
        expected: Keys of the documents that are stored of a month.
    """
    found = systems.connections.spend_account(entity)
    if found is None:
        return None
    _, account = found
    reread = timedelta(days=account.reread_days)
    return SpendExtraction(
        systems.spend(entity),
        table,
        window,
        account.currency,
        reread_from=datetime.now(UTC) - reread if reread else None,
        months=months,
        expected=expected,
    )
