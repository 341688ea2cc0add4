"""Invoices of the generated company on their whole way: planned, sent, brought back, confirmed; each exactly once."""

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
from intacct_pipelines.warehouse.outbox import Outbox

OTHERS = sorted(INTO_INTACCT - {"ar_invoice"})


@pytest.fixture
def world(warehouse_dsn: str) -> World:
    return World(warehouse_dsn, bills=150, not_pushed=OTHERS)


def invoices_of(world, source_id):
    """Intacct's invoices that name one of BILL's as their source, with their lines' amounts by account."""
    found = []
    for row in world.sandbox.intacct.records("ARINVOICE"):
        if row["DESCRIPTION"].split(" ")[0] == f"BILL:{source_id}":
            lines = [
                (line["ACCOUNTNO"], Decimal(line["TRX_AMOUNT"]))
                for line in world.sandbox.intacct.records("ARINVOICEITEM")
                if line["RECORDKEY"] == row["RECORDNO"]
            ]
            found.append((row, lines))
    return found


def balances(world):
    """What the ledger is out of balance by, in transaction and in base currency."""
    ledger = world.sandbox.intacct.ledger
    return {amount for book in (ledger.trial_balance(), ledger.base_trial_balance()) for amount in book.values()}


def test_invoices_are_created_and_mended_once_and_confirmed(world):
    """S-INV-02, S-INV-03: the tax is a line; what came back is confirmed, and the second round is empty."""
    planned = world.sync_only("ar_invoice")
    items = planned.plan.items
    assert {(item.object_name, item.operation) for item in items} == {
        ("ar_invoice", Operation.CREATE),
        ("ar_invoice", Operation.UPDATE),
    }
    assert world.apply() == {"accepted": len(items)}
    for item in items:
        ((row, lines),) = invoices_of(world, item.source_id)
        assert item.key in row["DESCRIPTION"]
        assert sum(amount for _, amount in lines) == Decimal(row["TRX_TOTALENTERED"]) == item.amount
        assert (row["CUSTOMERID"], row["RECORDID"]) == (item.natural_key["CUSTOMERID"], item.natural_key["RECORDID"])
        assert row["STATE"] == "Posted"
    assert any(
        account == "2200" for item in items for _, lines in invoices_of(world, item.source_id) for account, _ in lines
    )
    again = world.sync_only("ar_invoice")
    assert (again.confirmed, again.plan.items) == (len(items), ())
    assert balances(world) == {Decimal(0)}
    with world.systems() as systems:
        assert Outbox(systems.warehouse).verify_journal() == []


def test_held_invoices_name_rule_and_remedy(world):
    """A customer without pair, and a closed period of the own entity; another level's books hold nothing (S-CFG-23)."""
    world.sandbox.intacct.close_books("", "20991231")
    plan = world.sync_only("ar_invoice").plan
    assert plan.items
    holds = [hold for hold in plan.holds if hold.object_name == "ar_invoice"]
    assert {hold.rule for hold in holds} >= {"S-CUS-01", "S-IDM-08"}
    assert all(hold.reason and hold.remedy and hold.amount > 0 for hold in holds)


FAULTS = ("reset_before", "reset_after", "server_error_after", "duplicate", "truncated")


@pytest.mark.parametrize("control_id", ["refuse", "replay", "ignore"])
def test_an_invoice_whose_answer_is_lost_is_in_intacct_once(warehouse_dsn, control_id):
    """Looked up by customer and number, or by the mark, before anything else (S-IDM-03, S-ERR-42)."""
    world = World(warehouse_dsn, bills=400, not_pushed=OTHERS)
    world.sandbox.intacct.options.duplicate_control_id = control_id
    items = world.sync_only("ar_invoice").plan.items
    for nth, fault in enumerate(FAULTS, start=1):
        world.sandbox.faults.add(Rule(fault, system="intacct", function="*_invoice*", nth=nth))
    options = ApplyOptions(functions_per_request=1, settle=timedelta(0))
    with world.systems() as systems:
        outbox, link = Outbox(systems.warehouse), systems.link(world.entity)
        channel = IntacctChannel(systems.intacct(world.entity))
        apply_plan(outbox, channel, link, worker="one", options=options, sleep=lambda _: None)
        assert Counter(item.state for item in outbox.items()) == {State.ACCEPTED: len(items)}
    assert {one["fault"] for one in world.sandbox.faults.state()["struck"]} == set(FAULTS)
    assert all(len(invoices_of(world, item.source_id)) == 1 for item in items)
    assert balances(world) == {Decimal(0)}
