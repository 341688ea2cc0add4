"""Card statements: what the charges of an account come to in a period, and whose matter a difference is."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from card_cases import CARD, CardCase, card_link
from reconcile_cases import JUST_NOW, NOW, as_bytes, in_other_order, verdicts

from intacct_pipelines.domain.statements import end_of

OBJECT = "card_statement"
JANUARY = datetime(2026, 1, 20, 12, tzinfo=UTC)
FEBRUARY = datetime(2026, 2, 20, 12, tzinfo=UTC)


def pair(case, number, amount="20.00", at=FEBRUARY, booked=None):
    """A charge on both sides, which Intacct may have in another amount, or not at all."""
    case.charge(f"t{number}", amount, occurred_at=at, merchant_name=f"Shop {number}")
    if booked != "none":
        case.booked(100 + number, booked or amount, transaction_date=at.date(), description=f"Shop {number}")


def told(case, now=NOW):
    return verdicts(case.reconcile(OBJECT, now))


def test_a_statement_is_all_charges_of_a_period():
    """S-CRD-01: by account, closing day and currency, with what is behind it on both sides, many to many."""
    case = CardCase()
    for number, at in enumerate((JANUARY, FEBRUARY, FEBRUARY), 1):
        pair(case, number, f"{number}0.00", at)
    case.charge("hold", "5.00", occurred_at=FEBRUARY, transaction_type="AUTHORIZATION")
    result = case.reconcile(OBJECT)
    assert verdicts(result) == []
    names = [f"{CARD} 2026-01-31 USD", f"{CARD} 2026-02-28 USD"]
    assert result.matches[["platform_id", "intacct_record_no", "platform_amount"]].values.tolist() == [
        [names[0], 101, Decimal("10.00")],
        [names[1], 102, Decimal("50.00")],
    ]
    assert result.settlements[["settlement", "movement_total", "payment_total", "difference"]].values.tolist() == [
        [names[0], Decimal("10.00"), Decimal("10.00"), Decimal(0)],
        [names[1], Decimal("50.00"), Decimal("50.00"), Decimal(0)],
    ]
    members = result.members[result.members["settlement"] == names[1]]
    assert members[["member_object", "member_id"]].values.tolist() == [
        ["intacct.card_transaction", "102"],
        ["intacct.card_transaction", "103"],
        ["spend.card_transaction", "t2"],
        ["spend.card_transaction", "t3"],
    ]


@pytest.mark.parametrize(
    ("day", "statement_day", "end"),
    [
        (date(2026, 2, 20), 0, date(2026, 2, 28)),
        (date(2024, 2, 20), 0, date(2024, 2, 29)),
        (date(2026, 2, 20), 20, date(2026, 2, 20)),
        (date(2026, 2, 21), 20, date(2026, 3, 20)),
        (date(2025, 12, 31), 20, date(2026, 1, 20)),
        (date(2026, 1, 31), 28, date(2026, 2, 28)),
        (date(2026, 1, 1), 28, date(2026, 1, 28)),
    ],
)
def test_the_closing_day_is_a_setting(day, statement_day, end):
    """A period ends on that day of the month, or with the month."""
    assert end_of(day, statement_day) == end


def test_a_statement_that_is_off_is_a_break():
    """S-CRD-10: one of its charges has another amount in the books; what it comes to is that much less."""
    case = CardCase()
    pair(case, 1)
    case.charge("t2", "30.00", occurred_at=FEBRUARY)
    case.claim("t2", 102)
    case.booked(102, "29.00", transaction_date=FEBRUARY.date())
    result = case.reconcile(OBJECT)
    assert verdicts(result) == [("amount", "amount", "break", "")]
    assert result.differences["amount_difference"].tolist() == [Decimal("1.00")]
    assert result.settlements["difference"].tolist() == [Decimal("1.00")]


def test_a_statement_whose_charges_are_explained_is_expected():
    """S-CRD-08: an incomplete charge is not synced; with a break beside it the statement is one."""
    case = CardCase()
    pair(case, 1)
    case.charge("t2", "30.00", occurred_at=FEBRUARY, is_complete=False)
    assert told(case) == [("amount", "amount", "expected", "S-CRD-08")]
    pair(case, 3, booked="none")
    assert told(case) == [("amount", "amount", "break", "")]


def test_a_statement_that_is_not_closed_waits():
    """S-SCH-03: until its last day is over in the account's time zone."""
    case = CardCase(link=card_link({"time_zone": "America/New_York"}))
    pair(case, 1)
    pair(case, 2, booked="none")
    last_evening = datetime(2026, 3, 1, 2, tzinfo=UTC)
    assert told(case, last_evening) == [("amount", "amount", "in_flight", "S-SCH-03")]
    assert told(case) == [("amount", "amount", "break", "")]


def test_a_statement_waits_for_its_young_charges():
    """S-SCH-03, S-SCH-04: what came late may be synced yet."""
    case = CardCase()
    pair(case, 1)
    case.charge("t2", "30.00", occurred_at=FEBRUARY, modified_at=JUST_NOW)
    assert told(case) == [("amount", "amount", "in_flight", "S-SCH-03")]


def test_a_statement_on_one_side_only():
    """S-CRD-01: nothing of the period is on the other side; what was reversed in Intacct counts on neither."""
    case = CardCase()
    pair(case, 1, at=JANUARY, booked="none")
    case.booked(105, "7.00", transaction_date=FEBRUARY.date(), description="By hand")
    case.booked(106, "9.00", transaction_date=FEBRUARY.date(), state="Reversed", description="Undone")
    result = case.reconcile(OBJECT)
    assert verdicts(result) == [("missing_in_intacct", "", "break", ""), ("missing_in_platform", "", "break", "")]
    assert result.settlements["difference"].tolist() == [Decimal("20.00"), Decimal("-7.00")]


def test_two_currencies_are_two_statements():
    """S-CUR-01: amounts of two currencies are never added."""
    case = CardCase()
    pair(case, 1)
    case.booked(105, "7.00", transaction_date=FEBRUARY.date(), currency="EUR", description="By hand")
    assert told(case) == [("missing_in_platform", "", "break", "")]


def test_without_charges_there_is_no_statement():
    """An account that was never used."""
    result = CardCase().reconcile(OBJECT)
    assert (len(result.totals), len(result.settlements), len(result.members)) == (0, 0, 0)


def test_the_order_of_rows_does_not_matter():
    """The same rows give the same bytes."""
    case = CardCase()
    for number in range(1, 7):
        pair(case, number, f"{number}.25", JANUARY if number % 2 else FEBRUARY, booked="none" if number == 4 else None)
    assert as_bytes(case.reconcile(OBJECT)) == in_other_order(case, OBJECT)
