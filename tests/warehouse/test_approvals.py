"""Two people approve one content: who counts, who does not, and that nothing is sent before."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from push_cases import AUTO_LINK, NOW, item, plan_of

from intacct_pipelines.errors import NotApprovedError, WarehouseError
from intacct_pipelines.warehouse.outbox import Outbox


@pytest.fixture
def box(warehouse):
    """An outbox whose source records are as they were."""
    return Outbox(warehouse, now=lambda: NOW, source_revisions=lambda _, __, ids: dict.fromkeys(ids, "r1"))


@pytest.fixture
def plan(box):
    """A stored plan that two people have to approve."""
    made = replace(plan_of(item("b1"), item("b2")), approvals=2)
    box.store_plan(made, actor="planner")
    return made


def approve(box, plan, by, **more):
    return box.approve(plan.plan_id, **{"by": by, "content_hash": plan.content_hash} | more)


def test_nothing_is_sent_before_a_second_person_has_approved(box, plan):
    """After the first approval the plan is as open as before: no worker, sensor or run sees it."""
    assert approve(box, plan, "ann") == 0
    status = box.plan(plan.plan_id)
    assert (status.state, status.approvals, status.approvals_needed, status.approved_by) == ("planned", ("ann",), 2, "")
    assert box.approved_plans() == []
    assert box.claim("north", worker="w1", limit=10) == []
    assert approve(box, plan, "bob") == 2
    status = box.plan(plan.plan_id)
    assert (status.state, status.approvals, status.approved_by) == ("approved", ("ann", "bob"), "ann and bob")
    assert [one.plan_id for one in box.approved_plans()] == [plan.plan_id]
    assert len(box.claim("north", worker="w1", limit=10)) == 2


@pytest.mark.parametrize("again", ["ann", "Ann", " ANN "])
def test_the_same_person_does_not_count_twice(box, plan, again):
    """However the name is written."""
    approve(box, plan, "ann")
    with pytest.raises(NotApprovedError, match=r"has approved plan .* already.*Let somebody else"):
        approve(box, plan, again)
    assert box.plan(plan.plan_id).approvals == ("ann",)
    assert box.claim("north", worker="w1", limit=10) == []


@pytest.mark.parametrize("nobody", ["", "  ", "policy of north", "Policy of me"])
def test_the_policy_and_nobody_are_no_people(box, plan, nobody):
    """A name that the policy uses is not taken for a person's, nor is none."""
    with pytest.raises(NotApprovedError, match="no name of a person"):
        approve(box, plan, nobody)


def test_the_policy_does_not_approve_what_needs_two(box, plan):
    """Within all its limits it counts as nobody."""
    assert box.auto_approve(replace(AUTO_LINK, approvals=2), plan.plan_id) is False
    assert box.plan(plan.plan_id).state == "planned"


def test_a_policy_that_was_loosened_since_does_not_approve_what_was_planned_for_two(box, plan):
    """The plan itself says how many it needs."""
    assert box.auto_approve(AUTO_LINK, plan.plan_id) is False
    assert box.plan(plan.plan_id).state == "planned"


def test_the_database_itself_refuses_an_approval_that_is_one_short(box, plan, warehouse):
    """Even code that forgot to count cannot approve it."""
    approve(box, plan, "ann")
    with pytest.raises(WarehouseError, match="needs 2 different people"), warehouse.transaction() as connection:
        connection.execute("UPDATE push.plan SET state = 'approved', approved_by = 'x', approved_at = now()")


@pytest.mark.parametrize("statement", ["UPDATE push.approval SET person = 'x'", "DELETE FROM push.approval"])
def test_an_approval_cannot_be_changed_or_removed(box, plan, warehouse, statement):
    """Who approved stays known."""
    approve(box, plan, "ann")
    with pytest.raises(WarehouseError, match="refused"), warehouse.transaction() as connection:
        connection.execute(statement)


def test_an_approval_is_for_one_content_and_does_not_pass_to_the_next_plan(box, plan):
    """Another content is read and approved anew by both, and the old plan says which took its place."""
    approve(box, plan, "ann")
    newer = replace(plan_of(item("b1"), now=NOW + timedelta(hours=1)), approvals=2)
    box.store_plan(newer, actor="planner")
    assert box.plan(newer.plan_id).approvals == ()
    assert box.plan(plan.plan_id).replaced_by == newer.plan_id
    with pytest.raises(NotApprovedError, match=f"superseded, plan {newer.plan_id} took its place"):
        approve(box, plan, "bob")
    assert approve(box, newer, "ann") == 0
    assert approve(box, newer, "bob") == 1


def test_the_same_content_planned_again_keeps_its_first_approval(box, plan):
    """A sync between the two approvals takes nothing back, as long as it finds the same."""
    approve(box, plan, "ann")
    assert box.store_plan(replace(plan, created_at=NOW + timedelta(hours=1)), actor="planner") == plan.plan_id
    assert approve(box, plan, "bob") == 2


def test_the_second_approval_needs_the_hash_that_was_read_too(box, plan):
    """Both approve the same content."""
    approve(box, plan, "ann")
    with pytest.raises(NotApprovedError, match="has the content"):
        approve(box, plan, "bob", content_hash="0" * 64)


def test_journal_and_story_tell_both_and_who_was_signed_in(box, plan):
    """Who, when, what, and through which account of the machine."""
    approve(box, plan, "ann", through="office")
    approve(box, plan, "bob", through="office")
    told = [(entry["event"], entry["actor"]) for entry in box.explain("b1")["journal"]]
    assert told == [("planned", "planner"), ("plan_approval", "ann"), ("approved", "bob")]
    first = box.explain("b1")["journal"][1]
    assert '"through": "office"' in first["detail"]
    assert plan.content_hash in first["detail"]
    assert box.verify_journal() == []
