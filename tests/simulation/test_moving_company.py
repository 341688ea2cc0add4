"""A company at work while it is read: whatever moves under the reader, nothing is lost and nothing comes twice."""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from pipeline_world import World
from sandbox_transport import SandboxTransport

from intacct_pipelines.domain.catalog import TABLES
from intacct_pipelines.sandbox.http import Request
from intacct_pipelines.sandbox.intacct.refusals import FunctionRefusedError

BILL, LINE = TABLES["intacct.ap_bill"], TABLES["intacct.ap_bill_line"]
SEEDS = range(2)
ZONES = ("America/Los_Angeles", "Asia/Kolkata", "Pacific/Kiritimati")


class Staff:
    """People who enter, edit and delete bills between two requests of the reader.

    Args:
        world: The company they work in.
        seed: What they do; same seed, same work.
    """

    def __init__(self, world: World, seed: int) -> None:
        self._twin = world.sandbox.intacct
        self._clock = world.sandbox.clock
        self._entity = world.entity.entity_id
        self._dice = random.Random(seed)  # noqa: S311 - a simulation
        self._lock = threading.Lock()
        self.is_at_work = True
        self.done = 0
        own = [bill.fields for bill in self._twin.bills() if bill.fields["MEGAENTITYID"] == self._entity]
        self._model = next(
            bill for bill in self._twin.bills() if bill.fields in own and bill.fields["STATE"] == "Posted"
        )

    def work(self, request: Request) -> None:
        """Do a few things, or nothing, before a request is answered."""
        if not self.is_at_work or b"<query>" not in request.body:
            return
        with self._lock:
            for _ in range(self._dice.choice((0, 1, 1, 3))):
                # Often in the same second, so that many bills share one WHENMODIFIED.
                self._clock.advance(self._dice.choice((0, 0, 0, 1, 40)))
                try:
                    self._dice.choice((self._enter, self._edit, self._edit, self._delete, self._forget_time))()
                except FunctionRefusedError:
                    continue  # a closed period or a paid bill: that person does something else
                self.done += 1

    def _enter(self) -> None:
        fields = {name: self._model.fields[name] for name in ("VENDORID", "CURRENCY", "DESCRIPTION")}
        day = self._clock.now().strftime("%m/%d/%Y")
        names = ("ACCOUNTNO", "TRX_AMOUNT", "LOCATIONID", "DEPARTMENTID", "CLASSID")
        lines = [{name: line[name] for name in names if line[name]} for line in self._model.lines]
        number = f"M-{self._dice.randrange(10**9)}"
        self._twin.create_bill(self._entity, lines, RECORDID=number, WHENCREATED=day, WHENDUE=day, **fields)

    def _edit(self) -> None:
        self._twin.edit_bill(self._any(), DESCRIPTION=f"edit {self._dice.randrange(10**6)}")

    def _delete(self) -> None:
        self._twin.delete_bill(self._any())

    def _forget_time(self) -> None:
        """A row that an import made: nobody noted when it was changed."""
        self._twin.plant("APBILL", self._any(), WHENMODIFIED="")

    def _any(self) -> int:
        own = [bill for bill in self._twin.bills() if bill.fields["MEGAENTITYID"] == self._entity]
        return int(self._dice.choice(own).fields["RECORDNO"])


def truth(world: World) -> dict[int, tuple[str, str, int]]:
    """Return what the entity's session sees: description and state of every bill, and how many lines it has."""
    return {
        int(bill.fields["RECORDNO"]): (bill.fields["DESCRIPTION"], bill.fields["STATE"], len(bill.lines))
        for bill in world.sandbox.intacct.bills()
        if bill.fields["MEGAENTITYID"] in {"", world.entity.entity_id}
    }


def stored(world: World) -> dict[int, tuple[str, str, int]]:
    """Return the same of the warehouse, deleted rows left out."""
    with world.systems() as systems:
        bills = systems.warehouse.read_frame(BILL, str(world.entity))
        lines = systems.warehouse.read_frame(LINE, str(world.entity))
    assert bills["record_no"].is_unique
    assert lines["record_no"].is_unique
    counts = lines["bill_record_no"].value_counts()
    return {
        int(number): (description or "", state, int(counts.get(number, 0)))
        for number, description, state in zip(bills["record_no"], bills["description"], bills["state"], strict=True)
    }


def ledgers(world: World) -> tuple[set[int], set[int]]:
    """Return the numbers of the entity's posted lines, as the books have them and as they are stored."""
    with world.systems() as systems:
        lines = systems.warehouse.read_frame(TABLES["intacct.gl_detail"], str(world.entity), columns=["record_no"])
    postings = world.sandbox.intacct.ledger.postings()
    return {line.number for posting in postings for line in posting.lines}, set(lines["record_no"])


def small_pages(world: World, in_flight: int, zone: str) -> None:
    """Read in pages of 7 rows, and take the company's clock for one of another zone than it is."""
    company = world.connections.companies["sandbox"]
    changed = company.model_copy(update={"page_size": 7, "requests_in_flight": in_flight, "modified_zone": zone})
    world.connections = world.connections.model_copy(update={"companies": {"sandbox": changed}})


@contextmanager
def machine_in(zone: str) -> Iterator[None]:
    """Let this machine be in another zone; nothing that is stored may depend on it."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = zone
    time.tzset()
    try:
        yield
    finally:
        if before is None:
            del os.environ["TZ"]
        else:
            os.environ["TZ"] = before
        time.tzset()


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_lost_and_nothing_comes_twice_while_people_work(
    make_database: Callable[..., str], migrated_template: str, seed: int
):
    """After any syncs during work, one quiet sync makes the warehouse equal to the books, line for line."""
    world = World(make_database(migrated_template), seed=seed % 3, bills=36)
    small_pages(world, in_flight=1 + seed % 2, zone=ZONES[seed % 3])
    staff = Staff(world, seed)
    world.transport = SandboxTransport(world.sandbox, before=staff.work)
    with machine_in(("Asia/Kolkata", "America/Los_Angeles", "UTC")[seed // 3 % 3]):
        untouched = truth(world)
        for _ in range(2):
            before = truth(world)
            certificates = world.extract()
            assert all(certificate.is_whole for certificate in certificates.values())
            after, found = truth(world), stored(world)
            # What was there from the beginning to the end of the reading has arrived, whatever moved beside it.
            for number in before.keys() & after.keys():
                assert number in found
                if before[number] == after[number] and untouched.get(number) == before[number]:
                    assert found[number] == before[number]
        staff.is_at_work = False
        world.extract()
        assert staff.done > 10
        assert stored(world) == truth(world)
        posted, kept = ledgers(world)
        assert posted == kept
        written = {name: c.inserted + c.updated + c.deleted for name, c in world.extract().items()}
        assert sum(written.values()) == 0
