"""Which configuration answers demand, what each is, and where a link contradicts them: every combination."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from intacct_pipelines.domain.checkup import Standing
from intacct_pipelines.domain.configurations import (
    CONFIGURATIONS,
    LIMITATIONS,
    QUESTIONS,
    Answers,
    Level,
    Placed,
    Relief,
    advise,
    at_level,
    configurations_of,
    in_no_configuration,
    limitations,
    misfits,
    reasons,
)
from intacct_pipelines.domain.rules import RULES, Limit

ANSWERS = [Answers(*given) for given in product((False, True), repeat=5)]
"""Every combination: shared, several accounts, owned at the top level, reconciled there, automatic between entities."""
LETTERS = "A" * 8 + "B" * 8 + "E" + "C" * 7 + "F" + "D" * 7
LINK = Placed("main", "acme", "main", "008A", "", is_one_way=False, beside=1)
PLACES = [
    replace(LINK, entity_id=entity, is_one_way=is_one_way, is_routed=is_routed, beside=beside)
    for entity, (is_one_way, is_routed), beside in product(
        ("", "100"), ((False, False), (True, False), (False, True)), (1, 3)
    )
]
ACCOUNTS = {"A": "one", "B": "several", "C": "one", "D": "several", "E": "one", "F": "several"}
OWNERS = dict(zip("ABCDEF", ["the company"] * 2 + ["the top level"] * 2 + ["the entity"] * 2, strict=True))
LISTS = {
    "A": "the company",
    "B": "the company; copied into each BILL account",
    "C": "the top level, unrestricted",
    "D": "the top level, unrestricted; copied into each BILL account",
    "E": "the entity",
    "F": "the entity",
}
LIMITS = {
    "A": [],
    "B": ["S-CFG-01", "S-CFG-10", "S-CFG-24", "S-CFG-09"],
    "C": ["S-CFG-13", "S-CFG-20", "S-CFG-07", "S-CFG-23"],
    "D": [
        "S-CFG-13", "S-CFG-01", "S-CFG-10", "S-CFG-24", "S-CFG-09", "S-CFG-20", "S-CFG-07", "S-CFG-23",
    ],
    "E": ["S-CFG-13", "S-CFG-15", "S-CFG-07", "S-CFG-19", "S-CFG-17", "S-CFG-21", "S-CFG-22"],
    "F": ["S-CFG-13", "S-CFG-15", "S-CFG-07", "S-CFG-19", "S-CFG-17", "S-CFG-21", "S-CFG-22"],
}  # fmt: skip


@pytest.mark.parametrize(("answers", "letter"), list(zip(ANSWERS, LETTERS, strict=True)), ids=str)
def test_every_combination_of_answers_has_its_configuration(answers: Answers, letter: str):
    """S-CFG-14: each of the three demands the top level; S-CFG-13: without shared entities none does."""
    assert advise(answers) is CONFIGURATIONS[letter]


@pytest.mark.parametrize("answers", ANSWERS, ids=str)
def test_the_reasons_are_what_was_answered(answers: Answers):
    """Each yes that demands the top level is told (S-CFG-14), and none where there are no levels (S-CFG-12)."""
    told = reasons(answers)
    demanding = {question.yes: name for name, question in QUESTIONS.items() if question.is_of_levels}
    yes = {name for name in demanding.values() if getattr(answers, name)}
    assert {demanding[reason.says] for reason in told if reason.says in demanding} == (yes if answers.shared else set())
    assert ("S-CFG-12" in [reason.rule for reason in told]) is not answers.shared
    assert ("S-CFG-14" in [reason.rule for reason in told]) is answers.shared
    assert any("several BILL accounts" in reason.says for reason in told) is answers.several
    assert {reason.rule for reason in told} <= set(RULES)


def test_exactly_three_questions_are_about_levels():
    """S-CFG-14 has three; two more ask for entities and accounts (S-CFG-13, S-CFG-01)."""
    assert [question.rule for question in QUESTIONS.values()] == ["S-CFG-13", "S-CFG-01", *["S-CFG-14"] * 3]
    assert all(question.asks.endswith("?") for question in QUESTIONS.values())


@pytest.mark.parametrize("letter", CONFIGURATIONS)
def test_each_configuration_has_its_facts(letter: str):
    """The vendor's table of configurations, row by row (S-CFG-01 and on)."""
    one = CONFIGURATIONS[letter]
    assert [(fact.rule, fact.says) for fact in one.facts] == [
        ("S-CFG-02", "the entity's, in `entity`" if letter in "EF" else "none"),
        ("S-CFG-03", OWNERS[letter]),
        ("S-CFG-04", OWNERS[letter]),
        ("S-CFG-05", LISTS[letter]),
        ("S-CFG-06", OWNERS[letter]),
        ("S-CFG-06", "to Intacct only" if letter in "BD" else "both ways"),
        ("S-CFG-08", "several entities" if letter in "EF" else "standard"),
    ]
    assert one.shape.startswith(f"{ACCOUNTS[letter]} BILL account")
    assert (one.letter, at_level(one.level, has_several=one.has_several)) == (letter, one)


@pytest.mark.parametrize("letter", CONFIGURATIONS)
def test_each_configuration_has_its_limits(letter: str):
    """Those of accounts (B, D), of the top level (C, D) and of an entity (E, F); a company without levels has none."""
    assert [one.rule for one in limitations(CONFIGURATIONS[letter])] == LIMITS[letter]


