"""Vendor credits: what is sent, with what effect, and every refusal with its rule and what to do."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from payables_cases import (
    PAIRED_CREDIT,
    PAYABLES_LINK,
    SETTLED,
    adjustment,
    credit,
    credit_line,
    negative_bill,
    payables_plan,
    settled,
)
from push_cases import intacct_bill

from intacct_pipelines.domain.keys import read_source_mark
from intacct_pipelines.domain.link import ClosedPeriod, Payables
from intacct_pipelines.domain.push import LedgerLine, Operation


def with_credit(**changes):
    """Rows whose one credit differs."""
    return settled(bill__vendor_credit=[credit(**changes)])


def only_item(plan):
    """The one item of a plan that holds nothing."""
    assert plan.holds == ()
    (item,) = plan.items
    return item


def test_a_credit_becomes_one_adjustment_that_reduces_what_is_owed():
    """Arguments in the function's order, negative lines, debit to payables (S-VCR-02)."""
    item = only_item(payables_plan())
    assert (item.object_name, item.operation, item.amount) == ("vendor_credit", Operation.CREATE, Decimal("40.00"))
    assert list(item.payload) == [
        "vendorid", "datecreated", "dateposted", "adjustmentno", "action", "description", "basecurr", "currency",
        "exchratetype", "apadjustmentitems",
    ]  # fmt: skip
    assert item.payload["apadjustmentitems"] == {
        "lineitem": [
            {
                "glaccountno": "6000",
                "amount": "-40.00",
                "memo": "Returned cable",
                "locationid": "100-A",
                "departmentid": "ENG",
            }
        ]
    }
    assert item.ledger_effect == (
        LedgerLine("credit", "6000", Decimal("40.00"), "USD"),
        LedgerLine("debit", "accounts payable", Decimal("40.00"), "USD"),
    )
    assert item.natural_key == {"VENDORID": "V-11", "RECORDID": "VC-c1"}


def test_mark_and_key_are_written_into_the_adjustment():
    """The record names its source and the operation that wrote it (S-IDM-04)."""
    item = only_item(payables_plan(with_credit(description="Damaged")))
    assert item.payload["description"] == f"BILL:c1 {item.key} Damaged"
    assert read_source_mark(item.payload["description"]) == ("bill", "c1")


def test_the_sign_is_a_setting():
    """Which sign reduces what is owed is not documented, so the link says it."""
    link = replace(PAYABLES_LINK, payables=Payables(credit_sign=1, credits_without_approval=True))
    item = only_item(payables_plan(link=link))
    assert item.payload["apadjustmentitems"]["lineitem"][0]["amount"] == "40.00"


def test_first_open_keeps_both_dates():
    """The adjustment keeps its own date and posts on the first open day, which the plan tells (S-IDM-08)."""
    link = replace(PAYABLES_LINK, closed_period=ClosedPeriod.FIRST_OPEN)
    item = only_item(payables_plan(link=link, closed_through=date(2026, 2, 28)))
    assert item.payload["datecreated"] == {"year": "2026", "month": "02", "day": "03"}
    assert item.payload["dateposted"] == {"year": "2026", "month": "03", "day": "01"}
    assert "S-IDM-08" in item.warnings[0]


def test_another_currency_takes_the_rate_of_the_posting_day():
    """Transaction and base currency are both named."""
    rows = settled(bill__vendor_credit=[credit(currency="EUR")])
    item = only_item(payables_plan(rows, currencies={"USD", "EUR"}))
    assert (item.payload["basecurr"], item.payload["currency"], item.currency) == ("USD", "EUR", "EUR")
    assert list(item.payload)[-3:] == ["exchratedate", "exchratetype", "apadjustmentitems"]


@pytest.mark.parametrize(
    "rows",
    [settled(intacct__ap_adjustment=[adjustment()]), settled(intacct__ap_bill=[intacct_bill(), negative_bill()])],
    ids=["adjustment", "negative bill"],
)
def test_a_credit_that_stands_in_intacct_needs_nothing(rows):
    """Whichever way Intacct keeps it (S-VCR-05, S-VCR-06)."""
    plan = payables_plan(rows, matches=SETTLED)
    assert (plan.items, plan.holds) == ((), ())


