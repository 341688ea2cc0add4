"""The command `backfill` over real HTTP: what it forecasts, what it costs; a kill loses and repeats nothing."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import dagster as dg
import psycopg
import pytest
import yaml
from psycopg.rows import dict_row

from intacct_pipelines.cli.offline import write_connections
from intacct_pipelines.cli.output import DONE, FAILED, MISCONFIGURED
from intacct_pipelines.sandbox.server import SandboxOptions, SandboxServer

_CONFIGURATION = Path(__file__).parents[2] / "dagster_home" / "dagster.yaml"
_PAGE = 10


class Site:
    """A home, a running sandbox, and the command as a process of its own."""

    def __init__(self, home, environment, server):
        self.home = home
        self.environment = environment
        self.company = server.sandbox.describe()["intacct"]["company_id"]
        self.entity = f"{self.company}:100"
        days = sorted(bill.bill_date for bill in server.sandbox.business.bills)
        self.bills = len(server.sandbox.bill.bills(server.sandbox.describe()["bill"]["organizations"][0]["id"]))
        self.last = days[-1]
        self.first = days[0]

    def limit(self, **settings):
        """Change settings of the company."""
        path = self.home / "connections.yaml"
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        document["companies"]["sandbox"] |= settings
        path.write_text(yaml.safe_dump(document), encoding="utf-8")

    def start(self, *arguments):
        command = [sys.executable, "-m", "intacct_pipelines.cli", "backfill", "--entity", "100", *arguments]
        # our own interpreter on our own command
        return subprocess.Popen(  # noqa: S603  # see above
            command, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def run(self, *arguments):
        process = self.start(*arguments)
        said, complaint = process.communicate(timeout=180)
        return process.returncode, said, complaint

    def rows(self, query, *facts):
        url = self.environment["INTACCT_PIPELINES_WAREHOUSE_URL"]
        with psycopg.connect(url, row_factory=dict_row) as connection:
            return connection.execute(query, facts).fetchall()

    def calls_of(self, run_id):
        (row,) = self.rows("SELECT sum(calls)::int AS calls FROM ops.api_call WHERE run_id = %s", run_id)
        return row["calls"]

    def proofs(self):
        return self.rows("SELECT table_name, month, run_id FROM ops.month_proof ORDER BY id")


@pytest.fixture(scope="module")
def server():
    with SandboxServer(SandboxOptions(seed=5, entities=1, bills=150, currencies=("USD",))) as running:
        yield running


@pytest.fixture
def site(server, tmp_path, make_database, warehouse_dsn):
    home = tmp_path / "home"
    home.mkdir()
    shutil.copy(_CONFIGURATION, home / "dagster.yaml")
    write_connections(home, server.sandbox.describe(), auto_items=0, auto_amount=0)
    environment = {
        "PATH": os.environ["PATH"],
        "DAGSTER_HOME": str(home),
        "DAGSTER_POSTGRES_URL": make_database(),
        "INTACCT_PIPELINES_WAREHOUSE_URL": warehouse_dsn,
        "COLUMNS": "200",
    }
    site = Site(home, environment, server)
    site.limit(page_size=_PAGE)
    return site


def _span(site, months):
    end = site.last.year * 12 + site.last.month - 1
    begin = end - months + 1
    return ("--from", f"{begin // 12}-{begin % 12 + 1:02d}", "--to", f"{end // 12}-{end % 12 + 1:02d}")


def test_the_forecast_of_stored_months_is_what_they_cost(site):
    """Nothing is known at first, and it says so; read once, the next forecast is the calls that are then made."""
    span = (*_span(site, 4), "--object", "ap_bill", "--object", "bill.ap_bill", "--object", "spend.card_transaction")
    code, said, complaint = site.run(*span, "--yes", "--json")
    assert code == DONE, complaint
    first = json.loads(said)
    assert not first["plan"]["is_certain"]
    assert all(set(row["basis"]) == {"at least"} for row in first["plan"]["objects"])
    code, said, complaint = site.run(*span, "--yes", "--json")
    assert code == DONE, complaint
    second = json.loads(said)
    assert second["plan"]["is_certain"]
    assert second["plan"]["calls"] == site.calls_of(second["run_id"])
    # more than a page each, or the forecast would have nothing to count
    objects = {row["object"]: row for row in second["plan"]["objects"]}
    assert objects["ap_bill"]["calls"] > 2 * objects["ap_bill"]["months"]
    # new vendors and the pages of all bills serve all four months
    assert objects["bill.ap_bill"]["one_reading"]
    assert objects["bill.ap_bill"]["calls"] == 1 + -(-site.bills // 100)
    assert [budget["account"].split()[0] for budget in second["plan"]["budgets"]] == ["intacct", "bill", "spend"]
    assert second["drift"] == []
    assert {(row["table_name"], row["month"]) for row in second["months"]} == {
        (row["table_name"], row["month"]) for row in first["months"]
    }
    assert second["plan"]["budgets"][0]["used"] > 0


def test_documents_that_are_asked_for_are_forecast_before_anything_is_read(site):
    """With --count the source is asked once a month, and the documents' pages are then right."""
    span = _span(site, 3)
    code, said, complaint = site.run(*span, "--object", "gl_detail", "--count", "--dry-run", "--json")
    assert code == DONE, complaint
    plan = json.loads(said)["plan"]
    assert plan["objects"][0]["basis"] == {"asked": 3}
    assert site.proofs() == []
    code, said, complaint = site.run(*span, "--object", "gl_detail", "--yes", "--json")
    assert code == DONE, complaint
    done = json.loads(said)
    assert site.calls_of(done["run_id"]) == plan["calls"]
    assert sum(row["source_rows"] for row in done["months"]) == plan["objects"][0]["documents"]


