"""From Intacct into Spend & Expense: a value is made once, confirmed when it comes back, and never taken away by us."""

from __future__ import annotations

import json

import pytest
from into_spend_world import OBJECTS, IntoSpendWorld

from intacct_pipelines.defs.applying import apply
from intacct_pipelines.domain.link import INTO_SPEND
from intacct_pipelines.domain.push import State
from intacct_pipelines.domain.reconciled import RECONCILED
from intacct_pipelines.push.card_answers import CardAnswers
from intacct_pipelines.push.sources import Sources, rows_of
from intacct_pipelines.warehouse.stories import tell
from intacct_pipelines.warehouse.subjects import subjects_named

FIELD = "Department"


@pytest.fixture
def world(warehouse_dsn):
    return IntoSpendWorld(warehouse_dsn, "spend_department").settle()


def make(world, department_id, title):
    return world.make("DEPARTMENT", DEPARTMENTID=department_id, TITLE=title, STATUS="active")


def held(planned):
    return [(hold.kind, hold.rule) for hold in planned.plan.holds]


def test_a_department_is_offered_once_under_its_name_and_what_is_out_of_date_is_told_and_left(world):
    """S-DEP-01, S-IDM-06: made, confirmed, renamed beside the former value, retired; a person takes values out."""
    number = make(world, "LAB", "Labs")
    [item] = world.plan().plan.items
    assert (item.source_id, item.payload["value"], item.warnings) == (number, "LAB Labs", ())
    assert world.send() == {"accepted": 1}
    [(method, path, body)] = world.network.writes
    assert (method, path.rpartition("/")[2], json.loads(body)) == ("POST", "values", {"values": ["LAB Labs"]})
    planned = world.plan()
    assert (planned.confirmed, planned.plan.items, planned.plan.holds) == (1, (), ())
    assert (world.plan().plan.items, world.send(), world.offers(FIELD, "LAB")) == ((), {}, ["LAB Labs"])

    world.change("DEPARTMENT", DEPARTMENTID="LAB", TITLE="Research")
    [item] = world.plan().plan.items
    assert item.warnings == ("it stands beside 'LAB Labs' until a person takes that out",)
    assert world.send() == {"accepted": 1}
    planned = world.plan()
    assert (planned.confirmed, planned.plan.items, held(planned)) == (1, (), [("renamed", "S-DEP-01")])
    assert "'LAB Labs'" in planned.plan.holds[0].remedy
    assert world.offers(FIELD, "LAB") == ["LAB Labs", "LAB Research"]
    world.twin.take_out(world.entity.entity_id, FIELD, "LAB Labs")
    planned = world.plan()
    assert (planned.plan.items, planned.plan.holds) == ((), ())

    world.change("DEPARTMENT", DEPARTMENTID="LAB", STATUS="inactive")
    planned = world.plan()
    assert (planned.plan.items, held(planned)) == ((), [("retired", "S-DEP-01")])
    world.twin.take_out(world.entity.entity_id, FIELD, "LAB Research")
    assert world.plan().plan.holds == ()
    world.change("DEPARTMENT", DEPARTMENTID="LAB", STATUS="active")
    planned = world.plan()
    assert (planned.plan.items, held(planned)) == ((), [("deleted_in_spend", "S-IDM-06")])
    assert {request[0] for request in world.network.writes} == {"POST"}
    with world.systems() as systems:
        [subject] = subjects_named(systems.warehouse, RECONCILED["department"], "LAB", links={})
        story = tell(systems.warehouse, RECONCILED["department"], subject, "")
    assert [item["label"] for item in story["items"]] == ["department value LAB Labs", "department value LAB Research"]
    assert {hold["rule"] for hold in story["holds"]} == {"S-DEP-01", "S-IDM-06"}
    assert "accepted" in str(story["journal"])


def test_a_record_that_was_deleted_in_intacct_is_told_while_its_value_can_be_chosen(world):
    """S-IDM-06: nothing is deleted by us; who takes the value out is a person."""
    number = make(world, "LAB", "Labs")
    world.plan()
    world.send()
    world.plan()
    world.sandbox.intacct.remove("DEPARTMENT", int(number))
    planned = world.plan()
    assert (planned.plan.items, held(planned)) == ((), [("retired", "S-DEP-01")])
    assert planned.plan.holds[0].reason == "it is deleted in Intacct, and people can still choose 'LAB Labs'"
    world.twin.take_out(world.entity.entity_id, FIELD, "LAB Labs")
    planned = world.plan()
    assert (planned.plan.items, planned.plan.holds) == ((), ())


LOSSES = ("unreached", "request", "answer", "gateway", "damaged", "nonsense", "killed_before", "killed")


