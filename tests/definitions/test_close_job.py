"""The job `close_period` on entity × month: each tie-out an asset with its own verdict, from one snapshot."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import dagster as dg
import pytest
from close_cases import READ
from dagster_office import Office

from intacct_pipelines.defs.close import close_key, figure_rows
from intacct_pipelines.defs.extraction import sync_intacct_table
from intacct_pipelines.defs.partitions import entity_month_key
from intacct_pipelines.domain.catalog import INTACCT_TABLES
from intacct_pipelines.domain.close import TIE_OUTS
from intacct_pipelines.warehouse.close import Figure

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def extract(office: Office, run_id: str) -> None:
    with office.systems() as systems:
        for table in INTACCT_TABLES:
            if table.qualified_name in READ:
                sync_intacct_table(systems, office.entities[0], table, run_id)


def run(office: Office, month: date) -> dg.ExecuteInProcessResult:
    return office.definitions.resolve_job_def("close_period").execute_in_process(
        instance=office.instance,
        partition_key=entity_month_key(office.entities[0], month),
        run_config=QUIET,
        raise_on_error=False,
    )


def verdicts(result: dg.ExecuteInProcessResult) -> dict[str, tuple[bool, dg.AssetCheckSeverity]]:
    return {
        f"{check.asset_key.path[-1]} {check.check_name}": (check.passed, check.severity)
        for check in result.get_asset_check_evaluations()
    }


def facts(result: dg.ExecuteInProcessResult, name: str) -> dict[str, Any]:
    (event,) = [one for one in result.get_asset_materialization_events() if one.asset_key == close_key(name)]
    return {key: value.value for key, value in event.step_materialization_data.materialization.metadata.items()}


@pytest.fixture
def office(make_office) -> Office:
    made: Office = make_office()
    extract(made, "first")
    return made


def day_of(text: str) -> date:
    month, day, year = map(int, text.split("/"))
    return date(year, month, day)


def closed_month(office: Office) -> date:
    day = office.sandbox.business.entities[0].closed_through
    assert day is not None
    return day.replace(day=1)


def test_a_closed_month_is_frozen_green_and_then_names_what_came_late(office: Office):
    """Every tie-out passes, what no platform told is left out; a bill that fell out fails one check and no other."""
    month = closed_month(office)
    first = run(office, month)
    assert first.success
    found = verdicts(first)
    judged = [name for name, one in TIE_OUTS.items() if not one.is_informational]
    assert set(found) == {*(f"{name} ties" for name in judged), "period unchanged_since_frozen"}
    assert all(passed for passed, _ in found.values())
    assert facts(first, "period")["status"] == "frozen"
    assert facts(first, "period")["left_out"] == "platform_payables"
    assert "bill.ap_bill" in facts(first, "platform_payables")["left_out"]
    assert facts(first, "ap_control")["what_makes_the_difference"] == "none"
    assert facts(first, "ap_ageing")["ageing"].records

    bill = next(
        one
        for one in office.sandbox.intacct.bills()
        if one.fields["STATE"] == "Posted" and day_of(one.fields["WHENPOSTED"]) < month
    )
    now = office.sandbox.clock.now().strftime("%m/%d/%Y %H:%M:%S")
    office.sandbox.intacct.plant("APBILL", bill.record_no, STATE="Draft", WHENMODIFIED=now)
    extract(office, "second")
    second = run(office, month)
    assert second.success
    failed = {name: severity for name, (passed, severity) in verdicts(second).items() if not passed}
    assert failed == {
        "ap_control ties": dg.AssetCheckSeverity.ERROR,
        "period unchanged_since_frozen": dg.AssetCheckSeverity.WARN,
    }
    (item,) = facts(second, "ap_control")["what_makes_the_difference"].records
    assert item.data["document"] == bill.fields["RECORDID"]
    assert item.data["party"] == bill.fields["VENDORID"]
    assert facts(second, "period")["changes_since_frozen"] == 1


def test_an_entity_that_was_never_read_fails_with_what_to_do(make_office):
    """No result is better than a green one of nothing."""
    office: Office = make_office()
    result = run(office, date(2026, 1, 1))
    assert not result.success
    (failure,) = [event for event in result.all_events if event.is_step_failure]
    assert "was never read" in str(failure.step_failure_data.user_failure_data.description)


def test_each_tie_out_stands_downstream_of_what_it_is_made_of(office: Office):
    """The lineage shows where a figure comes from, and the period after all of them."""
    assets = office.definitions.resolve_asset_graph()
    for name, one in TIE_OUTS.items():
        parents = {key.to_user_string().replace("/", ".") for key in assets.get(close_key(name)).parent_keys}
        assert parents == set(one.tables)
    assert assets.get(close_key("period")).parent_keys == {close_key(name) for name in TIE_OUTS}


def test_amounts_have_the_decimals_of_their_currency():
    """Yen have none and dollars two, whatever the warehouse's sums carry; what is finer is shown as it is."""
    yen, finer = Decimal("345649.00"), Decimal("0.123")
    (row,) = figure_rows([Figure("bank", "1000", "JPY", "USD", yen, yen, Decimal(0), Decimal(7), finer, None, 0, True)])
    columns = ("expected", "difference", "expected_base", "actual_base", "difference_base")
    assert [str(row[name]) for name in columns] == ["345649", "0", "7.00", "0.123", "None"]
