"""Payments made in Intacct on the whole way into BILL: recorded as made outside, once, and never sent back."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from into_bill_world import LEG, IntoBillWorld
from pipeline_world import THAT_DAY

LIMITS = {"items": 1000, "amount": "100000000"}
RECORDED = {**LEG, "auto_approve": LIMITS, "also_pushed": ["bill_ap_payment"], "approve_payments": True}
OBJECTS = ("bill_vendor", "bill_ap_bill", "bill_ap_payment")


class PaidWorld(IntoBillWorld):
    """A company that also pays in Intacct what BILL has."""

    def pay(self, *shares, **more):
        """Pay bills in Intacct; a share is a bill's record number with an amount."""
        banks = self.sandbox.intacct.records("CHECKINGACCOUNT")
        head = {"FINANCIALENTITY": min(row["BANKACCOUNTID"] for row in banks), "PAYMENTMETHOD": "Cash"}
        who = {"VENDORID": "QUARRY-1", "PAYMENTDATE": f"{THAT_DAY:%m/%d/%Y}", "CURRENCY": "USD", "BASECURR": "USD"}
        details = [{"RECORDKEY": number, "TRX_PAYMENTAMOUNT": amount} for number, amount in shares]
        return self.make("APPYMT", **{**head, **who, **more}, APPYMTDETAILS={"APPYMTDETAIL": details})

    def recorded(self, number):
        """BILL's payments that record one of Intacct's."""
        return [row for row in self.in_bill("bill_ap_payment") if f"INTACCT:{number} " in row["description"]]

    def paid(self, number):
        """What BILL says is paid of a bill."""
        return next(r["paidAmount"] for r in self.in_bill("bill_ap_bill") if r["invoice"]["invoiceNumber"] == number)

    def said(self, number, plan=None):
        """What the way into BILL says of a payment of Intacct: operation, or class and rule of the hold."""
        plan = plan or self.plan().plan
        mine = [one for one in (*plan.items, *plan.holds) if (one.object_name, one.source_id) == (OBJECTS[2], number)]
        return [one.operation.value if hasattr(one, "operation") else (one.kind, one.rule) for one in mine]

    def back(self, payment_id):
        """What the way into Intacct says of a payment of BILL."""
        plan = self.sync_only("vendor", "ap_bill", "ap_payment").plan
        assert not [one for one in plan.items if one.source_id == payment_id], "it would be paid or taken back"
        return [(one.kind, one.rule) for one in plan.holds if one.source_id == payment_id]

    def tell(self, status, payment_id):
        """Change what the crosswalk knows of a pair, or lose it."""
        words = "DELETE FROM" if status is None else "UPDATE"
        change = "" if status is None else f" SET status = '{status}', decided_by = 'Ana'"
        with self.systems() as systems, systems.warehouse.transaction() as connection:
            connection.execute(f"{words} mapping.crosswalk{change} WHERE platform_id = %s", (payment_id,))


@pytest.fixture
def world(warehouse_dsn):
    """Both sides have a vendor and two of its bills, of 100 and of 60; a third is in Intacct alone."""
    world = PaidWorld(warehouse_dsn, *OBJECTS, **RECORDED).settle()
    world.make_vendor("QUARRY-1", "Zenith Quarries")
    world.plan()
    world.send()
    world.plan()
    world.slate, world.chalk = (world.make_bill("QUARRY-1", name, (amount, {})) for name, amount in BILLS)
    world.plan()
    assert world.send() == {"accepted": 2}
    world.plan()
    world.network.writes.clear()
    return world


BILLS = (("SLATE", "100.00"), ("CHALK", "60.00"))


