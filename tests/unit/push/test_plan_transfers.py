"""Which lump sums between the bank and clearing become journal entries, between which accounts, and which wait."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from push_cases import NOW, item
from transfer_cases import (
    BANK,
    DAY,
    IN,
    OUT,
    PAIRED,
    TRANSFER_LINK,
    money_in,
    movement,
    payment,
    plan_transfers,
    posted,
    transfer_rows,
)

from intacct_pipelines.domain.closed_books import ClosedBooks
from intacct_pipelines.domain.link import Clearing, ClosedPeriod
from intacct_pipelines.domain.push import Hold, Item, Operation
from intacct_pipelines.push.plan import PLANNERS
from intacct_pipelines.push.planner import Context
from intacct_pipelines.push.sources import Sources

AP, AR = "ap_transfer_entry", "ar_transfer_entry"
BACK = movement(amount=Decimal("300.00"))
THEIR_TRANSFER = {
    "record_no": 700,
    "document_no": "FT-1",
    "transfer_date": DAY,
    "state": "Posted",
    "total_entered": Decimal("300.00"),
}
MARKED = posted(batch_title="BILL:m1 0b7")


def alone(**changes):
    """Rows with one movement of payables."""
    return transfer_rows(**{"bill__money_movement": [movement()], **changes})


def linked(**changes):
    """The link with other settings of its entries."""
    return replace(TRANSFER_LINK, entries=replace(TRANSFER_LINK.entries, **changes))


def effect(one):
    return [(line.side, line.account, line.amount, line.currency) for line in one.ledger_effect]


def test_lump_sums_move_money_between_the_bank_and_clearing():
    """S-AFT-01: what left the bank empties clearing of payments; S-RFT-01: what reached it, that of receipts."""
    plan = plan_transfers()
    out, came_in = plan.items
    assert plan.holds == ()
    assert [(one.object_name, one.operation) for one in plan.items] == [(AP, Operation.CREATE), (AR, Operation.CREATE)]
    assert effect(out) == [("debit", OUT, Decimal(300), "USD"), ("credit", BANK, Decimal(300), "USD")]
    assert effect(came_in) == [("debit", BANK, Decimal(250), "USD"), ("credit", IN, Decimal(250), "USD")]
    sent = [(one["ACCOUNTNO"], one["TR_TYPE"], one["TRX_AMOUNT"]) for one in out.payload["ENTRIES"]["GLENTRY"]]
    assert sent == [(OUT, "1", "300.00"), (BANK, "-1", "300.00")]
    assert out.natural_key == {"JOURNAL": "GJ", "REFERENCENO": "0903-m1", "BATCH_DATE": "02/20/2026"}
    assert out.payload["BATCH_TITLE"] == f"BILL:m1 {out.key} funds transfer"


@pytest.mark.parametrize("planner", [PLANNERS[AP], PLANNERS[AR]])
def test_a_planner_names_what_it_reads(planner):
    """What is not read whole is no ground for a decision."""
    assert {"intacct.gl_detail", "intacct.funds_transfer", "bill.money_movement"} <= set(planner.reads)


@pytest.mark.parametrize(
    "changes",
    [
        {"bill__money_movement": [movement(status="0")]},
        {"bill__money_movement": [movement(status="2")]},
        {"intacct__gl_detail": [MARKED]},
        {"intacct__gl_detail": [posted(batch_title="BILL:m1 0b7", entry_state="S")]},
        {"intacct__gl_detail": [posted(batch_reference_no="0903-M1")]},
        {
            "bill__money_movement": [movement(status="2")],
            "intacct__gl_detail": [MARKED, posted(901, "-300", batch_title="Reversed: BILL:m1 0b7")],
        },
    ],
)
def test_what_is_not_confirmed_or_in_the_ledger_already_needs_nothing(changes):
    """Only confirmed movements travel [S-AFT-01]; an entry is known by its mark, else by BILL's number (S-IDM-04)."""
    plan = plan_transfers(alone(**changes))
    assert (plan.items, plan.holds) == ((), ())


def test_a_movement_that_is_a_funds_transfer_or_deposit_of_intacct_needs_nothing():
    """The record numbers of these are no numbers of journal entries: the pair alone counts."""
    pairs = [
        {"object": "ap_funds_transfer", "platform_id": "m1", "intacct_record_no": 700},
        {"object": "ar_funds_transfer", "platform_id": "m2", "intacct_record_no": 701},
    ]
    plan = plan_transfers(matches=(*PAIRED, *pairs))
    assert (plan.items, plan.holds) == ((), ())


