"""What both sides of a pair last agreed on: the base of the two-way merge."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from intacct_pipelines.warehouse.connection import Warehouse

Agreed = dict[tuple[str, str, str], dict[str, str]]
"""By object, the platform's id and Intacct's record number: value by the platform's column."""


class Agreements:
    """What the pairs of one link last agreed on.

    Args:
        warehouse: Where it is stored.
        link: Name of the link whose comparisons find the pairs.
    """

    def __init__(self, warehouse: Warehouse, link: str) -> None:
        self._warehouse = warehouse
        self._link = link

    def known(self) -> Agreed:
        """Return what is known."""
        with self._warehouse.transaction("reading what was agreed") as connection:
            rows = connection.execute(
                "SELECT object, platform_id, intacct_record_no, fields FROM mapping.agreement WHERE link = %s",
                (self._link,),
            ).fetchall()
        return {(name, platform_id, str(number)): fields for name, platform_id, number, fields in rows}

    def remember(self, found: Mapping[tuple[str, str, str], Mapping[str, str]], known: Agreed) -> Agreed:
        """Store what pairs agree on now; a field on which they do not keeps what was agreed before. Return all."""
        merged = {key: {**known.get(key, {}), **fields} for key, fields in found.items()}
        news = {key: fields for key, fields in merged.items() if fields and fields != known.get(key)}
        now = datetime.now(UTC)
        rows = [(self._link, *key, json.dumps(fields), now) for key, fields in news.items()]
        with self._warehouse.transaction("storing what was agreed") as connection, connection.cursor() as cursor:
            cursor.executemany(_REMEMBER, rows)
        return {**known, **merged}


_REMEMBER: Final = """
INSERT INTO mapping.agreement (link, object, platform_id, intacct_record_no, fields, agreed_at)
VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (link, object, platform_id, intacct_record_no)
DO UPDATE SET fields = excluded.fields, agreed_at = excluded.agreed_at
"""
