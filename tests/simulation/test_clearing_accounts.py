"""Clearing accounts of the generated company: what its maker left on them is told item by item, and nothing else."""

from __future__ import annotations

from decimal import Decimal

import pytest
from pipeline_world import World

from intacct_pipelines.defs.bill_extraction import sync_bill
from intacct_pipelines.defs.comparing import left_out, reconcile
from intacct_pipelines.defs.extraction import sync_intacct_table
from intacct_pipelines.domain.catalog.bill import BILL_TABLES
from intacct_pipelines.domain.catalog.intacct import INTACCT_TABLES
from intacct_pipelines.domain.reconciled import RECONCILED
from intacct_pipelines.warehouse.findings import findings
from intacct_pipelines.warehouse.recon import Recon

OBJECT = "clearing_account"
ONE = RECONCILED[OBJECT]


@pytest.fixture(scope="module")
def world(make_database, migrated_template):
    world = World(make_database(migrated_template), bills=260)
    # BILL names no currency of some documents: it is that of their vendor or customer.
    needed = {*ONE.tables, *ONE.evidence, "bill.vendor", "bill.customer"}
    with world.systems() as systems:
        for table in INTACCT_TABLES:
            if table.qualified_name in needed:
                sync_intacct_table(systems, world.entity, table, "run")
    world.extract_platform([table for table in BILL_TABLES if table.qualified_name in needed], sync_bill, "run")
    return world


def left_on_money_out(facts):
    """Cause and name of every item that payments and transfers leave."""
    for one in facts.transfers:
        if one.difference == "only_in_intacct":
            yield "clearing_transfer_alone", one.name
        elif one.difference == "missing_in_intacct":
            yield "clearing_transfer_missing", one.bill_id
        elif one.status == "0":
            yield "clearing_transfer_unconfirmed", one.bill_id
    carried = {key for one in facts.transfers if one.status != "2" for key in one.payment_keys}
    for one in facts.payments:
        number = one.check_number or one.transaction_number
        if one.difference == "voided_in_bill_only":
            yield "clearing_void_missing", f"{one.bill_id} void"
        elif one.difference == "voided_in_intacct_only":
            yield "clearing_void_alone", number
        elif one.key in carried and not one.in_intacct:
            yield "clearing_payment_missing", one.bill_id


def left_on_money_in(facts):
    """Cause and name of every item that receipts, fees and deposits leave."""
    for one in facts.deposits:
        if one.difference:
            absent = one.difference == "only_in_bill"
            yield ("clearing_deposit_missing", one.bill_id) if absent else ("clearing_amount_differs", one.bill_id)
    for one in facts.receipts:
        if not one.is_online or one.voided_on:
            continue
        has_fee = one.fee and one.fee_in_intacct
        if one.deposit_key:
            if not one.in_intacct:
                yield "clearing_receipt_missing", one.bill_id
            if one.fee and not one.fee_in_intacct:
                yield "clearing_fee_missing", f"{one.bill_id} fee"
        elif one.in_intacct:
            cause = "clearing_receipt_undone" if one.difference == "voided_in_bill" else "clearing_young"
            yield from [(cause, one.reference)] * (2 if has_fee else 1)


def test_every_item_that_was_left_on_a_clearing_account_is_told_and_nothing_else(world):
    """Of three years, each with its reason [S-AFT-01, S-RFT-01, S-FEE-01, S-ARP-03, S-PAY-04]; stored as found."""
    business = world.sandbox.business
    with world.systems() as systems:
        link = systems.link(world.entity)
        result = reconcile(systems, link, OBJECT, "run")
        stored = Recon(systems.warehouse).clearing_accounts(link.name)
        found = findings(systems.warehouse, object_name=OBJECT)
    rounded = result.differences[result.differences["cause"] == "clearing_rate_differs"]
    told = [
        (row.cause, row.intacct_id if row.kind == "uncleared" else row.platform_id)
        for row in result.differences.drop(rounded.index).itertuples()
    ]
    left = [*left_on_money_out(business.settlements), *left_on_money_in(business.receivables)]
    assert sorted(told) == sorted(left)
    assert {cause for cause, _ in left} >= {
        "clearing_transfer_alone", "clearing_transfer_missing", "clearing_transfer_unconfirmed", "clearing_void_alone",
        "clearing_deposit_missing", "clearing_amount_differs", "clearing_receipt_missing",
        "clearing_fee_missing", "clearing_receipt_undone",
    }  # fmt: skip
    # The bank rounds the sum of a foreign payment, the books each of its lines.
    foreign = {one.bill_id for one in business.settlements.payments if one.currency != business.entities[0].currency}
    assert set(rounded["platform_id"]) <= foreign
    assert all(0 < cents < Decimal("0.05") for cents in rounded["money_at_stake"])
    # Against the twin's own books, which no part of the pipeline has touched.
    entity, currency = world.entity.entity_id, business.entities[0].currency
    books = {account: Decimal(0) for account in link.clearing.accounts}
    for posting in world.sandbox.intacct._state.ledger.postings():
        for line in posting.lines:
            if line.account_no in books and line.entity_id == entity:
                books[line.account_no] += line.base_amount * line.side
    rows = {(row.account_no, row.currency): row for row in stored.itertuples()}
    assert {place: row.balance for place, row in rows.items()} == {(no, currency): sum_ for no, sum_ in books.items()}
    assert sum(row.items for row in rows.values()) == len(left) + len(rounded)
    assert sum(row.cleared for row in rows.values()) > 400
    assert sum(one.records for one in found) == len(left) + len(rounded)
    assert {one.field for one in found} == set(link.clearing.accounts)


def test_a_link_without_clearing_accounts_or_with_an_unknown_one_says_so(world):
    """Nothing is compared, and why is told; an account that is not in the entity's chart is to be mended [S-CFG-03]."""
    for clearing, is_mendable in (({}, False), ({"money_out": "1070", "money_in": 1099}, True)):
        links = {name: one.model_dump() | {"clearing": clearing} for name, one in world.connections.links.items()}
        other = type(world.connections).model_validate(world.connections.model_dump() | {"links": links})
        kept, world.connections = world.connections, other
        try:
            with world.systems() as systems:
                skipped = left_out(systems, world.entity, ONE)
        finally:
            world.connections = kept
        assert (skipped.rule, skipped.is_mendable) == ("S-CFG-03", is_mendable)
        assert "1099" in skipped.reason or not is_mendable
