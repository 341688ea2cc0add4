"""Configurations A to F for people: the section of the documentation, and what to write to the connections file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import yaml

from intacct_pipelines.domain.configurations import (
    CONFIGURATIONS,
    LIMITATIONS,
    QUESTIONS,
    Configuration,
    Level,
    Placed,
    at_level,
)

OPTIONS: Final = {
    "shared": ("--shared", "--no-shared"),
    "several": ("--accounts many", "--accounts one"),
    "owned_at_root": ("--owned-at-root", "--no-owned-at-root"),
    "reconciled_at_root": ("--reconciled-at-root", "--no-reconciled-at-root"),
    "inter_company": ("--inter-company", "--no-inter-company"),
}
"""Options of ``advise`` that say yes and no, by the name of the answer."""

BEGIN: Final = "<!-- configurations: made by `make configurations` -->"
END: Final = "<!-- end of configurations -->"
_ENTITIES: Final = ("100", "200")
_ONE: Final = Placed("acme", "acme", "main", "00801ABCDEFGHIJKLMNO", "", is_one_way=False, beside=1)
_SEVERAL: Final = (
    Placed("north", "acme", "north", "00801NORTHNORTHNORTH", "", is_one_way=True, beside=1),
    Placed("south", "acme", "south", "00801SOUTHSOUTHSOUTH", "", is_one_way=True, beside=1),
)
_OWN_FILE: Final = (
    "Each of these has a connections file, a home and a warehouse of its own: several accounts at one place are "
    "refused (S-CFG-01, S-CFG-10)."
)


def guide() -> str:
    """Return the section of the documentation, as Markdown between two marks."""
    return "\n".join((BEGIN, "", *_questions(), "", *_facts(), "", *_limits(), "", END))


def in_page(page: str) -> str:
    """Return a page of the documentation with the section as it is now in the place of what stands between the marks.

    Raises:
        ValueError: The page lacks a mark.
    """
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        msg = "the page has no place for the configurations"
        raise ValueError(msg)
    return f"{before}{guide()}{after}"


def fragment(configuration: Configuration, links: Sequence[Placed] = ()) -> str:
    """Return what to write to the connections file.

    Links that are there keep their names and ids, and show only what the configuration decides. Links that cannot stand
    in one file are documents of their own.

    Args:
        configuration: The configuration.
        links: Links of the company as they are; without any, an example.
    """
    shown = list(links) or list(_SEVERAL if configuration.has_several else (_ONE,))
    entries = {one.name: _entry(configuration, one, place, is_new=not links) for place, one in enumerate(shown)}
    if configuration.enters_entity:
        return _document(_comments(configuration, is_new=not links), entries)
    comments = list(_comments(configuration, is_new=not links))
    if len(entries) > 1:
        comments.append(_OWN_FILE if configuration.has_several else "Keep the one whose BILL account is connected.")
    documents = [_document((), {name: entry}) for name, entry in entries.items()]
    return "".join(f"# {one}\n" for one in comments) + "---\n".join(documents)


def _entry(configuration: Configuration, link: Placed, place: int, *, is_new: bool) -> dict[str, Any]:
    entry: dict[str, Any] = {"company": link.company}
    if configuration.enters_entity:
        entry["entity"] = link.entity_id or (_ENTITIES[place % len(_ENTITIES)] if is_new else "ENTITY-ID")
    entry |= {"bill": link.bill, "organization_id": link.organization_id}
    if configuration.is_one_way and not link.is_routed:
        entry["one_way"] = True
    if is_new:
        entry["clearing"] = {"money_out": "1070", "money_in": "1080"}
        if configuration.level is Level.TOP:
            entry["default_location"] = "100-RENO"
    return entry


def _comments(configuration: Configuration, *, is_new: bool) -> Iterator[str]:
    owner = configuration.level
    yield f"Configuration {configuration.letter}: {configuration.shape}."
    if is_new:
        yield "Put your names and ids in; company and bill name entries of `companies` and `bill`."
    else:
        yield "What the configuration decides; all else of a link stays as it is."
    yield f"clearing: ledger accounts of {owner} (S-CFG-03)."
    if configuration.enters_entity:
        yield "entity: its id, as written in Company > Entities (S-CFG-02, S-SET-25)."
    else:
        yield f"No entity: each link ends at {owner} itself (S-CFG-02)."
    if configuration.level is Level.TOP:
        yield "default_location: of lines without one, which are held otherwise (S-CFG-20)."
    if configuration.is_one_way:
        yield "one_way: nothing made in Intacct goes into BILL. In its place `routes` of the company, the same in each"
        yield "file, says which account gets what (S-CFG-10)."
    else:
        yield "No one_way: documents travel both ways (S-CFG-06)."


def _document(comments: Iterator[str] | tuple[str, ...], entries: dict[str, Any]) -> str:
    text: str = yaml.safe_dump({"links": entries}, sort_keys=False, allow_unicode=True, width=1_000)
    return "".join(f"# {one}\n" for one in comments) + text


# ---- the page


def _questions() -> Iterator[str]:
    yield from _head("question", "rule", "yes", "no")
    for name, question in QUESTIONS.items():
        yes, no = OPTIONS[name]
        yield f"| {question.asks} | {_rule(question.rule)} | `{yes}` | `{no}` |"
    yield ""
    yield "Without shared entities the last three decide nothing (S-CFG-12). With them, one yes among the three demands"
    yield "the top level (S-CFG-14)."
    yield ""
    levels = {
        "no shared entities": Level.COMPANY,
        "shared, and a yes among the three": Level.TOP,
        "shared, and three times no": Level.ENTITY,
    }
    yield from _head("answers", "one BILL account", "several")
    for words, level in levels.items():
        one, several = (at_level(level, has_several=has_several).letter for has_several in (False, True))
        yield f"| {words} | **{one}** | **{several}** |"


def _facts() -> Iterator[str]:
    every = list(CONFIGURATIONS.values())
    yield from _head("", *(f"[{one.letter}](first-run.md#configuration-{one.letter.lower()})" for one in every))
    yield f"| what ends where ({_rule('S-CFG-01')}) | {' | '.join(one.shape for one in every)} |"
    for facts in zip(*(one.facts for one in every), strict=True):
        cells = " | ".join(fact.says for fact in facts)
        yield f"| {facts[0].about} ({_rule(facts[0].rule)}) | {cells} |"


def _limits() -> Iterator[str]:
    yield from _head("limit", "in", "rule", "for this product", "what it does")
    for one in LIMITATIONS:
        yield f"| {one.says} | {', '.join(one.letters)} | {_rule(one.rule)} | {one.relief} | {one.here} |"


def _head(*columns: str) -> tuple[str, str]:
    return (f"| {' | '.join(columns)} |", f"|{' --- |' * len(columns)}")


def _rule(number: str) -> str:
    return f"[{number}](coverage.md#{number.lower()})"
