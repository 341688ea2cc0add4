"""A record that changed under an item is left alone, by the rule of its own object."""

from __future__ import annotations

from decimal import Decimal

import pytest

from intacct_pipelines.domain.keys import ItemKey
from intacct_pipelines.domain.push import Operation, State
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.push import wire
from intacct_pipelines.push.into_bill import requests
from intacct_pipelines.push.recover import check_target, judge
from intacct_pipelines.warehouse.outbox import OutboxItem, Reason

KEY = ItemKey("ip-0123456789abcdef0123456789abcdef")
MADE_ONLY = {"bill_vendor_credit", "bill_ap_adjustment", "bill_credit_memo"}
"""What is looked up before it is made, and never changed."""
UPDATED = [name for name, one in PUSHED.items() if one.mark and one.looked_up and name not in MADE_ONLY]
UNDONE = [name for name, one in PUSHED.items() if Operation.REVERSE in one.functions]


def item(name, operation, *, target="7"):
    """An item of an object that was sent once and not answered."""
    return OutboxItem(
        KEY, "p", "north", "acme:100", name, operation, "s1", {}, f'{{"text": "{KEY}"}}', "r1", target, "as planned",
        Decimal(1), "USD", (), "", State.UNCERTAIN, 1, None, False, Reason("", "", "", ""), None,
    )  # fmt: skip


def there(name, **fields):
    """The record where it is written to, written last by somebody else."""
    pushed = PUSHED[name]
    if pushed.target.schema == "bill":
        return requests.found_in(pushed, {"id": "7", "description": "by hand", "paymentStatus": "UNPAID", **fields})
    empty = dict.fromkeys(pushed.look_up_fields, "")
    there = {"RECORDNO": "7", pushed.field(pushed.mark): "by hand", "STATE": "Posted", "TRX_TOTALENTERED": "1"}
    return wire.found_in(pushed, {**empty, **there, **fields})


def paid(name, word):
    """The same, paid in a system's own word."""
    field = "paymentStatus" if PUSHED[name].target.schema == "bill" else "STATE"
    return there(name, **{field: word})


WORDS = {"bill": "PARTIALLY_PAID", "intacct": "Partially Paid"}


@pytest.mark.parametrize("name", UPDATED)
def test_an_update_of_what_is_settled_or_edited_by_now_names_its_own_rule(name):
    """A bill's rule said of an invoice would send a person to the wrong page (S-BIL-06, S-INV-01, S-BIL-11)."""
    rules = PUSHED[name].left_alone
    word = WORDS[PUSHED[name].target.schema]
    settled = judge(item(name, Operation.UPDATE), [paid(name, word)], most_attempts=3)
    edited = judge(item(name, Operation.UPDATE), [there(name)], most_attempts=3)
    assert (settled.reason.kind, settled.reason.rule) == ("record_locked", rules.settled)
    assert f"is {word} by now" in settled.reason.text
    assert (edited.reason.kind, edited.reason.rule) == ("conflict", rules.edited)


def test_a_word_of_another_system_settles_nothing():
    """Each way looks at its own system's fields only: a bill there is paid by BILL's word (S-BIL-09), not Intacct's."""
    bill = {"STATE": "Paid", "TRX_TOTALPAID": "5"}
    assert not there("bill_ap_bill", **bill).is_settled
    assert there("ap_bill", TRX_TOTALPAID="5").is_settled
    assert not there("ap_bill", paymentStatus="PAID_IN_FULL").is_settled


def test_bills_invoices_payments_and_receipts_have_rules_of_their_own():
    said = {name: PUSHED[name].left_alone for name in ("ap_bill", "ar_invoice", "ap_payment", "ar_payment")}
    assert [one.settled for one in said.values()][:2] == ["S-BIL-06", "S-INV-01"]
    assert [said[name].undone for name in UNDONE] == ["S-BIL-04", "S-PAY-04", "S-ARP-03"]
    assert {"ap_bill", "ar_invoice"} <= set(UPDATED)
    assert set(UNDONE) == {"ap_bill", "ap_payment", "ar_payment"}


@pytest.mark.parametrize("name", UNDONE)
def test_a_reversal_of_what_changed_names_its_own_rule(name):
    """S-PAY-04, S-ARP-03."""
    expired = check_target(item(name, Operation.REVERSE), [there(name)])
    assert (expired.state, expired.reason.rule) == (State.EXPIRED, PUSHED[name].left_alone.undone)


@pytest.mark.parametrize("name", UPDATED)
def test_a_new_record_whose_place_was_taken_since_the_plan_is_no_second_one(name):
    """S-IDM-04."""
    expired = check_target(item(name, Operation.CREATE, target=None), [there(name)])
    assert (expired.state, expired.reason.rule) == (State.EXPIRED, "S-IDM-04")
