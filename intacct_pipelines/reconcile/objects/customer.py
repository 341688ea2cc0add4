"""Customers; BILL has no tax id of theirs, so only e-mail and telephone speak for a likely pair."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from intacct_pipelines.reconcile.party import Party, pair_parties

if TYPE_CHECKING:
    import pandas as pd

    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.reconcile.frames import Frames
    from intacct_pipelines.reconcile.sides import Sides

# No rule says of customers, as S-VEN-06 does of vendors, that a deletion stays behind.
CUSTOMER: Final = Party("customer", ("email", "phone"), deletion_travels=True)


def pair_customers(link: Link, frames: Frames, crosswalk: pd.DataFrame) -> Sides:
    """Return the customers of both sides with their pairs; see ``pair_parties``."""
    return pair_parties(CUSTOMER, link, frames, crosswalk)
