"""The planner of every list that goes into Spend & Expense: what each has of its own. How they go is in ``values``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar, Final

from intacct_pipelines.push.into_spend.values import IntoSpendPlanner
from intacct_pipelines.push.sources import text

if TYPE_CHECKING:
    from intacct_pipelines.push.sources import Row

_VALUES: Final = ("spend.custom_field", "spend.custom_field_value")


class AccountValues(IntoSpendPlanner):
    """Decides about the accounts to which card charges are coded (S-COA-01)."""

    object_name: ClassVar[str] = "spend_account"
    reads: ClassVar[tuple[str, ...]] = ("intacct.gl_account", *_VALUES)
    rule: ClassVar[str] = "S-COA-01"
    dimension: ClassVar[str] = "account"
    id: ClassVar[str] = "account_no"
    title: ClassVar[str] = "title"

    def travels(self, row: Row) -> bool:
        """Return whether it is one of those that the link names, or of the income statement if it names none."""
        pattern = self._link.into_spend.accounts
        if pattern:
            is_wanted = re.search(pattern, text(row, self.id)) is not None
        else:
            is_wanted = text(row, "account_type") == "incomestatement"
        return is_wanted and super().travels(row)


class DepartmentValues(IntoSpendPlanner):
    """Decides about departments, each a value of its own whatever stands above it (S-DEP-01)."""

    object_name: ClassVar[str] = "spend_department"
    reads: ClassVar[tuple[str, ...]] = ("intacct.department", *_VALUES)
    rule: ClassVar[str] = "S-DEP-01"
    dimension: ClassVar[str] = "department"
    id: ClassVar[str] = "department_id"
    title: ClassVar[str] = "title"


class LocationValues(IntoSpendPlanner):
    """Decides about locations, but no entities (S-LOC-01)."""

    object_name: ClassVar[str] = "spend_location"
    reads: ClassVar[tuple[str, ...]] = ("intacct.entity", "intacct.location", *_VALUES)
    rule: ClassVar[str] = "S-LOC-01"
    dimension: ClassVar[str] = "location"
    id: ClassVar[str] = "location_id"
    title: ClassVar[str] = "name"

    def travels(self, row: Row) -> bool:
        """Return whether it lies in the link's entity, or in none; from the top level charges go to every entity's."""
        location, own = text(row, self.id), self._link.entity.entity_id
        if location in self._sources.entities:
            return False
        if not own:
            return text(row, "status") in {"active", ""}
        return self._sources.entity_of_location(location) in {"", own} and super().travels(row)


class ClassValues(IntoSpendPlanner):
    """Decides about classes, each a value of its own whatever stands above it (S-CLS-01)."""

    object_name: ClassVar[str] = "spend_class"
    reads: ClassVar[tuple[str, ...]] = ("intacct.accounting_class", *_VALUES)
    rule: ClassVar[str] = "S-CLS-01"
    dimension: ClassVar[str] = "class"
    id: ClassVar[str] = "class_id"
    title: ClassVar[str] = "name"


PLANNERS_INTO_SPEND: Final[tuple[type[IntoSpendPlanner], ...]] = (
    AccountValues,
    DepartmentValues,
    LocationValues,
    ClassValues,
)
