"""AP payments: how they pair, what differs, and which rule explains it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from reconcile_cases import JUST_NOW, LATER, make_link, shown, verdicts
from settlement_cases import PAID_ON, SettlementCase

from intacct_pipelines.domain.keys import source_mark
from intacct_pipelines.domain.link import Clearing

OBJECT = "ap_payment"
NEXT_DAY = date(2026, 2, 21)


@pytest.fixture
def case():
    return SettlementCase().vendors().bill_pair(1).bill_pair(2, "50.00")


def told(case):
    return verdicts(case.reconcile(OBJECT))


def pairs_of(case):
    matches = case.reconcile(OBJECT).matches
    return list(matches[["platform_id", "intacct_record_no", "method"]].itertuples(index=False, name=None))


WAYS = {
    "by BILL": ({}, {}),
    "print check": ({"is_online": False, "is_check_to_print": True}, {"payment_method": "Printed Check"}),
    "outside": ({"is_online": False}, {"payment_method": "Cash"}),
}


@pytest.mark.parametrize("way", WAYS)
def test_each_way_to_pay_agrees_with_its_payment_in_intacct(case, way):
    """Paid by BILL, by a check that Intacct prints, or outside: vendor, date, amount and bills find it [S-PAY-06]."""
    ours, theirs = WAYS[way]
    case.payment(shares={"b1": "100.00", "b2": "20.00"}, **ours)
    case.intacct_payment(shares={11: "100.00", 12: "20.00"}, **theirs)
    result = case.reconcile(OBJECT)
    assert pairs_of(case) == [("p1", 501, "natural_key")]
    assert len(result.differences) == 0
    assert set(result.totals["difference"]) == {Decimal(0)}


def test_crosswalk_mark_and_numbers_decide_in_this_order(case):
    """What was confirmed goes before the mark, the mark before BILL's numbers, and those before date and amount."""
    for at, more in enumerate(
        ({}, {"transaction_no": "T2"}, {"transaction_no": "T3"}, {"check_no": "10004"}, {"confirmation_no": "P5"}), 1
    ):
        case.payment(f"p{at}", {"b1": f"{at}.00"}, **more)
    case.intacct_payment(501, {11: "3.00"}, document_no="T2")
    case.intacct_payment(502, {11: "9.00"}, document_no="T3")
    case.intacct_payment(503, {11: "1.00"}, description=source_mark("bill", "p2"))
    case.intacct_payment(504, {11: "4.00"}, document_no="10004", payment_date=NEXT_DAY)
    case.intacct_payment(505, {11: "5.00"}, document_no="P5", payment_date=NEXT_DAY)
    case.cross("p1", 501, object_=OBJECT)
    assert [pair[:2] for pair in pairs_of(case)] == [("p1", 501), ("p2", 503), ("p3", 502), ("p4", 504), ("p5", 505)]


def test_a_check_number_alone_is_not_enough(case):
    """Two banks may use one check number for a vendor; another amount is another payment."""
    case.payment(check_no="10004")
    case.intacct_payment(shares={12: "50.00"}, document_no="10004")
    assert pairs_of(case) == []


OTHERS = {
    "bill": {"shares": {12: "100.00"}},
    "amount": {"shares": {11: "99.00"}},
    "vendor": {"vendor_id": "V-2"},
    "currency": {"currency": "EUR"},
    "no bill": {"shares": {}, "trx_total_entered": Decimal("100.00")},
}


@pytest.mark.parametrize("other", OTHERS)
def test_a_payment_of_another_bill_amount_or_vendor_is_another_payment(case, other):
    """Nothing pairs by likeness."""
    case.vendors(2)
    case.payment()
    case.intacct_payment(**OTHERS[other])
    assert pairs_of(case) == []


def test_what_fits_twice_is_a_group_and_a_second_payment_of_a_pair_is_a_double(case):
    """Two payments of one day, vendor, amount and bills: a bill may be paid twice."""
    case.payment()
    case.intacct_payment(501)
    case.intacct_payment(502)
    assert {row[:3:2] for row in told(case)} == {("duplicate", "break")}
    case.cross("p1", 501, object_=OBJECT)
    result = case.reconcile(OBJECT)
    assert shown(result, "kind", "intacct_record_no", "platform_value") == [("duplicate", 502, "")]


def test_a_void_payment_makes_its_replacement_no_double(case):
    """A payment voided in Intacct and paid again there is replaced, not doubled."""
    case.payment()
    case.intacct_payment(501, state="Voided")
    case.intacct_payment(502)
    assert pairs_of(case) == [("p1", 502, "natural_key")]
    assert told(case) == [("missing_in_platform", "", "expected", "S-CON-16")]


