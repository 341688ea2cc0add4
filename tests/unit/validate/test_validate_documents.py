"""Checks across tables: what fits together passes, what does not is named."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intacct_pipelines.domain.catalog import TABLES, Kind
from intacct_pipelines.domain.catalog.sums import SUMS
from intacct_pipelines.validate.documents import DOCUMENT_CHECKS, FAILURE_COLUMNS, check_documents

ENTITY = "acme:100"


def frame(name: str, *rows: dict[str, Any]) -> pd.DataFrame:
    """Return a frame as the warehouse gives it: declared columns, objects."""
    columns = TABLES[name].column_names
    return pd.DataFrame([{**dict.fromkeys(columns), **row} for row in rows], columns=list(columns), dtype=object)


def bill_frames(amount: str, *lines: tuple[str, str | None]) -> dict[str, pd.DataFrame]:
    return {
        "bill.ap_bill": frame(
            "bill.ap_bill", {"id": "b1", "vendor_id": "v1", "currency": "USD", "amount": Decimal(amount)}
        ),
        "bill.ap_bill_line": frame(
            "bill.ap_bill_line",
            *(
                {"id": f"l{at}", "bill_id": "b1", "currency": currency, "amount": Decimal(text)}
                for at, (text, currency) in enumerate(lines)
            ),
        ),
        "bill.vendor": frame("bill.vendor", {"id": "v1"}),
    }


def failures(frames: dict[str, pd.DataFrame]) -> list[tuple[str, ...]]:
    found = check_documents(frames, entity=ENTITY)
    assert list(found.columns) == list(FAILURE_COLUMNS)
    return [tuple(row) for row in found.itertuples(index=False)]


def test_documents_that_fit_have_no_failures() -> None:
    """A bill with its vendor and lines that add up passes every check."""
    assert failures(bill_frames("30.25", ("30", "USD"), ("0.25", "USD"))) == []


@pytest.mark.parametrize(
    ("amount", "lines", "value"),
    [
        ("30.25", [("30", "USD"), ("0.24", "USD")], "header 30.25 USD, lines 30.24 USD"),
        ("30.25", [], "header 30.25 USD, lines 0 USD"),
        ("30.25", [("30.25", "EUR")], "header 30.25 USD, lines 30.25 EUR + 0 USD"),
        ("0", [("5", "EUR"), ("-5", "EUR")], "header 0 USD, lines 0 EUR + 0 USD"),
    ],
)
def test_unbalanced_bill_is_named_to_the_cent(amount: str, lines: list[tuple[str, str]], value: str) -> None:
    """Lines that differ from the header by a cent, by all, or by their currency are a failure [S-IDM-07]."""
    expected = (ENTITY, "bill.ap_bill", "b1", "lines_add_up", value, "S-IDM-07")
    assert failures(bill_frames(amount, *lines)) == [expected]


def test_lines_without_currency_are_in_the_bills() -> None:
    """A line that names no currency counts in its bill's; a scale of zeros makes no difference."""
    assert failures(bill_frames("30.250", ("30", None), ("0.25", "USD"))) == []


@given(
    st.lists(
        st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**20), max_value=10**20), max_size=9
    )
)
def test_sums_are_exact_for_any_amounts(amounts: list[Decimal]) -> None:
    """However long the amounts, their exact sum passes and a cent beside it does not."""
    total = sum((int(amount * 100) for amount in amounts), 0)
    lines = [(format(amount, "f"), "USD") for amount in amounts]
    assert failures(bill_frames(str(Decimal(total).scaleb(-2)), *lines)) == []
    assert len(failures(bill_frames(str(Decimal(total + 1).scaleb(-2)), *lines))) == 1


def test_line_without_its_bill_is_named() -> None:
    """A line whose bill is not there is a failure of the line."""
    frames = bill_frames("1", ("1", "USD"))
    frames["bill.ap_bill_line"].loc[1] = {**dict.fromkeys(frames["bill.ap_bill_line"]), "id": "l9", "bill_id": "b9"}
    assert failures(frames) == [(ENTITY, "bill.ap_bill_line", "l9", "line_has_parent", "no ap_bill b9", "")]


def test_bill_of_an_unknown_vendor_is_named() -> None:
    """A bill whose vendor is not there is a failure of the bill."""
    frames = bill_frames("1", ("1", "USD")) | {"bill.vendor": frame("bill.vendor", {"id": "v2"})}
    assert failures(frames) == [(ENTITY, "bill.ap_bill", "b1", "vendor_known", "no vendor v1", "")]


def test_intacct_is_judged_like_bill() -> None:
    """The same checks hold for Intacct's bills, by record number and in transaction currency."""
    bills = frame(
        "intacct.ap_bill",
        {"record_no": 1, "vendor_id": "V1", "currency": "EUR", "trx_total_entered": Decimal(10), "state": "Posted"},
        {"record_no": 2, "vendor_id": "V9", "currency": "EUR", "trx_total_entered": Decimal(5), "state": "Posted"},
    )
    lines = frame(
        "intacct.ap_bill_line",
        {"record_no": 11, "bill_record_no": 1, "currency": "EUR", "trx_amount": Decimal("9.99")},
        {"record_no": 21, "bill_record_no": 2, "currency": "EUR", "trx_amount": Decimal(5)},
        {"record_no": 31, "bill_record_no": 3, "currency": "EUR", "trx_amount": Decimal(5)},
    )
    vendors = frame("intacct.vendor", {"record_no": 7, "vendor_id": "V1"})
    found = failures({"intacct.ap_bill": bills, "intacct.ap_bill_line": lines, "intacct.vendor": vendors})
    assert [row[1:] for row in found] == [
        ("intacct.ap_bill_line", "31", "line_has_parent", "no ap_bill 3", ""),
        ("intacct.ap_bill", "1", "lines_add_up", "header 10 EUR, lines 9.99 EUR", "S-IDM-07"),
        ("intacct.ap_bill", "2", "vendor_known", "no vendor V9", ""),
    ]


