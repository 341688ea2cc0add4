"""Payments: what is sent, with what effect, and every refusal with its rule and what to do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from payables_cases import (
    PAIRED_PAYMENT,
    PAYABLES_LINK,
    SETTLED,
    adjustment,
    bank,
    credit,
    intacct_payment,
    intacct_share,
    negative_bill,
    outside,
    payables_plan,
    paying,
    payment,
    share,
    used,
)
from push_cases import bill, intacct_bill, intacct_line, line, stored

from intacct_pipelines.domain.link import Clearing, ClosedPeriod, Payables
from intacct_pipelines.domain.push import LedgerLine, Operation, State

PAID = (*SETTLED, PAIRED_PAYMENT)


def plan(rows=None, *, matches=SETTLED, **more):
    """A plan over a payment whose bill and credit both sides have."""
    return payables_plan(paying() if rows is None else rows, matches=matches, **more)


def only_item(made):
    """The one item of a plan that holds nothing."""
    assert made.holds == ()
    (one,) = made.items
    return one


def details(one):
    """What an item pays, detail by detail."""
    return one.payload["APPYMTDETAILS"]["APPYMTDETAIL"]


def test_what_bill_pays_is_drawn_on_clearing():
    """One payment with its bill, from clearing, with mark and key; money leaves clearing for payables (S-CFG-03)."""
    one = only_item(plan())
    assert list(one.payload) == [
        "FINANCIALENTITY", "PAYMENTMETHOD", "VENDORID", "DOCNUMBER", "DESCRIPTION", "PAYMENTDATE", "CURRENCY",
        "BASECURR", "APPYMTDETAILS",
    ]  # fmt: skip
    assert (one.payload["FINANCIALENTITY"], one.payload["PAYMENTMETHOD"]) == ("CLEARING", "EFT")
    assert one.payload["DESCRIPTION"] == f"BILL:p1 {one.key}"
    assert details(one) == [{"RECORDKEY": "500", "TRX_PAYMENTAMOUNT": "100.00"}]
    assert one.ledger_effect == (
        LedgerLine("debit", "accounts payable", Decimal("100.00"), "USD"),
        LedgerLine("credit", "1070", Decimal("100.00"), "USD"),
    )
    assert one.natural_key == {"VENDORID": "V-11", "DOCNUMBER": "T-p1"}


def test_what_was_paid_outside_is_drawn_on_its_own_account_and_keeps_its_memo():
    """The bank that BILL names, and the memo that the vendor's sync loses (S-PAY-05, S-PAY-06)."""
    one = only_item(plan(paying(bill__ap_payment=[outside(description="Wire to Reno")])))
    assert (one.payload["FINANCIALENTITY"], one.payload["PAYMENTMETHOD"]) == ("OPERATING", "Cash")
    assert one.payload["DESCRIPTION"].endswith("Wire to Reno")
    assert one.payload["DOCNUMBER"] == "1001"
    assert one.ledger_effect[1] == LedgerLine("credit", "1000", Decimal("100.00"), "USD")


def test_a_check_that_intacct_prints_gets_its_number_there():
    """It is written as a check without a number, and known by its mark alone (S-PAY-06)."""
    one = only_item(plan(paying(bill__ap_payment=[outside(is_check_to_print=True)])))
    assert one.payload["PAYMENTMETHOD"] == "Printed Check"
    assert "DOCNUMBER" not in one.payload
    assert one.natural_key == {}


def test_an_account_that_is_out_of_use_is_no_choice():
    """Of two banks with one ledger account the active one pays; a setting chooses among several."""
    banks = [bank(), bank(3, bank_account_id="OLD", status="inactive")]
    assert only_item(plan(paying(intacct__checking_account=banks))).payload["FINANCIALENTITY"] == "CLEARING"
    banks[1] = bank(3, bank_account_id="OTHER")
    policy = Payables(credits_without_approval=True, bank_accounts={"1070": "OTHER"})
    made = plan(paying(intacct__checking_account=banks), link=replace(PAYABLES_LINK, payables=policy))
    assert only_item(made).payload["FINANCIALENTITY"] == "OTHER"


