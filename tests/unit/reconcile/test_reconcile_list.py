"""Lists by which lines are coded: how they pair, what differs, and which rule explains it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from list_cases import ListCase
from reconcile_cases import NOW, shown, verdicts

from intacct_pipelines.domain.reconciled import RECONCILED
from intacct_pipelines.reconcile.objects.listed import LISTED

RULES = {
    "gl_account": "S-COA-01",
    "department": "S-DEP-01",
    "location": "S-LOC-01",
    "accounting_class": "S-CLS-01",
    "employee": "S-EMP-01",
    "project": "S-PRJ-01",
    "item": "S-ITM-01",
}
CODED = list(RULES)


@pytest.mark.parametrize("name", CODED, ids=lambda name: f"{name} [{RULES[name]}]")
def test_a_list_pairs_by_code_then_by_name_and_a_person_goes_before_both(name):
    """The code that a sync wrote decides; without one the name does; what a person confirmed stands above."""
    case = ListCase(name)
    case.ours("p1", "Alpha", "A1")
    case.theirs(1, "Another name", "A1")
    case.ours("p2", "Beta")
    case.theirs(2, "beta", "B1")
    case.ours("p3", "Gamma", "G1")
    case.theirs(3, "Gamma", "G1")
    case.theirs(4, "Delta", "D1")
    case.cross("p3", 4, object_=name)
    assert case.pairs() == [("p1", 1, "natural_key"), ("p2", 2, "natural_key"), ("p3", 4, "crosswalk")]


@pytest.mark.parametrize("name", [name for name in CODED if LISTED[name].link_map])
def test_the_links_map_names_the_record_where_codes_differ(name):
    """An account or dimension that is called otherwise in Intacct pairs by the link's map."""
    case = ListCase(name)
    case.link = replace(case.link, **{LISTED[name].link_map: {"p1": "X9"}})
    case.ours("p1", "Alpha", "A1")
    case.theirs(1, "Alpha", "A1")
    case.theirs(2, "Omega", "X9")
    assert case.pairs() == [("p1", 2, "natural_key")]


@pytest.mark.parametrize("name", CODED, ids=lambda name: f"{name} [{RULES[name]}]")
def test_what_is_in_use_on_one_side_only_is_a_break_and_what_is_not_is_expected(name):
    """A live record without partner never arrived; one out of use is not expected to."""
    case = ListCase(name)
    case.ours("p1", "Only here", "P1")
    case.ours("p2", "Old here", "P2", is_archived=True)
    case.theirs(1, "Only there", "I1")
    case.theirs(2, "Old there", "I2", status="inactive")
    case.theirs(3, "From above", "I3", owner_entity_id=None)
    assert sorted(
        shown(case.result(), "kind", "platform_id", "intacct_record_no", "verdict", "rule"), key=str
    ) == sorted(
        [
            ("missing_in_intacct", "p1", None, "break", ""),
            ("missing_in_intacct", "p2", None, "expected", RULES[name]),
            ("missing_in_platform", None, 1, "break", ""),
            ("missing_in_platform", None, 2, "expected", RULES[name]),
            ("missing_in_platform", None, 3, "expected", "S-CFG-11"),
        ],
        key=str,
    )


@pytest.mark.parametrize("name", CODED)
def test_names_use_and_the_record_above_are_compared(name):
    """A pair that differs says in what; at the top level the edit is expected not to travel (S-CFG-11)."""
    case = ListCase(name)
    case.ours("p0", "Above", "A0")
    case.theirs(10, "Above", "A0")
    case.theirs(11, "Other above", "A9")
    case.ours("p9", "Other above", "A9")
    above = LISTED[name].has_parents
    case.ours("p1", "New name", "A1", **({"parent_id": "p0"} if above else {}))
    case.theirs(1, "Old name", "A1", status="inactive", **({"parent_id": "A9"} if above else {}))
    found = {field: (kind, verdict, rule) for kind, field, verdict, rule in verdicts(case.result())}
    parent = {"parent": ("coding", "break", "")} if LISTED[name].has_parents else {}
    assert found == {"name": ("coding", "break", ""), "status": ("state", "break", ""), **parent}
    case.rows[case.listed.intacct_table][-1]["owner_entity_id"] = None
    assert {verdict for _, _, verdict, _ in verdicts(case.result())} == {"expected"}


@pytest.mark.parametrize("name", CODED)
def test_two_of_one_name_without_a_code_are_a_group(name):
    """Nothing tells them apart, so neither is paired and each names the other side's candidates."""
    case = ListCase(name)
    case.ours("p1", "Twin")
    case.theirs(1, "Twin", "T1")
    case.theirs(2, "twin", "T2")
    found = shown(case.result(), "kind", "platform_id", "intacct_record_no", "intacct_value", "verdict")
    assert ("duplicate", "p1", None, "1, 2", "break") in found
    assert {row[0] for row in found} == {"duplicate"}


def test_terms_never_travel_and_their_days_may_drift():
    """Terms are made on each side by hand, so none is missed and other days are expected (S-TRM-01)."""
    case = ListCase("ap_term")
    case.ours("p1", "Net 30", due_days=30)
    case.theirs(1, "Net 30", "", due_days="45")
    case.ours("p2", "Net 7", due_days=7)
    case.theirs(2, "Net 90", "", due_days="90")
    found = shown(case.result(), "kind", "field", "platform_value", "intacct_value", "rule")
    assert ("coding", "due_days", "30", "45", "S-TRM-01") in found
    assert {row[4] for row in found} == {"S-TRM-01"}
    assert {row[0] for row in found} == {"coding", "missing_in_intacct", "missing_in_platform"}


@pytest.mark.parametrize("name", sorted(LISTED))
def test_a_fresh_difference_is_in_flight_and_the_classes_add_up(name):
    """Younger than the grace is no break yet (S-SCH-04); every row has its place in the totals."""
    case = ListCase(name)
    case.ours("p1", "Fresh", "F1", when=NOW)
    case.ours("p2", "Same", "S1")
    case.theirs(1, "Same", "S1")
    result = case.result()
    expected = "expected" if name == "ap_term" else "in_flight"
    assert [row[2] for row in verdicts(result)] == [expected]
    assert (sum(result.totals["platform_count"]), sum(result.totals["intacct_count"])) == (2, 1)
    assert set(result.totals["difference"]) == {Decimal(0)}


def test_every_list_is_reconciled_as_an_asset():
    """No list that can be compared is forgotten in the lineage."""
    assert set(LISTED) <= set(RECONCILED)


@pytest.mark.parametrize("name", ["department", "location", "accounting_class", "employee", "item"])
def test_a_record_made_in_bill_lands_at_the_entity_and_has_no_copy_at_the_top(name):
    """S-CFG-22: the entity's own record is its pair, and none is missed at the top level; one there is no second."""
    case = ListCase(name)
    case.ours("p1", "Alpha", "A1")
    case.theirs(1, "Alpha", "A1", owner_entity_id="100")
    assert case.pairs() == [("p1", 1, "natural_key")]
    assert verdicts(case.result()) == []
    case.theirs(2, "Omega", "O1", owner_entity_id="")
    assert verdicts(case.result()) == [("missing_in_platform", "", "expected", "S-CFG-11")]
