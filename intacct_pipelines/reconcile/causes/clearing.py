"""Why a clearing account is not at zero: what a posting waits for, or which posting is absent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from intacct_pipelines.reconcile.causes.cause import Turn, broken, coming, expected

if TYPE_CHECKING:
    from intacct_pipelines.reconcile.causes.cause import Cause

CLEARING: Final[dict[str, Cause]] = {
    "clearing_young": coming(
        "S-SCH-04",
        "Money may rest on the clearing account for some days, and this is younger (`days` of the link's `clearing`).",
        "Wait for what it waits for.",
    ),
    # A posting that BILL's documents let expect is absent.
    "clearing_transfer_unconfirmed": coming(
        "S-AFT-01", "BILL has sent this movement and not confirmed it; only confirmed ones travel.", "Nothing."
    ),
    "clearing_transfer_missing": broken(
        "BILL took the money of the payments from the bank, and Intacct has no funds transfer of it (S-AFT-01).",
        "Enter the funds transfer in Intacct.",
        turn=Turn.INTACCT,
    ),
    "clearing_transfer_untold": broken(
        "The payments of this day call for a funds transfer; BILL tells of no movement, and Intacct has none.",
        "Look for the bank's debit. If BILL debits each payment by itself, the payments belong on the bank's account.",
    ),
    "clearing_deposit_unconfirmed": coming(
        "S-RFT-01", "BILL has sent this movement and not confirmed it; only confirmed ones travel.", "Nothing."
    ),
    "clearing_deposit_missing": broken(
        "BILL brought the money of the receipts to the bank, and Intacct has no deposit or transfer of it (S-RFT-01).",
        "Enter the deposit or funds transfer in Intacct.",
        turn=Turn.INTACCT,
    ),
    "clearing_payment_missing": broken(
        "The bank was debited for this payment, and Intacct has not drawn it on the clearing account (S-PAY-02).",
        "Settle the payment's own difference; draw it on the clearing account.",
        turn=Turn.INTACCT,
    ),
    "clearing_void_missing": broken(
        "BILL voided this payment and brought its money back, and Intacct has not voided it (S-CON-16).",
        "Void the payment in Intacct with a date you choose.",
        turn=Turn.INTACCT,
    ),
    "clearing_receipt_missing": broken(
        "This receipt went to the bank, and Intacct has not posted it to the clearing account (S-ARP-01).",
        "Settle the receipt's own difference; post it to the clearing account.",
        turn=Turn.INTACCT,
    ),
    "clearing_receipt_void_missing": broken(
        "The money of this void receipt left the bank again, and the receipt stands in Intacct (S-ARP-03).",
        "Reverse the receipt in Intacct with a date you choose.",
        turn=Turn.INTACCT,
    ),
    "clearing_fee_missing": expected(
        "S-FEE-01",
        "The convenience fee went to the bank with its receipt; it needs a journal entry that nobody has made.",
        "Book the fee in Intacct: debit the clearing account, credit fee income.",
        turn=Turn.INTACCT,
    ),
    "clearing_gap": broken(
        "BILL's movements of this day are not what the documents behind them add up to, and both are posted so.",
        "Compare the day with BILL's funds transfer detail, then book what is left to where it belongs.",
    ),
    # A posting is there with another amount.
    "clearing_amount_differs": broken(
        "The posting has another amount than BILL moved, so the rest stays on the clearing account.",
        "Correct the document in Intacct, or book the rest to where it belongs.",
    ),
    "clearing_rate_differs": broken(
        "Intacct posted a document in foreign currency at another rate than the bank's, or rounded it line by line.",
        "Book the rest as an exchange difference.",
    ),
    # A posting is there and nothing brings the account back.
    "clearing_payment_under_way": coming(
        "S-PAY-02",
        "The payment is in Intacct already; BILL takes its money from the bank on a day to come.",
        "Nothing.",
    ),
    "clearing_payment_undone": broken(
        "BILL cancelled or voided this payment, or could not fund it, so no transfer comes; in Intacct it stands.",
        "Void the payment in Intacct with a date you choose.",
        turn=Turn.INTACCT,
    ),
    "clearing_payment_elsewhere": broken(
        "BILL did not take the money of this payment from the bank: by card, from a wallet or outside (S-PAY-06).",
        "Draw the payment on the account that paid it.",
        turn=Turn.INTACCT,
    ),
    "clearing_payment_alone": broken(
        "The payment is drawn on BILL's clearing account and is none of BILL's, so no transfer comes (S-PAY-01).",
        "Draw it on the bank account that paid it, or transfer the money by hand.",
        turn=Turn.INTACCT,
    ),
    "clearing_void_alone": broken(
        "The payment was voided in Intacct after the bank was debited, and BILL has not brought the money back "
        "(S-PAY-04).",
        "Void it in BILL too; if it was paid again, draw that payment on the clearing account.",
        turn=Turn.PLATFORM,
    ),
    "clearing_transfer_alone": broken(
        "A transfer moved money to or from the clearing account, and nothing of BILL is behind it.",
        "Look for the bank's line. Reverse the transfer if it was entered twice or by mistake.",
        turn=Turn.INTACCT,
    ),
    "clearing_receipt_without_deposit": broken(
        "BILL received the money and has not brought it to the bank for too long (S-RFT-01).",
        "Ask BILL for the transfer.",
        turn=Turn.PLATFORM,
    ),
    "clearing_receipt_undone": broken(
        "The receipt is void in BILL, so no money comes, and it stands in Intacct (S-ARP-03).",
        "Reverse the receipt in Intacct with a date you choose.",
        turn=Turn.INTACCT,
    ),
    "clearing_receipt_alone": broken(
        "The receipt is posted to BILL's clearing account, and BILL did not receive it (S-ARP-01).",
        "Post it to the account that received it, or deposit it by hand.",
        turn=Turn.INTACCT,
    ),
    "clearing_reversal_alone": broken(
        "The receipt was reversed in Intacct, and the money that BILL received for it has not left the clearing "
        "account.",
        "Void it in BILL too, or enter it in Intacct again.",
        turn=Turn.PLATFORM,
    ),
    "clearing_journal": broken(
        "A journal entry posted to the clearing account, and nothing of BILL lets expect it.",
        "Reverse it, or enter what it stands for as payment, receipt, transfer or deposit.",
    ),
}
"""Causes of what keeps a clearing account from zero."""
