"""The generated receivables: the same for the same seed, exact in every currency, different exactly where they say."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intacct_pipelines.domain.money import minor_unit_digits
from intacct_pipelines.sandbox.business import Business
from intacct_pipelines.sandbox.generator import generate
from intacct_pipelines.sandbox.receivables_business import Receivables, seen_by
from intacct_pipelines.sandbox.receivables_maker import CUSTOMER_DIFFERENCES, INVOICE_DIFFERENCES
from intacct_pipelines.sandbox.settlement_maker import (
    CREDIT_DIFFERENCES,
    DEPOSIT_DIFFERENCES,
    RECEIPT_DIFFERENCES,
    planted_kinds,
)

TODAY = date(2026, 3, 16)


@pytest.fixture(scope="module")
def company() -> Business:
    """A company of the usual size."""
    return generate(seed=7, bills=900, today=TODAY)


def _receivables(seed: int, bills: int) -> Receivables:
    return generate(seed=seed, bills=bills, today=TODAY).receivables


def test_receivables_do_not_move_what_was_drawn_before():
    """Bills and vendors of a seed are those of before receivables existed: receivables have dice of their own."""
    company = generate(seed=7, bills=60, today=TODAY)
    assert (company.bills[0].bill_id, company.vendors[-1].name) == ("00nCkcjR79qTe7x40312", "Fern Plumbing LLC")


def test_same_seed_same_receivables():
    """Nothing but the arguments decides."""
    assert _receivables(3, 90) == _receivables(3, 90)
    assert _receivables(3, 90) != _receivables(4, 90)


@pytest.mark.parametrize("bills", [0, 1, 4, 12])
def test_a_small_company_has_receivables_too(bills: int):
    """Two invoices for five bills, down to none."""
    receivables = _receivables(1, bills)
    assert len(receivables.invoices) == bills * 2 // 5
    assert bool(receivables.customers) == bool(receivables.invoices)


def test_every_difference_is_in_every_entity(company: Business):
    """Each kind of difference can be shown in each entity."""
    receivables = company.receivables
    for entity in company.entities:

        def kinds(documents: object, of: str = entity.entity_id) -> set[str]:
            return {one.difference for one in documents if one.entity_id == of}  # type: ignore[attr-defined]

        assert kinds(receivables.customers) >= set(CUSTOMER_DIFFERENCES)
        assert kinds(receivables.invoices) >= set(INVOICE_DIFFERENCES)
        assert kinds(receivables.receipts) >= {*RECEIPT_DIFFERENCES, "received_in_intacct"}
        assert kinds(receivables.credit_memos) >= set(CREDIT_DIFFERENCES)
        assert kinds(receivables.deposits) >= set(DEPOSIT_DIFFERENCES)


def test_planted_kinds_take_at_most_half():
    """With few records the most telling kinds come first."""
    assert planted_kinds({"a": 0.1, "b": 0.1, "c": 0.1}, 5) == ["a", "b"]
    assert Counter(planted_kinds({"a": 0.1, "b": 0.001}, 100)) == {"a": 10, "b": 1}


def test_what_agrees_is_the_same_in_both_systems(company: Business):
    """A document without a difference has no changes, and both systems have it (deposits by hand are Intacct's)."""
    receivables = company.receivables
    for document in (*receivables.invoices, *receivables.receipts, *receivables.credit_memos):
        if not document.difference:
            assert document.in_intacct
            assert document.in_bill
            assert not document.intacct_changes
            assert not document.bill_changes


def test_changes_name_fields_of_their_own(company: Business):
    """A copy that differs can be made from its changes, and differs."""
    for document in company.receivables.receipts:
        for system, changes in (("intacct", document.intacct_changes), ("bill", document.bill_changes)):
            seen = seen_by(system, [document])  # type: ignore[arg-type]  # one of the two
            assert all(getattr(copy, name) == value for copy in seen for name, value in changes.items())


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), bills=st.integers(0, 250))
def test_no_invoice_is_settled_beyond_its_total(seed: int, bills: int):
    """In either system receipts and credits never exceed an invoice, and only settle invoices that are there."""
    receivables = _receivables(seed, bills)
    for system in ("intacct", "bill"):
        there = {one.key: one for one in seen_by(system, receivables.invoices)}  # type: ignore[arg-type]  # one of the two
        settled = receivables.settled(system)  # type: ignore[arg-type]  # one of the two
        assert settled.keys() <= there.keys()
        assert all(0 < amount <= there[key].total for key, amount in settled.items())


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), bills=st.integers(0, 250))
def test_deposits_hold_their_receipts_to_the_cent(seed: int, bills: int):
    """A transfer or deposit is the sum of its receipts and their fees (S-RFT-01, S-FEE-01); none is in two."""
    receivables = _receivables(seed, bills)
    receipts = {one.key: one for one in receivables.receipts}
    for deposit in receivables.deposits:
        members = [receipts[key] for key in deposit.receipt_keys]
        assert deposit.amount == sum(one.amount + one.fee for one in members)
        assert {(one.currency, one.entity_id, one.deposit_key) for one in members} == {
            (deposit.currency, deposit.entity_id, deposit.key)
        }
        assert {one.is_online for one in members} == {deposit.kind == "transfer"}
        assert all(one.receipt_date <= deposit.deposit_date for one in members)
    deposited = [key for deposit in receivables.deposits for key in deposit.receipt_keys]
    assert len(deposited) == len(set(deposited))
    assert all(bool(one.deposit_key) == (one.key in set(deposited)) for one in receipts.values())


