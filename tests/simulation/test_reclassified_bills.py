"""Paid bills that are coded anew in BILL, all the way: planned, sent once, known again, confirmed (S-BIL-06, S-ERR-07).

Each world's bill was made in Intacct by an item of ours, and has been paid there since.
"""

from __future__ import annotations

from decimal import Decimal

import pytest
from pipeline_world import World

from intacct_pipelines.domain.push import Operation, State
from intacct_pipelines.sandbox.faults import Rule
from intacct_pipelines.warehouse.outbox import Outbox

RECLASSIFY = "reclassify_bill*"


class PaidWorld(World):
    """One bill of BILL that stands in Intacct, confirmed and paid there, and how it is coded anew."""

    def __init__(self, warehouse_dsn, **link):
        super().__init__(warehouse_dsn, **link)
        made = self.sync_only("vendor", "ap_bill").plan
        self.apply()
        self.sync_only("vendor", "ap_bill")
        self.bill, self.line, self.other = self._choose(
            item.source_id for item in made.items if item.operation is Operation.CREATE and "lines" in item.agrees
        )
        self.sandbox.clock.advance(60)
        self.pay(Decimal(self.there().fields["TRX_TOTALDUE"]))
        self.sandbox.clock.advance(60)

    def _choose(self, bill_ids):
        """A bill in dollars whose first line may stand on the account of another bill's line as it is coded."""
        (organization,) = self.sandbox.bill._organizations.values()
        every = [line for bill in organization.bills.values() for line in bill.lines]
        for bill in (organization.bills[one] for one in bill_ids if one in organization.bills):
            line = bill.lines[0]
            for other in every:
                is_coded = all(
                    getattr(line, name) or not getattr(other, name) for name in ("department_id", "class_id")
                )
                if other.account_id != line.account_id and is_coded and bill.currency == "USD":
                    return bill, line, other.account_id
        raise AssertionError("no such bill")

    def there(self):
        """Intacct's bill."""
        (found,) = (b for b in self.sandbox.intacct.bills() if f"BILL:{self.bill.id} " in b.fields["DESCRIPTION"])
        return found

    def pay(self, amount):
        """Pay it in Intacct."""
        self.sandbox.intacct.pay_bill(self.there().record_no, amount, f"{self.sandbox.clock.now():%m/%d/%Y}")

    def recode(self):
        """Let a person in BILL put the first line on another account."""
        self.sandbox.clock.advance(60)
        self.line.account_id = self.other
        self.sandbox.bill.edit_bill(self.bill.id)

    def recode_in_intacct(self, account_no):
        """Let a person reclassify the bill in Intacct."""
        self.sandbox.clock.advance(60)
        self.sandbox.intacct.reclassify_bill(self.there().record_no, {"LINE_NO": "1", "ACCOUNTNO": account_no})

    def planned(self):
        """What the next plan does about the bill: an item, a hold, or None."""
        plan = self.sync_only("vendor", "ap_bill").plan
        return next((one for one in (*plan.items, *plan.holds) if one.source_id == self.bill.id), None)

    def state_of(self, key):
        """Where an item stands, and why."""
        with self.systems() as systems:
            return next((i.state, i.reason.kind) for i in Outbox(systems.warehouse).items() if i.key == key)

    def settle(self):
        """The books balance, and neither what is owed nor what was paid moved."""
        assert not any(self.sandbox.intacct.ledger.trial_balance().values())
        fields = self.there().fields
        assert (fields["STATE"], Decimal(fields["TRX_TOTALDUE"])) == ("Paid", 0)


@pytest.fixture
def world(warehouse_dsn):
    return PaidWorld(warehouse_dsn)


def test_a_paid_bill_is_reclassified_confirmed_and_left_alone_afterwards(world):
    """BILL's coding reaches Intacct, the ledger moves as the plan says, and the next syncs write nothing (S-BIL-06)."""
    before = world.there()
    world.recode()
    item = world.planned()
    assert (item.operation, item.target_id) == (Operation.RECLASSIFY, str(before.record_no))
    (sent,) = item.payload["reclassifyitems"]["reclasslineitem"]
    assert (sent["@line_num"], sent["glaccountno"] != before.lines[0]["ACCOUNTNO"]) == ("1", True)
    ledger, payments = world.balances(), world.sandbox.intacct.records("APPYMTDETAIL")
    assert world.apply() == {"accepted": 1}
    world.assert_moved(ledger, [item])
    after = world.there()
    assert after.lines[0]["ACCOUNTNO"] == sent["glaccountno"]
    assert [line["RECORDNO"] for line in after.lines] == [line["RECORDNO"] for line in before.lines]
    assert world.sandbox.intacct.records("APPYMTDETAIL") == payments
    world.settle()
    assert world.planned() is None
    assert world.state_of(item.key)[0] is State.CONFIRMED
    written = len(world.sandbox.intacct.records("AUDITHISTORY"))
    world.apply()
    assert world.planned() is None
    assert len(world.sandbox.intacct.records("AUDITHISTORY")) == written


