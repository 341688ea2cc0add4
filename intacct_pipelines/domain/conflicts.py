"""What happens to a field that both sides changed since they last agreed (S-CFG-21). Plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Side(StrEnum):
    """Whose word stands."""

    PLATFORM = "platform"
    INTACCT = "intacct"


class Conflicts(StrEnum):
    """What happens to a field that both sides changed."""

    HOLD = "hold"
    """A person decides, by ``resolve`` or by giving both sides the same value."""
    INTACCT = "intacct"
    """Intacct's word stands."""
    PLATFORM = "platform"
    """The platform's word stands."""


@dataclass(frozen=True, slots=True)
class ConflictPolicy:
    """What happens to each field.

    Args:
        otherwise: What happens to those that are not named.
        fields: By the platform's column, such as ``due_date``, or by object and column, such as ``vendor.name``, which
            goes before the column alone.
    """

    otherwise: Conflicts = Conflicts.HOLD
    fields: Mapping[str, Conflicts] = field(default_factory=dict)

    def of(self, object_name: str, column: str) -> Conflicts:
        """Return what happens to one field.

        Args:
            object_name: As ``domain.reconciled`` names it.
            column: The platform's.
        """
        return self.fields.get(f"{object_name}.{column}", self.fields.get(column, self.otherwise))
