"""Lists on their whole way: made in BILL, planned, sent, brought back, confirmed; then renamed and archived there."""

from __future__ import annotations

import pytest
from pipeline_world import INTO_INTACCT, World

from intacct_pipelines.domain.push import Operation
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.push.lists import LIST_PLANNERS
from intacct_pipelines.warehouse.outbox import Outbox

LISTS = [planner.object_name for planner in LIST_PLANNERS]
OTHERS = sorted(INTO_INTACCT - {*LISTS})

MADE = {
    "gl_account": ("chart-of-accounts", {"name": "Cloud", "account": {"type": "EXPENSE", "number": "6777"}}),
    "department": ("departments", {"name": "Optics Lab", "shortName": "OPTICS"}),
    "location": ("locations", {"name": "Reno Yard", "shortName": "RENO-Y"}),
    "accounting_class": ("accounting-classes", {"name": "Grant Q", "shortName": "GRANT-Q"}),
    "ap_term": ("payment-terms", {"name": "Net 47", "daysDue": 47}),
    "employee": ("employees", {"firstName": "Ana", "lastName": "Okafor", "shortName": "E-700"}),
    "item": ("items", {"name": "Survey hour", "shortName": "SURVEY", "type": "SERVICE"}),
    "customer": ("customers", {"name": "Zenith Quarries", "email": "pay@zenith.example", "invoiceCurrency": "USD"}),
}
"""One record of each list, as a person makes it in BILL."""

IN_INTACCT = {
    "gl_account": {"ACCOUNTNO": "6777", "TITLE": "Cloud", "ACCOUNTTYPE": "incomestatement", "NORMALBALANCE": "debit"},
    "department": {"DEPARTMENTID": "OPTICS", "TITLE": "Optics Lab"},
    "location": {"LOCATIONID": "RENO-Y", "NAME": "Reno Yard", "PARENTID": "100"},
    "accounting_class": {"CLASSID": "GRANT-Q", "NAME": "Grant Q"},
    "ap_term": {"NAME": "Net 47", "DUEDATE": "47", "DUEFROM": "from invoice/bill date"},
    "employee": {"EMPLOYEEID": "E-700"},
    "item": {"ITEMID": "SURVEY", "NAME": "Survey hour", "ITEMTYPE": "Non-Inventory"},
    "customer": {"NAME": "Zenith Quarries", "CURRENCY": "USD"},
}
"""What Intacct holds of it afterwards."""


@pytest.fixture
def world(warehouse_dsn: str) -> World:
    return World(warehouse_dsn, bills=20, not_pushed=OTHERS, also_pushed=["ap_term"])


def organization_of(world):
    return world.sandbox.bill._organization(world.sandbox.describe()["bill"]["organizations"][0]["id"])


def make_in_bill(world):
    """Make one record of each list; return their ids."""
    organization, ids = organization_of(world), {}
    now = world.sandbox.clock.now()
    for name, (kind, fields) in MADE.items():
        ids[name] = organization.new_id("0xx")
        times = {"createdTime": now, "updatedTime": now}
        archived = {} if name == "ap_term" else {"archived": False}
        organization.collections[kind][ids[name]] = {"id": ids[name], **archived, **times, **fields}
        organization.changed(kind)
    return ids


def change_in_bill(world, name, source_id, /, **changes):
    """Change a record as a person in BILL would."""
    organization, kind = organization_of(world), MADE[name][0]
    record = organization.collections[kind][source_id]
    organization.collections[kind][source_id] = {**record, **changes, "updatedTime": world.sandbox.clock.now()}
    organization.changed(kind)


def in_intacct(world, name):
    """Intacct's records that hold what was made in BILL."""
    wanted = IN_INTACCT[name]
    rows = world.sandbox.intacct.records(PUSHED[name].target.source_object)
    return [row for row in rows if all(row[field] == value for field, value in wanted.items())]


def of_made(planned, ids):
    return {item.object_name: item for item in planned.plan.items if item.source_id in ids.values()}


def test_what_bill_made_is_in_intacct_once_and_confirmed_and_then_follows_bill(world):
    """Each list by its own rule (S-COA-01 to S-CUS-01): created, then renamed or made inactive as BILL does."""
    ids = make_in_bill(world)
    planned = world.sync()
    assert {name: item.operation for name, item in of_made(planned, ids).items()} == dict.fromkeys(
        LISTS, Operation.CREATE
    )
    outcomes = world.apply()
    assert outcomes == {"accepted": len(planned.plan.items)}
    assert {name: len(in_intacct(world, name)) for name in LISTS} == dict.fromkeys(LISTS, 1)
    [person] = [one for one in world.sandbox.intacct.records("CONTACT") if "E-700" in one["CONTACTNAME"]]
    assert (person["CONTACTNAME"], person["PRINTAS"]) == ("Okafor, Ana (E-700)", "Ana Okafor")

    world.sandbox.clock.advance(60)
    again = world.sync()
    assert (again.confirmed, again.plan.items) == (len(planned.plan.items), ())

    world.sandbox.clock.advance(60)
    change_in_bill(world, "department", ids["department"], name="Optics and light")
    archived = [name for name in LISTS if name not in {"department", "ap_term"}]
    for name in archived:
        change_in_bill(world, name, ids[name], archived=True)
    changed = world.sync()
    updates = of_made(changed, ids)
    assert {name: item.is_inactivating for name, item in updates.items()} == {
        "department": False,
        **dict.fromkeys(archived, True),
    }
    assert world.apply() == {"accepted": len(changed.plan.items)}
    assert {in_intacct(world, name)[0]["STATUS"] for name in archived} == {"inactive"}
    departments = world.sandbox.intacct.records("DEPARTMENT")
    assert [row["TITLE"] for row in departments if row["DEPARTMENTID"] == "OPTICS"] == ["Optics and light"]

    world.sandbox.clock.advance(60)
    last = world.sync()
    assert (last.confirmed, last.plan.items) == (len(changed.plan.items), ())
    with world.systems() as systems:
        outbox = Outbox(systems.warehouse)
        assert outbox.verify_journal() == []
        assert set(outbox.counts()) == {"confirmed"}


def test_terms_stay_behind_unless_the_link_says_otherwise(warehouse_dsn):
    """The vendor's sync does not carry them, and a link that says nothing does as that does (S-TRM-01)."""
    world = World(warehouse_dsn, bills=20, not_pushed=OTHERS)
    ids = make_in_bill(world)
    assert set(of_made(world.sync(), ids)) == {*LISTS} - {"ap_term"}
