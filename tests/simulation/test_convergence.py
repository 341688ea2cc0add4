"""Both sides converge, whatever people and the network do: lives of configurations, with faults."""

from __future__ import annotations

import pytest
from converging_life import Life

LIVES = [("A", 0), ("E", 2)]
"""Configuration and seed; ``make converge`` lives others."""


@pytest.fixture
def dsns(make_database, migrated_template):
    return lambda: make_database(migrated_template)


@pytest.mark.parametrize(("letter", "seed"), LIVES)
def test_after_changes_on_both_sides_and_faults_both_agree_and_a_further_sync_changes_nothing(dsns, letter, seed):
    """S-CFG-10, S-CFG-21, S-SCH-05, S-IDM-03: what one side changed both have, once; the rest a person decides."""
    Life(letter, seed, dsns).live()
