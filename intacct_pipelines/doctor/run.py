"""All checks in order. What needs a check that is not well is not asked, and says so."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from intacct_pipelines.doctor.bill import BILL_PROBES
from intacct_pipelines.doctor.bill_webhooks import WEBHOOK_PROBES
from intacct_pipelines.doctor.business_center import BUSINESS_CENTER_PROBES
from intacct_pipelines.doctor.intacct_accounts import ACCOUNT_PROBES
from intacct_pipelines.doctor.intacct_cards import CARD_PROBES
from intacct_pipelines.doctor.intacct_company import COMPANY_PROBES
from intacct_pipelines.doctor.intacct_entity import ENTITY_PROBES
from intacct_pipelines.doctor.intacct_time import TIME_PROBES
from intacct_pipelines.doctor.into_bill import INTO_BILL_PROBES
from intacct_pipelines.doctor.link_shape import LINK_PROBES
from intacct_pipelines.doctor.places import Place, Places, Reach
from intacct_pipelines.doctor.probe import Probe
from intacct_pipelines.doctor.routes import ROUTE_PROBES
from intacct_pipelines.doctor.spend import SPEND_PROBES
from intacct_pipelines.domain.checkup import Checked, Checkup, Standing, not_asked
from intacct_pipelines.domain.keys import EntityKey

PROBES: Final[tuple[Probe[Any], ...]] = (
    *COMPANY_PROBES,
    *TIME_PROBES,
    *ENTITY_PROBES,
    *LINK_PROBES,
    *ROUTE_PROBES,
    *ACCOUNT_PROBES,
    *BILL_PROBES,
    *WEBHOOK_PROBES,
    *INTO_BILL_PROBES,
    *CARD_PROBES,
    *SPEND_PROBES,
    *BUSINESS_CENTER_PROBES,
)
_STOPS: Final = {Standing.WRONG, Standing.NOT_ASKED}


def check(reach: Reach, tell: Callable[[str], None] = lambda _: None, probes: Sequence[Probe[Any]] = PROBES) -> Checkup:
    """Make every check at every place; nothing is written anywhere but the calls that are counted.

    Args:
        reach: The systems.
        tell: Is told the name of each check and place before it is made.
        probes: The checks.
    """
    stopped: set[tuple[str, EntityKey]] = set()
    return Checkup(tuple(_all(Places(reach), probes, stopped, tell)))


def checks_of(reach: Reach, probes: Sequence[Probe[Any]] = PROBES) -> int:
    """Return how many checks ``check`` makes."""
    return sum(probe.scope is place.scope for place in Places(reach).all() for probe in probes)


def _all(
    places: Places, probes: Sequence[Probe[Any]], stopped: set[tuple[str, EntityKey]], tell: Callable[[str], None]
) -> Iterator[Checked]:
    for place in places.all():
        for probe in probes:
            if probe.scope is not place.scope:
                continue
            tell(f"{probe.name}, {place.name}")
            missing = next((need for need in probe.needs if _is_stopped(need, place, stopped)), "")
            verdicts = [not_asked(f"needs {missing}")] if missing else probe.look(place)
            if any(verdict.standing in _STOPS for verdict in verdicts):
                stopped.add((probe.name, place.entity))
            yield from (Checked(probe.name, probe.system, place.name, verdict) for verdict in verdicts)


def _is_stopped(need: str, place: Place, stopped: set[tuple[str, EntityKey]]) -> bool:
    """Whether a needed check is not well here or for the whole company."""
    return bool({(need, place.entity), (need, EntityKey(place.entity.company_id))} & stopped)
