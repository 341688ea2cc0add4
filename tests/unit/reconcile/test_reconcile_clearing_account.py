"""Clearing accounts: which postings bring them back to zero, and what keeps them from there, item by item."""

from __future__ import annotations

import random
from datetime import timedelta
from decimal import Decimal

import pytest
from clearing_cases import FRIDAY, IN, OUT, ClearingCase
from reconcile_cases import LATER, NOW, as_bytes, shown, shuffled_frame
from settlement_cases import PAID_ON

from intacct_pipelines.reconcile import Frames, Moment, reconcile

OBJECT = "clearing_account"
TODAY = NOW.date()
LATELY = TODAY - timedelta(days=3)


@pytest.fixture
def case():
    return ClearingCase().clears()


def items(case):
    """Kind, cause, share of the balance, verdict, rule and turn of every item."""
    columns = ("kind", "cause", "amount_difference", "verdict", "rule", "turn")
    told = shown(case.reconcile(OBJECT), *columns)
    return [(kind, cause, -share, *rest) for kind, cause, share, *rest in told]


def causes(case):
    return [(item[1], str(item[2])) for item in items(case)]


def balances(case):
    """Account, currency, balance, postings, cleared ones, items."""
    columns = ["account_no", "currency", "balance", "postings", "cleared", "items"]
    rows = case.reconcile(OBJECT).clearing[columns].itertuples(index=False, name=None)
    return [(*row[:2], str(row[2]), *row[3:]) for row in rows]


def paid(case, *amounts, day=PAID_ON, movement=True):
    """Payments by BILL and Intacct's postings of them; a movement of all, if wanted."""
    for at, amount in enumerate(amounts):
        number = f"T{day:%d}-{at}"
        case.payment(f"p{day:%d}-{at}", {"b1": amount}, transaction_no=number, process_date=day)
        case.posted(1000 + 100 * day.day + at, f"-{amount}", number, day=day)
    if movement:
        total = sum(map(Decimal, amounts))
        case.movement(f"m{day:%d}", f"-{total}", f"M-{day:%d}", process_date=day)


def transferred(case, record_no, amount, number, *, day=PAID_ON, account=OUT):
    case.posted(record_no, amount, number, module="11.CM", day=day, account=account)


def received(case, id_, amount, fee="0", *, posted=True, booked=True, day=FRIDAY):
    """A receipt through BILL, with its posting and that of its fee."""
    case.received(id_, amount, fee, payment_date=day)
    record_no = 3000 + 10 * len(case.rows["bill.ar_payment"])
    if posted:
        case.posted(record_no, amount, f"R-{id_}", account=IN, module="4.AR", day=day)
    if booked and Decimal(fee):
        own = {"account": IN, "module": "2.GL", "day": day}
        case.posted(record_no + 1, fee, batch_reference_no=f"R-{id_}", **own)


def test_an_account_at_zero_has_no_item(case):
    """Payments against the transfer of their day [S-AFT-01]; receipts and fees against one deposit [S-RFT-01]."""
    paid(case, "60.00", "40.00")
    transferred(case, 9001, "100.00", "M-20")
    received(case, "r1", "50.00", "1.45")
    received(case, "r2", "8.00")
    case.money_in(amount="59.45")
    transferred(case, 9002, "-59.45", "D-1", account=IN, day=FRIDAY)
    assert items(case) == []
    assert balances(case) == [(OUT, "USD", "0.00", 3, 3, 0), (IN, "USD", "0.00", 4, 4, 0)]
    settlements = case.reconcile(OBJECT).settlements
    columns = ["settlement", "movement_total", "payment_total", "difference"]
    assert list(settlements[columns].itertuples(index=False, name=None)) == [
        ("1070 2026-02-20 out", Decimal("100.00"), Decimal("100.00"), 0),
        ("1080 2026-02-06 in", Decimal("59.45"), Decimal("59.45"), 0),
    ]


def test_an_account_that_nothing_passed_is_at_zero(case):
    """It is told too, so that its silence is known for zero."""
    assert balances(case) == [(OUT, "USD", "0", 0, 0, 0), (IN, "USD", "0", 0, 0, 0)]


