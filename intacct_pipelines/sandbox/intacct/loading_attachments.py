"""Loads attachments: of expense reports with their documents, of bills at last, so that nobody else's numbers shift."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from intacct_pipelines.sandbox.attached import bill_attachments

if TYPE_CHECKING:
    from datetime import date

    from intacct_pipelines.sandbox.business import Business
    from intacct_pipelines.sandbox.intacct.loading_documents import RowMaker, Times


@dataclass(frozen=True, slots=True)
class Attachment:
    """An attachment with one file (S-ATT-01)."""

    attachment_id: str
    name: str
    folder: str
    file_name: str
    """Without the type."""
    description: str
    made_on: date


def load_attachment(rows: RowMaker, attachment: Attachment, owner: str, times: Times) -> None:
    """Store an attachment.

    Args:
        rows: Makes the rows.
        attachment: What it is.
        owner: The entity; empty for the top level.
        times: When it was made and last changed.
    """
    table = rows.state.tables["SUPDOC"]
    values = {
        "SUPDOCID": attachment.attachment_id,
        "SUPDOCNAME": attachment.name,
        "FOLDER": attachment.folder,
        "DESCRIPTION": attachment.description,
        "CREATIONDATE": rows.state.instants.day(attachment.made_on),
        "ATTACHMENTNAME": attachment.file_name,
        "ATTACHMENTTYPE": "pdf",
        "ATTACHMENTDATA": "JVBERi0xLjQK",
    }
    table.put(rows.row(table, values, owner, times))
    folders = rows.state.tables["SUPDOCFOLDER"]
    if folders.by_business_key(attachment.folder) is None:
        folders.put(rows.row(folders, {"NAME": attachment.folder, "CREATIONDATE": values["CREATIONDATE"]}, "", times))


def load_bill_attachments(rows: RowMaker, business: Business) -> None:
    """Store what bills name; not what they name and somebody deleted.

    Args:
        rows: Makes the rows.
        business: Whose bills.
    """
    found = bill_attachments(business.bills, business.seed)
    for bill in business.bills:
        attached = found.get(bill.key)
        if attached is not None and attached.difference != "gone":
            attachment = Attachment(
                attached.attachment_id, f"Bill {bill.number}", "Bills", attached.file_name, "", bill.bill_date
            )
            load_attachment(rows, attachment, bill.entity_id, (bill.created_at, bill.intacct_modified_at))
