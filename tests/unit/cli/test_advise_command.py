"""`advise` on the command line: questions or options, text or JSON, and what the connections file says against it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from intacct_pipelines.cli import main
from intacct_pipelines.cli.advise import DOES_NOT_FIT
from intacct_pipelines.cli.output import DONE, MISCONFIGURED
from intacct_pipelines.domain.configurations import CONFIGURATIONS, QUESTIONS, Answers, advise, limitations
from intacct_pipelines.report.configurations import OPTIONS, fragment

ALL = list(product((False, True), repeat=5))
SECRETS = {"sender_password": {"env": "A"}, "user_password": {"env": "B"}}
E_ANSWERS = Answers(shared=True, several=False)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without a connections file."""
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    monkeypatch.delenv("INTACCT_PIPELINES_CONNECTIONS", raising=False)
    return tmp_path


def connections(home: Path, links: dict[str, dict[str, Any]], companies: tuple[str, ...] = ("acme",)) -> Path:
    """A connections file with these links."""
    file = {
        "companies": {
            name: {"company_id": name, "sender_id": "ours", "user_id": "us", **SECRETS} for name in companies
        },
        "bill": {"main": {"dev_key": {"env": "C"}, "username": "token", "password": {"env": "D"}}},
        "links": {
            name: {"company": companies[0], "bill": "main", "organization_id": f"008{name}", **more}
            for name, more in links.items()
        },
    }
    path = home / "connections.yaml"
    path.write_text(yaml.safe_dump(file), encoding="utf-8")
    return path


def options(answers: Answers) -> list[str]:
    """The options that give these answers."""
    return [word for name, (yes, no) in OPTIONS.items() for word in (yes if getattr(answers, name) else no).split()]


def run(*arguments: str, typed: str | None = None) -> Result:
    """Run the command."""
    return CliRunner().invoke(main, ["advise", *arguments], input=typed)


@pytest.mark.parametrize("given", ALL, ids=str)
def test_options_and_typed_answers_lead_to_the_same_configuration(given: tuple[bool, ...]):
    """S-CFG-14: every combination, by option as JSON and by answering; what decides nothing is not asked (S-CFG-12)."""
    answers = Answers(*given)
    told = run("--json", *options(answers))
    assert told.exit_code == DONE, told.output
    document = json.loads(told.stdout)
    assert document["configuration"] == advise(answers).letter
    assert document["answers"] == {name: getattr(answers, name) for name in QUESTIONS}
    asked = [name for name, question in QUESTIONS.items() if answers.shared or not question.is_of_levels]
    typed = run(typed="".join("y\n" if getattr(answers, name) else "n\n" for name in asked))
    assert typed.exit_code == DONE, typed.output
    assert typed.stdout.startswith(f"Configuration {advise(answers).letter}: {advise(answers).shape}\n")
    for name, question in QUESTIONS.items():
        assert (question.asks in typed.stderr) is (name in asked)


@pytest.mark.parametrize("letter", CONFIGURATIONS)
def test_what_holds_what_is_limited_and_what_to_write_are_told(letter: str):
    """All that the table has, in JSON; the text ends with what to write."""
    one = CONFIGURATIONS[letter]
    given = options(Answers(letter not in "AB", one.has_several, reconciled_at_root=letter in "CD"))
    document = json.loads(run("--json", *given).stdout)
    assert [fact["rule"] for fact in document["facts"]] == [fact.rule for fact in one.facts]
    assert [(limit["rule"], limit["standing"]) for limit in document["limits"]] == [
        (limit.rule, str(limit.relief)) for limit in limitations(one)
    ]
    assert document["because"]
    assert (document["fragment"], document["links"]) == (fragment(one), [])
    assert run(*given).stdout.endswith(fragment(one))


def test_only_what_no_option_answers_is_asked():
    """Options and questions together."""
    told = run("--shared", "--accounts", "many", "--no-owned-at-root", "--inter-company", typed="n\n")
    assert told.stdout.startswith("Configuration D")
    assert told.stderr.count("?") == 1
    assert QUESTIONS["reconciled_at_root"].asks in told.stderr


