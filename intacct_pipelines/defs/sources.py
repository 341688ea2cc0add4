"""Source tables as assets: one per table, partitioned by entity, with its checks in the same step."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Final, TypeAlias

import dagster as dg

from intacct_pipelines.defs.bill_extraction import party_of, sync_bill
from intacct_pipelines.defs.budget import scope_of
from intacct_pipelines.defs.business_center_extraction import sync_business_center
from intacct_pipelines.defs.checks import check_specs, complete_result, contract_result, skipped_result
from intacct_pipelines.defs.failures import explained
from intacct_pipelines.defs.history import history_key
from intacct_pipelines.defs.metadata import OWNERS, certificate_metadata, table_metadata
from intacct_pipelines.defs.months import HISTORY_TABLES
from intacct_pipelines.defs.optional import MODULE, Skipped, denied, sync_or_skip
from intacct_pipelines.defs.partitions import ENTITIES, entity_of
from intacct_pipelines.defs.resources import SystemsResource
from intacct_pipelines.defs.spend_extraction import sync_spend
from intacct_pipelines.defs.systems import Systems
from intacct_pipelines.domain.catalog import (
    BILL_TABLES,
    BUSINESS_CENTER_TABLES,
    INTACCT_TABLES,
    SPEND_TABLES,
    Table,
    with_embedded,
)
from intacct_pipelines.domain.catalog.intacct.audit import AUDIT_EVENT
from intacct_pipelines.domain.keys import EntityKey
from intacct_pipelines.domain.records import Certificate, WindowKind
from intacct_pipelines.errors import PermissionDeniedError
from intacct_pipelines.warehouse.due_parents import count_due_parents

SOURCES: Final = tuple(
    dg.AssetSpec(name, description=description, kinds={kind}, group_name="source", owners=OWNERS)
    for name, kind, description in (
        ("sage_intacct", "intacct", "The Sage Intacct company."),
        ("bill_com", "bill", "The BILL organisation linked to the entity."),
        (
            "bill_spend_and_expense",
            "spend",
            "The card platform's account that posts to the entity; a white label is one as well.",
        ),
        (
            "paymentus_business_center",
            "csv",
            "The files of the Business Center company that syncs with the entity.",
        ),
    )
)


_Sync: TypeAlias = Callable[..., tuple[Certificate, ...] | None]
"""Brings a table and what is embedded in it up to date; None when the entity has nothing on that platform."""

WINDOW_TAG: Final = "intacct_pipelines/window"
"""A run with this tag and the value ``all`` reads whole tables, so that what does not arrive is known to be deleted."""


def asset_key(table: Table) -> dg.AssetKey:
    """Return the key of a table's asset: schema and name."""
    return dg.AssetKey([table.schema, table.name])


def _results(
    context: dg.AssetExecutionContext,
    systems: Systems,
    entity: EntityKey,
    table: Table,
    certificate: Certificate | Skipped | None,
) -> Iterator[dg.MaterializeResult[Any] | dg.AssetCheckResult]:
    key, name = asset_key(table), table.qualified_name
    rows, totals = systems.warehouse.counts_and_totals(table, str(entity))
    quarantined, examples = systems.warehouse.open_rejects(table, str(entity), limit=20)
    facts: dict[str, Any] = {"dagster/partition_row_count": rows}
    if table.is_asked_by_parent:
        facts["parents_still_to_be_asked_for"] = count_due_parents(systems.warehouse, table, str(entity))
    if isinstance(certificate, Skipped):
        context.log.warning("%s of %s is left out: %s", name, entity, certificate.reason)
        facts |= {"skipped": certificate.reason, "rule": certificate.rule or "none"}
    elif certificate is None:
        facts["link"] = "none ends at this entity, or none that can be asked for this, so there is nothing to read"
    else:
        context.log.info("%s of %s: %s rows, %s", name, entity, certificate.received, certificate.window)
        facts |= certificate_metadata(certificate, totals) | systems.meters.facts(table.schema, entity)
    yield dg.MaterializeResult(asset_key=key, metadata=facts)
    if isinstance(certificate, Skipped):
        yield skipped_result(key, certificate)
    else:
        yield complete_result(key, certificate)
    yield contract_result(key, rows, quarantined, examples)


def _is_sweep(context: dg.AssetExecutionContext) -> bool:
    return context.run.tags.get(WINDOW_TAG) == WindowKind.ALL


