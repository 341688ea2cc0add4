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
    "location_is_entity": expected(
        "S-LOC-01", "It is an entity, which Intacct shows among its locations; BILL has none of them.", "Nothing."
    ),
    "sales_tax_item": expected(
        "S-INV-03", "BILL keeps a sales tax as an item; in Intacct it is a line on a sales-tax account.", "Nothing."
    ),
    "account_type_differs": broken(
        "Intacct has a bank account tied to this account, so BILL should have made its type Bank (S-COA-03).",
        "Set the type in BILL; until then no payment can be drawn on it.",
        turn=Turn.PLATFORM,
    ),
    "account_not_tied": broken(
        "BILL has the account as Bank or Credit Card, but no bank or card account of Intacct is tied to it: the set-up "
        "is not finished (S-COA-03, S-BP-01).",
        "In Intacct, set up a bank or card account that names this ledger account.",
        turn=Turn.INTACCT,
    ),
    "bank_account_vanished": broken(
        "A bank account is gone from BILL's chart while payments point to it, as after a merge; the next sync may void "
        "and reissue them (S-COA-04).",
        "Stop the sync and pushes of payments, restore the account in BILL, and compare the payments.",
        turn=Turn.PLATFORM,
    ),
    "list_differs": broken(
        "The two sides differ and no rule explains it.", "Decide which side is right and correct the other."
    ),
}
"""Causes of list records."""

for _object, _rule, _noun, _platform in (
    ("gl_account", "S-COA-01", "account", "BILL"),
    ("department", "S-DEP-01", "department", "BILL"),
    ("location", "S-LOC-01", "location", "BILL"),
    ("accounting_class", "S-CLS-01", "class", "BILL"),
    ("ap_term", "S-TRM-01", "term", "BILL"),
    ("employee", "S-EMP-01", "employee", "BILL"),
    ("project", "S-PRJ-01", "project", "BILL"),
    ("item", "S-ITM-01", "item", "BILL"),
    ("business_center_account", "S-PMT-01", "account", "Business Center"),
):
    LISTS[f"archived_{_object}"] = expected(
        _rule, f"The {_noun} is out of use in {_platform}; only what is in use is expected in Intacct.", "Nothing."
    )
    LISTS[f"inactive_{_object}"] = expected(
        _rule, f"The {_noun} is inactive in Intacct; only what is in use is expected in {_platform}.", "Nothing."
    )
    LISTS[f"{_object}_missing_in_intacct"] = broken(
        f"The {_noun} never reached Intacct ({_rule}).", "Make it in Intacct, or map it in the link.", turn=Turn.INTACCT
    )
    LISTS[f"{_object}_missing_in_platform"] = broken(
        f"The {_noun} never reached {_platform} ({_rule}).", f"Make it in {_platform}.", turn=Turn.PLATFORM
    )

for _object, _rule, _noun, _platform in (
    ("project", "S-PRJ-02, S-PRJ-03", "project", "BILL"),
    ("business_center_account", "S-PMT-01, S-PMT-02", "account", "Business Center"),
):
    LISTS[f"{_object}_missing_in_intacct"] = broken(
        f"The {_noun} is in {_platform} alone, where none can be made: {_noun}s come from Intacct ({_rule}).",
        f"Make it in Intacct under the same id, or have it taken out of {_platform}.",
        turn=Turn.INTACCT,
    )
    LISTS[f"{_object}_missing_in_platform"] = broken(
        f"The {_noun} never reached {_platform}, which takes its {_noun}s from Intacct ({_rule}).",
        "Look in the sync's errors for why; saving it in Intacct once more sends it again.",
        turn=Turn.INTACCT,
    )
    LISTS[f"{_object}_differs_from_master"] = broken(
        f"The {_noun} differs; Intacct is the master and {_platform} only shows it ({_rule}).",
        "Correct it in Intacct; saving it there once more sends it again.",
        turn=Turn.INTACCT,
    )
