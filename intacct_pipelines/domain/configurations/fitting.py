"""Which configuration a link of the connections file has, and where it contradicts what is known of the company."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from intacct_pipelines.domain.checkup import Verdict, doubtful, wrong
from intacct_pipelines.domain.configurations.advice import QUESTIONS, Answers, advise
from intacct_pipelines.domain.configurations.shape import Configuration, Level, at_level, named


@dataclass(frozen=True, slots=True)
class Placed:
    """How a link stands in the connections file.

    Args:
        name: Name of the link.
        company: Name of its company there.
        bill: Name of its BILL connection there.
        organization_id: BILL organisation.
        entity_id: Entity at which it ends; empty for the top level, or a company without levels.
        is_one_way: Its setting ``one_way``.
        beside: How many links of the file end in the company, this one included.
        is_routed: Whether ``routes`` of the company names its BILL organisation.
    """

    name: str
    company: str
    bill: str
    organization_id: str
    entity_id: str
    is_one_way: bool
    beside: int
    is_routed: bool = False

    @property
    def shares_its_place(self) -> bool:
        """Whether it says that other BILL accounts end where this one does."""
        return self.is_one_way or self.is_routed


def configurations_of(placed: Placed, *, shared: bool | None = None) -> tuple[Configuration, ...]:
    """Return what a link is: two where only the company tells whether there is a top level, else one.

    B and D have one link in a file, and are known by ``one_way`` or ``routes``.

    Args:
        placed: The link.
        shared: Whether the company's entities share their lists; None if nobody said.
    """
    if placed.entity_id:
        return (at_level(Level.ENTITY, has_several=placed.beside > 1),)
    if shared is None:
        levels: tuple[Level, ...] = (Level.COMPANY, Level.TOP)
    else:
        levels = (Level.TOP,) if shared else (Level.COMPANY,)
    return tuple(at_level(level, has_several=placed.shares_its_place) for level in levels)


def misfits(placed: Placed, answers: Answers) -> tuple[Verdict, ...]:
    """Return where a link contradicts the answers about its company: nothing if it fits."""
    return tuple(_misfits(placed, answers))


def in_no_configuration(placed: Placed) -> tuple[Verdict, ...]:
    """Return where a link is none of the six, whatever its company is: from an entity documents travel both ways."""
    if not placed.entity_id or not placed.shares_its_place:
        return ()
    (now,) = configurations_of(placed)
    return (_direction(placed, now),)


def without_sharing(found: str) -> Verdict:
    """Say that an entity is named in a company whose entities share no lists (S-CFG-13)."""
    return wrong(
        found,
        f"links without entity ({named(Level.COMPANY)})",
        "Take `entity` out of the links; a distributed company has one connection a company.",
        "S-CFG-13",
    )


def above_the_entity(found: str, rule: str = "S-CFG-15") -> Verdict:
    """Say that a link ends at an entity, and what it needs lies at the top level (S-CFG-14, S-CFG-15)."""
    return doubtful(
        found,
        f"lists that are made at the entity, or a link to the top level ({named(Level.TOP)})",
        "Make vendors at the entity, or take `entity` out: what the top level owns is changed there only.",
        rule,
    )


def _misfits(placed: Placed, answers: Answers) -> Iterator[Verdict]:
    advised = advise(answers)
    if verdict := _level(placed, answers, advised.level):
        yield verdict
    if not answers.several and placed.beside > 1:
        yield wrong(
            f"{placed.beside} links end in the company, each with a BILL account of its own",
            "one link, for the one BILL account",
            "Take out the links whose BILL accounts are not connected, or answer that there are several.",
            "S-CFG-01",
        )
    if answers.several and advised.enters_entity and placed.entity_id and placed.beside == 1:
        yield doubtful(
            "the only link of the company, and there are several BILL accounts",
            "a link for each BILL account, each to an entity of its own",
            "Write one for each of the others, with the entity at which it ends.",
            "S-CFG-01",
        )
    if placed.shares_its_place != advised.is_one_way:
        yield _direction(placed, advised)


def _level(placed: Placed, answers: Answers, level: Level) -> Verdict | None:
    ends = f"the link ends at entity {placed.entity_id}"
    if placed.entity_id and level is Level.COMPANY:
        return without_sharing(f"{ends}, and the company's entities share no lists")
    if placed.entity_id and level is Level.TOP:
        why = " and ".join(QUESTIONS[name].yes for name in answers.demands)
        return wrong(
            f"{ends}, and {why}",
            f"a link to the top level ({named(level)})",
            "Take `entity` out of the link: what the top level owns is changed there only (S-CFG-11).",
            "S-CFG-14",
        )
    if not placed.entity_id and level is Level.ENTITY:
        return wrong(
            "the link ends at the top level, and nothing demands that",
            f"a link to an entity ({named(level)})",
            "Write the entity's id to `entity`: from the top level what an entity owns does not reach BILL (S-CFG-07).",
            "S-CFG-15",
        )
    return None


def _direction(placed: Placed, advised: Configuration) -> Verdict:
    if placed.is_routed:
        return wrong(
            "`routes` of the company shares out what is made in Intacct among several accounts at the link's place",
            f"one BILL account at the place, as in configuration {advised.letter}",
            "Take `routes` out of the company.",
            "S-CFG-10",
        )
    if placed.is_one_way:
        return wrong(
            "`one_way` is on, so that what is made in Intacct is never missed in BILL",
            f"documents that travel both ways, as in configuration {advised.letter}",
            "Take `one_way` out of the link.",
            "S-CFG-10",
        )
    return wrong(
        "neither `routes` nor `one_way`, so that the documents of the other BILL accounts count as missing in this one",
        f"a table that says which account gets what, or documents that travel to Intacct only, as in configuration "
        f"{advised.letter}",
        "Write `routes` to the company, the same in each account's connections file; or `one_way: true` to the link.",
        "S-CFG-10",
    )
