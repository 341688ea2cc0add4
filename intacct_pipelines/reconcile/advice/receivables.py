"""Where causes of invoices, receipts, credit memos, customers, orders and files are mended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from intacct_pipelines.reconcile.advice.advise import INTO_BILL, at

if TYPE_CHECKING:
    from intacct_pipelines.reconcile.advice.advise import Advice

_PLANNED: Final = "A link in mode `sync` has it in its next plan, or holds it there with the reason."

RECEIVABLES: Final[dict[str, Advice]] = {
    "advanced_sales_tax": at("invoice, bill invoice"),
    "ambiguous_customer": at(
        "map, customer", "Decide about the customers (`map customer`); nothing is to be decided about the invoices."
    ),
    "invoice_customer_missing": at("plan, customer"),
    "invoice_term_missing": at("term, settings"),
    "invoice_deleted_in_intacct": at("plan, invoice, bill invoice"),
    "invoice_missing_in_intacct": at("plan, invoice", _PLANNED),
    "invoice_deleted_in_bill": at("reverse invoice"),
    "invoice_missing_in_platform": at("bill sync, bill invoice, reverse invoice"),
    "edited_order": at("bill invoice, order"),
    "tax_differs": at("invoice, bill list"),
    "received_outside_bill": at(
        "bill mark received",
        "The way into BILL records receipts if it is let (`also_pushed: [bill_ar_payment]` of `into_bill`).",
    ),
    "void_not_in_intacct": at(
        "plan, reverse receipt", "See the receipt's finding: a link in mode `sync` plans its reversal."
    ),
    "not_received_in_intacct": at("plan, receipt", "See the receipt's finding."),
    "memo_applied_on_one_side": at("receipt, bill memo"),
    "invoice_archived_but_standing": at("reverse invoice, bill invoice"),
    "invoice_reversed_but_live": at("bill invoice, invoice"),
    "invoice_differs": at(
        "invoice, bill invoice", "An invoice is mended in place by the plan while it is fully unpaid."
    ),
    "double_invoice": at("map, reverse invoice"),
    "receipt_customer_missing": at("plan, customer"),
    "receipt_is_an_advance": at(
        "receipt",
        "Its money is in Intacct already and is never entered a second time: the plan holds the receipt "
        "until the advance is applied.",
    ),
    "receipt_deleted_in_intacct": at("plan, receipt, bill cancel receipt"),
    "receipt_missing_in_intacct": at("plan, receipt", _PLANNED),
    "made_in_intacct": at(
        "bill mark received",
        "The way into BILL records it if it is let (`also_pushed: [bill_ar_payment]` of `into_bill`).",
    ),
    "memo_applied_in_intacct": at("bill memo"),
    "receipt_deleted_in_bill": at("reverse receipt"),
    "fee_in_receipt": at("journal"),
    "receipt_void_but_standing": at(
        "plan, reverse receipt",
        "A link in mode `sync` plans the reversal, on the day of BILL's last change, never in a closed period.",
    ),
    "receipt_reversed_but_live": at("bill cancel receipt, receipt"),
    "applied_in_intacct": at("bill mark received"),
    "applied_invoice_missing": at("plan", "See the invoice's finding."),
    "applied_otherwise": at("reverse receipt, receipt"),
    "receipt_differs": at("reverse receipt, receipt, bill cancel receipt"),
    "double_receipt": at("map, reverse receipt"),
    "memo_does_not_travel": at(
        "memo, bill memo, settings",
        "With `credit_memo` in `also_pushed` the link writes BILL's into Intacct, with "
        "`bill_credit_memo` in `into_bill.also_pushed` Intacct's into BILL.",
    ),
    "memo_missing_in_platform": at("plan, bill memo, memo", INTO_BILL),
    "memo_applied_otherwise": at(
        "receipt, bill memo, settings",
        "With `memo_application` in `also_pushed` the link applies in Intacct what BILL has applied.",
    ),
    "memo_differs": at("memo, bill memo"),
    "double_memo": at("map, memo"),
}

ORDERS: Final[dict[str, Advice]] = {
    "billed_beside_its_order": at(
        "order, bill delete", "Tell Purchasing before it converts the order: that would bill it a second time."
    ),
    "billed_once_more": at("bill delete, order"),
    "reference_is_no_order": at("bill"),
}
for _object, _made in (("purchasing_document", "bill"), ("order_entry_document", "invoice")):
    ORDERS.update(
        {
            f"{_object}_edited": at("bill edit, order" if _made == "bill" else "bill invoice, order"),
            f"{_object}_told_elsewhere": at("", f"See the {_made}'s finding."),
            f"{_object}_made_nothing": at("order"),
            f"{_object}_is_not_what_it_made": at(f"order, {_made}"),
            f"{_object}_made_by_several": at("order"),
        }
    )

ATTACHMENTS: Final[dict[str, Advice]] = {
    "attachment_stays": at(
        "plan, attachment", "With the attachments in `also_pushed` the link uploads BILL's files itself."
    ),
    "attachment_only_in_intacct": at("bill edit, bill invoice"),
    "attachment_left_behind": at("plan, attachment"),
    "attachment_gone": at("attachment"),
    "attachment_of_another": at("attachment"),
}
