"""What settles bills, from BILL into Intacct and back: each once, confirmed, and not planned again."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest
from pipeline_world import INTO_INTACCT, World

from intacct_pipelines.defs.comparing import reconcile
from intacct_pipelines.sandbox.ledger import AP_ACCOUNT
from intacct_pipelines.sandbox.settlements import MONEY_OUT_CLEARING
from intacct_pipelines.warehouse.outbox import Outbox

SIDES = {"debit": 1, "credit": -1}
SETTLING = ("vendor_credit", "ap_payment", "credit_application")


@pytest.fixture
def world(warehouse_dsn: str) -> World:
    policy = {"credits_without_approval": True}
    others = sorted(INTO_INTACCT - {*SETTLING})
    return World(warehouse_dsn, grace_hours=0, closed_period="first_open", not_pushed=others, payables=policy)


def states(world):
    """How many items of each object and operation stand where."""
    with world.systems() as systems:
        items = Outbox(systems.warehouse).items()
    return Counter((item.object_name, item.operation.value, item.state.value) for item in items)


def balances(world):
    """Debits less credits by transaction currency and account, over all entities."""
    sums = Counter()
    for (_, currency, account), amount in world.sandbox.intacct.ledger.balances().items():
        sums[currency, account] += amount
    return {place: amount for place, amount in sums.items() if amount}


def foretold(before, items):
    """What the ledger must come to, by what the plan says of its items."""
    sums = Counter(before)
    for item in items:
        for line in item.ledger_effect:
            account = AP_ACCOUNT if line.account == "accounts payable" else line.account
            sums[line.currency, account] += line.amount * SIDES[line.side]
    return {place: amount for place, amount in sums.items() if amount}


def change_payment(world, payment_id, status, coarse):
    """Let BILL tell another state of a payment, as it does when time goes by."""
    now = world.sandbox.clock.now()
    organization = world.sandbox.bill._organization(world.sandbox.describe()["bill"]["organizations"][0]["id"])
    payment = organization.collections["payments"][payment_id]
    payment.update(singleStatus=status, status=coarse, updatedTime=now)
    if status == "CLEARED":
        payment["processDate"] = now.date()
    organization.changed("payments")
    return payment


def test_credits_payments_and_voids_reach_intacct_once_and_move_what_the_plan_says(world):
    """Sync, approve by policy, apply, sync: confirmed; the next plan is empty (S-VCR-02, S-PAY-02, S-PAY-04)."""
    facts = world.sandbox.business.settlements
    left = [one for one in facts.payments if one.difference == "in_process"]
    standing = next(one for one in facts.payments if one.way == "platform" and one.status == "CLEARED")
    for one in left:
        change_payment(world, one.bill_id, "CLEARED", "PAID")
    change_payment(world, standing.bill_id, "VOIDED", "VOID")
    planned = world.sync_only(*SETTLING)
    items = planned.plan.items
    assert {(item.object_name, item.operation.value, item.source_id) for item in items} == {
        *(("vendor_credit", "create", one.bill_id) for one in facts.credits if one.difference == "only_in_bill"),
        *(("ap_payment", "create", one.bill_id) for one in left),
        ("ap_payment", "reverse", standing.bill_id),
    }
    before = balances(world)
    assert world.apply() == {"accepted": len(items)}
    after = balances(world)
    assert after == foretold(before, items)
    assert after["USD", MONEY_OUT_CLEARING] != before["USD", MONEY_OUT_CLEARING]
    again = world.sync_only(*SETTLING)
    assert again.confirmed == len(items)
    assert again.plan.items == ()
    assert {state for _, _, state in states(world)} == {"confirmed"}
    assert not any(world.sandbox.intacct.ledger.trial_balance().values())
    assert not any(world.sandbox.intacct.ledger.base_trial_balance().values())


def test_a_payment_whose_bill_a_person_pays_meanwhile_is_not_sent(warehouse_dsn):
    """What was settled between plan and apply is seen before anything is sent: the item expires (S-PAY-09)."""
    others = sorted(INTO_INTACCT - {"ap_payment"})
    world = World(warehouse_dsn, grace_hours=0, closed_period="first_open", not_pushed=others)
    left = [one for one in world.sandbox.business.settlements.payments if one.difference == "in_process"]
    for one in left:
        change_payment(world, one.bill_id, "CLEARED", "PAID")
    planned = world.sync_only("ap_payment")
    assert {item.source_id for item in planned.plan.items} == {one.bill_id for one in left}
    first = planned.plan.items[0].payload["APPYMTDETAILS"]["APPYMTDETAIL"][0]
    # A part only, so that Intacct itself would take the payment as well.
    world.sandbox.clock.advance(5)
    today = f"{world.sandbox.clock.now():%m/%d/%Y}"
    world.sandbox.intacct.pay_bill(int(first["RECORDKEY"]), Decimal("0.01"), today)
    before = len(world.sandbox.intacct.records("APPYMT"))
    world.apply()
    assert len(world.sandbox.intacct.records("APPYMT")) == before + len(left) - 1
    with world.systems() as systems:
        items = {item.source_id: item.state.value for item in Outbox(systems.warehouse).items()}
    assert items[planned.plan.items[0].source_id] == "expired"


def test_a_bill_that_bill_deleted_after_a_void_is_taken_back_once_a_person_approves(warehouse_dsn):
    """The void first, then the bill: on its own day, by nobody's policy, and nothing is deleted (S-BIL-04)."""
    pushed = {"ap_payment", "ap_bill"}
    world = World(
        warehouse_dsn,
        grace_hours=0,
        closed_period="first_open",
        not_pushed=sorted(INTO_INTACCT - pushed),
    )
    payment = next(one for one in world.sandbox.business.settlements.payments if is_of_one_bill_alone(world, one))
    change_payment(world, payment.bill_id, "VOIDED", "VOID")
    paid = shares_of(world, payment.bill_id)[0]["billId"]
    world.sandbox.bill.archive_bill(paid)
    first = world.sync_only(*sorted(pushed)).plan
    assert ("ap_payment", "reverse", payment.bill_id) in operations(first)
    (waiting,) = (hold for hold in first.holds if hold.source_id == paid)
    assert (waiting.rule, waiting.kind) == ("S-BIL-04", "unconfirmed")
    with world.systems() as systems:
        for name in ("vendor", "ap_bill"):
            reconcile(systems, systems.link(world.entity), name, "confirming")
    assert world.apply()["accepted"] >= 1
    planned = world.sync_only(*sorted(pushed))
    (item,) = [one for one in planned.plan.items if one.source_id == paid]
    assert (item.object_name, item.operation.value) == ("ap_bill", "reverse")
    assert not planned.is_auto_approved
    standing = len(world.sandbox.intacct.records("APBILL"))
    before = balances(world)
    assert world.apply().get("accepted", 0) == 0
    with world.systems() as systems:
        Outbox(systems.warehouse).approve(planned.plan.plan_id, by="Ann", content_hash=planned.plan.content_hash)
    world.apply()
    assert balances(world) == foretold(before, planned.plan.items)
    states = {row["RECORDNO"]: row["STATE"] for row in world.sandbox.intacct.records("APBILL")}
    assert states[str(item.target_id)] == "Reversed"
    assert len(states) == standing + 1
    again = world.sync_only(*sorted(pushed))
    assert paid not in {one.source_id for one in (*again.plan.items, *again.plan.holds)}
    assert not any(world.sandbox.intacct.ledger.trial_balance().values())


def operations(plan):
    return {(item.object_name, item.operation.value, item.source_id) for item in plan.items}


def shares_of(world, payment_id):
    """The bills of a payment of BILL."""
    organization = world.sandbox.bill._organization(world.sandbox.describe()["bill"]["organizations"][0]["id"])
    return organization.collections["payments"][payment_id]["billPayments"]


def is_of_one_bill_alone(world, payment):
    """Whether a cleared payment by BILL pays one bill, which no other payment pays."""
    if payment.way != "platform" or payment.status != "CLEARED" or len(shares_of(world, payment.bill_id)) != 1:
        return False
    organization = world.sandbox.bill._organization(world.sandbox.describe()["bill"]["organizations"][0]["id"])
    bill = shares_of(world, payment.bill_id)[0]["billId"]
    every = organization.collections["payments"].values()
    return sum(share["billId"] == bill for one in every for share in one["billPayments"]) == 1
