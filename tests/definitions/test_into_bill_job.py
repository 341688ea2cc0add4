"""The way from Intacct into BILL as the jobs run it: planned beside the other plans, applied by the same asset."""

from __future__ import annotations

from pathlib import Path

from into_bill_world import LEG
from pipeline_world import INTO_INTACCT, connections_of

from intacct_pipelines.clients.intacct.functions import create
from intacct_pipelines.domain.link import INTO_BILL
from intacct_pipelines.warehouse.outbox import Outbox


def _metadata(result, *path):
    """What the run told of one asset."""
    events = result.get_asset_materialization_events()
    return next(one.materialization.metadata for one in events if one.asset_key.path == list(path))


def test_what_is_made_in_intacct_goes_into_bill_by_the_jobs_and_a_second_sync_has_nothing_left(make_office):
    """S-VEN-01: one job plans both ways, each under its own link; one applies both; the next sync confirms."""
    office = make_office(bills=20)
    lists = {**LEG, "not_pushed": ["bill_ap_bill", "bill_vendor_credit", "bill_ar_invoice"]}
    office.connections = connections_of(office.sandbox, not_pushed=sorted(INTO_INTACCT - {"vendor"}), into_bill=lists)
    office.rebuild()
    (entity,) = office.entities
    address = {"ADDRESS1": "1 Quarry Road", "CITY": "Reno", "STATE": "NV", "ZIP": "89501", "COUNTRYCODE": "US"}
    vendor = {"VENDORID": "QUARRY-1", "NAME": "Zenith Quarries"}
    contact = {"PRINTAS": "Zenith Quarries", "MAILADDRESS": address}
    with office.systems() as systems:
        [made] = systems.intacct(entity).call(
            [create("make", "VENDOR", {**vendor, "DISPLAYCONTACT": contact})], write=True
        )
    assert made.error is None
    synced = office.run("sync", entity)
    assert synced.success
    plan = _metadata(synced, "push", "bill_plan")
    assert (plan["state"].value, plan["items"].value >= 1) == ("approved", True)
    page = Path(plan["page"].path)
    assert page.name == "bill_plan.html"
    assert "vendor Zenith Quarries" in page.read_text(encoding="utf-8")
    assert office.run("apply_plan", entity).success
    again = _metadata(office.run("sync", entity), "push", "bill_plan")
    assert (again["items"].value, again["confirmed_just_now"].value) == (0, plan["items"].value)
    with office.systems() as systems:
        link = systems.link(entity, INTO_BILL)
        assert link.name == f"entity-{entity.entity_id}-into-bill"
        assert {item.state.value for item in Outbox(systems.warehouse).items(link=link.name)} == {"confirmed"}
    vendors = office.sandbox.bill._organization(link.organization_id).vendors.values()
    assert [one["shortName"] for one in vendors if one["name"] == "Zenith Quarries"] == ["QUARRY-1"]
