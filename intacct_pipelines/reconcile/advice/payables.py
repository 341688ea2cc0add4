"""Where causes of bills, credits, payments, lump sums and clearing accounts are mended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from intacct_pipelines.reconcile.advice.advise import INTO_BILL, at

if TYPE_CHECKING:
    from intacct_pipelines.reconcile.advice.advise import Advice

_PLANNED: Final = (
    "A link in mode `sync` has it in its next plan. Who enters it by hand enters the platform's number, "
    "by which the two find each other."
)
_TWICE: Final = (
    "Look whether both were paid before reversing one: money that left twice comes back from the vendor, "
    "not from the books."
)
_LUMP: Final = "A link whose `entries` name a journal enters it as a journal entry between bank and clearing account."

BILLS: Final[dict[str, Advice]] = {
    "draft_in_bill": at("bill approve"),
    "not_approved": at(
        "bill approve",
        "To take unapproved bills too, set `approved_only: false`; that counts for every bill of the link.",
    ),
    "ambiguous_vendor": at(
        "map, vendor", "Decide about the vendors (`map vendor`); nothing is to be decided about the bills."
    ),
    "vendor_missing": at(
        "plan, vendor",
        "All bills of the vendor wait for it and are planned once it came back. If the vendor itself is "
        "held, its own finding or the plan says why.",
    ),
    "deleted_in_intacct": at(
        "plan, bill delete", "`explain bill` says who deleted it and when, where Intacct's audit history may be read."
    ),
    "missing_in_intacct": at("plan, bill", _PLANNED),
    "negative_in_intacct": at("", "It is compared as a vendor credit: `explain vendor-credit`."),
    "deleted_in_bill": at("reverse bill"),
    "order_number_too_long": at("bill"),
    "missing_in_platform": at(
        "bill sync, bill edit, reverse bill",
        "Look first why the sync left it behind: a name that stands twice, a closed period, a missing account.",
    ),
    "over_ten_million": at(
        "plan, bill", "A link in mode `sync` plans the true amount. Never pay the bill from what Intacct says it owes."
    ),
    "edited_after_payment": at(
        "bill edit, journal",
        "A paid bill is never edited here. Where only its coding differs, the books are open and Intacct lets its API "
        "reclassify, a link in mode `sync` plans that; else a person reclassifies it in Intacct.",
    ),
    "edited_too_late": at("bill edit, journal"),
    "edited_in_closed_books": at(
        "bill edit, books",
        "One finding for all such bills. With `closed_period: first_open` a new bill moves to the first "
        "open day; an edit of one that is posted never does.",
    ),
    "edited_purchase": at("bill edit, order"),
    "edited_after_approval": at("bill, bill approve"),
    "term_drift": at(
        "term, bill list, settings",
        "Only the due date is off; no money is. Map the term in `terms`, or let the link make it "
        "(`also_pushed: [ap_term]`).",
    ),
    "no_purchase_reference": at("bill"),
    "paid_outside_bill": at(
        "bill mark paid",
        "Until then BILL shows the bill as open and somebody may pay it again. Make payments in BILL (S-BP-05), or let "
        "the way into BILL record them (`also_pushed: [bill_ap_payment]` of `into_bill`).",
    ),
    "unpaid_in_intacct": at("plan, payment", "The payment's own finding says why it is not there; mend that one."),
    "archived_but_standing": at(
        "plan, reverse bill, bill delete",
        "Where every payment of the bill in BILL is void, a link in mode `sync` plans the reversal, which "
        "a person approves. A bill that was never paid is reversed by hand.",
    ),
    "reversed_but_live": at("bill delete, bill", "Archive it in BILL before somebody pays it there."),
    "unknown_coding": at(
        "settings, account, dimension",
        "One finding for each value. Map it in `accounts`, `departments`, `locations` or `classes`; "
        "`provision` makes mapped dimension values that Intacct lacks.",
    ),
    "bill_differs": at(
        "bill, bill edit",
        "Whichever side was changed last by mistake is the one to correct; `explain bill` tells who "
        "changed what, when.",
    ),
    "double_bill": at("map, reverse bill, bill delete", _TWICE),
}

CREDITS: Final[dict[str, Advice]] = {
    "credit_vendor_missing": at("plan, vendor"),
    "credit_deleted_in_intacct": at("plan, adjustment, bill credit"),
    "unfiltered_credit_missing": at("plan, adjustment", _PLANNED),
    "credit_missing_in_intacct": at(
        "plan, bill credit, adjustment",
        "While the link takes approved ones only, a credit is planned once it was used in BILL, or with "
        "`payables.credits_without_approval`.",
    ),
    "credit_deleted_in_bill": at("adjustment"),
    "credit_missing_in_platform": at("plan, bill credit, reverse bill", INTO_BILL),
    "excluded_adjustment": at(
        "bill credit, settings", "With `bill_ap_adjustment` in `into_bill.also_pushed` the link makes them in BILL."
    ),
    "adjustment_missing_in_platform": at("plan, bill credit, adjustment", INTO_BILL),
    "used_in_intacct": at("bill credit"),
    "credit_archived_but_standing": at("adjustment, reverse bill"),
    "credit_reversed_but_live": at("bill credit, adjustment"),
    "credit_differs": at(
        "adjustment, bill credit", "A credit that was written is never edited here: a person corrects the wrong side."
    ),
    "double_credit": at("map, adjustment"),
    "older_credit_used": at(
        "unapply credit, apply credit",
        "A link in mode `sync` names the credit that was really used; this is what the vendor's sync left.",
    ),
    "used_only_in_intacct": at("bill credit"),
    "use_undone_in_bill": at("unapply credit, void payment"),
    "use_undone_in_intacct": at("apply credit, bill void"),
    "used_bill_missing": at("plan", "See the bill's finding."),
    "used_credit_missing": at("plan", "See the vendor credit's finding."),
    "use_missing_in_intacct": at(
        "plan, apply credit", "A link in mode `sync` plans it once bill and credit are in Intacct."
    ),
    "use_differs": at("unapply credit, apply credit"),
}

PAYMENTS: Final[dict[str, Advice]] = {
    "payment_deleted_in_intacct": at("plan, payment, bill void"),
    "already_paid_in_intacct": at(
        "void payment, bill void",
        "Do this first of all: the vendor may have the money twice. The plan holds BILL's payment and names both.",
    ),
    "paid_bill_missing": at("plan", "See the bill's finding; the payment is planned once the bill is back."),
    "offline_missing_in_intacct": at("plan, payment, bill sync"),
    "payment_missing_in_intacct": at("plan, payment", _PLANNED),
    "payment_source_gone": at("void payment"),
    "voided_in_bill_only": at(
        "plan, void payment",
        "A link in mode `sync` plans the void, on the day of BILL's void, never in a closed period.",
    ),
    "voided_in_intacct_only": at("bill void, payment"),
    "waits_for_approval": at(
        "approve payment",
        "It is posted and not in the ledger. While it waits nothing else is to be done here: it is never sent again.",
    ),
    "check_to_print": at("print check"),
    "not_a_check": at("void payment, payment"),
    "drawn_on_other_account": at(
        "void payment, payment, settings",
        "`clearing` and `payables.bank_accounts` say on which account the link draws.",
    ),
    "payment_not_posted": at("payment, void payment"),
    "memo_stays": at("payment", "Payments that this link writes carry the memo; this one was written by another."),
    "unknown_paid_bill": at("map", "See the bill's finding."),
    "payment_differs": at("void payment, payment, bill void"),
    "double_payment": at("map, void payment, bill void", _TWICE),
}

TRANSFERS: Final[dict[str, Advice]] = {
    "computed_transfer_missing": at(
        "transfer, bill transfers, settings",
        "`older_url` of the BILL connection lets movements be read; then nothing is computed.",
    ),
    "transfer_of_another_account": at("bill list, transfer"),
    "transfer_across_locations": at("bank account, transfer"),
}
for _names, _behind in (("", "payments"), ("ar_", "receipts")):
    TRANSFERS.update(
        {
            f"{_names}transfer_entry_differs": at("journal"),
            f"{_names}transfer_missing_in_intacct": at(
                "plan, transfer, deposit" if _names else "plan, transfer", _LUMP
            ),
            f"{_names}transfer_missing_and_short": at("bill transfers, transfer"),
            f"{_names}transfer_differs": at("transfer, bill transfers"),
            f"{_names}void_transfer_stands": at("transfer"),
            f"{_names}transfer_undone_but_live": at("transfer"),
            f"{_names}{_behind}_do_not_add_up": at(
                "bill transfers",
                f"Often one of the {_behind} is missing, void or of another day: see their own findings first.",
            ),
            f"{_names}double_transfer": at("map, transfer"),
        }
    )

CLEARING: Final[dict[str, Advice]] = {
    "clearing_transfer_missing": at("plan, transfer", _LUMP),
    "clearing_transfer_untold": at(
        "transfer, bill transfers, settings", "`older_url` of the BILL connection lets movements be read."
    ),
    "clearing_deposit_missing": at("plan, deposit, transfer", _LUMP),
    "clearing_payment_missing": at("plan, payment"),
    "clearing_void_missing": at("plan, void payment"),
    "clearing_receipt_missing": at("plan, receipt"),
    "clearing_receipt_void_missing": at("plan, reverse receipt"),
    "clearing_fee_missing": at(
        "plan, journal",
        "With `convenience_fee` in `also_pushed` and `receivables.fee_account` the link plans the entry itself.",
    ),
    "clearing_gap": at("bill transfers, journal"),
    "clearing_amount_differs": at("payment, receipt, journal"),
    "clearing_rate_differs": at("journal"),
    "clearing_payment_undone": at("plan, void payment"),
    "clearing_payment_elsewhere": at("void payment, payment"),
    "clearing_payment_alone": at("void payment, transfer"),
    "clearing_void_alone": at("bill void, payment"),
    "clearing_transfer_alone": at("transfer"),
    "clearing_receipt_without_deposit": at(
        "bill transfers", "The money is BILL's to bring; nothing is booked until it came."
    ),
    "clearing_receipt_undone": at("plan, reverse receipt"),
    "clearing_receipt_alone": at("receipt, deposit"),
    "clearing_reversal_alone": at("bill cancel receipt, receipt"),
    "clearing_journal": at("journal"),
}