NO_TRANSFER = [
    (PAID_ON, {}, "clearing_transfer_missing", "break", "", "Intacct user"),
    (PAID_ON, {"status": "0"}, "clearing_transfer_unconfirmed", "in_flight", "S-AFT-01", "next sync"),
    (LATELY, {}, "clearing_young", "in_flight", "S-SCH-04", "next sync"),
]


@pytest.mark.parametrize(("day", "more", "cause", "verdict", "rule", "turn"), NO_TRANSFER)
def test_payments_without_transfer(case, day, more, cause, verdict, rule, turn):
    """One item for all payments behind a movement that never arrived: old, unconfirmed [S-AFT-01], young [S-SCH-04]."""
    paid(case, "60.00", "40.00", day=day, movement=False)
    case.movement(amount="-100.00", process_date=day, **more)
    assert items(case) == [("missing_in_intacct", cause, Decimal("-100.00"), verdict, rule, turn)]
    columns = ("field", "platform_id", "platform_value", "money_at_stake")
    assert shown(case.reconcile(OBJECT), *columns) == [
        (OUT, "m1", f"funds transfer M-1 of {day}", Decimal("100.00")),
    ]


def test_the_age_of_an_item_counts_from_the_day_of_its_posting(case):
    """Ten days by default, or as the link says; nobody's sync moves that day."""
    paid(case, "5.00", day=TODAY - timedelta(days=9), movement=False)
    assert causes(case) == [("clearing_young", "-5.00")]
    case.clears(days=9)
    assert causes(case) == [("clearing_transfer_untold", "-5.00")]
    assert set(case.reconcile(OBJECT).differences["age_seconds"]) == {int(9.5 * 86400)}


def test_a_transfer_without_payment(case):
    """The second of two transfers has nothing behind it."""
    paid(case, "100.00")
    transferred(case, 9001, "100.00", "M-20")
    transferred(case, 9002, "30.00", "BY-HAND")
    assert items(case) == [
        ("uncleared", "clearing_transfer_alone", Decimal("30.00"), "break", "", "Intacct user"),
    ]
    columns = ("intacct_record_no", "intacct_id", "intacct_value", "platform_value")
    assert shown(case.reconcile(OBJECT), *columns) == [
        (9002, "BY-HAND", "funds transfer BY-HAND of 2026-02-20", "the payments or receipts behind it"),
    ]


@pytest.mark.parametrize("more", [{}, {"day": FRIDAY + timedelta(days=5)}])
def test_a_fee_that_nobody_booked(case, more):
    """The deposit brought receipt and fee to the bank; the journal entry is still to be made [S-FEE-01]."""
    received(case, "r1", "100.00", "2.90", booked=False)
    case.money_in(amount="102.90")
    transferred(case, 9001, "-102.90", "D-1", account=IN, **more)
    assert items(case) == [
        ("missing_in_intacct", "clearing_fee_missing", Decimal("-2.90"), "expected", "S-FEE-01", "Intacct user"),
    ]


def test_a_posting_with_another_amount_leaves_the_rest(case):
    """The deposit was typed with one unit more: that unit is the item, not the deposit [S-RFT-01]."""
    received(case, "r1", "100.00")
    case.money_in()
    transferred(case, 9001, "-101.00", "D-1", account=IN, day=FRIDAY)
    assert items(case) == [("amount", "clearing_amount_differs", Decimal("-1.00"), "break", "", "accountant")]


def test_a_foreign_payment_counts_in_the_banks_currency(case):
    """The bank pays in its own currency: the base amount counts; another rate leaves a rest [S-CUR-01]."""
    foreign = {"currency": "EUR", "trx_credit_amount": Decimal("100.00")}
    case.payment("p1", {"b1": "100.00"}, currency="EUR", funding_amount=Decimal("108.13"), transaction_no="T1")
    case.movement(amount="-108.13")
    transferred(case, 9001, "108.13", "M-1")
    case.posted(9002, "-108.13", "T1", **foreign)
    assert items(case) == []
    case.rows["intacct.gl_detail"][1]["credit_amount"] = Decimal("108.10")
    assert causes(case) == [("clearing_rate_differs", "0.03")]


