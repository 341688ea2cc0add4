"""What vendors and customers share when they are made in Intacct."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Final

from intacct_pipelines.push.planner import Held
from intacct_pipelines.push.sources import text

if TYPE_CHECKING:
    from collections.abc import Collection

    from intacct_pipelines.domain.push import Fields
    from intacct_pipelines.push.sources import Row

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


def party_id_of(organization_id: str, party_id: str, prefix: str = "BILL-") -> str:
    """Return the Intacct id for a party that a platform made: the same for ever, at most 20 characters (S-VEN-09).

    It is made from the platform's ids alone, so that renaming the party does not change it.
    """
    digest = hashlib.sha256(f"{organization_id}\x1f{party_id}".encode()).digest()
    return prefix + base64.b32encode(digest).decode()[:_DIGITS]


def contact_fields(party: Row, print_as: str) -> Fields:
    """Return the contact that a vendor is made with.

    Args:
        party: The platform's vendor.
        print_as: Whom checks are made out to.
    """
    contact: Fields = {"PRINTAS": print_as, "COMPANYNAME": text(party, "name")}
    told = {"EMAIL1": text(party, "email"), "PHONE1": text(party, "phone")}
    address: Fields = {field: text(party, column) for field, column in POSTAL_ADDRESS if text(party, column)}
    contact |= {field: value for field, value in told.items() if value}
    return contact | {"MAILADDRESS": address} if address else contact


def check_currency(currency: str, allowed: Collection[str], party: str) -> None:
    """Refuse a party in a currency that the entity does not use; ``allowed`` is empty when that is not known.

    Raises:
        Held: It is in such a currency.
    """
    if currency and allowed and currency not in allowed:
        reason = f"the entity does not use {currency}"
        remedy = f"Enable {currency} for the entity in Intacct, or change the {party}'s currency in BILL."
        raise Held("currency", "S-CUR-04", reason, remedy)


def check_account_currency(currency: str, account: Collection[str], party: str) -> None:
    """Refuse what goes into a BILL account that is of other currencies; ``account`` is empty when that is not known.

    Raises:
        Held: It is in such a currency.
    """
    if currency and account and currency not in account:
        reason = f"the {party} is in {currency}, and BILL's account in {', '.join(sorted(account))}"
        remedy = f"It stays in Intacct; if the account takes {currency} by now, name it in `currencies` of the link."
        raise Held("currency", "S-CUR-01", reason, remedy)
