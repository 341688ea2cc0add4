"""Every reason that a difference can have: its verdict, its rule, what to tell the reader and what to do about it.

A rule explains an expected difference. A break has no rule; where a rule describes the failure, its reason names it.
"""

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


def _expected(rule: str, reason: str, remedy: str) -> Cause:
    return Cause(Verdict.EXPECTED, rule, reason, remedy)


def _break(reason: str, remedy: str) -> Cause:
    return Cause(Verdict.BREAK, "", reason, remedy)


NO_CAUSE: Final = ""
YOUNG: Final = "young"

CAUSES: Final[dict[str, Cause]] = {
    YOUNG: Cause(
        Verdict.IN_FLIGHT,
        "S-SCH-04",
        "The record changed less than the link's grace ago; the next sync may settle it.",
        "Wait for the next sync.",
    ),
    # Bills that are only in BILL.
    "draft_in_bill": _expected(
        "S-APR-02", "The bill is a draft in BILL, so nobody has approved it.", "Nothing, until it is finished in BILL."
    ),
    "archived_in_bill": _expected(
        "S-BIL-03", "The bill is archived in BILL; only live bills travel to Intacct.", "Nothing."
    ),
    "not_approved": _expected(
        "S-APR-02",
        "The bill is not approved in BILL, and the link takes approved bills only.",
        "Approve it in BILL.",
    ),
    "excluded_vendor": _expected(
        "S-VEN-10",
        "The link keeps this vendor's documents apart.",
        "Nothing; to change it, take the vendor off the link's excluded vendors.",
    ),
    "ambiguous_vendor": _expected(
        "S-VEN-03",
        "Several vendors have the name of this bill's vendor, so it is not known to which vendor the bill belongs.",
        "Confirm which of the vendors are the same; their bills then find each other.",
    ),
    "vendor_missing": _break(
        "The bill's vendor is not in Intacct, so the bill cannot be.", "Bring the vendor to Intacct first."
    ),
    "deleted_in_intacct": _break(
        "Intacct's bill was deleted and not made again, as an edit in BILL should have done (S-BIL-08).",
        "Plan a push to make it again, or archive the bill in BILL.",
    ),
    "missing_in_intacct": _break("The bill never reached Intacct.", "Plan a push."),
    # Bills that are only in Intacct.
    "not_posted": _expected(
        "S-BIL-01", "Only posted, fully unpaid bills travel to BILL; this one is not posted.", "Nothing."
    ),
    "paid_in_intacct": _expected(
        "S-BIL-02", "Bills that are paid or partly paid in Intacct never reach BILL.", "Nothing; pay bills from BILL."
    ),
    "negative_in_intacct": _expected(
        "S-VCR-06", "A negative bill travels to BILL as a vendor credit, not as a bill.", "Look for the vendor credit."
    ),
    "deleted_in_bill": _break(
        "It was deleted in BILL and stands in Intacct (S-BIL-04).",
        "Reverse it in Intacct with a date you choose.",
    ),
    "missing_in_platform": _break("The bill never reached BILL.", "Enter it in BILL, or reverse it in Intacct."),
    # Bills on both sides.
    "over_ten_million": _break(
        "Bills over 10,000,000 arrive in Intacct as 0 with no state through the vendor sync (S-BIL-07).",
        "Correct the amount in Intacct: push the true amount.",
    ),
    "edited_after_payment": _expected(
        "S-BIL-06",
        "The bill was edited in BILL after it had been paid; a paid bill cannot be updated in Intacct.",
        "Undo the edit in BILL, or reclassify in Intacct where that is enabled.",
    ),
    "edited_too_late": _expected(
        "S-BIL-09",
        "The bill was edited in BILL after it had been partly paid or its period closed; such edits do not travel.",
        "Undo the edit in BILL, or correct Intacct in an open period.",
    ),
    "edited_purchase": _expected(
        "S-PUR-05",
        "The bill comes from a purchase order in Intacct and was edited in BILL, which Intacct refuses.",
        "Undo the edit in BILL and change the bill in Purchasing.",
    ),
    "edited_after_approval": _expected(
        "S-BIL-11",
        "The bill was edited in Intacct after approval in BILL, which BILL's approval mode refuses.",
        "Undo the edit in Intacct, or withdraw the approval in BILL and edit it there.",
    ),
    "term_drift": _expected(
        "S-TRM-01",
        "Payment terms do not travel; the two sides use different terms, and each due date follows its own.",
        "Give the vendor the same term on both sides, or map the term.",
    ),
    "no_purchase_reference": _expected(
        "S-PUR-04",
        "A purchase order's number shows in BILL only when it is in Intacct's reference number, which is empty.",
        "Enter the purchase order's number as the bill's reference number in Intacct.",
    ),
    "paid_outside_bill": _expected(
        "S-PAY-01", "Payments made in Intacct do not reach BILL.", "Record the payment in BILL as paid outside."
    ),
    "unpaid_in_intacct": _break(
        "BILL has paid more of this bill than Intacct knows of.", "Look for the payment in Intacct."
    ),
    "archived_but_standing": _break(
        "The bill is archived in BILL and stands in Intacct; a deletion in BILL may not travel (S-BIL-04).",
        "Reverse it in Intacct with a date you choose, or restore it in BILL.",
    ),
    "reversed_but_live": _break(
        "The bill is reversed in Intacct and live in BILL.", "Archive it in BILL, or enter it again in Intacct."
    ),
    "unknown_coding": _break(
        "BILL's coding names an account or dimension that has no counterpart in Intacct.",
        "Map it in the link's maps, or make it in Intacct.",
    ),
    "bill_differs": _break(
        "The two sides differ and no rule explains it.", "Decide which side is right and correct the other."
    ),
    "double_bill": _break(
        "Several bills carry the same vendor and number, or name the same source, and nothing tells them apart.",
        "Compare them; reverse the ones that were entered twice, or confirm the pairs.",
    ),
    # Vendors.
    "deleted_vendor": _expected(
        "S-VEN-06",
        "The vendor was deleted in Intacct; the deletion does not travel to BILL.",
        "Archive the vendor in BILL if it is not needed.",
    ),
    "archived_vendor": _expected(
        "S-VEN-05", "The vendor is archived in BILL, so it is not expected in Intacct.", "Nothing."
    ),
    "inactive_vendor": _expected(
        "S-VEN-05", "The vendor is inactive in Intacct, so it is not expected in BILL.", "Nothing."
    ),
    "top_level_vendor": _expected(
        "S-CFG-11", "The vendor is owned at the top level and is managed there, not at this entity.", "Nothing."
    ),
    "second_of_a_name": _expected(
        "S-VEN-03",
        "Another Intacct vendor with this name is paired already; through the vendor sync the second is an error.",
        "Give the two vendors different names, or join them in Intacct.",
    ),
    "name_not_unique": _expected(
        "S-VEN-03",
        "Several vendors have this name, so it is not known which belong together.",
        "Confirm which of them are the same.",
    ),
    "vendor_terms": _expected(
        "S-TRM-01", "Payment terms do not travel.", "Give the vendor the same term on both sides, or map the term."
    ),
    "edited_top_level_vendor": _expected(
        "S-CFG-11",
        "The vendor is owned at the top level; what is edited in this BILL account cannot travel there.",
        "Change the vendor at the top level of Intacct.",
    ),
    "vendor_missing_in_intacct": _break("The vendor never reached Intacct.", "Plan a push."),
    "vendor_missing_in_platform": _break("The vendor never reached BILL.", "Enter it in BILL."),
    "inactive_on_one_side": _break(
        "The vendor is inactive on one side only, for longer than a sync takes (S-VEN-05).",
        "Inactivate it on the other side too, or activate it again.",
    ),
    "flag_1099_differs": _break(
        "One side says that the vendor is 1099 and the other does not; only the flag is compared (S-BP-02).",
        "Correct it in Intacct, which is master for 1099.",
    ),
    "vendor_differs": _break(
        "The two sides differ and no rule explains it.", "Decide which side is right and correct the other."
    ),
    # List records.
    "ap_term_does_not_travel": _expected(
        "S-TRM-01",
        "Payment terms do not travel.",
        "Make the term on the other side too, or map it in the link's terms.",
    ),
    "top_level_record": _expected(
        "S-CFG-11", "The record is owned at the top level and is managed there, not at this entity.", "Nothing."
    ),
    "edited_top_level_record": _expected(
        "S-CFG-11",
        "The record is owned at the top level; what is edited in this BILL account cannot travel there.",
        "Change the record at the top level of Intacct.",
    ),
    "list_name_not_unique": _break(
        "Several records of this list have the same name and no code tells them apart.",
        "Give them different names, or map them in the link.",
    ),
    "list_inactive_on_one_side": _break(
        "The record is out of use on one side only, for longer than a sync takes.",
        "Inactivate it on the other side too, or activate it again.",
    ),
    "list_differs": _break(
        "The two sides differ and no rule explains it.", "Decide which side is right and correct the other."
    ),
    # Rows that the link does not speak about.
    "other_owner": _expected(
        "S-CFG-11", "The record belongs to another level or entity of the company than the link.", "Nothing."
    ),
}
"""Causes by a name that is used inside this room only."""

