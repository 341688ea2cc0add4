"""The files in Intacct's attachments: read whole, one attachment at a time, and measured before planning."""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import TYPE_CHECKING, Protocol

from intacct_pipelines.clients.intacct.functions import read_list
from intacct_pipelines.domain.attached import Content
from intacct_pipelines.domain.attached_in_bill import ATTACHMENTS, KEPT, file_id_of, files_known_as
from intacct_pipelines.domain.keys import read_source_mark
from intacct_pipelines.errors import CredentialsRejectedError, RemoteSystemError, UnreadableResponseError
from intacct_pipelines.push.sources import text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from intacct_pipelines.clients.intacct.functions import Function
    from intacct_pipelines.clients.intacct.listing import RowListing
    from intacct_pipelines.push.sources import Row, Sources


class Reader(Protocol):
    """What reading attachments needs of a session at an entity."""

    def read_lists(self, functions: Sequence[Function], row: str) -> list[RowListing]:
        """Run functions that list something."""
        ...


class Shelf:
    """Reads attachments.

    Args:
        gateway: A session at the link's entity.
    """

    def __init__(self, gateway: Reader) -> None:
        self._gateway = gateway

    def files(self, attachment_id: str) -> dict[str, bytes]:
        """Return an attachment's files by name with type; none if it is not there any more.

        Raises:
            RemoteSystemError: Intacct does not give them.
        """
        only = ("supdocid", "=", attachment_id)
        asked = read_list("get_list", "@object", "supdoc", control_id="files", page=(0, 1), only=only)
        (listed,) = self._gateway.read_lists([asked], "attachment")
        return {_name(row): _content(row.get("attachmentdata") or "") for row in listed.rows}


def _name(row: Mapping[str, str | None]) -> str:
    return ".".join(part for part in (row.get("attachmentname") or "", row.get("attachmenttype") or "") if part)


def _content(data: str) -> bytes:
    try:
        return base64.b64decode("".join(data.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise UnreadableResponseError("a file of an attachment is no base64", system="intacct") from error


def wanted_attachments(sources: Sources, object_name: str) -> dict[str, list[Row]]:
    """Return by attachment id the twins in use of the documents that name it; ours from BILL are left out."""
    document = KEPT[object_name].document
    rows = sources.by(f"intacct.{document}")
    of_bill = {row["attachment_id"] for row in sources.live(ATTACHMENTS) if read_source_mark(row.get("description"))}
    found: dict[str, list[Row]] = {}
    for number, twin in sources.twins(f"bill_{document}").items():
        named = text(rows.get(number, {}), "attachment_id")
        if named and named not in of_bill and not twin.get("is_archived"):
            found.setdefault(named, []).append(twin)
    return found


def measure_attachments(
    shelf: Shelf, attachments: Iterable[Row], known: Mapping[tuple[str, str], Content], most: int
) -> dict[tuple[str, str], Content]:
    """Read attachments that nobody has read yet and return what is in their files; no bytes are kept.

    Args:
        shelf: Reads them.
        attachments: Rows of those that may go.
        known: What was found before.
        most: So many are read at most; the others wait for the next plan.

    Raises:
        CredentialsRejectedError: Intacct lets nobody in.
    """
    found: dict[tuple[str, str], Content] = {}
    unread = [row for row in attachments if (ATTACHMENTS, file_id_of(files_known_as(row), "")) not in known]
    for row in unread[:most]:
        known_as = files_known_as(row)
        try:
            files = shelf.files(row["attachment_id"])
        except CredentialsRejectedError:
            raise
        except RemoteSystemError as error:
            found[ATTACHMENTS, file_id_of(known_as, "")] = Content(problem=error.message)
            break
        for name, content in files.items():
            measured = Content(len(content), hashlib.sha256(content).hexdigest())
            found[ATTACHMENTS, file_id_of(known_as, name)] = measured
        found[ATTACHMENTS, file_id_of(known_as, "")] = Content()
    return found
