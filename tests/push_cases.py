"""One small link for tests of pushing: rows with defaults, a plan from them, and an item for the outbox."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from intacct_pipelines.domain.approval import ANY
from intacct_pipelines.domain.keys import EntityKey, ItemKey, item_key
from intacct_pipelines.domain.link import Form1099, Gate, Link, Mode
from intacct_pipelines.domain.push import Item, Operation, Plan, State
from intacct_pipelines.push.into_bill.planners import PLANNERS_INTO_BILL
from intacct_pipelines.push.into_business_center.planners import PLANNERS_INTO_BUSINESS_CENTER
from intacct_pipelines.push.into_spend.planners import PLANNERS_INTO_SPEND
from intacct_pipelines.push.lists import LIST_PLANNERS
from intacct_pipelines.push.plan import PLANNERS, build_plan
from intacct_pipelines.warehouse.outbox import OutboxItem, Reason

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ENTITY = EntityKey("acme", "100")
LINK = Link(
    name="north",
    entity=ENTITY,
    organization_id="org1",
    mode=Mode.SYNC,
    form_1099={"v1099": Form1099("NEC", "1")},
)
AUTO_LINK = Link(
    name="north",
    entity=ENTITY,
    organization_id="org1",
    mode=Mode.SYNC,
    gate=Gate.AUTO,
    auto_approve_items=2,
    auto_approve_amount={ANY: Decimal(100)},
)


def vendor(vendor_id="v1", **changes):
    """A vendor of BILL."""
    row = {
        "id": vendor_id,
        "name": f"Vendor {vendor_id}",
        "payee_name": None,
        "email": None,
        "phone": None,
        "tax_id": None,
        "is_1099": False,
        "ap_term_id": None,
        "account_number": None,
        "currency": "USD",
        "is_archived": False,
    }
    return row | changes


def intacct_vendor(record_no=11, **changes):
    """A vendor of Intacct."""
    row = {
        "record_no": record_no,
        "vendor_id": f"V-{record_no}",
        "name": "Vendor v1",
        "tax_id": None,
        "status": "active",
        "currency": "USD",
        "comments": None,
        "owner_entity_id": None,
    }
    return row | changes


def bill(bill_id="b1", **changes):
    """An approved bill of BILL over 100 dollars."""
    row = {
        "id": bill_id,
        "vendor_id": "v1",
        "vendor_name": "Vendor v1",
        "document_no": f"INV-{bill_id}",
        "bill_date": date(2026, 2, 10),
        "due_date": date(2026, 3, 12),
        "description": None,
        "purchase_order_no": None,
        "currency": "USD",
        "amount": Decimal("100.00"),
        "approval_status": "APPROVED",
        "record_status": "ACTIVE",
        "is_archived": False,
        "modified_at": datetime(2026, 3, 1, 8, 0, tzinfo=UTC),
    }
    return row | changes


def line(bill_id="b1", line_no=1, **changes):
    """A line of a bill of BILL: all of its 100 dollars, fully coded."""
    row = {
        "id": f"{bill_id}-{line_no}",
        "bill_id": bill_id,
        "line_no": line_no,
        "amount": Decimal("100.00"),
        "description": None,
        "gl_account_id": "a1",
        "department_id": "d1",
        "location_id": "l1",
        "class_id": None,
    }
    return row | changes


def intacct_bill(record_no=500, **changes):
    """The Intacct bill that equals ``bill()``."""
    row = {
        "record_no": record_no,
        "vendor_id": "V-11",
        "document_no": "INV-b1",
        "state": "Posted",
        "bill_date": date(2026, 2, 10),
        "gl_posting_date": date(2026, 2, 10),
        "due_date": date(2026, 3, 12),
        "currency": "USD",
        "trx_total_entered": Decimal("100.00"),
        "trx_total_paid": Decimal(0),
        "trx_total_due": Decimal("100.00"),
        "module_key": "3.AP",
        "description": "BILL:b1",
        "owner_entity_id": "100",
        "modified_at": datetime(2026, 2, 20, 8, 0, tzinfo=UTC),
    }
    return row | changes


def intacct_line(record_no=900, **changes):
    """The Intacct line that equals ``line()``."""
    row = {
        "record_no": record_no,
        "bill_record_no": 500,
        "line_no": 1,
        "account_no": "6000",
        "trx_amount": Decimal("100.00"),
        "department_id": "ENG",
        "location_id": "100-A",
        "class_id": None,
        "description": None,
    }
    return row | changes


def tables(**changes):
    """Rows by table; a keyword such as ``bill__ap_bill`` replaces one table."""
    rows = {
        "bill.vendor": [vendor()],
        "bill.ap_bill": [bill()],
        "bill.ap_bill_line": [line()],
        "bill.gl_account": [
            {"id": "a1", "name": "Supplies", "account_no": "6000"},
            {"id": "a2", "name": "Old", "account_no": "6100"},
            {"id": "a3", "name": "Unknown", "account_no": "7777"},
            {"id": "a4", "name": "No number", "account_no": None},
        ],
        "bill.department": [
            {"id": "d1", "name": "Engineering", "short_name": "ENG"},
            {"id": "d2", "name": "Gone", "short_name": "GONE"},
            {"id": "d3", "name": "Asleep", "short_name": "OLD"},
        ],
        "bill.location": [
            {"id": "l1", "name": "North", "short_name": "100-A"},
            {"id": "l2", "name": "South", "short_name": "200-A"},
        ],
        "bill.accounting_class": [],
        "bill.ap_term": [{"id": "t1", "name": "Net 30"}, {"id": "t2", "name": "Net 99"}],
        "intacct.vendor": [intacct_vendor()],
        "intacct.ap_bill": [],
        "intacct.ap_bill_line": [],
        "intacct.gl_account": [
            {"account_no": "6000", "status": "active", "is_location_required": True, "is_department_required": True},
            {"account_no": "6100", "status": "inactive"},
        ],
        "intacct.department": [
            {"department_id": "ENG", "status": "active"},
            {"department_id": "OLD", "status": "inactive"},
        ],
        "intacct.location": [
            {"location_id": "100-A", "parent_id": "100", "status": "active"},
            {"location_id": "200-A", "parent_id": "200", "status": "active"},
        ],
        "intacct.accounting_class": [],
        "intacct.ap_term": [{"name": "Net 30", "status": "active"}],
        "intacct.entity": [
            {"entity_id": "100", "currency": "USD", "status": "active"},
            {"entity_id": "200", "currency": "EUR", "status": "active"},
        ],
    }
    return rows | {name.replace("__", "."): value for name, value in changes.items()}


PAIRED_VENDOR = {"object": "vendor", "platform_id": "v1", "intacct_record_no": 11}
PAIRED_BILL = {"object": "ap_bill", "platform_id": "b1", "intacct_record_no": 500}


DOCUMENTS = frozenset(
    name
    for name, planner in PLANNERS.items()
    if planner not in {*LIST_PLANNERS, *PLANNERS_INTO_BILL, *PLANNERS_INTO_BUSINESS_CENTER, *PLANNERS_INTO_SPEND}
)
"""What is planned where a test says nothing else: documents, and the vendors that they name."""


def plan(rows=None, *, link=LINK, matches=(PAIRED_VENDOR,), closed_through=None, now=NOW, **more):
    """A plan over ``rows``; every record of BILL has the revision ``r1``."""
    rows = tables() if rows is None else rows
    revisions = {("vendor", row["id"]): "r1" for row in rows["bill.vendor"]}
    revisions |= {("ap_bill", row["id"]): "r1" for row in rows["bill.ap_bill"]}
    more = {"objects": DOCUMENTS} | more
    return build_plan(link, rows, matches, revisions=revisions, closed_through=closed_through, now=now, **more)


def item(source_id="b1", *, object_name="ap_bill", depends_on=(), revision="r1", content="1", **changes):
    """An item that creates one record, keyed by its content."""
    key = item_key(
        link="north",
        source_system="bill",
        object_name=object_name,
        source_id=source_id,
        operation="create",
        revision=content,
    )
    natural = {"VENDORID": "V-11"} if object_name == "vendor" else {"VENDORID": "V-11", "RECORDID": source_id}
    fields = {
        "key": ItemKey(key),
        "object_name": object_name,
        "operation": Operation.CREATE,
        "source_id": source_id,
        "natural_key": natural,
        "payload": {"RECORDID": source_id, "DESCRIPTION": f"BILL:{source_id} {key}", "NOTE": content},
        "source_revision": revision,
        "amount": Decimal("10.00"),
        "currency": "USD",
        "depends_on": tuple(depends_on),
        "label": f"bill {source_id}",
    }
    return Item(**(fields | changes))


def stored(item, state=State.APPROVED):
    """A planned item as the outbox has it."""
    return OutboxItem(
        item.key, "plan-0", "north", str(ENTITY), item.object_name, item.operation, item.source_id, item.natural_key,
        item.payload_text, item.source_revision, item.target_id, item.target_revision, item.amount,
        item.currency, item.depends_on, item.label, state, 0, None, False, Reason("", "", "", ""), None,
    )  # fmt: skip


def plan_of(*items, now=NOW, holds=()):
    """A plan of given items."""
    return Plan(link="north", entity=str(ENTITY), created_at=now, items=tuple(items), holds=tuple(holds))
