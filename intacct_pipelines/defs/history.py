"""History of documents as assets on entity × month: re-extracted whole, deletions swept, completeness proven."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

import dagster as dg

from intacct_pipelines.defs.bill_extraction import party_of
from intacct_pipelines.defs.budget import scope_of
from intacct_pipelines.defs.metadata import OWNERS, table_metadata, table_value
from intacct_pipelines.defs.months import HISTORY_TABLES, has_source, month_prover
from intacct_pipelines.defs.partitions import ENTITY_MONTHS, entity_month_of
from intacct_pipelines.defs.resources import SystemsResource
from intacct_pipelines.defs.systems import Systems
from intacct_pipelines.domain.budget import Purpose
from intacct_pipelines.domain.catalog import Table, proven_with
from intacct_pipelines.domain.keys import EntityKey
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
_SOURCES: Final = {"intacct": "sage_intacct", "bill": "bill_com", "spend": "bill_spend_and_expense"}


class HistoryConfig(dg.Config):
    """What a run leaves out."""

    proven_since: str = ""
    """Months that were proven at or after this instant (ISO) are not read again; empty: all are."""


def history_key(table: Table) -> dg.AssetKey:
    """Return the key of a table's history; a platform's has the platform's name in it."""
    return dg.AssetKey(["history", *([] if table.schema == "intacct" else [table.schema]), table.name])


def _month_metadata(proof: MonthProof) -> dict[str, Any]:
    documents, *lines = proof.tables
    return {
        "dagster/partition_row_count": documents.rows,
        "announced": documents.source_rows,
        "quarantined": sum(table.quarantined for table in proof.tables),
        **({} if proof.undated is None else {"documents_in_no_month": proof.undated}),
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


class _Work:
    """The months of one table that a run has to prove, and what became of them."""

    def __init__(
        self, context: dg.AssetExecutionContext, systems: Systems, table: Table, partition_keys: Sequence[str]
    ) -> None:
        self._context = context
        self._systems = systems
        self._table = table
        self._key = history_key(table)
        self._partition_keys = partition_keys
        self._provers: dict[EntityKey, Callable[[date], MonthProof]] = {}
        self.proven: dict[str, bool] = {}
        self.failed: dict[str, IntacctPipelinesError] = {}

    def run(self) -> None:
        """Prove month after month; end early when what failed says that the rest would fail too."""
        for partition_key in self._partition_keys:
            entity, month = entity_month_of(partition_key)
            try:
                is_proven, facts = self._prove(entity, month)
            except IntacctPipelinesError as error:
                self._tell(partition_key, passed=False, facts={"error": str(error)})
                self.failed[partition_key] = error
                if _must_stop(self.failed):
                    break
            else:
                # Told at once: what is done stays done when a later month fails or the process is killed.
                self._context.log_event(dg.AssetMaterialization(self._key, partition=partition_key, metadata=facts))
                self.proven[partition_key] = is_proven
                self._tell(partition_key, passed=is_proven, facts={"control_total": facts.get("control_total", "none")})

    def _prove(self, entity: EntityKey, month: date) -> tuple[bool, dict[str, Any]]:
        if not has_source(self._systems, entity, self._table):
            return True, {"link": "none ends at this entity, so there is nothing to read"}
        run_id = self._context.run.run_id
        if entity not in self._provers:
            months = [month for one, month in map(entity_month_of, self._partition_keys) if one == entity]
            self._provers[entity] = month_prover(self._systems, entity, self._table, months, run_id)
        scope = scope_of(entity, self._key.to_user_string(), run_id, Purpose.BACKFILL)
        with self._systems.meters.scope(scope):
            proof = self._provers[entity](month)
        self._context.log.info("%s, %s: %s rows", entity, month, proof.tables[0].rows)
        return proof.is_proven, _month_metadata(proof) | self._systems.meters.facts(self._table.schema, entity)

    def _tell(self, partition_key: str, *, passed: bool, facts: Mapping[str, Any]) -> None:
        # The step's own result carries a partition only in a run that was started on one, not on a range.
        if not (self._context.has_partition_key and passed):
            self._context.log_event(
                dg.AssetCheckEvaluation(self._key, _PROVEN, passed=passed, metadata=facts, partition=partition_key)
            )


def _history_asset(table: Table) -> dg.AssetsDefinition:
    key = history_key(table)
    with_lines = ", with its lines" if len(proven_with(table)) > 1 else ""
    reading = " One reading of all documents serves all months of a run." if table.has_no_month_filter else ""
    party = party_of(table)

    @dg.asset(
        key=key,
        deps=[dg.AssetKey(_SOURCES[table.schema]), *([dg.AssetKey([party.schema, party.name])] if party else [])],
        description=f"{table.description} One month of document dates at a time{with_lines}. Loads or re-proves "
        f"the same table as `{table.schema}/{table.name}`, and lists what drifted since the month was proven "
        f"before.{reading}",
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
        done = _done_already(systems, table, keys, config)
        work = _Work(context, systems.now, table, [key for key in keys if key not in done])
        work.run()
        proven = len(done) + len(work.proven)
        if work.failed:
            raise _failure(keys, proven, work.failed)
        yield dg.AssetCheckResult(
            asset_key=key, check_name=_PROVEN, passed=all(work.proven.values()), metadata={"months": proven}
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
