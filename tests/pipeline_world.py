"""A whole pipeline over a sandbox in the same process: real clients, real Postgres, no sockets."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import httpx
from sandbox_transport import SandboxTransport

from intacct_pipelines.defs.applying import apply
from intacct_pipelines.defs.bill_extraction import sync_bill
from intacct_pipelines.defs.both_ways import tables_for
from intacct_pipelines.defs.business_center_extraction import sync_business_center
from intacct_pipelines.defs.comparing import reconcile
from intacct_pipelines.defs.extraction import sync_intacct_table
from intacct_pipelines.defs.planning import Planned, confirm_and_plan
from intacct_pipelines.defs.spend_extraction import sync_spend
from intacct_pipelines.defs.systems import Systems
from intacct_pipelines.domain.catalog import (
    BILL_TABLES,
    BUSINESS_CENTER_TABLES,
    INTACCT_TABLES,
    SPEND_TABLES,
    Table,
    with_embedded,
)
from intacct_pipelines.domain.keys import EntityKey
from intacct_pipelines.domain.push import Item
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.domain.records import Certificate
from intacct_pipelines.sandbox.clock import Clock
from intacct_pipelines.sandbox.expense_business import EMPLOYEE_PAYABLE_ACCOUNT
from intacct_pipelines.sandbox.intacct.twin import BillRecord
from intacct_pipelines.sandbox.ledger import AP_ACCOUNT
from intacct_pipelines.sandbox.server import Sandbox, SandboxOptions
from intacct_pipelines.settings import Connections

CONTROLS = {"employee payable": EMPLOYEE_PAYABLE_ACCOUNT, "accounts payable": AP_ACCOUNT}
"""What a plan calls an account that Intacct chooses itself, and which it is in the sandbox."""
THAT_DAY = datetime.now(UTC).date() - timedelta(days=1)
"""The day of documents that tests enter by hand; the company's own is the clock's."""
INTO_INTACCT = frozenset(name for name, one in PUSHED.items() if one.target.schema == "intacct")
"""Objects that are pushed into Intacct."""
SECRETS = ("SENDER_PASSWORD", "USER_PASSWORD", "DEV_KEY", "BILL_PASSWORD", "SPEND_TOKEN_100")


def connections_of(
    sandbox: Sandbox,
    card_account: Mapping[str, object] | None = None,
    center: Mapping[str, object] | None = None,
    *,
    organizations: Sequence[str] = (),
    company: Mapping[str, object] | None = None,
    **link: object,
) -> Connections:
    """Connections to a sandbox, one link per entity, all in mode ``sync``; other platforms only observe unless told."""
    facts = sandbox.describe()
    intacct, bill = facts["intacct"], facts["bill"]
    return Connections.model_validate(
        {
            "is_sandbox": True,
            "companies": {
                "sandbox": {
                    "url": intacct["url"],
                    "company_id": intacct["company_id"],
                    "sender_id": intacct["sender_id"],
                    "sender_password": {"env": "SENDER_PASSWORD"},
                    "user_id": intacct["user_id"],
                    "user_password": {"env": "USER_PASSWORD"},
                    **(company or {}),
                }
            },
            "bill": {
                "sandbox": {
                    "url": bill["url"],
                    "older_url": bill["older_url"],
                    "dev_key": {"env": "DEV_KEY"},
                    "username": bill["username"],
                    "password": {"env": "BILL_PASSWORD"},
                }
            },
            "spend": {
                f"cards-{account['entity']}": {
                    "company": "sandbox",
                    "entity": account["entity"],
                    "url": facts["spend"]["url"],
                    "label": account["label"],
                    "currency": account["currency"],
                    # Nobody wants to wait for the pace of a service that is not there.
                    "calls_per_minute": 100_000,
                    "token": {"env": f"SPEND_TOKEN_{account['entity']}"},
                    **(card_account or {}),
                }
                for account in facts["spend"]["accounts"]
            },
            "business_center": {
                f"files-{company['entity']}": {
                    "company": "sandbox",
                    "entity": company["entity"],
                    "folder": company["folder"],
                    **(center or {}),
                }
                for company in facts["business_center"]["companies"]
            },
            "links": {
                f"entity-{organization['entity'] or 'top'}": {
                    "company": "sandbox",
                    "entity": organization["entity"],
                    "bill": "sandbox",
                    "organization_id": organization["id"],
                    "mode": "sync",
                    "gate": "auto",
                    "auto_approve": {"items": 1000, "amount": "1000000000"},
                    "clearing": intacct["clearing"],
                    **link,
                }
                for organization in bill["organizations"]
                if organization["id"] in organizations or not organizations
            },
        }
    )


def environment_of(sandbox: Sandbox, warehouse_dsn: str) -> dict[str, str]:
    """The environment that names the sandbox's secrets and the warehouse."""
    facts = sandbox.describe()
    return {
        "SENDER_PASSWORD": facts["intacct"]["sender_password"],
        "USER_PASSWORD": facts["intacct"]["user_password"],
        "DEV_KEY": facts["bill"]["dev_key"],
        "BILL_PASSWORD": facts["bill"]["password"],
        **{f"SPEND_TOKEN_{account['entity']}": account["token"] for account in facts["spend"]["accounts"]},
        "INTACCT_PIPELINES_WAREHOUSE_URL": warehouse_dsn,
    }


