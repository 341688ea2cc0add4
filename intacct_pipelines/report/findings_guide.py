"""What each class of findings means, and where it is mended: the page of all, and what a terminal shows of one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from intacct_pipelines.domain.finding_class import FindingClass
from intacct_pipelines.domain.reconciled import NO_ONE
from intacct_pipelines.domain.rules import RULES
from intacct_pipelines.report.words import VERDICTS

_INTRODUCTION: Final = """# Findings, one by one

Made from the causes of differences by `make findings-guide`; a test fails when it is out of date. A finding is one
thing to mend ([what findings are](reconciliation.md#findings)). Each carries its class: `findings` names it
below its table, and it is `cause` in its JSON and in `ops.finding`. `intacct-pipelines findings --about CLASS` shows
what stands here of one.

Screens are called as the vendors' help pages call them; a company may have other words, and a release may move one.
What is marked *here* is a command of this product.
"""
_AFTERWARDS: Final = {
    "nobody": "It stays as an expected difference for as long as the sides differ, and counts as no break.",
    "next sync": "It settles by itself once that has happened; if it does not in time, it becomes a break.",
    "plan approver": "The next sync plans it. Once it is approved and applied, the sync after that brings the record "
    "back, and the finding closes.",
    "platform user": "The next sync reads the change and the finding closes. If Intacct has to hear of it, a link in "
    "mode `sync` plans that in the same run.",
    "Intacct user": "The next sync reads the change and the finding closes.",
    "administrator": "The next sync takes the new settings and the finding closes. Plans that wait expire and are made "
    "anew; what was held goes with the next one.",
    "accountant": "The next sync reads the change and the finding closes. If Intacct has to hear of it, a link in mode "
    "`sync` plans that in the same run.",
}
_EXPECTED: Final = "If nobody does, it stays as an expected difference and counts as no break."
_SHARED: Final = "All records of the same root close with it at once."


def findings_guide(classes: Sequence[FindingClass]) -> str:
    """Return the whole page as Markdown."""
    return "\n".join(_lines(classes)) + "\n"


def about(one: FindingClass) -> str:
    """Return what is known of one class, as Markdown that a terminal can show."""
    return "\n".join((f"{one.name} ({VERDICTS[one.verdict]}, {one.turn})", *_told(one, is_page=False)))


def afterwards(one: FindingClass) -> str:
    """Return what happens by itself once it is mended, or if it is not."""
    parts = [_AFTERWARDS[one.turn]]
    if one.verdict == "expected" and one.turn not in NO_ONE:
        parts.append(_EXPECTED)
    return " ".join((*parts, _SHARED) if one.shared else parts)


def _lines(classes: Sequence[FindingClass]) -> Iterator[str]:
    yield _INTRODUCTION
    yield from _screens(classes)
    for title, group in groupby(classes, key=lambda one: one.group):
        yield from ("", f"## {title}")
        for one in group:
            yield from ("", f"### {one.name}", "", f"**{VERDICTS[one.verdict]}**, {one.turn}.")
            yield from _told(one, is_page=True)


def _screens(classes: Sequence[FindingClass]) -> Iterator[str]:
    yield from ("## Where things are mended", "", "| in | to | go to | beware |", "| --- | --- | --- | --- |")
    for screen in dict.fromkeys(screen for one in classes for screen in one.screens):
        yield f"| {screen.system} | {screen.does} | {screen.where} | {screen.beware} |"


def _told(one: FindingClass, *, is_page: bool) -> Iterator[str]:
    yield ""
    yield f"- Means: {one.reason}"
    for number in one.rules:
        yield f"- Rule: {f'[{number}](coverage.md#{number.lower()})' if is_page else number}: {RULES[number].says}"
    kinds = ", ".join(f"`explain {kind} …`" for kind in one.kinds)
    command = "`findings --all`" if one.turn in NO_ONE else "`findings`"
    yield f"- To see: {command}{f'; each record by itself, such as {kinds}' if kinds else ''}"
    yield f"- To do: {one.remedy}"
    for screen in one.screens:
        beware = f" ({screen.beware.rstrip('.')})" if screen.beware and not is_page else ""
        yield f"  - {screen.system}: {screen.does}: {screen.where}{beware}"
    if one.more:
        yield f"- Also: {one.more}"
    yield f"- Afterwards: {afterwards(one)}"
