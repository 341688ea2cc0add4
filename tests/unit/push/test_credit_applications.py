"""Applications of vendor credits without a payment: what is sent, and what is held."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from payables_cases import (
    SETTLED,
    adjustment,
    bank,
    credit,
    intacct_payment,
    intacct_share,
    negative_bill,
    payables_plan,
    payment,
    settled,
    share,
    used,
)
from push_cases import intacct_bill, intacct_line

CREDIT = {"applied_amount": Decimal(40)}


def alone(**changes):
    """A bill and a credit that both sides have; BILL used the credit on the bill without a payment."""
    rows = {
        "bill__vendor_credit": [credit(**CREDIT)],
        "bill__vendor_credit_usage": [used(payment_id=None)],
        "intacct__ap_adjustment": [adjustment()],
    }
    return settled(**(rows | changes))


def applied(**changes):
    """A payment of Intacct without money that applied all of the credit."""
    own = {"trx_total_entered": Decimal(0), "document_no": None, "description": "BILL:c1", "financial_account_id": None}
    return intacct_payment(**(own | changes))


def detail(**changes):
    """What that payment used."""
    own = {"trx_payment_amount": None, "adjustment_record_no": 700, "trx_adjustment_amount": Decimal("40.00")}
    return intacct_share() | own | changes


def plan(rows, **more):
    """A plan over a bill and a credit that are pairs."""
    return payables_plan(rows, matches=SETTLED, **more)


def test_a_use_without_a_payment_is_a_payment_of_credits_alone():
    """The very credit on the very bill; no bank, no money, no effect on the ledger (S-VCR-03)."""
    made = plan(alone())
    assert made.holds == ()
    (item,) = made.items
    assert (item.object_name, item.source_id, item.amount) == ("credit_application", "c1", Decimal(40))
    assert item.payload == {
        "VENDORID": "V-11",
        "DESCRIPTION": f"BILL:c1 {item.key} vendor credit VC-c1",
        "PAYMENTDATE": "03/01/2026",
        "CURRENCY": "USD",
        "BASECURR": "USD",
        "APPYMTDETAILS": {
            "APPYMTDETAIL": [{"RECORDKEY": "500", "ADJUSTMENTKEY": "700", "TRX_ADJUSTMENTAMOUNT": "40.00"}]
        },
    }
    assert (item.ledger_effect, item.natural_key) == ((), {})


def test_a_negative_bill_is_used_as_one():
    """Intacct may keep the credit as a negative bill (S-VCR-06)."""
    made = plan(alone(intacct__ap_adjustment=[], intacct__ap_bill=[intacct_bill(), negative_bill()]))
    assert made.items[0].payload["APPYMTDETAILS"]["APPYMTDETAIL"][0]["INLINEKEY"] == "700"


@pytest.mark.parametrize("words", ["BILL:c1", None], ids=["ours", "by hand"])
def test_what_intacct_applied_already_needs_nothing(words):
    """Whoever applied it, with or without the mark (S-VCR-04)."""
    rows = alone(intacct__ap_payment=[applied(description=words)], intacct__ap_payment_detail=[detail()])
    made = plan(rows)
    assert (made.items, made.holds) == ((), ())


def test_only_what_is_missing_is_applied():
    """A part that stands in Intacct is not applied again."""
    part = detail(trx_adjustment_amount=Decimal(15))
    rows = alone(
        intacct__ap_payment=[applied()],
        intacct__ap_payment_detail=[part],
        intacct__ap_bill=[intacct_bill(state="Partially Paid", trx_total_due=Decimal(85))],
        intacct__ap_adjustment=[adjustment(state="Partially Paid", trx_total_due=Decimal(-25))],
    )
    (item,) = plan(rows).items
    assert item.amount == Decimal(25)


HELD = {
    "credit used elsewhere [S-VCR-03]": (
        "credit_used",
        alone(intacct__ap_adjustment=[adjustment(trx_total_due=Decimal(-10))]),
        {},
    ),
    "bill paid [S-PAY-09]": (
        "already_settled",
        alone(intacct__ap_bill=[intacct_bill(state="Paid", trx_total_due=Decimal(0))]),
        {},
    ),
    "undone by a person [S-VCR-03]": (
        "voided_in_intacct",
        alone(intacct__ap_payment=[applied(state="Voided")], intacct__ap_payment_detail=[detail()]),
        {},
    ),
    "deleted by a person [S-IDM-06]": ("deleted_in_intacct", alone(), {"posted": {("credit_application", "c1")}}),
    "bill unknown [S-PAY-02]": (
        "missing_reference",
        alone(bill__vendor_credit_usage=[used(payment_id=None, bill_id="b9")]),
        {},
    ),
    "closed [S-IDM-08]": ("period_closed", alone(), {"closed_through": date(2026, 3, 1)}),
    "closed at the bill's entity [S-IDM-08]": (
        "period_closed",
        alone(intacct__ap_bill_line=[intacct_line()]),
        {"closed_later": {"100": date(2026, 3, 1)}},
    ),
    "closed at the credit's entity [S-IDM-08]": (
        "period_closed",
        alone(intacct__ap_adjustment_line=[{**intacct_line(1, location_id="100-A"), "adjustment_record_no": 700}]),
        {"closed_later": {"100": date(2026, 3, 1)}},
    ),
}


@pytest.mark.parametrize(("kind", "rows", "more"), HELD.values(), ids=HELD)
def test_an_application_that_must_not_be_sent_is_held(kind, rows, more, request):
    """Nothing is sent; rule and remedy are told."""
    made = plan(rows, **more)
    assert made.items == ()
    (hold,) = made.holds
    assert (hold.object_name, hold.source_id, hold.kind) == ("credit_application", "c1", kind)
    assert f"[{hold.rule}]" in request.node.name
    assert hold.remedy


def test_what_a_payment_of_the_same_plan_uses_is_not_there_for_an_application():
    """The two together never use more of a credit than is left (S-VCR-03)."""
    rows = alone(
        bill__ap_payment=[payment(amount=Decimal(10))],
        bill__ap_payment_detail=[share(amount="10.00")],
        bill__ap_payment_credit=[used(amount="30.00")],
        bill__vendor_credit_usage=[used(payment_id=None, amount="20.00")],
        intacct__checking_account=[bank()],
    )
    made = plan(rows)
    assert [item.object_name for item in made.items] == ["ap_payment"]
    assert [(hold.object_name, hold.kind) for hold in made.holds] == [("credit_application", "credit_used")]
