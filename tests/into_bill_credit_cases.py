"""A vendor credit or credit memo that Intacct and BILL both have, and the plan into BILL of what differs of it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from into_bill_cases import BACK
from payables_cases import PAIRED_CREDIT, adjustment, credit, credit_line, negative_bill, settled
from push_cases import NOW, PAIRED_VENDOR, intacct_line
from push_receivables import PAIRED_CUSTOMER, memo, memo_line, memos

from intacct_pipelines.push.plan import build_plan

NEGATIVE, ADJUSTED, MEMO = "bill_vendor_credit", "bill_ap_adjustment", "bill_credit_memo"
DAY = date(2026, 2, 3)
WORDS = "INTACCT:700 00000000-0000-5000-8000-000000000000 Own words"
"""As the item that made it left BILL's text."""
PARTIES = {NEGATIVE: ("vendor_id", "V-11"), ADJUSTED: ("vendor_id", "V-11"), MEMO: ("customer_id", "C-21")}
DAYS = {NEGATIVE: "bill_date", ADJUSTED: "adjustment_date", MEMO: "adjustment_date"}
KEYS = {NEGATIVE: ("vendor_credit", "c1", "700"), ADJUSTED: ("vendor_credit", "c1", "700")}
KEYS[MEMO] = ("credit_memo", "m1", "700")
LINES = {NEGATIVE: "40 6000 ENG 100-A ", ADJUSTED: "40 6000 ENG 100-A ", MEMO: "40 4000 ENG 100-A "}
PAIRED_MEMO = {"object": "credit_memo", "platform_id": "m1", "intacct_record_no": 700}


def agreed_on(name):
    """What both sides of the pair agree on from the beginning."""
    party, party_id = PARTIES[name]
    header = {party: party_id, "reference_no": "N-1", "credit_date": str(DAY)}
    return {**header, "lines": LINES[name], "line_names": "none"}


def lines_of(name, *amounts, **codes):
    """Intacct's lines of a credit."""
    parent = "bill_record_no" if name == NEGATIVE else "adjustment_record_no"
    account = "4000" if name == MEMO else "6000"
    return [
        {**intacct_line(at), parent: 700, "trx_amount": Decimal(amount), "account_no": account, "description": "Slate"}
        | codes
        for at, amount in enumerate(amounts, start=900)
    ]


def rows(name, ours=None, theirs=None, lines=None, their_lines=None):
    """One credit on both sides; what is given differs."""
    own = {"document_no": "N-1", "description": "INTACCT", DAYS[name]: DAY, "trx_total_entered": Decimal("-40.00")}
    late = {"modified_at": datetime(2026, 3, 5, tzinfo=UTC)}
    own |= late | (ours or {})
    told = {"reference_no": "N-1", "credit_date": DAY, "amount": Decimal("40.00"), "status": "NOT_APPLIED"}
    told |= {"description": WORDS, "modified_at": datetime(2026, 3, 1, 8, 0, tzinfo=UTC)}
    told |= theirs or {}
    lines = lines_of(name, "-40.00") if lines is None else lines
    if name == MEMO:
        row = {"record_no": 700, "customer_id": "C-21", "state": "Posted", "currency": "USD", "owner_entity_id": "100"}
        priced = {"price": Decimal("40.00"), "quantity": Decimal(1), "amount": Decimal("40.00"), "description": "Rope"}
        return memos(
            bill__credit_memo=[memo(**told)],
            bill__credit_memo_line=their_lines or [memo_line(**priced, is_taxable=False)],
            intacct__ar_adjustment=[{**row, "trx_total_paid": Decimal(0), **own}],
            intacct__ar_adjustment_line=lines,
        )
    table, make = ("ap_bill", negative_bill) if name == NEGATIVE else ("ap_adjustment", adjustment)
    there = {f"intacct__{one}{part}": [] for one in ("ap_bill", "ap_adjustment") for part in ("", "_line")}
    there |= {f"intacct__{table}": [make(**own)], f"intacct__{table}_line": lines}
    return settled(
        bill__vendor_credit=[credit(**told)],
        bill__vendor_credit_line=their_lines or [credit_line(customer_id="0cu1")],
        **there,
    )


def matched(name):
    return (PAIRED_CUSTOMER, PAIRED_MEMO) if name == MEMO else (PAIRED_VENDOR, PAIRED_CREDIT)


def changed(name, ours=None, *, agreed=None, link=BACK, more=None, **made):
    """The plan into BILL of a pair of which both last agreed on something."""
    base = {KEYS[name]: agreed_on(name) if agreed is None else agreed}
    return build_plan(
        link, rows(name, ours, **made), matched(name), revisions={}, closed_through=None, now=NOW, objects=[name],
        agreed=base, **(more or {}),
    )  # fmt: skip
