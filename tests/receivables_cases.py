"""Builders of customers, invoices, receipts and credit memos for reconciliation; see ``reconcile_cases``."""

from __future__ import annotations

from reconcile_cases import LONG_AGO, Case

TIMES = {"created_at": LONG_AGO, "modified_at": LONG_AGO}


class ReceivablesCase(Case):
    """One link's receivables on both sides."""

    def bill_customer(self, id_="c1", name="Harbor Hotels", **more):
        return self.add("bill.customer", **{"id": id_, "name": name, "currency": "USD", **TIMES, **more})

    def intacct_customer(self, record_no=1, name="Harbor Hotels", **more):
        own = {"customer_id": f"C-{record_no}", "status": "active", "currency": "USD", "owner_entity_id": "100"}
        return self.add("intacct.customer", **{"record_no": record_no, "name": name, **own, **TIMES, **more})

    def customers(self, number=1):
        """Add one customer that both sides know."""
        self.bill_customer(f"c{number}", f"Customer {number}")
        self.intacct_customer(number, f"Customer {number}")
        return self
