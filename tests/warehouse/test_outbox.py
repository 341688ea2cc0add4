"""The outbox on a real Postgres: storing, approving, claiming, the states and the journal."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import psycopg
import push_cases
import pytest
from push_cases import AUTO_LINK, LINK, NOW, item, plan_of
from warehouse_rows import bill, store

from intacct_pipelines.domain.catalog import TABLES
from intacct_pipelines.domain.push import Hold, State
from intacct_pipelines.errors import NotApprovedError, PushError, WarehouseError
from intacct_pipelines.warehouse.agreed import Agreements
from intacct_pipelines.warehouse.connection import Warehouse
from intacct_pipelines.warehouse.outbox import Outbox, Outcome, Reason


class Fixture:
    """An outbox whose source records are at revision ``r1`` until a test says otherwise."""

    def __init__(self, warehouse):
        self.revisions = {}
        self.clock = NOW
        self.box = Outbox(warehouse, now=lambda: self.clock, source_revisions=self._current)

    def _current(self, _entity, _object_name, ids):
        return {one: self.revisions.get(one, "r1") for one in ids if self.revisions.get(one, "r1") is not None}

    def approved(self, *items):
        plan = plan_of(*items, now=self.clock)
        self.clock += timedelta(seconds=1)
        self.box.store_plan(plan, actor="planner")
        self.box.approve(plan.plan_id, by="ann", content_hash=plan.content_hash)
        return plan

    def sent(self, *items):
        self.approved(*items)
        return self.box.claim("north", worker="w1", limit=100)

    def finish(self, key, state, worker="w1", **more):
        if state in {State.REJECTED, State.HELD}:
            self.box.record([Outcome(key, State.UNCERTAIN, "uncertain")], worker=worker)
        self.box.record([Outcome(key, state, state.value, **more)], worker=worker)

    def states(self):
        return {i.source_id: i.state.value for i in self.box.items()}


@pytest.fixture
def outbox(warehouse):
    return Fixture(warehouse)


def test_a_plan_is_stored_with_key_and_payload_before_anything_is_approved(outbox):
    """What may be sent later is in the database, byte for byte, as soon as it is proposed (S-IDM-01)."""
    plan = plan_of(item("b1"))
    plan_id = outbox.box.store_plan(plan, actor="planner")
    [stored] = outbox.box.items(plan_id=plan_id)
    assert (stored.key, stored.payload_text, stored.state) == (plan.items[0].key, plan.items[0].payload_text, "planned")
    assert outbox.box.document(plan_id) == plan.document()


def test_storing_the_same_content_twice_stores_one_plan(outbox):
    """A sync that finds the same proposal again does not multiply it."""
    first = outbox.box.store_plan(plan_of(item("b1")), actor="planner")
    later = plan_of(item("b1"), now=NOW + timedelta(hours=1))
    assert outbox.box.store_plan(later, actor="planner") == first
    assert len(outbox.box.plans()) == 1


def test_a_key_with_another_payload_is_refused(outbox):
    """One key never means two contents (S-IDM-05)."""
    outbox.box.store_plan(plan_of(item("b1")), actor="planner")
    forged = item("b1", payload={"RECORDID": "other"})
    with pytest.raises(PushError, match="S-IDM-05"):
        outbox.box.store_plan(plan_of(forged, now=NOW + timedelta(hours=1)), actor="planner")


def test_another_description_in_bill_is_another_item_and_stops_no_plan(outbox):
    """The description is sent as well, so the key follows from it too (S-IDM-01, S-IDM-05)."""
    for hour, words in enumerate(("first", "second")):
        rows = push_cases.tables(bill__ap_bill=[push_cases.bill(description=words)])
        outbox.box.store_plan(push_cases.plan(rows, now=NOW + timedelta(hours=hour)), actor="planner")
    states = {json.loads(one.payload_text)["DESCRIPTION"].split()[-1]: one.state for one in outbox.box.items()}
    assert states == {"first": State.SUPERSEDED, "second": State.PLANNED}


def test_a_newer_plan_supersedes_an_unapproved_one(outbox):
    """Only the latest proposal of a link can be approved."""
    old = plan_of(item("b1"), item("b2"))
    outbox.box.store_plan(old, actor="planner")
    new = plan_of(item("b2"), now=NOW + timedelta(hours=1))
    outbox.box.store_plan(new, actor="planner")
    assert outbox.states() == {"b1": "superseded", "b2": "planned"}
    with pytest.raises(NotApprovedError, match="superseded"):
        outbox.box.approve(old.plan_id, by="ann", content_hash=old.content_hash)


def test_approval_needs_the_hash_that_was_read(outbox):
    """A plan cannot be approved for a content that the approver did not see."""
    plan = plan_of(item("b1"))
    outbox.box.store_plan(plan, actor="planner")
    with pytest.raises(NotApprovedError, match="has the content"):
        outbox.box.approve(plan.plan_id, by="ann", content_hash="0" * 64)
    assert outbox.states() == {"b1": "planned"}


def test_a_plan_that_does_not_exist_is_not_approved(outbox):
    """A mistyped plan id is one clear error."""
    with pytest.raises(NotApprovedError, match="no plan"):
        outbox.box.approve("plan-0", by="ann", content_hash="")


def test_a_plan_whose_source_changed_expires_instead_of_being_approved(outbox):
    """An approval is for the inputs that were planned with, not for later ones."""
    plan = plan_of(item("b1"), item("b2"))
    outbox.box.store_plan(plan, actor="planner")
    outbox.revisions["b2"] = "r2"
    with pytest.raises(NotApprovedError, match="expired"):
        outbox.box.approve(plan.plan_id, by="ann", content_hash=plan.content_hash)
    assert outbox.states() == {"b1": "expired", "b2": "expired"}
    assert outbox.box.plan(plan.plan_id).state == "expired"


def test_nothing_unapproved_is_ever_claimed(outbox):
    """What is only planned never reaches a worker."""
    outbox.box.store_plan(plan_of(item("b1")), actor="planner")
    assert outbox.box.claim("north", worker="w1", limit=10) == []


def test_an_approved_item_whose_source_changed_since_is_not_sent(outbox):
    """Between approval and sending the source is checked once more; a deleted source counts as changed."""
    outbox.approved(item("b1"), item("b2"), item("b3"))
    outbox.revisions |= {"b1": "r2", "b2": None}
    assert [i.source_id for i in outbox.box.claim("north", worker="w1", limit=10)] == ["b3"]
    assert outbox.states() == {"b1": "expired", "b2": "expired", "b3": "sending"}


def test_stale_items_at_the_front_do_not_end_a_claim(outbox):
    """A claim goes on past expired items until it finds something to send."""
    outbox.approved(item("b1"), item("b2"), item("b3"))
    outbox.revisions |= {"b1": "r2", "b2": "r2"}
    assert [i.source_id for i in outbox.box.claim("north", worker="w1", limit=1)] == ["b3"]


def test_two_workers_never_claim_the_same_item(outbox):
    """Each goes to exactly one, be it a scheduled run's or that of a person who would not wait (S-SCH-02, S-SCH-05)."""
    outbox.approved(*(item(f"b{n}") for n in range(6)))
    first = outbox.box.claim("north", worker="w1", limit=4)
    second = outbox.box.claim("north", worker="w2", limit=4)
    assert sorted(i.source_id for i in [*first, *second]) == [f"b{n}" for n in range(6)]
    assert outbox.box.claim("north", worker="w3", limit=4) == []


