"""Rows of lump sums between the bank and clearing for tests of pushing, on the small link of ``push_cases``."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from push_cases import LINK, NOW, tables

from intacct_pipelines.domain.link import Clearing, Entries
from intacct_pipelines.push.plan import build_plan

DAY = date(2026, 2, 20)
OUT, IN, BANK = "1070", "1080", "1000"
TRANSFER_LINK = replace(LINK, clearing=Clearing(OUT, IN), entries=Entries(journal="GJ", location="100-A"))
PAIRED = (
    {"object": "ap_payment", "platform_id": "p1", "intacct_record_no": 501},
    {"object": "ar_payment", "platform_id": "r1", "intacct_record_no": 601},
)
OBJECTS = ("ap_transfer_entry", "ar_transfer_entry")


def movement(movement_id="m1", **changes):
    """A confirmed debit of the bank over 300 dollars."""
    row = {
        "id": movement_id,
        "name": f"0903-{movement_id}",
        "movement_type": "1",
        "status": "1",
        "process_date": DAY,
        "amount": Decimal("-300.00"),
        "modified_at": datetime(2026, 2, 21, 8, 0, tzinfo=NOW.tzinfo),
    }
    return row | changes


def money_in(movement_id="m2", **changes):
    """A confirmed credit of the bank over 250 dollars of receipts."""
    return movement(movement_id, **{"movement_type": "2", "amount": Decimal("250.00"), **changes})


def payment(payment_id="p1", **changes):
    """A payment of BILL behind ``movement``."""
    row = {
        "id": payment_id,
        "process_date": DAY,
        "amount": Decimal("300.00"),
        "single_status": "CLEARED",
        "is_online": True,
        "funding_account_type": "BANK_ACCOUNT",
        "funding_account_id": "bac1",
    }
    return row | changes


def posted(batch_no=900, amount="300.00", **changes):
    """A line of a journal entry on the clearing account of payments; a positive amount is a debit."""
    size, side = abs(Decimal(amount)), "debit" if Decimal(amount) > 0 else "credit"
    row = {
        "record_no": batch_no * 10,
        "batch_no": batch_no,
        "batch_title": "By hand",
        "batch_reference_no": None,
        "journal": "GJ",
        "book": "ACCRUAL",
        "module_key": "2.GL",
        "entry_date": DAY,
        "entry_state": "P",
        "account_no": OUT,
        "currency": "USD",
        f"trx_{side}_amount": size,
    }
    return row | changes


def transfer_rows(**changes):
    """Rows by table with a movement of each direction; a keyword such as ``bill__money_movement`` replaces a table."""
    rows = tables(
        bill__money_movement=[movement(), money_in()],
        bill__ap_payment=[payment()],
        bill__ar_payment=[{"id": "r1", "payment_date": DAY, "status": "PAID", "is_online": True}],
        bill__bank_account=[{"id": "bac1", "gl_account_id": "a1000", "is_archived": False}],
        intacct__gl_detail=[],
        intacct__funds_transfer=[],
        intacct__deposit=[],
        intacct__checking_account=[
            {"record_no": 1, "bank_account_id": "OPERATING", "account_no": BANK, "location_id": "100-A"},
            {"record_no": 2, "bank_account_id": "OTHER", "account_no": "1010", "location_id": "100"},
            {"record_no": 3, "bank_account_id": "SOUTH", "account_no": "1020", "location_id": "200"},
        ],
    )
    for number in (BANK, "1010", "1020"):
        rows["bill.gl_account"].append({"id": f"a{number}", "name": f"Bank {number}", "account_no": number})
    for number in (OUT, IN, BANK, "1010", "1020"):
        rows["intacct.gl_account"].append({"account_no": number, "status": "active"})
    return rows | {name.replace("__", "."): value for name, value in changes.items()}


def plan_transfers(rows=None, *, link=TRANSFER_LINK, matches=PAIRED, objects=OBJECTS, closed_through=None, **more):
    """A plan over ``rows``; every movement has the revision ``r1``."""
    rows = transfer_rows() if rows is None else rows
    revisions = {(name, row["id"]): "r1" for name in OBJECTS for row in rows["bill.money_movement"]}
    return build_plan(
        link,
        rows,
        matches,
        revisions=revisions,
        closed_through=closed_through,
        now=NOW,
        objects=objects,
        **more,
    )
