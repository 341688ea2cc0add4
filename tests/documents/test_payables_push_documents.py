"""What settles bills, as it is sent: the XML of planned items against reviewed files, and the schema's order."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree
from payables_cases import (
    PAIRED_PAYMENT,
    SETTLED,
    credit,
    intacct_payment,
    payables_plan,
    paying,
    payment,
    settled,
    share,
    used,
)
from transfer_cases import movement, plan_transfers, transfer_rows

from intacct_pipelines.push.wire import function_of
from intacct_pipelines.sandbox.intacct.legacy import check_sequence

FILES = Path(__file__).parent / "intacct"
PLANS = {
    "push_vendor_credit": lambda: payables_plan(settled(bill__vendor_credit=[credit(description="Damaged")])),
    "push_payment": lambda: payables_plan(
        paying(
            bill__ap_payment=[payment(amount=Decimal(60))],
            bill__ap_payment_detail=[share(amount="60.00")],
            bill__ap_payment_credit=[used()],
        ),
        matches=SETTLED,
    ),
    "push_void": lambda: payables_plan(
        paying(bill__ap_payment=[payment(single_status="VOIDED")], intacct__ap_payment=[intacct_payment()]),
        matches=(*SETTLED, PAIRED_PAYMENT),
    ),
    "push_transfer": lambda: plan_transfers(transfer_rows(bill__money_movement=[movement()])),
}


def pretty(text):
    """XML with one element a line."""
    root = etree.fromstring(text, etree.XMLParser(remove_blank_text=True))
    return etree.tostring(root, pretty_print=True, encoding="unicode")


@pytest.mark.parametrize("name", PLANS)
def test_an_item_is_sent_as_reviewed(name):
    """Elements in the order of the vendor's samples; only the item's key is put in the place of KEY."""
    (item,) = PLANS[name]().items
    function = function_of(item)
    assert function.control_id == item.key
    assert pretty(function.xml()).replace(item.key, "KEY") == pretty((FILES / f"{name}.xml").read_text())
    if "_" in function.name:
        check_sequence(function.element)
