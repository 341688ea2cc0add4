"""History of documents as assets on entity × month: re-extracted whole, deletions swept, completeness proven."""

from typing import Any, Final

import dagster as dg

from intacct_pipelines.defs.extraction import prove_month
from intacct_pipelines.defs.failures import explained
from intacct_pipelines.defs.metadata import OWNERS, table_metadata
from intacct_pipelines.defs.partitions import ENTITY_MONTHS, entity_month_of
from intacct_pipelines.defs.resources import SystemsResource
from intacct_pipelines.domain.catalog import Table
from intacct_pipelines.domain.catalog.intacct import AP_BILL
from intacct_pipelines.domain.records import Certificate

_PROVEN: Final = "month_is_proven"


def _month_metadata(certificate: Certificate) -> dict[str, Any]:
    return {
        "dagster/partition_row_count": certificate.received,
        "announced": certificate.announced,
        "inserted": certificate.inserted,
        "updated": certificate.updated,
        "unchanged": certificate.unchanged,
        "deleted": certificate.deleted,
        "quarantined": certificate.quarantined,
        "control_total": str(certificate.control_total_source),
        "api_requests": certificate.requests,
    }


def _history_asset(table: Table) -> dg.AssetsDefinition:
    key = dg.AssetKey(["history", table.name])

    @dg.asset(
        key=key,
        deps=[dg.AssetKey("sage_intacct")],
        description=f"{table.description} One month of document dates at a time, with its lines. Loads or re-proves "
        f"the same table as `intacct/{table.name}`.",
        metadata=table_metadata(table),
        group_name="history",
        kinds={"intacct", "postgres"},
        owners=OWNERS,
        partitions_def=ENTITY_MONTHS,
        # A range of months is one run: starting one for each would take longer than the work.
        backfill_policy=dg.BackfillPolicy.single_run(),
        pool="intacct",
        check_specs=[
            dg.AssetCheckSpec(
                _PROVEN, asset=key, description="Count and control total of the month equal the source's."
            )
        ],
    )
    def history(context: dg.AssetExecutionContext, systems: SystemsResource) -> Any:
        done: dict[str, Certificate] = {}
        keys = sorted(context.partition_keys)
        try:
            for partition_key in keys:
                entity, month = entity_month_of(str(partition_key))
                with explained(may_retry=False):
                    done[str(partition_key)], _ = prove_month(systems.now, entity, table, month, context.run_id)
                context.log.info("%s: %s rows", partition_key, done[str(partition_key)].received)
        except dg.Failure:
            # Months that are done stay done: "backfill only failed and missing" then finishes the rest.
            for partition_key, certificate in done.items():
                context.log_event(
                    dg.AssetMaterialization(key, partition=partition_key, metadata=_month_metadata(certificate))
                )
            raise
        for partition_key, certificate in done.items():
            context.add_asset_metadata(_month_metadata(certificate), partition_key=partition_key)
        yield dg.MaterializeResult(asset_key=key)
        yield dg.AssetCheckResult(
            asset_key=key,
            check_name=_PROVEN,
            passed=all(certificate.is_whole for certificate in done.values()),
            metadata={"months": len(done), "rows": sum(certificate.received for certificate in done.values())},
        )

    return history


def history_assets() -> list[dg.AssetsDefinition]:
    """Return the history asset of every document table."""
    return [_history_asset(AP_BILL)]
