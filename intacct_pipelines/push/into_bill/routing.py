"""Whether a document of Intacct is this BILL account's, where several end at one place; every planner asks here.

What is decided is in ``domain.routes``; what came from another account is known by the source that it names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from intacct_pipelines.domain.keys import read_intacct_mark, read_source_mark
from intacct_pipelines.domain.routes import Destination, Party, Place
from intacct_pipelines.push.planner import Held
from intacct_pipelines.push.sources import text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from intacct_pipelines.domain.pushed import Pushed
    from intacct_pipelines.push.planner import Context
    from intacct_pipelines.push.sources import Row

LEFT: Final = ""
"""In ``Context.agreed`` in the place of BILL's id: what is known of a document that has no pair here."""
LEFT_TO: Final = "left_to"
"""There: the name of the account to which a document was left when it was last seen to lead there."""


class Routing:
    """Routes the documents of one pushed object (S-CFG-10).

    Of a link whose account is alone at its place every document is this account's.

    Args:
        context: What the planner is told.
        pushed: What the documents are pushed as.
    """

    def __init__(self, context: Context, pushed: Pushed) -> None:
        self._context = context
        self._sources = context.sources
        self._link = context.sources.link
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
        """Refuse a document that leads to no account or several, led to another one, or whose maker nobody knows.

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

        before = self._context.agreed.get((self._pushed.reconciliation, LEFT, str(row[self._pushed.source.key[0]])), {})
        if routes and (account := before.get(LEFT_TO)):
            reason = f"`routes` led it to {account} when an earlier plan saw it, which may have it by now"
            remedy = f"Look in {account}: archive it there and enter it here by hand, by whose number the two pair."
            raise Held("rerouted", "S-CFG-10", reason, remedy)

    def check_pair(self, row: Row, twin: Row) -> None:
        """Refuse to go on with a document that went into this account, and leads to another one now.

        Raises:
            Held: It does, so that it may be in both.
        """
        routes, number = self._link.routes, str(row[self._pushed.source.key[0]])
        if routes is None or twin.get("is_archived"):
            return
        went_there = (self._pushed.name, number) in self._context.posted
        if not went_there and read_intacct_mark(text(twin, "description")) != number:
            return
        if self._destination(row) is Destination.ELSEWHERE:
            (account,) = routes.accounts_of(_party(row), self._places(row))
            reason = f"it went into this account as {twin['id']}, and `routes` leads it to {account} now"
            remedy = (
                f"Undo what moved it, in Intacct or in the table; or see that {account} has it, and archive it here."
            )
            raise Held("rerouted", "S-CFG-10", reason, remedy)

    def left(self, rows: Iterable[Row]) -> Iterator[tuple[Row, str]]:
        """Yield those of some documents without pair here that lead to another account, with its name."""
        routes = self._link.routes
        for row in rows if routes else ():
            if routes and self._destination(row) is Destination.ELSEWHERE:
                (account,) = routes.accounts_of(_party(row), self._places(row))
                yield row, account

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
