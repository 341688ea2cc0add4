"""Card transactions: how charges find their records, what differs, and which rule explains it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from card_cases import CARD, CardCase, card_link
from reconcile_cases import JUST_NOW, LATER, NOW, shown

from intacct_pipelines.domain.keys import source_mark
from intacct_pipelines.errors import DataContractError
from intacct_pipelines.reconcile.causes import CAUSES


def told(result):
    """Kind, field, verdict, rule of every difference."""
    return shown(result, "kind", "field", "verdict", "rule")


def reasons(result):
    """The names of the causes of all differences, in order."""
    names = {cause.reason: name for name, cause in CAUSES.items()}
    return [names[reason] for reason in result.differences["reason"]]


def pairs(result):
    return list(result.matches[["platform_id", "intacct_record_no", "method"]].itertuples(index=False, name=None))


# ---- pairing -------------------------------------------------------------------------------------------------------


def test_a_charge_finds_its_record_by_person_mark_claim_and_content():
    """Confirmed pairs stand above marks, marks above claims, claims above account, date, amount and merchant."""
    case = CardCase()
    case.charge("confirmed", "1.00")
    case.claim("confirmed", 12)
    case.booked(11, "9.00")
    case.cross("confirmed", 11, object_="card_transaction")
    case.charge("marked", "2.00")
    case.booked(13, "9.00", description=source_mark("spend", "marked"))
    case.charge("claimed", "3.00")
    case.claim("claimed", 14)
    case.booked(14, "9.00")
    case.charge("plain", "4.00")
    case.booked(15, "4.00", description="CAFÉ  NORDLICHT")
    case.charge("unlike", "5.00", merchant_name="Nordlicht GmbH")
    case.booked(16, "5.00")
    case.charge("later", "6.00")
    case.booked(17, "6.00", transaction_date=date(2026, 2, 12))
    assert pairs(case.cards()) == [
        ("claimed", 14, "claim"),
        ("confirmed", 11, "crosswalk"),
        ("later", 17, "natural_key"),
        ("marked", 13, "mark"),
        ("plain", 15, "natural_key"),
        ("unlike", 16, "natural_key"),
    ]


def test_equal_sides_have_no_difference():
    """A purchase, a refund, a purchase in yen on a leap day and a large one are the same on both sides."""
    case = CardCase()
    case.charge("a", "20.00")
    case.booked(1, "20.00")
    case.charge("b", "-20.00")
    case.booked(2, "-20.00")
    leap = {"occurred_at": datetime(2024, 2, 29, 23, 59, tzinfo=UTC)}
    case.charge("c", "150", currency="JPY", original_currency="USD", original_amount=Decimal(1), **leap)
    case.booked(3, "150.00", currency="JPY", transaction_date=date(2024, 2, 29))
    case.charge("d", "12345678901.23")
    case.booked(4, "12345678901.23")
    case.charge("e", "0.00")
    case.booked(5, "0")
    result = case.cards()
    assert told(result) == []
    assert set(result.totals["difference"]) == {Decimal(0)}
    assert len(result.matches) == 5


def test_the_day_of_a_purchase_is_taken_where_the_connection_says():
    """Late in the evening in New York it is the next day in UTC."""
    late = {"occurred_at": datetime(2026, 2, 11, 3, tzinfo=UTC)}
    for zone, expected in (("America/New_York", []), ("UTC", [("date", "date", "break", "")])):
        case = CardCase(link=card_link({"time_zone": zone}))
        case.charge(**late)
        case.booked()
        assert told(case.cards()) == expected


def test_charges_that_nothing_tells_apart_are_left_to_a_person():
    """Two like charges and one record: which of them it is cannot be known."""
    case = CardCase()
    case.charge("t1")
    case.charge("t2")
    case.booked()
    result = case.cards()
    assert reasons(result) == ["charges_alike"] * 3
    assert shown(result, "platform_id", "intacct_value")[1] == ("t1", "11")


def test_a_record_far_from_the_day_is_no_pair():
    """The same amount and merchant two weeks later is another purchase."""
    case = CardCase()
    case.charge()
    case.booked(transaction_date=date(2026, 2, 18))
    assert reasons(case.cards()) == ["charge_beyond_option", "charge_unknown_to_platform"]


def test_only_the_cards_of_the_platform_are_looked_at():
    """S-CRD-02: records on another card account are out of scope, as are other entities'; a claimed one is not."""
    case = CardCase()
    case.booked(11, card_account_id="AMEX")
    case.booked(12, owner_entity_id="200")
    case.charge()
    case.claim("t1", 13)
    case.booked(13, card_account_id="AMEX")
    case.add("intacct.card_account", record_no=2, card_id="AMEX", location_id="L1")
    case.add("intacct.card_account", record_no=1, card_id=CARD, location_id="L1")
    result = case.cards()
    assert told(result) == [("coding", "card_account", "break", "")]
    outside = result.totals[result.totals["class"] == "out_of_scope"]
    assert list(outside[["rule", "intacct_count"]].itertuples(index=False, name=None)) == [
        ("S-CFG-11", 1),
        ("S-CRD-02", 1),
    ]


