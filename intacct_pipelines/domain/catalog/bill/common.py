"""What many of BILL's tables share."""

from __future__ import annotations

from typing import Final

from intacct_pipelines.domain.catalog.table import Column, Kind, text

ID: Final = text("id", "id", "BILL's id of the record.", required=True)

ARCHIVED: Final = Column("is_archived", Kind.FLAG, "archived", "Whether the record is out of use.")

TIMES: Final = (
    Column("created_at", Kind.INSTANT, "createdTime", "When the record was made."),
    Column("modified_at", Kind.INSTANT, "updatedTime", "When the record last changed; the cursor."),
)