def test_currencies_are_never_netted(case):
    """What is in neither the bank's currency nor its books stands by itself, and clears by itself."""
    euro = {"currency": "EUR", "base_currency": "EUR"}
    case.posted(9001, "-100.00", "A", **euro)
    transferred(case, 9002, "100.00", "B")
    assert balances(case)[:2] == [(OUT, "EUR", "-100.00", 1, 0, 1), (OUT, "USD", "100.00", 1, 0, 1)]
    case.posted(9003, "100.00", "C", module="11.CM", **euro)
    assert balances(case)[:2] == [(OUT, "EUR", "0.00", 2, 2, 0), (OUT, "USD", "100.00", 1, 0, 1)]


def test_a_link_may_name_the_currency_in_which_bill_moves_money(case):
    """Transaction amounts count where they are in it, though the books are kept in another [S-CUR-02]."""
    case.clears(currency="USD")
    case.rows["intacct.entity"][0]["currency"] = "EUR"
    euro = {"base_currency": "EUR", "trx_credit_amount": Decimal("100.00"), "credit_amount": Decimal("92.00")}
    case.payment("p1", {"b1": "100.00"}, transaction_no="T1")
    case.movement()
    case.posted(9001, "-100.00", "T1", **euro)
    debit = {"base_currency": "EUR", "trx_debit_amount": Decimal("100.00"), "debit_amount": Decimal("93.00")}
    case.posted(9002, "100.00", "M-1", module="11.CM", **debit)
    assert balances(case)[0] == (OUT, "USD", "0.00", 2, 2, 0)


VOIDS = [
    # Intacct's void, BILL's void, its movement back, the transfer back
    ((True, True, True, True), []),
    ((True, False, False, False), [("clearing_void_alone", "40.00")]),
    ((False, True, True, True), [("clearing_void_missing", "-40.00")]),
    ((True, True, True, False), [("clearing_transfer_missing", "40.00")]),
    ((True, True, False, False), [("clearing_void_alone", "40.00")]),
]


@pytest.mark.parametrize(("who", "found"), VOIDS)
def test_a_void_after_the_transfer(case, who, found):
    """The bank was debited already: the account waits for what is not undone yet [S-PAY-04, S-CON-16]."""
    in_intacct, in_bill, moved, transferred_back = who
    paid(case, "60.00", "40.00")
    transferred(case, 9001, "100.00", "M-20")
    if in_intacct:
        case.posted(9002, "40.00", "T20-1", day=LATER.date())
    if in_bill:
        case.rows["bill.ap_payment"][1]["single_status"] = "VOIDED"
        case.add("bill.ap_payment_void", id="d1", payment_id="p20-1", status="ACCEPTED", modified_at=LATER)
    if moved:
        case.movement("m9", "40.00", "M-9", process_date=LATER.date())
    if transferred_back:
        transferred(case, 9003, "-40.00", "M-9", day=LATER.date())
    assert causes(case) == found


def test_a_payment_that_the_sync_deleted_with_its_void_is_no_item(case):
    """BILL's void deletes Intacct's payment [S-CON-16]: the transfers there and back then clear each other."""
    paid(case, "60.00", "40.00")
    transferred(case, 9001, "100.00", "M-20")
    del case.rows["intacct.gl_detail"][1]
    case.rows["bill.ap_payment"][1]["single_status"] = "VOIDED"
    case.add("bill.ap_payment_void", id="d1", payment_id="p20-1", status="ACCEPTED", modified_at=LATER)
    case.movement("m9", "40.00", "M-9", process_date=LATER.date())
    transferred(case, 9003, "-40.00", "M-9", day=LATER.date())
    assert items(case) == []
    assert balances(case)[0] == (OUT, "USD", "0.00", 3, 3, 0)


PAYMENTS = [
    ({"single_status": "SCHEDULED"}, "clearing_payment_under_way", "in_flight"),
    ({"single_status": "CANCELED"}, "clearing_payment_undone", "break"),
    ({"funding_account_type": "CARD_ACCOUNT"}, "clearing_payment_elsewhere", "break"),
    ({"is_online": False}, "clearing_payment_elsewhere", "break"),
    ({"transaction_no": "ANOTHER", "process_date": None}, "clearing_payment_alone", "break"),
]


