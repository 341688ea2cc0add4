"""The way of a person who trusts nothing by itself: sync, read the plan, approve it by name, apply, all by commands."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import yaml
from click.testing import CliRunner, Result

from intacct_pipelines.cli import main
from intacct_pipelines.cli.offline import prepare_home, write_connections
from intacct_pipelines.cli.output import DONE, FAILED, MISCONFIGURED
from intacct_pipelines.errors import ConfigurationError
from intacct_pipelines.sandbox.server import SandboxOptions, SandboxServer

CONFIGURATION = Path(__file__).parents[2] / "dagster_home" / "dagster.yaml"


@pytest.fixture
def home(tmp_path, monkeypatch, make_database, warehouse_dsn) -> Iterator[Path]:
    """A home beside a running sandbox; its link observes, and its plans wait for a person."""
    shutil.copy(CONFIGURATION, tmp_path / "dagster.yaml")
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    monkeypatch.setenv("DAGSTER_POSTGRES_URL", make_database())
    monkeypatch.setenv("INTACCT_PIPELINES_WAREHOUSE_URL", warehouse_dsn)
    with SandboxServer(SandboxOptions(seed=5, entities=1, bills=60)) as server:
        facts = server.sandbox.describe()
        write_connections(tmp_path, facts | {"spend": facts["spend"] | {"accounts": []}}, auto_items=0, auto_amount=0)
        set_mode(tmp_path, "observe")
        yield tmp_path


def set_mode(home: Path, mode: str) -> None:
    path = home / "connections.yaml"
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    document["links"]["entity-100"] |= {"mode": mode, "gate": "manual", "approvals": 2}
    path.write_text(yaml.safe_dump(document), encoding="utf-8")


def run(*arguments: str, code: int = DONE) -> Result:
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == code, (arguments, result.output, result.exception)
    return result


def test_a_plan_is_read_approved_by_the_name_it_was_shown_with_and_applied(home, warehouse_dsn):
    """Planning what is planned already shows the plan that is there: its name can be approved, its hash checked.

    This is the one test of the commands after each other; most of its time is the sync, which no other test runs
    with ``--json``: tables in its metadata are lists of rows.
    """
    synced = json.loads(run("sync", "--entity", "100", "--json").stdout)
    (facts,) = (outcome["assets"] for outcome in synced.values())
    first = facts["recon/ap_bill"]["by_kind_verdict_and_rule"][0]
    assert {"kind", "verdict"} <= set(first)

    with psycopg.connect(warehouse_dsn) as connection:
        found = connection.execute("SELECT kind, reason, count(*) FROM recon.difference GROUP BY 1, 2").fetchall()
    told = Counter()
    for row in json.loads(run("status", "--json").stdout)["differences"]:
        told[row["kind"], row["reason"]] += row["count"]
    assert told == {(kind, reason): count for kind, reason, count in found}

    (plan,) = json.loads(run("plan", "--json").stdout)
    assert plan["plan_id"] == facts["push/plan"]["plan_id"]
    assert plan["content_hash"] in Path(plan["page"]).read_text(encoding="utf-8")
    assert plan["page"] == facts["push/plan"]["page"]
    assert json.loads(run("plan", "--show", plan["plan_id"]).stdout)["content_hash"] == plan["content_hash"]
    observed = run("plan").stdout
    assert plan["plan_id"] in observed
    assert "Approve with" not in observed
    assert "only observes" in run("approve", plan["plan_id"], "--yes", code=FAILED).stderr

    set_mode(home, "sync")
    assert f"Approve with: intacct-pipelines approve {plan['plan_id']}" in run("plan").stdout
    assert "has the content" in run("approve", plan["plan_id"], "--yes", "--hash", "0", code=FAILED).stderr
    assert "1 of 2 people" in run("approve", plan["plan_id"], "--yes", "--by", "ann").stdout
    assert "Let somebody else" in run("approve", plan["plan_id"], "--yes", "--by", "Ann", code=FAILED).stderr
    assert json.loads(run("apply", "--json").stdout) == {}
    assert "So far: ann." in run("plan").stdout
    (waiting,) = json.loads(run("status", "--json").stdout)["plans"]
    assert (waiting["state"], waiting["approvals"], waiting["approvals_needed"]) == ("planned", ["ann"], 2)
    approved = json.loads(
        run("approve", plan["plan_id"], "--json", "--by", "bob", "--hash", plan["content_hash"]).stdout
    )
    assert approved["approved_items"] == len(plan["items"]) > 0
    assert approved["approvals"] == ["ann", "bob"]
    (applied,) = json.loads(run("apply", "--json").stdout).values()
    assert applied["success"]
    assert applied["accepted"] == len(plan["items"])

    held = next(hold for hold in plan["holds"] if hold["rule"] == "S-VEN-03" and hold["object"] == "vendor")
    name = held["reason"].rsplit(" ", 1)[1]
    decided = json.loads(run("map", "vendor", held["source_id"], name, "--confirm", "--json").stdout)
    assert (decided["status"], decided["platform_id"]) == ("confirmed", held["source_id"])
    nobody = run("map", "vendor", held["source_id"], "V-none", "--confirm", code=MISCONFIGURED)
    assert "no record V-none" in nobody.stderr


def test_the_demo_takes_no_home_that_somebody_works_with(tmp_path):
    """A project's own home has the same ``dagster.yaml`` as a demo's; only the demo's mark gives it away."""
    home = tmp_path / "dagster_home"
    home.mkdir()
    shutil.copy(CONFIGURATION, home / "dagster.yaml")
    with pytest.raises(ConfigurationError, match="no demo made it"):
        prepare_home(home)
    assert (home / "dagster.yaml").is_file()
    prepare_home(tmp_path / "demo")
    prepare_home(tmp_path / "demo")
