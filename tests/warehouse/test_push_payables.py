"""What settles bills against the Intacct twin and a real Postgres, with answers that are lost on the way."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from payables_cases import payment, used
from payables_world import PayablesWorld

from intacct_pipelines.domain.push import State

CREDIT = ("vendor_credit", "create", "c1")
PAYMENT = ("ap_payment", "create", "p1")
REVERSAL = ("ap_payment", "reverse", "p1")
LOST = [
    ("lost_request", "refuse"),
    ("late", "refuse"),
    ("twice", "replay"),
    ("cut", "replay"),
    # The answer is lost after the commit, and the gateway would do it all again: only the look-up prevents that.
    ("reset_after", "ignore"),
]
VOID = {"id": "x1", "payment_id": "p1", "status": "ACCEPTED", "modified_at": datetime(2026, 2, 25, tzinfo=UTC)}


def void_in_bill(world):
    """Let BILL void the payment."""
    world.rows["bill.ap_payment"] = [payment(amount=Decimal("40.00"), single_status="VOIDED")]
    world.rows["bill.ap_payment_void"] = [VOID]
    world.revisions["p1"] = "r2"


def states(world):
    """The states of the twin's records of an object, in order."""
    return [row["STATE"] for row in world.twin.records("APPYMT")]


@pytest.mark.parametrize(("fault", "control_id"), LOST)
def test_a_credit_its_payment_and_the_void_are_each_in_intacct_once(warehouse, fault, control_id):
    """Whatever answer is lost before or after the commit, and whatever a repeated control id does (S-IDM-03)."""
    world = PayablesWorld(warehouse, control_id=control_id)
    assert world.post(fault) == [CREDIT]
    (adjustment,) = world.twin.records("APADJUSTMENT")
    assert Decimal(adjustment["TRX_TOTALDUE"]) == Decimal(-40)
    assert world.post(fault) == [PAYMENT]
    (paid,) = world.twin.records("APPYMT")
    assert (paid["STATE"], Decimal(paid["TRX_TOTALENTERED"]), paid["DOCNUMBER"]) == ("Posted", Decimal(40), "T-p1")
    assert [bill.fields["STATE"] for bill in world.twin.bills()] == ["Paid"]
    assert world.balance("1070") == Decimal(-40)
    void_in_bill(world)
    assert world.post(fault) == [REVERSAL]
    assert states(world) == ["Voided"]
    assert world.balance("1070") == Decimal(0)
    assert [bill.fields["STATE"] for bill in world.twin.bills()] == ["Posted"]
    while world.late:
        world.deliver_late()
    assert (len(world.twin.records("APADJUSTMENT")), states(world)) == (1, ["Voided"])
    assert world.balance("1070") == Decimal(0)
    assert not any(world.twin.ledger.trial_balance().values())
    assert {one.state for one in world.outbox.items()} == {State.CONFIRMED}
    assert world.outbox.verify_journal() == []
    assert world.post() == []


def test_a_use_without_a_payment_is_applied_once_though_the_answer_is_lost(warehouse):
    """The credit settles the bill, no money moves, and what stands in Intacct is not applied again (S-VCR-03)."""
    world = PayablesWorld(warehouse, control_id="ignore")
    world.rows |= {f"bill.ap_payment{part}": [] for part in ("", "_detail", "_credit")}
    assert world.post() == [CREDIT]
    world.rows["bill.vendor_credit_usage"] = [used(payment_id=None, bill_id="b0")]
    assert world.post("reset_after") == [("credit_application", "create", "c1")]
    (paid,) = world.twin.records("APPYMT")
    assert (paid["STATE"], Decimal(paid["TRX_TOTALENTERED"]), paid["FINANCIALENTITY"]) == ("Posted", Decimal(0), "")
    (bill,) = world.twin.bills()
    assert Decimal(bill.fields["TRX_TOTALDUE"]) == Decimal(40)
    assert world.balance("1070") == Decimal(0)
    assert world.post() == []
