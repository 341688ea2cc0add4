"""Credit memos of Intacct on the whole way into BILL, where a link names them: each once, and not sent back."""

from __future__ import annotations

from decimal import Decimal

from into_bill_world import LEG, IntoBillWorld
from pipeline_world import THAT_DAY

from intacct_pipelines.clients.intacct.functions import call, date_parts
from intacct_pipelines.defs.comparing import reconcile

MONEY = {**LEG, "auto_approve": {"items": 1000, "amount": "100000000"}}
BACK = ("customer", "credit_memo")


def entered(world, number):
    """Enter a credit memo in Intacct; return its record number."""
    accounts = world.organization().collections["chart-of-accounts"].values()
    sales = min(row["account"]["number"] for row in accounts if row["account"]["type"] == "INCOME")
    codes = {"locationid": world.listed("locations"), "departmentid": world.listed("departments")}
    lines = [
        {"glaccountno": sales, "amount": amount, "memo": "Frayed rope", **codes} for amount in ("-80.00", "-20.25")
    ]
    day = date_parts(THAT_DAY)
    head = {"customerid": "HARBOR-1", "datecreated": day, "dateposted": day, "adjustmentno": number}
    money = {"basecurr": "USD", "currency": "USD", "exchratetype": "Intacct Daily Rate"}
    fields = {**head, "action": "Submit", **money, "aradjustmentitems": {"lineitem": lines}}
    world.sandbox.clock.advance(60)
    with world.systems() as systems:
        [result] = systems.intacct(world.entity).call(
            [call(f"memo-{number}", "create_aradjustment", fields)], write=True
        )
    assert result.error is None, result.error
    return result.key


def reentered(world, number, **changes):
    """Change a credit memo in Intacct as a person there would, by its own function."""
    world.sandbox.clock.advance(60)
    name = f"edit-{number}-{world.sandbox.clock.now()}"
    with world.systems() as systems:
        [result] = systems.intacct(world.entity).call(
            [call(name, "update_aradjustment", {"@key": number, **changes})], write=True
        )
    assert result.error is None, result.error


def causes(world, number):
    """The causes that the comparison tells of one record of Intacct."""
    with world.systems() as systems:
        told = reconcile(systems, systems.link(world.entity), "credit_memo", "compare").differences
    return [*told["cause"][told["intacct_record_no"].astype(str) == number]]


def in_bill(world, number):
    return world.in_bill("bill_credit_memo", referenceNumber=number)


def test_a_credit_memo_goes_once_where_the_link_names_it_whatever_is_lost_and_is_not_sent_back(warehouse_dsn):
    """S-CRM-01, S-IDM-03, S-SCH-05: not named it stays, and the comparison expects that; named it goes, each once."""
    world = IntoBillWorld(warehouse_dsn, "bill_customer", "bill_credit_memo", **MONEY).settle()
    contact = {"PRINTAS": "Harbor Stores", "EMAIL1": "pay@harbor.example"}
    world.make("CUSTOMER", CUSTOMERID="HARBOR-1", NAME="Harbor Stores", DISPLAYCONTACT=contact, STATUS="active")
    world.plan()
    world.send()
    number = entered(world, "FRAYED-0")
    assert (world.plan().plan.items, in_bill(world, "FRAYED-0")) == ((), [])
    assert causes(world, number) == ["memo_does_not_travel"]
    world.network.writes.clear()
    world.set(also_pushed=["bill_credit_memo"])
    # What the company had from the beginning goes along.
    world.plan()
    assert causes(world, number) == ["young"]
    world.send()
    assert (world.plan().plan.items, len(in_bill(world, "FRAYED-0"))) == ((), 1)
    before = len(world.network.writes)
    for at, loss in enumerate(["request", "answer", "nonsense"], start=1):
        number = entered(world, f"FRAYED-{at}")
        [item] = world.plan().plan.items
        assert (item.object_name, item.source_id, item.amount) == ("bill_credit_memo", number, Decimal("100.25"))
        world.send(loss)
        world.send()
        assert world.state_of(number) == {"create": ("accepted", "")}, loss
        assert (len(in_bill(world, f"FRAYED-{at}")), len(world.network.writes)) == (1, before + at), loss
    [made] = in_bill(world, f"FRAYED-{at}")
    [customer] = world.in_bill("bill_customer", name="Harbor Stores")
    assert (made["customerId"], made["amount"], made["creditDate"]) == (customer["id"], Decimal("100.25"), THAT_DAY)
    assert made["description"].startswith(f"INTACCT:{number} ")
    assert [(line["price"], line["quantity"]) for line in made["creditMemoLineItems"]] == [
        (Decimal("80.00"), 1),
        (Decimal("20.25"), 1),
    ]
    assert (world.plan().confirmed, world.plan().plan.items, world.send()) == (1, (), {})
    assert causes(world, number) == []
    world.let(also_pushed=["credit_memo"])
    back = world.sync_only(*BACK).plan
    assert not [one for one in (*back.items, *back.holds) if one.source_id == made["id"]]


