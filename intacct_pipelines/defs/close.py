"""Period tie-outs as assets on entity × month: both sides, what makes a difference, frozen once books are closed."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

import dagster as dg

from intacct_pipelines.defs.failures import explained
from intacct_pipelines.defs.metadata import OWNERS, table_value
from intacct_pipelines.defs.partitions import ENTITY_MONTHS, entity_month_of
from intacct_pipelines.defs.resources import SystemsResource
from intacct_pipelines.defs.systems import Systems
from intacct_pipelines.domain.catalog import TABLES
from intacct_pipelines.domain.close import TIE_OUTS, Period, TieOut
from intacct_pipelines.domain.money import in_minor_units
from intacct_pipelines.errors import ConfigurationError
from intacct_pipelines.warehouse.close import Change, Figure, Item, Outcome, take

GROUP: Final = "close"
_TIES: Final = "ties"
_UNCHANGED: Final = "unchanged_since_frozen"
_PERIOD: Final = dg.AssetKey(["close", "period"])


def close_key(name: str) -> dg.AssetKey:
    """Return the key of a tie-out."""
    return dg.AssetKey(["close", name])


def close(systems: Systems, period: Period, run_id: str) -> tuple[Outcome, dict[str, list[str]]]:
    """Take and store the tie-outs of a month; also return those that are left out, with the tables never read.

    Raises:
        ConfigurationError: Nothing of the entity was read yet, or its company is not configured.
    """
    policy = systems.connections.company(period.entity).close.policy
    left_out = {
        one.name: unread
        for one in TIE_OUTS.values()
        if (unread := [name for name in one.tables if _is_unread(systems, name, period)])
    }
    if len(left_out) == len(TIE_OUTS):
        raise ConfigurationError(
            f"The ledger of {period.entity} was never read.", remedy="Sync the entity, then close its months."
        )
    ready = [name for name in TIE_OUTS if name not in left_out]
    return take(systems.warehouse, period, policy, run_id, ready), left_out


def _is_unread(systems: Systems, name: str, period: Period) -> bool:
    # what only the top level reads is empty elsewhere, and says nothing
    is_elsewhere = TABLES[name].is_company_wide and bool(period.entity.entity_id)
    return not is_elsewhere and systems.warehouse.last_extracted_at(name, str(period.entity)) is None


def _shown(amount: Decimal | None, currency: str) -> Decimal | None:
    """Return an amount with the decimals of its currency: sums in the warehouse have more."""
    return None if amount is None else in_minor_units(amount, currency)


def figure_rows(figures: list[Figure]) -> list[dict[str, Any]]:
    """Return figures as rows for people."""
    return [
        {
            "account": one.account_no,
            "currency": one.currency,
            "expected": _shown(one.expected, one.currency),
            "actual": _shown(one.actual, one.currency),
            "difference": _shown(one.difference, one.currency),
            "base_currency": one.base_currency,
            "expected_base": _shown(one.expected_base, one.base_currency),
            "actual_base": _shown(one.actual_base, one.base_currency),
            "difference_base": _shown(one.difference_base, one.base_currency),
            "records": one.items,
            "ties": one.ties,
        }
        for one in figures
    ]


def record_facts(one: Item | Change) -> dict[str, Any]:
    """Return which record it is, for people."""
    return {
        "side": one.side,
        "record": " ".join(filter(None, (one.table_name, None if one.record_no is None else str(one.record_no)))),
        "document": one.document_no,
        "party": one.party_id,
        "account": one.coded_to or one.account_no,
        "day": one.day,
        "currency": one.currency,
    }


def item_rows(items: list[Item]) -> list[dict[str, Any]]:
    """Return what makes a difference as rows for people; the ledger's less the documents' is the difference."""
    return [
        {
            **record_facts(one),
            "amount": _shown(one.amount, one.currency),
            "amount_base": _shown(one.amount_base, one.base_currency),
        }
        for one in items
    ]


def change_rows(changes: tuple[Change, ...]) -> list[dict[str, Any]]:
    """Return what changed since the frozen result as rows for people."""
    return [
        {
            "tie_out": one.tie_out,
            **record_facts(one),
            "before": _shown(one.amount_before, one.currency),
            "now": _shown(one.amount_now, one.currency),
            "base_before": one.base_before,
            "base_now": one.base_now,
            "changed_at": one.changed_at,
            "changed_by": one.changed_by,
        }
        for one in changes
    ]


def _spec(one: TieOut) -> dg.AssetSpec:
    return dg.AssetSpec(
        close_key(one.name),
        deps=[dg.AssetKey(table.split(".")) for table in one.tables],
        description=f"{one.title}, at the end of a month: {one.expected} ↔ {one.actual}.",
        group_name=GROUP,
        kinds={"postgres"},
        owners=OWNERS,
        partitions_def=ENTITY_MONTHS,
        metadata={"dagster/table_name": "close.figure"},
    )


def _check_specs() -> list[dg.AssetCheckSpec]:
    ties = [
        dg.AssetCheckSpec(
            _TIES,
            asset=close_key(one.name),
            partitions_def=ENTITY_MONTHS,
            description=f"{one.expected} = {one.actual}, by currency.",
        )
        for one in TIE_OUTS.values()
        if not one.is_informational
    ]
    unchanged = dg.AssetCheckSpec(
        _UNCHANGED,
        asset=_PERIOD,
        partitions_def=ENTITY_MONTHS,
        description="Nothing was posted into, changed in or taken out of the month since its books were closed.",
    )
    return [*ties, unchanged]


def close_assets() -> list[dg.AssetsDefinition]:
    """Return the tie-outs and the period's result: one step, as all are taken from one snapshot."""
    period_spec = dg.AssetSpec(
        _PERIOD,
        deps=[close_key(name) for name in TIE_OUTS],
        description="The result of a month: provisional while its books are open, frozen once they are closed; then "
        "every later run says what changed.",
        group_name=GROUP,
        kinds={"postgres"},
        owners=OWNERS,
        partitions_def=ENTITY_MONTHS,
        metadata={"dagster/table_name": "close.result, close.change"},
    )

    @dg.multi_asset(
        name="close_month",
        specs=[*map(_spec, TIE_OUTS.values()), period_spec],
        check_specs=_check_specs(),
        partitions_def=ENTITY_MONTHS,
    )
    def close_month(
        context: dg.AssetExecutionContext, systems: SystemsResource
    ) -> Iterator[dg.MaterializeResult[Any] | dg.AssetCheckResult]:
        period = Period(*entity_month_of(context.partition_key))
        with explained(context):
            outcome, left_out = close(systems.now, period, context.run.run_id)
        for name in TIE_OUTS:
            yield from _told(name, outcome, left_out)
        yield from _told_period(outcome, left_out)

    return [close_month]


