"""Sums that documents keep: what passes, what is named, and what may be apart."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intacct_pipelines.domain.catalog import TABLES
from intacct_pipelines.domain.catalog.sums import SUMS, Sum, Term, currency_of, terms
from intacct_pipelines.validate.sums import SumCheck

Row = dict[str, Any]


def declared(table: str, check: str, lines: str | None = None) -> Sum:
    (one,) = (one for one in SUMS if (one.table, one.check) == (table, check) and (lines is None or one.lines == lines))
    return one


def failing(one: Sum, header: Row | list[Row], *lines: Row) -> dict[str, str]:
    """The documents that break a sum; amounts are given as text, and what is not named is empty."""
    rows = {
        one.table: header if isinstance(header, list) else [header],
        **({one.lines: list(lines)} if one.lines else {}),
    }
    frames = {
        name: pd.DataFrame(
            [[_value(row.get(column)) for column in TABLES[name].column_names] for row in given],
            columns=list(TABLES[name].column_names),
            dtype=object,
        )
        for name, given in rows.items()
    }
    return dict(SumCheck(one)(frames))


def _value(cell: Any) -> Any:
    try:
        return Decimal(cell)
    except (ArithmeticError, TypeError, ValueError):
        return cell


def invoice(total: str, base: str, currency: str = "EUR", **more: str) -> Row:
    own = {"record_no": 7, "currency": currency, "base_currency": "USD", "state": "Posted"}
    return {**own, "trx_total_entered": total, "total_entered": base, **more}


def line(amount: str, base: str, currency: str = "EUR", **more: str) -> Row:
    own = {"invoice_record_no": 7, "currency": currency, "base_currency": "USD"}
    return {**own, "trx_amount": amount, "amount": base, **more}


IN_BASE = declared("intacct.ar_invoice", "lines_add_up_in_base")
OPEN = declared("intacct.ar_invoice", "settled_and_open")


@pytest.mark.parametrize(
    ("base", "currency", "fails"),
    [
        ("33.33", "EUR", False),
        ("33.35", "EUR", False),
        ("33.36", "EUR", True),
        ("33.33", "USD", False),
        ("33.34", "USD", True),
    ],
)
def test_base_amounts_may_be_apart_by_their_rounding_only_where_they_were_converted(
    base: str, currency: str, fails: bool
) -> None:
    """A minor unit for each of two lines in another currency; not one where nothing was converted."""
    lines = [line("10", "11.11", currency), line("20", "22.22", currency)]
    found = failing(IN_BASE, invoice("30", base, currency), *lines)
    assert found == ({"7": f"header {base} USD, lines 33.33 USD"} if fails else {})


def test_a_currency_without_decimals_is_apart_by_whole_units() -> None:
    """The minor unit is the base currency's own."""
    header = invoice("10", "1500") | {"base_currency": "JPY"}
    part = line("10", "1501") | {"base_currency": "JPY"}
    assert failing(IN_BASE, header, part) == {}
    assert failing(IN_BASE, header, part | {"amount": "1502"}) == {"7": "header 1500 JPY, lines 1502 JPY"}


@pytest.mark.parametrize(
    ("more", "value"),
    [
        ({"trx_total_paid": "10", "trx_total_due": "20"}, ""),
        ({"trx_total_paid": "30"}, ""),
        ({"trx_total_paid": "-5", "trx_total_due": "35"}, ""),
        (
            {"trx_total_paid": "10", "trx_total_due": "19.99"},
            "trx_total_entered 30, trx_total_paid -10, trx_total_due -19.99: 0.01 EUR apart",
        ),
        ({"trx_total_due": "0"}, "trx_total_entered 30, trx_total_paid nothing, trx_total_due 0: 30 EUR apart"),
        ({"trx_total_paid": "10", "trx_total_due": "0", "state": "Selected"}, ""),
        ({"trx_total_paid": "10", "trx_total_due": "0", "state": "Reversed"}, ""),
        ({}, ""),
    ],
)
def test_what_is_settled_and_what_is_open_make_the_total(more: Row, value: str) -> None:
    """To the cent; not where a state says otherwise, nor where the source says nothing of either."""
    assert failing(OPEN, invoice("30", "33", **more)) == ({"7": value} if value else {})


AMOUNTS = st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**13), max_value=10**13)


@given(st.lists(st.tuples(AMOUNTS, st.sampled_from(("1", "-1"))), min_size=1, max_size=8))
def test_a_journal_entry_balances_to_the_cent_or_is_named(entries: list[tuple[Decimal, str]]) -> None:
    """Debits less credits of any amounts: with the balancing line it passes, with a cent more it does not."""
    one = declared("intacct.journal_entry", "balances_in_base", "intacct.journal_entry_line")
    rest = sum((amount * int(side) for amount, side in entries), Decimal(0))
    sides = [*entries, (rest, "-1")]

    def lines(extra: str) -> list[Row]:
        return [
            {"entry_record_no": 5, "base_currency": "USD", "tr_type": int(side), "amount": amount}
            for amount, side in [*sides, (Decimal(extra), "1")]
        ]

    entry = {"record_no": 5, "state": "Posted"}
    assert failing(one, entry, *lines("0.00")) == {}
    assert set(failing(one, entry, *lines("0.01"))) == {"5"}
    assert failing(one, entry | {"state": "Draft"}, *lines("0.01")) == {}