def test_without_a_named_card_account_that_of_the_claimed_records_is_taken():
    """S-CRD-02: where the claims lie, there the platform posts."""
    case = CardCase(link=card_link({"account": ""}))
    case.charge("t1")
    case.claim("t1", 11)
    case.booked(11)
    case.charge("t2", "7.00")
    case.booked(12, "7.00")
    case.booked(13, "8.00", card_account_id="AMEX")
    result = case.cards()
    assert pairs(result) == [("t1", 11, "claim"), ("t2", 12, "natural_key")]
    assert told(result) == []


@pytest.mark.parametrize(
    "policy", [{"account_by_card": {"4242": "OWN"}}, {"account_by_holder": {"jo@x.example": "OWN"}}]
)
def test_a_card_or_holder_may_have_a_card_account_of_its_own(policy):
    """S-CRD-02: the charge is looked for on that account, and told when it stands on another."""
    case = CardCase(link=card_link(policy))
    case.add("spend.platform_user", id="u1", email="jo@x.example")
    for number, name in enumerate((CARD, "OWN"), start=1):
        case.add("intacct.card_account", record_no=number, card_id=name, location_id="L1")
    case.charge()
    case.booked(card_account_id="OWN")
    assert told(case.cards()) == []
    case.rows["intacct.card_transaction"][0]["card_account_id"] = CARD
    case.claim()
    assert reasons(case.cards()) == ["other_card_account_charged"]


# ---- only on the platform -----------------------------------------------------------------------------------------


def days_ago(days):
    return {"occurred_at": NOW - timedelta(days=days), "modified_at": NOW - timedelta(days=min(days, 2))}


ALONE = {
    # name: what differs from a plain charge, what the sync says of it, verdict, rule
    "declined_charge": ({"transaction_type": "DECLINE"}, None, "expected", "S-CRD-08"),
    "hold_not_settled": ({"transaction_type": "AUTHORIZATION"}, None, "expected", "S-CRD-08"),
    "incomplete_charge": ({"is_complete": False}, None, "expected", "S-CRD-08"),
    "young": ({"modified_at": JUST_NOW}, None, "in_flight", "S-SCH-04"),
    "charge_never_synced 1": (days_ago(6), None, "break", ""),
    "charge_never_synced 2": ({"is_complete": None, **days_ago(3)}, None, "break", ""),
    "charge_missed_window 1": (days_ago(8), None, "break", ""),
    "charge_missed_window 2": (days_ago(60), None, "break", ""),
    "charge_beyond_option": (days_ago(61), None, "break", ""),
    "charge_refused": ({}, "error", "break", ""),
    "charge_pending": ({}, "pending", "break", ""),
    "claimed_record_missing 1": ({}, "synced", "break", ""),
    "claimed_record_missing 2": ({"transaction_type": "AUTHORIZATION"}, "synced", "break", ""),
    "marked_as_synced": ({}, "MANUAL_SYNCED", "break", ""),
}


def test_a_charge_without_a_record_has_a_reason():
    """S-CRD-08, S-CRD-10, S-SCH-03: what is not expected, what the sync missed, refused, or says falsely."""
    case = CardCase()
    for number, (name, (more, status, *_)) in enumerate(ALONE.items()):
        case.charge(name, f"{number}.00", **more)
        if status:
            case.claim(name, 900 + number, status, "Department is required")
    result = case.cards()
    found = zip(
        *(result.differences[column] for column in ("platform_id", "verdict", "rule")), reasons(result), strict=True
    )
    assert {name: tuple(rest) for name, *rest in found} == {
        name: (verdict, rule, name.split()[0]) for name, (_, _, verdict, rule) in ALONE.items()
    }
    assert set(result.differences["kind"]) == {"missing_in_intacct"}
    words = dict(shown(result, "platform_id", "platform_value"))
    assert words["charge_refused"] == "Café Nordlicht: Department is required"


