"""Which uses of credit memos are applied in Intacct, on what, and which wait (S-CRM-01)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from push_cases import LINK
from push_receivables import PAIRED_CUSTOMER, PAIRED_INVOICE, memo, plan_receivables, receipt, receipts, share

from intacct_pipelines.domain.link import Clearing, ClosedPeriod, Receivables
from intacct_pipelines.domain.push import Operation

OBJECT = "memo_application"
PAIRED_MEMO = {"object": "credit_memo", "platform_id": "m1", "intacct_record_no": 900}
PAIRS = (PAIRED_CUSTOMER, PAIRED_INVOICE, PAIRED_MEMO)
CLEARED = replace(LINK, clearing=Clearing(money_in="1080"), also_pushed=frozenset({"credit_memo", OBJECT}))


def used(amount="30.00", **changes):
    """What BILL used of the memo on the invoice."""
    row = {"id": "m1#0", "credit_memo_id": "m1", "invoice_id": "i1", "currency": "USD", "amount": Decimal(amount)}
    return row | changes


def adjustment(**changes):
    """Intacct's copy of ``memo()``."""
    row = {
        "record_no": 900,
        "customer_id": "C-21",
        "document_no": "CM-m1",
        "state": "Posted",
        "currency": "USD",
        "trx_total_entered": Decimal("-30.00"),
        "trx_total_paid": Decimal(0),
        "trx_total_due": Decimal("-30.00"),
        "description": "BILL:m1",
        "owner_entity_id": "100",
    }
    return row | changes


def applied(amount="30.00", *, state="Complete", **changes):
    """Rows of Intacct in which some of the memo is applied to the invoice."""
    header = {"record_no": 950, "customer_id": "C-21", "reference_no": None, "receipt_date": date(2026, 2, 21)}
    header |= {"state": state, "description": None, "owner_entity_id": "100"}
    detail = {"record_no": 9501, "payment_record_no": 950, "invoice_record_no": 700, "credit_record_no": 900}
    detail["trx_credit_amount"] = Decimal(amount)
    return {"intacct__ar_payment": [header | changes], "intacct__ar_payment_detail": [detail]}


def rows(**changes):
    """Rows by table with a memo that BILL used whole on an invoice, and Intacct not yet."""
    ours = memo(applied_amount=Decimal(30), modified_at=datetime(2026, 2, 22, 9, tzinfo=UTC))
    own = {
        "bill__ar_payment": [],
        "bill__ar_payment_detail": [],
        "bill__credit_memo": [ours],
        "bill__credit_memo_usage": [used()],
        "intacct__ar_adjustment": [adjustment()],
        "intacct__ar_payment_detail": [],
    }
    return receipts(**{**own, **changes})


def plan(changes=None, *, link=CLEARED, matches=PAIRS, objects=(OBJECT,), **more):
    return plan_receivables(rows(**(changes or {})), link=link, matches=matches, objects=objects, **more)


def test_a_use_is_a_receipt_without_money():
    """The details name invoice and memo; nothing reaches the account that a receipt has to name."""
    (item,) = plan().items
    assert (item.operation, item.amount, item.currency, item.ledger_effect) == (Operation.CREATE, 30, "USD", ())
    assert item.natural_key == {}
    assert item.payload == {
        "FINANCIALENTITY": "MONEY-IN",
        "PAYMENTMETHOD": "Cash",
        "CUSTOMERID": "C-21",
        "DESCRIPTION": f"BILL:m1 {item.key} credit memo CM-m1",
        "RECEIPTDATE": "02/22/2026",
        "PAYMENTDATE": "02/22/2026",
        "CURRENCY": "USD",
        "BASECURR": "USD",
        "ARPYMTDETAILS": {
            "ARPYMTDETAIL": [{"RECORDKEY": "700", "ADJUSTMENTKEY": "900", "TRX_ADJUSTMENTAMOUNT": "30.00"}]
        },
    }


def test_only_what_intacct_lacks_is_applied():
    """What a person applied already is counted; an application that was reversed is not, and holds the rest."""
    (item,) = plan(applied("10.00")).items
    assert item.amount == 20
    assert plan(applied()).items == ()
    assert plan({"bill__credit_memo_usage": []}).items == ()
    assert plan({"bill__credit_memo_usage": [used("12.00"), used("18.00", id="m1#1")]}).items[0].amount == 30
    assert plan(applied(state="Reversed")).items[0].amount == 30


