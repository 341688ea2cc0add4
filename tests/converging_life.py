"""One life of a company synced both ways with its BILL accounts: people edit on both sides, faults strike, all settles.

The laws: once people rest and the network holds, a few syncs come to rest; every record that only one side changed is
then the same on both, once on each; one that both changed is held, by name; once a person has decided, all agree, and
another sync writes nothing.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal

from converging_world import Company, CrashError

from intacct_pipelines.domain.conflicts import Side
from intacct_pipelines.errors import IntacctPipelinesError
from intacct_pipelines.sandbox.staff import KINDS, SIDES, Thing

MOST_SYNCS = 8
"""Within so many syncs without faults everything has to come to rest: parents, children, documents, corrections."""
LISTS = ("department", "class", "vendor", "customer")
DOCUMENTS = ("bill", "credit", "invoice")
AMENDED = ("bill", "credit")
"""Documents that are corrected, each where it was entered."""
_FAULT_RATE = 0.4
_FROM_BEFORE = 4
_CONSONANTS = "bdfgklmnprstvz"
BY_DESIGN = {"still_used", "settled"}
"""Why a record may wait for a person though only one side changed it."""


@dataclass
class Kept:
    """A thing, and who changed it since both sides last agreed.

    Args:
        thing: The thing.
        staff: Number of the people who made it.
        touched: Sides that changed it, each account of BILL for itself.
        has_documents: Whether a document is of it.
        is_retired: Whether somebody took it out of use; people tell each other that.
        clashed: Whether both sides gave it different names at once, so that a person has to decide.
        said: What was said of it last, by the field of its standing.
        owner: Whom a document is of; None for a record of a list.
    """

    thing: Thing
    staff: int
    touched: set = field(default_factory=set)
    has_documents: bool = False
    is_retired: bool = False
    clashed: bool = False
    said: dict = field(default_factory=dict)
    owner: Kept | None = None


def _agree(standings: dict) -> bool:
    """Whether a thing is the same wherever it is; what is out of use need not be everywhere."""
    there = [found[0] for found in standings.values() if found]
    same = len({one.facts for one in there}) == 1
    return same and (len(there) == len(standings) or not there[0].is_active)


class BrokenError(AssertionError):
    """A law does not hold."""


class Life:
    """One life.

    Args:
        letter: Its configuration.
        seed: All that happens.
        dsns: Gives the address of a fresh warehouse.
    """

    def __init__(self, letter: str, seed: int, dsns) -> None:
        self.company = Company(letter, seed, dsns)
        self._dice = random.Random(f"life {letter} {seed}")  # noqa: S311  # a simulation
        self._kept: list[Kept] = []
        self._made = 0
        self._is_decided = False
        self._by = ("hand", "intacct", "resolve", "platform")[seed % 4]
        self.met: Counter[str] = Counter()

    def live(self, rounds: int = 1, turns: int = 4) -> None:
        """Live, and judge.

        Args:
            rounds: How often people and network rest.
            turns: How often something is read, planned or sent before each rest, with people at work in between.

        Raises:
            BrokenError: A law does not hold.
        """
        self._begin()
        for _ in range(rounds):
            self.company.network.rate = _FAULT_RATE
            for _ in range(turns):
                for _ in range(self._dice.randint(2, 9)):
                    self._work()
                self._machine()
            self.company.network.rate = 0.0
            waiting = self._judge(self._rest())
        if waiting:
            self._settle(waiting)
        self._assert_still()
        self.met += self.company.network.met

    def _begin(self) -> None:
        """Let both sides agree once on what the company has from before; some of its vendors are edited later."""
        for home in self.company.homes:
            for entity in home.entities:
                home.sync(entity)
        for number, staff in enumerate(self.company.staffs):
            things = [
                Thing("vendor", one.name, "intacct")
                for one in self.company.sandbox.business.vendors
                if one.entity_id == staff.entity_id and staff.organization_id in one.bill_ids
            ]
            alone = [one for one in things if all(len(staff.find(side, one)) == 1 for side in SIDES)]
            self._kept += [Kept(one, number, has_documents=True) for one in alone[:_FROM_BEFORE]]

    # --- people ---------------------------------------------------------------------------------------------------

    def _work(self) -> None:
        self.company.clock.advance(self._dice.randint(1, 90))
        acts = (self._make, self._enter, self._enter, self._rename, self._amend, self._retire, self._clash)
        act = self._dice.choice((self._make, *acts))
        try:
            act()
        except LookupError:
            return  # what they wanted to change is not there yet
        self.met[act.__name__.removeprefix("_")] += 1

    def _make(self) -> None:
        """Somebody makes a record of a list; now and then two people make the same, each on one side."""
        kind, number = self._dice.choice(LISTS), self._dice.randrange(len(self.company.staffs))
        self._made += 1
        base, code = f"{self._word()} {self._word()}", f"X{self._made:03}"
        sides = SIDES if self._dice.random() < 0.15 else (self._dice.choice(SIDES),)  # seldom
        for side in sides:
            thing = self.company.staffs[number].make(side, kind, base, code)
        self._kept.append(Kept(thing, number, {self._side(side, number) for side in sides}))

    def _word(self) -> str:
        """A word that is like no other, so that nobody is taken for another."""
        return "".join(self._dice.choice(_CONSONANTS) + self._dice.choice("aeiou") for _ in range(5)).title()

    def _enter(self) -> None:
        kind, side = self._dice.choice(DOCUMENTS), self._dice.choice(SIDES)
        owner = self._any(KINDS[kind].partner)
        staff = self.company.staffs[owner.staff]
        if owner.is_retired:
            raise LookupError
        self._made += 1
        thing = staff.enter(side, kind, f"{kind[0].upper()}-{self._made:03}", owner.thing, self._amount())
        owner.has_documents = True
        self._kept.append(Kept(thing, owner.staff, {self._side(side, owner.staff)}, owner=owner))

    def _rename(self) -> None:
        """Another name, or number; a document is corrected where it was entered."""
        kept = self._any(*LISTS, *AMENDED)
        self._name(kept, self._dice.choice(SIDES) if kept.thing.kind not in AMENDED else kept.thing.born)

    def _name(self, kept: Kept, side: str) -> None:
        word = f"v{self._dice.randrange(1000):03}"
        self.company.staffs[kept.staff].rename(side, kept.thing, word)
        self._touch(kept, side, name=f"{kept.thing.base} {word}")

    def _clash(self) -> None:
        """Two people name the same record, on which both sides agree, each on one side and in another way."""
        kept = self._any("vendor", "department", "class", "customer")
        if kept.touched:
            raise LookupError
        for side in SIDES:
            self._name(kept, side)
        kept.clashed = True

    def _amend(self) -> None:
        kept, amount = self._any(*AMENDED), self._amount()
        self.company.staffs[kept.staff].set_amount(kept.thing.born, kept.thing, amount)
        self._touch(kept, kept.thing.born, amount=amount)

    def _retire(self) -> None:
        kept, side = self._any(*LISTS), self._dice.choice(SIDES)
        if kept.has_documents:
            raise LookupError
        self.company.staffs[kept.staff].use(side, kept.thing, is_active=False)
        kept.is_retired = True
        self._touch(kept, side, is_active=False)

    def _touch(self, kept: Kept, side: str, **said: object) -> None:
        kept.touched.add(self._side(side, kept.staff))
        kept.said |= said

    def _any(self, *kinds: str) -> Kept:
        found = [one for one in self._kept if one.thing.kind in kinds and not one.clashed]
        if not found:
            raise LookupError
        return self._dice.choice(found)

    def _amount(self) -> Decimal:
        return Decimal(self._dice.randrange(1_000, 90_000)) / 100

    def _side(self, side: str, number: int) -> str:
        return side if side == "intacct" else f"bill {number}"

    # --- the machine ----------------------------------------------------------------------------------------------

    def _machine(self) -> None:
        """Read, plan or send, in any order and each for itself; whatever happens on the way."""
        home = self._dice.choice(self.company.homes)
        entity = self._dice.choice(home.entities)
        act = self._dice.choice(
            (lambda: home.read(entity), lambda: home.plan(entity, 0), lambda: home.plan(entity, 1))
            + (lambda: home.send(entity), lambda: home.sync(entity), lambda: home.sync(entity)) * 2
        )
        try:
            act()
        except CrashError:
            self.met["crashed"] += 1
        except IntacctPipelinesError:
            self.met["failed"] += 1

    def _rest(self) -> list:
        """Sync all without faults until nothing is to be done; return the last plans."""
        for _ in range(MOST_SYNCS):
            self.company.clock.advance(60)
            synced = [home.sync(entity) for home in self.company.homes for entity in home.entities]
            plans = [plan for found, _ in synced for plan in found]
            # what was approved before may expire as it is sent, and is planned again by the next sync
            if not any(is_waiting for _, is_waiting in synced) and not any(
                one.plan.items or one.confirmed for one in plans
            ):
                return plans
        items = [item.label for one in plans for item in one.plan.items]
        raise BrokenError(f"after {MOST_SYNCS} syncs there is still something to do: {items}")

    # --- the laws -------------------------------------------------------------------------------------------------

    def _judge(self, plans: list) -> list[Kept]:
        """Judge all things; return those that wait for a person."""
        holds = {}
        for one in plans:
            for hold in one.plan.holds:
                holds.setdefault(hold.source_id, []).append(hold)
        waiting = []
        for kept in self._kept:
            standings = self._standings(kept)
            if any(len(found) > 1 for found in standings.values()):
                raise BrokenError(f"{kept.thing} is there more than once: {standings}")
            if not any(one.is_active for found in standings.values() for one in found):
                continue  # what is out of use on every side is left as it is, whatever else differs
            if _agree(standings):
                self._check_said(kept, standings)
                continue
            named = [hold for found in standings.values() for one in found for hold in holds.get(one.key, [])]
            kinds = {hold.kind for hold in named}
            if not named:
                raise BrokenError(
                    f"{kept.thing}, changed by {sorted(kept.touched)}, differs and nothing says why: {standings}"
                )
            if any(kept.owner is one for one in waiting):
                continue  # it is decided with whom it is of
            if len(kept.touched) < 2 and not kinds <= BY_DESIGN:  # both sides
                reasons = [(hold.kind, hold.rule, hold.reason) for hold in named]
                raise BrokenError(
                    f"{kept.thing}, changed by {sorted(kept.touched)} alone, is held: {reasons}: {standings}"
                )
            self.met[f"held: {', '.join(sorted(kinds))}"] += 1
            waiting.append(kept)
        return waiting

    def _check_said(self, kept: Kept, standings: dict) -> None:
        """What one side alone said is what both have; what both said at once nobody overwrote unseen."""
        (now, *_) = (found[0] for found in standings.values() if found)
        lost = {name: value for name, value in kept.said.items() if getattr(now, name) != value}
        if len(kept.touched) < 2 and lost:  # both sides
            raise BrokenError(f"{kept.thing}: {lost} was said by {sorted(kept.touched)} alone, and is lost: {now}")
        if kept.clashed and not self._is_decided:
            raise BrokenError(f"{kept.thing} was named on both sides at once, and one was overwritten: {now}")
        kept.touched.clear()
        kept.said.clear()
        kept.clashed = False

    def _standings(self, kept: Kept) -> dict[str, list]:
        """How a thing stands in Intacct and in each account that is to have it."""
        staffs = self.company.staffs
        own = staffs[kept.staff]
        found = {"intacct": own.find("intacct", kept.thing), f"bill {kept.staff}": own.find("bill", kept.thing)}
        for number, other in enumerate(staffs):
            if number != kept.staff and self.company.shares_place:
                there = other.find("bill", kept.thing)
                if kept.thing.kind in LISTS:
                    found[f"bill {number}"] = there
                elif there:
                    raise BrokenError(f"{kept.thing} of account {kept.staff} is in account {number} too")
        return found

    def _settle(self, waiting: list[Kept]) -> None:
        """What waits is decided, by the policy, by a person's word or by hand: as Intacct has it. Then all agree."""
        self._is_decided = True
        for home in self.company.homes if self._by in {"intacct", "platform"} else ():
            home.set_conflicts(self._by)
        for home in self.company.homes if self._by == "resolve" else ():
            self.met["settled by a person's word"] += home.resolve(lambda: self._dice.choice([*Side]))
        if self._by != "hand":
            waiting = self._judge(self._rest())
        for kept in waiting:
            right = self.company.staffs[kept.staff].one("intacct", kept.thing)
            for number, staff in enumerate(self.company.staffs):
                if self.company.shares_place or number == kept.staff:
                    self._decide(staff, kept.thing, right)
        left = self._judge(self._rest())
        if left:
            raise BrokenError(
                f"decided, and still not agreed: {[(kept.thing, self._standings(kept)) for kept in left]}"
            )

    def _decide(self, staff, thing, right) -> None:
        self.company.clock.advance(60)
        there = staff.one("bill", thing)
        if there.name != right.name:
            staff.rename("bill", thing, right.name.removeprefix(thing.base).strip())
        if there.is_active != right.is_active:
            staff.use("bill", thing, is_active=right.is_active)
        if there.amount != right.amount and right.amount is not None:
            staff.set_amount("bill", thing, right.amount)

    def _assert_still(self) -> None:
        """Another sync changes nothing."""
        before, writes = [staff.state() for staff in self.company.staffs], self.company.network.writes
        plans = self._rest()
        if [staff.state() for staff in self.company.staffs] != before or self.company.network.writes != writes:
            raise BrokenError("another sync wrote something")
        ours = {one.key for kept in self._kept for found in self._standings(kept).values() for one in found}
        held = [hold.label for one in plans for hold in one.plan.holds if hold.source_id in ours]
        if held:
            raise BrokenError(f"all is decided, and still held: {held}")