# ---- the vendor sync's claims [S-CRD-10] --------------------------------------------------------------------------


def test_a_claimed_record_with_another_amount_is_a_break_of_its_own():
    """S-CRD-10: the claim pairs, and the amount is told with the claim."""
    case = CardCase()
    case.charge()
    case.claim()
    case.booked(amount="21.00")
    result = case.cards()
    assert reasons(result) == ["claimed_amount_wrong"]
    assert shown(result, "kind", "verdict", "amount_difference", "money_at_stake") == [
        ("amount", "break", Decimal("-1.00"), Decimal("1.00"))
    ]


def test_a_claimed_record_that_was_deleted_is_told_until_it_is_made_anew():
    """S-CRD-10: then the new record is linked to its predecessor, and the claim is still wrong."""
    case = CardCase()
    case.charge()
    case.claim()
    case.booked(_deleted=True)
    assert reasons(case.cards()) == ["claimed_record_deleted"]
    case.booked(19)
    result = case.cards()
    assert reasons(result) == ["claimed_record_made_anew"]
    assert shown(result, "kind", "field", "platform_value", "intacct_value") == [("state", "claim", "11", "19")]
    assert list(result.matches[["predecessor_record_no", "rule"]].itertuples(index=False, name=None)) == [
        (11, "S-CRD-10")
    ]


def test_a_record_that_two_charges_claim_belongs_to_the_one_that_it_is_like():
    """S-CRD-10: the other one has no record, whatever is said; if it is like none, a person decides."""
    case = CardCase()
    case.charge("t1", "20.00")
    case.charge("t2", "30.00")
    case.claim("t1", 11)
    case.claim("t2", 11)
    case.booked(11, "20.00")
    result = case.cards()
    assert pairs(result) == [("t1", 11, "natural_key")]
    assert reasons(result) == ["claimed_by_another"]
    case.rows["intacct.card_transaction"][0]["trx_total_entered"] = Decimal("99.00")
    assert reasons(case.cards()) == ["claimed_twice"] * 3


def test_a_second_record_of_a_charge_is_told_as_such():
    """S-CRD-10: whether others posted it once more or the sync itself did."""
    case = CardCase()
    case.charge()
    case.claim()
    case.booked(11)
    case.booked(12)
    assert (pairs(case.cards()), reasons(case.cards())) == ([("t1", 11, "claim")], ["posted_twice"])
    case.rows["intacct.card_transaction"][1].update(trx_total_entered=Decimal("3.00"))
    case.claim(record_no=12)
    assert (pairs(case.cards()), reasons(case.cards())) == ([("t1", 11, "claim")], ["posted_twice"])


def test_a_claim_of_another_record_than_the_charge_has_is_told():
    """S-CRD-10: the claim names nothing, while the charge is there under another record."""
    case = CardCase()
    case.charge()
    case.claim(record_no=999)
    case.booked(11)
    assert reasons(case.cards()) == ["other_record_claimed"]


def test_a_claim_may_name_the_document_number():
    """Which of the two a claim names is for the connection to say."""
    case = CardCase(link=card_link({"claims_document_no": True}))
    case.charge()
    case.claim(record_no="D-11")
    case.booked(11, "21.00")
    assert pairs(case.cards()) == [("t1", 11, "claim")]


def test_a_claim_that_is_no_record_number_claims_nothing_that_is_there():
    """What cannot be a number is told as a record that does not exist."""
    case = CardCase()
    for number, claimed in enumerate(("abc", "٣", "99999999999999999999", "1.5")):
        case.charge(f"t{number}", f"{number}.00")
        case.claim(f"t{number}", claimed)
    assert reasons(case.cards()) == ["claimed_record_missing"] * 4


# ---- splits [S-CRD-11] --------------------------------------------------------------------------------------------

