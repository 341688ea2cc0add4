"""Rows of vendor credits and payments on both sides for tests of pushing, and a plan from them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from push_cases import LINK, NOW, PAIRED_BILL, PAIRED_VENDOR, intacct_bill, intacct_line, tables

from intacct_pipelines.domain.link import Clearing, Payables
from intacct_pipelines.push.plan import build_plan

PAYABLES_LINK = replace(LINK, clearing=Clearing(money_out="1070"), payables=Payables(credits_without_approval=True))
PAIRED_CREDIT = {"object": "vendor_credit", "platform_id": "c1", "intacct_record_no": 700}
SETTLED = (PAIRED_VENDOR, PAIRED_BILL, PAIRED_CREDIT)


def credit(credit_id="c1", **changes):
    """A vendor credit of BILL over 40 dollars."""
    row = {
        "id": credit_id,
        "vendor_id": "v1",
        "reference_no": f"VC-{credit_id}",
        "credit_date": date(2026, 2, 3),
        "description": None,
        "currency": "USD",
        "amount": Decimal("40.00"),
        "applied_amount": Decimal(0),
        "is_archived": False,
        "modified_at": datetime(2026, 3, 1, 8, 0, tzinfo=UTC),
    }
    return row | changes


def credit_line(credit_id="c1", line_no=1, **changes):
    """A line of a vendor credit: all of its 40 dollars, fully coded."""
    row = {
        "id": f"{credit_id}-{line_no}",
        "vendor_credit_id": credit_id,
        "line_no": line_no,
        "amount": Decimal("40.00"),
        "description": "Returned cable",
        "gl_account_id": "a1",
        "department_id": "d1",
        "location_id": "l1",
        "class_id": None,
    }
    return row | changes


def adjustment(record_no=700, **changes):
    """The adjustment of Intacct that equals ``credit()``."""
    row = {
        "record_no": record_no,
        "vendor_id": "V-11",
        "document_no": "VC-c1",
        "state": "Posted",
        "adjustment_date": date(2026, 2, 3),
        "currency": "USD",
        "trx_total_entered": Decimal("-40.00"),
        "trx_total_paid": Decimal(0),
        "trx_total_due": Decimal("-40.00"),
        "description": "BILL:c1",
        "owner_entity_id": "100",
        "modified_at": datetime(2026, 2, 20, 8, 0, tzinfo=UTC),
    }
    return row | changes


def negative_bill(record_no=700, **changes):
    """The negative bill of Intacct that equals ``credit()`` (S-VCR-06)."""
    row = {
        "document_no": "VC-c1",
        "description": "BILL:c1",
        "trx_total_entered": Decimal("-40.00"),
        "trx_total_due": Decimal("-40.00"),
    }
    return intacct_bill(record_no, **(row | changes))


def settled(**changes):
    """A bill that stands in Intacct as in BILL, and a vendor credit of BILL; a keyword replaces one table."""
    rows = {
        "bill__vendor_credit": [credit()],
        "bill__vendor_credit_line": [credit_line()],
        "intacct__ap_bill": [intacct_bill()],
        "intacct__ap_bill_line": [intacct_line()],
        "intacct__ap_adjustment": [],
    }
    return tables(**(rows | changes))


def payables_plan(rows=None, *, link=PAYABLES_LINK, matches=(PAIRED_VENDOR, PAIRED_BILL), closed_through=None, **more):
    """A plan over ``rows``; every record of BILL has the revision ``r1``."""
    rows = settled() if rows is None else rows
    revisions = {
        (name, row["id"]): "r1"
        for name in ("vendor", "ap_bill", "vendor_credit")
        for row in rows.get(f"bill.{name}", [])
    }
    return build_plan(link, rows, matches, revisions=revisions, closed_through=closed_through, now=NOW, **more)