def test_bills_that_nobody_can_tell_apart_are_told_of_the_bills_only(case):
    """Which of two bills of one number was paid is the bills' own difference; the payment of either agrees."""
    case.bill("b9", "100.00", "INV-1")
    case.payment()
    case.intacct_payment()
    assert pairs_of(case) == [("p1", 501, "natural_key")]
    assert told(case) == []


ALONE_IN_BILL = [
    ({"single_status": "VOIDED"}, "expected", "S-CON-16"),
    ({"single_status": "CANCELED"}, "expected", "S-CON-16"),
    ({"single_status": "FUNDING_FAILED_VOIDED"}, "expected", "S-CON-16"),
    ({"single_status": None, "status": "CANCELLED"}, "expected", "S-CON-16"),
    ({"single_status": "SCHEDULED", "process_date": date(2026, 5, 19)}, "in_flight", "S-PAY-02"),
    ({"single_status": "SCHEDULED", "process_date": date(2026, 5, 18)}, "break", ""),
    ({"status": "APPROVING", "process_date": None}, "in_flight", "S-PAY-02"),
    ({"modified_at": JUST_NOW}, "in_flight", "S-SCH-04"),
    ({"single_status": "CLEARED"}, "break", ""),
    ({"single_status": "A NEW WORD"}, "break", ""),
    ({"is_online": False}, "break", ""),
]


@pytest.mark.parametrize(("more", "verdict", "rule"), ALONE_IN_BILL)
def test_why_a_payment_is_only_in_bill(case, more, verdict, rule):
    """One that pays nothing is expected [S-CON-16], one to come is in flight [S-PAY-02], any other never arrived."""
    case.payment(**more)
    assert told(case) == [("missing_in_intacct", "", verdict, rule)]


def reason_of(case):
    differences = case.reconcile(OBJECT).differences
    (mine,) = differences[differences["platform_id"].notna()].itertuples()
    assert mine.verdict == "break"
    return mine.reason


def test_a_payment_of_a_bill_that_intacct_has_paid_is_a_break_of_its_own(case):
    """No due on the bill, so it can never arrive; the vendor may have the money twice [S-PAY-09]."""
    case.rows["intacct.ap_bill"][0] |= {"state": "Partially Paid", "trx_total_paid": Decimal("0.01")}
    case.payment()
    assert "S-PAY-09" in reason_of(case)


def test_a_missing_payment_says_what_is_in_its_way(case):
    """A missing bill, a deletion and a payment recorded as made outside each have their own remedy [S-PAY-06]."""
    case.bill("b3", "7.00", "INV-3")
    case.payment("p1", {"b3": "7.00"})
    case.payment("p2", transaction_no="T2")
    case.intacct_payment(description=source_mark("bill", "p2"), _deleted=True)
    case.payment("p3", {"b2": "50.00"}, is_online=False)
    reasons = case.reconcile(OBJECT).differences.set_index("platform_id")["reason"]
    assert "not in Intacct, so" in reasons["p1"]
    assert "deleted" in reasons["p2"]
    assert "S-PAY-06" in reasons["p3"]


def test_a_payment_made_in_intacct_is_told_with_bill_amount_and_date(case):
    """Paid outside BILL: the row shows what was paid, how much and when [S-PAY-01]."""
    case.intacct_payment(document_no="777", shares={11: "60.00", 12: "50.00"})
    found = shown(case.reconcile(OBJECT), "kind", "verdict", "rule", "intacct_value", "money_at_stake")
    words = "777 of 2026-02-20: INV-1 #11 60.00; INV-2 #12 50.00"
    assert found == [("missing_in_platform", "expected", "S-PAY-01", words, Decimal("110.00"))]


ALONE_IN_INTACCT = [
    ({"state": "Voided"}, "expected", "S-CON-16"),
    ({"shares": {}}, "expected", "S-CON-02"),
    ({"vendor_id": "V-2"}, "expected", "S-VEN-10"),
    ({"description": source_mark("bill", "p9")}, "break", ""),
]


@pytest.mark.parametrize(("more", "verdict", "rule"), ALONE_IN_INTACCT)
def test_why_a_payment_is_only_in_intacct(case, more, verdict, rule):
    """Void ones and those of credits alone are expected [S-CON-02]; one that names BILL's payment is not."""
    case.vendors(2)
    case.link = make_link(excluded_vendors=frozenset({"v2"}))
    case.intacct_payment(**more)
    assert told(case) == [("missing_in_platform", "", verdict, rule)]


