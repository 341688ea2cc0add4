"""What vendors and customers share when they are made in Intacct."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Final

from intacct_pipelines.push.planner import Held

if TYPE_CHECKING:
    from collections.abc import Collection

_DIGITS: Final = 12

POSTAL_ADDRESS: Final = (
    ("ADDRESS1", "address_line1"),
    ("CITY", "address_city"),
    ("STATE", "address_state"),
    ("ZIP", "address_zip"),
)
"""Intacct's field in a contact's ``MAILADDRESS``, and BILL's column.

The country is left out: BILL has its code, Intacct wants its list's name.
"""


def party_id_of(organization_id: str, bill_id: str) -> str:
    """Return the Intacct id for a party that BILL made: the same for ever, at most 20 characters (S-VEN-09).

    It is made from BILL's ids alone, so that renaming the party does not change it.
    """
    digest = hashlib.sha256(f"{organization_id}\x1f{bill_id}".encode()).digest()
    return "BILL-" + base64.b32encode(digest).decode()[:_DIGITS]


def check_currency(currency: str, allowed: Collection[str], party: str) -> None:
    """Refuse a party in a currency that the entity does not use; ``allowed`` is empty when that is not known.

    Raises:
        Held: It is in such a currency.
    """
    if currency and allowed and currency not in allowed:
        reason = f"the entity does not use {currency}"
        remedy = f"Enable {currency} for the entity in Intacct, or change the {party}'s currency in BILL."
        raise Held("currency", "S-CUR-04", reason, remedy)
