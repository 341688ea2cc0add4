"""Receivables in the Intacct twin: what was generated is there, ties to the ledger, and every entry balances."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intacct_pipelines.sandbox.generator import generate
from intacct_pipelines.sandbox.intacct import IntacctTwin
from intacct_pipelines.sandbox.intacct.posting import Coding
from intacct_pipelines.sandbox.intacct.receivables import Cash, OpenItem, opposite, receipt_entries
from intacct_pipelines.sandbox.ledger import CREDIT, DEBIT, EXCHANGE_ACCOUNT
from intacct_pipelines.sandbox.receivables_business import (
    DEPOSITS_ACCOUNT,
    RECEIVABLE_ACCOUNT,
    SALES_TAX_ACCOUNT,
    seen_by,
)

TODAY = date(2026, 3, 16)
HERE = Coding("100", "100-SJC")
money = st.integers(1, 10**9).map(lambda cents: Decimal(cents).scaleb(-2))
rates = st.integers(1, 10**8).map(lambda millionths: Decimal(millionths).scaleb(-6))


@pytest.fixture(scope="module")
def twin() -> IntacctTwin:
    """A company of the usual size."""
    return IntacctTwin(generate(seed=7, bills=600, today=TODAY))


def _sum(twin: IntacctTwin, object_name: str, field: str) -> dict[tuple[str, str], Decimal]:
    """A field's sum by entity and currency."""
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in twin.records(object_name):
        sums[row["MEGAENTITYID"], row["CURRENCY"]] += Decimal(row[field] or "0")
    return sums


def _balance(twin: IntacctTwin, account_no: str, *, base: bool = False) -> dict[tuple[str, str], Decimal]:
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for posting in twin.ledger.postings():
        for line in posting.lines:
            if line.account_no == account_no:
                sums[line.entity_id, posting.currency] += (line.base_amount if base else line.trx_amount) * line.side
    return sums


@pytest.mark.parametrize(("field", "base"), [("TRX_TOTALDUE", False), ("TOTALDUE", True)])
@pytest.mark.parametrize("seed", [1, 7, 42])
def test_what_customers_owe_is_the_balance_of_receivables(seed: int, field: str, *, base: bool):
    """Open invoices less unapplied credit memos are the receivables account, per entity and currency, in either one."""
    twin = IntacctTwin(generate(seed=seed, bills=300, today=TODAY))
    owed = _sum(twin, "ARINVOICE", field)
    for key, amount in _sum(twin, "ARADJUSTMENT", field).items():
        owed[key] += amount
    balance = _balance(twin, RECEIVABLE_ACCOUNT, base=base)
    assert len({currency for _, currency in owed}) == 3
    assert {key: amount for key, amount in owed.items() if amount} == {k: v for k, v in balance.items() if v}


@pytest.mark.parametrize(("field", "base"), [("TRX_TOTALDUE", False), ("TOTALDUE", True)])
def test_what_was_paid_ahead_is_the_balance_of_deposits(twin: IntacctTwin, field: str, *, base: bool):
    """Overpayments and advances stand on the customers' account in the ledger."""
    ahead = _sum(twin, "ARPYMT", field)
    for key, amount in _sum(twin, "ARADVANCE", field).items():
        ahead[key] += amount
    balance = _balance(twin, DEPOSITS_ACCOUNT, base=base)
    assert any(ahead.values())
    assert {key: -amount for key, amount in ahead.items() if amount} == {k: v for k, v in balance.items() if v}


def test_sales_tax_is_a_line_on_the_tax_account(twin: IntacctTwin):
    """The tax that Intacct's copies charge is the balance of the tax account (S-INV-03)."""
    charged: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for invoice in seen_by("intacct", twin.business.receivables.invoices):
        charged[invoice.entity_id, invoice.currency] -= invoice.tax
    balance = _balance(twin, SALES_TAX_ACCOUNT)
    assert {key: value for key, value in charged.items() if value} == {k: v for k, v in balance.items() if v}
    lines = [row for row in twin.records("ARINVOICEITEM") if row["ACCOUNTNO"] == SALES_TAX_ACCOUNT]
    assert -sum(charged.values()) == sum(Decimal(row["TRX_AMOUNT"]) for row in lines)


