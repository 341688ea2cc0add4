"""Which receipts on no invoice become advances in Intacct, and that no advance is received twice (S-ARP-01)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from push_cases import LINK, NOW, item
from push_receivables import PAIRED_CUSTOMER, PAIRED_INVOICE, plan_receivables, receipt, receipts, share

from intacct_pipelines.domain.closed_books import ClosedBooks
from intacct_pipelines.domain.link import Clearing, ClosedPeriod, Receivables
from intacct_pipelines.push.plan import PLANNERS
from intacct_pipelines.push.planner import Context
from intacct_pipelines.push.sources import Sources

OBJECT, AHEAD = "ar_advance", "2300"
CLEARED = replace(LINK, clearing=Clearing(money_in="1080"), default_location="100-A")
LINK_AHEAD = replace(CLEARED, receivables=Receivables(undeposited_account="1090", advance_account=AHEAD))
PAIRS = (PAIRED_CUSTOMER, PAIRED_INVOICE)
OBJECTS = ("ar_payment", OBJECT)


def advance(**changes):
    """Intacct's advance of the receipt."""
    row = {
        "record_no": 950,
        "customer_id": "C-21",
        "reference_no": "REF-r1",
        "state": "Posted",
        "description": None,
        "receipt_date": date(2026, 2, 20),
        "owner_entity_id": "100",
    }
    return row | changes


def plan(*, link=LINK_AHEAD, matches=PAIRS, advances=(), details=(), more=None, **changes):
    """A plan of one receipt that is on no invoice, unless details say otherwise; keywords change it."""
    rows = receipts(
        bill__ar_payment=[receipt(**changes)],
        bill__ar_payment_detail=list(details),
        intacct__ar_advance=list(advances),
    )
    rows["intacct.gl_account"].append({"account_no": AHEAD, "status": "active"})
    return plan_receivables(rows, link=link, matches=matches, objects=OBJECTS, **(more or {}))


WHOLE = {"unapplied_amount": Decimal("108.00")}


def test_money_on_no_invoice_is_an_advance():
    """From clearing to the account of what is paid ahead, with reference, day and key of the receipt."""
    (made,) = plan(**WHOLE).items
    assert made.object_name == OBJECT
    assert made.natural_key == {"CUSTOMERID": "C-21", "DOCNUMBER": "REF-r1", "RECEIPTDATE": "02/20/2026"}
    assert made.payload == {
        "CUSTOMERID": "C-21",
        "PAYMENTMETHOD": "EFT",
        "PAYMENTDATE": "02/20/2026",
        "RECEIPTDATE": "02/20/2026",
        "FINANCIALENTITY": "MONEY-IN",
        "DOCNUMBER": "REF-r1",
        "DESCRIPTION": f"BILL:r1 {made.key} Thanks",
        "CURRENCY": "USD",
        "BASECURR": "USD",
        "ARADVANCEITEMS": {"ARADVANCEITEM": [{"ACCOUNTNO": AHEAD, "TRX_AMOUNT": "108.00", "LOCATIONID": "100-A"}]},
    }
    assert [(one.side, one.account, one.amount) for one in made.ledger_effect] == [
        ("debit", "1080", Decimal(108)),
        ("credit", AHEAD, Decimal(108)),
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"advances": [advance()]},
        {"advances": [advance(reference_no="X", description="BILL:r1 0b7")]},
        {"status": "SCHEDULED"},
        {"status": "VOID"},
        {"status": "VOID", "advances": [advance(description="BILL:r1 0b7", state="Reversed")]},
        {"link": CLEARED, "advances": [advance()]},
    ],
)
def test_what_is_an_advance_already_or_no_money_needs_nothing(changes):
    """An advance is known by its mark, else by customer and reference (S-IDM-04)."""
    result = plan(**{**WHOLE, **changes})
    assert (result.items, result.holds) == ((), ())


