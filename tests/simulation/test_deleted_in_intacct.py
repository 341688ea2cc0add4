"""What a person deleted in Intacct is not made there again, though BILL still has it, whoever made it (S-IDM-06)."""

from __future__ import annotations

import pytest
from pipeline_world import World

from intacct_pipelines.warehouse.recon import Recon


@pytest.fixture
def world(warehouse_dsn: str) -> World:
    """A company whose records both sides had before this product came, compared once."""
    found = World(warehouse_dsn, bills=60)
    found.sync()
    return found


def pair(world: World, object_name: str) -> tuple[str, int]:
    """BILL's id and record number of a pair that may be deleted in Intacct, and that BILL may push."""
    with world.systems() as systems:
        link = systems.link(world.entity)
        assert link is not None
        matches = Recon(systems.warehouse).matches(link.name, object_name)
        ours = systems.warehouse.read_frame(f"intacct.{object_name}", str(world.entity)).set_index("record_no")
        theirs = systems.warehouse.read_frame(f"bill.{object_name}", str(world.entity)).set_index("id")
        bills = systems.warehouse.read_frame("bill.ap_bill", str(world.entity))
    for platform_id, number in zip(matches["platform_id"], matches["intacct_record_no"].astype(int), strict=True):
        there, here = theirs.loc[platform_id], ours.loc[number]
        if object_name == "ap_bill":
            is_free = (
                there["approval_status"] == "APPROVED" and here["state"] == "Posted" and not here["trx_total_paid"]
            )
        else:
            is_free = platform_id not in set(bills["vendor_id"]) and not there["is_archived"]
        if is_free:
            return str(platform_id), int(number)
    raise LookupError(object_name)


@pytest.mark.parametrize(("object_name", "source"), [("ap_bill", "APBILL"), ("vendor", "VENDOR")])
def test_what_was_there_before_and_was_deleted_is_held_and_not_made_anew(
    world: World, object_name: str, source: str
) -> None:
    """A pair that only the comparison found is known as well as one that was pushed."""
    platform_id, number = pair(world, object_name)
    world.sandbox.clock.advance(60)
    world.sandbox.intacct.remove(source, number)
    plan = world.sync().plan
    assert platform_id not in {item.source_id for item in plan.items}
    kinds = {hold.kind for hold in plan.holds if (hold.object_name, hold.source_id) == (object_name, platform_id)}
    assert kinds == {"deleted_in_intacct"}
