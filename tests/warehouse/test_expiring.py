"""What is planned or approved expires when what it was made from changed: of every pushed object, by kind of input."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from push_cases import NOW, item, plan_of
from warehouse_rows import store

from intacct_pipelines.domain.catalog import TABLES, Kind
from intacct_pipelines.domain.closed_books import ClosedBooks
from intacct_pipelines.domain.inputs import Inputs
from intacct_pipelines.domain.push import Operation, State
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.errors import NotApprovedError
from intacct_pipelines.warehouse.outbox import Outbox, Outcome
from intacct_pipelines.warehouse.recon import Recon

INPUTS = Inputs("settings", ClosedBooks(date(2026, 1, 31)), "pairs")
OTHERS = {
    "settings": (replace(INPUTS, settings="others"), "the link's settings changed"),
    "closed books": (
        replace(INPUTS, closed=ClosedBooks(date(2026, 2, 28))),
        "closed through 2026-02-28, not 2026-01-31",
    ),
    "closed books of an entity": (
        replace(INPUTS, closed=ClosedBooks(date(2026, 1, 31), {"200": date(2026, 2, 28)})),
        "entities whose books are closed later are 200 2026-02-28, not none",
    ),
    "pairs": (replace(INPUTS, pairs="decided"), "a person decided about pairs"),
}
SAMPLES = {
    Kind.TEXT: "x", Kind.INTEGER: "1", Kind.MONEY: "1.00", Kind.RATE: "1", Kind.DATE: "2026-02-10",
    Kind.INSTANT: "2026-02-10T08:00:00Z", Kind.FLAG: "true",
}  # fmt: skip
ENTITY = "acme:100"


@pytest.fixture
def box(warehouse):
    """An outbox whose source records are as they were."""
    return Outbox(warehouse, now=lambda: NOW, source_revisions=lambda _, __, ids: dict.fromkeys(ids, "r1"))


def row(table, **values):
    """A row that the table takes."""
    money = {column.currency for column in table.columns if column.kind is Kind.MONEY}
    needed = {
        column.name: column.one_of[0] if column.one_of else SAMPLES[column.kind]
        for column in table.columns
        if column.required or column.name in table.key
    }
    return dict.fromkeys(table.column_names) | dict.fromkeys(money, "USD") | needed | values


def planned(box, *items, **more):
    """A stored plan of items."""
    made = replace(plan_of(*items), **{"inputs": INPUTS, **more})
    box.store_plan(made, actor="planner")
    return made


def approved(box, *items, **more):
    made = planned(box, *items, **more)
    box.approve(made.plan_id, by="ann", content_hash=made.content_hash)
    return made


def states(box):
    return {one.source_id: one.state.value for one in box.items()}


@pytest.mark.parametrize("what", OTHERS)
def test_an_open_plan_made_from_other_inputs_expires_and_says_why(box, what):
    """It can be approved no more; the error tells what changed."""
    inputs, words = OTHERS[what]
    made = planned(box, item("b1"))
    assert box.expire_changed("north", INPUTS, actor="apply") == []
    assert box.expire_changed("north", inputs, actor="apply") == [made.plan_id]
    assert states(box) == {"b1": "expired"}
    with pytest.raises(NotApprovedError, match=f"is expired, .*{words}"):
        box.approve(made.plan_id, by="ann", content_hash=made.content_hash)


@pytest.mark.parametrize("what", OTHERS)
def test_an_approved_plan_made_from_other_inputs_is_not_sent(box, what):
    """Nobody sees it any more, and no worker gets anything of it."""
    made = approved(box, item("b1"))
    assert box.expire_changed("north", OTHERS[what][0], actor="apply") == [made.plan_id]
    assert box.claim("north", worker="w1", limit=10) == []
    assert (box.approved_plans(), box.plan(made.plan_id).state) == ([], "expired")
    assert box.verify_journal() == []


def test_what_is_sent_already_stays_and_the_rest_expires(box):
    """A request that left is looked up and confirmed as ever; other links are left alone."""
    made = approved(box, item("b1"), item("b2"))
    with box.worker("w1"):
        [sent] = box.claim("north", worker="w1", limit=1)
        box.expire_changed("north", OTHERS["settings"][0], actor="apply")
        assert states(box) == {"b1": "sending", "b2": "expired"}
        assert box.plan(made.plan_id).state == "approved"
        box.record([Outcome(sent.key, State.ACCEPTED, "accepted", record_id="7")], worker="w1")
    box.close_plans("north")
    assert box.plan(made.plan_id).state == "done"
    assert box.expire_changed("south", OTHERS["settings"][0], actor="apply") == []


def test_an_expired_plan_names_the_one_that_took_its_place(box):
    """Which to read instead stands in `status` and in the refusal."""
    made = planned(box, item("b1"))
    box.expire_changed("north", OTHERS["pairs"][0], actor="plan")
    newer = replace(plan_of(item("b1"), now=NOW + timedelta(hours=1)), inputs=OTHERS["pairs"][0])
    box.store_plan(newer, actor="plan")
    assert box.plan(made.plan_id).replaced_by == newer.plan_id
    with pytest.raises(NotApprovedError, match=f"{newer.plan_id} took its place.*Read {newer.plan_id}"):
        box.approve(made.plan_id, by="ann", content_hash=made.content_hash)


def test_approved_items_that_a_newer_plan_calls_outdated_expire_with_its_name(box):
    """The newer plan has what is right now, also of the same record; what is still right stays approved."""
    made = approved(box, item("b1", content="1"), item("b2"))
    old = made.items[0]
    newer = replace(plan_of(item("b1", content="2"), now=NOW + timedelta(hours=1)), inputs=INPUTS, outdated=(old.key,))
    box.store_plan(newer, actor="plan")
    found = {one.key: one for one in box.items()}
    assert (found[old.key].state.value, found[made.items[1].key].state.value) == ("expired", "approved")
    assert newer.plan_id in found[old.key].reason.text
    assert box.plan(made.plan_id).replaced_by == newer.plan_id
    assert box.approve(newer.plan_id, by="ann", content_hash=newer.content_hash) == 1


def test_only_decisions_of_people_are_an_input(box, warehouse):
    """A pair that the reconciliation or a confirmed posting wrote down changes no plan."""
    before = box.pair_decisions("north")
    recon = Recon(warehouse)
    pair = {"link": "north", "object_name": "vendor", "platform_id": "v1", "intacct_record_no": 11}
    for by in ("reconciliation", "confirm"):
        recon.decide(**pair, status="confirmed", decided_by=by)
    assert box.pair_decisions("north") == before
    recon.decide(**pair, status="confirmed", decided_by="ann")
    confirmed = box.pair_decisions("north")
    recon.decide(**pair, status="refused", decided_by="ann")
    assert len({before, confirmed, box.pair_decisions("north")}) == 3
    assert box.pair_decisions("south") == before


@pytest.mark.parametrize("pushed", [one for one in PUSHED.values() if not one.spans], ids=lambda one: one.name)
def test_a_record_and_each_of_its_lines_is_an_input_of_its_item(warehouse, pushed):
    """Changed, added or deleted on the source's side: not approved, and if approved before, not sent."""
    box = Outbox(warehouse, now=lambda: NOW)
    key = pushed.source.key[0]
    source_id = "5" if pushed.source.column(key).kind is Kind.INTEGER else "s1"
    other = next(c.name for c in pushed.source.columns if c.kind is Kind.TEXT and c.name != key and not c.one_of)
    store(warehouse, [row(pushed.source, **{key: source_id})], table=pushed.source, entity=ENTITY)
    steps = [
        lambda: store(
            warehouse, [row(pushed.source, **{key: source_id, other: "new"})], table=pushed.source, entity=ENTITY
        )
    ]
    steps += [
        lambda lines=lines: store(warehouse, [row(lines, **{lines.parent_key: source_id})], table=lines, entity=ENTITY)
        for lines in pushed.source_lines
    ]
    steps.append(lambda: store(warehouse, [], table=pushed.source, entity=ENTITY))
    for number, step in enumerate(steps):
        revision = box.stored_revisions(ENTITY, pushed.name, [source_id])[source_id]
        one = item(
            source_id, object_name=pushed.name, revision=revision, content=str(number), natural_key=natural_key(pushed)
        )
        made = replace(plan_of(one), created_at=NOW + timedelta(minutes=number))
        box.store_plan(made, actor="planner")
        step()
        with pytest.raises(NotApprovedError, match="has expired"):
            box.approve(made.plan_id, by="ann", content_hash=made.content_hash)


