"""The commands as a confused user runs them: one clear error, the documented exit code, no traceback, no secret."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from close_cases import Company
from pipeline_world import World

from intacct_pipelines.cli import main
from intacct_pipelines.cli.close import DOES_NOT_TIE
from intacct_pipelines.cli.jobs import instance
from intacct_pipelines.cli.offline import write_connections
from intacct_pipelines.cli.output import DONE, FAILED, MISCONFIGURED, TRY_AGAIN
from intacct_pipelines.domain.close import TIE_OUTS
from intacct_pipelines.sandbox.server import SandboxOptions, SandboxServer
from intacct_pipelines.warehouse.outbox import Outbox

CONFIGURATION = Path(__file__).parents[3] / "dagster_home" / "dagster.yaml"
NOBODY = "http://127.0.0.1:9"
SECRET = "hush-hush"
COMMANDS = (
    ("check",),
    ("check", "--all", "--json"),
    ("status",),
    ("status", "--json"),
    ("explain", "bill", "b1"),
    ("findings",),
    ("findings", "--all", "--json"),
    ("report", "--entity", "acme:100"),
    ("close", "--entity", "acme:100", "--month", "2026-01"),
    ("plan",),
    ("plan", "--show", "p1", "--json"),
    ("approve", "p1", "--yes"),
    ("sync",),
    ("sync", "--json"),
    ("apply",),
    ("backfill", "--entity", "100", "--from", "2026-01", "--yes"),
)
REMOTE = tuple(command for command in COMMANDS if command[0] in {"sync", "apply", "backfill"})


def facts(**changes: str) -> dict[str, Any]:
    """What a sandbox would say of itself that does not run."""
    intacct = {
        "url": f"{NOBODY}/ia/xml/xmlgw.phtml",
        "sender_id": "sender",
        "sender_password": SECRET,
        "company_id": "acme",
        "user_id": "user",
        "user_password": SECRET,
        "entities": ["100"],
        "clearing": {"money_out": "1070", "money_in": "1080"},
    }
    bill = {
        "url": f"{NOBODY}/connect",
        "older_url": f"{NOBODY}/api/v2",
        "dev_key": SECRET,
        "username": "user",
        "password": SECRET,
        "organizations": [{"id": "008A", "entity": "100"}],
    }
    nothing_else = {
        "spend": {"url": NOBODY, "calls_per_minute": 60, "accounts": []},
        "business_center": {"companies": []},
    }
    return {"intacct": intacct | changes, "bill": bill, **nothing_else}


@pytest.fixture(scope="module")
def dagster_dsn(make_database: Callable[..., str]) -> str:
    """A database for Dagster's storage that the tests of this module share."""
    return make_database()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dagster_dsn: str, warehouse_dsn: str) -> Path:
    """A home with connections to a company that does not answer, and both databases set."""
    made = tmp_path / "home"
    made.mkdir()
    (made / "dagster.yaml").write_text(CONFIGURATION.read_text(encoding="utf-8"), encoding="utf-8")
    write_connections(made, facts(), auto_items=0, auto_amount=0)
    monkeypatch.setenv("DAGSTER_HOME", str(made))
    monkeypatch.setenv("DAGSTER_POSTGRES_URL", dagster_dsn)
    monkeypatch.setenv("INTACCT_PIPELINES_WAREHOUSE_URL", warehouse_dsn)
    return made


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def assert_one_error(result: Result, code: int, words: str) -> None:
    """One line on standard error, nothing on standard output, the documented code, no secret."""
    assert isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == code
    assert result.stderr.startswith("error: ")
    assert words in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert result.stdout == ""
    assert SECRET not in result.stderr


@pytest.mark.parametrize("arguments", COMMANDS)
@pytest.mark.parametrize("named", ["mistyped", "relative", "file"])
def test_a_wrong_home_is_told_and_nothing_is_made_there(
    arguments: tuple[str, ...], named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No command starts an empty cluster in a folder that is not a home."""
    place = tmp_path / "elsewhere"
    if named == "file":
        place.touch()
    monkeypatch.setenv("DAGSTER_HOME", "elsewhere" if named == "relative" else str(place))
    assert_one_error(run(*arguments), MISCONFIGURED, "elsewhere")
    assert not place.is_dir()


@pytest.mark.parametrize("arguments", COMMANDS)
def test_a_connections_file_that_is_named_but_missing_is_told(
    arguments: tuple[str, ...], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The variable and the path are named."""
    monkeypatch.setenv("INTACCT_PIPELINES_CONNECTIONS", str(home / "none.yaml"))
    assert_one_error(run(*arguments), MISCONFIGURED, "none.yaml")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"bill: [b\nx: '{SECRET}", "not readable YAML, line 2"),
        (f"bill: {{b: {{username: u, password: {SECRET}, dev_key: {{env: A}}}}}}", "never the secret itself"),
        ("- a list", "does not fit"),
        ("companies: {}\nsurprise: 1", "surprise"),
    ],
)
def test_a_connections_file_that_is_wrong_is_told_without_its_contents(text: str, words: str, home: Path) -> None:
    """The place is named, what stands there is not repeated: it may be a secret."""
    (home / "connections.yaml").write_text(text, encoding="utf-8")
    assert_one_error(run("status"), MISCONFIGURED, words)
    assert_one_error(run("sync", "--json"), MISCONFIGURED, words)


