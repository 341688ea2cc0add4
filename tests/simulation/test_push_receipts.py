"""Receipts of the generated company on their whole way: planned, sent, brought back, confirmed; each exactly once."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest
from pipeline_world import World

from intacct_pipelines.domain.push import State
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.push.apply import ApplyOptions, apply_plan
from intacct_pipelines.sandbox.faults import Rule
from intacct_pipelines.warehouse.outbox import Outbox

FAULTS = ("reset_before", "reset_after", "duplicate", "truncated")


def new_world(warehouse_dsn):
    """A company that lets closed days move, and pushes receipts alone."""
    return World(
        warehouse_dsn,
        bills=200,
        not_pushed=sorted({*PUSHED} - {"ar_payment"}),
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
    for item in items:
        (row,) = receipts_of(world, item.source_id)
        assert item.key in row["DESCRIPTION"]
        assert (row["CUSTOMERID"], Decimal(row["TRX_TOTALENTERED"])) == (item.natural_key["CUSTOMERID"], item.amount)
    details = [one for item in items for one in item.payload["ARPYMTDETAILS"]["ARPYMTDETAIL"]]
    for detail in details:
        before[detail["RECORDKEY"]] += Decimal(detail["TRX_PAYMENTAMOUNT"])
    assert paid(world) == before
    again = world.sync_only("ar_payment")
    assert (again.confirmed, again.plan.items) == (len(items), ())
    assert balances(world) == {Decimal(0)}


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
        apply_plan(outbox, systems.intacct(world.entity), link, worker="one", options=options, sleep=lambda _: None)
        assert Counter(item.state for item in outbox.items()) == {State.ACCEPTED: len(items)}
    assert {one["fault"] for one in world.sandbox.faults.state()["struck"]} >= {"reset_before", "reset_after"}
    assert all(len(receipts_of(world, item.source_id)) == 1 for item in items)
    assert balances(world) == {Decimal(0)}
