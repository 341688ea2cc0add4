"""Credit memos: what becomes an adjustment of receivables in Intacct, and what waits and why (S-CRM-01)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from push_cases import LINK
from push_receivables import PAIRED_CUSTOMER, memo, memo_line, memos, plan_receivables

from intacct_pipelines.domain.link import ClosedPeriod
from intacct_pipelines.push.wire import function_of

PAIRED = (PAIRED_CUSTOMER, {"object": "credit_memo", "platform_id": "m1", "intacct_record_no": 51})
THERE = {
    "record_no": 51,
    "customer_id": "C-21",
    "document_no": "CM-m1",
    "state": "Posted",
    "currency": "USD",
    "trx_total_entered": Decimal("-30.00"),
    "description": "BILL:m1",
}


def planned(rows=None, *, link=LINK, matches=(PAIRED_CUSTOMER,), **more):
    """A plan over ``rows``."""
    return plan_receivables(memos() if rows is None else rows, link=link, matches=matches, **more)


def only(plan):
    """The plan's one item, and no hold."""
    assert plan.holds == ()
    (item,) = plan.items
    return item


def hold(plan):
    """The plan's one hold as class and rule, and no item."""
    assert plan.items == ()
    (one,) = plan.holds
    assert one.reason
    assert one.remedy
    return one.kind, one.rule


def test_a_credit_memo_is_a_negative_adjustment():
    """`create_aradjustment` (API: accounts-receivable, ar-adjustments): a negative amount is a credit memo."""
    item = only(planned())
    assert function_of(item).xml() == (
        "<create_aradjustment><customerid>C-21</customerid>"
        "<datecreated><year>2026</year><month>02</month><day>15</day></datecreated>"
        "<dateposted><year>2026</year><month>02</month><day>15</day></dateposted>"
        "<adjustmentno>CM-m1</adjustmentno><action>Submit</action>"
        f"<description>BILL:m1 {item.key} Returned</description>"
        "<basecurr>USD</basecurr><currency>USD</currency><exchratetype>Intacct Daily Rate</exchratetype>"
        "<aradjustmentitems><lineitem><glaccountno>4000</glaccountno><amount>-30.00</amount><memo>Hours</memo>"
        "<locationid>100-A</locationid><departmentid>ENG</departmentid></lineitem></aradjustmentitems>"
        "</create_aradjustment>"
    )
    assert item.natural_key == {"CUSTOMERID": "C-21", "RECORDID": "CM-m1"}
    amount = Decimal("30.00")
    assert [(one.side, one.account, one.amount) for one in item.ledger_effect] == [
        ("debit", "4000", amount),
        ("credit", "accounts receivable", amount),
    ]


def test_the_use_of_a_memo_is_told_and_not_pushed():
    """S-CRM-01: applying is done by hand."""
    item = only(planned(memos(bill__credit_memo=[memo(applied_amount=Decimal("10.00"))])))
    assert item.warnings == ("its use on invoices does not travel; apply it in Intacct by hand [S-CRM-01]",)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"is_archived": True}, ("archived", "S-CRM-01")),
        ({"amount": Decimal(0)}, ("not_positive", "S-CRM-01")),
        ({"amount": Decimal("31.00")}, ("unbalanced", "S-IDM-07")),
        ({"reference_no": None}, ("missing_field", "S-IDM-03")),
        ({"currency": "CAD"}, ("currency", "S-CUR-04")),
        ({"customer_id": "c9"}, ("missing_reference", "S-CUS-01")),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else str(value),
)
def test_a_memo_that_is_not_ready_is_held(changes, expected):
    """Each with its rule and what to do."""
    assert hold(planned(memos(bill__credit_memo=[memo(**changes)]))) == expected


def test_a_memo_with_lines_of_both_signs_is_held():
    """Intacct takes adjustments of one sign only."""
    lines = [memo_line(amount=Decimal("40.00")), memo_line(line_no=2, amount=Decimal("-10.00"))]
    assert hold(planned(memos(bill__credit_memo_line=lines))) == ("mixed_signs", "S-CRM-01")


def test_a_memo_that_intacct_has_already_is_not_entered_again():
    """By number, or posted before and gone (S-IDM-04, S-IDM-06)."""
    stranger = {**THERE, "description": None, "document_no": " cm-M1"}
    assert hold(planned(memos(intacct__ar_adjustment=[stranger]))) == ("duplicate", "S-IDM-04")
    assert hold(planned(posted={("credit_memo", "m1")})) == ("deleted_in_intacct", "S-IDM-06")


def test_a_memo_that_stands_in_intacct_is_left_alone_and_what_differs_is_held():
    """A credit memo is never edited; a person mends the wrong side."""
    same = planned(memos(intacct__ar_adjustment=[THERE]), matches=PAIRED)
    assert (same.items, same.holds) == ((), ())
    for changes in ({"trx_total_entered": Decimal("30.00")}, {"document_no": "X"}, {"state": "Reversed"}):
        rows = memos(intacct__ar_adjustment=[{**THERE, **changes}])
        assert hold(planned(rows, matches=PAIRED)) == ("credit_changed", "S-CRM-01")


def test_no_memo_is_posted_to_a_closed_period():
    """S-IDM-08: held, or on the first open day where the link says so."""
    closed = date(2026, 2, 28)
    assert hold(planned(closed_through=closed)) == ("period_closed", "S-IDM-08")
    item = only(planned(link=replace(LINK, closed_period=ClosedPeriod.FIRST_OPEN), closed_through=closed))
    assert "<dateposted><year>2026</year><month>03</month><day>01</day></dateposted>" in function_of(item).xml()
    assert item.warnings == ("dated 2026-02-15, in the ledger on 2026-03-01 [S-IDM-08]",)
