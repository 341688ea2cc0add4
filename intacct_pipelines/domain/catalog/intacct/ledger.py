"""The general ledger: accounts, journal entries and posted lines."""

from __future__ import annotations

from typing import Final

from intacct_pipelines.domain.catalog.intacct.common import (
    ATTACHMENT,
    AUDIT,
    DIMENSIONS,
    LINE_CURRENCIES,
    LINE_MODIFIED,
    OWNER,
    RECORD_NO,
    STATUS,
)
from intacct_pipelines.domain.catalog.table import Column, Kind, Table, text

GL_ACCOUNT: Final = Table(
    "intacct",
    "gl_account",
    "GLACCOUNT",
    "General-ledger accounts.",
    (
        RECORD_NO,
        text("account_no", "ACCOUNTNO", "Account number; cannot change once given (S-COA-05).", required=True),
        text("title", "TITLE", "Name of the account.", required=True),
        text("account_type", "ACCOUNTTYPE", "Where it stands.", one_of=("balancesheet", "incomestatement")),
        text("normal_balance", "NORMALBALANCE", "Side on which it grows.", one_of=("debit", "credit")),
        text("closing_type", "CLOSINGTYPE", "What year-end does to it."),
        text("category", "CATEGORY", "Category from Intacct's QuickStart chart, for financial statements."),
        Column("is_department_required", Kind.FLAG, "REQUIREDEPT", "Whether a line on it needs a department."),
        Column("is_location_required", Kind.FLAG, "REQUIRELOC", "Whether a line on it needs a location."),
        Column("is_class_required", Kind.FLAG, "REQUIRECLASS", "Whether a line on it needs a class."),
        *(
            Column(
                f"is_{name}_required",
                Kind.FLAG,
                f"REQUIRE{name.upper()}",
                f"Whether a line on it needs {article} {name}.",
                is_optional=True,
            )
            for article, name in (
                ("a", "project"),
                ("a", "task"),
                ("a", "customer"),
                ("a", "vendor"),
                ("an", "employee"),
                ("an", "item"),
                ("a", "contract"),
                ("a", "warehouse"),
            )
        ),
        STATUS,
        *AUDIT,
        *OWNER,
    ),
    key=("record_no",),
    cursor="modified_at",
    business_key="account_no",
    audit_type="glaccount",
    permission="General Ledger › Accounts: List, View",
)

JOURNAL_ENTRY: Final = Table(
    "intacct",
    "journal_entry",
    "GLBATCH",
    "Journal entries of the general ledger, those that documents made and those that people made.",
    (
        RECORD_NO,
        text("title", "BATCH_TITLE", "Title."),
        text("reference_no", "REFERENCENO", "Reference number."),
        text("journal", "JOURNAL", "Journal."),
        text("module_key", "MODULE", "Module that made it; 2.GL for one that people made."),
        text("state", "STATE", "State of the entry."),
        text("record_type", "PRBATCHRECTYPE", "Kind of the documents behind it."),
        Column("entry_date", Kind.DATE, "BATCH_DATE", "Date in the ledger.", required=True),
        Column("is_adjustment", Kind.FLAG, "ADJ", "Whether it stands in an adjustment journal."),
        text("reverses_record_no", "REVERSEDFROM", "The entry that it undoes, as the source names it."),
        ATTACHMENT,
        *AUDIT,
        *OWNER,
    ),
    key=("record_no",),
    cursor="modified_at",
    is_rewritten=True,
    document_date="entry_date",
    permission="General Ledger › Journal entries and GL reports: List, View",
)

