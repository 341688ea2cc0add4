"""The API budget through the whole graph: what is counted is what the sandbox was asked, and the line stops it."""

from __future__ import annotations

import dagster as dg
import psycopg
import pytest

from intacct_pipelines.settings import Connections


class _Counting:
    """Counts what really leaves, before the sandbox sees it."""

    def __init__(self, transport):
        self._answer = transport.handle_request
        self.sent = {"intacct": 0, "bill": 0, "spend": 0}

    def __call__(self, request):
        body = request.read()
        is_intacct = b"<function " in body
        platform = "spend" if "/v3/spend/" in request.url.path else "bill"
        self.sent["intacct" if is_intacct else platform] += max(1, body.count(b"<function "))
        return self._answer(request)


@pytest.fixture
def office(make_office):
    return make_office()


@pytest.fixture
def counting(office, monkeypatch):
    counting = _Counting(office.transport)
    monkeypatch.setattr(office.transport, "handle_request", counting)
    return counting


def _limit(office, **budget):
    stated = office.connections.model_dump()
    stated["companies"]["sandbox"] |= budget
    office.connections = Connections.model_validate(stated)


def _noted(office):
    with psycopg.connect(office.environment["INTACCT_PIPELINES_WAREHOUSE_URL"]) as connection:
        months = dict(connection.execute("SELECT system, sum(calls)::int FROM ops.api_month GROUP BY 1"))
        notes = dict(connection.execute("SELECT system, sum(calls)::int FROM ops.api_call GROUP BY 1"))
    assert months == notes
    return notes


def test_every_call_that_leaves_is_noted_and_shown(office, counting):
    """Sign-ins, pages and writes of a sync and of what it approves: noted calls are those that left."""
    entity = office.entities[0]
    assert office.run("sync", entity).success
    result = office.run("apply_plan", entity)
    assert result.success
    assert counting.sent["intacct"] > 20
    assert counting.sent["bill"] > 5
    assert _noted(office) == counting.sent
    (facts,) = [
        event.step_materialization_data.materialization.metadata
        for event in result.all_events
        if event.event_type == dg.DagsterEventType.ASSET_MATERIALIZATION
    ]
    assert facts["api_calls_this_month"].value == counting.sent["intacct"]
    assert "api_calls_left" not in facts


def test_failed_and_repeated_calls_count(office, counting):
    """A read that fails is sent again, and each attempt is billed."""
    office.transport.refuse = b"<object>VENDOR</object>"
    office.run("sync", office.entities[0])
    assert _noted(office) == counting.sent


def test_a_sync_stops_at_the_line_and_goes_on_in_the_next_month(office, counting):
    """The call that would pass is not sent, what was stored stays whole, and with a new month the sync completes."""
    entity = office.entities[0]
    _limit(office, monthly_calls=12, stop_at="0.5")
    result = office.run("sync", entity)
    assert not result.success
    assert counting.sent["intacct"] == 6
    (failure,) = {
        event.step_failure_data.user_failure_data.description
        for event in result.all_events
        if event.is_step_failure and event.step_failure_data.user_failure_data
    }
    assert "has used 6 of its 12 API calls this month" in failure
    assert "stop line at 6" in failure
    with psycopg.connect(office.environment["INTACCT_PIPELINES_WAREHOUSE_URL"]) as connection:
        for table, received in connection.execute("SELECT table_name, received FROM ops.certificate").fetchall():
            (stored,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608 - our own names
            assert stored == received
        connection.execute("UPDATE ops.api_month SET month = (month - interval '1 month')::date")
    _limit(office, monthly_calls=1000)
    assert office.run("sync", entity).success
