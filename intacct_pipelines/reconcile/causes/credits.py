"""Why a vendor credit or its use on a bill has no partner, or differs from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from intacct_pipelines.reconcile.causes.cause import Turn, broken, coming, expected

if TYPE_CHECKING:
    from intacct_pipelines.reconcile.causes.cause import Cause

CREDITS: Final[dict[str, Cause]] = {
    # A credit only in BILL.
    "archived_credit": expected(
        "S-VCR-02", "The vendor credit is archived in BILL; only live ones travel to Intacct.", "Nothing."
    ),
    "credit_vendor_missing": broken(
        "The vendor credit's vendor is not in Intacct, so the credit cannot be.",
        "Bring the vendor to Intacct first.",
        turn=Turn.APPROVER,
        shared="vendor {}",
    ),
    "credit_deleted_in_intacct": broken(
        "Intacct's record of the vendor credit was deleted and not made again.",
        "Enter it in Intacct again, or archive the vendor credit in BILL.",
        turn=Turn.INTACCT,
    ),
    "unfiltered_credit_missing": broken(
        "The vendor credit never reached Intacct, though the link takes unapproved ones too.",
        "Enter it in Intacct.",
        turn=Turn.INTACCT,
    ),
    "credit_missing_in_intacct": broken(
        "The vendor credit never reached Intacct. BILL does not say whether it is approved, and with the filter "
        "for approved ones an unapproved one stays behind (S-VCR-07).",
        "See in BILL whether it waits for approval; else enter it in Intacct.",
        turn=Turn.INTACCT,
    ),
    # A credit only in Intacct.
    "excluded_adjustment": expected(
        "S-VCR-05",
        "Adjustments made in Intacct do not travel.",
        "Nothing; to use it in BILL, enter it there as a vendor credit, or let the link do so.",
    ),
    "used_credit": expected(
        "S-VCR-01",
        "Only fully unapplied vendor credits travel to BILL; some of this one is used in Intacct.",
        "Nothing; apply vendor credits in BILL.",
    ),
    "unposted_credit": expected(
        "S-VCR-01", "Only posted, fully unapplied vendor credits travel to BILL; this one is not posted.", "Nothing."
    ),
    "credit_deleted_in_bill": broken(
        "The vendor credit was deleted in BILL and stands in Intacct.",
        "Reverse it in Intacct with a date you choose.",
        turn=Turn.INTACCT,
    ),
    "credit_missing_in_platform": broken(
        "The negative bill never reached BILL as a vendor credit (S-VCR-06).",
        "Enter the vendor credit in BILL, or reverse the negative bill in Intacct.",
        turn=Turn.PLATFORM,
    ),
    "adjustment_missing_in_platform": broken(
        "The adjustment never reached BILL as a vendor credit, though the link takes adjustments there.",
        "See in the plan what holds it, or enter the vendor credit in BILL.",
        turn=Turn.PLATFORM,
    ),
    # A credit on both sides.
    "used_in_intacct": expected(
        "S-VCR-08",
        "More of the credit was used in Intacct than in BILL, which does not hear of it and offers it still.",
        "Apply it in BILL to the same bill, and from now on in BILL only.",
        turn=Turn.PLATFORM,
    ),
    "credit_archived_but_standing": broken(
        "The vendor credit is archived in BILL and stands in Intacct.",
        "Reverse it in Intacct with a date you choose; BILL cannot restore a vendor credit.",
        turn=Turn.INTACCT,
    ),
    "credit_reversed_but_live": broken(
        "The credit is reversed in Intacct and live in BILL.",
        "Archive it in BILL, or enter it again in Intacct.",
        turn=Turn.PLATFORM,
    ),
    "credit_differs": broken(
        "The two sides differ and no rule explains it.", "Decide which side is right and correct the other."
    ),
    "double_credit": broken(
        "Several credits carry the same vendor and number, or name the same source, and nothing tells them apart.",
        "Compare them; reverse the ones that were entered twice, or confirm the pairs.",
    ),
    # The use of a credit on a bill.
    "older_credit_used": expected(
        "S-VCR-03",
        "Which credit was used in BILL cannot be told to Intacct, which used the oldest one on this bill instead.",
        "Correct the application in Intacct by hand, if it matters which credit stays open.",
        turn=Turn.INTACCT,
    ),
    "used_only_in_intacct": expected(
        "S-VCR-04",
        "Applications of credits made in Intacct do not travel, so BILL offers both bill and credit still (S-VCR-08).",
        "Apply the same credit to the same bill in BILL, where both are there.",
        turn=Turn.PLATFORM,
    ),
    "use_to_come": coming(
        "S-VCR-03",
        "The credit goes with a payment that is still to leave BILL.",
        "Nothing, until the payment's process date.",
    ),
    "use_undone_in_bill": broken(
        "The payment with which the credit was used is void in BILL, and the application stands in Intacct.",
        "Undo the application in Intacct.",
        turn=Turn.INTACCT,
    ),
    "use_undone_in_intacct": broken(
        "The credit is used in BILL, and the payment with which Intacct applied it is void there.",
        "Apply the credit in Intacct again, or void the payment in BILL.",
        turn=Turn.INTACCT,
    ),
    "used_bill_missing": broken(
        "The credit is used in BILL on a bill that is not in Intacct.", "Settle the bill's own difference first."
    ),
    "used_credit_missing": broken(
        "The credit that is used in BILL is not in Intacct.", "Settle the vendor credit's own difference first."
    ),
    "use_missing_in_intacct": broken(
        "The credit is used on this bill in BILL, and Intacct knows of no such application.",
        "Apply the credit to the bill in Intacct.",
        turn=Turn.INTACCT,
    ),
    "use_differs": broken(
        "The credit is used on this bill in both systems, and BILL used another amount.",
        "Correct the application in Intacct.",
        turn=Turn.INTACCT,
    ),
}
"""Causes of vendor credits and their applications."""
