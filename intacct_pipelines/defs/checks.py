"""Asset checks: completeness and contract in the table's own step, documents across tables in one of their own."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import dagster as dg

from intacct_pipelines.defs.metadata import table_value
from intacct_pipelines.defs.optional import Skipped
from intacct_pipelines.defs.partitions import ENTITIES
from intacct_pipelines.domain.records import Certificate

COMPLETE: Final = "complete"
CONTRACT: Final = "contract"
_TOLERATED_SHARE: Final = 0.05
"""A larger share of a table in quarantine means that the source changed its meaning, and blocks what is downstream."""
_TOLERATED_ROWS: Final = 20


def check_specs(key: dg.AssetKey) -> list[dg.AssetCheckSpec]:
    """Return the two checks that every source table has."""
    return [
        dg.AssetCheckSpec(
            COMPLETE,
            asset=key,
            blocking=True,
            partitions_def=ENTITIES,
            description="Every announced row was received, and is stored or in quarantine; the control total agrees.",
        ),
        dg.AssetCheckSpec(
            CONTRACT,
            asset=key,
            blocking=True,
            partitions_def=ENTITIES,
            description="No row is in quarantine. A few are a warning and hold only themselves; more than "
            f"{_TOLERATED_SHARE:.0%} and {_TOLERATED_ROWS} rows block what is downstream.",
        ),
    ]


def complete_result(key: dg.AssetKey, certificate: Certificate | None) -> dg.AssetCheckResult:
    """Judge a certificate; a window that is not whole is not even stored, so this fails only on a bug of ours."""
    if certificate is None:
        return dg.AssetCheckResult(
            asset_key=key, check_name=COMPLETE, passed=True, metadata={"window": "nothing to read"}
        )
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=COMPLETE,
        passed=certificate.is_whole,
        metadata={
            "window": certificate.window,
            "announced": certificate.announced,
            "received": certificate.received,
            "stored": certificate.stored,
            "quarantined": certificate.quarantined,
            "in_order": certificate.in_order,
            "control_total_source": str(certificate.control_total_source),
            "control_total_stored": str(certificate.control_total_stored),
        },
    )


def skipped_result(key: dg.AssetKey, skipped: Skipped) -> dg.AssetCheckResult:
    """Say that a table was left out: a warning where somebody can mend it, and never a stop for what is downstream."""
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=COMPLETE,
        passed=not skipped.is_mendable,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"skipped": skipped.reason, "rule": skipped.rule or "none"},
    )


def contract_result(
    key: dg.AssetKey, rows: int, quarantined: int, examples: Sequence[Mapping[str, Any]]
) -> dg.AssetCheckResult:
    """Judge what is in quarantine of one table and entity.

    Args:
        key: The table's asset.
        rows: Current rows of the table.
        quarantined: Open rows in quarantine.
        examples: Some of them, personal data masked.
    """
    is_many = quarantined > max(_TOLERATED_ROWS, _TOLERATED_SHARE * (rows + quarantined))
    by_cause: dict[str, int] = {}
    for example in examples:
        cause = f"{example['column_name']} {example['check_name']}"
        by_cause[cause] = by_cause.get(cause, 0) + 1
    causes = "\n".join(f"| {cause} | {count} |" for cause, count in sorted(by_cause.items()))
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=CONTRACT,
        passed=quarantined == 0,
        severity=dg.AssetCheckSeverity.ERROR if is_many else dg.AssetCheckSeverity.WARN,
        metadata={
            "quarantined": quarantined,
            "failing_rows": table_value(examples),
            "by_cause": dg.MetadataValue.md(f"| cause | rows shown |\n| --- | --- |\n{causes}" if causes else "none"),
        },
    )
