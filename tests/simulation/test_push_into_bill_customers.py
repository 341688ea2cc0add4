"""Customers from Intacct into BILL on their whole way: made, planned, sent, brought back, kept in step, archived."""

from __future__ import annotations

import json

import pytest
from into_bill_world import IntoBillWorld

NAME = "Harbor Stores"


@pytest.fixture
def world(warehouse_dsn):
    return IntoBillWorld(warehouse_dsn, "bill_customer").settle()


def make(world, customer_id="HARBOR-1", name=NAME):
    """Make a customer with its address in Intacct; return its record number."""
    address = {"ADDRESS1": "1 Pier", "CITY": "Reno", "STATE": "NV", "ZIP": "89501", "COUNTRYCODE": "US"}
    contact = {"PRINTAS": name, "EMAIL1": "pay@harbor.example", "MAILADDRESS": address}
    return world.make("CUSTOMER", CUSTOMERID=customer_id, NAME=name, DISPLAYCONTACT=contact, STATUS="active")


def in_both(world):
    """A customer that went the whole way; its record number, and BILL's id."""
    number = make(world)
    world.plan()
    assert world.send() == {"accepted": 1}
    assert world.plan().confirmed == 1
    [made] = world.in_bill("bill_customer", name=NAME)
    return number, made["id"]


def test_a_customer_is_in_bill_once_and_not_sent_back(world):
    """S-CUS-01, S-CUS-03: confirmed only by the next sync, known to both directions by its pair then, not by name."""
    number, customer_id = in_both(world)
    [made] = world.in_bill("bill_customer", name=NAME)
    assert (made["accountNumber"], made["email"], made["billingAddress"]["city"]) == (
        "HARBOR-1",
        "pay@harbor.example",
        "Reno",
    )
    before = world.counts()
    assert (world.plan().plan.items, world.send(), world.counts()) == ((), {}, before)
    back = world.sync_only("customer").plan
    assert not [one for one in (*back.items, *back.holds) if one.source_id == customer_id]
    world.change("CUSTOMER", RECORDNO=number, NAME="Harbour Stores")
    [item] = world.plan().plan.items
    assert (item.payload, item.target_id) == ({"name": "Harbour Stores"}, customer_id)


@pytest.mark.parametrize("loss", ["request", "answer", "gateway", "nonsense"])
def test_a_lost_request_or_answer_makes_no_second_customer_and_loses_none(world, loss):
    """S-IDM-03: before or after BILL did it; what is uncertain is looked up before it is sent once more."""
    number = make(world)
    world.plan()
    world.send(loss)
    world.send()
    assert world.state_of(number) == {"create": ("accepted", "")}
    assert (len(world.network.writes), len(world.in_bill("bill_customer", name=NAME))) == (1, 1)
    assert world.plan().confirmed == 1


def test_a_customer_that_intacct_retires_is_archived_and_comes_back(world):
    """S-CUS-01: inactive in Intacct is archived in BILL, also when the answer is lost; active again is restored."""
    number, customer_id = in_both(world)
    world.change("CUSTOMER", RECORDNO=number, STATUS="inactive")
    [item] = world.plan().plan.items
    assert item.payload == {"archived": "true"}
    assert world.send("answer") == {"uncertain": 1, "accepted": 1}
    assert world.in_bill("bill_customer", id=customer_id, archived=True)
    assert (world.plan().confirmed, world.plan().plan.items) == (1, ())
    world.change("CUSTOMER", RECORDNO=number, STATUS="active")
    world.plan()
    assert world.send() == {"accepted": 1}
    assert world.in_bill("bill_customer", id=customer_id, archived=False)


def test_a_refusal_is_told_in_bills_words_and_stops_no_other_customer(world):
    """S-ERR-43: BILL refuses one; what it said stands with the item, and the same is not sent again blindly."""
    bad, good = make(world), make(world, "HARBOR-2", "Harbor Inn")
    world.plan()
    world.network.refuse = lambda body: json.loads(body).get("name") == NAME
    assert world.send() == {"uncertain": 1, "rejected": 1, "accepted": 1}
    assert [world.state_of(number)["create"][0] for number in (bad, good)] == ["rejected", "accepted"]
    [held] = [hold for hold in world.plan().plan.holds if hold.source_id == bad]
    assert "size must be" in held.reason