SPLIT = [("12.00", {"account": "6400 Travel"}), ("8.00", {"account": "6100 Office"})]
BOTH_LINES = [
    {"trx_amount": Decimal("12.00")},
    {"trx_amount": Decimal("8.00"), "account_no": "6100"},
]


def test_a_split_is_one_record_with_several_lines():
    """S-CRD-11: the children's coding is compared with the lines."""
    case = CardCase()
    case.charge(parts=SPLIT)
    case.booked(lines=BOTH_LINES)
    assert told(case.cards()) == []
    case.rows["intacct.card_transaction_line"][1]["account_no"] = "6400"
    result = case.cards()
    assert shown(result, "field", "platform_value", "intacct_value", "money_at_stake") == [
        ("lines", "6100//: 8.00; 6400//: 12.00", "6400//: 20.00", Decimal("8.00"))
    ]


@pytest.mark.parametrize("how", ["by content", "claimed at the parts", "claimed at the whole", "marked"])
def test_a_split_may_be_several_records(how):
    """S-CRD-11: each part is a row with a record of its own, and both sides add up."""
    case = CardCase()
    case.charge(parts=SPLIT)
    marks = [source_mark("spend", f"t1-{n}") if how == "marked" else "Café Nordlicht" for n in (1, 2)]
    case.booked(11, "12.00", description=marks[0])
    case.booked(12, "8.00", lines=[{"account_no": "6100"}], description=marks[1])
    for number, record_no in enumerate((11, 12), start=1):
        if how.startswith("claimed"):
            case.claim("t1", record_no, line=f"t1-{number}" if how == "claimed at the parts" else None)
    result = case.cards()
    assert [pair[:2] for pair in pairs(result)] == [("t1-1", 11), ("t1-2", 12)]
    assert told(result) == []
    assert sum(result.totals["platform_total"]) == Decimal("20.00")


def test_a_split_is_found_in_parts_where_no_card_account_is_named():
    """S-CRD-11, S-CRD-02: the parts are looked for on all accounts then."""
    case = CardCase(link=card_link({"account": ""}))
    case.charge("t0", "7.00")
    case.claim("t0", 10)
    case.booked(10, "7.00")
    case.charge(parts=SPLIT)
    case.booked(11, "12.00")
    case.booked(12, "8.00", lines=[{"account_no": "6100"}])
    assert [pair[:2] for pair in pairs(case.cards())] == [("t0", 10), ("t1-1", 11), ("t1-2", 12)]


def test_a_split_whose_parts_do_not_add_up_is_a_break():
    """S-CRD-11: the parts are short of the whole, and the books have the whole."""
    case = CardCase()
    case.charge(parts=[("12.00", None), ("7.50", None)])
    case.booked(lines=[{"trx_amount": Decimal("19.50")}])
    assert shown(case.cards(), "kind", "field", "verdict", "money_at_stake") == [
        ("amount", "parts", "break", Decimal("0.50"))
    ]


# ---- only in Intacct, and on both sides ----------------------------------------------------------------------------


def test_records_that_the_platform_does_not_have():
    """S-CRD-01: what is undone does not travel; what was typed in, or lost its charge, is a break."""
    case = CardCase()
    case.booked(11, "1.00")
    case.booked(12, "2.00", state="Reversed")
    case.booked(13, "-2.00", state="Reversal")
    case.charge("t9", "3.00", _deleted=True)
    case.rows["spend.card_transaction_line"].clear()
    case.booked(14, "3.00", description=source_mark("spend", "t9"))
    assert reasons(case.cards()) == ["charge_unknown_to_platform", *["charge_undone"] * 2, "charge_gone"]


def test_money_that_moved_on_one_side_only():
    """A reversed record of a live charge, and a booked authorisation."""
    case = CardCase()
    case.charge("t1", "1.00")
    case.claim("t1", 11)
    case.booked(11, "1.00", state="Reversed")
    case.charge("t2", "2.00", transaction_type="AUTHORIZATION")
    case.claim("t2", 12)
    case.booked(12, "2.00")
    assert reasons(case.cards()) == ["charge_reversed_in_intacct", "hold_is_posted"]