def test_methods_are_settings():
    """Intacct's word for each way to pay is the link's."""
    link = replace(PAYABLES_LINK, payables=Payables(method_by_bill="ACH"))
    assert only_item(plan(link=link, rows=paying(bill__vendor_credit=[]))).payload["PAYMENTMETHOD"] == "ACH"


def test_the_credit_that_was_used_is_applied_and_no_other():
    """Money and each credit are details of their own; an older credit is left alone (S-VCR-03)."""
    rows = paying(
        bill__vendor_credit=[credit(applied_amount=Decimal(40)), credit("c0", credit_date=date(2026, 1, 2))],
        bill__ap_payment=[payment(amount=Decimal(60))],
        bill__ap_payment_detail=[share(amount="60.00")],
        bill__ap_payment_credit=[used()],
        intacct__ap_adjustment=[adjustment(), adjustment(699, document_no="VC-c0", description="BILL:c0")],
    )
    matches = (*SETTLED, {"object": "vendor_credit", "platform_id": "c0", "intacct_record_no": 699})
    one = only_item(plan(rows, matches=matches))
    assert details(one) == [
        {"RECORDKEY": "500", "TRX_PAYMENTAMOUNT": "60.00"},
        {"RECORDKEY": "500", "ADJUSTMENTKEY": "700", "TRX_ADJUSTMENTAMOUNT": "40.00"},
    ]
    assert one.amount == Decimal(60)


def test_a_credit_that_intacct_keeps_as_a_negative_bill_is_used_as_one():
    """The detail names the negative bill (S-VCR-06); the use that only the credit tells counts too."""
    rows = paying(
        bill__ap_payment=[payment(amount=Decimal(60))],
        bill__ap_payment_detail=[share(amount="60.00")],
        bill__vendor_credit_usage=[used()],
        intacct__ap_adjustment=[],
        intacct__ap_bill=[intacct_bill(), negative_bill()],
    )
    assert details(only_item(plan(rows)))[1] == {"RECORDKEY": "500", "INLINEKEY": "700", "TRX_INLINEAMOUNT": "40.00"}


def test_a_payment_of_credits_alone_names_no_bank_and_moves_no_money():
    """Its effect on the ledger is none."""
    rows = paying(
        bill__ap_payment=[payment(amount=Decimal(0), is_online=False)],
        bill__ap_payment_detail=[share(amount="0")],
        bill__ap_payment_credit=[used()],
    )
    one = only_item(plan(rows))
    assert "FINANCIALENTITY" not in one.payload
    assert details(one) == [{"RECORDKEY": "500", "ADJUSTMENTKEY": "700", "TRX_ADJUSTMENTAMOUNT": "40.00"}]
    assert one.ledger_effect == ()


def two_bills(**changes):
    """Rows with two bills that both sides have."""
    rows = {
        "bill__ap_bill": [bill(), bill("b2")],
        "bill__ap_bill_line": [line(), line("b2")],
        "intacct__ap_bill": [intacct_bill(), intacct_bill(501, document_no="INV-b2", description="BILL:b2")],
        "intacct__ap_bill_line": [intacct_line(), intacct_line(901, bill_record_no=501)],
    }
    return paying(**(rows | changes))


BOTH = (*SETTLED, {"object": "ap_bill", "platform_id": "b2", "intacct_record_no": 501})


def test_a_payment_of_several_bills_is_one_payment_with_a_detail_for_each():
    """BILL's payment and Intacct's are one to one, partial payments included."""
    rows = two_bills(
        bill__ap_payment=[payment(amount=Decimal("130.50"))],
        bill__ap_payment_detail=[share(), share(bill_id="b2", amount="30.50")],
    )
    assert details(only_item(plan(rows, matches=BOTH))) == [
        {"RECORDKEY": "500", "TRX_PAYMENTAMOUNT": "100.00"},
        {"RECORDKEY": "501", "TRX_PAYMENTAMOUNT": "30.50"},
    ]


