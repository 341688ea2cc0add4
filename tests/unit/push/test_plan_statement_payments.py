"""Which card statements are paid in Intacct, with what and on which day, and which wait and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from card_cases import CARD
from push_cases import item, stored
from statement_cases import (
    BANK,
    BEHIND,
    DRAWN,
    FEBRUARY,
    LAST,
    MARCH,
    OBJECT,
    both,
    drawn,
    held,
    plan_payments,
    statement_case,
    statement_link,
)

from intacct_pipelines.domain.link import ClosedPeriod
from intacct_pipelines.domain.push import Operation, State

MARKED = f"SPEND:{FEBRUARY} 0b7"


def told(hold):
    return hold.kind, hold.rule


def entered(case, *lines):
    case.rows["intacct.gl_detail"] += lines
    return case


def test_a_statement_that_is_over_becomes_an_entry_that_empties_the_card_account():
    """S-CRD-01: what its charges come to leaves the bank on the day on which the platform draws it."""
    plan = plan_payments(statement_case())
    assert plan.holds == ()
    (one,) = plan.items
    assert (one.object_name, one.operation, one.source_id) == (OBJECT, Operation.CREATE, FEBRUARY)
    assert (one.amount, one.currency, one.source_revision) == (Decimal("30.00"), "USD", "r1")
    assert [(line.side, line.account, line.amount) for line in one.ledger_effect] == [
        ("debit", BEHIND, Decimal("30.00")),
        ("credit", BANK, Decimal("30.00")),
    ]
    assert one.natural_key == {"JOURNAL": "GJ", "REFERENCENO": f"{CARD}-20260228", "BATCH_DATE": "03/10/2026"}
    assert one.payload["BATCH_TITLE"] == f"SPEND:{FEBRUARY} {one.key}"
    lines = one.payload["ENTRIES"]["GLENTRY"]
    assert [(line["ACCOUNTNO"], line["TR_TYPE"], line["TRX_AMOUNT"]) for line in lines] == [
        (BEHIND, "1", "30.00"),
        (BANK, "-1", "30.00"),
    ]


def test_refunds_and_parts_count_and_what_moved_no_money_does_not():
    """A refund is taken off; a split charge may stand in Intacct part by part (S-CRD-11); holds are no charges."""
    case = statement_case(None, "20.00", "-5.00")
    when = datetime(2026, 2, 12, 15, tzinfo=UTC)
    case.charge("t7", "12.00", parts=[("7.00", {}), ("5.00", {})], occurred_at=when)
    for number, amount in ((1, "7.00"), (2, "5.00")):
        case.booked(700 + number, amount, transaction_date=when.date(), description=f"SPEND:t7-{number} part")
    case.charge("hold", "99.00", occurred_at=when, transaction_type="AUTHORIZATION")
    (one,) = plan_payments(case).items
    assert one.amount == Decimal("27.00")


def test_a_purchase_abroad_counts_with_what_the_account_was_charged():
    """S-CUR-01: the account's amount, whatever the merchant's currency was."""
    case = statement_case()
    both(case, 3, "11.00", original_currency="EUR", original_amount=Decimal("9.50"))
    assert plan_payments(case).items[0].amount == Decimal("41.00")


@pytest.mark.parametrize(
    ("now", "is_due"),
    [
        (datetime(2026, 3, 10, 3, 59, tzinfo=UTC), False),
        (datetime(2026, 3, 10, 4, 1, tzinfo=UTC), True),
    ],
)
def test_it_waits_for_the_day_on_which_it_is_drawn(now, is_due):
    """S-SCH-03: in the time zone of the account's days; a day that is to come is never entered."""
    case = statement_case(statement_link({"time_zone": "America/New_York"}))
    plan = plan_payments(case, now=now)
    assert (len(plan.items), plan.holds) == (int(is_due), ())


def test_it_waits_for_its_last_day_to_be_over():
    """With a draw on the last day itself, charges may still come on it [S-SCH-03]."""
    case = statement_case(statement_link(days=0))
    assert plan_payments(case, now=datetime(2026, 2, 28, 23, tzinfo=UTC)).items == ()
    assert len(plan_payments(case, now=datetime(2026, 3, 1, 1, tzinfo=UTC)).items) == 1