@pytest.mark.parametrize("one", LIMITATIONS, ids=lambda one: f"{one.rule} {one.letters}")
def test_whether_a_limit_is_lifted_is_what_its_rule_says(one):
    """What is not done of a rule is never called lifted, and what is done no longer called missing (S-CFG-10)."""
    rule = RULES[one.rule]
    kind = RULES[rule.same_as[0]] if rule.same_as else rule
    if one.told:
        assert one.told in {Relief.LIFTED, Relief.OURS, Relief.HOLDS}
        assert rule.limit is Limit.NORM
        assert (one.told is Relief.LIFTED) is (one.rule in {"S-CFG-09", "S-CFG-24"})
        assert one.told is not Relief.OURS or rule.short
    else:
        assert (one.relief is Relief.NOT_YET) is bool(kind.short)
        assert (one.relief is Relief.INTACCT) is (kind.limit is Limit.INTACCT)
        assert one.relief is not Relief.LIFTED or kind.limit is Limit.LIFTABLE
    for sentence in (one.says, one.here):
        assert sentence.endswith(".")


@pytest.mark.parametrize("answers", ANSWERS, ids=str)
def test_a_link_fits_only_if_it_is_what_the_answers_demand(answers: Answers):
    """No link that is another configuration passes, and one as advised does, whatever was answered."""
    advised = advise(answers)
    for place in PLACES:
        (now,) = configurations_of(place, shared=answers.shared)
        found = misfits(place, answers)
        assert now is advised or found, place
        assert {verdict.rule for verdict in found} <= set(RULES)
        assert all(verdict.found and verdict.expected and verdict.mend for verdict in found)
    entity = "100" if advised.enters_entity else ""
    beside = 2 if advised.enters_entity and advised.has_several else 1
    right = replace(LINK, entity_id=entity, is_one_way=advised.is_one_way, beside=beside)
    for one in (right, replace(right, is_one_way=False, is_routed=advised.is_one_way)):
        assert misfits(one, answers) == ()
        assert configurations_of(one, shared=answers.shared) == (advised,)


@pytest.mark.parametrize("answers", [one for one in ANSWERS if not one.shared], ids=str)
def test_without_levels_no_answer_on_levels_speaks_against_a_link(answers: Answers):
    """S-CFG-12: a company with one entity has no levels, so who owns or reconciles what is no matter."""
    assert answers.demands == ()
    place = replace(LINK, is_one_way=answers.several)
    assert misfits(place, answers) == ()
    assert {verdict.rule for verdict in misfits(replace(place, entity_id="100", is_one_way=False), answers)} <= {
        "S-CFG-13", "S-CFG-10", "S-CFG-01",
    }  # fmt: skip


TOP = {"shared": True, "several": False, "inter_company": True}
ENTITY = {"shared": True, "several": False}


@pytest.mark.parametrize(
    ("place", "answers", "rules", "words"),
    [
        ({"entity_id": "100"}, {"shared": False, "several": False}, ["S-CFG-13"], "configuration A or B"),
        ({"entity_id": "100"}, TOP, ["S-CFG-14"], "configuration C or D"),
        ({}, ENTITY, ["S-CFG-15"], "configuration E or F"),
        ({}, {"shared": False, "several": True}, ["S-CFG-10"], "Intacct only, as in configuration B"),
        ({"is_routed": True}, TOP, ["S-CFG-10"], "one BILL account at the place, as in configuration C"),
        ({"is_routed": True, "entity_id": "100"}, ENTITY, ["S-CFG-10"], "as in configuration E"),
        ({"is_one_way": True}, TOP, ["S-CFG-10"], "both ways, as in configuration C"),
        ({"is_one_way": True, "entity_id": "100"}, ENTITY, ["S-CFG-10"], "both ways, as in configuration E"),
        ({"beside": 3, "entity_id": "100"}, ENTITY, ["S-CFG-01"], "one link"),
        ({"entity_id": "100"}, ENTITY | {"several": True}, ["S-CFG-01"], "a link for each BILL account"),
        ({"entity_id": "100"}, TOP | {"several": True}, ["S-CFG-14", "S-CFG-10"], "configuration C or D"),
    ],
)
def test_a_contradiction_is_told_by_its_rule(place, answers, rules, words):
    """With what was expected."""
    found = misfits(replace(LINK, **place), Answers(**answers))
    assert [verdict.rule for verdict in found] == rules
    assert words in found[0].expected
    assert all(verdict.standing in {Standing.WRONG, Standing.DOUBTFUL} for verdict in found)


def test_what_demands_the_top_level_is_told_to_whom_links_an_entity():
    """S-CFG-14: all that was answered, in its words."""
    answers = Answers(True, False, owned_at_root=True, reconciled_at_root=True)
    (found,) = misfits(replace(LINK, entity_id="100"), answers)
    assert found.found == (
        "the link ends at entity 100, and records are owned at the top level and bank accounts are reconciled at the "
        "top level"
    )


def test_a_link_that_is_none_of_the_six_is_told_by_itself():
    """From an entity documents travel both ways (S-CFG-06, S-CFG-10), whatever the company is."""
    told = [place for place in PLACES if in_no_configuration(place)]
    assert told == [place for place in PLACES if place.entity_id and place.shares_its_place]
    assert all(misfits(place, answers) for place in told for answers in ANSWERS)


def test_a_file_alone_does_not_tell_whether_there_is_a_top_level():
    """Without entity a link is A or C, with `one_way` or `routes` B or D; an entity leaves no doubt (S-CFG-02)."""
    letters = ["".join(one.letter for one in configurations_of(place)) for place in PLACES]
    assert letters == ["AC", "AC", *["BD"] * 4, *["E", "F"] * 3]
    assert {one.level for one in CONFIGURATIONS.values()} == set(Level)
