"""Purchasing, Order Entry, and Time & Expenses: orders with their lines, expense reports with theirs."""

from __future__ import annotations

from typing import Final

from intacct_pipelines.domain.catalog.intacct.common import (
    ATTACHMENT,
    DIMENSIONS,
    DOCUMENT_TIMES,
    LINE_MODIFIED,
    OWNER,
    RECORD_NO,
)
from intacct_pipelines.domain.catalog.table import Column, Kind, Table, text

ORDER_STATES: Final = (
    "Submitted",
    "Approved",
    "Partially Approved",
    "Declined",
    "Draft",
    "Pending",
    "Closed",
    "In Progress",
    "Converted",
)
_CURRENCIES: Final = (
    text("currency", "CURRENCY", "Transaction currency, ISO 4217."),
    text("base_currency", "BASECURR", "Base currency of the entity, ISO 4217."),
)


def _order(party: str, made: str) -> tuple[Column, ...]:
    """An order's columns; ``party`` is vendor or customer, ``made`` what it becomes."""
    return (
        RECORD_NO,
        text("document_no", "DOCNO", "Number of the document."),
        text("document_id", "DOCID", "Transaction definition and number."),
        text("definition", "DOCPARID", "Transaction definition, such as an order or an invoice.", required=True),
        text("created_from", "CREATEDFROM", "Document that this one was converted from."),
        text("state", "STATE", "State of the document.", one_of=ORDER_STATES),
        text(f"{party}_id", "CUSTVENDID", f"The {party}."),
        text(f"{party}_name", "CUSTVENDNAME", f"Name of the {party} when read.", pii=True),
        text("reference_no", "PONUMBER", "Reference number."),
        Column(f"{made}_record_no", Kind.INTEGER, "PRRECORDKEY", f"Key of the {made} that it made, if it made one."),
        Column("order_date", Kind.DATE, "WHENCREATED", "Date of the document.", required=True),
        Column("due_date", Kind.DATE, "WHENDUE", "Date on which it is due."),
        *_CURRENCIES,
        Column("trx_total", Kind.MONEY, "TRX_TOTAL", "Total.", currency="currency"),
        Column("total", Kind.MONEY, "TOTAL", "Total in base currency.", currency="base_currency"),
        ATTACHMENT,
        *DOCUMENT_TIMES,
        *OWNER,
    )


_ORDER_LINE: Final = (
    RECORD_NO,
    Column("order_record_no", Kind.INTEGER, "DOCHDRNO", "Key of the document.", required=True),
    Column("line_no", Kind.INTEGER, "LINE_NO", "Position in the document, from 0."),
    text("item_id", "ITEMID", "Item."),
    text("memo", "MEMO", "Free text."),
    text("unit", "UNIT", "Unit of measure."),
    Column("quantity", Kind.RATE, "UIQTY", "Quantity in that unit."),
    *_CURRENCIES,
    Column("trx_price", Kind.RATE, "TRX_PRICE", "Price of one unit; may have more decimals than the currency."),
    Column("trx_amount", Kind.MONEY, "TRX_VALUE", "Amount.", currency="currency"),
    Column("amount", Kind.MONEY, "TOTAL", "Amount in base currency.", currency="base_currency"),
    *DIMENSIONS,
    LINE_MODIFIED,
)

PURCHASE_ORDER: Final = Table(
    "intacct",
    "purchasing_document",
    "PODOCUMENT",
    "Purchasing documents: orders, and the vendor invoices that became bills (S-PUR-02, S-PUR-03).",
    _order("vendor", "bill"),
    key=("record_no",),
    cursor="modified_at",
    audit_type="podocument",
    document_date="order_date",
    control_total="trx_total",
    permission="Purchasing › Purchasing transactions: List, View",
)

PURCHASE_ORDER_LINE: Final = Table(
    "intacct",
    "purchasing_document_line",
    "PODOCUMENTENTRY",
    "Lines of purchasing documents.",
    _ORDER_LINE,
    key=("record_no",),
    parent="purchasing_document",
    parent_key="order_record_no",
    control_total="trx_amount",
)

