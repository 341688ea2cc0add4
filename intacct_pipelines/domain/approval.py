"""Who has to approve a plan: how many people, and when the link's policy may do without them. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from intacct_pipelines.domain.link import Gate
from intacct_pipelines.domain.pushed import PUSHED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from decimal import Decimal

    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.domain.push import Operation

ANY: Final = "any"
"""In limits by currency: every currency that is not named."""


class Amounted(Protocol):
    """What has an amount in a currency, as planned and stored items have."""

    @property
    def object_name(self) -> str:
        """As in ``domain.pushed``."""
        ...

    @property
    def operation(self) -> Operation:
        """What is done."""
        ...

    @property
    def amount(self) -> Decimal:
        """In ``currency``."""
        ...

    @property
    def currency(self) -> str:
        """ISO 4217; empty where there is no amount."""
        ...


def people_needed(link: Link, items: Iterable[Amounted]) -> int:
    """Return how many people have to approve a plan that the policy does not approve, 1 or 2."""
    if link.approvals == 1 or (link.one_approval_up_to and not _excess(link.one_approval_up_to, items)):
        return 1
    return link.approvals


def why_a_person(link: Link, items: Sequence[Amounted]) -> str:
    """Return why a person has to approve a plan; empty if the link's policy may do it alone."""
    if link.gate is not Gate.AUTO:
        return "the link's gate is manual"
    if people_needed(link, items) > 1:
        return "the link asks for two, and its policy counts as nobody"
    alone = [
        PUSHED[item.object_name] for item in items if PUSHED[item.object_name].needs_a_person(item.operation, link)
    ]
    if recorded := sum(pushed.person_spared_by_policy for pushed in alone):
        return f"{recorded} of its items record money in BILL, which a policy approves only if it says so"
    if alone:
        return f"{len(alone)} of its items take back what stands in Intacct, which no policy approves"
    if len(items) > link.auto_approve_items:
        return f"{len(items)} items are more than the {link.auto_approve_items} that need no person"
    return _excess(link.auto_approve_amount, items)


def _excess(limits: Mapping[str, Decimal], items: Iterable[Amounted]) -> str:
    """Return which total is above its limit, in a sentence; empty if none is. Opposite amounts do not cancel out."""
    totals: dict[str, Decimal] = {}
    for item in items:
        if item.currency:
            totals[item.currency] = totals.get(item.currency, 0) + abs(item.amount)
    for currency, total in sorted(totals.items()):
        limit = limits.get(currency, limits.get(ANY))
        if limit is None:
            return f"no limit is set for {currency}"
        if total > limit:
            return f"{total:,f} {currency} is more than {limit:,f} {currency}"
    return ""
