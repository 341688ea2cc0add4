"""What is made in both systems before the lives begin, so that every pushed object has something to send."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from pipeline_world import World
from simulated_hands import Hands

from intacct_pipelines.domain.attached import attachment_id, split_name, told_contents
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.push.bill_words import lines_in_words
from intacct_pipelines.sandbox.bill.organization import BillRecord as BillInBill
from intacct_pipelines.sandbox.intacct.twin import BillRecord
from intacct_pipelines.sandbox.receivables_business import Invoice, Receipt
from intacct_pipelines.sandbox.settlements import Payment
from intacct_pipelines.warehouse.agreed import Agreements
from intacct_pipelines.warehouse.connection import Warehouse
from intacct_pipelines.warehouse.recon import Recon

_NEW = {
    "chart-of-accounts": {"name": "Cloud", "account": {"type": "EXPENSE", "number": "6777"}, "archived": False},
    "departments": {"name": "Optics Lab", "shortName": "OPTICS", "archived": False},
    "locations": {"name": "Reno Yard", "shortName": "RENO-Y", "archived": False},
    "accounting-classes": {"name": "Grant Q", "shortName": "GRANT-Q", "archived": False},
    "payment-terms": {"name": "Net 47", "daysDue": 47},
    "employees": {"firstName": "Ana", "lastName": "Okafor", "shortName": "E-700", "archived": False},
    "items": {"name": "Survey hour", "shortName": "SURVEY", "type": "SERVICE", "archived": False},
}
"""One record of each list, as a person makes it in BILL."""
_RENAMED = {
    "department": ("departments", {"DEPARTMENTID": "SALES-2", "TITLE": "Sales"}),
    "accounting_class": ("accounting-classes", {"CLASSID": "OPS-2", "NAME": "Operations"}),
    "item": ("items", {"ITEMID": "HOUR-2", "NAME": "Hour", "ITEMTYPE": "Non-Inventory"}),
}
"""Lists of which both sides have one record more, under another name in BILL; as the entity's Intacct has it."""
_EDITED = {"edited_in_bill", "edited_in_intacct", "recoded"}
"""Documents that both sides have, with other lines."""
_CREDIT, _USED = Decimal("10.00"), Decimal("1.00")
"""So much is left of a credit that it could be used twice."""
_EDITED_TO = Decimal("11.00")
"""What a credit comes to in BILL once it was edited there."""
_CODING = ("ACCOUNTNO", "DEPARTMENTID", "LOCATIONID", "CLASSID")
_MONEY_OUT, _MONEY_IN = "1", "2"
"""BILL's codes of lump sums."""


