"""Accounts payable: vendors, terms, bills, adjustments (vendor credits), advances and payments."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from intacct_pipelines.domain.catalog.intacct.common import (
    ATTACHMENT,
    AUDIT,
    CURRENCIES,
    DOCUMENT_TIMES,
    EXCHANGE_RATE,
    LINE_MODIFIED,
    MAKER,
    OWNER,
    POSTING_AND_DUE_DATES,
    RAW_STATE,
    RECORD_NO,
    STATUS,
    TOTALS,
    line_columns,
)
from intacct_pipelines.domain.catalog.table import Column, Kind, Table, text

BILL_STATES: Final = (
    "Draft",
    "Submitted",
    "Partially Approved",
    "Declined",
    "Posted",
    "Selected",
    "Partially Paid",
    "Paid",
    "Reversed",
    "Reversal",
    "No Value",
)

_VENDOR: Final = (
    text("vendor_id", "VENDORID", "Vendor.", required=True),
    text("vendor_name", "VENDORNAME", "Name of the vendor when read.", pii=True),
)

VENDOR: Final = Table(
    "intacct",
    "vendor",
    "VENDOR",
    "Suppliers.",
    (
        RECORD_NO,
        text("vendor_id", "VENDORID", "Id that people use.", required=True),
        text("name", "NAME", "Name of the vendor; may repeat (S-VEN-03).", required=True, pii=True),
        text("print_as", "DISPLAYCONTACT.PRINTAS", "Name as printed on payments.", pii=True),
        text("email", "DISPLAYCONTACT.EMAIL1", "Address for remittance advice.", pii=True),
        text("phone", "DISPLAYCONTACT.PHONE1", "Telephone.", pii=True),
        text("tax_id", "TAXID", "Tax identification number.", pii=True),
        text("vendor_type", "VENDTYPE", "Type of the vendor."),
        text("parent_id", "PARENTID", "Vendor above this one."),
        text("contact_name", "DISPLAYCONTACT.CONTACTNAME", "Contact with the vendor's addresses.", pii=True),
        text("name_1099", "NAME1099", "Name on the 1099 form.", pii=True),
        text("form_1099_type", "FORM1099TYPE", "1099 form of the vendor."),
        text("form_1099_box", "FORM1099BOX", "1099 box of the vendor."),
        text("term_name", "TERMNAME", "Payment term."),
        text("vendor_account_no", "VENDORACCOUNTNO", "Our account number at the vendor.", pii=True),
        text("currency", "CURRENCY", "Currency of the vendor, ISO 4217."),
        text("comments", "COMMENTS", "Free text; holds our key for vendors that we made (S-IDM-04)."),
        Column("is_on_hold", Kind.FLAG, "ONHOLD", "Whether payments are held."),
        STATUS,
        *AUDIT,
        *OWNER,
    ),
    key=("record_no",),
    cursor="modified_at",
    business_key="vendor_id",
    audit_type="vendor",
    permission="Accounts Payable › Vendors: List, View",
)

AP_TERM: Final = Table(
    "intacct",
    "ap_term",
    "APTERM",
    "Payment terms of payables.",
    (
        RECORD_NO,
        text("name", "NAME", "Name of the term.", required=True),
        text("description", "DESCRIPTION", "What the term says."),
        text("due_days", "DUEDATE", "Days until due, as the source writes them."),
        text("due_from", "DUEFROM", "What the days count from."),
        STATUS,
        *AUDIT,
    ),
    key=("record_no",),
    cursor="modified_at",
    business_key="name",
    audit_type="apterm",
    permission="Accounts Payable › AP terms: List, View",
)

AP_BILL: Final = Table(
    "intacct",
    "ap_bill",
    "APBILL",
    "Vendor bills.",
    (
        RECORD_NO,
        text("record_type", "RECORDTYPE", "Kind of document; pi is a bill."),
        text("document_no", "RECORDID", "Bill number, typed by people; may repeat."),
        text(
            "reference_no", "DOCNUMBER", "Reference number; the purchase order's number for bills from one (S-PUR-04)."
        ),
        text("state", "STATE", "State of the bill.", required=True, one_of=BILL_STATES),
        RAW_STATE,
        *_VENDOR,
        text("description", "DESCRIPTION", "Free text; holds our key for bills that we made (S-IDM-04)."),
        text("term_name", "TERMNAME", "Payment term."),
        Column("bill_date", Kind.DATE, "WHENCREATED", "Date of the document.", required=True),
        *POSTING_AND_DUE_DATES,
        Column("paid_date", Kind.DATE, "WHENPAID", "Date on which it was paid."),
        *CURRENCIES,
        EXCHANGE_RATE,
        *TOTALS,
        text("module_key", "MODULEKEY", "Where it was born: 3.AP, or 9.PO for a purchase order (S-PUR-05)."),
        ATTACHMENT,
        MAKER,
        *DOCUMENT_TIMES,
        *OWNER,
    ),
    key=("record_no",),
    cursor="modified_at",
    audit_type="apbill",
    document_date="bill_date",
    control_total="trx_total_entered",
    permission="Accounts Payable › Bills: List, View",
)

AP_BILL_LINE: Final = Table(
    "intacct",
    "ap_bill_line",
    "APBILLITEM",
    "Lines of vendor bills.",
    (
        *line_columns("bill", "bill_record_no"),
        Column("is_1099", Kind.FLAG, "FORM1099", "Whether the line counts for form 1099."),
        LINE_MODIFIED,
    ),
    key=("record_no",),
    parent="ap_bill",
    parent_key="bill_record_no",
    control_total="trx_amount",
)

AP_ADJUSTMENT: Final = Table(
    "intacct",
    "ap_adjustment",
    "APADJUSTMENT",
    "Adjustments of what a vendor is owed: a negative one is a vendor credit, which BILL's sync leaves out (S-VCR-05).",
    (
        RECORD_NO,
        text("record_type", "RECORDTYPE", "Kind of document; pa is an adjustment."),
        text("document_no", "RECORDID", "Adjustment number, typed by people; may repeat."),
        text("reference_no", "DOCNUMBER", "Number of the bill that it refers to, as somebody typed it."),
        # no list of values: which words an adjustment takes is not documented
        text("state", "STATE", "State of the adjustment.", required=True),
        RAW_STATE,
        *_VENDOR,
        text("description", "DESCRIPTION", "Free text; holds our key for adjustments that we made (S-IDM-04)."),
        Column("adjustment_date", Kind.DATE, "WHENCREATED", "Date of the document.", required=True),
        *POSTING_AND_DUE_DATES,
        Column("paid_date", Kind.DATE, "WHENPAID", "Date on which it was last used."),
        *CURRENCIES,
        EXCHANGE_RATE,
        *TOTALS,
        text("module_key", "MODULEKEY", "Module that made it."),
        ATTACHMENT,
        MAKER,
        *DOCUMENT_TIMES,
        *OWNER,
    ),
    key=("record_no",),
    cursor="modified_at",
    audit_type="apadjustment",
    document_date="adjustment_date",
    control_total="trx_total_entered",
    permission="Accounts Payable › AP adjustments: List, View",
)

AP_ADJUSTMENT_LINE: Final = Table(
    "intacct",
    "ap_adjustment_line",
    "APADJUSTMENTITEM",
    "Lines of adjustments.",
    (
        *line_columns(
            "adjustment",
            "adjustment_record_no",
            Column("trx_total_paid", Kind.MONEY, "TRX_TOTALPAID", "Used so far.", currency="currency"),
        ),
        LINE_MODIFIED,
    ),
    key=("record_no",),
    parent="ap_adjustment",
    parent_key="adjustment_record_no",
    control_total="trx_amount",
)

AP_PAYMENT: Final = Table(
    "intacct",
    "ap_payment",
    "APPYMT",
    "Payments of bills; submitted ones still wait for approval in Intacct (S-PAY-07).",
    (
        RECORD_NO,
        text("record_type", "RECORDTYPE", "Kind of document."),
        text("document_no", "DOCNUMBER", "Number of the payment or check."),
        # no list of values: the approval flow has more words than the five that are documented
        text("state", "STATE", "State of the payment: Draft, Submitted, Approved, Posted, Voided.", required=True),
        RAW_STATE,
        *_VENDOR,
        text(
            "description", "DESCRIPTION", "Free text; the memo of an offline payment is lost by BILL's sync (S-PAY-05)."
        ),
        text("payment_method", "PAYMENTMETHOD", "How it was paid, such as EFT or Printed Check (S-PAY-06)."),
        text(
            "financial_account_id",
            "FINANCIALENTITY",
            "Bank or card account that it is drawn on; empty if only credits.",
        ),
        Column("payment_date", Kind.DATE, "WHENCREATED", "Date of the payment.", required=True),
        Column("paid_date", Kind.DATE, "WHENPAID", "Date on which it took effect."),
        *CURRENCIES,
        Column(
            "trx_total_entered",
            Kind.MONEY,
            "TRX_TOTALENTERED",
            "Money paid; credits that were used come on top.",
            required=True,
            currency="currency",
        ),
        Column("total_entered", Kind.MONEY, "TOTALENTERED", "Money paid in base currency.", currency="base_currency"),
        text("is_cleared", "CLEARED", "Whether the bank has it, as the source codes it."),
        Column("cleared_date", Kind.DATE, "CLRDATE", "Date on which the bank had it."),
        *DOCUMENT_TIMES,
        *OWNER,
    ),
    key=("record_no",),
    cursor="modified_at",
    audit_type="appymt",
    document_date="payment_date",
    control_total="trx_total_entered",
    permission="Accounts Payable › Payments: List, View",
)

AP_PAYMENT_DETAIL: Final = Table(
    "intacct",
    "ap_payment_detail",
    "APPYMTDETAIL",
    "What a payment pays, and with what: money, a credit, a negative bill or an advance, one of them in each row.",
    (
        RECORD_NO,
        Column("payment_record_no", Kind.INTEGER, "PAYMENTKEY", "Key of the payment.", required=True),
        Column("bill_record_no", Kind.INTEGER, "RECORDKEY", "Key of the bill that is paid."),
        Column("bill_line_record_no", Kind.INTEGER, "ENTRYKEY", "Key of the bill's line that is paid."),
        Column(
            "paid_adjustment_record_no", Kind.INTEGER, "POSADJKEY", "Key of the adjustment that is paid like a bill."
        ),
        Column("paid_adjustment_line_record_no", Kind.INTEGER, "POSADJENTRYKEY", "Key of that adjustment's line."),
        text("currency", "CURRENCY", "Transaction currency, ISO 4217."),
        Column("trx_payment_amount", Kind.MONEY, "TRX_PAYMENTAMOUNT", "Money.", currency="currency"),
        Column("adjustment_record_no", Kind.INTEGER, "ADJUSTMENTKEY", "Key of the adjustment that is used."),
        Column("adjustment_line_record_no", Kind.INTEGER, "ADJUSTMENTENTRYKEY", "Key of that adjustment's line."),
        Column("trx_adjustment_amount", Kind.MONEY, "TRX_ADJUSTMENTAMOUNT", "Used of it.", currency="currency"),
        Column("inline_record_no", Kind.INTEGER, "INLINEKEY", "Key of the negative bill that is used (S-VCR-06)."),
        Column("inline_line_record_no", Kind.INTEGER, "INLINEENTRYKEY", "Key of the negative bill's line."),
        Column("trx_inline_amount", Kind.MONEY, "TRX_INLINEAMOUNT", "Used of it.", currency="currency"),
        Column("advance_record_no", Kind.INTEGER, "ADVANCEKEY", "Key of the advance that is used."),
        Column("trx_advance_amount", Kind.MONEY, "TRX_POSTEDADVANCEAMOUNT", "Used of it.", currency="currency"),
        Column("payment_date", Kind.DATE, "PAYMENTDATE", "Date of the payment."),
        text("state", "STATE", "State of the payment, as the source codes it."),
        LINE_MODIFIED,
    ),
    key=("record_no",),
    parent="ap_payment",
    parent_key="payment_record_no",
    control_total="trx_payment_amount",
)

AP_ADVANCE: Final = Table(
    "intacct",
    "ap_advance",
    "APADVANCE",
    "What vendors were paid ahead of any bill; the details of payments say on which bills it was used.",
    (
        RECORD_NO,
        text("record_type", "RECORDTYPE", "Kind of document as the source codes it.", is_optional=True),
        text("document_no", "DOCNUMBER", "Number of the payment or check.", is_optional=True),
        # no list of values: which words an advance takes is not documented
        text("state", "STATE", "State, as the source words it."),
        text("vendor_id", "VENDORID", "Vendor.", required=True),
        text("vendor_name", "VENDORNAME", "Name of the vendor when read.", pii=True, is_optional=True),
        text("description", "DESCRIPTION", "Free text.", is_optional=True),
        text("payment_method", "PAYMENTMETHOD", "How it was paid.", is_optional=True),
        text("financial_account_id", "FINANCIALENTITY", "Bank or card account that it is drawn on.", is_optional=True),
        Column("advance_date", Kind.DATE, "ADVANCEDATE", "Date on which it stands in the ledger.", required=True),
        Column("payment_date", Kind.DATE, "PAYMENTDATE", "Date of the payment.", is_optional=True),
        *CURRENCIES,
        replace(EXCHANGE_RATE, is_optional=True),
        *TOTALS,
        text("is_cleared", "CLEARED", "Whether the bank has it, as the source codes it.", is_optional=True),
        Column("cleared_date", Kind.DATE, "CLRDATE", "Date on which the bank had it.", is_optional=True),
        replace(ATTACHMENT, is_optional=True),
        *DOCUMENT_TIMES,
        *OWNER,
    ),
    key=("record_no",),
    cursor="modified_at",
    audit_type="apadvance",
    document_date="advance_date",
    control_total="trx_total_entered",
    permission="Accounts Payable › Advances: List, View",
    is_optional=True,
)

AP_ADVANCE_LINE: Final = Table(
    "intacct",
    "ap_advance_line",
    "APADVANCEITEM",
    "Lines of advances to vendors.",
    (
        *line_columns(
            "advance",
            "advance_record_no",
            Column("trx_total_paid", Kind.MONEY, "TRX_TOTALPAID", "Used so far.", currency="currency"),
        ),
        LINE_MODIFIED,
    ),
    key=("record_no",),
    parent="ap_advance",
    parent_key="advance_record_no",
    control_total="trx_amount",
    is_optional=True,
)

PAYABLES_TABLES: Final = (
    AP_TERM,
    VENDOR,
    AP_BILL,
    AP_BILL_LINE,
    AP_ADJUSTMENT,
    AP_ADJUSTMENT_LINE,
    AP_ADVANCE,
    AP_ADVANCE_LINE,
    AP_PAYMENT,
    AP_PAYMENT_DETAIL,
)