HELD = {
    "void_in_bill": (
        "S-AFT-01",
        {"bill__money_movement": [movement(status="2")], "intacct__gl_detail": [MARKED]},
    ),
    "voided_in_intacct": (
        "S-AFT-01",
        {"intacct__gl_detail": [MARKED, posted(901, "-300", batch_title="Reversed: BILL:m1 0b7")]},
    ),
    "unknown_state": ("S-AFT-01", {"bill__money_movement": [movement(status="7")]}),
    "came_back": ("S-AFT-01", {"bill__money_movement": [BACK]}),
    "not_positive": ("S-AFT-01", {"bill__money_movement": [movement(amount=Decimal(0))]}),
    "missing_reference": ("S-AFT-01", {"bill__ap_payment": [payment("p2")]}),
    "amount": ("S-IDM-07", {"bill__money_movement": [movement(amount=Decimal("-300.001"))]}),
    "field_length": ("S-IDM-03", {"bill__money_movement": [movement("m" * 21)]}),
    "wrong_account_type": ("S-CFG-04", {"intacct__checking_account": []}),
    "currency": (
        "S-CUR-01",
        {
            "intacct__checking_account": [
                {"record_no": 1, "bank_account_id": "B", "account_no": BANK, "location_id": "100", "currency": "EUR"}
            ]
        },
    ),
}


@pytest.mark.parametrize("kind", HELD)
def test_a_movement_is_held_with_rule_and_remedy(kind):
    """In doubt nothing is entered: what went another way, stands otherwise, or has nothing behind it."""
    rule, changes = HELD[kind]
    plan = plan_transfers(alone(**changes))
    assert plan.items == ()
    (hold,) = plan.holds
    assert (hold.kind, hold.rule) == (kind, rule)
    assert hold.remedy.endswith(".")
    assert hold.currency == "USD"


@pytest.mark.parametrize(
    "stranger",
    [
        {"intacct__gl_detail": [posted()]},
        {"intacct__gl_detail": [posted(entry_date=DAY - timedelta(days=10))]},
        {"intacct__gl_detail": [posted()], "bill__money_movement": [movement(), movement("m9", name="", status="0")]},
        {"intacct__funds_transfer": [THEIR_TRANSFER]},
        {"intacct__funds_transfer": [THEIR_TRANSFER | {"transfer_date": DAY + timedelta(days=10)}]},
    ],
)
def test_what_somebody_else_may_have_entered_is_held(stranger):
    """The same amount about the same day that is nobody's pair: a second one would take the money twice (S-IDM-04)."""
    (hold,) = plan_transfers(alone(**stranger)).holds
    assert (hold.kind, hold.rule) == ("duplicate", "S-IDM-04")


@pytest.mark.parametrize(
    "other",
    [
        {"intacct__gl_detail": [posted(amount="-300.00")]},
        {"intacct__gl_detail": [posted(amount="299.00")]},
        {"intacct__gl_detail": [posted(account_no=BANK)]},
        {"intacct__gl_detail": [posted(module_key="11.CM")]},
        {"intacct__gl_detail": [posted(batch_title="BILL:m9 0b7")]},
        {"intacct__gl_detail": [posted(entry_date=DAY - timedelta(days=11))]},
        {"intacct__funds_transfer": [THEIR_TRANSFER | {"state": "Reversed"}]},
        {"intacct__funds_transfer": [THEIR_TRANSFER | {"total_entered": Decimal("300.01")}]},
    ],
)
def test_what_is_another_matter_holds_nothing(other):
    """Another direction, amount, account, source or time is no copy."""
    assert len(plan_transfers(alone(**other)).items) == 1


def test_a_transfer_of_another_movement_is_no_stranger():
    """Its pair tells whose it is, or its number [S-AFT-01]: a sum that comes back each week is entered each week."""
    others = {"bill__money_movement": [movement(), movement("m9", process_date=DAY - timedelta(days=7), status="0")]}
    pair = {"object": "ap_funds_transfer", "platform_id": "m9", "intacct_record_no": 700}
    rows = alone(**others, intacct__funds_transfer=[THEIR_TRANSFER])
    assert [one.source_id for one in plan_transfers(rows, matches=(*PAIRED, pair)).items] == ["m1"]
    rows = alone(**others, intacct__funds_transfer=[THEIR_TRANSFER | {"document_no": "0903-M9"}])
    assert [one.source_id for one in plan_transfers(rows).items] == ["m1"]


