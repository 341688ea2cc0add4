"""History of documents as assets on entity × month: re-extracted whole, deletions swept, completeness proven."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import dagster as dg

from intacct_pipelines.defs.budget import scope_of
from intacct_pipelines.defs.extraction import prove_month
from intacct_pipelines.defs.metadata import OWNERS, table_metadata
from intacct_pipelines.defs.partitions import ENTITY_MONTHS, entity_month_of
from intacct_pipelines.defs.resources import SystemsResource
from intacct_pipelines.domain.budget import Purpose
from intacct_pipelines.domain.catalog import Table
from intacct_pipelines.domain.catalog.intacct.payables import AP_BILL
from intacct_pipelines.domain.records import Certificate
from intacct_pipelines.errors import (
    BudgetSpentError,
    ConfigurationError,
    CredentialsRejectedError,
    IntacctPipelinesError,
    PermissionDeniedError,
    UnknownFieldError,
    WarehouseError,
)

_PROVEN: Final = "month_is_proven"
_FAILS_EVERY_MONTH: Final = (
    BudgetSpentError,
    ConfigurationError,
    CredentialsRejectedError,
    PermissionDeniedError,
    UnknownFieldError,
    WarehouseError,
)
_MOST_TRANSIENT: Final = 2
"""One time-out may come from the month's size; after two, each further month would only wait for its own."""


def _month_metadata(documents: Certificate, lines: Certificate) -> dict[str, Any]:
    return {
        "dagster/partition_row_count": documents.received,
        "announced": documents.announced,
        "inserted": documents.inserted,
        "updated": documents.updated,
        "unchanged": documents.unchanged,
        "deleted": documents.deleted,
        "quarantined": documents.quarantined,
        "certificate_is_whole": documents.is_whole and lines.is_whole,
        "control_total": str(documents.control_total_source),
        "control_total_stored": str(documents.control_total_stored),
        "lines": lines.received,
        "api_requests": documents.requests + lines.requests,
    }


def _must_stop(failed: Mapping[str, IntacctPipelinesError]) -> bool:
    """Whether what failed so far says that the remaining months would fail too."""
    errors = failed.values()
    return any(isinstance(error, _FAILS_EVERY_MONTH) for error in errors) or (
        sum(error.transient for error in errors) >= _MOST_TRANSIENT
    )


def _failure(keys: Sequence[str], proven: int, failed: Mapping[str, IntacctPipelinesError]) -> dg.Failure:
    untried = len(keys) - proven - len(failed)
    summary = f"{proven} of {len(keys)} months are proven, {len(failed)} failed, {untried} were not tried."
    return dg.Failure(
        description="\n".join([summary, *(f"{key}: {error}" for key, error in failed.items())]),
        metadata={"what_to_do": "Correct the cause, then backfill the failed and missing partitions only."},
        allow_retries=False,
    )


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
        # Each month is told when it is done, so there is no output for the range as a whole.
        output_required=False,
        check_specs=[
            dg.AssetCheckSpec(
                _PROVEN,
                asset=key,
                partitions_def=ENTITY_MONTHS,
                description="Count and control total of the month equal the source's.",
            )
        ],
    )
    def history(context: dg.AssetExecutionContext, systems: SystemsResource) -> Any:
        keys = sorted(str(partition_key) for partition_key in context.partition_keys)
        proven: dict[str, bool] = {}
        failed: dict[str, IntacctPipelinesError] = {}

        def tell(partition_key: str, *, passed: bool, facts: Mapping[str, Any]) -> None:
            # The step's own result carries a partition only in a run that was started on one, not on a range.
            if not (context.has_partition_key and passed):
                context.log_event(
                    dg.AssetCheckEvaluation(key, _PROVEN, passed=passed, metadata=facts, partition=partition_key)
                )

        for partition_key in keys:
            entity, month = entity_month_of(partition_key)
            try:
                scope = scope_of(entity, key.to_user_string(), context.run.run_id, Purpose.BACKFILL)
                with systems.now.meters.scope(scope):
                    documents, lines = prove_month(systems.now, entity, table, month, context.run.run_id)
            except IntacctPipelinesError as error:
                tell(partition_key, passed=False, facts={"error": str(error)})
                failed[partition_key] = error
                if _must_stop(failed):
                    break
            else:
                facts = _month_metadata(documents, lines)
                context.log.info("%s: %s rows", partition_key, documents.received)
                # Told at once: what is done stays done when a later month fails or the process is killed.
                context.log_event(dg.AssetMaterialization(key, partition=partition_key, metadata=facts))
                proven[partition_key] = facts["certificate_is_whole"]
                tell(partition_key, passed=proven[partition_key], facts={"control_total": facts["control_total"]})
        if failed:
            raise _failure(keys, len(proven), failed)
        yield dg.AssetCheckResult(
            asset_key=key, check_name=_PROVEN, passed=all(proven.values()), metadata={"months": len(proven)}
        )

    return history


def history_assets() -> list[dg.AssetsDefinition]:
    """Return the history asset of every document table."""
    return [_history_asset(AP_BILL)]
