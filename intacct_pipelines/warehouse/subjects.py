"""Finding the record that a person means, by whichever of its names: either system's key, a number, an id, a name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from psycopg import sql
from psycopg.rows import dict_row

from intacct_pipelines.domain.catalog import TABLES, Kind
from intacct_pipelines.domain.reconciled import RECONCILED
from intacct_pipelines.warehouse.place import key_text
from intacct_pipelines.warehouse.tables import parent_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import psycopg

    from intacct_pipelines.domain.catalog import Table
    from intacct_pipelines.domain.reconciled import Reconciled
    from intacct_pipelines.warehouse.connection import Warehouse

NUMBERS: Final = ("document_no", "reference_no", "transaction_no", "check_no", "confirmation_no", "legacy_id")
_NAMES: Final = ("short_name", "name", "title", "merchant_name")
_LARGEST_KEY: Final = 2**63


@dataclass(frozen=True, slots=True)
class Subject:
    """One record of an object at one entity: a pair, or what stands on one side alone.

    Args:
        entity: The entity's partition key.
        platform_id: The platform's key; None if only Intacct has it.
        record_no: Intacct's; None if only the platform has it.
    """

    entity: str
    platform_id: str | None
    record_no: int | None


def keys_named(
    connection: psycopg.Connection, table: Table, words: str, *, is_key: bool = False
) -> list[tuple[str, str]]:
    """Return entity and key, as text, of the rows that are called so, deleted ones too.

    Args:
        connection: In a transaction.
        table: Where to look.
        words: A key, a business id or a document's number; or a name, whatever its case.
        is_key: Whether only a key is meant.
    """
    called = [] if is_key else [table.business_key, *NUMBERS, *_NAMES]
    known = [name for name in dict.fromkeys(called) if name in table.shown_columns and name not in table.key]
    conditions = [sql.SQL("lower(t.{}) = lower(%(words)s)").format(sql.Identifier(name)) for name in known]
    if table.column(table.key[0]).kind is not Kind.INTEGER or len(table.key) > 1:
        conditions.append(sql.SQL("{} = %(words)s").format(key_text(table, "t")))
    elif (number := _number(words)) is not None:
        conditions.append(sql.SQL("t.{} = {}").format(sql.Identifier(table.key[0]), sql.Literal(number)))
    if not conditions:
        return []
    query = sql.SQL("SELECT entity, {} FROM {} AS t WHERE {} ORDER BY 1, 2").format(
        key_text(table, "t"), parent_name(table), sql.SQL(" OR ").join(conditions)
    )
    return [(str(entity), str(key)) for entity, key in connection.execute(query, {"words": words})]


def subjects_named(warehouse: Warehouse, one: Reconciled, words: str, *, links: Mapping[str, str]) -> list[Subject]:
    """Return every record of an object that is called so, in order.

    Args:
        warehouse: Where to look.
        one: The object.
        words: Any name of the record; ``intacct:`` or the platform's schema and a colon before it say that it is that
            side's key.
        links: Name of each link of the object's platform → partition key of the entity at which it ends.
    """
    prefix, _, rest = words.partition(":")
    side = {"intacct": "intacct", one.platform: "platform"}.get(prefix) if rest else None
    name = rest if side else words
    with warehouse.transaction(f"finding a {one.word}") as connection:
        rows = {
            each: set(_rows_named(connection, one, each, name, is_key=side is not None))
            if side in {None, each}
            else set()
            for each in ("platform", "intacct")
        }
        asked = {
            "object": one.name,
            "links": list(links),
            "ids": sorted({key for _, key, _ in rows["platform"]} | ({name} if side != "intacct" else set())),
            "record_nos": sorted({int(key) for _, key, _ in rows["intacct"]} | _numbers(name, side)),
            "words": None if side else name,
        }
        with connection.cursor(row_factory=dict_row) as cursor:
            known = [{**row, "entity": links[row["link"]]} for row in cursor.execute(_KNOWN, asked)]
    places = {each: {(entity, key) for entity, key, _ in found} for each, found in rows.items()}
    return _subjects([row for row in known if _is_meant(row, places, asked)], rows)


def _rows_named(
    connection: psycopg.Connection, one: Reconciled, side: str, words: str, *, is_key: bool
) -> Iterable[tuple[str, str, bool]]:
    """Yield entity, key and whether the row is the object's own even if no comparison has told so."""
    for name in one.records_in(side):
        is_own = _owner(name) == one.name
        for entity, key in keys_named(connection, TABLES[name], words, is_key=is_key):
            yield entity, key, is_own
        rejected = connection.execute(
            "SELECT entity, key FROM quarantine.row WHERE table_name = %s AND key = %s AND resolved_at IS NULL",
            [name, words],
        )
        for entity, key in rejected:
            yield entity, key, is_own


