"""Applying against the Intacct twin and a real Postgres: each way in which one request or one item can go wrong."""

from __future__ import annotations

import contextlib
import itertools
import random
import threading
from dataclasses import replace

import pytest
from push_cases import LINK
from push_world import World, credentials
from simulated_crash import Crash

from intacct_pipelines.clients.intacct import Page
from intacct_pipelines.domain.link import Mode
from intacct_pipelines.domain.push import Operation, State
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.errors import BudgetSpentError, CredentialsRejectedError, NotApprovedError, RemoteSystemError
from intacct_pipelines.push.apply import apply_plan
from intacct_pipelines.push.channel import Found
from intacct_pipelines.push.into_intacct import IntacctChannel
from intacct_pipelines.push.recover import judge
from intacct_pipelines.push.wire import found_in

DONE = ("accepted", "")


@pytest.fixture
def world(warehouse):
    return World(warehouse)


def approved(world):
    """Plan and approve; returns the world."""
    world.approve(world.make_plan())
    return world


def once(*faults):
    """A network that goes wrong in these ways, one request after the other, and then never again."""
    waiting = list(faults)
    return lambda: waiting.pop(0) if waiting else ""


def marked(world):
    """Source ids of the bills that we wrote, in Intacct."""
    return sorted(r.fields["DESCRIPTION"].split()[0][5:] for r in world.twin.bills() if " " in r.fields["DESCRIPTION"])


ALL = ["b0", "b1", "b2", "b3", "b4"]


def test_an_observing_link_writes_nothing(world):
    """A plan may be made in observe mode, an apply is refused before any request."""
    approved(world)
    with pytest.raises(NotApprovedError, match="observe"):
        world.apply(link=replace(LINK, mode=Mode.OBSERVE))
    assert marked(world) == []


def test_what_is_refused_for_certain_is_rejected_with_the_vendors_words(world):
    """The refused line's department is named, its rule and remedy too; the others are sent (S-ERR-40, S-ERR-43)."""
    approved(world).apply()
    refused = next(item for item in world.outbox.items() if item.source_id == "c1")
    assert refused.state.value == "rejected"
    assert "GONE" in refused.reason.text
    assert refused.reason.remedy
    assert marked(world) == ALL


def test_a_child_of_a_refused_vendor_is_held_by_its_name(world):
    """The bill is not sent to a vendor that Intacct refused."""
    approved(world).apply()
    child = next(item for item in world.outbox.items() if item.source_id == "c3")
    assert (child.state.value, child.reason.kind) == ("held", "parent_held")
    assert "Vendor v3" in child.reason.text


def test_throttling_pauses_and_sends_later(world):
    """HTTP 429 says that nothing ran: the same items go out after a pause."""
    approved(world).apply(once("throttled", "throttled"), writes_only=True)
    assert marked(world) == ALL
    assert world.pauses[:2] == [2.0, 4.0]


def test_endless_throttling_ends_the_run_and_leaves_the_items_approved(world):
    """Every loop has a bound; the next run takes over where this one gave up."""
    approved(world).apply(lambda: "throttled", writes_only=True)
    assert len(world.pauses) <= 5
    assert {state for state, _ in world.states().values()} == {"approved"}
    world.apply()
    assert marked(world) == ALL


def test_an_expired_session_is_renewed_and_nothing_is_sent_twice(world):
    """The gateway refuses the session before it runs anything."""
    approved(world).apply(once("expired", "expired"))
    world.check()
    assert marked(world) == ALL


def test_a_wrong_password_stops_the_run_and_leaves_the_items_approved(world):
    """Nothing ran, so nothing is uncertain; the operator is told."""
    approved(world)
    with pytest.raises(CredentialsRejectedError):
        world.apply(signed_in_as=replace(credentials(), user_password="wrong"))
    assert {state for state, _ in world.states().values()} == {"approved"}


def test_what_the_budget_holds_back_stays_approved_and_is_sent_once_it_may(world):
    """A write that would pass the stop line is refused before it leaves, and each record in it is one call."""
    asked = []

    def charge(calls):
        asked.append(calls)
        if calls > 1:
            message = "the stop line"
            raise BudgetSpentError(message)

    approved(world)
    with pytest.raises(BudgetSpentError):
        world.apply(charge=charge)
    assert max(asked) == 3
    assert {state for state, _ in world.states().values()} == {"approved"}
    world.apply()
    world.check()
    assert marked(world) == ALL