def test_without_a_connections_file_there_is_nothing_to_connect_to(home: Path) -> None:
    """What needs another system says what is missing; what reads the warehouse works."""
    (home / "connections.yaml").unlink()
    for arguments in REMOTE:
        assert_one_error(run(*arguments), MISCONFIGURED, "no connection yet")
    assert_one_error(run("plan"), MISCONFIGURED, "has no link")
    assert run("status").exit_code == DONE


@pytest.mark.parametrize("arguments", COMMANDS)
@pytest.mark.parametrize(
    ("url", "code"), [(f"postgresql://u:{SECRET}@127.0.0.1:1/d", TRY_AGAIN), (f"sqlite:///{SECRET}", MISCONFIGURED)]
)
def test_a_wrong_address_of_the_warehouse_is_one_error(
    arguments: tuple[str, ...], url: str, code: int, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where every step of every entity would fail for it; the password in the address is not shown."""
    assert home.exists()
    monkeypatch.setenv("INTACCT_PIPELINES_WAREHOUSE_URL", url)
    assert_one_error(run(*arguments), code, "Postgres")


@pytest.mark.parametrize("arguments", REMOTE)
@pytest.mark.parametrize(
    ("url", "code"), [(f"postgresql://u:{SECRET}@127.0.0.1:1/d", TRY_AGAIN), (f"sqlite:///{SECRET}", MISCONFIGURED)]
)
def test_a_wrong_address_of_dagsters_storage_is_one_error(
    arguments: tuple[str, ...], url: str, code: int, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dagster's own instance is opened first."""
    assert home.exists()
    monkeypatch.setenv("DAGSTER_POSTGRES_URL", url)
    assert_one_error(run(*arguments), code, "Postgres")


@pytest.mark.parametrize("arguments", REMOTE)
def test_an_unset_secret_is_named(arguments: tuple[str, ...], home: Path) -> None:
    """The file that should hold it is in the message."""
    (home / "secrets" / "user_password").unlink()
    assert_one_error(run(*arguments), MISCONFIGURED, "secrets/user_password")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("plan", "--entity", "nope"), "There is no entity nope. Choose of: acme:100."),
        (("plan", "--show", "nope"), "there is no plan nope. List the plans"),
        (("approve", "nope", "--json"), "there is no plan nope. List the plans"),
        (("close", "--entity", "nope", "--month", "2026-01"), "There is no entity nope. Choose of:"),
        (("explain", "vendor", "nope", "--json"), "No vendor is called nope on either side. Sync first"),
    ],
)
def test_a_name_that_nothing_has_is_a_wrong_argument(arguments: tuple[str, ...], words: str, home: Path) -> None:
    """The message says what to choose from, or where to look."""
    assert home.exists()
    assert_one_error(run(*arguments), MISCONFIGURED, words)


@pytest.mark.parametrize("month", ["2026-13", "January", "2026"])
def test_a_month_that_is_none_is_told_with_its_form(month: str) -> None:
    """Nothing is opened for it."""
    result = run("backfill", "--entity", "100", "--from", month)
    assert result.exit_code == MISCONFIGURED
    assert "write a month as 2026-01" in result.stderr


def test_a_wrong_password_and_an_unknown_entity_against_a_running_sandbox(home: Path) -> None:
    """Over real HTTP: a refused sign-in fails once, not once a step; an entity that is not there is named."""
    with SandboxServer(SandboxOptions(entities=1, bills=4)) as server:
        described = server.sandbox.describe()
        write_connections(home, described, auto_items=0, auto_amount=0)
        assert_one_error(run("sync", "--entity", "nope"), MISCONFIGURED, "There is no entity nope. Choose of:")
        assert_one_error(
            run("backfill", "--entity", "100", "--from", "2017-12", "--yes", "--json"), MISCONFIGURED, "2017-12"
        )
        (home / "secrets" / "user_password").write_text(SECRET, encoding="utf-8")
        refused = run("sync", "--json")
        assert refused.exit_code == FAILED
        assert refused.stderr.startswith("error: Intacct rejected the sign-in. [S-ERR-28]")
        assert refused.stderr.count("error: ") == 1
        assert SECRET not in refused.stderr


