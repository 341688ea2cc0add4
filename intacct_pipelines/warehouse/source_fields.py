"""Which fields each object has in each company, as asked for before: asking is a billable call, so it is kept."""

from __future__ import annotations

from collections.abc import Sequence

from intacct_pipelines.domain.records import SourceField
from intacct_pipelines.warehouse.connection import Warehouse


class SourceFields:
    """What is known of the fields of one entity's objects.

    Args:
        warehouse: Where it is kept.
        entity: The entity's partition key.
    """

    def __init__(self, warehouse: Warehouse, entity: str) -> None:
        self._warehouse = warehouse
        self._entity = entity

    def read(self, object_name: str) -> tuple[SourceField, ...]:
        """Return the fields of an object as last stored, in the source's order; none if never asked."""
        with self._warehouse.transaction("reading the fields of an object") as connection:
            rows = connection.execute(
                "SELECT field, is_custom FROM ops.source_field WHERE entity = %s AND object = %s ORDER BY position",
                [self._entity, object_name],
            ).fetchall()
        return tuple(SourceField(name, is_custom) for name, is_custom in rows)

    def store(self, object_name: str, fields: Sequence[SourceField]) -> None:
        """Keep what the source just answered, in place of what was known of the object."""
        with self._warehouse.transaction("keeping the fields of an object") as connection:
            connection.execute(
                "DELETE FROM ops.source_field WHERE entity = %s AND object = %s", [self._entity, object_name]
            )
            connection.cursor().executemany(
                "INSERT INTO ops.source_field (entity, object, field, position, is_custom) VALUES (%s, %s, %s, %s, %s)"
                " ON CONFLICT DO NOTHING",
                [
                    (self._entity, object_name, field.name, position, field.is_custom)
                    for position, field in enumerate(fields)
                ],
            )
