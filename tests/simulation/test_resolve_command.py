"""A person's word on what both sides changed: the word that stands reaches the other side, and nothing else does."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest
from click.testing import CliRunner
from into_bill_world import LEG, IntoBillWorld
from pipeline_world import THAT_DAY

from intacct_pipelines.cli import main
from intacct_pipelines.defs.comparing import reconcile

MONEY = {**LEG, "auto_approve": {"items": 1000, "amount": "100000000"}}
VENDORS = ("QUARRY-1", "QUARRY-2", "QUARRY-3")
LAST_DAYS = (date(THAT_DAY.year, 12, 30), date(THAT_DAY.year, 12, 31))


class World(IntoBillWorld):
    """A company whose link leads both ways without a person; of some vendors and a bill both sides changed fields."""

    def __init__(self, dsn, folder):
        super().__init__(dsn, "bill_vendor", "bill_ap_bill", **MONEY)
        self.let(mode="sync", gate="auto", auto_approve=MONEY["auto_approve"], approved_only=False)
        path = folder / "connections.yaml"
        path.write_text(json.dumps(self.connections.model_dump(mode="json")), encoding="utf-8")
        self.environment["INTACCT_PIPELINES_CONNECTIONS"] = str(path)
        numbers = {name: self.make_vendor(name, f"Named {name}") for name in VENDORS}
        self.sync_both()
        number = self.make_bill(VENDORS[0], "SLATE-1", ("100.00", {}))
        self.sync_both()
        [bill] = [row for row in self.in_bill("bill_ap_bill") if row["invoice"]["invoiceNumber"] == "SLATE-1"]
        self.bill = (number, bill["id"])
        self.vendors = {}
        for name, number in numbers.items():
            [made] = self.in_bill("bill_vendor", name=f"Named {name}")
            self.vendors[name] = (number, made["id"])
            self.change("VENDOR", RECORDNO=number, NAME=f"{name} in Intacct")
            self.change_in_bill("bill_vendor", made["id"], name=f"{name} in BILL")
        self.edit_bill(bill)
        self.held = self.sync_both()

    def edit_bill(self, bill):
        """Give the bill another number and due date on each side, in Intacct later."""
        self.sandbox.clock.advance(60)
        invoice = {"invoiceNumber": "SLATE-B", "invoiceDate": str(bill["invoice"]["invoiceDate"])}
        with self.systems() as systems:
            systems.bill(self.entity).patch(
                f"/v3/bills/{bill['id']}", {"invoice": invoice, "dueDate": str(LAST_DAYS[0])}
            )
        self.change("APBILL", RECORDNO=self.bill[0], RECORDID="SLATE-I", WHENDUE=f"{LAST_DAYS[1]:%m/%d/%Y}")

    def sync_both(self):
        """Sync both ways until nothing is left to do; return what is held on either."""
        for _ in range(5):
            there = self.plan().plan
            self.send()
            back = self.sync_only("vendor", "ap_bill").plan
            self.apply()
            if not there.items and not back.items:
                break
        with self.systems() as systems:
            for name in ("vendor", "ap_bill"):
                reconcile(systems, systems.link(self.entity), name, f"run-{self.run}")
        assert (there.items, back.items) == ((), ()), "there is still something to do"
        return [*there.holds, *back.holds]

    def of_vendor(self, name):
        """A vendor's name in BILL and in Intacct."""
        number, vendor_id = self.vendors[name]
        [theirs] = self.in_bill("bill_vendor", id=vendor_id)
        return theirs["name"], self.of_intacct("VENDOR", number)["NAME"]

    def of_bill(self):
        """The bill's number and due date in BILL and in Intacct."""
        [theirs] = [row for row in self.in_bill("bill_ap_bill") if row["id"] == self.bill[1]]
        ours = self.of_intacct("APBILL", self.bill[0])
        due = datetime.strptime(ours["WHENDUE"], "%m/%d/%Y").replace(tzinfo=UTC).date()
        return (theirs["invoice"]["invoiceNumber"], str(theirs["dueDate"])), (ours["RECORDID"], str(due))

    def of_intacct(self, name, number):
        [row] = [row for row in self.sandbox.intacct.records(name) if str(row["RECORDNO"]) == number]
        return row


