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