@pytest.mark.parametrize("table", ["spend.card_transaction", "intacct.card_transaction", "intacct.gl_detail"])
def test_it_waits_until_everything_was_read_since(table):
    """What was last read before that day may lack a charge, or somebody's entry [S-IDM-04]."""
    before = datetime(2026, 3, 9, 23, tzinfo=UTC)
    read_at = dict.fromkeys(("spend.card_transaction", "intacct.card_transaction", "intacct.gl_detail"), before)
    read_at = {name: moment + timedelta(days=name != table) for name, moment in read_at.items()}
    assert plan_payments(statement_case(), read_at=read_at).items == ()
    read_at[table] += timedelta(days=1)
    assert len(plan_payments(statement_case(), read_at=read_at).items) == 1


@pytest.mark.parametrize(
    ("since", "count"), [(LAST, 1), (LAST + timedelta(days=1), 0), (date(2026, 1, 1), 1), (None, 0)]
)
def test_what_closed_before_payments_are_entered_is_left_alone(since, count):
    """Nobody knows how a person entered those [S-IDM-04]; without a day none is entered at all."""
    plan = plan_payments(statement_case(statement_link(since=since)))
    assert (len(plan.items), plan.holds) == (count, ())


def test_the_closing_day_is_the_link_s():
    """Charges after it are of the next statement (S-CRD-01)."""
    case = statement_case(statement_link({"statement_day": 15}, since=date(2026, 2, 15)))
    both(case, 3, "7.00", day=16)
    first, second = plan_payments(case).items
    assert (first.source_id, first.amount) == (f"{CARD}-20260116-20260215", Decimal("30.00"))
    assert (second.source_id, second.amount) == (f"{CARD}-20260216-20260315", Decimal("7.00"))


@pytest.mark.parametrize("amounts", [("5.00", "-5.00"), ("0.00",)])
def test_what_comes_to_nothing_needs_nothing(amounts):
    """There is nothing to draw [S-CRD-01]."""
    plan = plan_payments(statement_case(None, *amounts))
    assert (plan.items, plan.holds) == ((), ())


def test_more_refunds_than_charges_are_a_persons_matter():
    """What the platform does with a credit balance it does not say [S-CRD-01]."""
    hold = held(statement_case(None, "5.00", "-8.00"))
    assert told(hold) == ("not_positive", "S-CRD-01")
    assert hold.amount == Decimal("-3.00")


# --- its charges ---------------------------------------------------------------------------------------------------


def test_a_charge_that_is_not_in_intacct_holds_it_with_count_money_and_name():
    """S-CRD-01: the payment would leave the account with a balance that nobody can explain."""
    case = statement_case()
    case.charge("t3", "7.00", merchant_name="Kiosk")
    hold = held(case)
    assert told(hold) == ("missing_reference", "S-CRD-01")
    assert hold.reason.startswith("Intacct lacks 1 of its charges, 7.00 USD (Kiosk)")
    assert (hold.held_by, hold.amount) == ("t3", Decimal("37.00"))


def test_a_charge_that_is_held_holds_it_by_its_own_rule():
    """S-CRD-08: what is incomplete is not entered, so its statement is not paid."""
    case = statement_case()
    case.charge("t3", "7.00", merchant_name="Kiosk", is_complete=False)
    plan = plan_payments(case, objects=("card_transaction", OBJECT))
    assert plan.items == ()
    charge, payment = plan.holds
    assert told(payment) == told(charge) == ("incomplete", "S-CRD-08")
    assert payment.held_by == "t3"
    assert "Kiosk" in payment.reason


@pytest.mark.parametrize("is_planned", [True, False])
def test_a_charge_that_is_on_its_way_holds_it(is_planned):
    """Planned or sent is not confirmed [S-CRD-01]."""
    case = statement_case()
    case.charge("t3", "7.00")
    objects = ("card_transaction", OBJECT) if is_planned else (OBJECT,)
    in_hand = () if is_planned else (stored(item("t3", object_name="card_transaction"), State.SENDING),)
    plan = plan_payments(case, objects=objects, in_hand=in_hand)
    assert [one.object_name for one in plan.items] == ["card_transaction"] * is_planned
    assert told(plan.holds[0]) == ("waits", "S-CRD-01")


