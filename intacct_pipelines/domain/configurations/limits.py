"""What is not possible in each configuration, who forbids it, and what this product does about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from intacct_pipelines.domain.configurations.shape import Configuration
from intacct_pipelines.domain.rules import RULES, Limit


class Relief(StrEnum):
    """Whether a limit holds for this product too."""

    LIFTED = "lifted here"
    NOT_YET = "could be lifted, and is not yet, or not wholly"
    INTACCT = "inherent to Intacct"
    HOLDS = "holds here too"
    OURS = "a limit of this product"


_BY_KIND: Final = {
    Limit.LIFTABLE: Relief.LIFTED,
    Limit.INTACCT: Relief.INTACCT,
    Limit.NORM: Relief.HOLDS,
}


@dataclass(frozen=True, slots=True)
class Limitation:
    """One limit of some configurations.

    Args:
        rule: Number of its rule.
        letters: Configurations that have it.
        says: What is not possible, or what has to be.
        here: What this product does about it, with the setting or command.
        told: Whether it holds here, where the kind of its rule does not tell.
    """

    rule: str
    letters: str
    says: str
    here: str
    told: Relief | None = None

    @property
    def relief(self) -> Relief:
        """Whether it holds here, as its rule has it, or the one that says the same."""
        if self.told:
            return self.told
        rule = RULES[self.rule]
        if rule.same_as:
            rule = RULES[rule.same_as[0]]
        return Relief.NOT_YET if rule.short else _BY_KIND[rule.limit]


LIMITATIONS: Final = (
    Limitation(
        "S-CFG-13",
        "CDEF",
        "The company's entities must share their lists; a distributed company is connected as A or B.",
        "`check` reads it from Intacct.",
    ),
    Limitation(
        "S-CFG-01",
        "BD",
        "A connections file has one of the BILL accounts.",
        "Each has a connections file, a home and a warehouse of its own; a second entry of `links` at the same place "
        "is refused.",
        Relief.OURS,
    ),
    Limitation(
        "S-CFG-10",
        "BD",
        "Documents made in Intacct do not reach BILL, which cannot tell to which account they belong.",
        "`routes` of the company says which account gets what, by vendor, customer, location or department; each takes "
        "its own and leaves the rest. `one_way: true` keeps to the vendor's way: they are expected in Intacct alone.",
    ),
    Limitation(
        "S-CFG-24",
        "BD",
        "The vendor's support has to set it up.",
        "An entry of `links` needs nobody's support.",
        Relief.LIFTED,
    ),
    Limitation(
        "S-CFG-09",
        "BD",
        "Not advised with several locations.",
        "`routes` assigns locations to accounts, so that each knows its documents. A document over locations of "
        "several accounts is held until its vendor or customer decides, or it is split.",
        Relief.LIFTED,
    ),
    Limitation(
        "S-CFG-20",
        "CD",
        "Every line needs a location, which decides the entity into which it goes.",
        "A line without one gets `default_location` of the link, or is held.",
    ),
    Limitation(
        "S-CFG-07",
        "CD",
        "What an entity owns does not reach BILL, and is not changed from the top level.",
        "The reconciliation expects it in Intacct alone; a change is held with its owner.",
    ),
    Limitation(
        "S-CFG-23",
        "CD",
        "One entity's closed books can stop the documents of another: of all entities only the latest closed day "
        "reaches BILL.",
        "A plan asks each entity for its last closed day. Of a document the latest among the top level and the "
        "entities that its lines go to counts, and `closed_period` says what is done with older dates. One entity's "
        "close stops no other's documents.",
    ),
    Limitation(
        "S-CFG-15",
        "EF",
        "Lists and documents are made and kept at the entity.",
        "`check` warns where the top level owns the vendors that an entity sees.",
    ),
    Limitation(
        "S-CFG-07",
        "EF",
        "What the top level owns cannot be changed from the entity.",
        "A change is held with its owner before anything is sent. `into_bill.shared_lists` brings such lists to BILL "
        "all the same.",
    ),
    Limitation(
        "S-CFG-19",
        "EF",
        "A document posts to the entity that signed in, and is coded to no other entity's locations.",
        "A line with such a location is held.",
    ),
    Limitation(
        "S-CFG-17",
        "EF",
        "Ids and names of customers and vendors each stand once at the entity.",
        "`check` lists those that do not; pairs are confirmed by id with `map`.",
    ),
    Limitation(
        "S-CFG-21",
        "EF",
        "Lists that the top level shares are kept in Intacct, whose word stands in a conflict.",
        "What Intacct changed later is never overwritten; `into_bill.conflicts` says whether what both sides changed "
        "waits for a person or becomes what Intacct has.",
    ),
    Limitation(
        "S-CFG-22",
        "EF",
        "A list record made in BILL becomes the entity's own, and is shared with no other.",
        "None is expected at the top level.",
    ),
)
"""Every limit, in the order in which they are told."""


def limitations(configuration: Configuration) -> tuple[Limitation, ...]:
    """Return the limits of a configuration."""
    return tuple(one for one in LIMITATIONS if configuration.letter in one.letters)
