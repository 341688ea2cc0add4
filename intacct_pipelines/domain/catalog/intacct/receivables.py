"""Accounts receivable: invoices, adjustments, payments, advances, with their lines."""

from __future__ import annotations

from typing import Final

from intacct_pipelines.domain.catalog.intacct.common import (
    ATTACHMENT,
    CURRENCIES,
    DOCUMENT_TIMES,
    EXCHANGE_RATE,
    LINE_MODIFIED,
    MAKER,
    OWNER,
    POSTING_AND_DUE_DATES,
    PROJECT,
    RAW_STATE,
    RECORD_NO,
    line_columns,
    totals,
)
from intacct_pipelines.domain.catalog.table import Column, Kind, Table, text

INVOICE_STATES: Final = (
    "Draft",
    "Posted",
    "Selected",
    "Partially Paid",
    "Paid",
    "Reversed",
    "Reversal",
    "No Value",
)

_CUSTOMER: Final = (
    text("customer_id", "CUSTOMERID", "Customer."),
    text("customer_name", "CUSTOMERNAME", "Name of the customer when read.", pii=True),
)


def _lines(document: str, parent_key: str) -> tuple[Column, ...]:
    return (
        *line_columns(document, parent_key),
        text("customer_id", "CUSTOMERID", "Customer."),
        text("item_id", "ITEMID", "Item that was sold."),
        LINE_MODIFIED,
    )


AR_INVOICE: Final = Table(
    "intacct",
    "ar_invoice",
    "ARINVOICE",
    "Customers' invoices.",
    (
        RECORD_NO,
        text("record_type", "RECORDTYPE", "Kind of document; ri is an invoice."),
        text("document_no", "RECORDID", "Invoice number, typed by people; may repeat."),
        text("reference_no", "DOCNUMBER", "Reference number; the order's number for invoices from one."),
        text("state", "STATE", "State of the invoice.", required=True, one_of=INVOICE_STATES),
        RAW_STATE,
        *_CUSTOMER,
        text("description", "DESCRIPTION", "Free text."),
        text("term_name", "TERMNAME", "Payment term."),
        Column("invoice_date", Kind.DATE, "WHENCREATED", "Date of the document.", required=True),
        *POSTING_AND_DUE_DATES,
        Column("paid_date", Kind.DATE, "WHENPAID", "Date on which it was wholly paid."),
        *CURRENCIES,
        EXCHANGE_RATE,
        *totals("Total, sales tax included", "Settled so far, by receipts and credits", "Still open"),
        text("module_key", "MODULEKEY", "Where it was born: 4.AR, or 8.SO for a sales order (S-SAL-03)."),
        ATTACHMENT,
        MAKER,
        *DOCUMENT_TIMES,
        *OWNER,
    ),
    key=("record_no",),
    cursor="modified_at",
    audit_type="arinvoice",
    document_date="invoice_date",
    control_total="trx_total_entered",
    permission="Accounts Receivable › Invoices: List, View",
)

AR_INVOICE_LINE: Final = Table(
    "intacct",
    "ar_invoice_line",
    "ARINVOICEITEM",
    "Lines of customers' invoices; sales tax is a line on the tax account (S-INV-03).",
    (*_lines("invoice", "invoice_record_no"), PROJECT),
    key=("record_no",),
    parent="ar_invoice",
    parent_key="invoice_record_no",
    control_total="trx_amount",
)

AR_ADJUSTMENT: Final = Table(
    "intacct",
    "ar_adjustment",
    "ARADJUSTMENT",
    "Adjustments of receivables: a negative one is a credit memo, a positive one a debit memo.",
    (
        RECORD_NO,
        text("record_type", "RECORDTYPE", "Kind of document as the source codes it."),
        text("document_no", "RECORDID", "Adjustment number, typed by people; may repeat."),
        text("reference_no", "DOCNUMBER", "Reference number."),
        text("state", "STATE", "State of the adjustment.", required=True),
        RAW_STATE,
        *_CUSTOMER,
        text("description", "DESCRIPTION", "Free text."),
        Column("adjustment_date", Kind.DATE, "WHENCREATED", "Date of the document.", required=True),
        *POSTING_AND_DUE_DATES,
        Column("paid_date", Kind.DATE, "WHENPAID", "Date on which it was wholly applied."),
        *CURRENCIES,
        EXCHANGE_RATE,
        *totals("Total, negative for a credit memo", "Applied so far", "Not yet applied"),
        text("module_key", "MODULEKEY", "Where it was born."),
        ATTACHMENT,
        MAKER,
        *DOCUMENT_TIMES,
        *OWNER,
    ),
    key=("record_no",),
    cursor="modified_at",
    audit_type="aradjustment",
    document_date="adjustment_date",
    control_total="trx_total_entered",
    permission="Accounts Receivable › Adjustments: List, View",
)

AR_ADJUSTMENT_LINE: Final = Table(
    "intacct",
    "ar_adjustment_line",
    "ARADJUSTMENTITEM",
    "Lines of adjustments of receivables.",
    (*_lines("adjustment", "adjustment_record_no"), PROJECT),
    key=("record_no",),
    parent="ar_adjustment",
    parent_key="adjustment_record_no",
    control_total="trx_amount",
)

