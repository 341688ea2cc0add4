"""`check` on the command line: one line on a right set-up, what is wrong else, as text, JSON and page."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from intacct_pipelines.cli import main
from intacct_pipelines.cli.offline import write_connections
from intacct_pipelines.cli.output import DONE, FAILED
from intacct_pipelines.sandbox.server import SandboxOptions, SandboxServer
from intacct_pipelines.sandbox.wrong_setups import give_names_once


@pytest.fixture(scope="module")
def server() -> Iterator[SandboxServer]:
    """A sandbox over HTTP, whose names are unique."""
    with SandboxServer(SandboxOptions(entities=2, bills=4)) as served:
        give_names_once(served.sandbox)
        yield served


@pytest.fixture
def home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: SandboxServer, warehouse_dsn: str
) -> Callable[..., None]:
    """A home with connections to the sandbox; called with sections to change."""
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    monkeypatch.setenv("INTACCT_PIPELINES_WAREHOUSE_URL", warehouse_dsn)
    write_connections(tmp_path, server.sandbox.describe(), auto_items=0, auto_amount=0)
    path = tmp_path / "connections.yaml"

    def change(**company: Any) -> None:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        document["companies"]["sandbox"] |= company
        path.write_text(yaml.safe_dump(document), encoding="utf-8")

    return change


def run(*arguments: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(main, ["check", *arguments])


def test_a_right_set_up_gets_one_line(home: Callable[..., None]):
    """Nobody has to read what is well."""
    home(monthly_calls=100_000)
    found = run()
    assert found.exit_code == DONE, found.output
    assert len(found.stdout.splitlines()) == 1
    assert found.stdout.startswith("All ")
    assert found.stdout.endswith(" checks are well.\n")
    assert len(run("--all").stdout.splitlines()) > 20


def test_what_is_doubtful_is_told_and_no_failure(home: Callable[..., None]):  # noqa: ARG001 - it makes the home
    """A schedule need not stop for it."""
    found = run("--json")
    assert found.exit_code == DONE
    document = json.loads(found.stdout)
    assert not document["is_well"]
    assert [(one["standing"], one["check"]) for one in document["findings"]] == [("doubtful", "budget of API calls")]


def test_what_is_wrong_is_told_three_ways(home: Callable[..., None], tmp_path: Path):
    """As a table, as JSON and as a page without script; with what to do, without a secret."""
    home(monthly_calls=100_000, sender_id="nobody<script>")
    page = tmp_path / "check.html"
    found = run("--html", str(page))
    assert found.exit_code == FAILED
    assert "S-ERR-28" in found.stdout
    assert "1 wrong" in found.stdout
    html = page.read_text(encoding="utf-8")
    assert "Found" in html
    assert "S-ERR-28" in html
    assert "<script" not in html
    wrong = [one for one in json.loads(run("--json").stdout)["findings"] if one["standing"] == "wrong"]
    assert [one["check"] for one in wrong] == ["sign-in at the top level"]
    assert wrong[0]["mend"]
    assert wrong[0]["expected"]


def test_provision_shows_first_and_makes_only_with_a_persons_word(
    home: Callable[..., None], server: SandboxServer, tmp_path: Path
):
    """What is left for a person stands below; a second time there is nothing to make."""
    home(monthly_calls=100_000)
    path = tmp_path / "connections.yaml"
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    document["spend"]["cards-100"]["cards"]["offset_account"] = "2195"
    path.write_text(yaml.safe_dump(document), encoding="utf-8")

    def provision(*arguments: str) -> dict[str, Any]:
        found = CliRunner().invoke(main, ["provision", "--json", *arguments])
        assert found.exit_code == DONE, found.output
        answer: dict[str, Any] = json.loads(found.stdout)
        return answer

    def made() -> int:
        return sum(one["ACCOUNTNO"] == "2195" for one in server.sandbox.intacct.records("GLACCOUNT"))

    shown = provision()
    assert [(one["id"], one["outcome"]) for one in shown["records"]] == [("2195", "")]
    assert [one["rule"] for one in shown["findings"]] == ["S-SET-27"]
    assert made() == 0
    done = provision("--yes")
    assert [(one["id"], one["outcome"]) for one in done["records"]] == [("2195", "made")]
    assert done["findings"] == []
    assert made() == 1
    assert provision("--yes")["records"] == []
