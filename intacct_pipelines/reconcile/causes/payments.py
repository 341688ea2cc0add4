"""Why a payment has no partner, or differs from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from intacct_pipelines.reconcile.causes.cause import Turn, broken, coming, expected

if TYPE_CHECKING:
    from intacct_pipelines.reconcile.causes.cause import Cause

PAYMENTS: Final[dict[str, Cause]] = {
    # Only in BILL.
    "undone_in_bill": expected(
        "S-CON-16",
        "The payment is void, cancelled or was never funded in BILL, and Intacct has none: nothing is paid on either "
        "side.",
        "Nothing.",
    ),
    "payment_to_come": coming(
        "S-PAY-02",
        "The payment is still to leave BILL; it reaches Intacct once it has.",
        "Nothing, until the process date.",
    ),
    "payment_deleted_in_intacct": broken(
        "Intacct's payment was deleted, and BILL's stands.",
        "Enter it in Intacct again, or void the payment in BILL.",
        turn=Turn.INTACCT,
    ),
    "already_paid_in_intacct": broken(
        "BILL paid a bill on which less is due in Intacct than that, so the payment cannot arrive (S-PAY-09): the "
        "vendor may have been paid twice.",
        "Compare it with the payments of the bill in Intacct; void one of them or ask the vendor for the money.",
    ),
    "paid_bill_missing": broken(
        "The payment pays a bill that is not in Intacct, so it cannot arrive.",
        "Settle the bill's own difference first.",
    ),
    "offline_missing_in_intacct": broken(
        "The payment is recorded in BILL as made outside (S-PAY-06) and is not in Intacct; a sync preference of BILL "
        "can leave such payments out.",
        "Enter the payment in Intacct, or let BILL's sync take offline payments.",
        turn=Turn.INTACCT,
    ),
    "payment_missing_in_intacct": broken(
        "The payment never reached Intacct, where the bill is open still.",
        "Enter the payment in Intacct.",
        turn=Turn.INTACCT,
    ),
    # Only in Intacct; a payment made there is "paid_outside_bill".
    "undone_in_intacct": expected(
        "S-CON-16",
        "The payment is void in Intacct and BILL has none: nothing is paid on either side.",
        "Nothing.",
    ),
    "only_credits": expected(
        "S-CON-02",
        "Credits alone settled the bill; Intacct keeps that as a payment without money, BILL has none.",
        "Nothing; the use of the credits is compared as applications.",
    ),
    "payment_source_gone": broken(
        "Intacct's payment names a payment of BILL that is not there.",
        "Look for the payment in BILL; void Intacct's with a date you choose if it was never made.",
    ),
    # On both sides.
    "void_under_way": coming(
        "S-PAY-04",
        "The payment is void in Intacct, and BILL was asked to void it and has not done so yet.",
        "Nothing, unless BILL refuses.",
    ),
    "voided_in_bill_only": broken(
        "The payment is void in BILL and stands in Intacct; whether a void travels depends on the sync's version "
        "(S-CON-16).",
        "Void it in Intacct with the date on which the money came back (S-PAY-04).",
        turn=Turn.INTACCT,
    ),
    "voided_in_intacct_only": broken(
        "The payment is void in Intacct and stands in BILL: the vendor has the money, and the books say no (S-PAY-04).",
        "Void it in BILL, or enter it in Intacct again.",
    ),
    "waits_for_approval": expected(
        "S-PAY-07",
        "The payment is in Intacct and waits for approval there: it is neither paid nor refused.",
        "Approve it in Intacct, and turn Intacct's payment approval off.",
        turn=Turn.INTACCT,
    ),
    "check_to_print": expected(
        "S-PAY-06",
        "BILL leaves the check to Intacct, where it is still to be approved or printed.",
        "Print the check in Intacct.",
        turn=Turn.INTACCT,
    ),
    "not_a_check": broken(
        "BILL leaves the check to Intacct (S-PAY-06), and Intacct's payment is no check to print.",
        "Find out whether the vendor got the check; correct the payment method in Intacct.",
        turn=Turn.INTACCT,
    ),
    "drawn_on_other_account": broken(
        "BILL and Intacct name different ledger accounts for the bank account on which the payment was drawn.",
        "See the bank's statement; correct the payment account in BILL, or void and enter the payment in Intacct anew.",
    ),
    "payment_not_posted": broken(
        "BILL has paid, and Intacct's payment is neither posted nor waiting for approval.",
        "Post it in Intacct, or void it there.",
        turn=Turn.INTACCT,
    ),
    "recorded_in_part": expected(
        "S-BIL-02",
        "BILL records a payment that was made in Intacct with the bills that it has; the payment settles others too, "
        "which never reached BILL.",
        "Nothing.",
    ),
    "memo_stays": expected(
        "S-PAY-05",
        "The memo of an offline payment does not reach Intacct.",
        "Enter it in Intacct if it is needed.",
        turn=Turn.INTACCT,
    ),
    "unknown_paid_bill": broken(
        "The payment pays a bill in BILL that has no counterpart in Intacct.", "Settle the bill's own difference first."
    ),
    "payment_differs": broken(
        "The two sides differ and no rule explains it.", "Decide which side is right and correct the other."
    ),
    "double_payment": broken(
        "Several payments of one day pay the same bills of a vendor with the same amount, or name the same source: a "
        "bill may be paid twice.",
        "Compare them; void the ones that were made twice, or confirm the pairs.",
    ),
}
"""Causes of payments."""