BY_BILL, PRINT = WAYS["by BILL"][0], WAYS["print check"][0]
PAIRED = [
    (BY_BILL, {"payment_date": NEXT_DAY}, ("date", "payment_date", "break", "")),
    (BY_BILL, {"currency": "EUR", "document_no": "T1"}, ("amount", "currency", "break", "")),
    (BY_BILL, {"vendor_id": "V-2"}, ("coding", "vendor_id", "break", "")),
    (BY_BILL, {"state": "Voided"}, ("state", "state", "break", "")),
    (BY_BILL, {"state": "Submitted"}, ("state", "state", "expected", "S-PAY-07")),
    (BY_BILL, {"state": "Approved"}, ("state", "state", "expected", "S-PAY-07")),
    (BY_BILL, {"state": "Draft"}, ("state", "state", "break", "")),
    (BY_BILL, {"state": "Declined"}, ("state", "state", "break", "")),
    (PRINT, {"state": "Draft", "payment_method": "Printed Check"}, ("state", "state", "expected", "S-PAY-06")),
    (PRINT, {"payment_method": "EFT"}, ("coding", "payment_method", "break", "")),
    ({"single_status": "VOIDED"}, {}, ("state", "state", "break", "")),
    ({"single_status": "VOID_PENDING"}, {"state": "Voided"}, ("state", "state", "in_flight", "S-PAY-04")),
    (WAYS["outside"][0] | {"description": "By wire"}, {}, ("coding", "description", "expected", "S-PAY-05")),
    ({"description": "By BILL"}, {}, None),
    (WAYS["outside"][0] | {"description": "By wire"}, {"description": "By wire, 3 March"}, None),
    ({"single_status": "VOIDED"}, {"state": "Voided"}, None),
]


@pytest.mark.parametrize(("ours", "theirs", "difference"), PAIRED)
def test_what_differs_in_a_pair(case, ours, theirs, difference):
    """Date, currency, vendor, way of paying, memo [S-PAY-05] and state [S-PAY-04] [S-PAY-07]; each told once."""
    case.vendors(2)
    case.payment(**ours)
    case.intacct_payment(**theirs)
    case.cross("p1", 501, object_=OBJECT)
    assert told(case) == ([] if difference is None else [difference])


def test_a_void_on_one_side_shows_its_day_and_touches_the_whole_payment(case):
    """Void in BILL and standing in Intacct: when BILL granted it, and how much is at stake [S-PAY-04] [S-CON-16]."""
    case.payment(single_status="VOIDED")
    void = {"payment_id": "p1", "void_type": "VOID_ONLY", "created_at": LATER}
    case.add("bill.ap_payment_void", id="d1", status="REJECTED", modified_at=JUST_NOW, **void)
    case.add("bill.ap_payment_void", id="d2", status="ACCEPTED", modified_at=LATER, **void)
    case.intacct_payment()
    (difference,) = case.reconcile(OBJECT).differences.itertuples()
    assert (difference.platform_value, difference.intacct_value) == ("VOIDED on 2026-03-10", "Posted")
    assert difference.money_at_stake == Decimal("100.00")
    assert "S-CON-16" in difference.reason


SHARES = [
    ({"b1": "60.00", "b2": "40.00"}, {11: "50.00", 12: "50.00"}, "10.00", "INV-1 #11: 60.00; INV-2 #12: 40.00"),
    ({"b1": "60.00"}, {12: "60.00"}, "60.00", "INV-1 #11: 60.00"),
    ({"b9": "60.00"}, {12: "60.00"}, "60.00", "?b9: 60.00"),
]


@pytest.mark.parametrize(("ours", "theirs", "stake", "words"), SHARES)
def test_what_a_payment_pays_is_compared_bill_by_bill(case, ours, theirs, stake, words):
    """Equal in total and paid otherwise is a break, with only the bills that differ."""
    case.payment(shares=ours, transaction_no="T1")
    case.intacct_payment(shares=theirs, document_no="T1")
    columns = ("kind", "field", "verdict", "money_at_stake", "platform_value")
    assert shown(case.reconcile(OBJECT), *columns) == [("application", "bills", "break", Decimal(stake), words)]


def test_another_amount_is_told_once(case):
    """One wrong amount of one bill is a difference of the amount, and not of the bills again."""
    case.payment(transaction_no="T1")
    case.intacct_payment(shares={11: "99.00"}, document_no="T1")
    assert shown(case.reconcile(OBJECT), "field", "amount_difference") == [("amount", Decimal("1.00"))]


