"""Sage Intacct's objects as tables. Field names and their evidence: the vendor's object reference."""

from __future__ import annotations

from typing import Final

from intacct_pipelines.domain.catalog.table import Column, Kind, Table

LIST_STATUS: Final = ("active", "active non-posting", "inactive")
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


def _text(name: str, source: str, description: str, **more: object) -> Column:
    return Column(name, Kind.TEXT, source, description, **more)  # type: ignore[arg-type]  # Column's own keywords


_RECORD_NO: Final = Column(
    "record_no", Kind.INTEGER, "RECORDNO", "Intacct's internal key of the record.", required=True
)
_STATUS: Final = _text("status", "STATUS", "Whether the record may be used.", one_of=LIST_STATUS)
_AUDIT: Final = (
    Column("created_at", Kind.INSTANT, "WHENCREATED", "When the record was made."),
    Column("modified_at", Kind.INSTANT, "WHENMODIFIED", "When the record last changed; the cursor."),
)
_OWNER: Final = (_text("owner_entity_id", "MEGAENTITYID", "Entity that owns the record; empty at top level."),)

_DIMENSIONS: Final = (
    _text("department_id", "DEPARTMENTID", "Department."),
    _text("location_id", "LOCATIONID", "Location."),
    _text("class_id", "CLASSID", "Accounting class."),
)

