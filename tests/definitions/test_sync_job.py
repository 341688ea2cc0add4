"""The job `sync` in process: what it records, what stops it, what it tries again."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest

from intacct_pipelines.defs.plan_files import PLANS
from intacct_pipelines.domain.catalog import TABLES
from intacct_pipelines.domain.reconciled import RECONCILED
from intacct_pipelines.sandbox.faults import Rule
from intacct_pipelines.validate.documents import families


def _checks(result: dg.ExecuteInProcessResult) -> dict[str, dg.AssetCheckEvaluation]:
    return {
        f"{check.asset_key.to_user_string()} {check.check_name}": check
        for check in result.get_asset_check_evaluations()
    }


def _materialized(result: dg.ExecuteInProcessResult) -> dict[str, dg.AssetMaterialization]:
    return {
        event.asset_key.to_user_string(): event.step_materialization_data.materialization
        for event in result.all_events
        if event.is_step_materialization
    }


def _failures(result: dg.ExecuteInProcessResult) -> dict[str, str]:
    """The words of each step's failure; a failure that is none of ours speaks for itself."""
    found = {}
    for event in result.all_events:
        if event.is_step_failure:
            data = event.step_failure_data
            found[event.step_key] = (
                data.user_failure_data.description if data.user_failure_data else data.error.to_string()
            )
    return found


def test_a_sync_records_every_table_and_every_check_under_its_entity(make_office):
    """Each asset is materialized with its counts, and each check is evaluated, both under the entity's partition."""
    office = make_office()
    (entity,) = office.entities
    result = office.run("sync", entity)
    assert not _failures(result)
    found = _materialized(result)
    compared = {f"recon/{name}" for name in RECONCILED}
    planned = {f"push/{name}" for name in PLANS.values()}
    read = {name.replace(".", "/") for name in TABLES}
    assert read | compared | planned | {"report/reconciliation"} == set(found)
    assert {materialization.partition for materialization in found.values()} == {str(entity)}
    report = found["report/reconciliation"].metadata
    assert f"Reconciliation of {entity}" in Path(report["page"].path).read_text(encoding="utf-8")
    counted = [found[name].metadata["breaks"].value for name in compared if "breaks" in found[name].metadata]
    broken = report["records_with_a_break"].value
    assert (broken > 0) == any(counted)
    assert broken <= sum(counted)
    plan = found["push/plan"].metadata
    assert plan["content_hash"].value in Path(plan["page"].path).read_text(encoding="utf-8")
    assert plan["items"].value > 0
    assert isinstance(plan["plotted money USD"].value, float)
    name = f"entity-{entity.entity_id}"
    way = str(found["push/bill_plan"].metadata["link"].value)
    assert way.startswith(f"{name} ends here, but its way into BILL is not switched on: give `links.{name}`")
    assert "a section `into_bill`" in way
    assert "none ends at this entity" in str(found["push/into_business_center_plan"].metadata["link"].value)
    assert plan["items approved"].value == plan["items"].value
    bills = found["intacct/ap_bill"].metadata
    assert bills["dagster/partition_row_count"].value == bills["announced"].value > 0
    assert bills["total USD"].value == bills["control_total_of_window"].value
    checks = _checks(result)
    assert len(checks) == 2 * (len(TABLES) + len(RECONCILED)) + len(families())
    assert {check.partition for check in checks.values()} == {str(entity)}
    assert all(check.passed for name, check in checks.items() if name.endswith((" complete", " contract", " adds_up")))
    key = dg.AssetCheckKey(dg.AssetKey(["intacct", "ap_bill"]), "contract")
    (stored,) = office.instance.event_log_storage.get_asset_check_execution_history(key, limit=1)
    assert stored.evaluation.partition == str(entity)


def test_an_entity_without_a_link_is_extracted_and_nothing_else(make_office):
    """The top level has no BILL organisation: Intacct is loaded, the rest says so and passes."""
    office = make_office()
    result = office.run("sync", office.top)
    assert not _failures(result)
    found = _materialized(result)
    assert found["intacct/gl_account"].metadata["received"].value > 0
    for name in ("bill/ap_bill", "recon/ap_bill", "report/reconciliation", "push/plan"):
        assert "none ends at this entity" in str(found[name].metadata["link"].value)


