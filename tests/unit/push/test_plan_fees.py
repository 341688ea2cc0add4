"""Which convenience fees become journal entries, on which accounts, and which wait (S-FEE-01)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from push_cases import NOW, item
from transfer_cases import DAY, IN, TRANSFER_LINK, posted, transfer_rows

from intacct_pipelines.domain.closed_books import ClosedBooks
from intacct_pipelines.domain.link import Clearing, ClosedPeriod, Receivables
from intacct_pipelines.push.plan import PLANNERS, build_plan
from intacct_pipelines.push.planner import Context
from intacct_pipelines.push.sources import Sources

OBJECT, FEES = "convenience_fee", "4900"
LINK = replace(TRANSFER_LINK, receivables=Receivables(fee_account=FEES), also_pushed=frozenset({OBJECT}))
PAIRED = {"object": "ar_payment", "platform_id": "r1", "intacct_record_no": 601}


def receipt(**changes):
    """A receipt through BILL with a fee of 2.50 on top."""
    row = {
        "id": "r1",
        "customer_id": "c1",
        "payment_date": DAY,
        "status": "PAID",
        "is_online": True,
        "reference_no": "REF-1",
        "currency": "USD",
        "amount": Decimal("100.00"),
        "convenience_fee_amount": Decimal("2.50"),
    }
    return row | changes


def entry(amount="2.50", **changes):
    """A journal entry on the clearing account of receipts."""
    return posted(amount=amount, **{"account_no": IN, **changes})


def plan(*entries, link=LINK, matches=(PAIRED,), objects=(OBJECT,), **changes):
    """A plan of one receipt's fee; keywords change the receipt, or how it is planned."""
    more = {
        name: changes.pop(name)
        for name in ("closed_through", "closed_later", "posted", "quarantined")
        if name in changes
    }
    rows = transfer_rows(bill__ar_payment=[receipt(**changes)], intacct__gl_detail=list(entries))
    rows["intacct.gl_account"].append({"account_no": FEES, "status": "active"})
    more = {"closed_through": None, **more}
    return build_plan(link, rows, matches, revisions={(OBJECT, "r1"): "r1"}, now=NOW, objects=objects, **more)


def test_a_fee_is_an_entry_of_its_own():
    """Clearing against the account of fees, with the receipt's number; never a part of the receipt."""
    (made,) = plan().items
    assert [(one.side, one.account, one.amount) for one in made.ledger_effect] == [
        ("debit", IN, Decimal("2.50")),
        ("credit", FEES, Decimal("2.50")),
    ]
    assert made.natural_key == {"JOURNAL": "GJ", "REFERENCENO": "REF-1", "BATCH_DATE": "02/20/2026"}
    assert made.payload["BATCH_TITLE"] == f"BILL:r1 {made.key} convenience fee"
    assert (made.amount, made.depends_on) == (Decimal("2.50"), ())


@pytest.mark.parametrize(
    ("entries", "changes"),
    [
        ([], {"convenience_fee_amount": None}),
        ([], {"convenience_fee_amount": Decimal(0)}),
        ([], {"is_online": False}),
        ([], {"status": "SCHEDULED"}),
        ([], {"status": "VOID"}),
        ([entry(batch_title="BILL:r1 0b7")], {}),
        ([entry(batch_reference_no="ref-1")], {}),
    ],
)
def test_what_is_no_fee_or_in_the_ledger_needs_nothing(entries, changes):
    """An entry is known by its mark, else by the receipt's number (S-IDM-04)."""
    result = plan(*entries, **changes)
    assert (result.items, result.holds) == ((), ())


