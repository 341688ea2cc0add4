"""History of documents as assets on entity × month: re-extracted whole, deletions swept, completeness proven."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import dagster as dg

from intacct_pipelines.defs.budget import scope_of
from intacct_pipelines.defs.extraction import prove_month
from intacct_pipelines.defs.metadata import OWNERS, table_metadata, table_value
from intacct_pipelines.defs.partitions import ENTITY_MONTHS, entity_month_of
from intacct_pipelines.defs.resources import SystemsResource
from intacct_pipelines.domain.budget import Purpose
from intacct_pipelines.domain.catalog import INTACCT_TABLES, Table, family
from intacct_pipelines.errors import (
    BudgetSpentError,
    ConfigurationError,
    CredentialsRejectedError,
    IntacctPipelinesError,
    PermissionDeniedError,
    UnknownFieldError,
    WarehouseError,
)
from intacct_pipelines.warehouse.months import MonthProof, proven_months

HISTORY_TABLES: Final = tuple(table for table in INTACCT_TABLES if table.document_date)
"""Whatever has a document date is a document, and has a history."""

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


class HistoryConfig(dg.Config):
    """What a run leaves out."""

    proven_since: str = ""
    """Months that were proven at or after this instant (ISO) are not read again; empty: all are."""


def history_key(table: Table) -> dg.AssetKey:
    """Return the key of a table's history."""
    return dg.AssetKey(["history", table.name])


def _month_metadata(proof: MonthProof) -> dict[str, Any]:
    documents, *lines = proof.tables
    return {
        "dagster/partition_row_count": documents.rows,
        "announced": documents.source_rows,
        "quarantined": sum(table.quarantined for table in proof.tables),
        "control_total": str(documents.source_control_total),
        "control_total_stored": str(documents.control_total),
        "lines": sum(table.rows for table in lines),
        "api_requests": proof.calls,
        "proven_before": str(proof.previous_at or "never"),
        "added": documents.added,
        "changed": documents.changed,
        "deleted": documents.deleted,
        "lines_added_changed_deleted": sum(table.added + table.changed + table.deleted for table in lines),
        "control_total_drift": str(documents.control_total_drift),
        "drift_that_no_sync_had_found": sum(record.found_by_proof for record in proof.drift),
        "drift": table_value(
            [
                {
                    "table": record.table_name,
                    "what": record.kind,
                    "key": record.key,
                    "before": record.amount_before,
                    "now": record.amount_now,
                    "found": "by this proof" if record.found_by_proof else "by a sync before",
                }
                for record in proof.drift
            ]
        ),
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
    key = history_key(table)
    with_lines = ", with its lines" if len(family(table)) > 1 else ""

    @dg.asset(
        key=key,
        deps=[dg.AssetKey("sage_intacct")],
        description=f"{table.description} One month of document dates at a time{with_lines}. Loads or re-proves "
        f"the same table as `{table.schema}/{table.name}`, and lists what drifted since the month was proven before.",
        metadata=table_metadata(table),
        group_name="history",
        kinds={table.schema, "postgres"},
        owners=OWNERS,
        partitions_def=ENTITY_MONTHS,
        # A range of months is one run: starting one for each would take longer than the work.
        backfill_policy=dg.BackfillPolicy.single_run(),
        pool=table.schema,
        # Each month is told when it is done, so there is no output for the range as a whole.
        output_required=False,
        check_specs=[
            dg.AssetCheckSpec(
                _PROVEN,
                asset=key,
                partitions_def=ENTITY_MONTHS,
                description="Count and control total of what is stored of the month equal the source's.",
            )
        ],
    )
    def history(context: dg.AssetExecutionContext, config: HistoryConfig, systems: SystemsResource) -> Any:
        keys = sorted(str(partition_key) for partition_key in context.partition_keys)
        proven: dict[str, bool] = {}
        failed: dict[str, IntacctPipelinesError] = {}
        done = _done_already(systems, table, keys, config)

        def tell(partition_key: str, *, passed: bool, facts: Mapping[str, Any]) -> None:
            # The step's own result carries a partition only in a run that was started on one, not on a range.
            if not (context.has_partition_key and passed):
                context.log_event(
                    dg.AssetCheckEvaluation(key, _PROVEN, passed=passed, metadata=facts, partition=partition_key)
                )

        for partition_key in keys:
            entity, month = entity_month_of(partition_key)
            if partition_key in done:
                proven[partition_key] = True
                continue
            scope = scope_of(entity, key.to_user_string(), context.run.run_id, Purpose.BACKFILL)
            try:
                with systems.now.meters.scope(scope):
                    proof = prove_month(systems.now, entity, table, month, context.run.run_id)
                facts = _month_metadata(proof) | systems.now.meters.facts(table.schema, entity)
            except IntacctPipelinesError as error:
                tell(partition_key, passed=False, facts={"error": str(error)})
                failed[partition_key] = error
                if _must_stop(failed):
                    break
            else:
                context.log.info("%s: %s rows", partition_key, facts["dagster/partition_row_count"])
                # Told at once: what is done stays done when a later month fails or the process is killed.
                context.log_event(dg.AssetMaterialization(key, partition=partition_key, metadata=facts))
                proven[partition_key] = proof.is_proven
                tell(partition_key, passed=proof.is_proven, facts={"control_total": facts["control_total"]})
        if failed:
            raise _failure(keys, len(proven), failed)
        yield dg.AssetCheckResult(
            asset_key=key, check_name=_PROVEN, passed=all(proven.values()), metadata={"months": len(proven)}
        )

    return history


def _done_already(systems: SystemsResource, table: Table, keys: Sequence[str], config: HistoryConfig) -> set[str]:
    """Return the partitions that were proven since the instant that the run goes on from."""
    if not config.proven_since:
        return set()
    since = datetime.fromisoformat(config.proven_since)
    by_entity = {str(entity_month_of(key)[0]) for key in keys}
    months = {entity: proven_months(systems.now.warehouse, table, entity, since) for entity in by_entity}
    return {key for key in keys if entity_month_of(key)[1] in months[str(entity_month_of(key)[0])]}


def history_assets() -> list[dg.AssetsDefinition]:
    """Return the history asset of every document table."""
    return [_history_asset(table) for table in HISTORY_TABLES]
