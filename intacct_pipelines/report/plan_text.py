"""A plan as lines for a terminal; no character of a record can move the cursor or start a new line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from intacct_pipelines.domain.push import Change, Item, Plan
from intacct_pipelines.report.plan import Refusal, amount, by_currency, refusals, sums
from intacct_pipelines.report.words import plain, safe


def plan_text(plan: Plan, notes: Sequence[str] = ()) -> str:
    """Return a plan as text: counts and money, each item with its effect, what is held with its rule and what to do.

    Args:
        plan: The plan.
        notes: Sentences on where it stands, such as who approved it.
    """
    lines = [f"Plan {plan.plan_id} for link {plan.link}, entity {plan.entity}, made {plan.created_at.isoformat()}"]
    lines += [f"Content {plan.content_hash}", *map(safe, notes)]
    lines += ["", "To be sent:", *_summary(plan), ""]
    for item in plan.items:
        lines += map(safe, _item(item))
    lines += ["", f"Held: {len(plan.holds)}"]
    for refusal in refusals(plan):
        lines += map(safe, _refusal(refusal))
    return "\n".join(lines) + "\n"


def change_text(change: Change) -> str:
    """Return one change as old and new value."""
    return f"{change.field}: {change.old or 'nothing'} -> {change.new or 'nothing'}"


def _summary(plan: Plan) -> Iterator[str]:
    found = sums(plan)
    if not found:
        yield "  nothing"
    for one in found:
        money = f", {amount(one.amount, one.currency)}" if one.currency else ""
        yield f"  {one.operation} {plain(one.object)}: {one.records}{money}"


def _item(item: Item) -> Iterator[str]:
    money = f" {amount(item.amount, item.currency)}" if item.currency else ""
    yield f"- {item.operation.value} {item.label}{money} ({item.source_id}, key {item.key})"
    for change in item.changes:
        yield f"    {change_text(change)}"
    for line in item.ledger_effect:
        yield f"    {line.side:6} {line.account} {amount(line.amount, line.currency)}"
    for parent in item.depends_on:
        yield f"    after {parent}"
    for warning in item.warnings:
        yield f"    warning: {warning}"


def _refusal(refusal: Refusal) -> Iterator[str]:
    money = "".join(f", {amount(total, currency)}" for currency, total in by_currency(refusal.holds))
    yield f"[{refusal.rule}] {plain(refusal.kind)}: {len(refusal.holds)}{money}. {refusal.remedy}"
    for hold in refusal.holds:
        waits = f" {amount(hold.amount, hold.currency)}" if hold.currency else ""
        yield f"  - {hold.label}{waits} ({hold.source_id}): {hold.reason}"
