"""What was found in the platform's files: size and hash, so that each is read once for planning."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from intacct_pipelines.domain.attached import Content

if TYPE_CHECKING:
    from collections.abc import Mapping

    from intacct_pipelines.warehouse.connection import Warehouse


class FileContents:
    """What is known of the files of one link.

    Args:
        warehouse: Where it is stored.
        link: Name of the link.
    """

    def __init__(self, warehouse: Warehouse, link: str) -> None:
        self._warehouse = warehouse
        self._link = link

    def known(self) -> dict[tuple[str, str], Content]:
        """Return by table and file id what was found."""
        with self._warehouse.transaction("reading what files hold") as connection:
            rows = connection.execute(
                "SELECT table_name, file_id, size, sha256 FROM push.file WHERE link = %s", (self._link,)
            ).fetchall()
        return {(table, file_id): Content(size, sha256) for table, file_id, size, sha256 in rows}

    def remember(self, found: Mapping[tuple[str, str], Content]) -> None:
        """Store what was found; what was in the way of reading a file is not."""
        now = datetime.now(UTC)
        rows = [
            (self._link, table, file_id, one.size, one.sha256, now)
            for (table, file_id), one in found.items()
            if not one.problem
        ]
        with self._warehouse.transaction("storing what files hold") as connection, connection.cursor() as cursor:
            cursor.executemany(
                """INSERT INTO push.file (link, table_name, file_id, size, sha256, read_at)
                VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (link, table_name, file_id) DO UPDATE
                SET size = excluded.size, sha256 = excluded.sha256, read_at = excluded.read_at""",
                rows,
            )

    def forget(self, table: str, file_id: str) -> None:
        """Let the next plan read a file anew."""
        with self._warehouse.transaction("forgetting what a file holds") as connection:
            connection.execute(
                "DELETE FROM push.file WHERE link = %s AND table_name = %s AND file_id = %s",
                (self._link, table, file_id),
            )
