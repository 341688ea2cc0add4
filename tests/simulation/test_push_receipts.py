"""Receipts of the generated company on their whole way: planned, sent, brought back, confirmed; each exactly once."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest
from pipeline_world import INTO_INTACCT, World

from intacct_pipelines.domain.push import Operation, State
from intacct_pipelines.push.apply import ApplyOptions, apply_plan
from intacct_pipelines.push.into_intacct import IntacctChannel
from intacct_pipelines.sandbox.faults import Rule
from intacct_pipelines.sandbox.intacct.values import format_instant
from intacct_pipelines.warehouse.outbox import Outbox

FAULTS = ("reset_before", "reset_after", "duplicate", "truncated")


def new_world(warehouse_dsn):
    """A company that lets closed days move, and pushes receipts alone."""
    return World(
        warehouse_dsn,
        bills=200,
        not_pushed=sorted(INTO_INTACCT - {"ar_payment"}),
        receivables={"undeposited_account": "1090"},
        closed_period="first_open",
    )


def receipts_of(world, source_id):
    """Intacct's receipts that name one of BILL's as their source."""
    rows = world.sandbox.intacct.records("ARPYMT")
    return [row for row in rows if row["DESCRIPTION"].split(" ")[0] == f"BILL:{source_id}"]


def paid(world):
    """What each of Intacct's invoices has been paid."""
    return {row["RECORDNO"]: Decimal(row["TRX_TOTALPAID"]) for row in world.sandbox.intacct.records("ARINVOICE")}


def balances(world):
    """What the ledger is out of balance by, in transaction and in base currency."""
    ledger = world.sandbox.intacct.ledger
    return {amount for book in (ledger.trial_balance(), ledger.base_trial_balance()) for amount in book.values()}


def test_receipts_are_entered_once_and_confirmed(warehouse_dsn):
    """S-ARP-01: the invoices are paid by what BILL says; what came back is confirmed, and the second round is empty."""
    world = new_world(warehouse_dsn)
    items = world.sync_only("ar_payment").plan.items
    assert len(items) >= 2
    before = paid(world)
    assert world.apply() == {"accepted": len(items)}
    created = [item for item in items if item.operation is Operation.CREATE]
    for item in created:
        (row,) = receipts_of(world, item.source_id)
        assert item.key in row["DESCRIPTION"]
        assert (row["CUSTOMERID"], Decimal(row["TRX_TOTALENTERED"])) == (item.natural_key["CUSTOMERID"], item.amount)
        for detail in item.payload["ARPYMTDETAILS"]["ARPYMTDETAIL"]:
            before[detail["RECORDKEY"]] += Decimal(detail["TRX_PAYMENTAMOUNT"])
    taken_back = {str(item.target_id) for item in items if item.operation is Operation.REVERSE}
    for detail in world.sandbox.intacct.records("ARPYMTDETAIL"):
        if detail["PAYMENTKEY"] in taken_back:
            before[detail["RECORDKEY"]] -= Decimal(detail["TRX_PAYMENTAMOUNT"])
    assert paid(world) == before
    again = world.sync_only("ar_payment")
    assert (again.confirmed, again.plan.items) == (len(items), ())
    assert balances(world) == {Decimal(0)}
    check_void(world, created[-1])


def check_void(world, item):
    """Void a pushed receipt in BILL: it is taken back in Intacct once, though the answer is lost (S-ARP-03)."""
    before = paid(world)
    world.sandbox.clock.advance(60)
    for organization in world.sandbox.bill._organizations.values():
        record = organization.collections["receivable-payments"].get(item.source_id)
        if record is not None:
            record |= {"status": "VOID", "updatedTime": world.sandbox.clock.now()}
            organization.changed("receivable-payments")
    (void,) = world.sync_only("ar_payment").plan.items
    assert (void.operation, void.source_id) == (Operation.REVERSE, item.source_id)
    world.sandbox.faults.add(Rule("reset_after", system="intacct", function="reverse_arpayment*"))
    world.apply()
    for detail in item.payload["ARPYMTDETAILS"]["ARPYMTDETAIL"]:
        before[detail["RECORDKEY"]] -= Decimal(detail["TRX_PAYMENTAMOUNT"])
    assert paid(world) == before
    again = world.sync_only("ar_payment")
    assert (again.confirmed, again.plan.items) == (1, ())
    assert balances(world) == {Decimal(0)}


def test_a_receipt_whose_invoice_changed_in_intacct_meanwhile_is_not_sent(warehouse_dsn):
    """What is due may have been paid otherwise: the item expires before anything is sent (S-ERR-20)."""
    world = new_world(warehouse_dsn)
    items = world.sync_only("ar_payment").plan.items
    first = next(item for item in items if item.operation is Operation.CREATE)
    number = first.payload["ARPYMTDETAILS"]["ARPYMTDETAIL"][0]["RECORDKEY"]
    world.sandbox.clock.advance(5)
    now = format_instant(world.sandbox.clock.now())
    world.sandbox.intacct.plant("ARINVOICE", int(number), DOCNUMBER="Touched", WHENMODIFIED=now)
    world.apply()
    assert receipts_of(world, first.source_id) == []
    with world.systems() as systems:
        states = {item.source_id: item.state for item in Outbox(systems.warehouse).items()}
    assert states[first.source_id] is State.EXPIRED


@pytest.mark.parametrize("control_id", ["refuse", "ignore"])
def test_a_receipt_whose_answer_is_lost_is_in_intacct_once(warehouse_dsn, control_id):
    """Looked up by customer, reference and day, or by the mark, before anything else (S-IDM-03, S-ERR-42)."""
    world = new_world(warehouse_dsn)
    world.sandbox.intacct.options.duplicate_control_id = control_id
    items = world.sync_only("ar_payment").plan.items
    for nth, fault in enumerate(FAULTS, start=1):
        world.sandbox.faults.add(Rule(fault, system="intacct", function="create ARPYMT", nth=nth))
    options = ApplyOptions(functions_per_request=1, settle=timedelta(0))
    with world.systems() as systems:
        outbox, link = Outbox(systems.warehouse), systems.link(world.entity)
        channel = IntacctChannel(systems.intacct(world.entity))
        apply_plan(outbox, channel, link, worker="one", options=options, sleep=lambda _: None)
        assert Counter(item.state for item in outbox.items()) == {State.ACCEPTED: len(items)}
    assert {one["fault"] for one in world.sandbox.faults.state()["struck"]} >= {"reset_before", "reset_after"}
    created = [item for item in items if item.operation is Operation.CREATE]
    assert all(len(receipts_of(world, item.source_id)) == 1 for item in created)
    assert balances(world) == {Decimal(0)}