class World:
    """One company, its sandbox, its warehouse, and the stages of one entity's sync."""

    def __init__(
        self,
        warehouse_dsn: str,
        *,
        seed: int = 5,
        bills: int = 80,
        card_account: Mapping[str, object] | None = None,
        center: Mapping[str, object] | None = None,
        clock: Clock | None = None,
        configuration: str = "",
        **link: object,
    ) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="business-center-"))
        weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)
        options = SandboxOptions(
            seed=seed,
            entities=1,
            bills=bills,
            public_url="http://localhost",
            business_center_folder=self.folder,
            clock=clock or Clock(),
            configuration=configuration,
        )
        self.sandbox = Sandbox(options)
        # Planning all objects takes as long as the rest of a sync: who pushes more than bills says so.
        link.setdefault("not_pushed", sorted(INTO_INTACCT - {"vendor", "ap_bill"}))
        self.connections = connections_of(self.sandbox, card_account, center, **link)
        self.environment = environment_of(self.sandbox, warehouse_dsn)
        self.company_id = self.sandbox.describe()["intacct"]["company_id"]
        self.entity = EntityKey(self.company_id, self.sandbox.describe()["intacct"]["entities"][0])
        self.transport: httpx.BaseTransport = SandboxTransport(self.sandbox)
        self.run = 0

    @contextmanager
    def systems(self, changes: Mapping[str, str] | None = None) -> Iterator[Systems]:
        """Open fresh systems, as a new process would."""
        environment = {**self.environment, **(changes or {})}
        with Systems(self.connections, environment=environment, transport=self.transport) as systems:
            yield systems

    def extract(self) -> dict[str, Certificate]:
        """Extract everything of the entity; return the certificate of every table."""
        self.run += 1
        run_id = f"run-{self.run}"
        certificates: dict[str, Certificate] = {}
        with self.systems() as systems:
            for table in INTACCT_TABLES:
                certificates[table.qualified_name] = sync_intacct_table(systems, self.entity, table, run_id)
        certificates |= self.extract_platform(BILL_TABLES, sync_bill, run_id)
        certificates |= self.extract_platform(SPEND_TABLES, sync_spend, run_id)
        return certificates | self.extract_platform(BUSINESS_CENTER_TABLES, sync_business_center, run_id)

    def extract_platform(
        self, tables: Sequence[Table], sync: Callable[..., tuple[Certificate, ...] | None], run_id: str
    ) -> dict[str, Certificate]:
        """Extract all tables of a platform; return the certificate of every table."""
        certificates: dict[str, Certificate] = {}
        with self.systems() as systems:
            for table in tables:
                if not table.embedded_in:
                    found = sync(systems, self.entity, table, run_id)
                    assert found is not None
                    names = [one.qualified_name for one in with_embedded(table)]
                    certificates |= zip(names, found, strict=True)
        return certificates

    def sync(self) -> Planned:
        """Extract, reconcile, confirm and plan."""
        self.extract()
        with self.systems() as systems:
            link = systems.link(self.entity)
            assert link is not None
            for object_name in ("vendor", "ap_bill"):
                reconcile(systems, link, object_name, f"run-{self.run}")
            return confirm_and_plan(systems, link, f"run-{self.run}")

    def sync_only(self, *objects: str) -> Planned:
        """Extract no more than planning these objects takes, confirm and plan; the link pushes nothing else."""
        self.run += 1
        platform = self.extract_for(*objects)
        with self.systems() as systems:
            link = systems.link(self.entity, platform)
            assert link is not None
            return confirm_and_plan(systems, link, f"run-{self.run}")

    def extract_for(self, *objects: str) -> str:
        """Extract no more than planning these objects takes; return the platform whose link pushes them."""
        (platform,) = {PUSHED[name].platform for name in objects}
        tables, sync = {
            "bill": (BILL_TABLES, sync_bill),
            "into_bill": (BILL_TABLES, sync_bill),
            "spend": (SPEND_TABLES, sync_spend),
            "business_center": (BUSINESS_CENTER_TABLES, sync_business_center),
            "into_business_center": (BUSINESS_CENTER_TABLES, sync_business_center),
            "into_spend": (SPEND_TABLES, sync_spend),
        }[platform]
        needed = tables_for(PUSHED[name] for name in objects)
        with self.systems() as systems:
            for table in INTACCT_TABLES:
                if table.qualified_name in needed:
                    sync_intacct_table(systems, self.entity, table, f"run-{self.run}")
        chosen = [table for table in tables if table.qualified_name in needed]
        self.extract_platform(chosen, sync, f"run-{self.run}")
        return platform

    def apply(self) -> dict[str, int]:
        """Apply what is approved; return the number of items by outcome."""
        self.run += 1
        with self.systems() as systems:
            clock = self.sandbox.clock
            report = apply(systems, self.entity, f"run-{self.run}", now=clock.now, sleep=clock.advance)
        return {state.value: count for state, count in report.outcomes.items()}

    def balances(self) -> Counter[tuple[str, str]]:
        """Return what the ledger holds, by currency and account."""
        sums: Counter[tuple[str, str]] = Counter()
        for (_, currency, account), amount in self.sandbox.intacct.ledger.balances().items():
            sums[currency, account] += amount
        return sums

    def assert_moved(self, before: Mapping[tuple[str, str], Decimal], items: Iterable[Item]) -> None:
        """The ledger moved as items foretold, and by nothing else."""
        moved: Counter[tuple[str, str]] = Counter()
        for line in (line for item in items for line in item.ledger_effect):
            amount = line.amount if line.side == "debit" else -line.amount
            moved[line.currency, CONTROLS.get(line.account, line.account)] += amount
        after = self.balances()
        assert {place: after[place] - before[place] for place in after if after[place] != before[place]} == {
            place: amount for place, amount in moved.items() if amount
        }


def open_bills(world: World) -> list[BillRecord]:
    """Bills of Intacct that may still be changed: unpaid, of no purchase order, and in an open period; by date."""
    closed = world.sandbox.business.entities[0].closed_through

    def posted(bill: BillRecord) -> date:
        return datetime.strptime(bill.fields["WHENPOSTED"], "%m/%d/%Y").replace(tzinfo=UTC).date()

    bills = [
        bill
        for bill in world.sandbox.intacct.bills()
        if bill.fields["STATE"] == "Posted" and bill.fields["MODULEKEY"] != "9.PO"
    ]
    return sorted((bill for bill in bills if closed is None or posted(bill) > closed), key=posted)
