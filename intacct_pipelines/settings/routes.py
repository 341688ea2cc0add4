"""Which of several BILL accounts at one place gets what is made in Intacct, as the connections file has it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from intacct_pipelines.domain.routes import Route, Routes
from intacct_pipelines.settings.sections import Section, Text

_Name = Annotated[str, StringConstraints(min_length=1)]
_Id = Annotated[Text, StringConstraints(min_length=1)]


class RouteSettings(Section):
    """One row: of a document's line all that it names has to hold; without anything it holds of every line."""

    to: _Name = Field(description="Name of the account that gets it, one of `accounts`.")
    vendors: frozenset[_Id] = Field(frozenset(), description="Ids of vendors of Intacct.")
    customers: frozenset[_Id] = Field(frozenset(), description="Ids of customers of Intacct.")
    locations: frozenset[_Id] = Field(
        frozenset(), description="Ids of locations of Intacct, each for itself, not for those below it."
    )
    departments: frozenset[_Id] = Field(
        frozenset(), description="Ids of departments of Intacct, each for itself, not for those below it."
    )

    @property
    def policy(self) -> Route:
        """What these settings state."""
        return Route(self.to, self.vendors, self.customers, self.locations, self.departments)


class RoutesSettings(Section):
    """The table: the same text in the connections file of each of the accounts."""

    accounts: dict[_Name, _Id] = Field(
        min_length=2, description="Name of each BILL account at the place, to its BILL organisation id."
    )
    rows: tuple[RouteSettings, ...] = Field(
        min_length=1, description="In order: the first row that holds of a line decides to which account it leads."
    )

    sync_users: frozenset[_Id] = Field(
        frozenset(),
        description="Record numbers of Intacct's users as which the vendor's syncs of these accounts work, as "
        "CREATEDBY has them: what they made came from BILL, and goes into no account.",
    )

    @model_validator(mode="after")
    def _fits_together(self) -> RoutesSettings:
        if len(set(self.accounts.values())) != len(self.accounts):
            msg = "two of routes.accounts name the same BILL organisation (S-CFG-10)"
            raise ValueError(msg)
        for row in self.rows:
            if row.to not in self.accounts:
                msg = f"a row of routes leads to {row.to}, which routes.accounts does not have (S-CFG-10)"
                raise ValueError(msg)
        for row in self.rows[:-1]:
            if row.policy.is_for_all:
                msg = f"the row of routes to {row.to} holds of every line, so no row after it ever decides (S-CFG-10)"
                raise ValueError(msg)
        return self

    @property
    def policy(self) -> Routes:
        """What these settings state."""
        return Routes(self.accounts, tuple(row.policy for row in self.rows), self.sync_users)
