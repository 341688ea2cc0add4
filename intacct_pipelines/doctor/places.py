"""Where checks look: companies, their entities that something is connected to, links and platform accounts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from intacct_pipelines.domain.keys import EntityKey

if TYPE_CHECKING:
    from intacct_pipelines.clients.bill import EventsSession, OlderSession
    from intacct_pipelines.clients.bill import Session as BillSession
    from intacct_pipelines.clients.business_center import Folder
    from intacct_pipelines.clients.intacct import Session
    from intacct_pipelines.clients.spend import SpendClient
    from intacct_pipelines.settings import BusinessCenterCompany, Company, Connections, LinkSettings, SpendAccount


class Scope(StrEnum):
    """What a check is about, and so how often it is made."""

    COMPANY = "company"
    ENTITY = "entity"
    """An entity, or the top level, to which a link or a platform account leads."""
    LINK = "link"
    SPEND = "spend"
    BUSINESS_CENTER = "business_center"


class Reach(Protocol):
    """How the systems are reached; sessions sign in when they are first used."""

    @property
    def connections(self) -> Connections:
        """The connections file."""

    def intacct(self, entity: EntityKey) -> Session:
        """Return a session of Intacct."""

    def bill(self, entity: EntityKey) -> BillSession:
        """Return a session of the BILL organisation linked to an entity."""

    def older_bill(self, entity: EntityKey) -> OlderSession | None:
        """Return a session of BILL's older API, if its address is configured."""

    def bill_events(self, entity: EntityKey) -> EventsSession:
        """Return a session of BILL's webhook API."""

    def webhook_keys(self, entity: EntityKey) -> tuple[str, ...]:
        """Return the keys of an organisation's subscriptions."""

    def spend(self, entity: EntityKey) -> SpendClient:
        """Return the client of the platform account that posts to an entity."""

    def business_center(self, entity: EntityKey) -> Folder:
        """Return the drop folder of the Business Center company that syncs with an entity."""


@dataclass(frozen=True, slots=True)
class Place:
    """One place at which a check is made.

    Args:
        scope: What kind of place.
        name: How a report names it.
        entity: Company and entity.
        reach: The systems.
    """

    scope: Scope
    name: str
    entity: EntityKey
    reach: Reach

    @property
    def connections(self) -> Connections:
        """The connections file."""
        return self.reach.connections

    @property
    def company(self) -> Company:
        """Settings of the company."""
        return self.connections.company(self.entity)

    @property
    def link(self) -> LinkSettings:
        """Settings of the link, at a place of a link."""
        return self.connections.links[self.name]

    @property
    def spend_account(self) -> SpendAccount:
        """Settings of the platform account, at a place of one."""
        return self.connections.spend[self.name]

    @property
    def business_center(self) -> BusinessCenterCompany:
        """Settings of the Business Center company, at a place of one."""
        return self.connections.business_center[self.name]

    @property
    def top(self) -> Session:
        """A session at the company's top level."""
        return self.reach.intacct(EntityKey(self.entity.company_id))

    @property
    def session(self) -> Session:
        """A session at the entity."""
        return self.reach.intacct(self.entity)

    def is_of(self, company: str) -> bool:
        """Whether a name of a company in the connections file means this one."""
        return self.connections.companies[company].company_id == self.entity.company_id

    def ends(self) -> dict[str, list[str]]:
        """Return the entity ids of this company that something leads to, with the names of what leads there."""
        found: dict[str, list[str]] = {}
        for scope, name, entity in _ends(self.connections):
            if entity.company_id == self.entity.company_id:
                found.setdefault(entity.entity_id, []).append(f"{scope.value} {name}")
        return found


@dataclass(frozen=True, slots=True)
class Places:
    """All places of a connections file.

    Args:
        reach: The systems.
    """

    reach: Reach

    def all(self) -> Iterator[Place]:
        """Yield them: companies, then entities, then what leads to them."""
        connections = self.reach.connections
        for company_id in sorted(connections.by_company_id):
            yield self._place(Scope.COMPANY, company_id, EntityKey(company_id))
        for entity in sorted({entity for _, _, entity in _ends(connections)}):
            yield self._place(Scope.ENTITY, str(entity), entity)
        for scope, name, entity in _ends(connections):
            yield self._place(scope, name, entity)

    def _place(self, scope: Scope, name: str, entity: EntityKey) -> Place:
        return Place(scope, name, entity, self.reach)


def _ends(connections: Connections) -> Iterator[tuple[Scope, str, EntityKey]]:
    """Yield every link and platform account by kind and name, with the entity that it leads to."""
    every: dict[Scope, Mapping[str, LinkSettings | SpendAccount | BusinessCenterCompany]] = {
        Scope.LINK: connections.links,
        Scope.SPEND: connections.spend,
        Scope.BUSINESS_CENTER: connections.business_center,
    }
    for scope, named in every.items():
        for name, one in sorted(named.items()):
            yield scope, name, EntityKey(connections.companies[one.company].company_id, one.entity)


def utc_now() -> datetime:
    """Return the present instant."""
    return datetime.now(UTC)
