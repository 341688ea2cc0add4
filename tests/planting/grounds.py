"""All grounds, and what cannot be planted, with the reason."""

from __future__ import annotations

from planting.bills import BILLS, CENTER_BILLS, ONE_WAY_BILLS
from planting.cards import CARDS, REIMBURSEMENTS, STATEMENTS
from planting.clearing import CLEARING_ACCOUNTS
from planting.companions import BILL_FILES, CURRENCIES, INVOICE_FILES, PURCHASES, SALES, SEVERAL_BASES
from planting.credits import CREDITS, LIFTED_CREDITS, OPEN_CREDITS, USES
from planting.ground import Ground
from planting.lists import LISTS
from planting.parties import CENTER_VENDORS, CUSTOMERS, VENDORS
from planting.payments import PAYMENTS
from planting.receivables import INVOICES, MEMOS, ONE_WAY_INVOICES, RECEIPTS, TAKEN_MEMOS, TAXED_INVOICES
from planting.routed import (
    ROUTED_BILLS,
    ROUTED_CREDITS,
    ROUTED_INVOICES,
    ROUTED_MEMOS,
    ROUTED_PAYMENTS,
    ROUTED_RECEIPTS,
)
from planting.transfers import RECEIPT_TRANSFERS, TRANSFERS

GROUNDS: dict[str, Ground] = {
    **{
        ground.object: ground
        for ground in (
            *LISTS.values(),
            VENDORS,
            CUSTOMERS,
            CENTER_VENDORS,
            BILLS,
            CENTER_BILLS,
            CREDITS,
            USES,
            PAYMENTS,
            TRANSFERS,
            RECEIPT_TRANSFERS,
            CLEARING_ACCOUNTS,
            INVOICES,
            RECEIPTS,
            MEMOS,
            CARDS,
            REIMBURSEMENTS,
            STATEMENTS,
            BILL_FILES,
            INVOICE_FILES,
            CURRENCIES,
            PURCHASES,
            SALES,
        )
    },
    "ap_bill, one-way": ONE_WAY_BILLS,
    "ar_invoice, one-way": ONE_WAY_INVOICES,
    "ap_bill, routed": ROUTED_BILLS,
    "ar_invoice, routed": ROUTED_INVOICES,
    "vendor_credit, routed": ROUTED_CREDITS,
    "ap_payment, routed": ROUTED_PAYMENTS,
    "ar_payment, routed": ROUTED_RECEIPTS,
    "credit_memo, one-way": ROUTED_MEMOS,
    "ar_invoice with Advanced Sales Tax": TAXED_INVOICES,
    "vendor_credit, one-way and unapproved too": OPEN_CREDITS,
    "vendor_credit, adjustments go into BILL": LIFTED_CREDITS,
    "credit_memo, Intacct's go into BILL": TAKEN_MEMOS,
    "currency, several bases": SEVERAL_BASES,
}
"""By object; a second link of an object has a name of its own."""

UNPLANTABLE = {
    "archived_ap_term": "BILL's terms do not tell whether they are in use.",
    "ap_term_missing_in_intacct": "That terms do not travel explains every term without partner.",
    "ap_term_missing_in_platform": "That terms do not travel explains every term without partner.",
    "business_center_vendor_terms": "Business Center's files carry no terms of vendors.",
}
"""Causes that no rows can have, because of what the sources tell."""
NEVER_YOUNG = {
    "ap_term": "That terms do not travel explains every difference of theirs.",
    "clearing_account": "Money rests longer there than a sync takes, for which there is `clearing_young`.",
}
NEVER_OUTSIDE = {
    "ap_term": "Intacct's terms belong to the whole company.",
    "ap_funds_transfer": "Intacct's funds transfers tell no owner; those read are the link's.",
    "card_statement": "Charges outside are in no statement.",
    "clearing_account": "What is posted there counts, whoever owns the document.",
    "currency": "Intacct's currencies belong to the whole company.",
}
BALANCES = {"clearing_account"}
"""What keeps a balance from zero are items, and what belongs together are groups; so there are no pairs."""
