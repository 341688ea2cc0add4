"""What changed between the plan and the sending: nothing is sent from what is not so any more."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pipeline_world import INTO_INTACCT, World, connections_of, open_bills
from sandbox_transport import SandboxTransport

from intacct_pipelines.defs.bill_extraction import sync_bill
from intacct_pipelines.defs.comparing import reconcile
from intacct_pipelines.defs.extraction import sync_intacct_table
from intacct_pipelines.defs.planning import confirm_and_plan
from intacct_pipelines.domain.catalog import BILL_TABLES, INTACCT_TABLES, TABLES
from intacct_pipelines.domain.push import Operation, State
from intacct_pipelines.errors import NotApprovedError, PushError
from intacct_pipelines.push.apply import apply_plan
from intacct_pipelines.push.into_intacct import IntacctChannel
from intacct_pipelines.warehouse.outbox import Outbox
from intacct_pipelines.warehouse.recon import Recon


@pytest.fixture
def world(warehouse_dsn: str) -> World:
    return World(warehouse_dsn)


def created_bill(planned):
    """The first planned bill that is new in Intacct and waits for no vendor."""
    return next(
        item
        for item in planned.plan.items
        if item.object_name == "ap_bill" and item.operation is Operation.CREATE and not item.depends_on
    )


def change_in_bill(world, source_id, **changes):
    """Change a bill as a person in BILL would."""
    world.sandbox.clock.advance(60)
    for organization in world.sandbox.bill._organizations.values():
        record = organization.bills.get(source_id)
        if record is not None:
            for name, value in changes.items():
                setattr(record, name, value)
            record.updated_at = world.sandbox.clock.now()
            organization.changed("bills")


def state_of(world, key):
    with world.systems() as systems:
        return next(item.state for item in Outbox(systems.warehouse).items() if item.key == key)


def in_intacct(world, source_id):
    return [b for b in world.sandbox.intacct.bills() if f"BILL:{source_id} " in b.fields["DESCRIPTION"] + " "]


@pytest.mark.parametrize(
    "changes",
    [{"approval_status": "DENIED"}, {"archived": True}, {"number": "RENUMBERED"}],
    ids=lambda c: next(iter(c)),
)
def test_a_bill_that_was_withdrawn_in_bill_after_approval_is_not_sent(world, changes):
    """Applying reads BILL once more: no sync in between is needed for a change to count (S-APR-02, S-BIL-03)."""
    item = created_bill(world.sync())
    change_in_bill(world, item.source_id, **changes)
    world.apply()
    assert state_of(world, item.key) is State.EXPIRED
    assert in_intacct(world, item.source_id) == []


def test_a_bill_that_a_person_entered_in_intacct_after_approval_is_not_entered_again(warehouse_dsn):
    """Not even in a company that allows a bill number twice (S-IDM-04)."""
    world = World(warehouse_dsn)
    item = created_bill(world.sync())
    world.sandbox.intacct.options.duplicate_bill_number = "allow"
    other = open_bills(world)[0]
    world.sandbox.clock.advance(60)
    world.sandbox.intacct.edit_bill(
        other.record_no,
        VENDORID=item.natural_key["VENDORID"],
        RECORDID=item.natural_key["RECORDID"].lower(),
        DESCRIPTION="By hand",
    )
    world.apply()
    assert state_of(world, item.key) is State.EXPIRED
    assert in_intacct(world, item.source_id) == []


def test_an_update_whose_lines_a_person_recoded_after_approval_is_not_sent(world):
    """The total is the same, so only the lines show that somebody has worked on the bill (S-BIL-09)."""
    planned = world.sync()
    world.apply()
    item = created_bill(planned)
    world.sync()
    change_in_bill(world, item.source_id, number="MENDED")
    update = next(i for i in world.sync().plan.items if i.operation is Operation.UPDATE)
    record = in_intacct(world, update.source_id)[0]
    world.sandbox.clock.advance(60)
    world.sandbox.intacct.edit_bill(
        record.record_no, lines=[{**line, "ENTRYDESCRIPTION": "Mine"} for line in record.lines]
    )
    world.apply()
    assert state_of(world, update.key) is State.EXPIRED
    assert in_intacct(world, update.source_id)[0].fields["RECORDID"] == item.natural_key["RECORDID"]


def test_nothing_is_planned_from_a_sync_that_stopped_half_way(world):
    """Without Intacct's bills every bill of BILL would look new."""
    with world.systems() as systems:
        link = systems.link(world.entity)
        for table in INTACCT_TABLES:
            if table.name not in {"ap_bill", "ap_bill_line"}:
                sync_intacct_table(systems, world.entity, table, "half")
        for table in BILL_TABLES:
            if not table.embedded_in:
                sync_bill(systems, world.entity, table, "half")
        reconcile(systems, link, "vendor", "half")
        with pytest.raises(NotApprovedError, match=r"intacct\.ap_bill"):
            confirm_and_plan(systems, link)


