"""Builders of customers, invoices, receipts and credit memos for reconciliation; see ``reconcile_cases``."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from reconcile_cases import LONG_AGO, Case

TIMES = {"created_at": LONG_AGO, "modified_at": LONG_AGO}
DAY, DUE = date(2026, 2, 1), date(2026, 3, 3)
ITEM = {"currency": "USD", "line_no": 1}


class ReceivablesCase(Case):
    """One link's receivables on both sides; amounts are texts, settled amounts follow from what was received."""

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

    def bill_invoice(self, id_="i1", amount="100.00", number="AR-1", *, lines=None, received="0", credited="0", **more):
        """Add an invoice; its one line has what is left of the amount without the sales tax."""
        total, tax = Decimal(amount), more.get("tax_amount") or Decimal(0)
        defaults = {
            "customer_id": "c1",
            "document_no": number,
            "invoice_date": DAY,
            "due_date": DUE,
            "currency": "USD",
            "amount": total,
            "due_amount": total - Decimal(received) - Decimal(credited),
            "credit_amount": Decimal(credited),
            "status": "OPEN",
            "record_status": "ACTIVE",
            "is_archived": False,
        }
        for position, line in enumerate([{}] if lines is None else lines, start=1):
            own = {"id": f"{id_}-{position}", "invoice_id": id_, **ITEM, "quantity": Decimal(1)}
            coded = {"price": total - tax, "gl_account_id": "a6000"}
            self.add("bill.ar_invoice_line", **{**own, **coded, **line})
        return self.add("bill.ar_invoice", **{"id": id_, **defaults, **TIMES, **more})

    def intacct_invoice(self, record_no=11, amount="100.00", number="AR-1", *, lines=None, received="0", **more):
        defaults = {
            "customer_id": "C-1",
            "document_no": number,
            "state": "Posted",
            "invoice_date": DAY,
            "gl_posting_date": DAY,
            "due_date": DUE,
            "currency": "USD",
            "trx_total_entered": Decimal(amount),
            "trx_total_paid": Decimal(received),
            "module_key": "4.AR",
            "owner_entity_id": "100",
        }
        for position, line in enumerate([{}] if lines is None else lines, start=1):
            own = {"record_no": record_no * 100 + position, "invoice_record_no": record_no, **ITEM}
            coded = {"account_no": "6000", "trx_amount": Decimal(amount)}
            self.add("intacct.ar_invoice_line", **{**own, **coded, **line})
        return self.add("intacct.ar_invoice", **{"record_no": record_no, **defaults, **TIMES, **more})

    def invoices(self, number=1, amount="100.00", **settled):
        """Add an invoice that both sides know: ``i<number>`` and ``10 + number``."""
        self.bill_invoice(f"i{number}", amount, f"AR-{number}", **settled)
        self.intacct_invoice(10 + number, amount, f"AR-{number}", **settled)
        return self

    def tax_item(self):
        """Let sales tax be booked on account 2200."""
        self.bill_account("a2200", "2200")
        self.add("bill.item", id="tax", item_type="SALES_TAX", name="Sales tax", gl_account_id="a2200")
        return self

    def bill_account(self, id_, number):
        for account in (("a6000", "6000"), (id_, number)):
            self.add("bill.gl_account", id=account[0], name=f"Account {account[1]}", account_no=account[1])

    def bill_receipt(self, id_="r1", amount="100.00", reference="R-1", *, applied=(("i1", "100.00"),), **more):
        """Add a receipt, with the invoices that it pays."""
        defaults = {
            "customer_id": "c1",
            "payment_date": DAY,
            "currency": "USD",
            "amount": Decimal(amount),
            "unapplied_amount": Decimal(amount) - sum(Decimal(one) for _, one in applied),
            "status": "PAID",
            "reference_no": reference,
        }
        for position, (invoice, one) in enumerate(applied, start=1):
            own = {"id": f"{id_}-{position}", "payment_id": id_, "invoice_id": invoice, **ITEM}
            self.add("bill.ar_payment_detail", **{**own, "amount": Decimal(one)})
        return self.add("bill.ar_payment", **{"id": id_, **defaults, **TIMES, **more})

    def intacct_receipt(self, record_no=31, amount="100.00", reference="R-1", *, applied=((11, "100.00"),), **more):
        left = Decimal(amount) - sum(Decimal(one) for _, one in applied)
        defaults = {
            "customer_id": "C-1",
            "receipt_date": DAY,
            "currency": "USD",
            "trx_total_entered": Decimal(amount),
            "trx_total_due": left,
            "state": "Complete",
            "reference_no": reference,
            "document_no": reference,
            "owner_entity_id": "100",
        }
        for position, (invoice, one) in enumerate(applied, start=1):
            self.settle(record_no * 100 + position, record_no, invoice, trx_payment_amount=Decimal(one))
        return self.add("intacct.ar_payment", **{"record_no": record_no, **defaults, **TIMES, **more})

    def settle(self, record_no, payment, invoice, **amounts):
        """Add one of the details of a receipt of Intacct."""
        own = {"record_no": record_no, "payment_record_no": payment, "invoice_record_no": invoice, "currency": "USD"}
        return self.add("intacct.ar_payment_detail", **own, **amounts)

    def bill_memo(self, id_="m1", amount="30.00", number="CM-1", *, used=(), **more):
        """Add a credit memo, with the invoices on which it was used."""
        defaults = {
            "customer_id": "c1",
            "reference_no": number,
            "credit_date": DAY,
            "currency": "USD",
            "amount": Decimal(amount),
            "applied_amount": sum((Decimal(one) for _, one in used), Decimal(0)),
            "is_archived": False,
        }
        coded = {"amount": Decimal(amount), "gl_account_id": "a6000"}
        self.add("bill.credit_memo_line", id=f"{id_}-1", credit_memo_id=id_, **ITEM, **coded)
        for position, (invoice, one) in enumerate(used, start=1):
            own = {"id": f"{id_}-u{position}", "credit_memo_id": id_, "invoice_id": invoice, "currency": "USD"}
            self.add("bill.credit_memo_usage", **own, amount=Decimal(one))
        return self.add("bill.credit_memo", **{"id": id_, **defaults, **TIMES, **more})

    def intacct_memo(self, record_no=51, amount="30.00", number="CM-1", *, used=(), account="6000", **more):
        """Add an adjustment that credits, and the record that applies it."""
        defaults = {
            "customer_id": "C-1",
            "document_no": number,
            "state": "Posted",
            "adjustment_date": DAY,
            "currency": "USD",
            "trx_total_entered": -Decimal(amount),
            "trx_total_paid": -sum((Decimal(one) for _, one in used), Decimal(0)),
            "owner_entity_id": "100",
        }
        coded = {"trx_amount": -Decimal(amount), "account_no": account}
        self.add(
            "intacct.ar_adjustment_line", record_no=record_no * 100, adjustment_record_no=record_no, **ITEM, **coded
        )
        if used:
            self.intacct_receipt(record_no + 500, "0", "", applied=())
        for position, (invoice, one) in enumerate(used, start=1):
            detail = record_no * 1000 + position
            self.settle(detail, record_no + 500, invoice, credit_record_no=record_no, trx_credit_amount=Decimal(one))
        return self.add("intacct.ar_adjustment", **{"record_no": record_no, **defaults, **TIMES, **more})
