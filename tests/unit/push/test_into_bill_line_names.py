"""Projects, items and employees of lines on their way into BILL; without a database."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from into_bill_cases import BACK
from payables_cases import negative_bill
from push_cases import PAIRED_BILL, PAIRED_VENDOR, bill, intacct_bill, intacct_line, line, plan, tables
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

from intacct_pipelines.push.into_bill.planners import agreements
from intacct_pipelines.push.sources import Sources

BILL, CREDIT, INVOICE, PROJECT = "bill_ap_bill", "bill_vendor_credit", "bill_ar_invoice", "bill_project"
NAMED = {"project_id": "BRIDGE", "item_id": "SURVEY", "employee_id": "E-7"}
LATE = datetime(2026, 3, 1, 20, 0, tzinfo=UTC)
PAIRED_PROJECT = {"object": "project", "platform_id": "j1", "intacct_record_no": 70, "method": "crosswalk"}
LISTS = {
    "intacct.project": [{"record_no": 70, "project_id": "BRIDGE", "name": "Bridge", "owner_entity_id": "100"}],
    "intacct.item": [{"record_no": 71, "item_id": "SURVEY", "name": "Survey"}],
    "intacct.employee": [{"record_no": 72, "employee_id": "E-7", "last_name": "Lee"}],
    "bill.project": [{"id": "j1", "name": "Bridge", "short_name": None, "is_archived": False}],
    "bill.item": [{"id": "i1", "name": "Survey", "short_name": "survey", "is_archived": False}],
    "bill.employee": [{"id": "e1", "last_name": "Lee", "short_name": "E-7", "is_archived": False}],
}


def rows(lists=None, names=NAMED, theirs=(), their_lines=(), **more):
    """One bill of Intacct with one line that names something."""
    own = {"intacct__ap_bill": [intacct_bill(description=None, modified_at=LATE)]}
    own["intacct__ap_bill_line"] = [intacct_line(**names)]
    own |= {"bill__ap_bill": list(theirs), "bill__ap_bill_line": list(their_lines)}
    return {**tables(**{**own, **more}), **LISTS, **(lists or {})}


def back(table, *pairs, objects=(BILL,), **more):
    return plan(table, link=BACK, matches=(PAIRED_VENDOR, *pairs), objects=[*objects], **more)


def codes(item, lines="billLineItems"):
    return [line["classifications"] for line in item.payload[lines]]


def test_what_a_line_names_goes_along_by_its_pair_or_by_its_code():
    """S-PRJ-01, S-ITM-01, S-EMP-01: beside account and dimensions."""
    [item] = back(rows(), PAIRED_PROJECT).items
    coded = {"chartOfAccountId": "a1", "departmentId": "d1", "locationId": "l1"}
    assert codes(item) == [{**coded, "jobId": "j1", "itemId": "i1", "employeeId": "e1"}]
    assert item.warnings == ()
    table = rows(intacct__ap_bill=[negative_bill(description=None)])
    table["intacct.ap_bill_line"] = [intacct_line(trx_amount=Decimal(-40), bill_record_no=700, **NAMED)]
    table |= {"intacct.ap_adjustment": [], "bill.vendor_credit": []}
    [item] = back(table, PAIRED_PROJECT, objects=[CREDIT]).items
    assert codes(item, "vendorCreditLineItems") == [{**coded, "jobId": "j1", "itemId": "i1", "employeeId": "e1"}]


@pytest.mark.parametrize(
    "lists",
    [
        {"bill.project": []},
        {"bill.project": [{"id": "j1", "short_name": "BRIDGE", "is_archived": True}]},
        {"bill.project": [{"id": at, "short_name": "BRIDGE", "is_archived": False} for at in ("j1", "j2")]},
    ],
)
def test_what_bill_has_not_or_twice_is_not_carried_and_the_plan_says_so(lists):
    """S-PRJ-01: it decides nothing in the ledger, so the bill goes without it."""
    [item] = back(rows(lists)).items
    assert "jobId" not in codes(item)[0]
    assert item.warnings == ("line 1: project BRIDGE is not in BILL and is not carried [S-PRJ-01]",)
    retired = [{**LISTS["bill.project"][0], "is_archived": True}]
    [item] = back(rows({"bill.project": retired}), PAIRED_PROJECT).items
    assert ("jobId" not in codes(item)[0], len(item.warnings)) == (True, 1)


def test_a_project_that_is_on_its_way_holds_the_bill_until_it_is_there():
    """S-PRJ-01: BILL gives it its id only then."""
    table = rows({"bill.project": []})
    planned = back(table, objects=[PROJECT, BILL])
    assert [item.object_name for item in planned.items] == [PROJECT]
    [hold] = planned.holds
    assert (hold.source_id, hold.kind, hold.rule, hold.held_by) == ("500", "parent_waits", "S-PRJ-01", "70")


def test_an_invoice_takes_projects_and_items_and_no_employees():
    """S-INV-01, S-PRJ-01, S-ITM-01: BILL's lines of invoices have no employee; a change of the project follows."""
    ours = [{**intacct_invoice_lines()[0], **NAMED}]
    table = receivables(
        intacct__ar_invoice=[intacct_invoice(description=None, trx_total_entered=Decimal(100), modified_at=LATE)],
        intacct__ar_invoice_line=ours,
        bill__ar_invoice=[],
        bill__ar_invoice_line=[],
    )
    table |= {**LISTS, "bill.item": [*table["bill.item"], *LISTS["bill.item"]]}
    into = {"link": BACK, "objects": [INVOICE]}
    [item] = plan_receivables(table, matches=(PAIRED_CUSTOMER, PAIRED_PROJECT), **into).items
    coded = {"chartOfAccountId": "a4000", "departmentId": "d1", "locationId": "l1"}
    assert codes(item, "invoiceLineItems") == [{**coded, "jobId": "j1", "itemId": "i1"}]
    theirs = invoice(amount=Decimal(100), tax_amount=Decimal(0), status="OPEN")
    table |= {"bill.ar_invoice": [theirs], "bill.ar_invoice_line": [invoice_line(item_id="i1")]}
    pairs = (PAIRED_CUSTOMER, PAIRED_INVOICE, PAIRED_PROJECT)
    agreed = {("ar_invoice", "i1", "700"): {"line_names": "i1"}}
    [item] = plan_receivables(table, matches=pairs, agreed=agreed, **into).items
    assert codes(item, "invoiceLineItems") == [{**coded, "jobId": "j1", "itemId": "i1"}]


