"""A sandbox with a journal goes on where the one before it stopped."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pipeline_world import World
from sandbox_transport import SandboxTransport

from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.errors import ConfigurationError
from intacct_pipelines.sandbox.clock import Clock
from intacct_pipelines.sandbox.http import Request
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


WRITES = sorted(
    {function for one in PUSHED.values() if one.target.schema == "intacct" for function in one.functions.values()}
)


@pytest.mark.parametrize("function", WRITES)
def test_every_function_that_is_sent_is_kept(world, function):
    """Else a company that is served again lacks what was pushed."""
    before = world.sandbox.options.journal.read_text().count("\n")
    body = f"<request><{function}></{function}></request>".encode()
    world.sandbox.handle(Request("POST", "/ia/xml/xmlgw.phtml", "", {}, body))
    assert world.sandbox.options.journal.read_text().count("\n") == before + 1


def test_a_journal_of_a_company_that_is_not_made_any_more_is_refused(world):
    """What was written to another company would be written to the wrong records of this one."""
    journal = world.sandbox.options.journal
    journal.write_text('{"today": "2026-11-01"}\n')
    with pytest.raises(ConfigurationError, match="a company that this version does not make"):
        Sandbox(replace(world.sandbox.options, clock=Clock()))
