"""What a reason of a difference is: its verdict, its rule, what to tell the reader and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
import pandas as pd


class Kind(StrEnum):
    """What differs."""

    MISSING_IN_INTACCT = "missing_in_intacct"
    MISSING_IN_PLATFORM = "missing_in_platform"
    AMOUNT = "amount"
    DATE = "date"
    STATE = "state"
    """Whether the record is in use, undone or paid."""
    CODING = "coding"
    """What the record is booked under: number, vendor, name, accounts, dimensions, references, terms."""
    DUPLICATE = "duplicate"
    APPLICATION = "application"
    UNCLEARED = "uncleared"
    """Stands on a clearing account, and nothing brings the account back to zero."""


class Verdict(StrEnum):
    """What to think of it, from harmless to harmful."""

    EXPECTED = "expected"
    IN_FLIGHT = "in_flight"
    BREAK = "break"


class Turn(StrEnum):
    """Who has to act next."""

    NOBODY = "nobody"
    SYNC = "next sync"
    APPROVER = "plan approver"
    """Plans a push and approves it."""
    PLATFORM = "platform user"
    INTACCT = "Intacct user"
    SETTINGS = "administrator"
    """Keeps the link's settings and maps."""
    ACCOUNTANT = "accountant"
    """Knows both sides and decides which is right."""


@dataclass(frozen=True, slots=True)
class Cause:
    """One reason.

    Args:
        verdict: What to think of it.
        rule: Set exactly when the verdict is not break.
        reason: Why the sides differ.
        remedy: What to do.
        turn: Who has to do it.
        shared: What all records of this cause are mended by at once, such as ``vendor {}``; ``{}`` stands for the
            ``root`` of the record. Empty where each object, kind and field is a matter of its own.
    """

    verdict: Verdict
    rule: str
    reason: str
    remedy: str
    turn: Turn = Turn.ACCOUNTANT
    shared: str = ""


def expected(rule: str, reason: str, remedy: str, *, turn: Turn | None = None, shared: str = "") -> Cause:
    """Return a difference that a rule explains; without ``turn``, the accountant's, or nobody's if nothing is to do."""
    is_fine = remedy.startswith("Nothing")
    return Cause(Verdict.EXPECTED, rule, reason, remedy, turn or (Turn.NOBODY if is_fine else Turn.ACCOUNTANT), shared)


def broken(reason: str, remedy: str, *, turn: Turn = Turn.ACCOUNTANT, shared: str = "") -> Cause:
    """Return a difference that no rule explains; where a rule describes the failure, the reason names it."""
    return Cause(Verdict.BREAK, "", reason, remedy, turn, shared)


def coming(rule: str, reason: str, remedy: str) -> Cause:
    """Return a difference that settles by itself, once what a rule describes has happened."""
    return Cause(Verdict.IN_FLIGHT, rule, reason, remedy, Turn.SYNC)


NO_CAUSE: Final = ""
YOUNG: Final = "young"


def first_cause(rows: pd.DataFrame, otherwise: str = NO_CAUSE, **causes: pd.Series) -> pd.Series:
    """Return for each row the name of the first cause that holds, in the order given."""
    conditions = [condition.to_numpy(dtype=bool) for condition in causes.values()]
    if not conditions:
        return pd.Series(otherwise, index=rows.index, dtype=object)
    chosen = np.select(conditions, [np.array(name, dtype=object) for name in causes], np.array(otherwise, dtype=object))
    return pd.Series(chosen, index=rows.index, dtype=object)
