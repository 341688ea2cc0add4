"""What the card platform claims against what Intacct holds: both twins show one business, and the pipeline sees it."""

from __future__ import annotations

import pandas as pd
import pytest
from pipeline_world import World

from intacct_pipelines.defs.extraction import sync_intacct_table
from intacct_pipelines.defs.spend_extraction import sync_spend
from intacct_pipelines.domain.catalog import INTACCT_TABLES, SPEND_TABLES, select

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