def _owner(table: str) -> str:
    """Return the object whose records the rows of a table are, where several objects look into it."""
    name = table.partition(".")[2]
    holders = [
        one.name for one in RECONCILED.values() if table in (*one.records_in("platform"), *one.records_in("intacct"))
    ]
    return name if name in holders else holders[0] if len(holders) == 1 and not TABLES[table].parent else ""


def _subjects(known: Sequence[Mapping[str, Any]], rows: Mapping[str, set[tuple[str, str, bool]]]) -> list[Subject]:
    """Return each record once: pairs of the last comparison first, then former pairs, then what stands alone."""
    told = [
        (row["entity"], row["platform_id"], row["intacct_record_no"], row["predecessor_record_no"])
        for row in sorted(known, key=lambda row: row["rank"])
    ]
    told += [(entity, key, None, None) for entity, key, is_own in sorted(rows["platform"]) if is_own]
    told += [(entity, None, int(key), None) for entity, key, is_own in sorted(rows["intacct"]) if is_own]
    found: list[Subject] = []
    taken: set[tuple[str, str, object]] = set()
    for entity, platform_id, record_no, predecessor in told:
        if not taken.isdisjoint({(entity, "platform", platform_id), (entity, "intacct", record_no)}):
            continue
        found.append(Subject(entity, platform_id, record_no))
        taken |= {(entity, "platform", platform_id), (entity, "intacct", record_no), (entity, "intacct", predecessor)}
        taken -= {(entity, "platform", None), (entity, "intacct", None)}
    return sorted(found, key=lambda one: (one.entity, one.platform_id or "", one.record_no or 0))


def _is_meant(row: Mapping[str, Any], places: Mapping[str, set[tuple[str, str]]], asked: Mapping[str, Any]) -> bool:
    """Say whether a known record is one of those asked for; the same key in another entity or company is not."""
    entity, key = row["entity"], row["platform_id"]
    numbers = {row["intacct_record_no"], row["predecessor_record_no"]} - {None}
    named_ours = {one for _, one in places["platform"]}
    named_theirs = {int(one) for _, one in places["intacct"]}
    return (
        (entity, key) in places["platform"]
        or any((entity, str(number)) in places["intacct"] for number in numbers)
        or (asked["words"] is not None and row["intacct_id"] == asked["words"])
        # Records that are made of several rows are known to the comparison alone.
        or (key is not None and not named_ours and not {key, *key.split(":")}.isdisjoint(asked["ids"]))
        or (not named_theirs and not numbers.isdisjoint(asked["record_nos"]))
    )


def _number(words: str) -> int | None:
    return int(words) if words.isascii() and words.isdigit() and int(words) < _LARGEST_KEY else None


def _numbers(words: str, side: str | None) -> set[int]:
    number = None if side == "platform" else _number(words)
    return set() if number is None else {number}


_KNOWN: Final = """
SELECT 0 AS rank, link, platform_id, intacct_record_no, intacct_id, predecessor_record_no FROM recon.match
WHERE object = %(object)s AND link = ANY(%(links)s) AND (platform_id = ANY(%(ids)s)
    OR string_to_array(platform_id, ':') && %(ids)s::text[] OR intacct_record_no = ANY(%(record_nos)s)
    OR predecessor_record_no = ANY(%(record_nos)s) OR intacct_id = %(words)s)
UNION
SELECT CASE WHEN platform_id IS NULL OR intacct_record_no IS NULL THEN 2 ELSE 0 END, link, platform_id,
    intacct_record_no, intacct_id, NULL FROM recon.difference
WHERE object = %(object)s AND link = ANY(%(links)s) AND (platform_id = ANY(%(ids)s)
    OR string_to_array(platform_id, ':') && %(ids)s::text[] OR intacct_record_no = ANY(%(record_nos)s)
    OR intacct_id = %(words)s)
UNION
SELECT 1, link, platform_id, intacct_record_no, intacct_id, NULL FROM mapping.crosswalk
WHERE object = %(object)s AND link = ANY(%(links)s) AND status = 'confirmed' AND (platform_id = ANY(%(ids)s)
    OR intacct_record_no = ANY(%(record_nos)s) OR intacct_id = %(words)s)
"""