@pytest.mark.parametrize(
    "changes",
    [
        {"bill__ap_payment": [payment(single_status="SCHEDULED")]},
        {"bill__ap_payment": [payment(is_online=False)]},
        {"bill__ap_payment": [payment(funding_account_type="CARD_ACCOUNT")]},
        {"bill__ap_payment": [payment(process_date=DAY - timedelta(days=1))]},
    ],
)
def test_what_did_not_leave_the_bank_that_day_is_not_behind_a_movement(changes):
    """Without a payment in Intacct nothing stands on clearing that the transfer could take away [S-AFT-01]."""
    (hold,) = plan_transfers(alone(**changes)).holds
    assert (hold.kind, hold.rule) == ("missing_reference", "S-AFT-01")


@pytest.mark.parametrize(
    "changes",
    [{"payment_date": DAY - timedelta(days=11)}, {"payment_date": DAY + timedelta(days=1)}, {"status": "VOID"}],
)
def test_what_was_received_long_before_is_not_behind_a_movement(changes):
    """Receipts gather for some days and no longer [S-RFT-01]."""
    received = {"id": "r1", "payment_date": DAY, "status": "PAID", "is_online": True, **changes}
    rows = transfer_rows(bill__money_movement=[money_in()], bill__ar_payment=[received])
    (hold,) = plan_transfers(rows).holds
    assert (hold.kind, hold.rule) == ("missing_reference", "S-RFT-01")


def test_money_that_came_back_is_entered_the_other_way_where_the_link_says_so():
    """How BILL tells of it is not documented, so it is a setting."""
    (one,) = plan_transfers(alone(bill__money_movement=[BACK]), link=linked(returns=True)).items
    assert effect(one) == [("debit", BANK, Decimal(300), "USD"), ("credit", OUT, Decimal(300), "USD")]
    away = [money_in(amount=Decimal("-250.00"))]
    (one,) = plan_transfers(transfer_rows(bill__money_movement=away), link=linked(returns=True)).items
    assert effect(one) == [("debit", IN, Decimal(250), "USD"), ("credit", BANK, Decimal(250), "USD")]


TWO_BANKS = [
    {"id": "bac1", "gl_account_id": "a1000", "is_archived": False},
    {"id": "bac2", "gl_account_id": "a1010", "is_archived": False},
]


@pytest.mark.parametrize("behind", [[payment()], [payment(), payment("p2", funding_account_id="bac1")]])
def test_payments_tell_the_bank_of_their_day(behind):
    """BILL does not say of which bank a movement is; the payments of its day may [S-CFG-04]."""
    rows = alone(bill__bank_account=TWO_BANKS, bill__ap_payment=behind)
    (one,) = plan_transfers(rows, link=linked(bank="1010")).items
    assert effect(one)[1][1] == BANK


def test_payments_from_two_banks_are_held():
    """Which of two movements is of which bank nobody can know [S-CFG-04]."""
    rows = alone(bill__bank_account=TWO_BANKS, bill__ap_payment=[payment(), payment("p2", funding_account_id="bac2")])
    (hold,) = plan_transfers(rows).holds
    assert (hold.kind, hold.rule) == ("ambiguous", "S-CFG-04")


def test_of_several_banks_the_setting_says_which_receipts_go_to():
    """Receipts do not tell the bank; without a setting and with several banks the movement is held [S-CFG-04]."""
    rows = transfer_rows(bill__money_movement=[money_in()], bill__bank_account=TWO_BANKS)
    (hold,) = plan_transfers(rows).holds
    assert (hold.kind, hold.rule) == ("ambiguous", "S-CFG-04")
    (one,) = plan_transfers(rows, link=linked(bank="1010")).items
    assert effect(one)[0][1] == "1010"


def test_a_bank_of_another_entity_is_not_used():
    """S-CFG-04: the bank account is owned at the level of the link."""
    (hold,) = plan_transfers(alone(bill__ap_payment=[payment(funding_account_id=None)]), link=linked(bank="1020")).holds
    assert (hold.kind, hold.rule) == ("wrong_account_type", "S-CFG-04")


