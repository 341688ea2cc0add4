"""Rows of receivables for tests of pushing, on the small link of ``push_cases``."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from push_cases import DOCUMENTS, LINK, NOW, tables

from intacct_pipelines.push.plan import build_plan

PAIRED_CUSTOMER = {"object": "customer", "platform_id": "c1", "intacct_record_no": 21}
PAIRED_INVOICE = {"object": "ar_invoice", "platform_id": "i1", "intacct_record_no": 700}


def invoice(invoice_id="i1", **changes):
    """An invoice of BILL over 100 dollars and 8 dollars of sales tax."""
    row = {
        "id": invoice_id,
        "customer_id": "c1",
        "document_no": f"AR-{invoice_id}",
        "invoice_date": date(2026, 2, 10),
        "due_date": date(2026, 3, 12),
        "currency": "USD",
        "amount": Decimal("108.00"),
        "tax_amount": Decimal("8.00"),
        "tax_item_id": "tax",
        "record_status": "ACTIVE",
        "is_archived": False,
        "modified_at": datetime(2026, 3, 1, 8, 0, tzinfo=UTC),
    }
    return row | changes


def invoice_line(invoice_id="i1", line_no=1, **changes):
    """A line of an invoice of BILL: four at 25 dollars, fully coded."""
    row = {
        "id": f"{invoice_id}-{line_no}",
        "invoice_id": invoice_id,
        "line_no": line_no,
        "currency": "USD",
        "quantity": Decimal(4),
        "price": Decimal(25),
        "description": "Hours",
        "gl_account_id": "a4000",
        "department_id": "d1",
        "location_id": "l1",
        "class_id": None,
        "item_id": None,
    }
    return row | changes


def intacct_invoice(record_no=700, **changes):
    """The Intacct invoice that equals ``invoice()``."""
    row = {
        "record_no": record_no,
        "customer_id": "C-21",
        "document_no": "AR-i1",
        "state": "Posted",
        "invoice_date": date(2026, 2, 10),
        "gl_posting_date": date(2026, 2, 10),
        "due_date": date(2026, 3, 12),
        "currency": "USD",
        "trx_total_entered": Decimal("108.00"),
        "trx_total_paid": Decimal(0),
        "trx_total_due": Decimal("108.00"),
        "module_key": "4.AR",
        "description": "BILL:i1",
        "owner_entity_id": "100",
        "modified_at": datetime(2026, 2, 20, 8, 0, tzinfo=UTC),
    }
    return row | changes


def intacct_invoice_lines(record_no=700):
    """The Intacct lines that equal ``invoice_line()`` and the sales tax."""
    coded = {"invoice_record_no": record_no, "department_id": "ENG", "location_id": "100-A", "class_id": None}
    return [
        {"record_no": 7001, "line_no": 1, "account_no": "4000", "trx_amount": Decimal("100.00"), **coded},
        {"record_no": 7002, "line_no": 2, "account_no": "2200", "trx_amount": Decimal("8.00"), **coded},
    ]


def receipt(receipt_id="r1", **changes):
    """A receipt of BILL over all of ``invoice()``, received through BILL."""
    row = {
        "id": receipt_id,
        "customer_id": "c1",
        "payment_date": date(2026, 2, 20),
        "currency": "USD",
        "amount": Decimal("108.00"),
        "unapplied_amount": Decimal("0.00"),
        "convenience_fee_amount": None,
        "status": "PAID",
        "receivables_type": "ACH",
        "is_online": True,
        "reference_no": f"REF-{receipt_id}",
        "description": "Thanks",
    }
    return row | changes


def share(receipt_id="r1", invoice_id="i1", amount="108.00"):
    """What a receipt of BILL pays of an invoice."""
    row = {"id": f"{receipt_id}-{invoice_id}", "payment_id": receipt_id, "invoice_id": invoice_id, "line_no": 1}
    return {**row, "amount": Decimal(amount)}


def receipts(**changes):
    """Rows by table with one receipt of an invoice that both sides have."""
    rows = receivables(
        intacct__ar_invoice=[intacct_invoice()],
        intacct__ar_invoice_line=intacct_invoice_lines(),
        bill__ar_payment=[receipt()],
        bill__ar_payment_detail=[share()],
        intacct__ar_payment=[],
        intacct__checking_account=[
            {"record_no": 1, "bank_account_id": "MONEY-IN", "account_no": "1080", "location_id": "100"}
        ],
    )
    for number in ("1080", "1090"):
        rows["intacct.gl_account"].append({"account_no": number, "status": "active"})
    return rows | {name.replace("__", "."): value for name, value in changes.items()}


def memo(memo_id="m1", **changes):
    """A credit memo of BILL over 30 dollars."""
    row = {
        "id": memo_id,
        "customer_id": "c1",
        "reference_no": f"CM-{memo_id}",
        "credit_date": date(2026, 2, 15),
        "description": "Returned",
        "currency": "USD",
        "amount": Decimal("30.00"),
        "applied_amount": Decimal(0),
        "is_archived": False,
    }
    return row | changes


def memo_line(memo_id="m1", line_no=1, **changes):
    """All of the 30 dollars, fully coded."""
    own = {"id": f"{memo_id}-{line_no}", "credit_memo_id": memo_id, "amount": Decimal("30.00")}
    return {**invoice_line(line_no=line_no), **own, **changes}


def memos(**changes):
    """Rows by table with one credit memo."""
    own = {"bill__ar_invoice": [], "bill__ar_invoice_line": [], "intacct__ar_adjustment": []}
    rows = {"bill__credit_memo": [memo()], "bill__credit_memo_line": [memo_line()]}
    return receivables(**{**own, **rows, **changes})


def receivables(**changes):
    """Rows by table with one customer and one invoice; a keyword such as ``bill__ar_invoice`` replaces one table."""
    rows = tables(
        bill__ap_bill=[],
        bill__ap_bill_line=[],
        bill__vendor=[],
        intacct__vendor=[],
        bill__customer=[{"id": "c1", "name": "Harbor Hotels", "currency": "USD", "is_archived": False}],
        intacct__customer=[
            {"record_no": 21, "customer_id": "C-21", "name": "Harbor Hotels", "status": "active", "currency": "USD"}
        ],
        bill__ar_invoice=[invoice()],
        bill__ar_invoice_line=[invoice_line()],
        bill__item=[
            {"id": "tax", "item_type": "SALES_TAX", "name": "Sales tax", "gl_account_id": "a2200"},
            {"id": "hours", "item_type": "SERVICE", "name": "Hours", "gl_account_id": "a4000"},
            {"id": "bare", "item_type": "SERVICE", "name": "Bare", "gl_account_id": None},
        ],
        intacct__ar_invoice=[],
        intacct__ar_invoice_line=[],
        intacct__tax_detail=[],
    )
    for number in ("4000", "2200"):
        rows["bill.gl_account"].append({"id": f"a{number}", "name": f"Account {number}", "account_no": number})
        rows["intacct.gl_account"].append({"account_no": number, "status": "active", "is_location_required": True})
    return rows | {name.replace("__", "."): value for name, value in changes.items()}


def plan_receivables(rows=None, *, link=LINK, matches=(PAIRED_CUSTOMER,), closed_through=None, **more):
    """A plan over ``rows``; every record of BILL has the revision ``r1``."""
    rows = receivables() if rows is None else rows
    revisions = {
        (name, row["id"]): "r1"
        for name in ("ar_invoice", "ar_payment", "credit_memo")
        for row in rows.get(f"bill.{name}", ())
    }
    more = {"objects": DOCUMENTS} | more
    return build_plan(link, rows, matches, revisions=revisions, closed_through=closed_through, now=NOW, **more)
