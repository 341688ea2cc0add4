"""Taking a month's tie-outs and storing them. The first result of closed books is the frozen one; none is replaced."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final, TypeVar

from psycopg import sql
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from intacct_pipelines.domain.close import TIE_OUTS, ClosePolicy, Period
from intacct_pipelines.warehouse.close.changes import store_changes
from intacct_pipelines.warehouse.close.rows import Aged, Change, Figure, Item, Outcome
from intacct_pipelines.warehouse.close.sides import control_accounts, make_stage, stage
from intacct_pipelines.warehouse.place import names

if TYPE_CHECKING:
    from collections.abc import Sequence

    import psycopg

    from intacct_pipelines.warehouse.connection import Warehouse

_MOST_ITEMS: Final = 500
"""Kept of what makes one difference, the largest first; a figure tells how many there are."""
_Row = TypeVar("_Row")


def take(
    warehouse: Warehouse, period: Period, policy: ClosePolicy, run_id: str, tie_outs: Sequence[str] = tuple(TIE_OUTS)
) -> Outcome:
    """Compute the tie-outs of a month from one snapshot of the warehouse, and store them.

    Storing again with the same run id replaces that run's result; results of other runs stay as they are.

    Args:
        warehouse: Where the entity's tables are.
        period: Entity and month.
        policy: Named control accounts and tolerance.
        run_id: The run.
        tie_outs: Names of those whose tables were read.

    Raises:
        WarehouseUnavailableError: Postgres went away; nothing was stored.
    """
    key = {"entity": str(period.entity), "month": period.month, "run_id": run_id}
    with warehouse.transaction(f"closing {period.month:%Y-%m} of {period.entity}") as connection:
        # Loads that commit meanwhile must not show in one side alone.
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        # Joins of many rows that were made in the query itself have no statistics; one by one they would never end.
        connection.execute("SET LOCAL enable_nestloop = off")
        connection.execute("SET LOCAL jit = off")
        connection.execute(
            "DELETE FROM close.result WHERE (entity, month, run_id) = (%(entity)s, %(month)s, %(run_id)s)", key
        )
        result = connection.execute(_STORE_RESULT, {**key, "last_day": period.last_day}).fetchone()
        assert result is not None  # noqa: S101 - an INSERT returns its row; this tells the type checker
        taken_at, frozen_run_id, frozen_at = result
        accounts = control_accounts(connection, period, policy, taken_at)
        make_stage(connection)
        stage(connection, period, accounts, taken_at, tie_outs=tie_outs)
        facts = {**key, "tolerance": Jsonb({name: str(amount) for name, amount in policy.tolerance.items()})}
        for one in map(TIE_OUTS.__getitem__, tie_outs):
            judged = {"tie_out": one.name, "trx": one.is_judged_in_currency, "base": one.is_judged_in_base}
            judged["informational"] = one.is_informational
            connection.execute(_STORE_FIGURES, {**facts, **judged})
            connection.execute(_STORE_ITEMS, {**facts, **judged, "most": _MOST_ITEMS})
        connection.execute(_STORE_AGEING, key)
        if frozen_run_id not in {None, run_id}:
            store_changes(connection, period, accounts, frozen_at, run_id)
        return _read(connection, key)


def read_outcome(warehouse: Warehouse, period: Period, run_id: str | None = None) -> Outcome | None:
    """Return a stored result of a month: of one run, or the last; None if there is none."""
    with warehouse.transaction("reading tie-outs") as connection:
        row = connection.execute(
            "SELECT run_id FROM close.result WHERE entity = %s AND month = %s AND (%s::text IS NULL OR run_id = %s) "
            "ORDER BY taken_at DESC LIMIT 1",
            [str(period.entity), period.month, run_id, run_id],
        ).fetchone()
        if row is None:
            return None
        return _read(connection, {"entity": str(period.entity), "month": period.month, "run_id": row[0]})


def _read(connection: psycopg.Connection, key: dict[str, Any]) -> Outcome:
    row = connection.execute(
        "SELECT run_id, taken_at, closed_through, is_closed, coalesce(frozen_run_id, ''), frozen_at FROM close.result "
        "WHERE (entity, month, run_id) = (%(entity)s, %(month)s, %(run_id)s)",
        key,
    ).fetchone()
    assert row is not None  # noqa: S101 - stored or found just before; this tells the type checker
    kinds = {"figure": Figure, "item": Item, "ageing": Aged, "change": Change}
    return Outcome(*row, *(_rows(connection, kind, table, key) for table, kind in kinds.items()))


def _rows(connection: psycopg.Connection, kind: type[_Row], table: str, key: dict[str, Any]) -> tuple[_Row, ...]:
    """Return stored rows in the order in which tie-outs are shown, then by their key."""
    columns = [field.name for field in fields(kind)]  # type: ignore[arg-type]  # all are data classes
    order = [name for name in ("account_no", "currency", "base_currency", "position", "bucket") if name in columns]
    query = sql.SQL(
        "SELECT {} FROM {} WHERE (entity, month, run_id) = (%(entity)s, %(month)s, %(run_id)s) "
        "ORDER BY array_position(%(order)s, tie_out), {}"
    ).format(names(tuple(columns)), sql.Identifier("close", table), names(tuple(order)))
    with connection.cursor(row_factory=class_row(kind)) as cursor:
        return tuple(cursor.execute(query, {**key, "order": list(TIE_OUTS)}).fetchall())


# The frozen result is the first of closed books after the last of open ones.
_STORE_RESULT: Final = """
WITH books AS (
    SELECT max(closed_through) AS closed_through FROM intacct.close_status WHERE entity = %(entity)s AND NOT _deleted
),
state AS (SELECT closed_through, coalesce(closed_through >= %(last_day)s, false) AS is_closed FROM books),
frozen AS (
    SELECT run_id, taken_at FROM close.result AS r
    WHERE entity = %(entity)s AND month = %(month)s AND frozen_run_id = run_id
    ORDER BY taken_at DESC LIMIT 1
),
reopened AS (
    SELECT EXISTS (
        SELECT FROM close.result AS r
        WHERE entity = %(entity)s AND month = %(month)s AND NOT is_closed AND taken_at > (SELECT taken_at FROM frozen)
    ) AS was
),
chosen AS (
    SELECT
        CASE WHEN is_closed AND (was OR frozen.run_id IS NULL) THEN %(run_id)s ELSE frozen.run_id END AS run_id,
        CASE WHEN is_closed AND (was OR frozen.run_id IS NULL) THEN now() ELSE frozen.taken_at END AS taken_at
    FROM state CROSS JOIN reopened LEFT JOIN frozen ON true
)
INSERT INTO close.result (entity, month, run_id, taken_at, closed_through, is_closed, frozen_run_id, frozen_at)
SELECT %(entity)s, %(month)s, %(run_id)s, now(), state.closed_through, state.is_closed, chosen.run_id, chosen.taken_at
FROM state CROSS JOIN chosen
RETURNING taken_at, frozen_run_id, frozen_at
"""
_STORE_FIGURES: Final = """
WITH summed AS (
    SELECT
        account_no, currency, base_currency,
        CASE WHEN %(trx)s AND NOT bool_or(side = 'expected' AND amount IS NULL)
            THEN coalesce(sum(amount) FILTER (WHERE side = 'expected'), 0) END AS expected,
        CASE WHEN %(trx)s AND NOT bool_or(side = 'actual' AND amount IS NULL)
            THEN coalesce(sum(amount) FILTER (WHERE side = 'actual'), 0) END AS actual,
        CASE WHEN %(base)s AND NOT bool_or(side = 'expected' AND amount_base IS NULL)
            THEN coalesce(sum(amount_base) FILTER (WHERE side = 'expected'), 0) END AS expected_base,
        CASE WHEN %(base)s AND NOT bool_or(side = 'actual' AND amount_base IS NULL)
            THEN coalesce(sum(amount_base) FILTER (WHERE side = 'actual'), 0) END AS actual_base
    FROM staged_side
    WHERE moment = 'now' AND tie_out = %(tie_out)s
    GROUP BY 1, 2, 3
)
INSERT INTO close.figure (entity, month, run_id, tie_out, account_no, currency, base_currency, expected, actual,
    difference, expected_base, actual_base, difference_base, items, ties)
