"""Configurations as scenarios: one command each, as a user runs it, ends with both sides in agreement."""

from __future__ import annotations

import subprocess
import sys

import pytest

from intacct_pipelines.sandbox.scenes import NAMES, Scenes
from intacct_pipelines.sandbox.server import Sandbox, SandboxOptions
from intacct_pipelines.sandbox.shapes import SHAPES
from intacct_pipelines.sandbox.staff import SIDES

_MINUTES = 10


@pytest.mark.parametrize("letter", ["A", "E"])
def test_a_configuration_runs_end_to_end_by_one_command_and_agrees(tmp_path, letter):
    """S-CFG-06, S-CFG-21: real HTTP, real Postgres; exit code 0 says that all held, and the text says what.

    The others run by ``make scenarios``; that they converge is proven by ``test_convergence``.
    """
    command = [sys.executable, "-m", "intacct_pipelines.cli", "scenario", letter, "--home", str(tmp_path / "homes")]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60 * _MINUTES, check=False)  # noqa: S603  # our own
    assert run.returncode == 0, run.stdout + run.stderr
    assert f"Configuration {letter} agrees on both sides" in run.stdout
    assert run.stdout.count("│ yes") == 6
    assert "S-CFG-21 │ conflict" in run.stdout


def test_a_letter_that_is_none_is_refused_before_anything_starts(tmp_path):
    """S-CFG-01: there are six configurations."""
    command = [sys.executable, "-m", "intacct_pipelines.cli", "scenario", "G", "--home", str(tmp_path / "homes")]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603  # our own
    assert (run.returncode, (tmp_path / "homes").exists()) == (2, False)


@pytest.mark.parametrize("letter", SHAPES)
def test_a_young_company_has_the_shape_of_its_configuration(letter):
    """S-CFG-01, S-CFG-03, S-CFG-05: where accounts end, whose lists and clearing accounts are, and the same history."""
    sandbox = Sandbox(SandboxOptions(configuration=letter, public_url="http://localhost"))
    shape, facts = SHAPES[letter], sandbox.describe()
    places = [one["entity"] for one in facts["bill"]["organizations"]]
    entities = [row["LOCATIONID"] for row in sandbox.intacct.records("LOCATIONENTITY")]
    assert (len(places), len(entities)) == (shape.accounts, shape.entities)
    assert places == ([""] * shape.accounts if shape.is_at_top else entities[: shape.accounts])
    banks = sandbox.intacct.records("CHECKINGACCOUNT")
    assert {row["LOCATIONID"] for row in banks if row["GLACCOUNTNO"] in {"1070", "1080"}} == {*places}
    assert {row["MEGAENTITYID"] for row in sandbox.intacct.records("VENDOR")} <= {"", *entities}
    assert all(sandbox.intacct.ledger.balances()[key] == 0 for key in sandbox.intacct.ledger.balances())
    for organization in facts["bill"]["organizations"]:
        scenes = Scenes(sandbox, organization["id"], seed=7)
        before = scenes.staff.state()
        deeds = scenes.play("history")
        assert {deed.where for deed in deeds} == {"Intacct", "BILL"}
        assert scenes.staff.state() != before
        made = [scenes.staff.find(side, thing) for thing in scenes.things for side in SIDES]
        assert all(len(found) == 1 for found in made)
    assert list(NAMES) == ["history", "changes", "more", "settling"]
