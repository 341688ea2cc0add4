"""The ways from Intacct into BILL and Spend & Expense as the jobs run them: planned apart, applied by one asset."""

from __future__ import annotations

from pathlib import Path

from into_bill_world import LEG
from pipeline_world import INTO_INTACCT, connections_of

from intacct_pipelines.clients.intacct.functions import create
from intacct_pipelines.domain.link import INTO_BILL, INTO_SPEND
from intacct_pipelines.warehouse.outbox import Outbox


def _metadata(result, *path):
    """What the run told of one asset."""
    events = result.get_asset_materialization_events()
    return next(one.materialization.metadata for one in events if one.asset_key.path == list(path))


def test_what_is_made_in_intacct_goes_into_the_platforms_by_the_jobs_and_a_second_sync_has_nothing_left(make_office):
    """S-VEN-01, S-DEP-01: one job plans each way under its own link; one applies all; the next sync confirms."""
    office = make_office(bills=20)
    lists = {**LEG, "not_pushed": ["bill_ap_bill", "bill_vendor_credit", "bill_ar_invoice"]}
    policy = {"not_pushed": sorted(INTO_INTACCT - {"vendor"}), "into_bill": lists}
    office.connections = connections_of(office.sandbox, {"into_spend": LEG}, **policy)
    office.rebuild()
    (entity,) = office.entities
    address = {"ADDRESS1": "1 Quarry Road", "CITY": "Reno", "STATE": "NV", "ZIP": "89501", "COUNTRYCODE": "US"}
    vendor = {"VENDORID": "QUARRY-1", "NAME": "Zenith Quarries"}
    contact = {"PRINTAS": "Zenith Quarries", "MAILADDRESS": address}
    with office.systems() as systems:
        made = systems.intacct(entity).call(
            [
                create("make", "VENDOR", {**vendor, "DISPLAYCONTACT": contact}),
                create("list", "DEPARTMENT", {"DEPARTMENTID": "LAB", "TITLE": "Labs", "STATUS": "active"}),
            ],
            write=True,
        )
    assert [one.error for one in made] == [None, None]
    synced = office.run("sync", entity)
    assert synced.success
    plan = _metadata(synced, "push", "bill_plan")
    assert (plan["state"].value, plan["items"].value >= 1) == ("approved", True)
    other = _metadata(synced, "push", "plan")
    page = Path(plan["page"].path)
    assert page.name == "bill_plan.html"
    assert "vendor Zenith Quarries" in page.read_text(encoding="utf-8")
    values = _metadata(synced, "push", "into_spend_plan")
    assert (values["state"].value, values["items"].value) == ("approved", 1)
    assert office.run("apply_plan", entity).success
    synced = office.run("sync", entity)
    # Whichever of an account's two ways plans first confirms for both.
    again = [_metadata(synced, "push", name) for name in ("bill_plan", "plan")]
    assert sum(one["confirmed_just_now"].value for one in again) == plan["items"].value + other["items"].value
    assert again[0]["items"].value == 0
    again = _metadata(synced, "push", "into_spend_plan")
    assert (again["items"].value, again["confirmed_just_now"].value) == (0, 1)
    offered = office.sandbox.spend.offered(entity.entity_id, "Department")
    assert [one["value"] for one in offered if one["value"].startswith("LAB")] == ["LAB Labs"]
    with office.systems() as systems:
        link = systems.link(entity, INTO_BILL)
        assert link.name == f"entity-{entity.entity_id}-into-bill"
        items = Outbox(systems.warehouse).items(link=link.name)
        items += Outbox(systems.warehouse).items(link=systems.link(entity, INTO_SPEND).name)
        assert {item.state.value for item in items} == {"confirmed"}
    vendors = office.sandbox.bill._organization(link.organization_id).vendors.values()
    assert [one["shortName"] for one in vendors if one["name"] == "Zenith Quarries"] == ["QUARRY-1"]
