"""Why a bill has no partner, or differs from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from intacct_pipelines.reconcile.causes.cause import Turn, broken, expected

if TYPE_CHECKING:
    from intacct_pipelines.reconcile.causes.cause import Cause

BILLS: Final[dict[str, Cause]] = {
    # Only in BILL.
    "draft_in_bill": expected(
        "S-APR-02",
        "The bill is a draft in BILL, so nobody has approved it.",
        "Nothing, until it is finished in BILL.",
        turn=Turn.PLATFORM,
    ),
    "archived_in_bill": expected(
        "S-BIL-03", "The bill is archived in BILL; only live bills travel to Intacct.", "Nothing."
    ),
    "not_approved": expected(
        "S-APR-02",
        "The bill is not approved in BILL, and the link takes approved bills only.",
        "Approve it in BILL.",
        turn=Turn.PLATFORM,
    ),
    "excluded_vendor": expected(
        "S-VEN-10",
        "The link keeps this vendor's documents apart.",
        "Nothing; to change it, take the vendor off the link's excluded vendors.",
    ),
    "ambiguous_vendor": expected(
        "S-VEN-03",
        "Several vendors have the name of this document's vendor, so it is not known to which vendor it belongs.",
        "Confirm which of the vendors are the same; their documents then find each other.",
    ),
    "vendor_missing": broken(
        "The bill's vendor is not in Intacct, so the bill cannot be.",
        "Bring the vendor to Intacct first.",
        turn=Turn.APPROVER,
        shared="vendor {}",
    ),
    "deleted_in_intacct": broken(
        "Intacct's bill was deleted and not made again, as an edit in BILL should have done (S-BIL-08).",
        "Plan a push to make it again, or archive the bill in BILL.",
        turn=Turn.APPROVER,
    ),
    "missing_in_intacct": broken("The bill never reached Intacct.", "Plan a push.", turn=Turn.APPROVER),
    # Only in Intacct.
    "not_posted": expected(
        "S-BIL-01", "Only posted, fully unpaid bills travel to BILL; this one is not posted.", "Nothing."
    ),
    "paid_in_intacct": expected(
        "S-BIL-02", "Bills that are paid or partly paid in Intacct never reach BILL.", "Nothing; pay bills from BILL."
    ),
    "negative_in_intacct": expected(
        "S-VCR-06", "A negative bill travels to BILL as a vendor credit, not as a bill.", "Look for the vendor credit."
    ),
    "deleted_in_bill": broken(
        "It was deleted in BILL and stands in Intacct (S-BIL-04).",
        "Reverse it in Intacct with a date you choose.",
        turn=Turn.INTACCT,
    ),
    "order_number_too_long": broken(
        "BILL refuses the bill, because its purchase order's number has more than 100 characters (S-PUR-06).",
        "Shorten the bill's reference number in Intacct; the next sync sends it again.",
        turn=Turn.INTACCT,
    ),
    "missing_in_platform": broken(
        "The bill never reached BILL.", "Enter it in BILL, or reverse it in Intacct.", turn=Turn.PLATFORM
    ),
    # On both sides.
    "over_ten_million": broken(
        "Documents over 10,000,000 arrive in Intacct as 0 with no state through the vendor sync (S-BIL-07).",
        "Correct the amount in Intacct: push the true amount.",
        turn=Turn.INTACCT,
    ),
    "edited_after_payment": expected(
        "S-BIL-06",
        "The bill was edited in BILL after it had been paid; a paid bill cannot be updated in Intacct.",
        "Undo the edit in BILL, or reclassify in Intacct where that is enabled.",
        turn=Turn.PLATFORM,
    ),
    "edited_too_late": expected(
        "S-BIL-09",
        "The bill was edited in BILL after it had been partly paid; such edits do not travel.",
        "Undo the edit in BILL, or correct Intacct in an open period.",
        turn=Turn.PLATFORM,
    ),
    "edited_in_closed_books": expected(
        "S-BIL-09",
        "The bill was edited in BILL after its books had closed in Intacct; such edits do not travel.",
        "Undo the edits in BILL, or open the books in Intacct and let the edits travel.",
        turn=Turn.PLATFORM,
        shared="closed books",
    ),
    "edited_purchase": expected(
        "S-PUR-05",
        "The bill comes from a purchase order in Intacct and was edited in BILL, which Intacct refuses.",
        "Undo the edit in BILL and change the bill in Purchasing.",
        turn=Turn.PLATFORM,
    ),
    "edited_after_approval": expected(
        "S-BIL-11",
        "The bill was edited in Intacct after approval in BILL, which BILL's approval mode refuses.",
        "Undo the edit in Intacct, or withdraw the approval in BILL and edit it there.",
        turn=Turn.INTACCT,
    ),
    "term_drift": expected(
        "S-TRM-01",
        "Payment terms do not travel; the two sides use different terms, and each due date follows its own.",
        "Give the vendor or customer the same term on both sides, or map the term.",
    ),
    "no_purchase_reference": expected(
        "S-PUR-04",
        "A purchase order's number shows in BILL only when it is in Intacct's reference number, which is empty.",
        "Enter the purchase order's number as the bill's reference number in Intacct.",
        turn=Turn.INTACCT,
    ),
    "paid_outside_bill": expected(
        "S-PAY-01",
        "Payments made in Intacct do not reach BILL.",
        "Record the payment in BILL as paid outside.",
        turn=Turn.PLATFORM,
    ),
    "unpaid_in_intacct": broken(
        "BILL has paid more of this bill than Intacct knows of.", "Look for the payment in Intacct.", turn=Turn.INTACCT
    ),
    "archived_but_standing": broken(
        "The bill is archived in BILL and stands in Intacct; a deletion in BILL may not travel (S-BIL-04).",
        "Reverse it in Intacct with a date you choose, or restore it in BILL.",
        turn=Turn.INTACCT,
    ),
    "reversed_but_live": broken(
        "The bill is reversed in Intacct and live in BILL.",
        "Archive it in BILL, or enter it again in Intacct.",
        turn=Turn.PLATFORM,
    ),
    "unknown_coding": broken(
        "BILL's coding names an account or dimension that has no counterpart in Intacct.",
        "Map it in the link's maps, or make it in Intacct.",
        turn=Turn.SETTINGS,
        shared="{}",
    ),
    "bill_differs": broken(
        "The two sides differ and no rule explains it.", "Decide which side is right and correct the other."
    ),
    "double_bill": broken(
        "Several bills carry the same vendor and number, or name the same source, and nothing tells them apart.",
        "Compare them; reverse the ones that were entered twice, or confirm the pairs.",
    ),
}
"""Causes of bills."""