@pytest.mark.parametrize(
    ("changes", "kind", "rule"),
    [
        ({"link": CLEARED}, "not_applied", "S-ARP-01"),
        ({"status": "VOID", "advances": [advance(description="BILL:r1 0b7")]}, "void_in_bill", "S-ARP-01"),
        ({"advances": [advance(state="Reversed")]}, "voided_in_intacct", "S-ARP-01"),
        ({"status": "PENDING"}, "unknown_state", "S-ARP-01"),
        ({"link": replace(LINK_AHEAD, default_location="")}, "missing_dimension", "S-CFG-20"),
        ({"link": replace(LINK_AHEAD, clearing=Clearing())}, "missing_account", "S-CFG-03"),
        ({"more": {"posted": [(OBJECT, "r1")]}}, "deleted_in_intacct", "S-IDM-06"),
        ({"more": {"closed_through": date(2026, 2, 28)}}, "period_closed", "S-IDM-08"),
        ({"more": {"closed_later": {"100": date(2026, 2, 28)}}}, "period_closed", "S-IDM-08"),
        ({"receivables_type": "BARTER"}, "unmapped_method", "S-ARP-01"),
    ],
)
def test_an_advance_is_held_once_with_rule_and_remedy(changes, kind, rule):
    """By the receipt's own planner where that refuses it, else by that of advances."""
    result = plan(**{**WHOLE, **changes})
    assert result.items == ()
    (hold,) = result.holds
    assert (hold.kind, hold.rule) == (kind, rule)


@pytest.mark.parametrize("theirs", [advance(), advance(reference_no="X", description="BILL:r1 0b7")])
@pytest.mark.parametrize("link", [CLEARED, LINK_AHEAD])
def test_money_that_intacct_has_as_an_advance_is_not_received_again(theirs, link):
    """Once BILL applied it, the advance is to be applied, not the money to be entered a second time (S-ARP-01)."""
    result = plan(link=link, advances=[theirs], details=[share()])
    assert result.items == ()
    (hold,) = result.holds
    assert (hold.object_name, hold.kind, hold.rule) == ("ar_payment", "held_as_advance", "S-ARP-01")
    assert len(plan(link=link, advances=[advance(state="Reversed")], details=[share()]).items) == 1


def two_ahead(theirs, **link):
    """A plan of two receipts under one reference on different days, of which Intacct has one advance."""
    day = {"payment_date": date(2026, 2, 23), "reference_no": "REF-r1"}
    rows = receipts(
        bill__ar_payment=[receipt(**WHOLE), receipt("r2", **WHOLE, **day)],
        bill__ar_payment_detail=[],
        intacct__ar_advance=[theirs],
    )
    rows["intacct.gl_account"].append({"account_no": AHEAD, "status": "active"})
    return plan_receivables(rows, link=replace(LINK_AHEAD, **link), matches=PAIRS, objects=OBJECTS)


def test_the_advance_of_another_receipt_with_the_same_reference_is_not_its_own():
    """Customers repeat references: what names another receipt of BILL says nothing of this one (S-IDM-04)."""
    result = two_ahead(advance(description="BILL:r1 0b7"))
    assert [one.source_id for one in result.items] == ["r2"]
    assert result.holds == ()


def test_an_advance_that_names_no_receipt_may_be_of_either_with_its_reference():
    """Neither is entered until somebody says whose it is (S-IDM-04)."""
    result = two_ahead(advance())
    assert result.items == ()
    assert [(one.kind, one.rule) for one in result.holds] == [("ambiguous", "S-IDM-04")] * 2


def test_two_advances_of_one_reference_on_one_day_are_not_told_apart_by_it():
    """The first open day may be the same for both: the second is a person's (S-IDM-04, S-IDM-08)."""
    theirs = advance(description="BILL:r1 0b7", receipt_date=date(2026, 2, 23))
    result = two_ahead(theirs)
    assert result.items == ()
    (hold,) = result.holds
    assert (hold.source_id, hold.kind, hold.rule) == ("r2", "duplicate", "S-IDM-04")


def test_a_closed_day_moves_where_the_link_says_so():
    """S-IDM-08: both days are told."""
    link = replace(LINK_AHEAD, closed_period=ClosedPeriod.FIRST_OPEN)
    (made,) = plan(link=link, more={"closed_through": date(2026, 2, 28)}, **WHOLE).items
    assert (made.payload["RECEIPTDATE"], made.payload["PAYMENTDATE"]) == ("03/01/2026", "02/20/2026")
    assert made.warnings[1] == "received on 2026-02-20, in the ledger on 2026-03-01 [S-IDM-08]"


def test_a_receipt_waits_while_its_advance_is_on_its_way():
    """BILL may apply it in between: its money is not sent a second time."""
    rows = receipts(bill__ar_payment=[receipt()], bill__ar_payment_detail=[share()], intacct__ar_advance=[])
    sources = Sources(LINK_AHEAD, rows, PAIRS)
    context = Context(sources, {}, frozenset({"USD"}), ClosedBooks(), (), (), NOW, {(OBJECT, "r1"): item("r1")})
    planner = PLANNERS["ar_payment"](context)
    hold = planner.decide(planner.rows()[0])
    assert (hold.kind, hold.rule) == ("waits", "S-ARP-01")
