"""One entity whose BILL account gets what is made in Intacct, over a network that loses what it is told to lose."""

from __future__ import annotations

from collections import Counter

import httpx
from pipeline_world import INTO_INTACCT, THAT_DAY, World, connections_of
from sandbox_transport import SandboxTransport

from intacct_pipelines.clients.intacct.functions import create, update
from intacct_pipelines.domain.link import INTO_BILL
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.push.apply import apply_plan
from intacct_pipelines.push.into_bill.channel import BillChannel
from intacct_pipelines.push.into_bill.shelf import Shelf
from intacct_pipelines.warehouse.outbox import Outbox

LEG = {"mode": "sync", "gate": "auto", "auto_approve": {"items": 1000, "amount": "0"}}
"""A way into BILL that needs no person."""
OBJECTS = tuple(name for name, one in PUSHED.items() if one.platform == "into_bill")
PATHS = {name: PUSHED[name].target.source_object.rpartition("/")[2] for name in OBJECTS}
"""The last word of each object's path, by which the sandbox keeps its records."""


_SPOILED = {
    "gateway": (502, b"<html>bad</html>"),
    "damaged": (201, b'{"id": '),
    "nonsense": (201, b"<html></html>"),
}


class LossyTransport(httpx.BaseTransport):
    """Hands each request on; of what writes into BILL it loses the request or the answer, as it is told.

    Args:
        inner: Carries what is not lost.
    """

    def __init__(self, inner):
        self._inner = inner
        self.losses = []
        self.writes = []
        self.refuse = lambda _body: False

    def handle_request(self, request):
        is_write = request.method != "GET" and request.url.path.startswith("/connect/v3")
        if not is_write or request.url.path.endswith("/login"):
            return self._inner.handle_request(request)
        return self._write(request, self.losses.pop(0) if self.losses else "")

    def _write(self, request, loss):
        if loss == "unreached":
            raise httpx.ConnectError("no way", request=request)
        if loss == "request":
            raise httpx.ReadTimeout("lost on its way", request=request)
        if loss == "killed_before":
            raise KeyboardInterrupt
        if self.refuse(request.read() or b"{}"):
            entry = {"severity": "ERROR", "message": "name: size must be between 1 and 100"}
            return httpx.Response(400, json=[entry], request=request)
        self.writes.append((request.method, request.url.path, request.read()))
        response = self._inner.handle_request(request)
        if loss == "killed":
            raise KeyboardInterrupt
        if loss == "answer":
            raise httpx.ReadTimeout("the answer is lost", request=request)
        spoiled = _SPOILED.get(loss)
        return response if spoiled is None else httpx.Response(spoiled[0], content=spoiled[1], request=request)