@pytest.mark.parametrize(("more", "cause", "verdict"), PAYMENTS)
def test_why_a_payment_waits_for_a_transfer(case, more, cause, verdict):
    """Not taken yet [S-PAY-02], undone, paid otherwise [S-PAY-06], or none of BILL's [S-PAY-01]."""
    case.payment("p1", {"b1": "100.00"}, **{"transaction_no": "T1", **more})
    case.posted(9001, "-100.00", "T1")
    assert [item[:4] for item in items(case)] == [("uncleared", cause, Decimal("-100.00"), verdict)]


RECEIPTS = [
    ({}, FRIDAY, "clearing_receipt_without_deposit", "break"),
    ({}, LATELY, "clearing_young", "in_flight"),
    ({"status": "VOID"}, FRIDAY, "clearing_receipt_undone", "break"),
    ({"is_online": False}, FRIDAY, "clearing_receipt_alone", "break"),
]


@pytest.mark.parametrize(("more", "day", "cause", "verdict"), RECEIPTS)
def test_why_a_receipt_waits_for_a_deposit(case, more, day, cause, verdict):
    """BILL has not brought it to the bank [S-RFT-01], voided it [S-ARP-03], or never received it [S-ARP-01]."""
    case.received("r1", payment_date=day, **more)
    case.posted(9001, "100.00", "R-r1", account=IN, module="4.AR", day=day)
    assert [item[:4] for item in items(case)] == [("uncleared", cause, Decimal("100.00"), verdict)]


OTHERS = [
    ("-5.00", "4.AR", "clearing_reversal_alone"),
    ("-5.00", "11.CM", "clearing_transfer_alone"),
    ("5.00", "2.GL", "clearing_journal"),
]


@pytest.mark.parametrize(("amount", "module", "cause"), OTHERS)
def test_what_else_may_stand_on_an_account(case, amount, module, cause):
    """A reversal, a transfer or a journal entry that nothing of BILL lets expect."""
    case.posted(9001, amount, "X-1", account=IN, module=module)
    assert causes(case) == [(cause, amount)]


ABSENT = [
    ("p20-0", "clearing_payment_missing", "60.00"),
    ("r1", "clearing_receipt_missing", "-50.00"),
    ("m1", "clearing_deposit_missing", "51.45"),
]


@pytest.mark.parametrize(("key", "cause", "share"), ABSENT)
def test_what_may_be_absent_from_a_group_that_is_posted(case, key, cause, share):
    """A transfer for a payment that is not there [S-PAY-02]; a deposit, or one of its receipts [S-ARP-01, S-RFT-01]."""
    paid(case, "60.00", "40.00")
    transferred(case, 9001, "100.00", "M-20")
    received(case, "r1", "50.00", "1.45")
    case.money_in(amount="51.45")
    transferred(case, 9002, "-51.45", "D-1", account=IN, day=FRIDAY)
    number = {"p20-0": "T20-0", "r1": "R-r1", "m1": "D-1"}[key]
    rows = case.rows["intacct.gl_detail"]
    rows[:] = [row for row in rows if row["reference_no"] != number]
    assert causes(case) == [(cause, share)]
    assert shown(case.reconcile(OBJECT), "platform_id") == [(key,)]


def test_what_bill_itself_does_not_bring_to_zero_is_an_item_of_its_own(case):
    """Payments and movement of a day differ in BILL, and both are posted so."""
    paid(case, "99.99", movement=False)
    case.movement()
    transferred(case, 9001, "100.00", "M-1")
    assert causes(case) == [("clearing_gap", "0.01")]


def test_a_failed_payment_whose_movement_is_void_is_not_expected(case):
    """Nothing was taken from the bank, so nothing is on the account; a posting of it waits for its void."""
    case.payment("p1", {"b1": "100.00"}, single_status="FUNDING_FAILED_VOIDED", transaction_no="T1")
    case.movement(status="2")
    assert items(case) == []
    case.posted(9001, "-100.00", "T1")
    assert causes(case) == [("clearing_payment_undone", "-100.00")]


def test_what_was_paid_before_the_accounts_were_used_is_no_item(case):
    """A group of which nothing is posted keeps nothing from zero."""
    paid(case, "60.00")
    case.rows["intacct.gl_detail"].clear()
    assert items(case) == []


