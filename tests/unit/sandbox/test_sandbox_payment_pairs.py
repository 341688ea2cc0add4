"""How lines of a bill are matched with lines of the credit that pays them."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from intacct_pipelines.sandbox.intacct.open_items import OpenItem, OpenLine
from intacct_pipelines.sandbox.intacct.payment_details import pairs
from intacct_pipelines.sandbox.server import Sandbox, SandboxOptions

AMOUNTS = st.decimals(Decimal("0.01"), Decimal(5000), places=2)


def _document() -> OpenItem:
    """Any document: what is matched are its lines, which are given."""
    return OpenItem.__new__(OpenItem)


@given(st.lists(AMOUNTS, min_size=1, max_size=5), st.lists(AMOUNTS, max_size=3), st.data())
def test_a_credit_that_pays_a_bill_settles_every_line_of_both(positive, negative, data):
    """Also where the bill has negative lines, in any place: they give the credit more to pay the others with."""
    lines = data.draw(st.permutations([*positive, sum(negative, Decimal(0)), *(-amount for amount in negative)]))
    total = sum(positive, Decimal(0))
    cuts = sorted(data.draw(st.lists(st.decimals(Decimal(0), total, places=2), max_size=3)))
    parts = [high - low for low, high in zip([Decimal(0), *cuts], [*cuts, total], strict=True) if high > low]
    bill = [OpenLine(f"b{at}", due) for at, due in enumerate(lines) if due]
    credit = [OpenLine(f"c{at}", -part) for at, part in enumerate(parts)]
    paid: Counter[str] = Counter()
    used: Counter[str] = Counter()
    for share in pairs(_document(), bill, _document(), credit):
        paid[share.line] += share.amount
        used[share.credit_line] += share.amount
    assert {line.number: paid[line.number] for line in bill} == {line.number: line.due for line in bill}
    assert {line.number: used[line.number] for line in credit} == {line.number: -line.due for line in credit}


def test_every_line_of_the_generated_ledger_has_an_account():
    """Payments without a bank account post to none: credits alone settle their bills."""
    ledger = Sandbox(SandboxOptions(seed=2, entities=1, bills=3000, years=3)).intacct.ledger
    assert all(line.account_no for posting in ledger.postings() for line in posting.lines)
