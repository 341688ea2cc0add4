"""A company whose every pushed object has something to send: prepared once, and as it was again after each life."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import psycopg
from pipeline_world import World
from psycopg import sql

from intacct_pipelines.defs.extraction import sync_intacct_table
from intacct_pipelines.domain.catalog.intacct.audit import AUDIT_EVENT
from intacct_pipelines.domain.push import Item, Operation, Plan
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.sandbox.clock import Clock
from intacct_pipelines.sandbox.intacct.options import Options
from intacct_pipelines.sandbox.settlements import Payment
from intacct_pipelines.warehouse.connection import Warehouse
from intacct_pipelines.warehouse.recon import Recon

_POLICY = {
    "gate": "manual",
    "grace_hours": 0,
    "closed_period": "first_open",
    "not_pushed": [],
    "also_pushed": ["ap_term", "credit_memo"],
    "payables": {"credits_without_approval": True},
    "receivables": {"undeposited_account": "1090"},
}
_CARDS = {"mode": "sync", "gate": "manual", "closed_period": "first_open", "cards": {"account": "CARD-100"}}
_NEW = {
    "chart-of-accounts": {"name": "Cloud", "account": {"type": "EXPENSE", "number": "6777"}, "archived": False},
    "departments": {"name": "Optics Lab", "shortName": "OPTICS", "archived": False},
    "locations": {"name": "Reno Yard", "shortName": "RENO-Y", "archived": False},
    "accounting-classes": {"name": "Grant Q", "shortName": "GRANT-Q", "archived": False},
    "payment-terms": {"name": "Net 47", "daysDue": 47},
    "employees": {"firstName": "Ana", "lastName": "Okafor", "shortName": "E-700", "archived": False},
    "items": {"name": "Survey hour", "shortName": "SURVEY", "type": "SERVICE", "archived": False},
}
"""One record of each list, as a person makes it in BILL."""
_RENAMED = {
    "department": ("departments", {"DEPARTMENTID": "SALES-2", "TITLE": "Sales"}),
    "accounting_class": ("accounting-classes", {"CLASSID": "OPS-2", "NAME": "Operations"}),
    "item": ("items", {"ITEMID": "HOUR-2", "NAME": "Hour", "ITEMTYPE": "Non-Inventory"}),
}
"""Lists of which both sides have one record more, under another name in BILL; as the entity's Intacct has it."""
NOT_SIMULATED = {"ar_advance", "memo_application", "ap_transfer_entry", "ar_transfer_entry", "convenience_fee"}
"""Objects of which this company has nothing to send yet."""
MEMORY = ("mapping.crosswalk", "ops.watermark")
"""What is put back after a life besides rows that it named; plans and items are all taken away."""


