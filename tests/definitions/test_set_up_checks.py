"""The set-up's asset checks: one at each source, in a job of their own."""

from __future__ import annotations

import dagster as dg
from setup_world import RightCompany

from intacct_pipelines.definitions import build_definitions
from intacct_pipelines.defs.resources import SystemsResource
from intacct_pipelines.defs.setup_checks import SYSTEMS_OF, set_up_result
from intacct_pipelines.doctor.run import PROBES
from intacct_pipelines.domain.checkup import Checked, Checkup, doubtful, well, wrong
from intacct_pipelines.settings import Connections


def test_every_check_belongs_to_a_source():
    """None is left out of the UI, and none waits for a check of another source."""
    source_of = {system: source for source, systems in SYSTEMS_OF.items() for system in systems}
    sources = {probe.name: source_of[probe.system] for probe in PROBES}
    assert all(sources[need] == sources[probe.name] for probe in PROBES for need in probe.needs)


def test_what_is_wrong_is_an_error_and_what_is_doubtful_a_warning():
    """A right set-up passes."""
    fine = Checked("a", "intacct", "x", well("fine"))
    doubt = Checked("b", "intacct", "x", doubtful("f", "e", "m"))
    fault = Checked("c", "intacct", "x", wrong("f", "e", "m", "S-SET-21"))
    results = [set_up_result("sage_intacct", Checkup(checked)) for checked in ((fine,), (fine, doubt), (doubt, fault))]
    assert [result.passed for result in results] == [True, False, False]
    assert [result.severity.value for result in results[1:]] == ["WARN", "ERROR"]
    assert results[2].metadata["not_well"].value == 2


def test_the_job_looks_at_all_sources(instance: dg.DagsterInstance, warehouse_dsn: str):
    """Each source gets its own result; a token that is wrong fails the card platform's alone."""
    company = RightCompany(warehouse_dsn)

    resource = SystemsResource.over(lambda: company.open(environment={"SPEND_TOKEN_100": "not-it"}))
    defs = build_definitions(Connections(), resource)
    result = defs.resolve_job_def("check_set_up").execute_in_process(instance=instance)
    found = {one.asset_key.to_user_string(): one for one in result.get_asset_check_evaluations()}
    assert {source: one.passed for source, one in found.items()} == {
        source: source != "bill_spend_and_expense" for source in SYSTEMS_OF
    }
