"""Why a funds transfer has no partner, or differs from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from intacct_pipelines.reconcile.causes.cause import Turn, broken, coming, expected

if TYPE_CHECKING:
    from intacct_pipelines.reconcile.causes.cause import Cause

TRANSFERS: Final[dict[str, Cause]] = {
    "void_transfer": expected("S-AFT-01", "The movement is void in BILL; only confirmed ones travel.", "Nothing."),
    "transfer_to_come": coming(
        "S-AFT-01", "BILL has not confirmed the movement yet; only confirmed ones travel.", "Nothing."
    ),
    "transfer_made_in_intacct": expected(
        "S-AFT-01",
        "The transfer was made in Intacct; funds transfers travel from BILL only.",
        "Nothing, unless it moved money of BILL's clearing account.",
    ),
    "transfer_missing_in_intacct": broken(
        "The movement never reached Intacct, so the clearing account keeps its amount (S-AFT-01).",
        "Enter the funds transfer in Intacct.",
        turn=Turn.INTACCT,
    ),
    "transfer_missing_and_short": broken(
        "The movement never reached Intacct, and the movements of its day are not what the payments of that day add up "
        "to.",
        "Compare the day with BILL's funds transfer detail, then enter the transfer in Intacct.",
    ),
    "computed_transfer_missing": broken(
        "BILL tells of no movement for the payments of this day, and Intacct has no transfer of their sum, so the "
        "clearing account keeps it; without BILL's older API the sum is computed.",
        "Look for the transfer in Intacct. If BILL debits each payment by itself, there is none to look for.",
    ),
    "transfer_differs": broken(
        "The two sides differ and no rule explains it.", "Decide which side is right and correct the other."
    ),
    "void_transfer_stands": broken(
        "The movement is void in BILL and its transfer stands in Intacct.",
        "Reverse the transfer in Intacct.",
        turn=Turn.INTACCT,
    ),
    "transfer_undone_but_live": broken(
        "The transfer is undone in Intacct and the movement stands in BILL.",
        "Enter the transfer in Intacct again.",
        turn=Turn.INTACCT,
    ),
    "payments_do_not_add_up": broken(
        "The movements of this day are not what the payments of that day add up to.",
        "Compare the day with BILL's funds transfer detail.",
    ),
    "double_transfer": broken(
        "Several transfers carry the same number, or the same date and amount, and nothing tells them apart.",
        "Compare them; reverse the ones that were entered twice, or confirm the pairs.",
    ),
}
"""Causes of funds transfers."""