class IntoBillWorld(World):
    """A company whose link leads both ways; into BILL go only some objects."""

    def __init__(self, warehouse_dsn, *objects, **into_bill):
        left = sorted({*OBJECTS} - {*objects})
        back = {PUSHED[name].reconciliation for name in objects}
        self._policy = {**LEG, "not_pushed": left, **into_bill}
        self._link = {"not_pushed": sorted(INTO_INTACCT - back)}
        super().__init__(warehouse_dsn, bills=20, into_bill=self._policy, **self._link)
        self.objects = objects
        self.network = LossyTransport(SandboxTransport(self.sandbox))
        self.transport = self.network

    def set(self, **into_bill):
        """Give the way into BILL other settings."""
        self._policy |= into_bill
        self.let()

    def let(self, **link):
        """Give the link other settings."""
        self._link |= link
        self.connections = connections_of(self.sandbox, into_bill=self._policy, **self._link)

    def plan(self):
        """Extract no more than planning takes, confirm and plan what goes into BILL."""
        return self.sync_only(*self.objects)

    def send(self, *losses):
        """Apply what is approved over a network that loses this much, without waiting; return items by outcome."""
        self.run += 1
        self.network.losses = list(losses)
        clock = self.sandbox.clock
        with self.systems() as systems:
            link = systems.link(self.entity, INTO_BILL)
            report = apply_plan(
                Outbox(systems.warehouse, now=clock.now),
                BillChannel(systems.bill(self.entity), Shelf(systems.intacct(self.entity)), now=clock.now),
                link,
                worker=f"run-{self.run}",
                now=clock.now,
                sleep=clock.advance,
            )
        return {state.value: count for state, count in report.outcomes.items()}

    def state_of(self, number):
        """State and class of reason of each item of one record of Intacct, by operation."""
        with self.systems() as systems:
            items = Outbox(systems.warehouse).items(link=systems.link(self.entity, INTO_BILL).name)
        return {one.operation.value: (one.state.value, one.reason.kind) for one in items if one.source_id == number}

    def settle(self):
        """Bring over what the company has from the beginning, so that a test meets only its own."""
        self.plan()
        self.send()
        self.plan()
        self.network.writes.clear()
        return self

    def organization(self):
        """The BILL account's records."""
        return self.sandbox.bill._organization(self.sandbox.describe()["bill"]["organizations"][0]["id"])

    def in_bill(self, name, /, **wanted):
        """BILL's records of an object that hold some values."""
        rows = [_told(row) for row in self.organization().collections[PATHS[name]].values()]
        return [row for row in rows if all(row.get(field) == value for field, value in wanted.items())]

    def change_in_bill(self, name, record_id, /, **changes):
        """Change a record as a person in BILL would."""
        records = self.organization().collections[PATHS[name]]
        self.sandbox.clock.advance(60)
        records[record_id] = {**records[record_id], **changes, "updatedTime": self.sandbox.clock.now()}
        self.organization().changed(PATHS[name])

    def in_intacct(self, function):
        """Do something in Intacct, as a person there would."""
        self.sandbox.clock.advance(60)
        with self.systems() as systems:
            [result] = systems.intacct(self.entity).call([function], write=True)
        assert result.error is None, result.error
        return result.records[0]["RECORDNO"]

    def make(self, object_name, /, **fields):
        """Make a record in Intacct at the entity; return its record number."""
        return self.in_intacct(
            create(f"make-{object_name}-{len(fields)}-{self.sandbox.clock.now()}", object_name, fields)
        )

    def change(self, object_name, /, **fields):
        """Change a record in Intacct."""
        return self.in_intacct(update(f"change-{object_name}-{self.sandbox.clock.now()}", object_name, fields))

    def make_vendor(self, vendor_id, name, **more):
        """Make a vendor with its address in Intacct."""
        address = {"ADDRESS1": "1 Quarry Road", "CITY": "Reno", "STATE": "NV", "ZIP": "89501", "COUNTRYCODE": "US"}
        contact = {"PRINTAS": name, "EMAIL1": "pay@quarry.example", "MAILADDRESS": address}
        return self.make("VENDOR", VENDORID=vendor_id, NAME=name, DISPLAYCONTACT=contact, STATUS="active", **more)

    def make_bill(self, vendor_id, number, *lines, **more):
        """Enter a bill in Intacct; a line is an amount with what it is coded to."""
        usual = {"ACCOUNTNO": self.account(), "DEPARTMENTID": self.listed("departments")}
        usual["LOCATIONID"] = self.listed("locations")
        coded = [{**usual, "TRX_AMOUNT": amount, **codes} for amount, codes in lines]
        day = f"{THAT_DAY:%m/%d/%Y}"
        head = {"WHENCREATED": day, "WHENPOSTED": day, "VENDORID": vendor_id, "RECORDID": number, "WHENDUE": day}
        items = {"APBILLITEMS": {"APBILLITEM": coded}}
        return self.make(
            "APBILL", **{**head, "CURRENCY": "USD", "BASECURR": "USD", **more, "ACTION": "Submit"}, **items
        )

    def account(self):
        """Number of an expense account that both sides have."""
        rows = self.organization().collections["chart-of-accounts"].values()
        return min(row["account"]["number"] for row in rows if row["account"]["type"] == "EXPENSE")

    def listed(self, kind):
        """Id of a department or location that both sides have."""
        return min(row["shortName"] for row in self.organization().collections[kind].values())

    def counts(self):
        """How many records BILL has of each object."""
        return Counter({name: len(self.organization().collections[PATHS[name]]) for name in OBJECTS})


def _told(row):
    """A record of BILL as its fields; bills are kept otherwise."""
    return row if isinstance(row, dict) else row.to_json("")
