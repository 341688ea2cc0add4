"""What of an invoice of Intacct follows into BILL after it is there, and what waits; without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from into_bill_cases import BACK
from push_cases import LINK, stored
from push_receivables import (
    PAIRED_CUSTOMER,
    PAIRED_INVOICE,
    intacct_invoice,
    intacct_invoice_lines,
    invoice,
    invoice_line,
    plan_receivables,
    receivables,
)

from intacct_pipelines.domain.conflicts import ConflictPolicy, Conflicts
from intacct_pipelines.domain.push import Operation
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.domain.routes import Route, Routes
from intacct_pipelines.push.channel import is_by, revision_now
from intacct_pipelines.push.into_bill.planners import agreements
from intacct_pipelines.push.into_bill.requests import found_in, write_of
from intacct_pipelines.push.sources import Sources

NAME = "bill_ar_invoice"
KEY = ("ar_invoice", "i1", "700")
PAIRS = (PAIRED_CUSTOMER, PAIRED_INVOICE)
LATE = datetime(2026, 3, 2, tzinfo=UTC)
AGREED = {
    "customer_id": "C-21",
    "document_no": "AR-i1",
    "invoice_date": "2026-02-10",
    "due_date": "2026-03-12",
    "lines": "100 4000 ENG 100-A ",
    "line_names": "none",
}
LINES = intacct_invoice_lines()[:1]
SHOWN = {
    "id": "i1",
    "customerId": "c1",
    "invoiceNumber": "AR-i1",
    "invoiceDate": "2026-02-10",
    "dueDate": "2026-03-12",
    "totalAmount": Decimal("100.00"),
    "status": "OPEN",
    "invoiceLineItems": [
        {
            "id": "i1-1",
            "quantity": Decimal(4),
            "price": Decimal(25),
            "classifications": {"chartOfAccountId": "a4000", "departmentId": "d1", "locationId": "l1"},
        }
    ],
}
"""The invoice as BILL shows it."""


def rows(ours=None, lines=LINES, theirs=None, their_lines=None, total="100.00"):
    """An invoice without sales tax on both sides."""
    own = {"trx_total_entered": Decimal(total), "modified_at": LATE, **(ours or {})}
    told = {"amount": Decimal(100), "tax_amount": Decimal(0), "tax_item_id": None, "status": "OPEN", **(theirs or {})}
    return receivables(
        intacct__ar_invoice=[intacct_invoice(**own)],
        intacct__ar_invoice_line=lines,
        bill__ar_invoice=[invoice(**told)],
        bill__ar_invoice_line=their_lines or [invoice_line()],
    )


def changed(ours=None, *, agreed=AGREED, link=BACK, **more):
    """The plan into BILL of a pair of which both last agreed on something."""
    made = {name: more.pop(name) for name in ("lines", "theirs", "their_lines", "total") if name in more}
    table = rows(ours, **made)
    return plan_receivables(table, link=link, matches=PAIRS, objects=[NAME], agreed={KEY: agreed}, **more)


def kinds(planned):
    return [(hold.kind, hold.rule) for hold in planned.holds]


def test_a_pair_agrees_on_what_both_say_whatever_prices_its_lines_have():
    """Field by field in Intacct's words; four at 25 are a line of 100 (S-INV-03)."""
    assert agreements(Sources(BACK, rows(), PAIRS), [NAME]) == {KEY: AGREED}
    taxed = intacct_invoice_lines()
    theirs = {"amount": Decimal(108), "tax_amount": Decimal(8), "tax_item_id": "tax"}
    found = agreements(Sources(BACK, rows(lines=taxed, theirs=theirs, total="108.00"), PAIRS), [NAME])
    assert found == {KEY: {**AGREED, "lines": "100 4000 ENG 100-A ; 8 tax"}}


def test_what_only_intacct_changed_goes_into_bill_by_name():
    """S-INV-01, S-CFG-21: named fields alone, each as BILL takes it, and no mail for it."""
    [item] = changed({"due_date": date(2026, 4, 1), "document_no": "AR-2"}).items
    assert (item.operation, item.target_id) == (Operation.UPDATE, "i1")
    assert [(one.field, one.old, one.new) for one in item.changes] == [
        ("document no", "AR-i1", "AR-2"),
        ("due date", "2026-03-12", "2026-04-01"),
    ]
    write = write_of(stored(item), "0080ORG")
    assert (write.method, write.path) == ("PATCH", "/v3/invoices/i1")
    assert write.body == {
        "invoiceNumber": "AR-2",
        "dueDate": "2026-04-01",
        "processingOptions": {"sendEmail": False},
    }
    before = found_in(PUSHED[NAME], SHOWN)
    assert revision_now(stored(item), before) == item.target_revision
    assert not is_by(stored(item), before)
    assert is_by(stored(item), found_in(PUSHED[NAME], {**SHOWN, "invoiceNumber": "AR-2", "dueDate": "2026-04-01"}))


