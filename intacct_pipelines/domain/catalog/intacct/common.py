"""What many of Intacct's tables share: known values, and columns that every record has."""

from __future__ import annotations

from typing import Final

from intacct_pipelines.domain.catalog.table import Column, Kind, text

LIST_STATUS: Final = ("active", "active non-posting", "inactive")


RECORD_NO: Final = Column("record_no", Kind.INTEGER, "RECORDNO", "Intacct's internal key of the record.", required=True)

STATUS: Final = text("status", "STATUS", "Whether the record may be used.", one_of=LIST_STATUS)

AUDIT: Final = (
    Column("created_at", Kind.INSTANT, "WHENCREATED", "When the record was made."),
    Column("modified_at", Kind.INSTANT, "WHENMODIFIED", "When the record last changed; the cursor."),
)

OWNER: Final = (text("owner_entity_id", "MEGAENTITYID", "Entity that owns the record; empty at top level."),)

DIMENSIONS: Final = (
    text("department_id", "DEPARTMENTID", "Department."),
    text("location_id", "LOCATIONID", "Location."),
    text("class_id", "CLASSID", "Accounting class."),
)

PROJECT: Final = text("project_id", "PROJECTID", "Project.", is_optional=True)
ITEM: Final = text("item_id", "ITEMID", "Item.", is_optional=True)
EMPLOYEE: Final = text("employee_id", "EMPLOYEEID", "Employee.", is_optional=True)
"""Dimensions that not every company has."""


def totals(entered: str, paid: str, due: str) -> tuple[Column, ...]:
    """Return a document's totals, in both currencies.

    Args:
        entered: What its total means for this kind of document, without a full stop.
        paid: What was paid, used or applied.
        due: What is open.
    """
    return (
        Column("trx_total_entered", Kind.MONEY, "TRX_TOTALENTERED", f"{entered}.", required=True, currency="currency"),
        Column("trx_total_paid", Kind.MONEY, "TRX_TOTALPAID", f"{paid}.", currency="currency"),
        Column("trx_total_due", Kind.MONEY, "TRX_TOTALDUE", f"{due}.", currency="currency"),
        Column("total_entered", Kind.MONEY, "TOTALENTERED", f"{entered}, in base currency.", currency="base_currency"),
        Column("total_paid", Kind.MONEY, "TOTALPAID", f"{paid}, in base currency.", currency="base_currency"),
        Column("total_due", Kind.MONEY, "TOTALDUE", f"{due}, in base currency.", currency="base_currency"),
    )


TOTALS: Final = totals("Total", "Paid or used so far", "Still open")

CURRENCIES: Final = (
    text("currency", "CURRENCY", "Transaction currency, ISO 4217.", required=True),
    text("base_currency", "BASECURR", "Base currency of the entity, ISO 4217."),
)

EXCHANGE_RATE: Final = Column("exchange_rate", Kind.RATE, "EXCHANGE_RATE", "Base units for one transaction unit.")

LINE_CURRENCIES: Final = (
    text("currency", "CURRENCY", "Transaction currency, ISO 4217."),
    text("base_currency", "BASECURR", "Base currency, ISO 4217."),
)

RAW_STATE: Final = text("raw_state", "RAWSTATE", "State as the source codes it.")

POSTING_AND_DUE_DATES: Final = (
    Column("gl_posting_date", Kind.DATE, "WHENPOSTED", "Date on which it stands in the ledger."),
    Column("due_date", Kind.DATE, "WHENDUE", "Date on which it is due."),
)

ATTACHMENT: Final = text("attachment_id", "SUPDOCID", "Attachment.")

DOCUMENT_TIMES: Final = (
    Column("created_at", Kind.INSTANT, "AUWHENCREATED", "When the record was made."),
    Column("modified_at", Kind.INSTANT, "WHENMODIFIED", "When the record last changed; the cursor."),
)

MAKER: Final = text("created_by", "CREATEDBY", "Record number of the user who made it; tells what a sync brought.")

LINE_MODIFIED: Final = Column("modified_at", Kind.INSTANT, "WHENMODIFIED", "When the line last changed.")


def line_columns(document: str, parent_key: str, *more: Column) -> tuple[Column, ...]:
    """Return the columns of the lines of a subledger's documents.

    Args:
        document: What the document is called, for the descriptions.
        parent_key: Name of the column with the document's key.
        more: Columns between the amounts and the dimensions.
    """
    return (
        RECORD_NO,
        Column(parent_key, Kind.INTEGER, "RECORDKEY", f"Key of the {document}.", required=True),
        Column("line_no", Kind.INTEGER, "LINE_NO", f"Position in the {document}, from 1."),
        text("account_no", "ACCOUNTNO", "Account."),
        text("description", "ENTRYDESCRIPTION", "Free text."),
        *LINE_CURRENCIES,
        Column("trx_amount", Kind.MONEY, "TRX_AMOUNT", "Amount.", required=True, currency="currency"),
        Column("amount", Kind.MONEY, "AMOUNT", "Amount in base currency.", currency="base_currency"),
        *more,
        *DIMENSIONS,
    )
