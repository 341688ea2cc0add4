"""What a company lacks, or our user may not read, is left out where everybody sees it, and stops nothing else."""

from __future__ import annotations

import dagster as dg


def test_an_optional_table_without_a_right_or_a_module_is_left_out_visibly(make_office):
    """S-ITM-03: the asset says why and by which rule, its check warns if that can be mended, and the sync succeeds."""
    office = make_office()
    (entity,) = office.entities
    office.sandbox.intacct.options.denied = {("EMPLOYEE", "read")}
    office.sandbox.intacct.options.applications -= {"SO"}
    assert office.run("extract_only", office.top).success
    result = office.run("extract_only", entity)
    assert result.success
    facts = {
        event.asset_key.to_user_string(): event.step_materialization_data.materialization.metadata
        for event in result.all_events
        if event.is_step_materialization
    }
    assert "may not read" in facts["intacct/employee"]["skipped"].value
    assert facts["intacct/employee"]["rule"].value == "S-CFG-16"
    assert "does not subscribe to SO" in facts["intacct/item"]["skipped"].value
    assert facts["intacct/item"]["rule"].value == "S-ITM-03"
    assert "top level reads it" in facts["intacct/user"]["skipped"].value
    assert "skipped" not in facts["intacct/project"]
    checks = {
        check.asset_key.to_user_string(): check
        for check in result.get_asset_check_evaluations()
        if check.check_name == "complete"
    }
    employee, item = checks["intacct/employee"], checks["intacct/item"]
    assert (employee.passed, employee.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert item.passed
    assert checks["intacct/project"].passed
    _test_nothing_is_compared_with_what_was_left_out(office, entity)


def _test_nothing_is_compared_with_what_was_left_out(office, entity):
    """Else every item and employee of BILL would be missing in Intacct."""
    objects = ("item", "employee", "project")
    result = office.run("sync", entity, selection=[dg.AssetKey(["recon", name]) for name in objects])
    assert result.success
    found = {}
    for name in objects:
        (event,) = result.asset_materializations_for_node(f"recon__{name}")
        passed = {
            one.check_name: one.passed for one in result.get_asset_check_evaluations() if one.asset_key.path[-1] == name
        }
        assert passed["adds_up"]
        found[name] = (event.metadata, passed["no_breaks"])
    assert (found["item"][0]["rule"].value, found["item"][1]) == ("S-ITM-03", True)
    assert ("was never read" in found["employee"][0]["left_out"].value, found["employee"][1]) == (True, False)
    assert (found["project"][0]["pairs"].value, found["project"][1]) == (4, True)
    with office.systems() as systems, systems.warehouse.transaction() as connection:
        compared = "SELECT DISTINCT object FROM recon.total WHERE platform_count + intacct_count > 0"
        assert connection.execute(compared).fetchall() == [("project",)]


def test_a_required_table_without_a_right_fails_its_step_clearly(make_office):
    """Nothing that reconciling and planning need is ever left out silently."""
    office = make_office()
    (entity,) = office.entities
    office.sandbox.intacct.options.denied = {("VENDOR", "read")}
    result = office.run("extract_only", entity)
    assert not result.success
    (failure,) = [event for event in result.all_events if event.is_step_failure and "vendor" in event.step_key]
    assert "permission" in failure.step_failure_data.user_failure_data.description
