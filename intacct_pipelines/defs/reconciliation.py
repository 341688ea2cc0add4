"""Reconciliation as assets: both sides of one object of one entity, compared to the cent and explained."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

import dagster as dg

from intacct_pipelines.defs.comparing import left_out, reconcile
from intacct_pipelines.defs.failures import explained
from intacct_pipelines.defs.metadata import OWNERS, frame_value, table_value
from intacct_pipelines.defs.partitions import ENTITIES, entity_of
from intacct_pipelines.defs.resources import SystemsResource
from intacct_pipelines.domain.reconciled import RECONCILED, Reconciled
from intacct_pipelines.push.sources import rows_of
from intacct_pipelines.warehouse.conservation import contradictions
from intacct_pipelines.warehouse.findings import Finding, findings

if TYPE_CHECKING:
    import pandas as pd

    from intacct_pipelines.reconcile.result import Reconciliation

_NO_BREAKS: Final = "no_breaks"
_ADDS_UP: Final = "adds_up"
_SHOWN_DIFFERENCES: Final = [
    "kind", "verdict", "rule", "platform_id", "intacct_id", "field", "platform_value", "intacct_value",
    "money_at_stake", "currency", "reason", "remedy",
]  # fmt: skip


def _figures(result: "Reconciliation") -> dict[str, Any]:
    differences, totals = result.differences, result.totals
    by_verdict = differences["verdict"].value_counts().to_dict()
    pairs = totals["platform_count"].where(totals["class"].isin(["matched_equal", "matched_different"]), 0)
    by_rule = differences.groupby(["kind", "verdict", "rule"], dropna=False).size().reset_index(name="count")
    return {
        # Not counted by the matches: those that were settled in the warehouse are not among them.
        "pairs": int(pairs.sum()),
        "equal_pairs": int(pairs[totals["class"] == "matched_equal"].sum()),
        "differences": len(differences),
        "expected": int(by_verdict.get("expected", 0)),
        "in_flight": int(by_verdict.get("in_flight", 0)),
        "breaks": int(by_verdict.get("break", 0)),
        "proposed_pairs": len(result.proposals),
        "by_kind_verdict_and_rule": frame_value(by_rule),
        # The sum over the classes was proven equal to the difference of the totals before this was stored.
        "totals_by_currency_and_class": frame_value(totals),
        **_clearing_figures(result),
    }


def _clearing_figures(result: "Reconciliation") -> dict[str, Any]:
    """Return the balances of clearing accounts, where the object is one; the items were proven to add up to each."""
    if result.clearing.empty:
        return {}
    # the UI plots floats only; the amounts stand in the table
    plotted = {
        f"plotted balance {row['account_no']} {row['currency']}": float(row["balance"])
        for row in rows_of(result.clearing)
    }
    return {"clearing_accounts": frame_value(result.clearing), "groups": len(result.settlements), **plotted}


def _by_month(period_totals: "pd.DataFrame") -> "pd.DataFrame":
    """Return both sides and their difference, the newest month first."""
    sums = ["platform_count", "intacct_count", "platform_total", "intacct_total", "difference"]
    sums_by_month = period_totals.groupby(["currency", "month"], dropna=False, sort=True)[sums].sum().reset_index()
    return sums_by_month.sort_values("month", ascending=False, kind="stable")


def _breaks(differences: "pd.DataFrame") -> "pd.DataFrame":
    return differences.loc[differences["verdict"] == "break", _SHOWN_DIFFERENCES]


def finding_rows(found: Iterable[Finding]) -> list[dict[str, Any]]:
    """Return findings as rows for people: what, how much, since when, whose turn it is, why, what to do."""
    return [
        {
            "object": one.object,
            "what": one.root_name or one.root or " ".join(filter(None, (one.kind, one.field))),
            "class": one.cause,
            "verdict": one.verdict,
            "rule": one.rule,
            "records": one.records,
            "at_stake": ", ".join(f"{amount:,f} {currency}" for currency, amount in one.money_at_stake.items()),
            "oldest": one.oldest_at.date(),
            "turn": one.turn,
            "why": one.reason,
            "what_to_do": one.remedy,
        }
        for one in found
    ]


def _asset(one: Reconciled) -> dg.AssetsDefinition:
    key = dg.AssetKey(["recon", one.name])
    deps = [dg.AssetKey(table.split(".")) for table in (*one.tables, *one.evidence)]
    deps += [dg.AssetKey(["recon", name]) for name in one.after]

    @dg.asset(
        key=key,
        deps=deps,
        description=one.description,
        group_name="reconcile",
        kinds={"pandas", "postgres"},
        owners=OWNERS,
        partitions_def=ENTITIES,
        metadata={"dagster/table_name": "recon.match, recon.difference, recon.total"},
        check_specs=[
            dg.AssetCheckSpec(
                _NO_BREAKS,
                asset=key,
                partitions_def=ENTITIES,
                description="No difference is without a rule that expects it or a grace that waits.",
            ),
            dg.AssetCheckSpec(
                _ADDS_UP,
                asset=key,
                partitions_def=ENTITIES,
                description="Per currency and month of the document's date, the classes add up to the differences that "
                "are stored, and over all months to both sides' totals.",
            ),
        ],
    )
    def compare(context: dg.AssetExecutionContext, systems: SystemsResource) -> Any:
        entity = entity_of(context)
        with explained(context):
            link = systems.now.link(entity, one.platform)
            result = None if link is None else reconcile(systems.now, link, one.name, context.run.run_id)
            found = [] if link is None else findings(systems.now.warehouse, links=[link.name], object_name=one.name)
            missing = None if link is None else left_out(systems.now, entity, one)
            wrong = [] if link is None else contradictions(systems.now.warehouse, link.name, one.name)
        if result is None:
            yield dg.MaterializeResult(metadata={"link": "none ends at this entity, so there is nothing to compare"})
            yield from (dg.AssetCheckResult(check_name=name, passed=True) for name in (_NO_BREAKS, _ADDS_UP))
            return
        adds_up = dg.AssetCheckResult(
            check_name=_ADDS_UP,
            passed=not wrong,
            metadata={
                "by_currency_and_month": frame_value(_by_month(result.period_totals)),
                "contradictions": table_value(wrong),
            },
        )
        if missing is not None:
            why = {"left_out": missing.reason, "rule": missing.rule}
            yield dg.MaterializeResult(metadata=why)
            yield dg.AssetCheckResult(
                check_name=_NO_BREAKS,
                passed=not missing.is_mendable,
                severity=dg.AssetCheckSeverity.WARN,
                metadata=why,
            )
            yield adds_up
            return
        breaks = _breaks(result.differences)
        awaiting = {"findings_that_await_a_person": sum(finding.awaits_a_person for finding in found)}
        yield dg.MaterializeResult(
            metadata=_figures(result) | awaiting | {"findings": table_value(finding_rows(found))}
        )
        yield dg.AssetCheckResult(
            check_name=_NO_BREAKS,
            passed=breaks.empty,
            severity=dg.AssetCheckSeverity.WARN,
            metadata={"breaks": len(breaks), "first_breaks": frame_value(breaks), **_clearing_figures(result)},
        )
        yield adds_up

    return compare


def reconciliation_assets() -> list[dg.AssetsDefinition]:
    """Return the reconciliation of every object that both sides hold."""
    return [_asset(one) for one in RECONCILED.values()]