@pytest.mark.parametrize(
    "changes",
    [{"trx_total_entered": Decimal("19.00")}, {"state": "Reversed"}, {"state": "Draft"}, {"currency": "EUR"}],
)
def test_a_charge_that_differs_in_intacct_holds_it(changes):
    """Another amount or currency, taken back, or not in the ledger [S-CRD-01]."""
    case = statement_case()
    case.rows["intacct.card_transaction"][0] |= changes
    hold = held(case)
    assert hold.rule == "S-CRD-01"
    assert hold.reason.startswith("Intacct has 1 of its charges, 20.00 USD (Shop 1)")


def test_a_split_of_which_a_part_is_missing_holds_it():
    """S-CRD-11: what Intacct has of it is less than the platform draws."""
    case = statement_case()
    when = datetime(2026, 2, 12, 15, tzinfo=UTC)
    case.charge("t7", "12.00", parts=[("7.00", {}), ("5.00", {})], occurred_at=when)
    case.booked(701, "7.00", transaction_date=when.date(), description="SPEND:t7-1 part")
    assert held(case).held_by == "t7"


def test_what_intacct_alone_has_of_its_days_holds_it():
    """A record without pair is one too many, or one that the platform does not tell [S-CRD-01]."""
    case = statement_case()
    case.booked(500, "3.00", transaction_date=LAST, description="Annual fee")
    hold = held(case)
    assert told(hold) == ("unpaired", "S-CRD-01")
    assert "500" in hold.reason


@pytest.mark.parametrize(
    "changes",
    [{"transaction_date": date(2026, 3, 1)}, {"transaction_date": LAST, "state": "Reversed"},
     {"transaction_date": LAST, "card_account_id": "CARD-OTHER"}],
)  # fmt: skip
def test_what_is_of_other_days_or_undone_holds_nothing(changes):
    """Only what stands in its days on its account is a matter of the statement [S-CRD-01]."""
    case = statement_case()
    case.booked(500, "3.00", description="By hand", **changes)
    assert len(plan_payments(case).items) == 1


@pytest.mark.parametrize(
    ("row", "is_held"),
    [
        (("spend.card_transaction", "t1"), True),
        (("spend.card_transaction", "unknown"), True),
        (("spend.card_transaction", "t9"), False),
        (("spend.card_transaction_line", "t1"), True),
        (("intacct.card_transaction", "101"), True),
        (("intacct.gl_detail", "5"), True),
        (("intacct.department", "5"), False),
    ],
)
def test_what_could_not_be_read_and_may_be_of_it_holds_it(row, is_held):
    """S-ERR-41: of a row in quarantine nobody knows its day, unless an earlier copy tells."""
    case = statement_case()
    case.charge("t9", "7.00", occurred_at=datetime(2026, 1, 5, tzinfo=UTC))
    plan = plan_payments(case, quarantined=[row])
    assert [told(hold) for hold in plan.holds] == [("quarantined", "S-ERR-41")] * is_held
    assert len(plan.items) == 1 - is_held


def test_two_currencies_hold_it():
    """S-CUR-01: they are never added."""
    case = statement_case()
    case.charge("t3", "7.00", currency="EUR")
    assert told(held(case)) == ("currency", "S-CUR-01")


# --- entered once ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes", [{"batch_title": MARKED}, {"batch_reference_no": f"{CARD}-20260228"}, {"batch_title": f"x {MARKED} y"}]
)
def test_what_is_entered_is_not_entered_again(changes):
    """S-IDM-04: known by the mark in its title, else by its number."""
    plan = plan_payments(entered(statement_case(), drawn(**changes)))
    assert (plan.items, plan.holds) == ((), ())


@pytest.mark.parametrize(("late", "rest"), [("7.00", "7.00"), ("-7.00", "-7.00")])
def test_a_charge_that_comes_late_is_told_and_never_entered_by_itself(late, rest):
    """S-CRD-01: one statement, one entry; what came afterwards the platform draws with another, or a person knows."""
    case = entered(statement_case(), drawn(batch_title=MARKED))
    both(case, 3, late)
    hold = held(case)
    assert told(hold) == ("paid_other_amount", "S-CRD-01")
    assert f"paid 30.00, its charges come to {30 + Decimal(late)} USD: {rest} is not paid" in hold.reason
    more = drawn(901, rest, batch_title=f"SPEND:{FEBRUARY} the rest")
    plan = plan_payments(entered(case, more))
    assert (plan.items, plan.holds) == ((), ())


