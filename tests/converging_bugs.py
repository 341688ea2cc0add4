"""Bugs to plant into syncing both ways, each by replacing one function: the laws of a life have to notice them."""

from __future__ import annotations

from typing import NamedTuple

from converging_world import FAULTS

from intacct_pipelines.push import apply
from intacct_pipelines.push.into_bill import merging, records
from intacct_pipelines.push.into_bill.channel import BillChannel
from intacct_pipelines.warehouse.agreed import Agreements


class Setting(NamedTuple):
    """In which life a bug shows."""

    letter: str
    seed: int
    faults: tuple[str, ...] = FAULTS
    turns: int = 4


def forgets_what_was_agreed(plant) -> None:
    """What both sides agreed on is not stored."""
    plant.setattr(Agreements, "known", lambda _self: {})


def sends_again_without_looking(plant) -> None:
    """What is uncertain, or new, is sent into BILL without looking whether it is there."""
    plant.setattr(apply._Run, "_resolve", lambda _self, items, **_: (list(items), []))
    plant.setattr(BillChannel, "is_looked_up_first", lambda _self, _item: False)


def takes_the_wrong_side_for_the_changed_one(plant) -> None:
    """What only BILL changed counts as changed by Intacct alone, so that its old word goes back into BILL."""

    def to_send(fields, base, **_more):
        return {
            one.column: one.ours
            for one in fields
            if one.ours and not one.is_agreed and one.ours == base.get(one.column)
        }

    plant.setattr(records, "to_send", to_send)
    plant.setattr(merging, "to_send", to_send)


BUGS = {
    forgets_what_was_agreed: Setting("E", 2),
    sends_again_without_looking: Setting("C", 0, ("answer", "crash after")),
    takes_the_wrong_side_for_the_changed_one: Setting("A", 0),
}
