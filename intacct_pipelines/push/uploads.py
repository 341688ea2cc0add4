"""Files on their way: fetched when they are sent, proven to be those of the plan, and the folder that they go into."""

from __future__ import annotations

import hashlib
import json
import uuid
from typing import TYPE_CHECKING, Final, Protocol

from intacct_pipelines.clients.intacct.functions import call, read_list
from intacct_pipelines.domain.names import fold
from intacct_pipelines.domain.push import State
from intacct_pipelines.errors import (
    CredentialsRejectedError,
    FunctionRejectedError,
    PermissionDeniedError,
    RemoteSystemError,
)
from intacct_pipelines.push.channel import Stopped, files_of, reason_of
from intacct_pipelines.push.wire import function_of
from intacct_pipelines.warehouse.outbox import Outcome, Reason

if TYPE_CHECKING:
    from intacct_pipelines.clients.intacct.functions import Function
    from intacct_pipelines.domain.attached import Reference
    from intacct_pipelines.push.wire import Gateway
    from intacct_pipelines.warehouse.outbox import OutboxItem

_FOLDERS_AT_ONCE: Final = 100
_FOLDER: Final = "supdocfolder"


class FileStore(Protocol):
    """Where the bytes of files come from."""

    def read(self, table: str, parent_id: str, file_id: str, most: int) -> bytes:
        """Return what is in a file of the platform; a longer one is broken off behind ``most`` bytes.

        Raises:
            RemoteSystemError: The platform does not give it.
        """
        ...

    def forget(self, table: str, file_id: str) -> None:
        """Let the next plan find out anew what is in a file."""
        ...


class Uploads:
    """Makes items that carry files ready to be sent.

    Args:
        gateway: A session at the link's entity.
        files: Where the bytes come from; without it such items are held.
    """

    def __init__(self, gateway: Gateway, files: FileStore | None) -> None:
        self._gateway = gateway
        self._files = files
        self._folders: set[str] = set()

    def ready(self, item: OutboxItem) -> Function:
        """Return the function that an item is, with the bytes of its files; its folder is there then.

        Raises:
            Stopped: It cannot be sent, or not now.
        """
        wanted = files_of(item)
        if not wanted:
            return function_of(item)
        contents = {one: self._content(item, one) for one in wanted}
        self._make_folder(item)
        return function_of(item, contents)

    def _content(self, item: OutboxItem, wanted: Reference) -> bytes:
        if self._files is None:
            raise Stopped(_held(item, "file", "nothing is known here of where its files come from", "Sync the entity."))
        try:
            content = self._files.read(wanted.table, item.source_id, wanted.file_id, wanted.size)
        except (FunctionRejectedError, PermissionDeniedError) as error:
            words = f"the platform does not give file {wanted.file_id} any more: {error.message}"
            raise Stopped(_expired(item, words)) from error
        except CredentialsRejectedError:
            raise
        except RemoteSystemError as error:
            raise Stopped(None, error) from error
        if len(content) != wanted.size or hashlib.sha256(content).hexdigest() != wanted.sha256:
            self._files.forget(wanted.table, wanted.file_id)
            raise Stopped(_expired(item, f"file {wanted.file_id} holds something else than what was planned"))
        return content

    def _make_folder(self, item: OutboxItem) -> None:
        """Make the folder if it is not there; after a lost answer it is looked for before it is made once more."""
        name = str(json.loads(item.payload_text)["supdocfoldername"])
        if fold(name) in self._folders:
            return
        try:
            self._folders |= self._folder_names()
            if fold(name) in self._folders:
                return
            key = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{item.link}\x1f{name}"))
            made = call(key, f"create_{_FOLDER}", {"supdocfoldername": name})
            (result,) = self._gateway.call([made], transaction=False, unique=True, write=True)
            if result.error is not None and fold(name) not in self._folder_names():
                raise Stopped(_refused(item, result.error))
        except (FunctionRejectedError, PermissionDeniedError) as error:
            raise Stopped(_refused(item, error)) from error
        except CredentialsRejectedError:
            raise
        except RemoteSystemError as error:
            raise Stopped(None, error) from error
        self._folders.add(fold(name))

    def _folder_names(self) -> set[str]:
        names: set[str] = set()
        seen, total = 0, 1
        while seen < total:
            page = read_list(
                "get_list", "@object", _FOLDER, control_id=f"folders-{seen}", page=(seen, _FOLDERS_AT_ONCE)
            )
            (listing,) = self._gateway.read_lists([page], _FOLDER)
            if not listing.rows:
                break
            names |= {fold(row.get("name")) for row in listing.rows}
            seen, total = seen + len(listing.rows), listing.total
        return names


def _expired(item: OutboxItem, words: str) -> Outcome:
    return Outcome(item.key, State.EXPIRED, "expired", Reason("expired", "S-ATT-01", words, "Make a new plan."))


def _refused(item: OutboxItem, error: RemoteSystemError) -> Outcome:
    return Outcome(item.key, State.UNCERTAIN, "refused", reason_of(error), refused=True)


def _held(item: OutboxItem, kind: str, words: str, remedy: str) -> Outcome:
    return Outcome(item.key, State.HELD, "held", Reason(kind, "S-ATT-01", words, remedy))
