"""Accounts payable: vendors, terms, bills."""

from __future__ import annotations

from typing import Final

from intacct_pipelines.domain.catalog.intacct.common import AUDIT, DIMENSIONS, OWNER, RECORD_NO, STATUS
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
        text("raw_state", "RAWSTATE", "State as the source codes it."),
        text("vendor_id", "VENDORID", "Vendor.", required=True),
        text("vendor_name", "VENDORNAME", "Name of the vendor when read.", pii=True),
        text("description", "DESCRIPTION", "Free text; holds our key for bills that we made (S-IDM-04)."),
        text("term_name", "TERMNAME", "Payment term."),
        Column("bill_date", Kind.DATE, "WHENCREATED", "Date of the document.", required=True),
        Column("gl_posting_date", Kind.DATE, "WHENPOSTED", "Date on which it stands in the ledger."),
        Column("due_date", Kind.DATE, "WHENDUE", "Date on which it is due."),
        Column("paid_date", Kind.DATE, "WHENPAID", "Date on which it was paid."),
        text("currency", "CURRENCY", "Transaction currency, ISO 4217.", required=True),
        text("base_currency", "BASECURR", "Base currency of the entity, ISO 4217."),
        Column("exchange_rate", Kind.RATE, "EXCHANGE_RATE", "Base units for one transaction unit."),
        Column("trx_total_entered", Kind.MONEY, "TRX_TOTALENTERED", "Total.", required=True, currency="currency"),
        Column("trx_total_paid", Kind.MONEY, "TRX_TOTALPAID", "Paid so far.", currency="currency"),
        Column("trx_total_due", Kind.MONEY, "TRX_TOTALDUE", "Still open.", currency="currency"),
        Column("total_entered", Kind.MONEY, "TOTALENTERED", "Total in base currency.", currency="base_currency"),
        Column("total_paid", Kind.MONEY, "TOTALPAID", "Paid so far in base currency.", currency="base_currency"),
        Column("total_due", Kind.MONEY, "TOTALDUE", "Still open in base currency.", currency="base_currency"),
        text("module_key", "MODULEKEY", "Where it was born: 3.AP, or 9.PO for a purchase order (S-PUR-05)."),
        text("attachment_id", "SUPDOCID", "Attachment."),
        Column("created_at", Kind.INSTANT, "AUWHENCREATED", "When the record was made."),
        Column("modified_at", Kind.INSTANT, "WHENMODIFIED", "When the record last changed; the cursor."),
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
        RECORD_NO,
        Column("bill_record_no", Kind.INTEGER, "RECORDKEY", "Key of the bill.", required=True),
        Column("line_no", Kind.INTEGER, "LINE_NO", "Position in the bill, from 1."),
        text("account_no", "ACCOUNTNO", "Account."),
        text("description", "ENTRYDESCRIPTION", "Free text."),
        text("currency", "CURRENCY", "Transaction currency, ISO 4217."),
        text("base_currency", "BASECURR", "Base currency, ISO 4217."),
        Column("trx_amount", Kind.MONEY, "TRX_AMOUNT", "Amount.", required=True, currency="currency"),
        Column("amount", Kind.MONEY, "AMOUNT", "Amount in base currency.", currency="base_currency"),
        *DIMENSIONS,
        Column("is_1099", Kind.FLAG, "FORM1099", "Whether the line counts for form 1099."),
        Column("modified_at", Kind.INSTANT, "WHENMODIFIED", "When the line last changed."),
    ),
    key=("record_no",),
    parent="ap_bill",
    parent_key="bill_record_no",
    control_total="trx_amount",
)

PAYABLES_TABLES: Final = (
    AP_TERM,
    VENDOR,
    AP_BILL,
    AP_BILL_LINE,
)
