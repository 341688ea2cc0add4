"""Customers; BILL has no tax id of theirs, so e-mail, telephone and Intacct's id speak for a likely pair."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from intacct_pipelines.reconcile.frames import folded, text
from intacct_pipelines.reconcile.party import Party, pair_parties

if TYPE_CHECKING:
    import pandas as pd

    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.reconcile.frames import Frames
    from intacct_pipelines.reconcile.sides import Sides

_NUMBERS: Final = {"bill": "account_number", "intacct": "customer_id"}
"""Where each side has Intacct's id of a customer: BILL has it where somebody or a sync has written it there."""


def _number(side: str, rows: pd.DataFrame) -> dict[str, pd.Series]:
    return {"customer_number": folded(text(rows, _NUMBERS[side]))}


# No rule says of customers, as S-VEN-06 does of vendors, that a deletion stays behind.
CUSTOMER: Final = Party(
    "customer", ("email", "phone"), ("customer_number",), deletion_travels=True, more_columns=_number
)


def pair_customers(link: Link, frames: Frames, crosswalk: pd.DataFrame) -> Sides:
    """Return the customers of both sides with their pairs; see ``pair_parties``."""
    return pair_parties(CUSTOMER, link, frames, crosswalk)
