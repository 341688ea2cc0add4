"""Why a lump sum between the bank and clearing has no partner, or differs from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from intacct_pipelines.reconcile.causes.cause import Turn, broken, coming, expected

if TYPE_CHECKING:
    from intacct_pipelines.reconcile.causes.cause import Cause


def _lump_sums(names: str, rule: str, carried: str, behind: str) -> dict[str, Cause]:
    """Return the causes of one kind.

    Args:
        names: What their names begin with.
        rule: The rule by which they travel.
        carried: What is behind a movement, in one word.
        behind: The same, of a day.
    """
    compare = "Compare the day with BILL's funds transfer detail"
    return {
        f"{names}void_transfer": expected(
            rule, "The movement is void in BILL; only confirmed ones travel.", "Nothing."
        ),
        f"{names}transfer_to_come": coming(
            rule, "BILL has not confirmed the movement yet; only confirmed ones travel.", "Nothing."
        ),
        f"{names}transfer_in_journal": expected(
            rule, "It stands in Intacct as a journal entry between the bank and the clearing account.", "Nothing."
        ),
        f"{names}transfer_entry_differs": broken(
            "Intacct's journal entry of the movement has another amount, day or currency.",
            "Reverse the entry in Intacct and enter it as BILL has it.",
            turn=Turn.INTACCT,
        ),
        f"{names}transfer_made_in_intacct": expected(
            rule,
            "The transfer was made in Intacct; funds transfers travel from BILL only.",
            "Nothing, unless it moved money of BILL's clearing account.",
        ),
        f"{names}transfer_missing_in_intacct": broken(
            f"The movement never reached Intacct, so the clearing account keeps its amount ({rule}).",
            "Enter the funds transfer in Intacct.",
            turn=Turn.INTACCT,
        ),
        f"{names}transfer_missing_and_short": broken(
            f"The movement never reached Intacct, and the movements of its day are not what {behind} add up to.",
            f"{compare}, then enter the transfer in Intacct.",
        ),
        f"{names}transfer_differs": broken(
            "The two sides differ and no rule explains it.", "Decide which side is right and correct the other."
        ),
        f"{names}void_transfer_stands": broken(
            "The movement is void in BILL and its transfer stands in Intacct.",
            "Reverse the transfer in Intacct.",
            turn=Turn.INTACCT,
        ),
        f"{names}transfer_undone_but_live": broken(
            "The transfer is undone in Intacct and the movement stands in BILL.",
            "Enter the transfer in Intacct again.",
            turn=Turn.INTACCT,
        ),
        f"{names}{carried}_do_not_add_up": broken(
            f"The movements of this day are not what {behind} add up to.", f"{compare}."
        ),
        f"{names}double_transfer": broken(
            "Several transfers carry the same number, or the same date and amount, and nothing tells them apart.",
            "Compare them; reverse the ones that were entered twice, or confirm the pairs.",
        ),
    }


TRANSFERS: Final[dict[str, Cause]] = {
    **_lump_sums("", "S-AFT-01", "payments", "the payments of that day"),
    **_lump_sums("ar_", "S-RFT-01", "receipts", "the receipts and fees since the movement before"),
    "computed_transfer_missing": broken(
        "BILL tells of no movement for the payments of this day, and Intacct has no transfer of their sum, so the "
        "clearing account keeps it; without BILL's older API the sum is computed.",
        "Look for the transfer in Intacct. If BILL debits each payment by itself, there is none to look for.",
    ),
    "transfer_of_another_account": broken(
        "Neither account of the transfer in Intacct is the ledger account of one of BILL's banks.",
        "Correct the account of the bank in BILL, or enter the transfer in Intacct between the right accounts.",
    ),
    "transfer_across_locations": broken(
        "The transfer in Intacct moves money between bank accounts of two locations; the funds transfers of a BILL "
        "account have one (S-AFT-02).",
        "Give both bank accounts one location in Intacct, or enter the transfer within one.",
        turn=Turn.INTACCT,
    ),
}
"""Causes of funds transfers."""
