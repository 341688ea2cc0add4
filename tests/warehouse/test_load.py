"""Loading against a real Postgres."""

from __future__ import annotations

from warehouse_rows import bill, store

from intacct_pipelines.warehouse.connection import Warehouse


def test_loading_twice_equals_loading_once(warehouse: Warehouse) -> None:
    """The second load of the same rows inserts, updates and deletes nothing."""
    rows = [bill(1), bill(2)]
    first = store(warehouse, rows)
    second = store(warehouse, rows)
    assert (first.inserted, first.updated, first.unchanged) == (2, 0, 0)
    assert (second.inserted, second.updated, second.unchanged, second.deleted) == (0, 0, 2, 0)
