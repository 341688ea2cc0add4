"""Rows of vendor credits and payments on both sides for tests of pushing, and a plan from them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from push_cases import DOCUMENTS, LINK, NOW, PAIRED_BILL, PAIRED_VENDOR, intacct_bill, intacct_line, tables

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


def payment(payment_id="p1", **changes):
    """A payment by BILL of 100 dollars, cleared."""
    row = {
        "id": payment_id,
        "vendor_id": "v1",
        "vendor_name": "Vendor v1",
        "process_date": date(2026, 2, 20),
        "currency": "USD",
        "amount": Decimal("100.00"),
        "status": "PAID",
        "single_status": "CLEARED",
        "is_online": True,
        "is_check_to_print": None,
        "funding_account_type": "BANK_ACCOUNT",
        "funding_account_id": "bank1",
        "gl_account_id": None,
        "transaction_no": f"T-{payment_id}",
        "check_no": None,
        "description": None,
        "modified_at": datetime(2026, 3, 1, 8, 0, tzinfo=UTC),
    }
    return row | changes


def outside(**changes):
    """The same, paid outside from the operating bank and recorded in BILL."""
    own = {"is_online": False, "is_check_to_print": False, "funding_account_type": None, "gl_account_id": "a1000"}
    return payment(**(own | {"single_status": "UNDEFINED", "check_no": "1001"} | changes))


def share(payment_id="p1", bill_id="b1", amount="100.00"):
    """The money of a payment for one bill."""
    return {
        "id": f"{payment_id}-{bill_id}",
        "payment_id": payment_id,
        "bill_id": bill_id,
        "line_no": 1,
        "amount": Decimal(amount),
    }


def used(payment_id="p1", bill_id="b1", credit_id="c1", amount="40.00"):
    """A vendor credit that a payment used on a bill."""
    own = {"id": f"{payment_id}#{credit_id}", "payment_id": payment_id, "bill_id": bill_id}
    return own | {"vendor_credit_id": credit_id, "amount": Decimal(amount)}


def intacct_payment(record_no=800, **changes):
    """The payment of Intacct that equals ``payment()``."""
    row = {
        "record_no": record_no,
        "vendor_id": "V-11",
        "document_no": "T-p1",
        "state": "Posted",
        "description": "BILL:p1",
        "payment_method": "EFT",
        "financial_account_id": "CLEARING",
        "payment_date": date(2026, 2, 20),
        "currency": "USD",
        "trx_total_entered": Decimal("100.00"),
        "owner_entity_id": "100",
    }
    return row | changes


def intacct_share(record_no=900, payment_record_no=800, bill_record_no=500, amount="100.00"):
    """What a payment of Intacct pays of a bill."""
    own = {"record_no": record_no, "payment_record_no": payment_record_no, "bill_record_no": bill_record_no}
    return own | {"trx_payment_amount": Decimal(amount)}


def bank(record_no=1, **changes):
    """The clearing account as a bank account of Intacct."""
    row = {
        "record_no": record_no,
        "bank_account_id": "CLEARING",
        "account_no": "1070",
        "location_id": "100",
        "currency": "USD",
        "status": "active",
    }
    return row | changes


PAIRED_PAYMENT = {"object": "ap_payment", "platform_id": "p1", "intacct_record_no": 800}


def paying(**changes):
    """A bill and a credit that both sides have, and a payment of the bill; a keyword replaces one table."""
    rows = {
        "bill__ap_payment": [payment()],
        "bill__ap_payment_detail": [share()],
        "intacct__ap_adjustment": [adjustment()],
        "intacct__checking_account": [bank(), bank(2, bank_account_id="OPERATING", account_no="1000")],
    }
    rows = settled(**(rows | changes))
    rows["bill.gl_account"] = [*rows["bill.gl_account"], {"id": "a1000", "name": "Bank", "account_no": "1000"}]
    return rows


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


SOURCES = (
    *((name, name) for name in ("vendor", "ap_bill", "vendor_credit", "ap_payment")),
    ("credit_application", "vendor_credit"),
)


def payables_plan(rows=None, *, link=PAYABLES_LINK, matches=(PAIRED_VENDOR, PAIRED_BILL), closed_through=None, **more):
    """A plan over ``rows``; every record of BILL has the revision ``r1``."""
    rows = settled() if rows is None else rows
    revisions = {(name, row["id"]): "r1" for name, table in SOURCES for row in rows.get(f"bill.{table}", [])}
    more = {"objects": DOCUMENTS} | more
    return build_plan(link, rows, matches, revisions=revisions, closed_through=closed_through, now=NOW, **more)
