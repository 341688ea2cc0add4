"""Customers as documents name them: Intacct's customer of one of BILL's, or why a document has to wait for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from intacct_pipelines.domain.push import Hold, Item
from intacct_pipelines.push.planner import Held
from intacct_pipelines.push.sources import text

if TYPE_CHECKING:
    from intacct_pipelines.domain.keys import ItemKey
    from intacct_pipelines.push.planner import Context
    from intacct_pipelines.warehouse.outbox import OutboxItem


class Customers:
    """Finds the customers of one link's documents: those that are paired, and those that are on their way.

    Args:
        context: What the planners are told, once the customers are decided.
    """

    reads: ClassVar[tuple[str, ...]] = ("bill.customer", "intacct.customer")

    def __init__(self, context: Context) -> None:
        sources = context.sources
        self._context = context
        self._pairs = sources.pairs("customer", "intacct.customer")
        self._known = sources.by("bill.customer")

    def id_of(self, bill_customer_id: str) -> str | None:
        """Return Intacct's id of a customer; None if it has no pair."""
        paired = self._pairs.get(bill_customer_id)
        return None if paired is None else text(paired, "customer_id")

    def parent_of(self, bill_customer_id: str) -> ItemKey | None:
        """Return the item that creates a customer, if it is not in Intacct yet."""
        item = self._on_its_way(bill_customer_id)
        return None if item is None else item.key

    def _on_its_way(self, bill_customer_id: str) -> Item | OutboxItem | None:
        record = ("customer", bill_customer_id)
        if bill_customer_id in self._pairs:
            return None
        decision = self._context.decisions.get(record)
        return self._context.in_hand.get(record) or (decision if isinstance(decision, Item) else None)

    def name_of(self, bill_customer_id: str) -> str:
        """Return what people call a customer of BILL."""
        return text(self._known.get(bill_customer_id, {}), "name") or bill_customer_id

    def active_id_of(self, bill_customer_id: str) -> str:
        """Return Intacct's id of the customer that a document will name.

        Raises:
            Held: The customer is not there, has no pair, or is not active.
        """
        name = self.name_of(bill_customer_id)
        paired = self._pairs.get(bill_customer_id)
        if bill_customer_id not in self._known:
            reason = f"BILL's customer {bill_customer_id} is not there"
            raise Held("missing_reference", "S-CUS-01", reason, "Extract the customers again; restore it in BILL.")
        on_its_way = self._on_its_way(bill_customer_id)
        if on_its_way is not None:
            return on_its_way.natural_key["CUSTOMERID"]
        decision = self._context.decisions.get(("customer", bill_customer_id))
        if paired is None and isinstance(decision, Hold):
            reason = f"it waits for {decision.label}, which is held: {decision.reason}"
            raise Held(decision.kind, decision.rule, reason, decision.remedy, held_by=bill_customer_id)
        if paired is None:
            reason = f"it waits for customer {name}, which has no pair in Intacct"
            remedy = "Create the customer in Intacct, or confirm its pair with `map`."
            raise Held("missing_reference", "S-CUS-01", reason, remedy, held_by=bill_customer_id)
        if text(paired, "status") not in {"active", ""}:
            reason = f"customer {paired['customer_id']} is {paired['status']} in Intacct"
            raise Held("inactive", "S-CUS-01", reason, "Activate the customer in Intacct, or change it in BILL.")
        return text(paired, "customer_id")
