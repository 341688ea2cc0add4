"""Check of a link by its settings alone: is it one of the configurations A to F?"""

from __future__ import annotations

from typing import Any, Final

from intacct_pipelines.doctor.places import Place, Scope
from intacct_pipelines.doctor.probe import Probe
from intacct_pipelines.domain.configurations import Placed, in_no_configuration


def _placed(place: Place) -> Placed:
    return next(one for one in place.connections.placed(place.link.company) if one.name == place.name)


LINK_PROBES: Final[tuple[Probe[Any], ...]] = (
    Probe("configuration of the link", ("S-CFG-06", "S-CFG-10"), "settings", Scope.LINK, _placed, in_no_configuration),
)