def test_first_open_moves_the_day_and_the_payment_tells_its_own():
    """Nothing is posted to a closed period; both dates are kept (S-IDM-08)."""
    link = replace(PAYABLES_LINK, closed_period=ClosedPeriod.FIRST_OPEN)
    one = only_item(plan(link=link, closed_through=date(2026, 2, 28)))
    assert one.payload["PAYMENTDATE"] == "03/01/2026"
    assert one.payload["DESCRIPTION"].endswith("paid on 2026-02-20")
    assert "S-IDM-08" in one.warnings[0]


def test_a_payment_that_stands_in_intacct_needs_nothing():
    """Paired and posted: nothing is to be done."""
    made = plan(paying(intacct__ap_payment=[intacct_payment()]), matches=PAID)
    assert (made.items, made.holds) == ((), ())


@pytest.mark.parametrize("state", ["SCHEDULED", "VOIDED", "CANCELED", "FUNDING_FAILED_VOIDED"])
def test_what_has_not_left_or_was_never_there_needs_nothing(state):
    """A scheduled payment is still to come, a void one that Intacct never had pays nothing (S-PAY-02)."""
    made = plan(paying(bill__ap_payment=[payment(single_status=state)]))
    assert (made.items, made.holds) == ((), ())


def with_payment(**changes):
    """Rows whose one payment differs."""
    return paying(bill__ap_payment=[payment(**changes)])


