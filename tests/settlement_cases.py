"""Builders of what settles bills on both sides: vendor credits, their use, payments."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from reconcile_cases import LONG_AGO, Case

PAID_ON = date(2026, 2, 20)


class SettlementCase(Case):
    """A case with vendor credits, applications and payments; the methods add rows and return their id."""

    def bill_pair(self, number=1, amount="100.00"):
        """Add one bill that both sides have."""
        self.bill(f"b{number}", amount, f"INV-{number}")
        self.intacct_bill(10 + number, amount, f"INV-{number}")
        return self

    def credit(self, id_="c1", amount="40.00", number="CR-1", *, lines=None, **more):
        defaults = {
            "vendor_id": "v1",
            "reference_no": number,
            "credit_date": date(2026, 2, 5),
            "currency": "USD",
            "amount": Decimal(amount),
            "applied_amount": Decimal(0),
            "is_archived": False,
            "created_at": LONG_AGO,
            "modified_at": LONG_AGO,
        }
        for position, line in enumerate([{}] if lines is None else lines, start=1):
            own = {"id": f"{id_}-{position}", "vendor_credit_id": id_, "line_no": position, "currency": "USD"}
            coded = {"gl_account_id": "a6000", "amount": Decimal(amount)}
            self.add("bill.vendor_credit_line", **{**own, **coded, **line})
        return self.add("bill.vendor_credit", **{"id": id_, **defaults, **more})

    def negative_bill(self, record_no=31, amount="40.00", number="CR-1", *, lines=None, **more):
        """A credit as BILL's sync keeps it; the amount is the credit's (S-VCR-06)."""
        ours = [{"trx_amount": -Decimal(amount), **line} for line in ([{}] if lines is None else lines)]
        day = {"bill_date": date(2026, 2, 5), "gl_posting_date": date(2026, 2, 5)}
        return self.intacct_bill(record_no, f"-{amount}", number, lines=ours, **{**day, **more})

    def adjustment(self, record_no=41, amount="40.00", number="CR-1", **more):
        """A credit as people make it in Intacct; the amount is the credit's (S-VCR-05)."""
        own = {"record_no": record_no * 100, "adjustment_record_no": record_no, "line_no": 1}
        self.add("intacct.ap_adjustment_line", **own, account_no="6000", trx_amount=-Decimal(amount))
        defaults = {
            "vendor_id": "V-1",
            "document_no": number,
            "state": "Posted",
            "adjustment_date": date(2026, 2, 5),
            "currency": "USD",
            "trx_total_entered": -Decimal(amount),
            "trx_total_paid": Decimal(0),
            "created_at": LONG_AGO,
            "modified_at": LONG_AGO,
            "owner_entity_id": "100",
        }
        return self.add("intacct.ap_adjustment", **{"record_no": record_no, **defaults, **more})

    def use(self, credit="c1", bill="b1", amount="40.00", payment=None):
        """BILL uses a credit on a bill."""
        position = len(self.rows["bill.vendor_credit_usage"])
        own = {"id": f"{credit}#{position}", "vendor_credit_id": credit, "bill_id": bill, "payment_id": payment}
        return self.add("bill.vendor_credit_usage", **own, currency="USD", amount=Decimal(amount))

    def intacct_use(self, record_no=901, credit=31, bill=11, amount="40.00", *, form="inline", payment=501, **more):
        """Intacct uses a credit on a bill, by a detail of a payment without money."""
        if payment not in [row["record_no"] for row in self.rows["intacct.ap_payment"]]:
            self.intacct_payment(payment, {}, **more)
        used = {f"{form}_record_no": credit, f"trx_{form}_amount": Decimal(amount)}
        own = {"record_no": record_no, "payment_record_no": payment, "bill_record_no": bill, "currency": "USD"}
        return self.add("intacct.ap_payment_detail", **own, **used)

    def payment(self, id_="p1", shares=None, **more):
        """A payment of BILL; ``shares`` are amounts by bill id."""
        shares = {"b1": "100.00"} if shares is None else shares
        defaults = {
            "vendor_id": "v1",
            "process_date": PAID_ON,
            "currency": "USD",
            "amount": sum(map(Decimal, shares.values()), Decimal(0)),
            "status": "PAID",
            "single_status": "CLEARED",
            "is_online": True,
            "is_check_to_print": False,
            "transaction_no": None,
            "created_at": LONG_AGO,
            "modified_at": LONG_AGO,
        }
        for position, (bill, amount) in enumerate(shares.items(), start=1):
            own = {"id": f"{id_}-{position}", "payment_id": id_, "bill_id": bill, "line_no": position}
            self.add("bill.ap_payment_detail", **own, currency="USD", amount=Decimal(amount))
        return self.add("bill.ap_payment", **{"id": id_, **defaults, **more})

    def intacct_payment(self, record_no=501, shares=None, **more):
        """A payment of Intacct; ``shares`` are amounts by the bill's record number."""
        shares = {11: "100.00"} if shares is None else shares
        defaults = {
            "vendor_id": "V-1",
            "document_no": None,
            "state": "Posted",
            "payment_method": "EFT",
            "payment_date": PAID_ON,
            "currency": "USD",
            "trx_total_entered": sum(map(Decimal, shares.values()), Decimal(0)),
            "created_at": LONG_AGO,
            "modified_at": LONG_AGO,
            "owner_entity_id": "100",
        }
        for position, (bill, amount) in enumerate(shares.items(), start=1):
            own = {"record_no": record_no * 100 + position, "payment_record_no": record_no, "bill_record_no": bill}
            self.add("intacct.ap_payment_detail", **own, currency="USD", trx_payment_amount=Decimal(amount))
        return self.add("intacct.ap_payment", **{"record_no": record_no, **defaults, **more})

    def movement(self, id_="m1", amount="-100.00", name="M-1", **more):
        """A lump sum of BILL; negative leaves the bank."""
        defaults = {"movement_type": "1", "status": "1", "process_date": PAID_ON, "amount": Decimal(amount)}
        times = {"created_at": LONG_AGO, "modified_at": LONG_AGO}
        return self.add("bill.money_movement", **{"id": id_, "name": name, **defaults, **times, **more})

    def transfer(self, record_no=801, amount="100.00", number="M-1", **more):
        """A funds transfer of Intacct."""
        defaults = {"state": "Posted", "transfer_date": PAID_ON, "currency": "USD", "base_currency": "USD"}
        own = {"document_no": number, "total_entered": Decimal(amount), "modified_at": LONG_AGO}
        return self.add("intacct.funds_transfer", **{"record_no": record_no, **own, **defaults, **more})
