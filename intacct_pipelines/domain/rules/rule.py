"""What a rule of sync behaviour is: its number, what it says in one line, where it binds, and who says so."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Flag, StrEnum, auto
from typing import Final


class Surface(Flag):
    """Where a rule binds this product."""

    EXTRACT = auto()
    RECONCILE = auto()
    PUSH = auto()
    """Writing into Intacct."""
    INTO_PLATFORM = auto()
    """Writing from Intacct into a platform."""
    SET_UP = auto()
    """The connections file and ``check``."""
    RUN = auto()
    """Jobs and schedules."""


class Source(Flag):
    """Who says so."""

    BILL_GUIDE = auto()
    SYNC_USER_GUIDE = auto()
    DIVVY_GUIDE = auto()
    SPEND_CENTER_GUIDE = auto()
    BUSINESS_CENTER_GUIDE = auto()
    PUBLIC_PAGE = auto()
    """A public page beside the guides, which binds nothing by itself."""
    OURS = auto()
    """Our own: an inference, or what this product demands of itself."""


class Limit(StrEnum):
    """What kind of rule it is, and of a limitation whether a better sync could lift it."""

    NORM = "norm"
    INTACCT = "inherent to Intacct"
    BILL = "inherent to BILL"
    LIFTABLE = "a choice of the vendor's sync"
    PARTLY = "can be lifted in part"
    UNKNOWN = "not established"
    STEP = "step of a set-up"
    ERROR = "refusal of the vendor's sync"
    RESOLVED = "contradiction between guides, resolved"
    OWN = "own rule"


X: Final = Surface.EXTRACT
R: Final = Surface.RECONCILE
P: Final = Surface.PUSH
PB: Final = Surface.INTO_PLATFORM
C: Final = Surface.SET_UP
D: Final = Surface.RUN
WORDS: Final = Surface(0)
"""For rules that bind no program."""

BG: Final = Source.BILL_GUIDE
BU: Final = Source.SYNC_USER_GUIDE
DV: Final = Source.DIVVY_GUIDE
SC: Final = Source.SPEND_CENTER_GUIDE
PM: Final = Source.BUSINESS_CENTER_GUIDE
WEB: Final = Source.PUBLIC_PAGE
OWN: Final = Source.OURS


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; its number is never given to another.

    Args:
        number: Such as ``S-BIL-02``.
        surfaces: Where it binds; nowhere, if it says what other rules say or binds people only.
        limit: What kind of rule it is.
        sources: Who says so.
        says: The rule in one line.
        same_as: Rules that say it, where it says nothing of its own.
        unproven: Why no test can prove it.
        short: What of it is not done.
    """

    number: str
    surfaces: Surface
    limit: Limit
    sources: Source
    says: str
    same_as: tuple[str, ...] = ()
    unproven: str = ""
    short: str = ""

    @property
    def chapter(self) -> str:
        """The middle of its number, such as ``BIL``."""
        return self.number.split("-")[1]