def test_a_value_is_made_exactly_once_whatever_is_lost_on_its_way(world):
    """S-IDM-03: looked up after a lost answer, waited for, looked up again, and only then sent once more."""
    for turn, loss in enumerate(LOSSES):
        code = f"LAB{turn}"
        number = make(world, code, "Labs")
        world.plan()
        if loss.startswith("killed"):
            with pytest.raises(KeyboardInterrupt):
                world.send(loss)
        else:
            world.send(loss)
        world.sandbox.clock.advance(300)
        world.send()
        assert world.items(number) == {f"{code} Labs": ("accepted", "")}, loss
        assert world.offers(FIELD, code) == [f"{code} Labs"], loss
    planned = world.plan()
    assert (planned.plan.items, planned.plan.holds, world.items(number)) == (
        (),
        (),
        {f"{code} Labs": ("confirmed", "")},
    )
    before = world.offers(FIELD)
    assert (world.send(), world.offers(FIELD), world.plan().plan.items) == ({}, before, ())


def test_a_text_that_a_person_entered_meanwhile_is_the_pair_and_not_made_again(world):
    """S-IDM-04: right before it is sent a value is looked for, whatever its case; another plan has nothing left."""
    make(world, "LAB", "Labs")
    make(world, "PRESS", "Press")
    assert len(world.plan().plan.items) == 2
    world.twin.offer(world.entity.entity_id, FIELD, "LAB Labs")
    world.twin.offer(world.entity.entity_id, FIELD, "PRESS press")
    assert world.send() == {"accepted": 1, "expired": 1}
    assert world.network.writes == []
    planned = world.plan()
    assert (planned.plan.items, planned.plan.holds) == ((), ())
    assert world.offers(FIELD, "LAB") + world.offers(FIELD, "PRESS") == ["LAB Labs", "PRESS press"]


def test_an_answer_that_does_not_show_the_value_proves_nothing_and_a_refusal_is_told(world):
    """S-ERR-42, S-ERR-40: success without effect was seen of this API; what is refused is not asked again by itself."""
    options = world.sandbox.options.spend
    options.shows_new_values = False
    silent = make(world, "LAB", "Labs")
    world.plan()
    world.send()
    assert (world.items(silent), len(world.network.writes)) == ({"LAB Labs": ("accepted", "")}, 1)
    options.shows_new_values, options.refuses_double_values = True, True
    name = "L" * 90 + " and more"
    long = make(world, "LONG", name)
    world.network.refuse = lambda body: b"LONG" in body
    world.plan()
    assert world.send() == {"uncertain": 1, "rejected": 1}
    assert world.items(long) == {f"LONG {name}": ("rejected", "refused")}
    planned = world.plan()
    assert ([hold.kind for hold in planned.plan.holds], planned.plan.items) == (["refused"], ())
    assert "Spend & Expense" in planned.plan.holds[0].remedy


def test_every_list_is_offered_in_the_words_that_the_way_into_intacct_reads(warehouse_dsn):
    """S-COA-01, S-DEP-01, S-LOC-01, S-CLS-01: applied as a run does it, read back by the way into Intacct."""
    cards = {"code_pattern": r"\((\S+)\)$", "account": "CARD-100"}
    world = IntoSpendWorld(warehouse_dsn, *OBJECTS, cards=cards, text="{name} ({id})", accounts="^(6|9)")
    world.make("GLACCOUNT", ACCOUNTNO="9100", TITLE="Cloud", ACCOUNTTYPE="balancesheet", NORMALBALANCE="debit",
               CLOSINGTYPE="non-closing account", STATUS="active")  # fmt: skip
    make(world, "LAB", "Labs")
    planned = world.plan()
    texts = [item.payload["value"] for item in planned.plan.items]
    assert {"Cloud (9100)", "Labs (LAB)"} <= {*texts}
    assert len({*texts}) == len(texts)
    accounts = {item.payload["value"] for item in planned.plan.items if item.object_name == "spend_account"}
    assert {text.rpartition("(")[2][0] for text in accounts} == {"6", "9"}
    with world.systems() as systems:
        report = apply(systems, world.entity, "apply")
    assert report.outcomes == {State.ACCEPTED: len(texts)}
    planned = world.plan()
    assert (planned.confirmed, planned.plan.items, planned.plan.holds) == (len(texts), (), ())
    with world.systems() as systems:
        entity, link = str(world.entity), systems.link(world.entity, "spend")
        assert systems.link(world.entity, INTO_SPEND).name == f"{link.name}-into-spend"
        tables = {
            name: rows_of(systems.warehouse.read_frame(name, entity))
            for name in ("spend.custom_field", "spend.custom_field_value")
        }
        answers = [
            {"line_id": row["id"], "field_id": row["custom_field_id"], "answer_no": 1, "value_id": row["id"],
             "value": row["value"], "note": None}
            for row in tables["spend.custom_field_value"] if row["value"] in texts
        ]  # fmt: skip
        read = CardAnswers(Sources(link, {**tables, "spend.card_transaction_coding": answers}, []),
                           "spend.card_transaction_coding")  # fmt: skip
    codes = {answer["value"]: read.of(answer["line_id"]) for answer in answers}
    assert codes["Cloud (9100)"] == {"account": "9100"}
    assert codes["Labs (LAB)"] == {"department": "LAB"}
    assert all(text.endswith(f"({code})") for text, said in codes.items() for code in said.values())
