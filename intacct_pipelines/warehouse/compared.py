"""What a stored comparison stood on, so that planning takes its pairs only while nothing beneath them moved.

A run compares an object and plans it minutes later. Between the two another run may load rows, a person may decide
about a pair, or the settings may change; then the pairs are found anew. So they are by any other run, which may be of
another version of this product.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from psycopg.rows import dict_row

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import psycopg

    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.warehouse.connection import Warehouse


@dataclass(frozen=True, slots=True)
class Comparison:
    """One comparison of one object, before it reads anything.

    Args:
        link: Name of the link.
        object_name: One of ``domain.reconciled``.
        run_id: The run.
        ground: Hash of all that its pairs follow from.
    """

    link: str
    object_name: str
    run_id: str
    ground: str


def begin_comparison(
    warehouse: Warehouse, link: Link, object_name: str, run_id: str, *, reads: Mapping[str, str], after: Iterable[str]
) -> Comparison:
    """Take note of what a comparison will stand on; call it before any row is read.

    Args:
        warehouse: Where both sides are.
        link: Whose rows.
        object_name: One of ``domain.reconciled``.
        run_id: The run.
        reads: Qualified name of each table that is read → the partition that holds it.
        after: The objects whose pairs it leans on.
    """
    places = {"tables": list(reads), "entities": list(reads.values())}
    with warehouse.transaction("asking what a comparison stands on") as connection:
        newest = connection.execute(_NEWEST, places).fetchall()
        before = connection.execute(_BEFORE, [link.name, sorted(after)]).fetchall()
    parts = (link.as_text(), repr(newest), repr(before))
    return Comparison(link.name, object_name, run_id, hashlib.sha256("\n".join(parts).encode()).hexdigest())


def note_comparison(connection: psycopg.Connection, comparison: Comparison) -> None:
    """Note that the result which this transaction stores is that of a comparison."""
    connection.execute(_NOTE, asdict(comparison))


def forget_comparisons(connection: psycopg.Connection, link: str) -> None:
    """Let no stored pair of a link be used again: somebody decided about one, and others may lean on it."""
    connection.execute("DELETE FROM recon.compared WHERE link = %s", [link])


def forget_comparisons_without(
    connection: psycopg.Connection[Any], link: str, pairs: Sequence[tuple[str, str, int]]
) -> None:
    """Do so if one of these confirmed pairs is not among those that are stored.

    Args:
        connection: In the transaction that confirms them.
        link: Name of the link.
        pairs: Object, the platform's id, Intacct's record number.
    """
    objects, platform_ids, record_nos = ([pair[part] for pair in pairs] for part in range(3))
    facts = {"link": link, "objects": objects, "platform_ids": platform_ids, "record_nos": record_nos}
    connection.execute(_FORGET_WITHOUT, facts)


def stored_pairs(warehouse: Warehouse, comparison: Comparison) -> list[dict[str, Any]] | None:
    """Return the pairs that the same run stored on the same ground; None if they have to be found anew.

    Returns:
        ``object``, ``platform_id``, ``intacct_record_no``, ``method``; what was confirmed when it was stored says so.
    """
    with warehouse.transaction("reading the pairs of this run") as connection:
        if connection.execute(_IS_SAME, asdict(comparison)).fetchone() is None:
            return None
        return connection.cursor(row_factory=dict_row).execute(_PAIRS, asdict(comparison)).fetchall()


_NEWEST: Final = """
SELECT place.table_name, place.entity, (
    SELECT max(c.id) FROM ops.certificate AS c WHERE (c.table_name, c.entity) = (place.table_name, place.entity))
FROM unnest(%(tables)s::text[], %(entities)s::text[]) AS place (table_name, entity) ORDER BY 1, 2
"""

_BEFORE: Final = (
    "SELECT object, run_id, stored_as FROM recon.compared WHERE link = %s AND object = ANY (%s) ORDER BY object"
)

_NOTE: Final = """
INSERT INTO recon.compared AS c (link, object, run_id, ground)
VALUES (%(link)s, %(object_name)s, %(run_id)s, %(ground)s)
ON CONFLICT (link, object) DO UPDATE SET run_id = excluded.run_id, ground = excluded.ground, stored_as = DEFAULT
"""

_FORGET_WITHOUT: Final = """
DELETE FROM recon.compared WHERE link = %(link)s AND EXISTS (
    SELECT FROM unnest(%(objects)s::text[], %(platform_ids)s::text[], %(record_nos)s::bigint[])
        AS pair (object, platform_id, record_no)
    WHERE NOT EXISTS (
        SELECT FROM recon.match AS m WHERE m.link = %(link)s AND m.object = pair.object
            AND m.platform_id = pair.platform_id AND m.intacct_record_no = pair.record_no))
"""

_IS_SAME: Final = (
    "SELECT FROM recon.compared WHERE link = %(link)s AND object = %(object_name)s AND run_id = %(run_id)s "
    "AND ground = %(ground)s"
)

_PAIRS: Final = """
SELECT m.object, m.platform_id, m.intacct_record_no,
    CASE WHEN c.status = 'confirmed' THEN 'crosswalk' ELSE m.method END AS method
FROM recon.match AS m
LEFT JOIN mapping.crosswalk AS c USING (link, object, platform_id, intacct_record_no)
WHERE m.link = %(link)s AND m.object = %(object_name)s
ORDER BY m.platform_id
"""
