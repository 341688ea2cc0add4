"""What paid the bills: every paid amount explained to the cent, in both systems, with the planted differences."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal

import pytest

from intacct_pipelines.domain.money import minor_unit_digits
from intacct_pipelines.sandbox.business import Business
from intacct_pipelines.sandbox.generator import generate
from intacct_pipelines.sandbox.payment_maker import paid_of
from intacct_pipelines.sandbox.settlements import (
    CREDIT_DIFFERENCES,
    MONEY_OUT_CLEARING,
    PAYMENT_DIFFERENCES,
    TRANSFER_DIFFERENCES,
    USE_DIFFERENCE,
    System,
)

TODAY = date(2026, 3, 16)


@pytest.fixture(scope="module")
def company() -> Business:
    """A company in which each entity has room for every kind of difference."""
    return generate(seed=7, bills=1_500, today=TODAY)


@pytest.mark.parametrize(("seed", "entities", "bills"), [(1, 3, 0), (1, 3, 7), (2, 1, 60), (3, 3, 300), (4, 2, 2_001)])
@pytest.mark.parametrize("system", ["bill", "intacct"])
def test_payments_and_credits_explain_what_each_bill_says_is_paid(seed: int, entities: int, bills: int, system: System):
    """In each system the payments that count there and the credits used there make up each bill's paid amount."""
    company = generate(seed=seed, entities=entities, bills=bills, today=TODAY)
    explained = company.settlements.paid(system)
    said = {bill.key: paid_of(bill)[system == "intacct"] for bill in company.bills}
    assert {key: amount for key, amount in said.items() if amount} == explained


def test_bills_are_what_they_were_without_settlements(company: Business):
    """Settlements draw from dice of their own and leave every bill as the bill maker made it."""
    again = generate(seed=7, bills=1_500, today=TODAY)
    assert again.bills == company.bills
    assert again.settlements == company.settlements
    assert company.bills[0].number == "IN-1001" or company.bills[0].number.endswith("-1001")


def test_every_entity_shows_every_difference(company: Business):
    """Each planted kind can be shown in each entity; a kind that vanished would leave a rule without data."""
    settlements = company.settlements
    for entity in company.entities:
        payments = {one.difference for one in settlements.payments if one.entity_id == entity.entity_id}
        credits_ = {one.difference for one in settlements.credits if one.entity_id == entity.entity_id}
        assert payments >= PAYMENT_DIFFERENCES.keys(), entity.entity_id
        assert credits_ >= CREDIT_DIFFERENCES.keys(), entity.entity_id
    assert {use.difference for use in settlements.uses} == {"", USE_DIFFERENCE, "applied_in_intacct"}


def test_payments_show_the_words_of_bill(company: Business):
    """Paid, under way, on hold, failed, scheduled, cancelled and voided payments are all there."""
    words = {payment.status for payment in company.settlements.payments if payment.in_bill}
    assert words >= {
        "SCHEDULED", "CANCELED", "VOIDED", "FUNDING_FAILED_VOIDED", "CLEARED", "UNDEFINED", "VOID_PENDING", "EXPIRING",
        "FUNDS_ESCHEATED", "FUNDING_FAILED_ACTION_NEEDED", "DISBURSEMENT_ON_HOLD",
        "DISBURSEMENT_FAILED_ACTION_NEEDED", "DISBURSEMENT_FAILED_VENDOR_BANK_REJECTED",
    }  # fmt: skip
    assert words & {"FUNDING_STARTED", "PROCESSED", "SENT", "DELIVERED"}
    ways = Counter(payment.way for payment in company.settlements.payments)
    assert all(ways[way] for way in ("platform", "print_check", "outside", "intacct"))


def test_a_payment_is_of_one_vendor_and_its_bills(company: Business):
    """One payment pays bills of one vendor in one currency, some several, none before the bill was there."""
    bills = {bill.key: bill for bill in company.bills}
    for payment in company.settlements.payments:
        for share in payment.shares:
            bill = bills[share.bill_key]
            assert (bill.vendor_key, bill.currency, bill.entity_id) == (
                payment.vendor_key,
                payment.currency,
                payment.entity_id,
            )
            assert share.amount > 0
            assert payment.process_date >= bill.created_at.date()
        assert payment.created_at < payment.modified_at
        assert -payment.funding_amount.as_tuple().exponent == minor_unit_digits(_currency(company, payment.entity_id))
    assert max(len(payment.shares) for payment in company.settlements.payments) > 1


def test_credits_are_used_up_to_their_amount(company: Business):
    """No credit is used beyond its total in either system, and where the systems differ Intacct used the oldest."""
    credits_ = {credit.key: credit for credit in company.settlements.credits}
    for system in ("bill", "intacct"):
        for key, used in company.settlements.used(system).items():
            assert used <= credits_[key].total
    pairs: dict[int, dict[str, int]] = defaultdict(dict)
    for use in company.settlements.uses:
        if use.difference == USE_DIFFERENCE:
            pairs[use.bill_key]["bill" if use.in_bill else "intacct"] = use.credit_key
    assert pairs
    for pair in pairs.values():
        assert credits_[pair["intacct"]].credit_date < credits_[pair["bill"]].credit_date


def test_transfers_bring_clearing_back_to_zero(company: Business):
    """What BILL's payments draw on clearing, the bank's transfers put back, currency by currency."""
    settlements = company.settlements
    for entity in company.entities:
        drawn = sum(
            (
                payment.funding_amount
                for payment in settlements.payments
                if payment.entity_id == entity.entity_id
                and payment.account_no == MONEY_OUT_CLEARING
                and payment.status not in {"SCHEDULED", "CANCELED", "VOIDED"}
            ),
            start=Decimal(0),
        )
        transfers = [transfer for transfer in settlements.transfers if transfer.entity_id == entity.entity_id]
        assert drawn == sum((transfer.amount for transfer in transfers if transfer.in_bill), start=Decimal(0)) != 0
        assert {transfer.difference for transfer in transfers} == {"", *TRANSFER_DIFFERENCES}


def _currency(company: Business, entity_id: str) -> str:
    return next(entity.currency for entity in company.entities if entity.entity_id == entity_id)
