"""What people do in a scenario, by name: each scene is a handful of deeds at one BILL account and its place in Intacct.

Same seed, same deeds. Each tells in one sentence what was done, and where.
"""

from __future__ import annotations

import json
import random
import threading
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from intacct_pipelines.sandbox.staff import SIDES, Side, Staff, Thing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from intacct_pipelines.sandbox.server import Sandbox

_FIRST: Final = ("Amber", "Birch", "Cedar", "Delta", "Ember", "Fjord", "Grove", "Heron", "Indigo", "Juniper")
_TRADES: Final = (("Works", "Supply", "Freight", "Print"), ("Foundry", "Logistics", "Catering", "Optics"))
_SYSTEMS: Final = {"intacct": "Intacct", "bill": "BILL"}


class Deed(NamedTuple):
    """What somebody did.

    Args:
        where: In which system.
        what: One sentence.
    """

    where: str
    what: str


class Scenes:
    """The people of one BILL account; scenes are played in the order of ``NAMES``.

    Args:
        sandbox: The company.
        organization_id: The account.
        seed: What they do.
    """

    def __init__(self, sandbox: Sandbox, organization_id: str, seed: int) -> None:
        places = sandbox.business.organizations
        self._number = next(at for at, one in enumerate(places) if one.organization_id == organization_id)
        self._company = sandbox.business
        entity_id = places[self._number].entity_id
        self.staff = Staff(sandbox, organization_id, entity_id)
        self._dice = random.Random(f"scenes {seed} {self._number}")  # noqa: S311 - an invented company
        self._words = self._dice.sample(_FIRST[self._number :: 2], 5)
        self._things: dict[str, Thing] = {}
        self._held_beyond: Callable[[], Iterator[Deed]] | None = None

    @property
    def things(self) -> list[Thing]:
        """What was made so far."""
        return [*self._things.values()]

    def play(self, name: str) -> list[Deed]:
        """Play a scene; return what was done.

        Raises:
            KeyError: There is no such scene.
        """
        return list(NAMES[name](self))

    # --- deeds ----------------------------------------------------------------------------------------------------

    def _name(self, at: int) -> str:
        return f"{self._words[at]} {_TRADES[self._number % len(_TRADES)][at]}"

    def _code(self, word: str) -> str:
        return f"{word}{self._number + 1}"

    def _amount(self) -> Decimal:
        return Decimal(self._dice.randrange(2_000, 90_000)) / 100

    def _make(self, side: Side, kind: str, base: str, code: str = "") -> Deed:
        self._things[base] = self.staff.make(side, kind, base, code)
        return _deed(side, f"{kind} {base} made")

    def _enter(self, side: Side, kind: str, number: str, partner: str, amount: Decimal | None = None) -> Deed:
        base, amount = f"{number}-{self._number + 1}", amount or self._amount()
        self._things[number] = self.staff.enter(side, kind, base, self._things[partner], amount)
        return _deed(side, f"{kind} {base} of {partner} entered, {amount:,} USD")

    def _rename(self, side: Side, name: str, word: str) -> Deed:
        thing = self._things[name]
        self.staff.rename(side, thing, word)
        return _deed(side, f"{thing.kind} {thing.base} is now {thing.base} {word}")

    def _set_amount(self, side: Side, number: str) -> Deed:
        bill, amount = self._things[number], self._amount()
        self.staff.set_amount(side, bill, amount)
        return _deed(side, f"bill {bill.base} corrected to {amount:,} USD")

    # --- scenes ---------------------------------------------------------------------------------------------------

    def history(self) -> Iterator[Deed]:
        """What both systems have from before, entered in each, as the vendor's sync would have left it."""
        vendor, customer, department = self._name(0), self._name(1), f"{self._words[0]} Lab"
        amounts = {number: self._amount() for number in ("H-1", "H-2", "H-3")}
        for side in SIDES:
            yield self._make(side, "vendor", vendor)
            yield self._make(side, "customer", customer)
            yield self._make(side, "department", department, self._code("LAB"))
            yield self._make(side, "class", f"{self._words[1]} Fund", self._code("FUND"))
            for number in ("H-1", "H-2"):
                yield self._enter(side, "bill", number, vendor, amounts[number])
            yield self._enter(side, "invoice", "H-3", customer, amounts["H-3"])

    def changes(self) -> Iterator[Deed]:
        """New, renamed and retired records, new documents and corrected ones, on both sides."""
        ours, theirs, other = (self._name(at) for at in (2, 3, 1))
        buyer = f"{self._words[4]} Hotels"
        yield self._make("intacct", "vendor", ours)
        yield self._make("bill", "vendor", theirs)
        yield self._make("intacct", "customer", buyer)
        yield self._make("bill", "customer", f"{self._words[0]} Schools")
        yield self._make("intacct", "department", f"{self._words[2]} Desk", self._code("DESK"))
        yield self._make("bill", "class", f"{self._words[3]} Grant", self._code("GRANT"))
        yield self._enter("intacct", "bill", "N-1", ours)
        yield self._enter("bill", "bill", "N-2", theirs)
        yield self._enter("intacct", "invoice", "N-3", buyer)
        yield self._enter("bill", "invoice", "N-4", other)
        yield self._rename("intacct", f"{self._words[0]} Lab", "East")
        yield self._retire("bill", f"{self._words[1]} Fund")
        yield self._set_amount("bill", "H-2")

    def more(self) -> Iterator[Deed]:
        """Once that is on both sides: corrections of what came over, a payment, and what two people both changed."""
        yield self._set_amount("intacct", "N-1")
        yield self._rename("bill", f"{self._words[3]} Grant", "Two")
        yield self._retire("intacct", f"{self._words[2]} Desk")
        if self.staff.has_bank:
            amount = self.staff.pay(self._things["H-1"])
            yield _deed("bill", f"bill {self._things['H-1'].base} paid, {amount:,} USD")
        for side, word in zip(SIDES, ("Ltd", "LLC"), strict=True):
            yield self._rename(side, self._name(0), word)
        yield from self._beyond()

    def settling(self) -> Iterator[Deed]:
        """A person decides what was held."""
        yield self._rename("bill", self._name(0), "Ltd")
        if self._held_beyond:
            yield from self._held_beyond()

    def _retire(self, side: Side, name: str) -> Deed:
        thing = self._things[name]
        self.staff.use(side, thing, is_active=False)
        return _deed(side, f"{thing.kind} {thing.base} taken out of use")

    def _beyond(self) -> Iterator[Deed]:
        """What the configuration does not allow: at an entity, to change the top level's; at the top, new places."""
        if self.staff.entity_id:
            shared = next(one for one in self._company.vendors if not one.entity_id and one.bill_ids)
            thing = Thing("vendor", shared.name, "intacct")
            self.staff.rename("bill", thing, f"No. {self._number + 1}")
            yield _deed("bill", f"vendor {shared.name} of the top level is now {shared.name} No. {self._number + 1}")
        elif self._company.intacct_entities:
            location = self._things["place"] = self.staff.make(
                "bill", "location", f"{self._words[0]} Yard", self._code("YARD")
            )
            yield _deed("bill", f"location {location.base} made, of no entity")
            self._held_beyond = self._close_place

    def _close_place(self) -> Iterator[Deed]:
        thing = self._things["place"]
        self.staff.use("bill", thing, is_active=False)
        yield _deed("bill", f"location {thing.base} archived")


class People:
    """All people of a sandbox, asked from outside.

    Args:
        sandbox: The company.
    """

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._lock = threading.Lock()
        self._scenes: dict[str, Scenes] = {}

    def asked(self, body: bytes) -> Any:
        """Play the scene that a body of JSON names, at its organisation; without one, hash what both sides hold."""
        asked = json.loads(body)
        organization = asked["organization"]
        with self._lock:
            if organization not in self._scenes:
                self._scenes[organization] = Scenes(self._sandbox, organization, self._sandbox.options.seed)
            scenes = self._scenes[organization]
            return [deed._asdict() for deed in scenes.play(asked["scene"])] if asked["scene"] else scenes.staff.state()


NAMES: Final = {
    "history": Scenes.history,
    "changes": Scenes.changes,
    "more": Scenes.more,
    "settling": Scenes.settling,
}
"""The scenes, in the order in which they are played."""


def _deed(side: Side, what: str) -> Deed:
    return Deed(_SYSTEMS[side], what)
