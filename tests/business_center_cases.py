"""Builders of Business Center's vendors and bills for reconciliation; Intacct's are those of ``reconcile_cases``."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from reconcile_cases import LONG_AGO, Case, make_link

WORDS = {"ready_statuses": frozenset({"ready_to_pay"}), "paid_statuses": frozenset({"paid"})}


class BusinessCenterCase(Case):
    """One Business Center company's rows and Intacct's."""

    def __init__(self, **policy):
        super().__init__(link=make_link(platform="business_center", **{**WORDS, **policy}))

    def center_vendor(self, id_="v1", name="Vendor 1", when=LONG_AGO, **more):
        return self.add("business_center.vendor", **{"id": id_, "name": name, "_synced_at": when, **more})

    def vendors(self, number=1):
        """Add one vendor that both sides know."""
        self.center_vendor(f"v{number}", f"Vendor {number}")
        self.intacct_vendor(number, f"Vendor {number}")
        return self

    def center_bill(self, id_="b1", amount="100.00", number="INV-1", *, lines=None, when=LONG_AGO, **more):
        defaults = {
            "vendor_id": "v1",
            "document_no": number,
            "bill_date": date(2026, 2, 1),
            "due_date": date(2026, 3, 3),
            "currency": "USD",
            "amount": Decimal(amount),
            "status": "ready_to_pay",
        }
        for position, line in enumerate([{}] if lines is None else lines, start=1):
            own = {"bill_id": id_, "line_no": position, "currency": "USD"}
            coded = {"gl_account_no": "6000", "amount": Decimal(amount)}
            self.add("business_center.ap_bill_line", **{**own, **coded, **line})
        return self.add("business_center.ap_bill", **{"id": id_, **defaults, "_synced_at": when, **more})

    def both(self, amount="100.00", center=None, **intacct):
        """Add one bill that both sides know."""
        self.center_bill(amount=amount, **(center or {}))
        self.intacct_bill(amount=amount, **intacct)
        return self

    def bills(self, **when):
        return self.reconcile("business_center_bill", **when)
