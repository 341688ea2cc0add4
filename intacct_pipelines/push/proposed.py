"""Partners that may be there already under another spelling: none is made anew before a person has said so.

Ids tell lists apart, names alone partners: BILL's vendor "Cedar Paper Inc." and Intacct's "Cedar Papers" may be one,
and once both systems have both, money goes to two. So while a likely pair waits for `map`, neither side gets the
other's.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from intacct_pipelines.domain.push import Hold, Item, Operation
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.domain.reconciled import RECONCILED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from intacct_pipelines.push.planner import Context, Decision
    from intacct_pipelines.push.sources import Row

_RULES: Final = {"vendor": "S-VEN-04", "customer": "S-CUS-03", "business_center_vendor": "S-PMT-03"}
"""Reconciliation of partners → the rule by which a likeness only proposes."""
_EXAMPLES: Final = 3


def proposed_of(proposals: Sequence[Row]) -> dict[tuple[str, str], tuple[str, ...]]:
    """Return ``Context.proposed``: by pushed object and source id, the ids of what may be the same on the other side.

    Args:
        proposals: Likely pairs: ``object``, ``platform_id``, ``intacct_record_no``, ``intacct_id``.
    """
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for pushed in PUSHED.values():
        if pushed.reconciliation not in _RULES:
            continue
        for one in proposals:
            if one["object"] == pushed.reconciliation:
                platform, intacct = one["platform_id"], str(one["intacct_record_no"])
                if pushed.target.schema == "intacct":
                    found[pushed.name, platform].append(one["intacct_id"] or intacct)
                else:
                    found[pushed.name, intacct].append(platform)
    return {record: tuple(ids) for record, ids in found.items()}


def not_proposed(context: Context, decision: Decision) -> Decision:
    """Hold what would be made anew while it may be there already under another spelling."""
    if not isinstance(decision, Item) or decision.operation is not Operation.CREATE:
        return decision
    ids = context.proposed.get((decision.object_name, decision.source_id))
    if not ids:
        return decision
    pushed = PUSHED[decision.object_name]
    more = f" and {len(ids) - _EXAMPLES} more" if len(ids) > _EXAMPLES else ""
    return Hold(
        decision.object_name,
        decision.source_id,
        decision.label,
        "proposed_pair",
        _RULES[pushed.reconciliation],
        f"{pushed.system} may have it already, as {', '.join(ids[:_EXAMPLES])}{more}; nobody has said whether it is",
        f"Confirm or refuse each pair: `map {RECONCILED[pushed.reconciliation].word}` shows them.",
        decision.amount,
        decision.currency,
    )
