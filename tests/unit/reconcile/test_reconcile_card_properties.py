"""What holds of every reconciliation of card transactions, whatever the rows."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from card_cases import CardCase, card_link
from hypothesis import given, settings
from hypothesis import strategies as st
from reconcile_cases import JUST_NOW, LATER, LONG_AGO, NOW

from intacct_pipelines.domain.keys import source_mark
from intacct_pipelines.reconcile import Frames, Moment, reconcile

_DAYS = st.integers(0, 9)
_AMOUNTS = st.sampled_from(["0", "5.00", "5.01", "-5.00", "12345678901.23", "10.00"])
_MERCHANTS = st.sampled_from(["", "Taxi", "taxi", "Skyline Air"])
_CURRENCIES = st.sampled_from(["USD", "USD", "JPY"])
_GONE = st.sampled_from([False, False, False, True])
_CHARGES = st.fixed_dictionaries(
    {
        "amount": _AMOUNTS,
        "transaction_type": st.sampled_from(["CLEAR", "CLEAR", "CLEAR", "AUTHORIZATION", "DECLINE"]),
        "merchant_name": _MERCHANTS,
        "currency": _CURRENCIES,
        "is_complete": st.sampled_from([True, False, None]),
        "modified_at": st.sampled_from([LONG_AGO, LATER, JUST_NOW]),
        "parts": st.sampled_from([None, None, [("5.00", None), ("5.00", None)]]),
        "_deleted": _GONE,
    }
)
_RECORDS = st.fixed_dictionaries(
    {
        "amount": _AMOUNTS,
        "description": st.one_of(
            _MERCHANTS, st.sampled_from([source_mark("spend", "t0"), source_mark("spend", "t1-1")])
        ),
        "currency": _CURRENCIES,
        "state": st.sampled_from(["Posted", "Posted", "Reversed"]),
        "card_account_id": st.sampled_from(["CARD-100", "CARD-100", "AMEX"]),
        "owner_entity_id": st.sampled_from(["100", "100", "200", None]),
        "_deleted": _GONE,
    }
)
_CLAIMS = st.tuples(
    st.sampled_from(["t0", "t1", "t2", "t1-1", "t1-2"]),
    st.sampled_from([10, 11, 12, 99, None]),
    st.sampled_from(["synced", "synced", "manual_synced", "error", "pending"]),
)


@st.composite
def cases(draw):
    """A few charges and records that pair, repeat, differ and are claimed at random."""
    case = CardCase(link=card_link({"account": draw(st.sampled_from(["CARD-100", ""])), "compares_receipts": True}))
    for number, row in enumerate(draw(st.lists(_CHARGES, max_size=5))):
        occurred = datetime(2026, 2, 1 + draw(_DAYS), tzinfo=UTC)
        case.charge(f"t{number}", **row, occurred_at=occurred)
    for number, row in enumerate(draw(st.lists(_RECORDS, max_size=5))):
        case.booked(10 + number, **row, transaction_date=date(2026, 2, 1 + draw(_DAYS)))
    for line, record_no, status in draw(st.lists(_CLAIMS, max_size=4)):
        case.claim(line[:2], record_no, status, line=line)
    if draw(st.booleans()):
        case.cross("t0", 10, object_="card_transaction", status=draw(st.sampled_from(["confirmed", "refused"])))
    return case


@settings(max_examples=30, deadline=None)
@given(cases(), st.randoms(use_true_random=False))
def test_every_row_has_one_place_money_adds_up_and_order_does_not_matter(case, random_):
    """Each row, or each part of it, is in one pair or alone; classes add up; rows in any order give the same bytes."""
    result = case.cards()
    lone = result.differences[
        result.differences["kind"].isin({"missing_in_intacct", "missing_in_platform", "duplicate"})
    ]
    places = Counter([*result.matches["platform_id"], *lone["platform_id"].dropna()])
    places += Counter([*result.matches["intacct_record_no"], *lone["intacct_record_no"].dropna()])
    assert set(places.values()) <= {1}
    live = [row for row in case.rows["spend.card_transaction"] if not row["_deleted"]]
    parts = {place.split("-")[0] for place in places if isinstance(place, str)}
    assert parts == {row["id"] for row in live}
    booked = [row for row in case.rows["intacct.card_transaction"] if not row["_deleted"]]
    outside = result.totals[result.totals["class"] == "out_of_scope"]["intacct_count"].sum()
    assert sum(not isinstance(place, str) for place in places) + outside == len(booked)
    for currency in ("USD", "JPY"):
        totals = result.totals[result.totals["currency"] == currency]
        assert sum(totals["platform_total"]) == sum(row["amount"] for row in live if row["currency"] == currency)
        entered = [row["trx_total_entered"] for row in booked if row["currency"] == currency]
        assert sum(totals["intacct_total"]) == sum(entered)
        assert sum(totals["difference"]) == sum(totals["platform_total"]) - sum(totals["intacct_total"])
    assert ((result.differences["verdict"] == "break") == (result.differences["rule"] == "")).all()
    shuffled = Frames(
        {name: frame.sample(frac=1, random_state=random_.randrange(99)) for name, frame in case.frames.items()}
    )
    again = reconcile("card_transaction", case.link, shuffled, case.crosswalk, Moment(NOW))
    assert [frame.to_csv() for frame in _frames(result)] == [frame.to_csv() for frame in _frames(again)]


def _frames(result):
    return result.matches, result.differences, result.totals, result.proposals


_PLAIN = st.lists(st.tuples(st.sampled_from(["5.00", "7.50", "-5.00"]), _DAYS, _MERCHANTS), max_size=5, unique=True)


def plain_case(ours, theirs):
    """Settled and posted long ago: no rule has anything to say."""
    case = CardCase()
    for number, (amount, day, merchant) in enumerate(ours):
        occurred = datetime(2026, 2, 1, tzinfo=UTC) + timedelta(days=day)
        case.charge(f"t{number}", amount, merchant_name=merchant, occurred_at=occurred)
    for number, (amount, day, merchant) in enumerate(theirs):
        booked = date(2026, 2, 1) + timedelta(days=day)
        case.booked(number, amount, description=merchant, transaction_date=booked)
    return case


_MIRROR = {"missing_in_intacct": "missing_in_platform", "missing_in_platform": "missing_in_intacct"}


def facts(result, *, mirrored):
    turned = (
        (lambda kind, delta: (_MIRROR.get(kind, kind), -delta)) if mirrored else (lambda kind, delta: (kind, delta))
    )
    rows = result.differences[["kind", "amount_difference", "field", "verdict"]].itertuples(index=False, name=None)
    return Counter(
        (*turned(kind, delta), field, verdict) for kind, delta, field, verdict in rows if kind != "duplicate"
    )


@settings(max_examples=20, deadline=None)
@given(_PLAIN, _PLAIN)
def test_swapping_the_sides_mirrors_what_is_missing(ours, theirs):
    """What is missing here is missing there, every amount with its sign turned; but a second record is a double."""
    forth, back = plain_case(ours, theirs).cards(), plain_case(theirs, ours).cards()
    assert len(forth.matches) == len(back.matches)
    assert sum(forth.totals["difference"], Decimal(0)) == -sum(back.totals["difference"], Decimal(0))
    if "duplicate" not in {*forth.differences["kind"], *back.differences["kind"]}:
        assert facts(forth, mirrored=False) == facts(back, mirrored=True)