VOIDED = {"single_status": "VOIDED", "status": "VOID"}
RECORDED = "INTACCT:800 12345678-1234-5234-9234-123456789012 1042"
STRANGER = {"intacct__ap_payment": [intacct_payment(description=None, document_no="hand")]}
PART_PAID = intacct_bill(trx_total_paid=Decimal(30), trx_total_due=Decimal(70), state="Partially Paid")
USED_UP = {"bill__ap_payment_credit": [used()], "bill__ap_payment": [payment(amount=Decimal(60))]}
HELD = {
    "void asked [S-PAY-04]": ("void_asked", with_payment(single_status="VOID_PENDING"), {}),
    "came back [S-PAY-06]": ("came_back", with_payment(single_status="DISBURSEMENT_FAILED_ACTION_NEEDED"), {}),
    "no word of it [S-PAY-06]": ("unknown_state", with_payment(single_status="UNDEFINED"), {}),
    "by card [S-PAY-06]": ("not_from_bank", with_payment(funding_account_type="CARD_ACCOUNT"), {}),
    "no date [S-PAY-02]": ("missing_field", with_payment(process_date=None), {}),
    "closed [S-IDM-08]": ("period_closed", paying(), {"closed_through": date(2026, 2, 28)}),
    "quarantined share [S-ERR-41]": ("quarantined", paying(), {"quarantined": {("bill.ap_payment_detail", "p1-b1")}}),
    "quarantined bill [S-ERR-41]": ("quarantined", paying(), {"quarantined": {("intacct.ap_bill", "500")}}),
    "deleted by a person [S-IDM-06]": ("deleted_in_intacct", paying(), {"posted": {("ap_payment", "p1")}}),
    "excluded [S-VEN-10]": (
        "excluded",
        paying(bill__vendor_credit=[]),
        {"link": replace(PAYABLES_LINK, excluded_vendors={"v1"})},
    ),
    "no clearing account [S-CFG-03]": (
        "missing_account",
        paying(),
        {"link": replace(PAYABLES_LINK, clearing=Clearing())},
    ),
    "outside, no account [S-PAY-06]": (
        "missing_account",
        paying(bill__ap_payment=[outside(gl_account_id=None)]),
        {},
    ),
    "no bank [S-PAY-08]": ("wrong_account_type", paying(intacct__checking_account=[]), {}),
    "bank of another entity [S-PAY-08]": (
        "wrong_account_type",
        paying(intacct__checking_account=[bank(location_id="200-A")]),
        {},
    ),
    "two banks [S-CFG-03]": ("ambiguous", paying(intacct__savings_account=[bank(3, bank_account_id="SAVE")]), {}),
    "bank in another currency [S-CUR-01]": ("currency", paying(intacct__checking_account=[bank(currency="EUR")]), {}),
    "shares do not add up [S-IDM-07]": ("unbalanced", with_payment(amount=Decimal(99)), {}),
    "number taken [S-IDM-04]": ("duplicate", paying(intacct__ap_payment=[intacct_payment(description=None)]), {}),
    "mark taken [S-IDM-04]": ("duplicate", paying(intacct__ap_payment=[intacct_payment(document_no="x")]), {}),
    "paid by hand, same amount [S-PAY-09]": (
        "duplicate",
        paying(**STRANGER, intacct__ap_payment_detail=[intacct_share()]),
        {},
    ),
    "paid by hand line by line, same amount [S-PAY-09]": (
        "duplicate",
        paying(
            **STRANGER,
            intacct__ap_payment_detail=[intacct_share(amount="60"), intacct_share(901, amount="40")],
        ),
        {},
    ),
    "recorded from Intacct [S-SCH-05]": ("came_from_intacct", with_payment(description=RECORDED), {}),
    "record of it void [S-PAY-04]": (
        "voided_in_bill",
        paying(
            bill__ap_payment=[payment(**VOIDED, description=RECORDED)],
            intacct__ap_payment=[intacct_payment(description="By hand")],
            intacct__ap_payment_detail=[intacct_share()],
        ),
        {"matches": (*SETTLED, PAIRED_PAYMENT)},
    ),
    "part-paid by hand [S-PAY-09]": (
        "already_settled",
        paying(**STRANGER, intacct__ap_payment_detail=[intacct_share(amount="30")], intacct__ap_bill=[PART_PAID]),
        {},
    ),
    "awaits approval [S-PAY-07]": (
        "awaiting_approval",
        paying(intacct__ap_bill=[intacct_bill(state="Selected")]),
        {},
    ),
    "bill reversed [S-PAY-02]": ("not_posted", paying(intacct__ap_bill=[intacct_bill(state="Reversed")]), {}),
    "bill of another entity [S-CFG-11]": (
        "ownership_level",
        paying(intacct__ap_bill=[intacct_bill(owner_entity_id=None)]),
        {},
    ),
    "bill of another vendor [S-PAY-02]": (
        "other_vendor",
        paying(intacct__ap_bill=[intacct_bill(vendor_id="V-99", module_key="9.PO")]),
        {},
    ),
    "bill unknown [S-PAY-02]": ("missing_reference", paying(bill__ap_payment_detail=[share(bill_id="b9")]), {}),
    "credit used up [S-VCR-03]": (
        "credit_used",
        paying(
            **USED_UP,
            bill__ap_payment_detail=[share(amount="60.00")],
            intacct__ap_adjustment=[adjustment(trx_total_due=Decimal(-15), trx_total_paid=Decimal(-25))],
        ),
        {},
    ),
    "two words about a use [S-VCR-03]": (
        "unclear_use",
        paying(
            **USED_UP,
            bill__ap_payment_detail=[share(amount="60.00")],
            bill__vendor_credit_usage=[used(amount="39.00")],
        ),
        {},
    ),
    "void in Intacct alone [S-PAY-04]": (
        "voided_in_intacct",
        paying(intacct__ap_payment=[intacct_payment(state="Voided")]),
        {"matches": PAID},
    ),
}


@pytest.mark.parametrize(("kind", "rows", "more"), HELD.values(), ids=HELD)
def test_a_payment_that_must_not_be_sent_is_held_with_rule_and_remedy(kind, rows, more, request):
    """Nothing is sent, the rule is cited, and the remedy says what to do."""
    made = plan(rows, **more)
    assert [one for one in made.items if one.object_name == "ap_payment"] == []
    (hold,) = [one for one in made.holds if one.object_name == "ap_payment"]
    assert (hold.source_id, hold.kind) == ("p1", kind)
    assert f"[{hold.rule}]" in request.node.name
    assert hold.remedy
    assert hold.currency == "USD"


def test_the_refusal_of_a_second_payment_shows_both():
    """A person sees which payment of Intacct paid the bill (S-PAY-09)."""
    rows = paying(**STRANGER, intacct__ap_payment_detail=[intacct_share(amount="30")], intacct__ap_bill=[PART_PAID])
    (hold,) = plan(rows).holds
    assert "hand #800 of 2026-02-20" in hold.reason
    assert "100.00" in hold.reason
    assert "70" in hold.reason