SELECT
    %(entity)s, %(month)s, %(run_id)s, %(tie_out)s, account_no, currency, base_currency, expected, actual,
    actual - expected, expected_base, actual_base, actual_base - expected_base, 0,
    %(informational)s OR (
        (NOT %(trx)s OR coalesce(
            abs(actual - expected) <= coalesce((%(tolerance)s ->> currency)::numeric, 0), false
        )) AND (NOT %(base)s OR coalesce(
            abs(actual_base - expected_base) <= coalesce((%(tolerance)s ->> base_currency)::numeric, 0), false
        ))
    )
FROM summed
"""
_STORE_AGEING: Final = """
INSERT INTO close.ageing (entity, month, run_id, tie_out, currency, base_currency, bucket, documents, amount,
    amount_base)
SELECT
    %(entity)s, %(month)s, %(run_id)s, tie_out, currency, base_currency,
    CASE
        WHEN due_date >= last_day THEN 'not_due'
        WHEN last_day - due_date <= 30 THEN 'overdue_1_30'
        WHEN last_day - due_date <= 60 THEN 'overdue_31_60'
        WHEN last_day - due_date <= 90 THEN 'overdue_61_90'
        ELSE 'overdue_over_90'
    END AS bucket, count(*), sum(amount), sum(amount_base)
