"""Checks of a link by its settings alone: is it one of A to F, and may its way into BILL be gone?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from intacct_pipelines.doctor.places import Place, Scope
from intacct_pipelines.doctor.probe import Probe
from intacct_pipelines.domain.checkup import Verdict, doubtful
from intacct_pipelines.domain.configurations import Placed, in_no_configuration
from intacct_pipelines.domain.link import INTO_BILL
from intacct_pipelines.domain.pushed import PUSHED


def _placed(place: Place) -> Placed:
    return next(one for one in place.connections.placed(place.link.company) if one.name == place.name)


@dataclass(frozen=True, slots=True)
class Shut:
    """Documents that a link's way into BILL names, and that its own settings keep from going there."""

    documents: Sequence[str]


def judge_shut(shut: Shut) -> Sequence[Verdict]:
    """With ``one_way`` transactions go to Intacct only, so a way back for documents is never taken."""
    if not shut.documents:
        return []
    return [
        doubtful(
            f"`one_way` lets no document go into BILL, and `into_bill` has {' and '.join(shut.documents)} all the same",
            "a link whose documents go both ways, or an `into_bill` for lists and partners alone",
            f"Name {', '.join(shut.documents)} in `into_bill.not_pushed`, or take `one_way` out of the link.",
            "S-CFG-10",
        )
    ]


def _shut(place: Place) -> Shut:
    """Return none of a link to an entity, whose ``one_way`` is wrong by itself and told so."""
    way = place.connections.platform_link(INTO_BILL, place.entity)
    if way is None or not way.one_way or way.entity.entity_id:
        return Shut(())
    into_bill = (one for one in PUSHED.values() if one.platform == INTO_BILL)
    return Shut([one.name for one in into_bill if not one.is_list and one.is_let_by(way)])


LINK_PROBES: Final[tuple[Probe[Any], ...]] = (
    Probe("configuration of the link", ("S-CFG-06", "S-CFG-10"), "settings", Scope.LINK, _placed, in_no_configuration),
    Probe("documents of a one-way link", ("S-CFG-10",), "settings", Scope.LINK, _shut, judge_shut),
)
