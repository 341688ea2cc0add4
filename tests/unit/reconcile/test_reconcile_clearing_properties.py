"""What holds of clearing accounts, whatever is posted: groups come to zero, items to the balance, order is nothing."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import timedelta
from decimal import Decimal

from clearing_cases import FRIDAY, IN, OUT, ClearingCase
from hypothesis import given, settings
from hypothesis import strategies as st
from reconcile_cases import NOW, as_bytes, shuffled_frame

from intacct_pipelines.reconcile import Frames, Moment, reconcile

OBJECT = "clearing_account"
_AMOUNTS = st.sampled_from(["5.00", "5.01", "10.01", "0.01", "-5.00", "-5.01", "-10.01", "1234567890123.45"])
_DAYS = st.integers(0, 14).map(lambda days: FRIDAY + timedelta(days=days))
_NUMBERS = st.sampled_from(["", "T0", "T1", "R-r0", "M-0", "D-0"])
_POSTINGS = st.lists(
    st.tuples(
        _AMOUNTS,
        _DAYS,
        _NUMBERS,
        st.sampled_from([OUT, IN]),
        st.sampled_from(["3.AP", "4.AR", "11.CM", "2.GL"]),
        st.sampled_from(["USD", "EUR"]),
        st.sampled_from([None, 1, 2]),
    ),
    max_size=14,
)
_PAID = st.lists(
    st.tuples(
        st.sampled_from(["5.00", "5.01"]), _DAYS, st.sampled_from(["CLEARED", "VOIDED", "FUNDING_FAILED_VOIDED"])
    ),
    max_size=3,
)
_RECEIVED = st.lists(
    st.tuples(st.sampled_from(["5.00", "10.01"]), _DAYS, st.sampled_from(["PAID", "VOID"])), max_size=3
)
_MOVED = st.lists(st.tuples(_AMOUNTS, _DAYS, st.sampled_from(["1", "2"]), st.sampled_from(["0", "1", "2"])), max_size=3)


@st.composite
def cases(draw):
    """Whatever BILL paid, received and moved, and whatever stands in the ledger."""
    case = ClearingCase().clears(days=draw(st.integers(0, 20)))
    for at, (amount, day, word) in enumerate(draw(_PAID)):
        case.payment(f"p{at}", {"b1": amount}, process_date=day, transaction_no=f"T{at}", single_status=word)
        if word == "VOIDED":
            when = NOW - timedelta(days=at)
            case.add("bill.ap_payment_void", id=f"d{at}", payment_id=f"p{at}", status="ACCEPTED", modified_at=when)
    for at, (amount, day, word) in enumerate(draw(_RECEIVED)):
        case.received(f"r{at}", amount, "0.01", payment_date=day, status=word)
    for at, (amount, day, kind, status) in enumerate(draw(_MOVED)):
        number = f"{'M' if kind == '1' else 'D'}-{at}"
        case.movement(f"m{at}", amount, number, movement_type=kind, status=status, process_date=day)
    for at, (amount, day, number, account, module, currency, batch) in enumerate(draw(_POSTINGS)):
        own = {"account": account, "module": module, "day": day, "batch_no": batch}
        case.posted(9000 + at, amount, number, currency=currency, base_currency=currency, **own)
    return case


@settings(max_examples=40, deadline=None)
@given(cases(), st.randoms(use_true_random=False))
def test_groups_come_to_zero_and_items_to_the_balance(case, random_):
    """Every posting is in one place; the items are the balance of each account and currency, to the cent."""
    result = case.reconcile(OBJECT)
    lines = case.rows["intacct.gl_detail"]
    balance, share = defaultdict(Decimal), defaultdict(Decimal)
    for line in lines:
        amount = (line.get("debit_amount") or Decimal(0)) - (line.get("credit_amount") or Decimal(0))
        balance[line["account_no"], line["currency"]] += amount
    for item in result.differences.itertuples():
        share[item.field, item.currency] -= item.amount_difference
    stored = {(row.account_no, row.currency): row.balance for row in result.clearing.itertuples()}
    places = {*balance, *share, *stored}
    assert all(balance[place] == share[place] == stored.get(place, 0) for place in places)
    # The totals say the same: what should stand there is zero, what does is the balance.
    for currency in {currency for _, currency in places}:
        mine = result.totals[result.totals["currency"] == currency]
        assert sum(mine["platform_total"]) == 0
        assert sum(mine["intacct_total"]) == sum(total for place, total in balance.items() if place[1] == currency)
    # No line is in two groups; a group's rest is explained by its items, so one without items is at zero.
    places_of = Counter(result.members["member_id"])
    assert set(places_of.values()) <= {1}
    in_items = set(result.differences["intacct_record_no"].dropna().astype(str))
    lone = set(result.differences["intacct_record_no"][result.differences["platform_id"].isna()].astype(str))
    assert not lone & set(places_of)
    by_ledger = result.settlements[~result.settlements["settlement"].str.contains(r" (?:out|back|in|returned)$")]
    assert set(by_ledger["difference"]) <= {Decimal(0)}
    whole = Counter(result.members["amount"].groupby(result.members["settlement"]).sum().to_dict())
    assert dict(whole) == dict(zip(result.settlements["settlement"], result.settlements["difference"], strict=True))
    assert in_items <= {str(line["record_no"]) for line in lines}
    frames = Frames({name: shuffled_frame(frame, random_) for name, frame in case.frames.items()})
    assert as_bytes(result) == as_bytes(reconcile(OBJECT, case.link, frames, case.crosswalk, Moment(NOW)))


_LEDGER = st.lists(st.tuples(st.integers(1, 99), _DAYS), min_size=1, max_size=12)


@settings(max_examples=25, deadline=None)
@given(_LEDGER)
def test_a_ledger_and_its_opposite_are_always_at_zero(postings):
    """With every number twice, once in each direction, nothing is left, however far apart the two are."""
    case = ClearingCase().clears(days=0)
    for at, (cents, day) in enumerate(postings):
        case.posted(9000 + at, str(Decimal(cents) / 100), f"X-{at}", day=day)
        case.posted(9500 + at, str(-Decimal(cents) / 100), f"X-{at}", day=day + timedelta(days=300))
    result = case.reconcile(OBJECT)
    assert len(result.differences) == 0
    assert sum(result.clearing["cleared"]) == 2 * len(postings)
