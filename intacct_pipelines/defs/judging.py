"""Judging whether an entity's documents add up; plain functions over the warehouse's tables, without Dagster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from intacct_pipelines.validate import documents

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from intacct_pipelines.validate.documents import DocumentCheck
    from intacct_pipelines.warehouse.connection import Warehouse

_JUDGED_AT_A_TIME: Final = 20_000
"""Documents that may not add up and are read at once."""


def check_entity_documents(
    warehouse: Warehouse, entity: str, checks: Iterable[DocumentCheck] = documents.DOCUMENT_CHECKS
) -> pd.DataFrame:
    """Return the documents that do not add up, or name what is not there; one row a failure.

    Postgres finds those that may fail, so the memory that this takes follows their number and not the tables' size.
    """
    found: list[pd.DataFrame] = []
    for check in checks:
        suspected, by = warehouse.suspects(check.holds, entity)
        for start in range(0, len(suspected), _JUDGED_AT_A_TIME):
            block = suspected[start : start + _JUDGED_AT_A_TIME]
            frames = {
                table: warehouse.read_frame(table, entity, columns=columns, among=(by[table], block))
                for table, columns in check.reads.items()
            }
            found.append(documents.check_documents(frames, entity=entity, checks=[check]))
    return documents.together(found)
