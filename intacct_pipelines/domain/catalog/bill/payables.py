"""Accounts payable: vendors and bills."""

from __future__ import annotations

from typing import Final

from intacct_pipelines.domain.catalog.bill.common import (
    ARCHIVED,
    CODING,
    ID,
    POSITION_ID,
    TIMES,
    party_columns,
)
from intacct_pipelines.domain.catalog.table import Column, Kind, Table, text

VENDOR: Final = Table(
    "bill",
    "vendor",
    "/v3/vendors",
    "Suppliers.",
    (
        ID,
        text("name", "name", "Name of the vendor.", required=True, pii=True),
        text("short_name", "shortName", "Short name.", pii=True),
        text("account_number", "accountNumber", "Our account number at the vendor.", pii=True),
        *party_columns("address"),
        text("payee_name", "paymentInformation.payeeName", "Name on payments.", pii=True),
        text("tax_id", "additionalInfo.taxId", "Tax identification number.", pii=True),
        Column("is_1099", Kind.FLAG, "additionalInfo.track1099", "Whether 1099 is tracked; no form or box (S-BP-02)."),
        text("ap_term_id", "additionalInfo.paymentTermId", "Payment term."),
        text("currency", "billCurrency", "Currency of the vendor's bills, ISO 4217."),
        Column("balance", Kind.MONEY, "balance.amount", "What is owed.", currency="currency"),
        ARCHIVED,
        *TIMES,
    ),
    key=("id",),
    cursor="modified_at",
    business_key="name",
)

AP_BILL: Final = Table(
    "bill",
    "ap_bill",
    "/v3/bills",
    "Vendor bills.",
    (
        ID,
        text("vendor_id", "vendorId", "Vendor.", required=True),
        text("vendor_name", "vendorName", "Name of the vendor when read.", pii=True),
        text("document_no", "invoice.invoiceNumber", "Bill number, typed by people; may repeat."),
        Column("bill_date", Kind.DATE, "invoice.invoiceDate", "Date of the document.", required=True),
        Column("due_date", Kind.DATE, "dueDate", "Date on which it is due."),
        text("description", "description", "Free text."),
        text("purchase_order_no", "purchaseOrderNumber", "Purchase order's number (S-PUR-04)."),
        text("currency", "currency", "Currency; BILL's bills carry none, so it is the vendor's.", required=True),
        Column("amount", Kind.MONEY, "amount", "Total.", required=True, currency="currency"),
        Column("paid_amount", Kind.MONEY, "paidAmount", "Paid so far.", currency="currency"),
        Column("due_amount", Kind.MONEY, "dueAmount", "Still open.", currency="currency"),
        Column("credit_amount", Kind.MONEY, "creditAmount", "Credits applied.", currency="currency"),
        Column("scheduled_amount", Kind.MONEY, "scheduledAmount", "Payments still to come.", currency="currency"),
        Column("funding_amount", Kind.RATE, "fundingAmount", "Total in US dollars."),
        Column("exchange_rate", Kind.RATE, "exchangeRate", "Rate behind the funding amount."),
        text(
            "payment_status",
            "paymentStatus",
            "How far it is paid.",
            one_of=("UNPAID", "PARTIAL", "PARTIAL_PAYMENT", "PAID", "SCHEDULED", "UNDEFINED"),
        ),
        text(
            "approval_status",
            "approvalStatus",
            "How far it is approved; only APPROVED is pushed (S-APR-02).",
            required=True,
            one_of=("UNASSIGNED", "ASSIGNED", "APPROVING", "APPROVED", "DENIED", "UNDEFINED"),
        ),
        text(
            "record_status",
            "recordStatus",
            "State of the record.",
            one_of=("ACTIVE", "INACTIVE", "DRAFT", "DRAFT_DELETED"),
        ),
        ARCHIVED,
        *TIMES,
    ),
    key=("id",),
    cursor="modified_at",
    document_date="bill_date",
    has_no_month_filter=True,
    control_total="amount",
    party="vendor_id",
)

AP_BILL_LINE: Final = Table(
    "bill",
    "ap_bill_line",
    "/v3/bills",
    "Lines of vendor bills.",
    (
        ID,
        text("bill_id", "^id", "The bill.", required=True),
        Column("line_no", Kind.INTEGER, "#position", "Position in the bill, from 1."),
        text("currency", "^currency", "The bill's currency.", required=True),
        Column("amount", Kind.MONEY, "amount", "Amount.", required=True, currency="currency"),
        Column("quantity", Kind.RATE, "quantity", "Quantity; not carried to Intacct (S-BIL-10)."),
        Column("price", Kind.RATE, "price", "Price of one."),
        text("description", "description", "Free text."),
        *CODING,
        text("employee_id", "classifications.employeeId", "Employee."),
    ),
    key=("id",),
    parent="ap_bill",
    parent_key="bill_id",
    control_total="amount",
    embedded_in="billLineItems",
)

AP_BILL_APPROVER: Final = Table(
    "bill",
    "ap_bill_approver",
    "/v3/bills",
    "Who approves a bill, in which order, and what they said; travels in neither direction (S-APR-01).",
    (
        POSITION_ID,
        text("bill_id", "^id", "The bill.", required=True),
        text("user_id", "userId", "The approver.", required=True),
        Column("approver_order", Kind.INTEGER, "approverOrder", "Turn of the approver, from 0."),
        text("status", "status", "What the approver said."),
        Column("status_changed_at", Kind.INSTANT, "statusChangedTime", "When that was."),
    ),
    key=("id",),
    parent="ap_bill",
    parent_key="bill_id",
    embedded_in="approvers",
)

PAYABLES_TABLES: Final = (
    VENDOR,
    AP_BILL,
    AP_BILL_LINE,
    AP_BILL_APPROVER,
)
