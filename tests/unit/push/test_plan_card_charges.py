"""What is planned for the charges of a card platform: entered, left alone, or held with a rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from card_cases import CARD, CardCase, card_link
from push_cards import books, plan

from intacct_pipelines.domain.link import ClosedPeriod
from intacct_pipelines.domain.push import Operation
from intacct_pipelines.push.card_charges import reference_no


def test_a_charge_becomes_one_record_in_the_order_of_the_function():
    """Card account, day, reference, payee, mark and key, then a line in Intacct's words, and what the ledger gets."""
    case = books(CardCase())
    case.charge("t1", "20.00", coded={"account": "6400 Travel", "department": "ENG R&D", "location": "L2 East"})
    found = plan(case)
    assert found.holds == ()
    (item,) = found.items
    assert (item.operation, item.amount, item.currency) == (Operation.CREATE, Decimal("20.00"), "USD")
    assert item.natural_key == {"FINANCIALENTITY": CARD, "RECORDID": "t1"}
    assert list(item.payload) == ["chargecardid", "paymentdate", "referenceno", "payee", "description", "ccpayitems"]
    assert item.payload["paymentdate"] == {"year": "2026", "month": "02", "day": "10"}
    assert item.payload["description"] == f"SPEND:t1 {item.key} Café Nordlicht"
    assert item.payload["ccpayitems"] == {
        "ccpayitem": [
            {
                "glaccountno": "6400",
                "description": "Café Nordlicht",
                "paymentamount": "20.00",
                "departmentid": "ENG",
                "locationid": "L2",
            }
        ]
    }
    assert [(line.side, line.account, line.amount) for line in item.ledger_effect] == [
        ("debit", "6400", Decimal("20.00")),
        ("credit", f"card account {CARD}", Decimal("20.00")),
    ]
    assert (item.warnings, item.source_revision) == ((), "r1")


def test_a_long_name_of_a_merchant_stands_whole_in_the_description():
    """Intacct takes 80 characters of a payee."""
    case = books(CardCase())
    case.charge("t1", merchant_name="M" * 81)
    (item,) = plan(case).items
    assert item.payload["payee"] == "M" * 80
    assert item.payload["description"].endswith(" " + "M" * 81)


def test_a_refund_gives_back_and_a_split_is_one_record_with_its_parts():
    """A negative amount credits the account; parts are lines of one record (S-CRD-11)."""
    case = books(CardCase())
    case.charge("t1", "-5.00")
    case.charge(
        "t2", "20.00", parts=[("12.00", {"account": "6400"}), ("8.00", {"account": "6500", "department": "ENG"})]
    )
    refund, split = sorted(plan(case).items, key=lambda item: item.source_id)
    assert ("credit", "6400") in {(line.side, line.account) for line in refund.ledger_effect}
    amounts = [line["paymentamount"] for line in split.payload["ccpayitems"]["ccpayitem"]]
    assert (amounts, split.amount) == (["12.00", "8.00"], Decimal("20.00"))


def test_a_line_without_location_takes_the_card_accounts_and_says_so():
    """The default is written out and told, not left to Intacct (S-CRD-03)."""
    case = books(CardCase())
    case.charge("t1")
    (item,) = plan(case).items
    assert item.payload["ccpayitems"]["ccpayitem"][0]["locationid"] == "L1"
    assert item.warnings == ("1 lines take the card account's default location [S-CRD-03]",)


def test_the_day_is_that_of_the_links_zone_and_moves_only_where_the_link_lets_it():
    """Late in the evening it is tomorrow in UTC; a closed day is held, or posted on the first open one."""
    late = {"occurred_at": datetime(2026, 2, 11, 2, tzinfo=UTC)}
    case = books(CardCase(link=card_link({"time_zone": "America/New_York"})))
    case.charge("t1", **late)
    assert plan(case).items[0].payload["paymentdate"]["day"] == "10"
    (hold,) = plan(case, closed_through=date(2026, 2, 10)).holds
    assert (hold.rule, hold.kind) == ("S-IDM-08", "period_closed")
    case.link = replace(case.link, closed_period=ClosedPeriod.FIRST_OPEN)
    (item,) = plan(case, closed_through=date(2026, 2, 28)).items
    assert item.payload["paymentdate"] == {"year": "2026", "month": "03", "day": "01"}
    assert "dated 2026-02-10, in the ledger on 2026-03-01 [S-IDM-08]" in item.warnings