def test_a_child_waits_for_its_parent(outbox):
    """A bill is not sent before its vendor is in Intacct."""
    parent = item("v1", object_name="vendor")
    outbox.approved(parent, item("b1", depends_on=[parent.key]))
    assert [i.source_id for i in outbox.box.claim("north", worker="w1", limit=10)] == ["v1"]
    assert outbox.box.claim("north", worker="w1", limit=10) == []
    outbox.finish(parent.key, State.ACCEPTED, record_id="11")
    assert [i.source_id for i in outbox.box.claim("north", worker="w1", limit=10)] == ["b1"]


def test_a_rejected_parent_holds_its_children_by_name(outbox):
    """The child says for whom it waits, with the parent's rule."""
    parent = item("v1", object_name="vendor", label="vendor Acme")
    outbox.approved(parent, item("b1", depends_on=[parent.key]), item("b2"))
    outbox.box.claim("north", worker="w1", limit=10)
    outbox.finish(parent.key, State.REJECTED, reason=Reason("refused", "S-BP-03", "no", "mend"))
    assert outbox.box.hold_children("north", actor="w1") == 1
    [child] = [i for i in outbox.box.items() if i.source_id == "b1"]
    assert child.state is State.HELD
    assert "vendor Acme" in child.reason.text
    assert child.reason.rule == "S-BP-03"