def _told(
    name: str, outcome: Outcome, left_out: Mapping[str, list[str]]
) -> Iterator[dg.MaterializeResult[Any] | dg.AssetCheckResult]:
    key = close_key(name)
    # while books are open, what does not tie yet may tie tomorrow
    severity = dg.AssetCheckSeverity.ERROR if outcome.is_closed else dg.AssetCheckSeverity.WARN
    if name in left_out:
        why = {"left_out": f"{', '.join(left_out[name])} was never read, so nothing can be known from it"}
        yield dg.MaterializeResult(asset_key=key, metadata=why)
        if not TIE_OUTS[name].is_informational:
            yield dg.AssetCheckResult(
                asset_key=key, check_name=_TIES, passed=False, severity=dg.AssetCheckSeverity.WARN, metadata=why
            )
        return
    figures = [one for one in outcome.figures if one.tie_out == name]
    items = [one for one in outcome.items if one.tie_out == name]
    failing = [one for one in figures if not one.ties]
    ageing = [one for one in outcome.ageing if one.tie_out == name]
    facts = {
        "status": outcome.status,
        # those that fail first: no more than a table's rows are shown
        "figures": table_value(figure_rows([*failing, *(one for one in figures if one.ties)])),
        "figures_that_do_not_tie": len(failing),
        "what_makes_the_difference": table_value(item_rows(items)),
    }
    if ageing:
        buckets = [
            {
                "currency": one.currency,
                "bucket": one.bucket,
                "documents": one.documents,
                "amount": _shown(one.amount, one.currency),
            }
            for one in ageing
        ]
        facts["ageing"] = table_value(buckets)
    yield dg.MaterializeResult(asset_key=key, metadata=facts)
    if not TIE_OUTS[name].is_informational:
        yield dg.AssetCheckResult(
            asset_key=key, check_name=_TIES, passed=not failing, severity=severity, metadata=facts
        )


def _told_period(
    outcome: Outcome, left_out: Mapping[str, list[str]]
) -> Iterator[dg.MaterializeResult[Any] | dg.AssetCheckResult]:
    facts: dict[str, Any] = {
        "status": outcome.status,
        "taken_at": outcome.taken_at.isoformat(),
        "closed_through": str(outcome.closed_through or "nothing is closed"),
        "frozen_at": "never" if outcome.frozen_at is None else outcome.frozen_at.isoformat(),
        "figures_that_do_not_tie": sum(not one.ties for one in outcome.figures),
        "left_out": ", ".join(left_out) or "none",
        "changes_since_frozen": len(outcome.changes),
        "changes": table_value(change_rows(outcome.changes)),
    }
    yield dg.MaterializeResult(asset_key=_PERIOD, metadata=facts)
    yield dg.AssetCheckResult(
        asset_key=_PERIOD,
        check_name=_UNCHANGED,
        passed=not outcome.changes,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"changes_since_frozen": len(outcome.changes), "changes": facts["changes"]},
    )