def test_postings_pair_by_the_number_of_intacts_partner_and_by_day_and_amount(case):
    """A number that only Intacct has, by the confirmed pair; without any number day and amount, or a near day."""
    case.payment("p1", {"b1": "60.00"})
    case.add("intacct.ap_payment", record_no=501, document_no="CHK-7")
    case.cross("p1", 501, object_="ap_payment")
    case.posted(9001, "-61.00", "chk-7")
    case.payment("p2", {"b1": "25.00"})
    case.payment("p3", {"b1": "25.00"})
    for at in range(2):
        case.posted(9002 + at, "-25.00")
    case.payment("p4", {"b1": "9.00"})
    case.posted(9004, "-9.00", day=PAID_ON + timedelta(days=2))
    case.movement(amount="-119.00")
    transferred(case, 9005, "119.00", "M-1")
    assert causes(case) == [("clearing_amount_differs", "-1.00")]


LEDGER_ALONE = [
    ("one number", [("-60.00", "A", 0), ("60.00", "a", 90)]),
    ("one day", [("-60.00", "", 0), ("-40.00", "", 0), ("70.00", "", 0), ("30.00", "", 0)]),
    ("one amount", [("-60.00", "", 0), ("60.00", "", 4)]),
    ("one lump sum", [("-60.00", "", 0), ("-40.00", "", 1), ("-5.00", "", 2), ("100.00", "", 3)]),
    ("many to many", [("-60.00", "", 0), ("-40.00", "", 1), ("70.00", "", 2), ("30.00", "", 3)]),
]


@pytest.mark.parametrize("postings", [one for _, one in LEDGER_ALONE], ids=[name for name, _ in LEDGER_ALONE])
def test_postings_of_which_bill_knows_nothing_clear_each_other(case, postings):
    """By number, day, amount, as the only run that makes a sum, and many to many; in any order of rows."""
    for at, (amount, number, days) in enumerate(postings):
        case.posted(9000 + at, amount, number, day=PAID_ON + timedelta(days=days))
    total = sum(Decimal(amount) for amount, _, _ in postings)
    result = case.reconcile(OBJECT)
    assert sum(result.differences["amount_difference"]) == -total
    assert result.clearing["cleared"].sum() == len(postings) - bool(total)
    assert len(result.settlements) == 1
    random_ = random.Random(3)  # noqa: S311 - no secret
    frames = Frames({name: shuffled_frame(frame, random_) for name, frame in case.frames.items()})
    assert as_bytes(result) == as_bytes(reconcile(OBJECT, case.link, frames, case.crosswalk, Moment(NOW)))


NOT_TOGETHER = [
    ("too far apart", [("-60.00", "", 0), ("60.00", "", 11)]),
    ("two may be meant", [("-60.00", "", 0), ("-60.00", "", 1), ("60.00", "", 2)]),
    ("two runs", [("-10.00", "", 0), ("-20.00", "", 1), ("-10.00", "", 2), ("30.00", "", 3)]),
    ("another account", [("-60.00", "A", 0)]),
]


@pytest.mark.parametrize("postings", [one for _, one in NOT_TOGETHER], ids=[name for name, _ in NOT_TOGETHER])
def test_nothing_is_guessed(case, postings):
    """What may belong together in several ways, or not at all, stays open, each posting by itself."""
    for at, (amount, number, days) in enumerate(postings):
        case.posted(9000 + at, amount, number, day=PAID_ON + timedelta(days=days))
    case.posted(9900, "60.00", "A", account=IN)
    assert len(items(case)) == len(postings) + 1


def test_a_group_of_five_hundred_many_to_many(case):
    """No limit: 500 payments, two movements of the day, two transfers; then one transfer is lost."""
    amounts = [f"{at}.{at % 100:02}" for at in range(1, 501)]
    paid(case, *amounts, movement=False)
    total = sum(map(Decimal, amounts))
    case.movement("m1", f"-{total - 1000}", "M-1")
    case.movement("m2", "-1000", "M-2")
    transferred(case, 99001, str(total - 1000), "M-1")
    transferred(case, 99002, "1000", "M-2")
    assert items(case) == []
    assert set(case.reconcile(OBJECT).members["settlement"]) == {"1070 2026-02-20 out"}
    case.rows["intacct.gl_detail"].pop()
    assert causes(case) == [("clearing_transfer_missing", "-1000")]


