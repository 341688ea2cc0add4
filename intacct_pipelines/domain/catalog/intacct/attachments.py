"""What is known of attachments; their contents are not kept."""

from __future__ import annotations

from typing import Final

from intacct_pipelines.domain.catalog.intacct.common import RECORD_NO
from intacct_pipelines.domain.catalog.table import Call, Column, Kind, Table, text

ATTACHMENT: Final = Table(
    "intacct",
    "attachment",
    "supdoc",
    "Attachments: where each is filed and what it is called (S-ATT-01); documents name them by id.",
    (
        Column(RECORD_NO.name, RECORD_NO.kind, "recordno", RECORD_NO.description, required=True),
        text("attachment_id", "supdocid", "Id that documents name.", required=True),
        text("name", "supdocname", "Name of the attachment."),
        text("folder", "folder", "Folder."),
        text("description", "description", "Free text."),
        Column("creation_date", Kind.DATE, "creationdate", "Day on which it was made."),
        text("created_by", "createdby", "User that made it.", pii=True),
        # an attachment may have no file, and when it comes alone nothing else shows that there is such a field
        text("file_name", "attachments.attachment.attachmentname", "Name of its last file.", is_optional=True),
        text("file_type", "attachments.attachment.attachmenttype", "Type of that file, such as pdf.", is_optional=True),
    ),
    key=("record_no",),
    permission="Company › Attachments: List, View",
    call=Call("get_list", "supdoc", "@object", ("supdoc",)),
    is_optional=True,
)
ATTACHMENT_TABLES: Final = (ATTACHMENT,)
