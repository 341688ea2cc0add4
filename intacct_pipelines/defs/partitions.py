"""Partitions: entities, found rather than typed in, and entity × month for history."""

from datetime import date
from typing import Final

import dagster as dg

from intacct_pipelines.domain.keys import EntityKey

ENTITIES: Final = dg.DynamicPartitionsDefinition(name="entity")
"""Keys are ``<company>:<entity id>``; the top level of a company is ``<company>:top``."""

HISTORY_START: Final = date(2018, 1, 1)
MONTHS: Final = dg.MonthlyPartitionsDefinition(start_date=HISTORY_START.isoformat(), end_offset=1)
"""Months of document dates; the open month is one of them."""

ENTITY_MONTHS: Final = dg.MultiPartitionsDefinition({"entity": ENTITIES, "month": MONTHS})


def entity_of(context: dg.AssetExecutionContext) -> EntityKey:
    """Return the entity of a run on the entity partition."""
    return EntityKey.parse(context.partition_key)


def entity_month_of(partition_key: str) -> tuple[EntityKey, date]:
    """Return entity and first day of the month of a history partition, such as ``acme:100|2026-01-01``."""
    entity, _, month = partition_key.rpartition("|")
    return EntityKey.parse(entity), date.fromisoformat(month)


def entity_month_key(entity: EntityKey, month: date) -> str:
    """Return the history partition of one entity and month."""
    return f"{entity}|{month.replace(day=1).isoformat()}"
