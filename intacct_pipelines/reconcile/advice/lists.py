"""Where causes of lists, vendors, customers, currencies, cards and Business Center are mended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from intacct_pipelines.reconcile.advice.advise import at

if TYPE_CHECKING:
    from intacct_pipelines.reconcile.advice.advise import Advice

_IDS_DECIDE: Final = (
    "Only the vendors' syncs stumble over a name; here ids decide, once a person has confirmed the pair."
)
_PLANNED: Final = "A link in mode `sync` has it in its next plan; its documents wait for it there."

LISTS: Final[dict[str, Advice]] = {
    "ap_term_does_not_travel": at(
        "term, bill list, settings", "With `ap_term` in `also_pushed` the link makes BILL's terms in Intacct."
    ),
    "edited_top_level_record": at("dimension, account"),
    "list_name_not_unique": at("map, dimension, bill list"),
    "list_inactive_on_one_side": at(
        "dimension, account, bill list",
        "What BILL archived the plan makes inactive in Intacct; what Intacct made inactive is never made "
        "active again by itself.",
    ),
    "account_type_differs": at("bill list"),
    "account_not_tied": at("bank account"),
    "bank_account_vanished": at(
        "bill list",
        "Switch the link to `observe` until it is back: payments that were made may be voided and paid again.",
    ),
    "list_differs": at("dimension, account, bill list", "`explain` tells which side was changed last and by whom."),
}
for _object, _screen in (
    ("gl_account", "account"),
    ("department", "dimension"),
    ("location", "dimension"),
    ("accounting_class", "dimension"),
    ("ap_term", "term"),
    ("employee", "dimension"),
    ("item", "item"),
):
    LISTS[f"{_object}_missing_in_intacct"] = at(f"plan, {_screen}, settings")
    LISTS[f"{_object}_missing_in_platform"] = at("bill sync, bill list")
LISTS.update(
    {
        "project_missing_in_intacct": at("dimension"),
        "project_missing_in_platform": at("bill sync, dimension"),
        "project_differs_from_master": at("dimension"),
        "business_center_account_missing_in_intacct": at("account, center"),
        "business_center_account_missing_in_platform": at("account, center"),
        "business_center_account_differs_from_master": at("account, center"),
    }
)

PARTIES: Final[dict[str, Advice]] = {
    "deleted_vendor": at("bill vendor"),
    "vendor_missing_in_intacct": at("plan, vendor", _PLANNED),
    "flag_1099_differs": at(
        "vendor, settings", "Form and box of a 1099 vendor are never assumed: `form_1099` of the link names them."
    ),
    "deleted_customer": at("bill customer, customer"),
    "customer_missing_in_intacct": at("plan, customer", _PLANNED),
    "deleted_business_center_vendor": at("center, vendor"),
    "business_center_vendor_missing_in_intacct": at(
        "plan, center, vendor", "A Business Center company in mode `sync` has it entered from its files."
    ),
}
for _party, _here, _there in (
    ("vendor", "vendor", "bill vendor"),
    ("customer", "customer", "bill customer"),
    ("business_center_vendor", "vendor", "center"),
):
    PARTIES.update(
        {
            f"second_{_party}_of_a_name": at(f"{_here}, map", _IDS_DECIDE),
            f"{_party}_name_not_unique": at(f"map, {_here}, {_there}", _IDS_DECIDE),
            f"{_party}_terms": at(f"term, {_there}, settings"),
            f"edited_top_level_{_party}": at(_here),
            f"{_party}_missing_in_platform": at("center" if _there == "center" else f"bill sync, {_there}"),
            f"{_party}_inactive_on_one_side": at(f"{_here}, {_there}"),
            f"{_party}_differs": at(
                f"map, {_here}, {_there}",
                "Name and use are planned once the pair is confirmed; address, e-mail and tax id never are: they "
                "decide where money goes.",
            ),
        }
    )

CURRENCIES: Final[dict[str, Advice]] = {
    "currency_not_enabled": at("currency, bill sync"),
    "currency_inactive": at("currency"),
    "currency_not_stated": at("settings, bill vendor, bill customer"),
    "currency_is_not_the_dollar": at("bill sync, settings"),
    "document_in_another_currency": at("settings"),
}

CARDS: Final[dict[str, Advice]] = {
    "incomplete_charge": at("card complete"),
    "charge_never_synced": at(
        "plan, card sync", "One of the two only: an account in mode `sync` enters it here, else the vendor's sync does."
    ),
    "charge_missed_window": at("plan, card sync, card charge"),
    "charge_beyond_option": at("plan, card charge"),
    "charge_pending": at("card sync"),
    "charge_refused": at(
        "account, card complete, card sync",
        "`check` names the dimension that the account behind the card account requires; "
        "`cards.where_required` fills it for what is entered here.",
    ),
    "charge_deleted_in_intacct": at("plan, card charge"),
    "claimed_record_missing": at(
        "card charge, card sync", "A charge that the vendor's sync claims is held here, so that two do not enter it."
    ),
    "claimed_record_deleted": at("card charge"),
    "claimed_by_another": at("map, card charge"),
    "claimed_twice": at("map, card charge"),
    "marked_as_synced": at("card charge"),
    "claimed_amount_wrong": at("card charge"),
    "claimed_record_made_anew": at("card sync"),
    "other_record_claimed": at("map, card charge"),
    "charge_gone": at("card charge"),
    "charge_unknown_to_platform": at("card charge"),
    "posted_twice": at("card charge"),
    "charges_alike": at("map"),
    "charge_reversed_in_intacct": at("card charge"),
    "hold_is_posted": at("card charge"),
    "split_does_not_add_up": at("card complete"),
    "posted_in_original_currency": at("card charge"),
    "other_card_account_charged": at(
        "card charge, settings", "`cards.account`, `account_by_card` and `account_by_holder` name the accounts."
    ),
    "card_default_location": at(
        "card charge, settings", "Charges that are entered here take the location of their custom field."
    ),
    "receipt_stays": at("plan, attachment", "With `card_receipt` in `also_pushed` the account has receipts uploaded."),
    "unknown_answer": at(
        "settings, card complete",
        "One finding for each value. `cards.accounts`, `departments`, `locations` and `classes` map it.",
    ),
    "statement_is_off": at(
        "card charge, card complete", "Its charges have findings of their own; the statement closes with them."
    ),
    "reimbursement_stays": at(
        "settings, plan, expense report", "`reimbursements.entered_as` has them entered as expense reports or bills."
    ),
    "reimbursement_gone": at("expense report, reverse bill"),
    "reimbursement_reversed": at("expense report, bill"),
    "dropped_but_booked": at("expense report, reverse bill"),
    "reimbursement_booked_twice": at("map, expense report, reverse bill"),
    "charge_differs": at(
        "card charge, card complete",
        "A charge is never edited here once it is entered, so no change made in Intacct is overwritten.",
    ),
}

BUSINESS_CENTER: Final[dict[str, Advice]] = {
    "ready_but_missing": at(
        "plan, center, bill",
        "A company in mode `sync` has bills entered that are ready to pay. One that is paid already is a "
        "person's to enter.",
    ),
    "ready_without_vendor": at("plan, center, vendor"),
    "vendor_not_known": at("vendor, center"),
    "ready_but_deleted": at("center, bill", "Withdraw it first: it may be paid while nobody owes it any more."),
    "deleted_in_business_center": at("reverse bill, center"),
    "open_but_missing": at("center"),
    "may_be_paid_twice": at("center", "Do this first of all: Business Center may pay it again today."),
    "payment_does_not_travel": at("payment, center"),
    "undone_but_ready": at("center, bill", "Withdraw it first: it may be paid."),
}