@pytest.mark.parametrize(
    ("link", "kind", "rule"),
    [
        (linked(journal=""), "missing_setting", "S-AFT-01"),
        (linked(location=""), "missing_dimension", "S-AFT-02"),
        (linked(location="200-A"), "other_entity", "S-CFG-19"),
        (linked(department="OLD"), "inactive", "S-DEP-01"),
        (replace(TRANSFER_LINK, clearing=Clearing("", "")), "missing_account", "S-CFG-03"),
        (replace(TRANSFER_LINK, clearing=Clearing("9999", IN)), "missing_account", "S-BP-12"),
    ],
)
def test_a_link_that_does_not_say_how_holds_its_transfers(link, kind, rule):
    """One location for all of a link's transfers [S-AFT-02]; nothing is guessed."""
    (hold,) = plan_transfers(alone(), link=link).holds
    assert (hold.kind, hold.rule) == (kind, rule)


def test_a_closed_day_moves_only_where_the_link_says_so():
    """S-IDM-08: both days are told."""
    closed = {"closed_through": date(2026, 2, 28)}
    (hold,) = plan_transfers(alone(), **closed).holds
    assert (hold.kind, hold.rule) == ("period_closed", "S-IDM-08")
    link = replace(TRANSFER_LINK, closed_period=ClosedPeriod.FIRST_OPEN)
    (one,) = plan_transfers(alone(), link=link, **closed).items
    assert one.payload["BATCH_DATE"] == "03/01/2026"
    assert one.warnings == ("of 2026-02-20, in the ledger on 2026-03-01 [S-IDM-08]",)


def test_a_foreign_bank_is_entered_in_its_currency():
    """The amount is the bank's; Intacct takes its own rate of the day."""
    link = replace(TRANSFER_LINK, clearing=Clearing(OUT, IN, currency="EUR"))
    (one,) = plan_transfers(alone(), link=link, currencies={"USD", "EUR"}).items
    (first, _) = one.payload["ENTRIES"]["GLENTRY"]
    assert (first["CURRENCY"], first["EXCH_RATE_DATE"], first["EXCH_RATE_TYPE_ID"]) == ("EUR", "02/20/2026", "")
    (hold,) = plan_transfers(alone(), link=link).holds
    assert (hold.kind, hold.rule) == ("currency", "S-CUR-04")


@pytest.mark.parametrize("name", ["", "x" * 21, "0903-m2"])
def test_without_a_number_of_its_own_the_reference_is_the_id(name):
    """An empty, long or repeated number finds nothing; BILL's id does (S-IDM-03)."""
    rows = transfer_rows(bill__money_movement=[movement(name=name), money_in()])
    assert plan_transfers(rows).items[0].payload["REFERENCENO"] == "m1"


@pytest.mark.parametrize("place", ["in_hand", "decisions"])
def test_a_sum_goes_with_the_plan_that_enters_its_payments(place):
    """What is behind it may be on its way, in this plan or an earlier one; a held payment is not."""
    rows, own = alone(), ("ap_payment", "p1")
    on_the_way = {own: item("p1", object_name="ap_payment")}
    held = Hold(*own, "payment", "period_closed", "S-IDM-08", "It is closed", "Open it.")
    for found, result in ((on_the_way, Item), ({own: held} if place == "decisions" else {}, Hold)):
        empty = {"in_hand": {}, "decisions": {}}
        sources = Sources(TRANSFER_LINK, rows, ())
        context = Context(sources, {}, frozenset({"USD"}), ClosedBooks(), (), (), NOW, **{**empty, place: found})
        planner = PLANNERS[AP](context)
        assert isinstance(planner.decide(planner.rows()[0]), result)


def test_what_was_entered_and_is_gone_is_not_entered_again():
    """S-IDM-06: somebody deleted the entry."""
    (hold,) = plan_transfers(alone(), posted=[(AP, "m1")]).holds
    assert (hold.kind, hold.rule) == ("deleted_in_intacct", "S-IDM-06")
    (hold,) = plan_transfers(alone(), quarantined=[("bill.money_movement", "m1")]).holds
    assert (hold.kind, hold.rule) == ("quarantined", "S-ERR-41")
