"""Receipts on no invoice of the generated company on their whole way: advances in Intacct, each once (S-ARP-01)."""

from __future__ import annotations

from decimal import Decimal

from pipeline_world import INTO_INTACCT, World

from intacct_pipelines.defs.comparing import reconcile
from intacct_pipelines.sandbox.faults import Rule
from intacct_pipelines.sandbox.receivables_business import DEPOSITS_ACCOUNT


def test_money_on_no_invoice_is_entered_once_as_an_advance(warehouse_dsn):
    """Looked up after a lost answer, confirmed, and expected by the reconciliation; the next plan is empty."""
    world = World(
        warehouse_dsn,
        bills=200,
        not_pushed=sorted(INTO_INTACCT - {"ar_advance"}),
        closed_period="first_open",
        default_location="100",
        receivables={"advance_account": DEPOSITS_ACCOUNT, "undeposited_account": "1090"},
    )
    waiting = unapply(world)
    items = world.sync_only("ar_advance").plan.items
    assert {item.source_id for item in items} == waiting
    assert items
    before = balance(world)
    world.sandbox.faults.add(Rule("reset_after", system="intacct", function="create ARADVANCE"))
    assert world.apply()["accepted"] >= len(items)
    marks = [row["DESCRIPTION"].split(" ")[0] for row in world.sandbox.intacct.records("ARADVANCE")]
    assert sorted(filter(None, marks)) == sorted(f"BILL:{one.source_id}" for one in items)
    in_dollars = sum((item.amount for item in items if item.currency == "USD"), Decimal(0))
    assert before - balance(world) == in_dollars
    again = world.sync_only("ar_advance")
    assert (again.confirmed, again.plan.items) == (len(items), ())
    with world.systems() as systems:
        found = reconcile(systems, systems.link(world.entity), "ar_payment", "told").differences
    told = {row.platform_id: (row.cause, row.verdict) for row in found.itertuples()}
    assert {told[item.source_id] for item in items} == {("receipt_paid_ahead", "expected")}
    ledger = world.sandbox.intacct.ledger
    assert not any([*ledger.trial_balance().values(), *ledger.base_trial_balance().values()])


def unapply(world):
    """Let BILL have applied to nothing what never reached Intacct; return the ids of these receipts."""
    facts = world.sandbox.business.receivables.receipts
    numbers = {one.reference for one in facts if one.in_bill and not one.in_intacct and one.voided_on is None}
    organization = world.sandbox.bill._organization(world.sandbox.describe()["bill"]["organizations"][0]["id"])
    found = set()
    for key, record in organization.collections["receivable-payments"].items():
        if record["referenceNumber"] in numbers and record["status"] == "PAID":
            record |= {"invoicePayments": [], "unappliedAmount": record["amount"]}
            found.add(key)
    organization.changed("receivable-payments")
    return found


def balance(world):
    """Debits less credits in dollars of the account of what customers paid ahead."""
    balances = world.sandbox.intacct.ledger.balances().items()
    return sum((amount for (_, currency, account), amount in balances if (currency, account) == _PLACE), Decimal(0))


_PLACE = ("USD", DEPOSITS_ACCOUNT)
