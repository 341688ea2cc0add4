"""From Intacct into Business Center's files: written once, taken, answered or refused, confirmed by what comes back."""

from __future__ import annotations

import fcntl
import os
import traceback
from decimal import Decimal
from pathlib import Path

import pytest
from into_center_world import OBJECTS, IntoCenterWorld

from intacct_pipelines.clients.business_center import out
from intacct_pipelines.warehouse.outbox import Outbox

NAME = "Zenith Quarries"


@pytest.fixture
def world(warehouse_dsn):
    return IntoCenterWorld(warehouse_dsn, "center_vendor").settle()


def test_a_vendor_made_in_intacct_is_handed_over_once_and_confirmed_when_it_comes_back(world):
    """S-PMT-03: handed over is not confirmed; the export that holds it is the proof, then nothing is left."""
    number = world.make_vendor("QUARRY-1", NAME)
    [item] = world.plan().plan.items
    assert (item.source_id, item.payload["vendor_id"], item.payload["status"]) == (number, "QUARRY-1", "active")
    assert world.send() == {"accepted": 1}
    [row] = [row for row in world.written() if row["vendor_id"] == "QUARRY-1"]
    assert (row["item_key"], row["operation"], row["name"], row["email"]) == (
        item.key, "create", NAME, "pay@quarry.example"
    )  # fmt: skip
    assert (world.plan().confirmed, world.states(number)) == (0, [("accepted", "")])
    assert world.take() == 1
    planned = world.plan()
    assert (planned.confirmed, planned.plan.items, world.states(number)) == (1, (), [("confirmed", "")])
    before = world.written()
    assert (world.send(), world.written(), world.plan().plan.items) == ({}, before, ())
    assert len(world.held_there("vendors", vendor_id="QUARRY-1")) == 1


STEPS = [
    (name, when)
    for name in ("open", "fsync", "link", "unlink", "flock", "write", "close")
    for when in ("before", "after")
]


@pytest.mark.parametrize(("name", "when"), STEPS)
def test_a_run_that_dies_at_any_step_writes_no_item_twice_and_loses_none(world, monkeypatch, name, when):
    """S-IDM-03: before or after each thing that is done to the folder; the next run looks before it writes."""
    number = world.make_vendor("QUARRY-1", NAME)
    world.plan()
    with monkeypatch.context() as patch:
        died = dying(patch, name, when)
        with pytest.raises(KeyboardInterrupt):
            world.send()
    assert died
    world.send()
    world.send()
    assert world.states(number) == [("accepted", "")]
    assert len([row for row in world.written() if row["vendor_id"] == "QUARRY-1"]) == 1
    world.take()
    assert (world.plan().confirmed, len(world.held_there("vendors", vendor_id="QUARRY-1"))) == (1, 1)


def dying(patch, name, when):
    """Die at the first call of an operating-system function by the writer; return a list that says whether it did."""
    died = []
    module = fcntl if name == "flock" else os
    if name == "write":
        module, name = out, "_csv"
    if name == "unlink":
        module = Path
    real = getattr(module, name)

    def call(*args, **options):
        is_ours = name in {"flock", "_csv", "link", "unlink"} or any(
            frame.name in {"write", "_sync", "alone"} and frame.filename == out.__file__
            for frame in traceback.extract_stack(limit=6)
        )
        if not is_ours or died:
            return real(*args, **options)
        died.append(name)
        if when == "before":
            raise KeyboardInterrupt
        real(*args, **options)
        raise KeyboardInterrupt

    patch.setattr(module, name, call)
    return died


def test_a_taken_file_whose_writing_was_never_recorded_is_found_among_the_taken(world, monkeypatch):
    """Between writing and recording the other side may take the file, answer it and move it."""
    number = world.make_vendor("QUARRY-1", NAME)
    world.plan()
    with monkeypatch.context() as patch:
        dying(patch, "link", "after")
        with pytest.raises(KeyboardInterrupt):
            world.send()
    assert world.take() == 1
    world.send()
    assert (world.states(number), list(world.out.glob("*.csv"))) == ([("accepted", "")], [])
    assert world.plan().confirmed == 1


