"""Attachments: a folder's entry with its files; and the folders. Only `get_list` shows them."""

from __future__ import annotations

from typing import Final

from intacct_pipelines.sandbox.intacct.objects.spec import ObjectSpec, Relations, describe

FILE_FIELDS: Final = ("ATTACHMENTNAME", "ATTACHMENTTYPE", "ATTACHMENTDATA")
"""What `get_list` shows inside ``attachments/attachment``, one of these for each line of the fields."""

OBJECTS: Final[tuple[ObjectSpec, ...]] = (
    describe(
        "SUPDOC",
        """
        RECORDNO:i SUPDOCID:s SUPDOCNAME:s FOLDER:s DESCRIPTION:s CREATIONDATE:D CREATEDBY:s ATTACHMENTNAME:s
        ATTACHMENTTYPE:s ATTACHMENTDATA:s
    """,
        "SUPDOCID",
        "Attachment",
        ("SUPDOCID",),
        audited=False,
    ),
    describe(
        "SUPDOCFOLDER",
        """
        RECORDNO:i NAME:s DESCRIPTION:s CREATIONDATE:D
    """,
        "NAME",
        "Attachment folder",
        ("NAME",),
        audited=False,
    ),
)
RELATIONS: Final[Relations] = {}