UNASKED = replace(PAYABLES_LINK, payables=Payables())
CASES = {
    "unused, approval unknown [S-VCR-07]": ("not_approved", settled(), {"link": UNASKED}),
    "archived [S-VCR-02]": ("archived", with_credit(is_archived=True), {}),
    "nothing [S-VCR-02]": ("not_positive", with_credit(amount=Decimal(0)), {}),
    "negative [S-VCR-02]": ("not_positive", with_credit(amount=Decimal(-1)), {}),
    "no number [S-IDM-03]": ("missing_field", with_credit(reference_no=None), {}),
    "vendor gone [S-VEN-01]": ("missing_reference", with_credit(vendor_id="v9"), {}),
    "excluded [S-VEN-10]": ("excluded", settled(), {"link": replace(PAYABLES_LINK, excluded_vendors={"v1"})}),
    "currency unknown [S-CUR-04]": ("currency", with_credit(currency="SEK"), {}),
    "closed [S-IDM-08]": ("period_closed", settled(), {"closed_through": date(2026, 2, 28)}),
    "quarantined line [S-ERR-41]": ("quarantined", settled(), {"quarantined": {("bill.vendor_credit_line", "c1-1")}}),
    "deleted by a person [S-IDM-06]": ("deleted_in_intacct", settled(), {"posted": {("vendor_credit", "c1")}}),
    "lines do not add up [S-IDM-07]": ("unbalanced", with_credit(amount=Decimal(41)), {}),
    "lines of both signs [S-VCR-02]": (
        "mixed_signs",
        settled(
            bill__vendor_credit_line=[credit_line(amount=Decimal(50)), credit_line(line_no=2, amount=Decimal(-10))]
        ),
        {},
    ),
    "no account [S-BP-12]": (
        "missing_account",
        settled(bill__vendor_credit_line=[credit_line(gl_account_id="a4")]),
        {},
    ),
    "Intacct has the number [S-IDM-04]": (
        "duplicate",
        settled(intacct__ap_adjustment=[adjustment(document_no="vc-C1 ", description=None)]),
        {},
    ),
    "Intacct has it as a negative bill [S-VCR-06]": (
        "duplicate",
        settled(intacct__ap_bill=[intacct_bill(), negative_bill(description=None)]),
        {},
    ),
    "twice in BILL [S-IDM-04]": (
        "duplicate",
        settled(bill__vendor_credit=[credit(), credit("c2", reference_no="VC-c1")]),
        {},
    ),
    "edited since [S-VCR-02]": (
        "credit_changed",
        settled(
            bill__vendor_credit=[credit(amount=Decimal(50))],
            intacct__ap_adjustment=[adjustment()],
        ),
        {"matches": SETTLED},
    ),
    "archived since [S-VCR-02]": (
        "credit_changed",
        settled(bill__vendor_credit=[credit(is_archived=True)], intacct__ap_adjustment=[adjustment()]),
        {"matches": SETTLED},
    ),
}


@pytest.mark.parametrize(("kind", "rows", "more"), CASES.values(), ids=CASES)
def test_a_credit_that_must_not_be_sent_is_held_with_rule_and_remedy(kind, rows, more, request):
    """Nothing is sent, the rule is cited, and the remedy says what to do."""
    plan = payables_plan(rows, **more)
    assert plan.items == ()
    hold = plan.holds[0]
    assert (hold.object_name, hold.source_id, hold.kind) == ("vendor_credit", "c1", kind)
    assert f"[{hold.rule}]" in request.node.name
    assert hold.remedy


def test_no_credit_follows_one_that_came_back_as_a_debt():
    """The sign of an adjustment is read back: after a wrong one nothing more is sent (S-VCR-02)."""
    rows = settled(
        bill__vendor_credit=[credit(), credit("c2")],
        bill__vendor_credit_line=[credit_line(), credit_line("c2")],
        intacct__ap_adjustment=[adjustment(trx_total_entered=Decimal("40.00"), trx_total_due=Decimal("40.00"))],
    )
    plan = payables_plan(rows, matches=SETTLED)
    assert plan.items == ()
    assert [(hold.source_id, hold.kind, hold.rule) for hold in plan.holds] == [("c2", "credit_sign", "S-VCR-02")]


def test_a_used_credit_passes_where_only_approved_ones_do():
    """What BILL let somebody use needs no other word of approval (S-VCR-07)."""
    rows = with_credit(applied_amount=Decimal(5))
    assert len(payables_plan(rows, link=UNASKED).items) == 1


def test_the_same_content_has_the_same_key_and_a_changed_one_another():
    """A deterministic key (S-IDM-01)."""
    first, again = only_item(payables_plan()), only_item(payables_plan())
    other = only_item(payables_plan(with_credit(credit_date=date(2026, 2, 4))))
    assert first.key == again.key != other.key
    assert json.loads(first.payload_text) == first.payload
    assert PAIRED_CREDIT["platform_id"] == first.source_id