def test_a_wrong_key_of_bill_is_one_reason_with_its_steps(home: Path) -> None:
    """Every BILL step fails for the same reason, which is said once for an entity."""
    with SandboxServer(SandboxOptions(entities=1, bills=4)) as server:
        write_connections(home, server.sandbox.describe(), auto_items=0, auto_amount=0)
        (home / "secrets" / "dev_key").unlink()
        failed = run("sync", "--entity", "100")
        assert failed.exit_code == FAILED
        assert failed.stderr.count("secrets/dev_key cannot be read") == 1
        assert "bill__vendor" in failed.stderr


def test_what_needs_only_the_warehouse_works_when_nothing_else_answers(home: Path, warehouse_dsn: str) -> None:
    """`status`, `explain` and `plan --show` ask neither system and read no secret."""
    world = World(warehouse_dsn, bills=30)
    planned = world.sync()
    with world.systems() as systems:
        document = Outbox(systems.warehouse).document(planned.plan.plan_id)
        bill = systems.warehouse.read_frame("bill.ap_bill", str(world.entity)).iloc[0]["id"]
    write_connections(home, facts(company_id=world.company_id), auto_items=0, auto_amount=0)
    for secret in (home / "secrets").iterdir():
        secret.unlink()
    shown = json.loads(run("status", "--json").stdout)
    assert [row["entity"] for row in shown["entities"]] == [str(world.entity)]
    assert json.loads(run("explain", "bill", bill, "--json").stdout)["platform"]["key"] == bill
    assert run("plan", "--show", planned.plan.plan_id).stdout == f"{document}\n"


def test_close_asks_nobody_and_leaves_with_its_own_code_when_a_month_does_not_tie(
    home: Path, warehouse_dsn: str
) -> None:
    """The month with a posting straight to the control account fails and names it; the one before it ties."""
    company = Company(warehouse_dsn, bills=20)
    month = company.busy_month()
    posting = company.post(month, "6100", "2000", "5.00")
    company.sync()
    write_connections(home, facts(company_id=company.world.company_id), auto_items=0, auto_amount=0)
    with instance() as opened:
        opened.add_dynamic_partitions("entity", [str(company.entity)])
    close = ("close", "--entity", str(company.entity), "--month")
    before = (month - timedelta(days=1)).replace(day=1)
    fine = run(*close, f"{before:%Y-%m}")
    assert (fine.exit_code, fine.stderr) == (DONE, "")
    assert all(name in fine.stdout for name in TIE_OUTS)
    failed = run(*close, f"{month:%Y-%m}", "--json")
    assert failed.exit_code == DOES_NOT_TIE
    document = json.loads(failed.stdout)
    assert document["ties"] is False
    assert [(item["tie_out"], item["record_no"], item["amount"]) for item in document["items"]] == [
        ("ap_control", posting.number, "5.00")
    ]
    assert list(document["left_out"]) == ["close/platform_payables"]
    shown = run(*close, f"{month:%Y-%m}")
    assert shown.exit_code == DOES_NOT_TIE
    assert f"journal_entry {posting.number}" in shown.stdout.replace("\n", " ")


@pytest.mark.parametrize("month", ["2017-12", "2999-01"])
def test_a_month_that_cannot_be_closed_is_told(month: str, home: Path) -> None:
    """There is no such partition."""
    assert home.exists()
    assert_one_error(run("close", "--entity", "acme:100", "--month", month), MISCONFIGURED, f"{month} is no month")


def test_help_and_errors_do_not_depend_on_what_was_loaded_before(home: Path) -> None:
    """In a process of its own, a wrong connections file is one line too, and help needs none."""
    environment = {**os.environ, "INTACCT_PIPELINES_CONNECTIONS": str(home / "none.yaml")}

    def call(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603 - our own interpreter and words
            [sys.executable, "-m", "intacct_pipelines.cli", *arguments],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    wrong = call("sync")
    assert (wrong.returncode, len(wrong.stderr.splitlines())) == (MISCONFIGURED, 1)
    assert call("--help").returncode == DONE
    assert call("sync", "--help").returncode == DONE


def test_secrets_of_the_demo_are_files_of_their_own_that_only_their_owner_reads(home: Path) -> None:
    """The connections file names them; whatever they were, they are narrowed when they are written again."""
    secrets = home / "secrets"
    (secrets / "dev_key").chmod(0o644)
    secrets.chmod(0o755)
    write_connections(home, facts(), auto_items=0, auto_amount=0)
    assert secrets.stat().st_mode & 0o077 == 0
    assert [path.name for path in secrets.iterdir() if path.stat().st_mode & 0o077] == []
    assert SECRET not in (home / "connections.yaml").read_text(encoding="utf-8")
