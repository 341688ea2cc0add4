"""Planning and applying as assets. Only ``push/item`` writes to another system, and only what was approved."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import dagster as dg

from intacct_pipelines.defs.applying import apply
from intacct_pipelines.defs.budget import scope_of
from intacct_pipelines.defs.failures import explained
from intacct_pipelines.defs.metadata import OWNERS, table_value
from intacct_pipelines.defs.partitions import ENTITIES, entity_of
from intacct_pipelines.defs.plan_files import PLANS, notes_of, write_plan
from intacct_pipelines.defs.planning import Planned, confirm_and_plan
from intacct_pipelines.defs.resources import SystemsResource
from intacct_pipelines.defs.systems import Systems
from intacct_pipelines.domain.catalog import TABLES
from intacct_pipelines.domain.keys import EntityKey
from intacct_pipelines.domain.link import WAYS_BACK, Link
from intacct_pipelines.domain.push import State
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.push.plan import PLANNERS
from intacct_pipelines.report.plan import by_currency
from intacct_pipelines.report.plan_text import change_text
from intacct_pipelines.settings import reports_folder
from intacct_pipelines.warehouse.outbox import Outbox

_OUTCOMES: Final = (State.ACCEPTED, State.REJECTED, State.UNCERTAIN, State.HELD, State.EXPIRED, State.APPROVED)
_STANDING: Final = (*_OUTCOMES, State.CONFIRMED)


class ApplyConfig(dg.Config):
    """Which plan is applied; approval itself is a row in the warehouse, never a switch in a run."""

    plan_id: str = ""
    """Empty: whatever is approved for the entity."""


def _standing(systems: Systems, links: Iterable[Link]) -> dict[str, Any]:
    """Return how many items of links stand in each state, and their money; posted are those that are ``accepted``."""
    found = Outbox(systems.warehouse).standing([link.name for link in links])
    counts = {f"items {state.value}": sum(one.records for one in found if one.state is state) for state in _STANDING}
    # the UI plots floats only; the exact amounts stand in the items
    money = {f"plotted {one.state.value} {one.currency}": float(one.amount) for one in found if one.currency}
    return counts | money


def _plan_metadata(link: Link, planned: Planned, page: Path) -> dict[str, Any]:
    plan, status = planned.plan, planned.status
    totals, waiting = by_currency(plan.items), by_currency(plan.holds)
    holds: dict[tuple[str, str], int] = {}
    for hold in plan.holds:
        holds[hold.rule, hold.kind] = holds.get((hold.rule, hold.kind), 0) + 1
    return {
        "page": dg.MetadataValue.path(page),
        "plan_id": status.plan_id,
        "state": status.state,
        "content_hash": status.content_hash,
        "items": len(plan.items),
        "held": len(plan.holds),
        "confirmed_just_now": planned.confirmed,
        "approved_by_policy": planned.is_auto_approved,
        "approval": " ".join(notes_of(link, planned)) or "nothing is to be approved",
        "totals": ", ".join(f"{amount} {currency}" for currency, amount in totals) or "none",
        # the UI plots floats only; the amounts stand beside them
        **{f"plotted money {currency}": float(amount) for currency, amount in totals},
        **{f"plotted held {currency}": float(amount) for currency, amount in waiting},
        "first_items": table_value(
            [
                {
                    "what": f"{item.operation.value} {item.label}",
                    "amount": f"{item.amount} {item.currency}".strip(),
                    "changes": "; ".join(change_text(change) for change in item.changes),
                    "ledger": "; ".join(f"{e.side} {e.account} {e.amount}" for e in item.ledger_effect),
                    "warnings": "; ".join(item.warnings),
                }
                for item in plan.items
            ]
        ),
        "held_by_rule": table_value(
            [{"rule": rule, "reason": kind, "records": count} for (rule, kind), count in sorted(holds.items())]
        ),
        "first_held": table_value(
            [
                {"what": hold.label, "rule": hold.rule, "reason": hold.reason, "what_to_do": hold.remedy}
                for hold in plan.holds
            ]
        ),
    }


def _grounds_of(platform: str) -> list[dg.AssetKey]:
    """Return what a plan stands on: the comparisons, and the records by which that is confirmed which none compares."""
    objects = [one for one in PUSHED.values() if one.platform == platform]
    comparisons = dict.fromkeys(one.reconciliation for one in objects if one.is_compared)
    tables = [one.target for one in objects if one.reconciled_as or not one.is_compared]
    tables += [one.source for one in objects if not one.is_compared]
    # What is made of a period has to know all of it, and whatever somebody else entered for it.
    judging = {name: None for one in objects if one.spans for name in PLANNERS[one.name].reads}
    tables += [TABLES[name] for name in judging if name.startswith("intacct.")]
    read = [dg.AssetKey([table.schema, table.name]) for table in dict.fromkeys(tables)]
    return [dg.AssetKey(["recon", name]) for name in comparisons] + read


def _why_none(systems: Systems, entity: EntityKey, platform: str) -> str:
    """Return why there is nothing to plan: nothing leads there, or what does has no way back switched on."""
    compared = {way: one for one, way in WAYS_BACK.items()}.get(platform)
    link = systems.link(entity, compared) if compared else None
    if link is None:
        return "none ends at this entity, so there is nothing to plan"
    target = next(one.system for one in PUSHED.values() if one.platform == platform)
    section = "links" if compared == "bill" else compared
    name = link.name.removeprefix(f"{compared}:")
    return (
        f"{name} ends here, but its way into {target} is not switched on: give `{section}.{name}` a section "
        f"`{platform}` in the connections file; while that says `mode: observe`, it is planned and nothing is sent"
    )


def _plan_asset(platform: str, name: str) -> dg.AssetsDefinition:
    target = next(one.system for one in PUSHED.values() if one.platform == platform)

    @dg.asset(
        key=["push", name],
        deps=_grounds_of(platform),
        description=f"What would be written to {target}, item by item, with its effect on the ledger; and what is "
        f"held, with the rule and what to do. Before planning, what came back from {target} is confirmed.",
        metadata={"dagster/table_name": "push.plan"},
        group_name="push",
        kinds={"postgres"},
        owners=OWNERS,
        partitions_def=ENTITIES,
    )
    def plan(context: dg.AssetExecutionContext, systems: SystemsResource) -> dg.MaterializeResult[Any]:
        entity = entity_of(context)
        link = systems.now.link(entity, platform)
        if link is None:
            return dg.MaterializeResult(metadata={"link": _why_none(systems.now, entity, platform)})
        scope = scope_of(entity, context.asset_key.to_user_string(), context.run.run_id)
        with explained(context), systems.now.meters.scope(scope):
            planned = confirm_and_plan(systems.now, link, context.run.run_id)
            page = write_plan(link, planned, reports_folder())
        return dg.MaterializeResult(metadata=_plan_metadata(link, planned, page) | _standing(systems.now, [link]))

    return plan


@dg.asset(
    key=["push", "item"],
    deps=[dg.AssetKey(["push", name]) for name in PLANS.values()],
    description="Approved items, sent into Intacct, BILL, Spend & Expense and Business Center's folder exactly once. "
    "Posted is not confirmed: the next sync confirms. There is no step retry, because only this step's own recovery "
    "may send anything again.",
    metadata={"dagster/table_name": "push.item"},
    group_name="push",
    kinds={"intacct", "bill", "postgres"},
    owners=OWNERS,
    partitions_def=ENTITIES,
    pool="intacct",
)
def item(context: dg.AssetExecutionContext, config: ApplyConfig, systems: SystemsResource) -> dg.MaterializeResult[Any]:
    """Send what is approved for one entity."""
    entity = entity_of(context)
    scope = scope_of(entity, context.asset_key.to_user_string(), context.run.run_id)
    with explained(), systems.now.meters.scope(scope):
        report = apply(systems.now, entity, context.run.run_id, plan_id=config.plan_id)
    # Every outcome is told, also of none: only then does a plot over time show that there was none.
    outcomes = {state.value: report.outcomes[state] for state in _OUTCOMES}
    return dg.MaterializeResult(
        metadata={
            "requests": report.requests,
            **outcomes,
            **_standing(systems.now, systems.now.pushed_links(entity)),
            **systems.now.meters.facts("intacct", entity),
        }
    )


def push_assets() -> list[dg.AssetsDefinition]:
    """Return planning, for each platform, and applying."""
    return [*(_plan_asset(platform, name) for platform, name in PLANS.items()), item]
