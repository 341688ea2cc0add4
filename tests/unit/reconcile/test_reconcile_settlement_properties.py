"""What holds of credits, applications and payments, whatever the rows: one place each, determinism, mirroring."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reconcile_cases import NOW, as_bytes, shuffled_frame
from settlement_cases import PAID_ON, SettlementCase

from intacct_pipelines.reconcile import Frames, Moment, reconcile

OBJECTS = ("vendor_credit", "credit_application", "ap_payment")
_AMOUNTS = st.sampled_from(["5.00", "5.01", "0.00"])
_DAYS = st.sampled_from([PAID_ON, date(2026, 2, 21)])
_NUMBERS = st.sampled_from(["CR-1", "CR-2", ""])
_SHARES = st.dictionaries(st.integers(1, 3), _AMOUNTS, max_size=2)
_CREDITS = st.lists(st.tuples(_AMOUNTS, _NUMBERS, st.booleans()), max_size=4)
_USES = st.lists(st.tuples(st.integers(0, 3), st.integers(1, 3), _AMOUNTS), max_size=4)
_PAYMENTS = st.lists(
    st.tuples(_SHARES, _DAYS, st.sampled_from(["CLEARED", "VOIDED", "SCHEDULED"]), st.booleans()), max_size=4
)
_INTACCT_PAYMENTS = st.lists(
    st.tuples(_SHARES, _DAYS, st.sampled_from(["Posted", "Voided", "Submitted"]), st.booleans()), max_size=4
)


@st.composite
def cases(draw):
    """Three bills, of which two are pairs, and what settles them, at random on each side."""
    case = SettlementCase().vendors().bill_pair(1).bill_pair(2)
    case.bill("b3", number="INV-3")
    case.intacct_bill(13, number="INV-4")
    for at, (amount, number, is_archived) in enumerate(draw(_CREDITS)):
        case.credit(f"c{at}", amount, number, is_archived=is_archived)
    for at, (amount, number, is_adjustment) in enumerate(draw(_CREDITS)):
        (case.adjustment if is_adjustment else case.negative_bill)(30 + at, amount, number)
    for at, (shares, day, word, has_number) in enumerate(draw(_PAYMENTS)):
        more = {"transaction_no": f"T{at}" if has_number else None, "single_status": word}
        case.payment(f"p{at}", {f"b{bill}": amount for bill, amount in shares.items()}, process_date=day, **more)
    for at, (shares, day, word, has_number) in enumerate(draw(_INTACCT_PAYMENTS)):
        more = {"document_no": f"T{at}" if has_number else None, "state": word}
        case.intacct_payment(500 + at, {10 + bill: amount for bill, amount in shares.items()}, payment_date=day, **more)
    for credit, bill, amount in draw(_USES):
        case.use(f"c{credit}", f"b{bill}", amount, payment=f"p{credit}")
    for at, (credit, bill, amount) in enumerate(draw(_USES)):
        case.intacct_use(900 + at, 30 + credit, 10 + bill, amount, payment=510 + credit)
    return case


@settings(max_examples=8, deadline=None)
@given(cases(), st.randoms(use_true_random=False))
def test_every_row_has_one_place_and_its_order_does_not_matter(case, random_):
    """Any order gives the same bytes; no row is in two places; a rule is named exactly where it is no break."""
    shuffled = Frames({name: shuffled_frame(frame, random_) for name, frame in case.frames.items()})
    for name in OBJECTS:
        result = case.reconcile(name)
        assert as_bytes(result) == as_bytes(reconcile(name, case.link, shuffled, case.crosswalk, Moment(NOW)))
        differences = result.differences
        lone = differences[differences["platform_id"].isna() | differences["intacct_record_no"].isna()]
        for column, side in (("platform_id", "platform"), ("intacct_record_no", "intacct")):
            places = Counter([*result.matches[column], *lone[column].dropna()])
            assert set(places.values()) <= {1}
            assert len(places) == sum(result.totals[f"{side}_count"])
        assert ((differences["verdict"] == "break") == (differences["rule"] == "")).all()
        assert (differences["money_at_stake"] >= 0).all()


_MIRROR = {"missing_in_intacct": "missing_in_platform", "missing_in_platform": "missing_in_intacct"}
_PLAIN = st.lists(st.tuples(st.sampled_from(["5.00", "5.01"]), _DAYS), min_size=1, max_size=3)


def plain_case(ours, theirs):
    """Credits of one number each, which only one thing may tell apart."""
    case = SettlementCase().vendors()
    for at, (amount, day) in enumerate(ours):
        case.credit(f"c{at}", amount, f"CR-{at}", credit_date=day)
    for at, (amount, day) in enumerate(theirs):
        case.negative_bill(30 + at, amount, f"CR-{at}", bill_date=day)
    return case.reconcile("vendor_credit")


@settings(max_examples=8, deadline=None)
@given(_PLAIN, _PLAIN)
def test_a_side_equals_itself_and_swapped_sides_mirror(ours, theirs):
    """Against its own copy nothing differs; swapped, each difference is the other way round."""
    assert len(plain_case(ours, ours).differences) == 0
    forth, back = plain_case(ours, theirs).differences, plain_case(theirs, ours).differences
    one = Counter((row.kind, row.field, row.amount_difference) for row in forth.itertuples())
    other = Counter((_MIRROR.get(row.kind, row.kind), row.field, -row.amount_difference) for row in back.itertuples())
    assert one == other


@pytest.mark.parametrize("name", OBJECTS)
def test_nothing_on_either_side_is_no_difference(name):
    """Empty tables of every kind reconcile to nothing."""
    result = SettlementCase().reconcile(name)
    assert [len(result.matches), len(result.differences), len(result.totals)] == [0, 0, 0]
    assert sum(result.totals["difference"], Decimal(0)) == 0