FROM staged_side
CROSS JOIN (SELECT (%(month)s::date + interval '1 month')::date - 1 AS last_day) AS period
WHERE moment = 'now' AND side = 'actual' AND due_date IS NOT NULL
GROUP BY 4, 5, 6, 7
"""
# Records that are equal on both sides of a key go; what is left of it adds up to its difference.
_STORE_ITEMS: Final = """
WITH side_row AS (
    SELECT *, CASE WHEN %(trx)s THEN amount END AS judged, CASE WHEN %(base)s THEN amount_base END AS judged_base,
        CASE side WHEN 'actual' THEN 1 ELSE -1 END AS sign
    FROM staged_side WHERE moment = 'now' AND tie_out = %(tie_out)s
),
differing AS (
    SELECT key, account_no, currency, base_currency
    FROM side_row
    GROUP BY 1, 2, 3, 4
    HAVING coalesce(sum(sign * judged), 0) <> 0 OR coalesce(sum(sign * judged_base), 0) <> 0
),
numbered AS (
    SELECT side_row.*, row_number() OVER (
            PARTITION BY side, key, account_no, currency, base_currency, judged, judged_base
            ORDER BY table_name, record_no, day
        ) AS nth
    FROM side_row JOIN differing USING (key, account_no, currency, base_currency)
),
alone AS (
    SELECT mine.*
    FROM numbered AS mine
    LEFT JOIN numbered AS other
        ON other.side <> mine.side AND other.key = mine.key AND other.account_no = mine.account_no
        AND other.currency = mine.currency AND other.base_currency = mine.base_currency AND other.nth = mine.nth
        AND (other.judged, other.judged_base) IS NOT DISTINCT FROM (mine.judged, mine.judged_base)
    WHERE other.key IS NULL
),
placed AS (
    SELECT *, row_number() OVER (
            PARTITION BY account_no, currency, base_currency
            ORDER BY greatest(abs(judged), abs(judged_base)) DESC NULLS LAST, key, side, table_name, record_no, day,
                coded_to
        ) AS position
    FROM alone
),
kept AS (
    INSERT INTO close.item (entity, month, run_id, tie_out, account_no, currency, base_currency, position, side,
        table_name, record_no, document_no, party_id, coded_to, day, amount, amount_base)
    SELECT %(entity)s, %(month)s, %(run_id)s, tie_out, account_no, currency, base_currency, position, side, table_name,
        record_no, document_no, party_id, coded_to, day, amount, amount_base
    FROM placed WHERE position <= %(most)s
)
UPDATE close.figure AS f SET items = counted.items
FROM (SELECT account_no, currency, base_currency, count(*) AS items FROM placed GROUP BY 1, 2, 3) AS counted
WHERE (f.entity, f.month, f.run_id, f.tie_out) = (%(entity)s, %(month)s, %(run_id)s, %(tie_out)s)
    AND (f.account_no, f.currency, f.base_currency) = (counted.account_no, counted.currency, counted.base_currency)
"""
