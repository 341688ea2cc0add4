"""Finds the records that a filter describes, by index where it can, and remembers answers for the next pages."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from intacct_pipelines.sandbox.intacct.conditions import Condition, Dialect, Filter, compile_filter, fields_of
from intacct_pipelines.sandbox.intacct.fields import DERIVED

if TYPE_CHECKING:
    from collections.abc import Iterable

    from intacct_pipelines.sandbox.intacct.dataset import Dataset
    from intacct_pipelines.sandbox.intacct.state import State

_REMEMBERED: Final = 8
_BOUNDS: Final = frozenset(
    ("equalto", "lessthan", "lessthanorequalto", "greaterthan", "greaterthanorequalto", "between")
)
_MOST_POINTS: Final = 1000


class Search:
    """Answers filters over one company.

    Args:
        state: The company.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self._answers: OrderedDict[object, list[int]] = OrderedDict()

    def numbers(self, data: Dataset, owners: frozenset[str] | None, part: Filter | None, dialect: Dialect) -> list[int]:
        """Numbers of the visible records that match, ascending; not to be changed.

        Raises:
            FunctionRefusedError: A value does not fit its field.
        """
        conjuncts = _conjuncts(part)
        bounds = [one for one in conjuncts if isinstance(one, Condition) and _is_bound(one, data.spec.key)]
        others = [one for one in conjuncts if one not in bounds]
        low, high = _range(bounds)
        for bound in bounds:
            # Refuses values that are no numbers.
            compile_filter(self._state, data, bound, dialect)
        points = self._points(data, owners, others, dialect)
        if points is not None:
            return [number for number in points if low <= number <= high]
        matched = self._matched(data, owners, others, dialect)
        if not bounds:
            return matched
        return matched[bisect_left(matched, low) : bisect_right(matched, high)]

    def _points(
        self, data: Dataset, owners: frozenset[str] | None, others: list[Filter], dialect: Dialect
    ) -> list[int] | None:
        """The matches when an index narrows them to few; None when it does not."""
        for one in others:
            found = self._by_index(data, one, dialect)
            if found is None:
                continue
            tests = [compile_filter(self._state, data, other, dialect) for other in others]
            records = ((number, data.record(number)) for number in found)
            return [
                number
                for number, record in records
                if record is not None
                and (owners is None or data.owner(record) in owners)
                and all(test(record) for test in tests)
            ]
        return None

    def _by_index(self, data: Dataset, one: Filter, dialect: Dialect) -> list[int] | None:
        if not isinstance(one, Condition) or one.operator not in {"equalto", "in"} or dialect.ignores_case:
            return None
        if one.field == data.spec.key and all(value.isdecimal() for value in one.values):
            return sorted({int(value) for value in one.values})
        if dialect.uses_codes:
            return None
        found: set[int] = set()
        for value in one.values:
            numbers = data.equal(one.field, value)
            if numbers is None or len(numbers) > _MOST_POINTS * len(one.values):
                return None
            found.update(numbers)
        return sorted(found)

    def _matched(
        self, data: Dataset, owners: frozenset[str] | None, others: list[Filter], dialect: Dialect
    ) -> list[int]:
        if not others and data.spec.name not in DERIVED:
            return data.numbers(owners)
        key = (data.spec.name, owners, tuple(others), dialect, data.version)
        stable = all(data.spec.name in DERIVED or data.position(field) is not None for field in _fields(others))
        if stable and key in self._answers:
            self._answers.move_to_end(key)
            return self._answers[key]
        tests = [compile_filter(self._state, data, one, dialect) for one in others]
        matched = data.numbers(owners)
        for test in tests:
            matched = [number for number in matched if (record := data.record(number)) is not None and test(record)]
        if stable:
            self._answers[key] = matched
            while len(self._answers) > _REMEMBERED:
                self._answers.popitem(last=False)
        return matched


def _fields(parts: Iterable[Filter]) -> Iterable[str]:
    return (field for part in parts for field in fields_of(part))


def _conjuncts(part: Filter | None) -> list[Filter]:
    if part is None:
        return []
    if isinstance(part, Condition) or part.operator != "and":
        return [part]
    return [inner for one in part.parts for inner in _conjuncts(one)]


def _is_bound(one: Condition, key: str) -> bool:
    return one.field == key and one.operator in _BOUNDS and all(value.isdecimal() for value in one.values)


def _range(bounds: list[Condition]) -> tuple[int, int]:
    low, high = 0, 1 << 62
    for one in bounds:
        first, last = int(one.values[0]), int(one.values[-1])
        match one.operator:
            case "equalto" | "between":
                low, high = max(low, first), min(high, last)
            case "lessthan":
                high = min(high, first - 1)
            case "lessthanorequalto":
                high = min(high, first)
            case "greaterthan":
                low = max(low, first + 1)
            case _:
                low = max(low, first)
    return low, high