@pytest.mark.parametrize("name", QUESTIONS)
def test_an_answer_that_is_missing_is_named_with_its_options(name: str):
    """With `--json` nothing is asked; without, an end of what is typed is no answer."""
    yes, no = OPTIONS[name]
    given = [word for word in options(E_ANSWERS) if word not in no.split() + yes.split()]
    given = [word for word in given if word != "one"] if name == "several" else given
    for told in (run("--json", *given), run(*given, typed="")):
        assert told.exit_code == MISCONFIGURED
        assert told.stdout == ""
        last = told.stderr.splitlines()[-1]
        assert last.startswith(f"error: Not answered: {QUESTIONS[name].asks}")
        assert yes in last
        assert no in last


def test_each_link_says_what_it_is_now_and_whether_it_fits(home: Path):
    """S-CFG-14: a file that contradicts the answers is told link by link, with exit code 1."""
    connections(home, {"top": {}, "us": {"entity": "100"}})
    answers = options(Answers(shared=True, several=True, owned_at_root=True))
    told = run("--json", *answers)
    assert told.exit_code == DOES_NOT_FIT
    top, us = json.loads(told.stdout)["links"]
    assert [(one["link"], one["now"], one["fits"]) for one in (top, us)] == [("top", "C", False), ("us", "F", False)]
    assert [found["rule"] for found in top["findings"]] == ["S-CFG-10"]
    assert [found["rule"] for found in us["findings"]] == ["S-CFG-14", "S-CFG-10"]
    shown = run(*answers)
    assert shown.exit_code == DOES_NOT_FIT
    assert "Write `routes` to the company" in shown.stdout.replace("\n", " ")
    assert "organization_id: 008us" in shown.stdout


def test_links_that_fit_leave_with_zero(home: Path):
    """E as it stands in the file, and what to write is what is there."""
    connections(home, {"us": {"entity": "100"}})
    told = run("--json", *options(E_ANSWERS))
    assert told.exit_code == DONE, told.output
    document = json.loads(told.stdout)
    assert document["links"] == [{"link": "us", "now": "E", "fits": True, "findings": []}]
    written = yaml.safe_load(document["fragment"])["links"]
    assert written == {"us": {"company": "acme", "entity": "100", "bill": "main", "organization_id": "008us"}}


def test_answers_are_about_one_company(home: Path):
    """Where the file has several, one is named; the others' links are left alone."""
    path = connections(home, {"us": {"entity": "100"}}, companies=("acme", "other"))
    path = path.rename(home / "elsewhere.yaml")
    for more, words in ((["--company", "third"], "acme, other"), ([], "--company: acme, other")):
        told = run("--connections", str(path), *more, *options(E_ANSWERS))
        assert told.exit_code == MISCONFIGURED
        assert words in told.stderr
    found = {
        name: json.loads(run("--json", "--connections", str(path), "--company", name, *options(E_ANSWERS)).stdout)
        for name in ("acme", "other")
    }
    assert [one["link"] for one in found["acme"]["links"]] == ["us"]
    assert found["other"]["links"] == []


def test_a_file_that_is_wrong_is_told_before_anything_is_asked(home: Path):
    """Nobody answers five questions for nothing."""
    (home / "connections.yaml").write_text("links: 1", encoding="utf-8")
    told = run(typed="y\n")
    assert (told.exit_code, told.stdout) == (MISCONFIGURED, "")
    assert "does not fit" in told.stderr
    assert "?" not in told.stderr


def test_as_a_process_it_asks_and_answers_in_their_own_streams(home: Path):
    """Questions go to standard error, so that standard output is the advice alone; no other system, no database."""
    connections(home, {"us": {"entity": "100"}})
    command = [sys.executable, "-m", "intacct_pipelines.cli", "advise"]
    environment = {**os.environ, "DAGSTER_HOME": str(home)}

    def process(typed: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603 - our own command
            [*command, *arguments], input=typed, env=environment, capture_output=True, text=True, check=False
        )

    fits = process("y\nn\nn\nn\nn\n")
    assert (fits.returncode, fits.stdout.splitlines()[0][:16]) == (DONE, "Configuration E:")
    assert fits.stderr.count("?") == len(QUESTIONS)
    contradicts = process("", *options(Answers(shared=False, several=False)))
    assert (contradicts.returncode, contradicts.stderr) == (DOES_NOT_FIT, "")
    assert "S-CFG-13" in contradicts.stdout
    missing = process("", "--json", "--shared")
    assert (missing.returncode, missing.stdout) == (MISCONFIGURED, "")
    assert not (home / "postgres").exists()