def test_the_way_back_is_a_reclassification_of_its_own(world):
    """The same words twice are two operations, since each starts from another state (S-IDM-01)."""
    first_account, keys = world.line.account_id, []
    for account in (world.other, first_account, world.other):
        world.other = account
        world.recode()
        item = world.planned()
        assert world.apply() == {"accepted": 1}
        keys.append(item.key)
    assert world.planned() is None
    assert len(set(keys)) == 3
    world.settle()


@pytest.mark.parametrize(
    ("fault", "control_id"),
    [("reset_before", "refuse"), ("reset_after", "refuse"), ("reset_after", "ignore"), ("truncated", "replay")],
)
def test_a_lost_answer_is_looked_up_and_nothing_is_done_twice(world, fault, control_id):
    """The bill itself tells whether it was done, whatever a repeated control id does (S-IDM-03, S-ERR-42)."""
    world.sandbox.intacct.options.duplicate_control_id = control_id
    world.recode()
    item = world.planned()
    ledger = world.balances()
    changes = len(edits(world))
    world.sandbox.faults.add(Rule(fault, system="intacct", function=RECLASSIFY))
    world.apply()
    world.assert_moved(ledger, [item])
    assert len(edits(world)) == changes + 1
    assert world.planned() is None
    assert world.state_of(item.key)[0] is State.CONFIRMED
    world.settle()


def test_it_is_confirmed_by_its_lines_where_the_text_was_not_taken(world):
    """Whether Intacct takes the text is not documented: what came back coded as sent is done (S-IDM-04)."""
    text = world.there().fields["DESCRIPTION"]
    world.recode()
    item = world.planned()
    assert world.apply() == {"accepted": 1}
    world.sandbox.intacct.plant("APBILL", int(item.target_id), DESCRIPTION=text)
    assert world.planned() is None
    assert world.state_of(item.key)[0] is State.CONFIRMED


def edits(world):
    """Changes of the bill in Intacct's audit history."""
    number = str(world.there().record_no)
    return [row for row in world.sandbox.intacct.records("AUDITHISTORY") if row["OBJECTKEY"] == number]


def test_what_a_person_codes_in_intacct_meanwhile_is_not_overwritten(world):
    """After the plan the item expires; the next plan says that both sides were edited (S-BIL-09, S-BIL-11)."""
    world.recode()
    item = world.planned()
    taken = free_account(world, item)
    world.recode_in_intacct(taken)
    world.apply()
    assert world.state_of(item.key)[0] is State.EXPIRED
    assert world.there().lines[0]["ACCOUNTNO"] == taken
    assert world.planned().kind == "conflict"


def test_a_persons_work_after_a_lost_request_waits_for_a_person(world):
    """Nothing was done, and somebody coded the bill meanwhile: it is never sent again blindly (S-ERR-42)."""
    world.recode()
    item = world.planned()
    taken = free_account(world, item)
    sent = []

    def interrupted(request):
        """Lose the request on its way, and let a person work on the bill before the look-up."""
        if b"<reclassify_bill" in request.body:
            sent.append(request)
            world.recode_in_intacct(taken)

    quiet = world.transport
    world.transport = type(quiet)(world.sandbox, before=interrupted)
    world.sandbox.faults.add(Rule("reset_before", system="intacct", function=RECLASSIFY, times=0))
    world.apply()
    assert len(sent) == 1
    assert world.state_of(item.key) == (State.HELD, "conflict")
    assert world.there().lines[0]["ACCOUNTNO"] == taken


def free_account(world, item):
    """An account that neither side has on the line and that needs no more than it has."""
    used = {world.there().lines[0]["ACCOUNTNO"], item.payload["reclassifyitems"]["reclasslineitem"][0]["glaccountno"]}
    lines = [line for bill in world.sandbox.intacct.bills() for line in bill.lines]
    return next(
        line["ACCOUNTNO"]
        for line in lines
        if line["ACCOUNTNO"] not in used and not line["DEPARTMENTID"] and not line["CLASSID"]
    )


def test_without_leave_the_edit_is_held_and_taken_up_once_it_is_given(world):
    """The switch is read with each sync; until it is off nothing is sent (S-BP-06, S-ERR-07)."""
    world.sandbox.intacct.plant("AFRSETUP", 1, DISABLERECLASS="true")
    world.recode()
    hold = world.planned()
    assert (hold.kind, hold.rule) == ("record_locked", "S-BIL-06")
    assert "allow reclassification" in hold.remedy
    assert world.apply() == {}
    world.sandbox.intacct.plant("AFRSETUP", 1, DISABLERECLASS="false")
    assert world.planned().operation is Operation.RECLASSIFY
    world.sandbox.intacct.plant("AFRSETUP", 1, DISABLERECLASS="true")
    assert world.apply()["rejected"] == 1
    refused = world.planned()
    assert (refused.kind, refused.rule) == ("record_locked", "S-BIL-06")
    assert "forbids" in refused.reason


def test_where_the_link_does_not_want_it_the_edit_is_held(warehouse_dsn):
    """`payables.reclassify: false` leaves paid bills to people (S-BIL-06)."""
    world = PaidWorld(warehouse_dsn, payables={"reclassify": False})
    world.recode()
    hold = world.planned()
    assert (hold.kind, hold.rule) == ("record_locked", "S-BIL-06")
    assert "cannot be edited" in hold.reason
