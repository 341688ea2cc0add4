"""Reconciling vendors: pairs by id and by name, proposals by likeness, and one test for each reason of a difference."""

from __future__ import annotations

from decimal import Decimal

import pytest
from reconcile_cases import JUST_NOW, Case, make_link, shown, verdicts

from intacct_pipelines.domain.keys import EntityKey, source_mark
from intacct_pipelines.domain.link import Link

MISSING_IN_INTACCT = "missing_in_intacct"
MISSING_IN_PLATFORM = "missing_in_platform"


def rule(number):
    """One case whose id ends with the rule that it is about."""
    return pytest.mark.parametrize("number", [pytest.param(number, id=f"[{number}]")])


def pair_of(bill=None, intacct=None, **policy):
    case = Case(link=make_link(**policy))
    case.bill_vendor(**(bill or {}))
    case.intacct_vendor(**(intacct or {}))
    return case


def methods(result):
    return list(result.matches[["platform_id", "intacct_record_no", "method"]].itertuples(index=False, name=None))


# Pairs and proposals


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("Cedar Paper Co", "Cedar Paper Co"),
        ("cedar  PAPER co ", "Cedar Paper Co"),
        ("Straße Ltd", "STRASSE LTD"),
        ("Café Zoë", "Cafe\u0301 Zoe\u0308"),
        ("ＡＢＣ商事", "ABC商事"),
    ],
)
def test_names_pair_without_regard_to_what_people_cannot_see(ours, theirs):
    """Case, spaces, width and the way an accent is written make no other vendor, and no difference."""
    result = pair_of({"name": ours}, {"name": theirs}).vendor_result()
    assert methods(result) == [("v1", 1, "natural_key")]
    assert verdicts(result) == []


def test_the_source_named_in_the_comments_goes_before_the_name():
    """A vendor that we made is known by its mark [S-IDM-04]."""
    case = Case()
    case.bill_vendor("v1", "Old Name")
    case.intacct_vendor(1, "New Name", comments=f"made by a push, {source_mark('bill', 'v1')}")
    assert methods(case.vendor_result()) == [("v1", 1, "mark")]


def test_a_confirmed_pair_needs_no_name():
    """Names only propose; ids decide [S-VEN-04]."""
    case = Case().cross("v1", 2, "vendor")
    case.bill_vendor()
    case.intacct_vendor(1)
    case.intacct_vendor(2, "Another Name")
    assert methods(case.vendor_result()) == [("v1", 2, "crosswalk")]


@rule("S-VEN-04")
def test_likeness_proposes_and_never_pairs(number):
    """A likely pair is shown to a person and changes nothing."""
    case = pair_of({"name": "Northwind Paper Services"}, {"name": "Northwind Papers Service"})
    result = case.vendor_result()
    assert methods(result) == [], number
    assert len(result.differences) == 2
    (proposal,) = result.proposals[["platform_id", "intacct_record_no"]].itertuples(index=False, name=None)
    assert proposal == ("v1", 1)
    assert Decimal("0.8") <= result.proposals["likeness"].iloc[0] < 1


@pytest.mark.parametrize("fact", ["tax_id", "email", "phone"])
def test_a_fact_that_only_two_share_proposes_them(fact):
    """Whatever their names, two vendors with the same tax id may be one; a fact that several share says nothing."""
    case = pair_of({"name": "Northwind", fact: "12-345"}, {"name": "Cedar Paper Co", fact: "12-345"})
    (evidence,) = case.vendor_result().proposals["evidence"]
    assert evidence == f"the same {fact.replace('_', ' ')} stands on both sides only once"
    case.intacct_vendor(2, "Alder Tools", **{fact: "12-345"})
    assert len(case.vendor_result().proposals) == 0


def test_words_in_another_order_are_alike():
    """People write names as they like."""
    case = pair_of({"name": "Cedar Paper Company"}, {"name": "Company Paper Cedar"})
    assert case.vendor_result().proposals["likeness"].tolist() == [Decimal(1)]


def test_unlike_and_refused_vendors_are_not_proposed():
    """A shared word is not enough, and what was refused is not proposed again."""
    unlike = pair_of({"name": "Northwind Paper Services"}, {"name": "Northwind Airport Shuttle Company"})
    refused = pair_of({"name": "Northwind Paper Services"}, {"name": "Northwind Papers Service"})
    refused.cross("v1", 1, "vendor", status="refused")
    assert len(unlike.vendor_result().proposals) == len(refused.vendor_result().proposals) == 0


# Reasons


@rule("S-VEN-03")
def test_two_intacct_vendors_of_one_name_are_a_group_with_all_ids(number):
    """Nobody knows which of the two is BILL's, so each row of the group is shown with its companions."""
    case = pair_of()
    case.intacct_vendor(2)
    result = case.vendor_result()
    assert verdicts(result) == [("duplicate", "", "expected", number)] * 3
    assert shown(result, "platform_id", "intacct_record_no", "platform_value", "intacct_value") == [
        (None, 1, "v1", "Cedar Paper Co"),
        (None, 2, "v1", "Cedar Paper Co"),
        ("v1", None, "Cedar Paper Co", "1, 2"),
    ]


@rule("S-VEN-03")
def test_the_second_vendor_of_a_name_is_not_expected_in_bill(number):
    """Once one of the two is confirmed, the other is the vendor sync's error."""
    case = pair_of().cross("v1", 1, "vendor")
    case.intacct_vendor(2)
    assert verdicts(case.vendor_result()) == [(MISSING_IN_PLATFORM, "", "expected", number)]


