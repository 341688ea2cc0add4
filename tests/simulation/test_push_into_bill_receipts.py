"""Receipts made in Intacct on the whole way into BILL: recorded as received outside, once, and never sent back."""

from __future__ import annotations

from decimal import Decimal

from into_bill_world import LEG, IntoBillWorld
from pipeline_world import THAT_DAY

from intacct_pipelines.clients.intacct.functions import call, date_parts

OBJECTS = ("bill_customer", "bill_ar_invoice", "bill_ar_payment")
RECORDED = {
    **LEG,
    "auto_approve": {"items": 1000, "amount": "100000000"},
    "also_pushed": ["bill_ar_payment"],
    "approve_payments": True,
}


class SoldWorld(IntoBillWorld):
    """A company that also receives in Intacct what BILL asks for."""

    def sell(self, number, amount):
        """Enter an invoice in Intacct; return its record number."""
        kinds = self.organization().collections
        sales = min(
            r["account"]["number"] for r in kinds["chart-of-accounts"].values() if r["account"]["type"] == "INCOME"
        )
        line = {"glaccountno": sales, "amount": amount, "locationid": self.listed("locations")}
        day = date_parts(THAT_DAY)
        fields = {
            "customerid": "HARBOR-1",
            "datecreated": day,
            "dateposted": day,
            "datedue": day,
            "action": "Submit",
            "invoiceno": number,
            "basecurr": "USD",
            "currency": "USD",
            "exchratetype": "Intacct Daily Rate",
            "invoiceitems": {"lineitem": [{**line, "departmentid": self.listed("departments")}]},
        }
        self.in_intacct(call(f"sell-{number}", "create_invoice", fields), named="")
        return next(r["RECORDNO"] for r in self.sandbox.intacct.records("ARINVOICE") if r["RECORDID"] == number)

    def in_intacct(self, function, named="RECORDNO"):
        """Do something in Intacct, as a person there would."""
        if named:
            return super().in_intacct(function)
        self.sandbox.clock.advance(60)
        with self.systems() as systems:
            [result] = systems.intacct(self.entity).call([function], write=True)
        assert result.error is None, result.error
        return ""

    def receive(self, invoice, amount):
        """Receive money on an invoice in Intacct."""
        bank = min(row["BANKACCOUNTID"] for row in self.sandbox.intacct.records("CHECKINGACCOUNT"))
        day = f"{THAT_DAY:%m/%d/%Y}"
        head = {"FINANCIALENTITY": bank, "PAYMENTMETHOD": "EFT", "CUSTOMERID": "HARBOR-1", "DOCNUMBER": "W-1"}
        when = {"RECEIPTDATE": day, "PAYMENTDATE": day, "CURRENCY": "USD", "BASECURR": "USD"}
        details = {"ARPYMTDETAIL": [{"RECORDKEY": invoice, "TRX_PAYMENTAMOUNT": amount}]}
        return self.make("ARPYMT", **head, **when, ARPYMTDETAILS=details)

    def recorded(self, number):
        """BILL's receipts that record one of Intacct's."""
        return [row for row in self.in_bill(OBJECTS[2]) if f"INTACCT:{number} " in (row["description"] or "")]

    def said(self, number):
        """What the way into BILL says of a receipt of Intacct."""
        plan = self.plan().plan
        assert not [one for one in plan.items if (one.object_name, one.source_id) == (OBJECTS[2], number)]
        return [(one.kind, one.rule) for one in plan.holds if (one.object_name, one.source_id) == (OBJECTS[2], number)]

    def back(self, receipt_id):
        """What the way into Intacct says of a receipt of BILL."""
        plan = self.sync_only("customer", "ar_invoice", "ar_payment").plan
        assert not [one for one in plan.items if one.source_id == receipt_id], "it would be entered or taken back"
        return [(one.kind, one.rule) for one in plan.holds if one.source_id == receipt_id]


def test_a_receipt_made_in_intacct_is_recorded_once_and_never_sent_back(warehouse_dsn):
    """S-ARP-01, S-IDM-03: in part, with lost answers; then a lost pair, a refused one, and a void on one side."""
    world = SoldWorld(warehouse_dsn, *OBJECTS, **RECORDED).settle()
    contact = {"PRINTAS": "Harbor Stores", "EMAIL1": "pay@harbor.example"}
    world.make("CUSTOMER", CUSTOMERID="HARBOR-1", NAME="Harbor Stores", DISPLAYCONTACT=contact, STATUS="active")
    world.plan()
    world.send()
    invoice = world.sell("HARBOR-1001", "100.00")
    world.plan()
    assert world.send() == {"accepted": 1}
    world.plan()
    world.network.writes.clear()
    for loss in ("request", "answer"):
        number = world.receive(invoice, "40.00")
        world.plan()
        world.send(loss)
        world.send()
        assert world.state_of(number) == {"create": ("accepted", "")}, loss
        assert len(world.recorded(number)) == 1, loss
    [made] = world.recorded(number)
    assert (made["amount"], made["onlinePayment"], made["receivablesType"]) == (Decimal("40.00"), False, "ACH")
    [billed] = world.in_bill(OBJECTS[1], invoiceNumber="HARBOR-1001")
    assert (billed["dueAmount"], len(world.network.writes)) == (Decimal("20.00"), 2)
    again = world.plan()
    assert (again.confirmed, again.plan.items, world.send()) == (1, (), {})
    assert (world.back(made["id"]), world.said(number)) == ([], [])
    for words, there, here in (
        ("UPDATE mapping.crosswalk SET status = 'refused'", [("came_from_intacct", "S-SCH-05")], "deleted_in_bill"),
        ("DELETE FROM mapping.crosswalk", [], ""),
    ):
        with world.systems() as systems, systems.warehouse.transaction() as connection:
            connection.execute(f"{words} WHERE platform_id = %s", (made["id"],))
        assert world.back(made["id"]) == there
        assert world.said(number) == ([(here, "S-IDM-06")] if here else [])
    world.change_in_bill(OBJECTS[2], made["id"], status="VOID")
    assert world.said(number) == [("voided_in_bill", "S-ARP-03")]
    assert world.back(made["id"]) == [("voided_in_bill", "S-ARP-03")]
    assert len(world.network.writes) == 2