def test_lines_go_in_the_place_of_those_there_and_are_known_again_by_amount_and_codes():
    """S-IDM-03: also where the total stays what it was."""
    other = {"record_no": 7003, "trx_amount": Decimal(40), "department_id": "OLD"}
    lines = [{**LINES[0], "trx_amount": Decimal(60)}, {**LINES[0], **other}]
    [item] = changed(lines=lines, their_lines=[invoice_line(item_id="hours")]).items
    sent = item.payload["invoiceLineItems"]
    told = [(line.get("id"), line["quantity"], line["price"]) for line in sent]
    assert told == [("i1-1", "1", "60.00"), (None, "1", "40.00")]
    assert not is_by(stored(item), found_in(PUSHED[NAME], SHOWN))
    codes = {**SHOWN["invoiceLineItems"][0]["classifications"], "itemId": "hours"}
    assert [line["classifications"].get("itemId") for line in sent] == ["hours", None]
    there = [
        {"id": "2", "price": Decimal(40), "classifications": {**codes, "departmentId": "d3", "itemId": ""}},
        {"id": "1", "quantity": 1, "price": Decimal(60), "classifications": codes},
    ]
    assert is_by(stored(item), found_in(PUSHED[NAME], {**SHOWN, "invoiceLineItems": there}))


def test_what_only_bill_changed_never_agreed_or_is_paid_in_intacct_is_not_sent():
    """S-CFG-21, S-INV-01: nothing is sent, nothing is held here."""
    late = {"due_date": date(2026, 4, 1)}
    for planned in (
        changed(theirs=late),
        changed(late, agreed={}),
        changed({**late, "state": "Paid"}),
        changed({**late, "trx_total_paid": Decimal(1)}),
        changed(late, theirs={"is_archived": True}),
    ):
        assert (planned.items, planned.holds) == ((), ())


def test_what_both_changed_waits_for_a_person_on_both_ways():
    """S-CFG-21: the way into Intacct overwrites nothing either, although BILL's edit is the later one."""
    ours = {"due_date": date(2026, 4, 1)}
    theirs = {"due_date": date(2026, 4, 2), "modified_at": datetime(2026, 3, 5, tzinfo=UTC)}
    planned = changed(ours, theirs=theirs)
    assert (planned.items, kinds(planned)) == ((), [("conflict", "S-CFG-21")])
    into = {"matches": PAIRS, "objects": ["customer", "ar_invoice"], "agreed": {KEY: AGREED}}
    assert kinds(plan_receivables(rows(ours, theirs=theirs), **into)) == [("conflict", "S-CFG-21")]
    [item] = plan_receivables(rows(theirs=theirs), **into).items
    assert item.target_id == "700"
    sides = {Conflicts.PLATFORM: (0, 1), Conflicts.INTACCT: (1, 0)}
    for word, sent in sides.items():
        policy = ConflictPolicy(fields={"due_date": word})
        there = changed(ours, theirs=theirs, link=replace(BACK, conflicts=policy))
        again = plan_receivables(rows(ours, theirs=theirs), link=replace(LINK, conflicts=policy), **into)
        assert (len(there.items), len(again.items)) == sent
        assert (there.holds, again.holds) == ((), ())


@pytest.mark.parametrize(
    "theirs", [{"status": "PARTIAL_PAYMENT"}, {"status": "SCHEDULED"}, {"due_amount": Decimal(99)}]
)
def test_an_invoice_that_is_paid_in_bill_is_not_edited_there(theirs):
    """S-INV-01: fully unpaid only; and one that is paid meanwhile is told by its own rule."""
    planned = changed({"due_date": date(2026, 4, 1)}, theirs=theirs)
    assert (planned.items, kinds(planned)) == ((), [("record_locked", "S-INV-01")])
    if "status" in theirs:
        assert found_in(PUSHED[NAME], {**SHOWN, **theirs}).is_settled
    assert not found_in(PUSHED[NAME], SHOWN).is_settled


def test_what_a_change_in_bill_cannot_do_is_a_persons():
    """S-INV-01, S-INV-03: lines or codes that are gone, lines beside a sales tax that BILL reckons itself."""
    two = [invoice_line(price=Decimal("12.50")), invoice_line(line_no=2, price=Decimal("12.50"), department_id="d3")]
    agreed = {**AGREED, "lines": "50 4000 ENG 100-A ; 50 4000 OLD 100-A "}
    assert kinds(changed(their_lines=two, agreed=agreed)) == [("lines_removed", "S-INV-01")]
    assert kinds(changed(lines=[{**LINES[0], "department_id": ""}])) == [("lost_dimension", "S-INV-01")]
    taxed = {"amount": Decimal(108), "tax_amount": Decimal(8), "tax_item_id": "tax"}
    recoded = [{**intacct_invoice_lines()[0], "department_id": "OLD"}, intacct_invoice_lines()[1]]
    agreed = {**AGREED, "lines": "100 4000 ENG 100-A ; 8 tax"}
    planned = changed(lines=recoded, theirs=taxed, total="108.00", agreed=agreed)
    assert kinds(planned) == [("sales_tax", "S-INV-03")]


def test_of_a_link_of_one_way_no_edit_goes_into_bill_and_one_that_leads_elsewhere_now_waits():
    """S-CFG-10: a pair is kept in step wherever it leads, but one that went there from Intacct may be in two."""
    edit = {"due_date": date(2026, 4, 1)}
    assert len(changed(edit).items) == 1
    one_way = changed(edit, link=replace(BACK, one_way=True))
    assert (one_way.items, one_way.holds) == ((), ())
    routes = Routes({"east": BACK.organization_id, "west": "org2"}, (Route("west"),))
    routed = replace(BACK, routes=routes)
    assert len(changed(edit, link=routed).items) == 1
    moved = changed(edit, link=routed, posted={(NAME, "700")})
    assert (moved.items, kinds(moved)) == ((), [("rerouted", "S-CFG-10")])
