"""Receipts: what is entered in Intacct, to which account and for which invoices, and what waits and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from push_cases import LINK
from push_receivables import (
    PAIRED_CUSTOMER,
    PAIRED_INVOICE,
    intacct_invoice,
    invoice,
    plan_receivables,
    receipt,
    receipts,
    share,
)

from intacct_pipelines.domain.link import Clearing, ClosedPeriod, Receivables
from intacct_pipelines.domain.push import Operation
from intacct_pipelines.push.wire import function_of

BOTH = (PAIRED_CUSTOMER, PAIRED_INVOICE)
CLEARED = replace(LINK, clearing=Clearing(money_in="1080"), receivables=Receivables(undeposited_account="1090"))


def planned(rows=None, *, link=CLEARED, matches=BOTH, **more):
    """A plan over ``rows``."""
    return plan_receivables(receipts() if rows is None else rows, link=link, matches=matches, **more)


def only(plan):
    """The plan's one item, and no hold."""
    assert plan.holds == ()
    (item,) = plan.items
    return item


def hold(plan):
    """The plan's one hold of a receipt as class and rule, and no item for it."""
    assert [item for item in plan.items if item.object_name == "ar_payment"] == []
    (one,) = [one for one in plan.holds if one.object_name == "ar_payment"]
    assert one.reason
    assert one.remedy
    return one.kind, one.rule


def effect(item):
    """What an item does to the ledger."""
    return [(one.side, one.account, one.amount) for one in item.ledger_effect]


def test_a_receipt_is_written_with_the_invoices_that_it_pays():
    """`create ARPYMT` (API: accounts-receivable, ar-payments): to the bank account of Money In Clearing (S-CFG-03)."""
    item = only(planned())
    assert function_of(item).xml() == (
        "<create><ARPYMT><FINANCIALENTITY>MONEY-IN</FINANCIALENTITY><PAYMENTMETHOD>EFT</PAYMENTMETHOD>"
        "<CUSTOMERID>C-21</CUSTOMERID><DOCNUMBER>REF-r1</DOCNUMBER>"
        f"<DESCRIPTION>BILL:r1 {item.key} Thanks</DESCRIPTION>"
        "<RECEIPTDATE>02/20/2026</RECEIPTDATE><PAYMENTDATE>02/20/2026</PAYMENTDATE>"
        "<CURRENCY>USD</CURRENCY><BASECURR>USD</BASECURR>"
        "<ARPYMTDETAILS><ARPYMTDETAIL><RECORDKEY>700</RECORDKEY><TRX_PAYMENTAMOUNT>108.00</TRX_PAYMENTAMOUNT>"
        "</ARPYMTDETAIL></ARPYMTDETAILS></ARPYMT></create>"
    )
    assert item.natural_key == {"CUSTOMERID": "C-21", "DOCNUMBER": "REF-r1", "RECEIPTDATE": "02/20/2026"}
    amount = Decimal("108.00")
    assert effect(item) == [("debit", "1080", amount), ("credit", "accounts receivable", amount)]


def test_a_receipt_outside_bill_goes_to_undeposited_funds():
    """S-ARP-01: a check that BILL only recorded waits undeposited."""
    item = only(planned(receipts(bill__ar_payment=[receipt(is_online=False, receivables_type="CHECK")])))
    xml = function_of(item).xml()
    assert "<UNDEPOSITEDACCOUNTNO>1090</UNDEPOSITEDACCOUNTNO>" in xml
    assert "FINANCIALENTITY" not in xml
    assert "<PAYMENTMETHOD>Printed Check</PAYMENTMETHOD>" in xml


def test_a_clearing_account_without_bank_is_one_of_undeposited_funds():
    """Intacct takes either a bank account or an account of undeposited funds."""
    xml = function_of(only(planned(receipts(intacct__checking_account=[])))).xml()
    assert "<UNDEPOSITEDACCOUNTNO>1080</UNDEPOSITEDACCOUNTNO>" in xml


def test_what_is_paid_beyond_the_invoices_is_kept_as_an_overpayment():
    """Partly applied: the rest stays on the customer's account, at the place of the invoice."""
    rows = receipts(
        bill__ar_payment=[receipt(amount=Decimal("150.00"), unapplied_amount=Decimal("42.00"))],
    )
    item = only(planned(rows))
    assert (
        "<OVERPAYMENTAMOUNT>42.00</OVERPAYMENTAMOUNT><OVERPAYMENTLOCATIONID>100-A</OVERPAYMENTLOCATIONID>"
    ) in function_of(item).xml()
    assert effect(item) == [
        ("debit", "1080", Decimal("150.00")),
        ("credit", "accounts receivable", Decimal("108.00")),
        ("credit", "customers' overpayments", Decimal("42.00")),
    ]


