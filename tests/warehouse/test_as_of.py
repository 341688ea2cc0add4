"""Any table at any instant: the functions against a model that keeps every state."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import psycopg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from warehouse_rows import ALL, BILL, CHANGED, bill, store

from intacct_pipelines.domain.catalog import TABLES
from intacct_pipelines.domain.records import Deletion

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_KEYS = st.integers(1, 5)
_AMOUNTS = st.integers(1, 3)
_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("all"), st.dictionaries(_KEYS, _AMOUNTS, max_size=4)),
        st.tuples(st.just("changed"), st.dictionaries(_KEYS, _AMOUNTS, max_size=3)),
        st.tuples(st.just("deleted"), st.sets(_KEYS, max_size=2)),
    ),
    min_size=1,
    max_size=7,
)


def _rows(amounts, step):
    # each copy is younger than the one before, as the source's own clock would have it
    return [
        bill(key, trx_total_entered=f"{amount}.00", modified_at=f"2026-03-{step + 1:02d}T08:00:00Z")
        for key, amount in sorted(amounts.items())
    ]


def _play(warehouse, entity, step, what, change, state):
    """Load one step; return when it was certainly stored, and what the model holds then."""
    if what == "all":
        certificate = store(warehouse, _rows(change, step), entity=entity, window=ALL)
        state = dict(change)
    elif what == "changed":
        certificate = store(warehouse, _rows(change, step), entity=entity, window=CHANGED)
        state = state | change
    else:
        gone = [Deletion(str(key), datetime(2026, 4, 1, tzinfo=UTC), "sam") for key in change]
        certificate = store(warehouse, [], entity=entity, window=CHANGED, deletions=gone)
        state = {key: amount for key, amount in state.items() if key not in change}
    return certificate.finished_at, state


def _held(connection, entity, at):
    query = "SELECT record_no, trx_total_entered::int FROM marts.intacct_ap_bill_as_of(%s) WHERE entity = %s"
    rows = connection.execute(query, [at, entity]).fetchall()
    assert len(dict(rows)) == len(rows)
    return dict(rows)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=_STEPS)
def test_as_of_any_instant_equals_what_was_held_then(module_warehouse, steps):
    """Random histories of inserts, edits, deletions and returns: at the end of each step, and now, the model's rows."""
    entity = f"acme:{datetime.now(UTC).timestamp():.6f}".replace(":1", ":E1", 1)
    state: dict[int, int] = {}
    moments = [(_EPOCH, state)]
    for step, (what, change) in enumerate(steps):
        at, state = _play(module_warehouse, entity, step, what, change, state)
        moments.append((at, state))
    with psycopg.connect(module_warehouse.dsn) as connection:
        for at, expected in moments:
            assert _held(connection, entity, at) == expected
        assert _held(connection, entity, datetime.now(UTC) + timedelta(days=1)) == state


def test_every_table_has_its_function(module_warehouse):
    """Whatever the catalog declares can be asked as of an instant, with all its columns."""
    with psycopg.connect(module_warehouse.dsn) as connection:
        for table in TABLES.values():
            cursor = connection.execute(f"SELECT * FROM marts.{table.schema}_{table.name}_as_of(now())")  # noqa: S608 - our own names
            names = [column.name for column in cursor.description]
            assert names[1 : 1 + len(table.column_names)] == list(table.column_names)


def test_one_record_is_found_by_index_and_a_recent_instant_reads_few_versions(module_warehouse):
    """A filter reaches both tables inside the function: nothing is read whole for one record, nor for yesterday."""
    entity = "acme:large"
    for step in range(2):
        store(module_warehouse, _rows(dict.fromkeys(range(1, 3001), step + 1), step), entity=entity)
    with psycopg.connect(module_warehouse.dsn) as connection:
        connection.execute("ANALYZE intacct.ap_bill, versions.intacct_ap_bill")

        def plan(query):
            return "\n".join(line for (line,) in connection.execute(f"EXPLAIN {query}"))

        source = "SELECT record_no FROM marts.intacct_ap_bill_as_of(now())"
        for_one = plan(f"{source} WHERE entity = '{entity}' AND record_no = 7")
        assert "Seq Scan" not in for_one
        assert "Function Scan" not in for_one
        assert "valid_to_idx" in plan(f"{source} WHERE entity = '{entity}'")
    assert len(module_warehouse.as_of(BILL, entity, datetime.now(UTC))) == 3000
