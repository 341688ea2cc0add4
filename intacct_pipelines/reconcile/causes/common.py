"""Reasons that differences of any object can have."""

from __future__ import annotations

from typing import Final

from intacct_pipelines.reconcile.causes.cause import YOUNG, Cause, Turn, Verdict, expected

COMMON: Final[dict[str, Cause]] = {
    YOUNG: Cause(
        Verdict.IN_FLIGHT,
        "S-SCH-04",
        "The record changed less than the link's grace ago; the next sync may settle it.",
        "Wait for the next sync.",
        Turn.SYNC,
    ),
    "other_owner": expected(
        "S-CFG-11", "The record belongs to another level or entity of the company than the link.", "Nothing."
    ),
    "travels_one_way": expected(
        "S-CFG-10",
        "Transactions travel from BILL to Intacct only; what is entered or edited in Intacct stays there.",
        "Nothing.",
    ),
}
"""Causes of every object."""
