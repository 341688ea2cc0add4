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

TOTALS: Final = (
    Column("trx_total_entered", Kind.MONEY, "TRX_TOTALENTERED", "Total.", required=True, currency="currency"),
    Column("trx_total_paid", Kind.MONEY, "TRX_TOTALPAID", "Paid or used so far.", currency="currency"),
    Column("trx_total_due", Kind.MONEY, "TRX_TOTALDUE", "Still open.", currency="currency"),
    Column("total_entered", Kind.MONEY, "TOTALENTERED", "Total in base currency.", currency="base_currency"),
    Column("total_paid", Kind.MONEY, "TOTALPAID", "Paid or used so far in base currency.", currency="base_currency"),
    Column("total_due", Kind.MONEY, "TOTALDUE", "Still open in base currency.", currency="base_currency"),
)

CURRENCIES: Final = (
    text("currency", "CURRENCY", "Transaction currency, ISO 4217.", required=True),
    text("base_currency", "BASECURR", "Base currency of the entity, ISO 4217."),
)

LINE_CURRENCIES: Final = (
    text("currency", "CURRENCY", "Transaction currency, ISO 4217."),
    text("base_currency", "BASECURR", "Base currency, ISO 4217."),
)

DOCUMENT_TIMES: Final = (
    Column("created_at", Kind.INSTANT, "AUWHENCREATED", "When the record was made."),
    Column("modified_at", Kind.INSTANT, "WHENMODIFIED", "When the record last changed; the cursor."),
)

LINE_MODIFIED: Final = Column("modified_at", Kind.INSTANT, "WHENMODIFIED", "When the line last changed.")