def test_a_receipt_may_pay_a_part_and_the_next_one_no_more_than_the_rest():
    """What one planned receipt takes is not there for the next (S-ERR-20)."""
    parts = [receipt(amount=Decimal("100.00")), receipt("r2", amount=Decimal("8.01"), unapplied_amount=None)]
    rows = receipts(
        bill__ar_payment=parts, bill__ar_payment_detail=[share(amount="100.00"), share("r2", amount="8.01")]
    )
    plan = planned(rows)
    assert [item.source_id for item in plan.items] == ["r1"]
    assert hold_of_second(plan) == ("already_settled", "S-ERR-20")


def hold_of_second(plan):
    """The hold of the second receipt."""
    return next((one.kind, one.rule) for one in plan.holds if one.source_id == "r2")


@pytest.mark.parametrize("status", ["SCHEDULED", "VOID", "CANCELED"])
def test_what_was_not_received_needs_nothing(status):
    """Still to come, or void before it reached Intacct."""
    plan = planned(receipts(bill__ar_payment=[receipt(status=status)]))
    assert (plan.items, plan.holds) == ((), ())


def test_a_receipt_without_reference_is_known_by_the_id_of_bill():
    """So that it can be looked up (S-IDM-03)."""
    assert only(planned(receipts(bill__ar_payment=[receipt(reference_no=None)]))).natural_key["DOCNUMBER"] == "r1"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"status": "UNDEFINED"}, ("unknown_state", "S-ARP-01")),
        ({"amount": Decimal(0)}, ("not_positive", "S-ARP-01")),
        ({"amount": Decimal("107.00")}, ("unbalanced", "S-IDM-07")),
        ({"amount": Decimal("150.00")}, ("unbalanced", "S-IDM-07")),
        ({"currency": "CAD"}, ("currency", "S-CUR-04")),
        ({"customer_id": "c9"}, ("missing_reference", "S-CUS-01")),
        ({"receivables_type": "BEADS"}, ("unmapped_method", "S-ARP-01")),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else str(value),
)
def test_a_receipt_that_is_not_ready_is_held(changes, expected):
    """Each with its rule and what to do."""
    assert hold(planned(receipts(bill__ar_payment=[receipt(**changes)]))) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"trx_total_due": Decimal("107.99")}, ("already_settled", "S-ERR-20")),
        ({"state": "Reversed"}, ("already_settled", "S-ERR-20")),
        ({"owner_entity_id": None}, ("ownership_level", "S-CFG-11")),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else next(iter(value)),
)
def test_a_receipt_of_an_invoice_that_cannot_be_paid_is_held(changes, expected):
    """Paid by something else, undone, or of another level."""
    assert hold(planned(receipts(intacct__ar_invoice=[intacct_invoice(**changes)]))) == expected


def test_money_that_is_applied_to_nothing_is_held():
    """Intacct takes it as an advance, which a person enters or BILL applies first."""
    rows = receipts(
        bill__ar_payment=[receipt(unapplied_amount=Decimal("108.00"))],
        bill__ar_payment_detail=[],
    )
    assert hold(planned(rows)) == ("not_applied", "S-ARP-01")


def test_a_receipt_waits_for_its_invoice_by_name():
    """A held invoice holds its receipts; one that is on its way too, for its number is not known yet."""
    rows = receipts(intacct__ar_invoice=[], intacct__ar_invoice_line=[])
    coming = planned(rows, matches=(PAIRED_CUSTOMER,))
    assert [item.object_name for item in coming.items] == ["ar_invoice"]
    assert hold(coming) == ("missing_reference", "S-INV-02")
    draft = {**rows, "bill.ar_invoice": [invoice(record_status="DRAFT")]}
    plan = planned(draft, matches=(PAIRED_CUSTOMER,))
    assert hold(plan) == ("archived", "S-INV-02")
    assert plan.holds[-1].held_by == "i1"


@pytest.mark.parametrize("changes", [{"module_key": "8.SO"}, {"state": "Partially Paid", "trx_total_paid": Decimal(0)}])
def test_an_invoice_that_can_never_be_edited_may_still_be_paid(changes):
    """Its edit is held (S-SAL-03, S-INV-01); paying what is due takes nothing away."""
    rows = receipts(
        bill__ar_invoice=[invoice(due_date=date(2026, 3, 20))], intacct__ar_invoice=[intacct_invoice(**changes)]
    )
    plan = planned(rows)
    assert [one.object_name for one in plan.holds] == ["ar_invoice"]
    assert [item.object_name for item in plan.items] == ["ar_payment"]


