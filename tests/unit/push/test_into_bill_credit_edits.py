"""What of a credit of Intacct follows into BILL after it is there, and what waits; without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from into_bill_cases import BACK
from into_bill_credit_cases import (
    ADJUSTED,
    DAY,
    KEYS,
    LINES,
    MEMO,
    NEGATIVE,
    WORDS,
    agreed_on,
    changed,
    lines_of,
    matched,
    rows,
)
from payables_cases import credit_line
from push_cases import NOW, stored
from push_receivables import memo_line

from intacct_pipelines.domain.conflicts import ConflictPolicy, Conflicts
from intacct_pipelines.domain.push import Operation
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.domain.routes import Route, Routes
from intacct_pipelines.push.channel import is_by, revision_now
from intacct_pipelines.push.into_bill.planners import agreements
from intacct_pipelines.push.into_bill.requests import found_in, write_of
from intacct_pipelines.push.plan import build_plan
from intacct_pipelines.push.sources import Sources

EVERY = pytest.mark.parametrize("name", [NEGATIVE, ADJUSTED, MEMO])
RULES = {NEGATIVE: "S-VCR-01", ADJUSTED: "S-VCR-01", MEMO: "S-CRM-01"}
CODES = {"chartOfAccountId": "a1", "departmentId": "d1", "locationId": "l1"}


def kinds(planned):
    assert planned.items == ()
    return [(hold.kind, hold.rule) for hold in planned.holds]


def shown(name, **changes):
    """The credit as BILL shows it, before the change."""
    party = {"customerId": "c1"} if name == MEMO else {"vendorId": "v1"}
    head = {"referenceNumber": "N-1", "creditDate": str(DAY), "description": WORDS}
    money = {"amount": Decimal("40.0"), "appliedAmount": Decimal("0.00"), "status": "NOT_APPLIED", "archived": False}
    times = {"updatedTime": "2026-03-01T08:00:00.000+00:00"}
    return {"id": "m1" if name == MEMO else "c1", **party, **head, **money, **times, **changes}


@EVERY
def test_a_pair_agrees_on_what_both_say(name):
    """Field by field in Intacct's words, the sign of its lines turned (S-VCR-06)."""
    assert agreements(Sources(BACK, rows(name), matched(name)), [name]) == {KEYS[name]: agreed_on(name)}
    assert changed(name).items == changed(name).holds == ()


@EVERY
def test_a_new_number_is_a_put_of_the_whole_in_which_all_else_is_as_bill_has_it(name):
    """S-CFG-21: BILL's PATCH takes no number; what BILL alone changed, or Intacct does not know, stays."""
    day = {"credit_date": date(2026, 2, 9)}
    [item] = changed(name, {"document_no": "N-2"}, theirs=day).items
    assert (item.operation, item.target_id, item.amount) == (Operation.UPDATE, KEYS[name][1], Decimal("40.00"))
    assert [(one.field, one.old, one.new) for one in item.changes] == [("reference no", "N-1", "N-2")]
    assert item.agrees == {"reference_no": "N-2"}
    write = write_of(stored(item), "0080ORG")
    assert (write.method, write.path) == ("PUT", f"{PUSHED[name].target.source_object}/{KEYS[name][1]}")
    lines = write.body.pop(PUSHED[name].patched[1])
    party = {"customerId": "c1"} if name == MEMO else {"vendorId": "v1"}
    words = f"INTACCT:700 {item.key} Own words"
    assert write.body == {**party, "referenceNumber": "N-2", "creditDate": "2026-02-09", "description": words}
    if name == MEMO:
        own = {"description": "Rope", "price": Decimal(40), "quantity": Decimal(1), "taxable": False}
        assert lines == [{"id": "m1-1", **own, "classifications": {**CODES, "chartOfAccountId": "a4000"}}]
    else:
        own = {"description": "Returned cable", "amount": Decimal(40)}
        assert lines == [{"id": "c1-1", **own, "classifications": {**CODES, "customerId": "0cu1"}}]
    before = found_in(PUSHED[name], shown(name, creditDate="2026-02-09"))
    assert revision_now(stored(item), before) == item.target_revision
    assert not is_by(stored(item), before)
    assert is_by(stored(item), found_in(PUSHED[name], shown(name, referenceNumber="N-2", description=words)))


@EVERY
@pytest.mark.parametrize(
    "meanwhile",
    [{"updatedTime": "2026-03-01T08:00:01.000+00:00"}, {"status": "PARTIALLY_APPLIED"}, {"archived": True}],
)
def test_a_credit_that_changed_meanwhile_in_whatever_is_not_as_it_was_planned(name, meanwhile):
    """S-IDM-05: a PUT gives the whole, so it is sent only onto what was read; of one that is used nothing is sent."""
    [item] = changed(name, {"document_no": "N-2"}).items
    now = found_in(PUSHED[name], shown(name, **meanwhile))
    assert revision_now(stored(item), now) != item.target_revision
    assert now.is_settled is ("status" in meanwhile)
    assert revision_now(stored(item), found_in(PUSHED[name], shown(name))) == item.target_revision


@EVERY
def test_lines_are_patched_in_the_place_of_those_there(name):
    """S-CFG-21: amounts and codes; what BILL's lines have besides, and lines that Intacct did not touch, stay."""
    lines = [*lines_of(name, "-50.00"), *lines_of(name, "-4.00", department_id="")]
    [item] = changed(name, {"trx_total_entered": Decimal("-54.00")}, lines=lines).items
    write = write_of(stored(item), "0080ORG")
    place = PUSHED[name].patched[1]
    assert (write.method, write.body.keys()) == ("PATCH", {place, "description"})
    codes = {**CODES, "chartOfAccountId": "a4000"} if name == MEMO else {**CODES, "customerId": "0cu1"}
    few = {field: value for field, value in codes.items() if field not in {"departmentId", "customerId"}}
    first, second = (
        {"price": amount, "quantity": Decimal(1)} if name == MEMO else {"amount": amount}
        for amount in (Decimal(50), Decimal(4))
    )
    old = {"id": "m1-1", "taxable": False} if name == MEMO else {"id": "c1-1"}
    assert write.body[place] == [
        {**old, "description": "Slate", **first, "classifications": codes},
        {"description": "Slate", **second, "classifications": few},
    ]
    assert item.agrees.keys() == (set() if name == MEMO else {"lines"})


