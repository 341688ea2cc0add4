"""How far books are closed: those of a link's own level, and those of entities into which its documents go. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Self


@dataclass(frozen=True, slots=True)
class Closed:
    """The last closed day of some books.

    Args:
        through: The day.
        entity: The entity whose books they are; empty for the link's own level.
    """

    through: date
    entity: str = ""

    def __str__(self) -> str:
        return f"{self.through} at entity {self.entity}" if self.entity else str(self.through)


@dataclass(frozen=True, slots=True)
class ClosedBooks:
    """How far the books are closed into which documents of one link go (S-CFG-23).

    Args:
        own: Last closed day of the link's own level; None if all is open.
        later: Last closed day of each entity whose books are closed later than that; a link at an entity has none.
    """

    own: date | None = None
    later: Mapping[str, date] = field(default_factory=dict)

    @classmethod
    def told(cls, own: date | None, entities: Mapping[str, date | None]) -> Self:
        """Return what the level itself and each entity told; what is closed no later than the level adds nothing."""
        later = {
            entity: day for entity, day in sorted(entities.items()) if day is not None and (own is None or day > own)
        }
        return cls(own, later)

    def of(self, entities: Iterable[str]) -> Closed | None:
        """Return the last day that is closed at the link's level or at one of these entities; None if all is open."""
        days = [Closed(self.later[entity], entity) for entity in sorted(set(entities) & self.later.keys())]
        days += [] if self.own is None else [Closed(self.own)]
        return max(days, key=lambda one: one.through, default=None)

    def later_text(self) -> str:
        """Return the entities that are closed later, each with its day; empty if none is."""
        return ", ".join(f"{entity} {day}" for entity, day in sorted(self.later.items()))
