"""Filters: the operators of `query` and `readByQuery`, compiled into functions of a record.

Nulls (empty values) compare as in SQL: they match nothing but ``isnull``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from intacct_pipelines.domain.money import DECIMAL_TEXT
from intacct_pipelines.sandbox.intacct.dataset import Dataset, StoredObject, kind_of
from intacct_pipelines.sandbox.intacct.fields import (
    AUDIT_WORDS,
    CODES,
    DATE,
    DECIMAL,
    FLAG,
    INSTANT,
    INTEGER,
    NESTED,
    OBJECTS,
)
from intacct_pipelines.sandbox.intacct.refusals import refusal
from intacct_pipelines.sandbox.intacct.values import normal_instant, sortable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from intacct_pipelines.sandbox.intacct.state import State

OPERATORS: Final = {
    # operator: fewest and most values
    "equalto": (1, 1),
    "notequalto": (1, 1),
    "lessthan": (1, 1),
    "lessthanorequalto": (1, 1),
    "greaterthan": (1, 1),
    "greaterthanorequalto": (1, 1),
    "between": (2, 2),
    "in": (1, 1000),
    "notin": (1, 1000),
    "like": (1, 1),
    "notlike": (1, 1),
    "isnull": (0, 0),
    "isnotnull": (0, 0),
}
NEGATED: Final = {
    "equalto": "notequalto",
    "lessthan": "greaterthanorequalto",
    "lessthanorequalto": "greaterthan",
    "in": "notin",
    "like": "notlike",
    "isnull": "isnotnull",
}
NEGATED.update({negative: positive for positive, negative in list(NEGATED.items())})


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison of a field with values."""

    operator: str
    field: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """``and`` or ``or`` over parts."""

    operator: str
    parts: tuple[Condition | Group, ...]


Filter = Condition | Group


@dataclass(frozen=True, slots=True)
class Dialect:
    """How values of a filter are to be understood.

    Args:
        ignores_case: Whether text compares without regard to case.
        uses_codes: Whether validated fields take database codes, as in ``readByQuery``.
    """

    ignores_case: bool = False
    uses_codes: bool = False


def negated(part: Filter) -> Filter:
    """The opposite of a filter."""
    if isinstance(part, Condition):
        if part.operator == "between":
            low, high = part.values
            return Group(
                "or", (Condition("lessthan", part.field, (low,)), Condition("greaterthan", part.field, (high,)))
            )
        return Condition(NEGATED[part.operator], part.field, part.values)
    return Group("or" if part.operator == "and" else "and", tuple(negated(inner) for inner in part.parts))


def fields_of(part: Filter | None) -> Iterator[str]:
    """Every field that a filter names."""
    if isinstance(part, Condition):
        yield part.field
    elif part is not None:
        for inner in part.parts:
            yield from fields_of(inner)


def check_fields(state: State, object_name: str, fields: list[str]) -> None:
    """Refuse fields that the company does not have, or that cannot be queried.

    Raises:
        FunctionRefusedError: XL03000010 or XL03000006.
    """
    spec = OBJECTS[object_name]
    kinds = {field: kind_of(state, spec, field) for field in fields}
    nested = [field for field, kind in kinds.items() if kind == NESTED]
    if nested:
        raise refusal(
            "XL03000006", f"The following fields cannot be queried: [{object_name}: [{','.join(sorted(set(nested)))}] ]"
        )


def compile_filter(state: State, data: Dataset, part: Filter, dialect: Dialect) -> Callable[[Any], bool]:
    """Turn a filter into a function of a record.

    Raises:
        FunctionRefusedError: A value does not fit its field.
    """
    if isinstance(part, Condition):
        return _compile_condition(state, data, part, dialect)
    tests = [compile_filter(state, data, inner, dialect) for inner in part.parts]
    if part.operator == "and":
        return lambda record: all(test(record) for test in tests)
    return lambda record: any(test(record) for test in tests)


def _compile_condition(state: State, data: Dataset, part: Condition, dialect: Dialect) -> Callable[[Any], bool]:
    kind = kind_of(state, data.spec, part.field)
    read = data.getter(part.field)
    if part.operator == "isnull":
        return lambda record: not read(record)
    if part.operator == "isnotnull":
        return lambda record: bool(read(record))
    if part.operator in {"like", "notlike"}:
        return _compile_like(read, part, dialect)
    values = part.values
    if dialect.uses_codes:
        part = _decode(data.spec.name, part)
        values = part.values
    key, value_of = _key_functions(kind, part.field, dialect)
    wanted = [value_of(value) for value in values]
    if kind == INSTANT and part.field == "WHENMODIFIED" and isinstance(data, StoredObject):
        return _compare_with(part.operator, data.stamp, wanted)
    return _compare_with(part.operator, lambda record: key(read(record)), wanted)


