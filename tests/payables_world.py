"""The small company of ``push_world`` with banks: a paid bill and a vendor credit, in BILL and in the Intacct twin."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import push_world
from payables_cases import PAYABLES_LINK, SOURCES, credit, credit_line, intacct_share, paying, payment, share, used
from push_cases import bill, line

from intacct_pipelines.push.plan import build_plan
from intacct_pipelines.sandbox.intacct.twin import IntacctTwin
from intacct_pipelines.sandbox.settlements import BankAccount

LINK = PAYABLES_LINK


def business():
    """One bill of 80 dollars, and two bank accounts, one of which is for clearing."""
    facts = push_world.business()
    banks = tuple(
        BankAccount("100", name, "", name, "First Bank", number, "USD", "000000001", "121000248")
        for name, number in (("CLEARING", "1070"), ("OPERATING", "1000"))
    )
    return replace(facts, settlements=replace(facts.settlements, bank_accounts=banks))


class PayablesWorld(push_world.World):
    """BILL has the bill of 80 dollars, a credit of 40 that is new, and a payment that uses it with 40 of money."""

    def __init__(self, warehouse, **options):
        super().__init__(warehouse, **options)
        self.twin = IntacctTwin(business(), self.options, self.clock)

    def _rows(self, _bills):
        return paying(
            bill__ap_bill=[bill("b0", amount=Decimal("80.00"))],
            bill__ap_bill_line=[line("b0", amount=Decimal("80.00"))],
            bill__vendor_credit=[credit()],
            bill__vendor_credit_line=[credit_line()],
            bill__ap_payment=[payment(amount=Decimal("40.00"))],
            bill__ap_payment_detail=[share(bill_id="b0", amount="40.00")],
            bill__ap_payment_credit=[used(bill_id="b0")],
        )

    def extract(self):
        """Bring what Intacct holds of payables into the rows and the matches."""
        matches = super().extract()
        self.rows["intacct.ap_adjustment"] = [
            {**_document(row), "document_no": row["RECORDID"]} for row in self.twin.records("APADJUSTMENT")
        ]
        self.rows["intacct.ap_payment"] = [
            {
                **_document(row),
                "document_no": row["DOCNUMBER"],
                "payment_date": datetime.strptime(row["WHENCREATED"], "%m/%d/%Y").date(),  # noqa: DTZ007  # a day
                "financial_account_id": row["FINANCIALENTITY"],
            }
            for row in self.twin.records("APPYMT")
        ]
        self.rows["intacct.ap_payment_detail"] = [_detail(row) for row in self.twin.records("APPYMTDETAIL")]
        for name, table in (("vendor_credit", "ap_adjustment"), ("ap_payment", "ap_payment")):
            for row in self.rows[f"intacct.{table}"]:
                own = {"object": name, "platform_id": row["description"].split()[0][5:]}
                matches.append(own | {"intacct_record_no": row["record_no"]})
        return matches

    def make_plan(self):
        """Plan from what is there now, and store it."""
        matches = self.extract()
        self.plan = build_plan(
            LINK,
            self.rows,
            matches,
            revisions={
                (name, row["id"]): self.revisions.get(row["id"], "r1")
                for name, table in SOURCES
                for row in self.rows[f"bill.{table}"]
            },
            closed_through=None,
            now=self.clock.now(),
            in_hand=self.outbox.in_hand(LINK.name),
            posted=self.outbox.posted(LINK.name),
            objects=self.objects,
        )
        return self.outbox.plan(self.outbox.store_plan(self.plan, actor="planner"))

    def balance(self, account):
        """Debits less credits of an account."""
        return self.twin.ledger.balances().get(("100", "USD", account), Decimal(0))


def _detail(row):
    numbers = (int(row[name]) for name in ("RECORDNO", "PAYMENTKEY", "RECORDKEY"))
    return intacct_share(*numbers, row["TRX_PAYMENTAMOUNT"] or "0") | {
        "adjustment_record_no": int(row["ADJUSTMENTKEY"] or 0) or None,
        "trx_adjustment_amount": Decimal(row["TRX_ADJUSTMENTAMOUNT"] or "0"),
    }


def _document(row):
    return {
        "record_no": int(row["RECORDNO"]),
        "vendor_id": row["VENDORID"],
        "state": row["STATE"],
        "currency": row["CURRENCY"],
        "trx_total_entered": Decimal(row["TRX_TOTALENTERED"]),
        "trx_total_due": Decimal(row["TRX_TOTALDUE"] or "0"),
        "description": row["DESCRIPTION"],
        "owner_entity_id": row["MEGAENTITYID"],
    }