def test_a_lost_answer_is_looked_up_and_adopted_without_sending_again(world):
    """The record that Intacct has by our key is ours (S-ERR-42)."""
    approved(world).apply(once("reset_after"), writes_only=True)
    events = [entry["event"] for item in ("b1", "b2") for entry in world.outbox.explain(item)["journal"]]
    assert "sending_again" not in events
    world.check()


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        *((fault, "uncertain") for fault in ("reset_after", "lost_request", "late", "cut", "html_after")),
        *((fault, "uncertain") for fault in ("bad_gateway_after", "unavailable")),
        *((fault, "approved") for fault in ("reset_before", "throttled")),
    ],
)
def test_only_a_request_that_certainly_did_not_run_is_stored_as_not_sent(world, fault, state):
    """A process that dies right after a lost answer leaves items that are looked up first (S-ERR-42, S-IDM-03)."""
    approved(world)

    def die(name):
        if name == "after record" and "sending" not in world.outbox.counts():
            raise Crash

    world.on_step = die
    with pytest.raises(Crash):
        world.apply(lambda: fault, writes_only=True, functions_per_request=100)
    items = {item.state.value: item for item in world.outbox.items() if item.sent_at is not None}
    assert set(items) == {state}
    assert items[state].attempts == (1 if state == "uncertain" else 0)
    assert items[state].reason.kind == ("uncertain" if state == "uncertain" else "")


def test_a_record_that_intacct_has_twice_is_left_to_a_person(world):
    """Neither of the two is adopted, and both are named (S-IDM-04)."""
    approved(world)
    item = next(item for item in world.outbox.items() if item.source_id == "b1")
    verdict = judge(item, [Found(number, f"BILL:b1 {item.key}", {}) for number in "78"], most_attempts=3)
    assert (verdict.state.value, verdict.reason.kind, verdict.record_id) == ("held", "duplicate", None)
    assert "7, 8" in verdict.reason.text


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({"STATE": "Paid"}, ("rejected", "record_locked")),
        ({"TRX_TOTALPAID": "5.00"}, ("rejected", "record_locked")),
        ({"RECORDID": "MINE"}, ("held", "conflict")),
    ],
)
def test_an_update_whose_answer_was_lost_is_not_repeated_over_a_payment_or_a_persons_edit(world, changes, verdict):
    """The target is compared with what was planned before the same bytes go out again (S-BIL-06, S-BIL-11)."""
    approved(world)
    item = next(item for item in world.outbox.items() if item.source_id == "b0")
    bill, pushed = world.twin.bill(int(item.target_id)).fields, PUSHED[item.object_name]
    judged = judge(item, [found_in(pushed, {**bill, **changes})], most_attempts=3)
    assert (judged.state.value, judged.reason.kind) == verdict
    assert judge(item, [found_in(pushed, bill)], most_attempts=3) is None


class Bewildered:
    """A gateway whose answers to writes say nothing that we know."""

    def call(self, functions, *, transaction=False, unique=False, write=False):  # noqa: ARG002  # as the protocol has it
        raise RemoteSystemError("an answer like no other", system="intacct", operation="create")

    def read_pages(self, query):
        """Nothing is there that a look-up could find."""
        yield Page(query.fields, {field: [] for field in query.fields}, 0, 0, 0)


def test_an_answer_like_no_other_counts_as_sent(world):
    """What is not known not to have run may have run (S-ERR-42)."""
    world.rows["bill.ap_bill"] = [row for row in world.rows["bill.ap_bill"] if row["id"] in {"b1", "b2"}]
    approved(world)

    def die(name):
        if name == "after record" and "sending" not in world.outbox.counts():
            raise Crash

    world.on_step = die
    with pytest.raises(Crash):
        apply_plan(world.outbox, IntacctChannel(Bewildered()), LINK, worker="w", now=world.clock.now, sleep=world.pause)
    assert {item.state.value for item in world.outbox.items() if item.sent_at is not None} == {"uncertain"}


