"""Meters between the clients and the budget: every call of a process is charged to its account and its scope."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from intacct_pipelines.domain.budget import Account, Purpose, Scope, Usage
from intacct_pipelines.domain.keys import EntityKey
from intacct_pipelines.warehouse.budget import CallLedger

if TYPE_CHECKING:
    from intacct_pipelines.settings import Connections
    from intacct_pipelines.warehouse.connection import Warehouse


class Meters:
    """The meters of one process.

    Args:
        connections: Where the budgets are stated.
        warehouse: Returns the warehouse; asked when the first call is made.
    """

    def __init__(self, connections: Connections, warehouse: Callable[[], Warehouse]) -> None:
        self._connections = connections
        self._warehouse = warehouse
        self._scope = Scope()
        self._notes: dict[tuple[Account, Scope], int] = {}
        self._lock = threading.Lock()

    @contextmanager
    def scope(self, scope: Scope) -> Iterator[None]:
        """Charge the calls of the block to a scope; steps of one process run one after the other."""
        before, self._scope = self._scope, scope
        try:
            yield
        finally:
            self._scope = before

    def charge(self, account: Account) -> Callable[[int], None]:
        """Return what a client of the account calls before it sends, with the number of billable calls.

        It raises ``BudgetSpentError`` when they would pass the stop line.
        """

        def add(calls: int) -> None:
            # one after the other: the requests of two threads belong to one note
            with self._lock:
                key = (account, self._scope)
                self._notes[key] = self._ledger(account).add(calls, self._scope, self._notes.get(key))

        return add

    def usage(self, account: Account) -> Usage:
        """Return where an account stands this month."""
        return self._ledger(account).usage()

    def usages(self) -> list[Usage]:
        """Return where every account of the connections file stands."""
        return [self.usage(account) for account in sorted(self._connections.budgets)]

    def facts(self, system: str, entity: EntityKey) -> dict[str, Any]:
        """Return the figures that stand in an asset's metadata; none if the entity has no account there."""
        account = self._connections.account(system, entity)
        if account is None:
            return {}
        usage = self.usage(account)
        facts: dict[str, Any] = {"api_calls_this_month": usage.used}
        if (left := usage.left()) is not None:
            facts["api_calls_left"] = left
        return facts

    def _ledger(self, account: Account) -> CallLedger:
        return CallLedger(self._warehouse(), account, self._connections.budgets[account])


def scope_of(entity: EntityKey, asset: str, run_id: str, purpose: Purpose = Purpose.SYNC) -> Scope:
    """Return the scope of one step."""
    return Scope(entity=str(entity), asset=asset, run_id=run_id, purpose=purpose)
