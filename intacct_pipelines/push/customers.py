"""Customers as documents name them: Intacct's customer of one of BILL's, or why a document has to wait for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from intacct_pipelines.push.planner import Held
from intacct_pipelines.push.sources import text

if TYPE_CHECKING:
    from intacct_pipelines.push.sources import Sources


class Customers:
    """Finds the customers of one link's documents.

    Args:
        sources: The rows.
    """

    reads: ClassVar[tuple[str, ...]] = ("bill.customer", "intacct.customer")

    def __init__(self, sources: Sources) -> None:
        self._pairs = sources.pairs("customer", "intacct.customer")
        self._known = sources.by("bill.customer")

    def id_of(self, bill_customer_id: str) -> str | None:
        """Return Intacct's id of a customer; None if it has no pair."""
        paired = self._pairs.get(bill_customer_id)
        return None if paired is None else text(paired, "customer_id")

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
        if paired is None:
            reason = f"it waits for customer {name}, which has no pair in Intacct"
            remedy = "Create the customer in Intacct, or confirm its pair with `map`."
            raise Held("missing_reference", "S-CUS-01", reason, remedy, held_by=bill_customer_id)
        if text(paired, "status") not in {"active", ""}:
            reason = f"customer {paired['customer_id']} is {paired['status']} in Intacct"
            raise Held("inactive", "S-CUS-01", reason, "Activate the customer in Intacct, or change it in BILL.")
        return text(paired, "customer_id")
