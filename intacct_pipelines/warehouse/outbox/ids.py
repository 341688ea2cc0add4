"""Ids of records in SQL: an item holds them as text, a table as its system does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from intacct_pipelines.domain.catalog import Kind

if TYPE_CHECKING:
    from intacct_pipelines.domain.catalog import Table


def typed(table: Table, expression: str) -> str:
    """Return an expression of text as an id of a table, so that the table's index serves.

    It may stand only where the rows are those of items of that table: no other text is such an id.
    """
    return f"({expression})::bigint" if table.column(table.key[0]).kind is Kind.INTEGER else expression
