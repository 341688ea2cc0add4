"""Which of several BILL accounts at one place gets what is made in Intacct (S-CFG-10): a table, its first row wins.

The table names BILL's organisations itself, so the same text means the same in each account's connections file. A
document has one account by construction: two homes with one table never both take it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from intacct_pipelines.domain.names import fold

_SHOWN: Final = 12


class Place(NamedTuple):
    """What of a document's line decides: ids of Intacct, empty without one."""

    location_id: str = ""
    department_id: str = ""


class Party(NamedTuple):
    """Whose a document is: the id of a vendor, or that of a customer."""

    vendor_id: str = ""
    customer_id: str = ""


class Destination(StrEnum):
    """Where a document goes, as one of the accounts sees it."""

    HERE = "here"
    ELSEWHERE = "elsewhere"
    NOWHERE = "nowhere"
    """No row is about it, or about one of its lines."""
    SEVERAL = "several"
    """Its lines lead to different accounts."""


@dataclass(frozen=True, slots=True)
class Route:
    """One row: what it names has to hold of a line, all of it; a row that names nothing holds of every line.

    Ids are the same whatever their case, as in Intacct, and are kept folded.

    Args:
        account: Name of the account that gets it.
        vendors: Ids of vendors of Intacct; with ``customers``, the document's party is one of either.
        customers: Ids of customers.
        locations: Ids of locations, each for itself, not for what lies below it.
        departments: Ids of departments, likewise.
    """

    account: str
    vendors: frozenset[str] = frozenset()
    customers: frozenset[str] = frozenset()
    locations: frozenset[str] = frozenset()
    departments: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        for name in ("vendors", "customers", "locations", "departments"):
            object.__setattr__(self, name, frozenset(map(fold, getattr(self, name))))

    @property
    def is_for_all(self) -> bool:
        """Whether it holds of every line."""
        return not (self.vendors or self.customers or self.locations or self.departments)

    def holds_of(self, party: Party, place: Place) -> bool:
        """Say whether it holds of a line of a document."""
        is_of_party = (
            not (self.vendors or self.customers)
            or fold(party.vendor_id) in self.vendors
            or fold(party.customer_id) in self.customers
        )
        return (
            is_of_party
            and (not self.locations or fold(place.location_id) in self.locations)
            and (not self.departments or fold(place.department_id) in self.departments)
        )


@dataclass(frozen=True, slots=True)
class Routes:
    """The table of one place.

    Args:
        accounts: Name → BILL's id of the organisation, as every file has it.
        rows: In order; the first that holds of a line decides.
        sync_users: Record numbers of Intacct's users as which the vendor's syncs of the accounts work: what they made
            came from BILL.
    """

    accounts: Mapping[str, str]
    rows: tuple[Route, ...]
    sync_users: frozenset[str] = frozenset()

    def accounts_of(self, party: Party, places: Iterable[Place]) -> frozenset[str]:
        """Return the accounts that the lines of a document lead to; an empty name for a line that no row is about.

        Args:
            party: The document's vendor or customer.
            places: One for each line; a document without lines is taken for one line without codes.
        """
        return frozenset(self._of_line(party, place) for place in {*places} or {Place()})

    def _of_line(self, party: Party, place: Place) -> str:
        return next((row.account for row in self.rows if row.holds_of(party, place)), "")

    def name_of(self, organization_id: str) -> str:
        """Return the name of an organisation's account; empty for one that is not in the table."""
        return next((name for name, one in self.accounts.items() if one == organization_id), "")

    def destination(self, organization_id: str, accounts: Collection[str]) -> Destination:
        """Return where a document goes, as an organisation sees it.

        Args:
            organization_id: BILL's id.
            accounts: From ``accounts_of``.
        """
        if "" in accounts:
            return Destination.NOWHERE
        if len(accounts) > 1:
            return Destination.SEVERAL
        return Destination.HERE if self.name_of(organization_id) in accounts else Destination.ELSEWHERE

    @property
    def fingerprint(self) -> str:
        """A few letters that are the same for the same table, whichever file it stands in."""
        rows = [
            [row.account, *map(sorted, (row.vendors, row.customers, row.locations, row.departments))]
            for row in self.rows
        ]
        words = json.dumps([dict(self.accounts), rows, sorted(self.sync_users)], sort_keys=True)
        return hashlib.sha256(words.encode()).hexdigest()[:_SHOWN]
