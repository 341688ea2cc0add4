"""Reconciling customers: what is said of vendors holds of them by the same code; here is what rules say of them."""

from __future__ import annotations

import pytest
from receivables_cases import ReceivablesCase
from reconcile_cases import JUST_NOW, make_link, shown, verdicts

MISSING_IN_INTACCT = "missing_in_intacct"
MISSING_IN_PLATFORM = "missing_in_platform"


def rule(number):
    """One case whose id ends with the rule that it is about."""
    return pytest.mark.parametrize("number", [pytest.param(number, id=f"[{number}]")])


def pair_of(bill=None, intacct=None, **policy):
    case = ReceivablesCase(link=make_link(**policy))
    case.bill_customer(**(bill or {}))
    case.intacct_customer(**(intacct or {}))
    return case


def result_of(case):
    return case.reconcile("customer")


@rule("S-CUS-01")
def test_a_customer_that_is_missing_is_a_break_unless_it_is_young_or_out_of_use(number):
    """Customers travel both ways, those in use."""
    case = ReceivablesCase()
    case.bill_customer("c1", "One")
    case.bill_customer("c2", "Two", is_archived=True)
    case.bill_customer("c3", "Three", modified_at=JUST_NOW)
    case.intacct_customer(4, "Four")
    case.intacct_customer(5, "Five", status="inactive")
    assert verdicts(result_of(case)) == [
        (MISSING_IN_INTACCT, "", "break", ""),
        (MISSING_IN_INTACCT, "", "expected", number),
        (MISSING_IN_INTACCT, "", "in_flight", "S-SCH-04"),
        (MISSING_IN_PLATFORM, "", "break", ""),
        (MISSING_IN_PLATFORM, "", "expected", number),
    ]


@rule("S-CUS-01")
def test_inactive_on_one_side_is_a_break(number):
    """It would be sold to on one side and not on the other."""
    ((field, verdict, reason),) = shown(result_of(pair_of(None, {"status": "inactive"})), "field", "verdict", "reason")
    assert (field, verdict, number in reason) == ("status", "break", True)


@rule("S-CUS-02")
def test_two_customers_of_one_name_are_a_group_until_one_is_confirmed(number):
    """Nobody knows which of the two is BILL's; the other one is then the vendor sync's error [S-CFG-17]."""
    case = pair_of()
    case.intacct_customer(2)
    assert verdicts(result_of(case)) == [("duplicate", "", "expected", number)] * 3
    case.cross("c1", 1, "customer")
    assert verdicts(result_of(case)) == [(MISSING_IN_PLATFORM, "", "expected", number)]


@rule("S-CUS-03")
@pytest.mark.parametrize("fact", ["email", "phone"])
def test_likeness_and_shared_facts_propose_and_never_pair(fact, number):
    """Names are what BILL matches on; other facts only speak for a pair."""
    result = result_of(pair_of({"name": "Northwind", fact: "a@b"}, {"name": "Cedar Paper Co", fact: "a@b"}))
    assert len(result.matches) == 0, number
    assert list(result.proposals["evidence"]) == [f"the same {fact} stands on both sides only once"]


@pytest.mark.parametrize("confirmed", [True, False], ids=["by id", "by name"])
def test_a_customer_deleted_in_intacct_is_a_break(confirmed):
    """S-VEN-06 speaks of vendors alone; so the orphan is told as one, not explained away."""
    case = pair_of(None, {"_deleted": True, "name": "Renamed" if confirmed else "Harbor Hotels"})
    if confirmed:
        case.cross("c1", 1, "customer")
    ((kind, verdict, reason),) = shown(result_of(case), "kind", "verdict", "reason")
    assert (kind, verdict) == (MISSING_IN_INTACCT, "break")
    assert "deleted" in reason


@rule("S-CFG-11")
def test_a_customer_of_the_top_level_is_managed_there(number):
    """It need not be in an entity's account, and what is edited there does not travel."""
    alone = ReceivablesCase()
    alone.intacct_customer(owner_entity_id=None)
    assert verdicts(result_of(alone)) == [(MISSING_IN_PLATFORM, "", "expected", number)]
    edited = pair_of({"name": "New"}, {"name": "Old", "owner_entity_id": None}).cross("c1", 1, "customer")
    assert verdicts(result_of(edited)) == [("coding", "name", "expected", number)]


@rule("S-TRM-01")
def test_terms_of_customers_do_not_travel(number):
    """Two terms that do not mean the same are expected to differ."""
    case = pair_of({"ap_term_id": "t30"}, {"term_name": "Net 30 days"})
    case.add("bill.ap_term", id="t30", name="Net 30", due_days=30)
    assert verdicts(result_of(case)) == [("coding", "term_name", "expected", number)]


def test_customers_are_not_compared_by_what_only_vendors_have():
    """There is no 1099 flag among their fields, and equal ones are equal."""
    assert verdicts(result_of(pair_of())) == []
