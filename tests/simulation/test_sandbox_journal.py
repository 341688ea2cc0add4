"""A sandbox with a journal goes on where the one before it stopped."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pipeline_world import World
from sandbox_transport import SandboxTransport

from intacct_pipelines.sandbox.clock import Clock
from intacct_pipelines.sandbox.server import Sandbox


@pytest.fixture
def world(warehouse_dsn: str, tmp_path) -> World:
    world = World(warehouse_dsn)
    world.sandbox = Sandbox(replace(world.sandbox.options, journal=tmp_path / "journal", clock=Clock()))
    world.transport = SandboxTransport(world.sandbox)
    return world


def test_what_was_pushed_is_there_again_and_the_next_sync_changes_nothing(world):
    """Same records, numbers, times and ledger; so a warehouse filled from the first sandbox fits the second."""
    world.sync()
    world.apply()
    world.sync()
    first = world.sandbox.intacct
    # It holds the logins under which the writes were made.
    assert world.sandbox.options.journal.stat().st_mode & 0o077 == 0
    world.sandbox = Sandbox(replace(world.sandbox.options, clock=Clock()))
    world.transport = SandboxTransport(world.sandbox)
    second = world.sandbox.intacct

    def what(twin):
        return [{name: text for name, text in bill.fields.items() if "WHEN" not in name} for bill in twin.bills()]

    assert what(second) == what(first)
    assert second.ledger.balances() == first.ledger.balances()
    changed = {name: c for name, c in world.extract().items() if c.inserted or c.deleted}
    assert changed == {}
