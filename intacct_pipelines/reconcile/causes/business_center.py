"""Why a bill of Business Center has no partner, or differs from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from intacct_pipelines.reconcile.causes.cause import Turn, broken, expected

if TYPE_CHECKING:
    from intacct_pipelines.reconcile.causes.cause import Cause

BUSINESS_CENTER: Final[dict[str, Cause]] = {
    # Only in Business Center.
    "not_ready_to_pay": expected(
        "S-PMT-05",
        "The bill is not ready to pay in Business Center, and only such bills are sent to Intacct.",
        "Nothing, until it is ready to pay.",
    ),
    "ready_but_missing": broken(
        "The bill is ready to pay, or paid, in Business Center and never reached Intacct (S-PMT-05).",
        "Sync again from Business Center; else enter it in Intacct.",
        turn=Turn.PLATFORM,
    ),
    "ready_without_vendor": broken(
        "The bill's vendor is not in Intacct, so the bill cannot be (S-PMT-04).",
        "Bring the vendor to Intacct first.",
        turn=Turn.PLATFORM,
        shared="vendor {}",
    ),
    "vendor_not_known": broken(
        "Several vendors have the name of this bill's vendor, so it is not known to which vendor it belongs.",
        "Give the vendors different names; their bills then find each other.",
        shared="vendor {}",
    ),
    "ready_but_deleted": broken(
        "The bill was deleted in Intacct and stands in Business Center; no rule says that it should.",
        "Withdraw it in Business Center before it is paid, or make it again in Intacct.",
        turn=Turn.PLATFORM,
    ),
    # Only in Intacct.
    "not_yet_posted": expected("S-PMT-05", "The bill is not posted in Intacct, so nothing is to be paid.", "Nothing."),
    "settled_in_intacct": expected(
        "S-PMT-10",
        "The bill is paid, or partly paid, in Intacct; payments are not listed as synced, so a paid bill is not "
        "expected in Business Center.",
        "Nothing.",
    ),
    "credit_in_intacct": expected(
        "S-PMT-10", "A negative bill is a credit, and credits are not listed as synced.", "Nothing."
    ),
    "deleted_in_business_center": broken(
        "The bill is gone from Business Center and stands in Intacct; no rule says that it should.",
        "Reverse it in Intacct with a date you choose, or enter it again in Business Center.",
        turn=Turn.INTACCT,
    ),
    "open_but_missing": broken(
        "The bill is open in Intacct and never reached Business Center (S-PMT-05).",
        "Sync again from Business Center; else enter it there.",
        turn=Turn.PLATFORM,
    ),
    # On both sides.
    "edited_before_ready": expected(
        "S-PMT-05",
        "The bill is not ready to pay in Business Center, so what was changed there has not been sent yet.",
        "Nothing, until it is ready to pay.",
    ),
    "may_be_paid_twice": broken(
        "The bill is paid in Intacct and still ready to pay in Business Center, which is not told of payments "
        "(S-PMT-10): it may be paid a second time.",
        "Mark it as paid in Business Center.",
        turn=Turn.PLATFORM,
    ),
    "payment_does_not_travel": expected(
        "S-PMT-10",
        "The bill is paid on one side only; payments are not listed as synced.",
        "Record the payment on the other side too.",
    ),
    "undone_but_ready": broken(
        "The bill is reversed in Intacct and ready to pay, or paid, in Business Center.",
        "Withdraw it in Business Center, or enter it again in Intacct.",
        turn=Turn.PLATFORM,
    ),
}
"""Causes of Business Center's bills."""