def test_an_entry_in_several_currencies_balances_in_base_alone() -> None:
    """Euros and dollars of one entry are not expected to cancel out; their base amounts are."""
    lines = [
        {
            "entry_record_no": 5,
            "currency": "EUR",
            "base_currency": "USD",
            "tr_type": 1,
            "trx_amount": "10",
            "amount": "11",
        },
        {
            "entry_record_no": 5,
            "currency": "USD",
            "base_currency": "USD",
            "tr_type": -1,
            "trx_amount": "11",
            "amount": "11",
        },
    ]
    entry = {"record_no": 5, "state": "Posted"}
    assert failing(declared("intacct.journal_entry", "balances"), entry, *lines) == {}
    in_base = declared("intacct.journal_entry", "balances_in_base", "intacct.journal_entry_line")
    assert failing(in_base, entry, *lines) == {}
    lines[1]["currency"] = "EUR"
    expected = {"5": "lines -1 EUR where nothing should be left"}
    assert failing(declared("intacct.journal_entry", "balances"), entry, *lines) == expected


def test_a_payments_details_count_money_and_no_credit() -> None:
    """What is paid by a credit has no amount of money, and adds nothing."""
    one = declared("intacct.ap_payment", "details_add_up")
    payment = {"record_no": 7, "currency": "USD", "trx_total_entered": "80.5"}
    money = {"payment_record_no": 7, "currency": "USD", "trx_payment_amount": "80.50"}
    credit = {"payment_record_no": 7, "currency": "USD", "trx_adjustment_amount": "40"}
    assert failing(one, payment, money, credit) == {}
    assert failing(one, payment, credit) == {"7": "header 80.5 USD, lines 0 USD"}


def test_sales_tax_is_in_the_total_of_bills_invoice_and_in_no_line() -> None:
    """S-INV-03: an invoice without any tax says nothing of it, and is still held against its lines."""
    one = declared("bill.ar_invoice", "lines_add_up")
    invoice = {"id": "i", "currency": "USD", "amount": "324.75", "tax_amount": "24.75"}
    sold = {"invoice_id": "i", "currency": "USD", "quantity": "2", "price": "150"}
    assert failing(one, invoice, sold) == {}
    assert failing(one, invoice | {"tax_amount": None}, sold) == {"i": "header 324.75 USD, lines 300 USD"}


def test_only_what_was_received_counts_against_what_is_open() -> None:
    """A voided receipt is listed, and settles nothing."""
    one = declared("bill.ar_invoice", "settled_and_open")
    invoice = {"id": "i", "currency": "USD", "amount": "300", "due_amount": "100", "credit_amount": "50"}
    paid = {"invoice_id": "i", "currency": "USD", "amount": "150", "status": "PAID"}
    assert failing(one, invoice, paid, paid | {"status": "VOID"}) == {}
    assert failing(one, invoice, paid | {"status": "VOID"}) == {"i": "header 150 USD, lines 0 USD"}


def test_both_sides_of_a_transfer_cancel_and_what_arrives_is_the_total() -> None:
    """S-AFT-01: the account that the money left is negative."""
    transfer = {"record_no": 8, "base_currency": "JPY", "total_entered": "100000"}
    sides = [{"transfer_record_no": 8, "base_currency": "JPY", "amount": amount} for amount in ("-100000", "100000")]
    for check in ("sides_cancel", "lines_add_up"):
        assert failing(declared("intacct.funds_transfer", check), transfer, *sides) == {}
    sides[1]["amount"] = "99999"
    assert failing(declared("intacct.funds_transfer", "sides_cancel"), transfer, *sides) == {
        "8": "lines -1 JPY where nothing should be left"
    }
    assert failing(declared("intacct.funds_transfer", "lines_add_up"), transfer, *sides) == {
        "8": "header 100000 JPY, lines 99999 JPY"
    }


@pytest.mark.parametrize("one", SUMS, ids=lambda one: f"{one.table}-{one.check}-{one.lines}")
def test_every_sum_names_columns_that_are_there_and_amounts_of_one_currency(one: Sum) -> None:
    """A declaration that is misspelt fails here and not at night."""
    for name, texts in ((one.table, one.total), (one.lines, one.parts)):
        if texts:
            currency_of(TABLES[name], terms(texts))
    for name, (column, values) in ((one.table, one.unless), (one.lines, one.only)):
        assert not column or (TABLES[name].column(column) and values)
    assert bool(one.lines) == bool(one.parts)
    assert one.total or one.parts
    if one.lines:
        assert TABLES[one.lines].column(one.parent_key or TABLES[one.lines].parent_key)


def test_terms_are_read_as_they_are_written() -> None:
    """Four forms, and nothing else is guessed at."""
    assert terms(("a", "-b", "c * d", "e > 0")) == (
        Term(("a",)),
        Term(("b",), is_subtracted=True),
        Term(("c", "d")),
        Term(("e",), is_positive_only=True),
    )
    with pytest.raises(ValueError, match=r"a \+ b"):
        terms(("a + b",))


def test_amounts_of_different_currencies_are_never_added() -> None:
    """A declaration that mixes transaction and base amounts is refused."""
    with pytest.raises(ValueError, match="cannot be added"):
        currency_of(TABLES["intacct.ap_bill"], terms(("trx_total_entered", "-total_due")))