def test_a_credit_memo_that_came_from_bill_is_never_made_there_again(warehouse_dsn):
    """S-SCH-05: after the other direction brought BILL's credit memos into Intacct, none of them goes back."""
    also = {"also_pushed": ["bill_credit_memo"]}
    world = IntoBillWorld(warehouse_dsn, "bill_customer", "bill_credit_memo", **MONEY, **also).settle()
    world.let(also_pushed=["credit_memo"])
    world.sync_only(*BACK)
    assert world.apply().get("accepted")
    assert world.sync_only(*BACK).confirmed
    before = world.counts()
    plan = world.plan().plan
    made = [item for item in plan.items if item.object_name == "bill_credit_memo"]
    assert (made, world.counts()) == ([], before)


def test_edits_follow_on_both_ways_once_and_what_both_changed_is_held_on_both(warehouse_dsn):
    """S-CRM-01, S-CFG-21, S-IDM-03: number and lines, whatever is lost; what both changed waits on both."""
    also = {"also_pushed": ["bill_credit_memo"]}
    world = IntoBillWorld(warehouse_dsn, "bill_customer", "bill_credit_memo", **MONEY, **also).settle()
    world.let(also_pushed=["credit_memo"])
    contact = {"PRINTAS": "Harbor Stores", "EMAIL1": "pay@harbor.example"}
    world.make("CUSTOMER", CUSTOMERID="HARBOR-1", NAME="Harbor Stores", DISPLAYCONTACT=contact, STATUS="active")
    world.plan()
    world.send()
    number = entered(world, "FRAYED-1")
    world.plan()
    world.send()
    world.plan()
    [made] = in_bill(world, "FRAYED-1")
    world.network.writes.clear()
    reentered(world, number, adjustmentno="FRAYED-2")
    world.plan()
    assert world.send("answer") == {"uncertain": 1, "accepted": 1}
    world.plan()
    lines = [{"@line_num": str(at), "amount": amount} for at, amount in ((1, "-90.00"), (2, "-20.25"))]
    reentered(world, number, updatearadjustmentitems={"updatelineitem": lines})
    world.plan()
    for loss in ("request", "answer"):
        world.send(loss)
    [now] = in_bill(world, "FRAYED-2")
    assert (now["id"], now["amount"], now["customerId"]) == (made["id"], Decimal("110.25"), made["customerId"])
    codes = [[line["classifications"] for line in one["creditMemoLineItems"]] for one in (made, now)]
    assert codes[0] == codes[1]
    assert [method for method, _, _ in world.network.writes] == ["PUT", "PATCH"]
    assert (world.plan().confirmed, world.plan().plan.items) == (1, ())
    world.change_in_bill("bill_credit_memo", made["id"], referenceNumber="FRAYED-3")
    [item] = [one for one in world.sync_only(*BACK).plan.items if one.source_id == made["id"]]
    assert (item.operation.value, item.target_id) == ("update", number)
    assert world.apply()["accepted"] >= 1
    world.sync_only(*BACK)
    there, back = world.plan().plan, world.sync_only(*BACK).plan
    assert not [one for one in (*there.items, *back.items, *back.holds) if one.source_id in {number, made["id"]}]
    [row] = [one for one in world.sandbox.intacct.records("ARADJUSTMENT") if one["RECORDNO"] == number]
    assert (row["RECORDID"], row["TRX_TOTALENTERED"], item.key in row["DESCRIPTION"]) == ("FRAYED-3", "-110.25", True)
    reentered(world, number, adjustmentno="FRAYED-4")
    world.change_in_bill("bill_credit_memo", made["id"], referenceNumber="FRAYED-5")
    there, back = world.plan().plan, world.sync_only(*BACK).plan
    held = [
        (hold.kind, hold.rule)
        for plan, key in ((there, number), (back, made["id"]))
        for hold in plan.holds
        if hold.source_id == key and "memo" in hold.label
    ]
    assert held == [("conflict", "S-CFG-21")] * 2
    assert not [one for one in (*there.items, *back.items) if one.source_id in {number, made["id"]}]
