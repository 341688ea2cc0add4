"""What of a credit of BILL follows into Intacct after it is there, and what is left to the other way; no database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from payables_cases import (
    PAYABLES_LINK,
    SETTLED,
    adjustment,
    credit,
    credit_line,
    negative_bill,
    payables_plan,
    settled,
)
from push_cases import intacct_bill, intacct_line, stored
from push_receivables import PAIRED_CUSTOMER, memo, memo_line, memos, plan_receivables

from intacct_pipelines.domain.conflicts import ConflictPolicy, Conflicts
from intacct_pipelines.domain.push import Operation
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.push.channel import is_by, revision_now
from intacct_pipelines.push.wire import found_in, function_of

CREDIT, MEMO, NEGATIVE = "vendor_credit", "credit_memo", "negative bill"
EVERY = pytest.mark.parametrize("name", [CREDIT, MEMO, NEGATIVE])
ADJUSTED = pytest.mark.parametrize("name", [CREDIT, MEMO])
RULES = {CREDIT: "S-VCR-02", MEMO: "S-CRM-01", NEGATIVE: "S-VCR-02"}
LINES = {CREDIT: "40 6000 ENG 100-A ", MEMO: "30 4000 ENG 100-A ", NEGATIVE: "40 6000 ENG 100-A "}
AMOUNTS = {CREDIT: Decimal(40), MEMO: Decimal(30), NEGATIVE: Decimal(40)}
EARLY, LATE = datetime(2026, 2, 20, tzinfo=UTC), datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
BACK = {CREDIT: "bill_ap_adjustment", MEMO: "bill_credit_memo", NEGATIVE: "bill_vendor_credit"}
"""As what Intacct's record goes into BILL."""


def both_ways(name, policy=None):
    """A link whose way into BILL takes such records."""
    return replace(PAYABLES_LINK, also_pushed=frozenset({BACK[name]}), conflicts=policy or ConflictPolicy())


def agreed_on(name):
    """What both sides of the pair agree on from the beginning."""
    party = {"customer_id": "C-21"} if name == MEMO else {"vendor_id": "V-11"}
    return {**party, "reference_no": "N-1", "credit_date": "2026-02-03", "lines": LINES[name]}


def line_of(name, amount=None, **changes):
    """Intacct's line of a credit."""
    parent = "bill_record_no" if name == NEGATIVE else "adjustment_record_no"
    account = "4000" if name == MEMO else "6000"
    amount = -AMOUNTS[name] if amount is None else Decimal(amount)
    return {**intacct_line(), parent: 700, "account_no": account, "trx_amount": amount, **changes}


def planned(name, theirs=None, ours=None, *, agreed=None, link=None, lines=None, their_lines=None, **more):
    """The plan into Intacct of one credit that both sides have; ``theirs`` is what BILL says otherwise."""
    told = {"reference_no": "N-1", "credit_date": date(2026, 2, 3), "modified_at": LATE, **(theirs or {})}
    own = {"document_no": "N-1", "modified_at": EARLY, "trx_total_entered": -AMOUNTS[name], **(ours or {})}
    lines = [line_of(name)] if lines is None else lines
    base = {("credit_memo" if name == MEMO else "vendor_credit", "m1" if name == MEMO else "c1", "700"): agreed}
    if agreed is None:
        base = dict.fromkeys(base, agreed_on(name))
    more |= {"link": link or both_ways(name), "agreed": base, "objects": [CREDIT if name == NEGATIVE else name]}
    if name == MEMO:
        row = {"record_no": 700, "customer_id": "C-21", "state": "Posted", "currency": "USD", "owner_entity_id": "100"}
        own = {**row, "description": "BILL:m1", "adjustment_date": date(2026, 2, 3), **own}
        rows = memos(
            bill__credit_memo=[memo(**told)],
            bill__credit_memo_line=their_lines or [memo_line()],
            intacct__ar_adjustment=[own],
            intacct__ar_adjustment_line=lines,
        )
        pair = {"object": "credit_memo", "platform_id": "m1", "intacct_record_no": 700}
        return plan_receivables(rows, matches=(PAIRED_CUSTOMER, pair), **more)
    make, table = (negative_bill, "ap_bill") if name == NEGATIVE else (adjustment, "ap_adjustment")
    if name == NEGATIVE:
        own["bill_date"] = own.pop("adjustment_date", date(2026, 2, 3))
    there = {f"intacct__{table}": [intacct_bill(), make(**own)], f"intacct__{table}_line": lines}
    if name == CREDIT:
        there["intacct__ap_adjustment"] = [make(**own)]
    rows = settled(
        bill__vendor_credit=[credit(**told)], bill__vendor_credit_line=their_lines or [credit_line()], **there
    )
    return payables_plan(rows, matches=SETTLED, **more)