def test_an_item_that_was_given_up_and_planned_again_is_looked_up_before_it_is_sent(warehouse):
    """Its first request may have arrived since, and no refusal would stop the second (S-IDM-03)."""
    world = World(warehouse, control_id="ignore", number="allow", bills=1)
    world.rows["bill.ap_bill"] = [row for row in world.rows["bill.ap_bill"] if row["id"] == "b1"]
    world.rows["bill.ap_bill"][0] = world.rows["bill.ap_bill"][0] | {"vendor_id": "v1"}
    world.rows["bill.vendor"] = world.rows["bill.vendor"][:1]
    approved(world).apply(lambda: "late", writes_only=True, most_attempts=1)
    assert world.states()["b1"] == ("held", "uncertain")
    world.clock.advance(60)
    approved(world)
    while world.late:
        world.deliver_late()
    world.apply()
    assert world.states()["b1"] == DONE
    assert marked(world) == ["b1"]


def test_a_lost_request_is_sent_again_with_the_same_bytes_after_it_has_settled(world):
    """Only what a look-up did not find is repeated, under its own key (S-IDM-03)."""
    approved(world).apply(once("lost_request"), writes_only=True)
    again = [entry for item in world.outbox.items() for entry in world.outbox.explain(item.source_id)["journal"]]
    assert any(entry["event"] == "sending_again" for entry in again)
    assert 30.0 in world.pauses
    world.check()


def test_another_record_of_its_number_does_not_hold_an_item_whose_request_may_still_arrive(warehouse):
    """It is looked up again once the request can no longer be at work (S-IDM-03, S-IDM-04)."""
    world = approved(World(warehouse, number="allow"))
    world.twin.edit_bill(world.twin.bills()[0].record_no, RECORDID="INV-b2")
    arrive = world.pause

    def pause(seconds):
        arrive(seconds)
        world.deliver_late()

    world.pause = pause
    world.apply(once("late"), writes_only=True, functions_per_request=25)
    assert world.states()["b2"] == DONE


def test_an_item_that_the_gateway_cannot_read_stops_no_other(world):
    """In company it makes the whole request fail; alone it is rejected, and all others arrive (S-ERR-43)."""
    world.rows["bill.ap_bill"] = [
        row | {"description": "POISON"} if row["id"] == "b2" else row for row in world.rows["bill.ap_bill"]
    ]
    approved(world).apply()
    assert world.states()["b2"] == ("rejected", "malformed")
    assert marked(world) == ["b0", "b1", "b3", "b4"]


def test_a_bill_that_a_person_entered_meanwhile_is_left_to_a_person(world):
    """The same number and vendor without our mark is never adopted and never doubled (S-IDM-04)."""
    approved(world)
    world.twin.edit_bill(world.twin.bills()[0].record_no, RECORDID="INV-b2")
    world.apply()
    assert world.states()["b2"] == ("held", "duplicate")
    assert len([r for r in world.twin.bills() if r.fields["RECORDID"] == "INV-b2"]) == 1


def test_an_update_whose_target_a_person_changed_meanwhile_expires(world):
    """Nobody's work is overwritten: the target is looked at once more before sending (S-BIL-09)."""
    approved(world)
    number = world.twin.bills()[0].record_no
    world.twin.edit_bill(number, RECORDID="MINE")
    world.apply()
    assert world.states()["b0"] == ("expired", "expired")
    assert world.twin.bill(number).fields["RECORDID"] == "MINE"


def test_a_period_that_closed_meanwhile_rejects_by_its_rule(world):
    """Nothing posts to a closed period, and the reason says so (S-IDM-08)."""
    approved(world)
    world.twin.close_books("100", "20260228")
    world.apply()
    assert world.states()["b1"] == ("rejected", "period_closed")
    assert marked(world) == []


