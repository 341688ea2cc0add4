"""AP funds transfers: how they pair, what is behind them, and which rule explains a difference."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal

import pytest
from reconcile_cases import JUST_NOW, LATER, NOW, as_bytes, shown, shuffled_frame, verdicts
from settlement_cases import SettlementCase

from intacct_pipelines.reconcile import Frames, Moment, reconcile

OBJECT = "ap_funds_transfer"
NEXT_DAY = date(2026, 2, 21)


@pytest.fixture
def case():
    case = SettlementCase()
    case.add("intacct.entity", record_no=1, entity_id="100", name="East", currency="USD")
    return case


def told(case):
    return verdicts(case.reconcile(OBJECT))


def groups_of(result):
    columns = ["settlement", "movement_total", "payment_total", "difference"]
    return list(result.settlements[columns].itertuples(index=False, name=None))


def test_one_transfer_carries_every_payment_of_its_day(case):
    """One to many, of any size and in any order of rows [S-AFT-01]: the payments add up to the movement."""
    for at in range(60):
        case.payment(f"p{at}", {"b1": "1.01"})
    case.movement(amount="-60.60")
    case.transfer(amount="60.60")
    result = case.reconcile(OBJECT)
    assert len(result.differences) == 0
    assert groups_of(result) == [("2026-02-20 out", Decimal("60.60"), Decimal("60.60"), Decimal(0))]
    assert list(result.members["member_object"]).count("ap_payment") == 60
    random_ = random.Random(4)  # noqa: S311 - no secret
    frames = Frames({name: shuffled_frame(frame, random_) for name, frame in case.frames.items()})
    assert as_bytes(result) == as_bytes(reconcile(OBJECT, case.link, frames, case.crosswalk, Moment(NOW)))


def test_two_movements_of_a_day_are_one_group(case):
    """Before and after the bank's cut-off: nobody tells which payment is in which, and together they add up."""
    for at, amount in enumerate(("10.00", "20.00", "5.00")):
        case.payment(f"p{at}", {"b1": amount})
    case.movement("m1", "-30.00", "M-1")
    case.movement("m2", "-5.00", "M-2")
    case.transfer(801, "30.00", "M-1")
    case.transfer(802, "5.00", "M-2")
    result = case.reconcile(OBJECT)
    assert (len(result.matches), len(result.differences), len(result.settlements)) == (2, 0, 1)


NOT_IN_IT = [
    {"single_status": "SCHEDULED"},
    {"single_status": "CANCELED"},
    {"is_online": False},
    {"funding_account_type": "CARD_ACCOUNT"},
    {"process_date": NEXT_DAY},
]


@pytest.mark.parametrize("more", NOT_IN_IT)
def test_only_what_the_bank_paid_that_day_is_behind_a_movement(case, more):
    """Scheduled, cancelled, offline and card payments, and another day's, take nothing from the bank that day."""
    case.payment("p1", {"b1": "100.00"})
    case.payment("p2", {"b1": "7.00"}, **more)
    case.movement()
    case.transfer()
    group = next(one for one in groups_of(case.reconcile(OBJECT)) if one[0] == "2026-02-20 out")
    assert group[2] == Decimal("100.00")


def test_the_bank_is_debited_in_its_own_currency(case):
    """What a foreign payment took from the bank counts, not what the vendor got."""
    case.payment("p1", {"b1": "100.00"}, currency="EUR", funding_amount=Decimal("108.13"))
    case.movement(amount="-108.13")
    case.transfer(amount="108.13")
    assert told(case) == []


def test_payments_that_do_not_add_up_are_a_break(case):
    """The day's payments and the movement differ, though both systems have the movement."""
    case.payment("p1", {"b1": "99.99"})
    case.movement()
    case.transfer()
    columns = ("field", "verdict", "platform_value", "intacct_value", "money_at_stake")
    assert shown(case.reconcile(OBJECT), *columns) == [("payments", "break", "100.00", "99.99", Decimal("0.01"))]


def test_money_that_comes_back_is_a_group_of_its_own(case):
    """A void brings the payment back on the day on which BILL granted it."""
    case.payment("p1", {"b1": "100.00"}, single_status="VOIDED")
    case.add("bill.ap_payment_void", id="d1", payment_id="p1", status="ACCEPTED", modified_at=LATER)
    case.movement("m1")
    case.movement("m2", "100.00", "M-2", process_date=LATER.date())
    case.transfer(801)
    case.transfer(802, number="M-2", transfer_date=LATER.date())
    result = case.reconcile(OBJECT)
    assert len(result.differences) == 0
    assert [one[0] for one in groups_of(result)] == ["2026-02-20 out", "2026-03-10 back"]


def test_without_movements_the_sum_of_the_payments_stands_for_one(case):
    """BILL's older API may not be read: then the day's payments call for a transfer of their sum."""
    case.payment("p1", {"b1": "60.00"})
    case.payment("p2", {"b1": "40.00"})
    case.transfer(number="")
    matches = case.reconcile(OBJECT).matches
    assert list(matches["platform_id"]) == ["computed 2026-02-20 out"]
    case.rows["intacct.funds_transfer"].clear()
    assert told(case) == [("missing_in_intacct", "", "break", "")]


