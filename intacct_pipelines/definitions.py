"""The one module that Dagster loads. Loading it opens no connection and reads no secret."""

import dagster as dg

from intacct_pipelines.defs.automation import JOBS, schedules, sensors
from intacct_pipelines.defs.close import close_assets
from intacct_pipelines.defs.document_checks import document_checks
from intacct_pipelines.defs.history import history_assets
from intacct_pipelines.defs.marts import mart_specs
from intacct_pipelines.defs.push import push_assets
from intacct_pipelines.defs.reconciliation import reconciliation_assets
from intacct_pipelines.defs.report import report_assets
from intacct_pipelines.defs.resources import SystemsResource
from intacct_pipelines.defs.setup_checks import set_up_checks
from intacct_pipelines.defs.sources import SOURCES, source_assets
from intacct_pipelines.settings import Connections, read_connections


def build_definitions(connections: Connections | None = None, systems: SystemsResource | None = None) -> dg.Definitions:
    """Return the definitions.

    Args:
        connections: What schedules and sensors are set by; read from the connections file if not given.
        systems: Replaces the resource that opens connections, for tests and commands.

    Raises:
        ConfigurationError: The connections file contradicts itself.
    """
    stated = read_connections() if connections is None else connections
    return dg.Definitions(
        assets=[
            *SOURCES,
            *source_assets(),
            *history_assets(),
            *reconciliation_assets(),
            *report_assets(),
            *close_assets(),
            *push_assets(),
            *mart_specs(),
        ],
        asset_checks=[*document_checks(), *set_up_checks()],
        jobs=JOBS,
        schedules=schedules(stated),
        sensors=sensors(stated),
        resources={"systems": systems or SystemsResource()},
    )


defs = build_definitions()