def test_a_statement_whose_charges_vanished_is_told():
    """S-CRD-01: the payment stands for nothing."""
    case = entered(statement_case(None, "0.00"), drawn(batch_title=MARKED))
    assert told(held(case)) == ("paid_other_amount", "S-CRD-01")


def test_an_entry_that_was_taken_back_is_not_entered_again():
    """A person took it back and knows why [S-CRD-01]."""
    back = drawn(901, "-30.00", batch_title=f"Reversed: {MARKED}")
    hold = held(entered(statement_case(), drawn(batch_title=MARKED), back))
    assert told(hold) == ("voided_in_intacct", "S-CRD-01")


def test_an_entry_that_is_gone_is_not_entered_again():
    """S-IDM-06: somebody deleted it."""
    assert told(held(statement_case(), posted=[(OBJECT, FEBRUARY)])) == ("deleted_in_intacct", "S-IDM-06")


@pytest.mark.parametrize(
    "stranger",
    [
        drawn(),
        drawn(entry_date=LAST),
        drawn(entry_date=DRAWN + timedelta(days=10)),
        drawn(module_key="3.AP", document_no="PAYOFF-1"),
        drawn(module_key="11.CM", document_no="WIRE-1"),
        drawn(batch_title="BILL:x9 something of BILL"),
    ],
)
def test_what_somebody_else_may_have_entered_holds_it(stranger):
    """S-IDM-04: an entry, the bill of a charge payoff, a payment: the same amount on the account, about that day."""
    assert told(held(entered(statement_case(), stranger))) == ("duplicate", "S-IDM-04")


def test_a_funds_transfer_of_the_amount_holds_it():
    """S-IDM-04: it may be the payment, whichever accounts it names."""
    case = statement_case()
    case.add("intacct.funds_transfer", record_no=7, transfer_date=DRAWN, state="Posted", total_entered=Decimal("30.00"))
    assert told(held(case)) == ("duplicate", "S-IDM-04")
    case.rows["intacct.funds_transfer"][0]["state"] = "Reversed"
    assert len(plan_payments(case).items) == 1


@pytest.mark.parametrize(
    "other",
    [
        drawn(amount="-30.00"),
        drawn(amount="29.00"),
        drawn(account_no=BANK),
        drawn(batch_title=f"SPEND:{MARCH} 0b7"),
        drawn(entry_date=LAST - timedelta(days=1)),
        drawn(entry_date=DRAWN + timedelta(days=11)),
        drawn(book="CASH"),
        drawn(module_key="11.CM", document_no="D-101"),
    ],
)
def test_what_is_another_matter_holds_nothing(other):
    """Another direction, amount, account, statement, time or book, and charges themselves [S-IDM-04]."""
    plan = plan_payments(entered(statement_case(), other))
    assert [one.source_id for one in plan.items] == [FEBRUARY]


def test_days_that_were_paid_under_another_closing_day_are_not_paid_again():
    """S-IDM-04: the closing day was changed, so a statement now shares days with one that is paid."""
    case = statement_case(statement_link({"statement_day": 15}, since=date(2026, 2, 15)))
    hold = held(entered(case, drawn(amount="11.00", batch_title=MARKED)))
    assert told(hold) == ("duplicate", "S-IDM-04")
    assert FEBRUARY in hold.reason


# --- accounts, days and dimensions -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("link", "kind", "rule"),
    [
        (statement_link(entries={"journal": ""}), "missing_setting", "S-CRD-01"),
        (statement_link(entries={"location": ""}), "missing_dimension", "S-CRD-03"),
        (statement_link(entries={"department": "NONE"}), "missing_reference", "S-DEP-01"),
        (statement_link(entries={"bank": "9999"}), "wrong_account_type", "S-CFG-04"),
        (statement_link({"offset_account": "9999"}), "missing_account", "S-BP-12"),
    ],
)
def test_settings_that_do_not_fit_hold_it(link, kind, rule):
    """Nothing is guessed (S-CFG-04, S-BP-12)."""
    assert told(held(statement_case(link))) == (kind, rule)


