"""History on entity × month: one run for a range, each month proven and green by itself."""

from __future__ import annotations

from datetime import date

import dagster as dg
import pytest
from dagster_office import Office

from intacct_pipelines.defs.partitions import entity_month_key
from intacct_pipelines.domain.catalog import TABLES

_ASSET = dg.AssetKey(["history", "ap_bill"])


def _range(office: Office, first: date, last: date) -> dict[str, str]:
    (entity,) = office.entities
    return {
        "dagster/asset_partition_range_start": entity_month_key(entity, first),
        "dagster/asset_partition_range_end": entity_month_key(entity, last),
    }


def _months(office: Office, result: dg.ExecuteInProcessResult) -> dict[str, dict[str, object]]:
    """Facts by month, as stored: a step that fails at its end has told them nevertheless."""
    return {
        str(event.partition).rpartition("|")[2]: {
            name: value.value for name, value in event.step_materialization_data.materialization.metadata.items()
        }
        for entry in office.instance.all_logs(result.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION)
        if (event := entry.dagster_event) and event.asset_key == _ASSET
    }


def _verdicts(office: Office, result: dg.ExecuteInProcessResult) -> dict[str, bool]:
    return {
        check.partition.rpartition("|")[2]: check.passed
        for entry in office.instance.all_logs(result.run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION)
        if (check := entry.dagster_event.asset_check_evaluation_data).partition and check.asset_key == _ASSET
    }


def _failure(result: dg.ExecuteInProcessResult) -> str:
    (failure,) = [
        event for event in result.all_events if event.is_step_failure and event.step_key == "history__ap_bill"
    ]
    return failure.step_failure_data.user_failure_data.description


@pytest.fixture
def office(make_office) -> Office:
    return make_office()


def _busy_months(office: Office) -> list[date]:
    """Six months in a row in the middle of the company's time."""
    today = max(bill.bill_date for bill in office.sandbox.business.bills)
    start = today.year * 12 + today.month - 1 - 10
    return [date((start + at) // 12, (start + at) % 12 + 1, 1) for at in range(6)]


def test_a_range_is_one_run_and_each_month_has_its_own_figures(office):
    """Six months are one run; each month tells its own rows and control totals, which are the warehouse's."""
    months = _busy_months(office)
    result = office.run("backfill_history", tags=_range(office, months[0], months[-1]))
    assert result.success
    found = _months(office, result)
    assert list(found) == [month.isoformat() for month in months]
    assert _verdicts(office, result) == dict.fromkeys(found, True)
    with office.systems() as systems:
        rows = systems.warehouse.read_frame("intacct.ap_bill", str(office.entities[0]))
    by_month = rows.groupby(
        rows[TABLES["intacct.ap_bill"].document_date].map(lambda day: day.replace(day=1).isoformat())
    )
    assert {month: facts["dagster/partition_row_count"] for month, facts in found.items() if facts["announced"]} == {
        month: len(part) for month, part in by_month
    }
    assert len({facts["control_total"] for facts in found.values()}) > 1
    assert all(facts["control_total"] == facts["control_total_stored"] for facts in found.values())


def test_a_month_that_fails_leaves_the_others_green(office):
    """One month that cannot be read fails alone: those before and after it are proven, and the failure names it."""
    months = _busy_months(office)
    victim = months[2]
    office.transport.refuse = f"{victim:%m}/01/{victim:%Y}".encode()
    result = office.run("backfill_history", tags=_range(office, months[0], months[-1]))
    assert not result.success
    others = [month.isoformat() for month in months if month != victim]
    assert list(_months(office, result)) == others
    assert _verdicts(office, result) == {**dict.fromkeys(others, True), victim.isoformat(): False}
    words = _failure(result)
    assert words.startswith("5 of 6 months are proven, 1 failed, 0 were not tried.")
    assert victim.isoformat() in words
    assert office.instance.get_materialized_partitions(_ASSET) >= {
        entity_month_key(office.entities[0], month) for month in months if month != victim
    }


def test_refused_credentials_end_the_range_at_its_first_month(office):
    """What would fail every month is not repeated for each: it would lock the user out."""
    office.environment["USER_PASSWORD"] = "hush"
    months = _busy_months(office)
    result = office.run("backfill_history", tags=_range(office, months[0], months[-1]))
    assert "0 of 6 months are proven, 1 failed, 5 were not tried" in _failure(result)


def test_a_single_month_carries_its_verdict(office):
    """A run of one month has one evaluation, under that month."""
    month = _busy_months(office)[0]
    result = office.run("backfill_history", tags=_range(office, month, month))
    assert result.success
    assert _verdicts(office, result) == {month.isoformat(): True}
