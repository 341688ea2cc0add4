"""Asset checks across tables: one for each document with its lines, at its own table; one step for each source."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import dagster as dg

from intacct_pipelines.defs.judging import check_entity_documents
from intacct_pipelines.defs.metadata import frame_value
from intacct_pipelines.defs.partitions import ENTITIES
from intacct_pipelines.defs.resources import SystemsResource
from intacct_pipelines.validate.documents import DocumentCheck, families

if TYPE_CHECKING:
    import pandas as pd

DOCUMENTS: Final = "documents_add_up"
_SHOWN_OF_EACH: Final = 5
"""Failures shown of each check, so that one that fails often hides no other."""


def document_checks() -> list[dg.AssetChecksDefinition]:
    """Return the checks across tables, a step for each source; none stops what is downstream."""
    heads = families()
    sources = dict.fromkeys(head.split(".")[0] for head in heads)
    return [
        _source_checks(source, {head: checks for head, checks in heads.items() if head.startswith(f"{source}.")})
        for source in sources
    ]


def _source_checks(source: str, heads: dict[str, tuple[DocumentCheck, ...]]) -> dg.AssetChecksDefinition:
    specs = {head: _spec(head, checks) for head, checks in heads.items()}

    # whoever materializes one table alone has only its own documents checked
    @dg.multi_asset_check(name=f"{source}_{DOCUMENTS}", specs=list(specs.values()), can_subset=True)
    def documents_add_up(
        context: dg.AssetCheckExecutionContext, systems: SystemsResource
    ) -> Iterator[dg.AssetCheckResult]:
        (entity,) = context.partition_keys
        for head, checks in heads.items():
            if specs[head].key in context.selected_asset_check_keys:
                yield documents_result(head, checks, check_entity_documents(systems.now.warehouse, entity, checks))

    return documents_add_up


def _spec(head: str, checks: tuple[DocumentCheck, ...]) -> dg.AssetCheckSpec:
    others = sorted({table for check in checks for table in check.reads} - {head})
    return dg.AssetCheckSpec(
        DOCUMENTS,
        asset=dg.AssetKey(head.split(".")),
        additional_deps=[dg.AssetKey(table.split(".")) for table in others],
        partitions_def=ENTITIES,
        description="\n".join(f"- {check.table} {check.name}: {check.description}" for check in checks),
    )


def documents_result(head: str, checks: tuple[DocumentCheck, ...], failing: "pd.DataFrame") -> dg.AssetCheckResult:
    """Judge a document table and its lines: an error where something is wrong for certain, else a warning with reasons.

    Args:
        head: Qualified name of the documents' table.
        checks: The checks of it and of its lines.
        failing: What they found.
    """
    by_check = failing.groupby(["check", "table"], sort=False)
    found = set(by_check.groups)
    broken = [check for check in checks if (check.name, check.table) in found]
    reasons = "\n".join(f"- {check.table} {check.name}: {check.exceptions}" for check in broken if check.exceptions)
    is_certain = any(not check.exceptions for check in broken)
    return dg.AssetCheckResult(
        asset_key=dg.AssetKey(head.split(".")),
        check_name=DOCUMENTS,
        passed=failing.empty,
        severity=dg.AssetCheckSeverity.ERROR if is_certain else dg.AssetCheckSeverity.WARN,
        metadata={
            "failing_rows": frame_value(by_check.head(_SHOWN_OF_EACH)),
            "failing_documents": len(failing),
            "by_check": frame_value(by_check.size().reset_index(name="count")),
            "possible_reasons": dg.MetadataValue.md(reasons or "none"),
        },
    )