def test_a_record_on_its_way_is_not_approved_under_a_second_key(outbox):
    """A changed bill waits until its first posting is confirmed, so it can never be there twice (S-IDM-01)."""
    outbox.sent(item("b1", content="1"))
    plan = outbox.approved(item("b1", content="2"))
    assert [i.state.value for i in outbox.box.items(plan_id=plan.plan_id)] == ["held"]
    assert outbox.box.claim("north", worker="w1", limit=10) == []


def test_the_database_itself_refuses_two_open_items_of_one_record(outbox, warehouse):
    """Even code that forgot to ask cannot open a second way."""
    outbox.approved(item("b1", content="1"))
    outbox.box.store_plan(plan_of(item("b1", content="2"), now=NOW + timedelta(hours=2)), actor="planner")
    with pytest.raises(WarehouseError, match="item_one_open"), warehouse.transaction() as connection:
        connection.execute("UPDATE push.item SET state = 'approved' WHERE state = 'planned'")


def test_an_illegal_step_between_states_is_refused_by_the_database(outbox, warehouse):
    """An item cannot become accepted without having been sent."""
    outbox.approved(item("b1"))
    with (
        pytest.raises(WarehouseError, match="cannot go from approved to accepted"),
        warehouse.transaction() as connection,
    ):
        connection.execute("UPDATE push.item SET state = 'accepted'")


def test_a_stored_payload_can_never_be_changed(outbox, warehouse):
    """What was approved is what is sent."""
    outbox.approved(item("b1"))
    with pytest.raises(WarehouseError, match="S-IDM-05"), warehouse.transaction() as connection:
        connection.execute("UPDATE push.item SET payload = '{}'")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE push.journal SET event = 'x'",
        "DELETE FROM push.journal",
        "TRUNCATE push.journal",
        "DELETE FROM push.item",
    ],
)
def test_history_cannot_be_changed_or_removed(outbox, warehouse, statement):
    """The journal is append-only and items stay, by the database's own rule."""
    outbox.approved(item("b1"))
    with pytest.raises(WarehouseError, match="refused"), warehouse.transaction() as connection:
        connection.execute(statement)


