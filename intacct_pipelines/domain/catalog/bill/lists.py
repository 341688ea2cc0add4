"""The organisation and its lists: accounts, dimensions, terms."""

from __future__ import annotations

from typing import Final

from intacct_pipelines.domain.catalog.bill.common import ARCHIVED, ID, TIMES
from intacct_pipelines.domain.catalog.table import Column, Kind, Table, text


def classification(name: str, source_object: str, description: str) -> Table:
    """Return one of the lists by which lines are coded: they have the same fields."""
    return Table(
        "bill",
        name,
        source_object,
        description,
        (
            ID,
            text("name", "name", "Name.", required=True),
            text("short_name", "shortName", "Short name; holds Intacct's id when the sync made it."),
            text("description", "description", "Free text."),
            text("parent_id", "parentId", "Record above this one."),
            ARCHIVED,
            *TIMES,
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
        ID,
        text("name", "name", "Name of the organisation.", required=True),
        text("country", "address.country", "Country, ISO 3166."),
    ),
    key=("id",),
)

GL_ACCOUNT: Final = Table(
    "bill",
    "gl_account",
    "/v3/classifications/chart-of-accounts",
    "Chart of accounts.",
    (
        ID,
        text("name", "name", "Name of the account.", required=True),
        text("account_no", "account.number", "Account number."),
        text("account_type", "account.type", "BILL's type of account."),
        text("description", "description", "Free text."),
        text("parent_id", "parentId", "Account above this one."),
        ARCHIVED,
        *TIMES,
    ),
    key=("id",),
    cursor="modified_at",
    business_key="account_no",
)

DEPARTMENT: Final = classification("department", "/v3/classifications/departments", "Departments.")

LOCATION: Final = classification("location", "/v3/classifications/locations", "Locations.")

ACCOUNTING_CLASS: Final = classification(
    "accounting_class", "/v3/classifications/accounting-classes", "Accounting classes."
)

AP_TERM: Final = Table(
    "bill",
    "ap_term",
    "/v3/organizations/{organization_id}/payment-terms",
    "Payment terms.",
    (
        ID,
        text("name", "name", "Name of the term.", required=True),
        Column("due_days", Kind.INTEGER, "daysDue", "Days until due."),
        *TIMES,
    ),
    key=("id",),
    cursor="modified_at",
    business_key="name",
)

PROJECT: Final = classification(
    "project", "/v3/classifications/jobs", "Projects, which BILL calls jobs; Intacct is their master (S-PRJ-03)."
)

EMPLOYEE: Final = Table(
    "bill",
    "employee",
    "/v3/classifications/employees",
    "Employees to whom lines are coded.",
    (
        ID,
        text("first_name", "firstName", "First name.", pii=True),
        text("last_name", "lastName", "Last name.", pii=True),
        text("short_name", "shortName", "Short name; holds Intacct's id when the sync made it."),
        text("parent_id", "parentId", "Record above this one."),
        ARCHIVED,
        *TIMES,
    ),
    key=("id",),
    cursor="modified_at",
    business_key="short_name",
)

ITEM: Final = Table(
    "bill",
    "item",
    "/v3/classifications/items",
    "Items that are bought or sold, and sales taxes.",
    (
        ID,
        text("item_type", "type", "BILL's type of item."),
        text("name", "name", "Name.", required=True),
        text("short_name", "shortName", "Short name; holds Intacct's id when the sync made it."),
        text("description", "description", "Free text."),
        text("parent_id", "parentId", "Record above this one."),
        Column("price", Kind.RATE, "price", "Price of one."),
        Column("purchase_cost", Kind.RATE, "purchaseCost", "Cost of one."),
        text("gl_account_id", "chartOfAccountId", "Account of sales."),
        text("expense_gl_account_id", "expenseChartOfAccountId", "Account of purchases."),
        Column("is_taxable", Kind.FLAG, "taxable", "Whether sales tax is due on it."),
        Column("percentage", Kind.RATE, "percentage", "Of a sales tax, per cent."),
        ARCHIVED,
        *TIMES,
    ),
    key=("id",),
    cursor="modified_at",
    business_key="name",
)

USER: Final = Table(
    "bill",
    "user",
    "/v3/users",
    "Users of the organisation: who approves, who pays.",
    (
        ID,
        text("first_name", "firstName", "First name.", pii=True),
        text("last_name", "lastName", "Last name.", pii=True),
        text("email", "email", "E-mail address.", pii=True),
        text("role", "role.type", "Role, in BILL's word."),
        ARCHIVED,
        *TIMES,
    ),
    key=("id",),
    cursor="modified_at",
    business_key="email",
)

LISTS_TABLES: Final = (
    ORGANIZATION,
    GL_ACCOUNT,
    DEPARTMENT,
    LOCATION,
    ACCOUNTING_CLASS,
    AP_TERM,
    PROJECT,
    EMPLOYEE,
    ITEM,
    USER,
)
