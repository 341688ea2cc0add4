"""The six configurations, and what each is: where it ends, who owns what, and which way documents travel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Level(StrEnum):
    """Where in a company a BILL account ends; the value is what owns lists, bank accounts and documents there."""

    COMPANY = "the company"
    TOP = "the top level"
    ENTITY = "the entity"


_PLACES: Final = {
    Level.COMPANY: "a company whose entities share no lists, or which has one",
    Level.TOP: "the top level of a company with entities",
    Level.ENTITY: "an entity of a company with entities",
}
_GUIDES: Final = {Level.COMPANY: "standard", Level.TOP: "standard", Level.ENTITY: "several entities"}


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that holds in a configuration.

    Args:
        about: What it is about, in few words.
        says: What holds.
        rule: Number of its rule.
    """

    about: str
    says: str
    rule: str


@dataclass(frozen=True, slots=True)
class Configuration:
    """One of the six.

    Args:
        letter: ``A`` to ``F``.
        level: Where a BILL account ends.
        has_several: Whether several BILL accounts end in the company: at one place, or each at an entity of its own.
    """

    letter: str
    level: Level
    has_several: bool

    @property
    def enters_entity(self) -> bool:
        """Whether the entity's id is given at sign-in (S-CFG-02)."""
        return self.level is Level.ENTITY

    @property
    def is_one_way(self) -> bool:
        """Whether the vendor's sync carries documents to Intacct only (S-CFG-06, S-CFG-10)."""
        return self.has_several and not self.enters_entity

    @property
    def shape(self) -> str:
        """What ends where (S-CFG-01), in a few words."""
        if not self.has_several:
            return f"one BILL account, {_PLACES[self.level]}"
        if self.enters_entity:
            return "several BILL accounts, each with an entity of its own"
        return f"several BILL accounts, {_PLACES[self.level]}"

    @property
    def facts(self) -> tuple[Fact, ...]:
        """All that holds in it, as the guides' table of configurations has it."""
        return tuple(self._facts())

    def _facts(self) -> Iterator[Fact]:
        copied = "; copied into each BILL account" if self.is_one_way else ""
        owners = "unrestricted" if self.level is Level.TOP else ""
        yield Fact("entity id at sign-in", "the entity's, in `entity`" if self.enters_entity else "none", "S-CFG-02")
        yield Fact("clearing accounts belong to", f"{self.level}", "S-CFG-03")
        yield Fact("bank account of funds transfers belongs to", f"{self.level}", "S-CFG-04")
        yield Fact("lists belong to", ", ".join(filter(None, (f"{self.level}", owners))) + copied, "S-CFG-05")
        yield Fact("bills, invoices and credits belong to", f"{self.level}", "S-CFG-06")
        travels = "to Intacct only" if self.is_one_way else "both ways"
        yield Fact("the vendor's sync carries them", travels, "S-CFG-06")
        yield Fact("the vendor's guide to set it up", _GUIDES[self.level], "S-CFG-08")


CONFIGURATIONS: Final = {
    letter: Configuration(letter, level, has_several)
    for letter, level, has_several in (
        ("A", Level.COMPANY, False),
        ("B", Level.COMPANY, True),
        ("C", Level.TOP, False),
        ("D", Level.TOP, True),
        ("E", Level.ENTITY, False),
        ("F", Level.ENTITY, True),
    )
}
"""Every configuration by its letter."""


def at_level(level: Level, *, has_several: bool) -> Configuration:
    """Return the configuration of one or several BILL accounts at a level."""
    return next(one for one in CONFIGURATIONS.values() if (one.level, one.has_several) == (level, has_several))


def named(*levels: Level) -> str:
    """Return in words which configurations end at some levels, such as ``configuration C or D``."""
    return f"configuration {' or '.join(one.letter for one in CONFIGURATIONS.values() if one.level in levels)}"
