"""Opens and closes what a run talks to: the warehouse, Intacct, BILL, Spend & Expense. Knows nothing of Dagster."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import TracebackType
from typing import TYPE_CHECKING, Self

from intacct_pipelines.clients import bill as bill_client
from intacct_pipelines.clients import business_center as business_center_client
from intacct_pipelines.clients import intacct as intacct_client
from intacct_pipelines.clients import spend as spend_client
from intacct_pipelines.defs.budget import Meters
from intacct_pipelines.domain.budget import Account
from intacct_pipelines.domain.keys import TOP, EntityKey
from intacct_pipelines.domain.link import WAYS_BACK, Link
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.errors import ConfigurationError, IntacctPipelinesError
from intacct_pipelines.extract.intacct import discover_entities
from intacct_pipelines.settings import (
    WAREHOUSE_VARIABLE,
    Connections,
    dagster_home,
    database_urls,
    instance_home,
    read_connections,
)
from intacct_pipelines.warehouse.connection import Warehouse, resolve_url
from intacct_pipelines.warehouse.outbox import Outbox

if TYPE_CHECKING:
    import httpx


def warehouse_dsn(environment: Mapping[str, str] = os.environ) -> str:
    """Return the warehouse's address; starts the embedded cluster when the environment names none.

    Raises:
        ConfigurationError: The environment names something that is no address of Postgres, or no home.
        WarehouseUnavailableError: The embedded cluster does not start.
    """
    named = database_urls(environment).warehouse
    home = dagster_home(environment) if named else instance_home(environment)
    return resolve_url(named, database="warehouse", home=home, setting=WAREHOUSE_VARIABLE)


@dataclass(frozen=True, slots=True)
class Discovery:
    """The entities that the companies have, and what kept others from being found."""

    entities: tuple[EntityKey, ...]
    problems: tuple[IntacctPipelinesError, ...] = ()


def _entity_key(company_id: str, entity_id: str = "") -> EntityKey:
    try:
        key = EntityKey(company_id, entity_id)
    except ValueError as error:
        reason = str(error)
    else:
        if entity_id != TOP:
            return key
        reason = f"id {TOP!r} is the name of a company's top level"
    raise ConfigurationError(
        f"Entity {entity_id!r} of company {company_id!r} is left out: {reason}.",
        remedy="Give it another id in Intacct; everything else goes on.",
    )


class Systems:
    """The warehouse and the clients of one process; opened when first asked for, closed together.

    Args:
        connections: What to connect to.
        environment: Where secrets and DSNs are named.
        transport: Carries all requests, for tests; None is the network.
        sleep: What clients wait with between attempts.
    """

    def __init__(
        self,
        connections: Connections | None = None,
        *,
        environment: Mapping[str, str] = os.environ,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.connections = read_connections(environment) if connections is None else connections
        self._environment = environment
        self._transport = transport
        self._sleep = sleep
        self._warehouse: Warehouse | None = None
        self._intacct: dict[str, intacct_client.IntacctClient] = {}
        self._bill: dict[str, bill_client.BillClient] = {}
        self._spend: dict[str, spend_client.SpendClient] = {}
        self.meters = Meters(self.connections, lambda: self.warehouse)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection."""
        for intacct in self._intacct.values():
            intacct.close()
        for bill in self._bill.values():
            bill.close()
        for spend in self._spend.values():
            spend.close()
        self._intacct.clear()
        self._bill.clear()
        self._spend.clear()
        if self._warehouse is not None:
            self._warehouse.close()
            self._warehouse = None

    @property
    def warehouse(self) -> Warehouse:
        """The warehouse, migrated."""
        if self._warehouse is None:
            self._warehouse = Warehouse(warehouse_dsn(self._environment))
            self._warehouse.migrate()
        return self._warehouse

    def intacct(self, entity: EntityKey) -> intacct_client.Session:
        """Return a session of the company at the entity, or at the top level.

        Raises:
            ConfigurationError: The company is not configured, or a secret is missing.
        """
        return self.intacct_client(entity.company_id).session(entity.entity_id)

    def intacct_client(self, company_id: str) -> intacct_client.IntacctClient:
        """Return the client of a company."""
        if company_id not in self._intacct:
            company = self.connections.company(EntityKey(company_id))
            self._intacct[company_id] = intacct_client.IntacctClient(
                intacct_client.Credentials(
                    sender_id=company.sender_id,
                    sender_password=company.sender_password.read(self._environment),
                    company_id=company.company_id,
                    user_id=company.user_id,
                    user_password=company.user_password.read(self._environment),
                ),
                intacct_client.Options(
                    url=company.url,
                    page_size=company.page_size,
                    in_flight=company.requests_in_flight,
                ),
                transport=self._transport,
                charge=self.meters.charge(Account("intacct", company_id)),
                sleep=self._sleep,
            )
        return self._intacct[company_id]

    def link(self, entity: EntityKey, platform: str = "bill") -> Link | None:
        """Return the link by which a platform ends at an entity, if there is one."""
        return self.connections.platform_link(platform, entity)

    def compared(self, link: Link) -> Link:
        """Return the link whose comparisons find the pairs of a link: itself, or that whose way back it is."""
        platform = {way: platform for platform, way in WAYS_BACK.items()}.get(link.platform)
        return (self.link(link.entity, platform) if platform else None) or link

    def pushed_links(self, entity: EntityKey) -> list[Link]:
        """Return the links at an entity whose platform has records that are pushed."""
        platforms = dict.fromkeys(pushed.platform for pushed in PUSHED.values())
        return [link for platform in platforms if (link := self.link(entity, platform)) is not None]

    def bill(self, entity: EntityKey) -> bill_client.Session:
        """Return a session of the BILL organisation linked to an entity.

        Raises:
            ConfigurationError: No link ends at the entity, or a secret is missing.
        """
        client, organization_id = self._bill_client(entity)
        return client.session(organization_id)

    def older_bill(self, entity: EntityKey) -> bill_client.OlderSession | None:
        """Return a session of BILL's older API, as ``bill`` does; None when its address is not configured."""
        client, organization_id = self._bill_client(entity)
        return client.older_session(organization_id)

    def bill_events(self, entity: EntityKey) -> bill_client.EventsSession:
        """Return a session of BILL's webhook API, as ``bill`` does."""
        client, organization_id = self._bill_client(entity)
        return client.events_session(organization_id)

    def webhook_keys(self, entity: EntityKey) -> tuple[str, ...]:
        """Return the keys of the subscriptions of the organisation linked to an entity.

        Raises:
            ConfigurationError: One of them is not there.
        """
        found = self.connections.link(entity)
        return tuple(key.read(self._environment) for key in found[1].webhook_keys) if found else ()

    def _bill_client(self, entity: EntityKey) -> tuple[bill_client.BillClient, str]:
        found = self.connections.link(entity)
        if found is None:
            raise ConfigurationError(
                f"No link ends at {entity}.", rule="S-CFG-01", remedy="Add one to the connections file."
            )
        link, settings = found
        if settings.bill not in self._bill:
            account = self.connections.bill[settings.bill]
            self._bill[settings.bill] = bill_client.BillClient(
                bill_client.Credentials(
                    dev_key=account.dev_key.read(self._environment),
                    username=account.username,
                    password=account.password.read(self._environment),
                ),
                bill_client.Options(
                    url=account.url,
                    older_url=account.older_url,
                    events_url=account.events_url,
                    in_flight=account.requests_in_flight,
                ),
                transport=self._transport,
                charge=self.meters.charge(Account("bill", settings.bill)),
                sleep=self._sleep,
            )
        return self._bill[settings.bill], link.organization_id

    def spend(self, entity: EntityKey) -> spend_client.SpendClient:
        """Return the client of the platform account that posts to an entity.

        Raises:
            ConfigurationError: There is none, or its token is missing.
        """
        found = self.connections.spend_account(entity)
        if found is None:
            raise ConfigurationError(
                f"No spend account posts to {entity}.", rule="S-CRD-05", remedy="Add one to the connections file."
            )
        name, account = found
        if name not in self._spend:
            self._spend[name] = spend_client.SpendClient(
                spend_client.Token(account.token.read(self._environment)),
                spend_client.Options(url=account.url, calls_per_minute=account.calls_per_minute),
                transport=self._transport,
                charge=self.meters.charge(Account("spend", name)),
                sleep=self._sleep,
            )
        return self._spend[name]

    def business_center(self, entity: EntityKey) -> business_center_client.Folder:
        """Return the drop folder of the Business Center company that syncs with an entity.

        Raises:
            ConfigurationError: There is none, or its settings cannot work.
        """
        company = self.connections.business_center_company(entity)
        if company is None:
            raise ConfigurationError(
                f"No Business Center company syncs with {entity}.",
                rule="S-PMT-06",
                remedy="Add one to the connections file.",
            )
        options = business_center_client.Options(
            folder=company.folder,
            complete_when=business_center_client.CompleteWhen(company.complete_when),
            quiet=timedelta(minutes=company.quiet_minutes),
            encoding=company.encoding,
            delimiter=company.delimiter,
        )
        return business_center_client.Folder(options)

    def out_folder(self, entity: EntityKey) -> business_center_client.OutFolder:
        """Return the folder into which files for an entity's Business Center company are written.

        Raises:
            ConfigurationError: None is named.
        """
        company = self.connections.business_center_company(entity)
        if company is None or company.into_business_center is None:
            raise ConfigurationError(
                f"No folder is named for what goes into Business Center of {entity}.",
                rule="S-PMT-11",
                remedy="Name one as `into_business_center.folder` in the connections file.",
            )
        return business_center_client.OutFolder(company.into_business_center.folder)

    def requests(self, system: str, entity: EntityKey) -> int:
        """Return how many requests this process has sent to ``intacct`` or ``bill`` for an entity."""
        if system == "intacct":
            return self.intacct_client(entity.company_id).requests
        return self.bill(entity).requests if self.connections.link(entity) else 0

    def discover_entities(self) -> Discovery:
        """Find the top level and the entities of every company, as its user may enter them, in order.

        One company that does not answer, or one entity whose id cannot be a partition key, does not hide the others.
        """
        found: list[EntityKey] = []
        problems: list[IntacctPipelinesError] = []
        for company_id in sorted(self.connections.by_company_id):
            try:
                top = _entity_key(company_id)
                ids = [entity.entity_id for entity in discover_entities(self.intacct(top))]
            except IntacctPipelinesError as error:
                problems.append(error)
                continue
            found.append(top)
            for entity_id in ids:
                try:
                    found.append(_entity_key(company_id, entity_id))
                except ConfigurationError as error:
                    problems.append(error)
        return Discovery(tuple(found), tuple(problems))

    def approved_plans(self) -> list[tuple[str, str]]:
        """Return id and entity of every approved plan with something left to do, oldest first."""
        return [(plan.plan_id, plan.entity) for plan in Outbox(self.warehouse).approved_plans()]
