"""Every class of findings says what it means, by which rule, where it is mended, and what follows by itself."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from intacct_pipelines.cli import main
from intacct_pipelines.cli.output import DONE, MISCONFIGURED
from intacct_pipelines.domain.finding_class import FindingClass
from intacct_pipelines.domain.reconciled import BY_WORD, NO_ONE
from intacct_pipelines.domain.rules import RULES
from intacct_pipelines.reconcile.advice import ADVICE, SCREENS
from intacct_pipelines.reconcile.causes import CAUSES
from intacct_pipelines.reconcile.finding_classes import finding_classes
from intacct_pipelines.report.findings_guide import about, afterwards, findings_guide

PAGE = Path(__file__).parents[3] / "docs" / "findings.md"
CLASSES = {one.name: one for one in finding_classes()}


def test_every_cause_has_its_place_on_the_page():
    """A finding without a page would leave its reader alone, and advice on no cause nobody reads."""
    assert set(CLASSES) == set(CAUSES)
    assert set(ADVICE) <= set(CAUSES)
    headings = re.findall(r"^### (.*)$", findings_guide(list(CLASSES.values())), re.MULTILINE)
    assert sorted(headings) == sorted(CAUSES)


def test_the_published_page_is_what_the_causes_say():
    """What a reader finds in `docs/` is what the program tells; `make findings-guide` writes it anew."""
    assert PAGE.read_text(encoding="utf-8") == findings_guide(finding_classes()), "run `make findings-guide`"


@pytest.mark.parametrize("one", CLASSES.values(), ids=list(CLASSES))
def test_a_class_says_what_it_means_and_where_a_person_mends_it(one: FindingClass):
    """Where it is somebody's turn there is a screen or a command, or another record that is named."""
    assert set(one.rules) <= set(RULES)
    assert bool(one.rules) or one.verdict == "break"
    assert set(one.kinds) <= set(BY_WORD)
    assert one.screens or one.more or one.turn in NO_ONE
    for sentence in (one.reason, one.remedy, one.more, afterwards(one)):
        assert not sentence or sentence.endswith(".")


def test_every_screen_is_named_by_some_class():
    """A way that leads nowhere is left out."""
    assert {name for advice in ADVICE.values() for name in advice.screens} == set(SCREENS)


def test_one_class_is_told_in_the_terminal():
    """The text has what the page has, with what to beware of; a word that is nearly one is answered with it."""
    shown = CliRunner().invoke(main, ["findings", "--about", "paid_outside_bill"])
    assert (shown.exit_code, shown.output) == (DONE, about(CLASSES["paid_outside_bill"]) + "\n")
    assert "Mark as paid (Untick Sync" in shown.output
    told = CliRunner().invoke(main, ["findings", "--about", "not_approved", "--json"])
    assert json.loads(told.output)["rules"] == ["S-APR-02"]
    wrong = CliRunner().invoke(main, ["findings", "--about", "not_aproved"])
    assert wrong.exit_code == MISCONFIGURED
    assert "not_approved" in wrong.output
