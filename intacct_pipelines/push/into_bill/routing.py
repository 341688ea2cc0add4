"""Whether a document of Intacct is this BILL account's, where several end at one place; every planner asks here.

What is decided is in ``domain.routes``; what came from another account is known by the source that it names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from intacct_pipelines.domain.keys import read_source_mark
from intacct_pipelines.domain.routes import Destination, Party, Place
from intacct_pipelines.push.planner import Held
from intacct_pipelines.push.sources import text

if TYPE_CHECKING:
    from intacct_pipelines.domain.pushed import Pushed
    from intacct_pipelines.push.sources import Row, Sources


class Routing:
    """Routes the documents of one pushed object (S-CFG-10).

    Of a link whose account is alone at its place every document is this account's.

    Args:
        sources: The rows.
        pushed: What the documents are pushed as.
    """

    def __init__(self, sources: Sources, pushed: Pushed) -> None:
        self._link = sources.link
        self._sources = sources
        self._pushed = pushed

    def is_elsewhere(self, row: Row) -> bool:
        """Return whether a document that has no pair here is left to another account.

        It came from one, or its routing leads there; or nothing of Intacct's goes into this one.
        """
        if not self._link.shares_its_place:
            return False
        came_from_bill = self._came_from_another(row) or self._is_by_a_sync(row)
        return self._link.one_way or came_from_bill or self._destination(row) is Destination.ELSEWHERE

    def check(self, row: Row) -> None:
        """Refuse a document that leads to no account, or to several, or of which nobody knows who made it.

        Raises:
            Held: It does.
        """
        routes = self._link.routes
        found = self._destination(row) if routes else Destination.HERE
        if routes and found is Destination.NOWHERE:
            reason = f"no row of `routes` says to which of {', '.join(routes.accounts)} it belongs"
            remedy = "Add a row that does, in each account's connections file; or correct its codes in Intacct."
            raise Held("no_route", "S-CFG-10", reason, remedy)
        if routes and routes.sync_users and not text(row, "created_by"):
            reason = "it is not known whether a sync of BILL made it"
            remedy = "Read it again: `backfill` its month; a table of an earlier release did not have its maker."
            raise Held("maker_unknown", "S-CFG-10", reason, remedy)
        if routes and found is Destination.SEVERAL:
            names = " and ".join(sorted(routes.accounts_of(_party(row), self._places(row))))
            reason = f"by `routes` its lines lead to {names}, and a document goes into one account"
            remedy = "Split it in Intacct, or let a row above those decide by its vendor or customer."
            raise Held("several_routes", "S-CFG-10", reason, remedy)

    def _destination(self, row: Row) -> Destination:
        routes = self._link.routes
        if routes is None:
            return Destination.HERE
        return routes.destination(self._link.organization_id, routes.accounts_of(_party(row), self._places(row)))

    def _is_by_a_sync(self, row: Row) -> bool:
        """Return whether the vendor's sync of one of the accounts made it, which leaves no word of its source."""
        routes = self._link.routes
        return routes is not None and text(row, "created_by") in routes.sync_users

    def _came_from_another(self, row: Row) -> bool:
        """Return whether it names a source in BILL that this account never had."""
        mark = read_source_mark(text(row, "description"))
        return (
            mark is not None
            and mark[0] == "bill"
            and mark[1] not in self._sources.keys(self._pushed.target.qualified_name)
        )

    def _places(self, row: Row) -> list[Place]:
        key = row[self._pushed.source.key[0]]
        return [
            Place(text(line, "location_id"), text(line, "department_id"))
            for table in self._pushed.source_lines
            for line in self._sources.lines(table.qualified_name).get(key, [])
        ]


def _party(row: Row) -> Party:
    return Party(text(row, "vendor_id"), text(row, "customer_id"))
