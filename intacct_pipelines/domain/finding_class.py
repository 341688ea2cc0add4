"""A class of findings as people read of it: what it means, by which rule, and where it is mended."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Screen:
    """A place in which something is mended.

    Args:
        system: Whose it is, as people call it.
        does: What is done there.
        where: The way there, or a command.
        beware: What to know before; empty as a rule.
    """

    system: str
    does: str
    where: str
    beware: str = ""


@dataclass(frozen=True, slots=True)
class FindingClass:
    """One cause of differences, for people.

    Args:
        name: Its name, as findings carry it.
        group: What it is about.
        kinds: What ``explain`` and ``map`` call records that have it; others may have it too.
        verdict: ``expected``, ``in_flight`` or ``break``.
        rules: Numbers of the rules behind it.
        reason: Why the sides differ.
        remedy: What to do.
        turn: Whose turn it is.
        shared: Whether all records of one root are one finding.
        screens: Where it is mended.
        more: What else to know.
    """

    name: str
    group: str
    kinds: tuple[str, ...]
    verdict: str
    rules: tuple[str, ...]
    reason: str
    remedy: str
    turn: str
    shared: bool
    screens: tuple[Screen, ...]
    more: str = ""
