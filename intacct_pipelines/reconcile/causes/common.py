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
    "of_another_account": expected(
        "S-CFG-10", "Another BILL account that ends at the same place brought the document to Intacct.", "Nothing."
    ),
    "made_by_a_sync": expected(
        "S-CFG-10",
        "The vendor's sync of one of the BILL accounts at the place made it, so it came from BILL and goes into none.",
        "Nothing; the account that it came from has it as its pair.",
    ),
    "routed_elsewhere": expected(
        "S-CFG-10",
        "By the company's `routes` the document goes into another BILL account that ends at the same place.",
        "Nothing; that account's own reconciliation tells whether it arrived.",
    ),
    "routed_nowhere": expected(
        "S-CFG-10",
        "No row of the company's `routes` says into which BILL account the document goes.",
        "Add a row that does to `routes`, in each account's connections file; or correct its codes in Intacct.",
        turn=Turn.SETTINGS,
    ),
    "routed_to_several": expected(
        "S-CFG-10",
        "By the company's `routes` the document's lines lead to different BILL accounts, and it goes into one.",
        "Split it in Intacct, or let a row of `routes` above those decide by its vendor or customer.",
        turn=Turn.INTACCT,
    ),
}
"""Causes of every object."""
