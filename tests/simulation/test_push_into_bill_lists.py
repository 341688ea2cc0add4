"""Lists from Intacct into BILL on their whole way: made in Intacct, sent, brought back; then renamed, then retired."""

from __future__ import annotations

from decimal import Decimal

import pytest
from into_bill_world import IntoBillWorld

from intacct_pipelines.clients.intacct.functions import call
from intacct_pipelines.domain.pushed import PUSHED

MADE = {
    "bill_gl_account": (
        "GLACCOUNT",
        {"ACCOUNTNO": "6777", "TITLE": "Cloud", "ACCOUNTTYPE": "incomestatement", "NORMALBALANCE": "debit"},
    ),
    "bill_department": ("DEPARTMENT", {"DEPARTMENTID": "OPTICS", "TITLE": "Optics Lab"}),
    "bill_location": ("LOCATION", {"LOCATIONID": "RENO-Y", "NAME": "Reno Yard", "PARENTID": "100"}),
    "bill_accounting_class": ("CLASS", {"CLASSID": "GRANT-Q", "NAME": "Grant Q"}),
    "bill_project": ("PROJECT", {"PROJECTID": "BRIDGE-Q", "NAME": "Bridge Q", "PROJECTCATEGORY": "Contract"}),
    "bill_employee": ("EMPLOYEE", {"EMPLOYEEID": "E-QUINN", "PERSONALINFO": {"CONTACTNAME": "Quinn, Ana"}}),
    "bill_item": (
        "ITEM",
        {"ITEMID": "SURVEY-Q", "NAME": "Survey Q", "ITEMTYPE": "Non-Inventory", "BASEPRICE": "12.50"},
    ),
}
"""One record of each list, as a person makes it in Intacct; vendors and customers have tests of their own."""
LISTS = list(MADE)
PERSON = {"CONTACTNAME": "Quinn, Ana", "PRINTAS": "Ana Quinn", "FIRSTNAME": "Ana", "LASTNAME": "Quinn"}
NAMES = {"GLACCOUNT": "TITLE", "DEPARTMENT": "TITLE", **dict.fromkeys(("LOCATION", "CLASS", "PROJECT", "ITEM"), "NAME")}
"""Field with the name; that of an employee is its contact's."""


@pytest.fixture
def world(warehouse_dsn):
    return IntoBillWorld(warehouse_dsn, *LISTS).settle()


def make(world):
    """Make one record of each list in Intacct; return record numbers by object."""
    world.make("CONTACT", **PERSON)
    return {name: world.make(kind, **fields) for name, (kind, fields) in MADE.items()}


def found(world, item):
    """BILL's record that an item made, by the id of Intacct's that it carries."""
    [(place, value)] = item.natural_key.items()
    rows = world.in_bill(item.object_name)
    [made] = [row for row in rows if value in (row.get(place), (row.get("account") or {}).get("number"))]
    return made


def test_each_list_goes_the_whole_way_once_and_comes_back_as_a_pair(world):
    """S-COA-01, S-DEP-01, S-LOC-01, S-CLS-01, S-PRJ-01, S-EMP-01, S-ITM-01: also when all their answers are lost."""
    numbers = make(world)
    items = {item.object_name: item for item in world.plan().plan.items}
    assert {name: item.source_id for name, item in items.items()} == numbers
    world.send("answer", "gateway", "request", "nonsense", "damaged", "answer", "request")
    world.send()
    assert {name: world.state_of(number)["create"][0] for name, number in numbers.items()} == dict.fromkeys(
        numbers, "accepted"
    )
    assert not any(found(world, item)["archived"] for item in items.values())
    assert (found(world, items["bill_item"])["price"], found(world, items["bill_employee"])["lastName"]) == (
        Decimal("12.50"),
        "Quinn",
    )
    again = world.plan()
    assert (again.confirmed, again.plan.items) == (len(LISTS), ())
    before = world.counts()
    assert (world.send(), world.plan().plan.items, world.counts()) == ({}, (), before)
    # Projects go no other way (S-PRJ-03).
    back = [PUSHED[name].reconciliation for name in LISTS if name != "bill_project"]
    ours = {item.source_id for item in world.sync_only(*back).plan.items}
    made_ids = {found(world, item)["id"] for item in items.values()}
    assert not ours & made_ids, "what came from Intacct is not sent back"


def test_a_department_under_a_new_one_goes_once_that_is_there(world):
    """S-DEP-01: one level with each sync; the child says for whom it waits."""
    above = world.make("DEPARTMENT", DEPARTMENTID="OPTICS", TITLE="Optics Lab")
    below = world.make("DEPARTMENT", DEPARTMENTID="LENSES", TITLE="Lenses", PARENTID="OPTICS")
    plan = world.plan().plan
    assert [item.source_id for item in plan.items] == [above]
    assert [hold.held_by for hold in plan.holds if hold.source_id == below] == [above]
    world.send()
    [item] = world.plan().plan.items
    world.send()
    [parent], [child] = world.in_bill("bill_department", shortName="OPTICS"), world.in_bill(
        "bill_department", shortName="LENSES"
    )  # fmt: skip
    assert (item.source_id, child["parentId"]) == (below, parent["id"])
    assert (world.plan().confirmed, world.plan().plan.items) == (1, ())


def test_each_list_follows_a_new_name_and_the_end_of_its_use(world):
    """S-CFG-21, S-VEN-05: what only Intacct changed goes over, each change once."""
    numbers = make(world)
    made = {item.object_name: item for item in world.plan().plan.items}
    world.send()
    world.plan()
    for name, (kind, _) in MADE.items():
        if kind in NAMES:
            world.change(kind, RECORDNO=numbers[name], **{NAMES[kind]: f"New {kind}"})
    assert {item.payload["name"] for item in world.plan().plan.items} == {f"New {kind}" for kind in NAMES}
    assert world.send()["accepted"] == len(NAMES)
    assert world.plan().confirmed == len(NAMES)
    for name, (kind, _) in MADE.items():
        world.change(kind, RECORDNO=numbers[name], STATUS="inactive")
    assert {item.payload["archived"] for item in world.plan().plan.items} == {"true"}
    assert world.send("answer")["accepted"] == len(LISTS)
    assert (world.plan().confirmed, world.plan().plan.items) == (len(LISTS), ())
    assert all(found(world, item)["archived"] for item in made.values())
    assert found(world, made["bill_item"])["name"] == "New ITEM"


def test_a_term_is_made_once_where_a_link_asks_for_terms(warehouse_dsn):
    """S-TRM-01: also when the answer is lost; BILL's API makes terms, and takes one of each number of days."""
    world = IntoBillWorld(warehouse_dsn, "bill_ap_term", also_pushed=["bill_ap_term"]).settle()
    due = {"dueday": "77", "duefrom": "from invoice/bill date"}
    with world.systems() as systems:
        made = call("net-77", "create_apterm", {"name": "Net 77", "due": due})
        [result] = systems.intacct(world.entity).call([made], write=True)
    assert result.error is None
    [item] = world.plan().plan.items
    assert item.payload == {"name": "Net 77", "daysDue": "77"}
    world.send("answer")
    world.send()
    assert [term["daysDue"] for term in world.in_bill("bill_ap_term", name="Net 77")] == [77]
    again = world.plan()
    assert (again.confirmed, again.plan.items, world.state_of(item.source_id)["create"][0]) == (1, (), "confirmed")
