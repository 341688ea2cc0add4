"""Where the bytes of a link's files come from: its platform, over the same sessions as everything else of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from intacct_pipelines.domain.attached import BY_FILES
from intacct_pipelines.errors import RecordNotFoundError
from intacct_pipelines.warehouse.file_contents import FileContents

if TYPE_CHECKING:
    from intacct_pipelines.defs.systems import Systems
    from intacct_pipelines.domain.link import Link


class PlatformFiles:
    """The files of one link's platform.

    Args:
        systems: What to talk to.
        link: The link.
    """

    def __init__(self, systems: Systems, link: Link) -> None:
        self._systems = systems
        self._link = link

    def read(self, table: str, parent_id: str, file_id: str, most: int) -> bytes:
        """Return what is in a file; see ``push.uploads.FileStore``."""
        path = BY_FILES[table].path
        if self._link.platform == "bill":
            return self._systems.bill(self._link.entity).file(path.format(id=file_id), most=most)
        spend = self._systems.spend(self._link.entity)
        receipts = spend.get(path.format(id=parent_id), {"includeReceipts": "true"}).get("receipts") or []
        url = next((one.get("url") for one in receipts if one.get("uuid") == file_id), None)
        if not isinstance(url, str):
            raise RecordNotFoundError("Spend & Expense has no such receipt.", system="spend", operation=f"GET {path}")
        return spend.file(url, most=most)

    def forget(self, table: str, file_id: str) -> None:
        """Let the next plan find out anew what is in a file."""
        FileContents(self._systems.warehouse, self._link.name).forget(table, file_id)
