"""One entity whose Business Center company gets what is made in Intacct, as files in a folder."""

from __future__ import annotations

import csv

from pipeline_world import World

from intacct_pipelines.clients.intacct.functions import create, update
from intacct_pipelines.defs.applying import apply
from intacct_pipelines.domain.link import INTO_BUSINESS_CENTER
from intacct_pipelines.warehouse.outbox import Outbox

OBJECTS = ("center_account", "center_vendor", "center_bill")
LEG = {"mode": "sync", "gate": "auto", "auto_approve": {"items": 10_000, "amount": "1000000000"}}


class IntoCenterWorld(World):
    """A company whose Business Center is handed some objects."""

    def __init__(self, warehouse_dsn, *objects, **policy):
        super().__init__(warehouse_dsn, bills=20)
        (company,) = self.sandbox.describe()["business_center"]["companies"]
        left = sorted({*OBJECTS} - {*objects})
        into = {**LEG, "folder": company["out"], "not_pushed": left, **policy}
        one = self.connections.business_center[f"files-{company['entity']}"]
        one = type(one).model_validate({**one.model_dump(), "into_business_center": into})
        changed = {"business_center": {f"files-{company['entity']}": one}}
        self.connections = self.connections.model_copy(update=changed)
        self.objects = objects
        self.taker = self.sandbox.takers[company["entity"]]
        self.out = self.taker.out

    def plan(self):
        """Extract no more than planning takes, confirm and plan what is handed over."""
        self.sandbox.clock.advance(5)
        return self.sync_only(*self.objects)

    def send(self):
        """Apply what is approved; return items by outcome."""
        self.run += 1
        with self.systems() as systems:
            report = apply(systems, self.entity, f"run-{self.run}")
        return {state.value: count for state, count in report.outcomes.items()}

    def take(self):
        """Let Business Center take what lies there."""
        self.sandbox.clock.advance(5)
        return self.taker.take(self.sandbox.clock.now())

    def settle(self):
        """Bring over what the company has from the beginning, so that a test meets only its own."""
        self.plan()
        self.send()
        self.take()
        planned = self.plan()
        assert planned.plan.items == ()
        return self

    def items(self, number):
        """Items of one record of Intacct."""
        with self.systems() as systems:
            items = Outbox(systems.warehouse).items(link=systems.link(self.entity, INTO_BUSINESS_CENTER).name)
        return [one for one in items if one.source_id == number]

    def states(self, number):
        """State of each item of one record of Intacct, and the words of its reason."""
        return [(one.state.value, one.reason.text) for one in self.items(number)]

    def written(self):
        """All rows of all files, whether they were taken or not."""
        files = sorted([*self.out.glob("*.csv"), *self.out.glob("taken/*.csv")], key=lambda path: path.name)
        return [row for path in files for row in _rows(path)]

    def held_there(self, kind, **wanted):
        """Rows of Business Center's newest export that hold some values."""
        newest = max(self.taker.folder.glob(f"{kind}_*.csv"), key=lambda path: path.name)
        return [row for row in _rows(newest) if all(row[name] == value for name, value in wanted.items())]

    def in_intacct(self, function):
        """Do something in Intacct, as a person there would."""
        self.sandbox.clock.advance(60)
        with self.systems() as systems:
            [result] = systems.intacct(self.entity).call([function], write=True)
        assert result.error is None, result.error
        return result.records[0]["RECORDNO"]

    def make(self, object_name, /, **fields):
        """Make a record in Intacct at the entity; return its record number."""
        return self.in_intacct(create(f"make-{object_name}-{self.sandbox.clock.now()}", object_name, fields))

    def change(self, object_name, /, **fields):
        """Change a record in Intacct."""
        return self.in_intacct(update(f"change-{object_name}-{self.sandbox.clock.now()}", object_name, fields))

    def make_vendor(self, vendor_id, name, **more):
        """Make a vendor in Intacct."""
        contact = {"PRINTAS": name, "EMAIL1": "pay@quarry.example"}
        return self.make(
            "VENDOR", VENDORID=vendor_id, NAME=name, DISPLAYCONTACT=contact, **{"STATUS": "active", **more}
        )


def _rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