def test_every_document_is_there_with_its_total_and_what_is_settled(twin: IntacctTwin):
    """Invoices show the facts' total and what receipts and credits settled; states follow."""
    receivables = twin.business.receivables
    settled = receivables.settled("intacct")
    there = {row["RECORDID"]: row for row in twin.records("ARINVOICE")}
    invoices = seen_by("intacct", receivables.invoices)
    assert there.keys() == {invoice.number for invoice in invoices}
    for invoice in invoices:
        row = there[invoice.number]
        paid = settled.get(invoice.key, Decimal(0))
        state = "Paid" if paid == invoice.total else "Partially Paid" if paid else "Posted"
        assert (Decimal(row["TRX_TOTALENTERED"]), Decimal(row["TRX_TOTALPAID"])) == (invoice.total, paid)
        assert row["STATE"] == state
        assert bool(row["WHENPAID"]) == (state == "Paid") == (not Decimal(row["TOTALDUE"]))
    memos = seen_by("intacct", receivables.credit_memos)
    adjustments = {row["RECORDID"]: row for row in twin.records("ARADJUSTMENT")}
    assert {memo.number: (-memo.total, -memo.applied) for memo in memos} == {
        number: (Decimal(row["TRX_TOTALENTERED"]), Decimal(row["TRX_TOTALPAID"])) for number, row in adjustments.items()
    }


def test_details_say_what_settled_each_invoice(twin: IntacctTwin):
    """Money and credits of an invoice's details are what is paid of it, reversals included (S-ARP-02, S-CRM-01)."""
    settled: dict[str, Decimal] = defaultdict(Decimal)
    for row in twin.records("ARPYMTDETAIL"):
        settled[row["RECORDKEY"]] += Decimal(row["TRX_PAYMENTAMOUNT"] or "0")
        settled[row["RECORDKEY"]] += Decimal(row["TRX_ADJUSTMENTAMOUNT"] or "0")
    paid = {row["RECORDNO"]: Decimal(row["TRX_TOTALPAID"]) for row in twin.records("ARINVOICE")}
    assert {key: amount for key, amount in settled.items() if amount} == {k: v for k, v in paid.items() if v}


def test_a_voided_receipt_leaves_two_records_and_nothing_behind(twin: IntacctTwin):
    """The original is Reversed, a Reversal on a day of its own undoes it in the ledger (S-ARP-03)."""
    receipts = {row["RECORDNO"]: row for row in twin.records("ARPYMT")}
    reversals = [row for row in receipts.values() if row["STATE"] == "Reversal"]
    assert len(reversals) == len(twin.business.entities)
    for reversal in reversals:
        original = receipts[reversal["PARENTPAYMENTKEY"]]
        assert original["STATE"] == "Reversed"
        assert Decimal(original["TRX_TOTALENTERED"]) == -Decimal(reversal["TRX_TOTALENTERED"])
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for posting in twin.ledger.postings():
            if posting.document.object_name == "ARPYMT" and str(posting.document.record_no) in {
                original["RECORDNO"],
                reversal["RECORDNO"],
            }:
                for line in posting.lines:
                    sums[line.account_no] += line.trx_amount * line.side
        assert sums
        assert not any(sums.values())


def test_an_advance_holds_what_has_not_found_its_invoice(twin: IntacctTwin):
    """Receipts that Intacct applied to nothing are advances with one line on the customers' account."""
    unapplied = [one for one in seen_by("intacct", twin.business.receivables.receipts) if not one.applications]
    advances = {row["RECORDID"]: row for row in twin.records("ARADVANCE")}
    lines = {row["RECORDKEY"]: row for row in twin.records("ARADVANCEITEM")}
    assert {one.reference: one.amount for one in unapplied} == {
        number: Decimal(row["TRX_TOTALENTERED"]) for number, row in advances.items()
    }
    assert advances
    for row in advances.values():
        line = lines[row["RECORDNO"]]
        assert (line["ACCOUNTNO"], line["TRX_AMOUNT"]) == (DEPOSITS_ACCOUNT, row["TRX_TOTALENTERED"])


