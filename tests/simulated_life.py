"""One life of a plan: chosen, approved, sent, recovered and confirmed while a seed says what goes wrong and when."""

from __future__ import annotations

import contextlib
import os
import random
import time
import traceback
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import httpx
import psycopg
from push_world import SteppedOutbox
from simulated_choice import choose
from simulated_company import SimulatedCompany, source_of
from simulated_crash import Crash, dying_after
from simulated_laws import BrokenLawError, Laws, holds
from simulated_network import FAULTS, REPEATING, Network, control_ids
from simulated_person import Person
from simulated_process import work_and_kill
from simulated_shelf import REPLACED, UNREAD, Shelf

from intacct_pipelines.clients.intacct.client import IntacctClient
from intacct_pipelines.clients.intacct.options import Credentials, Options
from intacct_pipelines.domain.push import State
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.errors import IntacctPipelinesError
from intacct_pipelines.push.apply import ApplyOptions, apply_plan
from intacct_pipelines.push.confirm import confirm_items
from intacct_pipelines.push.into_intacct import IntacctChannel
from intacct_pipelines.sandbox.intacct.refusals import FunctionRefusedError
from intacct_pipelines.warehouse.connection import Warehouse
from intacct_pipelines.warehouse.outbox import Outbox

TROUBLES = (
    "crash",
    "instruction",
    "second worker",
    "person",
    "restart",
    "source change",
    "schedule twice",
    "confirmed",
    UNREAD,
    REPLACED,
)
"""What happens besides faults of the network; an instruction is one at which the process dies."""
_ROUNDS = 3
_CONFIRMED_EVERY = 16
_MOST_INSTRUCTIONS = 60_000
_LONGEST_LIFE_SECONDS = 0.5
_CREDENTIALS = ("sender_id", "sender_password", "company_id", "user_id", "user_password")
_OPEN = [State.APPROVED, State.SENDING, State.UNCERTAIN]


