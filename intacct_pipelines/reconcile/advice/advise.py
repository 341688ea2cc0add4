"""What advice on one cause is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

INTO_BILL: Final = (
    "A link whose `into_bill` is in mode `sync` has it in its next plan into BILL, or says what holds it."
)
"""What is said of each document of Intacct that BILL lacks."""


@dataclass(frozen=True, slots=True)
class Advice:
    """Where a cause is mended, and what else to know.

    Args:
        screens: Names in ``SCREENS``, the one to look at first in front.
        more: What cause and screens do not say; empty as a rule.
    """

    screens: tuple[str, ...] = ()
    more: str = ""


def at(screens: str, more: str = "") -> Advice:
    """Return advice; names of screens are parted by commas."""
    return Advice(tuple(filter(None, screens.split(", "))), more)
