"""The files that an organisation keeps with its records: documents of bills, attachments of the others.

Which records have files, and how many, follows from their ids, so that nobody else's chance shifts.
"""

from __future__ import annotations

import hashlib
import hmac
import random
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from intacct_pipelines.sandbox.bill.records import BillRecord
from intacct_pipelines.sandbox.dice import ALPHABET

if TYPE_CHECKING:
    from collections.abc import Mapping

KINDS: Final = ("bills", "vendors", "customers", "invoices")
_PREFIXES: Final = {"bills": "00h"}
_PREFIX: Final = "0at"
_NAMES: Final = {
    # the first is the usual one; the second comes with the odd record
    "bills": ("Invoice {name}.pdf", "Delivery note <2> & more.pdf"),
    "vendors": ("W-9 {name}.pdf", "Rahmenvertrag.pdf"),
    "customers": ("Contract {name}.pdf", "契約書.pdf"),
    "invoices": ("Timesheet.xlsx", "Receipts.zip"),
}
_SHARES: Final = {"bills": (0.8, 0.1), "vendors": (0.4, 0.1), "customers": (0.3, 0.1), "invoices": (0.2, 0.05)}
"""How many records have the first file, and how many the second as well."""
_LINK_LIFE: Final = timedelta(minutes=5)
"""How long the twin's links last; BILL does not say how long its own do."""
_AT_WORK: Final = timedelta(minutes=2)
"""How long the twin works on an upload; BILL says a few minutes."""
_HEADS: Final = {"pdf": b"%PDF-1.4\n", "zip": b"PK\x03\x04", "xlsx": b"PK\x03\x04"}


class Files:
    """The files of one organisation by kind of record and its id.

    Args:
        collections: The organisation's records.
        seed: The company's seed.
    """

    def __init__(self, collections: Mapping[str, Mapping[str, Any]], seed: int) -> None:
        self._collections = collections
        self._seed = seed
        self._changed: dict[tuple[str, str], list[dict[str, Any]]] = {}
        self._contents: dict[str, bytes] = {}
        self._coming: dict[str, tuple[datetime, str, str, bytes]] = {}
        self._arrived: dict[str, str] = {}

    def listed(self, kind: str, record_id: str) -> list[dict[str, Any]]:
        """The files of a record, as BILL lists them.

        Raises:
            KeyError: There is no such record.
        """
        record = self._collections[kind][record_id]
        if (kind, record_id) not in self._changed:
            self._changed[kind, record_id] = self._first(kind, record_id, record)
        return self._changed[kind, record_id]

    def found(self, file_id: str) -> dict[str, Any]:
        """One file of whatever record.

        Raises:
            KeyError: There is no such file.
        """
        for kind in KINDS:
            for record_id in self._collections[kind]:
                for file in self.listed(kind, record_id):
                    if file["id"] == file_id:
                        return file
        raise KeyError(file_id)

    def content(self, file_id: str) -> bytes:
        """What is in a file; it follows from id and name unless somebody put something else there."""
        if file_id not in self._contents:
            name = str(self.found(file_id)["name"])
            source = random.Random(f"content {self._seed} {file_id}")  # noqa: S311  # an invented file
            head = _HEADS.get(name.rpartition(".")[2].lower(), b"")
            self._contents[file_id] = head + source.randbytes(200 + int(source.random() * 2000))
        return self._contents[file_id]

    def put(self, file_id: str, content: bytes) -> None:
        """Let a file hold something else."""
        self._contents[file_id] = content

    def with_link(self, file: Mapping[str, Any], site: str, now: datetime) -> dict[str, Any]:
        """A file as BILL tells it, with a link that soon ends.

        Args:
            file: The file.
            site: Where the twin is reached.
            now: When it is told.
        """
        until = int((now + _LINK_LIFE).timestamp())
        signature = self._signature(file["id"], until)
        return {**file, "downloadLink": f"{site}/{file['id']}?until={until}&signature={signature}"}

    def is_signed(self, file_id: str, until: str, signature: str, now: datetime) -> bool:
        """Whether a link is one of ours and has not ended."""
        if not until.isdecimal() or now.timestamp() > int(until[:12]):
            return False
        return hmac.compare_digest(signature.encode(), self._signature(file_id, int(until[:12])).encode())

    def _signature(self, file_id: str, until: int) -> str:
        return hmac.new(f"links {self._seed}".encode(), f"{file_id} {until}".encode(), hashlib.sha256).hexdigest()

    def add(self, kind: str, record_id: str, name: str, at: datetime) -> str:
        """Keep one more file with a record; return its id."""
        files = self.listed(kind, record_id)
        file = self._file(kind, random.Random(f"{self._seed} {record_id} {len(files)} {name}"), name, at)  # noqa: S311  # an invented id
        files.append(file)
        return str(file["id"])

    def upload(self, bill_id: str, name: str, content: bytes, at: datetime) -> str:
        """Take a document of a bill, which is listed later; return the id of the upload."""
        source = random.Random(f"upload {self._seed} {len(self._coming) + len(self._arrived)}")  # noqa: S311  # an invented id
        upload_id = "0du" + "".join(source.choices(ALPHABET, k=17))
        self._coming[upload_id] = (at + _AT_WORK, bill_id, name, content)
        return upload_id

    def arrive(self, now: datetime) -> None:
        """List the documents whose upload is done by now."""
        for upload_id, (due, bill_id, name, content) in list(self._coming.items()):
            if due <= now:
                del self._coming[upload_id]
                self._arrived[upload_id] = self.add("bills", bill_id, name, due)
                self.put(self._arrived[upload_id], content)

    def status_of(self, upload_id: str) -> dict[str, Any]:
        """How far an upload is, as BILL tells it."""
        done = self._arrived.get(upload_id)
        status = "UPLOADED" if done else "IN_PROGRESS" if upload_id in self._coming else "UNDEFINED"
        return {"uploadId": upload_id, "documentId": done, "status": status}

    def remove(self, kind: str, record_id: str, file_id: str) -> None:
        """Take a file away."""
        files = self.listed(kind, record_id)
        files[:] = [file for file in files if file["id"] != file_id]

    def _first(self, kind: str, record_id: str, record: Any) -> list[dict[str, Any]]:
        source = random.Random(f"files {self._seed} {record_id}")  # noqa: S311  # files of an invented company
        is_bill = isinstance(record, BillRecord)
        made = record.created_at if is_bill else record["createdTime"]
        word = record.number if is_bill else str(record.get("name", ""))[:40]
        draw = source.random()
        names = [name for name, share in zip(_NAMES[kind], _SHARES[kind], strict=True) if draw < share]
        return [
            self._file(kind, source, name.format(name=word), made + timedelta(minutes=at))
            for at, name in enumerate(names, 1)
        ]

    @staticmethod
    def _file(kind: str, source: random.Random, name: str, at: datetime) -> dict[str, Any]:
        file_id = _PREFIXES.get(kind, _PREFIX) + "".join(source.choices(ALPHABET, k=17))
        file = {"id": file_id, "name": name, "createdTime": at}
        if kind == "bills":
            file |= {"scanStatus": "CLEAN", "numOfPages": 1 + int(source.random() * 4)}
        return file
