"""Account labels in place of account numbers: one in use for an account, or the document waits (S-COA-02)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from payables_cases import PAYABLES_LINK, credit, credit_line, payables_plan, settled
from push_cases import LINK, PAIRED_BILL, PAIRED_VENDOR, intacct_bill, plan, tables
from push_cases import intacct_line as their_line
from push_receivables import invoice, invoice_line, memo, memo_line, memos, plan_receivables, receivables

LABELS = {"6000": "Supplies", "4000": "Hours", "2200": "Sales tax"}


def labels(*others, status="active"):
    """Labels of payables and receivables; ``others`` are further ones, as label and account."""
    named = [*((label, account) for account, label in LABELS.items()), *others]
    rows = [{"label": label, "account_no": account, "status": status} for label, account in named]
    return {"intacct.ap_account_label": rows, "intacct.ar_account_label": rows}


def labelled(link):
    return replace(
        link,
        payables=replace(link.payables, account_labels=True),
        receivables=replace(link.receivables, account_labels=True),
    )


def a_bill(more, link=LINK):
    return plan(tables() | more, link=labelled(link))


def a_credit(more):
    rows = settled(bill__vendor_credit=[credit()], bill__vendor_credit_line=[credit_line()], intacct__ap_adjustment=[])
    matches = (PAIRED_VENDOR, PAIRED_BILL)
    return payables_plan(rows | more, matches=matches, link=labelled(PAYABLES_LINK), objects={"vendor_credit"})


def an_invoice(more):
    rows = receivables(bill__ar_invoice=[invoice()], bill__ar_invoice_line=[invoice_line()])
    return plan_receivables(rows | more, link=labelled(LINK), objects={"ar_invoice"})


def a_memo(more):
    link = replace(LINK, also_pushed=frozenset({"credit_memo"}))
    rows = memos(bill__credit_memo=[memo()], bill__credit_memo_line=[memo_line()])
    return plan_receivables(rows | more, link=labelled(link), objects={"credit_memo"})


DOCUMENTS = [
    pytest.param(a_bill, "APBILLITEMS.APBILLITEM", ("ACCOUNTLABEL", "ACCOUNTNO"), "6000", id="bill"),
    pytest.param(a_credit, "apadjustmentitems.lineitem", ("accountlabel", "glaccountno"), "6000", id="vendor credit"),
    pytest.param(an_invoice, "invoiceitems.lineitem", ("accountlabel", "glaccountno"), "4000", id="invoice"),
    pytest.param(a_memo, "aradjustmentitems.lineitem", ("accountlabel", "glaccountno"), "4000", id="credit memo"),
]


@pytest.mark.parametrize(("planned", "place", "names", "account"), DOCUMENTS)
def test_a_line_names_the_label_in_place_of_the_number(planned, place, names, account):
    """The label comes first as the number did; what the ledger gets stays the account."""
    (item,) = planned(labels()).items
    lines = item.payload
    for name in place.split("."):
        lines = lines[name]
    label, number = names
    assert next(iter(lines[0])) == label
    assert lines[0][label] == LABELS[account]
    assert all(number not in line for line in lines)
    assert account in {line.account for line in item.ledger_effect}


@pytest.mark.parametrize(("planned", "place", "names", "account"), DOCUMENTS)
def test_an_account_without_just_one_label_in_use_holds(planned, place, names, account):  # noqa: ARG001  # of the same list
    """None, none in use, and two: nobody can say which was meant (S-COA-02)."""
    for found, kind in (
        ({}, "missing_reference"),
        (labels(status="inactive"), "missing_reference"),
        (labels(("Other", account)), "ambiguous"),
    ):
        (hold,) = planned(found).holds
        assert (hold.rule, hold.kind) == ("S-COA-02", kind)
        assert f"account {account} has" in hold.reason


def test_a_bill_that_agrees_needs_no_label():
    """Only what is sent is named by labels; what stands in Intacct is compared by account."""
    rows = tables(intacct__ap_bill=[intacct_bill()], intacct__ap_bill_line=[their_line()])
    found = plan(rows, link=labelled(LINK), matches=(PAIRED_VENDOR, PAIRED_BILL))
    assert (found.items, found.holds) == ((), ())