def test_every_row_of_its_days_is_an_input_of_what_is_made_of_a_period(warehouse):
    """Charges of either side that change, come or go expire the payment of their statement; those of other days do not.

    A day before and after counts too, since only the link knows in which time zone a day ends.
    """
    pushed, source_id = PUSHED["card_statement_payment"], "CARD-100-20260201-20260228"
    charges, booked = (TABLES[name] for name in pushed.spans)
    box = Outbox(warehouse, now=lambda: NOW)

    def charge(id_, day, amount="1.00"):
        return row(charges, id=id_, occurred_at=f"{day}T12:00:00Z", amount=amount)

    def revision(*rows, table=charges):
        store(warehouse, rows, table=table, entity=ENTITY)
        return box.stored_revisions(ENTITY, pushed.name, [source_id])[source_id]

    inside = charge("a", "2026-02-01"), charge("b", "2026-03-01")
    outside = charge("c", "2026-01-30"), charge("d", "2026-03-02")
    seen = [revision(*inside)]
    assert revision(*inside, *outside) == seen[0]
    seen.append(revision(*inside, *outside, charge("e", "2026-02-10")))
    seen.append(revision(*inside, *outside, charge("e", "2026-02-10", "2.00")))
    seen.append(revision(row(booked, record_no="5", transaction_date="2026-02-28"), table=booked))
    with warehouse.transaction() as connection:
        connection.execute(
            """INSERT INTO quarantine.row (table_name, entity, key, column_name, check_name, value, rule, fragment,
                first_seen_at, last_seen_at, run_id)
            VALUES (%s, %s, 'x', 'amount', 'type', '', 'S-ERR-41', '{}', now(), now(), 'run')""",
            [charges.qualified_name, ENTITY],
        )
    seen.append(box.stored_revisions(ENTITY, pushed.name, [source_id])[source_id])
    assert len(set(seen)) == len(seen)


