"""Why an invoice, a receipt or a credit memo has no partner, or differs from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from intacct_pipelines.reconcile.causes.cause import Turn, broken, coming, expected

if TYPE_CHECKING:
    from intacct_pipelines.reconcile.causes.cause import Cause

_DIFFERS: Final = broken(
    "The two sides differ and no rule explains it.", "Decide which side is right and correct the other."
)


def _double(noun: str) -> Cause:
    return broken(
        f"Several {noun}s carry the same customer, number and amount, or name the same source, and nothing tells them "
        "apart.",
        "Compare them; reverse the ones that were entered twice, or confirm the pairs.",
    )


def _customer_missing(noun: str) -> Cause:
    return broken(
        f"The {noun}'s customer is not in Intacct, so the {noun} cannot be.",
        "Bring the customer to Intacct first.",
        turn=Turn.INTACCT,
        shared="customer {}",
    )


_INVOICES: Final[dict[str, Cause]] = {
    # Only in BILL.
    "draft_invoice": expected(
        "S-INV-02", "The invoice is a draft in BILL; only finished ones travel.", "Nothing, until it is finished."
    ),
    "archived_invoice": expected(
        "S-INV-02", "The invoice is cancelled in BILL; only live invoices travel to Intacct.", "Nothing."
    ),
    "advanced_sales_tax": expected(
        "S-TAX-01",
        "The company uses Advanced Sales Tax, with which invoices that are made in BILL cannot travel to Intacct.",
        "Enter the invoice in Intacct, from where it travels to BILL for payment, and cancel this one (S-TAX-02).",
        turn=Turn.PLATFORM,
    ),
    "ambiguous_customer": expected(
        "S-CUS-02",
        "Several customers have the name of this document's customer, so it is not known to which one it belongs.",
        "Confirm which of the customers are the same; their documents then find each other.",
    ),
    "invoice_customer_missing": _customer_missing("invoice"),
    "invoice_term_missing": broken(
        "The customer's payment term is no AR term of Intacct, and an invoice with such a term fails (S-TRM-02).",
        "Make an AR term of the same name in Intacct, or map the term in the link.",
        turn=Turn.SETTINGS,
    ),
    "invoice_deleted_in_intacct": broken(
        "Intacct's invoice was deleted and stands in BILL.",
        "Enter it in Intacct again, or cancel it in BILL.",
        turn=Turn.INTACCT,
    ),
    "invoice_missing_in_intacct": broken(
        "The invoice never reached Intacct (S-INV-02).", "Enter it in Intacct.", turn=Turn.INTACCT
    ),
    # Only in Intacct.
    "received_in_intacct": expected(
        "S-INV-01",
        "Only fully unpaid invoices travel to BILL; something was received on this one in Intacct.",
        "Nothing.",
    ),
    "unposted_invoice": expected(
        "S-INV-01", "Only posted, fully unpaid invoices travel to BILL; this one is not posted.", "Nothing."
    ),
    "invoice_deleted_in_bill": broken(
        "The invoice was deleted in BILL and stands in Intacct.",
        "Reverse it in Intacct with a date you choose.",
        turn=Turn.INTACCT,
    ),
    "invoice_missing_in_platform": broken(
        "The invoice never reached BILL.",
        "Enter it in BILL, or reverse it in Intacct.",
        turn=Turn.PLATFORM,
    ),
    # On both sides.
    "edited_order": expected(
        "S-SAL-03",
        "The invoice comes from a sales order in Intacct and was edited in BILL, which Intacct refuses.",
        "Undo the edit in BILL and change the invoice in Order Entry.",
        turn=Turn.PLATFORM,
    ),
    "tax_differs": broken(
        "The sales tax of the two sides differs; in Intacct it should be a line on a tax account (S-INV-03).",
        "Correct the sales tax in Intacct, or the tax item in BILL.",
    ),
    "received_outside_bill": expected(
        "S-ARP-01",
        "More of the invoice was received in Intacct than in BILL, and receipts made in Intacct do not reach BILL.",
        "Record the receipt in BILL as made outside.",
        turn=Turn.PLATFORM,
    ),
    "void_not_in_intacct": broken(
        "BILL voided a receipt of this invoice, and Intacct still counts as much; such a void does not travel "
        "(S-ARP-03).",
        "Reverse the receipt in Intacct with a date you choose.",
        turn=Turn.INTACCT,
    ),
    "not_received_in_intacct": broken(
        "BILL has received more on this invoice than Intacct knows of.",
        "Look for the receipt in Intacct.",
        turn=Turn.INTACCT,
    ),
    "memo_applied_on_one_side": expected(
        "S-CRM-01",
        "Credit memos do not travel; what was applied of them differs.",
        "Apply the credit memo by hand on the other side too.",
    ),
    "invoice_archived_but_standing": broken(
        "The invoice is cancelled in BILL and stands in Intacct.",
        "Reverse it in Intacct with a date you choose, or restore it in BILL.",
        turn=Turn.INTACCT,
    ),
    "invoice_reversed_but_live": broken(
        "The invoice is reversed in Intacct and live in BILL.",
        "Cancel it in BILL, or enter it again in Intacct.",
        turn=Turn.PLATFORM,
    ),
    "invoice_differs": _DIFFERS,
    "double_invoice": _double("invoice"),
}

_RECEIPTS: Final[dict[str, Cause]] = {
    # Only in BILL.
    "receipt_to_come": coming(
        "S-ARP-01", "The receipt is scheduled in BILL for a day to come.", "Nothing, until that day."
    ),
    "receipt_voided_in_bill": expected(
        "S-ARP-03", "The receipt is void in BILL and not in Intacct, so there is nothing to undo.", "Nothing."
    ),
    "receipt_customer_missing": _customer_missing("receipt"),
    "receipt_paid_ahead": expected(
        "S-ARP-01", "BILL has not applied the receipt to any invoice, and Intacct holds it as an advance.", "Nothing."
    ),
    "receipt_is_an_advance": broken(
        "Intacct holds the money of this receipt as an advance, and has not applied it to the invoices as BILL has.",
        "Apply the advance in Intacct to the same invoices.",
        turn=Turn.INTACCT,
    ),
    "receipt_deleted_in_intacct": broken(
        "Intacct's receipt was deleted and stands in BILL.",
        "Enter it in Intacct again, or void it in BILL.",
        turn=Turn.INTACCT,
    ),
    "receipt_missing_in_intacct": broken(
        "The receipt never reached Intacct (S-ARP-01).", "Enter it in Intacct.", turn=Turn.INTACCT
    ),
    # Only in Intacct.
    "made_in_intacct": expected(
        "S-ARP-01",
        "The receipt was made in Intacct, and receipts made there do not reach BILL.",
        "Record it in BILL as made outside, if its invoices are there.",
        turn=Turn.PLATFORM,
    ),
    "reversal_in_intacct": expected(
        "S-ARP-03",
        "Reversed receipts and their reversals stay in Intacct; BILL marks a receipt as void instead.",
        "Nothing.",
    ),
    "memo_applied_in_intacct": expected(
        "S-CRM-01",
        "The record applies a credit memo and holds no money; credit memos do not travel.",
        "Apply the credit memo by hand in BILL, if it is there.",
        turn=Turn.PLATFORM,
    ),
    "receipt_deleted_in_bill": broken(
        "The receipt was deleted in BILL and stands in Intacct.",
        "Reverse it in Intacct with a date you choose.",
        turn=Turn.INTACCT,
    ),
    # On both sides.
    "fee_in_receipt": expected(
        "S-FEE-01",
        "Intacct's receipt holds the convenience fee too, which BILL tells beside the amount.",
        "Nothing, if the fee's account is right; else book the fee by a journal entry of its own.",
    ),
    "receipt_recorded_in_part": expected(
        "S-INV-01",
        "BILL records a receipt that was made in Intacct with the invoices that it has; the receipt settles "
        "others too, or has a part on none.",
        "Nothing.",
    ),
    "receipt_void_but_standing": broken(
        "The receipt is void in BILL and stands in Intacct; such a void must be made by hand (S-ARP-03).",
        "Reverse the receipt in Intacct with a date you choose.",
        turn=Turn.INTACCT,
    ),
    "receipt_reversed_but_live": broken(
        "The receipt is reversed in Intacct and stands in BILL.",
        "Void it in BILL, or enter it again in Intacct.",
        turn=Turn.PLATFORM,
    ),
    "applied_in_intacct": expected(
        "S-ARP-01",
        "More of the receipt is applied in Intacct than in BILL, which does not hear of what is done in Intacct.",
        "Apply the rest in BILL to the same invoices.",
        turn=Turn.PLATFORM,
    ),
    "applied_invoice_missing": broken(
        "The receipt pays an invoice in BILL that has no partner in Intacct.",
        "Settle the invoice's own difference first.",
    ),
    "applied_otherwise": broken(
        "Intacct has applied the receipt to other invoices, or other amounts, than BILL; per invoice it should be the "
        "same (S-ARP-02).",
        "Correct the application in Intacct.",
        turn=Turn.INTACCT,
    ),
    "receipt_differs": _DIFFERS,
    "double_receipt": _double("receipt"),
}

_MEMOS: Final[dict[str, Cause]] = {
    "memo_does_not_travel": expected(
        "S-CRM-01",
        "Credit memos travel in neither direction, unless a link takes them.",
        "Enter it on the other side by hand, if it counts there too.",
    ),
    "memo_missing_in_platform": broken(
        "The credit memo never reached BILL, though the link takes credit memos there.",
        "See in the plan what holds it, or enter it in BILL.",
        turn=Turn.PLATFORM,
    ),
    "memo_applied_otherwise": expected(
        "S-CRM-01",
        "Credit memos do not travel, so each system applies its own; the two did not apply this one alike.",
        "Apply it by hand on the side where that is missing.",
    ),
    "memo_differs": broken(
        "The credit memo was entered on both sides by hand and differs.",
        "Decide which side is right and correct the other.",
    ),
    "double_memo": _double("credit memo"),
}

RECEIVABLES: Final[dict[str, Cause]] = {**_INVOICES, **_RECEIPTS, **_MEMOS}
"""Causes of invoices, receipts and credit memos."""
