"""What is known of the files that BILL keeps with a record; their contents and the links to them are not kept.

BILL lists them one record at a time, so each table is read by its parents.
"""

from __future__ import annotations

from typing import Final

from intacct_pipelines.domain.catalog.bill.common import ID
from intacct_pipelines.domain.catalog.table import PARENT_ID, Column, Kind, Table, text


def _files(name: str, path: str, of: str, parent: str, *more: Column) -> Table:
    """The files of one kind of record."""
    parent_key = f"{parent}_id"
    return Table(
        "bill",
        name,
        f"/v3/{path}/{{parent_id}}",
        f"Files that BILL keeps with {of}: what each is called (S-ATT-01); never what is in it.",
        (
            ID,
            text(parent_key, PARENT_ID, "Record with which it is kept.", required=True),
            # people name files after whom they are about
            text("name", "name", "Name of the file.", pii=True),
            Column("created_at", Kind.INSTANT, "createdTime", "When it was uploaded."),
            *more,
        ),
        key=(parent_key, "id"),
        parent=parent,
        parent_key=parent_key,
        is_optional=True,
    )


AP_BILL_DOCUMENT: Final = _files(
    "ap_bill_document",
    "documents/bills",
    "vendor bills, such as the bill that the vendor sent",
    "ap_bill",
    text("scan_status", "scanStatus", "What the scan for viruses said, such as CLEAN."),
    Column("page_count", Kind.INTEGER, "numOfPages", "How many pages it has."),
)
VENDOR_ATTACHMENT: Final = _files("vendor_attachment", "attachments/vendors", "vendors, such as a W-9", "vendor")
CUSTOMER_ATTACHMENT: Final = _files("customer_attachment", "attachments/customers", "customers", "customer")
AR_INVOICE_ATTACHMENT: Final = _files("ar_invoice_attachment", "attachments/invoices", "invoices", "ar_invoice")

FILES_TABLES: Final = (AP_BILL_DOCUMENT, VENDOR_ATTACHMENT, CUSTOMER_ATTACHMENT, AR_INVOICE_ATTACHMENT)
