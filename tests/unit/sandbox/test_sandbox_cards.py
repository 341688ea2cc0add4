"""The generated card programme: believable, exact, and different from Intacct exactly where it says so."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intacct_pipelines.domain.money import minor_unit_digits
from intacct_pipelines.sandbox.business import Business
from intacct_pipelines.sandbox.card_maker import DIFFERENCES
from intacct_pipelines.sandbox.cards import CardProgramme, CardTransaction
from intacct_pipelines.sandbox.generator import generate

TODAY = date(2026, 3, 16)


@pytest.fixture(scope="module")
def company() -> Business:
    """A company of the usual size."""
    return generate(seed=7, bills=600, today=TODAY)


def _of(company: Business, difference: str) -> list[CardTransaction]:
    found = [one for one in company.cards.transactions if one.difference == difference]
    assert found, difference
    return found


def test_the_rest_of_the_company_does_not_depend_on_its_cards(monkeypatch: pytest.MonkeyPatch):
    """Cards draw from their own dice: all but the cardholders' expense reports is the same with them and without."""
    whole = generate(seed=3, bills=90, today=TODAY)
    monkeypatch.setattr("intacct_pipelines.sandbox.generator.make_cards", lambda *_: CardProgramme())
    without = generate(seed=3, bills=90, today=TODAY)
    assert replace(whole, cards=CardProgramme(), expense_reports=without.expense_reports) == without
    assert whole.cards.transactions


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6), bills=st.integers(1, 200), currencies=st.permutations(("USD", "EUR", "JPY", "KWD")))
def test_every_transaction_is_exact_and_numbered(seed: int, bills: int, currencies: list[str]):
    """Amounts fit their currency, fees lie within the total, and Intacct's numbers count from 1 without a hole."""
    cards = generate(seed=seed, bills=bills, currencies=tuple(currencies), today=TODAY).cards
    for one in cards.transactions:
        digits = minor_unit_digits(one.currency)
        for amount in (one.total, one.fees, *(line.amount for line in one.lines)):
            assert amount == round(amount, digits)
        assert one.original_amount == round(one.original_amount, minor_unit_digits(one.original_currency))
        assert abs(one.fees) < abs(one.total)
        assert one.occurred_at <= one.modified_at
    numbers = [one.intacct_record_no for one in cards.transactions if one.in_intacct]
    assert numbers == list(range(1, len(numbers) + 1))
    keys = [one.key for one in cards.transactions]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize(("entities", "bills"), [(1, 1), (3, 60), (3, 600)])
def test_every_difference_is_in_every_account(entities: int, bills: int):
    """Any company with bills shows each kind of difference on each account; one without has no transactions."""
    company = generate(entities=entities, bills=bills, today=TODAY)
    for account in company.cards.accounts:
        own = [one for one in company.cards.transactions if one.entity_id == account.entity_id]
        assert {one.difference for one in own} >= set(DIFFERENCES)
    assert not generate(bills=0, today=TODAY).cards.transactions


def test_what_agrees_is_synced_and_only_settled_transactions_are_in_intacct(company: Business):
    """An ordinary settlement is in both systems with its number; authorisations and refusals never reach Intacct."""
    for one in company.cards.transactions:
        if one.kind != "CLEAR":
            assert (one.in_intacct, one.sync_status, one.claimed_record_no) == (False, "", None)
        elif not one.difference:
            assert one.in_intacct
            assert one.claimed_record_no == one.intacct_record_no
            assert one.intacct_lines == one.lines


def test_the_programme_has_reversals_refunds_splits_and_foreign_currency(company: Business):
    """The cases of S-CRD-11 and of settlement all occur, and children add up to their parent."""
    transactions = company.cards.transactions
    by_key = {one.key: one for one in transactions}
    reversals = [one for one in transactions if one.kind == "AUTHORIZATION" and one.total < 0]
    refunds = [one for one in transactions if one.kind == "CLEAR" and one.total < 0]
    assert reversals
    assert refunds
    for one in (*reversals, *refunds):
        assert one.original_key is not None
        assert by_key[one.original_key].total == -one.total
    splits = [one for one in transactions if len(one.lines) > 1]
    assert splits
    assert all(sum(line.amount for line in one.lines) == one.total for one in splits)
    assert any(one.original_currency != one.currency and one.fees for one in transactions)


def test_the_window_of_the_vendors_sync_has_its_cases(company: Business):
    """S-CRD-08: complete and never synced after seven days, after sixty, and one that is still in flight."""
    for one in _of(company, "missed_window"):
        assert 7 < (TODAY - one.posting_date).days < 60
        assert one.is_complete
        assert not one.in_intacct
    for one in _of(company, "older_than_60_days"):
        assert (TODAY - one.posting_date).days > 60
        assert one.is_complete
        assert not one.in_intacct
    for one in _of(company, "completed_yesterday"):
        assert one.modified_at.date() == TODAY - timedelta(days=1)
        assert one.sync_status == "PENDING"


def test_false_claims_and_wrong_amounts_are_as_they_say(company: Business):
    """S-CRD-10: a claim of an Intacct record that is not there; and a copy whose amount differs by one unit."""
    numbers = {one.intacct_record_no for one in company.cards.transactions}
    for one in _of(company, "says_synced"):
        assert one.sync_status == "SYNCED"
        assert one.claimed_record_no not in numbers
        assert not one.in_intacct
    for one in _of(company, "wrong_amount"):
        assert sum(line.amount for line in one.intacct_lines) == one.total + 1
    for one in _of(company, "relocated"):
        defaults = {account.entity_id: account.location_id for account in company.cards.accounts}
        assert {line.location_id for line in one.intacct_lines} == {defaults[one.entity_id]}
    assert Counter(one.in_spend for one in _of(company, "posted_twice"))[False] >= 1
