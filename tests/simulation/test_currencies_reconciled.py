"""Currencies of the generated company, which its top level keeps for all entities."""

from __future__ import annotations

from pipeline_world import World

from intacct_pipelines.defs.bill_extraction import sync_bill
from intacct_pipelines.defs.comparing import left_out, reconcile
from intacct_pipelines.defs.extraction import sync_intacct_table
from intacct_pipelines.domain.catalog import BILL_TABLES, INTACCT_TABLES, select
from intacct_pipelines.domain.keys import EntityKey
from intacct_pipelines.domain.reconciled import RECONCILED

CURRENCY = RECONCILED["currency"]


def test_currencies_are_those_of_the_company_and_of_the_accounts_documents(warehouse_dsn):
    """S-CUR-01, S-CUR-02: of three currencies BILL's account uses all, and the link states but one of them."""
    world = World(warehouse_dsn, bills=60, grace_hours=0, currencies=["USD"])
    with world.systems() as systems:
        for name in ("vendor", "customer", "ap_bill"):
            sync_bill(systems, world.entity, select(BILL_TABLES, name), "run")
        assert left_out(systems, world.entity, CURRENCY) is not None
        top = EntityKey(world.company_id)
        sync_intacct_table(systems, top, select(INTACCT_TABLES, "currency"), "run")
        assert left_out(systems, world.entity, CURRENCY) is None
        link = systems.link(world.entity)
        result = reconcile(systems, link, "currency", "run")
        bills = systems.warehouse.read_frame("bill.ap_bill", str(world.entity))
    used = set(bills["currency"][~bills["is_archived"].astype(bool)])
    assert {"USD"} < used
    assert set(result.matches["platform_id"]) == used
    told = result.differences.groupby(["kind", "field", "verdict", "rule"])["platform_id"].agg(set).to_dict()
    assert told.pop(("state", "stated", "break", "")) == used - {"USD"}
    assert set(told) <= {("missing_in_platform", "", "expected", "S-CUR-01")}
