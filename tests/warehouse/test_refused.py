"""What Intacct refused is not tried again before its cause may be mended, or a person asks for it (S-ERR-40)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from push_cases import item, plan_of
from warehouse_rows import bill, store

from intacct_pipelines.domain.catalog import TABLES
from intacct_pipelines.domain.closed_books import ClosedBooks
from intacct_pipelines.domain.inputs import Inputs
from intacct_pipelines.domain.push import Operation, State
from intacct_pipelines.errors import PushError
from intacct_pipelines.warehouse.outbox import Outbox, Outcome, Reason

INPUTS = Inputs("settings", ClosedBooks(date(2026, 1, 31)), "pairs")
LATER = ClosedBooks(date(2026, 1, 31), {"200": date(2026, 2, 28)})
ENTITY = "acme:100"
DEPARTMENT = TABLES["intacct.department"]


@pytest.fixture
def box(warehouse):
    """An outbox with a clock that goes, whose source records are as they were."""
    return Outbox(warehouse, source_revisions=lambda _, __, ids: dict.fromkeys(ids, "r1"))


def refused(box, state=State.REJECTED, kind="refused", **facts):
    """An item that was sent, and what became of it."""
    one = item("b1", payload={"LINES": [{"DEPARTMENTID": "ENG", "RECORDKEY": "77"}], "VENDORID": "V-11"}, **facts)
    made = replace(plan_of(one, now=datetime.now(UTC)), inputs=INPUTS)
    plan_id = box.store_plan(made, actor="planner")
    box.approve(plan_id, by="ann", content_hash=made.content_hash)
    box.claim("north", worker="w1", limit=1)
    box.record([Outcome(one.key, State.UNCERTAIN, "uncertain")], worker="w1")
    box.record(
        [Outcome(one.key, state, state.value, Reason(kind, "S-ERR-40", "no such thing", "Mend it."))], worker="w1"
    )
    return one.key


def department(warehouse, name):
    row = dict.fromkeys(DEPARTMENT.column_names) | {"record_no": "1", "department_id": name, "title": "Some"}
    store(warehouse, [row], table=DEPARTMENT, entity=ENTITY)


@pytest.mark.parametrize(("state", "kind"), [(State.REJECTED, "refused"), (State.HELD, "uncertain")])
def test_what_intacct_refused_or_never_answered_waits_while_its_cause_is_as_it_was(box, state, kind):
    """Neither a second plan nor a policy sends it again by itself."""
    key = refused(box, state, kind)
    assert set(box.refused("north", INPUTS)) == {key}
    assert box.refused("south", INPUTS) == {}


def test_what_is_held_for_another_reason_is_judged_by_its_planner(box):
    """A duplicate or a parent is looked at in the rows themselves."""
    refused(box, State.HELD, "duplicate")
    assert box.refused("north", INPUTS) == {}


@pytest.mark.parametrize("change", [{"settings": "x"}, {"closed": ClosedBooks()}, {"closed": LATER}, {"pairs": "x"}])
def test_other_settings_books_or_decisions_may_have_mended_it(box, change):
    """A period that was opened again, a map that was corrected, a pair that was confirmed."""
    refused(box)
    assert box.refused("north", replace(INPUTS, **change)) == {}


def test_a_list_record_that_it_names_may_have_been_mended(box, warehouse):
    """A department that was created or activated since; another one says nothing."""
    department(warehouse, "ENG")
    key = refused(box)
    assert set(box.refused("north", INPUTS)) == {key}
    department(warehouse, "OPS")
    assert set(box.refused("north", INPUTS)) == {key}
    department(warehouse, "ENG")
    assert box.refused("north", INPUTS) == {}


def test_the_record_that_it_changes_or_settles_may_have_been_mended(box, warehouse):
    """A bill that was unlocked, or a payment of it that was taken back."""
    facts = {"object_name": "ap_payment", "natural_key": {"VENDORID": "V-11", "DOCNUMBER": "1"}}
    store(warehouse, [bill(77)], entity=ENTITY)
    key = refused(box, **facts)
    assert set(box.refused("north", INPUTS)) == {key}
    store(warehouse, [bill(77, state="Paid")], entity=ENTITY)
    assert box.refused("north", INPUTS) == {}


def test_the_target_of_an_update_may_have_been_mended(box, warehouse):
    """It is another record since, so it is another refusal."""
    store(warehouse, [bill(500, document_no="b1", vendor_id="V-11")], entity=ENTITY)
    key = refused(box, operation=Operation.UPDATE, target_id="500")
    assert set(box.refused("north", INPUTS)) == {key}
    store(warehouse, [bill(500, document_no="b1", vendor_id="V-11", state="Paid")], entity=ENTITY)
    assert box.refused("north", INPUTS) == {}


def test_a_person_asks_for_it_once_and_it_is_written_down(box):
    """For causes that no data shows, such as a permission; a second refusal waits again."""
    key = refused(box)
    assert box.retry("b1", by="ann") == 1
    assert box.refused("north", INPUTS) == {}
    assert [(one["event"], one["actor"]) for one in box.explain("b1")["journal"]][-1] == ("retry_asked", "ann")
    assert box.verify_journal() == []
    assert refused(box) == key
    assert set(box.refused("north", INPUTS)) == {key}


def test_nothing_can_be_asked_for_that_was_not_refused(box):
    """A slip of the key is an error, not a silent nothing."""
    with pytest.raises(PushError, match=r"nothing of b9 was refused.*explain"):
        box.retry("b9", by="ann")
