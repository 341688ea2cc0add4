"""Jobs, schedules and sensors. A schedule, a sensor and a person launch the same jobs."""

from collections.abc import Iterator

import dagster as dg

from intacct_pipelines.defs.bill_events import requests as runs_for_events
from intacct_pipelines.defs.partitions import ENTITIES
from intacct_pipelines.defs.plan_files import PLANS
from intacct_pipelines.defs.resources import SystemsResource
from intacct_pipelines.defs.setup_checks import SET_UP, SYSTEMS_OF
from intacct_pipelines.defs.sources import WINDOW_TAG
from intacct_pipelines.domain.keys import EntityKey
from intacct_pipelines.domain.records import WindowKind
from intacct_pipelines.settings import Connections, DailyTime

SOURCE_GROUPS = ("intacct", "bill", "spend", "business_center")

_EXTRACTED = dg.AssetSelection.groups(*SOURCE_GROUPS)
_IN_ONE_PROCESS = dg.in_process_executor
"""Steps wait for other systems, not for the processor; starting a process for each would cost more than it gives."""

sync = dg.define_asset_job(
    "sync",
    selection=_EXTRACTED
    | dg.AssetSelection.groups("reconcile", "report")
    | dg.AssetSelection.assets(*(["push", name] for name in PLANS.values())),
    executor_def=_IN_ONE_PROCESS,
    description="One entity's whole sync, in order: extract both sides, reconcile, report, confirm, plan.",
    tags={"stage": "sync"},
)
extract_only = dg.define_asset_job(
    "extract_only",
    selection=_EXTRACTED,
    executor_def=_IN_ONE_PROCESS,
    description="Extract both sides of one entity, and nothing else.",
)
sweep = dg.define_asset_job(
    "sweep",
    selection=_EXTRACTED,
    executor_def=_IN_ONE_PROCESS,
    description="Read every table of one entity whole: what does not arrive is deleted, quarantine is read again.",
    tags={WINDOW_TAG: WindowKind.ALL.value},
)
backfill_history = dg.define_asset_job(
    "backfill_history",
    selection=dg.AssetSelection.groups("history"),
    executor_def=_IN_ONE_PROCESS,
    description="Re-extract whole months of one entity and prove them complete.",
)
close_period = dg.define_asset_job(
    "close_period",
    selection=dg.AssetSelection.groups("close"),
    executor_def=_IN_ONE_PROCESS,
    description="Tie out one month of one entity from what is stored; nothing is read anew.",
)
apply_plan = dg.define_asset_job(
    "apply_plan",
    selection=dg.AssetSelection.assets(["push", "item"]),
    executor_def=_IN_ONE_PROCESS,
    description="Send the approved plans of one entity into Intacct and BILL, each item exactly once.",
    # A second run of this job goes on where the first stopped, by its own recovery; Dagster need not start it again.
    tags={"dagster/max_retries": "0"},
)
check_set_up = dg.define_asset_job(
    "check_set_up",
    selection=dg.AssetSelection.checks(*(dg.AssetCheckKey(dg.AssetKey(source), SET_UP) for source in SYSTEMS_OF)),
    executor_def=_IN_ONE_PROCESS,
    description="Look at the set-up of all systems: found, expected, how to mend it. Only reads.",
)
JOBS = [sync, extract_only, sweep, backfill_history, close_period, apply_plan, check_set_up]


def schedules(connections: Connections) -> list[dg.ScheduleDefinition]:
    """Return the schedules; they start switched on in the sandbox only (S-SCH-01)."""
    status = dg.DefaultScheduleStatus.RUNNING if connections.is_sandbox else dg.DefaultScheduleStatus.STOPPED

    def each_entity(
        name: str, prefix: str, job_name: str, cron: str, description: str, daily: DailyTime | None = None
    ) -> dg.ScheduleDefinition:
        @dg.schedule(
            name=name,
            job_name=job_name,
            cron_schedule=cron,
            execution_timezone=daily.zone if daily else "UTC",
            default_status=status,
            description=description,
        )
        def requests(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest]:
            day = context.scheduled_execution_time.date().isoformat()
            for key in context.instance.get_dynamic_partitions(ENTITIES.name or ""):
                if daily in {None, connections.daily_time(EntityKey.parse(key))}:
                    yield dg.RunRequest(run_key=f"{prefix}:{key}:{day}", partition_key=key)

        return requests

    return [
        *(
            each_entity(
                daily.name,
                "daily",
                sync.name,
                daily.cron,
                f"The whole sync, once a day, of the known entities whose time is {daily.at} in {daily.zone}.",
                daily,
            )
            for daily in connections.daily_times
        ),
        each_entity(
            "weekly_sweep",
            "sweep",
            sweep.name,
            "0 2 * * 0",
            "Reads every known entity whole once a week, against deletions that no audit history told of.",
        ),
    ]


def sensors(connections: Connections) -> list[dg.SensorDefinition]:
    """Return the sensors; they start switched on where there is something to connect to."""
    status = dg.DefaultSensorStatus.RUNNING if connections.companies else dg.DefaultSensorStatus.STOPPED

    @dg.sensor(
        name="discover_entities",
        target=sync,
        minimum_interval_seconds=3600,
        default_status=status,
        description="Adds a partition for each entity that the companies have, and starts its first sync.",
    )
    def discover_entities(context: dg.SensorEvaluationContext, systems: SystemsResource) -> dg.SensorResult:
        discovery = systems.now.discover_entities()
        known = set(context.instance.get_dynamic_partitions(ENTITIES.name or ""))
        new = [str(entity) for entity in discovery.entities if str(entity) not in known]
        for problem in discovery.problems:
            context.log.error(str(problem))
        if discovery.problems and not new:
            # Whatever could be added has been added by an earlier tick; this one shows what is still wrong.
            raise dg.Failure("\n".join(str(problem) for problem in discovery.problems))
        return dg.SensorResult(
            dynamic_partitions_requests=[ENTITIES.build_add_request(new)] if new else [],
            run_requests=[dg.RunRequest(run_key=f"first:{key}", partition_key=key) for key in new],
        )

    @dg.sensor(
        name="approved_plans",
        target=apply_plan,
        minimum_interval_seconds=15,
        default_status=status,
        description="Starts `apply_plan` once for each plan that has been approved.",
    )
    def approved_plans(systems: SystemsResource) -> Iterator[dg.RunRequest | dg.SkipReason]:
        plans = systems.now.approved_plans()
        if not plans:
            yield dg.SkipReason("no approved plan is waiting")
        for plan_id, entity in plans:
            yield dg.RunRequest(
                run_key=f"apply:{plan_id}",
                partition_key=str(EntityKey.parse(entity)),
                run_config={"ops": {"push__item": {"config": {"plan_id": plan_id}}}},
            )

    @dg.sensor(
        name="bill_events",
        target=sync,
        minimum_interval_seconds=10,
        default_status=status if connections.listening_links() else dg.DefaultSensorStatus.STOPPED,
        description="Starts one sync of an entity for each burst of BILL's events that the endpoint has stored.",
    )
    def bill_events(
        context: dg.SensorEvaluationContext, systems: SystemsResource
    ) -> Iterator[dg.RunRequest | dg.SkipReason]:
        known = context.instance.get_dynamic_partitions(ENTITIES.name or "")
        yield from runs_for_events(systems.now.warehouse, context.instance, connections.webhooks, known)

    return [discover_entities, approved_plans, bill_events]
