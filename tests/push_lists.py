"""One record of every list on both sides for tests of pushing, and a plan of one list alone."""

from __future__ import annotations

from datetime import UTC, datetime

from push_cases import LINK, NOW, tables

from intacct_pipelines.push.plan import build_plan

EARLY = datetime(2026, 2, 1, tzinfo=UTC)
LATE = datetime(2026, 3, 1, tzinfo=UTC)

BILL = {
    "gl_account": {"name": "Cloud", "account_no": "6700", "account_type": "EXPENSE"},
    "department": {"name": "Labs", "short_name": "LAB", "parent_id": None},
    "location": {"name": "Reno", "short_name": "100-R", "parent_id": None},
    "accounting_class": {"name": "Grant A", "short_name": "GRANT-A", "parent_id": None},
    "ap_term": {"name": "Net 45", "due_days": 45},
    "employee": {"first_name": "Ana", "last_name": "Lee", "short_name": "E-7"},
    "item": {"name": "Service hour", "short_name": "SVC", "item_type": "SERVICE"},
    "customer": {"name": "Globex", "company_name": None, "email": "ap@globex.example", "currency": "USD"},
}
"""What BILL has of one new record of each list."""

INTACCT = {
    "gl_account": {
        "account_no": "6700",
        "title": "Cloud",
        "account_type": "incomestatement",
        "normal_balance": "debit",
    },
    "department": {"department_id": "LAB", "title": "Labs", "parent_id": None},
    "location": {"location_id": "100-R", "name": "Reno", "parent_id": "100"},
    "accounting_class": {"class_id": "GRANT-A", "name": "Grant A", "description": None, "parent_id": None},
    "ap_term": {"name": "Net 45", "description": None, "due_days": "45", "due_from": "from invoice/bill date"},
    "employee": {"employee_id": "E-7", "contact_name": "Lee, Ana", "first_name": "Ana", "last_name": "Lee"},
    "item": {"item_id": "SVC", "name": "Service hour", "item_type": "Non-Inventory"},
    "customer": {"customer_id": "C-1", "name": "Globex", "comments": None, "currency": "USD"},
}
"""The same record in Intacct."""


def of_bill(name, record_id="x1", /, **changes):
    """A record of BILL, changed after Intacct's."""
    return {"id": record_id, "is_archived": False, "modified_at": LATE, **BILL[name], **changes}


def of_intacct(name, record_no=70, /, **changes):
    """The equal record of Intacct, owned by the link's entity."""
    row = {"record_no": record_no, "status": "active", "owner_entity_id": "100", "modified_at": EARLY}
    if name == "gl_account":
        row["closing_type"] = "non-closing account"
    return {**row, **INTACCT[name], **changes}


def plan_of(name, ours, theirs=(), *, pairs=(), method="crosswalk", link=LINK, **more):
    """A plan of one list alone."""
    rows = tables() | {f"bill.{name}": list(ours), f"intacct.{name}": list(theirs), "bill.ar_invoice": []}
    rows |= more.pop("rows", {})
    matches = [
        {"object": name, "platform_id": one, "intacct_record_no": number, "method": method} for one, number in pairs
    ]
    revisions = {(name, row["id"]): "r1" for row in ours}
    return build_plan(link, rows, matches, revisions=revisions, closed_through=None, now=NOW, objects=[name], **more)


def created(name, /, **changes):
    """The item that creates the new record of a list."""
    others = [of_intacct("gl_account", 71, account_no="6000", title="Supplies")] if name == "gl_account" else []
    [item] = plan_of(name, [of_bill(name, **changes)], others).items
    return item
