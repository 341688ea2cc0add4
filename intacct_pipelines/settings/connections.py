"""The connections file, read once: companies, platform accounts and the links between them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from functools import cached_property
from typing import Final

import yaml
from pydantic import Field, ValidationError, model_validator

from intacct_pipelines.domain.budget import Account, Budget
from intacct_pipelines.domain.configurations import Placed
from intacct_pipelines.domain.keys import EntityKey
from intacct_pipelines.domain.link import INTO_BILL, INTO_BUSINESS_CENTER, INTO_SPEND, Link, into_bill_name
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.errors import ConfigurationError
from intacct_pipelines.settings.companies import Bill, Company
from intacct_pipelines.settings.daily import DailyTime
from intacct_pipelines.settings.environment import CONNECTIONS_VARIABLE, connections_path
from intacct_pipelines.settings.links import LinkSettings, card_link_of, into_bill_link_of, link_of
from intacct_pipelines.settings.platforms import BusinessCenterCompany, SpendAccount
from intacct_pipelines.settings.sections import Section
from intacct_pipelines.settings.webhooks import WebhookSettings

_MAX_FILE_BYTES: Final = 1_000_000


class Connections(Section):
    """The whole connections file."""

    companies: dict[str, Company] = Field(default_factory=dict)
    bill: dict[str, Bill] = Field(default_factory=dict)
    links: dict[str, LinkSettings] = Field(default_factory=dict)
    spend: dict[str, SpendAccount] = Field(default_factory=dict)
    business_center: dict[str, BusinessCenterCompany] = Field(default_factory=dict)
    webhooks: WebhookSettings = Field(default_factory=WebhookSettings)
    is_sandbox: bool = Field(False, description="Schedules start switched on; for the sandbox only.")

    @model_validator(mode="after")
    def _references_exist(self) -> Connections:
        for name, link in self.links.items():
            if link.company not in self.companies:
                msg = f"link {name} names the company {link.company}, which this file does not have"
                raise ValueError(msg)
            if link.bill not in self.bill:
                msg = f"link {name} names the BILL connection {link.bill}, which this file does not have"
                raise ValueError(msg)
        if taken := {into_bill_name(name) for name, link in self.links.items() if link.into_bill} & self.links.keys():
            msg = f"link {min(taken)} has the name of another link's way into BILL; give it another"
            raise ValueError(msg)
        targets = [(link.bill, link.organization_id) for link in self.links.values()]
        if len(set(targets)) != len(targets):
            msg = "two links name the same BILL organisation; its bills would post twice (S-SCH-05)"
            raise ValueError(msg)
        entities = [(link.company, link.entity) for link in self.links.values()]
        if len(set(entities)) != len(entities):
            msg = (
                "two links name the same place: each BILL account of configurations B and D has a connections file of "
                "its own (S-CFG-01), and `routes` of the company says which of them gets what (S-CFG-10)"
            )
            raise ValueError(msg)
        ids = [company.company_id for company in self.companies.values()]
        if len(set(ids)) != len(ids):
            msg = "two companies have the same company_id"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _accounts_end_somewhere(self) -> Connections:
        kinds: tuple[tuple[str, Mapping[str, SpendAccount | BusinessCenterCompany], str], ...] = (
            ("spend", self.spend, "S-CRD-02"),
            ("business_center", self.business_center, "S-PMT-06"),
        )
        for kind, accounts, rule in kinds:
            for name, account in accounts.items():
                if account.company not in self.companies:
                    msg = f"{kind} {name} names the company {account.company}, which this file does not have"
                    raise ValueError(msg)
            ends = [(account.company, account.entity) for account in accounts.values()]
            if len(set(ends)) != len(ends):
                msg = f"two of {kind} name the same entity; each ends at an entity of its own ({rule})"
                raise ValueError(msg)
        folders = [folder for account in self.business_center.values() for folder in account.folders]
        if len(set(folders)) != len(folders):
            msg = "two of business_center name the same folder; each company has its own (S-PMT-06)"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _routes_lead_somewhere(self) -> Connections:
        for name, company in self.companies.items():
            if company.routes is None:
                continue
            ours = {link: one for link, one in self.links.items() if one.company == name}
            named = [link for link, one in ours.items() if one.organization_id in company.routes.accounts.values()]
            for link in named:
                if ours[link].one_way:
                    msg = (
                        f"routes of company {name} leads documents to link {link}, whose `one_way` says that none go "
                        "there; take out one of the two (S-CFG-10)"
                    )
                    raise ValueError(msg)
            if len(named) > 1:
                msg = (
                    f"routes of company {name} names the organisations of {' and '.join(sorted(named))}, which end at "
                    "different places; it is for the accounts of one place (S-CFG-10)"
                )
                raise ValueError(msg)
            if ours and not named and not any(one.one_way for one in ours.values()):
                msg = (
                    f"routes of company {name} names the organisation of none of its links here; add this file's to "
                    "`accounts`, or set `one_way: true` in the link (S-CFG-10)"
                )
                raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _bills_go_one_way_back(self) -> Connections:
        centers = {
            (one.company, one.entity): name
            for name, one in self.business_center.items()
            if one.into_business_center and "center_bill" not in one.into_business_center.not_pushed
        }
        for name, link in self.links.items():
            center = centers.get((link.company, link.entity))
            if center and link.into_bill and "bill_ap_bill" not in link.into_bill.not_pushed:
                msg = (
                    f"link {name} and business_center {center} would both be given the same unpaid bills to pay; name "
                    "bill_ap_bill or center_bill in not_pushed of one (S-SCH-05)"
                )
                raise ValueError(msg)
        return self

    @cached_property
    def by_company_id(self) -> dict[str, Company]:
        """Companies by their Intacct company id, which partition keys carry."""
        return {company.company_id: company for company in self.companies.values()}

    def company(self, entity: EntityKey) -> Company:
        """Return the company of a partition key.

        Raises:
            ConfigurationError: The file does not have it.
        """
        try:
            return self.by_company_id[entity.company_id]
        except KeyError:
            raise ConfigurationError(
                f"No company in the connections file has the id {entity.company_id}.",
                remedy=f"Add it, or choose one of: {', '.join(sorted(self.by_company_id)) or 'none yet'}.",
            ) from None

    @cached_property
    def budgets(self) -> dict[Account, Budget]:
        """The budget of every account whose calls are counted."""
        companies = {Account("intacct", company.company_id): company.budget for company in self.companies.values()}
        bill = {Account("bill", name): account.budget for name, account in self.bill.items()}
        return companies | bill | {Account("spend", name): account.budget for name, account in self.spend.items()}

    def account(self, system: str, entity: EntityKey) -> Account | None:
        """Return the account that calls to a system are charged to for an entity; None if it has none there."""
        if system == "intacct":
            return Account(system, entity.company_id)
        if system == "spend":
            account = self.spend_account(entity)
            return Account(system, account[0]) if account else None
        if system != "bill":
            return None
        found = self.link(entity)
        return Account(system, found[1].bill) if found else None

    def spend_account(self, entity: EntityKey) -> tuple[str, SpendAccount] | None:
        """Return name and settings of the platform account that posts to an entity, if there is one."""
        return next((pair for pair in self.spend.items() if self._ends_at(pair[1], entity)), None)

    def business_center_company(self, entity: EntityKey) -> BusinessCenterCompany | None:
        """Return the Business Center company that syncs with an entity, if there is one."""
        return next((one for one in self.business_center.values() if self._ends_at(one, entity)), None)

    def _ends_at(self, account: SpendAccount | BusinessCenterCompany, entity: EntityKey) -> bool:
        company_id = self.companies[account.company].company_id
        return (company_id, account.entity) == (entity.company_id, entity.entity_id)

    def platform_link(self, platform: str, entity: EntityKey) -> Link | None:
        """Return the link by which a platform is compared with an entity, or None.

        Args:
            platform: ``bill``, ``spend`` or ``business_center``, or one of ``WAYS_BACK``.
            entity: Company and entity.
        """
        if platform == "bill":
            found = self.link(entity)
            return found[0] if found else None
        if platform == INTO_BILL:
            found = self.link(entity)
            return into_bill_link_of(found[0], found[1].into_bill) if found and found[1].into_bill else None
        if platform in {INTO_BUSINESS_CENTER, INTO_SPEND}:
            there = self.platform_link(platform.removeprefix("into_"), entity)
            return self._accounts(there.platform)[there.name.partition(":")[2]].way_back(there) if there else None
        for name, account in self._accounts(platform).items():
            if self._ends_at(account, entity):
                link = Link(
                    name=f"{platform}:{name}",
                    entity=entity,
                    platform=platform,
                    grace=timedelta(hours=account.grace_hours),
                    tolerance=account.tolerance,
                )
                if isinstance(account, BusinessCenterCompany):
                    return account.allowed(link)
                return account.allowed(card_link_of(link, account.cards))
        return None

    def _accounts(self, platform: str) -> Mapping[str, SpendAccount | BusinessCenterCompany]:
        return self.spend if platform == "spend" else self.business_center

    def pushed_links(self) -> list[Link]:
        """Return all links whose platform has records that are pushed, by platform and name."""
        platforms = dict.fromkeys(pushed.platform for pushed in PUSHED.values())
        return [link for platform in platforms for link in self.platform_links(platform)]

    def platform_links(self, platform: str) -> list[Link]:
        """Return all links of a platform, by name."""
        every: dict[str, Mapping[str, LinkSettings | SpendAccount | BusinessCenterCompany]] = {
            "bill": self.links,
            INTO_BILL: {name: one for name, one in self.links.items() if one.into_bill},
            "spend": self.spend,
            "business_center": self.business_center,
            INTO_BUSINESS_CENTER: {n: one for n, one in self.business_center.items() if one.into_business_center},
            INTO_SPEND: {name: one for name, one in self.spend.items() if one.into_spend},
        }
        ends = [EntityKey(self.companies[one.company].company_id, one.entity) for one in every[platform].values()]
        links = [link for entity in ends if (link := self.platform_link(platform, entity))]
        return sorted(links, key=lambda link: link.name)

    def daily_time(self, entity: EntityKey) -> DailyTime:
        """Return when an entity is synced each day: as its link says, else its company; else the usual time."""
        company = self.by_company_id.get(entity.company_id)
        if company is None:
            return DailyTime()
        found = self.link(entity)
        link = found[1] if found else None
        return DailyTime((link and link.daily_at) or company.daily_at, (link and link.time_zone) or company.time_zone)

    @property
    def daily_times(self) -> list[DailyTime]:
        """All times of the day at which something is synced, in order; the usual one is always among them."""
        ends = [EntityKey(self.companies[one.company].company_id, one.entity) for one in self.links.values()]
        companies = [DailyTime(one.daily_at, one.time_zone) for one in self.companies.values()]
        return sorted({DailyTime(), *companies, *map(self.daily_time, ends)})

    def listening_links(self) -> list[tuple[Link, LinkSettings]]:
        """Return the links whose events start syncs, by name."""
        found = [
            self.link(EntityKey(self.companies[one.company].company_id, one.entity)) for one in self.links.values()
        ]
        return sorted((one for one in found if one and one[1].webhook_keys), key=lambda one: one[0].name)

    def placed(self, company: str) -> list[Placed]:
        """Return how the links of a company stand in this file, by name.

        Args:
            company: Name of the company in this file.
        """
        ours = {name: one for name, one in self.links.items() if one.company == company}
        routes = self.companies[company].routes
        organizations = routes.accounts.values() if routes else ()
        return [
            Placed(
                name,
                company,
                one.bill,
                one.organization_id,
                one.entity,
                one.one_way,
                len(ours),
                is_routed=one.organization_id in organizations,
            )
            for name, one in sorted(ours.items())
        ]

    def link(self, entity: EntityKey) -> tuple[Link, LinkSettings] | None:
        """Return the link that ends at an entity, or None: such an entity is extracted but not reconciled."""
        for name, settings in self.links.items():
            if self.companies[settings.company].company_id == entity.company_id and settings.entity == entity.entity_id:
                link, routes = link_of(name, entity, settings), self.companies[settings.company].routes
                is_routed = routes is not None and settings.organization_id in routes.accounts.values()
                return (replace(link, routes=routes.policy) if routes and is_routed else link), settings
        return None


def read_connections(environment: Mapping[str, str] = os.environ) -> Connections:
    """Read the connections file; without one there is nothing to connect to, which is legal.

    Raises:
        ConfigurationError: The file is named but missing, unreadable, or contradicts itself.
    """
    path = connections_path(environment)
    if not path.is_file():
        if environment.get(CONNECTIONS_VARIABLE):
            raise ConfigurationError(
                f"{CONNECTIONS_VARIABLE} names {path}, which is no file.",
                remedy="Create it or correct the variable.",
            )
        return Connections()
    if path.stat().st_size > _MAX_FILE_BYTES:
        raise ConfigurationError(f"{path} is larger than {_MAX_FILE_BYTES} bytes.", remedy="Name the right file.")
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(
            f"{path} cannot be read: {error.strerror}.", remedy="Let the user who runs this read it."
        ) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        # Neither error hangs on ours: both quote the file, in which somebody may have written a secret.
        raise ConfigurationError(f"{path} is not readable YAML{_place(error)}.", remedy="Correct it.") from None
    try:
        return Connections.model_validate(document or {})
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(str(part) for part in problem['loc']) or 'file'}: {problem['msg']}"
            for problem in error.errors()
        )
        raise ConfigurationError(f"{path} does not fit: {problems}.", remedy="Correct the places named.") from None


def _place(error: yaml.YAMLError | UnicodeDecodeError) -> str:
    mark = getattr(error, "problem_mark", None)
    return f", line {mark.line + 1}, column {mark.column + 1}: {getattr(error, 'problem', '')}" if mark else ""