def _compare_with(operator: str, key: Callable[[Any], Any], wanted: list[Any]) -> Callable[[Any], bool]:
    if operator == "in":
        chosen = frozenset(wanted)
        return lambda record: (value := key(record)) is not None and value in chosen
    if operator == "notin":
        chosen = frozenset(wanted)
        return lambda record: (value := key(record)) is not None and value not in chosen
    if operator == "between":
        low, high = wanted
        return lambda record: (value := key(record)) is not None and low <= value <= high
    return _COMPARISONS[operator](key, wanted[0])


_COMPARISONS: Final[dict[str, Callable[[Callable[[Any], Any], Any], Callable[[Any], bool]]]] = {
    "equalto": lambda key, wanted: lambda record: key(record) == wanted,
    "notequalto": lambda key, wanted: lambda record: (value := key(record)) is not None and value != wanted,
    "lessthan": lambda key, wanted: lambda record: (value := key(record)) is not None and value < wanted,
    "lessthanorequalto": lambda key, wanted: lambda record: (value := key(record)) is not None and value <= wanted,
    "greaterthan": lambda key, wanted: lambda record: (value := key(record)) is not None and value > wanted,
    "greaterthanorequalto": lambda key, wanted: lambda record: (value := key(record)) is not None and value >= wanted,
}


def _compile_like(read: Callable[[Any], str], part: Condition, dialect: Dialect) -> Callable[[Any], bool]:
    words = "".join({"%": ".*", "_": "."}.get(sign, re.escape(sign)) for sign in part.values[0])
    matches = re.compile(words, re.DOTALL | (re.IGNORECASE if dialect.ignores_case else 0)).fullmatch
    if part.operator == "like":
        return lambda record: bool((value := read(record)) and matches(value))
    return lambda record: bool((value := read(record)) and not matches(value))


def _decode(object_name: str, part: Condition) -> Condition:
    """Turn the codes of ``readByQuery`` into what is stored."""
    codes = CODES.get(f"{object_name}.{part.field}") or CODES.get(part.field)
    if object_name == "AUDITHISTORY" and part.field == "ACCESSMODE":
        codes = {word: (code,) for code, word in AUDIT_WORDS.items()}
    if not codes or part.operator not in {"equalto", "notequalto", "in", "notin"}:
        return part
    labels = tuple(label for value in part.values for label in codes.get(value, ("\0no such code",)))
    return Condition("in" if part.operator in {"equalto", "in"} else "notin", part.field, labels)


def _key_functions(kind: str, field: str, dialect: Dialect) -> tuple[Callable[[str], Any], Callable[[str], Any]]:
    """How a stored value and a filter's value become comparable; None is null."""
    if kind in {INTEGER, DECIMAL}:
        return _number, lambda value: _wanted_number(value, field)
    if kind == DATE:
        return _moment, lambda value: sortable(normal_instant(value, field)[:10])
    if kind == INSTANT:
        return _moment, lambda value: sortable(normal_instant(value, field))
    if kind == FLAG:
        return _flag, lambda value: _flag(value) or ""
    if dialect.ignores_case:
        return lambda text: text.casefold() if text else None, str.casefold
    return lambda text: text or None, lambda value: value


def sort_key(kind: str) -> Callable[[str], Any]:
    """How values of this kind sort; null is None."""
    return _key_functions(kind, "", Dialect())[0]


@lru_cache(maxsize=65536)
def _number(text: str) -> Decimal | None:
    return Decimal(text) if text and DECIMAL_TEXT.fullmatch(text) else None


def _wanted_number(value: str, field: str) -> Decimal:
    number = _number(value.strip())
    if number is None:
        raise refusal("SANDBOX-QUERY", f"The value '{value[:40]}' of {field} is not a number.")
    return number


def _moment(text: str) -> str | None:
    return sortable(text) if text else None


def _flag(text: str) -> str | None:
    lowered = text.strip().lower()
    return {"t": "true", "f": "false"}.get(lowered, lowered) or None
