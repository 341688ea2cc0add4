"""A first adoption: what two systems hold already is paired or waits for a person, and is never made once more.

300 vendors on each side, of all kinds, go through what the product does: observe, show, a person's word, mode sync.
`benchmarks/adoption.py` does the same with 10,000.
"""

from __future__ import annotations

import json
from collections import Counter

import pytest
from adoption_world import CONFIRMED, AdoptionWorld
from click.testing import CliRunner

from intacct_pipelines.cli import main

COUNT = 300
WAYS = ("into Intacct", "into BILL")


@pytest.fixture(scope="module")
def world(make_database, migrated_template):
    """The company, whose link only observes; its vendors are in both systems."""
    world = AdoptionWorld(make_database(migrated_template), COUNT)
    world.fill()
    return world


@pytest.fixture(scope="module")
def seeded(world):
    """How many companies there are of each kind in both systems, and how many in one alone."""
    shared = Counter(one.kind for one in world.companies if one.is_shared)
    alone = Counter(way for one in world.companies if not one.is_shared for way in WAYS[:: 1 if one.bill else -1][:1])
    assert sum(bool(one.bill) for one in world.companies) == sum(bool(one.intacct) for one in world.companies) == COUNT
    return shared, alone


@pytest.fixture(scope="module")
def observed(world):
    """What the first sync says."""
    return world.adopt()


def test_the_first_sync_confirms_what_is_certain_and_proposes_the_rest(observed, seeded):
    """By Intacct's mark of BILL's id, by a name that stands once on each side; likeness proposes only (S-VEN-04)."""
    shared, _ = seeded
    assert observed.wrong == []
    assert +observed.confirmed == Counter({kind: shared[kind] for kind in CONFIRMED})
    # Two of one name on both sides are told as a group; of those that BILL spells otherwise each is proposed.
    expected = {kind: count for kind, count in shared.items() if kind not in {*CONFIRMED, "twice", "twice and near"}}
    assert {kind: observed.proposed[kind] for kind in expected} == expected
    assert observed.proposed["twice and near"] == shared["twice and near"] // 2


def test_the_plan_makes_none_that_is_there_already_on_either_way(observed, seeded):
    """New are those that one system alone has; what nobody has decided about waits (S-VEN-03, S-VEN-04)."""
    _, alone = seeded
    assert observed.doubled == []
    assert observed.new == alone
    for way in WAYS:
        assert observed.held[way, "proposed_pair"] > 50
        assert observed.held[way, "ambiguous"] + observed.held[way, "duplicate"] > 0


def test_a_persons_word_is_heeded_and_then_each_company_is_in_both_systems_once(
    world, observed, seeded, tmp_path, monkeypatch
):
    """`map` shows and takes the word; of a refused pair each is made on the other side, all else is one (S-VEN-04)."""
    shared, alone = seeded
    file = tmp_path / "connections.yaml"
    file.write_text(json.dumps(world.connections.model_dump(mode="json")), encoding="utf-8")  # JSON is YAML
    for name, value in {**world.environment, "INTACCT_PIPELINES_CONNECTIONS": str(file)}.items():
        monkeypatch.setenv(name, value)
    shown = json.loads(CliRunner().invoke(main, ["map", "vendor", "--json"]).stdout)
    assert len([one for one in shown if one["status"] == "proposed"]) >= observed.proposals
    refused = next(one for one in world.companies if one.kind == "typo")
    words = ["map", "vendor", refused.bill_id, str(refused.record_no), "--refuse", "--by", "ana", "--json"]
    assert json.loads(CliRunner().invoke(main, words).stdout)["status"] == "refused"
    once = world.adopt()
    assert once.doubled == [("into Intacct", refused), ("into BILL", refused)]
    assert once.new == alone + Counter(WAYS)

    # Two companies after all: as the truth has it from now on.
    world.companies.remove(refused)
    world.decide()
    world.let("sync")
    decided = world.adopt()
    assert (decided.wrong, decided.doubled) == ([], [])
    assert decided.confirmed.total() == shared.total() - 1
    assert not [reason for _, reason in decided.held if reason in {"proposed_pair", "ambiguous", "duplicate"}]
    before = world.sizes()
    sent = world.apply()
    assert set(sent) == {"accepted"}
    assert decided.new == alone
    assert world.sizes() == {system: size + decided.made[system] for system, size in before.items()}
    after = world.adopt()
    assert (after.doubled, after.new.total()) == ([], 0)
    assert after.confirmed == decided.confirmed