def test_amounts_fit_their_currency(company: Business):
    """Every amount has the decimals of its currency, yen none."""
    receivables = company.receivables
    amounts: list[tuple[Decimal, str]] = []
    for document in (*receivables.invoices, *receivables.credit_memos):
        amounts += [(value, document.currency) for line in document.lines for value in (line.amount, line.price)]
        assert all(line.amount == line.price * line.quantity for line in document.lines)
    for receipt in receivables.receipts:
        amounts += [(one.amount, receipt.currency) for one in receipt.applications]
        amounts += [(receipt.amount, receipt.currency), (receipt.fee, receipt.currency)]
        assert receipt.unapplied >= 0
    amounts += [(deposit.amount, deposit.currency) for deposit in receivables.deposits]
    assert all(-amount.as_tuple().exponent == minor_unit_digits(currency) for amount, currency in amounts)  # type: ignore[operator]  # finite
    assert {currency for _, currency in amounts} == {"USD", "EUR", "JPY"}


def test_sales_tax_is_the_last_line_and_its_item_s_share(company: Business):
    """An invoice with a tax item ends with one line on the tax account, rounded like its currency (S-INV-03)."""
    rates = {item.item_id: item.tax_percentage for item in company.receivables.items}
    taxed = [invoice for invoice in company.receivables.invoices if invoice.tax_item_id]
    assert taxed
    for invoice in taxed:
        *sold, tax = invoice.lines
        net = sum((line.amount for line in sold), Decimal(0))
        assert tax.is_tax
        assert not any(line.is_tax for line in sold)
        assert invoice.tax == (net * rates[invoice.tax_item_id] / 100).quantize(tax.amount)
        assert invoice.total == net + invoice.tax
    assert all(not invoice.tax for invoice in company.receivables.invoices if not invoice.tax_item_id)


def test_dates_are_in_order_and_the_last_day_is_quiet(company: Business):
    """Everything happens before today, in order, and a window of the last day holds few changes."""
    midnight = datetime(TODAY.year, TODAY.month, TODAY.day, tzinfo=UTC)
    receivables = company.receivables
    for document in (*receivables.invoices, *receivables.receipts, *receivables.credit_memos):
        assert document.created_at <= document.intacct_modified_at < midnight
        assert document.created_at <= document.bill_modified_at < midnight
    fresh = [one for one in receivables.receipts if one.created_at > midnight - timedelta(hours=24)]
    assert {one.difference for one in fresh} == {"received_yesterday"}
    assert len(fresh) <= 4 * len(company.entities)
