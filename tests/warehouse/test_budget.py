"""The API budget on a real Postgres: what is noted, what is refused, and that nobody passes the line together."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import psycopg
import pytest

from intacct_pipelines.domain.budget import Account, Budget, Purpose, Scope
from intacct_pipelines.errors import BudgetSpentError
from intacct_pipelines.warehouse.budget import CallLedger

ACCOUNT = Account("intacct", "Acme")
SCOPE = Scope(entity="Acme:100", asset="intacct/ap_bill", run_id="run-1")
BACKFILL = Scope(entity="Acme:100", asset="history/ap_bill", run_id="run-2", purpose=Purpose.BACKFILL)


def _ledger(warehouse, budget=Budget(), account=ACCOUNT):  # noqa: B008 - immutable
    return CallLedger(warehouse, account, budget)


def test_calls_add_up_by_account_and_by_scope(warehouse):
    """Calls of one scope are one note; the month is their sum; another account is counted by itself."""
    ledger = _ledger(warehouse)
    note = ledger.add(1, SCOPE)
    assert ledger.add(25, SCOPE, note) == note
    other = ledger.add(2, BACKFILL)
    assert other != note
    _ledger(warehouse, account=Account("bill", "Acme")).add(7, SCOPE)
    assert ledger.usage().used == 28
    with psycopg.connect(warehouse.dsn) as connection:
        rows = connection.execute("SELECT entity, asset, run_id, calls FROM ops.api_call WHERE system = 'intacct'")
        assert set(rows) == {
            ("Acme:100", "intacct/ap_bill", "run-1", 26),
            ("Acme:100", "history/ap_bill", "run-2", 2),
        }


def test_the_stop_line_is_reached_but_never_passed(warehouse):
    """The call that reaches the line is made, the next one is refused, and a refusal is not counted."""
    budget = Budget(monthly_calls=100, stop_at=Decimal("0.9"), backfill_reserve=Decimal("0.5"))
    ledger = _ledger(warehouse, budget)
    ledger.add(40, BACKFILL)
    with pytest.raises(
        BudgetSpentError, match=r"Acme has used 40 of its 100 .* 1 more for backfill .* at 40"
    ) as refused:
        ledger.add(1, BACKFILL)
    assert "raise monthly_calls" in str(refused.value)
    ledger.add(50, SCOPE)
    with pytest.raises(BudgetSpentError, match="stop line at 90"):
        ledger.add(1, SCOPE)
    usage = ledger.usage()
    assert (usage.used, usage.left(), usage.left(Purpose.BACKFILL), usage.share()) == (90, 0, 0, Decimal("0.9"))


def test_a_first_call_larger_than_the_line_is_refused(warehouse):
    """The line also holds in a month of which nothing is noted yet."""
    with pytest.raises(BudgetSpentError):
        _ledger(warehouse, Budget(monthly_calls=10)).add(11, SCOPE)
    assert _ledger(warehouse).usage().used == 0


def test_last_months_calls_do_not_count(warehouse):
    """Each calendar month begins at nothing."""
    ledger = _ledger(warehouse, Budget(monthly_calls=10))
    ledger.add(10, SCOPE)
    with psycopg.connect(warehouse.dsn) as connection:
        connection.execute("UPDATE ops.api_month SET month = (month - interval '1 month')::date")
    ledger.add(10, SCOPE)
    assert ledger.usage().used == 10


def test_many_who_send_at_once_do_not_pass_the_line_together(warehouse):
    """Of 60 calls that are made beside each other, exactly as many are let through as the budget has."""
    ledger = _ledger(warehouse, Budget(monthly_calls=33))

    def attempt(_):
        try:
            ledger.add(1, SCOPE)
        except BudgetSpentError:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(attempt, range(60))) == 33
    assert ledger.usage().used == 33


def test_without_a_budget_nothing_is_refused(warehouse):
    """Who states no monthly calls is only counted."""
    ledger = _ledger(warehouse)
    ledger.add(10_000_000, BACKFILL)
    usage = ledger.usage()
    assert (usage.used, usage.left(), usage.share()) == (10_000_000, None, None)