@pytest.mark.parametrize("loss", ["answered and removed", "not answered"])
def test_without_the_file_its_answer_or_the_record_itself_proves_that_it_was_taken(world, monkeypatch, loss):
    """Whoever takes files may remove them, against the contract, or never answer."""
    number = world.make_vendor("QUARRY-1", NAME)
    world.plan()
    with monkeypatch.context() as patch:
        dying(patch, "link", "after")
        with pytest.raises(KeyboardInterrupt):
            world.send()
    world.taker.answers = loss != "not answered"
    world.take()
    for path in world.out.glob("taken/*.csv"):
        path.unlink()
    world.plan()
    world.send()
    world.send()
    assert world.states(number) == [("accepted", "")]
    assert not [row for row in world.written() if row["vendor_id"] == "QUARRY-1"]
    assert world.plan().confirmed == 1


def test_a_file_that_is_taken_twice_changes_nothing_the_second_time(world):
    """An item key that was taken before is accepted again and done no more."""
    world.make_vendor("QUARRY-1", NAME)
    world.plan()
    world.send()
    world.take()
    newest = max(world.out.glob("taken/*.csv"), key=lambda path: path.stat().st_mtime)
    before = world.held_there("vendors")
    world.taker.take_file(newest, world.sandbox.clock.now())
    assert world.held_there("vendors") == before
    assert world.plan().confirmed == 1


def test_a_refused_row_is_told_in_its_words_and_stops_no_other(world):
    """S-PMT-11: refused is refused; the same is not written again until it changes or a person asks for it."""
    bad, good = world.make_vendor("QUARRY-2", "Bad Quarry"), world.make_vendor("QUARRY-3", "Good Quarry")
    world.plan()
    world.taker.refuses = lambda _kind, row: "no such vendor may be paid" if row["vendor_id"] == "QUARRY-2" else ""
    assert world.send() == {"accepted": 2}
    world.take()
    planned = world.plan()
    assert planned.confirmed == 1
    assert (world.states(bad), world.states(good)) == (
        [("rejected", "no such vendor may be paid")],
        [("confirmed", "")],
    )
    [held] = [hold for hold in planned.plan.holds if hold.source_id == bad]
    assert "no such vendor may be paid" in held.reason
    assert world.send() == {}
    world.taker.refuses = lambda _kind, _row: ""
    with world.systems() as systems:
        assert Outbox(systems.warehouse).retry(f"center_vendor:{bad}", by="ann") == 1
    assert [item.source_id for item in world.plan().plan.items] == [bad]
    assert world.send() == {"accepted": 1}
    assert world.plan().confirmed == 0
    world.take()
    assert world.plan().confirmed == 1
    assert len([row for row in world.written() if row["vendor_id"] == "QUARRY-2"]) == 2


def test_a_vendor_that_intacct_retires_is_retired_there_and_an_inactive_one_goes_along(world):
    """S-PMT-03: an update names what changes alone; vendors out of use are known to Business Center too."""
    number = world.make_vendor("QUARRY-1", NAME)
    world.make_vendor("QUARRY-9", "Closed Quarry", STATUS="inactive")
    world.plan()
    world.send()
    world.take()
    assert (world.plan().confirmed, len(world.held_there("vendors", vendor_id="QUARRY-9", status="inactive"))) == (2, 1)
    world.change("VENDOR", RECORDNO=number, STATUS="inactive")
    [item] = world.plan().plan.items
    assert (item.operation.value, item.payload) == ("update", {"vendor_id": "QUARRY-1", "status": "inactive"})
    assert world.send() == {"accepted": 1}
    assert world.plan().confirmed == 0
    world.take()
    assert world.plan().confirmed == 1
    [there] = world.held_there("vendors", vendor_id="QUARRY-1")
    assert (there["status"], there["name"], there["email"]) == ("inactive", NAME, "pay@quarry.example")


