"""Why a vendor has no partner, or differs from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from intacct_pipelines.reconcile.causes.cause import broken, expected

if TYPE_CHECKING:
    from intacct_pipelines.reconcile.causes.cause import Cause

VENDORS: Final[dict[str, Cause]] = {
    "deleted_vendor": expected(
        "S-VEN-06",
        "The vendor was deleted in Intacct; the deletion does not travel to BILL.",
        "Archive the vendor in BILL if it is not needed.",
    ),
    "archived_vendor": expected(
        "S-VEN-05", "The vendor is archived in BILL, so it is not expected in Intacct.", "Nothing."
    ),
    "inactive_vendor": expected(
        "S-VEN-05", "The vendor is inactive in Intacct, so it is not expected in BILL.", "Nothing."
    ),
    "top_level_vendor": expected(
        "S-CFG-11", "The vendor is owned at the top level and is managed there, not at this entity.", "Nothing."
    ),
    "second_of_a_name": expected(
        "S-VEN-03",
        "Another Intacct vendor with this name is paired already; through the vendor sync the second is an error.",
        "Give the two vendors different names, or join them in Intacct.",
    ),
    "name_not_unique": expected(
        "S-VEN-03",
        "Several vendors have this name, so it is not known which belong together.",
        "Confirm which of them are the same.",
    ),
    "vendor_terms": expected(
        "S-TRM-01", "Payment terms do not travel.", "Give the vendor the same term on both sides, or map the term."
    ),
    "edited_top_level_vendor": expected(
        "S-CFG-11",
        "The vendor is owned at the top level; what is edited in this BILL account cannot travel there.",
        "Change the vendor at the top level of Intacct.",
    ),
    "vendor_missing_in_intacct": broken("The vendor never reached Intacct.", "Plan a push."),
    "vendor_missing_in_platform": broken("The vendor never reached BILL.", "Enter it in BILL."),
    "inactive_on_one_side": broken(
        "The vendor is inactive on one side only, for longer than a sync takes (S-VEN-05).",
        "Inactivate it on the other side too, or activate it again.",
    ),
    "flag_1099_differs": broken(
        "One side says that the vendor is 1099 and the other does not; only the flag is compared (S-BP-02).",
        "Correct it in Intacct, which is master for 1099.",
    ),
    "vendor_differs": broken(
        "The two sides differ and no rule explains it.", "Decide which side is right and correct the other."
    ),
}
"""Causes of vendors."""
