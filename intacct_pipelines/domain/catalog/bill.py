"""BILL's AP objects as tables. A source is a dotted path into the object's JSON; BILL leaves unset fields out."""

from __future__ import annotations

from typing import Final

from intacct_pipelines.domain.catalog.table import Column, Kind, Table


def _text(name: str, source: str, description: str, **more: object) -> Column:
    return Column(name, Kind.TEXT, source, description, **more)  # type: ignore[arg-type]  # Column's own keywords


_ID: Final = _text("id", "id", "BILL's id of the record.", required=True)
_ARCHIVED: Final = Column("is_archived", Kind.FLAG, "archived", "Whether the record is out of use.")
_TIMES: Final = (
    Column("created_at", Kind.INSTANT, "createdTime", "When the record was made."),
    Column("modified_at", Kind.INSTANT, "updatedTime", "When the record last changed; the cursor."),
)


def _classification(name: str, source_object: str, description: str) -> Table:
    return Table(
        "bill",
        name,
        source_object,
        description,
        (
            _ID,
            _text("name", "name", "Name.", required=True),
            _text("short_name", "shortName", "Short name; holds Intacct's id when the sync made it."),
            _text("description", "description", "Free text."),
            _text("parent_id", "parentId", "Record above this one."),
            _ARCHIVED,
            *_TIMES,
        ),
        key=("id",),
        cursor="modified_at",
        business_key="name",
    )


