"""One record of every object that goes into BILL, on both sides, and a plan of one object alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from push_cases import LINK, NOW

from intacct_pipelines.domain.link import INTO_BILL
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.push.into_bill.planners import PLANNERS_INTO_BILL
from intacct_pipelines.push.into_bill.records import IntoBillPlanner
from intacct_pipelines.push.plan import build_plan

EARLY = datetime(2026, 2, 1, tzinfo=UTC)
LATE = datetime(2026, 3, 1, tzinfo=UTC)
BACK = replace(LINK, name=f"{LINK.name}-into-bill", platform=INTO_BILL)
OBJECTS = [
    planner.object_name
    for planner in PLANNERS_INTO_BILL
    if issubclass(planner, IntoBillPlanner) and planner.object_name != "bill_ap_term"
]
"""Lists and partners that are made and changed."""

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
    "project": {"project_id": "BRIDGE", "name": "Bridge", "parent_id": None},
    "employee": {"employee_id": "E-7", "first_name": "Ana", "last_name": "Lee"},
    "item": {
        "item_id": "SURVEY",
        "name": "Survey",
        "item_type": "Non-Inventory",
        "extended_description": "Of land",
        "base_price": Decimal("12.50"),
        "is_taxable": False,
        "income_account_key": "400",
        "expense_account_key": "600",
    },
    "vendor": {
        "vendor_id": "V-7",
        "name": "Zenith Quarries",
        "contact_name": "Zenith",
        "print_as": "Zenith Quarries LLC",
        "email": "pay@zenith.example",
        "phone": "555-0100",
        "vendor_account_no": "A-1",
        "tax_id": "12-3456789",
        "form_1099_type": "MISC",
        "currency": "USD",
        "comments": None,
    },
    "customer": {
        "customer_id": "C-7",
        "name": "Harbor Stores",
        "contact_name": "Zenith",
        "print_as": "Harbor Stores Inc",
        "email": "pay@harbor.example",
        "phone": "555-0200",
        "currency": "USD",
        "comments": None,
    },
}
"""What Intacct has of one record of each object."""

BILL = {
    "gl_account": {"account_no": "6700", "name": "Cloud", "account_type": "EXPENSE"},
    "department": {"short_name": "LAB", "name": "Labs", "parent_id": None},
    "location": {"short_name": "100-R", "name": "Reno", "parent_id": None},
    "accounting_class": {"short_name": "GRANT-A", "name": "Grant A", "parent_id": None},
    "project": {"short_name": "BRIDGE", "name": "Bridge", "parent_id": None},
    "employee": {"short_name": "E-7", "first_name": "Ana", "last_name": "Lee"},
    "item": {"short_name": "SURVEY", "name": "Survey", "item_type": "OTHER_CHARGE", "price": Decimal("12.50")},
    "vendor": {
        "short_name": "V-7",
        "name": "Zenith Quarries",
        "email": "pay@zenith.example",
        "phone": "555-0100",
        "account_number": "A-1",
    },
    "customer": {
        "account_number": "C-7",
        "name": "Harbor Stores",
        "email": "pay@harbor.example",
        "phone": "555-0200",
    },
}
"""The same record in BILL."""

CONTACT = {
    "record_no": 1,
    "contact_name": "Zenith",
    "address_line1": "1 Quarry Road",
    "address_line2": "Dock 2",
    "address_city": "Reno",
    "address_state": "NV",
    "address_zip": "89501",
    "address_country_code": "US",
}


def table_of(name):
    """The tables' common name."""
    return name.removeprefix("bill_")


def of_intacct(name, record_no=70, /, **changes):
    """A record of Intacct, owned by the link's entity, changed after BILL's."""
    row = {"record_no": record_no, "status": "active", "owner_entity_id": "100", "modified_at": LATE}
    return {**row, **INTACCT[table_of(name)], **changes}


def of_bill(name, record_id="x1", /, **changes):
    """The equal record of BILL."""
    return {"id": record_id, "is_archived": False, "modified_at": EARLY, **BILL[table_of(name)], **changes}


def plan_of(name, ours, theirs=(), *, pairs=(), method="crosswalk", link=BACK, rows=None, **more):
    """A plan of one object alone; ``pairs`` are record numbers with BILL's ids."""
    table = table_of(name)
    tables = {
        "intacct.entity": [{"record_no": 100, "entity_id": "100", "name": "North", "currency": "USD"}],
        "intacct.contact": [CONTACT],
        "intacct.gl_account": [{"record_no": 400, "account_no": "4000"}],
        "bill.gl_account": [{"id": "a4", "account_no": "4000", "name": "Sales"}],
        f"intacct.{table}": list(ours),
        f"bill.{table}": list(theirs),
        **(rows or {}),
    }
    matches = [
        {"object": PUSHED[name].reconciliation, "platform_id": one, "intacct_record_no": number, "method": method}
        for number, one in pairs
    ]
    revisions = {(name, str(row["record_no"])): "r1" for row in ours}
    return build_plan(
        link, tables, matches, revisions=revisions, closed_through=None, now=NOW, objects=[name], **more
    )  # fmt: skip


def created(name, /, **changes):
    """The item that makes the new record of an object."""
    [item] = plan_of(name, [of_intacct(name, **changes)]).items
    return item


def updated(name, /, **changes):
    """The item that brings a change of Intacct's record into BILL."""
    [item] = plan_of(name, [of_intacct(name, **changes)], [of_bill(name)], pairs=[(70, "x1")]).items
    return item
