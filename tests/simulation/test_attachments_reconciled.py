"""Attachments of the generated company: each planted difference has its verdict, and nothing else is told."""

from __future__ import annotations

from collections import defaultdict

from pipeline_world import World

from intacct_pipelines.defs.bill_extraction import sync_bill
from intacct_pipelines.defs.comparing import reconcile
from intacct_pipelines.defs.extraction import sync_intacct_table
from intacct_pipelines.domain.catalog.bill import BILL_TABLES
from intacct_pipelines.domain.catalog.intacct import INTACCT_TABLES
from intacct_pipelines.domain.reconciled import RECONCILED
from intacct_pipelines.sandbox.attached import bill_attachments

OBJECTS = ("ap_bill_attachment", "ar_invoice_attachment")
STAYS = ("missing_in_intacct", "", "expected", "S-ATT-01")
ONLY_THERE = ("missing_in_platform", "", "expected", "S-ATT-01")
GONE = {("state", "attachment", "break", ""), ("missing_in_platform", "", "break", "")}
"""Beside BILL's files, or alone."""
NAMED_OTHERWISE = ("coding", "file_name", "expected", "S-ATT-01")
OF_ANOTHER = ("coding", "file_name", "break", "")


def extract(world):
    """Extract what these objects are reconciled from, and no more."""
    needed = {table for name in OBJECTS for table in (*RECONCILED[name].tables, *RECONCILED[name].evidence)}
    with world.systems() as systems:
        for table in INTACCT_TABLES:
            if table.qualified_name in needed:
                sync_intacct_table(systems, world.entity, table, "run")
    world.extract_platform([table for table in BILL_TABLES if table.qualified_name in needed], sync_bill, "run")


def test_every_planted_difference_of_attachments_is_told_and_nothing_else(warehouse_dsn):
    """S-ATT-01: what stays, what is gone, what is another's, of 250 bills and of all invoices."""
    world = World(warehouse_dsn, bills=250, grace_hours=0)
    extract(world)
    business = world.sandbox.business
    planted = bill_attachments(business.bills, business.seed)
    kinds = {f"BA-{key:05d}": one.difference for key, one in planted.items()}
    with world.systems() as systems:
        link = systems.link(world.entity)
        results = {name: reconcile(systems, link, name, "run") for name in OBJECTS}
    told = defaultdict(set)
    for row in results["ap_bill_attachment"].differences.itertuples():
        told[kinds.get(row.intacct_id, "only in BILL")].add((row.kind, row.field, row.verdict, row.rule))
    assert told.pop("only in BILL") == {STAYS}
    assert told.pop("gone") <= GONE
    assert NAMED_OTHERWISE in told["named_otherwise"]
    assert OF_ANOTHER in told["of_another"]
    # A bill of which BILL has no file, or whose neighbour has none, is told as that.
    assert told.pop("named_otherwise") <= {NAMED_OTHERWISE, ONLY_THERE}
    assert told.pop("of_another") <= {OF_ANOTHER, NAMED_OTHERWISE, ONLY_THERE}
    assert dict(told) == {"": {ONLY_THERE}}
    matched = results["ap_bill_attachment"].matches
    assert {kinds[one] for one in matched[matched["is_equal"].astype(bool)]["intacct_id"]} == {""}
    invoices = results["ar_invoice_attachment"].differences
    assert set(invoices[["kind", "field", "verdict", "rule"]].itertuples(index=False, name=None)) == {STAYS}
