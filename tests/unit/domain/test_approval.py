"""Who approves: one person, two, or the link's policy within its limits."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from push_cases import LINK, item

from intacct_pipelines.domain.approval import ANY, people_needed, why_a_person
from intacct_pipelines.domain.link import Gate
from intacct_pipelines.domain.push import Operation

USD_100 = {"USD": Decimal(100)}
AUTO = replace(LINK, gate=Gate.AUTO, auto_approve_items=2, auto_approve_amount=USD_100)
TWO = replace(LINK, approvals=2)


def of(*amounts):
    """Items of amounts, each with its currency."""
    return [item(f"b{n}", amount=Decimal(amount), currency=currency) for n, (amount, currency) in enumerate(amounts)]


@pytest.mark.parametrize(
    ("link", "items", "reason"),
    [
        (AUTO, of(("100.00", "USD")), ""),
        (AUTO, of(("0", "")), ""),
        (AUTO, of(("100.01", "USD")), "100.01 USD is more than 100 USD"),
        (AUTO, of(("-60", "USD"), ("60", "USD")), "120 USD is more than 100 USD"),
        (AUTO, of(("1", "EUR")), "no limit is set for EUR"),
        (AUTO, of(("1", "USD"), ("1", "USD"), ("1", "USD")), "3 items are more than the 2 that need no person"),
        (replace(AUTO, auto_approve_amount={}), of(("0.01", "USD")), "no limit is set for USD"),
        (replace(AUTO, auto_approve_amount={**USD_100, ANY: Decimal(5)}), of(("99", "USD"), ("5", "EUR")), ""),
        (replace(AUTO, auto_approve_amount={ANY: Decimal(5)}), of(("6", "EUR")), "6 EUR is more than 5 EUR"),
        (replace(AUTO, gate=Gate.MANUAL), of(("1", "USD")), "the link's gate is manual"),
        (replace(AUTO, approvals=2), of(("1", "USD")), "the link asks for two, and its policy counts as nobody"),
        (replace(AUTO, approvals=2, one_approval_up_to=USD_100), of(("1", "USD")), ""),
        (
            AUTO,
            [item(amount=Decimal(1)), item("b2", operation=Operation.REVERSE, amount=Decimal(1))],
            "1 of its items take back what stands in Intacct, which no policy approves",
        ),
        (AUTO, [item(object_name="ap_payment", operation=Operation.REVERSE, amount=Decimal(1))], ""),
        (
            replace(AUTO, approvals=2, one_approval_up_to={"USD": Decimal(10)}),
            of(("11", "USD")),
            "the link asks for two, and its policy counts as nobody",
        ),
    ],
)
def test_the_policy_approves_only_within_every_limit_and_says_why_not(link, items, reason):
    """Amounts are limited by currency, opposite ones do not cancel out, and what has no limit needs a person."""
    assert why_a_person(link, items) == reason


@pytest.mark.parametrize(
    ("link", "items", "needed"),
    [
        (LINK, of(("1000000", "USD")), 1),
        (TWO, of(("0.01", "USD")), 2),
        (TWO, of(("0", "")), 2),
        (replace(TWO, one_approval_up_to=USD_100), of(("100", "USD")), 1),
        (replace(TWO, one_approval_up_to=USD_100), of(("100.01", "USD")), 2),
        (replace(TWO, one_approval_up_to=USD_100), of(("1", "USD"), ("1", "EUR")), 2),
        (replace(TWO, one_approval_up_to=USD_100), of(("0", "")), 1),
        (replace(LINK, one_approval_up_to={"USD": Decimal(1)}), of(("5", "USD")), 1),
    ],
)
def test_two_people_are_asked_where_the_link_says_so_and_one_is_not_enough(link, items, needed):
    """With limits, one is enough up to them; a currency without a limit needs two."""
    assert people_needed(link, items) == needed
