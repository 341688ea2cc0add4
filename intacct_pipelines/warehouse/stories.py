"""One record's whole story, from all that the warehouse holds of it. Nothing here decides; personal data stays out."""

from __future__ import annotations

import json
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from psycopg.rows import dict_row
from psycopg.types.json import set_json_loads

from intacct_pipelines.domain.catalog import TABLES
from intacct_pipelines.domain.link import WAYS_BACK, way_back_name
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.warehouse.outbox import Outbox
from intacct_pipelines.warehouse.reported import read_records

if TYPE_CHECKING:
    from collections.abc import Mapping

    from intacct_pipelines.domain.reconciled import Reconciled
    from intacct_pipelines.warehouse.connection import Warehouse
    from intacct_pipelines.warehouse.subjects import Subject

Story = dict[str, Any]
_ITEM: Final = (
    "item_key", "plan_id", "operation", "state", "label", "amount", "currency", "attempts", "sent_at", "record_id",
    "rule", "reason", "remedy", "created_at", "updated_at",
)  # fmt: skip
_HOLD: Final = ("plan_id", "created_at", "label", "rule", "reason", "remedy", "amount", "currency", "held_by")
_ENTRY: Final = ("seq", "item_key", "plan_id", "at", "actor", "event", "detail")


def tell(warehouse: Warehouse, one: Reconciled, subject: Subject, link: str) -> Story:
    """Return all that is known of one record.

    Args:
        warehouse: Where it is known.
        one: The record's object.
        subject: From ``subjects_named``.
        link: Name of the link that ends at the record's entity; empty without one.

    Returns:
        ``platform`` and ``intacct`` (each side's present row, None without one); ``pair`` (how the two were paired),
        ``decisions`` (all that was decided or proposed about either); ``differences``; ``findings``; ``history`` (who
        changed what when, oldest first); ``settlements``; ``items``, ``holds`` and ``journal`` of pushing;
        ``quarantine``; ``earlier`` (Intacct's deleted record that the present one replaces); ``reconciled_at``.
    """
    sides = {
        "platform": _side(warehouse, one, "platform", subject.entity, subject.platform_id),
        "intacct": _side(warehouse, one, "intacct", subject.entity, subject.record_no),
    }
    asked = {
        "link": link,
        "object": one.name,
        "entity": subject.entity,
        "id": subject.platform_id,
        "record_no": subject.record_no,
        "tables": [*one.records_in("platform"), *one.records_in("intacct")],
        "keys": [str(key) for key in (subject.platform_id, subject.record_no) if key is not None],
        "member_objects": [name.partition(".")[2] for name in one.records_in("platform")],
    }
    with (
        warehouse.transaction(f"telling of a {one.word}") as connection,
        connection.cursor(row_factory=dict_row) as cursor,
    ):
        # An amount in a change is a number of JSON, and must not become a float.
        set_json_loads(partial(json.loads, parse_float=Decimal), cursor)
        parts = {name: cursor.execute(query, asked).fetchall() for name, query in _PARTS.items()}
        parts["history"] = [
            row
            for name, side in sides.items()
            if side and side["table"]
            for row in cursor.execute(
                _HISTORY_BY_NUMBER if name == "intacct" else _HISTORY_BY_ID,
                {"entity": subject.entity, "table": side["table"], "key": side["key"]},
            )
        ]
    parts["history"].sort(key=lambda row: (row["changed_at"] or row["seen_at"], row["seen_at"]))
    (reconciled,), pairs = parts.pop("reconciled"), parts.pop("pairs")
    earlier = pairs[0]["predecessor_record_no"] if pairs else None
    return {
        "object": one.name,
        "word": one.word,
        "link": link,
        "entity": subject.entity,
        **reconciled,
        **sides,
        "pair": pairs[0] if pairs else None,
        **parts,
        "earlier": None if earlier is None else _side(warehouse, one, "intacct", subject.entity, earlier),
        **_pushed(warehouse, one, subject, link),
    }


def _side(
    warehouse: Warehouse, one: Reconciled, side: str, entity: str, key: str | int | None
) -> dict[str, Any] | None:
    """Return one side's present row; with no more than its key where the warehouse does not hold it."""
    if key is None:
        return None
    known = {"schema": "intacct" if side == "intacct" else one.platform, "key": str(key)}
    for name in one.records_in(side):
        table = TABLES[name]
        row = read_records(warehouse, table, entity, [str(key)]).get(str(key))
        if row is not None:
            return {
                **known,
                "table": name,
                "fields": {column: row[column] for column in table.shown_columns if row[column] is not None},
                "read_at": row["_synced_at"],
                "is_deleted": row["_deleted"],
                "deleted_at": row["_deleted_at"],
                "deleted_by": row["_deleted_by"],
            }
    return {
        **known,
        "table": None,
        "fields": {},
        "read_at": None,
        "is_deleted": None,
        "deleted_at": None,
        "deleted_by": None,
    }