def test_a_payment_waits_for_its_bill_by_name():
    """Its record number is known once the bill came back; until then the payment is held by it."""
    made = plan(paying(intacct__ap_bill=[], intacct__ap_bill_line=[]), matches=[])
    assert [one.object_name for one in made.items if one.object_name != "vendor"] == []
    made = payables_plan(paying(intacct__ap_bill=[], intacct__ap_bill_line=[]), matches=(SETTLED[0], SETTLED[2]))
    assert [one.object_name for one in made.items] == ["ap_bill"]
    (hold,) = made.holds
    assert (hold.kind, hold.held_by) == ("waits", "b1")
    assert "INV-b1" in hold.reason


def test_a_payment_waits_for_an_edit_of_its_bill():
    """A paid bill cannot be edited any more, so the edit goes first (S-BIL-09)."""
    rows = paying(
        intacct__ap_bill=[intacct_bill(trx_total_entered=Decimal(80), trx_total_due=Decimal(80))],
        intacct__ap_bill_line=[intacct_line(trx_amount=Decimal(80))],
    )
    made = plan(rows)
    assert [(one.object_name, one.operation) for one in made.items] == [("ap_bill", Operation.UPDATE)]
    assert made.holds[0].kind == "waits"


def test_a_bill_from_an_order_may_be_paid_though_its_edit_is_refused():
    """S-PUR-05 is about edits: what stands in Intacct is paid as far as it is due."""
    rows = paying(
        bill__ap_bill=[bill(due_date=date(2026, 3, 13))],
        intacct__ap_bill=[intacct_bill(module_key="9.PO")],
    )
    made = plan(rows)
    assert [one.object_name for one in made.items] == ["ap_payment"]
    assert [hold.rule for hold in made.holds] == ["S-PUR-05"]


def test_a_held_bill_holds_its_payment_by_name():
    """The payment cites the bill's rule and names it."""
    rows = paying(bill__ap_bill=[bill(approval_status="APPROVING")], intacct__ap_bill=[], intacct__ap_bill_line=[])
    made = plan(rows, matches=(SETTLED[0], SETTLED[2]))
    hold = next(one for one in made.holds if one.object_name == "ap_payment")
    assert (hold.kind, hold.rule, hold.held_by) == ("not_approved", "S-APR-02", "b1")


def test_a_credit_on_its_way_holds_the_payment_that_used_it():
    """The credit must be in Intacct before it can be used."""
    rows = paying(
        bill__ap_payment=[payment(amount=Decimal(60))],
        bill__ap_payment_detail=[share(amount="60.00")],
        bill__ap_payment_credit=[used()],
        intacct__ap_adjustment=[],
    )
    made = plan(rows)
    assert [one.object_name for one in made.items] == ["vendor_credit"]
    assert [(hold.kind, hold.held_by) for hold in made.holds] == [("waits", "c1")]


def test_two_payments_never_pay_more_than_is_due():
    """What the first takes is not there for the second (S-PAY-09)."""
    rows = paying(
        bill__ap_payment=[payment(amount=Decimal(60)), payment("p2", amount=Decimal(50))],
        bill__ap_payment_detail=[share(amount="60.00"), share("p2", amount="50.00")],
    )
    made = plan(rows)
    assert [one.source_id for one in made.items] == ["p1"]
    assert [(hold.source_id, hold.kind) for hold in made.holds] == [("p2", "already_settled")]


def test_what_is_in_hand_is_not_there_for_another_payment():
    """A payment that is on its way and not yet read back counts as paid."""
    rows = paying(bill__ap_payment=[payment(), payment("p2")], bill__ap_payment_detail=[share(), share("p2")])
    first = next(one for one in plan(rows).items if one.source_id == "p1")
    made = plan(rows, in_hand=[stored(first, State.ACCEPTED)])
    assert made.items == ()
    assert [(hold.source_id, hold.kind) for hold in made.holds] == [("p2", "already_settled")]
    shown = rows | {
        "intacct.ap_payment": [intacct_payment(description=first.payload["DESCRIPTION"])],
        "intacct.ap_bill": [intacct_bill(trx_total_due=Decimal(100))],
    }
    # What Intacct shows is in what is due already.
    assert [one.source_id for one in plan(shown, in_hand=[stored(first, State.ACCEPTED)]).items] == ["p2"]