@pytest.mark.parametrize(
    ("changes", "more", "kind", "rule"),
    [
        ({}, {"matches": (PAIRED_CUSTOMER, PAIRED_INVOICE)}, "missing_reference", "S-CRM-01"),
        ({}, {"matches": (PAIRED_CUSTOMER, PAIRED_MEMO)}, "missing_reference", "S-INV-02"),
        ({}, {"posted": [(OBJECT, "m1")]}, "deleted_in_intacct", "S-IDM-06"),
        ({}, {"quarantined": [("bill.credit_memo_usage", "m1#0")]}, "quarantined", "S-ERR-41"),
        ({}, {"closed_through": date(2026, 2, 28)}, "period_closed", "S-IDM-08"),
        ({}, {"closed_later": {"100": date(2026, 2, 28)}}, "period_closed", "S-IDM-08"),
        ({}, {"link": replace(CLEARED, clearing=Clearing())}, "missing_account", "S-CFG-03"),
        (applied("30.00", state="Reversed", description="BILL:m1"), {}, "voided_in_intacct", "S-CRM-01"),
        ({"intacct__ar_adjustment": [adjustment(trx_total_due=Decimal("-29.99"))]}, {}, "credit_used", "S-CRM-01"),
        ({"intacct__ar_adjustment": [adjustment(state="Paid")]}, {}, "credit_used", "S-CRM-01"),
        ({"intacct__ar_adjustment": [adjustment(currency="EUR")]}, {}, "currency", "S-CUR-01"),
        ({"intacct__ar_adjustment": [adjustment(owner_entity_id=None)]}, {}, "ownership_level", "S-CFG-11"),
        ({"intacct__ar_adjustment": [adjustment(customer_id="C-9")]}, {}, "other_customer", "S-ARP-02"),
        ({"bill__credit_memo_usage": [used("109.00")]}, {}, "credit_used", "S-CRM-01"),
    ],
)
def test_a_use_is_held_with_rule_and_remedy(changes, more, kind, rule):
    """Nothing is applied that is not there, not open, or of somebody else."""
    result = plan(changes, **more)
    assert result.items == ()
    (hold,) = result.holds
    assert (hold.kind, hold.rule) == (kind, rule)


def test_a_receipt_of_the_same_plan_is_counted():
    """No more is settled than is due: what a receipt takes of the invoice is not there for the memo (S-ERR-20)."""
    changes = {"bill__ar_payment": [receipt()], "bill__ar_payment_detail": [share()]}
    result = plan(changes, objects=("ar_payment", OBJECT))
    assert [item.object_name for item in result.items] == ["ar_payment"]
    (hold,) = result.holds
    assert (hold.object_name, hold.kind, hold.rule) == (OBJECT, "already_settled", "S-ERR-20")


def test_a_memo_that_the_same_plan_creates_comes_first():
    """The application names it by Intacct's number, which only comes back with the next sync."""
    changes = {"intacct__ar_adjustment": [], "bill__credit_memo_line": []}
    result = plan(changes, matches=(PAIRED_CUSTOMER, PAIRED_INVOICE), objects=("credit_memo", OBJECT))
    assert {(hold.object_name, hold.kind) for hold in result.holds} == {
        ("credit_memo", "unbalanced"),
        (OBJECT, "unbalanced"),
    }


def test_a_closed_day_moves_where_the_link_says_so():
    """S-IDM-08: both days are told."""
    link = replace(CLEARED, closed_period=ClosedPeriod.FIRST_OPEN, clearing=Clearing())
    link = replace(link, receivables=Receivables(undeposited_account="1090"))
    (item,) = plan(link=link, closed_through=date(2026, 2, 28)).items
    assert (item.payload["RECEIPTDATE"], item.payload["UNDEPOSITEDACCOUNTNO"]) == ("03/01/2026", "1090")
    assert item.warnings == ("used on 2026-02-22, applied on 2026-03-01 [S-IDM-08]",)