def test_a_name_that_a_spreadsheet_would_run_never_reaches_a_file(world):
    """S-PMT-11: it is held, whatever else is sent; an e-mail address like that is left out and told."""
    bad = world.make_vendor("QUARRY-1", "=HYPERLINK(1)")
    planned = world.plan()
    [held] = [hold for hold in planned.plan.holds if hold.source_id == bad]
    assert (held.kind, planned.plan.items) == ("formula", ())


def test_nothing_is_written_while_the_way_only_observes(warehouse_dsn):
    """As every link until its mode says otherwise."""
    world = IntoCenterWorld(warehouse_dsn, "center_vendor", mode="observe")
    world.make_vendor("QUARRY-1", NAME)
    assert world.plan().plan.items
    world.send()
    assert world.written() == []


def test_accounts_and_open_bills_go_the_whole_way_once(warehouse_dsn):
    """S-PMT-01, S-PMT-05: what Intacct is the master of, and what it owes with nothing paid, line by line."""
    world = IntoCenterWorld(warehouse_dsn, *OBJECTS).settle()
    taken = world.written()
    world.make("GLACCOUNT", ACCOUNTNO="6799", TITLE="Cloud", ACCOUNTTYPE="incomestatement", NORMALBALANCE="debit")
    world.make_vendor("QUARRY-1", NAME)
    lines = [{"ACCOUNTNO": "6799", "TRX_AMOUNT": amount, "LOCATIONID": "100"} for amount in ("70.10", "30.15")]
    number = world.make(
        "APBILL", VENDORID="QUARRY-1", RECORDID="Q-1", WHENCREATED="11/20/2026", WHENDUE="12/20/2026", CURRENCY="USD",
        BASECURR="USD", APBILLITEMS={"APBILLITEM": lines},
    )  # fmt: skip
    planned = world.plan().plan
    assert [(item.object_name, item.amount) for item in planned.items] == [
        ("center_account", Decimal(0)), ("center_vendor", Decimal(0)), ("center_bill", Decimal("100.25"))
    ]  # fmt: skip
    assert planned.items[2].depends_on == (planned.items[1].key,)
    assert world.send() == {"accepted": 3}
    rows = [row for row in world.written() if row["item_key"] == planned.items[2].key]
    told = [(row["bill_id"], row["bill_number"], row["vendor_id"], row["line_no"], row["line_amount"]) for row in rows]
    head = (f"INTACCT-{number}", "Q-1", "QUARRY-1")
    assert told == [(*head, "1", "70.10"), (*head, "2", "30.15")]
    assert {(row["amount"], row["currency"], row["bill_date"]) for row in rows} == {("100.25", "USD", "2026-11-20")}
    assert world.take() == 3
    again = world.plan()
    assert (again.confirmed, again.plan.items, world.send()) == (3, (), {})
    assert len(world.held_there("bills", bill_id=f"INTACCT-{number}")) == 2
    assert len(world.written()) == len(taken) + 4
    assert not [item for item in world.sync_only("business_center_bill").plan.items if number in item.source_id]


def test_an_account_that_is_renamed_in_business_center_gets_intaccts_name_back(warehouse_dsn):
    """S-PMT-02: of accounts Intacct is the master, whatever stands there and whenever it was changed."""
    world = IntoCenterWorld(warehouse_dsn, "center_account").settle()
    account = world.held_there("accounts")[0]
    world.sandbox.clock.advance(60)
    renamed = {"item_key": "by-hand", "account_number": account["account_number"], "name": "By hand"}
    world.taker._export("accounts", [[renamed]], world.sandbox.clock.now())
    [item] = world.plan().plan.items
    assert (item.operation.value, item.payload) == (
        "update", {"account_number": account["account_number"], "name": account["name"]}
    )  # fmt: skip
    assert world.send() == {"accepted": 1}
    assert world.plan().confirmed == 0
    world.take()
    again = world.plan()
    assert (again.confirmed, again.plan.items) == (1, ())
