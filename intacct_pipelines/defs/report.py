"""The reconciliation report as an asset: written anew after each reconciliation of an entity, linked from the UI."""

from typing import Any, Final

import dagster as dg

from intacct_pipelines.defs.failures import explained
from intacct_pipelines.defs.metadata import OWNERS, table_value
from intacct_pipelines.defs.partitions import ENTITIES, entity_of
from intacct_pipelines.defs.report_files import Written, folder_of, write_report
from intacct_pipelines.defs.resources import SystemsResource
from intacct_pipelines.domain.reconciled import RECONCILED
from intacct_pipelines.settings import reports_folder

_KEY: Final = dg.AssetKey(["report", "reconciliation"])


def _metadata(written: Written) -> dict[str, Any]:
    report = written.report
    return {
        "page": dg.MetadataValue.path(written.files["html"][0]),
        "workbook": dg.MetadataValue.path(written.files["xlsx"][0]),
        "text_files": dg.MetadataValue.path(written.files["csv"][0].parent),
        "findings": len(report.inputs.findings),
        "records_with_a_break": sum(report.ageing.column("records")),
        "differences": len(report.differences.rows),
        "whose_turn": table_value(report.turns.dicts()),
    }


def report_assets() -> list[dg.AssetsDefinition]:
    """Return the report."""

    @dg.asset(
        key=_KEY,
        deps=[dg.AssetKey(["recon", name]) for name in RECONCILED],
        description="What is open, since when, how much, whose turn it is, why, and what to do: a page, a workbook and "
        "text files with the same numbers.",
        group_name="report",
        kinds={"html", "excel", "csv"},
        owners=OWNERS,
        partitions_def=ENTITIES,
    )
    def reconciliation(context: dg.AssetExecutionContext, systems: SystemsResource) -> Any:
        entity = entity_of(context)
        with explained(context):
            written = write_report(systems.now, entity, folder_of(reports_folder(), entity))
        if written is None:
            return dg.MaterializeResult(metadata={"link": "none ends at this entity, so there is nothing to report"})
        return dg.MaterializeResult(metadata=_metadata(written))

    return [reconciliation]
