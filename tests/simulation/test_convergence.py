"""Both sides converge, whatever people and the network do: lives of configurations, with faults, and planted bugs."""

from __future__ import annotations

import pytest
from converging_bugs import BUGS
from converging_life import BrokenError, Life

LIVES = [("A", 5), ("B", 6), ("E", 4)]
"""Configuration and seed, each of which broke a law once; ``make converge`` lives others."""


@pytest.fixture
def dsns(make_database, migrated_template):
    return lambda: make_database(migrated_template)


@pytest.mark.parametrize(("letter", "seed"), LIVES)
def test_after_changes_on_both_sides_and_faults_both_agree_and_a_further_sync_changes_nothing(dsns, letter, seed):
    """S-CFG-10, S-CFG-21, S-SCH-05, S-IDM-03: what one side changed both have, once; the rest a person decides."""
    Life(letter, seed, dsns).live()


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.__name__)
def test_a_planted_bug_is_noticed(dsns, monkeypatch, bug):
    """A property that no bug breaks would prove nothing."""
    life = Life(BUGS[bug].letter, BUGS[bug].seed, dsns)
    life.company.network.faults = BUGS[bug].faults
    bug(monkeypatch)
    with pytest.raises(BrokenError):
        life.live(turns=BUGS[bug].turns)
