"""What both sides of a pair last agreed on, the base of the two-way merge, and what people decided since."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from intacct_pipelines.domain.conflicts import Side
    from intacct_pipelines.warehouse.connection import Warehouse

Agreed = dict[tuple[str, str, str], dict[str, str]]
"""By object, the platform's id and Intacct's record number: value by the platform's column."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One field on which both sides of a pair differ.

    Args:
        column: The platform's column.
        agreed: What both last agreed on; None if they never did while we looked.
        platform: What the platform says, in the words in which the two are compared.
        intacct: What Intacct says.
    """

    column: str
    agreed: str | None
    platform: str
    intacct: str


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

    def known_until(self) -> dict[tuple[str, str, str], datetime]:
        """Return until when Intacct's edits of each pair are no person's objection, by the key of ``Agreed``.

        This product wrote the record then, or a person said then that the platform's word stands.
        """
        with self._warehouse.transaction("reading what was decided") as connection:
            rows = connection.execute(_KNOWN_UNTIL, {"link": self._link}).fetchall()
        return {(name, platform_id, str(number)): at for name, platform_id, number, at in rows}

    def settle(
        self, key: tuple[str, str, str], fields: Sequence[Difference], side: Side, *, by: str, at: datetime
    ) -> None:
        """Let one side's word stand on some fields of a pair, and write down who said so.

        What the other side says now counts as agreed on, so that the one side alone has changed since.

        Args:
            key: As in ``Agreed``.
            fields: The fields.
            side: Whose word stands.
            by: Who decides.
            at: When, UTC.
        """
        losing = "intacct" if side == "platform" else "platform"
        agreed = {one.column: getattr(one, losing) for one in fields}
        told = {one.column: {name: value for name, value in asdict(one).items() if name != "column"} for one in fields}
        with self._warehouse.transaction("storing what was decided") as connection:
            pair = dict(zip(("object_name", "platform_id", "record_no"), key, strict=True))
            values = {**pair, "link": self._link, "agrees": json.dumps(agreed), "now": at, "written_at": None}
            connection.execute(AGREE, values)
            connection.execute(_RESOLVE, (self._link, *key, side, json.dumps(told), by, at))


AGREE: Final = """
INSERT INTO mapping.agreement (link, object, platform_id, intacct_record_no, fields, agreed_at, written_at)
VALUES (%(link)s, %(object_name)s, %(platform_id)s, %(record_no)s, %(agrees)s, %(now)s, %(written_at)s)
ON CONFLICT (link, object, platform_id, intacct_record_no)
DO UPDATE SET fields = agreement.fields || excluded.fields, agreed_at = excluded.agreed_at,
    written_at = coalesce(excluded.written_at, agreement.written_at)
"""
"""Adds to what a pair agrees on; other fields stay as they were."""
_RESOLVE: Final = """
INSERT INTO mapping.resolution (link, object, platform_id, intacct_record_no, side, fields, decided_by, decided_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
"""
_KNOWN_UNTIL: Final = """
SELECT object, platform_id, intacct_record_no, max(known_at) FROM (
    SELECT object, platform_id, intacct_record_no, written_at AS known_at FROM mapping.agreement
    WHERE link = %(link)s AND written_at IS NOT NULL
    UNION ALL SELECT object, platform_id, intacct_record_no, decided_at FROM mapping.resolution
    WHERE link = %(link)s AND side = 'platform') AS known
GROUP BY object, platform_id, intacct_record_no
"""
_REMEMBER: Final = """
INSERT INTO mapping.agreement (link, object, platform_id, intacct_record_no, fields, agreed_at)
VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (link, object, platform_id, intacct_record_no)
DO UPDATE SET fields = excluded.fields, agreed_at = excluded.agreed_at
"""