ORGANIZATION: Final = Table(
    "bill",
    "organization",
    "/v3/organizations/{organization_id}",
    "The BILL organisation that is linked to the entity.",
    (
        _ID,
        _text("name", "name", "Name of the organisation.", required=True),
        _text("country", "address.country", "Country, ISO 3166."),
    ),
    key=("id",),
)
GL_ACCOUNT: Final = Table(
    "bill",
    "gl_account",
    "/v3/classifications/chart-of-accounts",
    "Chart of accounts.",
    (
        _ID,
        _text("name", "name", "Name of the account.", required=True),
        _text("account_no", "account.number", "Account number."),
        _text("account_type", "account.type", "BILL's type of account."),
        _text("description", "description", "Free text."),
        _text("parent_id", "parentId", "Account above this one."),
        _ARCHIVED,
        *_TIMES,
    ),
    key=("id",),
    cursor="modified_at",
    business_key="account_no",
)
DEPARTMENT: Final = _classification("department", "/v3/classifications/departments", "Departments.")
LOCATION: Final = _classification("location", "/v3/classifications/locations", "Locations.")
ACCOUNTING_CLASS: Final = _classification(
    "accounting_class", "/v3/classifications/accounting-classes", "Accounting classes."
)
AP_TERM: Final = Table(
    "bill",
    "ap_term",
    "/v3/organizations/{organization_id}/payment-terms",
    "Payment terms.",
    (
        _ID,
        _text("name", "name", "Name of the term.", required=True),
        Column("due_days", Kind.INTEGER, "daysDue", "Days until due."),
        *_TIMES,
    ),
    key=("id",),
    cursor="modified_at",
    business_key="name",
)
VENDOR: Final = Table(
    "bill",
    "vendor",
    "/v3/vendors",
    "Suppliers.",
    (
        _ID,
        _text("name", "name", "Name of the vendor.", required=True, pii=True),
        _text("short_name", "shortName", "Short name.", pii=True),
        _text("account_number", "accountNumber", "Our account number at the vendor.", pii=True),
        _text("account_type", "accountType", "Business or person."),
        _text("email", "email", "E-mail address.", pii=True),
        _text("phone", "phone", "Telephone.", pii=True),
        _text("address_line1", "address.line1", "Street.", pii=True),
        _text("address_city", "address.city", "City.", pii=True),
        _text("address_state", "address.stateOrProvince", "State or province."),
        _text("address_zip", "address.zipOrPostalCode", "Postal code.", pii=True),
        _text("address_country", "address.country", "Country, ISO 3166."),
        _text("payee_name", "paymentInformation.payeeName", "Name on payments.", pii=True),
        _text("tax_id", "additionalInfo.taxId", "Tax identification number.", pii=True),
        Column("is_1099", Kind.FLAG, "additionalInfo.track1099", "Whether 1099 is tracked; no form or box (S-BP-02)."),
        _text("ap_term_id", "additionalInfo.paymentTermId", "Payment term."),
        _text("currency", "billCurrency", "Currency of the vendor's bills, ISO 4217."),
        Column("balance", Kind.MONEY, "balance.amount", "What is owed.", currency="currency"),
        _ARCHIVED,
        *_TIMES,
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
        _ID,
        _text("vendor_id", "vendorId", "Vendor.", required=True),
        _text("vendor_name", "vendorName", "Name of the vendor when read.", pii=True),
        _text("document_no", "invoice.invoiceNumber", "Bill number, typed by people; may repeat."),
        Column("bill_date", Kind.DATE, "invoice.invoiceDate", "Date of the document.", required=True),
        Column("due_date", Kind.DATE, "dueDate", "Date on which it is due."),
        _text("description", "description", "Free text."),
        _text("purchase_order_no", "purchaseOrderNumber", "Purchase order's number (S-PUR-04)."),
        _text("currency", "currency", "Currency; BILL's bills carry none, so it is the vendor's.", required=True),
        Column("amount", Kind.MONEY, "amount", "Total.", required=True, currency="currency"),
        Column("paid_amount", Kind.MONEY, "paidAmount", "Paid so far.", currency="currency"),
        Column("due_amount", Kind.MONEY, "dueAmount", "Still open.", currency="currency"),
        Column("credit_amount", Kind.MONEY, "creditAmount", "Credits applied.", currency="currency"),
        Column("funding_amount", Kind.RATE, "fundingAmount", "Total in US dollars."),
        Column("exchange_rate", Kind.RATE, "exchangeRate", "Rate behind the funding amount."),
        _text(
            "payment_status",
            "paymentStatus",
            "How far it is paid.",
            one_of=("UNPAID", "PARTIAL", "PARTIAL_PAYMENT", "PAID", "SCHEDULED", "UNDEFINED"),
        ),
        _text(
            "approval_status",
            "approvalStatus",
            "How far it is approved; only APPROVED is pushed (S-APR-02).",
            required=True,
            one_of=("UNASSIGNED", "ASSIGNED", "APPROVING", "APPROVED", "DENIED", "UNDEFINED"),
        ),
        _text(
            "record_status",
            "recordStatus",
            "State of the record.",
            one_of=("ACTIVE", "INACTIVE", "DRAFT", "DRAFT_DELETED"),
        ),
        _ARCHIVED,
        *_TIMES,
    ),
    key=("id",),
    cursor="modified_at",
    document_date="bill_date",
    control_total="amount",
)
AP_BILL_LINE: Final = Table(
    "bill",
    "ap_bill_line",
    "/v3/bills",
    "Lines of vendor bills.",
    (
        _ID,
        _text("bill_id", "bill_id", "The bill.", required=True),
        Column("line_no", Kind.INTEGER, "line_no", "Position in the bill, from 1."),
        _text("currency", "currency", "The bill's currency.", required=True),
        Column("amount", Kind.MONEY, "amount", "Amount.", required=True, currency="currency"),
        Column("quantity", Kind.RATE, "quantity", "Quantity; not carried to Intacct (S-BIL-10)."),
        Column("price", Kind.RATE, "price", "Price of one."),
        _text("description", "description", "Free text."),
        _text("gl_account_id", "classifications.chartOfAccountId", "Account."),
        _text("department_id", "classifications.departmentId", "Department."),
        _text("location_id", "classifications.locationId", "Location."),
        _text("class_id", "classifications.accountingClassId", "Accounting class."),
    ),
    key=("id",),
    parent="ap_bill",
    parent_key="bill_id",
    control_total="amount",
    embedded_in="billLineItems",
)

BILL_TABLES: Final = (
    ORGANIZATION,
    GL_ACCOUNT,
    DEPARTMENT,
    LOCATION,
    ACCOUNTING_CLASS,
    AP_TERM,
    VENDOR,
    AP_BILL,
    AP_BILL_LINE,
)