def _synced(
    sync: _Sync,
    systems: Systems,
    entity: EntityKey,
    root: Table,
    tables: Sequence[Table],
    context: dg.AssetExecutionContext,
) -> Sequence[Certificate | Skipped | None]:
    """What became of each table of one reading."""
    try:
        found = sync(systems, entity, root, context.run.run_id, whole=_is_sweep(context))
    except PermissionDeniedError as error:
        return [denied(root, error)] * len(tables)
    return found or [None] * len(tables)


def _metered(
    context: dg.AssetExecutionContext, systems: Systems, entity: EntityKey, key: dg.AssetKey
) -> AbstractContextManager[None]:
    return systems.meters.scope(scope_of(entity, key.to_user_string(), context.run.run_id))


def _spec(table: Table, deps: Sequence[dg.AssetKey]) -> dg.AssetSpec:
    return dg.AssetSpec(
        asset_key(table),
        deps=deps,
        description=f"{table.description} From `{table.source_object}`.",
        metadata=table_metadata(table),
        group_name=table.schema,
        kinds={table.schema, "postgres"},
        owners=OWNERS,
        partitions_def=ENTITIES,
        tags={"has_personal_data": "yes"} if any(column.pii for column in table.columns) else {},
    )


def _history_of(table: Table) -> list[dg.AssetKey]:
    """The history that keeps the same table, upstream of the daily asset."""
    return [history_key(table)] if table in HISTORY_TABLES else []


def _intacct_asset(table: Table) -> dg.AssetsDefinition:
    deps = [dg.AssetKey("sage_intacct")]
    if table.parent:
        deps.append(dg.AssetKey(["intacct", table.parent]))
    if table.audit_type:
        deps.append(asset_key(AUDIT_EVENT))
    if table.module:
        deps.append(asset_key(MODULE))
    deps += _history_of(table)
    spec = _spec(table, deps)

    @dg.multi_asset(
        name=f"intacct__{table.name}",
        specs=[spec],
        check_specs=check_specs(spec.key),
        pool="intacct",
    )
    def load(context: dg.AssetExecutionContext, systems: SystemsResource) -> Any:
        entity = entity_of(context)
        with explained(context):
            with _metered(context, systems.now, entity, spec.key):
                certificate = sync_or_skip(systems.now, entity, table, context.run.run_id, whole=_is_sweep(context))
            yield from _results(context, systems.now, entity, table, certificate)

    return load


def _platform_asset(
    root: Table, tables: Sequence[Table], deps: Sequence[dg.AssetKey], sync: _Sync
) -> dg.AssetsDefinition:
    """A table of a platform and what is embedded in it come from one reading, so they are one step."""
    specs = [_spec(one, deps) for one in tables]

    @dg.multi_asset(
        name=f"{root.schema}__{root.name}",
        specs=specs,
        check_specs=[check for spec in specs for check in check_specs(spec.key)],
        pool=root.schema,
    )
    def load(context: dg.AssetExecutionContext, systems: SystemsResource) -> Any:
        entity = entity_of(context)
        with explained(context):
            with _metered(context, systems.now, entity, specs[0].key):
                found = _synced(sync, systems.now, entity, root, tables, context)
            for one, certificate in zip(tables, found, strict=True):
                yield from _results(context, systems.now, entity, one, certificate)

    return load


def _bill_asset(table: Table) -> dg.AssetsDefinition:
    deps = [dg.AssetKey("bill_com"), *_history_of(table)]
    if party := party_of(table):
        deps.append(asset_key(party))
    if table.is_asked_by_parent:
        deps.append(dg.AssetKey(["bill", table.parent]))
    return _platform_asset(table, with_embedded(table), deps, sync_bill)


def _spend_asset(table: Table) -> dg.AssetsDefinition:
    return _platform_asset(
        table, with_embedded(table), [dg.AssetKey("bill_spend_and_expense"), *_history_of(table)], sync_spend
    )


def _business_center_asset(table: Table) -> dg.AssetsDefinition:
    deps = [dg.AssetKey("paymentus_business_center")]
    return _platform_asset(table, with_embedded(table), deps, sync_business_center)


def source_assets() -> list[dg.AssetsDefinition]:
    """Return an asset for every table of the catalog."""
    return [
        *(_intacct_asset(table) for table in INTACCT_TABLES),
        *(_bill_asset(table) for table in BILL_TABLES if not table.embedded_in),
        *(_spend_asset(table) for table in SPEND_TABLES if not table.embedded_in),
        *(_business_center_asset(table) for table in BUSINESS_CENTER_TABLES if not table.embedded_in),
    ]
