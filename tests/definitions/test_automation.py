"""Schedules and sensors on a real instance: what they start, once, and what they say when they cannot."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import dagster as dg
import pytest
from dagster_office import Office

from intacct_pipelines.settings import Connections
from intacct_pipelines.warehouse.outbox import Outbox


def _discover(office: Office) -> dg.SensorResult:
    sensor = office.definitions.get_repository_def().get_sensor_def("discover_entities")
    with dg.build_sensor_context(
        instance=office.instance, definitions=office.definitions, resources={"systems": office.resource()}
    ) as context:
        result = sensor(context)
    assert isinstance(result, dg.SensorResult)
    return result


def _keys(result: dg.SensorResult) -> tuple[list[str], list[str]]:
    added = [key for request in result.dynamic_partitions_requests or [] for key in request.partition_keys]
    return added, [str(request.partition_key) for request in result.run_requests or []]


def test_discovery_adds_each_new_entity_and_starts_its_first_sync_once(make_office):
    """Unknown entities become partitions with a run each; known ones are left alone."""
    office = make_office(known=False, entities=2)
    expected = [str(office.top), *(str(entity) for entity in office.entities)]
    assert _keys(_discover(office)) == (expected, expected)
    office.instance.add_dynamic_partitions("entity", expected[:2])
    assert _keys(_discover(office)) == (expected[2:], expected[2:])
    office.instance.add_dynamic_partitions("entity", expected)
    assert _keys(_discover(office)) == ([], [])


@pytest.mark.parametrize("odd", ["1|00", "1...00", "é100", "top"])
def test_an_entity_whose_id_no_partition_can_hold_does_not_hide_the_others(make_office, odd):
    """The others are found and started; afterwards the tick fails with the entity's name and what to do."""
    office = make_office(known=False, entities=2)
    office.transport.rename = (b">100<", f">{odd}<".encode())
    others = [str(office.top), str(office.entities[1])]
    assert _keys(_discover(office)) == (others, others)
    office.instance.add_dynamic_partitions("entity", others)
    with pytest.raises(dg.Failure, match=r"is left out: .* Give it another id in Intacct"):
        _discover(office)


def test_a_company_that_refuses_us_does_not_hide_the_other_companies(make_office):
    """One company's wrong password is told, and the others' entities are found."""
    office = make_office(known=False)
    document = json.loads(office.connections.model_dump_json())
    document["links"] = {}
    document["companies"]["another"] = {
        **document["companies"]["sandbox"],
        "company_id": "another",
        "user_password": {"env": "NOT_SET"},
    }
    office.connections = Connections.model_validate(document)
    with office.systems() as systems:
        discovery = systems.discover_entities()
    assert list(discovery.entities) == [office.top, *office.entities]
    assert [str(problem) for problem in discovery.problems] == [
        "The environment variable NOT_SET is not set. Set it to the secret it stands for."
    ]


def test_every_known_entity_gets_one_sync_a_day(make_office):
    """S-SCH-01: one run an entity is asked for; by its key a second tick of the day asks for nothing new."""
    office = make_office(entities=2)
    for name, prefix in (("daily_sync", "daily"), ("weekly_sweep", "sweep")):
        schedule = office.definitions.get_repository_def().get_schedule_def(name)
        at = datetime(2026, 11, 22, 5, tzinfo=UTC)
        with dg.build_schedule_context(instance=office.instance, scheduled_execution_time=at) as context:
            requests = list(schedule(context))
        assert [(request.partition_key, request.run_key) for request in requests] == [
            (str(entity), f"{prefix}:{entity}:2026-11-22") for entity in (office.top, *office.entities)
        ]


def test_each_entity_is_synced_at_its_own_local_time(make_office):
    """S-SCH-01: each entity stands in one schedule, at its link's time, else its company's; the day is a local one."""
    office = make_office(entities=2)
    document = office.connections.model_dump(mode="json")
    document["companies"]["sandbox"] |= {"daily_at": "6:30", "time_zone": "America/New_York"}
    document["links"][f"entity-{office.entities[1].entity_id}"]["daily_at"] = "23:45"
    office.connections = Connections.model_validate(document)
    office.rebuild()
    repository = office.definitions.get_repository_def()
    found = {}
    for schedule in repository.schedule_defs:
        if schedule.job_name == "sync":
            # 04:45 UTC on the 23rd is a quarter to midnight on the 22nd in New York.
            at = datetime(2026, 11, 23, 4, 45, tzinfo=UTC).astimezone(ZoneInfo(schedule.execution_timezone or ""))
            with dg.build_schedule_context(instance=office.instance, scheduled_execution_time=at) as context:
                keys = [request.run_key for request in schedule(context)]
            found[schedule.name] = (schedule.cron_schedule, schedule.execution_timezone, keys)
    assert found == {
        "daily_sync": ("0 5 * * *", "UTC", []),
        "daily_sync_0630_America_New_York": (
            "30 6 * * *",
            "America/New_York",
            [f"daily:{office.top}:2026-11-22", f"daily:{office.entities[0]}:2026-11-22"],
        ),
        "daily_sync_2345_America_New_York": (
            "45 23 * * *", "America/New_York", [f"daily:{office.entities[1]}:2026-11-22"]
        ),
    }  # fmt: skip


def test_an_approved_plan_is_asked_for_once_under_its_own_key(make_office):
    """Nothing waits, so the sensor says so; an approved plan is one run of its entity, and applying it ends that."""
    office = make_office()
    (entity,) = office.entities
    sensor = office.definitions.get_repository_def().get_sensor_def("approved_plans")

    def tick() -> list[dg.RunRequest | dg.SkipReason]:
        with dg.build_sensor_context(
            instance=office.instance, definitions=office.definitions, resources={"systems": office.resource()}
        ) as context:
            return list(sensor(context))

    assert tick() == [dg.SkipReason("no approved plan is waiting")]
    assert office.run("sync", entity).success
    with office.systems() as systems:
        (plan,) = Outbox(systems.warehouse).approved_plans()
    for _ in range(2):
        (request,) = tick()
        assert (request.run_key, request.partition_key) == (f"apply:{plan.plan_id}", str(entity))
    assert office.run("apply_plan", entity, config=request.run_config).success
    assert tick() == [dg.SkipReason("no approved plan is waiting")]