def test_the_purchase_currency_is_not_the_accounts():
    """S-CUR-01: amounts of two currencies are never subtracted; the merchant's own amount is recognised."""
    case = CardCase()
    case.charge(original_currency="EUR", original_amount=Decimal("18.00"))
    case.claim()
    case.booked(amount="18.00", currency="EUR")
    result = case.cards()
    assert reasons(result) == ["posted_in_original_currency"]
    assert list(result.differences["amount_difference"]) == [Decimal(0)]


def test_a_tolerated_difference_is_none():
    """A cent is ignored where the connection says so, two are not."""
    for amount, expected in (("20.01", []), ("20.02", [("amount", "amount", "break", "")])):
        case = CardCase(link=card_link(tolerance={"USD": Decimal("0.01")}))
        case.charge()
        case.claim()
        case.booked(amount=amount, lines=[{"trx_amount": Decimal("20.00")}])
        assert told(case.cards()) == expected


def test_a_receipt_on_one_side_only_is_expected():
    """S-ATT-01: attachments do not travel; with both, or unless asked for, there is nothing to tell."""
    case = CardCase(link=card_link({"compares_receipts": True}))
    case.charge()
    case.booked()
    assert told(case.cards()) == [("state", "receipt", "expected", "S-ATT-01")]
    case.rows["intacct.card_transaction"][0]["attachment_id"] = "A1"
    assert told(case.cards()) == []


def test_a_receipt_that_came_late_is_in_flight_and_one_that_is_gone_a_break():
    """S-ATT-01, S-SCH-04: receipts may come after the sync; an attachment that Intacct lacks is none."""
    case = CardCase(link=card_link({"compares_receipts": True}))
    case.charge(modified_at=JUST_NOW)
    case.booked()
    assert told(case.cards()) == [("state", "receipt", "in_flight", "S-SCH-04")]
    case = CardCase(link=card_link({"compares_receipts": True}))
    case.charge()
    case.booked(attachment_id="A1")
    assert told(case.cards()) == []
    case.add("intacct.attachment", record_no=1, attachment_id="A2")
    assert told(case.cards()) == [("state", "attachment", "break", "")]


# ---- coding --------------------------------------------------------------------------------------------------------


def test_the_default_location_of_the_card_account_is_expected():
    """S-CRD-03: the sync puts it on every charge; a third location is a break, and none means the default."""
    for said, booked, expected in (
        ("L2 Berlin", "L1", [("coding", "location", "expected", "S-CRD-03")]),
        ("L2 Berlin", "L3", [("coding", "location", "break", "")]),
        (None, "L1", []),
    ):
        case = CardCase()
        case.charge(coded={"account": "6400 Travel", **({"location": said} if said else {})})
        case.booked(lines=[{"location_id": booked}])
        assert told(case.cards()) == expected


def test_what_was_coded_anew_in_intacct_does_not_travel():
    """S-CRD-01: with evidence of an edit it is expected; else nobody knows who is right."""
    for times, expected in (({"modified_at": LATER}, ("expected", "S-CRD-01")), ({}, ("break", ""))):
        case = CardCase()
        case.charge()
        case.booked(lines=[{"account_no": "6500"}], **times)
        assert told(case.cards()) == [("coding", "lines", *expected)]


def test_a_value_is_mapped_by_id_or_text_before_its_first_word_counts():
    """Values without a code of Intacct need a map; without one, or with several answers, the coding is unknown."""
    for said, chart, expected in (
        ("Travel", {"Travel": "6400"}, []),
        ("Travel", {"v-Travel": "6400"}, []),
        ("-", {}, ["unknown_answer"]),
        (["6400 Travel", "6500 Ads"], {}, ["unknown_answer"]),
    ):
        case = CardCase(link=card_link({"code_pattern": r"(\d{4}|Travel)"}, account_map=chart))
        case.charge(coded={"account": said})
        case.booked()
        assert reasons(case.cards()) == expected


def test_a_dimension_without_a_custom_field_is_not_compared():
    """What the platform does not carry cannot differ; a field that is named and not there is an error."""
    case = CardCase(link=card_link({"fields": {"account": "Kostenart"}}))
    case.add("spend.custom_field", id="f-GL Account", name="kostenart")
    case.charge()
    case.booked(lines=[{"department_id": "D9", "location_id": "L9"}])
    assert told(case.cards()) == []
    case.link = card_link({"fields": {"class": "Project"}})
    with pytest.raises(DataContractError, match="'Project'"):
        case.cards()
