"""The sandbox's company: every planted difference is found under the right name, and nothing else is."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from reconcile_cases import Case

from intacct_pipelines.domain.keys import EntityKey
from intacct_pipelines.domain.link import Link
from intacct_pipelines.sandbox.generator import generate

TODAY = date(2026, 5, 20)
NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
MISSING = ("missing_in_intacct", "break", "")
EXPECTED = {
    "only_in_bill": {MISSING},
    "new_vendor": {MISSING},
    "not_yet_approved": {("missing_in_intacct", "expected", "S-APR-02")},
    "approved_yesterday": {("missing_in_intacct", "in_flight", "S-SCH-04")},
    "edited_in_bill": {("amount", "break", "")},
    "closed_period": {MISSING},
    "inactive_vendor": {MISSING},
    "missing_dimension": {MISSING},
    "over_ten_million_unposted": {MISSING},
    "unmapped_1099": {MISSING},
    "over_ten_million": {("amount", "break", "")},
    "edited_in_intacct": {("amount", "expected", "S-BIL-11")},
    "recoded": {("coding", "expected", "S-BIL-11")},
    "redated": {("date", "break", "")},
    "only_in_intacct_paid": {("missing_in_platform", "expected", "S-BIL-02")},
    "only_in_intacct": {("missing_in_platform", "break", "")},
    "paid_in_intacct": {("state", "expected", "S-PAY-01")},
    "entered_twice": {("duplicate", "break", "")},
    "duplicate_name": {
        ("missing_in_intacct", "expected", "S-VEN-03"),
        ("missing_in_platform", "expected", "S-VEN-03"),
    },
}


def add_lists(case, business, entity):
    for term in business.terms:
        case.add("bill.ap_term", id=term.name, name=term.name, due_days=term.days)
    for account in business.accounts:
        case.add("bill.gl_account", id=f"id-{account.account_no}", name=account.title, account_no=account.account_no)
    dimensions = {
        "department": business.departments,
        "location": business.locations,
        "accounting_class": business.classes,
    }
    for table, records in dimensions.items():
        for record in records:
            case.add(f"bill.{table}", id=f"id-{record.id}", name=record.name, short_name=record.id)
    for vendor in business.vendors:
        times = {"created_at": vendor.created_at, "modified_at": vendor.modified_at, "currency": vendor.currency}
        bill_id = vendor.bill_ids.get(entity.organization_id)
        if bill_id:
            archived = vendor.bill_archived
            case.bill_vendor(bill_id, vendor.name, is_archived=archived, ap_term_id=vendor.term, **times)
        if vendor.intacct_id and vendor.entity_id in {"", entity.entity_id}:
            owner = vendor.entity_id or None
            more = {"status": vendor.intacct_status, "term_name": vendor.term, "owner_entity_id": owner}
            case.intacct_vendor(vendor.key, vendor.name, vendor.intacct_id, **more, **times)


def bill_id_of(code):
    return f"id-{code}" if code else None


def add_bill(case, bill, vendor, entity):
    if bill.in_bill:
        ours = replace(bill, **bill.bill_changes)
        lines = [
            {
                "amount": line.amount,
                "gl_account_id": bill_id_of(line.account_no),
                "department_id": bill_id_of(line.department_id),
                "location_id": bill_id_of(line.location_id),
                "class_id": bill_id_of(line.class_id),
            }
            for line in ours.lines
        ]
        case.bill(
            ours.bill_id,
            str(ours.total),
            ours.number,
            lines=lines,
            vendor_id=vendor.bill_ids[entity.organization_id],
            bill_date=ours.bill_date,
            due_date=ours.due_date,
            currency=ours.currency,
            paid_amount=ours.paid,
            approval_status=ours.approval_status,
            purchase_order_no=ours.po_number or None,
            created_at=ours.created_at,
            modified_at=ours.bill_modified_at,
        )
    if bill.in_intacct:
        theirs = replace(bill, **bill.intacct_changes)
        lines = [
            {
                "trx_amount": line.amount,
                "account_no": line.account_no,
                "department_id": line.department_id,
                "location_id": line.location_id,
                "class_id": line.class_id,
            }
            for line in theirs.lines
        ]
        case.intacct_bill(
            theirs.key,
            str(theirs.total) if theirs.lines else "0",
            theirs.number,
            lines=lines,
            vendor_id=vendor.intacct_id,
            state=theirs.intacct_state,
            bill_date=theirs.bill_date,
            due_date=theirs.due_date,
            gl_posting_date=theirs.gl_posting_date,
            currency=theirs.currency,
            trx_total_paid=theirs.paid,
            module_key="9.PO" if theirs.po_number else "3.AP",
            reference_no=theirs.po_number or None,
            owner_entity_id=entity.entity_id,
            created_at=theirs.created_at,
            modified_at=theirs.intacct_modified_at,
        )


@pytest.mark.parametrize("seed", [1, 7])
def test_every_planted_difference_is_found_and_nothing_else(seed):
    """What the company's maker changed on purpose is told with kind, verdict and rule; all other bills agree."""
    business = generate(seed=seed, entities=1, bills=250, today=TODAY)
    (entity,) = business.entities
    vendors = {vendor.key: vendor for vendor in business.vendors}
    case = Case(link=Link("demo", EntityKey("acme", entity.entity_id), entity.organization_id))
    add_lists(case, business, entity)
    planted = {}
    for bill in business.bills:
        add_bill(case, bill, vendors[bill.vendor_key], entity)
        planted[bill.bill_id] = planted[bill.key] = bill.difference
    case.closed_through = entity.closed_through
    found = defaultdict(set)
    repeated = set()
    for row in case.bills(NOW).differences.itertuples():
        difference = planted[row.platform_id if isinstance(row.platform_id, str) else row.intacct_record_no]
        if row.kind == "duplicate":
            # The first entry of a doubled invoice agrees by itself; nobody can tell which of the two it is.
            repeated.add(difference)
            difference = "entered_twice"
        found[difference].add((row.kind, row.verdict, row.rule))
    assert dict(found) == EXPECTED
    assert repeated <= {"", "entered_twice"}
