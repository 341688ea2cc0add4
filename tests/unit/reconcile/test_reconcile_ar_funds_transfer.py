"""AR funds transfers: which receipts and fees are behind each, how they pair, and which rule explains a difference."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal

import pytest
from clearing_cases import FRIDAY, ClearingCase
from hypothesis import given, settings
from hypothesis import strategies as st
from reconcile_cases import JUST_NOW, NOW, as_bytes, shown, shuffled_frame, verdicts

from intacct_pipelines.reconcile import Frames, Moment, reconcile

OBJECT = "ar_funds_transfer"
NEXT_FRIDAY = FRIDAY + timedelta(days=7)
SATURDAY = FRIDAY + timedelta(days=1)


@pytest.fixture
def case():
    return ClearingCase()


def told(case):
    return verdicts(case.reconcile(OBJECT))


def groups_of(case):
    columns = ["settlement", "movement_total", "payment_total"]
    return list(case.reconcile(OBJECT).settlements[columns].itertuples(index=False, name=None))


def members_of(case):
    members = case.reconcile(OBJECT).members
    return {(one.settlement, one.member_id) for one in members.itertuples() if one.member_object == "ar_payment"}


def test_one_deposit_carries_every_receipt_and_fee_since_the_one_before(case):
    """Many to one with the deposit [S-RFT-01], fees added first [S-FEE-01], in any order of rows."""
    for at in range(40):
        case.received(f"r{at:02}", "2.00", fee="0.06", payment_date=FRIDAY - timedelta(days=at % 5))
    case.received("later", "7.00", payment_date=SATURDAY)
    case.money_in(amount="82.40")
    case.deposit(amount="82.40")
    case.money_in("m2", "7.00", "D-2", process_date=NEXT_FRIDAY)
    case.deposit(802, "7.00", "D-2", deposit_date=NEXT_FRIDAY)
    result = case.reconcile(OBJECT)
    assert len(result.differences) == 0
    assert groups_of(case) == [
        ("2026-02-06 in", Decimal("82.40"), Decimal("82.40")),
        ("2026-02-13 in", Decimal("7.00"), Decimal("7.00")),
    ]
    assert list(result.members["member_object"]).count("convenience_fee") == 40
    random_ = random.Random(4)  # noqa: S311 - no secret
    frames = Frames({name: shuffled_frame(frame, random_) for name, frame in case.frames.items()})
    assert as_bytes(result) == as_bytes(reconcile(OBJECT, case.link, frames, case.crosswalk, Moment(NOW)))


NOT_IN_IT = [
    {"is_online": False},
    {"status": "SCHEDULED"},
    {"status": "VOID"},
    {"payment_date": SATURDAY},
    {"currency": "EUR"},
]


@pytest.mark.parametrize("more", NOT_IN_IT)
def test_only_what_came_through_bill_until_that_day_is_behind_it(case, more):
    """Checks by hand, what is to come, void or later, and another currency [S-CUR-01] are not in the lump sum."""
    case.received("r1")
    case.received("r2", "7.00", **more)
    case.money_in()
    case.deposit()
    assert told(case) == []
    assert members_of(case) == {("2026-02-06 in", "r1")}


def test_a_receipt_that_missed_the_cut_off_is_in_the_next_lump_sum(case):
    """BILL tells no link: where a week does not add up, the only unbroken run of receipts that does is taken."""
    case.received("r1", "10.00", payment_date=date(2026, 2, 2))
    case.received("r2", "19.40", fee="0.60", payment_date=date(2026, 2, 5))
    case.received("r3", "40.00", payment_date=date(2026, 2, 9))
    case.money_in(amount="10.00")
    case.money_in("m2", "60.00", "D-2", process_date=NEXT_FRIDAY)
    case.deposit(801, "10.00")
    case.deposit(802, "60.00", "D-2", deposit_date=NEXT_FRIDAY)
    assert told(case) == []
    assert members_of(case) == {("2026-02-06 in", "r1"), ("2026-02-13 in", "r2"), ("2026-02-13 in", "r3")}


def test_receipts_that_could_be_in_it_in_several_ways_are_not_guessed(case):
    """Two runs add up: the group stays the week's, and is short."""
    for at in range(3):
        case.received(f"r{at}", "10.00")
    case.money_in(amount="20.00")
    case.deposit(amount="20.00")
    columns = ("field", "verdict", "platform_value", "intacct_value")
    assert shown(case.reconcile(OBJECT), *columns) == [("receipts", "break", "20.00", "30.00")]


