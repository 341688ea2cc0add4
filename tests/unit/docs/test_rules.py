"""Every rule of sync behaviour is proven by a test that names it, or says why there is none."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from rule_coverage import PAGE, SOURCES, TESTS, citations, named_by_tests, rules_in

from intacct_pipelines.domain.catalog import TABLES
from intacct_pipelines.domain.catalog.marts import MARTS
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.domain.reconciled import RECONCILED
from intacct_pipelines.domain.rules import CHAPTERS, RULES, Rule, Surface, rules_on
from intacct_pipelines.domain.rules.travel import PASSAGES, TRAVEL
from intacct_pipelines.report.coverage import SURFACES, Citations, coverage, numbers, written

DOCS = TESTS.parent / "docs"
WAITING = (DOCS / "pushing.md").read_text(encoding="utf-8").partition("## What is not pushed")[2]
PROVEN = [surface for surface in Surface if surface is not Surface.INTO_PLATFORM]
"""Of writing into the platform the page says itself what is not proven yet."""


@pytest.fixture(scope="module")
def found() -> Citations:
    """Who names each rule."""
    return citations()


@pytest.fixture(scope="module")
def waiting() -> list[str]:
    """The rules that the documentation says are not pushed yet."""
    return re.findall(r"^\| (S-[A-Z]+-\d+) \|", WAITING.partition("\n## ")[0], re.MULTILINE)


@pytest.mark.parametrize(
    ("surface", "number"), [(surface, number) for surface in PROVEN for number in rules_on(surface)]
)
def test_a_rule_is_named_by_a_test_of_the_surface_at_which_it_binds(
    found: Citations, waiting: list[str], surface: Surface, number: str
):
    """A rule that no test names is a promise that nobody keeps; what is not pushed yet stands in the documentation."""
    assert found.proves(RULES[number], surface) or (surface is Surface.PUSH and number in waiting)


def test_every_rule_that_pushing_names_is_cited_by_a_test_of_it(found: Citations, waiting: list[str]):
    """A reason that a hold or a plan gives is one that some test has seen, and none that is said to wait."""
    places = [*SOURCES.glob("push/**/*.py"), *SOURCES.glob("warehouse/outbox/*.py"), *SOURCES.glob("domain/push*.py")]
    named = rules_in(places)
    sides = (Surface.PUSH, Surface.INTO_PLATFORM)
    assert {number for number in named if not any(found.proves(RULES[number], side) for side in sides)} == set()
    assert named & set(waiting) == set()


def test_what_waits_is_a_rule_of_pushing_and_said_once(waiting: list[str]):
    """A line that is left over would hide that the rule is kept now."""
    assert set(waiting) <= set(rules_on(Surface.PUSH))
    assert len(waiting) == len(set(waiting))


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_a_rule_binds_somewhere_says_what_others_say_or_says_why_it_has_no_test(found: Citations, rule: Rule):
    """No rule is passed over in silence, and no excuse outlives the first test that names the rule."""
    assert [bool(rule.surfaces), bool(rule.same_as), bool(rule.unproven)].count(True) == 1
    assert set(rule.same_as) <= set(RULES) - {rule.number}
    assert all(RULES[number].surfaces for number in rule.same_as)
    assert not rule.unproven or not found.tests.get(rule.number)
    for sentence in (rule.says, rule.unproven, rule.short):
        assert not sentence or sentence.endswith(".")


def test_every_number_is_declared_once():
    """What code, tests and documents cite has a line that says what it is."""
    declared = [number for path in SOURCES.glob("domain/rules/*.py") for number in _declared(path)]
    assert sorted(declared) == sorted(RULES)
    assert {rule.chapter for rule in RULES.values()} == set(CHAPTERS)
    files = [*SOURCES.rglob("*.py"), *SOURCES.rglob("*.sql"), *TESTS.rglob("*.py"), *DOCS.rglob("*.md")]
    assert rules_in([*files, TESTS.parent / "README.md", TESTS.parent / "CHANGELOG.md"]) - set(RULES) == set()


def _declared(path: Path) -> list[str]:
    return re.findall(r"\bRule\(\s*\"(S-[A-Z]+-\d+)\"", path.read_text(encoding="utf-8"))


def test_every_row_of_the_guides_names_rules_and_nothing_of_ours_is_in_no_row():
    """What is compared or written belongs to something of which a guide says whether it travels."""
    assert {number for one in PASSAGES for number in one.rules} <= set(RULES)
    assert all(numbers(row) for row in TRAVEL)
    assert {name for row in TRAVEL for name in row.compared} == set(RECONCILED)
    assert {one.name for row in TRAVEL for one in written(row)} == set(PUSHED)
    assert {name for row in TRAVEL for name in row.read} <= {*TABLES, *MARTS}


def test_a_test_names_the_rules_of_its_text_and_of_what_it_uses():
    """A table of cases counts for the tests that run over it, and for no other."""
    source = """
RULE = "S-BIL-01"
CASES: list[str] = [RULE, "S-BIL-02"]

def case(): "S-BIL-03"

@parametrize(CASES)
def test_one(case): "S-BIL-04"

def test_two(): pass
"""
    assert list(named_by_tests(source)) == [
        ("test_one", {"S-BIL-01", "S-BIL-02", "S-BIL-03", "S-BIL-04"}),
        ("test_two", set()),
    ]


def test_the_published_coverage_is_what_stands_in_rules_code_and_tests(found: Citations):
    """A reader of `docs/` finds what is proven now; `make coverage-report` writes it anew."""
    assert PAGE.read_text(encoding="utf-8") == coverage(found), "run `make coverage-report`"


def test_every_link_within_the_coverage_leads_to_a_place_in_it(found: Citations):
    """Each rule has an anchor, and each that is proven a list of tests."""
    page = coverage(found)
    places = {*re.findall(r'<a id="(.*?)">', page)}
    places |= {title.lower().replace(" ", "-") for title in re.findall(r"^#+ (.*)$", page, re.MULTILINE)}
    assert set(re.findall(r"\]\(#(.*?)\)", page)) <= places
    assert set(SURFACES) == set(Surface)