def kinds(plan):
    assert plan.items == ()
    return [(hold.kind, hold.rule) for hold in plan.holds]


@EVERY
def test_what_intacct_alone_changed_is_left_to_the_way_into_bill(name):
    """S-CFG-21, S-VCR-01: silent where that way carries it, and held where it does not (S-VCR-05, S-CRM-01)."""
    edits = (
        ({"document_no": "N-2", "modified_at": LATE}, None),
        ({"adjustment_date": date(2026, 2, 4)}, None),
        ({"trx_total_entered": Decimal(-50)}, [line_of(name, "-50.00")]),
    )
    for ours, lines in edits:
        assert kinds(planned(name, ours=ours, lines=lines)) == []
    ours = {"document_no": "N-2"}
    assert kinds(planned(name, ours=ours, agreed={})) == [("credit_changed", RULES[name])]
    used = {**ours, "trx_total_paid": Decimal("-1.00")}
    assert kinds(planned(name, ours=used)) == [("credit_changed", RULES[name])]
    for link in (replace(both_ways(name), conflicts=None), replace(PAYABLES_LINK, conflicts=ConflictPolicy())):
        left = [] if name == NEGATIVE and link.conflicts else [("conflict", "S-CFG-21")]
        if name == NEGATIVE and left:
            left = [("credit_changed", "S-VCR-02")]
        assert kinds(planned(name, ours=ours, link=link)) == left


@ADJUSTED
def test_what_bill_alone_changed_is_an_update_of_the_adjustment_by_its_own_function(name):
    """S-VCR-02, S-CRM-01 (XSD: update_apadjustment, update_aradjustment): whole, in the schema's order, marked."""
    extra = [memo_line(), memo_line(line_no=2, amount=Decimal(5))] if name == MEMO else None
    extra = extra or [credit_line(), credit_line(line_no=2, amount=Decimal(5))]
    whole = AMOUNTS[name] + 5
    theirs = {"reference_no": "N-2", "credit_date": date(2026, 2, 5), "amount": whole}
    [item] = planned(name, theirs, their_lines=extra).items
    assert (item.operation, item.target_id, item.amount) == (Operation.UPDATE, "700", whole)
    assert {(one.field, one.old, one.new) for one in item.changes if one.field in {"number", "date", "amount"}} == {
        ("number", "N-1", "N-2"),
        ("date", "2026-02-03", "2026-02-05"),
        ("amount", str(AMOUNTS[name]), str(whole)),
    }
    function = function_of(stored(item))
    assert function.name == {CREDIT: "update_apadjustment", MEMO: "update_aradjustment"}[name]
    party = {CREDIT: "<vendorid>V-11</vendorid>", MEMO: "<customerid>C-21</customerid>"}[name]
    day = "<year>2026</year><month>02</month><day>05</day>"
    xml = function.xml()
    assert xml.startswith(
        f'<{function.name} key="700">{party}<datecreated>{day}</datecreated><dateposted>{day}</dateposted>'
        f"<adjustmentno>N-2</adjustmentno><description>BILL:{item.source_id} {item.key}"
    )
    assert '<updatelineitem line_num="1">' in xml
    assert f"<amount>-{AMOUNTS[name]}.00</amount>" in xml
    assert xml.count("<lineitem>") == 1
    assert "<amount>-5.00</amount>" in xml
    assert sum(line.amount if line.side == "debit" else -line.amount for line in item.ledger_effect) == 0
    assert item.agrees["reference_no"] == "N-2"
    assert ("lines" in item.agrees) is (name == CREDIT)