_RECEIPT: Final = (
    RECORD_NO,
    text("record_type", "RECORDTYPE", "Kind of document as the source codes it."),
    text("document_no", "RECORDID", "Number of the record."),
    text("reference_no", "DOCNUMBER", "Reference number, such as a check's."),
    text("state", "STATE", "State, as the source words it."),
    *_CUSTOMER,
    text("payer_name", "PAYERNAME", "Who paid, where one receipt pays for several customers.", pii=True),
    text("description", "DESCRIPTION", "Free text."),
    text("payment_method", "PAYMENTMETHOD", "How it was paid."),
    text("financial_account_id", "FINANCIALENTITY", "Bank account that received it; empty while undeposited."),
    text("undeposited_account_no", "UNDEPOSITEDACCOUNTNO", "Account of undeposited funds that holds it."),
    Column("receipt_date", Kind.DATE, "RECEIPTDATE", "Date on which it stands in the ledger.", required=True),
    Column("payment_date", Kind.DATE, "PAYMENTDATE", "Date on which the customer paid."),
    *CURRENCIES,
    EXCHANGE_RATE,
    *totals("Money received; 0 where only a credit is applied", "Applied to invoices", "Not applied"),
    ATTACHMENT,
)

AR_PAYMENT: Final = Table(
    "intacct",
    "ar_payment",
    "ARPYMT",
    "Receipts from customers, and applications of credits; a void is a second, opposite one (S-ARP-03).",
    (
        *_RECEIPT,
        Column(
            "trx_overpayment",
            Kind.MONEY,
            "OVERPAYMENTAMOUNT",
            "What was paid beyond the invoices.",
            currency="currency",
        ),
        Column("reverses_record_no", Kind.INTEGER, "PARENTPAYMENTKEY", "The payment that this one belongs to."),
        *DOCUMENT_TIMES,
        *OWNER,
    ),
    key=("record_no",),
    cursor="modified_at",
    audit_type="arpymt",
    document_date="receipt_date",
    control_total="trx_total_entered",
    permission="Accounts Receivable › Receive payments: List, View",
)

AR_PAYMENT_DETAIL: Final = Table(
    "intacct",
    "ar_payment_detail",
    "ARPYMTDETAIL",
    "What a receipt settles: which invoice, perhaps which line, by money or by which credit (S-ARP-02).",
    (
        RECORD_NO,
        Column("payment_record_no", Kind.INTEGER, "PAYMENTKEY", "Key of the payment.", required=True),
        Column("invoice_record_no", Kind.INTEGER, "RECORDKEY", "Key of the invoice that it settles."),
        Column("invoice_line_record_no", Kind.INTEGER, "ENTRYKEY", "Key of the invoice's line, if of one alone."),
        Column("adjustment_record_no", Kind.INTEGER, "POSADJKEY", "Key of the debit memo that it settles."),
        Column("credit_record_no", Kind.INTEGER, "ADJUSTMENTKEY", "Key of the credit memo that is applied."),
        Column("advance_record_no", Kind.INTEGER, "ADVANCEKEY", "Key of the advance that is applied."),
        Column("overpayment_record_no", Kind.INTEGER, "OVERPAYMENTKEY", "Key of the overpayment that is applied."),
        Column(
            "negative_invoice_record_no", Kind.INTEGER, "NEGATIVEINVOICEKEY", "Key of the negative invoice applied."
        ),
        text("currency", "CURRENCY", "Transaction currency, ISO 4217."),
        Column("payment_date", Kind.DATE, "PAYMENTDATE", "Date of the payment."),
        Column("trx_payment_amount", Kind.MONEY, "TRX_PAYMENTAMOUNT", "Settled by money.", currency="currency"),
        Column("trx_credit_amount", Kind.MONEY, "TRX_ADJUSTMENTAMOUNT", "By a credit memo.", currency="currency"),
        Column("trx_advance_amount", Kind.MONEY, "TRX_POSTEDADVANCEAMOUNT", "By an advance.", currency="currency"),
        Column(
            "trx_overpayment_amount",
            Kind.MONEY,
            "TRX_POSTEDOVERPAYMENTAMOUNT",
            "By an overpayment.",
            currency="currency",
        ),
        text("state", "STATE", "State, as the source words it."),
        Column("modified_at", Kind.INSTANT, "WHENMODIFIED", "When the detail last changed."),
    ),
    key=("record_no",),
    parent="ar_payment",
    parent_key="payment_record_no",
    control_total="trx_payment_amount",
)

AR_ADVANCE: Final = Table(
    "intacct",
    "ar_advance",
    "ARADVANCE",
    "What customers paid ahead of any invoice.",
    (*_RECEIPT, *DOCUMENT_TIMES, *OWNER),
    key=("record_no",),
    cursor="modified_at",
    audit_type="aradvance",
    document_date="receipt_date",
    control_total="trx_total_entered",
    permission="Accounts Receivable › Advances: List, View",
)

AR_ADVANCE_LINE: Final = Table(
    "intacct",
    "ar_advance_line",
    "ARADVANCEITEM",
    "Lines of advances.",
    _lines("advance", "advance_record_no"),
    key=("record_no",),
    parent="ar_advance",
    parent_key="advance_record_no",
    control_total="trx_amount",
)

RECEIVABLES_TABLES: Final = (
    AR_INVOICE,
    AR_INVOICE_LINE,
    AR_ADJUSTMENT,
    AR_ADJUSTMENT_LINE,
    AR_ADVANCE,
    AR_ADVANCE_LINE,
    AR_PAYMENT,
    AR_PAYMENT_DETAIL,
)
