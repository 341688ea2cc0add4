"""Departments have no place for a key: what is sent is known by its id and by what it holds, and never doubled."""

from __future__ import annotations

import pytest
from push_list_world import LAB, OPTICS, SALES, ListWorld
from simulated_crash import Crash

from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.push.channel import Found
from intacct_pipelines.push.recover import check_target, judge

DONE = ("accepted", "")


@pytest.fixture
def world(warehouse):
    made = ListWorld(warehouse, bills=1)
    made.rows["bill.ap_bill"] = made.rows["bill.ap_bill"][:0]
    made.rows["bill.vendor"] = made.rows["bill.vendor"][:1]
    return made


def approved(world):
    """Plan and approve; returns the world."""
    world.approve(world.make_plan())
    return world


def once(*faults):
    """A network that goes wrong in these ways, one request after the other, and then never again."""
    waiting = list(faults)
    return lambda: waiting.pop(0) if waiting else ""


def events(world, source_id):
    return [entry["event"] for entry in world.outbox.explain(source_id)["journal"]]


def all_is_done(world):
    """Both new departments are there once, and the third has its new name."""
    assert world.states() == dict.fromkeys((LAB, OPTICS, SALES), DONE)
    assert world.department("LAB")["TITLE"] == "Labs"
    assert world.department("OPT")["PARENTID"] == "LAB"
    assert world.department("SAL")["TITLE"] == "Sales and service"
    world.check()


def test_parents_are_created_first_and_a_name_is_changed_in_place(world):
    """One request for the parent and the change, the next for the child (S-DEP-01)."""
    approved(world)
    assert PUSHED["department"].mark == ""
    report = world.apply()
    assert report.requests == 2
    all_is_done(world)


@pytest.mark.parametrize("fault", ["reset_after", "bad_gateway_after", "html_after", "cut"])
def test_what_was_committed_before_the_answer_was_lost_is_adopted_and_not_sent_again(world, fault):
    """The record with our id holds what we sent, so it is the one that was wanted (S-ERR-42)."""
    approved(world).apply(once(fault), writes_only=True)
    assert "sending_again" not in events(world, LAB) + events(world, SALES)
    all_is_done(world)


@pytest.mark.parametrize("fault", ["lost_request", "unavailable"])
def test_what_never_arrived_is_sent_again_with_the_same_bytes(world, fault):
    """Nothing has the id, and the third record is as it was planned (S-IDM-03)."""
    approved(world).apply(once(fault), writes_only=True)
    assert "sending_again" in events(world, LAB)
    assert "sending_again" in events(world, SALES)
    all_is_done(world)


@pytest.mark.parametrize("control_id", ["refuse", "replay", "ignore"])
def test_a_request_that_arrives_late_doubles_nothing(warehouse, control_id):
    """The id is unique in Intacct, whatever the gateway makes of a repeated control id."""
    world = ListWorld(warehouse, bills=1, control_id=control_id)
    world.rows["bill.ap_bill"], world.rows["bill.vendor"] = [], world.rows["bill.vendor"][:1]
    approved(world).apply(once("late"), writes_only=True)
    while world.late:
        world.deliver_late()
    all_is_done(world)


@pytest.mark.parametrize("moment", ["before claim", "after claim"])
def test_an_id_that_a_person_took_meanwhile_is_left_to_him(world, moment):
    """His record keeps its name, ours and its child are held and say why (S-IDM-04)."""
    approved(world)

    def step(name):
        if name == moment and world.department("LAB") is None:
            world.enter("LAB", "Laundry")

    world.on_step = step
    world.apply()
    assert world.department("LAB")["TITLE"] == "Laundry"
    assert world.states()[LAB] == ("held", "duplicate")
    assert world.states()[OPTICS] == ("held", "parent_held")
    assert world.department("OPT") is None


def test_a_record_that_a_person_made_just_as_bill_has_it_is_the_wanted_one(world):
    """It is adopted as it is: there is nothing to write, and nothing of his is overwritten."""
    approved(world)
    world.enter("LAB", "Labs")
    his = world.department("LAB")
    world.apply()
    assert world.states()[LAB] == world.states()[OPTICS] == DONE
    assert world.department("LAB") == his


def test_a_name_that_a_person_gave_after_the_plan_is_not_overwritten(world):
    """The update expires; the next plan sees both sides (S-CFG-21)."""
    approved(world)
    world.enter("SAL", "Salons")
    world.apply()
    assert world.states()[SALES] == ("expired", "expired")
    assert world.department("SAL")["TITLE"] == "Salons"


def test_a_name_that_a_person_gave_while_the_answer_was_lost_is_a_conflict(world):
    """Neither the plan's state nor ours: a person has the word (S-CFG-21)."""
    approved(world)

    def lose():
        world.enter("SAL", "Salons")
        return "lost_request"

    faults = [lose]
    world.apply(lambda: faults.pop()() if faults else "", writes_only=True)
    assert world.states()[SALES] == ("held", "conflict")
    assert world.department("SAL")["TITLE"] == "Salons"


def test_a_dead_worker_leaves_nothing_that_could_be_done_twice(world):
    """The next run looks up by id what the dead one may have sent, and goes on (S-IDM-03)."""
    approved(world)

    def die(name):
        if name == "before record":
            world.on_step = None
            raise Crash

    world.on_step = die
    with pytest.raises(Crash):
        world.apply()
    world.apply_to_the_end()
    all_is_done(world)


def test_a_department_that_was_deleted_before_its_update_is_held(world):
    """It is not made anew (S-IDM-06)."""
    approved(world)
    item = next(item for item in world.outbox.items() if item.source_id == SALES)
    verdict = judge(item, [], most_attempts=3)
    assert (verdict.state.value, verdict.reason.kind) == ("held", "deleted_in_intacct")
    assert check_target(item, []).state.value == "expired"


@pytest.mark.parametrize(
    ("fields", "verdict"),
    [
        ({}, "accepted"),
        ({"TITLE": " Labs "}, "accepted"),
        ({"TITLE": "Laundry"}, "held"),
        ({"STATUS": "inactive"}, "held"),
        ({"PARENTID": "ENG"}, "accepted"),
    ],
)
def test_only_what_was_sent_is_compared(world, fields, verdict):
    """A parent that nobody asked for does not make the record another one."""
    approved(world)
    item = next(item for item in world.outbox.items() if item.source_id == LAB)
    whole = {"DEPARTMENTID": "LAB", "TITLE": "Labs", "STATUS": "active", "PARENTID": "", **fields}
    assert judge(item, [Found("7", "", whole)], most_attempts=3).state.value == verdict