@pytest.mark.parametrize(
    ("amount", "state", "fails"), [("0", "No Value", True), ("0", "Paid", False), ("1", "No Value", False)]
)
def test_bill_that_arrived_as_nothing_is_named(amount: str, state: str, fails: bool) -> None:
    """The vendor's sync leaves bills over 10 million as 0 without a state; such a bill is a failure [S-BIL-07]."""
    bills = frame("intacct.ap_bill", {"record_no": 1, "trx_total_entered": Decimal(amount), "state": state})
    found = failures({"intacct.ap_bill": bills})
    assert found == (
        [(ENTITY, "intacct.ap_bill", "1", "has_value", "total 0, state No Value", "S-BIL-07")] if fails else []
    )


def test_deleted_rows_are_left_out_of_account() -> None:
    """A deleted line does not count, and a deleted bill is judged by nobody."""
    frames = bill_frames("1", ("1", "USD"), ("5", "USD"))
    frames["bill.ap_bill_line"]["_deleted"] = [False, True]
    assert failures(frames) == []


def test_failures_do_not_depend_on_the_order_of_rows() -> None:
    """The same documents in another order give the same bytes."""
    frames = {
        "bill.ap_bill": frame(
            "bill.ap_bill",
            *({"id": f"b{n}", "vendor_id": "?", "currency": "USD", "amount": Decimal(n)} for n in range(1, 30)),
        ),
        "bill.ap_bill_line": frame("bill.ap_bill_line"),
        "bill.vendor": frame("bill.vendor"),
    }
    turned = {name: part.iloc[::-1] for name, part in frames.items()}
    assert failures(frames) == failures(turned)
    assert len(failures(frames)) == 58


def test_check_without_its_tables_is_left_out() -> None:
    """A check is run only where all its tables are given; empty frames are given, missing ones are not."""
    assert failures({"bill.ap_bill": bill_frames("1")["bill.ap_bill"]}) == []


def test_split_whose_children_fall_short_is_named() -> None:
    """S-CRD-11: the children of a card transaction are its amount, to the cent."""
    parent = {"id": "t1", "currency": "USD", "amount": Decimal(100)}
    children = [
        {"id": f"c{at}", "card_transaction_id": "t1", "currency": "USD", "amount": Decimal(amount)}
        for at, amount in enumerate(("60.01", "39.98"))
    ]
    frames = {
        "spend.card_transaction": frame("spend.card_transaction", parent),
        "spend.card_transaction_line": frame("spend.card_transaction_line", *children),
    }
    value = "header 100 USD, lines 99.99 USD"
    assert failures(frames) == [(ENTITY, "spend.card_transaction", "t1", "lines_add_up", value, "S-CRD-11")]
    children[1]["amount"] = Decimal("39.99")
    frames["spend.card_transaction_line"] = frame("spend.card_transaction_line", *children)
    assert failures(frames) == []


def test_names_of_checks_are_stable() -> None:
    """Names stand in the warehouse and in people's notes; a change of them is a change of the interface."""
    found: dict[str, set[str]] = {}
    for check in DOCUMENT_CHECKS:
        found.setdefault(check.name, set()).add(check.table)
    ledger = {"intacct.ap_bill", "intacct.ap_adjustment", "intacct.ar_invoice", "intacct.ar_adjustment"}
    ledger |= {"intacct.ap_advance", "intacct.ar_advance", "intacct.card_transaction"}
    orders = {"intacct.purchasing_document", "intacct.order_entry_document", "intacct.expense_report"}
    cash = {"intacct.funds_transfer", "intacct.other_receipt", "intacct.deposit"}
    platforms = {"bill.ap_bill", "spend.card_transaction", "business_center.ap_bill"}
    lines = {table.qualified_name for table in TABLES.values() if table.parent}
    assert found == {
        "applied_adds_up": {"bill.vendor_credit", "bill.credit_memo"},
        "balances": {"intacct.journal_entry"},
        "balances_in_base": {"intacct.journal_entry"},
        "debit_less_credit": {"intacct.gl_detail"},
        "details_add_up": {"intacct.ap_payment", "intacct.ar_payment", "bill.ap_payment", "bill.ar_payment"},
        "has_value": {"intacct.ap_bill"},
        "line_has_parent": lines | {"intacct.gl_detail"},
        "lines_add_up": ledger
        | orders
        | cash
        | platforms
        | {"bill.vendor_credit", "bill.ar_invoice", "bill.credit_memo"},
        "lines_add_up_in_base": ledger | orders,
        "settled_and_open": ledger
        | {"intacct.ar_payment", "intacct.expense_report", "bill.ap_bill", "bill.ar_invoice"},
        "settled_and_open_in_base": ledger,
        "sides_cancel": {"intacct.funds_transfer"},
        "vendor_known": {"bill.ap_bill", "business_center.ap_bill", "intacct.ap_bill"},
    }


def test_every_document_with_lines_has_a_sum_or_a_reason() -> None:
    """No document with amounts of its own is forgotten when a table is added."""
    summed = {one.lines for one in SUMS}
    amounts = {
        table.qualified_name
        for table in TABLES.values()
        if table.parent and any(column.kind is Kind.MONEY for column in table.columns)
    }
    # a credit that is used with a payment comes on top of it, so it adds up to nothing of the payment
    assert amounts - summed == {"bill.ap_payment_credit"}
