"""Which entity a location belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Container, Mapping


def entity_of_location(location_id: str, locations: Mapping[Any, Mapping[str, Any]], entities: Container[str]) -> str:
    """Return the entity that a location belongs to; empty for one that is shared or unknown.

    Args:
        location_id: The location; an entity is one too.
        locations: Rows of locations by id, with ``owner_entity_id`` and ``parent_id``.
        entities: Ids of all entities.
    """
    seen: set[str] = set()
    while location_id and location_id not in seen:
        seen.add(location_id)
        if location_id in entities:
            return location_id
        row = locations.get(location_id, {})
        if row.get("owner_entity_id"):
            return str(row["owner_entity_id"])
        location_id = str(row.get("parent_id") or "")
    return ""