def test_a_change_follows_and_what_is_taken_away_is_a_persons():
    """S-CFG-21, S-BIL-09: both sides agree on what lines name too; BILL's change takes none away."""
    key, waiting = ("ap_bill", "b1", "500"), {"approval_status": "UNASSIGNED", "payment_status": "UNPAID"}
    pairs = (PAIRED_BILL, PAIRED_PROJECT)
    same = {"theirs": [bill(**waiting)], "their_lines": [line(project_id="j1", item_id="i1", employee_id="e1")]}
    found = agreements(Sources(BACK, rows(**same), [PAIRED_VENDOR, *pairs]), [BILL])
    assert found[key]["line_names"] == "j1 i1 e1"
    more = {"agreed": {key: {"line_names": "i1"}}}
    table = rows(names={**NAMED, "employee_id": ""}, theirs=[bill(**waiting)], their_lines=[line(item_id="i1")])
    [item] = back(table, *pairs, **more).items
    assert [(one["id"], one["classifications"]["jobId"]) for one in item.payload["billLineItems"]] == [("b1-1", "j1")]
    planned = back(rows(names={}, **same), *pairs, agreed={key: {"line_names": "j1 i1 e1"}})
    assert [(hold.kind, hold.rule) for hold in planned.holds] == [("lost_dimension", "S-BIL-09")]
    planned = back(rows(names={}, **same), *pairs, agreed={})
    assert (planned.items, planned.holds) == ((), ())