def test_a_plan_after_an_extraction_alone_finds_its_pairs_anew(warehouse_dsn):
    """Pairs of an earlier reconciliation are never used with newer rows."""
    world = World(warehouse_dsn, gate="manual")
    world.extract()
    with world.systems() as systems:
        link = systems.link(world.entity)
        without = confirm_and_plan(systems, link).plan
        for object_name in ("vendor", "ap_bill"):
            reconcile(systems, link, object_name, "later")
        assert confirm_and_plan(systems, link).plan.content_hash == without.content_hash


def test_a_change_that_is_stored_while_a_plan_is_made_expires_it(warehouse_dsn):
    """A plan may hold newer content than its revisions say, never older: so approval refuses it."""
    world = World(warehouse_dsn, gate="manual")
    victim = created_bill(world.sync())
    quiet, changed = world.transport, []

    def change(_request):
        if not changed:
            changed.append(victim.source_id)
            change_in_bill(world, victim.source_id, number="RENUMBERED")
            world.transport = quiet
            with world.systems() as other:
                sync_bill(other, world.entity, TABLES["bill.ap_bill"], "meanwhile")

    world.transport = SandboxTransport(world.sandbox, before=change)
    with world.systems() as systems:
        status = confirm_and_plan(systems, systems.link(world.entity)).status
        assert changed
        with pytest.raises(NotApprovedError, match="expired"):
            Outbox(systems.warehouse).approve(status.plan_id, by="ann", content_hash=status.content_hash)


def test_a_bill_whose_newer_copy_is_in_quarantine_is_not_sent_though_it_was_approved(world):
    """The copy that the warehouse can read is out of date (S-ERR-41)."""
    item = created_bill(world.sync())
    change_in_bill(world, item.source_id, approval_status="INVENTED")
    world.apply()
    assert state_of(world, item.key) is State.EXPIRED
    assert in_intacct(world, item.source_id) == []


def test_a_bill_whose_newer_copy_is_in_quarantine_waits(warehouse_dsn):
    """A plan says so, and says where to look (S-ERR-41)."""
    world = World(warehouse_dsn, gate="manual")
    item = created_bill(world.sync())
    change_in_bill(world, item.source_id, approval_status="INVENTED")
    planned = world.sync()
    hold = next(hold for hold in planned.plan.holds if hold.source_id == item.source_id)
    assert hold.kind == "quarantined"


def test_items_of_another_entity_are_not_sent_through_a_link_that_was_pointed_elsewhere(world):
    """A link's name is not its end (S-CFG-19)."""
    world.sync()
    with world.systems() as systems:
        link = systems.link(world.entity)
        elsewhere = replace(link, entity=replace(link.entity, entity_id="999"))
        before = systems.intacct_client(world.company_id).requests
        with pytest.raises(PushError, match="999"):
            apply_plan(Outbox(systems.warehouse), IntacctChannel(systems.intacct(world.entity)), elsewhere, worker="w")
        assert systems.intacct_client(world.company_id).requests == before


def test_nothing_is_sent_after_settings_pairs_or_closed_books_changed(world):
    """Each is an input of the whole plan: applying asks for it once more, and the next plan takes the place."""
    item = created_bill(world.sync())

    def planned_again():
        with world.systems() as systems:
            link = systems.link(world.entity)
            assert {one.state for one in Outbox(systems.warehouse).items(link=link.name)} <= {State.EXPIRED}
            planned = confirm_and_plan(systems, link)
            assert planned.is_auto_approved
            return planned

    settings = {"not_pushed": sorted(INTO_INTACCT - {"vendor", "ap_bill"}), "default_location": "nowhere"}
    world.connections = connections_of(world.sandbox, **settings)
    assert world.apply() == {}
    planned = planned_again()
    with world.systems() as systems:
        Recon(systems.warehouse).decide(
            link=planned.plan.link, object_name="vendor", platform_id="nobody", intacct_record_no=1, status="refused",
            decided_by="ann",
        )  # fmt: skip
    assert world.apply() == {}
    planned_again()
    world.sandbox.intacct.close_books(world.entity.entity_id, "20200131")
    assert world.apply() == {}
    last = planned_again()
    with world.systems() as systems:
        plans = Outbox(systems.warehouse).plans(planned.plan.link)
        assert [plan.replaced_by for plan in plans] == ["", *(plan.plan_id for plan in plans[:-1])]
        assert plans[0].plan_id == last.status.plan_id
    assert world.apply()["accepted"] > 0
    assert len(in_intacct(world, item.source_id)) == 1
