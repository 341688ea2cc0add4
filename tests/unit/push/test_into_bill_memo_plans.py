"""Which credit memos of Intacct a plan brings into BILL, with what, and which wait; without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from into_bill_cases import BACK, of_bill, of_intacct
from push_cases import NOW, stored

from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.push.channel import is_by
from intacct_pipelines.push.into_bill.requests import found_in, write_of
from intacct_pipelines.push.plan import build_plan

NAME = "bill_credit_memo"
PAIR = {"object": "customer", "platform_id": "x1", "intacct_record_no": 70, "method": "crosswalk"}


def memo(**changes):
    """A posted credit memo of Intacct."""
    row = {
        "record_no": 800,
        "state": "Posted",
        "customer_id": "C-7",
        "customer_name": "Harbor Stores",
        "document_no": "CM-1",
        "description": "Frayed",
        "adjustment_date": date(2026, 3, 1),
        "currency": "USD",
        "trx_total_entered": Decimal("-110.00"),
        "trx_total_paid": Decimal("0.00"),
        "owner_entity_id": "100",
    }
    return {**row, **changes}


def plan(row=None, *, link=BACK, pairs=(PAIR,), theirs=(), amounts=("-100.00", "-10.00"), also=(), **more):
    """A plan of one credit memo, and perhaps of another."""
    row = memo() if row is None else row
    codes = {"account_no": "4000", "department_id": "", "location_id": "", "class_id": "", "description": "Rope"}
    lines = [
        {"record_no": at, "adjustment_record_no": 800, "line_no": at, "trx_amount": Decimal(amount), **codes}
        for at, amount in enumerate(amounts, start=1)
    ]
    tables = {
        "intacct.customer": [of_intacct("bill_customer")],
        "bill.customer": [{**of_bill("bill_customer"), "currency": "USD"}],
        "bill.gl_account": [{"id": "a4", "account_no": "4000", "name": "Sales"}],
        "intacct.ar_adjustment": [row, *also],
        "intacct.ar_adjustment_line": lines,
        "bill.credit_memo": list(theirs),
    }
    return build_plan(link, tables, pairs, revisions={}, closed_through=None, now=NOW, objects=[NAME], **more)


def held(*given, **more):
    """The one reason for which it is held."""
    made = plan(*given, **more)
    assert made.items == ()
    [hold] = made.holds
    return hold.kind, hold.rule


def test_a_fully_unused_credit_memo_is_made_with_its_lines_as_those_of_invoices():
    """S-CRM-01: the sign is turned; known again by the key of its item alone."""
    [item] = plan().items
    assert (item.amount, item.currency, item.warnings) == (Decimal("110.00"), "USD", ())
    write = write_of(stored(item), "0080ORG")
    line = {"description": "Rope", "classifications": {"chartOfAccountId": "a4"}, "quantity": Decimal(1)}
    assert (write.method, write.path) == ("POST", "/v3/credit-memos")
    assert write.body == {
        "customerId": "x1",
        "referenceNumber": "CM-1",
        "creditDate": "2026-03-01",
        "creditMemoLineItems": [{**line, "price": amount} for amount in (Decimal("100.00"), Decimal("10.00"))],
        "description": f"INTACCT:800 {item.key} Frayed",
    }
    shown = {"id": "new", **write.body}
    assert is_by(stored(item), found_in(PUSHED[NAME], shown))
    assert not is_by(stored(item), found_in(PUSHED[NAME], {**shown, "description": ""}))


def test_credit_memos_go_only_where_the_link_names_them():
    """S-CRM-01: the vendor's sync carries them in neither direction."""
    assert not PUSHED[NAME].is_let_by(BACK)
    assert PUSHED[NAME].is_let_by(replace(BACK, also_pushed=frozenset({NAME})))


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "Draft"},
        {"trx_total_paid": Decimal("-0.01")},
        {"trx_total_entered": Decimal(110)},
        {"owner_entity_id": "200"},
    ],
)
def test_what_is_used_not_posted_of_another_level_or_a_debit_does_not_travel(changes):
    """S-CRM-01, S-CFG-11."""
    made = plan(memo(**changes))
    assert (made.items, made.holds) == ((), ())
    assert plan(link=replace(BACK, one_way=True)).items == ()


def test_what_came_from_bill_stands_twice_or_cannot_be_written_is_held():
    """S-SCH-05, S-IDM-04, S-CUS-01: each by its rule."""
    there = {"id": "m1", "customer_id": "x1", "reference_no": " cm-1"}
    assert held(memo(description="BILL:m1 key")) == ("came_from_bill", "S-SCH-05")
    assert held(theirs=[there]) == ("duplicate", "S-IDM-04")
    assert held(also=[memo(record_no=801, state="Draft", document_no="cm-1")]) == ("duplicate", "S-IDM-04")
    assert held(amounts=("-120.00", "10.00")) == ("mixed_signs", "S-CRM-01")
    assert held(pairs=()) == ("missing_reference", "S-CUS-01")
    assert held(memo(currency="EUR")) == ("currency", "S-CUR-01")
    pair = {"object": "credit_memo", "platform_id": "m1", "intacct_record_no": 800, "method": "crosswalk"}
    made = plan(theirs=[{**there, "amount": Decimal("110.00")}], pairs=(PAIR, pair))
    assert (made.items, made.holds) == ((), ())
