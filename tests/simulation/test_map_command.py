"""A person's word on a pair: what reconciliation could not know, it knows from then on."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from pipeline_world import World

from intacct_pipelines.cli import main
from intacct_pipelines.warehouse.recon import Recon


@pytest.fixture
def world(warehouse_dsn: str, tmp_path, monkeypatch) -> World:
    world = World(warehouse_dsn)
    path = tmp_path / "connections.yaml"
    path.write_text(json.dumps(world.connections.model_dump(mode="json")), encoding="utf-8")  # JSON is YAML
    for name, value in {**world.environment, "INTACCT_PIPELINES_CONNECTIONS": str(path)}.items():
        monkeypatch.setenv(name, value)
    return world


def ambiguous(world: World) -> tuple[list[str], list[int]]:
    """BILL ids and Intacct record numbers of vendors that share a name."""
    with world.systems() as systems:
        rows = Recon(systems.warehouse).differences(f"entity-{world.entity.entity_id}", "vendor")
    rows = rows[rows["kind"] == "duplicate"]
    ours = [str(row) for row in rows["platform_id"] if row]
    theirs = [int(row) for row in rows["intacct_record_no"] if row == row and row]  # noqa: PLR0124 - NaN
    return ours, theirs


def test_a_confirmed_pair_is_used_and_its_holds_resolve(world):
    """Two vendors with one name are told apart by `map`; the next sync pairs them and holds them no more [S-VEN-03]."""
    holds = {hold.source_id for hold in world.sync().plan.holds if hold.rule == "S-VEN-03"}
    ours, theirs = ambiguous(world)
    assert len(ours) == len(theirs) == 2
    assert set(ours) <= holds
    for bill_id, record_no in zip(ours, theirs, strict=True):
        command = ["map", "vendor", bill_id, str(record_no), "--confirm", "--by", "ana", "--json"]
        done = CliRunner().invoke(main, command)
        assert done.exit_code == 0, done.output
        assert json.loads(done.output)["status"] == "confirmed"
    again = world.sync()
    assert ambiguous(world) == ([], [])
    assert not {hold.source_id for hold in again.plan.holds} & set(ours)


def test_a_decision_about_records_that_are_not_there_is_refused(world):
    """A slip of the pen does not pair strangers."""
    world.extract()
    done = CliRunner().invoke(main, ["map", "vendor", "009nobody", "40", "--confirm"])
    assert done.exit_code == 2
    assert "no record" in done.output
