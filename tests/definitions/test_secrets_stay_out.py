"""No secret is left anywhere by the graph's jobs: not in Dagster's storage, the warehouse, the outbox, or a log."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import dagster as dg
import httpx
import psycopg
import pytest
from pipeline_world import SECRETS, World
from psycopg import sql
from sandbox_transport import SandboxTransport

from intacct_pipelines.definitions import build_definitions
from intacct_pipelines.defs.resources import SystemsResource
from intacct_pipelines.defs.systems import Systems

CONFIGURATION = Path(__file__).parents[2] / "dagster_home" / "dagster.yaml"
SESSION = re.compile(rb'<sessionid>([^<]+)</sessionid>|"sessionId"\s*:\s*"([^"]+)"')
WRONG = {name: f"wrong-{name.lower()}-4711" for name in SECRETS}


class Eavesdropping(SandboxTransport):
    """Carries requests, and notes the session ids that the answers hold."""

    def __init__(self, world: World) -> None:
        super().__init__(world.sandbox)
        self.sessions: set[str] = set()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        reply = super().handle_request(request)
        self.sessions |= {(a or b).decode() for a, b in SESSION.findall(reply.read())}
        return reply


@pytest.fixture
def dagster_dsn(make_database: Callable[..., str]) -> str:
    return make_database()


@pytest.fixture
def kept_instance(dagster_dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    """The delivered instance over a database of its own."""
    (tmp_path / "dagster.yaml").write_text(CONFIGURATION.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    monkeypatch.setenv("DAGSTER_POSTGRES_URL", dagster_dsn)
    with dg.DagsterInstance.get() as opened:
        yield opened


def everything_in(dsn: str) -> str:
    """Every row of every table of a database, as text."""
    with psycopg.connect(dsn) as connection:
        names = connection.execute(
            "SELECT table_schema, table_name FROM information_schema.tables "
            "WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        return "\n".join(
            row
            for name in names
            for (row,) in connection.execute(sql.SQL("SELECT t::text FROM {} AS t").format(sql.Identifier(*name)))
        )


def test_no_secret_reaches_dagsters_storage_the_warehouse_or_a_log(
    kept_instance: dg.DagsterInstance,
    dagster_dsn: str,
    warehouse_dsn: str,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Two syncs with wrong credentials, one with the right ones, and an apply: no key, password or session id stays."""
    caplog.set_level(logging.DEBUG)
    world = World(warehouse_dsn, bills=30)
    transport = Eavesdropping(world)
    kept_instance.add_dynamic_partitions("entity", [str(world.entity)])

    def run(job: str, **changes: str) -> dg.ExecuteInProcessResult:
        def systems() -> Systems:
            return Systems(world.connections, environment={**world.environment, **changes}, transport=transport)

        graph = build_definitions(world.connections, SystemsResource.over(systems))
        return graph.resolve_job_def(job).execute_in_process(
            instance=kept_instance, partition_key=str(world.entity), raise_on_error=False
        )

    wrong = ("USER_PASSWORD", "BILL_PASSWORD", "SPEND_TOKEN_100")
    refused = run("sync", **{name: WRONG[name] for name in wrong})
    assert not refused.success
    assert not run("sync", SENDER_PASSWORD=WRONG["SENDER_PASSWORD"], DEV_KEY=WRONG["DEV_KEY"]).success
    assert run("sync").success
    assert run("apply_plan").success
    assert len(transport.sessions) >= 2

    told = {name: everything_in(dsn) for name, dsn in (("dagster", dagster_dsn), ("warehouse", warehouse_dsn))}
    # That the refusals are there proves that what follows looks at the right place.
    assert "Intacct rejected the sign-in" in told["dagster"]
    assert "BILL does not know these credentials" in told["dagster"]
    assert "Spend & Expense does not know these credentials" in told["dagster"]
    assert "Intacct rejected the sender" in told["dagster"]
    assert "accepted" in told["warehouse"]
    printed = capfd.readouterr()
    told |= {"log": caplog.text, "printed": printed.out + printed.err}
    told |= {
        str(path): path.read_text(encoding="utf-8", errors="replace") for path in tmp_path.rglob("*") if path.is_file()
    }
    hidden = {*(world.environment[name] for name in SECRETS), *WRONG.values(), *transport.sessions}
    assert [(where, secret) for where, text in told.items() for secret in hidden if secret in text] == []