SALES_ORDER: Final = Table(
    "intacct",
    "order_entry_document",
    "SODOCUMENT",
    "Order-entry documents: orders, and the sales invoices that became invoices (S-SAL-02).",
    _order("customer", "invoice"),
    key=("record_no",),
    cursor="modified_at",
    audit_type="sodocument",
    document_date="order_date",
    control_total="trx_total",
    permission="Order Entry › Order entry transactions: List, View",
)

SALES_ORDER_LINE: Final = Table(
    "intacct",
    "order_entry_document_line",
    "SODOCUMENTENTRY",
    "Lines of order-entry documents.",
    _ORDER_LINE,
    key=("record_no",),
    parent="order_entry_document",
    parent_key="order_record_no",
    control_total="trx_amount",
)

EXPENSE_REPORT: Final = Table(
    "intacct",
    "expense_report",
    "EEXPENSES",
    "Employees' expense reports.",
    (
        RECORD_NO,
        text("document_no", "RECORDID", "Number of the report."),
        text("state", "STATE", "State, as the source words it."),
        text("employee_id", "EMPLOYEEID", "Employee."),
        text("employee_name", "CONTACTNAME", "Name of the employee when read.", pii=True),
        text("description", "DESCRIPTION", "Free text."),
        Column("report_date", Kind.DATE, "WHENCREATED", "Date of the report.", required=True),
        Column("gl_posting_date", Kind.DATE, "WHENPOSTED", "Date on which it stands in the ledger."),
        Column("paid_date", Kind.DATE, "WHENPAID", "Date on which it was paid."),
        *_CURRENCIES,
        Column("trx_total_entered", Kind.MONEY, "TRX_TOTALENTERED", "Total.", required=True, currency="currency"),
        Column("trx_total_paid", Kind.MONEY, "TRX_TOTALPAID", "Paid so far.", currency="currency"),
        Column("trx_total_due", Kind.MONEY, "TRX_TOTALDUE", "Still owed to the employee.", currency="currency"),
        Column("total_entered", Kind.MONEY, "TOTALENTERED", "Total in base currency.", currency="base_currency"),
        Column("total_due", Kind.MONEY, "TOTALDUE", "Still owed, in base currency.", currency="base_currency"),
        text("attachment_id", "SUPDOCID", "Attachment with the receipts (S-ATT-01)."),
        *DOCUMENT_TIMES,
        *OWNER,
    ),
    key=("record_no",),
    cursor="modified_at",
    audit_type="eexpenses",
    document_date="report_date",
    control_total="trx_total_entered",
    permission="Time & Expenses › Expense reports: List, View",
)

EXPENSE_REPORT_LINE: Final = Table(
    "intacct",
    "expense_report_line",
    "EEXPENSESITEM",
    "Lines of expense reports.",
    (
        RECORD_NO,
        Column("report_record_no", Kind.INTEGER, "RECORDKEY", "Key of the report.", required=True),
        Column("line_no", Kind.INTEGER, "LINE_NO", "Position in the report, from 1."),
        text("account_no", "ACCOUNTNO", "Account."),
        Column("expense_date", Kind.DATE, "ENTRY_DATE", "Date of the expense."),
        text("description", "ENTRYDESCRIPTION", "Free text."),
        *_CURRENCIES,
        Column("trx_amount", Kind.MONEY, "TRX_AMOUNT", "Amount.", required=True, currency="currency"),
        Column("amount", Kind.MONEY, "AMOUNT", "Amount in base currency.", currency="base_currency"),
        *DIMENSIONS,
        LINE_MODIFIED,
    ),
    key=("record_no",),
    parent="expense_report",
    parent_key="report_record_no",
    control_total="trx_amount",
)

ORDER_TABLES: Final = (
    PURCHASE_ORDER,
    PURCHASE_ORDER_LINE,
    SALES_ORDER,
    SALES_ORDER_LINE,
    EXPENSE_REPORT,
    EXPENSE_REPORT_LINE,
)