@pytest.mark.parametrize(
    ("entries", "changes", "kind", "rule"),
    [
        ([entry(batch_title="BILL:r1 0b7")], {"status": "VOID"}, "void_in_bill", "S-FEE-01"),
        (
            [entry(batch_title="BILL:r1 0b7"), entry("-2.50", batch_no=901, batch_title="Reversed: BILL:r1 0b7")],
            {},
            "voided_in_intacct",
            "S-FEE-01",
        ),
        ([entry()], {}, "duplicate", "S-IDM-04"),
        ([entry()], {"reference_no": None}, "duplicate", "S-IDM-04"),
        ([], {"status": "PENDING"}, "unknown_state", "S-FEE-01"),
        ([], {"convenience_fee_amount": Decimal("-2.50")}, "not_positive", "S-FEE-01"),
        ([], {"currency": "EUR"}, "currency", "S-CUR-04"),
        ([], {"matches": ()}, "missing_reference", "S-FEE-01"),
        ([], {"posted": [(OBJECT, "r1")]}, "deleted_in_intacct", "S-IDM-06"),
        ([], {"quarantined": [("bill.ar_payment", "r1")]}, "quarantined", "S-ERR-41"),
        ([], {"closed_through": date(2026, 2, 28)}, "period_closed", "S-IDM-08"),
        ([], {"closed_later": {"100": date(2026, 2, 28)}}, "period_closed", "S-IDM-08"),
        ([], {"link": replace(LINK, clearing=Clearing())}, "missing_account", "S-CFG-03"),
        ([], {"link": replace(LINK, receivables=Receivables())}, "missing_account", "S-FEE-01"),
        ([], {"link": replace(LINK, clearing=Clearing("", IN, "EUR"))}, "currency", "S-CUR-01"),
        ([], {"link": replace(LINK, entries=replace(LINK.entries, journal=""))}, "missing_setting", "S-FEE-01"),
        ([], {"link": replace(LINK, entries=replace(LINK.entries, location=""))}, "missing_dimension", "S-CFG-20"),
    ],
)
def test_a_fee_is_held_with_rule_and_remedy(entries, changes, kind, rule):
    """In doubt nothing is entered."""
    result = plan(*entries, **changes)
    assert result.items == ()
    (hold,) = result.holds
    assert (hold.object_name, hold.kind, hold.rule) == (OBJECT, kind, rule)


def test_a_fee_waits_for_a_receipt_that_is_held():
    """Without its receipt the fee would stay on clearing; it is held by the receipt's name."""
    result = plan(matches=(), objects=("ar_payment", OBJECT))
    held = {hold.object_name: hold for hold in result.holds}
    assert held[OBJECT].held_by == "r1"
    assert (held[OBJECT].kind, held[OBJECT].rule) == (held["ar_payment"].kind, held["ar_payment"].rule)


def test_a_closed_day_moves_where_the_link_says_so():
    """S-IDM-08: both days are told."""
    link = replace(LINK, closed_period=ClosedPeriod.FIRST_OPEN)
    (made,) = plan(link=link, closed_through=date(2026, 2, 28)).items
    assert made.warnings == ("of 2026-02-20, in the ledger on 2026-03-01 [S-IDM-08]",)


def test_the_number_of_another_records_entry_is_not_used_twice():
    """On one day nothing would tell the two apart, so the fee has the receipt's id instead (S-IDM-03)."""
    theirs = entry("9.99", batch_title="BILL:m9 0b7", batch_reference_no="REF-1")
    (made,) = plan(theirs).items
    assert made.payload["REFERENCENO"] == "r1"


def test_an_entry_of_another_receipt_is_no_stranger():
    """Its number tells whose it is."""
    rows = transfer_rows(
        bill__ar_payment=[receipt(), receipt(id="r2", reference_no="REF-2", convenience_fee_amount=None)],
        intacct__gl_detail=[entry(batch_reference_no="REF-2")],
    )
    rows["intacct.gl_account"].append({"account_no": FEES, "status": "active"})
    made = build_plan(LINK, rows, (PAIRED,), revisions={}, closed_through=None, now=NOW, objects=(OBJECT,))
    assert [one.source_id for one in made.items] == ["r1"]


def test_a_fee_goes_after_the_item_of_its_receipt():
    """One that this plan enters, or an earlier one."""
    own = ("ar_payment", "r1")
    rows = transfer_rows(bill__ar_payment=[receipt()])
    rows["intacct.gl_account"].append({"account_no": FEES, "status": "active"})
    parent = item("r1", object_name="ar_payment")
    for in_hand, decisions in (({own: parent}, {}), ({}, {own: parent})):
        context = Context(
            Sources(LINK, rows, ()), {}, frozenset({"USD"}), ClosedBooks(), (), (), NOW, in_hand, decisions=decisions
        )
        planner = PLANNERS[OBJECT](context)
        assert planner.decide(planner.rows()[0]).depends_on == (parent.key,)