ALONE = [
    ({"status": "2"}, "expected", "S-AFT-01"),
    ({"status": "0"}, "in_flight", "S-AFT-01"),
    ({"modified_at": JUST_NOW}, "in_flight", "S-SCH-04"),
    ({}, "break", ""),
]


@pytest.mark.parametrize(("more", "verdict", "rule"), ALONE)
def test_why_a_movement_is_only_in_bill(case, more, verdict, rule):
    """Only confirmed movements travel [S-AFT-01]."""
    case.payment("p1", {"b1": "100.00"})
    case.movement(**more)
    assert told(case) == [("missing_in_intacct", "", verdict, rule)]


def test_a_transfer_made_in_intacct_is_expected_and_one_of_receivables_is_not_ours(case):
    """Transfers travel from BILL only [S-AFT-01]; a movement of receivables is another object's."""
    case.movement("m2", "50.00", "M-2", movement_type="2")
    case.transfer(801, "12.00", "X-1")
    case.transfer(802, "50.00", "M-2")
    result = case.reconcile(OBJECT)
    columns = ("kind", "intacct_record_no", "verdict", "rule")
    assert shown(result, *columns) == [("missing_in_platform", 801, "expected", "S-AFT-01")]


PAIRED = [
    ({}, {"total_entered": Decimal("99.00")}, ("amount", "amount", "break", "")),
    ({}, {"base_currency": "EUR"}, ("amount", "currency", "break", "")),
    ({}, {"transfer_date": NEXT_DAY}, ("date", "transfer_date", "break", "")),
    ({}, {"state": "Voided"}, ("state", "state", "break", "")),
    ({"status": "2"}, {}, ("state", "state", "break", "")),
    ({"status": "2"}, {"state": "Reversed"}, None),
    ({"name": None}, {"document_no": None}, None),
]


@pytest.mark.parametrize(("ours", "theirs", "difference"), PAIRED)
def test_what_differs_in_a_pair(case, ours, theirs, difference):
    """Amount, currency, date and state; each told once."""
    case.payment("p1", {"b1": "100.00"})
    case.movement(**ours)
    case.transfer(**theirs)
    assert told(case) == ([] if difference is None else [difference])


def test_a_second_transfer_of_one_movement_is_a_double(case):
    """It would take the money from clearing twice."""
    case.payment("p1", {"b1": "100.00"})
    case.movement()
    case.transfer(801)
    case.transfer(802)
    assert {row[0] for row in told(case)} == {"duplicate"}
    case.cross("m1", 801, object_=OBJECT)
    assert shown(case.reconcile(OBJECT), "kind", "intacct_record_no", "verdict") == [("duplicate", 802, "break")]


def test_nothing_is_no_difference():
    """Empty tables reconcile to nothing, with no group."""
    result = SettlementCase().reconcile(OBJECT)
    assert [len(frame) for frame in (result.differences, result.totals, result.settlements, result.members)] == [0] * 4


def moved(case, *accounts):
    """A movement with its transfer between these accounts, of which BILL's bank is on 1000."""
    case.payment()
    case.movement()
    case.transfer()
    for position, account in enumerate(accounts, 1):
        case.add("intacct.funds_transfer_line", record_no=position, transfer_record_no=801, account_no=account)
    case.add("bill.gl_account", id="a1000", name="Operating", account_no="1000")
    case.add("bill.bank_account", id="bac1", gl_account_id="a1000")
    return told(case)


@pytest.mark.parametrize(
    ("accounts", "is_told"),
    [(("1000", "1090"), False), (("1090", "1000"), False), (("1010", "1090"), True), ((), False)],
)
def test_a_transfer_moves_the_money_of_one_of_bills_banks(case, accounts, is_told):
    """S-AFT-01: one of its accounts is the ledger account of a bank; of accounts that were not read nothing is told."""
    assert moved(case, *accounts) == ([("coding", "accounts", "break", "")] if is_told else [])


@pytest.mark.parametrize(("locations", "is_told"), [(("L1", "L1"), False), (("L1", "L2"), True), (("L1", None), False)])
def test_a_transfer_stays_at_one_location(case, locations, is_told):
    """S-AFT-02: a BILL account has one location for funds transfers, which the bank accounts decide."""
    for account, location in zip(("1000", "1090"), locations, strict=True):
        own = {"record_no": int(account), "bank_account_id": f"CHK-{account}", "account_no": account}
        case.add("intacct.checking_account", **own, location_id=location)
    assert moved(case, "1000", "1090") == ([("coding", "location", "break", "")] if is_told else [])


def test_the_location_of_an_account_of_several_banks_is_not_known(case):
    """S-AFT-02: two banks on one ledger account may be at two locations; nothing tells which was meant."""
    for position, location in enumerate(("L1", "L2"), 1):
        own = {"record_no": position, "bank_account_id": f"CHK-{position}", "account_no": "1000"}
        case.add("intacct.savings_account", **own, location_id=location)
    case.add("intacct.checking_account", record_no=9, bank_account_id="CLR", account_no="1090", location_id="L3")
    assert moved(case, "1000", "1090") == []