@EVERY
def test_what_only_bill_changed_never_agreed_or_is_used_in_intacct_is_not_sent(name):
    """S-CFG-21, S-VCR-01, S-CRM-01: nothing is sent, nothing is held here."""
    edit = {"document_no": "N-2"}
    for planned in (
        changed(name, theirs={"reference_no": "N-3"}),
        changed(name, edit, agreed={}),
        changed(name, {**edit, "trx_total_paid": Decimal("-0.01")}),
        changed(name, {**edit, "state": "Reversed"}),
        changed(name, edit, link=replace(BACK, one_way=True)),
    ):
        assert (planned.items, planned.holds) == ((), ())


@EVERY
def test_what_both_changed_is_held_or_decided_by_the_links_word(name):
    """S-CFG-21: each policy, by field."""
    ours, theirs = {"document_no": "N-2"}, {"reference_no": "N-3"}
    assert kinds(changed(name, ours, theirs=theirs)) == [("conflict", "S-CFG-21")]
    for word, sent in {Conflicts.PLATFORM: 0, Conflicts.INTACCT: 1}.items():
        policy = ConflictPolicy(fields={"reference_no": word})
        planned = changed(name, ours, theirs=theirs, link=replace(BACK, conflicts=policy))
        assert (len(planned.items), planned.holds) == (sent, ())


@EVERY
@pytest.mark.parametrize(
    ("theirs", "kind"),
    [
        ({"status": "PARTIALLY_APPLIED", "applied_amount": Decimal(1)}, "record_locked"),
        ({"status": "FULLY_APPLIED"}, "record_locked"),
        ({"status": "IN_PROCESS"}, "record_locked"),
        ({"applied_amount": Decimal(1)}, "record_locked"),
        ({"is_archived": True}, "archived"),
    ],
    ids=str,
)
def test_one_that_bill_used_or_archived_is_not_edited(name, theirs, kind):
    """S-VCR-01, S-CRM-01: only what is fully unused."""
    assert kinds(changed(name, {"document_no": "N-2"}, theirs=theirs)) == [(kind, RULES[name])]
    assert kinds(changed(name, theirs=theirs)) == []


@EVERY
def test_what_a_change_in_bill_cannot_do_or_cannot_be_written_is_a_persons(name):
    """S-CFG-10, S-ERR-41: lines or codes that are gone, what is in quarantine, what leads to another account now."""
    edit, rule = {"document_no": "N-2"}, RULES[name]
    make = memo_line if name == MEMO else credit_line
    half = {"amount": Decimal(20), "price": Decimal(20), "quantity": Decimal(1)}
    two = [make(**half), make(line_no=2, **half)]
    words = LINES[name] if name == MEMO else f"{LINES[name].replace('40', '20')}; {LINES[name].replace('40', '20')}"
    recoded = lines_of(name, "-40.00", department_id="OLD")
    agreed = {**agreed_on(name), "lines": words}
    assert kinds(changed(name, lines=recoded, their_lines=two, agreed=agreed)) == [("lines_removed", rule)]
    assert kinds(changed(name, lines=lines_of(name, "-40.00", department_id=""))) == [("lost_dimension", rule)]
    assert kinds(changed(name, {**edit, "document_no": " "})) == []  # Intacct's silence empties nothing
    table = PUSHED[name].target.qualified_name
    there = {"more": {"quarantined": {(table, KEYS[name][1])}}}
    assert kinds(changed(name, edit, **there)) == [("quarantined", "S-ERR-41")]
    routes = Routes({"east": BACK.organization_id, "west": "org2"}, (Route("west"),))
    routed = replace(BACK, routes=routes)
    assert len(changed(name, edit, theirs={"description": "Own words"}, link=routed).items) == 1
    assert kinds(changed(name, edit, link=routed)) == [("rerouted", "S-CFG-10")]


@EVERY
def test_a_number_that_another_credit_has_on_either_side_holds_the_edit(name):
    """S-IDM-04: a credit may keep its own number, and take no other's."""
    table = rows(name, {"document_no": "N-2"})
    theirs = PUSHED[name].target.qualified_name
    other = {**table[theirs][0], "id": "other", "reference_no": "n-2"}
    more = {"revisions": {}, "closed_through": None, "now": NOW, "objects": [name]}
    more["agreed"] = {KEYS[name]: agreed_on(name)}
    twice = build_plan(BACK, {**table, theirs: [*table[theirs], other]}, matched(name), **more)
    assert kinds(twice) == [("duplicate", "S-IDM-04")]
    ours = PUSHED[name].source.qualified_name
    other = {**table[ours][0], "record_no": 701, "state": "Draft"}
    twice = build_plan(BACK, {**table, ours: [*table[ours], other]}, matched(name), **more)
    assert kinds(twice) == [("duplicate", "S-IDM-04")]


def test_a_credit_memo_with_a_sales_tax_is_not_edited():
    """S-INV-03: BILL reckons the tax by an item of its own."""
    taxed = {"tax_amount": Decimal(3), "tax_item_id": "tax"}
    assert kinds(changed(MEMO, {"document_no": "N-2"}, theirs=taxed)) == [("sales_tax", "S-INV-03")]
