"""API calls in the warehouse: each is noted before it is sent, so that neither a kill nor a lost answer hides one.

The sum of a month is one row, changed and checked by one statement: processes that send beside each other cannot pass
the stop line together.
"""

from __future__ import annotations

from typing import Final

from intacct_pipelines.domain.budget import Account, Budget, Scope, Usage
from intacct_pipelines.errors import BudgetSpentError
from intacct_pipelines.warehouse.connection import Warehouse

_MONTH: Final = "date_trunc('month', now() AT TIME ZONE 'UTC')::date"
_ADD: Final = (
    "INSERT INTO ops.api_month AS m (system, account, month, calls) "
    f"SELECT %(system)s, %(account)s, {_MONTH}, %(calls)s WHERE coalesce(%(calls)s <= %(limit)s::bigint, true) "
    "ON CONFLICT (system, account, month) DO UPDATE SET calls = m.calls + excluded.calls "
    "WHERE coalesce(m.calls + excluded.calls <= %(limit)s::bigint, true) RETURNING calls"
)
_USED: Final = (
    "SELECT coalesce(sum(calls), 0) FROM ops.api_month "  # noqa: S608 - only our own words
    f"WHERE system = %s AND account = %s AND month = {_MONTH}"
)


class CallLedger:
    """The calls of one account.

    Args:
        warehouse: Where they are noted.
        account: Whose they are.
        budget: How many there may be.
    """

    def __init__(self, warehouse: Warehouse, account: Account, budget: Budget) -> None:
        self._warehouse = warehouse
        self._account = account
        self._budget = budget

    def add(self, calls: int, scope: Scope, note_id: int | None = None) -> int:
        """Note calls that are about to be sent.

        Args:
            calls: How many.
            scope: For whom.
            note_id: The note to add them to, as returned before for the same scope; None for a new one.

        Returns:
            The note's id.

        Raises:
            BudgetSpentError: They would pass the stop line; nothing is noted and nothing may be sent.
            WarehouseUnavailableError: They could not be noted, so nothing may be sent.
        """
        limit = self._budget.limit(scope.purpose)
        facts = {
            "system": self._account.system,
            "account": self._account.name,
            "calls": calls,
            "limit": limit,
            "run_id": scope.run_id,
            "entity": scope.entity,
            "asset": scope.asset,
            "note_id": note_id,
        }
        with self._warehouse.transaction("noting API calls") as connection:
            # A count can be lost when the database's machine fails, not when we are killed; each call is spared a wait.
            connection.execute("SET LOCAL synchronous_commit TO off")
            if connection.execute(_ADD, facts).fetchone() is None:
                row = connection.execute(_USED, [self._account.system, self._account.name]).fetchone()
                raise self._spent(int(row[0]) if row else 0, calls, limit or 0, scope)
            if note_id is None:
                row = connection.execute(
                    "INSERT INTO ops.api_call (run_id, system, account, entity, asset, calls) VALUES "
                    "(%(run_id)s, %(system)s, %(account)s, %(entity)s, %(asset)s, %(calls)s) RETURNING id",
                    facts,
                ).fetchone()
                return int(row[0]) if row else 0
            connection.execute("UPDATE ops.api_call SET calls = calls + %(calls)s WHERE id = %(note_id)s", facts)
            return note_id

    def usage(self) -> Usage:
        """Return where the account stands this month."""
        with self._warehouse.transaction("counting API calls") as connection:
            row = connection.execute(_USED, [self._account.system, self._account.name]).fetchone()
        return Usage(self._account, self._budget, int(row[0]) if row else 0)

    def _spent(self, used: int, calls: int, limit: int, scope: Scope) -> BudgetSpentError:
        account, budget = self._account, self._budget
        return BudgetSpentError(
            f"{account.system} {account.name} has used {used:,} of its {budget.monthly_calls:,} API calls this month; "
            f"{calls:,} more for {scope.purpose} would pass the stop line at {limit:,}, so nothing was sent.",
            remedy="Go on in the next month, or raise monthly_calls, stop_at or backfill_reserve in the connections "
            "file if the contract allows more. What is stored is whole; the next run goes on from there.",
        )