def test_a_void_after_the_transfer_leaves_the_transfer_whole(case):
    """The money of a receipt that was voided later was in the lump sum, and may come back by a movement of its own."""
    case.received("r1", "60.00")
    case.received("r2", "40.00", status="VOID")
    case.money_in()
    case.money_in("m2", "-40.00", "D-2", process_date=NEXT_FRIDAY)
    case.deposit()
    case.deposit(802, "40.00", "D-2", deposit_date=NEXT_FRIDAY)
    assert told(case) == []
    assert members_of(case) == {("2026-02-06 in", "r1"), ("2026-02-06 in", "r2"), ("2026-02-13 returned", "r2")}


def test_receipts_that_do_not_add_up_are_a_break(case):
    """The fee is missing from the lump sum, though both systems have it."""
    case.received("r1", "100.00", fee="2.90")
    case.money_in()
    case.deposit()
    assert shown(case.reconcile(OBJECT), "field", "verdict", "money_at_stake") == [
        ("receipts", "break", Decimal("2.90"))
    ]


ALONE = [
    ({"status": "2"}, "expected", "S-RFT-01"),
    ({"status": "0"}, "in_flight", "S-RFT-01"),
    ({"modified_at": JUST_NOW}, "in_flight", "S-SCH-04"),
    ({}, "break", ""),
]


@pytest.mark.parametrize(("more", "verdict", "rule"), ALONE)
def test_why_a_movement_is_only_in_bill(case, more, verdict, rule):
    """Only confirmed movements travel [S-RFT-01]; a young one may be on its way [S-SCH-04]."""
    case.received()
    case.money_in(**more)
    assert told(case) == [("missing_in_intacct", "", verdict, rule)]


def test_a_deposit_made_in_intacct_is_expected_and_another_entitys_is_out_of_scope(case):
    """Transfers travel from BILL only [S-RFT-01]; a deposit of another level is none of the link's [S-CFG-11]."""
    case.deposit(801, "12.00", "BY-HAND")
    case.deposit(802, "5.00", "TOP", owner_entity_id="")
    result = case.reconcile(OBJECT)
    columns = ("kind", "intacct_record_no", "verdict", "rule")
    assert shown(result, *columns) == [("missing_in_platform", 801, "expected", "S-RFT-01")]
    classes = result.totals[["class", "rule", "intacct_total"]].itertuples(index=False, name=None)
    assert ("out_of_scope", "S-CFG-11", Decimal("5.00")) in set(classes)


def test_a_funds_transfer_of_receivables_counts_like_a_deposit_and_one_of_payables_does_not(case):
    """How a sync enters the lump sum in Intacct is not certain; its number tells."""
    case.received()
    case.money_in()
    case.transfer(901, "100.00", "D-1", transfer_date=FRIDAY)
    case.transfer(902, "3.00", "M-9")
    result = case.reconcile(OBJECT)
    assert (list(result.matches["intacct_record_no"]), len(result.differences)) == ([901], 0)


PAIRED = [
    ({}, {"total_entered": Decimal("99.00")}, ("amount", "amount", "break", "")),
    ({}, {"deposit_date": SATURDAY}, ("date", "transfer_date", "break", "")),
    ({}, {"state": "Voided"}, ("state", "state", "break", "")),
    ({"status": "2"}, {}, ("state", "state", "break", "")),
    ({"name": None}, {"document_no": None}, None),
]


@pytest.mark.parametrize(("ours", "theirs", "difference"), PAIRED)
def test_what_differs_in_a_pair(case, ours, theirs, difference):
    """Amount, date and state; each told once."""
    case.received()
    case.money_in(**ours)
    case.deposit(**theirs)
    assert told(case) == ([] if difference is None else [difference])


_WEEKS = st.lists(st.lists(st.tuples(st.integers(1, 5), st.integers(1, 999)), max_size=6), min_size=1, max_size=4)


@settings(max_examples=15, deadline=None)
@given(_WEEKS)
def test_weeks_of_receipts_always_find_their_lump_sum(weeks):
    """Whatever was received, a movement of each week's receipts carries just these, and each receipt once."""
    case, week_of = ClearingCase(), {}
    for week, receipts in enumerate(weeks):
        friday = FRIDAY + timedelta(days=7 * week)
        for at, (days, cents) in enumerate(receipts):
            key = case.received(f"r{week}-{at}", str(Decimal(cents) / 100), payment_date=friday - timedelta(days=days))
            week_of[key] = f"{friday} in"
        if receipts:
            total = sum(Decimal(cents) / 100 for _, cents in receipts)
            case.money_in(f"m{week}", str(total), f"D-{week}", process_date=friday)
    result = case.reconcile(OBJECT)
    assert {member: settlement for settlement, member in members_of(case)} == week_of
    assert set(result.settlements["difference"]) <= {Decimal(0)}