def test_invoices_of_sales_orders_say_so(twin: IntacctTwin):
    """An order's number is the invoice's reference, and its module Order Entry (S-SAL-03)."""
    numbers = {one.number: one.so_number for one in twin.business.receivables.invoices if one.so_number}
    found = {row["RECORDID"]: row["DOCNUMBER"] for row in twin.records("ARINVOICE") if row["MODULEKEY"] == "8.SO"}
    assert found == numbers
    assert numbers


def _net(entries: list, account_no: str, *, base: bool = False) -> Decimal:  # type: ignore[type-arg]  # of entries
    chosen = [entry for entry in entries if entry.account_no == account_no]
    return sum(((one.base_amount if base else one.trx_amount) * one.side for one in chosen), Decimal(0))


@given(paid=money, invoiced=money, paid_rate=rates, invoice_rate=rates, currency=st.sampled_from(["USD", "JPY", "KWD"]))
def test_a_receipt_balances_in_both_currencies_whatever_the_rates(
    paid: Decimal, invoiced: Decimal, paid_rate: Decimal, invoice_rate: Decimal, currency: str
):
    """Debits are credits, to the minor unit; the whole exchange difference is realised on its account."""
    item = OpenItem(invoiced, (invoiced * invoice_rate).quantize(Decimal(1)), invoice_rate, currency)
    part = min(paid, invoiced)
    base = item.settle(part)
    entries = receipt_entries(Cash("1080", paid, paid_rate, currency), [(part, base)], HERE)
    assert sum(one.trx_amount * one.side for one in entries) == 0
    assert sum(one.base_amount * one.side for one in entries) == 0
    assert (_net(entries, "1080"), _net(entries, RECEIVABLE_ACCOUNT)) == (paid, -part)
    assert _net(entries, DEPOSITS_ACCOUNT) == part - paid
    assert _net(entries, EXCHANGE_ACCOUNT) == 0
    undone = opposite(entries)
    assert sum(_net([*entries, *undone], account, base=True) for account in ("1080", RECEIVABLE_ACCOUNT)) == 0


@given(parts=st.lists(money, min_size=1, max_size=6), rate=rates, currency=st.sampled_from(["USD", "JPY"]))
def test_an_item_that_is_wholly_settled_leaves_nothing_in_base_currency(
    parts: list[Decimal], rate: Decimal, currency: str
):
    """Rounding of the parts never leaves a cent: the last part takes the rest."""
    total = sum(parts)
    base = (total * rate).quantize(Decimal("0.01"))
    item = OpenItem(total, base, rate, currency)
    assert sum(item.settle(part) for part in parts) == base
    assert (item.trx_due, item.base_due) == (0, 0)


def test_applying_a_credit_at_the_same_rate_moves_nothing():
    """A credit memo and an invoice of one rate only change what is open; another rate realises the difference."""
    assert receipt_entries(None, [(Decimal(5), Decimal(6)), (Decimal(-5), Decimal(-6))], HERE) == []
    entries = receipt_entries(None, [(Decimal(5), Decimal(6)), (Decimal(-5), Decimal(-7))], HERE)
    assert [(one.side, one.base_amount) for one in entries if one.account_no == EXCHANGE_ACCOUNT] == [
        (CREDIT, Decimal(1))
    ]
    assert DEBIT not in {one.side for one in entries}


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10_000), bills=st.integers(0, 150), entities=st.integers(1, 4))
def test_the_trial_balance_is_zero_in_any_company(seed: int, bills: int, entities: int):
    """Per entity and currency, transaction and base, debits are credits."""
    twin = IntacctTwin(generate(seed=seed, bills=bills, entities=entities, today=TODAY))
    assert not any(twin.ledger.trial_balance().values())
    assert not any(twin.ledger.base_trial_balance().values())