def test_one_account_for_both_ways(case):
    """A company may keep money out and money in on one account [S-CFG-03]."""
    case.clears(money_in=OUT)
    paid(case, "60.00")
    transferred(case, 9001, "60.00", "M-20")
    case.received("r1", "50.00")
    case.posted(9002, "50.00", "R-r1", module="4.AR", day=FRIDAY)
    case.money_in(amount="50.00")
    assert causes(case) == [("clearing_deposit_missing", "50.00")]
    assert list(case.reconcile(OBJECT).clearing["role"]) == ["money out and in"]


NOT_COUNTED = [{"book": "CASH"}, {"entry_state": "D"}, {"account_no": "1000"}, {"_deleted": True}]


@pytest.mark.parametrize("more", NOT_COUNTED)
def test_only_posted_lines_of_the_accrual_books_count(case, more):
    """Another book would count twice, a draft is no posting, and a deleted line is none any more."""
    case.posted(9001, "5.00", "X", **more)
    assert balances(case)[0] == (OUT, "USD", "0", 0, 0, 0)


def test_a_link_without_clearing_accounts_or_without_readings_has_none():
    """Nothing is known, so nothing is said to be at zero [S-CFG-03]."""
    assert balances(ClearingCase()) == []
    link = ClearingCase().clears().link
    assert len(reconcile(OBJECT, link, Frames({}), ClearingCase().crosswalk, Moment(NOW)).clearing) == 0


def test_a_document_posts_a_line_for_each_line_that_it_pays(case):
    """The lines of one journal entry with one number are one posting, a credit line among them; all are members."""
    case.payment("p1", {"b1": "75.00", "b2": "25.00"}, transaction_no="T1")
    for at, amount in enumerate(("-80.00", "5.00", "-25.00")):
        case.posted(9001 + at, amount, "T1", batch_no=7)
    case.movement()
    transferred(case, 9009, "100.00", "M-1")
    assert items(case) == []
    assert balances(case)[0] == (OUT, "USD", "0.00", 4, 4, 0)
    assert set(case.reconcile(OBJECT).members["member_id"]) == {"9001", "9002", "9003", "9009"}
    case.rows["intacct.gl_detail"][0]["credit_amount"] = Decimal("81.00")
    case.rows["intacct.gl_detail"][0]["trx_credit_amount"] = Decimal("81.00")
    assert causes(case) == [("clearing_amount_differs", "-1.00")]


def test_an_entry_that_moves_nothing_is_cleared_by_itself(case):
    """What one entry posts and takes back keeps nothing from zero."""
    case.posted(9001, "5.00", "X", batch_no=7)
    case.posted(9002, "-5.00", "X", batch_no=7)
    assert balances(case)[0] == (OUT, "USD", "0.00", 2, 2, 0)


def test_a_lump_sum_of_receipts_that_bill_has_not_confirmed_is_to_come(case):
    """Only confirmed movements travel [S-RFT-01]."""
    received(case, "r1", "50.00")
    case.money_in(amount="50.00", status="0")
    share = Decimal("50.00")
    told = ("missing_in_intacct", "clearing_deposit_unconfirmed", share, "in_flight", "S-RFT-01", "next sync")
    assert items(case) == [told]


def test_a_void_receipt_whose_money_left_and_that_stands_in_intacct(case):
    """BILL took the money back, and Intacct still counts the receipt [S-ARP-03]."""
    received(case, "r1", "60.00")
    received(case, "r2", "40.00")
    case.rows["bill.ar_payment"][-1]["status"] = "VOID"
    case.money_in(amount="100.00")
    transferred(case, 9001, "-100.00", "D-1", account=IN, day=FRIDAY)
    later = FRIDAY + timedelta(days=7)
    case.money_in("m2", "-40.00", "D-2", process_date=later)
    transferred(case, 9002, "40.00", "D-2", account=IN, day=later)
    assert causes(case) == [("clearing_receipt_void_missing", "40.00")]
