"""Who changed what and when: the log of a real company's changes, and what it costs to read it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from pipeline_world import World
from psycopg.rows import namedtuple_row
from warehouse_rows import CHANGED, ENTITY, bill, store

from intacct_pipelines.defs.extraction import sync_intacct_table
from intacct_pipelines.domain.catalog import TABLES
from intacct_pipelines.domain.records import Deletion
from intacct_pipelines.warehouse.connection import Warehouse

SYNCED = [TABLES[f"intacct.{name}"] for name in ("audit_event", "vendor", "ap_bill", "ap_bill_line")]


@pytest.fixture
def connection(warehouse_dsn: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(warehouse_dsn, autocommit=True, row_factory=namedtuple_row) as opened:
        yield opened


def log_of(connection: psycopg.Connection[Any], entity: object, table: str, condition: str, value: object) -> list[Any]:
    query = (
        f"SELECT * FROM marts.change_log WHERE entity = %s AND table_name = %s AND {condition} = %s ORDER BY valid_from"  # noqa: S608 - ours
    )
    return connection.execute(query.encode(), [str(entity), table, value]).fetchall()


def test_a_bill_that_is_made_changed_and_deleted_is_told_with_who_and_when(warehouse_dsn, connection):
    """Each sync's change stands once, with its columns, the audit's entry, and the lines that went with it."""
    world = World(warehouse_dsn, bills=20)
    intacct, user = world.sandbox.intacct, world.sandbox.business.user_id

    def sync() -> None:
        world.sandbox.clock.advance(5)
        with world.systems() as systems:
            for table in SYNCED:
                sync_intacct_table(systems, world.entity, table, "run")

    sync()
    vendor = intacct.write(
        "VENDOR", VENDORID="V-NEW", NAME="New", TAXID="11-1111111", **{"DISPLAYCONTACT.PRINTAS": "New"}
    )
    line = intacct.bills()[-1].lines[0]
    coding = {name: line[name] for name in ("ACCOUNTNO", "LOCATIONID", "DEPARTMENTID")}
    day = world.sandbox.clock.now().strftime("%m/%d/%Y")
    number = intacct.create_bill(
        world.entity.entity_id,
        [{**coding, "TRX_AMOUNT": "10.00"}],
        VENDORID="V-NEW",
        RECORDID="B-NEW",
        WHENCREATED=day,
        WHENDUE=day,
    )
    made_at = world.sandbox.clock.now()
    sync()
    intacct.edit_bill(number, DESCRIPTION="Corrected by a person")
    intacct.write("VENDOR", vendor, TAXID="22-2222222", CREDITLIMIT="500.00")
    sync()
    intacct.delete_bill(number)
    gone_at = world.sandbox.clock.now()
    sync()

    made, changed, deleted = log_of(connection, world.entity, "intacct.ap_bill", "record_no", number)
    assert [row.change for row in (made, changed, deleted)] == ["added", "changed", "deleted"]
    assert {(row.record_name, row.changed_by, row.changed_through) for row in (made, changed, deleted)} == {
        ("B-NEW", user, "ui")
    }
    assert changed.changes["description"] == {"old": None, "new": "Corrected by a person"}
    assert set(changed.changes) == {"description", "modified_at"}
    assert (made.changes, deleted.changes) == ({}, {})
    assert abs((made.changed_at - made_at).total_seconds()) < 3
    assert abs((deleted.changed_at - gone_at).total_seconds()) < 3
    assert (made.valid_to, changed.valid_to, deleted.valid_to) == (changed.valid_from, deleted.valid_from, None)
    assert len({made.audit_id, changed.audit_id, deleted.audit_id}) == 3

    first, second = log_of(connection, world.entity, "intacct.vendor", "record_no", vendor)
    assert (first.change, second.change, second.changed_by) == ("added", "changed", user)
    assert second.changes["tax_id"] == {"old": "***", "new": "***"}
    assert "1111" not in str(first) + str(second)
    lines = [
        row
        for row in connection.execute("SELECT * FROM marts.change_log WHERE table_name = 'intacct.ap_bill_line'")
        if row.change == "deleted"
    ]
    assert [(row.changed_by, row.audit_id) for row in lines] == [(user, deleted.audit_id)]


def test_nothing_is_told_that_nobody_did(warehouse: Warehouse, connection):
    """The same content anew is no change, a change without an audit entry names nobody, a return is an arrival."""
    store(warehouse, [bill(1), bill(2)])
    with warehouse.transaction() as other:
        other.execute("UPDATE intacct.ap_bill SET _hash = 0 WHERE record_no = 1")
    store(warehouse, [bill(1)], window=CHANGED)
    assert [row.change for row in log_of(connection, ENTITY, "intacct.ap_bill", "record_no", 1)] == ["added"]
    store(warehouse, [], window=CHANGED, deletions=[Deletion("2", datetime(2026, 3, 20, tzinfo=UTC), "ann")])
    store(warehouse, [bill(2, description="back", modified_at="2026-03-21T00:00:00Z")], window=CHANGED)
    rows = log_of(connection, ENTITY, "intacct.ap_bill", "record_no", 2)
    assert [(row.change, row.changed_by, row.audit_id) for row in rows] == [
        ("added", None, None),
        ("deleted", "ann", None),
        ("added", None, None),
    ]
    assert rows[2].changes["description"] == {"old": None, "new": "back"}


def test_fields_of_the_companys_own_are_told_to_have_changed_and_not_shown(warehouse: Warehouse, connection):
    """Nobody has said what they hold, so they are treated as personal."""
    store(warehouse, [bill(1, custom_fields='{"owner_ssn": "078-05-1120"}')])
    newer = bill(1, custom_fields='{"owner_ssn": "219-09-9999"}', modified_at="2026-03-21T00:00:00Z")
    store(warehouse, [newer], window=CHANGED)
    _, changed = log_of(connection, ENTITY, "intacct.ap_bill", "record_no", 1)
    assert changed.changes["custom_fields"] == {"old": "***", "new": "***"}


def test_one_record_and_the_last_day_are_read_by_index(warehouse: Warehouse, connection):
    """Of a large table only what changed lately is read, or the one record, among present rows and versions alike."""
    many = 20_000
    store(warehouse, [bill(number) for number in range(many)])
    store(warehouse, [bill(number, description="x") for number in range(many)], window=CHANGED)
    connection.execute("UPDATE intacct.ap_bill SET _synced_at = _synced_at - interval '30 days'")
    connection.execute("UPDATE versions.intacct_ap_bill SET valid_from = valid_from - interval '60 days'")
    connection.execute("VACUUM (FULL, ANALYZE) intacct.ap_bill, versions.intacct_ap_bill")
    store(warehouse, [bill(7, description="y")], window=CHANGED)
    source = "SELECT * FROM marts.change_log WHERE entity = %s AND table_name = 'intacct.ap_bill'"

    def plan(condition: str) -> str:
        rows = connection.execute(f"EXPLAIN {source} AND {condition}".encode(), [ENTITY]).fetchall()
        return "\n".join(line for (line,) in rows)

    recent = f"{source} AND valid_from > now() - interval '1 day'"
    assert [row.record_no for row in connection.execute(recent.encode(), [ENTITY])] == [7]
    by_day = plan("valid_from > now() - interval '1 day'")
    assert "Seq Scan" not in by_day
    assert "__synced_at_idx" in by_day
    assert "_valid_from_valid_to_idx" in by_day
    assert "Seq Scan" not in plan("record_no = 7")