def test_an_invoice_whose_edit_waits_for_a_person_holds_its_receipts():
    """Once it is paid it could not be mended any more (S-INV-01)."""
    edited = intacct_invoice(modified_at=datetime(2026, 3, 1, 9, 0, tzinfo=UTC))
    rows = receipts(bill__ar_invoice=[invoice(due_date=date(2026, 3, 20))], intacct__ar_invoice=[edited])
    assert hold(planned(rows)) == ("conflict", "S-ERR-41")


def test_a_receipt_follows_the_change_of_its_invoice():
    """A paid invoice could not be mended any more (S-INV-01)."""
    plan = planned(receipts(bill__ar_invoice=[invoice(due_date=date(2026, 3, 20))]))
    change, paid = plan.items
    assert (change.object_name, paid.depends_on) == ("ar_invoice", (change.key,))


def test_a_link_that_names_no_account_holds_its_receipts():
    """The account is never guessed (S-CFG-03, S-ARP-01)."""
    assert hold(planned(link=LINK)) == ("missing_account", "S-CFG-03")
    offline = receipts(bill__ar_payment=[receipt(is_online=False)])
    assert hold(planned(offline, link=LINK)) == ("missing_account", "S-ARP-01")
    gone = replace(CLEARED, clearing=Clearing(money_in="9999"))
    assert hold(planned(link=gone)) == ("missing_account", "S-CFG-03")
    bank = receipts()["intacct.checking_account"][0]
    twice = receipts(intacct__savings_account=[{**bank, "bank_account_id": "OTHER"}])
    assert hold(planned(twice)) == ("ambiguous", "S-CFG-03")


def test_a_convenience_fee_is_told_and_not_mixed_into_the_receipt():
    """S-FEE-01: the fee is on top, and stands by itself in the ledger."""
    rows = receipts(bill__ar_payment=[receipt(convenience_fee_amount=Decimal("3.13"))])
    item = only(planned(rows, objects={"ar_payment"}))
    assert item.amount == Decimal("108.00")
    assert item.warnings == ("its convenience fee of 3.13 USD is not part of it and needs a journal entry [S-FEE-01]",)
    link = replace(CLEARED, also_pushed=frozenset({"convenience_fee"}))
    assert only(planned(rows, link=link, objects={"ar_payment"})).warnings == ()


def test_nothing_is_received_in_a_closed_period():
    """S-IDM-08: held, or on the first open day where the link says so; the day of the payment is kept."""
    closed = date(2026, 2, 28)
    assert hold(planned(closed_through=closed)) == ("period_closed", "S-IDM-08")
    first_open = replace(CLEARED, closed_period=ClosedPeriod.FIRST_OPEN)
    item = only(planned(link=first_open, closed_through=closed))
    xml = function_of(item).xml()
    assert "<RECEIPTDATE>03/01/2026</RECEIPTDATE><PAYMENTDATE>02/20/2026</PAYMENTDATE>" in xml


def test_a_receipt_that_intacct_has_already_is_not_entered_again():
    """By reference and day, by mark, twice in BILL, or posted before and gone (S-IDM-04, S-IDM-06)."""
    there = {"record_no": 31, "customer_id": "C-21", "reference_no": " ref-R1", "receipt_date": date(2026, 2, 20)}
    assert hold(planned(receipts(intacct__ar_payment=[there]))) == ("duplicate", "S-IDM-04")
    marked = {**there, "reference_no": "X", "description": "BILL:r1 by hand"}
    assert hold(planned(receipts(intacct__ar_payment=[marked]))) == ("duplicate", "S-IDM-04")
    twice = receipts(
        bill__ar_payment=[receipt(), receipt("r2", reference_no="ref-r1")],
        bill__ar_payment_detail=[share(), share("r2")],
    )
    assert {one.kind for one in planned(twice).holds} == {"duplicate"}
    assert hold(planned(posted={("ar_payment", "r1")})) == ("deleted_in_intacct", "S-IDM-06")


def test_a_receipt_that_stands_in_intacct_is_left_alone():
    """A paired one needs nothing."""
    there = {"record_no": 31, "customer_id": "C-21", "reference_no": "REF-r1", "receipt_date": date(2026, 2, 20)}
    matches = (*BOTH, {"object": "ar_payment", "platform_id": "r1", "intacct_record_no": 31})
    plan = planned(receipts(intacct__ar_payment=[there]), matches=matches)
    assert (plan.items, plan.holds) == ((), ())


