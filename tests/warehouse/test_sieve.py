"""The sieve in front of the comparison: the result is the same with it and without, byte by byte, whatever changed."""

from __future__ import annotations

import pytest
from sieve_world import PLAIN, SieveWorld


@pytest.mark.parametrize("seed", range(6))
def test_with_and_without_the_sieve_the_same_is_stored(warehouse, seed):
    """Matches, differences, totals and learnt pairs agree after the first run and after each round of edits."""
    world = SieveWorld(warehouse, seed)
    for _ in range(5):
        world.load()
        world.through_sieve()
        world.without_sieve()
        assert world.stored(world.case.link.name) == world.stored(PLAIN)
        world.edit_some()