class Beginning:
    """Makes what the generated company lacks.

    Args:
        world: The company.
        warehouse: Where a person's pairs are kept.
    """

    def __init__(self, world: World, warehouse: Warehouse) -> None:
        sandbox = world.sandbox
        self._world = world
        self._warehouse = warehouse
        self._business = sandbox.business
        self._twin = sandbox.intacct
        self._hands = Hands(self._twin, world.entity.entity_id)
        self._organization = sandbox.bill._organization(sandbox.describe()["bill"]["organizations"][0]["id"])
        self._records = self._organization.collections
        self._now = sandbox.clock.now()

    def make(self) -> None:
        """Make lists, ended payments, a recoded bill, credits and uses, receipts, fees, lump sums, an attached file."""
        for kind, fields in _NEW.items():
            self._add(kind, "0xx", fields)
        for name in _RENAMED:
            self._rename(name)
        self._edit()
        self._end_payments()
        self._use_credit()
        self._recode_paid()
        self._use_memos()
        self._edit_credit()
        self._edit_memo()
        self._pay_ahead()
        self._move_money(self._charge_fees())
        self._attach_first_file()
        for kind in self._records:
            self._organization.changed(kind)

    def _add(self, kind: str, prefix: str, fields: Mapping[str, Any]) -> str:
        own = self._organization.new_id(prefix)
        times = {"createdTime": self._now, "updatedTime": self._now}
        self._records[kind][own] = {**fields, "id": own, **times}
        return own

    def _rename(self, name: str) -> None:
        """Make a list record on both sides, under two names, and confirm the pair as a person does with ``map``."""
        kind, fields = _RENAMED[name]
        entity, people_id = self._world.entity.entity_id, next(iter(fields.values()))
        number = self._twin.write(PUSHED[name].target.source_object, entity_id=entity, **fields)
        more = {"type": "SERVICE"} if name == "item" else {}
        own = self._add(kind, "0xx", {"name": f"New {people_id}", "shortName": people_id, "archived": False, **more})
        self._records[kind][own]["updatedTime"] += timedelta(seconds=60)
        Recon(self._warehouse).decide(
            link=f"entity-{entity}",
            object_name=name,
            platform_id=own,
            intacct_record_no=number,
            status="confirmed",
            decided_by="ann",
        )

    def _edit(self) -> None:
        """Let whatever the two sides have otherwise have been edited in BILL just now, so that it is carried over."""
        for bill in self._business.bills:
            if bill.difference in _EDITED:
                self._organization.bills[bill.bill_id].updated_at = self._now
        for invoice in self._business.receivables.invoices:
            if invoice.difference in _EDITED:
                self._records["invoices"][invoice.bill_id]["updatedTime"] = self._now

    # --- payables -----------------------------------------------------------------------------------------------------

    def _end_payments(self) -> None:
        """Let those under way be cleared, and one that was be voided."""
        payments = self._records["payments"]
        for one in self._in_process():
            cleared = {"singleStatus": "CLEARED", "status": "PAID", "processDate": self._now.date()}
            payments[one.bill_id].update(cleared, updatedTime=self._now)
        facts = self._business.settlements.payments
        standing = next(one for one in facts if one.way == "platform" and one.status == "CLEARED")
        payments[standing.bill_id].update(singleStatus="VOIDED", status="VOID", updatedTime=self._now)

    def _in_process(self) -> list[Payment]:
        return [one for one in self._business.settlements.payments if one.difference == "in_process"]

    def _use_credit(self) -> None:
        """Give a credit for an open bill on both sides, and use some of it in BILL without a payment."""
        bill, mine = self._open_bill()
        known = next(iter(self._records["vendor-credits"].values()))
        part = {**known["vendorCreditLineItems"][0], "id": "vclalone", "amount": _CREDIT}
        used = {
            "vendorId": mine.vendor_id,
            "referenceNumber": "CR-ALONE",
            "creditDate": self._now.date(),
            "vendorCreditLineItems": [part],
            "usage": [{"billId": mine.id, "paymentId": "", "amount": _USED}],
        }
        own = self._add("vendor-credits", "vcr", {**known, **used, **_USED_IN_PART})
        fields = {name: bill.fields[name] for name in ("VENDORID", "CURRENCY", "BASECURR")}
        days = dict.fromkeys(("WHENCREATED", "WHENPOSTED", "WHENDUE"), f"{self._now:%m/%d/%Y}")
        line = {name: bill.lines[0][name] for name in _CODING}
        words = {"RECORDID": "CR-ALONE", "DESCRIPTION": f"BILL:{own}"}
        entity = self._world.entity.entity_id
        self._twin.create_bill(entity, [{**line, "TRX_AMOUNT": f"-{_CREDIT}"}], **fields, **days, **words)

    def _open_bill(self) -> tuple[BillRecord, BillInBill]:
        """Return a bill that nobody pays, as Intacct and as BILL has it."""
        taken = {share.bill_key for one in self._in_process() for share in one.shares}
        free = {one.number: one.bill_id for one in self._business.bills if one.key not in taken}
        bills = {one.number: one for one in self._organization.bills.values() if free.get(one.number) == one.id}
        bill = next(one for one in self._twin.bills() if _is_open(one.fields) and one.fields["RECORDID"] in bills)
        return bill, bills[bill.fields["RECORDID"]]

    def _edit_credit(self) -> None:
        """Let a credit of which nothing is used come to more in BILL since both sides agreed on it."""
        bill, mine = self._open_bill()
        known = next(iter(self._records["vendor-credits"].values()))
        part = {**known["vendorCreditLineItems"][0], "id": "vcledited", "amount": _EDITED_TO}
        says = {"vendorId": mine.vendor_id, "vendorCreditLineItems": [part]}
        self._agree_and_edit(
            "vendor_credit",
            ("vendor-credits", "vcr", {**known, **says, "referenceNumber": "CR-EDITED"}),
            {name: bill.fields[name] for name in ("VENDORID", "CURRENCY", "BASECURR")},
            {name: bill.lines[0][name] for name in ("ACCOUNTNO", "LOCATIONID")},
        )

    def _agree_and_edit(
        self,
        object_name: str,
        there: tuple[str, str, Mapping[str, Any]],
        fields: Mapping[str, str],
        coding: Mapping[str, str],
    ) -> None:
        """Make a credit on both sides, remember that both agreed on Intacct's line, and let BILL's be edited later."""
        kind, prefix, says = there
        unused = {"amount": _EDITED_TO, "appliedAmount": Decimal(0), "status": "NOT_APPLIED", "archived": False}
        own = self._add(kind, prefix, {**says, **unused, "creditDate": self._now.date(), "usage": []})
        self._records[kind][own]["updatedTime"] = self._world.sandbox.clock.now() + timedelta(seconds=60)
        days = dict.fromkeys(("WHENCREATED", "WHENPOSTED"), f"{self._now:%m/%d/%Y}")
        words = {"RECORDID": says["referenceNumber"], "DESCRIPTION": f"BILL:{own}"}
        target = PUSHED[object_name].target.source_object
        self._hands.create(target, [{**coding, "TRX_AMOUNT": f"-{_CREDIT}"}], {**fields, **days, **words})
        number = next(row["RECORDNO"] for row in self._twin.records(target) if row["RECORDID"] == words["RECORDID"])
        lines = lines_in_words([(_CREDIT, *(coding.get(name, "") for name in _CODING))])
        agreed = {(object_name, own, number): {"lines": lines}}
        Agreements(self._warehouse, f"entity-{self._world.entity.entity_id}").remember(agreed, {})

    def _recode_paid(self) -> None:
        """Let a bill that Intacct paid have been coded anew in BILL since both sides agreed on it."""
        known = next(one for one in self._business.bills if one.difference == "paid_in_intacct")
        there = next(one for one in self._twin.bills() if one.fields["RECORDID"] == known.number)
        mine = self._organization.bills[known.bill_id]
        every = [line for bill in self._organization.bills.values() for line in bill.lines]
        line = mine.lines[0]
        line.account_id = next(
            one.account_id
            for one in every
            if one.account_id != line.account_id and not one.department_id and not one.class_id
        )
        mine.updated_at = self._world.sandbox.clock.now() + timedelta(seconds=60)
        lines = lines_in_words((Decimal(one["TRX_AMOUNT"]), *(one[name] for name in _CODING)) for one in there.lines)
        agreed = {("ap_bill", mine.id, str(there.record_no)): {"lines": lines}}
        Agreements(self._warehouse, f"entity-{self._world.entity.entity_id}").remember(agreed, {})

    # --- receivables --------------------------------------------------------------------------------------------------

    def _use_memos(self) -> None:
        """Give a credit memo for each of two open invoices on both sides, and use some of it in BILL."""
        known = next(iter(self._records["credit-memos"].values()))
        for number, (invoice, row) in zip(("CM-ALONE-1", "CM-ALONE-2"), self._open_invoices(), strict=False):
            part = {**known["creditMemoLineItems"][0], "id": f"cml{number}", "amount": _CREDIT}
            used = {
                "customerId": self._records["invoices"][invoice.bill_id]["customerId"],
                "referenceNumber": number,
                "creditDate": self._now.date(),
                "creditMemoLineItems": [part],
                "usage": [{"invoiceId": invoice.bill_id, "amount": _USED}],
            }
            own = self._add("credit-memos", "0cm", {**known, **used, **_USED_IN_PART})
            fields = {name: row[name] for name in ("CUSTOMERID", "CURRENCY", "BASECURR")}
            fields |= dict.fromkeys(("WHENCREATED", "WHENPOSTED"), f"{self._now:%m/%d/%Y}")
            fields |= {"RECORDID": number, "DESCRIPTION": f"BILL:{own}"}
            first = invoice.lines[0]
            line = {"ACCOUNTNO": first.account_no, "LOCATIONID": first.location_id, "TRX_AMOUNT": f"-{_CREDIT}"}
            self._hands.create("ARADJUSTMENT", [line], fields)

    def _edit_memo(self) -> None:
        """Let a credit memo of which nothing is used come to more in BILL since both sides agreed on it."""
        invoice, row = next(self._open_invoices())
        known = next(iter(self._records["credit-memos"].values()))
        part = {**known["creditMemoLineItems"][0], "id": "cmledited", "amount": _EDITED_TO}
        customer = self._records["invoices"][invoice.bill_id]["customerId"]
        first = invoice.lines[0]
        self._agree_and_edit(
            "credit_memo",
            (
                "credit-memos",
                "0cm",
                {**known, "customerId": customer, "creditMemoLineItems": [part], "referenceNumber": "CM-EDITED"},
            ),
            {name: row[name] for name in ("CUSTOMERID", "CURRENCY", "BASECURR")},
            {"ACCOUNTNO": first.account_no, "LOCATIONID": first.location_id},
        )

    def _open_invoices(self) -> Iterator[tuple[Invoice, Mapping[str, str]]]:
        """Yield invoices that both systems have alike and nobody pays, with Intacct's record."""
        facts = self._business.receivables
        settled = {*facts.settled("bill"), *facts.settled("intacct")}
        free = {one.number: one for one in facts.invoices if not one.difference and one.key not in settled}
        for row in self._twin.records("ARINVOICE"):
            if row["RECORDID"] in free and row["STATE"] == "Posted" and Decimal(row["TRX_TOTALDUE"]) > _CREDIT:
                yield free[row["RECORDID"]], row

    def _received(self) -> list[Receipt]:
        """What BILL received of which both systems have the same, and of which no fee is booked."""
        facts = self._business.receivables.receipts
        return [one for one in facts if one.is_online and one.in_intacct and not one.difference and not one.fee]

    def _pay_ahead(self) -> None:
        """Let a customer pay twice ahead of any invoice under one number; the books of both days are closed."""
        first = self._received()[0]
        known = self._records["receivable-payments"][first.bill_id]
        for days, amount in enumerate((Decimal("25.00"), Decimal("26.00"))):
            ahead = {"referenceNumber": "AHEAD", "invoicePayments": [], "convenienceFeeAmount": Decimal("0.00")}
            money = {"amount": amount, "unappliedAmount": amount}
            day = {"paymentDate": first.receipt_date + timedelta(days=days)}
            self._add("receivable-payments", "0rp", {**known, **ahead, **money, **day})

    def _charge_fees(self) -> Receipt:
        """Let customers have paid a fee on top of receipts, of which Intacct has some; return one that it has."""
        first, second, *_ = self._received()
        facts = self._business.receivables.receipts
        new = [one for one in facts if one.is_online and one.in_bill and not one.in_intacct and one.voided_on is None]
        for one in (first, second, *new):
            self._records["receivable-payments"][one.bill_id]["convenienceFeeAmount"] = Decimal("1.23")
        return first

    # --- lump sums ----------------------------------------------------------------------------------------------------

    def _move_money(self, receipt: Receipt) -> None:
        """Move money both ways, one sum under the number and on the day of a fee."""
        moved = list(self._records["money-movements"].values())
        out = next(one for one in moved if one["type"] == _MONEY_OUT and one["status"] == "1")
        came = next(one for one in moved if one["type"] == _MONEY_IN)
        self._add("money-movements", "mmt", {**out, "name": "OUT-1", "amount": Decimal("-7.77")})
        self._add("money-movements", "mmt", {**came, "name": "IN-1", "amount": Decimal("8.88")})
        same = {"name": receipt.reference, "processDate": receipt.receipt_date}
        self._add("money-movements", "mmt", {**came, **same, "amount": Decimal("9.99")})

    # --- files --------------------------------------------------------------------------------------------------------

    def _attach_first_file(self) -> None:
        """Let a bill with two files have had the first one only when its attachment was made by us."""
        link, files = f"entity-{self._world.entity.entity_id}", self._organization.files
        numbers = {one.bill_id: one.number for one in self._business.bills if one.in_intacct and not one.difference}
        rows = {row["RECORDID"]: row for row in self._twin.records("APBILL")}
        own, first = next(
            (one, listed[0])
            for one, listed in ((one, files.listed("bills", one)) for one in numbers)
            if len(listed) > 1 and not rows[numbers[one]]["SUPDOCID"]
        )
        content, name = files.content(first["id"]), attachment_id(link, "ap_bill", own)
        told = told_contents([hashlib.sha256(content).hexdigest()])
        values = {"SUPDOCID": name, "SUPDOCNAME": f"BILL {own}", "FOLDER": "BILL"}
        values["DESCRIPTION"] = f"BILL:{own} {uuid.UUID(int=1)} {told}"
        self._hands.attach(values, *split_name(first["name"]), content)
        self._twin.edit_bill(int(rows[numbers[own]]["RECORDNO"]), SUPDOCID=name)


_USED_IN_PART = {"amount": _CREDIT, "appliedAmount": _USED, "status": "PARTIALLY_APPLIED", "archived": False}


def _is_open(bill: Mapping[str, str]) -> bool:
    return bill["STATE"] == "Posted" and Decimal(bill["TRX_TOTALDUE"]) > _CREDIT and bill["CURRENCY"] == "USD"
