"""Orders of the generated company: each planted difference has its verdict, and nothing else is told."""

from __future__ import annotations

from collections import defaultdict

from pipeline_world import World

from intacct_pipelines.defs.bill_extraction import sync_bill
from intacct_pipelines.defs.comparing import reconcile
from intacct_pipelines.defs.extraction import sync_intacct_table
from intacct_pipelines.domain.catalog.bill import BILL_TABLES
from intacct_pipelines.domain.catalog.intacct import INTACCT_TABLES
from intacct_pipelines.domain.reconciled import RECONCILED
from intacct_pipelines.warehouse.recon import Recon

OBJECTS = ("purchasing_document", "order_entry_document")


def extract(world):
    """Extract what these objects are reconciled from, and no more."""
    needed = {table for name in OBJECTS for table in RECONCILED[name].tables}
    with world.systems() as systems:
        for table in INTACCT_TABLES:
            if table.qualified_name in needed:
                sync_intacct_table(systems, world.entity, table, "run")
    world.extract_platform([table for table in BILL_TABLES if table.qualified_name in needed], sync_bill, "run")


def test_every_planted_difference_of_orders_is_told_and_nothing_else(warehouse_dsn):
    """S-PUR-01, -03, -04, S-SAL-01: orders stay behind, their bills are pairs, and two kinds of slips are told."""
    world = World(warehouse_dsn, bills=250)
    extract(world)
    business = world.sandbox.business
    planted = {one.number: one.difference for one in business.orders}
    named = {one.bill_id for one in business.bills if one.po_number and not one.in_intacct}
    with world.systems() as systems:
        link = systems.link(world.entity)
        results = {name: reconcile(systems, link, name, "run") for name in OBJECTS}
        methods = set(Recon(systems.warehouse).matches(link.name)["method"])
    assert methods == {"document"}
    assert all(len(result.matches) for result in results.values())
    told = defaultdict(set)
    for row in results["purchasing_document"].differences.itertuples():
        # A pair's difference shows the order's number; alone are orders and settled documents.
        kind = "named" if row.platform_id in named else planted.get(row.intacct_value, "orders")
        told[kind].add((row.kind, row.field, row.verdict, row.rule))
    for row in results["order_entry_document"].differences.itertuples():
        told["sales"].add((row.kind, row.field, row.verdict, row.rule))
    assert dict(told) == {
        "reference_is_no_order": {("coding", "order_no", "expected", "S-PUR-04")},
        "named": {("missing_in_intacct", "", "break", "")},
        "orders": {("missing_in_platform", "", "expected", rule) for rule in ("S-PUR-01", "S-PUR-03")},
        "sales": {("missing_in_platform", "", "expected", "S-SAL-01")},
    }
