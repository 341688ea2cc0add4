"""The coverage of the sync rules: what each demands, where the product keeps it, and which tests prove it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from intacct_pipelines.domain.pushed import PUSHED, Pushed
from intacct_pipelines.domain.rules import CHAPTERS, RULES, Rule, Source, Surface
from intacct_pipelines.domain.rules.travel import PASSAGES, TRAVEL, Travel

_INTRODUCTION: Final = """# Coverage of the sync rules

Made by `make coverage-report` from the rules (`intacct_pipelines/domain/rules`) and from the modules and tests that
name them; a test fails when it is out of date. It walks the tables of the five vendor guides row by row, and then every
rule.

A rule binds at surfaces: what is extracted, reconciled, written into Intacct or into the platform, set up (the
connections file and `check`) and run (jobs and schedules). At each it is *proven* if a test there names it. Of what is
extracted and reconciled any test counts, of the others only tests of these. A test names a rule in its own text, or in
a table or function of its file that it uses. A rule without a test says why, and what is not done is said. *As* another
rule: it says nothing of its own.
"""
_TRAVEL: Final = (
    "object", "into the platform", "into Intacct", "compared as", "written into Intacct as",
    "written into the platform as", "rules",
)  # fmt: skip
SURFACES: Final = {
    Surface.EXTRACT: ("extract", ""),
    Surface.RECONCILE: ("reconcile", ""),
    Surface.PUSH: ("write into Intacct", r"^(?!.*into_(?:bill|business_center|platform)).*(?:push|outbox|failures)"),
    Surface.INTO_PLATFORM: ("write into the platform", r"into_(?:bill|business_center|platform)"),
    Surface.SET_UP: ("set up", r"doctor|check|settings|set_up|provision|configurations|advise"),
    Surface.RUN: ("run", r"definitions|simulation|cli"),
}
"""Each surface: what it is called, and the paths of the tests that prove something there."""
GUIDES: Final = {
    Source.BILL_GUIDE: "BILL, user guide",
    Source.SYNC_USER_GUIDE: "BILL, sync user",
    Source.DIVVY_GUIDE: "Divvy",
    Source.SPEND_CENTER_GUIDE: "Spend Center",
    Source.BUSINESS_CENTER_GUIDE: "Business Center",
    Source.PUBLIC_PAGE: "public page",
    Source.OURS: "our own",
}


@dataclass(frozen=True, slots=True)
class Citations:
    """Who names each rule.

    Args:
        tests: Rule → tests, as ``tests/file.py::name``.
        modules: Rule → modules of the product, as ``push.bills``.
    """

    tests: Mapping[str, Sequence[str]]
    modules: Mapping[str, Sequence[str]]

    def proves(self, rule: Rule, surface: Surface) -> bool:
        """Whether a test of the surface names the rule."""
        pattern = SURFACES[surface][1]
        return any(re.search(pattern, test.partition("::")[0]) for test in self.tests.get(rule.number, ()))

    def unproven(self, rule: Rule) -> Surface:
        """Return the surfaces at which the rule binds and no test names it."""
        found = Surface(0)
        for surface in rule.surfaces:
            if not self.proves(rule, surface):
                found |= surface
        return found


def coverage(citations: Citations) -> str:
    """Return the whole page as Markdown."""
    return "\n".join(_lines(citations)) + "\n"


def result(rule: Rule, citations: Citations) -> str:
    """Return in words how far a rule is proven."""
    return " ".join((*_standing(rule, citations), *([f"Not done: {_small(rule.short)}"] if rule.short else ())))


def _standing(rule: Rule, citations: Citations) -> Iterator[str]:
    if rule.same_as:
        yield f"As {', '.join(map(_link, rule.same_as))}."
    if rule.unproven:
        yield f"No test: {_small(rule.unproven)}"
    unproven = citations.unproven(rule)
    if proven := _called(rule.surfaces & ~unproven):
        yield f"[Proven](#tests-of-{rule.number.lower()}): {proven}."
    if unproven:
        yield f"**Not yet**: {_called(unproven)}."


def _lines(citations: Citations) -> Iterator[str]:
    yield _INTRODUCTION
    yield from _summary(citations)
    yield from _travel()
    yield from _passages(citations)
    yield from _rules(citations)
    yield from _tests(citations)


def _summary(citations: Citations) -> Iterator[str]:
    groups = {
        "proven at every surface at which they bind": [
            rule for rule in RULES.values() if rule.surfaces and not citations.unproven(rule) and not rule.short
        ],
        "proven, and something of them is not done": [
            rule for rule in RULES.values() if rule.surfaces and not citations.unproven(rule) and rule.short
        ],
        "proven at some surfaces, not yet at others": [rule for rule in RULES.values() if citations.unproven(rule)],
        "say what other rules say": [rule for rule in RULES.values() if rule.same_as],
        "without a test, for a reason": [rule for rule in RULES.values() if rule.unproven],
    }
    yield from ("## Summary", "", *_head("rules", "how many"))
    for words, rules in groups.items():
        yield f"| {words} | {len(rules)} |"
    yield f"| all | {len(RULES)} |"


def _travel() -> Iterator[str]:
    yield from ("", "## What travels which way", "")
    yield "The second and third column are the vendor's sync; the others are what this product compares and can write."
    yield ""
    yield from _head(*_TRAVEL)
    for row in TRAVEL:
        compared = _code(row.compared) or f"not compared; read: {_code(row.read)}"
        rules = ", ".join(_link(number) for number in numbers(row))
        into_intacct, into_platform = _into(row, row.into_intacct, "intacct"), _into(row, row.into_platform, "platform")
        cells = (row.noun, row.into_platform, row.into_intacct, compared, into_intacct, into_platform, rules)
        yield f"| {' | '.join(cells)} |"


def numbers(row: Travel) -> tuple[str, ...]:
    """Return the rules of a row."""
    wanted = tuple(row.rules)
    return tuple(
        number for number in RULES if number in wanted or number.startswith(tuple(f"{one}-" for one in wanted))
    )


def written(row: Travel) -> Iterator[Pushed]:
    """Return what the product can write of a row, whichever way."""
    return (one for one in PUSHED.values() if one.name in row.written or (not row.written and _is_told_by(one, row)))


def _is_told_by(one: Pushed, row: Travel) -> bool:
    return one.reconciliation in row.compared


def _is_intacct(one: Pushed) -> bool:
    return one.target.schema == "intacct"


def _into(row: Travel, travels: str, side: str) -> str:
    names = _code(one.name for one in written(row) if _is_intacct(one) == (side == "intacct"))
    if travels == "–":
        return travels
    return names or ("–" if travels.startswith("no") else row.never or "**not yet**")


def _passages(citations: Citations) -> Iterator[str]:
    yield from ("", "## The rest of the guides, row by row", "")
    yield from _head("guide", "part", "row or step", "rules", "how they stand")
    for one in PASSAGES:
        guides = " and ".join(GUIDES[guide] for guide in one.guides)
        rules = [RULES[number] for number in one.rules]
        standing = "; ".join(dict.fromkeys(_in_short(rule, citations) for rule in rules))
        yield f"| {guides} | {one.part} | {one.about} | {', '.join(map(_link, one.rules))} | {standing} |"


def _in_short(rule: Rule, citations: Citations) -> str:
    if rule.same_as:
        return _in_short(RULES[rule.same_as[0]], citations)
    if rule.unproven:
        return "no test, with a reason"
    if missing := citations.unproven(rule):
        return f"not yet: {_called(missing)}"
    return "proven, in part" if rule.short else "proven"


def _rules(citations: Citations) -> Iterator[str]:
    yield from ("", "## The rules")
    for chapter, rules in groupby(RULES.values(), key=lambda rule: rule.chapter):
        yield from ("", f"### {CHAPTERS[chapter]}", "")
        yield from _head("rule", "says", "kind", "source", "named in", "result")
        for rule in rules:
            sources = ", ".join(GUIDES[source] for source in rule.sources)
            cells = (
                f'<a id="{rule.number.lower()}"></a>{rule.number}',
                rule.says,
                str(rule.limit),
                sources,
                _code(citations.modules.get(rule.number, ())) or "–",
                result(rule, citations),
            )
            yield f"| {' | '.join(cells)} |"


def _tests(citations: Citations) -> Iterator[str]:
    yield from ("", "## The tests of each rule")
    for number in RULES:
        if tests := citations.tests.get(number):
            yield from ("", f"#### Tests of {number}", "")
            yield from (f"- `{test}`" for test in tests)


def _called(surfaces: Surface) -> str:
    return ", ".join(SURFACES[surface][0] for surface in surfaces)


def _link(number: str) -> str:
    return f"[{number}](#{number.lower()})"


def _code(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _head(*columns: str) -> tuple[str, str]:
    return (f"| {' | '.join(columns)} |", f"|{' --- |' * len(columns)}")


def _small(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:]
