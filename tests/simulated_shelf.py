"""The platforms' files in a simulated life: some cannot be read just then, or hold something else by now."""

from __future__ import annotations

from intacct_pipelines.errors import TransportError

UNREAD, REPLACED = "file unread", "file replaced"


class Shelf:
    """Gives the bytes of files while a plan is applied.

    Args:
        life: Whose; it draws what goes wrong.
        stores: The files of each platform.
    """

    def __init__(self, life, stores) -> None:
        self._life = life
        self._stores = stores

    def read(self, table: str, parent_id: str, file_id: str, most: int) -> bytes:
        """Return what is in a file; see ``push.uploads.FileStore``."""
        if self._life.happens(UNREAD):
            raise TransportError("reset", system="file", operation=f"GET {file_id}", request_left=True)
        content = self._stores[table.partition(".")[0]].read(table, parent_id, file_id, most)
        return content[:-1] + bytes([content[-1] ^ 1]) if self._life.replaces(parent_id) else content

    def forget(self, table: str, file_id: str) -> None:
        """Let the next plan find out anew what is in a file."""
        self._stores[table.partition(".")[0]].forget(table, file_id)