class SimulatedCompany:
    """The sandbox, the warehouse as a sync left it, and the items that the planners made of that.

    Args:
        warehouse_dsn: An empty, migrated warehouse.
    """

    def __init__(self, warehouse_dsn: str) -> None:
        self._started: datetime | None = None
        self.clock = Clock(lambda: self._started or datetime.now(UTC))
        self.world = World(warehouse_dsn, bills=80, card_account=_CARDS, clock=self.clock, **_POLICY)
        self.sandbox = self.world.sandbox
        # Planning the long statements anew each time would cost as much as all the rest.
        self.warehouse = Warehouse(
            f"{warehouse_dsn}?options=-c%20plan_cache_mode%3Dforce_generic_plan%20-c%20jit%3Doff"
        )
        self.watcher = psycopg.connect(warehouse_dsn, autocommit=True)
        self._change_in_bill()
        for name in _RENAMED:
            self._rename(name)
        bill = self.world.sync_only(*(name for name, one in PUSHED.items() if one.platform == "bill")).plan
        cards = self.world.sync_only("card_transaction").plan
        self.plan = bill
        self.items: dict[str, Item] = {item.key: item for item in (*bill.items, *cards.items)}
        self._open = ExitStack()
        self._systems = self._open.enter_context(self.world.systems())
        link = self._systems.link(self.world.entity)
        assert link is not None
        self.link = link
        self._started = datetime.now(UTC) + timedelta(minutes=1)
        self._touched: set[str] = set()
        self.watcher.execute("CREATE SCHEMA kept")
        for name in {*MEMORY, *self._restorable()}:
            self._run("CREATE TABLE {kept} AS TABLE {table}", name)
        self._put_back()

    @staticmethod
    def _restorable() -> set[str]:
        targets = {one.target.qualified_name for one in PUSHED.values()} | {AUDIT_EVENT.qualified_name}
        versions = {f"versions.{name.replace('.', '_')}" for name in targets}
        return targets | versions | {one.source.qualified_name for one in PUSHED.values()}

    def _run(self, words: str, name: str) -> None:
        schema, table = name.split(".")
        kept = sql.Identifier("kept", f"{schema}_{table}")
        self.watcher.execute(sql.SQL(words).format(kept=kept, table=sql.Identifier(schema, table)))

    # --- the beginning ------------------------------------------------------------------------------------------------

    def _change_in_bill(self) -> None:
        """Make in BILL what the generated company lacks: lists, cleared and voided payments, a credit's use alone."""
        self.organization = self.sandbox.bill._organization(self.sandbox.describe()["bill"]["organizations"][0]["id"])
        now, records = self.clock.now(), self.organization.collections
        for kind, fields in _NEW.items():
            own = self.organization.new_id("0xx")
            records[kind][own] = {"id": own, "createdTime": now, "updatedTime": now, **fields}
        facts = self.sandbox.business.settlements
        for one in self._in_process():
            cleared = {"singleStatus": "CLEARED", "status": "PAID", "processDate": now.date()}
            records["payments"][one.bill_id].update(cleared, updatedTime=now)
        standing = next(one for one in facts.payments if one.way == "platform" and one.status == "CLEARED")
        records["payments"][standing.bill_id].update(singleStatus="VOIDED", status="VOID", updatedTime=now)
        self._use_credit(now)
        for kind in records:
            self.organization.changed(kind)

    def _in_process(self) -> list[Payment]:
        return [one for one in self.sandbox.business.settlements.payments if one.difference == "in_process"]

    def _use_credit(self, now: datetime) -> None:
        """Give a credit for an open bill on both sides, and use it in BILL without a payment."""
        twin, records = self.sandbox.intacct, self.organization.collections["vendor-credits"]
        taken = {share.bill_key for one in self._in_process() for share in one.shares}
        free = {one.number: one.bill_id for one in self.sandbox.business.bills if one.key not in taken}
        bills = {one.number: one for one in self.organization.bills.values() if free.get(one.number) == one.id}
        bill = next(one for one in twin.bills() if _is_open(one.fields) and one.fields["RECORDID"] in bills)
        mine, own, amount = bills[bill.fields["RECORDID"]], self.organization.new_id("vcr"), Decimal("1.00")
        fields = {name: bill.fields[name] for name in ("VENDORID", "CURRENCY", "BASECURR")}
        days = dict.fromkeys(("WHENCREATED", "WHENPOSTED", "WHENDUE"), f"{now:%m/%d/%Y}")
        line = {name: bill.lines[0][name] for name in ("ACCOUNTNO", "LOCATIONID", "DEPARTMENTID", "CLASSID")}
        entity, words = self.world.entity.entity_id, {"RECORDID": "CR-ALONE", "DESCRIPTION": f"BILL:{own}"}
        twin.create_bill(entity, [{**line, "TRX_AMOUNT": f"-{amount}"}], **fields, **days, **words)
        known = next(iter(records.values()))
        part = {**known["vendorCreditLineItems"][0], "id": f"vcl{own[3:]}", "amount": amount}
        records[own] = {
            **known,
            "id": own,
            "vendorId": mine.vendor_id,
            "referenceNumber": "CR-ALONE",
            "creditDate": now.date(),
            "amount": amount,
            "appliedAmount": amount,
            "status": "FULLY_APPLIED",
            "vendorCreditLineItems": [part],
            "usage": [{"billId": mine.id, "paymentId": "", "amount": amount}],
            "createdTime": now,
            "updatedTime": now,
        }

    def _rename(self, name: str) -> None:
        """Make a list record on both sides, under two names, and confirm the pair as a person does with ``map``."""
        kind, fields = _RENAMED[name]
        entity, now = self.world.entity.entity_id, self.clock.now()
        number = self.sandbox.intacct.write(PUSHED[name].target.source_object, entity_id=entity, **fields)
        own, people_id = self.organization.new_id("0xx"), next(iter(fields.values()))
        record = {"id": own, "name": f"New {people_id}", "shortName": people_id, "archived": False}
        more = {"type": "SERVICE"} if name == "item" else {}
        times = {"createdTime": now, "updatedTime": now + timedelta(seconds=60)}
        self.organization.collections[kind][own] = {**record, **more, **times}
        self.organization.changed(kind)
        Recon(self.warehouse).decide(
            link=f"entity-{entity}",
            object_name=name,
            platform_id=own,
            intacct_record_no=number,
            status="confirmed",
            decided_by="ann",
        )

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
        source = PUSHED[item.object_name].source
        self._touched.add(source.qualified_name)
        query = sql.SQL("UPDATE {} SET _hash = _hash + 1 WHERE {} = %s").format(
            sql.Identifier(*source.qualified_name.split(".")), sql.Identifier(source.key[0])
        )
        self.watcher.execute(query, [item.source_id])

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

    def close(self) -> None:
        """Give back all connections."""
        self._open.close()
        self.watcher.close()
        self.warehouse.close()


def operation_of(item: Item) -> str:
    """What an item is, for counting: ``ap_bill update``."""
    return f"{item.object_name} {Operation(item.operation).value}"


def _is_open(bill: Mapping[str, str]) -> bool:
    return bill["STATE"] == "Posted" and Decimal(bill["TRX_TOTALDUE"]) > 1 and bill["CURRENCY"] == "USD"
