"""Convenience fees of the generated company on their whole way, for a link that asks for them (S-FEE-01)."""

from __future__ import annotations

from decimal import Decimal

from pipeline_world import INTO_INTACCT, World

from intacct_pipelines.sandbox.faults import Rule


def test_fees_that_nobody_booked_are_entered_once(warehouse_dsn):
    """Clearing against the account of fees, once though the answer is lost; the next plan is empty."""
    others = sorted(INTO_INTACCT - {"convenience_fee"})
    world = World(
        warehouse_dsn,
        bills=200,
        not_pushed=others,
        also_pushed=["convenience_fee"],
        closed_period="first_open",
        entries={"journal": "GJ", "location": "100"},
        receivables={"fee_account": "4900"},
    )
    facts = world.sandbox.business.receivables.receipts
    unbooked = [one for one in facts if one.fee and not one.fee_in_intacct and one.voided_on is None and one.in_bill]
    items = world.sync_only("convenience_fee").plan.items
    assert items
    assert {item.natural_key["REFERENCENO"] for item in items} <= {one.reference for one in unbooked}
    before = balance(world)
    world.sandbox.faults.add(Rule("reset_after", system="intacct", function="create GLBATCH"))
    world.apply()
    assert before - balance(world) == sum((item.amount for item in items), Decimal(0))
    again = world.sync_only("convenience_fee")
    assert (again.confirmed, again.plan.items) == (len(items), ())
    ledger = world.sandbox.intacct.ledger
    assert not any([*ledger.trial_balance().values(), *ledger.base_trial_balance().values()])


def balance(world):
    """Debits less credits of the account of fees."""
    balances = world.sandbox.intacct.ledger.balances()
    return sum((amount for (_, _, account), amount in balances.items() if account == "4900"), Decimal(0))