JOURNAL_ENTRY_LINE: Final = Table(
    "intacct",
    "journal_entry_line",
    "GLENTRY",
    "Lines of journal entries.",
    (
        RECORD_NO,
        Column("entry_record_no", Kind.INTEGER, "BATCHNO", "Key of the journal entry.", required=True),
        Column("line_no", Kind.INTEGER, "LINE_NO", "Position in the entry, from 1."),
        Column("entry_date", Kind.DATE, "ENTRY_DATE", "Date in the ledger."),
        Column("tr_type", Kind.INTEGER, "TR_TYPE", "1 debit, -1 credit.", required=True, one_of=("1", "-1")),
        text("account_no", "ACCOUNTNO", "Account.", required=True),
        text("department_id", "DEPARTMENT", "Department."),
        text("location_id", "LOCATION", "Location."),
        text("class_id", "CLASSID", "Accounting class."),
        text("description", "DESCRIPTION", "Free text."),
        *LINE_CURRENCIES,
        Column("trx_amount", Kind.MONEY, "TRX_AMOUNT", "Amount on its side.", required=True, currency="currency"),
        Column("amount", Kind.MONEY, "AMOUNT", "Amount on its side, in base currency.", currency="base_currency"),
        text("state", "STATE", "State as the source codes it; P is posted."),
        LINE_MODIFIED,
    ),
    key=("record_no",),
    parent="journal_entry",
    parent_key="entry_record_no",
    control_total="amount",
)

GL_DETAIL: Final = Table(
    "intacct",
    "gl_detail",
    "GLDETAIL",
    "Posted lines of the general ledger, whatever module they came from.",
    (
        RECORD_NO,
        Column("batch_no", Kind.INTEGER, "BATCHKEY", "Key of the journal entry, as in `journal_entry`."),
        text("batch_title", "BATCH_TITLE", "Title of the journal entry."),
        text("batch_reference_no", "REFERENCENO", "Reference number of the journal entry."),
        text("journal", "SYMBOL", "Journal."),
        text("book", "BOOKID", "Book, such as ACCRUAL."),
        text("module_key", "MODULEKEY", "Module that posted it."),
        Column("entry_date", Kind.DATE, "ENTRY_DATE", "Date in the ledger.", required=True),
        text("entry_state", "ENTRY_STATE", "State as the source codes it; P is posted."),
        Column("line_no", Kind.INTEGER, "LINE_NO", "Position in the entry."),
        Column("tr_type", Kind.INTEGER, "TR_TYPE", "1 debit, -1 credit.", required=True, one_of=("1", "-1")),
        text("account_no", "ACCOUNTNO", "Account.", required=True),
        *DIMENSIONS,
        text("vendor_id", "VENDORID", "Vendor."),
        text("customer_id", "CUSTOMERID", "Customer."),
        text("document_no", "RECORDID", "Number of the document behind it."),
        text("reference_no", "DOCNUMBER", "Number that the document refers to, such as that of a check."),
        text("record_type", "RECORDTYPE", "Kind of the document behind it."),
        text("description", "DESCRIPTION", "Free text."),
        *LINE_CURRENCIES,
        Column("trx_debit_amount", Kind.MONEY, "TRX_DEBITAMOUNT", "Debit.", currency="currency"),
        Column("trx_credit_amount", Kind.MONEY, "TRX_CREDITAMOUNT", "Credit.", currency="currency"),
        Column("debit_amount", Kind.MONEY, "DEBITAMOUNT", "Debit in base currency.", currency="base_currency"),
        Column("credit_amount", Kind.MONEY, "CREDITAMOUNT", "Credit in base currency.", currency="base_currency"),
        Column("amount", Kind.MONEY, "AMOUNT", "Debit less credit in base currency.", currency="base_currency"),
        Column("modified_at", Kind.INSTANT, "WHENMODIFIED", "When the line last changed; the cursor."),
    ),
    key=("record_no",),
    cursor="modified_at",
    is_rewritten=True,
    document_date="entry_date",
    control_total="amount",
    permission="General Ledger › Journal entries and GL reports: List, View",
)

LEDGER_TABLES: Final = (
    GL_ACCOUNT,
    JOURNAL_ENTRY,
    JOURNAL_ENTRY_LINE,
    GL_DETAIL,
)
