"""Invoices of Intacct on the whole way into BILL: entered, sent, brought back, confirmed, once, and not sent back."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from into_bill_world import LEG, IntoBillWorld
from pipeline_world import THAT_DAY

from intacct_pipelines.clients.intacct.functions import call, date_parts

NUMBER = "HARBOR-1001"
MONEY = {**LEG, "auto_approve": {"items": 1000, "amount": "100000000"}}


@pytest.fixture
def world(warehouse_dsn):
    """A company in which both sides have a customer, and all that it has from the beginning."""
    world = IntoBillWorld(warehouse_dsn, "bill_customer", "bill_ar_invoice", **MONEY).settle()
    contact = {"PRINTAS": "Harbor Stores", "EMAIL1": "pay@harbor.example"}
    world.make("CUSTOMER", CUSTOMERID="HARBOR-1", NAME="Harbor Stores", DISPLAYCONTACT=contact, STATUS="active")
    world.plan()
    world.send()
    world.plan()
    world.network.writes.clear()
    return world


def listed(world, kind, place=lambda row: row["shortName"], **wanted):
    """Intacct's id of a record of a list that both sides have."""
    rows = world.organization().collections[kind].values()
    return min(place(row) for row in rows if not row["archived"] and wanted.items() <= row.get("account", {}).items())


def entered(world, number=NUMBER):
    """Enter an invoice with its sales tax in Intacct and plan; return the plan."""
    items = world.organization().collections["items"].values()
    accounts = world.organization().collections["chart-of-accounts"]
    tax = next(item["chartOfAccountId"] for item in items if item["type"] == "SALES_TAX")
    codes = {"locationid": listed(world, "locations"), "departmentid": listed(world, "departments")}
    sales = listed(world, "chart-of-accounts", lambda row: row["account"]["number"], type="INCOME")
    lines = [
        {"glaccountno": sales, "amount": "100.00", "memo": "Rope", **codes},
        {"glaccountno": accounts[tax]["account"]["number"], "amount": "8.25", **codes},
    ]
    day = date_parts(THAT_DAY)
    head = {"customerid": "HARBOR-1", "datecreated": day, "dateposted": day, "datedue": day, "action": "Submit"}
    fields = {
        **head,
        "invoiceno": number,
        "basecurr": "USD",
        "currency": "USD",
        "exchratetype": "Intacct Daily Rate",
        "invoiceitems": {"lineitem": lines},
    }
    world.sandbox.clock.advance(60)
    with world.systems() as systems:
        [result] = systems.intacct(world.entity).call([call(f"enter-{number}", "create_invoice", fields)], write=True)
    assert result.error is None, result.error
    return world.plan().plan


def test_an_invoice_entered_in_intacct_is_in_bill_once_and_is_not_sent_back(world):
    """S-INV-01, S-INV-03: with its tax line and coding; confirmed by the next sync, then both directions leave it."""
    [item] = entered(world).items
    assert (item.operation.value, item.amount) == ("create", Decimal("108.25"))
    assert world.send() == {"accepted": 1}
    [made] = world.in_bill("bill_ar_invoice", invoiceNumber=NUMBER)
    assert (made["totalAmount"], made["status"]) == (Decimal("108.25"), "OPEN")
    again = world.plan()
    assert (again.confirmed, again.plan.items) == (1, ())
    before = world.counts()
    assert (world.send(), world.plan().plan.items, world.counts()) == ({}, (), before)
    back = world.sync_only("customer", "ar_invoice").plan
    assert not [one for one in (*back.items, *back.holds) if one.source_id == made["id"]]


@pytest.mark.parametrize("loss", ["request", "answer", "nonsense"])
def test_a_lost_request_or_answer_makes_no_second_invoice_and_loses_none(world, loss):
    """S-IDM-03: before or after BILL did it; what is uncertain is looked up before it is sent once more."""
    [item] = entered(world).items
    world.send(loss)
    world.send()
    assert world.state_of(item.source_id) == {"create": ("accepted", "")}
    assert (len(world.network.writes), len(world.in_bill("bill_ar_invoice", invoiceNumber=NUMBER))) == (1, 1)
    assert world.plan().confirmed == 1


def edited(world, number, **changes):
    """Change an invoice in Intacct as a person there would, by the function of invoices."""
    world.sandbox.clock.advance(60)
    name = f"edit-{number}-{world.sandbox.clock.now()}"
    with world.systems() as systems:
        [result] = systems.intacct(world.entity).call(
            [call(name, "update_invoice", {"@key": number, **changes})], write=True
        )
    assert result.error is None, result.error


def test_an_edit_in_intacct_follows_once_and_one_on_both_sides_is_held_on_both_ways(world):
    """S-CFG-21, S-INV-01: even before the invoice is read back, with lost answers; then both edit, and it is held."""
    [item] = entered(world).items
    world.send()
    number, [made] = item.source_id, world.in_bill("bill_ar_invoice", invoiceNumber=NUMBER)
    edited(world, number, datedue=date_parts(THAT_DAY + timedelta(days=30)), invoiceno="HARBOR-2002")
    planned = world.plan()
    [item] = planned.plan.items
    assert (planned.confirmed, item.operation.value, item.target_id) == (1, "update", made["id"])
    assert item.payload == {"invoiceNumber": "HARBOR-2002", "dueDate": str(THAT_DAY + timedelta(days=30))}
    assert world.send("answer") == {"uncertain": 1, "accepted": 1}
    again = world.plan()
    assert (again.confirmed, again.plan.items) == (1, ())
    lines = [{"@line_num": str(at), "amount": amount} for at, amount in ((1, "120.00"), (2, "8.25"))]
    edited(world, number, updateinvoiceitems={"updatelineitem": lines})
    [item] = world.plan().plan.items
    assert [(line["id"], line["price"]) for line in item.payload["invoiceLineItems"]] == [
        (line["id"], price) for line, price in zip(made["invoiceLineItems"], ("120.00", "8.25"), strict=True)
    ]
    for loss in ("request", "answer"):
        world.send(loss)
    assert world.send() == {}
    [now] = world.in_bill("bill_ar_invoice", invoiceNumber="HARBOR-2002")
    assert (now["id"], now["totalAmount"], now["dueAmount"]) == (made["id"], Decimal("128.25"), Decimal("128.25"))
    assert [line["classifications"] for line in now["invoiceLineItems"]] == [
        line["classifications"] for line in made["invoiceLineItems"]
    ]
    again = world.plan()
    assert (again.confirmed, again.plan.items, world.send()) == (1, (), {})
    edited(world, number, invoiceno="HARBOR-3003")
    world.change_in_bill("bill_ar_invoice", made["id"], invoiceNumber="HARBOR-4004")
    there, back = world.plan().plan, world.sync_only("customer", "ar_invoice").plan
    assert not [one for one in (*there.items, *back.items) if one.source_id in {number, made["id"]}]
    [held], [also] = (
        [hold for hold in plan.holds if hold.source_id == key] for plan, key in ((there, number), (back, made["id"]))
    )
    assert (held.kind, held.rule, also.kind, also.rule) == ("conflict", "S-CFG-21", "conflict", "S-CFG-21")


def test_a_refusal_is_told_in_bills_words(world):
    """S-ERR-43: BILL refuses one; what it said stands with the item, and the same is not sent again blindly."""
    [item] = entered(world).items
    world.network.refuse = lambda body: json.loads(body).get("invoiceNumber") == NUMBER
    assert world.send() == {"uncertain": 1, "rejected": 1}
    [held] = [hold for hold in world.plan().plan.holds if hold.source_id == item.source_id]
    assert "size must be" in held.reason