def test_killed_in_the_middle_it_goes_on_where_it_was(site):
    """Kill -9 while months are read: the same command reads the rest, each month once, and frees what the dead held."""
    span = (*_span(site, 12), "--object", "ap_bill", "--object", "gl_detail")
    victim = site.start(*span, "--yes")
    deadline = time.monotonic() + 120
    while len(site.proofs()) < 3:
        assert victim.poll() is None, victim.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)
    os.kill(victim.pid, signal.SIGKILL)
    victim.communicate(timeout=30)
    before = site.proofs()
    code, said, complaint = site.run(*span, "--yes", "--json")
    assert code == DONE, complaint
    done = json.loads(said)
    assert done["plan"]["resumes"]
    assert sum(row["months"] for row in done["plan"]["objects"]) == len(done["months"]) - len(before)
    proofs = Counter((row["table_name"], row["month"]) for row in site.proofs())
    assert set(proofs.values()) == {1}
    assert len(proofs) == len(done["months"])
    with pytest.MonkeyPatch.context() as patch:
        for name in ("DAGSTER_HOME", "DAGSTER_POSTGRES_URL"):
            patch.setenv(name, site.environment[name])
        with dg.DagsterInstance.get() as instance:
            states = {run.run_id: run.status for run in instance.get_runs()}
            assert states[before[0]["run_id"]] is dg.DagsterRunStatus.FAILURE
            assert states[done["run_id"]] is dg.DagsterRunStatus.SUCCESS
            info = instance.event_log_storage.get_concurrency_info("intacct")
            assert not info.claimed_slots
            assert not info.pending_steps
    # finished, so the same command begins anew; --again would have done so before
    code, said, complaint = site.run(*span, "--dry-run", "--json")
    assert not json.loads(said)["plan"]["resumes"]


def test_what_would_pass_the_budget_is_refused_before_it_starts(site):
    """The plan shows the share; a backfill that has no room is not begun."""
    site.limit(monthly_calls=30, backfill_reserve="0.5", stop_at="1")
    code, said, complaint = site.run(*_span(site, 12), "--yes")
    assert code == FAILED
    assert "The backfill would take" in complaint
    assert "this month backfills have" in complaint
    assert "of 30" in said
    assert site.proofs() == []
    # what a company may lack waits until a sync has read it
    assert "ar_advance" in said
    assert "ap_advance" not in said


def test_the_line_in_the_middle_leaves_whole_months_and_the_next_call_goes_on(site):
    """A forecast that was too low meets the line half-way: what is proven stays, and is not read again."""
    span = _span(site, 8)
    site.limit(page_size=2, monthly_calls=30, backfill_reserve="0", stop_at="1")
    code, said, complaint = site.run(*span, "--object", "ap_bill", "--yes")
    assert code == FAILED
    assert "stop line at 30" in complaint
    proven = len(site.proofs())
    assert 0 < proven < 8
    assert f"history {proven}/8: ap_bill" in said
    site.limit(monthly_calls=10_000)
    code, said, complaint = site.run(*span, "--object", "ap_bill", "--yes", "--json")
    assert code == DONE, complaint
    assert len(site.proofs()) == 8


def test_it_waits_for_its_place_in_the_pool(site):
    """While another run holds the company's places, no call is made."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("DAGSTER_HOME", "DAGSTER_POSTGRES_URL"):
            patch.setenv(name, site.environment[name])
        with dg.DagsterInstance.get() as instance:
            storage = instance.event_log_storage
            storage.set_concurrency_slots("intacct", 1)
            claim = storage.claim_concurrency_slot("intacct", "another-run", "step")
            assert claim.is_claimed
            process = site.start(*_span(site, 2), "--object", "ap_bill", "--yes")
            deadline = time.monotonic() + 60
            while not storage.get_concurrency_info("intacct").pending_steps:
                assert process.poll() is None, process.communicate()
                assert time.monotonic() < deadline
                time.sleep(0.1)
            assert site.proofs() == []
            storage.free_concurrency_slots_for_run("another-run")
            said, complaint = process.communicate(timeout=120)
    assert process.returncode == DONE, said + complaint
    assert len(site.proofs()) == 2


def test_json_does_not_start_unasked(site):
    """Who cannot be asked has to say yes, or only to look."""
    code, _, complaint = site.run(*_span(site, 2), "--json")
    assert code == MISCONFIGURED
    assert "--dry-run" in complaint
