"""Why a vendor or a customer has no partner, or differs from it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from intacct_pipelines.reconcile.causes.cause import Turn, broken, expected

if TYPE_CHECKING:
    from intacct_pipelines.reconcile.causes.cause import Cause


def _of(party: str, *, in_use: str, one_name: str, noun: str = "", platform: str = "BILL") -> dict[str, Cause]:
    """Return the causes that every kind of party has.

    Args:
        party: Name of the object.
        in_use: Rule by which only those in use travel.
        one_name: Rule on several of one name; without one they are a break.
        noun: What people call it, if not by the object's name.
        platform: What people call the other system.
    """
    noun = noun or party
    of_one_name = partial(expected, one_name) if one_name else broken
    return {
        f"archived_{party}": expected(
            in_use, f"The {noun} is archived in {platform}, so it is not expected in Intacct.", "Nothing."
        ),
        f"inactive_{party}": expected(
            in_use, f"The {noun} is inactive in Intacct, so it is not expected in {platform}.", "Nothing."
        ),
        f"top_level_{party}": expected(
            "S-CFG-11", f"The {noun} is owned at the top level and is managed there, not at this entity.", "Nothing."
        ),
        f"second_{party}_of_a_name": of_one_name(
            f"Another Intacct {noun} with this name is paired already; through the vendor sync the second is an error.",
            f"Give the two {noun}s different names, or join them in Intacct.",
            turn=Turn.INTACCT,
        ),
        f"{party}_name_not_unique": of_one_name(
            f"Several {noun}s have this name, so it is not known which belong together.",
            "Confirm which of them are the same." if one_name else "Give them different names.",
        ),
        f"{party}_terms": expected(
            "S-TRM-01",
            "Payment terms do not travel.",
            f"Give the {noun} the same term on both sides, or map the term.",
        ),
        f"edited_top_level_{party}": expected(
            "S-CFG-11",
            f"The {noun} is owned at the top level; what is edited in this {platform} account cannot travel there.",
            f"Change the {noun} at the top level of Intacct.",
            turn=Turn.INTACCT,
        ),
        f"{party}_missing_in_platform": broken(
            f"The {noun} never reached {platform}.", f"Enter it in {platform}.", turn=Turn.PLATFORM
        ),
        f"{party}_inactive_on_one_side": broken(
            f"The {noun} is inactive on one side only, for longer than a sync takes ({in_use}).",
            "Inactivate it on the other side too, or activate it again.",
        ),
        f"{party}_differs": broken(
            "The two sides differ and no rule explains it.", "Decide which side is right and correct the other."
        ),
    }


PARTIES: Final[dict[str, Cause]] = {
    **_of("vendor", in_use="S-VEN-05", one_name="S-VEN-03"),
    "deleted_vendor": expected(
        "S-VEN-06",
        "The vendor was deleted in Intacct; the deletion does not travel to BILL.",
        "Archive the vendor in BILL if it is not needed.",
        turn=Turn.PLATFORM,
    ),
    "vendor_missing_in_intacct": broken("The vendor never reached Intacct.", "Plan a push.", turn=Turn.APPROVER),
    "flag_1099_differs": broken(
        "One side says that the vendor is 1099 and the other does not; only the flag is compared (S-BP-02).",
        "Correct it in Intacct, which is master for 1099.",
        turn=Turn.INTACCT,
    ),
    **_of("customer", in_use="S-CUS-01", one_name="S-CUS-02"),
    "deleted_customer": broken(
        "The customer was deleted in Intacct and stands in BILL; no rule says that it should.",
        "Archive the customer in BILL, or make it again in Intacct.",
        turn=Turn.PLATFORM,
    ),
    "customer_missing_in_intacct": broken(
        "The customer never reached Intacct.", "Make it in Intacct.", turn=Turn.INTACCT
    ),
    **_of("business_center_vendor", in_use="S-PMT-03", one_name="", noun="vendor", platform="Business Center"),
    "deleted_business_center_vendor": broken(
        "The vendor was deleted in Intacct and stands in Business Center; no rule says that it should.",
        "Take it out of use in Business Center, or make it again in Intacct.",
        turn=Turn.PLATFORM,
    ),
    "business_center_vendor_missing_in_intacct": broken(
        "The vendor never reached Intacct, where a sync should have brought it (S-PMT-04).",
        "Look in Business Center's sync for why, then sync again; else make it in Intacct.",
        turn=Turn.PLATFORM,
    ),
}
"""Causes of vendors and customers."""
