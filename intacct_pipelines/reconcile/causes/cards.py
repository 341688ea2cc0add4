"""Why a card transaction or a reimbursement has no partner, or differs from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from intacct_pipelines.reconcile.causes.cause import Turn, broken, coming, expected

if TYPE_CHECKING:
    from intacct_pipelines.reconcile.causes.cause import Cause

CARDS: Final[dict[str, Cause]] = {
    # Only on the platform.
    "declined_charge": expected("S-CRD-08", "The purchase was declined; no money moved.", "Nothing."),
    "hold_not_settled": expected(
        "S-CRD-08",
        "It is only an authorisation, or its reversal; the settlement is a record of its own.",
        "Nothing; look for the settlement.",
    ),
    "incomplete_charge": expected(
        "S-CRD-08",
        "A required field or the receipt is missing on the platform; only what is complete is synced.",
        "Complete it on the platform.",
        turn=Turn.PLATFORM,
    ),
    "charge_never_synced": broken(
        "The charge is complete and recent, and the vendor's sync has not taken it in a whole cycle (S-SCH-03).",
        "Sync it by hand on the platform, and see whether its automatic sync is on.",
        turn=Turn.PLATFORM,
    ),
    "charge_missed_window": broken(
        "The charge is complete, over 7 days old and never synced; the automatic sync takes it no more (S-CRD-08).",
        "Sync it by hand on the platform, or enter it in Intacct.",
        turn=Turn.PLATFORM,
    ),
    "charge_beyond_option": broken(
        "The charge is complete, more than 60 days old and never synced; only the option for older transactions takes "
        "it, which may overwrite what was changed in Intacct (S-CRD-08).",
        "Enter it in Intacct; do not switch the option on for it.",
        turn=Turn.INTACCT,
    ),
    "charge_pending": broken(
        "The vendor's sync has called it pending for longer than its cycle (S-SCH-03).",
        "Sync it by hand on the platform.",
        turn=Turn.PLATFORM,
    ),
    "charge_refused": broken(
        "Intacct refused it; the vendor's message stands beside the merchant. Often a dimension is required on the "
        "card's offset account (S-CRD-04).",
        "Lift the requirement on the offset account or complete the coding, then sync it again.",
        turn=Turn.INTACCT,
    ),
    "charge_deleted_in_intacct": broken(
        "Intacct's record of the charge was deleted and not made again.",
        "Enter it in Intacct again.",
        turn=Turn.INTACCT,
    ),
    # Claims of the vendor's sync.
    "claimed_record_missing": broken(
        "The platform says that it is synced, and Intacct has no such record (S-CRD-10).",
        "Enter it in Intacct, or sync it again by hand.",
        turn=Turn.INTACCT,
    ),
    "claimed_record_deleted": broken(
        "The platform says that it is synced; the record was deleted in Intacct and not made again (S-CRD-10).",
        "Find out why it was deleted; enter it in Intacct again.",
        turn=Turn.INTACCT,
    ),
    "claimed_by_another": broken(
        "The platform says that it is synced and names a record that belongs to another charge (S-CRD-10).",
        "Enter it in Intacct, or confirm the pair if the record is this one's.",
    ),
    "claimed_twice": broken(
        "Several charges claim the same record of Intacct, and nothing tells whose it is (S-CRD-10).",
        "Confirm the pair that is right and enter the other charges in Intacct.",
    ),
    "marked_as_synced": broken(
        "Somebody marked it as synced on the platform, and Intacct does not have it (S-CRD-10).",
        "Enter it in Intacct.",
        turn=Turn.INTACCT,
    ),
    "claimed_amount_wrong": broken(
        "The record that the platform claims has another amount (S-CRD-10).",
        "Compare with the card's statement and correct Intacct.",
        turn=Turn.INTACCT,
    ),
    "claimed_record_made_anew": broken(
        "The record that the platform claims was deleted in Intacct and the charge entered anew (S-CRD-10).",
        "Nothing in the books; do not sync it again, or it will be there twice.",
    ),
    "other_record_claimed": broken(
        "The platform claims another record than the one that Intacct has for the charge (S-CRD-10).",
        "Compare both records; confirm the pair that is right.",
    ),
    # Only in Intacct.
    "other_card_account": expected(
        "S-CRD-02", "The record is on a card account to which the platform does not post.", "Nothing."
    ),
    "charge_undone": expected(
        "S-CRD-01",
        "The record is reversed in Intacct, or reverses one; that does not travel to the platform.",
        "Nothing.",
    ),
    "charge_gone": broken(
        "The charge was deleted on the platform and stands in Intacct.",
        "Reverse it in Intacct with a date you choose.",
        turn=Turn.INTACCT,
    ),
    "charge_unknown_to_platform": broken(
        "The platform knows no such charge; somebody entered it in Intacct.",
        "Compare with the card's statement; reverse it, or move it to the account that it belongs to.",
    ),
    "posted_twice": broken(
        "Intacct holds the charge a second time.", "Compare both records and reverse the second one.", turn=Turn.INTACCT
    ),
    "charges_alike": broken(
        "Several charges have the same card account, date, amount and merchant, and nothing tells them apart.",
        "Confirm the pairs.",
    ),
    # On both sides.
    "charge_reversed_in_intacct": broken(
        "The charge stands on the platform and is reversed in Intacct.",
        "Enter it in Intacct again, or get the money back on the card.",
    ),
    "hold_is_posted": broken(
        "Intacct has booked what is only an authorisation or was declined; no money moved.",
        "Reverse it in Intacct; the settlement is booked by itself.",
        turn=Turn.INTACCT,
    ),
    "split_does_not_add_up": broken(
        "The parts of the split transaction do not add up to it (S-CRD-11).",
        "Correct the split on the platform.",
        turn=Turn.PLATFORM,
    ),
    "posted_in_original_currency": broken(
        "Intacct's record is in the currency of the purchase instead of the account's.",
        "Correct it in Intacct; the card is charged in the account's currency, with the fee.",
        turn=Turn.INTACCT,
    ),
    "other_card_account_charged": broken(
        "The charge stands on another card account than the one that the connection names (S-CRD-02).",
        "Move it in Intacct, or correct the card accounts of the connection.",
    ),
    "card_default_location": expected(
        "S-CRD-03",
        "The vendor's sync puts the card account's default location on every charge.",
        "Correct the location in Intacct where it matters.",
        turn=Turn.INTACCT,
    ),
    "edited_in_the_books": expected(
        "S-CRD-01",
        "It was changed in Intacct after the sync, and transactions travel from the platform only.",
        "Nothing; beware that the option for older transactions may overwrite it (S-CRD-08).",
    ),
    "receipt_stays": expected(
        "S-ATT-01",
        "Attachments do not travel; only one side has the receipt.",
        "Attach the receipt in Intacct where it is wanted.",
        turn=Turn.INTACCT,
    ),
    "unknown_answer": broken(
        "The charge is coded with a value that names nothing in Intacct, or with several values.",
        "Map the value in the connection, or choose another on the platform.",
        turn=Turn.SETTINGS,
        shared="{}",
    ),
    # Statements.
    "statement_is_open": coming(
        "S-SCH-03", "The statement is not closed yet; charges still arrive.", "Nothing, until it is closed."
    ),
    "statement_waits": coming(
        "S-SCH-03",
        "Charges of the statement are younger than the vendor's cycle; those that are older agree or are explained.",
        "Wait for the next sync.",
    ),
    "statement_is_explained": expected(
        "S-CRD-08",
        "A rule explains each charge in which the two sides differ; they are told one by one.",
        "Nothing here; see the charges of the statement.",
    ),
    "statement_is_off": broken(
        "The charges of the statement do not come to the same on both sides, and not all of it is explained.",
        "Settle the charges of the statement that are breaks; compare both sides with the bank's statement.",
    ),
    # Reimbursements.
    "reimbursement_stays": expected(
        "S-CRD-09",
        "Reimbursements do not sync, and none of Intacct's expense reports or bills is known to be this one.",
        "Enter it in Intacct as an expense report or a bill if it is to be there, or let the platform account do so.",
        turn=Turn.INTACCT,
    ),
    "report_of_its_own": expected("S-CRD-09", "It was entered in Intacct and comes from no reimbursement.", "Nothing."),
    "reimbursement_gone": broken(
        "The reimbursement was deleted on the platform and stands in Intacct.",
        "Reverse it in Intacct if it was not paid.",
        turn=Turn.INTACCT,
    ),
    "reimbursement_reversed": broken(
        "The reimbursement stands on the platform and is reversed in Intacct.",
        "Enter it in Intacct again, or archive it on the platform if it was not paid.",
    ),
    "dropped_but_booked": broken(
        "The reimbursement was dropped on the platform and stands in Intacct.",
        "Reverse it in Intacct if it was not paid.",
        turn=Turn.INTACCT,
    ),
    "reimbursement_booked_twice": broken(
        "Several records of Intacct name the same reimbursement.",
        "Reverse all but one, or confirm the pair.",
        turn=Turn.INTACCT,
    ),
    # Both.
    "charge_differs": broken(
        "The two sides differ and no rule explains it.", "Decide which side is right and correct the other."
    ),
}
"""Causes of card transactions and reimbursements."""
