"""What the card platform claims against what Intacct holds: both twins show one business, and the pipeline sees it."""

from __future__ import annotations

import pandas as pd
import pytest
from pipeline_world import World

from intacct_pipelines.defs.comparing import reconcile
from intacct_pipelines.defs.extraction import sync_intacct_table
from intacct_pipelines.defs.spend_extraction import sync_spend
from intacct_pipelines.domain.catalog import INTACCT_TABLES, SPEND_TABLES, select
from intacct_pipelines.warehouse.recon import Recon

TRANSACTION = select(SPEND_TABLES, "card_transaction")


@pytest.fixture
def world(warehouse_dsn: str) -> World:
    world = World(warehouse_dsn, bills=12)
    with world.systems() as systems:
        sync_intacct_table(systems, world.entity, select(INTACCT_TABLES, "card_transaction"), "run-1")
        sync_spend(systems, world.entity, TRANSACTION, "run-1")
    return world


def _claims(world: World) -> pd.DataFrame:
    """Claims of an Intacct record, with that record's amount if it is there."""
    with world.systems() as systems:
        read = systems.warehouse.read_frame
        entity = str(world.entity)
        claims = read("spend.card_transaction_sync", entity).dropna(subset=["intacct_record_no"])
        amounts = read("spend.card_transaction", entity).set_index("id")["amount"]
        held = read("intacct.card_transaction", entity)
    held = held.assign(record_no=held["record_no"].astype(str)).set_index("record_no")
    return claims.assign(
        amount=claims["card_transaction_id"].map(amounts),
        intacct_amount=claims["intacct_record_no"].map(held["trx_total_entered"]),
    )


def test_a_claim_without_its_intacct_record_can_be_told(world):
    """S-CRD-10: exactly the planted false claims name a record that Intacct does not have."""
    claims = _claims(world)
    account = world.sandbox.spend.accounts[world.entity.entity_id]
    planted = {one.key for one in world.sandbox.business.cards.transactions if one.difference == "says_synced"}
    missing = claims[claims["intacct_amount"].isna()]["card_transaction_id"]
    assert set(missing) == {account.uuid_of("Transaction", key) for key in planted}
    assert planted


def test_true_claims_agree_to_the_cent_but_for_the_planted_amounts(world):
    """Splits, refunds and foreign purchases are the same amount on both sides, in the account's currency."""
    claims = _claims(world).dropna(subset=["intacct_amount"])
    account = world.sandbox.spend.accounts[world.entity.entity_id]
    planted = {one.key for one in world.sandbox.business.cards.transactions if one.difference == "wrong_amount"}
    differing = claims[claims["amount"] != claims["intacct_amount"]]
    assert set(differing["card_transaction_id"]) == {account.uuid_of("Transaction", key) for key in planted}
    assert planted


EXPECTED = {
    "says_synced": ("missing_in_intacct", "", "break", ""),
    "wrong_amount": ("amount", "amount", "break", ""),
    "missed_window": ("missing_in_intacct", "", "break", ""),
    "older_than_60_days": ("missing_in_intacct", "", "break", ""),
    "incomplete": ("missing_in_intacct", "", "expected", "S-CRD-08"),
    "sync_error": ("missing_in_intacct", "", "break", ""),
    "recoded": ("coding", "lines", "expected", "S-CRD-01"),
    "relocated": ("coding", "location", "expected", "S-CRD-03"),
    "posted_twice": ("duplicate", "", "break", ""),
    "only_in_intacct": ("missing_in_platform", "", "break", ""),
    "": ("missing_in_intacct", "", "expected", "S-CRD-08"),
}
"""What each planted difference is told as; what is not planted is a hold, or agrees."""


def test_every_planted_difference_of_cards_is_told_and_nothing_else(world):
    """S-CRD-08, S-CRD-10: breaks, rules and doubles as they were made, twice the same; receipts have their own rule."""
    link = world.connections.platform_link("spend", world.entity)
    account = world.sandbox.spend.accounts[world.entity.entity_id]
    planted = {}
    for one in world.sandbox.business.cards.transactions:
        planted[account.uuid_of("Transaction", one.key)] = planted[one.intacct_record_no] = one.difference
    with world.systems() as systems:
        for name in ("custom_field", "platform_user"):
            sync_spend(systems, world.entity, select(SPEND_TABLES, name), "run-1")
        for name in ("card_account", "card_transaction_line"):
            sync_intacct_table(systems, world.entity, select(INTACCT_TABLES, name), "run-1")
        recon = Recon(systems.warehouse)
        reconcile(systems, link, "card_transaction", "run-1")
        methods, first = set(recon.matches(link.name)["method"]), recon.differences(link.name)
        reconcile(systems, link, "card_transaction", "run-2")
        found = recon.differences(link.name)
    assert methods == {"claim"}
    assert first.drop(columns="run_id").equals(found.drop(columns="run_id"))
    assert set(found[found["rule"] == "S-ATT-01"]["field"]) == {"receipt"}
    told = {}
    for row in found[found["rule"] != "S-ATT-01"].itertuples():
        made = planted[row.platform_id or row.intacct_record_no]
        told.setdefault(made, set()).add((row.kind, row.field, row.verdict, row.rule))
    # Whether a whole day has passed since late yesterday depends on the hour.
    assert {fact[0] for fact in told.pop("completed_yesterday")} == {"missing_in_intacct"}
    assert told == {made: {fact} for made, fact in EXPECTED.items()}


def test_statements_come_to_what_their_charges_come_to(world):
    """S-CRD-01: the statements differ by what the charges differ that moved money, and by nothing else."""
    link = world.connections.platform_link("spend", world.entity)
    with world.systems() as systems:
        for name in ("custom_field", "platform_user"):
            sync_spend(systems, world.entity, select(SPEND_TABLES, name), "run-1")
        for name in ("card_account", "card_transaction_line"):
            sync_intacct_table(systems, world.entity, select(INTACCT_TABLES, name), "run-1")
        charges = reconcile(systems, link, "card_transaction", "run-1").differences
        statements = reconcile(systems, link, "card_statement", "run-1")
        kinds = systems.warehouse.read_frame("spend.card_transaction", str(world.entity))
    moved = set(kinds["id"][kinds["transaction_type"] == "CLEAR"])
    of_money = charges[charges["platform_id"].isna() | charges["platform_id"].isin(moved)]
    assert sum(statements.settlements["difference"]) == sum(of_money["amount_difference"]) != 0
    assert set(statements.members["settlement"]) == set(statements.settlements["settlement"])
    assert set(statements.matches["is_equal"].astype(bool)) == {True, False}
    assert "break" in set(statements.differences["verdict"])
