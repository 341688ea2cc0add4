"""Matching, comparing, explaining: frames in, differences out. No clock, no database, no network.

Read `ap_bill.py` first: it tells a reconciliation from its inputs to its totals. `pairing.py` finds pairs, `causes.py`
holds every reason a difference can have, `reconciliation.py` the result and the proof that no row and no cent is lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from intacct_pipelines.reconcile.ap_bill import reconcile_ap_bills
from intacct_pipelines.reconcile.frames import Frames
from intacct_pipelines.reconcile.listed import LISTED, reconcile_list
from intacct_pipelines.reconcile.reconciliation import Reconciliation
from intacct_pipelines.reconcile.vendor import reconcile_vendors

if TYPE_CHECKING:
    from datetime import date, datetime

    import pandas as pd

    from intacct_pipelines.domain.link import Link


@dataclass(frozen=True, slots=True)
class Moment:
    """When and in what state of the books the two sides are compared.

    Args:
        now: The instant at which ages are taken, aware.
        closed_through: Last day of the entity's closed books; None if nothing is closed.
    """

    now: datetime
    closed_through: date | None = None


def reconcile(object_name: str, link: Link, frames: Frames, crosswalk: pd.DataFrame, moment: Moment) -> Reconciliation:
    """Match and compare one object of one link.

    Args:
        object_name: One of ``domain.reconciled``.
        link: The link, with maps, grace and tolerances.
        frames: Current rows of both sides.
        crosswalk: Rows of ``mapping.crosswalk``.
        moment: When.

    Raises:
        DataContractError: Rows repeat a key or lack what the comparison needs, the crosswalk contradicts itself, or the
            classes do not add up.
        KeyError: No such object is reconciled.
    """
    if object_name == "vendor":
        return reconcile_vendors(link, frames, crosswalk, moment.now)
    if object_name == "ap_bill":
        return reconcile_ap_bills(link, frames, crosswalk, moment.now, closed_through=moment.closed_through)
    return reconcile_list(LISTED[object_name], link, frames, crosswalk, moment.now)


__all__ = ["Frames", "Moment", "Reconciliation", "reconcile", "reconcile_ap_bills", "reconcile_vendors"]