def test_a_payment_made_in_intacct_is_recorded_once_and_never_sent_back(world):
    """S-PAY-01, S-BIL-02: in part and with a bill that BILL lacks; then pairs are lost, and each side voids once."""
    alone = world.make_bill("QUARRY-1", "ALONE", ("7.00", {}))
    number = world.pay((world.slate, "40.00"), (world.chalk, "60.00"), (alone, "7.00"), DOCNUMBER="1042")
    plan = world.plan().plan
    [item] = [one for one in plan.items if one.object_name == "bill_ap_payment"]
    assert (item.amount, item.warnings) == (
        Decimal("100.00"),
        ("100.00 of 107.00: BILL does not have the rest of what it settles [S-BIL-02]",),
    )
    assert world.send() == {"accepted": 1}
    [(method, path, body)] = world.network.writes
    assert (method, path.removeprefix("/connect"), json.loads(body)["allowExport"]) == (
        "POST",
        "/v3/bills/record-payment",
        False,
    )
    [made] = world.recorded(number)
    assert (made["amount"], made["onlinePayment"], made["processDate"]) == (Decimal("100.00"), False, THAT_DAY)
    assert made["description"] == f"INTACCT:{number} {item.key} 1042"
    assert (world.paid("SLATE"), world.paid("CHALK")) == (Decimal("40.00"), Decimal("60.00"))
    again = world.plan()
    assert (again.confirmed, again.plan.items, world.send()) == (1, (), {})
    assert (world.back(made["id"]), world.said(number)) == ([], [])
    # A pair that a person refused is held; one that was lost is found again by what BILL's record says of itself.
    world.tell("refused", made["id"])
    assert world.back(made["id"]) == [("came_from_intacct", "S-SCH-05")]
    assert world.said(number) == [("deleted_in_bill", "S-IDM-06")]
    world.tell(None, made["id"])
    assert (world.back(made["id"]), world.said(number)) == ([], [])
    # Void in Intacct alone, then in BILL alone.
    world.sandbox.intacct.void_payment(int(number), f"{THAT_DAY:%m/%d/%Y}")
    assert world.said(number) == [("voided_in_intacct", "S-PAY-04")]
    assert world.back(made["id"]) == [("voided_in_intacct", "S-PAY-04")]
    other = world.pay((world.slate, "10.00"))
    world.plan()
    # The bill that BILL lacked is unpaid again, and travels too.
    assert world.send() == {"accepted": 2}
    assert world.plan().confirmed == 2
    [made] = world.recorded(other)
    world.change_in_bill("bill_ap_payment", made["id"], singleStatus="VOIDED", status="VOID")
    assert world.said(other) == [("voided_in_bill", "S-PAY-04")]
    assert world.back(made["id"]) == [("voided_in_bill", "S-PAY-04")]
    assert len(world.network.writes) == 3


def test_lost_answers_record_nothing_twice_and_lose_nothing(world):
    """S-IDM-03: lost before or after BILL did it, or the run is killed; also while nothing is known yet."""
    for loss in ("request", "answer", "damaged", "killed", "killed_before"):
        number = world.pay((world.slate, "10.00"))
        world.plan()
        if loss.startswith("killed"):
            with pytest.raises(KeyboardInterrupt):
                world.send(loss)
            for made in world.recorded(number):
                assert world.back(made["id"]) in ([], [("came_from_intacct", "S-SCH-05")]), loss
        else:
            world.send(loss)
        world.send()
        assert world.state_of(number) == {"create": ("accepted", "")}, loss
        assert len(world.recorded(number)) == 1, loss
        assert world.plan().confirmed == 1, loss
    assert (world.paid("SLATE"), len(world.network.writes)) == (Decimal("50.00"), 5)


def test_what_was_paid_in_bill_meanwhile_is_not_recorded(world):
    """S-PAY-09: between plan and sending a person records as much in BILL, and the last look sees it."""
    number = world.pay((world.slate, "100.00"))
    world.plan()
    with world.systems() as systems:
        vendor = next(row["id"] for row in world.in_bill("bill_vendor", name="Zenith Quarries"))
        bill = next(r["id"] for r in world.in_bill("bill_ap_bill") if r["invoice"]["invoiceNumber"] == "SLATE")
        body = {"vendorId": vendor, "processDate": str(THAT_DAY), "toPrintCheck": False}
        body["payments"] = [{"billId": bill, "amount": Decimal("1.00")}]
        systems.bill(world.entity).post("/v3/bills/record-payment", body)
    world.network.writes.clear()
    assert (world.send(), world.network.writes) == ({"expired": 1}, [])
    assert world.state_of(number) == {"create": ("expired", "expired")}
    assert world.said(number) == [("duplicate", "S-PAY-09")]
