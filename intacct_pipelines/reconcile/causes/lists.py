"""Why a record of a list has no partner, or differs from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from intacct_pipelines.reconcile.causes.cause import Turn, broken, expected

if TYPE_CHECKING:
    from intacct_pipelines.reconcile.causes.cause import Cause

LISTS: Final[dict[str, Cause]] = {
    "ap_term_does_not_travel": expected(
        "S-TRM-01",
        "Payment terms do not travel.",
        "Make the term on the other side too, or map it in the link's terms.",
        turn=Turn.SETTINGS,
    ),
    "top_level_record": expected(
        "S-CFG-11", "The record is owned at the top level and is managed there, not at this entity.", "Nothing."
    ),
    "edited_top_level_record": expected(
        "S-CFG-11",
        "The record is owned at the top level; what is edited in this BILL account cannot travel there.",
        "Change the record at the top level of Intacct.",
        turn=Turn.INTACCT,
    ),
    "list_name_not_unique": broken(
        "Several records of this list have the same name and no code tells them apart.",
        "Give them different names, or map them in the link.",
    ),
    "list_inactive_on_one_side": broken(
        "The record is out of use on one side only, for longer than a sync takes.",
        "Inactivate it on the other side too, or activate it again.",
    ),
    "list_differs": broken(
        "The two sides differ and no rule explains it.", "Decide which side is right and correct the other."
    ),
}
"""Causes of list records."""

for _object, _rule, _noun in (
    ("gl_account", "S-COA-01", "account"),
    ("department", "S-DEP-01", "department"),
    ("location", "S-LOC-01", "location"),
    ("accounting_class", "S-CLS-01", "class"),
    ("ap_term", "S-TRM-01", "term"),
):
    LISTS[f"archived_{_object}"] = expected(
        _rule, f"The {_noun} is archived in BILL; only what is in use is expected in Intacct.", "Nothing."
    )
    LISTS[f"inactive_{_object}"] = expected(
        _rule, f"The {_noun} is inactive in Intacct; only what is in use is expected in BILL.", "Nothing."
    )
    LISTS[f"{_object}_missing_in_intacct"] = broken(
        f"The {_noun} never reached Intacct ({_rule}).", "Make it in Intacct, or map it in the link.", turn=Turn.INTACCT
    )
    LISTS[f"{_object}_missing_in_platform"] = broken(
        f"The {_noun} never reached BILL ({_rule}).", "Make it in BILL.", turn=Turn.PLATFORM
    )
