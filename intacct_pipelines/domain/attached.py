"""Files that go to Intacct with a document: which there are, how they are called there, and how a plan names them.

A plan holds what a file is called, its size and its hash, never its bytes; those are fetched when it is sent.
"""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

ID_LENGTH: Final = 20
"""Longest id of an attachment (the vendor's schema)."""
_NAME_LENGTH: Final = 80
_TYPE: Final = re.compile(r"[a-z0-9]{1,8}")
_SHORT: Final = 16
_REFERENCE: Final = re.compile(r"file (\S+) of (\S+), (\d+) bytes, SHA-256 ([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Attached:
    """How the files of one kind of document go to Intacct.

    Args:
        name: The pushed object that makes a document name its attachment.
        upload: The pushed object that puts files into an attachment.
        document: The object whose pairs tell which document of Intacct it is.
        word: What people call the document.
        files: Table of the platform's files.
        parent: Column of ``files`` with the document.
        file_name: Column of ``files`` with what the file is called.
        path: Where the platform tells of one file, with ``{id}``; for what comes with its document, of the document.
    """

    name: str
    upload: str
    document: str
    word: str
    files: str
    parent: str
    file_name: str
    path: str


ATTACHED: Final[dict[str, Attached]] = {
    one.name: one
    for one in (
        Attached(
            "ap_bill_attachment",
            "ap_bill_file",
            "ap_bill",
            "bill",
            "bill.ap_bill_document",
            "ap_bill_id",
            "name",
            "/v3/documents/{id}",
        ),
        Attached(
            "ar_invoice_attachment",
            "ar_invoice_file",
            "ar_invoice",
            "invoice",
            "bill.ar_invoice_attachment",
            "ar_invoice_id",
            "name",
            "/v3/attachments/{id}",
        ),
        Attached(
            "card_receipt",
            "card_receipt_file",
            "card_transaction",
            "card charge",
            "spend.card_transaction_receipt",
            "card_transaction_id",
            "file_name",
            "/v3/spend/transactions/{id}",
        ),
    )
}
"""Every kind of document whose files travel, by the name of the object that links them."""
BY_FILES: Final = {one.files: one for one in ATTACHED.values()}
BY_UPLOAD: Final = {one.upload: one for one in ATTACHED.values()}


@dataclass(frozen=True, slots=True)
class Content:
    """What is known of what is in a file.

    Args:
        size: Bytes; of one that is too large, as many as were read before it was broken off.
        sha256: Hash of the bytes, hexadecimal; empty if the file was not read to its end.
        problem: Why it could not be read this time; empty if nothing was in the way.
    """

    size: int = 0
    sha256: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Reference:
    """One file as a plan names it in the place of its bytes.

    Args:
        table: Table of the platform's files.
        file_id: The platform's id of the file.
        size: Bytes.
        sha256: Hash of the bytes, hexadecimal.
    """

    table: str
    file_id: str
    size: int
    sha256: str

    def __str__(self) -> str:
        return f"file {self.file_id} of {self.table}, {self.size} bytes, SHA-256 {self.sha256}"

    @classmethod
    def parse(cls, text: str) -> Reference:
        """Read what ``str`` wrote.

        Raises:
            ValueError: It is something else.
        """
        found = _REFERENCE.fullmatch(text)
        if found is None:
            msg = f"{text[:80]!r} names no file"
            raise ValueError(msg)
        return cls(found[2], found[1], int(found[3]), found[4])


def references(payload: Mapping[str, Any]) -> list[Reference]:
    """Return the files that a payload of an upload names, in their order."""
    return [Reference.parse(one["attachmentdata"]) for one in payload["attachments"]["attachment"]]


def attachment_id(link: str, document: str, source_id: str) -> str:
    """Return the id of a document's attachment: it follows from link and document, and is never another one's."""
    digest = hashlib.sha256(f"{link}\x1f{document}\x1f{source_id}".encode()).digest()
    return "P-" + base64.b32encode(digest).decode()[: ID_LENGTH - 2]


def split_name(name: str) -> tuple[str, str]:
    """Return what a file is called in Intacct, without its type, and its type in lower case; empty if it has none.

    Intacct wants neither dot nor type in the name. Characters that mean something to systems or change how the others
    are shown become ``_``.
    """
    stem, dot, kind = unicodedata.normalize("NFC", name).rpartition(".")
    if not dot:
        stem, kind = kind, ""
    plain = "".join(one if _is_plain(one) else "_" for one in stem)
    return " ".join(plain.split())[:_NAME_LENGTH].strip(), kind.lower() if _TYPE.fullmatch(kind.lower()) else ""


def _is_plain(character: str) -> bool:
    return character in " -_()+,=@'" or unicodedata.category(character)[0] in "LN" or _is_mark(character)


def _is_mark(character: str) -> bool:
    return unicodedata.category(character) in {"Mn", "Mc"}


def told_contents(hashes: list[str]) -> str:
    """Return the words by which an attachment's description tells what was put into it."""
    return "holds " + " ".join(one[:_SHORT] for one in hashes)


def read_contents(description: str) -> frozenset[str]:
    """Return the beginnings of the hashes that a description tells."""
    _, _, told = description.partition(" holds ")
    return frozenset(re.findall(rf"(?<!\S)[0-9a-f]{{{_SHORT}}}(?!\S)", told))


def is_told(sha256: str, told: frozenset[str]) -> bool:
    """Say whether a file is among those that a description tells."""
    return sha256[:_SHORT] in told