def test_many_rows_in_quarantine_stop_their_entity_and_no_other(make_office):
    """More than 20 rows and 5 % that cannot be read stop reconciling and planning of that entity alone."""
    office = make_office(entities=2)
    broken, sound = office.entities
    office.transport.rows = 21
    result = office.run("sync", broken)
    office.transport.rows = 0
    assert not result.success
    contract = _checks(result)["intacct/ap_bill contract"]
    assert (contract.passed, contract.severity, contract.partition) == (False, dg.AssetCheckSeverity.ERROR, str(broken))
    assert contract.metadata["quarantined"].value == 21
    done = set(_materialized(result))
    assert {"intacct/ap_bill", "intacct/vendor", "bill/vendor"} <= done
    assert not done & {"recon/ap_bill", "push/plan"}
    other = office.run("sync", sound)
    assert not _failures(other)
    assert "push/plan" in _materialized(other)


def test_few_rows_in_quarantine_are_a_warning_and_hold_only_themselves(make_office):
    """Up to 20 rows that cannot be read are shown, and the entity is reconciled and planned without them."""
    office = make_office()
    (entity,) = office.entities
    office.transport.rows = 20
    result = office.run("sync", entity)
    assert not _failures(result)
    contract = _checks(result)["intacct/ap_bill contract"]
    assert (contract.passed, contract.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert len(contract.metadata["failing_rows"].records) == 20
    assert "Invented" not in str(_materialized(result)["intacct/ap_bill"].metadata)
    assert "push/plan" in _materialized(result)


def test_a_step_whose_answer_is_lost_is_tried_again_and_then_succeeds(make_office, monkeypatch):
    """After the client's own attempts are used up, Dagster starts the step again."""
    monkeypatch.setattr("intacct_pipelines.defs.failures.FIRST_WAIT_SECONDS", 0.0)
    office = make_office()
    (entity,) = office.entities
    office.sandbox.faults.add(Rule("reset_before", system="intacct", function="query APTERM", times=5))
    result = office.run("sync", entity)
    assert not _failures(result)
    restarted = [event.step_key for event in result.all_events if event.event_type_value == "STEP_RESTARTED"]
    assert restarted == ["intacct__ap_term"]


def test_refused_credentials_are_not_tried_again(make_office):
    """A wrong password fails each step at once, with what to do, and never locks the user out by repeating."""
    office = make_office()
    (entity,) = office.entities
    office.environment["USER_PASSWORD"] = "hush"
    before = office.sandbox.faults.state()["requests"]
    result = office.run("sync", entity)
    assert not result.success
    events = {event.event_type_value for event in result.all_events}
    assert "STEP_UP_FOR_RETRY" not in events
    failed = _failures(result)
    assert "intacct__audit_event" in failed
    assert "hush" not in str(failed)
    assert office.sandbox.faults.state()["requests"] > before


@pytest.mark.parametrize("step", ["intacct__audit_event", "bill__vendor"])
def test_a_failing_step_names_what_to_do(make_office, step):
    """A missing secret is one clear line in the step's failure, with the remedy."""
    office = make_office()
    (entity,) = office.entities
    name = "USER_PASSWORD" if step.startswith("intacct") else "BILL_PASSWORD"
    del office.environment[name]
    result = office.run("sync", entity)
    assert _failures(result)[step] == f"The environment variable {name} is not set. Set it to the secret it stands for."


def test_an_apply_whose_answer_is_lost_is_not_tried_again_by_dagster(make_office):
    """Only the step's own recovery may send again: a lost answer ends the step once, whatever it was."""
    office = make_office()
    (entity,) = office.entities
    assert not _failures(office.run("sync", entity))
    office.sandbox.faults.add(Rule("reset_before", system="intacct", function="*", times=0))
    result = office.run("apply_plan", entity)
    events = [event.event_type_value for event in result.all_events if event.step_key == "push__item"]
    assert "STEP_UP_FOR_RETRY" not in events
    assert events.count("STEP_START") == 1
    assert office.definitions.resolve_job_def("apply_plan").tags["dagster/max_retries"] == "0"