ENTITY: Final = Table(
    "intacct",
    "entity",
    "LOCATIONENTITY",
    "Legal entities of the company.",
    (
        _RECORD_NO,
        _text("entity_id", "LOCATIONID", "Id of the entity.", required=True),
        _text("name", "NAME", "Name of the entity.", required=True),
        _text("currency", "CURRENCY", "Base currency of the entity, ISO 4217."),
        _text("status", "STATUS", "Whether the entity may be used.", one_of=LIST_STATUS),
        Column("start_date", Kind.DATE, "STARTDATE", "First day of the entity."),
        Column("end_date", Kind.DATE, "ENDDATE", "Last day of the entity."),
    ),
    key=("record_no",),
    business_key="entity_id",
)
LOCATION: Final = Table(
    "intacct",
    "location",
    "LOCATION",
    "Locations, entities among them.",
    (
        _RECORD_NO,
        _text("location_id", "LOCATIONID", "Id of the location.", required=True),
        _text("name", "NAME", "Name of the location.", required=True),
        _text("parent_id", "PARENTID", "Location above this one; an entity at the top of the chain."),
        _text("currency", "CURRENCY", "Base currency, ISO 4217."),
        _STATUS,
        *_AUDIT,
        *_OWNER,
    ),
    key=("record_no",),
    cursor="modified_at",
    business_key="location_id",
    audit_type="location",
)
DEPARTMENT: Final = Table(
    "intacct",
    "department",
    "DEPARTMENT",
    "Departments.",
    (
        _RECORD_NO,
        _text("department_id", "DEPARTMENTID", "Id of the department.", required=True),
        _text("title", "TITLE", "Name of the department.", required=True),
        _text("parent_id", "PARENTID", "Department above this one."),
        _STATUS,
        *_AUDIT,
        *_OWNER,
    ),
    key=("record_no",),
    cursor="modified_at",
    business_key="department_id",
    audit_type="department",
)
ACCOUNTING_CLASS: Final = Table(
    "intacct",
    "accounting_class",
    "CLASS",
    "Accounting classes.",
    (
        _RECORD_NO,
        _text("class_id", "CLASSID", "Id of the class.", required=True),
        _text("name", "NAME", "Name of the class.", required=True),
        _text("description", "DESCRIPTION", "What the class is for."),
        _text("parent_id", "PARENTID", "Class above this one."),
        _STATUS,
        *_AUDIT,
        *_OWNER,
    ),
    key=("record_no",),
    cursor="modified_at",
    business_key="class_id",
    audit_type="class",
)
GL_ACCOUNT: Final = Table(
    "intacct",
    "gl_account",
    "GLACCOUNT",
    "General-ledger accounts.",
    (
        _RECORD_NO,
        _text("account_no", "ACCOUNTNO", "Account number; cannot change once given (S-COA-05).", required=True),
        _text("title", "TITLE", "Name of the account.", required=True),
        _text("account_type", "ACCOUNTTYPE", "Where it stands.", one_of=("balancesheet", "incomestatement")),
        _text("normal_balance", "NORMALBALANCE", "Side on which it grows.", one_of=("debit", "credit")),
        _text("closing_type", "CLOSINGTYPE", "What year-end does to it."),
        Column("is_department_required", Kind.FLAG, "REQUIREDEPT", "Whether a line on it needs a department."),
        Column("is_location_required", Kind.FLAG, "REQUIRELOC", "Whether a line on it needs a location."),
        Column("is_class_required", Kind.FLAG, "REQUIRECLASS", "Whether a line on it needs a class."),
        _STATUS,
        *_AUDIT,
        *_OWNER,
    ),
    key=("record_no",),
    cursor="modified_at",
    business_key="account_no",
    audit_type="glaccount",
)
VENDOR: Final = Table(
    "intacct",
    "vendor",
    "VENDOR",
    "Suppliers.",
    (
        _RECORD_NO,
        _text("vendor_id", "VENDORID", "Id that people use.", required=True),
        _text("name", "NAME", "Name of the vendor; may repeat (S-VEN-03).", required=True, pii=True),
        _text("print_as", "DISPLAYCONTACT.PRINTAS", "Name as printed on payments.", pii=True),
        _text("email", "DISPLAYCONTACT.EMAIL1", "Address for remittance advice.", pii=True),
        _text("phone", "DISPLAYCONTACT.PHONE1", "Telephone.", pii=True),
        _text("tax_id", "TAXID", "Tax identification number.", pii=True),
        _text("form_1099_type", "FORM1099TYPE", "1099 form of the vendor."),
        _text("form_1099_box", "FORM1099BOX", "1099 box of the vendor."),
        _text("term_name", "TERMNAME", "Payment term."),
        _text("vendor_account_no", "VENDORACCOUNTNO", "Our account number at the vendor.", pii=True),
        _text("currency", "CURRENCY", "Currency of the vendor, ISO 4217."),
        _text("comments", "COMMENTS", "Free text; holds our key for vendors that we made (S-IDM-04)."),
        Column("is_on_hold", Kind.FLAG, "ONHOLD", "Whether payments are held."),
        _STATUS,
        *_AUDIT,
        *_OWNER,
    ),
    key=("record_no",),
    cursor="modified_at",
    business_key="vendor_id",
    audit_type="vendor",
)
CONTACT: Final = Table(
    "intacct",
    "contact",
    "CONTACT",
    "Contacts of vendors and others.",
    (
        _RECORD_NO,
        _text("contact_name", "CONTACTNAME", "Unique name of the contact.", required=True, pii=True),
        _text("print_as", "PRINTAS", "Name as printed.", pii=True),
        _text("company_name", "COMPANYNAME", "Company.", pii=True),
        _text("email", "EMAIL1", "E-mail address.", pii=True),
        _text("phone", "PHONE1", "Telephone.", pii=True),
        _STATUS,
        *_AUDIT,
        *_OWNER,
    ),
    key=("record_no",),
    cursor="modified_at",
    business_key="contact_name",
    audit_type="contact",
)
AP_TERM: Final = Table(
    "intacct",
    "ap_term",
    "APTERM",
    "Payment terms of payables.",
    (
        _RECORD_NO,
        _text("name", "NAME", "Name of the term.", required=True),
        _text("description", "DESCRIPTION", "What the term says."),
        _text("due_days", "DUEDATE", "Days until due, as the source writes them."),
        _text("due_from", "DUEFROM", "What the days count from."),
        _STATUS,
        *_AUDIT,
    ),
    key=("record_no",),
    cursor="modified_at",
    business_key="name",
    audit_type="apterm",
)
AP_BILL: Final = Table(
    "intacct",
    "ap_bill",
    "APBILL",
    "Vendor bills.",
    (
        _RECORD_NO,
        _text("record_type", "RECORDTYPE", "Kind of document; pi is a bill."),
        _text("document_no", "RECORDID", "Bill number, typed by people; may repeat."),
        _text(
            "reference_no", "DOCNUMBER", "Reference number; the purchase order's number for bills from one (S-PUR-04)."
        ),
        _text("state", "STATE", "State of the bill.", required=True, one_of=BILL_STATES),
        _text("raw_state", "RAWSTATE", "State as the source codes it."),
        _text("vendor_id", "VENDORID", "Vendor.", required=True),
        _text("vendor_name", "VENDORNAME", "Name of the vendor when read.", pii=True),
        _text("description", "DESCRIPTION", "Free text; holds our key for bills that we made (S-IDM-04)."),
        _text("term_name", "TERMNAME", "Payment term."),
        Column("bill_date", Kind.DATE, "WHENCREATED", "Date of the document.", required=True),
        Column("gl_posting_date", Kind.DATE, "WHENPOSTED", "Date on which it stands in the ledger."),
        Column("due_date", Kind.DATE, "WHENDUE", "Date on which it is due."),
        Column("paid_date", Kind.DATE, "WHENPAID", "Date on which it was paid."),
        _text("currency", "CURRENCY", "Transaction currency, ISO 4217.", required=True),
        _text("base_currency", "BASECURR", "Base currency of the entity, ISO 4217."),
        Column("exchange_rate", Kind.RATE, "EXCHANGE_RATE", "Base units for one transaction unit."),
        Column("trx_total_entered", Kind.MONEY, "TRX_TOTALENTERED", "Total.", required=True, currency="currency"),
        Column("trx_total_paid", Kind.MONEY, "TRX_TOTALPAID", "Paid so far.", currency="currency"),
        Column("trx_total_due", Kind.MONEY, "TRX_TOTALDUE", "Still open.", currency="currency"),
        Column("total_entered", Kind.MONEY, "TOTALENTERED", "Total in base currency.", currency="base_currency"),
        Column("total_paid", Kind.MONEY, "TOTALPAID", "Paid so far in base currency.", currency="base_currency"),
        Column("total_due", Kind.MONEY, "TOTALDUE", "Still open in base currency.", currency="base_currency"),
        _text("module_key", "MODULEKEY", "Where it was born: 3.AP, or 9.PO for a purchase order (S-PUR-05)."),
        _text("attachment_id", "SUPDOCID", "Attachment."),
        Column("created_at", Kind.INSTANT, "AUWHENCREATED", "When the record was made."),
        Column("modified_at", Kind.INSTANT, "WHENMODIFIED", "When the record last changed; the cursor."),
        *_OWNER,
    ),
    key=("record_no",),
    cursor="modified_at",
    audit_type="apbill",
    document_date="bill_date",
    control_total="trx_total_entered",
)
AP_BILL_LINE: Final = Table(
    "intacct",
    "ap_bill_line",
    "APBILLITEM",
    "Lines of vendor bills.",
    (
        _RECORD_NO,
        Column("bill_record_no", Kind.INTEGER, "RECORDKEY", "Key of the bill.", required=True),
        Column("line_no", Kind.INTEGER, "LINE_NO", "Position in the bill, from 1."),
        _text("account_no", "ACCOUNTNO", "Account."),
        _text("description", "ENTRYDESCRIPTION", "Free text."),
        _text("currency", "CURRENCY", "Transaction currency, ISO 4217."),
        _text("base_currency", "BASECURR", "Base currency, ISO 4217."),
        Column("trx_amount", Kind.MONEY, "TRX_AMOUNT", "Amount.", required=True, currency="currency"),
        Column("amount", Kind.MONEY, "AMOUNT", "Amount in base currency.", currency="base_currency"),
        *_DIMENSIONS,
        Column("is_1099", Kind.FLAG, "FORM1099", "Whether the line counts for form 1099."),
        Column("modified_at", Kind.INSTANT, "WHENMODIFIED", "When the line last changed."),
    ),
    key=("record_no",),
    parent="ap_bill",
    parent_key="bill_record_no",
    control_total="trx_amount",
)
GL_DETAIL: Final = Table(
    "intacct",
    "gl_detail",
    "GLDETAIL",
    "Posted lines of the general ledger, whatever module they came from.",
    (
        _RECORD_NO,
        Column("batch_no", Kind.INTEGER, "BATCHKEY", "Key of the journal entry."),
        _text("batch_title", "BATCH_TITLE", "Title of the journal entry."),
        _text("journal", "SYMBOL", "Journal."),
        _text("book", "BOOKID", "Book, such as ACCRUAL."),
        _text("module_key", "MODULEKEY", "Module that posted it."),
        Column("entry_date", Kind.DATE, "ENTRY_DATE", "Date in the ledger.", required=True),
        _text("entry_state", "ENTRY_STATE", "State as the source codes it; P is posted."),
        Column("line_no", Kind.INTEGER, "LINE_NO", "Position in the entry."),
        Column("tr_type", Kind.INTEGER, "TR_TYPE", "1 debit, -1 credit.", required=True, one_of=("1", "-1")),
        _text("account_no", "ACCOUNTNO", "Account.", required=True),
        _text("department_id", "DEPARTMENTID", "Department."),
        _text("location_id", "LOCATIONID", "Location."),
        _text("class_id", "CLASSID", "Accounting class."),
        _text("vendor_id", "VENDORID", "Vendor."),
        _text("document_no", "RECORDID", "Number of the document behind it."),
        _text("record_type", "RECORDTYPE", "Kind of the document behind it."),
        _text("description", "DESCRIPTION", "Free text."),
        _text("currency", "CURRENCY", "Transaction currency, ISO 4217."),
        _text("base_currency", "BASECURR", "Base currency, ISO 4217."),
        Column("trx_debit_amount", Kind.MONEY, "TRX_DEBITAMOUNT", "Debit.", currency="currency"),
        Column("trx_credit_amount", Kind.MONEY, "TRX_CREDITAMOUNT", "Credit.", currency="currency"),
        Column("debit_amount", Kind.MONEY, "DEBITAMOUNT", "Debit in base currency.", currency="base_currency"),
        Column("credit_amount", Kind.MONEY, "CREDITAMOUNT", "Credit in base currency.", currency="base_currency"),
        Column("amount", Kind.MONEY, "AMOUNT", "Debit less credit in base currency.", currency="base_currency"),
        Column("modified_at", Kind.INSTANT, "WHENMODIFIED", "When the line last changed; the cursor."),
    ),
    key=("record_no",),
    cursor="modified_at",
    audit_type="gldetail",
    document_date="entry_date",
    control_total="amount",
)

INTACCT_TABLES: Final = (
    ENTITY,
    LOCATION,
    DEPARTMENT,
    ACCOUNTING_CLASS,
    GL_ACCOUNT,
    AP_TERM,
    VENDOR,
    CONTACT,
    AP_BILL,
    AP_BILL_LINE,
    GL_DETAIL,
)
