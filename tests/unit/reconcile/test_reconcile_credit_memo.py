"""Reconciling credit memos, which travel in neither direction, and are compared where both sides have them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from receivables_cases import DAY, ReceivablesCase
from reconcile_cases import make_link, shown, verdicts


def rule(number):
    """One case whose id ends with the rule that it is about."""
    return pytest.mark.parametrize("number", [pytest.param(number, id=f"[{number}]")])


def case_of():
    return ReceivablesCase(link=make_link()).customers().invoices(1)


def pair_of(ours=None, theirs=None):
    case = case_of()
    case.bill_memo(**(ours or {}))
    case.intacct_memo(**(theirs or {}))
    return case


def result_of(case):
    return case.reconcile("credit_memo")


def found(case):
    return verdicts(result_of(case))


@rule("S-CRM-01")
def test_a_credit_memo_alone_is_expected_on_either_side(number):
    """Debit memos too, which have the other sign."""
    case = case_of()
    case.bill_memo()
    case.intacct_memo(number="CM-2")
    case.intacct_memo(52, "-10.00", "DM-1")
    assert found(case) == [
        ("missing_in_intacct", "", "expected", number),
        ("missing_in_platform", "", "expected", number),
        ("missing_in_platform", "", "expected", number),
    ]
    assert sum(result_of(case).totals["intacct_total"]) == Decimal("20.00")


def test_a_credit_is_equal_to_an_adjustment_of_the_other_sign():
    """With their lines and applications."""
    assert found(pair_of({"used": [("i1", "30.00")]}, {"used": [(11, "30.00")]})) == []


@pytest.mark.parametrize(
    ("field", "theirs"),
    [
        ("amount", {"trx_total_entered": Decimal(-31)}),
        ("credit_date", {"adjustment_date": DAY.replace(day=2)}),
        ("document_no", {"number": "CM-2"}),
        ("customer_id", {"customer_id": "C-2"}),
        ("currency", {"currency": "EUR"}),
        ("state", {"state": "Reversed"}),
        ("lines", {"account": "6100"}),
    ],
)
def test_what_was_entered_unlike_is_a_break(field, theirs):
    """It was entered by hand twice, and no rule lets it differ."""
    case = pair_of(None, theirs).cross("m1", 51, "credit_memo")
    assert [(name, verdict) for _, name, verdict, _ in found(case)] == [(field, "break")]


@rule("S-CRM-01")
@pytest.mark.parametrize(("ours", "theirs"), [([("i1", "30.00")], []), ([], [(11, "12.00")])])
def test_applications_of_credit_memos_are_made_by_hand_on_each_side(ours, theirs, number):
    """A difference is expected, and shown with its money."""
    case = pair_of({"used": ours}, {"used": theirs})
    assert found(case) == [("application", "applications", "expected", number)]
    ((stake,),) = shown(result_of(case), "money_at_stake")
    assert stake == Decimal("30.00" if ours else "12.00")
