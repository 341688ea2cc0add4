"""History on entity × month: one run for a range, each month proven and green by itself."""

from __future__ import annotations

from datetime import date

import dagster as dg
import pytest
from dagster_office import Office

from intacct_pipelines.defs.partitions import entity_month_key
from intacct_pipelines.domain.catalog import TABLES
from intacct_pipelines.domain.keys import EntityKey

_ASSET = dg.AssetKey(["history", "ap_bill"])
_PLATFORM_ASSETS = [dg.AssetKey(["history", "bill", "ap_bill"]), dg.AssetKey(["history", "spend", "reimbursement"])]


def _run(
    office: Office, months: list[date], assets: list[dg.AssetKey] | None = None, entity: EntityKey | None = None
) -> dg.ExecuteInProcessResult:
    """Run a range of months of some tables, as the backfill dialog does."""
    entity = entity or office.entities[0]
    tags = {
        "dagster/asset_partition_range_start": entity_month_key(entity, months[0]),
        "dagster/asset_partition_range_end": entity_month_key(entity, months[-1]),
    }
    return office.run("backfill_history", tags=tags, selection=assets or [_ASSET])


def _months(
    office: Office, result: dg.ExecuteInProcessResult, asset: dg.AssetKey = _ASSET
) -> dict[str, dict[str, object]]:
    """Facts by month, as stored: a step that fails at its end has told them nevertheless."""
    return {
        str(event.partition).rpartition("|")[2]: {
            name: value.value for name, value in event.step_materialization_data.materialization.metadata.items()
        }
        for entry in office.instance.all_logs(result.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION)
        if (event := entry.dagster_event) and event.asset_key == asset
    }


def _verdicts(office: Office, result: dg.ExecuteInProcessResult, asset: dg.AssetKey = _ASSET) -> dict[str, bool]:
    return {
        check.partition.rpartition("|")[2]: check.passed
        for entry in office.instance.all_logs(result.run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION)
        if (check := entry.dagster_event.asset_check_evaluation_data).partition and check.asset_key == asset
    }


def _failure(result: dg.ExecuteInProcessResult, step: str = "history__ap_bill") -> str:
    (failure,) = [event for event in result.all_events if event.is_step_failure and event.step_key == step]
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
    result = _run(office, months)
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


def test_a_range_of_a_platform_is_one_reading_and_each_month_is_proven(office):
    """No such list has a filter for a month: the first has the reading, the others are proven from it."""
    months = _busy_months(office)
    result = _run(office, months, _PLATFORM_ASSETS)
    assert result.success
    for asset in _PLATFORM_ASSETS:
        proven = _months(office, result, asset)
        assert list(proven) == [month.isoformat() for month in months]
        assert _verdicts(office, result, asset) == dict.fromkeys(proven, True)
        assert [facts["api_requests"] > 0 for facts in proven.values()] == [True, *[False] * 5]


def test_an_entity_that_no_platform_is_linked_to_has_nothing_to_prove_there(office):
    """The top level has no organisation: its months say so, and are green; nothing is asked of BILL."""
    month = _busy_months(office)[0]
    result = _run(office, [month], _PLATFORM_ASSETS, office.top)
    assert result.success
    for asset in _PLATFORM_ASSETS:
        (facts,) = _months(office, result, asset).values()
        assert facts["link"].startswith("none ends at this entity")
        assert _verdicts(office, result, asset) == {month.isoformat(): True}


def test_a_reading_that_fails_fails_all_its_months_and_is_not_repeated(office):
    """One reading serves all months, so there is nothing to gain by asking again for each."""
    months = _busy_months(office)
    office.environment["BILL_PASSWORD"] = "hush"
    result = _run(office, months, [_ASSET, _PLATFORM_ASSETS[0]])
    assert "0 of 6 months are proven, 1 failed, 5 were not tried" in _failure(result, "history__bill__ap_bill")
    assert _verdicts(office, result) == {month.isoformat(): True for month in months}


def test_a_month_that_fails_leaves_the_others_green(office):
    """One month that cannot be read fails alone: those before and after it are proven, and the failure names it."""
    months = _busy_months(office)
    victim = months[2]
    office.transport.refuse = f"{victim:%m}/01/{victim:%Y}".encode()
    result = _run(office, months)
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
    result = _run(office, months)
    assert "0 of 6 months are proven, 1 failed, 5 were not tried" in _failure(result)


def test_a_single_month_carries_its_verdict(office):
    """A run of one month has one evaluation, under that month."""
    month = _busy_months(office)[0]
    result = _run(office, [month])
    assert result.success
    assert _verdicts(office, result) == {month.isoformat(): True}