def _pushed(warehouse: Warehouse, one: Reconciled, subject: Subject, link: str) -> dict[str, list[dict[str, Any]]]:
    """Return what pushing did with the record, either way, without what is sent: that holds addresses and bank data."""
    outbox = Outbox(warehouse)
    way_back = WAYS_BACK.get(one.platform, "")
    back = {
        pushed.name for pushed in PUSHED.values() if pushed.platform == way_back and pushed.reconciliation == one.name
    }
    alone = {
        pushed.name
        for pushed in PUSHED.values()
        if not pushed.is_compared and pushed.source.qualified_name in one.records_in("intacct")
    }
    number = None if subject.record_no is None else str(subject.record_no)
    ways = (
        (subject.platform_id, {one.name}, ("link", link)),
        (number, back, ("link", way_back_name(link, way_back))),
        # what no comparison tells of is told with Intacct's record, whatever platform it went to
        (number, alone, ("entity", subject.entity)),
    )
    parts: dict[str, list[dict[str, Any]]] = {"items": [], "holds": [], "journal": []}
    for source_id, names, (column, wanted) in ways:
        if not source_id or not names:
            continue
        told = outbox.explain(source_id)
        items = [row for row in told["items"] if row["object_name"] in names and row[column] == wanted]
        keys = {row["item_key"] for row in items}
        plans = {row["plan_id"] for row in told["journal"] if row["item_key"] in keys}
        parts = {
            "items": parts["items"] + [_only(row, _ITEM) for row in items],
            "holds": parts["holds"]
            + [_only(row, _HOLD) for row in told["holds"] if row["object_name"] in names and row[column] == wanted],
            "journal": parts["journal"]
            + [
                _only(row, _ENTRY)
                for row in told["journal"]
                if row["item_key"] in keys or (row["item_key"] is None and row["plan_id"] in plans)
            ],
        }
    return parts


def _only(row: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: row[name] for name in names}


_PARTS: Final = {
    "pairs": """
        SELECT m.method, m.rule, m.is_equal, m.predecessor_record_no, m.intacct_id, m.currency, m.platform_amount,
            m.intacct_amount, m.first_seen_at, c.evidence, c.decided_by, c.decided_at
        FROM recon.match AS m LEFT JOIN mapping.crosswalk AS c USING (link, object, platform_id, intacct_record_no)
        WHERE m.link = %(link)s AND object = %(object)s AND platform_id = %(id)s""",
    "decisions": """
        SELECT platform_id, intacct_record_no, intacct_id, status, evidence, decided_by, decided_at
        FROM mapping.crosswalk
        WHERE link = %(link)s AND object = %(object)s
            AND (platform_id = %(id)s OR intacct_record_no = %(record_no)s)
        ORDER BY decided_at, platform_id, intacct_record_no""",
    "differences": """
        SELECT kind, field, verdict, rule, turn, platform_value, intacct_value, amount_difference, money_at_stake,
            currency, document_date, changed_at, first_seen_at, root_name, reason, remedy
        FROM recon.difference
        WHERE link = %(link)s AND object = %(object)s
            AND (platform_id = %(id)s OR intacct_record_no = %(record_no)s)
        ORDER BY verdict <> 'break', verdict = 'expected', money_at_stake DESC, kind, field""",
    "findings": """
        SELECT finding_id, kind, field, root, root_name, verdict, rule, turn, records, money_at_stake, oldest_at,
            first_seen_at, reason, remedy
        FROM ops.finding AS f WHERE link = %(link)s AND object = %(object)s AND closed_at IS NULL AND EXISTS (
            SELECT FROM recon.difference AS d
            WHERE d.link = %(link)s AND d.object = %(object)s
                AND (platform_id = %(id)s OR intacct_record_no = %(record_no)s)
                AND (d.cause, d.root) = (f.cause, f.root) AND (d.root <> '' OR (d.kind, d.field) = (f.kind, f.field)))
        ORDER BY finding_id""",
    "settlements": """
        SELECT settlement, currency, movement_total, payment_total, difference, first_seen_at, (
            SELECT jsonb_agg(jsonb_build_object('object', o.member_object, 'id', o.member_id, 'amount', o.amount::text)
                ORDER BY o.member_object, o.member_id)
            FROM recon.settlement_member AS o
            WHERE (o.link, o.object, o.settlement) = (s.link, s.object, s.settlement)) AS members
        FROM recon.settlement AS s WHERE link = %(link)s AND ((object, settlement) = (%(object)s, %(id)s)
            OR (object, settlement) IN (
                SELECT object, settlement FROM recon.settlement_member
                WHERE link = %(link)s AND member_object = ANY(%(member_objects)s) AND member_id = %(id)s))
        ORDER BY settlement""",
    "quarantine": """
        SELECT table_name, key, column_name, check_name, value, rule, first_seen_at, last_seen_at, resolved_at
        FROM quarantine.row WHERE entity = %(entity)s AND table_name = ANY(%(tables)s) AND key = ANY(%(keys)s)
        ORDER BY first_seen_at, id""",
    "reconciled": """
        SELECT max(reconciled_at) AS reconciled_at FROM recon.total WHERE link = %(link)s AND object = %(object)s""",
}

_HISTORY: Final = """
SELECT table_name, change, changes, valid_from AS seen_at, changed_at, changed_by, changed_through, run_id
FROM marts.change_log WHERE entity = %(entity)s AND table_name = %(table)s
"""
# A record is found by the index of its key, which must be compared as what it is.
_HISTORY_BY_NUMBER: Final = _HISTORY + "AND record_no = %(key)s::bigint"
_HISTORY_BY_ID: Final = _HISTORY + "AND record_id = %(key)s"