@pytest.fixture(scope="module")
def contested(make_database, migrated_template, tmp_path_factory):
    return World(make_database(migrated_template), tmp_path_factory.mktemp("home"))


@pytest.fixture
def world(contested, monkeypatch):
    for name, value in contested.environment.items():
        monkeypatch.setenv(name, value)
    return contested


def resolve(*arguments, code=0):
    run = CliRunner().invoke(main, ["resolve", *arguments])
    assert run.exit_code == code, run.output
    return run.output


def listed(*arguments):
    return json.loads(resolve(*arguments, "--json"))


def test_what_cannot_be_decided_is_told(world):
    """A slip decides nothing: no record, no such pair, a field that does not differ, an unknown link."""
    number, vendor_id = world.vendors[VENDORS[2]]
    assert "needs KIND and RECORD" in resolve("--side", "platform", code=2)
    assert "No pair of" in resolve("bill", vendor_id, "--side", "platform", code=2)
    assert "No link" in resolve("--link", "nowhere", code=2)
    assert "It differs in: name" in resolve("vendor", number, "--side", "intacct", "--field", "email", code=2)
    assert "Conflicts" in resolve()
    assert {one["platform_id"] for one in listed("vendor", "--all")} >= {vendor_id}
    with world.systems() as systems, systems.warehouse.transaction() as connection:
        [(decided,)] = connection.execute(
            "SELECT count(*) FROM mapping.resolution WHERE platform_id = %s", (vendor_id,)
        ).fetchall()
    assert decided == 0


def test_each_field_goes_the_way_that_a_person_says(world):
    """S-CFG-21, S-BIL-11: held on both ways until a person says who is right; then both say it, and nothing is left."""
    (one, two, _), (number, bill_id) = VENDORS, world.bill
    assert world.of_vendor(one) == (f"{one} in BILL", f"{one} in Intacct"), "nobody has decided yet"
    assert world.of_bill() == (("SLATE-B", str(LAST_DAYS[0])), ("SLATE-I", str(LAST_DAYS[1])))
    [there], [back] = ([hold for hold in world.held if hold.source_id == key] for key in world.bill)
    assert (there.kind, back.kind, back.rule) == ("conflict", "conflict", "S-CFG-21")
    assert f"resolve bill {bill_id} --side platform" in back.remedy
    [told] = [found for found in listed() if found["platform_id"] == world.vendors[one][1]]
    assert (told["kind"], told["field"], told["changed_by"], told["is_held"]) == ("vendor", "name", "both", True)
    said = {"agreed": f"Named {one}", "platform": f"{one} in BILL", "intacct": f"{one} in Intacct"}
    assert said.items() <= told.items()
    assert "on name of" in resolve("vendor", world.vendors[one][1], "--side", "platform", "--by", "ana")
    resolve("vendor", world.vendors[two][0], "--side", "intacct")
    assert {found["field"] for found in listed("bill", number)} == {"document_no", "due_date"}
    resolve("bill", number, "--side", "platform", "--field", "document_no")
    resolve("bill", bill_id, "--side", "intacct", "--field", "due_date")
    held = world.sync_both()
    assert world.of_vendor(one) == (f"{one} in BILL",) * 2
    assert world.of_vendor(two) == (f"{two} in Intacct",) * 2
    assert world.of_bill() == (("SLATE-B", str(LAST_DAYS[1])),) * 2
    ours = {*world.vendors[one], *world.vendors[two], *world.bill}
    assert not [hold for hold in held if hold.source_id in ours]
    left = {found["platform_id"] for found in listed()}
    assert world.vendors[VENDORS[2]][1] in left
    assert not left & ours
    with world.systems() as systems, systems.warehouse.transaction() as connection:
        [kept] = connection.execute(
            "SELECT side, decided_by, fields FROM mapping.resolution WHERE platform_id = %s", (world.vendors[one][1],)
        ).fetchall()
        written = connection.execute(
            "SELECT object, written_at IS NOT NULL FROM mapping.agreement WHERE platform_id = ANY(%s) ORDER BY object",
            ([world.vendors[one][1], bill_id],),
        ).fetchall()
    assert kept == ("platform", "ana", {"name": said})
    assert written == [("ap_bill", True), ("vendor", False)], "of a list's record we wrote no more than the name"
