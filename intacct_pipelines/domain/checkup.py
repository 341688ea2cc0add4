"""What a check of the set-up says: found, expected, how to mend it, and the rule behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Standing(StrEnum):
    """How a part of the set-up stands."""

    WELL = "well"
    WRONG = "wrong"
    DOUBTFUL = "doubtful"
    """Something speaks against it that is not certain, or that only costs; work goes on."""
    NOT_ASKED = "not asked"
    """It could not be looked at; it does not count as well."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one look found.

    Args:
        standing: How it stands.
        found: What is there.
        expected: What should be; empty when it is well.
        mend: What to do, in the product's own screens; empty when there is nothing to do.
        rule: Number of the rule that asks for it; empty if none does.
    """

    standing: Standing
    found: str
    expected: str = ""
    mend: str = ""
    rule: str = ""


def well(found: str) -> Verdict:
    """Say that all is as it should be."""
    return Verdict(Standing.WELL, found)


def wrong(found: str, expected: str, mend: str, rule: str = "") -> Verdict:
    """Say that something must be mended."""
    return Verdict(Standing.WRONG, found, expected, mend, rule)


def doubtful(found: str, expected: str, mend: str, rule: str = "") -> Verdict:
    """Say that something should be looked at."""
    return Verdict(Standing.DOUBTFUL, found, expected, mend, rule)


def not_asked(reason: str, mend: str = "", rule: str = "") -> Verdict:
    """Say that it could not be looked at."""
    return Verdict(Standing.NOT_ASKED, reason, mend=mend, rule=rule)


@dataclass(frozen=True, slots=True)
class Checked:
    """One verdict with what was checked, and where.

    Args:
        check: Name of the check.
        system: Schema of the system that was asked, such as ``intacct``; ``settings`` for the connections file.
        place: Company, entity, link or account.
        verdict: What was found.
    """

    check: str
    system: str
    place: str
    verdict: Verdict

    def dict(self) -> dict[str, str]:
        """Return it for a document in JSON."""
        return {
            "check": self.check,
            "system": self.system,
            "place": self.place,
            "standing": str(self.verdict.standing),
            "found": self.verdict.found,
            "expected": self.verdict.expected,
            "mend": self.verdict.mend,
            "rule": self.verdict.rule,
        }


@dataclass(frozen=True, slots=True)
class Checkup:
    """All that was checked, in order; one check at one place may say several things.

    Args:
        checked: Every verdict.
    """

    checked: tuple[Checked, ...]

    @property
    def checks(self) -> int:
        """Number of checks, each place once."""
        return len({(one.check, one.system, one.place) for one in self.checked})

    def of(self, *standings: Standing) -> Sequence[Checked]:
        """Return what stands in one of these ways."""
        return [one for one in self.checked if one.verdict.standing in standings]

    @property
    def not_well(self) -> Sequence[Checked]:
        """All that somebody should look at."""
        return self.of(Standing.WRONG, Standing.DOUBTFUL, Standing.NOT_ASKED)

    @property
    def is_well(self) -> bool:
        """Whether every check found all as it should be."""
        return not self.not_well

    @property
    def is_wrong(self) -> bool:
        """Whether something must be mended, or could not be looked at."""
        return bool(self.of(Standing.WRONG, Standing.NOT_ASKED))