def test_a_receipt_with_a_newer_copy_in_quarantine_waits():
    """Nothing is planned from what is known to be out of date (S-ERR-41)."""
    for key in (("bill.ar_payment", "r1"), ("bill.ar_payment_detail", "r1-i1")):
        assert hold(planned(quarantined={key})) == ("quarantined", "S-ERR-41")


def void(receipt_changes=(), intacct=()):
    """A plan over a receipt that BILL voided and Intacct has."""
    there = {
        "record_no": 31,
        "customer_id": "C-21",
        "reference_no": "REF-r1",
        "receipt_date": date(2026, 2, 20),
        "state": "Complete",
        "currency": "USD",
        "trx_total_entered": Decimal("108.00"),
        "trx_total_due": Decimal(0),
        "financial_account_id": "MONEY-IN",
        "description": "BILL:r1",
        "owner_entity_id": "100",
    }
    at = datetime(2026, 2, 25, 8, 0, tzinfo=UTC)
    rows = receipts(
        bill__ar_payment=[receipt(**{"status": "VOID", "modified_at": at, **dict(receipt_changes)})],
        intacct__ar_payment=[{**there, **dict(intacct)}],
    )
    return rows, (*BOTH, {"object": "ar_payment", "platform_id": "r1", "intacct_record_no": 31})


def test_a_voided_receipt_is_taken_back_on_a_day_of_its_own():
    """`reverse_arpayment` names the record and the day of the void (S-ARP-03); nothing is deleted (S-IDM-06)."""
    rows, matches = void()
    item = only(planned(rows, matches=matches))
    assert (item.operation, item.target_id) == (Operation.REVERSE, "31")
    assert function_of(item).xml() == (
        '<reverse_arpayment key="31"><datereversed><year>2026</year><month>02</month><day>25</day></datereversed>'
        f"<description>BILL:r1 {item.key} voided in BILL on 2026-02-25</description></reverse_arpayment>"
    )
    amount = Decimal("108.00")
    assert effect(item) == [("credit", "1080", amount), ("debit", "accounts receivable", amount)]


def test_what_bill_only_records_is_neither_entered_nor_taken_back():
    """S-SCH-05, S-ARP-03: a receipt that was made in Intacct, without its pair, and with its record in BILL void."""
    recorded = "INTACCT:31 12345678-1234-5234-9234-123456789012 W-1"
    made = planned(receipts(bill__ar_payment=[receipt(description=recorded)]))
    assert hold(made) == ("came_from_intacct", "S-SCH-05")
    rows, matches = void({"description": recorded}, {"description": "By wire"})
    assert hold(planned(rows, matches=matches)) == ("voided_in_bill", "S-ARP-03")


def test_a_receipt_is_not_taken_back_before_its_own_day():
    """Intacct refuses a reversal that is older than what it reverses."""
    rows, matches = void({"modified_at": datetime(2026, 2, 1, 8, 0, tzinfo=UTC)})
    assert only(planned(rows, matches=matches)).payload["datereversed"] == {"year": "2026", "month": "02", "day": "20"}


@pytest.mark.parametrize("state", ["Reversed", "Voided"])
def test_a_void_on_both_sides_needs_nothing_and_one_in_intacct_alone_is_told(state):
    """S-ARP-03: what a person undid in Intacct is not entered again."""
    rows, matches = void(intacct={"state": state})
    both = planned(rows, matches=matches)
    assert (both.items, both.holds) == ((), ())
    rows, matches = void({"status": "PAID"}, {"state": state})
    assert hold(planned(rows, matches=matches)) == ("voided_in_intacct", "S-ARP-03")


def test_a_void_is_held_where_intacct_would_not_take_it():
    """Of another level, a draft, or in a closed period."""
    for changes, expected in (
        ({"owner_entity_id": None}, ("ownership_level", "S-CFG-11")),
        ({"state": "Draft"}, ("not_posted", "S-ARP-03")),
    ):
        rows, matches = void(intacct=changes)
        assert hold(planned(rows, matches=matches)) == expected
    rows, matches = void()
    closed = date(2026, 2, 28)
    assert hold(planned(rows, matches=matches, closed_through=closed)) == ("period_closed", "S-IDM-08")
    paid = [{"record_no": 1, "payment_record_no": 31, "invoice_record_no": 700}]
    at_entity = {"matches": matches, "closed_later": {"100": closed}}
    assert hold(planned(rows | {"intacct.ar_payment_detail": paid}, **at_entity)) == ("period_closed", "S-IDM-08")
    first_open = replace(CLEARED, closed_period=ClosedPeriod.FIRST_OPEN)
    item = only(planned(rows, matches=matches, closed_through=closed, link=first_open))
    assert item.warnings == ("voided in BILL on 2026-02-25, taken back on 2026-03-01 [S-IDM-08]",)