def natural_key(pushed):
    """The natural key that ``row`` has, as items carry it."""
    values = row(pushed.target, **dict.fromkeys(pushed.natural_key, "x"))
    days = {c.name for c in pushed.target.columns if c.kind is Kind.DATE}
    return {pushed.field(name): "02/10/2026" if name in days else str(values[name]) for name in pushed.natural_key}


def in_intacct(pushed, **values):
    """A record of the system that is written to, with that natural key."""
    days = {c.name for c in pushed.target.columns if c.kind is Kind.DATE}
    texts = {name: SAMPLES[Kind.DATE] if name in days else "x" for name in pushed.natural_key}
    return row(pushed.target, **texts | {pushed.target.key[0]: "77"} | values)


@pytest.mark.parametrize("pushed", PUSHED.values(), ids=PUSHED)
def test_a_record_that_took_the_place_in_intacct_is_an_input_of_every_new_one(box, warehouse, pushed):
    """Whoever entered it meanwhile: the item is neither approved nor sent beside it (S-IDM-04)."""
    made = planned(box, item("s1", object_name=pushed.name, natural_key=natural_key(pushed)))
    # of some the id itself is the natural key
    ids = {name: "x" for name in pushed.natural_key if name in pushed.target.key}
    store(warehouse, [in_intacct(pushed, **ids)], table=pushed.target, entity=ENTITY)
    with pytest.raises(NotApprovedError, match="has expired"):
        box.approve(made.plan_id, by="ann", content_hash=made.content_hash)


@pytest.mark.parametrize("pushed", PUSHED.values(), ids=PUSHED)
def test_the_record_that_an_item_changes_is_an_input(box, warehouse, pushed):
    """An update, or a reversal, starts from what Intacct had when it was planned."""
    store(warehouse, [in_intacct(pushed)], table=pushed.target, entity=ENTITY)
    operation = Operation.REVERSE if Operation.REVERSE in pushed.functions else Operation.UPDATE
    facts = {"object_name": pushed.name, "natural_key": natural_key(pushed)}
    one = item("s1", **facts, operation=operation, target_id="77")
    made = planned(box, one, created_at=datetime.now(UTC))
    taken = next(c.name for c in pushed.target.columns if c.kind is Kind.TEXT and not c.one_of and c.name != "id")
    store(warehouse, [in_intacct(pushed, **{taken: "edited"})], table=pushed.target, entity=ENTITY)
    with pytest.raises(NotApprovedError, match="has expired"):
        box.approve(made.plan_id, by="ann", content_hash=made.content_hash)


GROUNDS = [(one, table, name) for one in PUSHED.values() for table, names in one.stands_on.items() for name in names]


@pytest.mark.parametrize(("pushed", "table", "name"), GROUNDS, ids=[f"{p.name}-{n}" for p, _, n in GROUNDS])
def test_what_an_item_settles_is_an_input_until_planning_saw_it_again(box, warehouse, pushed, table, name):
    """A bill that somebody paid meanwhile is not paid again; the same plan made again knows of it (S-PAY-09)."""
    ground = next(one.target for one in PUSHED.values() if one.target.qualified_name == table)
    one = item("s1", object_name=pushed.name, natural_key=natural_key(pushed), payload={"DETAILS": [{name: "77"}]})
    made = planned(box, one, created_at=datetime.now(UTC))
    store(warehouse, [row(ground, **{ground.key[0]: "77"})], table=ground, entity=ENTITY)
    assert box.store_plan(replace(made, created_at=datetime.now(UTC)), actor="planner") == made.plan_id
    assert box.approve(made.plan_id, by="ann", content_hash=made.content_hash) == 1
    store(warehouse, [], table=ground, entity=ENTITY)
    assert box.claim("north", worker="w1", limit=10) == []
    assert states(box) == {"s1": "expired"}