@pytest.mark.parametrize("control_id", ["refuse", "replay", "ignore"])
def test_a_record_deleted_between_a_lost_answer_and_the_look_up_is_not_claimed_to_be_there(warehouse, control_id):
    """Whatever a repeated key is answered with: what is called accepted is in Intacct (S-IDM-06)."""
    world = approved(World(warehouse, control_id=control_id, bills=1))
    deleted = []

    def delete_b1(name):
        ours = [r.record_no for r in world.twin.bills() if r.fields["DESCRIPTION"].startswith("BILL:b1 ")]
        if name == "before record" and ours and not deleted:
            world.twin.delete_bill(ours[0])
            deleted.extend(ours)

    world.on_step = delete_b1
    world.apply(lambda: "" if deleted else "reset_after", writes_only=True, functions_per_request=1)
    assert deleted
    state, _ = world.states()["b1"]
    assert (state == "accepted") is ("b1" in marked(world))
    assert state == ("accepted" if control_id == "ignore" else "held")


def test_what_was_posted_is_confirmed_and_not_planned_again(world):
    """After the next extract the same inputs give a plan without items: nothing is written for nothing."""
    world.approve(world.make_plan())
    world.apply()
    waiting = world.make_plan()
    # Posted is not confirmed: until then the records are left alone.
    assert {item.source_id for item in world.plan.items} == {"v3", "c1", "c3"}
    assert world.outbox.plan(waiting.plan_id).state == "planned"
    assert world.outbox.counts()["accepted"] == 6


def test_two_requests_in_flight_post_each_bill_once(warehouse):
    """Several requests at once change nothing but the time."""
    world = World(warehouse, bills=12)
    world.approve(world.make_plan())
    report = world.apply(in_flight=2, functions_per_request=2)
    world.check()
    assert report.outcomes[State.ACCEPTED] == 14


def test_a_worker_that_lost_its_items_while_it_looked_some_up_sends_none_of_them(world, warehouse):
    """The database ended its sign of life, so another worker took them over, who alone sends them (S-SCH-05)."""
    approved(world)
    lost = []

    def lose(name):
        under_way = [one for one in world.outbox.items(states=[State.SENDING]) if one.operation is Operation.UPDATE]
        if name == "request" and under_way and not lost:
            lost.append(marked(world))
            with warehouse.transaction() as connection:
                connection.execute(
                    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name LIKE %s",
                    ["%worker-1%"],
                )
            assert world.outbox.take_over(LINK.name, worker="another")

    world.on_step = lose
    world.apply(functions_per_request=25)
    assert lost == [marked(world)]
    world.on_step = None
    world.apply_to_the_end()
    world.check()
    assert marked(world) == ALL


@pytest.mark.parametrize("seed", range(6))
def test_requests_beside_each_other_post_each_bill_once_whatever_goes_wrong(warehouse, seed):
    """One is lost, throttled or damaged while others are answered; each outcome is its own (S-ERR-42, S-IDM-03)."""
    world, chance = World(warehouse, bills=12), random.Random(seed)  # noqa: S311  # the same seed, the same faults
    approved(world)
    faults = ["", "", "lost_request", "reset_after", "reset_before", "throttled", "expired", "cut", "bad_gateway_after"]
    for _ in range(4):
        with contextlib.suppress(RemoteSystemError):
            world.apply(lambda: chance.choice(faults), writes_only=True, in_flight=3, functions_per_request=2)
    world.apply(in_flight=3)
    world.check()
    assert marked(world) == sorted(f"b{number}" for number in range(13))


def test_what_ends_a_run_does_not_forget_what_the_others_were_answered(warehouse):
    """The budget is spent while a request is under way; what that one wrote is known to be there."""
    world = World(warehouse, bills=12)
    approved(world)
    calls, is_spent = itertools.count(), threading.Event()

    def charge(_):
        # the sign-in, the request that stays under way, and the one that ends the run
        if next(calls) >= 2:
            is_spent.set()
            raise BudgetSpentError("spent")

    def slowly():
        assert is_spent.wait(20)
        return ""

    with pytest.raises(BudgetSpentError):
        world.apply(slowly, charge=charge, writes_only=True, in_flight=2, functions_per_request=2)
    counts = world.outbox.counts()
    assert counts["accepted"] == len(marked(world)) + counts_of_vendors(world) > 0
    assert "sending" not in counts


def counts_of_vendors(world):
    """How many vendors we wrote."""
    return sum("BILL:" in row["COMMENTS"] for row in world.twin.records("VENDOR"))