def test_an_excluded_vendor_explains_everything(case):
    """Nothing of this vendor travels [S-VEN-10]."""
    case.link = make_link(excluded_vendors=frozenset({"v1"}))
    case.payment("p1", transaction_no="T1")
    case.intacct_payment(501, {12: "9.00"}, document_no="T1", payment_date=NEXT_DAY, state="Draft")
    case.payment("p2", {"b2": "8.00"})
    case.intacct_payment(502, {12: "7.00"})
    assert {row[2:] for row in told(case)} == {("expected", "S-VEN-10")}


def test_vendors_that_nobody_can_tell_apart_hold_their_payments(case):
    """Two vendors of one name explain that a payment finds no partner [S-VEN-03]."""
    case.bill_vendor("v8", "Twin")
    case.intacct_vendor(8, "Twin")
    case.intacct_vendor(9, "Twin")
    case.payment(vendor_id="v8")
    assert told(case) == [("missing_in_intacct", "", "expected", "S-VEN-03")]


@pytest.mark.parametrize(("amount", "day"), [("9999999999999", PAID_ON), ("1", date(2024, 2, 29))])
def test_amounts_and_dates_at_their_limits(amount, day):
    """Thirteen digits of a currency without decimals, and a leap day, agree and differ by one unit."""
    case = SettlementCase().vendors()
    case.bill("b1", amount, currency="JPY")
    case.intacct_bill(11, amount, currency="JPY")
    more = {"currency": "JPY"}
    case.payment(shares={"b1": amount}, process_date=day, **more)
    case.intacct_payment(shares={11: amount}, payment_date=day, **more)
    assert told(case) == []
    case.rows["intacct.ap_payment"][0]["trx_total_entered"] += 1
    case.cross("p1", 501, object_=OBJECT)
    assert shown(case.reconcile(OBJECT), "amount_difference") == [(Decimal(-1),)]


def banks(case):
    """Two bank accounts of Intacct, and the accounts of BILL behind them."""
    for position, (bank, account) in enumerate((("CHK-1", "1000"), ("CHK-2", "1010")), 1):
        case.add("intacct.checking_account", record_no=position, bank_account_id=bank, account_no=account)
        case.add("bill.gl_account", id=f"a{account}", name=bank, account_no=account)


@pytest.mark.parametrize(
    ("ours", "theirs", "is_told"),
    [
        ({"is_online": False, "gl_account_id": "a1000"}, "CHK-2", True),
        ({"is_online": False, "gl_account_id": "a1000"}, "CHK-1", False),
        ({"is_online": False, "gl_account_id": "a1000"}, "CHK-9", False),
        ({"is_online": False, "gl_account_id": "a1000"}, None, False),
        ({"is_online": False, "gl_account_id": "a9999"}, "CHK-1", False),
        ({"is_online": False}, "CHK-1", False),
        ({"gl_account_id": "a1000"}, "CHK-2", False),
    ],
)
def test_a_payment_made_outside_is_drawn_on_one_account(case, ours, theirs, is_told):
    """S-PAY-06: by the ledger account behind each bank; what BILL pays itself stands on its clearing account."""
    banks(case)
    case.payment(**ours)
    case.intacct_payment(financial_account_id=theirs)
    assert told(case) == ([("coding", "bank_account", "break", "")] if is_told else [])


@pytest.mark.parametrize(
    ("ours", "theirs", "is_told"),
    [
        ({}, "CHK-1", True),
        ({}, "CHK-2", False),
        ({"funding_account_type": "CARD_ACCOUNT"}, "CHK-1", False),
        ({"is_online": False, "gl_account_id": "a1000"}, "CHK-1", False),
    ],
)
def test_what_bill_pays_itself_is_drawn_on_the_clearing_account(case, ours, theirs, is_told):
    """S-CFG-03: where the link names it, whichever bank BILL debits."""
    banks(case)
    case.link = make_link(clearing=Clearing(money_out="1010"))
    case.payment(**ours)
    case.intacct_payment(financial_account_id=theirs)
    assert told(case) == ([("coding", "bank_account", "break", "")] if is_told else [])


def test_the_map_of_accounts_says_on_which_bank_a_payment_is_drawn(case):
    """A bank's ledger account may have another number in Intacct."""
    banks(case)
    case.link = make_link(account_map={"1000": "1010"})
    case.payment(is_online=False, gl_account_id="a1000")
    case.intacct_payment(financial_account_id="CHK-2")
    assert told(case) == []
