"""The environment and the connections file, read once into typed settings; the only place that reads either.

Secrets never stand in the connections file: it names an environment variable or a file, which is read when a
connection is made, not before. Opening a connection is not done here.
"""

from intacct_pipelines.settings.companies import Bill, Company
from intacct_pipelines.settings.connections import Connections, read_connections
from intacct_pipelines.settings.daily import DailyTime
from intacct_pipelines.settings.environment import (
    CONNECTIONS_VARIABLE,
    DAGSTER_VARIABLE,
    REPORTS_VARIABLE,
    WAREHOUSE_VARIABLE,
    DatabaseUrls,
    connections_path,
    dagster_home,
    database_urls,
    instance_home,
    reports_folder,
)
from intacct_pipelines.settings.links import LinkSettings
from intacct_pipelines.settings.platforms import BusinessCenterCompany, CardSettings, SpendAccount
from intacct_pipelines.settings.sections import Secret
from intacct_pipelines.settings.webhooks import WebhookSettings

__all__ = [
    "CONNECTIONS_VARIABLE",
    "DAGSTER_VARIABLE",
    "REPORTS_VARIABLE",
    "WAREHOUSE_VARIABLE",
    "Bill",
    "BusinessCenterCompany",
    "CardSettings",
    "Company",
    "Connections",
    "DailyTime",
    "DatabaseUrls",
    "LinkSettings",
    "Secret",
    "SpendAccount",
    "WebhookSettings",
    "connections_path",
    "dagster_home",
    "database_urls",
    "instance_home",
    "read_connections",
    "reports_folder",
]
