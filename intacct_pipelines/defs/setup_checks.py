"""Asset checks of the set-up, one at each source; in a job of their own, so that a sync does not pay for them."""

from collections.abc import Iterator
from typing import Final

import dagster as dg

from intacct_pipelines.defs.metadata import table_value
from intacct_pipelines.defs.resources import SystemsResource
from intacct_pipelines.doctor import PROBES, check
from intacct_pipelines.domain.checkup import Checkup

SET_UP: Final = "set_up"
SYSTEMS_OF: Final = {
    "sage_intacct": ("settings", "intacct"),
    "bill_com": ("bill",),
    "bill_spend_and_expense": ("spend",),
    "paymentus_business_center": ("business_center",),
}
"""Source asset → the systems whose checks belong to it."""


def set_up_checks() -> list[dg.AssetChecksDefinition]:
    """Return the checks, all in one step."""
    specs = [
        dg.AssetCheckSpec(
            SET_UP,
            asset=source,
            description="Everything is set up as it must be: found, expected, how to mend it, and the rule.",
        )
        for source in SYSTEMS_OF
    ]

    @dg.multi_asset_check(name=SET_UP, specs=specs, can_subset=True)
    def set_up(context: dg.AssetCheckExecutionContext, systems: SystemsResource) -> Iterator[dg.AssetCheckResult]:
        for key in sorted(context.selected_asset_check_keys):
            source = key.asset_key.to_user_string()
            probes = [probe for probe in PROBES if probe.system in SYSTEMS_OF[source]]
            yield set_up_result(source, check(systems.now, probes=probes))

    return [set_up]


def set_up_result(source: str, found: Checkup) -> dg.AssetCheckResult:
    """Judge a source: an error where something is wrong or could not be looked at, a warning where it is doubtful."""
    return dg.AssetCheckResult(
        asset_key=dg.AssetKey(source),
        check_name=SET_UP,
        passed=found.is_well,
        severity=dg.AssetCheckSeverity.ERROR if found.is_wrong else dg.AssetCheckSeverity.WARN,
        metadata={
            "checks": found.checks,
            "not_well": len(found.not_well),
            "findings": table_value([one.dict() for one in found.not_well]),
        },
    )