class Life:
    """One seed.

    Args:
        company: Where it is lived; inside ``company.life()``.
        seed: Decides everything.
        shares: How often, per step, what goes wrong; drawn where it does not say.
        faults: What may happen to a request.
        objects: What is sent in any case.
    """

    def __init__(
        self,
        company: SimulatedCompany,
        seed: int,
        shares: Mapping[str, float] | None = None,
        faults: Sequence[str] = FAULTS,
        objects: Sequence[str] = (),
    ) -> None:
        self.company = company
        self.rng = rng = random.Random(seed)  # noqa: S311  # the same seed must give the same troubles
        self.met: Counter[str] = Counter()
        self.steps = 0
        self.late: list = []
        self._is_calm = False
        self._is_nested = False
        self._is_apart = False
        self._workers = 0
        options = company.sandbox.intacct.options
        options.duplicate_control_id = ("refuse", "replay", "ignore")[seed % 3]
        options.duplicate_bill_number = rng.choice(["refuse", "allow"])
        # A gateway that forgets control ids leaves nothing that could stop a request which comes when it was given up.
        forgets = options.duplicate_control_id == "ignore"
        self._faults = [one for one in faults if not (forgets and one in REPEATING)]
        self._share = {
            "fault": rng.choice([0.0, 0.1, 0.3, 0.6]),
            "crash": rng.choice([0.0, 0.02, 0.1]),
            "second worker": 0.0 if forgets else rng.choice([0.0, 0.0, 0.03]),
            "person": rng.choice([0.0, 0.0, 0.0, 0.02]),
            "restart": rng.choice([0.0] * 9 + [0.02]),
            "source change": rng.choice([0.0, 0.0, 0.02]),
            "schedule twice": rng.choice([0.0, 0.3]),
            "instruction": rng.choice([0.0, 0.5]),
            # SIGKILL comes at another moment each time, so only who asks for it gets it.
            "kill": 0.0,
            UNREAD: rng.choice([0.0, 0.3]),
            REPLACED: rng.choice([0.0, 0.2]),
        } | dict(shares or {})
        self._in_one_request = rng.choice([1, 2, 3, 25])
        self._page_size = rng.choice([1, 2, 2000])
        chosen = choose(company, rng, objects)
        self.items, self._left_out, self._hindered = chosen.items, chosen.left_out, dict(chosen.hindered)
        uploads = [item for item in self.items if PUSHED[item.object_name].is_read_by_call]
        self._replaced = {item.source_id for item in uploads if self.happens(REPLACED)}
        replaced = {item.key: "its file is another by now" for item in uploads if item.source_id in self._replaced}
        self._hindered |= replaced
        self.laws = Laws(company, [*self.items, *self._left_out])
        self._person = Person(company, rng, self.laws, loses_marks=not forgets)
        self.outbox = SteppedOutbox(company.warehouse, now=company.clock.now)
        self.outbox.world = self

    # --- what goes wrong ----------------------------------------------------------------------------------------------

    def happens(self, what: str) -> bool:
        """Draw whether something goes wrong now, and count it."""
        if self._is_calm or self.rng.random() >= self._share[what]:
            return False
        self.met[what] += 1
        return True

    def fault(self) -> str:
        """What happens to the next request."""
        self.met["request"] += 1
        if not self._faults or not self.happens("fault"):
            return ""
        chosen = self.rng.choice(self._faults)
        self.met[chosen] += 1
        return chosen

    def step(self, name: str) -> None:
        """Judge the laws between two steps, and let something happen there."""
        self.steps += 1
        if name == "after request":
            self.laws.check_intacct()
        if self._is_apart or (name.startswith("after") and name != "after request"):
            self.laws.check_journal()
        if self._is_calm or self._is_nested:
            return
        if self.late and self.rng.random() < 0.2:
            self.deliver_late()
        if self.happens("person"):
            self._person.work_on(self.items)
        if self.happens("source change"):
            self._change_source()
        if self.happens("restart"):
            self.laws.lost_locks = True
            self.company.restart_database()
        if self.happens("second worker"):
            self._second_worker()
        if self.happens("crash"):
            raise Crash

    def replaces(self, source_id: str) -> bool:
        """Whether the files of a record hold something else than when they were planned."""
        return source_id in self._replaced

    def deliver_late(self) -> None:
        """Bring a request to Intacct that was given up long ago."""
        if self.late:
            request = self.late.pop(0)
            self.laws.comes_late(control_ids(request.body))
            self.company.sandbox.intacct.handle(request)

    def disturb(self) -> None:
        """Change a bill that has nothing to do with this life, as a busy office does between two pages."""
        text = " ".join(item.payload_text for item in self.items)
        numbers = {item.target_id for item in self.items}
        for bill in self.company.sandbox.intacct.bills():
            is_free = str(bill.record_no) not in numbers and f'"{bill.record_no}"' not in text
            if is_free and bill.fields["STATE"] == "Posted" and bill.record_no < self.laws.first_bill:
                with contextlib.suppress(FunctionRefusedError):  # its books are closed: the next one
                    self.company.sandbox.intacct.edit_bill(bill.record_no, DESCRIPTION=f"Touched {self.steps}")
                    return

    def _change_source(self) -> None:
        item = self.rng.choice(self.items)
        self.company.change_source(item)
        # A record may be the source of several items, as a receipt is of the entry of its fee.
        for one in self.items:
            if source_of(one) == source_of(item):
                self._hindered |= dict.fromkeys(self.laws.source_changed(one), "its source changed")

    def _second_worker(self) -> None:
        """Another worker runs from beginning to end while this one stands still."""
        self._is_nested = True
        try:
            survive(self._work)
        finally:
            self._is_nested = False

    # --- the way of the plan ------------------------------------------------------------------------------------------

    def live(self) -> None:
        """Go the whole way, with troubles and then without, judging the laws after every step."""
        plan = self.company.plan_of(self.items, created_at=self.company.clock.now())
        for item in plan.items:
            if any(parent in self._hindered for parent in item.depends_on):
                self._hindered[item.key] = "its parent is held"
        self._surely(lambda: self.outbox.store_plan(plan, actor="planner"))
        status = self.outbox.plan(plan.plan_id)
        self._approve(plan.plan_id, status.content_hash)
        if self._left_out:
            beside = self.company.plan_of(self._left_out, created_at=self.company.clock.now())
            self._surely(lambda: self.outbox.store_plan(beside, actor="planner"))
        for _ in range(_ROUNDS):
            if not self.outbox.items(states=_OPEN):
                break
            if self.happens("schedule twice"):
                later = replace(plan, created_at=self.company.clock.now())
                survive(lambda later=later: self.outbox.store_plan(later, actor="planner"))
            survive(self._perhaps_dying)
        self._is_calm = True
        self._work_to_the_end()
        while self.late:
            self.deliver_late()
            self.laws.check_intacct()
        self.laws.check_end(self._all_hindered())
        self.met.update(f"ended {state}" for state in self.laws.states.values())

    def _all_hindered(self) -> dict[str, str]:
        """Key of each item that may stay behind: with the held ones their children, and all that was never approved."""
        found = dict(self._hindered) | {item.key: "not approved" for item in self._left_out}
        for item in self.items:
            for parent in item.depends_on:
                if parent in found or parent in self.laws.touched:
                    found[item.key] = "its parent stayed behind"
        return found

    def _approve(self, plan_id: str, content_hash: str) -> None:
        def approve() -> None:
            self.outbox.approve(plan_id, by="ann", content_hash=content_hash)

        survive(approve)
        if self.outbox.plan(plan_id).state == "planned":
            self._surely(approve)

    def _surely(self, action: Callable[[], object]) -> None:
        """Do something once more, without troubles, if it did not come to its end."""
        if survive(action):
            return
        was, self._is_calm = self._is_calm, True
        survive(action)
        self._is_calm = was

    def _perhaps_dying(self) -> None:
        if self.happens("instruction"):
            with dying_after(self.rng.randrange(_MOST_INSTRUCTIONS)):
                self._work()
        elif self.happens("kill"):
            self._is_apart = True
            try:
                work_and_kill(self._work_apart, Network(self), self.rng.uniform(0.02, _LONGEST_LIFE_SECONDS))
            finally:
                self._is_apart = False
        else:
            self._work()

    def _work(self) -> None:
        """Run one worker to its end, or until it dies."""
        self._workers += 1
        self._apply(self.outbox, Network(self), Shelf(self, self.company.files), f"worker-{self._workers}")

    def _work_apart(self, transport: httpx.BaseTransport) -> None:
        """Run one worker in a process of its own, over connections of its own."""
        with (
            contextlib.suppress(IntacctPipelinesError),  # a refusal ends the child in order
            Warehouse(self.company.warehouse.dsn) as warehouse,
            self.company.files_apart() as files,
        ):
            outbox = Outbox(warehouse, now=self.company.clock.now)
            self._apply(outbox, transport, Shelf(self, files), f"process-{os.getpid()}")

    def _apply(self, outbox: Outbox, transport: httpx.BaseTransport, shelf: Shelf, worker: str) -> None:
        clock, facts = self.company.clock, self.company.sandbox.describe()["intacct"]
        with IntacctClient(
            Credentials(*(facts[name] for name in _CREDENTIALS)),
            Options(url=facts["url"], attempts=2, in_flight=1, page_size=self._page_size),
            transport=transport,
            sleep=clock.advance,
            now=clock.now,
        ) as client:
            apply_plan(
                outbox,
                IntacctChannel(client.session(self.company.world.entity.entity_id), shelf),
                self.company.link,
                worker=worker,
                options=ApplyOptions(functions_per_request=self._in_one_request),
                now=clock.now,
                sleep=clock.advance,
            )

    def _work_to_the_end(self) -> None:
        """Apply until nothing waits: what a dead worker held is free only when the server has noticed its end."""
        for _ in range(100):
            self._work()
            if not self.outbox.items(states=_OPEN):
                return
            time.sleep(0.02)

    def confirm(self) -> None:
        """Bring back what was written, and confirm it."""
        self._is_calm = True
        accepted = self.outbox.items(states=[State.ACCEPTED])
        confirm_items(self.outbox, self.company.link)
        holds(not self.outbox.items(states=[State.CONFIRMED]), "an item is confirmed before its record came back")
        self.company.extract({item.object_name for item in accepted})
        self.laws.came_back()
        self._is_calm = False
        survive(lambda: confirm_items(self.outbox, self.company.link))
        self._is_calm = True
        confirm_items(self.outbox, self.company.link)
        self.met["confirmed"] += len(accepted)
        self.laws.check_end(self._all_hindered())
        self.laws.check_confirmed()


def survive(action: Callable[[], object]) -> bool:
    """Do one thing; return whether it came to its end, or was ended by death or a refusal."""
    try:
        action()
    except (IntacctPipelinesError, psycopg.OperationalError):
        return False
    except Crash as crash:
        # A dead process holds nothing: what it was in the middle of lets go now, not when its memory is collected.
        traceback.clear_frames(crash.__traceback__)
        return False
    return True


def live(company: SimulatedCompany, seed: int, *, is_confirmed: bool = False, **troubles: Any) -> Life:
    """Live one life and undo it; every so often, or when told, what was written is brought back and confirmed as well.

    Raises:
        BrokenLawError: A law did not hold; it names the seed.
    """
    with company.life():
        life = Life(company, seed, **troubles)
        try:
            life.live()
            if is_confirmed or seed % _CONFIRMED_EVERY == 0:
                life.confirm()
        except BrokenLawError as error:
            error.add_note(f"seed {seed}")
            raise
    return life
