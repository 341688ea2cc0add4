"""The postal address of a vendor or customer, as its contact in Intacct has it and BILL wants it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from intacct_pipelines.push.sources import text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from intacct_pipelines.push.sources import Row

_ADDRESS: Final = (
    ("line1", "address_line1"),
    ("line2", "address_line2"),
    ("city", "address_city"),
    ("stateOrProvince", "address_state"),
    ("zipOrPostalCode", "address_zip"),
    ("country", "address_country_code"),
)
"""BILL's field in an address, and the column of Intacct's contact."""
_NEEDED: Final = ("line1", "city", "zipOrPostalCode", "country")
"""What BILL does not do without (bill v3, vendors)."""
_WORDS: Final = {"line1": "street", "zipOrPostalCode": "postal code"}


def address_of(contact: Row, country: str) -> dict[str, str]:
    """Return what an address holds, by BILL's field.

    Args:
        contact: Intacct's contact; an empty one has no address.
        country: Country where the contact names none, ISO 3166.
    """
    address = {name: text(contact, column).strip() for name, column in _ADDRESS}
    address["country"] = address["country"] or country
    return {name: value for name, value in address.items() if value}


def lacking(address: Mapping[str, str]) -> str:
    """Return what an address lacks of what BILL wants, in words; empty if it is whole."""
    return ", ".join(_WORDS.get(name, name) for name in _NEEDED if name not in address)