def test_the_journal_proves_itself_and_a_forged_entry_is_found(outbox, warehouse_dsn):
    """A chain of hashes shows any later change, even by someone who switched the triggers off."""
    outbox.sent(item("b1"), item("b2"))
    assert outbox.box.verify_journal() == []
    with psycopg.connect(warehouse_dsn, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE push.journal SET actor = 'mallory' WHERE seq = 2")
    assert any("entry 2" in problem for problem in outbox.box.verify_journal())


def test_a_removed_journal_entry_is_found(outbox, warehouse_dsn):
    """A gap breaks the chain; a cut-off end leaves items that stand elsewhere than the journal says."""
    outbox.sent(item("b1"), item("b2"))
    with psycopg.connect(warehouse_dsn, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("DELETE FROM push.journal WHERE seq = (SELECT max(seq) FROM push.journal)")
    assert any("the journal says" in problem for problem in outbox.box.verify_journal())


def test_an_item_of_a_living_worker_is_not_taken_over(outbox):
    """Recovery never looks into another worker's hands."""
    with outbox.box.worker("w1"):
        outbox.sent(item("b1"))
        assert outbox.box.take_over("north", worker="w2") == []
    assert outbox.states() == {"b1": "sending"}


def test_an_item_of_a_dead_worker_becomes_uncertain_and_changes_hands(outbox):
    """Only what its worker cannot finish any more is taken over, and never as if it had not been sent (S-ERR-42)."""
    with outbox.box.worker("w1"):
        [sent] = outbox.sent(item("b1"))
    assert [i.key for i in outbox.box.take_over("north", worker="w2")] == [sent.key]
    assert outbox.states() == {"b1": "uncertain"}
    with pytest.raises(PushError, match="another worker"):
        outbox.box.record([Outcome(sent.key, State.ACCEPTED, "accepted", record_id="1")], worker="w1")


def test_two_workers_cannot_have_one_name(outbox):
    """A sign of life belongs to one worker."""
    with outbox.box.worker("w1"), pytest.raises(PushError, match="w1"), outbox.box.worker("w1"):
        pass


def test_a_worker_whose_sign_of_life_is_lost_ends_without_an_error_of_the_driver(outbox, warehouse):
    """What it stored is stored; another worker may look after the rest."""
    with outbox.box.worker("w1"), warehouse.transaction() as connection:
        ended = connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name LIKE '%w1%'"
        ).fetchall()
        assert ended == [(True,)]


def test_a_worker_without_a_server_says_so_in_our_words(warehouse_dsn):
    """Whoever runs it learns that Postgres is away, not what a driver calls that."""
    with psycopg.connect(warehouse_dsn) as connection:
        nobody = f"{warehouse_dsn.rpartition('/')[0]}/no_such_{connection.info.dbname}"
    with Warehouse(nobody) as warehouse, pytest.raises(WarehouseError), Outbox(warehouse).worker("w1"):
        pass


def test_a_rejected_item_can_be_planned_and_sent_again_under_its_key(outbox):
    """A mended cause lets the same content pass; its key stays."""
    [sent] = outbox.sent(item("b1"))
    outbox.finish(sent.key, State.REJECTED, reason=Reason("period_closed", "S-IDM-08", "closed", "open"))
    [again] = outbox.sent(item("b1"))
    assert (again.key, again.attempts) == (sent.key, 1)


def test_an_accepted_item_cannot_be_planned_again(outbox):
    """What is in Intacct is not proposed a second time under its own key."""
    [sent] = outbox.sent(item("b1"))
    outbox.finish(sent.key, State.ACCEPTED, record_id="7")
    with pytest.raises(PushError, match="S-IDM-01"):
        outbox.box.store_plan(plan_of(item("b1"), now=NOW + timedelta(days=1)), actor="planner")


@pytest.mark.parametrize(
    ("items", "approves"),
    [
        ([item("b1")], True),
        ([item("b1"), item("b2")], True),
        ([item("b1"), item("b2"), item("b3")], False),
        ([item("b1", amount=Decimal("100.01"))], False),
        ([item("b1", amount=Decimal("-100.01"))], False),
        ([item("b1", amount=Decimal(90)), item("b2", amount=Decimal(90), currency="EUR")], True),
    ],
)
def test_a_policy_approves_only_within_its_limits(outbox, items, approves):
    """Number of items and total in any one currency bound what needs no person."""
    plan_id = outbox.box.store_plan(plan_of(*items), actor="planner")
    assert outbox.box.auto_approve(AUTO_LINK, plan_id) is approves
    assert outbox.box.plan(plan_id).approved_by == ("policy of north" if approves else "")


def test_a_manual_gate_never_approves_itself(outbox):
    """Without the policy a person approves."""
    plan_id = outbox.box.store_plan(plan_of(item("b1")), actor="planner")
    assert outbox.box.auto_approve(LINK, plan_id) is False


def test_approved_plans_are_offered_until_nothing_is_left(outbox):
    """The sensor sees a plan as long as something is to be sent or resolved."""
    plan = outbox.approved(item("b1"))
    assert [p.plan_id for p in outbox.box.approved_plans()] == [plan.plan_id]
    [sent] = outbox.box.claim("north", worker="w1", limit=1)
    assert [p.counts for p in outbox.box.approved_plans("north")] == [{"sending": 1}]
    outbox.finish(sent.key, State.ACCEPTED, record_id="7")
    outbox.box.close_plans("north")
    assert outbox.box.approved_plans() == []
    assert outbox.box.plan(plan.plan_id).state == "done"


def test_explain_tells_the_whole_story_of_a_record(outbox):
    """Items, holds and every step, by the source's id."""
    hold = Hold("ap_bill", "b9", "bill 9", "not_approved", "S-APR-02", "not yet", "approve it")
    plan = plan_of(item("b1"), holds=[hold])
    outbox.box.store_plan(plan, actor="planner")
    outbox.box.approve(plan.plan_id, by="ann", content_hash=plan.content_hash)
    events = [entry["event"] for entry in outbox.box.explain("b1")["journal"]]
    assert events == ["planned", "approved"]
    assert outbox.box.explain("b9")["holds"][0]["rule"] == "S-APR-02"


def test_long_numbers_in_the_vendors_words_are_masked(outbox):
    """Bank data that Intacct repeats does not reach the journal."""
    [sent] = outbox.sent(item("b1"))
    reason = Reason("refused", "S-ERR-40", "account 123456789012 is wrong", "mend")
    outbox.finish(sent.key, State.REJECTED, reason=reason)
    story = outbox.box.explain("b1")
    assert "123456789" not in str(story)
    assert "***12" in story["items"][0]["reason"]


def test_attempts_can_be_read_with_their_outcome(outbox, warehouse):
    """Every sending is one row, with what followed it."""
    [sent] = outbox.sent(item("b1"))
    outbox.finish(sent.key, State.ACCEPTED, record_id="7")
    with warehouse.transaction() as connection:
        rows = connection.execute("SELECT attempt_no, worker, outcome FROM push.attempt").fetchall()
    assert rows == [(1, "w1", "accepted")]


def _came_back(warehouse, key, *, record_no=7, mark=True):
    """Store Intacct's copy of a posted bill, as the extract brings it."""
    description = f"BILL:b1 {key}" if mark else "typed by hand"
    store(warehouse, [bill(record_no, description=description, document_no="INV-1")], entity="acme:100")


def test_an_accepted_item_is_confirmed_by_its_own_record_and_the_crosswalk_learns_the_pair(outbox, warehouse):
    """Posted is not confirmed: only the record that came back with the item's key finishes it."""
    [sent] = outbox.sent(item("b1", agrees={"document_no": "INV-1"}))
    outbox.finish(sent.key, State.ACCEPTED, record_id="7")
    assert outbox.box.confirm("north", "acme:100", actor="sync") == 0
    _came_back(warehouse, sent.key)
    assert outbox.box.confirm("north", "acme:100", actor="sync") == 1
    assert outbox.states() == {"b1": "confirmed"}
    agreements, pair = Agreements(warehouse, "north"), ("ap_bill", "b1", "7")
    assert agreements.known() == {pair: {"document_no": "INV-1"}}
    assert agreements.known_until() == {pair: datetime(2026, 3, 11, 8, tzinfo=UTC)}, (
        "as Intacct says when it was written"
    )
    assert outbox.box.posted("north") == {("ap_bill", "b1")}
    with warehouse.transaction() as connection:
        rows = connection.execute(
            "SELECT platform_id, intacct_record_no, intacct_id, status FROM mapping.crosswalk"
        ).fetchall()
    assert rows == [("b1", 7, "INV-1", "confirmed")]
    assert outbox.box.verify_journal() == []


@pytest.mark.parametrize(("record_no", "stays"), [(7, True), (8, False), (None, False)])
def test_a_confirmed_pair_lets_stored_pairs_stand_only_if_it_is_one_of_them(outbox, warehouse, record_no, stays):
    """What planned with another pair, or with none, would enter the bill once more (S-IDM-04)."""
    [sent] = outbox.sent(item("b1"))
    outbox.finish(sent.key, State.ACCEPTED, record_id="7")
    _came_back(warehouse, sent.key)
    with warehouse.transaction() as connection:
        connection.execute("INSERT INTO recon.compared VALUES ('north', 'vendor', 'run-1', '')")
        if record_no is not None:
            connection.execute(
                "INSERT INTO recon.match (link, entity, object, platform_id, intacct_record_no, intacct_id, method, "
                "rule, is_equal, currency, platform_amount, intacct_amount, first_seen_at, run_id) VALUES ('north', "
                "'acme:100', 'ap_bill', 'b1', %s, 'INV-1', 'mark', '', true, 'USD', 1, 1, now(), 'run-1')",
                [record_no],
            )
    assert outbox.box.confirm("north", "acme:100", actor="sync") == 1
    with warehouse.transaction() as connection:
        assert bool(connection.execute("SELECT FROM recon.compared").fetchall()) is stays


def test_a_record_without_the_key_confirms_nothing(outbox, warehouse):
    """A record that lost our mark stays unconfirmed until a person has looked."""
    [sent] = outbox.sent(item("b1"))
    outbox.finish(sent.key, State.ACCEPTED, record_id="7")
    _came_back(warehouse, sent.key, mark=False)
    assert outbox.box.confirm("north", "acme:100", actor="sync") == 0


def test_a_posted_record_that_was_deleted_in_intacct_is_held_and_not_planned_again(outbox, warehouse):
    """What a person deleted is not posted again by itself (S-IDM-06)."""
    [sent] = outbox.sent(item("b1"))
    outbox.finish(sent.key, State.ACCEPTED, record_id="7")
    _came_back(warehouse, sent.key)
    store(warehouse, [], entity="acme:100")
    assert outbox.box.confirm("north", "acme:100", actor="sync") == 0
    assert outbox.states() == {"b1": "held"}
    assert outbox.box.posted("north") == {("ap_bill", "b1")}


def test_the_revision_of_a_bill_follows_its_lines(warehouse):
    """A changed, added or deleted line makes an approved bill expire; another entity's does not."""
    box = Outbox(warehouse)

    def revision(amounts, entity="acme:100"):
        header = dict.fromkeys(TABLES["bill.ap_bill"].column_names) | {
            "id": "b1",
            "vendor_id": "v1",
            "bill_date": "2026-01-01",
            "currency": "USD",
            "amount": "3.00",
            "approval_status": "APPROVED",
        }
        lines = [
            dict.fromkeys(TABLES["bill.ap_bill_line"].column_names)
            | {"id": f"l{n}", "bill_id": "b1", "currency": "USD", "amount": amount}
            for n, amount in enumerate(amounts)
        ]
        store(warehouse, [header], table=TABLES["bill.ap_bill"], entity=entity)
        store(warehouse, lines, table=TABLES["bill.ap_bill_line"], entity=entity)
        return box.stored_revisions("acme:100", "ap_bill", ["b1", "b404"])

    first = revision(["1.00", "2.00"])
    assert set(first) == {"b1"}
    assert revision(["1.00", "2.00"]) == first
    assert revision(["9.00"], entity="acme:200") == first
    assert len({first["b1"], revision(["1.50", "1.50"])["b1"], revision(["3.00"])["b1"]}) == 3