@ADJUSTED
def test_an_update_starts_from_what_was_planned_and_is_known_by_its_key(name):
    """S-IDM-02, S-VCR-01: of one that is used or edited meanwhile nothing is sent."""
    [item] = planned(name, {"reference_no": "N-2"}).items
    party = {"CUSTOMERID": "C-21"} if name == MEMO else {"VENDORID": "V-11"}
    money = {"TRX_TOTALENTERED": f"-{AMOUNTS[name]}.00", "TRX_TOTALPAID": "0"}
    text = "BILL:m1" if name == MEMO else "BILL:c1"
    row = {"RECORDNO": "700", **party, "RECORDID": "N-1", "STATE": "Posted", "DESCRIPTION": text, **money}
    pushed, sent = PUSHED[name], stored(item)
    assert revision_now(sent, found_in(pushed, row)) == item.target_revision
    assert not is_by(sent, found_in(pushed, row))
    assert is_by(sent, found_in(pushed, {**row, "DESCRIPTION": item.payload["description"]}))
    assert found_in(pushed, {**row, "TRX_TOTALPAID": "-1.00"}).is_settled
    assert revision_now(sent, found_in(pushed, {**row, "RECORDID": "N-3"})) != item.target_revision
    again = planned(name, {"reference_no": "N-2"}, {"modified_at": LATE}).items
    assert [one.key for one in again] != [item.key]


@EVERY
def test_what_both_changed_waits_for_a_person_or_the_links_word(name):
    """S-CFG-21: nothing is overwritten; a negative bill is edited in Intacct alone (S-VCR-06)."""
    ours, theirs = {"document_no": "N-2"}, {"reference_no": "N-3"}
    by_hand = ("credit_changed", "S-VCR-02")
    conflict = by_hand if name == NEGATIVE else ("conflict", "S-CFG-21")
    assert kinds(planned(name, theirs, ours)) == [conflict]
    policy = ConflictPolicy(fields={"reference_no": Conflicts.INTACCT})
    assert kinds(planned(name, theirs, ours, link=both_ways(name, policy))) == []
    policy = ConflictPolicy(fields={"reference_no": Conflicts.PLATFORM})
    plan = planned(name, theirs, ours, link=both_ways(name, policy))
    assert (kinds(plan) == [by_hand]) if name == NEGATIVE else (len(plan.items) == 1)
    mixed = planned(name, {"credit_date": date(2026, 2, 9)}, ours)
    assert kinds(mixed) == [conflict]
    alone = planned(name, {"credit_date": date(2026, 2, 9)})
    assert (kinds(alone) == [by_hand]) if name == NEGATIVE else (len(alone.items) == 1)


@ADJUSTED
def test_an_edit_that_intacct_forbids_is_held(name):
    """S-IDM-08, S-CFG-11, S-ERR-41, S-ERR-09: closed days, another level, quarantine, lines and codes that are gone."""
    edit, rule = {"reference_no": "N-2"}, RULES[name]
    assert kinds(planned(name, edit, closed_through=date(2026, 2, 3))) == [("period_closed", "S-IDM-08")]
    later = {"credit_date": date(2026, 2, 20)}
    assert kinds(planned(name, later, closed_through=date(2026, 2, 10))) == [("period_closed", "S-IDM-08")]
    assert kinds(planned(name, edit, {"owner_entity_id": None})) == [("ownership_level", "S-CFG-11")]
    table = PUSHED[name].target.qualified_name
    assert kinds(planned(name, edit, quarantined={(table, "700")})) == [("quarantined", "S-ERR-41")]
    half = AMOUNTS[name] / -2
    two = [line_of(name, half), line_of(name, half, record_no=901, line_no=2, department_id="OLD")]
    words = LINES[name].replace(str(AMOUNTS[name]), str(-half))
    agreed = {**agreed_on(name), "lines": f"{words}; {words.replace('ENG', 'OLD')}"}
    assert kinds(planned(name, lines=two, agreed=agreed)) == [("fewer_lines", rule)]
    bare = (memo_line if name == MEMO else credit_line)(department_id=None)
    found = kinds(planned(name, their_lines=[bare]))
    assert found == [("lost_dimension", rule) if name == MEMO else ("missing_dimension", "S-ERR-09")]
    assert kinds(planned(name, {"is_archived": True})) == [("credit_changed", rule)]
    assert kinds(planned(name, {"currency": "EUR"})) == [("credit_changed", rule)]
    assert kinds(planned(name, {"is_archived": True}, {"state": "Reversed"})) == []
