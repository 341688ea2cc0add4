"""Files of Intacct's attachments that go into BILL: where BILL keeps them, and how a plan names them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, unquote

from intacct_pipelines.domain.attached import Reference

if TYPE_CHECKING:
    from collections.abc import Mapping

ATTACHMENTS: Final = "intacct.attachment"
LARGEST: Final = 6_000_000
"""Bytes that BILL takes at most (bill v3, documents and attachments: 6 MB)."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Where BILL keeps the files of one kind of document.

    Args:
        document: Table of the document, in both systems.
        word: What people call one.
        listing: Path of a document's files, with ``{id}``; new ones are posted there.
        file: Path of one file, with ``{id}``.
    """

    document: str
    word: str
    listing: str
    file: str


KEPT: Final = {
    "bill_ap_bill_file": Kept("ap_bill", "bill", "/v3/documents/bills/{id}", "/v3/documents/{id}"),
    "bill_ar_invoice_file": Kept("ar_invoice", "invoice", "/v3/attachments/invoices/{id}", "/v3/attachments/{id}"),
}
"""By the pushed object."""


def files_known_as(attachment: Mapping[str, Any]) -> str:
    """Return how the ids of an attachment's files begin; another beginning follows once its row says something else."""
    told = "\x1f".join(str(attachment.get(name) or "") for name in ("file_name", "file_type", "description"))
    return f"{quote(str(attachment['attachment_id']), safe='')}/{hashlib.sha256(told.encode()).hexdigest()[:12]}/"


def name_in(file_id: str) -> str:
    """Return what a file of such an id is called, with its type."""
    return unquote(file_id.rpartition("/")[2])


def file_id_of(known_as: str, name: str) -> str:
    """Return the id of a file; without a name that of the note that the attachment was read."""
    return known_as + quote(name, safe="")


def files_sent(payload: Mapping[str, Any]) -> list[tuple[str, Reference]]:
    """Return name and reference of the files that an item sends."""
    return [(one["name"], Reference.parse(one["file"])) for one in payload["files"]]