for _object, _rule, _noun in (
    ("gl_account", "S-COA-01", "account"),
    ("department", "S-DEP-01", "department"),
    ("location", "S-LOC-01", "location"),
    ("accounting_class", "S-CLS-01", "class"),
    ("ap_term", "S-TRM-01", "term"),
):
    CAUSES[f"archived_{_object}"] = _expected(
        _rule, f"The {_noun} is archived in BILL; only what is in use is expected in Intacct.", "Nothing."
    )
    CAUSES[f"inactive_{_object}"] = _expected(
        _rule, f"The {_noun} is inactive in Intacct; only what is in use is expected in BILL.", "Nothing."
    )
    CAUSES[f"{_object}_missing_in_intacct"] = _break(
        f"The {_noun} never reached Intacct ({_rule}).", "Make it in Intacct, or map it in the link."
    )
    CAUSES[f"{_object}_missing_in_platform"] = _break(f"The {_noun} never reached BILL ({_rule}).", "Make it in BILL.")


def first_cause(rows: pd.DataFrame, otherwise: str = NO_CAUSE, **causes: pd.Series) -> pd.Series:
    """Return for each row the name of the first cause that holds, in the order given."""
    conditions = [condition.to_numpy(dtype=bool) for condition in causes.values()]
    if not conditions:
        return pd.Series(otherwise, index=rows.index, dtype=object)
    chosen = np.select(conditions, [np.array(name, dtype=object) for name in causes], np.array(otherwise, dtype=object))
    return pd.Series(chosen, index=rows.index, dtype=object)