def test_what_moved_no_money_or_is_there_already_is_left_alone():
    """Holds and refusals of the network, what is paired whole, and what is paired in all its parts."""
    case = books(CardCase())
    case.charge("t1", transaction_type="AUTHORIZATION")
    case.charge("t2", transaction_type="DECLINE")
    case.charge("t3")
    case.booked(11, "20.00")
    case.charge("t4", "30.00", parts=[("10.00", None), ("20.00", None)])
    for record_no, (part, amount) in enumerate((("t4-1", "10.00"), ("t4-2", "20.00")), start=21):
        case.booked(record_no, amount, description=f"SPEND:{part}")
    found = plan(case)
    assert (found.items, found.holds) == ((), ())


def charged(**more):
    case = books(CardCase(link=more.pop("link", card_link())))
    case.charge("t1", **more)
    return case


def claimed(status, record_no=99):
    case = charged()
    case.claim("t1", record_no, status)
    return case


def ambiguous():
    """Two charges alike, of which Intacct has one: which one, nobody can say."""
    case = charged()
    case.charge("t2")
    case.booked(11, "20.00")
    return case


def half_entered():
    case = books(CardCase())
    case.charge("t1", "30.00", parts=[("10.00", None), ("20.00", None)])
    case.booked(21, "10.00", description="SPEND:t1-1")
    return case


def with_account(**changes):
    case = charged()
    case.add("intacct.card_account", **{"record_no": 1, "card_id": CARD, "location_id": "L1", **changes})
    return case


@pytest.mark.parametrize(
    ("rule", "kind", "case", "more"),
    [
        ("S-CRD-08", "incomplete", charged(is_complete=False), {}),
        ("S-CRD-10", "claimed", claimed("synced"), {}),
        ("S-CRD-10", "claimed", claimed("manual_synced", None), {}),
        ("S-CRD-10", "claimed", claimed("pending", None), {}),
        ("S-IDM-04", "duplicate", ambiguous(), {}),
        ("S-CRD-11", "split_in_part", half_entered(), {}),
        ("S-CRD-02", "missing_account", charged(link=card_link({"account": ""})), {}),
        ("S-CRD-02", "missing_account", charged(link=card_link({"account_by_card": {"4242": "CARD-9"}})), {}),
        ("S-CRD-02", "inactive", with_account(status="inactive"), {}),
        ("S-CRD-07", "currency", with_account(currency="EUR"), {}),
        ("S-CRD-07", "currency", charged(currency="EUR"), {}),
        ("S-BP-12", "missing_account", charged(coded={}), {}),
        ("S-BP-12", "missing_account", charged(coded={"account": ["6400", "6500"]}), {}),
        ("S-ERR-09", "missing_dimension", charged(coded={"account": "6500"}), {}),
        ("S-LOC-01", "missing_reference", charged(coded={"account": "6400", "location": "L9"}), {}),
        ("S-IDM-06", "deleted_in_intacct", charged(), {"posted": {("card_transaction", "t1")}}),
        ("S-ERR-41", "quarantined", charged(), {"quarantined": {("spend.card_transaction_line", "t1")}}),
    ],
)
def test_a_charge_that_must_not_be_entered_is_held_with_rule_and_remedy(rule, kind, case, more):
    """Each refusal names its rule, its money and what to do; nothing is sent."""
    found = plan(case, **more)
    assert found.items == ()
    hold = next(hold for hold in found.holds if hold.source_id == "t1")
    assert (hold.rule, hold.kind) == (rule, kind)
    assert hold.remedy
    assert abs(hold.amount) > 0


def test_lines_that_do_not_add_up_are_held():
    """A part that was not read would be money that is not entered (S-CRD-11)."""
    case = books(CardCase())
    case.charge("t1", "30.00", parts=[("10.00", None), ("19.00", None)])
    (hold,) = plan(case).holds
    assert (hold.kind, hold.rule) == ("unbalanced", "S-IDM-07")


def test_a_claim_that_failed_does_not_keep_a_charge_back():
    """The vendor's sync says that it could not: this product may (S-CRD-10)."""
    assert [item.source_id for item in plan(claimed("error", None)).items] == ["t1"]


def test_a_reference_number_fits_and_is_always_the_same():
    """Intacct takes twenty characters; longer ids are told by a hash, which no other id has."""
    long = "5f0c6d0e-6a2b-5d0b-9f2f-3a1f6a4f0c11"
    assert reference_no("tx_77120") == "tx_77120"
    assert len(reference_no(long)) == 20
    assert reference_no(long) == reference_no(long) != reference_no(long.replace("5", "6"))
