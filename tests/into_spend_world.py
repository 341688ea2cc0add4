"""One entity whose Spend & Expense account offers lists of Intacct, over a network that loses what it is told."""

from __future__ import annotations

import json

from into_bill_world import LossyTransport
from pipeline_world import World
from sandbox_transport import SandboxTransport

from intacct_pipelines.clients.intacct.functions import create, update
from intacct_pipelines.domain.link import INTO_SPEND
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.push.apply import apply_plan
from intacct_pipelines.push.into_spend.channel import SpendChannel
from intacct_pipelines.warehouse.outbox import Outbox

OBJECTS = tuple(name for name, one in PUSHED.items() if one.platform == INTO_SPEND)
LEG = {"mode": "sync", "gate": "auto", "auto_approve": {"items": 1000, "amount": "0"}}
"""A way into Spend & Expense that needs no person."""


class IntoSpendWorld(World):
    """A company whose Spend & Expense account offers its lists."""

    def __init__(self, warehouse_dsn, *objects, cards=None, **policy):
        lists = sorted(name.removeprefix("spend_") for name in objects)
        account = {"into_spend": {**LEG, "lists": lists, **policy}, "cards": cards or {}}
        super().__init__(warehouse_dsn, bills=20, card_account=account)
        self.objects = objects
        self.network = LossyTransport(SandboxTransport(self.sandbox))
        self.transport = self.network

    def plan(self):
        """Extract no more than planning takes, confirm and plan what becomes values."""
        self.sandbox.clock.advance(5)
        return self.sync_only(*self.objects)

    def send(self, *losses):
        """Apply what is approved over a network that loses this much, without waiting; return items by outcome."""
        self.run += 1
        self.network.losses = list(losses)
        clock = self.sandbox.clock
        with self.systems() as systems:
            link = systems.link(self.entity, INTO_SPEND)
            report = apply_plan(
                Outbox(systems.warehouse, now=clock.now),
                SpendChannel(systems.spend(self.entity)),
                link,
                worker=f"run-{self.run}",
                now=clock.now,
                sleep=clock.advance,
            )
        return {state.value: count for state, count in report.outcomes.items()}

    def settle(self):
        """Bring over what the company has from the beginning, so that a test meets only its own."""
        self.plan()
        self.send()
        planned = self.plan()
        assert planned.plan.items == ()
        self.network.writes.clear()
        return self

    def items(self, number):
        """State and class of reason of each item of one record of Intacct, by the text that it sends."""
        with self.systems() as systems:
            items = Outbox(systems.warehouse).items(link=systems.link(self.entity, INTO_SPEND).name)
        own = [one for one in items if one.source_id == number]
        return {json.loads(one.payload_text)["value"]: (one.state.value, one.reason.kind) for one in own}

    def offers(self, name, beginning=""):
        """What a custom field offers, in order."""
        offered = self.twin.offered(self.entity.entity_id, name)
        return sorted(one["value"] for one in offered if one["value"].startswith(beginning))

    @property
    def twin(self):
        """The platform."""
        return self.sandbox.spend

    def in_intacct(self, function):
        """Do something in Intacct, as a person there would."""
        self.sandbox.clock.advance(60)
        with self.systems() as systems:
            [result] = systems.intacct(self.entity).call([function], write=True)
        assert result.error is None, result.error
        return result.records[0]["RECORDNO"] if result.records else ""

    def make(self, object_name, /, **fields):
        """Make a record in Intacct at the entity; return its record number."""
        return self.in_intacct(create(f"make-{object_name}-{self.sandbox.clock.now()}", object_name, fields))

    def change(self, object_name, /, **fields):
        """Change a record in Intacct."""
        return self.in_intacct(update(f"change-{object_name}-{self.sandbox.clock.now()}", object_name, fields))