@pytest.mark.parametrize(
    ("changes", "kind", "rule"),
    [
        ({"location_id": "200"}, "wrong_account_type", "S-CFG-04"),
        ({"status": "inactive"}, "wrong_account_type", "S-CFG-04"),
        ({"currency": "EUR"}, "currency", "S-CUR-01"),
    ],
)
def test_a_bank_of_another_entity_or_currency_holds_it(changes, kind, rule):
    """S-CFG-04, S-CUR-01: the entry would stand in another entity, or take a rate that nobody knows."""
    case = statement_case()
    case.add("intacct.entity", record_no=2, entity_id="200", currency="USD")
    case.rows["intacct.checking_account"][0] |= changes
    assert told(held(case)) == (kind, rule)


@pytest.mark.parametrize("account_no", [BEHIND, BANK])
def test_what_either_account_requires_is_filled_or_holds_it(account_no):
    """S-CRD-04, S-ERR-09: both lines have the department of the settings; what has no place in an entry holds it."""
    case = statement_case()
    account = next(row for row in case.rows["intacct.gl_account"] if row["account_no"] == account_no)
    account["is_department_required"] = True
    assert told(held(case)) == ("missing_dimension", "S-ERR-09")
    case.link = replace(case.link, where_required={"department": "ENG"})
    (one,) = plan_payments(case).items
    assert one.warnings == ("1 lines take department ENG, because an account requires one [S-ERR-09]",)
    account["is_vendor_required"] = True
    assert told(held(case)) == ("missing_dimension", "S-ERR-09")


def test_a_closed_day_moves_only_where_the_link_says_so():
    """S-IDM-08: the entry is held, or posted on the first open day, and both days are told."""
    closed = {"closed_through": date(2026, 3, 31)}
    assert told(held(statement_case(), **closed)) == ("period_closed", "S-IDM-08")
    case = statement_case(statement_link(closed_period=ClosedPeriod.FIRST_OPEN))
    (one,) = plan_payments(case, **closed).items
    assert one.payload["BATCH_DATE"] == "04/01/2026"
    assert one.warnings == ("of 2026-03-10, in the ledger on 2026-04-01 [S-IDM-08]",)


def test_a_card_account_of_its_own_is_paid_by_hand():
    """S-CRD-04: of one card account alone the settings name the ledger account behind it."""
    case = statement_case(statement_link({"account_by_card": {"c9": "CARD-OWN"}}))
    case.charge("t3", "7.00", card_id="c9")
    plan = plan_payments(case)
    assert [one.amount for one in plan.items] == [Decimal("30.00")]
    assert [told(hold) for hold in plan.holds] == [("missing_account", "S-CRD-04")]


def test_an_account_in_another_currency_than_the_entity_takes_intaccts_rate():
    """S-CRD-07: the amount is the platform's."""
    case = statement_case()
    for name in ("spend.card_transaction", "intacct.card_transaction"):
        for row in case.rows[name]:
            row["currency"] = "EUR"
    (one,) = plan_payments(case).items
    first, _ = one.payload["ENTRIES"]["GLENTRY"]
    assert (first["CURRENCY"], first["EXCH_RATE_DATE"], first["EXCH_RATE_TYPE_ID"]) == ("EUR", "03/10/2026", "")


def test_a_card_account_with_a_long_or_odd_name_is_known_again():
    """S-IDM-03, S-IDM-04: mark and number stay within what Intacct's texts carry."""
    name = "AMEX Gold & Co. 1001-2002-3003"
    case = statement_case(statement_link({"account": name}))
    for row in case.rows["intacct.card_transaction"]:
        row["card_account_id"] = name
    (one,) = plan_payments(case).items
    assert len(one.payload["REFERENCENO"]) <= 20
    assert len(one.payload["BATCH_TITLE"]) <= 80
    entry = drawn(batch_title=one.payload["BATCH_TITLE"])
    assert plan_payments(entered(case, entry)).items == ()
