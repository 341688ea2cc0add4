"""Deletions of all tables from one reading of the audit history: none lost, whatever fails or happens in between."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from pipeline_world import World

from intacct_pipelines.defs.extraction import sync_intacct_table
from intacct_pipelines.defs.optional import Skipped, sync_or_skip
from intacct_pipelines.defs.systems import Systems
from intacct_pipelines.domain.catalog import INTACCT_TABLES, TABLES, Table
from intacct_pipelines.domain.records import Certificate
from intacct_pipelines.errors import PermissionDeniedError
from intacct_pipelines.sandbox.intacct.refusals import FunctionRefusedError

AUDIT_EVENT, VENDOR, BILL, PROJECT = (
    TABLES[f"intacct.{name}"] for name in ("audit_event", "vendor", "ap_bill", "project")
)
LONG = 3 * 86_400
"""Seconds; longer than the overlap."""


@pytest.fixture
def world(warehouse_dsn: str) -> World:
    return World(warehouse_dsn, bills=20)


@pytest.fixture
def systems(world: World) -> Iterator[Systems]:
    with world.systems() as opened:
        yield opened


def sync(systems: Systems, world: World, *tables: Table) -> list[Certificate]:
    return [sync_intacct_table(systems, world.entity, table, "run") for table in tables]


def alive(systems: Systems, world: World, table: Table) -> set[int]:
    return set(systems.warehouse.read_frame(table, str(world.entity))["record_no"])


def delete_a_bill(world: World) -> int:
    """Delete the newest bill that the books let go."""
    for bill in reversed(world.sandbox.intacct.bills()):
        try:
            world.sandbox.intacct.delete_bill(bill.record_no)
        except FunctionRefusedError:
            continue
        return bill.record_no
    raise LookupError


def who(systems: Systems, world: World, table: Table, numbers: Sequence[int]) -> list[str | None]:
    frame = systems.warehouse.read_frame(
        table, str(world.entity), columns=["record_no", "_deleted_by"], include_deleted=True
    )
    return list(frame.set_index("record_no").loc[list(numbers), "_deleted_by"])


def test_when_nothing_changed_one_request_tells_the_deletions_of_all_tables(world, systems):
    """It is one request for each object and one for the audit history, where it was two for each object."""
    audited = [table for table in INTACCT_TABLES if table.audit_type and table.cursor]
    assert len(audited) > 20
    sync(systems, world, AUDIT_EVENT, *audited)
    client = systems.intacct_client(world.company_id)
    before = client.requests
    certificates = sync(systems, world, AUDIT_EVENT, *audited)
    assert client.requests - before == 1 + len(audited)
    # a table without a row has no watermark
    assert {str(certificate.window)[:7] for certificate in certificates if certificate.received} == {"changed"}


def test_no_deletion_is_lost_between_the_readings_or_by_a_table_that_fails(world, systems):
    """What is deleted between the audit history and the list comes next time, what a failed step missed as well."""
    projects = [
        world.sandbox.intacct.write("PROJECT", PROJECTID=f"P-{n}", NAME="x", PROJECTCATEGORY="Internal Non-Billable")
        for n in range(3)
    ]
    sync(systems, world, AUDIT_EVENT, PROJECT, BILL)
    world.sandbox.clock.advance(LONG)
    world.sandbox.intacct.remove("PROJECT", projects[0])
    sync(systems, world, AUDIT_EVENT)
    world.sandbox.intacct.remove("PROJECT", projects[1])
    bill = delete_a_bill(world)
    (found,) = sync(systems, world, PROJECT)
    assert (str(found.window)[:7], found.deleted) == ("changed", 1)
    # the audit history tells of the other two, and then neither table can be read for longer than the overlap
    sync(systems, world, AUDIT_EVENT)
    world.sandbox.intacct.options.denied = {("PROJECT", "read"), ("APBILL", "read")}
    for table in (PROJECT, BILL):
        with pytest.raises(PermissionDeniedError):
            sync(systems, world, table)
    world.sandbox.clock.advance(LONG)
    world.sandbox.intacct.options.denied = set()
    assert [one.deleted for one in sync(systems, world, AUDIT_EVENT, PROJECT, BILL)] == [0, 1, 1]
    user = world.sandbox.business.user_id
    assert who(systems, world, PROJECT, projects) == [user, user, None]
    assert who(systems, world, BILL, [bill]) == [user]


@pytest.mark.parametrize("audit_list_key", ["business", "record_no"])
def test_a_record_made_anew_under_its_id_lives_and_the_old_one_does_not(world, systems, audit_list_key):
    """Even within one second, and however often the deletion is told again."""
    intacct = world.sandbox.intacct
    intacct.options.audit_list_key = audit_list_key
    facts = {"PROJECTID": "P-1", "NAME": "x", "PROJECTCATEGORY": "Internal Non-Billable"}
    old = intacct.write("PROJECT", **facts)
    sync(systems, world, AUDIT_EVENT, PROJECT)
    world.sandbox.clock.advance(LONG)
    intacct.remove("PROJECT", old)
    new = intacct.write("PROJECT", **facts)
    for _ in range(3):
        sync(systems, world, AUDIT_EVENT, PROJECT)
        assert alive(systems, world, PROJECT) & {old, new} == {new}
        world.sandbox.clock.advance(LONG)


def test_without_the_permission_lists_are_read_whole_and_what_was_missed_is_told_once_it_is_given(world, systems):
    """S-CFG-16: the audit history is left out with the reason; a deleted document is found when it can be read."""
    world.sandbox.intacct.options.audit_permitted = False
    left_out = sync_or_skip(systems, world.entity, AUDIT_EVENT, "run")
    assert isinstance(left_out, Skipped)
    assert (left_out.rule, left_out.is_mendable) == ("S-CFG-16", True)
    assert "may not read" in left_out.reason
    sync(systems, world, VENDOR, BILL)
    bill = delete_a_bill(world)
    vendors, bills = sync(systems, world, VENDOR, BILL)
    assert (str(vendors.window), str(bills.window)[:7], bills.deleted) == ("all", "changed", 0)
    world.sandbox.intacct.options.audit_permitted = True
    _, vendors, bills = sync(systems, world, AUDIT_EVENT, VENDOR, BILL)
    assert (str(vendors.window)[:7], bills.deleted) == ("changed", 1)
    assert bill not in alive(systems, world, BILL)


def test_what_was_deleted_since_the_plan_is_known_before_anything_is_sent(world, systems):
    """Sending reads the audit history as well, so a bill that is gone is not taken for one that is there."""
    assert world.sync().is_auto_approved
    bill = delete_a_bill(world)
    world.apply()
    assert bill not in alive(systems, world, BILL)
