"""Business Center's files as tables. A source is a column of the file contract in `docs/business-center-files.md`.

The contract is ours, because none is published (S-PMT-11); a connection maps an export's own headers to it.
"""

from __future__ import annotations

from typing import Final

from intacct_pipelines.domain.catalog.table import Column, Kind, Table, text

_WHO: Final = "whoever drops the files"

VENDOR: Final = Table(
    "business_center",
    "vendor",
    "vendors_*.csv",
    "Vendors of the Business Center company, which travel both ways (S-PMT-03, S-PMT-04).",
    (
        text("id", "vendor_id", "Business Center's id of the vendor.", required=True, max_length=100),
        text("name", "name", "Name.", required=True, pii=True, max_length=400),
        text("email", "email", "E-mail address.", pii=True),
        text("phone", "phone", "Telephone.", pii=True),
        text("address_line1", "address_1", "Street.", pii=True),
        text("address_line2", "address_2", "Further line of the address.", pii=True),
        text("address_city", "city", "City.", pii=True),
        text("address_state", "state", "State or province."),
        text("address_zip", "zip", "Postal code.", pii=True),
        text("address_country", "country", "Country."),
        text("status", "status", "State, as the export words it."),
    ),
    key=("id",),
    business_key="name",
    permission=_WHO,
)

AP_BILL: Final = Table(
    "business_center",
    "ap_bill",
    "bills_*.csv",
    "Bills of the Business Center company; only those ready to pay are sent to Intacct (S-PMT-05).",
    (
        text("id", "bill_id", "Business Center's id of the bill.", required=True, max_length=100),
        text("vendor_id", "vendor_id", "Vendor.", required=True),
        text("document_no", "bill_number", "Bill number, typed by people; may repeat."),
        Column("bill_date", Kind.DATE, "bill_date", "Date of the document.", required=True),
        Column("due_date", Kind.DATE, "due_date", "Date on which it is due."),
        text("currency", "currency", "Currency, ISO 4217.", required=True),
        Column("amount", Kind.MONEY, "amount", "Total.", required=True, currency="currency"),
        text("status", "status", "State, as the export words it (S-PMT-05).", required=True),
    ),
    key=("id",),
    document_date="bill_date",
    control_total="amount",
    permission=_WHO,
)

AP_BILL_LINE: Final = Table(
    "business_center",
    "ap_bill_line",
    "bills_*.csv",
    "Lines of bills.",
    (
        text("bill_id", "^bill_id", "The bill.", required=True),
        Column("line_no", Kind.INTEGER, "line_no", "Position in the bill, from 1.", required=True),
        text("currency", "^currency", "The bill's currency.", required=True),
        Column("amount", Kind.MONEY, "line_amount", "Amount.", required=True, currency="currency"),
        text("gl_account_no", "account", "Account."),
        text("department_id", "department", "Department."),
        text("location_id", "location", "Location."),
        text("description", "description", "Free text."),
    ),
    key=("bill_id", "line_no"),
    parent="ap_bill",
    parent_key="bill_id",
    control_total="amount",
    embedded_in="lines",
)

GL_ACCOUNT: Final = Table(
    "business_center",
    "gl_account",
    "accounts_*.csv",
    "Chart of accounts: made in Intacct, and only shown in Business Center (S-PMT-01, S-PMT-02).",
    (
        text("account_no", "account_number", "Account number.", required=True, max_length=100),
        text("name", "name", "Name.", required=True),
        text("account_type", "type", "Type, as the export words it."),
        text("status", "status", "State, as the export words it."),
    ),
    key=("account_no",),
    business_key="account_no",
    permission=_WHO,
)

BUSINESS_CENTER_TABLES: Final = (GL_ACCOUNT, VENDOR, AP_BILL, AP_BILL_LINE)
