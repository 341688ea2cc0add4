"""A plan as one page: no script, no request, every text escaped; what it comes to first, then each item in full."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

from intacct_pipelines.domain.push import Item, LedgerLine, Operation, Plan
from intacct_pipelines.report.plan import amount, by_currency, payload_rows, refusals, sums, written_to
from intacct_pipelines.report.template import ENVIRONMENT
from intacct_pipelines.report.words import plain, safe

_SHOWN_ITEMS: Final = 2_000
"""Items in full on a page; a browser draws no more."""
_SHOWN_HOLDS: Final = 500
"""Held records of one rule and remedy on a page."""
_VERBS: Final = {
    Operation.CREATE: "New",
    Operation.UPDATE: "Changed",
    Operation.REVERSE: "Taken back",
    Operation.RECLASSIFY: "Reclassified",
}


def plan_page(plan: Plan, notes: Sequence[str] = ()) -> str:
    """Return the whole page.

    Args:
        plan: The plan.
        notes: Sentences on where it stands, such as who approved it.
    """
    shown = plan.items[:_SHOWN_ITEMS]
    labels = {item.key: item.label for item in plan.items}
    groups: dict[tuple[Operation, str], list[dict[str, Any]]] = defaultdict(list)
    for number, item in enumerate(shown, start=1):
        groups[item.operation, item.object_name].append(_item(number, item, labels))
    return ENVIRONMENT.get_template("plan.html.j2").render(
        plan=plan,
        system=written_to(plan),
        notes=list(map(safe, notes)),
        sums=sums(plan),
        totals=by_currency(plan.items),
        waiting=by_currency(plan.holds),
        warned=sum(bool(item.warnings) for item in plan.items),
        refusals=refusals(plan),
        groups=[(_VERBS[operation], plain(name), items) for (operation, name), items in groups.items()],
        left_out=len(plan.items) - len(shown),
        shown_holds=_SHOWN_HOLDS,
        amount=amount,
        plain=plain,
        words=safe,
    )


def _item(number: int, item: Item, labels: dict[Any, str]) -> dict[str, Any]:
    return {
        "number": number,
        "item": item,
        "money": amount(item.amount, item.currency),
        "changes": [(safe(one.field), safe(one.old), safe(one.new)) for one in item.changes],
        "ledger": [_ledger(line) for line in item.ledger_effect],
        "parents": [safe(labels.get(key) or "a record that is on its way") for key in item.depends_on],
        "warnings": list(map(safe, item.warnings)),
        "payload": [(safe(place), safe(value)) for place, value in payload_rows(item)],
    }


def _ledger(line: LedgerLine) -> tuple[str, str, str]:
    """Return the account, and the amount on its side."""
    money = amount(line.amount, line.currency)
    return safe(line.account), money if line.side == "debit" else "", money if line.side == "credit" else ""