VOID = {
    "id": "x1",
    "payment_id": "p1",
    "status": "ACCEPTED",
    "modified_at": datetime(2026, 2, 25, 17, 0, tzinfo=UTC),
}


def voided(**changes):
    """Rows whose payment was voided in BILL and stands in Intacct."""
    rows = {
        "bill__ap_payment": [payment(**VOIDED)],
        "bill__ap_payment_void": [VOID],
        "intacct__ap_payment": [intacct_payment()],
        "intacct__ap_payment_detail": [intacct_share()],
    }
    return paying(**(rows | changes))


def test_a_void_takes_the_payment_back_on_the_day_of_the_void():
    """A reversal with a day of its own, which moves the money back; nothing is deleted (S-PAY-04, S-CON-16)."""
    one = only_item(plan(voided(), matches=PAID))
    assert (one.operation, one.target_id) == (Operation.REVERSE, "800")
    assert one.payload == {
        "datereversed": {"year": "2026", "month": "02", "day": "25"},
        "description": f"BILL:p1 {one.key} voided in BILL on 2026-02-25",
    }
    assert one.ledger_effect == (
        LedgerLine("debit", "1070", Decimal("100.00"), "USD"),
        LedgerLine("credit", "accounts payable", Decimal("100.00"), "USD"),
    )


def test_a_void_without_a_request_takes_the_day_of_the_last_change():
    """A payment made outside is void at once, and never before it was paid."""
    one = only_item(plan(voided(bill__ap_payment_void=[]), matches=PAID))
    assert one.payload["datereversed"]["day"] == "01"
    early = [{**VOID, "modified_at": datetime(2026, 2, 1, tzinfo=UTC)}]
    one = only_item(plan(voided(bill__ap_payment_void=early), matches=PAID))
    assert one.payload["datereversed"]["day"] == "20"


def test_a_void_waits_while_the_entity_of_the_paid_bill_is_closed():
    """S-CFG-23: the payment stands in the books of the bills that it paid."""
    made = plan(voided(), matches=PAID, closed_later={"100": date(2026, 2, 28)})
    assert [(hold.kind, hold.rule) for hold in made.holds] == [("period_closed", "S-IDM-08")]
    assert plan(voided(), matches=PAID, closed_later={"200": date(2026, 2, 28)}).holds == ()


def test_a_void_in_a_closed_period_waits_or_moves():
    """As the link says (S-IDM-08)."""
    made = plan(voided(), matches=PAID, closed_through=date(2026, 2, 28))
    assert [(hold.kind, hold.rule) for hold in made.holds] == [("period_closed", "S-IDM-08")]
    link = replace(PAYABLES_LINK, closed_period=ClosedPeriod.FIRST_OPEN)
    one = only_item(plan(voided(), matches=PAID, closed_through=date(2026, 2, 28), link=link))
    assert one.payload["datereversed"] == {"year": "2026", "month": "03", "day": "01"}


@pytest.mark.parametrize(
    ("kind", "rule", "changes"),
    [
        ("awaiting_approval", "S-PAY-07", {"state": "Submitted"}),
        ("ownership_level", "S-CFG-11", {"owner_entity_id": None}),
    ],
)
def test_a_payment_that_cannot_be_taken_back_is_held(kind, rule, changes):
    """What is not posted, or belongs to another level, is a person's."""
    made = plan(voided(intacct__ap_payment=[intacct_payment(**changes)]), matches=PAID)
    assert made.items == ()
    assert [(hold.kind, hold.rule) for hold in made.holds] == [(kind, rule)]


def test_a_payment_that_is_void_on_both_sides_needs_nothing():
    """Whoever voided it first."""
    made = plan(voided(intacct__ap_payment=[intacct_payment(state="Voided")]), matches=PAID)
    assert (made.items, made.holds) == ((), ())
