"""Bills that BILL deleted after a void payment: taken back with a day of their own, by a person (S-BIL-04)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from payables_cases import PAYABLES_LINK, payment, settled, share
from push_cases import LINK, PAIRED_BILL, PAIRED_VENDOR, bill, intacct_bill, intacct_line, plan

from intacct_pipelines.domain.approval import why_a_person
from intacct_pipelines.domain.link import ClosedPeriod, Gate
from intacct_pipelines.domain.push import Operation

DELETED_AT = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
DELETED = {"record_status": "INACTIVE", "is_archived": True, "modified_at": DELETED_AT}
MATCHES = (PAIRED_VENDOR, PAIRED_BILL)


def rows(*, ours=None, theirs=None, payments=None, shares=None):
    """A bill that both sides have, deleted in BILL after its one payment was void."""
    void = [payment(status="VOID", single_status="VOIDED")]
    return settled(
        bill__ap_bill=[bill(**DELETED | (ours or {}))],
        intacct__ap_bill=[intacct_bill(**(theirs or {}))],
        intacct__ap_bill_line=[intacct_line()],
        bill__ap_payment=void if payments is None else payments,
        bill__ap_payment_detail=[share()] if shares is None else shares,
    )


def planned(*, link=LINK, matches=MATCHES, closed_through=None, closed_later=None, **more):
    closed = {"closed_through": closed_through, "closed_later": closed_later}
    return plan(rows(**more), link=link, matches=matches, objects={"ap_bill"}, **closed)


def test_a_bill_deleted_after_a_void_payment_is_reversed_on_the_day_of_its_deletion():
    """By number, with an explicit date, its effect taken back; nothing is deleted (S-IDM-06)."""
    found = planned()
    assert found.holds == ()
    (item,) = found.items
    assert (item.operation, item.target_id, item.amount) == (Operation.REVERSE, "500", Decimal("100.00"))
    assert list(item.payload) == ["datereversed", "description"]
    assert item.payload["datereversed"] == {"year": "2026", "month": "03", "day": "01"}
    assert item.payload["description"] == f"BILL:b1 {item.key} deleted in BILL on 2026-03-01"
    assert [(line.side, line.account, line.amount) for line in item.ledger_effect] == [
        ("credit", "6000", Decimal("100.00")),
        ("debit", "accounts payable", Decimal("100.00")),
    ]


def test_no_policy_ever_approves_it():
    """However wide the limits are, a person decides."""
    auto = replace(LINK, gate=Gate.AUTO, auto_approve_items=10**6, auto_approve_amount={"any": Decimal(10**9)})
    found = planned(link=auto)
    assert "no policy approves" in why_a_person(auto, found.items)
    assert any("a person approves it" in warning for warning in found.items[0].warnings)


@pytest.mark.parametrize(
    ("posted_on", "closed_through", "day"),
    [
        (date(2026, 3, 20), None, date(2026, 3, 20)),
        (date(2026, 2, 10), date(2026, 3, 31), date(2026, 4, 1)),
    ],
)
def test_the_day_is_never_before_the_bill_and_never_in_closed_books(posted_on, closed_through, day):
    """It is the later of both days; a closed one moves where the link lets it, and is held elsewhere (S-IDM-08)."""
    moved = replace(LINK, closed_period=ClosedPeriod.FIRST_OPEN)
    (item,) = planned(link=moved, theirs={"gl_posting_date": posted_on}, closed_through=closed_through).items
    sent = item.payload["datereversed"]
    assert date(int(sent["year"]), int(sent["month"]), int(sent["day"])) == day
    assert f"deleted in BILL on 2026-03-01, taken back on {day} [S-IDM-08]" in item.warnings
    if closed_through:
        (hold,) = planned(theirs={"gl_posting_date": posted_on}, closed_through=closed_through).holds
        assert (hold.rule, hold.kind) == ("S-IDM-08", "period_closed")


def test_the_day_is_open_at_the_entity_of_its_lines():
    """S-CFG-23: the bill stands in the books of the entity that its lines' location belongs to."""
    closed = {"100": date(2026, 3, 31), "200": date(2026, 12, 31)}
    (hold,) = planned(closed_later=closed).holds
    assert (hold.rule, hold.kind) == ("S-IDM-08", "period_closed")
    assert hold.reason.endswith("closed through 2026-03-31 at entity 100")


@pytest.mark.parametrize(
    "more",
    [
        {"payments": [], "shares": []},
        {"payments": [payment()]},
        {
            "payments": [payment(status="VOID", single_status="VOIDED"), payment("p2")],
            "shares": [share(), share("p2")],
        },
        {"ours": {"record_status": "DRAFT"}},
        {"ours": {"record_status": "ACTIVE", "is_archived": False}},
        {"theirs": {"state": "Reversed"}},
    ],
    ids=["never paid", "payment stands", "one payment stands", "a draft", "live", "reversed already"],
)
def test_a_bill_that_is_no_such_case_is_not_taken_back(more):
    """No payment, one that stands, a bill that is not deleted, or none that stands in Intacct."""
    assert not any(item.operation is Operation.REVERSE for item in planned(**more).items)


@pytest.mark.parametrize(
    ("rule", "kind", "more"),
    [
        ("S-BIL-04", "record_locked", {"theirs": {"state": "Partially Paid", "trx_total_paid": Decimal(40)}}),
        ("S-BIL-04", "record_locked", {"theirs": {"state": "Selected"}}),
        ("S-BIL-04", "record_locked", {"theirs": {"state": "Submitted"}}),
        ("S-BIL-04", "conflict", {"theirs": {"trx_total_entered": Decimal(90)}}),
        ("S-BIL-04", "missing_field", {"ours": {"modified_at": None}}),
        ("S-BIL-04", "unconfirmed", {"matches": (PAIRED_VENDOR, {**PAIRED_BILL, "method": "natural_key"})}),
        ("S-PUR-05", "source_locked", {"theirs": {"module_key": "9.PO"}}),
        ("S-CFG-11", "ownership_level", {"theirs": {"owner_entity_id": None}}),
    ],
)
def test_a_bill_that_must_not_be_taken_back_is_held_with_what_to_do(rule, kind, more):
    """In doubt a person reverses it by hand."""
    found = planned(**more)
    assert found.items == ()
    (hold,) = found.holds
    assert (hold.rule, hold.kind) == (rule, kind)
    assert hold.remedy


def test_the_key_follows_from_the_state_that_is_taken_back():
    """The same bill, edited, is another operation (S-IDM-01)."""
    keys = {planned(theirs={"description": words}).items[0].key for words in ("BILL:b1", "BILL:b1 edited")}
    assert len(keys) == 2
    assert planned(link=PAYABLES_LINK).items[0].key == planned(link=PAYABLES_LINK).items[0].key