@rule("S-VEN-05")
def test_inactive_on_one_side_beyond_the_lag_is_a_break(number):
    """Inactivating in Intacct inactivates in BILL; within the grace it is in flight."""
    result = pair_of(None, {"status": "inactive"}).vendor_result()
    ((kind, field, verdict, reason),) = shown(result, "kind", "field", "verdict", "reason")
    assert (kind, field, verdict) == ("state", "status", "break")
    assert number in reason
    young = pair_of(None, {"status": "inactive", "modified_at": JUST_NOW}).vendor_result()
    assert verdicts(young) == [("state", "status", "in_flight", "S-SCH-04")]


@rule("S-VEN-05")
def test_an_inactive_vendor_is_not_expected_on_the_other_side(number):
    """Only vendors in use travel."""
    case = Case()
    case.bill_vendor("v1", "One", is_archived=True)
    case.intacct_vendor(2, "Two", status="inactive")
    assert verdicts(case.vendor_result()) == [
        (MISSING_IN_INTACCT, "", "expected", number),
        (MISSING_IN_PLATFORM, "", "expected", number),
    ]


@rule("S-VEN-06")
@pytest.mark.parametrize("confirmed", [True, False], ids=["by id", "by name"])
def test_a_vendor_deleted_in_intacct_is_an_orphan_in_bill(confirmed, number):
    """The deletion does not travel."""
    case = pair_of(None, {"_deleted": True, "name": "Renamed" if confirmed else "Cedar Paper Co"})
    if confirmed:
        case.cross("v1", 1, "vendor")
    assert verdicts(case.vendor_result()) == [(MISSING_IN_INTACCT, "", "expected", number)]


@rule("S-CFG-11")
def test_a_top_level_vendor_need_not_be_in_an_entity_s_bill_account(number):
    """It is managed at the top level; the same vendor at the entity would be a break."""
    case = Case()
    case.intacct_vendor(owner_entity_id=None)
    assert verdicts(case.vendor_result()) == [(MISSING_IN_PLATFORM, "", "expected", number)]
    case = Case()
    case.intacct_vendor()
    assert verdicts(case.vendor_result()) == [(MISSING_IN_PLATFORM, "", "break", "")]


@rule("S-CFG-11")
def test_an_edit_of_a_top_level_vendor_does_not_travel(number):
    """A top-level record cannot be edited through an entity's connection."""
    case = pair_of({"name": "New Name"}, {"name": "Old Name", "owner_entity_id": None}).cross("v1", 1, "vendor")
    assert verdicts(case.vendor_result()) == [("coding", "name", "expected", number)]


@rule("S-CFG-11")
def test_a_vendor_of_another_entity_is_out_of_scope(number):
    """It is counted, and no difference of this link."""
    case = Case()
    case.intacct_vendor(owner_entity_id="200")
    result = case.vendor_result()
    assert verdicts(result) == []
    assert list(result.totals[["class", "rule", "intacct_count"]].iloc[0]) == ["out_of_scope", number, 1]


def test_at_the_top_level_its_own_vendors_are_in_scope():
    """A link at the top level speaks of what the top level owns."""
    case = Case(link=Link("acme", EntityKey("acme"), "008ORG"))
    case.intacct_vendor(1, "Own", owner_entity_id=None)
    case.intacct_vendor(2, "Foreign", owner_entity_id="100")
    result = case.vendor_result()
    assert shown(result, "kind", "verdict", "intacct_record_no") == [(MISSING_IN_PLATFORM, "break", 1)]


@rule("S-BP-02")
@pytest.mark.parametrize(
    ("is_1099", "form", "differs"),
    [(True, "MISC", False), (False, None, False), (True, None, True), (False, "NEC", True)],
)
def test_only_the_1099_flag_is_compared(is_1099, form, differs, number):
    """BILL knows no form and no box; a flag that differs names the rule."""
    result = pair_of({"is_1099": is_1099}, {"form_1099_type": form, "form_1099_box": form and "7"}).vendor_result()
    assert [number in reason for (reason,) in shown(result, "reason")] == [True] * differs


@rule("S-TRM-01")
def test_terms_of_vendors_do_not_travel(number):
    """Different terms are expected; a mapped term is the same."""
    case = pair_of({"ap_term_id": "t30"}, {"term_name": "Net 30 days"})
    case.add("bill.ap_term", id="t30", name="Net 30", due_days=30)
    assert verdicts(case.vendor_result()) == [("coding", "term_name", "expected", number)]
    case.link = make_link(term_map={"Net 30": "Net 30 days"})
    assert verdicts(case.vendor_result()) == []


@rule("S-SCH-04")
def test_a_vendor_made_just_now_is_in_flight(number):
    """It may arrive with the next sync."""
    case = Case()
    case.bill_vendor(created_at=JUST_NOW, modified_at=JUST_NOW)
    assert verdicts(case.vendor_result()) == [(MISSING_IN_INTACCT, "", "in_flight", number)]


def test_a_vendor_that_is_missing_is_a_break():
    """Vendors travel both ways [S-VEN-01]."""
    case = Case()
    case.bill_vendor("v1", "One")
    case.intacct_vendor(2, "Two")
    assert verdicts(case.vendor_result()) == [
        (MISSING_IN_INTACCT, "", "break", ""),
        (MISSING_IN_PLATFORM, "", "break", ""),
    ]


def test_name_and_currency_of_a_confirmed_pair_are_compared():
    """An unknown currency is not another one."""
    case = pair_of({"name": "New Name", "currency": "EUR"}).cross("v1", 1, "vendor")
    assert [field for _, field, _, _ in verdicts(case.vendor_result())] == ["currency", "name"]
    assert verdicts(pair_of({"currency": None}).vendor_result()) == []
