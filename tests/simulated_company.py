"""A company whose every pushed object has something to send: prepared once, and as it was again after each life."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta

import psycopg
from center_files import BILL as OWN_BILL
from center_files import VENDOR as OWN_VENDOR
from center_files import deliver_own
from pipeline_world import World, connections_of
from psycopg import sql
from psycopg_pool import ConnectionPool
from simulated_beginning import Beginning

from intacct_pipelines.defs.extraction import sync_intacct_table
from intacct_pipelines.defs.platform_files import PlatformFiles
from intacct_pipelines.defs.systems import Systems
from intacct_pipelines.domain.catalog.intacct.audit import AUDIT_EVENT
from intacct_pipelines.domain.push import Item, Operation, Plan
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.domain.statements import days_of
from intacct_pipelines.sandbox.clock import Clock
from intacct_pipelines.sandbox.intacct.options import Options
from intacct_pipelines.sandbox.ledger import BANK_ACCOUNT, CARD_ACCOUNT
from intacct_pipelines.sandbox.receivables_business import DEPOSITS_ACCOUNT, FEE_ACCOUNT, UNDEPOSITED_ACCOUNT
from intacct_pipelines.warehouse.connection import Warehouse

_POLICY = {
    "gate": "manual",
    "grace_hours": 0,
    "closed_period": "first_open",
    "not_pushed": [],
    "also_pushed": [
        "ap_term",
        "credit_memo",
        "memo_application",
        "convenience_fee",
        "ap_bill_attachment",
        "ar_invoice_attachment",
    ],
    "default_location": "100",
    "payables": {"credits_without_approval": True},
    "receivables": {
        "undeposited_account": UNDEPOSITED_ACCOUNT,
        "advance_account": DEPOSITS_ACCOUNT,
        "fee_account": FEE_ACCOUNT,
    },
    "entries": {"journal": "GJ"},
}
_CARDS = {
    "mode": "sync",
    "gate": "manual",
    "closed_period": "first_open",
    "cards": {"account": "CARD-100", "offset_account": CARD_ACCOUNT},
    "statement_payments": {
        "bank": BANK_ACCOUNT,
        "since": "2020-01-01",
        "days": 10,
        "journal": "GJ",
        "location": "100",
    },
    "also_pushed": ["card_receipt"],
}
_REPORTS = {"reimbursements": {"entered_as": "expense_report"}}
_CONNECTIONS = 3
"""As many as one worker needs at once, and one more for another who stands still meanwhile."""
_CHANGE_OF_DAYS = """UPDATE spend.card_transaction SET amount = amount + 1 WHERE id = (
    SELECT min(id) FROM spend.card_transaction
    WHERE transaction_type = 'AUTHORIZATION' AND occurred_at >= %s::date - 1 AND occurred_at < %s::date + 2)"""
MEMORY = ("mapping.crosswalk", "ops.watermark")
"""What is put back after a life besides rows that it named; plans and items are all taken away."""


class PreparingWarehouse(Warehouse):
    """Plans each statement once a session: planning the long ones anew would cost as much as all the rest of a life."""

    def __init__(self, dsn: str) -> None:
        generic = "-c%20plan_cache_mode%3Dforce_generic_plan%20-c%20jit%3Doff"
        super().__init__(f"{dsn}?options={generic}", max_connections=_CONNECTIONS)

    def _opened(self) -> ConnectionPool[psycopg.Connection]:
        pool = super()._opened()
        pool.kwargs["prepare_threshold"] = 0
        # Nobody but ``restart_database`` ends a session, and that closes the pool.
        pool._check = None
        return pool


class SimulatedCompany:
    """The sandbox, the warehouse as a sync left it, and the items that the planners made of that.

    Args:
        warehouse_dsn: An empty, migrated warehouse.
    """

    def __init__(self, warehouse_dsn: str) -> None:
        self._started: datetime | None = None
        self.clock = Clock(lambda: self._started or datetime.now(UTC))
        more = {"card_account": _CARDS | _REPORTS, "center": {"closed_period": "first_open"}}
        self.world = World(warehouse_dsn, bills=80, clock=self.clock, **more, **_POLICY)
        self.sandbox = self.world.sandbox
        self.warehouse = PreparingWarehouse(warehouse_dsn)
        self.watcher = psycopg.connect(warehouse_dsn, autocommit=True)
        Beginning(self.world, self.warehouse).make()
        bill = self.world.sync_only(*(name for name, one in PUSHED.items() if one.platform == "bill")).plan
        cards = self.world.sync_only(
            "card_transaction", "card_statement_payment", "reimbursement_report", "card_receipt_file", "card_receipt"
        ).plan
        deliver_own(self.world.folder / self.world.entity.entity_id)
        # the other files hold the bills that BILL has, and one platform alone enters a bill
        center = [
            item
            for item in self.world.sync_only("business_center_vendor", "business_center_bill").plan.items
            if item.source_id in {OWN_VENDOR, OWN_BILL}
        ]
        self.plan = bill
        as_bills = self._as_bills()
        apart = {("reimbursement_report", item.source_id) for item in as_bills}
        planned = (*bill.items, *cards.items, *as_bills, *center)
        self.items: dict[str, Item] = {
            item.key: item for item in planned if (item.object_name, item.source_id) not in apart
        }
        self._open = ExitStack()
        self._systems = self._open.enter_context(self.world.systems())
        link = self._systems.link(self.world.entity)
        assert link is not None
        self.link = link
        self.files = self._files_of(self._systems)
        self._started = datetime.now(UTC) + timedelta(minutes=1)
        self._touched: set[str] = set()
        self.extract([])
        self.watcher.execute("CREATE SCHEMA kept")
        for name in {*MEMORY, *self._restorable()}:
            self._run("CREATE TABLE {kept} AS TABLE {table}", name)
        self._put_back()

    def _as_bills(self) -> list[Item]:
        """Half of the reimbursements as bills, which then are none of the others: each is entered in one way."""
        vendor = next(row for row in self.sandbox.intacct.records("VENDOR") if row["STATUS"] == "active")
        people = {one.email: vendor["VENDORID"] for one in self.sandbox.business.cards.holders}
        policy = _CARDS | {"reimbursements": {"entered_as": "bill", "people": people}}
        self.world.connections = connections_of(self.sandbox, policy, **_POLICY)
        return list(self.world.sync_only("reimbursement_bill").plan.items[::2])

    @contextmanager
    def files_apart(self) -> Iterator[dict[str, PlatformFiles]]:
        """Lend the platforms' files to a child process, over connections of its own: none may be shared by two."""
        with self.world.systems() as systems:
            yield self._files_of(systems)

    def _files_of(self, systems: Systems) -> dict[str, PlatformFiles]:
        links = {platform: systems.link(self.world.entity, platform) for platform in ("bill", "spend")}
        return {platform: PlatformFiles(systems, link) for platform, link in links.items() if link is not None}

    @staticmethod
    def _restorable() -> set[str]:
        targets = {one.target.qualified_name for one in PUSHED.values()} | {AUDIT_EVENT.qualified_name}
        versions = {f"versions.{name.replace('.', '_')}" for name in targets}
        return targets | versions | {one.source.qualified_name for one in PUSHED.values()}

    def _run(self, words: str, name: str) -> None:
        schema, table = name.split(".")
        kept = sql.Identifier("kept", f"{schema}_{table}")
        self.watcher.execute(sql.SQL(words).format(kept=kept, table=sql.Identifier(schema, table)))

    # --- lives --------------------------------------------------------------------------------------------------------

    @contextmanager
    def life(self) -> Iterator[None]:
        """Undo on both sides whatever happens inside."""
        before = self.clock.now()
        options = Options(public_url=self.sandbox.options.public_url)
        kept = {name: getattr(self.sandbox.intacct.options, name) for name in options.__slots__}
        try:
            with self.sandbox.intacct.rehearsal():
                yield
        finally:
            self.sandbox.faults.clear()
            for name, value in kept.items():
                setattr(self.sandbox.intacct.options, name, value)
            self.clock.advance((before - self.clock.now()).total_seconds())
            self._put_back()

    def _put_back(self) -> None:
        with self.watcher.transaction():
            self.watcher.execute("SET LOCAL session_replication_role = replica")
            for name in ("approval", "journal", "hold", "item", "plan"):
                self._run("DELETE FROM {table}", f"push.{name}")
            for name in {*MEMORY, *self._touched}:
                self._run("DELETE FROM {table}", name)
                self._run("INSERT INTO {table} SELECT * FROM {kept}", name)
        self._touched = set()

    def plan_of(self, items: list[Item], *, created_at: datetime) -> Plan:
        """A plan of some of the items, in the order of the one that was made; parents that stay behind are named."""
        return Plan(self.link.name, self.plan.entity, created_at, tuple(items), ())

    def change_source(self, item: Item) -> None:
        """Let the warehouse learn that an item's record changed in its platform."""
        pushed = PUSHED[item.object_name]
        source = pushed.source
        self._touched.add(source.qualified_name)
        query = sql.SQL("UPDATE {} SET _hash = _hash + 1 WHERE {} = %s").format(
            sql.Identifier(*source.qualified_name.split(".")), sql.Identifier(source.key[0])
        )
        # Of a statement, a hold of its days: no other item is of that.
        self.watcher.execute(*(_CHANGE_OF_DAYS, days_of(item.source_id)) if pushed.spans else (query, [item.source_id]))

    def extract(self, objects: Collection[str]) -> None:
        """Bring back from Intacct what was written of some objects, and what was deleted."""
        for table in (AUDIT_EVENT, *{PUSHED[name].target.name: PUSHED[name].target for name in objects}.values()):
            self._touched |= {table.qualified_name, f"versions.{table.schema}_{table.name}"}
            sync_intacct_table(self._systems, self.world.entity, table, "life")

    def restart_database(self) -> None:
        """End every session but our own, as a restart of Postgres does."""
        self.watcher.execute(
            """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()"""
        )
        # The pool would wait half a second before it opens others.
        self.warehouse.close()

    def close(self) -> None:
        """Give back all connections."""
        self._open.close()
        self.watcher.close()
        self.warehouse.close()


def operation_of(item: Item) -> str:
    """What an item is, for counting: ``ap_bill update``."""
    return f"{item.object_name} {Operation(item.operation).value}"


def object_of(item: Item) -> str:
    """Intacct's object that an item writes, as the sandbox calls it."""
    return PUSHED[item.object_name].target.source_object.upper()


def source_of(item: Item) -> tuple[str, str]:
    """The platform's record behind an item: its table and id."""
    return PUSHED[item.object_name].source.qualified_name, item.source_id
