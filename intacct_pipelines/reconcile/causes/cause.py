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


class Verdict(StrEnum):
    """What to think of it, from harmless to harmful."""

    EXPECTED = "expected"
    IN_FLIGHT = "in_flight"
    BREAK = "break"


@dataclass(frozen=True, slots=True)
class Cause:
    """One reason; ``rule`` is set exactly when the verdict is expected."""

    verdict: Verdict
    rule: str
    reason: str
    remedy: str


def expected(rule: str, reason: str, remedy: str) -> Cause:
    """Return a difference that a rule explains."""
    return Cause(Verdict.EXPECTED, rule, reason, remedy)


def broken(reason: str, remedy: str) -> Cause:
    """Return a difference that no rule explains; where a rule describes the failure, the reason names it."""
    return Cause(Verdict.BREAK, "", reason, remedy)


NO_CAUSE: Final = ""
YOUNG: Final = "young"


def first_cause(rows: pd.DataFrame, otherwise: str = NO_CAUSE, **causes: pd.Series) -> pd.Series:
    """Return for each row the name of the first cause that holds, in the order given."""
    conditions = [condition.to_numpy(dtype=bool) for condition in causes.values()]
    if not conditions:
        return pd.Series(otherwise, index=rows.index, dtype=object)
    chosen = np.select(conditions, [np.array(name, dtype=object) for name in causes], np.array(otherwise, dtype=object))
    return pd.Series(chosen, index=rows.index, dtype=object)
